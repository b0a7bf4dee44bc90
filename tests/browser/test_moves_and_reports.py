"""The panel "Why did it move?" and the page of the departments against their reports."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from cxhouse.reports.contents import URGENCY
from tests.browser.built_site import PATIENCE_MS, PHONE, WIDE, BuiltSite, watch

BUTTONS = {"last_28_days": "28 days before", "last_91_days": "91 days before", "month_before": "month before", "year_before": "year before"}


def find_split_touchpoint(site: BuiltSite) -> tuple[str, str, pl.DataFrame]:
    """A touchpoint, a KPI it declares, and its newest moves, where every comparison has a split."""
    moves = site.read("rpt_kpi_moves").filter(
        pl.col("touchpoint_id").is_not_null()
        & pl.col("is_declared")
        & pl.col("is_latest")
        & pl.col("is_main")
        & (pl.col("dimension_set") != "total")
    )
    counts = moves.group_by("touchpoint_id", "kpi_id").len().sort(["len", "touchpoint_id", "kpi_id"], descending=[True, False, False])
    assert counts.height > 0 and counts["len"][0] == len(BUTTONS), "the built company needs a KPI of two suppliers or channels"
    touchpoint, kpi = counts["touchpoint_id"][0], counts["kpi_id"][0]
    return touchpoint, kpi, moves.filter((pl.col("touchpoint_id") == touchpoint) & (pl.col("kpi_id") == kpi))


def read_table(page: Page) -> dict[str, tuple[str, str, str]]:
    """Member -> mix, rate and total as shown on the page."""
    rows = page.locator("[data-field=split] tbody tr").all()
    texts = ("[data-effect=mix] .figure", "[data-effect=rate] .figure", "[data-effect=total]")
    return {str(row.get_attribute("data-member")): tuple(row.locator(text).inner_text() for text in texts) for row in rows}  # type: ignore[misc]


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_each_comparison_shows_its_own_answer_and_parts(browser: Browser, address: str, built_site: BuiltSite, width: int) -> None:
    touchpoint, kpi, moves = find_split_touchpoint(built_site)
    splits = built_site.read("rpt_kpi_splits")
    seen = []
    with watch(browser, address, width) as watched:
        page = watched.open(f"/touchpoints/{touchpoint}/")
        page.locator(f".picker button:has([data-kpi='{kpi}'])").click()
        for move in moves.sort("comparison_position").to_dicts():
            page.get_by_role("radio", name=BUTTONS[move["comparison"]], exact=True).click()
            page.wait_for_selector(f"[data-move='{move['move_id']}']", timeout=PATIENCE_MS)
            assert page.locator("[data-field=why]").inner_text() == move["answer"]
            rows = splits.filter((pl.col("move_id") == move["move_id"]) & (pl.col("dimension_set") == move["dimension_set"])).to_dicts()
            expected = {row["member_name"]: (row["mix_text"], row["rate_text"], row["total_text"]) for row in rows}
            assert read_table(page) == expected
            assert page.locator("[data-effect=change]").inner_text() == move["change_text"]
            seen.append(expected)
        assert len({str(each) for each in seen}) > 1, "the choice changes the numbers"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        watched.assert_clean()


def test_a_touchpoint_that_cannot_be_split_says_so(browser: Browser, address: str, built_site: BuiltSite) -> None:
    moves = built_site.read("rpt_kpi_moves").filter(
        pl.col("is_declared") & pl.col("is_latest") & (pl.col("comparison") == "last_28_days") & (pl.col("position") == 1)
    )
    single = moves.filter(pl.col("dimension_set") == "total").sort("touchpoint_id").to_dicts()
    assert single
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/touchpoints/{single[0]['touchpoint_id']}/")
        page.locator(f".picker button:has([data-kpi='{single[0]['kpi_id']}'])").click()
        page.wait_for_function(
            "(text) => document.querySelector('[data-field=why]')?.innerText === text", arg=single[0]["answer"], timeout=PATIENCE_MS
        )
        assert page.locator("[data-field=split]").count() == 0
        watched.assert_clean()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_the_reports_page_shows_the_departments_month(browser: Browser, address: str, built_site: BuiltSite, width: int) -> None:
    months = built_site.read("rpt_department_months").filter(pl.col("figures_count") > 0).sort("month", "owner_department", descending=True)
    figures = built_site.read("rpt_month_kpis")
    wanted = [months.filter(pl.col("is_latest")).row(0, named=True), months.filter(pl.col("is_full")).row(-1, named=True)]
    assert wanted[0]["month"] != wanted[1]["month"]
    with watch(browser, address, width) as watched:
        page = watched.open("/reports/")
        assert "How did my department do" in page.locator("h1").first.inner_text()
        for about in wanted:
            page.locator("select[name=report_department]").select_option(about["owner_department"])
            page.locator("select[name=report_month]").select_option(about["month"])
            page.wait_for_function(
                "(text) => document.querySelector('[data-field=headline]')?.innerText.includes(text)",
                arg=about["headline"],
                timeout=PATIENCE_MS,
            )
            rows = figures.filter(
                (pl.col("owner_department") == about["owner_department"]) & (pl.col("month") == about["month"])
            ).to_dicts()
            assert page.locator("[data-table=department-figures] tbody tr").count() == len(rows) > 0
            for row in rows:
                cells = page.locator(f"tr[data-touchpoint='{row['touchpoint_id']}'][data-kpi='{row['kpi_id']}']")
                if row["value_text"]:
                    assert cells.locator("[data-field=value]").inner_text() == row["value_text"]
                assert row["month_before_text"] in cells.locator("[data-field=month-before]").inner_text()
                assert row["year_before_text"] in cells.locator("[data-field=year-before]").inner_text()
            check_first_part(page, built_site, about, rows)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        watched.assert_clean()


def check_first_part(page: Page, site: BuiltSite, about: dict[str, Any], figures: list[dict[str, Any]]) -> None:
    """What stands above the table of all figures: charts of what hurts most, moves with their cause, verdicts, what to do."""

    def read(report: str) -> list[dict[str, Any]]:
        mine = (pl.col("owner_department") == about["owner_department"]) & (pl.col("month") == about["month"])
        return site.read(report).filter(mine).to_dicts()

    figures = sorted(figures, key=lambda row: (URGENCY.index(row["status"]), -(row["pain"] or 0), row["touchpoint_name"], row["position"]))
    tops = page.locator("li[data-top]")
    assert [top.get_attribute("data-top") for top in tops.all()] == [f"{row['touchpoint_id']} {row['kpi_id']}" for row in figures[:7]]
    for row, top in zip(figures, tops.all(), strict=False):
        assert (row["value_text"] or row["reason"]) in top.inner_text()
        if top.locator("[aria-label]").count():
            assert row["months_text"] in str(top.locator("[aria-label]").get_attribute("aria-label"))
    assert sorted(page.locator("[data-field=cause]").all_inner_texts()) == sorted(row["cause_text"] for row in read("rpt_department_moves"))
    verdicts = {(row["subject_id"], row["note"]) for row in read("rpt_department_notes") if row["section"] == "verdict"}
    shown = page.locator("ul[data-section=verdict] li")
    assert {item.get_attribute("data-subject") for item in shown.all()} == {subject for subject, _ in verdicts}
    assert all(any(note in text for text in shown.all_inner_texts()) for _, note in verdicts)
    actions = sorted(read("rpt_department_actions"), key=lambda row: row["position"])
    items = page.locator("ul[data-section=action] li")
    assert [item.get_attribute("data-kind") for item in items.all()] == [row["kind"] for row in actions]
    for row, item in zip(actions, items.all(), strict=True):
        assert row["action"] in item.inner_text() and row["command"] in item.inner_text()
        assert item.locator("a").get_attribute("href") == row["place_path"]
    assert actions or page.locator("text=This month is past").count() or page.locator("text=Nothing: no figure").count()


def test_all_charts_of_a_department_are_one_click_away(browser: Browser, address: str, built_site: BuiltSite) -> None:
    months = built_site.read("rpt_department_months").filter("is_latest").sort("figures_count", descending=True).to_dicts()
    assert months[0]["figures_count"] > 7
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/reports/?department={quote(months[0]['owner_department'])}&month={months[0]['month']}")
        page.get_by_role("button", name=f"Charts of all {months[0]['figures_count']} figures").click()
        assert page.locator("li[data-top]").count() == months[0]["figures_count"]
        watched.assert_clean()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_one_click_shows_what_was_reported_then_and_is_now(browser: Browser, address: str, built_site: BuiltSite, width: int) -> None:
    revised = built_site.read("rpt_reported_figures").filter((pl.col("revisions_count") > 0) & pl.col("owner_department").is_not_null())
    newest = revised.filter(pl.col("month_start") == pl.col("month_start").max())
    department, month = newest["owner_department"][0], newest["month_start"][0]
    rows = newest.filter(pl.col("owner_department") == department).to_dicts()
    with watch(browser, address, width) as watched:
        page = watched.open(f"/reports/?department={quote(department)}&month={month:%Y-%m}")
        page.locator("[data-section=reported] summary").click()
        for row in rows:
            cells = page.locator(f"[data-section=reported] tr[data-touchpoint='{row['touchpoint_id']}'][data-kpi='{row['kpi_id']}']")
            for field, text in (
                ("first", "first_value_text"),
                ("now", "value_text"),
                ("difference", "change_text"),
                ("why", "reason_text"),
            ):
                assert cells.locator(f"[data-field={field}]").inner_text() == row[text]
        assert page.locator("[data-section=reported] tbody tr").count() == len(rows) > 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        watched.assert_clean()


def test_a_department_without_figures_sees_what_to_do(browser: Browser, address: str, built_site: BuiltSite) -> None:
    months = built_site.read("rpt_department_months").filter((pl.col("figures_count") == 0) & pl.col("is_latest")).to_dicts()
    assert months
    department, month = months[0]["owner_department"], months[0]["month"]
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/reports/?department={quote(department)}&month={month}")
        page.wait_for_selector("text=No figure of this department", timeout=PATIENCE_MS)
        page.locator(".empty details.for-engineers summary").first.click()
        assert "Name it as owner of a touchpoint" in page.inner_text("article")
        assert page.locator("select[name=report_department]").input_value() == department
        watched.assert_clean()


def test_on_paper_the_report_has_no_buttons(browser: Browser, address: str, built_site: BuiltSite) -> None:
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/reports/")
        page.wait_for_selector("[data-table=department-figures]", timeout=PATIENCE_MS)
        page.emulate_media(media="print")
        assert page.locator("[data-table=department-figures]").is_visible()
        assert not page.locator("form.bar").is_visible()
        assert not page.locator("header.site").is_visible()
