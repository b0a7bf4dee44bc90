"""Tables can be searched, sorted and downloaded, charts give their numbers, and all of them are those of the reports."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.built_site import DEFAULT_WINDOW, QUESTIONS, WIDE, BuiltSite, watch

READ_NUMBERS = "all => all.map((row) => [...row.children].map((cell) => cell.textContent.trim()))"


def download(page: Page, name: str, folder: Path) -> list[dict[str, str]]:
    """The rows of the file that a table or chart gives."""
    with page.expect_download() as pending:
        page.locator(f"[data-download='{name}']:visible").first.click()
    path = folder / pending.value.suggested_filename
    pending.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_keys(page: Page) -> list[tuple[str, str]]:
    rows = page.eval_on_selector_all("tr[data-kpi]", "all => all.map((row) => [row.dataset.touchpoint, row.dataset.kpi])")
    return [(touchpoint, kpi) for touchpoint, kpi in rows]


def test_the_touchpoint_table_is_searched_sorted_and_downloaded(
    browser: Browser, address: str, built_site: BuiltSite, tmp_path: Path
) -> None:
    report = built_site.tiles(DEFAULT_WINDOW)
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/touchpoints/")
        own = read_keys(page)
        page.locator("[data-sort=n]").click()
        counts = [report[key]["n"] for key in read_keys(page)]
        assert counts == sorted(counts) and len(counts) == len(own)
        assert page.locator("th:has([data-sort=n])").get_attribute("aria-sort") == "ascending"
        page.locator("[data-sort=n]").click()
        counts = [report[key]["n"] for key in read_keys(page)]
        assert counts == sorted(counts, reverse=True)
        page.locator("[data-sort=value]").click()
        values = [report[key]["value"] for key in read_keys(page)]
        known = [value for value in values if value is not None]
        assert known == sorted(known) and values[: len(known)] == known, "rows without a value come last"
        page.locator("[data-sort=value]").click()
        page.locator("[data-sort=value]").click()
        assert read_keys(page) == own, "the third click puts the rows back in their own order"
        name = str(report[own[0]]["touchpoint_name"])
        page.fill("input[type=search]", name.upper())
        found = read_keys(page)
        assert found and len(found) < len(own)
        assert {str(report[key]["touchpoint_name"]) for key in found} == {name}
        rows = download(page, "touchpoints", tmp_path)
        assert [(row["touchpoint_id"], row["kpi_id"]) for row in rows] == found
        for row in rows:
            figure = report[row["touchpoint_id"], row["kpi_id"]]
            for column in ("n", "value", "value_lower", "value_upper", "target", "gap"):
                assert (float(row[column]) if row[column] else None) == figure[column], column
        watched.assert_clean()


def test_a_chart_gives_its_numbers_as_a_table_and_as_a_file(browser: Browser, address: str, built_site: BuiltSite, tmp_path: Path) -> None:
    touchpoint = built_site.busiest_touchpoint()
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/touchpoints/{touchpoint}/?grain=month")
        kpi = str(page.locator(".picker [aria-checked=true] [data-kpi]").get_attribute("data-kpi"))
        series = (
            built_site.read("rpt_touchpoint_kpis")
            .filter(pl.col("journey_id").is_null(), touchpoint_id=touchpoint, kpi_id=kpi, grain="month", dimension_set="total")
            .sort("period_start")
        )
        page.wait_for_function("(count) => document.querySelector('[data-points]')?.dataset.points === String(count)", arg=series.height)
        page.locator("[data-numbers=kpi-series] > summary").click()
        shown = page.eval_on_selector_all("[data-numbers=kpi-series] tbody tr", READ_NUMBERS)
        assert [row[-1] for row in shown] == [f"{n:,}" for n in series["n"].to_list()][::-1]
        rows = download(page, "kpi-series", tmp_path)
        assert [float(row["value"]) if row["value"] else None for row in rows] == series["value"].to_list()[::-1]
        assert [int(row["n"]) for row in rows] == series["n"].to_list()[::-1]
        watched.assert_clean()


def test_the_figures_of_a_department_are_searched_and_downloaded(
    browser: Browser, address: str, built_site: BuiltSite, tmp_path: Path
) -> None:
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/reports/")
        page.wait_for_selector("tr[data-kpi]")
        department, month = page.input_value("select[name=report_department]"), page.input_value("select[name=report_month]")
        report = built_site.read("rpt_month_kpis").filter(owner_department=department, month=month)
        rows = download(page, "department-figures", tmp_path)
        values = {(row["touchpoint_id"], row["kpi_id"]): row["value"] for row in report.to_dicts()}
        assert {(row["touchpoint_id"], row["kpi_id"]): float(row["value"]) if row["value"] else None for row in rows} == values
        page.fill("input[type=search]", "no such name")
        assert page.locator("tr[data-kpi]").count() == 0
        watched.assert_clean()


# tables without a download below or above them, in the section they stand in
READ_LONELY = """all => all.filter((table) => table.offsetParent !== null).filter((table) => {
    let place = table.parentElement;
    for (let steps = 0; place && steps < 4; steps += 1, place = place.parentElement)
        if (place.querySelector('[data-download]')) return false;
    return true;
}).map((table) => table.textContent.slice(0, 80))"""


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_table_of_a_page_can_be_downloaded_and_no_file_holds_a_formula(
    browser: Browser, address: str, built_site: BuiltSite, tmp_path: Path, name: str
) -> None:
    with watch(browser, address, WIDE) as watched:
        page = watched.open(built_site.page_path(name))
        page.wait_for_timeout(1500)
        assert page.eval_on_selector_all("main table", READ_LONELY) == []
        for button in page.locator("[data-download]:visible").all():
            rows = download(page, str(button.get_attribute("data-download")), tmp_path)
            assert rows, button.get_attribute("data-download")
            cells = [cell for row in rows for cell in row.values() if cell]
            assert not [cell for cell in cells if cell[0] in "=@\t\r" or (cell[0] in "+-" and not is_number(cell))]
        watched.assert_clean()


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
