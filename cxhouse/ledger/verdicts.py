"""Verdicts on changes as they were first published. The ledger keeps each one; later estimates do not replace it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

from cxhouse.ledger.lines import keep_rows, read_kept_rows
from semantic.effects.company.rows import EFFECT_SCHEMA
from semantic.effects.method.verdict_list import EFFECTS

FOLDER = "verdicts"  # in the ledger
SCHEMA = {
    **{name: kind for name, kind in EFFECT_SCHEMA.items() if name not in ("is_final", "is_kept", "is_effect")},
    "judged_on": pl.Date,
    "build_id": pl.Utf8,
    "published_at": pl.Datetime("us", "UTC"),
}


def read_verdicts(ledger: Path) -> pl.DataFrame:
    """Every verdict kept so far, the first one per change, KPI, touchpoint and start. `is_effect`: the verdict calls an effect."""
    key = ["change_id", "kpi_id", "touchpoint_id", "started_at"]
    kept = read_kept_rows(ledger / FOLDER, SCHEMA).sort("published_at").unique(key, keep="first", maintain_order=True)
    return kept.with_columns(pl.col("verdict").is_in(EFFECTS).alias("is_effect"))


def keep_verdicts(warehouse: Path, ledger: Path, *, build_id: str, published_at: datetime) -> int:
    """Keep the verdicts that this published build gave for the first time. Returns their number. A second call adds nothing."""
    columns = ", ".join(name for name in SCHEMA if name != "published_at")
    query = f"select {columns}, timestamptz '{published_at.isoformat()}' as published_at from fct_change_effects where is_news"
    return keep_rows(warehouse, ledger / FOLDER, query, build_id=build_id)
