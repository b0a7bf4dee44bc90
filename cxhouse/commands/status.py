"""`cxhouse status`: the state of the sources, of the last build and of the last publish, and news that may not have arrived."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from rich.table import Table
from rich.text import Text

from cxhouse.build_state import read_manifest, read_state
from cxhouse.ledger.news import Delivery, list_unknown
from cxhouse.screen import console
from cxhouse.warehouse.freshness import TableStatus, judge_tables
from cxhouse.warehouse.preparation import Workplace

UNKNOWN_SHOWN_FOR = timedelta(days=30)


def judge_now(workplace: Workplace) -> list[TableStatus]:
    """Every source table with its freshness now."""
    return judge_tables(workplace.sources, workplace.settings.lake, workplace.company.time_zone, datetime.now(UTC))


def list_stale_tables(workplace: Workplace) -> list[str]:
    """One line per source table that is not fresh."""
    return [
        f"{table.source}.{table.table_name} is {table.status}; its last rows: {table.last_row_day or table.last_landed_at or 'none yet'}"
        for table in judge_now(workplace)
        if table.status != "fresh"
    ]


def print_status(workplace: Workplace, *, as_json: bool = False) -> None:
    """Print the status for people or machines."""
    tables = judge_now(workplace)
    state, manifest = read_state(workplace.settings), read_manifest(workplace.settings)
    unknown = list_unknown(workplace.settings.ledger, datetime.now(UTC) - UNKNOWN_SHOWN_FOR)
    if as_json:
        content = {
            "company": workplace.company.name,
            "tables": [asdict(table) for table in tables],
            "last_build": {**asdict(state), "tests_passed": state.tests_passed, "tests_failed": state.tests_failed} if state else None,
            "last_publish": {name: manifest[name] for name in ("build_id", "built_at", "published_at")} if manifest else None,
            "news_of_unknown_outcome": [{**asdict(delivery), "held": held} for delivery, held in unknown],
        }
        print(json.dumps(content, indent=2, default=str))
        return
    shown = Table("source", "table", "status", "data until", "last landed (UTC)", "rows landed", "rejected", title=workplace.company.name)
    colours = {"fresh": "green", "late": "yellow", "down": "red", "never": "red"}
    for table in tables:
        landed = f"{table.last_landed_at:%Y-%m-%d %H:%M}" if table.last_landed_at else "-"
        status = Text(table.status, style=colours[table.status])
        until = str(table.last_row_day or "-")
        shown.add_row(table.source, table.table_name, status, until, landed, f"{table.rows_landed:,}", f"{table.rows_rejected:,}")
    console.print(shown)
    for table in tables:
        if table.last_error:
            console.print(f"{table.source}.{table.table_name}: {table.last_error}", markup=False, highlight=False)
    if state is None:
        console.print("no build yet: cxhouse build")
    else:
        outcome = "passed" if state.is_passed else "did not pass" if state.errors else "has not finished"
        part = f", only what reads {', '.join(state.changed)}" if state.changed else ""
        counts = f"{state.tests_passed} tests passed, {state.tests_failed} failed"
        console.print(f"last build {state.build_id}{part}: {outcome}, {counts}", markup=False, highlight=False)
        for error in state.errors:
            console.print(f"  {error}", markup=False, highlight=False)
    console.print(
        f"last publish {manifest['build_id']}, {manifest['published_at'][:16]} UTC"
        if manifest
        else "nothing published yet: cxhouse publish",
        highlight=False,
    )
    for delivery, held in unknown:
        console.print(describe_unknown(delivery, held), markup=False, highlight=False)


def describe_unknown(delivery: Delivery, held: list[str]) -> str:
    """A message of which nobody knows whether it arrived, in words."""
    then = "it is sent again with the same key" if delivery.is_repeatable else "it is not sent again; ask the recipient"
    return (
        f"news to {delivery.subscription} by {delivery.channel}, {delivery.begun_at:%Y-%m-%d %H:%M} UTC: nobody knows whether it arrived "
        f"({delivery.reason}); {then}. It held: {'; '.join(held)}"
    )
