"""Month figures as they were reported: the ledger keeps each figure that a publish showed for the first time, or with another value."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from cxhouse.files import write_atomically
from cxhouse.ledger.lines import keep_rows, read_kept_rows

FOLDER = "reported_figures"
SCHEMA: dict[str, Any] = {
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
    """Every figure kept so far, one row per publish that showed a new value."""
    return read_kept_rows(ledger / FOLDER, SCHEMA)


def keep_reported(warehouse: Path, ledger: Path, *, build_id: str, published_at: datetime) -> int:
    """Keep the published build's new and revised month figures (fct_figure_revisions). Returns their number. A second call adds nothing."""
    query = f"select *, timestamptz '{published_at.isoformat()}' as published_at from fct_figure_revisions"
    return keep_rows(warehouse, ledger / FOLDER, query, build_id=build_id)


def holds_figures(ledger: Path) -> bool:
    """Whether any figure was kept yet."""
    return any((ledger / FOLDER).glob("*.parquet"))


def keep_earlier(ledger: Path, reports: pl.DataFrame) -> int:
    """Keep reports that were made before this home: reported_on, kpi_id, touchpoint_id, month_start, numerator, denominator.

    They are records like those of a publish, made at four in the morning. A ledger that holds figures stays as it is. Returns the number
    kept.
    """
    if holds_figures(ledger) or reports.is_empty():
        return 0
    moment = pl.col("reported_on").cast(pl.Datetime("us")).dt.offset_by("4h").dt.replace_time_zone("UTC")
    records = reports.with_columns(
        kpi_version=pl.lit(1),
        value=pl.col("numerator") / pl.col("denominator"),
        n=pl.col("denominator"),
        build_id=moment.dt.strftime("%Y%m%dT%H%M%S-before"),
        built_at=moment,
        published_at=moment,
    )
    write_atomically(ledger / FOLDER / "before.parquet", records.select(*SCHEMA).cast(pl.Schema(SCHEMA)).write_parquet)
    return records.height
