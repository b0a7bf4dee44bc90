"""Eight tasks of readers, walked as they would walk them: each in a few clicks from Home, without a dead end."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.browser.built_site import PATIENCE_MS, PHONE, WIDE, BuiltSite, watch


@dataclass
class Walk:
    """A reader on the site, who counts clicks and choices."""

    page: Page
    width: int
    clicks: int = 0

    def click(self, target: Locator) -> None:
        target.first.click()
        self.clicks += 1

    def go(self, label: str) -> None:
        """To a page by the menu, which a phone opens first."""
        if self.width == PHONE:
            self.click(self.page.get_by_role("button", name="Menu"))
        self.click(self.page.locator("nav[aria-label=Pages]").get_by_role("link", name=label, exact=True))
        self.page.wait_for_function("() => document.querySelector('article#evidence-main-article h1')", timeout=PATIENCE_MS)

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"select[name={name}]").select_option(value)
        self.clicks += 1

    def read(self, selector: str) -> str:
        """A text, once it is there."""
        found = self.page.locator(selector).first
        found.wait_for(timeout=PATIENCE_MS)
        return found.inner_text()


@contextmanager
def walk(browser: Browser, address: str, width: int) -> Iterator[Walk]:
    """From Home on."""
    with watch(browser, address, width) as watched:
        yield Walk(watched.open("/"), width)
        watched.assert_clean()


EVERYWHERE = pytest.mark.parametrize("width", [WIDE, PHONE])
MENU = {WIDE: 1, PHONE: 2}  # clicks to another page


@EVERYWHERE
def test_which_touchpoint_hurts_most_and_why(browser: Browser, address: str, built_site: BuiltSite, width: int) -> None:
    row = built_site.read("rpt_headlines").filter(window_id="last_28_days", journey_id="all", owner_department="all").to_dicts()[0]
    with walk(browser, address, width) as reader:
        assert reader.read("[data-field=headline]") == row["headline"]
        if row["known_text"]:
            assert reader.read("[data-field=known]") == row["known_text"]
        reader.click(reader.page.locator("[data-field=worst]"))
        figure = f"[data-touchpoint='{row['touchpoint_id']}'][data-kpi='{row['kpi_id']}']"
        reader.page.wait_for_selector(f"{figure}:visible", timeout=PATIENCE_MS)
        assert reader.clicks == 1


@EVERYWHERE
@pytest.mark.parametrize("title", ["No cards in the shops", "Call-back instead of waiting"])
def test_did_a_change_help_and_whom_did_it_hurt(browser: Browser, address: str, built_site: BuiltSite, width: int, title: str) -> None:
    change = built_site.read("rpt_changes").filter(title=title).to_dicts()[0]
    with walk(browser, address, width) as reader:
        reader.go("Changes")
        reader.page.wait_for_selector(f"text={title}", timeout=PATIENCE_MS)
        reader.click(reader.page.get_by_role("link", name=title, exact=True))
        reader.page.wait_for_url(f"**/changes/{change['change_id']}/**", timeout=PATIENCE_MS)
        assert change["answer"] in reader.read("article#evidence-main-article")
        assert "Did it move something that others own?" in reader.read("article#evidence-main-article")
        assert reader.clicks == MENU[width] + 1


@EVERYWHERE
def test_who_is_misjudged_and_how_many(browser: Browser, address: str, built_site: BuiltSite, width: int) -> None:
    count = built_site.read("rpt_segment_overview").filter("is_latest")["misjudged_count"][0]
    with walk(browser, address, width) as reader:
        reader.go("Segments")
        said = reader.read("[data-field=misjudged]")
        assert f"{count:,} customers" in said and "lowest fifth by revenue" in said
        assert reader.clicks == MENU[width]


@EVERYWHERE
def test_what_was_reported_for_may_then_and_now(browser: Browser, address: str, built_site: BuiltSite, width: int) -> None:
    rows = built_site.read("rpt_reported_figures").filter(pl.col("month_start") == date(2026, 5, 1), pl.col("revisions_count") > 0)
    row = rows.filter(touchpoint_id="parcel_delivery", kpi_id="on_time_delivery").to_dicts()[0]
    assert row["first_value_text"] != row["value_text"]
    with walk(browser, address, width) as reader:
        reader.go("Reports")
        reader.page.wait_for_selector("select[name=report_department]", timeout=PATIENCE_MS)
        reader.choose("report_department", row["owner_department"])
        reader.choose("report_month", "2026-05")
        reader.click(reader.page.locator("details[data-section=reported] summary"))
        line = "tr[data-touchpoint=parcel_delivery][data-kpi=on_time_delivery] [data-field={}]"
        for field, name in (("first", "first_value_text"), ("now", "value_text"), ("difference", "change_text"), ("why", "reason_text")):
            assert reader.read("details[data-section=reported] " + line.format(field)) == row[name]
        assert reader.clicks == MENU[width] + 3


@EVERYWHERE
def test_which_supplier_first(browser: Browser, address: str, built_site: BuiltSite, width: int) -> None:
    answer = built_site.read("rpt_suppliers").filter(window_id="last_28_days")["answer"][0]
    with walk(browser, address, width) as reader:
        reader.go("Suppliers")
        assert reader.read("[data-field=answer]") == answer
        assert "least often" in answer
        assert reader.clicks == MENU[width]


def test_the_numbers_behind_a_chart_as_a_file(browser: Browser, address: str, built_site: BuiltSite, tmp_path: Path) -> None:
    with walk(browser, address, WIDE) as reader:
        reader.go("Touchpoints")
        reader.page.wait_for_selector("tr[data-kpi]", timeout=PATIENCE_MS)
        reader.click(reader.page.get_by_role("link", name="Parcel delivery", exact=True))
        numbers = reader.page.locator("details[data-numbers=kpi-series] summary")
        numbers.wait_for(timeout=PATIENCE_MS)
        reader.click(numbers)
        with reader.page.expect_download() as pending:
            reader.click(reader.page.locator("[data-download=kpi-series]"))
        path = tmp_path / "series.csv"
        pending.value.save_as(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        known = built_site.read("rpt_touchpoint_kpis").filter(
            touchpoint_id="parcel_delivery", kpi_id=rows[0]["kpi_id"], grain="week", dimension_set="total"
        )  # fmt: skip
        expected = {str(row["period_start"]): row["value"] for row in known.iter_rows(named=True) if row["value"] is not None}
        assert {row["period_start"]: float(row["value"]) for row in rows if row["value"]} == pytest.approx(expected)
        assert reader.clicks == 4


def test_a_filtered_view_is_shared_by_its_address(browser: Browser, address: str, built_site: BuiltSite) -> None:
    with walk(browser, address, WIDE) as reader:
        reader.go("Touchpoints")
        reader.page.wait_for_selector("tr[data-kpi]", timeout=PATIENCE_MS)
        reader.choose("department", "Logistics")
        reader.choose("period", "last_91_days")
        assert reader.clicks == 3
        link = reader.page.url
        texts = reader.page.locator("tr[data-kpi]").all_inner_texts()
    with watch(browser, address, WIDE) as other:
        page = other.open(link.removeprefix(address))
        page.wait_for_selector("tr[data-kpi]", timeout=PATIENCE_MS)
        assert page.locator("tr[data-kpi]").all_inner_texts() == texts
        other.assert_clean()
