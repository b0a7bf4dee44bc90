"""A company without customers and changes: the same site, built from empty reports about them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from cxhouse.site.building import build_dashboards
from cxhouse.site.server import serve_in_background
from tests.browser.built_site import PHONE, WIDE, BuiltSite, watch
from tests.companies.tiny import PROJECT
from tests.conftest import SHELLS


@pytest.fixture(scope="module")
def empty_address(built_site: BuiltSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A second site, whose reports about segments, value and changes hold no row."""
    home = tmp_path_factory.mktemp("no_customers")
    published = home / "serving" / "current"
    shutil.copytree(built_site.reports, published)
    emptied = sorted(
        file for about in ("segment_", "value_", "change", "visible_", "break_") for file in published.glob(f"rpt_{about}*.parquet")
    )
    assert len(emptied) >= 16
    for file in emptied:
        pl.read_parquet(file).clear().write_parquet(file)
    manifest = json.loads((published / "manifest.json").read_text(encoding="utf-8"))
    (published / "manifest.json").write_text(json.dumps({**manifest, "build_id": "empty"}), encoding="utf-8")
    shells = Path(os.environ[SHELLS])
    site = build_dashboards(project=Path(PROJECT) / "dashboards", serving=home / "serving", work=home / "dashboards", cache=shells)
    with serve_in_background(site) as address:
        yield address


def read_folded(page: Page) -> str:
    """What the first fold for the people who run cxhouse says, opened as they would."""
    page.locator("details.for-engineers summary").first.click()
    return page.locator("details.for-engineers").first.inner_text()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_without_customers_the_page_says_why_and_what_to_do(browser: Browser, empty_address: str, width: int) -> None:
    with watch(browser, empty_address, width) as watched:
        page = watched.open("/segments/")
        page.wait_for_timeout(1500)
        text = page.locator("article").inner_text()
        assert page.locator("[data-field=answer]").inner_text().startswith("No customer can be valued yet")
        assert "No customer to value yet" in text and "docs/new-company.md" not in text
        assert "docs/new-company.md" in read_folded(page)
        assert page.locator("table, [data-segment], form.bar").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page = watched.open(page.locator("article a[href^='/segments/']").first.get_attribute("href") or "")
        page.wait_for_timeout(1500)
        assert page.locator("[data-field=answer]").inner_text().startswith("Nobody is in this segment yet")
        assert "Load sources with the contracts customers and orders" in read_folded(page)
        watched.assert_clean()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_without_changes_the_pages_say_how_to_record_one(browser: Browser, empty_address: str, width: int) -> None:
    with watch(browser, empty_address, width) as watched:
        page = watched.open("/changes/")
        page.wait_for_timeout(1500)
        text = page.locator("article").inner_text()
        assert page.locator("[data-field=answer]").inner_text().startswith("No change is recorded")
        assert "cxhouse change add" not in text
        assert "cxhouse change add" in (folded := read_folded(page)) and "changes/ in the company folder" in folded
        assert page.locator("[data-change], form.bar").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page = watched.open("/visible/")
        page.wait_for_timeout(1500)
        assert "From 17 weeks of history on" in page.locator("article").inner_text()
        watched.assert_clean()
