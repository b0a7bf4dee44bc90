"""What a department's month consists of, read from the published copy. Nothing is calculated here; every text is a published one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import polars as pl

from cxhouse.reports.published import PublishedCopy, ReportError, Row

# the order of figures on pages as well (dashboards/components/shared/statuses.js); among equal ones by pain
URGENCY = ("red", "yellow", "green", "neutral", "grey", "hidden", "no_data", "not_measurable")
MONTHS = 13  # in a chart: the month and the same one a year before
MARKS = 2  # changes named beside a chart; its picture numbers all
# how much of each stands on the first page; all of it in the appendix
SHOWN = {"figures": 7, "verdicts": 3, "moves": 3, "actions": 5}


@dataclass(frozen=True)
class Charted:
    """A figure of the month with the months before it and the changes at its touchpoint in these months."""

    row: Row
    months: Sequence[Row]
    marks: Sequence[Row]

    @property
    def name(self) -> str:
        """The KPI and its touchpoint."""
        return f"{self.row['kpi_name']} at {self.row['touchpoint_name']}"

    @cached_property
    def picture(self) -> bytes | None:
        """The chart as PNG; none where no month has a value."""
        from cxhouse.reports.charts import draw_months  # loads matplotlib, which no other command needs

        return draw_months(self.months, self.marks) if any(month["value"] is not None for month in self.months) else None

    @property
    def caption(self) -> str:
        """The changes that the chart numbers, newest first."""
        named = [f"{mark['number']} {mark['mark_text']}" for mark in reversed(self.marks)]
        return "; ".join([*named[:MARKS], *([f"and {len(named) - MARKS} earlier"] if len(named) > MARKS else [])])

    @property
    def words(self) -> str:
        """What the chart shows, for those who do not see it."""
        target = f" Target {self.row['target_text']}." if self.row["target_text"] else ""
        changes = f" Changes: {self.caption}." if self.marks else ""
        return f"{self.name}, by month: {self.row['months_text']}.{target}{changes}"


@dataclass(frozen=True)
class Contents:
    """The rows of one department and month, each list in the order in which it is shown."""

    about: Row
    build: Row
    figures: Sequence[Charted]
    notes: Sequence[Row]
    moves: Sequence[Row]
    actions: Sequence[Row]
    reported: Sequence[Row]  # as first reported, with what it is now
    is_past: bool  # what was to do then is not known any more
    build_id: str
    built_at: str
    published_at: str

    def section(self, name: str) -> list[Row]:
        """Notes of one kind: verdict, change, promise, not_measured."""
        return [note for note in self.notes if note["section"] == name]


def read_contents(published: PublishedCopy, department: str, month: str) -> Contents:
    """The contents of one report. Raises ReportError for a department or month that the published copy does not have."""
    condition = (pl.col("owner_department") == department) & (pl.col("month") == month)
    found = published.select("rpt_department_months", condition, "month")
    if not found:
        raise ReportError(f"the published copy has no {month} of a department {department}; cxhouse report without options lists them")
    figures = published.select("rpt_month_kpis", condition, "touchpoint_name", "position")
    figures.sort(key=lambda row: (URGENCY.index(row["status"]), -(row["pain"] or 0.0)))
    whole = published.reports["rpt_department_months"].filter("is_latest")["month"].to_list()
    return Contents(
        about=found[0],
        build=published.reports["rpt_builds"].to_dicts()[0],
        figures=chart_figures(published, figures, found[0]["month_end"]),
        notes=published.select("rpt_department_notes", condition, "subject", "note"),
        moves=published.select("rpt_department_moves", condition, "comparison_position", "touchpoint_name", "position"),
        actions=published.select("rpt_department_actions", condition, "position"),
        reported=published.select(
            "rpt_reported_figures",
            (pl.col("owner_department") == department) & (pl.col("month_start") == found[0]["month_start"]),
            "touchpoint_name",
            "kpi_name",
        ),
        is_past=bool(whole) and month < whole[0],
        build_id=published.manifest["build_id"],
        built_at=write_moment(published.manifest["built_at"]),
        published_at=write_moment(published.manifest["published_at"]),
    )


def chart_figures(published: PublishedCopy, figures: Sequence[Row], last_day: date) -> list[Charted]:
    """Each figure with its months and the changes in them."""
    places = pl.col("touchpoint_id").is_in([row["touchpoint_id"] for row in figures])
    months = published.select("rpt_month_kpis", places & (pl.col("month_start") <= last_day), "month_start")
    marks = published.select("rpt_change_touchpoints", places & (pl.col("started_date") <= last_day), "number")
    charted = []
    for row in figures:
        mine = [each for each in months if each["touchpoint_id"] == row["touchpoint_id"] and each["kpi_id"] == row["kpi_id"]][-MONTHS:]
        near = [
            mark
            for mark in marks
            if mark["touchpoint_id"] == row["touchpoint_id"] and mark["started_date"] >= mine[0]["month_start"]
        ]  # fmt: skip
        charted.append(Charted(row, mine, near))
    return charted


def write_moment(text: str) -> str:
    """A UTC time of the manifest as text."""
    moment = datetime.fromisoformat(text)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
