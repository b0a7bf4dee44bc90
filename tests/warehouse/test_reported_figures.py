"""Figures as first reported: the ledger keeps the first figure of a closed month and lists revisions, each only once."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from cxhouse.ledger import lines as ledger_files
from cxhouse.ledger import month_figures
from cxhouse.ledger.month_figures import keep_reported, read_reported
from tests.companies.tiny import ORDERS, write_data
from tests.warehouse.conftest import Home, make_home

CLOSED = "2026-04-02"  # the first day not loaded: March is over, April is not
REVISION = datetime(2026, 4, 20, tzinfo=UTC)


def write_orders(home: Home, day: str, amounts: list[int]) -> None:
    """A file of web orders of one day."""
    lines = [f"P{day[-2:]}{number},C1,{day}T09:00:00,web,placed,EUR,{amount},card,{day}T09:00:00" for number, amount in enumerate(amounts)]
    (home.data / f"orders_{day}.csv").write_text("\n".join([ORDERS, *lines]) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def revised(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """March published, published again, built and published without new rows, then with an order of March that arrived late."""
    home = make_home(tmp_path_factory.mktemp("revised"))
    write_data(home.data)
    write_orders(home, "2026-03-04", [100] * 6)
    home.run("ingest", "--to", CLOSED)
    home.build()
    for _ in range(2):
        home.run("publish")
    home.make_news()
    home.build()
    home.run("publish")
    shutil.copytree(home.path / "ledger", home.path / "ledger_before")
    write_orders(home, "2026-03-05", [260])
    home.run("ingest", "--from", "2026-03-05", "--to", "2026-03-06")
    home.build()
    home.run("publish")
    return home


def test_the_first_figure_of_a_closed_month_stays_and_the_revision_is_listed(revised: Home) -> None:
    # 40 + 80 + 20 + 6 x 100 over nine orders; then one of 260 more
    kept = read_reported(revised.path / "ledger").filter(kpi_id="average_order_value", touchpoint_id="checkout").sort("built_at")
    assert kept.select("month_start", "numerator", "denominator").rows() == [
        (date(2026, 3, 1), 740.0, 9.0),
        (date(2026, 3, 1), 1000.0, 10.0),
    ]
    (row,) = revised.report("rpt_reported_figures").filter(kpi_id="average_order_value", touchpoint_id="checkout").to_dicts()
    assert (row["first_value"], row["value"], row["revisions_count"]) == (pytest.approx(740 / 9), 100.0, 1)
    assert row["note"].startswith("March 2026: first reported EUR 82.22 on ") and ", now EUR 100.00, revised once, last on " in row["note"]


def test_what_did_not_change_is_not_listed_as_revised(revised: Home) -> None:
    figures = revised.report("rpt_reported_figures")
    kept = read_reported(revised.path / "ledger").group_by("kpi_id", "touchpoint_id", "month_start").len()
    changed = figures.filter(pl.col("revisions_count") > 0)
    assert figures.height == kept.height and changed.height == kept.filter(pl.col("len") == 2).height
    assert 0 < changed.height < figures.height and changed["kpi_id"].unique().to_list() != figures["kpi_id"].unique().to_list()
    assert figures.filter(pl.col("revisions_count") == 0)["note"].str.ends_with(", not changed since").all()


def test_a_second_publish_and_a_build_without_new_rows_keep_nothing(revised: Home) -> None:
    # five publishes, two of them with new figures
    assert len(list((revised.path / "ledger_before" / month_figures.FOLDER).glob("*"))) == 1
    assert len(list((revised.path / "ledger" / month_figures.FOLDER).glob("*"))) == 2


def test_what_was_kept_is_never_rewritten(revised: Home) -> None:
    (before,) = (revised.path / "ledger_before" / month_figures.FOLDER).glob("*.parquet")
    assert (revised.path / "ledger" / month_figures.FOLDER / before.name).read_bytes() == before.read_bytes()


def test_months_that_are_not_over_are_not_kept(revised: Home) -> None:
    months = read_reported(revised.path / "ledger")["month_start"].unique().to_list()
    assert months == [date(2026, 3, 1)]


def test_a_kill_while_keeping_leaves_the_old_ledger_whole(revised: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Path(shutil.copytree(revised.path / "ledger_before", tmp_path / "ledger"))
    before = {path.name: path.read_bytes() for path in ledger.rglob("*") if path.is_file()}

    def stop_half_way(path: Path, write: object, *, alone: bool) -> None:
        path.with_name(f".{path.name}.1.tmp").write_bytes(b"PAR1 half")
        raise KeyboardInterrupt

    monkeypatch.setattr(ledger_files, "write_atomically", stop_half_way)
    with pytest.raises(KeyboardInterrupt):
        keep_reported(revised.path / "warehouse.duckdb", ledger, build_id="x", published_at=REVISION)
    monkeypatch.undo()
    for name, content in before.items():
        (found,) = ledger.rglob(name)
        assert found.read_bytes() == content
    assert read_reported(ledger).height == read_reported(revised.path / "ledger_before").height
    # the next publish keeps what this one could not
    assert keep_reported(revised.path / "warehouse.duckdb", ledger, build_id="x", published_at=REVISION) > 0
