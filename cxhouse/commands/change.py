"""`cxhouse change`: record, edit and list changes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Column, Table

from cxhouse.commands.change_evaluate import evaluate
from cxhouse.commands.failures import check_choice, fail, report_failures
from cxhouse.screen import complain, console, tell
from cxhouse.settings import Settings, read_settings

if TYPE_CHECKING:
    from semantic.changes import Version
    from semantic.company import Company

app = typer.Typer(no_args_is_help=True)
app.command()(evaluate)

KIND = typer.Option(help="touchpoint process system supplier policy price measurement external")
START = typer.Option(help="2026-03-01, or with a time; company time unless it has an offset.")
Kind = Annotated[str | None, KIND]
Start = Annotated[str | None, START]
RolledOut = Annotated[str | None, typer.Option(help="For a change made step by step: when it had reached everybody.")]
Text = Annotated[str | None, typer.Option()]
Ids = Annotated[str | None, typer.Option(help="Ids, separated by commas.")]
Owner = Annotated[str | None, typer.Option(help="Department.")]
Direction = Annotated[str | None, typer.Option(help="higher or lower")]
Size = Annotated[str | None, typer.Option(help="In the KPI's own unit.")]
TOLD_AT_THE_END = ("status_text", "next_step", "verdict", "verdicts_text", "is_overdue", "before_data_start")
NEXT = "it shows on the charts after cxhouse build, publish and dashboards"


@app.command()
def add(
    title: Annotated[str, typer.Option(help="What changed, in a few words.")],
    started_at: Annotated[str, START],
    kind: Annotated[str, KIND],
    id_: Annotated[str | None, typer.Option("--id", help="Default: made from date and title.")] = None,
    description: Text = None,
    rolled_out_at: RolledOut = None,
    ended_at: Text = None,
    touchpoints: Ids = None,
    components: Text = None,
    suppliers: Text = None,
    channels: Text = None,
    segments: Text = None,
    owner: Owner = None,
    primary_kpi: Text = None,
    expected_direction: Direction = None,
    expected_size: Size = None,
    evaluation_date: Text = None,
    investment_amount: Text = None,
    recorded_in: Annotated[str, typer.Option(hidden=True)] = "command",
) -> None:
    """Record a change in the ledger."""
    content = {name: value for name, value in locals().items() if name not in ("id_", "recorded_in") and value}
    content["change_id"] = id_ or make_id(started_at, title)
    record(content, recorded_in)


def record(content: dict[str, Any], recorded_in: str) -> None:
    """Record one change; the time of recording is now."""
    from cxhouse.ledger.changes import record_change

    with report_failures():
        settings, company = open_company()
        change = record_change(settings, company, content, recorded_in=recorded_in, now=datetime.now(UTC))
    tell(f"recorded {change.change_id}; {NEXT}")


def make_id(started_at: str, title: str) -> str:
    """An id from the day and the title."""
    return f"{started_at[:10]}-{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-')}"


@app.command()
def edit(
    change_id: Annotated[str, typer.Argument(help="A change recorded by command, form or import.")],
    title: Text = None,
    started_at: Start = None,
    kind: Kind = None,
    description: Text = None,
    rolled_out_at: RolledOut = None,
    ended_at: Text = None,
    touchpoints: Ids = None,
    components: Text = None,
    suppliers: Text = None,
    channels: Text = None,
    segments: Text = None,
    owner: Owner = None,
    primary_kpi: Text = None,
    expected_direction: Direction = None,
    expected_size: Size = None,
    evaluation_date: Text = None,
    investment_amount: Text = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="The change will not take place; the next edit restores it.")] = False,
) -> None:
    """Record a later version of a change. Only the given fields differ; an empty text clears a field. Edits after the start are marked."""
    given = {name: value for name, value in locals().items() if name not in ("change_id", "withdraw") and value is not None}
    from cxhouse.ledger.changes import edit_change

    with report_failures():
        settings, company = open_company()
        differing = edit_change(settings, company, change_id, given, now=datetime.now(UTC), is_withdrawn=withdraw)
    tell(
        "\n".join((f"recorded a later version of {change_id}; {NEXT}", *differing))
        if differing
        else f"{change_id} is unchanged: the given values are those it had"
    )


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Annotations as the other tool exports them: JSON, or CSV from Shopify.")],
    format_: Annotated[
        str | None, typer.Option("--format", help="grafana posthog ga4 shopify; without it, recognised from the rows.")
    ] = None,
    touchpoints: Annotated[str | None, typer.Option(help="For rows whose tags name no touchpoint or component.")] = None,
    kind: Kind = None,
    owner: Owner = None,
) -> None:
    """Record annotations of another tool as changes. A second import adds nothing. They are exploratory, because they have no plan."""
    from cxhouse.ledger.change_import import import_changes
    from ingestion.annotations import FORMATS

    check_choice(format_, tuple(FORMATS), "--format")
    defaults = {name: value for name, value in (("touchpoints", touchpoints), ("kind", kind), ("owner", owner)) if value}
    with report_failures():
        settings, company = open_company()
        done = import_changes(settings, company, file, format_name=format_, defaults=defaults, now=datetime.now(UTC))
    counts = {"recorded": len(done.recorded), "changed": len(done.changed), "withdrawn": len(done.withdrawn), "as before": done.unchanged}
    counts |= {"skipped (no annotations)": done.export.passed_over, "not usable": len(done.bad_rows)}
    tell(f"{done.export.format}: " + ", ".join(f"{count} {name}" for name, count in counts.items() if count or name == "recorded"))
    if done.rejected:
        complain(f"rows that could not be used, with the reason: {done.rejected}")
    if done.export.has_more:
        complain("the export has further pages; import those too")


@app.command()
def confirm(change_id: Annotated[str, typer.Argument(help="An automatic annotation: auto_…")]) -> None:
    """Record an automatic annotation as a change. Its fields can then be edited."""
    from cxhouse.build_state import BuildError
    from cxhouse.ledger.changes import list_current, scope_of
    from cxhouse.warehouse.published_changes import describe_newcomer

    with report_failures():
        settings, company = open_company()
        if any(version.change.change_id == change_id for version in list_current(settings, company)):
            raise BuildError(f"{change_id} is recorded as a change already; cxhouse change edit {change_id} changes its fields")
        content = describe_newcomer(settings.serving, change_id, scope_of(company).components)
    record(content, "command")


@app.command(name="list")
def list_changes() -> None:
    """List all changes with their status: of the company folder, of the ledger, and those only the published copy has."""
    from cxhouse.ledger.changes import list_current
    from cxhouse.warehouse.published_changes import list_published

    with report_failures():
        settings, company = open_company()
        versions, published = list_current(settings, company), list_published(settings.serving)
    table = Table(Column("id", overflow="fold"), "starts", "status", "kind", "owner", "primary KPI", "title", "recorded in")
    rows = []
    for version in versions:
        change, place = version.change, version.recorded_in + (", withdrawn" if version.is_withdrawn else "")
        status = write_status(published.pop(change.change_id, None))
        about = (change.kind, change.owner or "", change.primary_kpi or "", change.title, place)
        rows.append((f"{change.started_at:%Y-%m-%d}", change.change_id, status, *about))
    for change_id, row in published.items():
        about = (row["kind"], row["owner_department"] or "", row["primary_kpi"] or "", row["title"], row["recorded_in"])
        rows.append((str(row["started_date"]), change_id, write_status(row), *about))
    for started, change_id, *rest in sorted(rows):
        table.add_row(change_id, started, *rest)
    console.print(table)


def write_status(row: dict[str, Any] | None) -> str:
    """The status of a change in the published copy."""
    return "not built yet" if row is None else f"{row['status']}, overdue" if row["is_overdue"] else row["status"]


@app.command()
def show(change_id: str) -> None:
    """Show one change in full, with its earlier versions, its kept plan and its status."""
    from cxhouse.ledger.changes import describe_edit, list_current, read_versions
    from cxhouse.ledger.plans import read_plans
    from cxhouse.warehouse.published_changes import list_edits, list_published

    with report_failures():
        settings, company = open_company()
        current = {version.change_id: version for version in list_current(settings, company)}
        versions = [version for version in read_versions(company, settings.ledger) if version.change_id == change_id]
        published = list_published(settings.serving).get(change_id)
        plans = read_plans(settings.ledger).filter(change_id=change_id).to_dicts()
    if change_id not in current and published is None:
        raise fail(LookupError(f"no change {change_id}; cxhouse change list shows them"))
    if change_id in current:
        newest = current[change_id]
        show_fields(newest.change.describe())
        tell(f"recorded in: {newest.recorded_in}, {write_moment(newest)}{', withdrawn' if newest.is_withdrawn else ''}")
        for earlier, later in zip(versions, [*versions[1:], newest], strict=True):
            for line in describe_edit(earlier, later):
                tell(f"edited {write_moment(later)}: {line}")
    elif published is not None:
        show_fields({name: value for name, value in published.items() if name not in TOLD_AT_THE_END})
        for line in list_edits(settings.serving, change_id):
            tell(f"edit: {line}")
    for plan in plans:
        what = "plan" if plan["is_planned"] else "no plan"
        tell(
            f"kept {plan['published_at']:%Y-%m-%d %H:%M} UTC as {what}{', withdrawn' if plan['is_withdrawn'] else ''}: {plan['plan_hash']}"
        )
    if published is not None:
        tell(f"{published['status_text']} {published['next_step']}\nverdicts: cxhouse change evaluate {change_id}")


def show_fields(fields: dict[str, Any]) -> None:
    """A line per field."""
    for name, value in fields.items():
        tell(f"{name}: {value if value not in (None, []) else '-'}")


def write_moment(version: Version) -> str:
    """When a version was recorded."""
    return f"{version.recorded_at:%Y-%m-%d %H:%M} UTC" if version.recorded_at else "no build has seen it yet"


def open_company() -> tuple[Settings, Company]:
    """The settings and the company folder."""
    from cxhouse.warehouse.preparation import open_workplace

    settings = read_settings()
    return settings, open_workplace(settings).company
