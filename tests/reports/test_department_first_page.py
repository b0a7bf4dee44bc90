"""The first page of a department's month: what hurts, moved and why, was judged, and is to do; in the file and in the mail."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from PIL import Image

from cxhouse.reports import MailReport, ReportError, mail_report
from cxhouse.reports.charts import TONES, draw_months, list_runs, place_day
from cxhouse.reports.contents import MONTHS, SHOWN, URGENCY
from cxhouse.reports.department import render_report
from cxhouse.reports.published import PublishedCopy, read_published
from tests.conftest import DemoHome
from tests.reports.conftest import change_report

NASTY = '<script>alert("x")</script>\' onerror=alert(1) 🎉 & Sons\n' + "ü" * 200
MOST_HTML, MOST_MAIL = 102_000, 500_000  # Gmail cuts the rest off; the mail with its pictures


class Page(HTMLParser):
    """The parts of a report: start tags with attributes, and the text by section and first-page figure."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.tops: dict[str, str] = {}
        self.sections: dict[str, list[str]] = {}
        self.section, self.top = "", ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag == "table":
            self.section = found.get("data-section", "")
        if tag == "tr":
            self.top = found.get("data-top", "")
            self.sections.setdefault(self.section, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self.section, self.top = "", ""

    def handle_data(self, data: str) -> None:
        if self.section in self.sections:
            self.sections[self.section][-1] = f"{self.sections[self.section][-1]} {data.strip()}".strip()
        if self.top:
            self.tops[self.top] = f"{self.tops.get(self.top, '')} {data.strip()}".strip()

    def pictures(self) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag == "img"]


@pytest.fixture(scope="module")
def published(demo_home: DemoHome) -> PublishedCopy:
    return read_published(demo_home.path / "serving")


def list_reports(published: PublishedCopy) -> list[tuple[str, str]]:
    """Every department in every month with figures."""
    months = published.reports["rpt_department_months"].filter(pl.col("figures_count") > 0)
    return months.select("owner_department", "month").sort("month", "owner_department").rows()


def find_latest(published: PublishedCopy) -> str:
    return str(published.reports["rpt_department_months"].filter("is_latest")["month"][0])


def test_the_first_page_has_at_most_seven_figures_in_the_order_of_what_hurts(published: PublishedCopy) -> None:
    seen = 0
    for department, month in list_reports(published)[::12]:
        rows = (
            published.reports["rpt_month_kpis"].filter((pl.col("owner_department") == department) & (pl.col("month") == month)).to_dicts()
        )
        rows.sort(key=lambda row: (URGENCY.index(row["status"]), -(row["pain"] or 0), row["touchpoint_name"], row["position"]))
        page = Page(render_report(published, department, month))
        assert list(page.tops) == [f"{row['touchpoint_id']} {row['kpi_id']}" for row in rows[:7]]
        for row in rows[:7]:
            text = page.tops[f"{row['touchpoint_id']} {row['kpi_id']}"]
            for published_text in (row["touchpoint_name"], row["kpi_name"], row["status_word"], row["value_text"] or row["reason"]):
                assert published_text in text
            assert not row["value_text"] or f"n {row['n']:,}" in text
            seen += 1
    assert seen > 30


def test_every_figure_with_a_value_has_a_chart_whose_words_are_its_months(published: PublishedCopy) -> None:
    month, charts = find_latest(published), 0
    figures = published.reports["rpt_month_kpis"].filter(pl.col("month") <= month).sort("month")
    marks = published.reports["rpt_change_touchpoints"]
    for department in sorted({name for name, _ in list_reports(published)}):
        text = render_report(published, department, month)
        words = {picture["alt"] for picture in Page(text).pictures()}
        for row in figures.filter((pl.col("owner_department") == department) & (pl.col("month") == month)).to_dicts():
            series = figures.filter((pl.col("touchpoint_id") == row["touchpoint_id"]) & (pl.col("kpi_id") == row["kpi_id"])).tail(MONTHS)
            if series["value"].is_null().all():
                continue
            values = [f"{each['month_start']:%B %Y} {each['value_text'] or 'no value'}" for each in series.to_dicts()]
            (found,) = [each for each in words if each.startswith(f"{row['kpi_name']} at {row['touchpoint_name']}, by month: ")]
            assert f": {', '.join(values)}. Target {row['target_text']}." in found
            near = marks.filter(
                (pl.col("touchpoint_id") == row["touchpoint_id"])
                & pl.col("started_date").is_between(series["month_start"][0], date.fromisoformat(f"{month}-28"))
            )
            for mark in near.sort("number").tail(2).to_dicts():
                assert f"{mark['number']} {mark['title']} (" in found
            charts += 1
        for source in {picture["src"] for picture in Page(text).pictures()}:
            with Image.open(io.BytesIO(b64decode(source.removeprefix("data:image/png;base64,")))) as picture:
                assert (picture.format, picture.size) == ("PNG", (600, 156))
    assert charts > 30


def month_row(month: int, value: float | None, *, version: int = 1, status: str = "yellow") -> dict[str, Any]:
    limits = {"value_lower": value - 1, "value_upper": value + 1} if value is not None else {"value_lower": None, "value_upper": None}
    text = {"value": value, "value_text": f"{value}", "kpi_version": version, "status": status, "target": 5.0}
    return {"month_start": date(2026, month, 1), **limits, **text}


def test_a_line_joins_only_neighbours_of_one_definition() -> None:
    rows = [
        month_row(1, 3.0),
        month_row(2, 4.0),
        month_row(3, None),
        month_row(4, 5.0),
        month_row(5, 6.0, version=2),
        month_row(6, 6.0, version=2),
    ]
    assert [[place for place, _ in run] for run in list_runs(rows)] == [[0, 1], [3], [4, 5]]


def test_a_change_stands_at_its_day_of_the_month() -> None:
    rows = [month_row(1, 3.0), month_row(2, 4.0), month_row(12, 4.0)]
    assert [place_day(rows, day) for day in (date(2026, 1, 1), date(2026, 2, 15), date(2026, 12, 31))] == [-0.5, 1.0, 1.5 + 30 / 31]


@pytest.mark.parametrize("status", ["red", "yellow", "green"])
def test_only_the_last_month_has_the_colour_of_its_status(status: str) -> None:
    rows = [month_row(1, 3.0, status="red"), month_row(2, 4.0, status="green"), month_row(3, 4.5, status=status)]
    with Image.open(io.BytesIO(draw_months(rows, [{"number": 1, "started_date": date(2026, 2, 3)}]))) as picture:
        pixels = {colour for _, colour in picture.convert("RGB").getcolors(100_000)}
    near = {name for name, tone in TONES.items() if any(is_near(pixel, tone) for pixel in pixels)}
    assert near == {status}
    assert draw_months(rows, []) == draw_months(rows, []) != draw_months(rows[:2], [])


def is_near(pixel: tuple[int, int, int], tone: str) -> bool:
    wanted = [int(tone[place : place + 2], 16) for place in (1, 3, 5)]
    return all(abs(part - want) <= 1 for part, want in zip(pixel, wanted, strict=True))


def test_a_move_names_the_judged_changes_in_between_with_their_numbers_and_no_other(published: PublishedCopy, demo_home: DemoHome) -> None:
    effects = pl.read_parquet(demo_home.serving / "rpt_change_effects.parquet").filter(
        pl.col("is_current") & pl.col("is_effect") & (pl.col("relation") == "in_scope")
    )
    changes = pl.read_parquet(demo_home.serving / "rpt_changes.parquet").select("change_id", "title", "started_date", "ended_date")
    spans = pl.read_parquet(demo_home.serving / "rpt_kpi_moves.parquet").filter("is_main").select("move_id", "before_start", "period_end")
    kinds = {True: 0, False: 0}
    for row in published.reports["rpt_department_moves"].join(spans, on="move_id").to_dicts():
        mine = effects.filter((pl.col("touchpoint_id") == row["touchpoint_id"]) & (pl.col("kpi_id") == row["kpi_id"]))
        for effect in mine.join(changes, on="change_id").to_dicts():
            days = [day for day in (effect["started_date"], effect["ended_date"]) if day]
            is_between = any(row["before_start"] < day <= row["period_end"] for day in days)
            assert (
                f"): {effect['effect_text']}, {effect['verdict']}" in row["cause_text"] and effect["title"] in row["cause_text"]
            ) == is_between
            kinds[is_between] += 1
        assert row["effects_count"] or "Judged change that moved it" not in row["cause_text"]
    assert kinds[True] > 5 and kinds[False] > 5, "the demo needs moves with and without a judged change in between"
    explained = published.reports["rpt_department_moves"].filter(pl.col("effects_count") > 0)
    for row in [explained.row(0, named=True), explained.row(-1, named=True)]:
        page = Page(render_report(published, row["owner_department"], row["month"]))
        assert any(row["answer"] in text and row["cause_text"] in text for text in page.sections["move"])


def test_verdicts_stand_in_the_month_they_were_given_and_that_of_their_figures(published: PublishedCopy, demo_home: DemoHome) -> None:
    changes = pl.read_parquet(demo_home.serving / "rpt_changes.parquet").filter(pl.col("judged_on").is_not_null())
    notes = published.reports["rpt_department_notes"].filter(pl.col("section") == "verdict")
    months = published.reports["rpt_department_months"]["month"].unique().to_list()
    for change in changes.to_dicts():
        mine = notes.filter((pl.col("subject_id") == change["change_id"]) & (pl.col("owner_department") == change["owner_department"]))
        expected = {f"{day:%Y-%m}" for day in (change["judged_on"], change["judged_from"]) if f"{day:%Y-%m}" in months}
        assert set(mine["month"]) == expected
        assert mine["note"].str.starts_with(change["answer"]).all()
    assert notes["month"].n_unique() > 5
    department, month = notes.select("owner_department", "month").sort("month").row(0)
    page = Page(render_report(published, department, month))
    mine = notes.filter((pl.col("owner_department") == department) & (pl.col("month") == month))
    assert len(page.sections["verdict"]) >= min(mine.height, SHOWN["verdicts"])
    assert all(any(note in text for text in page.sections["verdict"]) for note in mine["note"].head(SHOWN["verdicts"]))


def test_what_to_do_follows_from_figures_changes_breaks_and_sources(published: PublishedCopy, demo_home: DemoHome) -> None:
    def read(name: str) -> pl.DataFrame:
        return pl.read_parquet(demo_home.serving / f"{name}.parquet")

    month = find_latest(published)
    actions = published.reports["rpt_department_actions"]
    assert actions["month"].min() == month
    mine = actions.filter(pl.col("month") == month)
    ids = {kind: set(mine.filter(pl.col("kind") == kind)["subject_id"]) for kind in ("judge", "register", "load", "measure", "plan")}
    changes = read("rpt_changes").filter(~pl.col("is_withdrawn") & pl.col("owner_department").is_not_null())
    assert ids["judge"] == set(changes.filter(pl.col("status") == "check")["change_id"])
    assert ids["register"] == set(read("rpt_break_proposals")["touchpoint_id"])
    assert ids["load"] == set(read("rpt_data_health").filter(pl.col("status").is_in(["late", "down", "never"]))["source"])
    figures = read("rpt_month_kpis").filter(pl.col("month") == month)
    assert ids["measure"] == set(figures.filter(pl.col("status") == "not_measurable")["touchpoint_id"])
    running = read("rpt_department_notes").filter((pl.col("section") == "change") & (pl.col("month") == month))["subject_id"]
    busy = set(read("rpt_change_touchpoints").filter(pl.col("change_id").is_in(running.implode()))["touchpoint_id"])
    assert ids["plan"] == set(figures.filter(pl.col("status") == "red")["touchpoint_id"]) - busy
    assert ids["plan"] and ids["judge"] and ids["load"]
    for department in mine["owner_department"].unique():
        rows = mine.filter(pl.col("owner_department") == department).sort("position").to_dicts()
        page = Page(render_report(published, department, month))
        shown = page.sections["action"]
        assert len(shown) == min(len(rows), SHOWN["actions"]) + (len(rows) if len(rows) > SHOWN["actions"] else 0)
        for row, text in zip(rows[: SHOWN["actions"]], shown, strict=False):
            assert all(each in text for each in (row["subject"], row["action"], row["place"], row["command"]))


def test_a_month_that_is_past_has_nothing_to_do_and_says_so(published: PublishedCopy) -> None:
    department, month = list_reports(published)[0]
    assert month < find_latest(published)
    assert "This month is past" in render_report(published, department, month)


@pytest.fixture(scope="module")
def mails(published: PublishedCopy) -> dict[str, MailReport]:
    """The mail of each department about the latest month."""
    month = find_latest(published)
    names = published.reports["rpt_department_months"]["owner_department"].unique().sort().to_list()
    return {name: mail_report(published, name, month) for name in names}


def test_a_mail_is_the_first_page_and_keeps_what_mail_programs_keep(published: PublishedCopy, mails: dict[str, MailReport]) -> None:
    month = find_latest(published)
    assert len(mails) > 3
    for department, mail in mails.items():
        page, file = Page(mail.html), Page(render_report(published, department, month))
        assert (page.tops, page.sections.get("move"), page.sections.get("action")) == (
            file.tops,
            (file.sections.get("move") or [])[: SHOWN["moves"]] or None,
            (file.sections.get("action") or [])[: SHOWN["actions"]] or None,
        )
        assert [picture["src"] for picture in page.pictures()] == [f"cid:{name}" for name in mail.images]
        assert all(picture["alt"] and picture["width"] == "300" and picture["height"] == "78" for picture in page.pictures())
        assert all(image.startswith(b"\x89PNG") for image in mail.images.values())
        assert {tag for tag, _ in page.tags} & {"script", "svg", "form", "link", "iframe", "object"} == set()
        assert "data:" not in re.sub(r"data-[a-z]+", "", mail.html) and "flex" not in mail.html and "grid" not in mail.html
        assert all(attributes.get("style") for tag, attributes in page.tags if attributes.get("class") or tag in ("h1", "h2", "p", "td"))
        assert len(mail.html.encode()) < MOST_HTML
        assert len(mail.html.encode()) + sum(map(len, mail.images.values())) * 4 / 3 < MOST_MAIL
        assert "\n" not in mail.subject and mail.subject.startswith(f"{department}, ")
    assert max(len(mail.images) for mail in mails.values()) == SHOWN["figures"]
    assert min(len(mail.images) for mail in mails.values()) == 0


def test_a_department_or_month_that_is_not_published_is_named(published: PublishedCopy) -> None:
    for make in (render_report, mail_report):
        with pytest.raises(ReportError, match="no 1999-01 of a department Astrology"):
            make(published, "Astrology", "1999-01")


def test_what_was_reported_then_and_is_now_stands_in_the_file_with_the_reason(published: PublishedCopy) -> None:
    """The demo's scanners failed at the end of May: parcels that came were confirmed after the report of the second of June."""
    figures = published.reports["rpt_reported_figures"]
    (planted,) = figures.filter(
        (pl.col("kpi_id") == "on_time_delivery")
        & (pl.col("touchpoint_id") == "parcel_delivery")
        & (pl.col("month_start") == date(2026, 5, 1))
    ).to_dicts()
    assert planted["first_reported_date"] == date(2026, 6, 2) and planted["revisions_count"] == 1
    assert (
        planted["n"] == planted["first_n"]
        and planted["change"] == pytest.approx(planted["value"] - planted["first_value"])
        and planted["change"] > 0.01
    )
    assert planted["change_text"] == f"+{100 * planted['change']:.1f} points"
    assert planted["reason_text"] == "rows that were counted then were corrected by rows loaded later; n is the same"
    page = Page(render_report(published, planted["owner_department"], "2026-05"))
    revised = figures.filter(
        (pl.col("owner_department") == planted["owner_department"])
        & (pl.col("month_start") == date(2026, 5, 1))
        & (pl.col("revisions_count") > 0)
    )
    assert len(page.sections["reported"]) == revised.height
    (text,) = [text for text in page.sections["reported"] if planted["note"] in text and "On-time delivery" in text]
    assert f"Difference: {planted['change_text']}. Why: {planted['reason_text']}." in text
    month = find_latest(published)
    kept = figures.filter(
        (pl.col("owner_department") == planted["owner_department"]) & (pl.col("month_start") == date.fromisoformat(f"{month}-01"))
    )
    said = f"Figures of this month that are kept: {kept.height}. None was revised" if kept.height else "No figure of this month is kept yet"
    assert said in render_report(published, planted["owner_department"], month)


def test_names_of_the_company_do_no_harm_and_stay_whole(serving: Path) -> None:
    nasty = pl.lit(NASTY)
    owned = [nasty.alias("owner_department")]
    change_report(serving, "rpt_department_months", *owned)
    change_report(serving, "rpt_month_kpis", nasty.alias("touchpoint_name"), nasty.alias("kpi_name"), nasty.alias("reason"), *owned)
    change_report(serving, "rpt_department_notes", nasty.alias("subject"), nasty.alias("note"), *owned)
    change_report(serving, "rpt_department_moves", nasty.alias("touchpoint_name"), nasty.alias("answer"), nasty.alias("cause_text"), *owned)
    change_report(serving, "rpt_department_actions", *(nasty.alias(name) for name in ("subject", "action", "place", "command")), *owned)
    change_report(serving, "rpt_change_touchpoints", nasty.alias("title"), nasty.alias("mark_text"))
    change_report(serving, "rpt_builds", nasty.alias("company_name"))
    published = read_published(serving)
    month = find_latest(published)
    mail = mail_report(published, NASTY, month)
    for text in (render_report(published, NASTY, month), mail.html):
        page = Page(text)
        assert {tag for tag, _ in page.tags} & {"script", "svg", "iframe"} == set()
        assert [name for _, attributes in page.tags for name in attributes if name.startswith("on")] == []
        assert any(NASTY in picture["alt"] for picture in page.pictures())
        assert NASTY in unescape(text)
        assert set(page.sections) >= {"first-figures", "move", "action"}
    assert "\n" not in mail.subject and "🎉" in mail.subject
