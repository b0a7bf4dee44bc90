"""Touchpoint, changes, data health and dictionary pages against their reports."""

from __future__ import annotations

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from cxhouse.reports.contents import URGENCY
from tests.browser.built_site import PATIENCE_MS, WIDE, BuiltSite, watch

READ_CHART = """() => {
    const charts = Object.values(window[Symbol.for('__evidence-chart-window-debug__')] ?? {}).filter((chart) => !chart.isDisposed());
    const line = charts.flatMap((chart) => chart.getOption()?.series ?? []).find((series) => series.name === 'value');
    return line && {
        points: line.data.map((point) => [new Date(point[0]).toISOString().slice(0, 10), point[1]]),
        marks: line.markLine.data.map((mark) => mark.label.formatter)
    };
}"""


READ_GOALS = """() => Object.values(window[Symbol.for('__evidence-chart-window-debug__')] ?? {})
    .filter((chart) => !chart.isDisposed())
    .map((chart) => ({
        marks: chart.getOption().series.flatMap((series) => (series.markLine?.data ?? []))
            .map((mark) => [mark.label.formatter, mark.yAxis]),
        axis: chart.getModel().getComponent('yAxis').axis.scale.getExtent(), text: chart.getDom().getAttribute('aria-label')
    }))"""


def read_series(site: BuiltSite, touchpoint: str, kpi: str, grain: str) -> list[tuple[str, float | None]]:
    rows = site.read("rpt_touchpoint_kpis").filter(
        (pl.col("touchpoint_id") == touchpoint)
        & (pl.col("kpi_id") == kpi)
        & (pl.col("grain") == grain)
        & (pl.col("dimension_set") == "total")
    )
    return [(str(row["period_start"]), row["value"]) for row in rows.sort("period_start").to_dicts()]


def wait_for_line(page: Page, expected: list[tuple[str, float | None]]) -> None:
    """Wait until the chart draws exactly these days and values; before, it may still show the earlier choice."""
    same = """(expected) => {
        const drawn = (READ)()?.points;
        const near = (left, right) => left === right || Math.abs(left - right) < 1e-9;
        return drawn?.length === expected.length && drawn.every(([day, value], i) => day === expected[i][0] && near(value, expected[i][1]));
    }""".replace("READ", READ_CHART)
    page.wait_for_function(same, arg=[list(point) for point in expected], timeout=PATIENCE_MS)


@pytest.mark.parametrize("grain", ["week", "month", "day"])
def test_the_chart_draws_the_reports_values_at_each_grain(browser: Browser, address: str, built_site: BuiltSite, grain: str) -> None:
    touchpoint = built_site.busiest_touchpoint()
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/touchpoints/{touchpoint}/")
        kpi = page.locator(".picker [aria-checked=true] [data-kpi]").get_attribute("data-kpi")
        page.get_by_role("radio", name=grain, exact=True).click()
        expected = read_series(built_site, touchpoint, str(kpi), grain)
        assert expected
        wait_for_line(page, expected)
        watched.assert_clean()


def test_what_the_last_closed_month_was_first_reported_as_stands_below_the_chart(
    browser: Browser, address: str, built_site: BuiltSite
) -> None:
    touchpoint = built_site.busiest_touchpoint()
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/touchpoints/{touchpoint}/")
        kpi = str(page.locator(".picker [aria-checked=true] [data-kpi]").get_attribute("data-kpi"))
        months = built_site.read("rpt_reported_figures").filter(touchpoint_id=touchpoint, kpi_id=kpi).sort("month_start", descending=True)
        revised = months.filter(pl.col("revisions_count") > 0)
        expected = (revised if revised.height else months)["note"][0]
        page.locator("[data-field=reported]").filter(has_text=expected).wait_for(timeout=PATIENCE_MS)
        watched.assert_clean()


@pytest.mark.parametrize("direction", ["higher", "lower"])
def test_what_the_interval_has_to_clear_is_drawn_and_said(browser: Browser, address: str, built_site: BuiltSite, direction: str) -> None:
    judged = [
        row for row in built_site.tiles().values() if row["bound_text"] and row["value"] is not None and row["direction"] == direction
    ]
    # of all, the figure that is furthest from its target: the axis has to reach it nevertheless
    tile = max(judged, key=lambda row: (abs(row["target"] / row["value"] - 1) if row["value"] else 0.0, row["touchpoint_id"]))
    above, below = ("at or above", "below") if direction == "higher" else ("at or below", "above")
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/touchpoints/{tile['touchpoint_id']}/?kpi={tile['kpi_id']}&grain=month")
        said = page.locator("[data-field=goal]").first.inner_text()
        charts = page.evaluate(READ_GOALS)
        watched.assert_clean()
    assert f"the whole 95 % interval is {above} the target, {tile['target_text']}. " in said
    assert f"Off target: the whole interval is {below} the bound, {tile['bound_text']}." in said
    assert charts
    for chart in charts:
        assert [f"target {tile['target_text']}", tile["target"]] in chart["marks"]
        assert [f"bound {tile['bound_text']}", tile["lower_bound"]] in chart["marks"]
        assert chart["axis"][0] <= min(tile["target"], tile["lower_bound"])
        assert max(tile["target"], tile["lower_bound"]) <= chart["axis"][1]
        assert f"The target is {tile['target_text']}." in chart["text"] and f"The bound is {tile['bound_text']}." in chart["text"]


def test_choosing_a_kpi_draws_that_kpi(browser: Browser, address: str, built_site: BuiltSite) -> None:
    kpis_per_touchpoint: dict[str, list[str]] = {}
    for touchpoint, kpi in built_site.tiles():
        kpis_per_touchpoint.setdefault(touchpoint, []).append(kpi)
    several = {touchpoint: kpis for touchpoint, kpis in kpis_per_touchpoint.items() if len(kpis) > 1}
    assert several
    touchpoint, kpis = min(several.items())
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/touchpoints/{touchpoint}/")
        for kpi in kpis:
            page.locator(f".picker button:has([data-kpi='{kpi}'])").click()
            expected = read_series(built_site, touchpoint, kpi, "week")
            page.wait_for_selector(f"h2 a[href='/dictionary/#{kpi}']")
            if any(value is not None for _, value in expected):
                wait_for_line(page, expected)
        watched.assert_clean()


def test_below_the_chart_stands_the_verdict_on_its_own_kpi(browser: Browser, address: str, built_site: BuiltSite) -> None:
    listed, tiles = built_site.read("rpt_change_touchpoints").select("change_id", "touchpoint_id"), set(built_site.tiles())
    effects = built_site.read("rpt_change_effects").filter(pl.col("is_current")).join(listed, on=["change_id", "touchpoint_id"])
    judged = [pair for pair in effects.select("touchpoint_id", "kpi_id").unique().sort(pl.all()).rows() if pair in tiles]
    touchpoint = max({place for place, _ in judged}, key=lambda place: len([kpi for at, kpi in judged if at == place]))
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/touchpoints/{touchpoint}/")
        for kpi in [kpi for place, kpi in judged if place == touchpoint]:
            page.locator(f".picker button:has([data-kpi='{kpi}'])").click()
            page.wait_for_selector(f"h2 a[href='/dictionary/#{kpi}']")
            here = effects.filter((pl.col("touchpoint_id") == touchpoint) & (pl.col("kpi_id") == kpi))
            shown = page.locator("ol li:has([data-verdict])").evaluate_all(
                "all => all.map((each) => [each.querySelector('a').getAttribute('href').split('/')[2],"
                " each.querySelector('[data-verdict]').dataset.verdict])"
            )
            assert sorted(map(tuple, shown)) == here.select("change_id", "verdict").sort(pl.all()).rows()
        watched.assert_clean()


def test_the_answer_of_a_touchpoint_says_the_direction_of_the_kpi_that_decides(
    browser: Browser, address: str, built_site: BuiltSite
) -> None:
    touchpoint = built_site.busiest_touchpoint()
    tiles = [row for key, row in built_site.tiles().items() if key[0] == touchpoint]
    decides = min(tiles, key=lambda row: (URGENCY.index(row["status"]), -(row["pain"] or 0.0)))
    first = {"better": "Better since", "worse": "Worse since", "steady": "Steady since", "unclear": "Direction unclear"}[decides["trend"]]
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/touchpoints/{touchpoint}/")
        answer = page.locator("[data-field=answer]").inner_text()
        assert page.locator("button[role=radio][aria-checked=true] [data-kpi]").get_attribute("data-kpi") == decides["kpi_id"]
    assert answer.startswith(first)
    assert f"{decides['kpi_name']} {decides['value_text']} ({decides['interval_text']}, target {decides['target_text']}: " in answer
    assert len(tiles) < 2 or f"Of the other {len(tiles) - 1} KPI" in answer


def test_a_link_to_a_view_shows_the_same_view_and_the_back_button_returns_to_it(
    browser: Browser, address: str, built_site: BuiltSite
) -> None:
    touchpoint = built_site.busiest_touchpoint()
    last = sorted(key[1] for key in built_site.tiles() if key[0] == touchpoint)[-1]
    chosen = f"button[aria-checked=true] [data-kpi='{last}']"
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/touchpoints/{touchpoint}/")
        page.locator(f"button[role=radio]:has([data-kpi='{last}'])").click()
        page.get_by_role("radio", name="month", exact=True).click()
        assert f"kpi={last}" in page.url and "grain=month" in page.url
        link = page.url.removeprefix(address)
        page.get_by_role("link", name="Suppliers", exact=True).click()
        page.wait_for_selector("h1:has-text('promise')")
        page.go_back()
        page.wait_for_selector(chosen)
        assert page.get_by_role("radio", name="month", exact=True).get_attribute("aria-checked") == "true"
    with watch(browser, address, WIDE) as watched:
        page = watched.open(link)
        page.wait_for_selector(chosen)
        assert page.get_by_role("radio", name="month", exact=True).get_attribute("aria-checked") == "true"
        watched.assert_clean()


def test_an_address_with_an_unknown_choice_shows_the_usual_view(browser: Browser, address: str, built_site: BuiltSite) -> None:
    touchpoint = built_site.busiest_touchpoint()
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/touchpoints/{touchpoint}/?kpi=%27%20or%201%3D1%20--&grain=century")
        assert page.locator("button[role=radio][aria-checked=true] [data-kpi]").count() == 1
        assert page.get_by_role("radio", name="week", exact=True).get_attribute("aria-checked") == "true"
        watched.assert_clean()


def test_changes_stand_on_the_chart_by_number_and_below_it_by_name(browser: Browser, address: str, built_site: BuiltSite) -> None:
    changes = built_site.read("rpt_change_touchpoints")
    days = built_site.read("rpt_touchpoint_kpis").filter((pl.col("grain") == "week") & (pl.col("dimension_set") == "total"))
    spans = days.group_by("touchpoint_id").agg(pl.col("period_start").min().alias("first"), pl.col("period_start").max().alias("last"))
    drawn = changes.join(spans, on="touchpoint_id").filter(pl.col("started_date").is_between(pl.col("first"), pl.col("last")))
    assert drawn.height > 0, "the built company needs a change within its data"
    touchpoint = drawn["touchpoint_id"].sort()[0]
    listed = changes.filter(pl.col("touchpoint_id") == touchpoint)
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/touchpoints/{touchpoint}/")
        page.wait_for_function(f"() => ({READ_CHART})() !== undefined", timeout=PATIENCE_MS)
        marks = page.evaluate(READ_CHART)["marks"]
        titles = page.locator("ol li a").all_inner_texts()
        assert set(titles) == set(listed["title"])
        for number in drawn.filter(pl.col("touchpoint_id") == touchpoint)["number"]:
            assert str(number) in marks
        watched.assert_clean()


def test_a_split_draws_a_line_per_channel_or_supplier(browser: Browser, address: str, built_site: BuiltSite) -> None:
    rows = built_site.read("rpt_touchpoint_kpis").drop_nulls("touchpoint_id")
    parts = rows.filter(pl.col("dimension_set").is_in(["channel", "supplier"]))
    assert parts.height > 0, "the built company needs a split by channel or supplier"
    scope = ["touchpoint_id", "kpi_id", "dimension_set"]
    counts = parts.group_by(scope).agg(pl.coalesce("channel", "supplier_id").n_unique().alias("parts")).filter(pl.col("parts") > 1)
    assert counts.height > 0, "the built company needs a touchpoint with two channels or suppliers"
    shown = [row for row in counts.sort(scope).select(scope).rows() if row[:2] in built_site.tiles()]
    assert shown, "the built company needs such a KPI among those a touchpoint declares"
    touchpoint, kpi, dimension = shown[0]
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/touchpoints/{touchpoint}/")
        page.locator(f".picker button:has([data-kpi='{kpi}'])").click()
        page.wait_for_selector("text=Where does it differ?", timeout=PATIENCE_MS)
        rows = parts.filter((pl.col("touchpoint_id") == touchpoint) & (pl.col("kpi_id") == kpi) & (pl.col("grain") == "week"))
        count = rows.filter(pl.col("dimension_set") == dimension).height
        page.wait_for_function(f"() => document.querySelectorAll('[data-points]')[1]?.dataset.points === '{count}'", timeout=PATIENCE_MS)
        watched.assert_clean()


def test_every_change_has_a_card_with_its_owner_and_touchpoints(browser: Browser, address: str, built_site: BuiltSite) -> None:
    changes = {row["change_id"]: row for row in built_site.read("rpt_changes").to_dicts()}
    scopes = built_site.read("rpt_change_touchpoints")
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/changes/")
        cards = {card.get_attribute("data-change"): card for card in page.locator("[data-change]").all()}
        assert set(cards) == set(changes)
        for change_id, card in cards.items():
            text = card.inner_text()
            assert changes[str(change_id)]["title"] in text
            assert (changes[str(change_id)]["owner_department"] or "") in text
            linked = card.locator("a[href^='/touchpoints/']").evaluate_all("all => all.map((a) => a.getAttribute('href').split('/')[2])")
            assert set(linked) == set(scopes.filter(pl.col("change_id") == change_id)["touchpoint_id"])


def test_the_status_buttons_filter_the_changes(browser: Browser, address: str, built_site: BuiltSite) -> None:
    changes = built_site.read("rpt_changes")
    assert changes.height > 0
    status = changes["status"].sort()[0]
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/changes/")
        page.get_by_role("radio", name=status, exact=True).click()
        shown = page.eval_on_selector_all("[data-change]", "all => all.map((card) => card.dataset.change)")
    assert set(shown) == set(changes.filter(pl.col("status") == status)["change_id"])


def test_data_health_shows_every_source_table_with_its_rows(browser: Browser, address: str, built_site: BuiltSite) -> None:
    tables = built_site.read("rpt_data_health").to_dicts()
    assert tables
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/data-health/")
        for table in tables:
            row = page.locator(f"[data-source='{table['source']}'][data-table='{table['table_name']}']")
            assert row.get_attribute("data-status") == table["status"]
            assert f"landed {table['rows_landed'] or 0:,}, rejected {table['rows_rejected'] or 0:,}" in row.inner_text()


def test_data_health_says_that_a_good_build_is_good_and_leaves_no_placeholder(
    browser: Browser, address: str, built_site: BuiltSite
) -> None:
    build = built_site.read("rpt_builds").row(0, named=True)
    with watch(browser, address, WIDE) as watched:
        text = watched.open("/data-health/").inner_text("body")
    assert f"All {build['tests_passed']} tests of the last build passed." in text
    assert "last build failed" not in text and "${" not in text


def test_the_dictionary_defines_every_kpi_where_links_point(browser: Browser, address: str, built_site: BuiltSite) -> None:
    kpis = built_site.read("rpt_kpi_dictionary").to_dicts()
    assert kpis
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/dictionary/")
        for kpi in kpis:
            section = page.locator(f"section[id='{kpi['kpi_id']}']")
            assert section.count() == 1
            text = section.text_content() or ""
            assert kpi["name"] in text and kpi["formula"] in text
