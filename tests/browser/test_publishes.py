"""A publish changes data only; a tab keeps the release it began with; nothing is said before it is known; unknown addresses say so."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from cxhouse.settings import PROJECT
from cxhouse.site.building import KEPT_RELEASES, build_dashboards
from cxhouse.site.server import serve_in_background
from tests.browser.built_site import PATIENCE_MS, READY, WIDE, BuiltSite, find_context, watch
from tests.conftest import SHELLS

# what pages say where there is no data; while they load, nobody knows that yet
CLAIMS = ("There is no such", "Nothing to", "No change", "No figure", "No customer", "No build", "yet", "Not measured", "Choose ")


@dataclass
class Publisher:
    """A home whose published copy the test replaces."""

    home: Path
    reports: Path
    address: str = ""

    def publish(self, name: str) -> None:
        """Publish the reports with this text in the headlines, in the title of each touchpoint and in the number of the build."""
        current = self.home / "serving" / "current"
        shutil.rmtree(current, ignore_errors=True)
        shutil.copytree(self.reports, current)
        for report, column in (("rpt_headlines", "headline"), ("rpt_journey_touchpoints", "touchpoint_name"), ("rpt_builds", "build_id")):
            table = pl.read_parquet(current / f"{report}.parquet")
            table.with_columns(pl.lit(name).alias(column)).write_parquet(current / f"{report}.parquet")
        file = current / "rpt_touchpoint_kpis.parquet"
        pl.read_parquet(file).with_columns(pl.lit(name).alias("period_text")).write_parquet(file)
        (current / "manifest.json").write_text(json.dumps({"build_id": name}), encoding="utf-8")
        shells = Path(os.environ[SHELLS])
        build_dashboards(project=PROJECT / "dashboards", serving=self.home / "serving", work=self.home / "dashboards", cache=shells)


@pytest.fixture(scope="module")
def publisher(built_site: BuiltSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    """A site of its own, published once as `first`."""
    made = Publisher(tmp_path_factory.mktemp("publishes"), built_site.reports)
    made.publish("first")
    with serve_in_background(made.home / "dashboards" / "site") as made.address:
        yield made


def follow(page: Page, path: str) -> None:
    """Go to another page of the site as a click on a link does, without loading the scripts again."""
    page.evaluate("path => document.querySelector('header nav a').setAttribute('href', path)", path)
    page.locator("header nav a").first.click()
    page.wait_for_url(f"**{path}")
    page.wait_for_selector(READY)


def test_a_second_publish_builds_no_page_and_shows_new_figures_while_an_open_tab_keeps_its_own(
    browser: Browser, publisher: Publisher, built_site: BuiltSite
) -> None:
    touchpoint = f"/touchpoints/{built_site.busiest_touchpoint()}/"
    shells = {path.name: path.stat().st_mtime_ns for path in Path(os.environ[SHELLS]).iterdir()}
    site = (publisher.home / "dashboards" / "site").resolve()
    with watch(browser, publisher.address, WIDE) as old, watch(browser, publisher.address, WIDE) as new:
        assert old.open("/").locator("p.answer").first.inner_text().startswith("first")
        publisher.publish("second")
        assert {path.name: path.stat().st_mtime_ns for path in Path(os.environ[SHELLS]).iterdir()} == shells
        assert (publisher.home / "dashboards" / "site").resolve() == site
        assert new.open("/").locator("p.answer").first.inner_text().startswith("second")
        for watched, name in ((old, "first"), (new, "second")):
            follow(watched.page, touchpoint)
            assert watched.page.locator("h1").inner_text() == f"Is {name} getting better?"
            assert f"build {name}" in watched.page.locator("footer").inner_text()
            # read by the engine in the browser, after the second publish
            expect(watched.page.get_by_text("Latest, from").first).to_contain_text(f"from {name}", timeout=PATIENCE_MS)
            watched.assert_clean()


def test_a_tab_whose_release_is_gone_loads_that_of_now(browser: Browser, publisher: Publisher) -> None:
    publisher.publish("begin")
    with watch(browser, publisher.address, WIDE) as watched:
        watched.open("/dictionary/")
        for count in range(KEPT_RELEASES):
            publisher.publish(f"later{count}")
        watched.page.evaluate("document.querySelector('header nav a').setAttribute('href', '/touchpoints/')")
        watched.page.locator("header nav a").first.click()
        expect(watched.page.locator("p.answer").first).to_contain_text(f"later{KEPT_RELEASES - 1}", timeout=PATIENCE_MS)
        assert watched.page.locator("footer").inner_text().count(f"build later{KEPT_RELEASES - 1}") == 1


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/changes/nobody-made-it/", "There is no such change."),
        ("/touchpoints/nowhere/", "There is no such touchpoint."),
        ("/segments/everybody/", "There is no such segment."),
        ("/journeys/none/", "There is no such journey."),
        ("/nothing/at/all/", "There is no such page."),
        ("/explore/console/", "There is no such page."),
        ("/settings/", "There is no such page."),
    ],
)
def test_an_unknown_address_says_that_there_is_no_such_page(browser: Browser, address: str, path: str, title: str) -> None:
    with watch(browser, address, WIDE) as watched:
        answer = watched.page.goto(address + path)
        assert answer and answer.status == 404
        assert watched.page.locator("h1").inner_text() == title
        assert watched.page.locator("[data-field=not-found] a").count() == 1


@pytest.mark.parametrize("name", ["home", "touchpoint", "changes", "change", "segment", "suppliers", "contact-center", "journey"])
def test_nothing_is_said_before_it_is_known(browser: Browser, address: str, built_site: BuiltSite, name: str) -> None:
    """Answers are held back, then the engine is: until they arrive, a page claims nothing, and no choice of the address is lost."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page = find_context(browser, WIDE).new_page()
    try:
        page.route("**/*.answers", hold)
        page.route("**/*.wasm", hold)
        page.goto(f"{address}{built_site.page_path(name)}?period=last_91_days", wait_until="load")
        wait_for(page, lambda: any(route.request.url.endswith(".answers") for route in held))
        assert page.locator("article").count() == 0 or page.locator("article").inner_text().strip() == ""
        answers = [route for route in held if route.request.url.endswith(".answers")]
        for route in answers:
            route.continue_()
        page.wait_for_selector(READY)
        page.wait_for_timeout(1000)
        before = page.locator("article#evidence-main-article").inner_text()
        for route in held:
            if route not in answers:
                route.continue_()
        page.unroute_all(behavior="ignoreErrors")
        expect(page.locator("[data-field=waiting]")).to_have_count(0, timeout=PATIENCE_MS)
        page.wait_for_timeout(1500)
        after = page.locator("article#evidence-main-article").inner_text()
        assert {claim for claim in CLAIMS if before.count(claim) > after.count(claim)} == set()
        if page.locator("select[name=period]").count():
            assert page.locator("select[name=period]").input_value() == "last_91_days"
    finally:
        page.close()


def wait_for(page: Page, is_so: object) -> None:
    """Wait until the function says yes."""
    assert callable(is_so)
    for _ in range(600):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("waited 30 seconds")
