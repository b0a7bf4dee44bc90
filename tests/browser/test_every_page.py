"""Claims about every page, on a desktop and on a phone."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from cxhouse.site.answers import ANSWERS
from tests.browser.built_site import PHONE, QUESTIONS, WIDE, BuiltSite, watch

STATUSES: dict[str, str] = {}


@pytest.mark.parametrize("width", [WIDE, PHONE])
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_page_renders_without_errors_or_other_hosts_and_its_links_lead_somewhere(
    browser: Browser, address: str, built_site: BuiltSite, name: str, width: int
) -> None:
    with watch(browser, address, width) as watched:
        page = watched.open(built_site.page_path(name))
        page.wait_for_timeout(1500)
        assert QUESTIONS[name] in page.locator("h1").first.inner_text()
        assert page.locator("h1").first.is_visible()
        assert len(page.locator("main p").first.inner_text()) > 20, "the first line answers the question"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page scrolls sideways"
        links = {link.split("#")[0].split("?")[0] for link in page.eval_on_selector_all("a[href]", "all => all.map((a) => a.href)")}
        assert len(links) >= 10
        assert {link: answer for link in links if (answer := follow(page, link, address)) != "200"} == {}
        watched.assert_clean()


def follow(page: Page, link: str, address: str) -> str:
    """The status of a link between pages, each asked for once; for another address, why it is wrong."""
    if link not in STATUSES:
        STATUSES[link] = str(page.request.get(link).status) if link.startswith(address) else "leads to another host"
    return STATUSES[link]


def test_every_touchpoint_has_a_page_that_renders(browser: Browser, address: str, built_site: BuiltSite) -> None:
    touchpoints = sorted(built_site.mapped_touchpoints())
    assert touchpoints
    with watch(browser, address, WIDE) as watched:
        for touchpoint in touchpoints:
            page = watched.open(f"/touchpoints/{touchpoint}/")
            assert "getting better?" in page.locator("h1").inner_text()
            watched.assert_clean()


def test_the_page_names_the_sources_that_are_not_fresh(browser: Browser, address: str, built_site: BuiltSite) -> None:
    stale = built_site.read("rpt_data_health").filter(pl.col("status") != "fresh")
    with watch(browser, address, WIDE) as watched:
        notes = watched.open("/").locator("[role=status]").all_text_contents()
    assert bool(notes) == (stale.height > 0)
    for source, table in stale.select("source", "table_name").iter_rows():
        assert f"{table} of {source}".replace("_", " ") in notes[0]


def test_the_site_holds_no_key_of_a_customer_and_no_other_host(built_site: BuiltSite) -> None:
    """Personal values are 64 hexadecimal digits wherever they are kept; text columns of the site's data are searched for them."""
    key = re.compile(r"\b[0-9a-f]{64}\b")
    files = sorted((built_site.site / "data").rglob("*.parquet"))
    assert files
    for file in files:
        frame = pl.read_parquet(file)
        personal = {"customer_key", "email", "phone", "postcode", "house_number", "agent_id"} & set(frame.columns)
        assert personal == set(), file.name
        for column in frame.select(pl.col(pl.String)).iter_columns():
            assert not column.drop_nulls().str.contains(key.pattern).any(), f"{file.name}: {column.name}"
    searched = (".html", ".json", Path(ANSWERS).suffix)
    pages = [path for path in sorted(built_site.site.rglob("*.*")) if path.is_file() and path.suffix in searched]
    assert len(pages) > 40
    for page in pages:
        text = (gzip.decompress(page.read_bytes()) if page.name == ANSWERS else page.read_bytes()).decode()
        assert not key.search(text), page.name
        assert re.findall(r"(?:src|href)=\"(?:https?:)?//", text) == [], page.name


def test_the_site_reads_only_declared_reports(built_site: BuiltSite) -> None:
    shipped = {path.stem for path in (built_site.site / "data").rglob("*.parquet")}
    assert shipped
    assert shipped <= {path.stem for path in built_site.reports.glob("rpt_*.parquet")}
