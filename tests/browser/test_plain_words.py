"""Pages for managers hold no file name, no command and no id; what engineers need stands behind a fold of its own."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from tests.browser.built_site import PATIENCE_MS, QUESTIONS, WIDE, BuiltSite, watch

# data health and the dictionary are read by the people who run cxhouse too
FOR_ENGINEERS = ("data-health", "dictionary")
JARGON = re.compile(r"\b[a-z0-9]+_[a-z0-9_]+\b|\w\.(?:yml|csv|sql|parquet|py)\b|\bcxhouse [a-z]+|\bwismo\b")
SHOW_ALL = """() => {
    document.querySelectorAll('details').forEach((each) => (each.open = !each.classList.contains('for-engineers')));
}"""


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name not in FOR_ENGINEERS])
def test_a_page_is_written_in_plain_words(browser: Browser, address: str, built_site: BuiltSite, name: str) -> None:
    with watch(browser, address, WIDE) as watched:
        page = watched.open(built_site.page_path(name))
        page.wait_for_selector("article h1, article h2", timeout=PATIENCE_MS)
        page.evaluate(SHOW_ALL)
        text = page.locator("#evidence-main-article").inner_text()
    assert len(text) > 200
    assert JARGON.findall(text) == []
