"""What the server sends with the pages: the policy lets them work and nothing else, and the engine comes compressed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.built_site import PATIENCE_MS, READY, BuiltSite

NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
ADD_SCRIPT = """() => {
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.body.append(script);
    const handler = document.createElement('img');
    handler.setAttribute('onerror', 'window.injected = true');
    handler.src = '/nothing.png';
    document.body.append(handler);
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that holds nothing in its cache."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(NOTE_VIOLATIONS)
    yield context.new_page()
    context.close()


def test_pages_and_the_engine_work_under_the_policy(page: Page, address: str, built_site: BuiltSite) -> None:
    said: list[str] = []
    answers: dict[str, dict[str, str]] = {}
    page.on("console", lambda message: said.append(message.text))
    page.on("response", lambda response: answers.update({response.url.removeprefix(f"{address}/"): response.headers}))
    shown = page.goto(f"{address}/touchpoints/{built_site.busiest_touchpoint()}/")
    assert shown is not None
    scripts_of = shown.headers["content-security-policy"].partition("script-src")[2].partition(";")[0]
    assert "sha256-" in scripts_of and "'unsafe-inline'" not in scripts_of
    page.wait_for_selector(READY)
    expect(page.locator("[data-field=why]")).to_be_visible(timeout=PATIENCE_MS)  # the engine has answered
    assert page.evaluate("document.documentElement.getAttribute('data-theme')") in ("light", "dark"), "the first inline script ran"
    assert page.evaluate("window.violations") == []
    assert [text for text in said if "Content Security Policy" in text] == []
    sizes = {path: (built_site.site / path).stat().st_size for path in answers if path.endswith((".js", ".wasm"))}
    large = [path for path, size in sizes.items() if size > 100_000]
    assert any(path.endswith(".wasm") for path in large)
    assert {answers[path].get("content-encoding") for path in large} == {"gzip"}
    assert sum(int(answers[path]["content-length"]) for path in large) < sum(sizes[path] for path in large) / 3


def test_a_script_that_found_its_way_into_a_page_does_not_run(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    page.wait_for_selector(READY)
    page.evaluate(ADD_SCRIPT)
    page.wait_for_timeout(500)
    assert page.evaluate("window.injected") is None
    assert {text.split()[0] for text in page.evaluate("window.violations")} == {"script-src-elem", "script-src-attr"}


def test_a_page_asks_no_other_host(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    page.wait_for_selector(READY)
    elsewhere = address.replace("127.0.0.1", "localhost")
    assert page.evaluate("there => fetch(there, { mode: 'no-cors' }).then(() => 'answered', () => 'refused')", elsewhere) == "refused"
    assert page.evaluate("window.violations") == [f"connect-src {elsewhere}/"]
