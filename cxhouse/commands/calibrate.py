"""`cxhouse calibrate`: how often each method is wrong on the company's own figures, from the published copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from rich.table import Column, Table

from cxhouse.commands.failures import report_failures
from cxhouse.files import write_atomically
from cxhouse.screen import console, tell
from cxhouse.settings import read_settings

REPORT = "rpt_false_alarms"
HEADINGS = ("method", "dates x KPIs", "called an effect", "false alarms", "95 % interval", "planted effects seen")


def calibrate() -> None:
    """False alarms of this method and three others on dates without a change. The table is also written to CXHOUSE_HOME/calibration.md."""
    from cxhouse.warehouse.published_changes import read_published

    with report_failures():
        settings = read_settings()
        if not (settings.serving / "current" / f"{REPORT}.parquet").is_file():
            tell("The published copy holds no calibration yet: run cxhouse build and cxhouse publish, then cxhouse calibrate again.")
            return
        rows = read_published(settings.serving, REPORT).filter(pl.col("cases_count") > 0).sort("method_number").to_dicts()
        if not rows:
            tell("No date without a change can be judged yet: that takes 17 weeks of history before it and five after.")
            return
        target = settings.home / "calibration.md"
        write_atomically(target, lambda draft: Path(draft).write_text(write_page(rows), encoding="utf-8"))
    table = Table(*(Column(heading, justify="left" if heading == "method" else "right") for heading in HEADINGS), box=None)
    for row in rows:
        table.add_row(*list_cells(row))
    console.print(table)
    tell(f"Nominal values: 5 % false alarms, 80 % of planted effects seen. Written to {target}.")


def list_cells(row: dict[str, Any]) -> tuple[str, ...]:
    """A row of the table as formatted texts."""
    if row["rate"] is None:
        return row["method"], "0", "0", "–", "–", "–"
    seen = "–" if row["seen_rate"] is None else f"{row['seen_rate']:.1%} of {row['planted_count']:,}"
    interval = f"{row['rate_lower']:.1%} to {row['rate_upper']:.1%}"
    return row["method"], f"{row['cases_count']:,}", f"{row['alarms_count']:,}", f"{row['rate']:.1%}", interval, seen


def write_page(rows: list[dict[str, Any]]) -> str:
    """The same table as a Markdown page."""
    lines = [HEADINGS, tuple("---" for _ in HEADINGS), *(list_cells(row) for row in rows)]
    return PAGE.format(table="\n".join(f"| {' | '.join(line)} |" for line in lines))


PAGE = """# Calibration on the company's own figures

Every declared KPI is judged every four weeks, at dates without a recorded change, by this method and by three others on the same days.
A method should call an effect in 5 of 100 cases. For "planted effects", the figures are shifted by the smallest visible effect, once
upwards and once downwards per date; 80 of 100 should be seen. Cases of one series share weeks, so the intervals are somewhat too narrow.

{table}
"""
