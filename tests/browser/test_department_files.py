"""The files and mails of departments in a browser: one first page on paper, no sideways scrolling on a phone, a PDF of the whole."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from cxhouse.reports import mail_report, print_pdf, write_department_reports
from cxhouse.reports.published import read_published
from tests.browser.built_site import PHONE
from tests.conftest import DemoHome

# A4 without the margins of the page, in pixels of CSS
PAPER_WIDTH, PAPER_HEIGHT = int((210 - 24) / 25.4 * 96), (297 - 24) / 25.4 * 96


@pytest.fixture(scope="module")
def serving(demo_home: DemoHome) -> Path:
    return demo_home.path / "serving"


@pytest.fixture(scope="module")
def files(serving: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The file of each department for the last month."""
    return write_department_reports(serving=serving, folder=tmp_path_factory.mktemp("reports"))


def test_the_first_page_fits_on_one_sheet_and_the_appendix_begins_the_next(browser: Browser, files: list[Path]) -> None:
    assert len(files) > 3
    page = browser.new_page(viewport={"width": PAPER_WIDTH, "height": int(PAPER_HEIGHT)})
    page.emulate_media(media="print")
    for path in files:
        page.goto(path.as_uri())
        assert 100 < page.evaluate("document.getElementById('first-page').offsetHeight") <= PAPER_HEIGHT, path.name
        assert page.evaluate("getComputedStyle(document.getElementById('appendix')).breakBefore") == "page"
    page.close()


def test_on_a_phone_neither_file_nor_mail_scrolls_sideways_and_charts_are_shown(browser: Browser, serving: Path, files: list[Path]) -> None:
    published = read_published(serving)
    page = browser.new_page(viewport={"width": PHONE, "height": 844})
    months = published.reports["rpt_department_months"].filter("is_latest").sort("owner_department").to_dicts()
    for about in months:
        mail = mail_report(published, about["owner_department"], about["month"])
        html = mail.html
        for name, image in mail.images.items():
            html = html.replace(f'"cid:{name}"', f'"data:image/png;base64,{base64.b64encode(image).decode()}"')
        page.set_content(html)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
        assert page.evaluate("[...document.images].filter((each) => each.naturalWidth === 600).length") == len(mail.images)
    for path in files:
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, path.name
        assert page.evaluate("[...document.images].every((each) => each.naturalWidth === 600)")
    page.close()


def test_the_browser_of_the_machine_prints_the_whole_report(chromium_program: Path, files: list[Path]) -> None:
    largest = max(files, key=lambda path: path.stat().st_size)
    path = print_pdf(str(chromium_program), largest)
    content = path.read_bytes()
    assert content.startswith(b"%PDF") and content.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type\s*/Page[^s]", content)) >= 3
