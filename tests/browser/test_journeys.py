"""The pages of the journeys say what the reports say, and how people are followed."""

from __future__ import annotations

import polars as pl
from playwright.sync_api import Browser, Page

from tests.browser.built_site import PHONE, WIDE, BuiltSite, watch

READ_PHASES = """all => all.map((phase) => ({
    phase: phase.dataset.phase, status: phase.dataset.status, text: phase.textContent,
    entered: phase.querySelector('[data-field=entered]')?.textContent ?? null,
    dropped: phase.querySelector('[data-field=dropped]')?.textContent ?? null,
    dwell: phase.querySelector('[data-field=dwell]')?.textContent ?? null
}))"""


def choose_reach(page: Page, label: str) -> None:
    page.get_by_role("radio", name=label).click()
    page.wait_for_selector(f"[role=radio][aria-checked=true]:has-text('{label}')")


def test_every_journey_shows_its_phases_as_the_report_has_them(browser: Browser, address: str, built_site: BuiltSite) -> None:
    flow = built_site.read("rpt_journey_flow").filter(pl.col("grain") == "settled_year")
    paths = built_site.journey_paths()
    assert paths
    with watch(browser, address, WIDE) as watched:
        for path in paths:
            page = watched.open(path)
            page.wait_for_selector("[data-phase]")
            expected = flow.filter(pl.col("journey_id") == path.split("/")[2]).sort("phase_position").to_dicts()
            shown = page.eval_on_selector_all("[data-phase]", READ_PHASES)
            assert [(phase["phase"], phase["status"]) for phase in shown] == [(row["phase_id"], row["status"]) for row in expected]
            for phase, row in zip(shown, expected, strict=True):
                assert phase["entered"] == (None if row["entered_count"] is None else f"{row['entered_count']:,}")
                assert (row["reason"] or "") in phase["text"]
                if row["drop_out_text"]:
                    assert phase["dropped"] == f"{row['dropped_out_count']:,}, {row['drop_out_text']}"
                    assert phase["dwell"] == (row["dwell_median_text"] or "too few")
        watched.assert_clean()


def test_the_answer_follows_the_chosen_period(browser: Browser, address: str, built_site: BuiltSite) -> None:
    path = built_site.journey_paths()[0]
    rows = built_site.read("rpt_journeys").filter(pl.col("journey_id") == path.split("/")[2]).to_dicts()
    answers = {row["grain"]: " ".join(filter(None, (row["stuck_text"], row["time_text"]))) for row in rows}
    with watch(browser, address, PHONE) as watched:
        page = watched.open(path)
        assert page.locator("[data-field=answer]").inner_text() == answers["settled_year"]
        choose_reach(page, "all years")
        assert page.locator("[data-field=answer]").inner_text() == answers["total"]
        watched.assert_clean()


def test_the_most_common_ways_stand_first_and_rare_ones_are_one_row(browser: Browser, address: str, built_site: BuiltSite) -> None:
    path = built_site.journey_paths()[0]
    rows = built_site.read("rpt_journey_paths").filter((pl.col("journey_id") == path.split("/")[2]) & (pl.col("grain") == "settled_year"))
    expected = rows.filter(~pl.col("is_other")).sort("rank").head(12)["path"].to_list()
    assert expected
    with watch(browser, address, WIDE) as watched:
        page = watched.open(path)
        page.wait_for_selector("tr[data-rank]")
        assert page.locator("tr[data-rank]:not(.other) td:first-child").all_inner_texts() == expected
        assert page.locator("tr.other").count() == rows.filter(pl.col("is_other")).height


def test_the_home_map_leads_to_the_journey(browser: Browser, address: str, built_site: BuiltSite) -> None:
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/")
        page.locator("details[open] a.stuck").click()
        page.wait_for_selector("h1:has-text('Where do people get stuck')")
        assert page.locator("[data-phase]").count() > 0
        watched.assert_clean()
