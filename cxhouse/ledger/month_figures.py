"""Month figures as they were reported: the ledger keeps each figure that a publish showed for the first time, or with another value."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

from cxhouse.ledger.lines import keep_rows, read_kept_rows

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
    """Every figure kept so far, one row per publish that showed a new value."""
    return read_kept_rows(ledger / FOLDER, SCHEMA)


def keep_reported(warehouse: Path, ledger: Path, *, build_id: str, published_at: datetime) -> int:
    """Keep the published build's new and revised month figures (fct_figure_revisions). Returns their number. A second call adds nothing."""
    query = f"select *, timestamptz '{published_at.isoformat()}' as published_at from fct_figure_revisions"
    return keep_rows(warehouse, ledger / FOLDER, query, build_id=build_id)
