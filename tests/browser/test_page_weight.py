"""A page that is opened for the first time stays small. How fast it is depends on the machine: tests/measurements/bench_pages.py."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.built_site import QUESTIONS, BuiltSite
from tests.browser.page_speed import visit_page

MOST_BYTES = 8_000_000
# the pages with queries that depend on a choice: they load the engine
ENGINE = {"journey", "touchpoint", "suppliers", "contact-center", "segment"}
MOST_BYTES_WITHOUT_ENGINE = 2_500_000


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_first_visit_stays_small(browser: Browser, address: str, built_site: BuiltSite, name: str) -> None:
    (cold,) = visit_page(browser, address + built_site.page_path(name))
    assert cold.requests > 10
    assert 500_000 < cold.sent < (MOST_BYTES if name in ENGINE else MOST_BYTES_WITHOUT_ENGINE), cold
