"""A period report as PDF, printed by the Chromium or Chrome of this machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cxhouse.files import write_atomically
from cxhouse.reports.published import ReportError
from cxhouse.stopping import leave_on_signals

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OPTIONS = ("--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer")
TIMEOUT_SECONDS = 60.0
HTML_STAYS = "The HTML file is written; any browser prints it"


def find_browser(named: str | None, *, known: Sequence[str] = BROWSERS) -> str:
    """The program that prints: the one of CXHOUSE_BROWSER, else the first known one on PATH. Raises ReportError where there is none."""
    if named is not None and shutil.which(named) is None:
        raise ReportError(f"CXHOUSE_BROWSER is {named}, which cannot be run: name a Chromium or Chrome, or leave it empty. {HTML_STAYS}")
    found = named or next((name for name in known if shutil.which(name)), None)
    if found is None:
        missing = f"no browser to print a PDF with: PATH has none of {', '.join(known)}"
        raise ReportError(f"{missing}. Install Chromium, or name one in CXHOUSE_BROWSER. {HTML_STAYS}")
    return found


def print_pdf(browser: str, page: Path, *, timeout: float = TIMEOUT_SECONDS) -> Path:
    """Print an HTML file to a PDF of the same name, which is whole or not there. Returns its path; raises ReportError with the reason."""
    path = page.with_suffix(".pdf")
    with leave_on_signals(), tempfile.TemporaryDirectory(prefix="cxhouse-browser-", ignore_cleanup_errors=True) as profile:
        # root has no sandbox of a browser; the page is ours, has no script and loads nothing
        options = [*OPTIONS, f"--user-data-dir={profile}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]

        def write(draft: Path) -> None:
            run_browser([browser, *options, f"--print-to-pdf={draft}", page.resolve().as_uri()], draft.resolve(), timeout)

        try:
            write_atomically(path.resolve(), write)
        except OSError as error:
            raise ReportError(f"{path} cannot be written: {error.strerror}; name another folder with --to") from error
    return path


def run_browser(command: Sequence[str], draft: Path, timeout: float) -> None:
    """Run it until it has written `draft`. It and the processes it started end with this call, also when it takes too long."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise ReportError(f"{command[0]} printed no PDF within {timeout:g} seconds. {HTML_STAYS}") from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # its helpers are in its group
            process.wait()
        output.seek(0)
        lines = [line for line in output.read().decode(errors="replace").splitlines() if line.strip()]
    if code or not draft.is_file() or not draft.read_bytes().startswith(b"%PDF"):
        reason = lines[-1].strip()[:200] if lines else "it gives no reason"
        raise ReportError(f"{command[0]} printed no PDF (exit code {code}): {reason}. {HTML_STAYS}")
