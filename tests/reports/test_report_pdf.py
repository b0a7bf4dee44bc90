"""`cxhouse report --pdf`: which browser prints, and what is left when it does not. Real printing is in tests/browser."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cxhouse.reports import ReportError, find_browser, print_pdf
from tests.companies.commands import run_command
from tests.conftest import DemoHome

# answers like a browser: it finds the option that names the file
FIND = 'for each in "$@"; do case "$each" in --print-to-pdf=*) out="${each#*=}";; esac; last="$each"; done\n'


def make_browser(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{FIND}{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def page(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "2026-06-café & co.html").write_text("<p>hello</p>", encoding="utf-8")
    return folder / "2026-06-café & co.html"


def test_the_browser_is_the_named_one_or_the_first_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        ReportError, match=r"PATH has none of chromium, .*google-chrome.* name one in CXHOUSE_BROWSER. The HTML file is written"
    ):
        find_browser(None)
    make_browser(tmp_path, "google-chrome", "true")
    assert find_browser(None) == "google-chrome"
    make_browser(tmp_path, "chromium", "true")
    assert find_browser(None) == "chromium"
    assert find_browser(str(tmp_path / "google-chrome")) == str(tmp_path / "google-chrome")
    with pytest.raises(ReportError, match="CXHOUSE_BROWSER is /nowhere/chrome, which cannot be run"):
        find_browser("/nowhere/chrome")


def test_the_pdf_stands_beside_the_page(tmp_path: Path, page: Path) -> None:
    browser = make_browser(tmp_path, "browser", 'printf "%%PDF-1.4 %s" "$last" > "$out"')
    path = print_pdf(str(browser), page)
    assert path == page.with_suffix(".pdf")
    assert path.read_text(encoding="utf-8") == f"%PDF-1.4 {page.as_uri()}"
    assert sorted(each.name for each in page.parent.iterdir()) == sorted([page.name, path.name])


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ('printf "%%PDF half" > "$out"; echo "cannot open display"; exit 3', r"\(exit code 3\): cannot open display"),
        ('echo "no PDF" > "$out"', r"\(exit code 0\): it gives no reason"),
        ("true", r"\(exit code 0\): it gives no reason"),
    ],
)
def test_a_browser_that_fails_leaves_the_earlier_pdf_and_says_why(tmp_path: Path, page: Path, script: str, reason: str) -> None:
    page.with_suffix(".pdf").write_bytes(b"%PDF earlier")
    with pytest.raises(ReportError, match=f"printed no PDF {reason}.*The HTML file is written"):
        print_pdf(str(make_browser(tmp_path, "browser", script)), page)
    assert page.with_suffix(".pdf").read_bytes() == b"%PDF earlier"
    assert len(list(page.parent.iterdir())) == 2


def test_a_browser_that_hangs_is_stopped_with_what_it_started(tmp_path: Path, page: Path) -> None:
    browser = make_browser(tmp_path, "browser", f'sleep 300 & echo $! > "{tmp_path}/helper"; printf "%%PDF half" > "$out"; wait')
    started = time.monotonic()
    with pytest.raises(ReportError, match="printed no PDF within 1 seconds"):
        print_pdf(str(browser), page, timeout=1)
    assert time.monotonic() - started < 30
    assert [each.name for each in page.parent.iterdir()] == [page.name]
    helper = int((tmp_path / "helper").read_text())
    for _ in range(50):
        if not is_running(helper):
            break
        time.sleep(0.1)
    assert not is_running(helper)


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_without_a_browser_the_command_says_so_and_the_pages_stay(demo_home: DemoHome, tmp_path: Path) -> None:
    environment = {**demo_home.environment, "CXHOUSE_HOME": str(demo_home.path), "CXHOUSE_BROWSER": "/nowhere/chrome"}
    done = run_command(environment, "report", "--pdf", "--to", str(tmp_path / "out"), check=False)
    assert done.returncode == 1
    assert "CXHOUSE_BROWSER is /nowhere/chrome" in " ".join(done.stderr.split())
    assert len(list((tmp_path / "out").glob("*.html"))) > 3 and not list((tmp_path / "out").glob("*.pdf"))
