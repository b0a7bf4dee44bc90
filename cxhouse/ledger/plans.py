"""Plans of changes as they were at the start, kept in the ledger by publishing. A later edit of a plan is shown and does not count."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from cxhouse.ledger.lines import append_line, read_lines
from declared.errors import DefinitionError

PLANS = "change_plans.jsonl"
PLAN = {
    "started_at": pl.Datetime("us", "UTC"), "is_planned": pl.Boolean, "is_withdrawn": pl.Boolean, "kind": pl.Utf8,
    "touchpoints": pl.Utf8, "components": pl.Utf8, "suppliers": pl.Utf8, "channels": pl.Utf8, "segments": pl.Utf8,
    "primary_kpi": pl.Utf8, "expected_direction": pl.Utf8, "expected_size": pl.Float64, "evaluation_date": pl.Date,
}  # fmt: skip
FACTS = {
    "title": pl.Utf8, "description": pl.Utf8, "rolled_out_at": pl.Datetime("us", "UTC"), "ended_at": pl.Datetime("us", "UTC"),
    "owner_department": pl.Utf8, "investment_amount": pl.Float64, "recorded_in": pl.Utf8,
    "recorded_at": pl.Datetime("us", "UTC"),
}  # fmt: skip
KEPT = {"build_id": pl.Utf8, "published_at": pl.Datetime("us", "UTC"), "plan_hash": pl.Utf8, "position": pl.Int64}
SCHEMA: dict[str, Any] = {"change_id": pl.Utf8, **PLAN, **FACTS, **KEPT}


def hash_plan(change_id: str, plan: Mapping[str, Any]) -> str:
    """SHA-256 of a plan as JSON with sorted names."""
    text = json.dumps({**plan, "change_id": change_id}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read_plans(ledger: Path) -> pl.DataFrame:
    """Every plan kept so far, in the order they were kept. Raises DefinitionError when one does not fit its hash."""
    path, rows = ledger / PLANS, []
    for position, line in enumerate(read_lines(path), 1):
        if hash_plan(line["change_id"], line["plan"]) != line["plan_hash"]:
            raise DefinitionError(
                path, f"line {position}, change {line['change_id']}", "does not fit its hash; restore the ledger from its backup"
            )
        values = {**line, **line["plan"], **line["facts"], "position": position}
        rows.append({name: read_value(values.get(name), kind) for name, kind in SCHEMA.items()})
    return pl.DataFrame(rows, schema=SCHEMA)


def read_value(value: Any, kind: Any) -> Any:
    """A JSON value in the type of its column."""
    if value is None or kind not in (pl.Date, pl.Datetime("us", "UTC")):
        return value
    return date.fromisoformat(value) if kind == pl.Date else datetime.fromisoformat(value)


def keep_plans(warehouse: Path, ledger: Path, *, build_id: str, published_at: datetime) -> int:
    """Keep the plan of each started change in the published build when it differs from the plan kept last. Returns their number."""
    kept = dict(read_plans(ledger).select("change_id", "plan_hash").iter_rows())
    new = 0
    for row in read_started(warehouse):
        plan, facts = ({name: row[name] for name in names} for names in (PLAN, FACTS))
        plan_hash = hash_plan(row["change_id"], plan)
        if kept.get(row["change_id"]) != plan_hash:
            about = {"published_at": published_at.isoformat(), "build_id": build_id, "change_id": row["change_id"]}
            append_line(ledger / PLANS, {**about, "plan_hash": plan_hash, "plan": plan, "facts": facts})
            new += 1
    return new


def read_started(warehouse: Path) -> list[dict[str, Any]]:
    """Changes that had started when the build began, as recorded in their sources, as plain values; times in UTC."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        found = connection.execute(f"select change_id, {', '.join((*PLAN, *FACTS))} from dim_change_plans where has_started order by 1")
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return [{name: write_value(value) for name, value in row.items()} for row in rows]


def write_value(value: Any) -> Any:
    """A value in a type that JSON has."""
    return value.isoformat() if isinstance(value, date | datetime) else value
