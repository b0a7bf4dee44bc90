"""`cxhouse employees`: figures about single employees, on the command line only. They are never published."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from cxhouse.commands.failures import check_private, read_day, report_failures
from cxhouse.files import write_private
from cxhouse.screen import console
from cxhouse.settings import read_settings

app = typer.Typer(no_args_is_help=True)
NOTE = (
    "Compare the share that is shrunk towards the team: with few answers, an agent's own share is mostly chance. Intervals that "
    "overlap show no difference."
)


@app.callback()
def explain() -> None:
    """Figures about single employees, by hashed number, for the command line only."""


@app.command()
def csat(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="First local day of the contacts that the surveys asked about.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="First local day not counted any more.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write JSON to this file, which only you can read.")] = None,
) -> None:
    """Satisfaction per agent (hashed), shrunk towards the team's mean. Agents with fewer than 30 answers are counted but not shown."""
    with report_failures():
        settings = read_settings()
        if out is not None:
            check_private(settings, out, "figures about employees")
        content = judge_agents(settings.warehouse, read_day(from_, "--from"), read_day(to, "--to"))
    text = json.dumps(content, indent=2)
    if out is not None:
        write_private(out, text)
        console.print(f"{len(content['agents'])} agents written to {out} (only you can read it)", highlight=False)
    elif as_json:
        print(text)
    else:
        show(content)


def judge_agents(warehouse: Path, start: date | None, end: date | None) -> dict[str, Any]:
    """Every agent who may be shown, and the number of those who may not. Days are half-open: `start` counts, `end` does not."""
    import polars as pl

    from cxhouse.warehouse.reading import read_warehouse
    from semantic.shrinkage import FEWEST_ANSWERS, SMALLEST_TEAM, shrink_shares

    query = (
        "select team, agent_id as member, count(*) filter (where is_satisfied) as satisfied, count(*) as answers from int_agent_answers "
        "where event_date >= ? and event_date < ? group by team, agent_id order by team, agent_id"
    )
    with read_warehouse(warehouse) as connection:
        rows = connection.execute(query, [start or date.min, end or date.max]).fetchall()
    schema = {"team": pl.Utf8, "member": pl.Utf8, "satisfied": pl.Int64, "answers": pl.Int64}
    judged = shrink_shares(pl.DataFrame(rows, schema=schema, orient="row"))
    shown = judged.filter(status="shown").sort("team", "shrunk_share", "member", descending=[False, True, False])
    return {
        "from": start.isoformat() if start else None,
        "to": end.isoformat() if end else None,
        "fewest_answers": FEWEST_ANSWERS,
        "smallest_team": SMALLEST_TEAM,
        "agents": shown.rename({"member": "agent"}).drop("status").to_dicts(),
        "not_shown": {
            "few_answers": judged.filter(status="few_answers").height,
            "small_team": judged.filter(status="small_team").height,
        },
    }


def show(content: dict[str, Any]) -> None:
    """A table for people."""
    table = Table(
        "team", "agent (hashed)", "answers", "own share", "shrunk to the team", "95 % interval", "team", title="Satisfaction per agent"
    )
    for agent in content["agents"]:
        interval = f"{agent['lower']:.1%} to {agent['upper']:.1%}"
        shares = (f"{agent['share']:.1%}", f"{agent['shrunk_share']:.1%}", interval, f"{agent['team_share']:.1%}")
        table.add_row(agent["team"], agent["agent"], f"{agent['answers']:,}", *shares)
    console.print(table)
    few, small = content["not_shown"]["few_answers"], content["not_shown"]["small_team"]
    limits = (f"{few} with fewer than {content['fewest_answers']} answers", f"{small} in teams of fewer than {content['smallest_team']}")
    console.print(f"Not shown (agent and team): {', '.join(limits)}.", highlight=False)
    console.print(NOTE, highlight=False)
