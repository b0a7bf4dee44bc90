"""A Chromium, the built site and a server in front of it, once for all browser tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, sync_playwright

from cxhouse.site.server import serve_in_background
from tests.browser.built_site import BuiltSite
from tests.browser.chromium import LAUNCH_ARGUMENTS, find_or_install_chromium
from tests.conftest import DemoHome

BROWSER_CACHE = Path.home() / ".cache" / "cxhouse" / "chromium"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def miss(reason: str) -> NoReturn:
    """Skip on a developer's machine; fail when CI=true, because skipped tests are easily missed there."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def built_site(demo_home: DemoHome) -> BuiltSite:
    """The site of the small demo company, as the whole run left it."""
    return BuiltSite(site=demo_home.site, reports=demo_home.serving)


@pytest.fixture(scope="session")
def chromium_program() -> Path:
    """The Chromium that the tests start."""
    executable = find_or_install_chromium(BROWSER_CACHE, named=os.environ.get("CXHOUSE_CHROMIUM"))
    if executable is None:
        miss("no Chromium starts here: install one (Debian: chromium) or name it in CXHOUSE_CHROMIUM")
    return executable


@pytest.fixture(scope="session")
def browser(chromium_program: Path) -> Iterator[Browser]:
    """Headless Chromium that makes no background requests to other hosts."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_program, args=list(LAUNCH_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def address(built_site: BuiltSite) -> Iterator[str]:
    """The address of the built site while the tests run."""
    with serve_in_background(built_site.site) as url:
        yield url
