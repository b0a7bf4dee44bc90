"""The results of a department in a month, as one HTML file: one page with what hurts, moved, was judged and is to do, then an appendix.

The file is self-contained: it holds its style and its charts and loads nothing from a network.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cxhouse.files import write_atomically
from cxhouse.reports.contents import SHOWN, Contents, read_contents
from cxhouse.reports.published import PublishedCopy, ReportError, read_published

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
    """The page of one department and month, with its charts in it."""
    return render_contents(read_contents(published, department, month))


def render_contents(contents: Contents) -> str:
    """The file of contents that are read already."""
    pictures = [each.picture for each in contents.figures]
    sources = [f"data:image/png;base64,{b64encode(each).decode()}" if each else "" for each in pictures]
    return fill_template(contents, sources, is_mail=False)


def fill_template(contents: Contents, sources: Sequence[str], *, is_mail: bool, link: str = "") -> str:
    """The HTML; `sources` are the addresses of the figures' charts, empty where there is none; `link` is that of the page Reports."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("department.html.j2").render(
        **{field.name: getattr(contents, field.name) for field in fields(contents)},
        verdicts=contents.section("verdict"),
        sections=[(key, *texts, contents.section(key)) for key, texts in SECTIONS.items()],
        sources=sources,
        shown=SHOWN,
        is_mail=is_mail,
        link=link,
    )
