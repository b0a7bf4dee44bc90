"""A free range of days: its figures are those of the reports, it stands in the address and goes along from page to page."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.built_site import PATIENCE_MS, PHONE, WIDE, BuiltSite, watch
from tests.conftest import DemoHome
from tests.dashboards.test_free_ranges import sum_range

MONTH = (date(2026, 3, 1), date(2026, 3, 31))
VALUES = """all => Object.fromEntries(
    all.map((tile) => [`${tile.dataset.touchpoint} ${tile.dataset.kpi}`, tile.querySelector('[data-field=value]')?.textContent ?? null])
)"""


def read_tiles(page: Page) -> dict[str, str | None]:
    """The value texts of all tiles."""
    found: dict[str, str | None] = page.eval_on_selector_all(".tile", VALUES)
    return found


def wait_for_sums(page: Page) -> None:
    page.wait_for_function(
        "() => !document.body.innerText.includes('Summing') && document.querySelector('.tile, tr[data-kpi]')", timeout=PATIENCE_MS
    )


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_whole_month_as_own_dates_shows_the_published_month(browser: Browser, address: str, demo_home: DemoHome, width: int) -> None:
    expected = {
        f"{row['touchpoint_id']} {row['kpi_id']}": row["value_text"]
        for row in sum_range(demo_home, (*MONTH, "month")).iter_rows(named=True)
    }
    published = pl.read_parquet(demo_home.serving / "rpt_touchpoint_kpis.parquet").filter(
        pl.col("grain") == "month", pl.col("period_start") == MONTH[0], pl.col("dimension_set") == "total"
    )  # fmt: skip
    share = published.filter(touchpoint_id="parcel_delivery", kpi_id="on_time_delivery")["value"][0]
    assert expected["parcel_delivery on_time_delivery"] == f"{100 * share:.1f} %"
    with watch(browser, address, width) as watched:
        page = watched.open("/")
        before = read_tiles(page)
        page.locator("select[name=period]").select_option("own")
        page.fill("input[name=first_day]", str(MONTH[0]))
        page.fill("input[name=last_day]", str(MONTH[1]))
        wait_for_sums(page)
        assert f"period={MONTH[0]}..{MONTH[1]}" in page.url
        shown = read_tiles(page)
        assert shown and shown != before
        assert {key: expected[key] for key in shown} == shown
        headline = page.locator("[data-field=headline]").inner_text()
        worst = sum_range(demo_home, (*MONTH, "month")).filter(pl.col("worst_text").is_not_null())
        assert any(text in headline for text in worst["worst_text"])
        page.goto(f"{address}/touchpoints/parcel_delivery/")
        wait_for_sums(page)
        mine = read_tiles(page)
        assert mine and {key: expected[key] for key in mine} == mine
        watched.assert_clean()


def test_a_link_with_own_dates_reproduces_the_view_and_a_wrong_one_shows_the_usual_period(
    browser: Browser, address: str, built_site: BuiltSite
) -> None:
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/touchpoints/?period=2026-02-03..2026-03-09")
        wait_for_sums(page)
        assert page.input_value("input[name=first_day]") == "2026-02-03"
        rows = page.locator("tr[data-kpi]").count()
        assert rows == built_site.read("rpt_touchpoint_tiles").filter(window_id="last_28_days").height
        for wrong in ("2026-03-09..2026-02-03", "2026-02-30..2026-03-09", "1999-01-01..2026-03-09", "2026-02-03..2099-01-01", "x'..y'"):
            page.goto(f"{address}/touchpoints/?period={wrong}")
            page.wait_for_selector("tr[data-kpi]", timeout=PATIENCE_MS)
            assert page.input_value("select[name=period]") == "last_28_days", wrong
        watched.assert_clean()


def test_an_end_moves_with_the_other_and_the_next_page_keeps_the_days(browser: Browser, address: str, built_site: BuiltSite) -> None:
    last = built_site.read("rpt_builds")["data_until"][0]
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/touchpoints/?period=2026-02-03..2026-03-09")
        wait_for_sums(page)
        page.fill("input[name=first_day]", str(last - timedelta(days=2)))
        wait_for_sums(page)
        assert page.input_value("input[name=last_day]") == str(last - timedelta(days=2))
        page.click("nav[aria-label=Pages] a[href='/suppliers/']")
        page.wait_for_selector("select[name=period]", timeout=PATIENCE_MS)
        assert page.input_value("select[name=period]") == "last_28_days", "suppliers are compared over fixed periods"
        page.click("nav[aria-label=Pages] a[href='/']")
        wait_for_sums(page)
        assert page.input_value("select[name=period]") == "own", "and home still has the days"
        watched.assert_clean()


def test_a_period_is_compared_with_the_same_days_a_year_before(browser: Browser, address: str, built_site: BuiltSite) -> None:
    tiles = built_site.read("rpt_touchpoint_tiles").filter(window_id="last_91_days")
    expected = {(row["touchpoint_id"], row["kpi_id"]): row["year_before_text"] for row in tiles.iter_rows(named=True) if row["value_text"]}
    assert sum(text is not None for text in expected.values()) > 10
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/touchpoints/?period=last_91_days")
        page.wait_for_selector("tr[data-kpi]", timeout=PATIENCE_MS)
        for (touchpoint, kpi), text in expected.items():
            cell = page.locator(f"tr[data-touchpoint='{touchpoint}'][data-kpi='{kpi}'] [data-field=year-before]").inner_text()
            assert cell.startswith(text) if text else not cell, (touchpoint, kpi)
        watched.assert_clean()
