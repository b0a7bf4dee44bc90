"""A Chromium for the tests of the built dashboards: the one of the machine, otherwise one from the npm registry."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = "@sparticuz/chromium@147.0.2"
UNPACK = "import chromium from '@sparticuz/chromium'; console.log(await chromium.executablePath());"
INSTALL_TIMEOUT_SECONDS = 600
LAUNCH_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def find_or_install_chromium(cache: Path, *, named: str | None = None) -> Path | None:
    """A Chromium that starts, or None: `named` if given, else one on the PATH, one unpacked in `cache`, one from npm (70 MB)."""
    if named:
        return Path(named) if starts(Path(named)) else None
    found = find_chromium()
    if found is not None:
        return found
    unpacked = cache / "bin" / "chromium"
    if not starts(unpacked):
        install_chromium(cache)
    return unpacked if starts(unpacked) else None


def find_chromium() -> Path | None:
    """The first Chromium or Chrome on the PATH that starts."""
    paths = (Path(path) for path in map(shutil.which, CANDIDATES) if path)
    return next((path for path in paths if starts(path)), None)


def starts(executable: Path) -> bool:
    """Whether the browser prints its version. It fails with a missing system library (often libnss3) or a wrapper without a browser."""
    if not (executable.is_file() and os.access(executable, os.X_OK)):
        return False
    try:
        run = subprocess.run([executable, "--no-sandbox", "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return run.returncode == 0


def install_chromium(cache: Path) -> bool:
    """Install the packaged Chromium into `cache`; False when Node is missing or the registry cannot be reached."""
    if shutil.which("npm") is None:
        return False
    unpack_folder = cache / "bin"
    unpack_folder.mkdir(parents=True, exist_ok=True)
    (cache / "package.json").write_text('{"name": "cxhouse-browser", "private": true, "type": "module"}\n', encoding="utf-8")
    install = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--save-exact", PACKAGE]
    unpack = ["env", f"TMPDIR={unpack_folder.resolve()}", "node", "--input-type=module", "--eval", UNPACK]
    try:
        for command in (install, unpack):
            subprocess.run(command, cwd=cache, capture_output=True, timeout=INSTALL_TIMEOUT_SECONDS, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return False
    return True
