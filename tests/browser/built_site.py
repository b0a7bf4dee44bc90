"""What the browser tests use: a built site, the published reports it was built from, and a way to open its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

WIDE, PHONE = 1280, 390
# every page with the question that is its title
QUESTIONS = {
    "home": "How are we doing",
    "journeys": "Where do people get stuck",
    "journey": "Where do people get stuck",
    "touchpoints": "Which touchpoint",
    "touchpoint": "getting better?",
    "changes": "What did we change",
    "change": "help?",
    "visible": "What can we see",
    "reports": "How did my department do",
    "suppliers": "Who keeps our promise",
    "contact-center": "How long, how often",
    "segments": "Who values us",
    "segment": "how do we serve them",
    "ecosystem": "What is behind it",
    "data-health": "Can I trust",
    "dictionary": "What does it mean",
}
DEFAULT_WINDOW = "last_28_days"
READY = "article#evidence-main-article h1"
PATIENCE_MS = 60_000


@dataclass(frozen=True)
class BuiltSite:
    """`site` holds index.html, `reports` the Parquet files it was built from (serving/current)."""

    site: Path
    reports: Path

    def read(self, report: str) -> pl.DataFrame:
        return pl.read_parquet(self.reports / f"{report}.parquet")

    def tiles(self, window: str = DEFAULT_WINDOW) -> dict[tuple[str, str], dict[str, object]]:
        """Tile rows of one window by touchpoint and KPI."""
        rows = self.read("rpt_touchpoint_tiles").filter(pl.col("window_id") == window).to_dicts()
        return {(row["touchpoint_id"], row["kpi_id"]): row for row in rows}

    def mapped_touchpoints(self) -> set[str]:
        """Touchpoints of journeys, which are therefore on the home page."""
        return set(self.read("rpt_journey_touchpoints")["touchpoint_id"].drop_nulls())

    def busiest_touchpoint(self) -> str:
        """The touchpoint with the most days of data, whose charts show most."""
        days = self.read("rpt_touchpoint_kpis").filter(
            (pl.col("dimension_set") == "total") & (pl.col("grain") == "day") & pl.col("touchpoint_id").is_not_null()
        )
        return days.group_by("touchpoint_id").len().sort("len", "touchpoint_id", descending=[True, False])["touchpoint_id"][0]

    def journey_paths(self) -> list[str]:
        """The page of each journey."""
        return [f"/journeys/{journey}/" for journey in sorted(set(self.read("rpt_journeys")["journey_id"]))]

    def busiest_change(self) -> str:
        """The change with the most weeks in its chart."""
        weeks = self.read("rpt_change_series").group_by("change_id").len()
        return str(weeks.sort("len", "change_id", descending=[True, False])["change_id"][0])

    def page_path(self, name: str) -> str:
        """The address of a page of QUESTIONS; for a page template, that of an entry with many figures."""
        many = {
            "home": "/",
            "touchpoint": f"/touchpoints/{self.busiest_touchpoint()}/",
            "journey": self.journey_paths()[0],
            "change": f"/changes/{self.busiest_change()}/",
            "segment": "/segments/champions/",
        }
        return many.get(name, f"/{name}/")


@dataclass
class Watched:
    """A page and everything that went wrong on it."""

    page: Page
    address: str
    problems: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path, wait_until="load")
        self.page.wait_for_selector(READY)
        self.page.wait_for_selector("html[data-interactive]", state="attached", timeout=PATIENCE_MS)
        return self.page

    def assert_clean(self) -> None:
        boxes = self.page.locator(".text-negative").all_inner_texts()
        assert self.problems == []
        assert boxes == [], "an error box is shown"


def find_context(browser: Browser, width: int) -> BrowserContext:
    """The one context of a browser for pages of that width: its cache keeps the engine and scripts from test to test.

    What a reader chose lives in the session storage of a page, so a new page knows nothing of earlier ones.
    """
    for context in browser.contexts:
        if context.pages and (size := context.pages[0].viewport_size) and size["width"] == width:
            return context
    context = browser.new_context(viewport={"width": width, "height": 844 if width < 500 else 800}, timezone_id="America/Los_Angeles")
    context.new_page()  # stays empty; it tells the width of the context
    return context


@contextmanager
def watch(browser: Browser, address: str, width: int) -> Iterator[Watched]:
    """A fresh page of that width that notes console errors, failed answers and requests to other hosts."""
    context = find_context(browser, width)
    watched = Watched(context.new_page(), address)
    host = urlsplit(address).netloc

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            watched.problems.append(f"console: {message.text}")

    def note_request(request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https", "ws", "wss") and urlsplit(request.url).netloc != host:
            watched.problems.append(f"request off the host: {request.url}")

    def note_response(response: Response) -> None:
        if response.status >= 400:
            watched.problems.append(f"{response.status}: {response.url}")

    watched.page.on("console", note_console)
    watched.page.on("pageerror", lambda error: watched.problems.append(f"script: {error}"))
    context.on("request", note_request)
    watched.page.on("response", note_response)
    try:
        yield watched
    finally:
        watched.page.close()
        context.remove_listener("request", note_request)
