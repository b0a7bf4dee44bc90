"""`cxhouse change evaluate`: the verdicts on changes, from the published copy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from cxhouse.commands.failures import report_failures
from cxhouse.screen import console, tell
from cxhouse.settings import read_settings

Row = dict[str, Any]


def evaluate(
    change_id: Annotated[str | None, typer.Argument(metavar="ID", help="One change, with every KPI it was judged on.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Show the verdicts of the published copy: first the overdue changes, then the primary KPI of each change, newest change first."""
    from cxhouse.build_state import read_manifest

    with report_failures():
        settings = read_settings()
        changes, manifest = read_verdicts(settings.serving, change_id), read_manifest(settings)
    if as_json:
        about = {name: manifest[name] for name in ("build_id", "built_at", "published_at")} if manifest else {}
        overdue = [change["change_id"] for change in changes if change["is_overdue"]]
        print(json.dumps({**about, "overdue": overdue, "changes": changes}, indent=2, default=str, allow_nan=False))
    elif change_id:
        show_change(changes[0])
    else:
        show_changes(changes)


def read_verdicts(serving: Path, change_id: str | None) -> list[Row]:
    """The changes, overdue ones first, then by start, each with its `effects`, the primary KPI first. Raises BuildError."""
    import polars as pl

    from cxhouse.build_state import BuildError
    from cxhouse.warehouse.published_changes import read_published

    changes = read_published(serving, "rpt_changes")
    effects = read_published(serving, "rpt_change_effects").fill_nan(None)
    if change_id is not None and change_id not in changes["change_id"]:
        raise BuildError(f"the published copy has no change {change_id}; it has: {', '.join(sorted(changes['change_id'])) or 'none'}")
    chosen = changes if change_id is None else changes.filter(change_id=change_id)
    ordered = chosen.sort("is_overdue", "started_at", "change_id", descending=[True, True, False])
    order = effects.sort(pl.col("relation") != "in_scope", ~pl.col("is_primary"), "kpi_id", "touchpoint_id", "started_at")
    return [{**row, "effects": order.filter(change_id=row["change_id"]).to_dicts()} for row in ordered.to_dicts()]


def list_told(change: Row) -> list[Row]:
    """The rows of a change in the list: its primary KPI, and every other KPI of its scope with a visible effect."""
    scope = [effect for effect in change["effects"] if effect["relation"] == "in_scope"]
    return [effect for effect in scope if effect["is_primary"]] + [
        effect for effect in scope if not effect["is_primary"] and effect["is_effect"]
    ]


def show_changes(changes: list[Row]) -> None:
    """All changes: a sentence per overdue one, then a table."""
    overdue = [change for change in changes if change["is_overdue"]]
    for change in overdue:
        tell(f"{change['change_id']} {change['title']}: {change['status_text']} {change['next_step']}")
    table = Table(Column("change", overflow="fold"), "title", "starts", "status", "KPI", "touchpoint", "verdict", "effect (95 % margin)")
    for change in changes:
        about = (change["change_id"], change["title"], str(change["started_date"]), change["status"])
        told = list_told(change)
        for number, effect in enumerate(told):
            table.add_row(*(about if number == 0 else ("",) * 4), *describe_effect(effect))
        if not told:
            table.add_row(*about, "", "", change["verdicts_text"] or "-", "")
    if changes:
        console.print(table)
    else:
        tell("no change is recorded: cxhouse change add")
    for change in changes:
        for effect in change["effects"]:
            if effect["re_estimate_text"] and effect["is_primary"] and effect["latest_verdict"] != effect["verdict"]:
                tell(f"{change['change_id']}, {effect['kpi_name']}: {effect['re_estimate_text']}")


def show_change(change: Row) -> None:
    """One change: its status, every KPI in its scope, effects outside its scope, and the sentences."""
    tell(f"{change['change_id']} {change['title']}, from {change['started_date']}, {change['owner_department'] or 'nobody'} owns it")
    tell(f"{change['status_text']} {change['next_step']}")
    elsewhere = [effect for effect in change["effects"] if effect["relation"] != "in_scope" and effect["is_effect"]]
    scope = [effect for effect in change["effects"] if effect["relation"] == "in_scope"]
    table = Table("KPI", "touchpoint", "verdict", "effect (95 % margin)", "would be seen from")
    for effect in (*scope, *elsewhere):
        kpi, touchpoint, verdict, size = describe_effect(effect)
        mark = "primary: " if effect["is_primary"] else "elsewhere: " if effect in elsewhere else ""
        table.add_row(f"{mark}{kpi}", touchpoint, verdict, size, effect["visible_text"] or "")
    if change["effects"]:
        console.print(table)
    for effect in scope:
        if effect["is_primary"] or effect["is_effect"]:
            for line in (effect["sentence"], effect["promise_text"], effect["warnings"], effect["re_estimate_text"]):
                if line:
                    tell(f"- {line}")


def describe_effect(effect: Row) -> tuple[str, str, str, str]:
    """KPI, touchpoint, verdict and size as texts. When a newer estimate gives another verdict, that one is added."""
    size = f"{effect['effect_text']} ({effect['margin_text']})" if effect["effect_text"] else ""
    now = effect["latest_verdict"]
    later = f" (now {now})" if effect["re_estimate_text"] and now not in (None, effect["verdict"]) else ""
    return effect["kpi_name"] or effect["kpi_id"], effect["touchpoint_name"] or "-", f"{effect['verdict']}{later}", size
