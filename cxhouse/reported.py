"""Month figures as they were reported: what each publish showed for the first time, or differently, is kept in the ledger for good."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from cxhouse.files import write_atomically

FOLDER = "reported_figures"
SCHEMA = {
    "kpi_id": pl.Utf8,
    "kpi_version": pl.Int64,
    "touchpoint_id": pl.Utf8,
    "month_start": pl.Date,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "value": pl.Float64,
    "n": pl.Int64,
    "build_id": pl.Utf8,
    "built_at": pl.Datetime("us", "UTC"),
    "published_at": pl.Datetime("us", "UTC"),
}


def read_reported(ledger: Path) -> pl.DataFrame:
    """Every figure kept so far: one file per publish that brought something new."""
    frames = [pl.read_parquet(path).select(*SCHEMA).cast(SCHEMA) for path in sorted((ledger / FOLDER).glob("*.parquet"))]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *frames])


def keep_reported(warehouse: Path, ledger: Path, *, build_id: str, published_at: datetime) -> int:
    """Keep the published build's new and revised month figures (fct_figure_revisions). Returns how many. A second time keeps nothing."""
    path = ledger / FOLDER / f"{build_id}.parquet"
    if path.is_file():
        return 0
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        found = connection.execute("select count(*) from fct_figure_revisions").fetchall()[0][0]
        rows = f"select *, timestamptz '{published_at.isoformat()}' as published_at from fct_figure_revisions order by all"
        if found:
            write_atomically(path, lambda draft: connection.execute(f"copy ({rows}) to '{draft}' (format parquet)"))
    return found
