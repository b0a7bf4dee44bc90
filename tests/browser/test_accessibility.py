"""Pages for everyone: no serious finding of axe, charts in words, and every control within reach of a keyboard."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from cxhouse.settings import PROJECT
from tests.browser.built_site import DEFAULT_WINDOW, PHONE, QUESTIONS, WIDE, BuiltSite, watch

AXE = PROJECT / "dashboards" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
OPEN_ALL = """() => {
    document.querySelectorAll('main details').forEach((fold) => (fold.open = true));
    document.querySelectorAll('main [data-fold][aria-expanded=false]').forEach((fold) => fold.checkVisibility() && fold.click());
}"""
# drawn things that nothing names: a canvas, and a graphic that is not decoration
UNNAMED = """all => all
    .filter((chart) => !chart.closest('[aria-hidden=true], [role=img], button, th'))
    .map((chart) => chart.outerHTML.slice(0, 200))"""
NAMES = "all => all.map((chart) => chart.getAttribute('aria-label') ?? '')"
SMALL_TEXTS = """all => all
    .filter((each) => [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim()))
    .filter((each) => each.checkVisibility())
    .filter((each) => parseFloat(getComputedStyle(each).fontSize) < 14)
    .map((each) => `${getComputedStyle(each).fontSize} ${each.outerHTML.slice(0, 120)}`)"""
CONTROLS = "a[href], button, select, input, summary, textarea, [tabindex='0']"
# every control in reach gets a number, so that two that look alike are told apart
MARK = f"""() => [...document.querySelectorAll(`{CONTROLS}`)]
    .filter((each) => each.checkVisibility({{ visibilityProperty: true }}) && !each.disabled && each.tabIndex >= 0)
    .map((each, index) => {{ each.dataset.stop = index; return `${{index}}: ${{each.outerHTML.slice(0, 160)}}`; }})"""
FOCUSED = """() => {
    const at = document.activeElement, look = getComputedStyle(at);
    const box = at.getBoundingClientRect();
    return {
        stop: at.dataset.stop ?? null, html: at.outerHTML.slice(0, 160),
        isSeen: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 1 && box.bottom > 0 && box.top < innerHeight
    };
}"""


def open_whole(page: Page) -> None:
    """Open every fold, and wait for what the engine answers."""
    page.wait_for_load_state("networkidle")
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(300)


def find_violations(page: Page) -> list[str]:
    """What axe finds and calls serious or critical: rule, place and what to do. The script runs beside the page, whose policy stays."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    assert found["passes"], "axe looked at nothing"
    return [
        f"{rule['id']} at {node['target']}: {node['failureSummary']}\n{node['html'][:200]}"
        for rule in found["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("width", [WIDE, PHONE])
@pytest.mark.parametrize("name", QUESTIONS)
def test_axe_finds_nothing_serious_and_every_chart_has_words(
    browser: Browser, address: str, built_site: BuiltSite, name: str, width: int
) -> None:
    with watch(browser, address, width) as watched:
        page = watched.open(built_site.page_path(name))
        open_whole(page)
        assert find_violations(page) == []
        assert page.eval_on_selector_all("main canvas, main svg", UNNAMED) == []
        for text in page.eval_on_selector_all("main [role=img]", NAMES):
            assert len(text) > 40 and any(sign.isdigit() for sign in text), f"the name of a chart holds no figure: {text!r}"


def settle(page: Page) -> None:
    """Wait until the page has stopped changing: what is drawn again loses its mark."""
    sizes = [-1]
    while len(sizes) < 60 and sizes[-1] != (size := page.evaluate("() => document.body.innerHTML.length")):
        sizes.append(size)
        page.wait_for_timeout(1000)


@pytest.mark.parametrize("width", [WIDE, PHONE])
@pytest.mark.parametrize("name", ["home", "touchpoint", "dictionary", "ecosystem", "touchpoints"])
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(
    browser: Browser, address: str, built_site: BuiltSite, name: str, width: int
) -> None:
    with watch(browser, address, width) as watched:
        watched.page.emulate_media(reduced_motion="reduce")
        page = watched.open(built_site.page_path(name))
        page.wait_for_load_state("networkidle")
        settle(page)
        controls: list[str] = page.evaluate(MARK)
        assert len(controls) > 15
        reached, unseen = set(), []
        for _ in range(len(controls) + 5):
            page.keyboard.press("Tab")
            here = page.evaluate(FOCUSED)
            if here["stop"] in reached:
                break
            if here["stop"] is not None:
                reached.add(here["stop"])
                unseen += [] if here["isSeen"] else [here["html"]]
        assert [control for control in controls if control.split(":")[0] not in reached] == []
        assert unseen == [], "a control that has the focus does not show it"


def test_the_menu_of_a_phone_opens_closes_and_traps_nobody(browser: Browser, address: str) -> None:
    with watch(browser, address, PHONE) as watched:
        page = watched.open("/")
        menu, links = page.get_by_role("button", name="Menu"), page.get_by_role("navigation", name="Pages").get_by_role("link")
        assert links.count() == 0, "closed at first"
        menu.focus()
        page.keyboard.press("Enter")
        assert menu.get_attribute("aria-expanded") == "true" and links.count() > 8
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('nav') !== null"), "the pages follow the button"
        page.keyboard.press("Escape")
        assert links.count() == 0 and page.evaluate("document.activeElement.textContent").strip().endswith("Home"), "back at the button"
        menu.click()
        for _ in range(links.count() + 1):
            page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('header') === null"), "the keyboard leaves the menu"
        assert links.count() == 0, "a menu that was left is closed"
        menu.click()
        page.get_by_role("heading", level=1).click()
        assert links.count() == 0, "a click beside it closes it"
        menu.click()
        links.filter(has_text="Changes").click()
        page.wait_for_selector("h1:has-text('What did we change')")
        assert links.count() == 0 and menu.inner_text().endswith("Changes"), "the button names the page"
        watched.assert_clean()


def test_the_home_page_of_a_phone_has_three_screens_with_the_answer_and_what_hurts_most(
    browser: Browser, address: str, built_site: BuiltSite
) -> None:
    about = built_site.read("rpt_headlines").filter(window_id=DEFAULT_WINDOW, journey_id="all", owner_department="all").to_dicts()[0]
    with watch(browser, address, PHONE) as watched:
        page = watched.open("/")
        assert page.evaluate("document.documentElement.scrollHeight") <= 3 * 844
        assert page.locator("[data-field=headline]").inner_text() == about["headline"]
        worst = page.locator(f".tile[data-touchpoint='{about['touchpoint_id']}'][data-kpi='{about['kpi_id']}']")
        assert worst.first.is_visible(), "the phase of what hurts most is open"
        folds = page.locator("[data-journey][open] [data-fold]")
        assert folds.count() > 3
        assert page.locator("[data-journey][open] [data-fold][aria-expanded=true]").count() == 1
        before = page.locator(".tile[data-kpi]:visible").count()
        page.locator("[data-journey][open] [data-fold][aria-expanded=false]").first.click()
        assert page.locator(".tile[data-kpi]:visible").count() > before
        sizes = page.eval_on_selector_all("main *", SMALL_TEXTS)
        assert sizes == [], "text of less than 14 px"
        watched.assert_clean()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_link_to_a_definition_opens_it_and_the_others_stay_folded(
    browser: Browser, address: str, built_site: BuiltSite, width: int
) -> None:
    kpis = built_site.read("rpt_kpi_dictionary").filter(pl.col("is_current")).sort("name")
    chosen = kpis.row(kpis.height // 2, named=True)
    with watch(browser, address, width) as watched:
        watched.page.emulate_media(reduced_motion="reduce")
        page = watched.open("/dictionary/")
        assert page.locator("details[open]").count() == 0
        assert page.locator("[data-kpi] summary:visible").count() == kpis.height
        page = watched.open(f"/dictionary/#{chosen['kpi_id']}")
        section = page.locator(f"section[id='{chosen['kpi_id']}']")
        section.get_by_text(chosen["formula"], exact=True).first.wait_for()
        assert page.locator("details[open]").count() == 1
        place = section.bounding_box()
        assert place is not None and 0 <= place["y"] < 400, "it stands in view"
        page.get_by_role("button", name="Open all definitions").click()
        assert page.locator("details[open]").count() == kpis.height


def test_components_and_quiet_signals_are_folded_on_a_phone_and_open_by_their_links(
    browser: Browser, address: str, built_site: BuiltSite
) -> None:
    components = built_site.read("rpt_components").filter(window_id=DEFAULT_WINDOW).sort("component_id")["component_id"].to_list()
    firing = built_site.read("rpt_signals").filter(status="fires")["signal_id"].to_list()
    with watch(browser, address, PHONE) as watched:
        page = watched.open(f"/ecosystem/#{components[-1]}")
        opened = page.eval_on_selector_all(
            "article:has(> details[open])", "all => all.map((card) => card.dataset.component ?? card.dataset.signal)"
        )
        assert sorted(opened) == sorted([components[-1], *firing])
        page.locator(f"article[id='{components[0]}'] summary").click()
        assert page.locator(f"article[id='{components[0]}'] .places").is_visible()
        watched.assert_clean()
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/ecosystem/")
        assert page.locator("article[data-component] > details[open]").count() == len(components), "a desktop has room for all"
