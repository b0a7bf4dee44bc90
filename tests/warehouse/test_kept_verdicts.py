"""The ledger of verdicts: what was published first stays, whatever is added later."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from cxhouse.ledger.verdicts import FOLDER, SCHEMA, read_verdicts

FIRST = datetime(2026, 3, 1, tzinfo=UTC)


def write_verdict(ledger: Path, name: str, verdict: str, published_at: datetime, kpi: str = "k") -> None:
    folder = ledger / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    key = {"change_id": "c", "kpi_id": kpi, "touchpoint_id": "t", "started_at": date(2026, 1, 1)}
    row = key | {"verdict": verdict, "published_at": published_at, "build_id": name}
    pl.DataFrame([{column: row.get(column) for column in SCHEMA}], schema=SCHEMA, orient="row").write_parquet(folder / f"{name}.parquet")


def test_the_verdict_that_was_published_first_counts_whatever_the_order_of_the_files(tmp_path: Path) -> None:
    for order in (("a", "b"), ("b", "a")):
        ledger = tmp_path / "".join(order)
        write_verdict(ledger, order[0], "better", FIRST)
        write_verdict(ledger, order[1], "worse", FIRST + timedelta(days=7))
        write_verdict(ledger, "c", "higher", FIRST + timedelta(days=7), kpi="other")
        kept = read_verdicts(ledger).sort("kpi_id")
        assert kept.select("kpi_id", "verdict", "build_id").rows() == [("k", "better", order[0]), ("other", "higher", "c")]
