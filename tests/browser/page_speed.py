"""How fast a page is and what it weighs: when its answer and its first chart are there, and the bytes that come over the wire."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Browser, Page, Request

from tests.browser.built_site import PATIENCE_MS

QUIET_MS = 1000
# notes the time of the first answer in words, and of the frame after the first drawn chart; both since the page was asked for
NOTE_TIMES = """
window.times = {};
new MutationObserver(() => {
    const answer = document.querySelector('main p.answer');
    if (!('answer' in times) && answer && answer.textContent.trim().length > 20) times.answer = performance.now();
    if ('chart' in times || !document.querySelector('main canvas')) return;
    times.chart = performance.now();
    requestAnimationFrame(() => requestAnimationFrame(() => (times.chart = performance.now())));
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


@dataclass(frozen=True)
class Visit:
    """Seconds until the answer and until the first chart (None: the page has none), and bytes that were sent, packed as they were."""

    answer: float
    chart: float | None
    sent: int
    requests: int


def visit_page(browser: Browser, url: str, *, times: int = 1) -> list[Visit]:
    """Open a page in a browser without a cache, and again with what it kept. The first visit is the cold one."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        context.add_init_script(NOTE_TIMES)
        page = context.new_page()
        finished: list[Request] = []

        def note(request: Request) -> None:
            finished.append(request)

        page.on("requestfinished", note)
        return [open_once(page, url, finished) for _ in range(times)]
    finally:
        context.close()


def open_once(page: Page, url: str, finished: list[Request]) -> Visit:
    """Open the page and wait until it asks for nothing more."""
    finished.clear()
    page.goto(url)
    page.wait_for_selector("html[data-interactive]", state="attached", timeout=PATIENCE_MS)
    for _ in range(2):  # a chart that was drawn may lead to another query
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(QUIET_MS)
    seen: dict[str, float] = page.evaluate("times")
    sent = sum(request.sizes()["responseBodySize"] for request in finished)
    return Visit(seen["answer"] / 1000, seen["chart"] / 1000 if "chart" in seen else None, sent, len(finished))
