"""How fast the pages are and what they weigh, in a Chromium on this machine.

Run: `python -m tests.measurements.bench_pages [HOME]`, the home of the settings unless given; its site must be built. Cold: a browser that
has nothing of the site. Warm: the same browser again, the middle of three visits. The server runs in this process, so both share the cores.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.table import Table

from cxhouse.screen import console
from cxhouse.settings import read_settings
from cxhouse.site.server import DashboardsError, serve_in_background
from tests.browser.built_site import QUESTIONS, BuiltSite
from tests.browser.chromium import LAUNCH_ARGUMENTS, find_or_install_chromium
from tests.browser.conftest import BROWSER_CACHE
from tests.browser.page_speed import Visit, visit_page

WARM_VISITS = 3


def find_middle(seconds: Sequence[float | None]) -> str:
    """The median, as it is written in the table; nothing where a page has no chart."""
    known = [each for each in seconds if each is not None]
    return f"{statistics.median(known):.2f}" if known else ""


def list_row(name: str, visits: Sequence[Visit]) -> tuple[str, ...]:
    """A line of the table: the cold visit, then the middle of the warm ones."""
    cold, *warm = visits
    middle = (find_middle([visit.answer for visit in warm]), find_middle([visit.chart for visit in warm]))
    return (name, f"{cold.sent / 1e6:.2f}", find_middle([cold.answer]), find_middle([cold.chart]), *middle)


def main(arguments: list[str]) -> None:
    """Visit each page and print the table."""
    home = Path(arguments[0]) if arguments else read_settings().home
    site = BuiltSite(site=home / "dashboards" / "site", reports=home / "serving" / "current")
    executable = find_or_install_chromium(BROWSER_CACHE)
    if executable is None:
        raise SystemExit("no Chromium starts here: install one (Debian: chromium)")
    table = Table("page", "cold MB", "cold answer s", "cold chart s", "warm answer s", "warm chart s")
    with serve_in_background(site.site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(LAUNCH_ARGUMENTS))
        for name in QUESTIONS:
            table.add_row(*list_row(name, visit_page(browser, address + site.page_path(name), times=1 + WARM_VISITS)))
        browser.close()
    console.print(table)
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except DashboardsError as error:
        raise SystemExit(str(error)) from error
