"""How things stand: sources, the last build, the last publish."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

from rich.table import Table

from cxhouse.build import read_state
from cxhouse.preparation import Workplace
from cxhouse.publishing import read_manifest
from cxhouse.screen import console
from ingestion.load import summarise_sources


@dataclass(frozen=True)
class TableStatus:
    """One source table: fresh, late, down (the last load failed) or never (nothing landed)."""

    source: str
    table: str
    status: str
    last_window_end: date | None
    last_landed_at: datetime | None
    rows_landed: int
    rows_rejected: int
    last_error: str | None


def judge_tables(workplace: Workplace, now: datetime) -> list[TableStatus]:
    """Every source table with its freshness. `now` is aware."""
    judged = []
    for summary in summarise_sources(workplace.sources, workplace.settings.lake):
        late_after = workplace.sources[summary.source].late_after_hours or 36.0
        landed = summary.last_landed_at
        status = "fresh"
        if summary.last_error is not None:
            status = "down"
        elif landed is None:
            status = "never"
        elif (now - landed).total_seconds() > late_after * 3600:
            status = "late"
        judged.append(
            TableStatus(
                summary.source,
                summary.table,
                status,
                summary.last_window_end,
                landed,
                summary.rows_landed,
                summary.rows_rejected,
                summary.last_error,
            )
        )
    return judged


def list_stale_tables(workplace: Workplace) -> list[str]:
    """One line per source table that is not fresh."""
    tables = judge_tables(workplace, datetime.now(UTC))
    return [
        f"{table.source}.{table.table} is {table.status}; figures use what landed up to {table.last_window_end or 'nothing yet'}"
        for table in tables
        if table.status != "fresh"
    ]


def print_status(workplace: Workplace, *, as_json: bool = False) -> None:
    """Print the status for people or machines."""
    tables = judge_tables(workplace, datetime.now(UTC))
    state, manifest = read_state(workplace.settings), read_manifest(workplace.settings)
    if as_json:
        content = {
            "company": workplace.company.name,
            "tables": [asdict(table) for table in tables],
            "last_build": asdict(state) if state else None,
            "last_publish": {name: manifest[name] for name in ("build_id", "built_at", "published_at")} if manifest else None,
        }
        print(json.dumps(content, indent=2, default=str))
        return
    shown = Table("source", "table", "status", "landed until", "last landed (UTC)", "rows landed", "rejected", title=workplace.company.name)
    colours = {"fresh": "green", "late": "yellow", "down": "red", "never": "red"}
    for table in tables:
        landed = f"{table.last_landed_at:%Y-%m-%d %H:%M}" if table.last_landed_at else "-"
        status = f"[{colours[table.status]}]{table.status}[/]"
        until = str(table.last_window_end or "-")
        shown.add_row(table.source, table.table, status, until, landed, f"{table.rows_landed:,}", f"{table.rows_rejected:,}")
    console.print(shown)
    for table in tables:
        if table.last_error:
            console.print(f"{table.source}.{table.table}: {table.last_error}", markup=False, highlight=False)
    if state is None:
        console.print("no build yet: cxhouse build")
    else:
        outcome = "passed" if state.is_passed else "did not pass"
        console.print(
            f"last build {state.build_id}: {outcome}, {state.tests_passed} tests passed, {state.tests_failed} failed", highlight=False
        )
        for error in state.errors:
            console.print(f"  {error}", markup=False, highlight=False)
    console.print(
        f"last publish {manifest['build_id']}, {manifest['published_at'][:16]} UTC"
        if manifest
        else "nothing published yet: cxhouse publish",
        highlight=False,
    )
