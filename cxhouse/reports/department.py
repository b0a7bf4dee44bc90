"""The results of a department in a month, as one HTML file: figures, what moved and why, changes, promises, what is not measured.

The file is self-contained: it holds its style and loads nothing from a network. This module calculates nothing; every text comes from a
published report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cxhouse.files import write_atomically
from cxhouse.reports.published import PublishedCopy, ReportError, Row, read_published

# the order of figures on pages as well (dashboards/components/shared/statuses.js); among equal ones by pain
URGENCY = ("red", "yellow", "green", "neutral", "grey", "hidden", "no_data", "not_measurable")
SECTIONS = {
    "change": ("What changes ran?", "No change of this department, or at its touchpoints, started or ran in this month."),
    "promise": ("What was promised?", "No touchpoint of this department makes a promise."),
    "not_measured": ("What is not measured, and why?", "Every figure that was declared is measured."),
}
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def write_department_reports(*, serving: Path, folder: Path, department: str | None = None, month: str | None = None) -> list[Path]:
    """Write one file per department, or the one asked for, and return their paths. `month` is 2026-03; without it, the last whole one."""
    published = read_published(serving)
    months = published.reports["rpt_department_months"]
    if months.is_empty():
        raise ReportError("the published copy has no month of any department: load data, then run cxhouse build and cxhouse publish")
    known = months["owner_department"].unique().sort().to_list()
    if department is not None and department not in known:
        raise ReportError(f"unknown department {department}; known are {', '.join(known)}")
    chosen = find_month(months, month)
    written = []
    for name, path in name_files(folder, chosen, known):
        if department in (None, name):
            text = render_report(published, name, chosen)
            try:
                write_atomically(path, partial(Path.write_text, data=text, encoding="utf-8"))
            except OSError as error:
                raise ReportError(f"{path} cannot be written: {error.strerror}; name another folder with --to") from error
            written.append(path)
    return written


def find_month(months: pl.DataFrame, month: str | None) -> str:
    """The month asked for; without one, the last complete month, or the last month when none is complete."""
    known = months["month"].unique().sort().to_list()
    if month is None:
        whole = months.filter(pl.col("is_latest"))["month"].to_list()
        return whole[0] if whole else known[-1]
    if not MONTH.fullmatch(month):
        raise ReportError(f"{month} is not a month; write it like 2026-03")
    if month not in known:
        raise ReportError(f"the published copy has no figures of {month}; it has {known[0]} to {known[-1]}")
    return month


def name_files(folder: Path, month: str, departments: Iterable[str]) -> list[tuple[str, Path]]:
    """A file name per department. A number is added when two departments would have the same name."""
    taken: set[str] = set()
    named = []
    for department in departments:
        stem = re.sub(r"[^\w]+", "-", department.lower()).strip("-") or "department"
        unique, number = stem, 2
        while unique in taken:
            unique, number = f"{stem}-{number}", number + 1
        taken.add(unique)
        named.append((department, folder / f"{month}-{unique}.html"))
    return named


def render_report(published: PublishedCopy, department: str, month: str) -> str:
    """The page of one department and month."""
    mine = pl.col("owner_department") == department
    about = published.select("rpt_department_months", mine & (pl.col("month") == month), "month")[0]
    notes = published.select("rpt_department_notes", mine & (pl.col("month") == month), "subject", "note")
    found = published.select("rpt_month_kpis", mine & (pl.col("month") == month), "touchpoint_name", "position")
    figures = sorted(found, key=lambda row: (URGENCY.index(row["status"]), -(row["pain"] or 0.0)))
    for row in figures:
        row["interval_text"] = row["interval_text"] or ""
        row["target_text"] = row["target_text"] or "none"
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("department.html.j2").render(
        about=about,
        figures=figures,
        moves=list_moves(published, department, about["month_start"]),
        sections=[(key, *texts, [note for note in notes if note["section"] == key]) for key, texts in SECTIONS.items()],
        build=published.reports["rpt_builds"].to_dicts()[0],
        build_id=published.manifest["build_id"],
        built_at=write_moment(published.manifest["built_at"]),
        published_at=write_moment(published.manifest["published_at"]),
    )


def list_moves(published: PublishedCopy, department: str, month_start: object) -> list[Row]:
    """KPIs of the department's touchpoints that moved by more than their margin, compared with the month before and the year before."""
    condition = (
        (pl.col("owner_department") == department)
        & (pl.col("period_start") == month_start)
        & pl.col("comparison").is_in(["month_before", "year_before"])
        & pl.col("is_declared")
        & pl.col("is_main")
        & (pl.col("certainty") == "clear")
    )
    return published.select("rpt_kpi_moves", condition, "comparison_position", "touchpoint_name", "position")


def write_moment(text: str) -> str:
    """A UTC time of the manifest as text."""
    moment = datetime.fromisoformat(text)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
