"""`cxhouse change`: record and list changes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Column, Table

from cxhouse.command_line import fail, report_failures
from cxhouse.screen import console
from cxhouse.settings import read_settings

app = typer.Typer(no_args_is_help=True)

Text = Annotated[str | None, typer.Option()]


@app.command()
def add(
    title: Annotated[str, typer.Option(help="What changed, in a few words.")],
    started_at: Annotated[str, typer.Option(help="2026-03-01, or with a time; company time unless it has an offset.")],
    kind: Annotated[str, typer.Option(help="touchpoint process system supplier policy price measurement external")],
    id_: Annotated[str | None, typer.Option("--id", help="Default: made from date and title.")] = None,
    description: Text = None,
    ended_at: Text = None,
    touchpoints: Annotated[str | None, typer.Option(help="Ids with commas between.")] = None,
    components: Text = None,
    suppliers: Text = None,
    channels: Text = None,
    segments: Text = None,
    owner: Annotated[str | None, typer.Option(help="Department.")] = None,
    primary_kpi: Text = None,
    expected_direction: Annotated[str | None, typer.Option(help="higher or lower")] = None,
    expected_size: Annotated[str | None, typer.Option(help="In the KPI's own unit.")] = None,
    evaluation_date: Text = None,
    investment_amount: Text = None,
    recorded_in: Annotated[str, typer.Option(hidden=True)] = "command",
) -> None:
    """Record a change in the ledger."""
    from cxhouse.ledger import record_change
    from cxhouse.preparation import open_workplace

    content = {
        name: value for name, value in locals().items() if name not in ("id_", "recorded_in", "record_change", "open_workplace") and value
    }
    content["change_id"] = id_ or make_id(started_at, title)
    with report_failures():
        settings = read_settings()
        change = record_change(settings, open_workplace(settings).company, content, recorded_in=recorded_in, now=datetime.now(UTC))
    console.print(f"recorded {change.change_id}; it shows on the charts after cxhouse build, publish and dashboards", highlight=False)


def make_id(started_at: str, title: str) -> str:
    """An id from the day and the title."""
    return f"{started_at[:10]}-{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-')}"


@app.command(name="list")
def list_changes() -> None:
    """List the changes of the company folder and the ledger. Those of a source's own change log are on the dashboards."""
    table = Table(Column("id", overflow="fold"), "starts", "kind", "owner", "primary KPI", "title", "recorded in")
    for recorded_in, _, change in read_all():
        started = f"{change.started_at:%Y-%m-%d}"
        table.add_row(change.change_id, started, change.kind, change.owner or "", change.primary_kpi or "", change.title, recorded_in)
    console.print(table)


@app.command()
def show(change_id: str) -> None:
    """Show one change in full."""
    for recorded_in, recorded_at, change in read_all():
        if change.change_id == change_id:
            for name, value in change.describe().items():
                console.print(f"{name}: {value if value not in (None, []) else '-'}", highlight=False, markup=False)
            console.print(f"recorded in: {recorded_in}{f', {recorded_at:%Y-%m-%d %H:%M} UTC' if recorded_at else ''}", highlight=False)
            return
    raise fail(LookupError(f"no change {change_id}; cxhouse change list shows them"))


def read_all() -> list:
    """Changes of folder and ledger, by start."""
    from cxhouse.ledger import read_changes
    from cxhouse.preparation import open_workplace

    with report_failures():
        settings = read_settings()
        changes = read_changes(open_workplace(settings).company, settings.environment, settings.ledger)
    return sorted(changes, key=lambda recorded: recorded[2].started_at)
