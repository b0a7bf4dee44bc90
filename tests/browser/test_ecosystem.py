"""The ecosystem page and what the home map shows of it, against their reports."""

from __future__ import annotations

import polars as pl
import pytest
from playwright.sync_api import Browser

from tests.browser.built_site import DEFAULT_WINDOW, PHONE, WIDE, BuiltSite, watch

READ_COMPONENTS = """all => all.map((card) => ({
    id: card.dataset.component, status: card.dataset.status, lane: card.closest('[data-lane]')?.dataset.lane,
    value: card.querySelector('[data-field=value]')?.textContent ?? null, text: card.textContent
}))"""


@pytest.mark.parametrize("window", [DEFAULT_WINDOW, "last_91_days"])
def test_every_component_stands_on_its_side_of_the_line_with_the_reports_figure(
    browser: Browser, address: str, built_site: BuiltSite, window: str
) -> None:
    report = {row["component_id"]: row for row in built_site.read("rpt_components").filter(window_id=window).to_dicts()}
    headline = built_site.read("rpt_ecosystem").filter(window_id=window)["headline"][0]
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/ecosystem/")
        page.select_option("select[name=period]", window)
        assert page.locator("[data-field=answer]").inner_text() == headline
        cards = page.eval_on_selector_all("article[data-component]", READ_COMPONENTS)
        watched.assert_clean()
    assert {card["id"] for card in cards} == set(report)
    for card in cards:
        row = report[card["id"]]
        assert (card["value"], card["status"]) == (row["value_text"], row["status"]), card
        assert card["lane"] == ("seen" if row["is_visible"] else "behind")
        assert (row["flag_text"] or "") in card["text"]
        if row["value_text"] is None:
            assert row["reason"] in card["text"]


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_every_signal_says_its_sentence_and_shows_its_evidence(browser: Browser, address: str, built_site: BuiltSite, width: int) -> None:
    signals = {row["signal_id"]: row for row in built_site.read("rpt_signals").to_dicts()}
    assert len(signals) > 8
    with watch(browser, address, width) as watched:
        page = watched.open("/ecosystem/")
        for signal, row in signals.items():
            card = page.locator(f"[data-signal='{signal}']")
            assert card.get_attribute("data-status") == row["status"]
            assert card.locator("[data-field=sentence]").text_content() == row["sentence"]
            assert card.locator("tr[data-evidence]").count() == row["comparisons_count"]
            if row["status"] == "fires":
                assert card.locator("[data-field=sentence]").is_visible()
                if width == PHONE:
                    card.locator("details details > summary").click()
                assert card.locator("tr[data-evidence=fires]").first.is_visible(), "what fires is open"
        watched.assert_clean()


def test_the_map_shows_the_components_behind_each_phase_and_kept_promises(browser: Browser, address: str, built_site: BuiltSite) -> None:
    components = built_site.read("rpt_components").filter(window_id=DEFAULT_WINDOW).drop_nulls("touchpoints")
    behind = {
        row["component_id"]: row for row in components.to_dicts() if set(row["touchpoints"].split(",")) & built_site.mapped_touchpoints()
    }
    promises = built_site.read("rpt_promises").filter(pl.col("window_id") == DEFAULT_WINDOW).to_dicts()
    changes = dict(built_site.read("rpt_journey_changes").select("journey_id", "changes_text").iter_rows())
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/")
        chips = page.eval_on_selector_all("li[data-component]", "all => all.map((chip) => [chip.dataset.component, chip.dataset.status])")
        assert {name for name, _ in chips} == set(behind)
        assert all(status == behind[name]["status"] for name, status in chips)
        for promise in promises:
            shown = page.locator(f"[data-promise='{promise['touchpoint_id']}']").first.text_content() or ""
            assert promise["promise"] in shown and promise["kept_text"] in shown
        for journey in page.locator("[data-journey]").all():
            assert changes[str(journey.get_attribute("data-journey"))] in (journey.text_content() or "")
        assert page.locator("[data-field=headline]").bounding_box()["y"] < 400, "the answer stays on top"
        watched.assert_clean()
