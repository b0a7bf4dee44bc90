"""The home page shows what the reports say, for every choice of the filter bar."""

from __future__ import annotations

import polars as pl
from playwright.sync_api import Browser, Page

from tests.browser.built_site import DEFAULT_WINDOW, PHONE, WIDE, BuiltSite, watch

READ_TILES = """all => all.map((tile) => ({
    touchpoint: tile.dataset.touchpoint, kpi: tile.dataset.kpi, status: tile.dataset.status,
    value: tile.querySelector('[data-field=value]')?.textContent ?? null, text: tile.textContent
}))"""

READ_ROWS = """all => all.map((row) => [
    row.dataset.touchpoint, row.dataset.kpi, row.querySelector('[data-field=value]')?.textContent ?? null
])"""

READ_BOUNDS = """all => all.map((row) => [
    row.dataset.touchpoint, row.dataset.kpi, ...['bound', 'gap'].map((name) => row.querySelector(`[data-field=${name}]`).textContent)
])"""


def read_tiles(page: Page) -> list[dict[str, str | None]]:
    return page.eval_on_selector_all(".tile[data-kpi]", READ_TILES)


def assert_tiles_equal_report(page: Page, site: BuiltSite, window: str) -> None:
    tiles, report = read_tiles(page), site.tiles(window)
    assert tiles
    for tile in tiles:
        row = report[(str(tile["touchpoint"]), str(tile["kpi"]))]
        assert tile["value"] == row["value_text"], tile
        assert tile["status"] == row["status"]
        assert f"n {row['n'] or 0:,}" in str(tile["text"])
        if row["value_text"] is None:
            assert (row["reason"] or "No value.") in str(tile["text"])


def test_every_number_on_the_map_equals_the_report(browser: Browser, address: str, built_site: BuiltSite) -> None:
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/")
        assert_tiles_equal_report(page, built_site, DEFAULT_WINDOW)
        shown = {(tile["touchpoint"], tile["kpi"]) for tile in read_tiles(page)}
        expected = {key for key in built_site.tiles() if key[0] in built_site.mapped_touchpoints()}
        assert shown == expected


def test_another_period_changes_the_numbers(browser: Browser, address: str, built_site: BuiltSite) -> None:
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/")
        before = read_tiles(page)
        page.select_option("select[name=period]", "last_7_days")
        assert read_tiles(page) != before
        assert_tiles_equal_report(page, built_site, "last_7_days")
        watched.assert_clean()


def test_a_department_sees_only_its_touchpoints(browser: Browser, address: str, built_site: BuiltSite) -> None:
    owners = built_site.read("rpt_journey_touchpoints").drop_nulls("owner_department")
    department = owners["owner_department"].sort()[0]
    own = set(owners.filter(pl.col("owner_department") == department)["touchpoint_id"])
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/")
        page.select_option("select[name=department]", department)
        cards = page.eval_on_selector_all("article[data-touchpoint]", "all => all.map((card) => card.dataset.touchpoint)")
        assert set(cards) == own


def test_one_journey_leaves_one_map(browser: Browser, address: str, built_site: BuiltSite) -> None:
    journeys = sorted(set(built_site.read("rpt_journey_touchpoints")["journey_id"]))
    with watch(browser, address, PHONE) as watched:
        page = watched.open("/")
        assert page.locator("[data-journey]").count() == len(journeys)
        assert page.locator("[data-journey][open]").count() == 1, "the others are one click away"
        page.select_option("select[name=journey]", journeys[-1])
        assert page.eval_on_selector_all("[data-journey]", "all => all.map((map) => map.dataset.journey)") == [journeys[-1]]


def test_the_headline_is_the_reports_for_each_choice(browser: Browser, address: str, built_site: BuiltSite) -> None:
    rows = built_site.read("rpt_headlines").to_dicts()
    headlines = {(row["window_id"], row["journey_id"], row["owner_department"]): row["headline"] for row in rows}
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/")
        assert page.locator("[data-field=headline]").inner_text() == headlines[(DEFAULT_WINDOW, "all", "all")]
        page.select_option("select[name=period]", "last_91_days")
        assert page.locator("[data-field=headline]").inner_text() == headlines[("last_91_days", "all", "all")]


def test_a_choice_stays_over_pages_and_in_the_address(browser: Browser, address: str, built_site: BuiltSite) -> None:
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/")
        page.select_option("select[name=period]", "last_91_days")
        assert "period=last_91_days" in page.url
        page.get_by_role("link", name="Touchpoints", exact=True).click()
        page.wait_for_selector("h1:has-text('Which touchpoint')")
        page.wait_for_function("() => document.querySelector('select[name=period]').value === 'last_91_days'")
        shown = page.eval_on_selector_all("tr[data-kpi]", READ_ROWS)
        report = built_site.tiles("last_91_days")
        assert shown
        assert {(touchpoint, kpi): value for touchpoint, kpi, value in shown} == {key: row["value_text"] for key, row in report.items()}
        shared = watched.open("/?period=last_7_days")
        shared.wait_for_function("() => document.querySelector('select[name=period]').value === 'last_7_days'")
        assert_tiles_equal_report(shared, built_site, "last_7_days")


def test_invisible_touchpoints_stand_below_the_line_of_visibility(browser: Browser, address: str, built_site: BuiltSite) -> None:
    stops = built_site.read("rpt_journey_touchpoints").drop_nulls("touchpoint_id")
    hidden = set(stops.filter(~pl.col("is_visible"))["touchpoint_id"])
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/")
        below = page.eval_on_selector_all(".behind article[data-touchpoint]", "all => all.map((card) => card.dataset.touchpoint)")
    assert set(below) == hidden


def test_a_touchpoint_on_the_map_opens_its_page_and_a_kpi_its_definition(browser: Browser, address: str, built_site: BuiltSite) -> None:
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/")
        first = read_tiles(page)[0]
        touchpoint, kpi = first["touchpoint"], first["kpi"]
        page.locator(f"article[data-touchpoint='{touchpoint}'] header a").first.click()
        page.wait_for_url(f"**/touchpoints/{touchpoint}/**")
        page = watched.open("/")
        page.locator(f".tile[data-touchpoint='{touchpoint}'][data-kpi='{kpi}'] a").first.click()
        page.wait_for_url(f"**/dictionary/#{kpi}")
        page.wait_for_selector(f"section#{kpi}")
        watched.assert_clean()


def test_the_journey_of_what_hurts_most_is_open_and_the_headline_leads_to_the_figure(
    browser: Browser, address: str, built_site: BuiltSite
) -> None:
    about = built_site.read("rpt_headlines").filter(window_id=DEFAULT_WINDOW, journey_id="all", owner_department="all").to_dicts()[0]
    holders = built_site.read("rpt_journey_touchpoints").filter(touchpoint_id=about["touchpoint_id"])["journey_id"].to_list()
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/")
        first = page.locator("[data-journey]").first
        assert first.get_attribute("data-journey") in holders or not holders
        assert first.get_attribute("open") is not None
        if about["known_text"]:
            assert page.locator("[data-field=known]").inner_text() == about["known_text"]
        page.locator("[data-field=worst]").click()
        shown = page.evaluate("() => [document.activeElement.dataset.touchpoint, document.activeElement.dataset.kpi]")
        assert shown == [about["touchpoint_id"], about["kpi_id"]]
        page = watched.open("/touchpoints/")
        rows = page.eval_on_selector_all("tr[data-kpi]", "all => all.map((row) => [row.dataset.touchpoint, row.dataset.kpi])")
        assert rows[0] == [about["touchpoint_id"], about["kpi_id"]], "the table begins with what the headline names"
        watched.assert_clean()


def test_target_bound_and_gap_stand_where_the_colour_is(browser: Browser, address: str, built_site: BuiltSite) -> None:
    report = built_site.tiles()
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/")
        for tile in read_tiles(page):
            row = report[(str(tile["touchpoint"]), str(tile["kpi"]))]
            assert row["target_text"] is None or f"target {row['target_text']}" in str(tile["text"])
            assert row["bound_text"] is None or f"bound {row['bound_text']}" in str(tile["text"])
        page = watched.open("/touchpoints/")
        shown = page.eval_on_selector_all("tr[data-kpi]", READ_BOUNDS)
        assert {(place, kpi): (bound, gap) for place, kpi, bound, gap in shown} == {
            key: (row["bound_text"] or "", row["gap_text"] or "") for key, row in report.items()
        }
