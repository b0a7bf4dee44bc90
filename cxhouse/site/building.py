"""Building the dashboards: a static site from the published reports.

The Evidence project is copied to the work folder of this home and built there, so that two homes never write to the same folder. The site
reads the reports that have an SQL file under `dashboards/sources/cxhouse`, and no other file of the published copy.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from cxhouse.files import wait_for_lock
from cxhouse.site.data import REPORTS, list_declared_reports, write_site_data
from cxhouse.site.server import DashboardsError, serve_dashboards
from cxhouse.stopping import leave_on_signals

__all__ = ["DashboardsError", "build_dashboards", "ensure_node_modules", "list_declared_reports", "serve_dashboards"]

PROJECT_ENTRIES = ("package.json", "evidence.config.yaml", "evidence.settings.json", "components", "pages", "partials", "sources", "static")
INSTALL_ENTRIES = ("package.json", "package-lock.json", ".npmrc", "offline_engine.mjs")
STEP_TIMEOUT_SECONDS = 1800
LAST_LINES = 25
PACKAGE_UMASK = 0o022  # every user of a checkout reads its packages, which hold no data

Progress = Callable[[str], None]


def ensure_node_modules(project: Path, *, progress: Progress | None = None) -> None:
    """Install the locked Node packages into `project`/node_modules; does nothing when it already has those of the lock file."""
    if shutil.which("npm") is None:
        raise DashboardsError("npm is not on the PATH. Install Node.js 20 or newer, which brings it, then run again.")
    wanted = hash_files([project / name for name in INSTALL_ENTRIES], base=project)
    stamp = project / "node_modules" / ".cxhouse-installed"
    with wait_for_lock(project / "package-lock.json"):
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            return
        report(progress, "Installing the dashboards' Node packages")
        advice = "Check that the npm registry can be reached (`npm ping`), then run again."
        run_step("npm ci", ["npm", "ci", "--no-ignore-scripts"], cwd=project, variables={}, advice=advice, umask=PACKAGE_UMASK)
        stamp.write_text(wanted, encoding="utf-8")
        stamp.chmod(0o666 & ~PACKAGE_UMASK)


def build_dashboards(
    *,
    project: Path,
    serving: Path,
    work: Path,
    time_zone: str = "UTC",
    company_name: str = "cxhouse",
    failure: str = "",
    share: Callable[[Path], None] = lambda sites: None,
    progress: Progress | None = None,
) -> Path:
    """Build the site from `serving`/current into `work`/site and return that path.

    `project` is the Evidence project. `time_zone` is the company's; times on the pages use it. `failure` is the reason why the last build
    was not published; the data-health page shows it. `share` is called with the folder of all built sites before the new one is shown, to
    let other users read it. When none of these inputs changed, the site is not built again. `work`/site is a link; it is replaced in one
    step and only by a complete site.
    """
    published = (serving / "current").resolve()
    check_reports(project, published)
    work.mkdir(parents=True, exist_ok=True)
    site, stamp = work / "site", work / "site.stamp"
    with wait_for_lock(work / ".lock"):
        wanted = describe_inputs(project, published, time_zone, company_name, failure)
        if (site / "index.html").is_file() and stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            report(progress, "Dashboards are up to date")
            return site
        ensure_node_modules(project, progress=progress)
        copy = copy_project(project, work / "project")
        texts = {"serving": str(published), "time_zone": time_zone, "company_name": company_name, "failure": failure}
        report(progress, "Reading the published reports")
        write_site_data(copy, texts)
        report(progress, "Building the pages (about a minute, 3 GB of memory)")
        run_evidence("build", copy, "build:strict")
        swap_site(copy / "build", site, wanted, share)
        stamp.write_text(wanted, encoding="utf-8")
        shutil.rmtree(copy)
    return site


def check_reports(project: Path, published: Path) -> None:
    declared = list_declared_reports(project)
    if not declared:
        raise DashboardsError(f"{project / REPORTS} declares no report. Restore its SQL files, one per report.")
    if not (published / "manifest.json").is_file():
        raise DashboardsError(f"{published} holds no manifest.json: nothing is published yet. Run `cxhouse build`, then `cxhouse publish`.")
    missing = [name for name in declared if not (published / f"{name}.parquet").is_file()]
    if missing:
        raise DashboardsError(f"{published} misses {', '.join(missing)}. Run `cxhouse build` and `cxhouse publish` with this version.")


def describe_inputs(project: Path, published: Path, time_zone: str, company_name: str, failure: str) -> str:
    """One hash of everything that the site depends on: project files, locked packages, published reports, company."""
    files = [project / name for name in (*PROJECT_ENTRIES, *INSTALL_ENTRIES)]
    manifest = json.loads((published / "manifest.json").read_text(encoding="utf-8"))
    inputs = json.dumps([hash_files(files, base=project), manifest, time_zone, company_name, failure], sort_keys=True)
    return hashlib.sha256(inputs.encode()).hexdigest()


def hash_files(entries: Sequence[Path], *, base: Path) -> str:
    """Hash names and contents of files and of all files in folders; entries that do not exist are skipped."""
    digest = hashlib.sha256()
    for entry in sorted(set(entries)):
        for path in sorted(entry.rglob("*")) if entry.is_dir() else [entry]:
            if path.is_file():
                digest.update(f"{path.relative_to(base)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def copy_project(project: Path, copy: Path) -> Path:
    """A new copy of the Evidence project, with a link to the installed packages."""
    if copy.exists():
        shutil.rmtree(copy)
    copy.mkdir()
    for name in PROJECT_ENTRIES:
        if (project / name).is_dir():
            shutil.copytree(project / name, copy / name)
        elif (project / name).is_file():
            shutil.copy2(project / name, copy / name)
    (copy / "node_modules").symlink_to((project / "node_modules").resolve(), target_is_directory=True)
    return copy


def run_evidence(step: str, copy: Path, *arguments: str) -> None:
    offline = {"SEND_ANONYMOUS_USAGE_STATS": "no", "npm_config_update_notifier": "false", "npm_config_offline": "true"}
    plain = {"TZ": "UTC", "NO_COLOR": "1"}
    advice = "The earlier site is still there. Correct the page or report that these lines name, then run `cxhouse dashboards`."
    command = ["node", str(copy / "node_modules" / ".bin" / "evidence"), *arguments]
    run_step(f"evidence {step}", command, cwd=copy, variables={**offline, **plain}, advice=advice)


def run_step(name: str, command: Sequence[str], *, cwd: Path, variables: dict[str, str], advice: str, umask: int = -1) -> None:
    """Run a command and wait for its end. When it fails or takes too long, or this process is stopped, its process group is ended.

    `umask` is that of the command; -1 leaves it as it is.
    """
    full = ["env", *(f"{key}={value}" for key, value in variables.items()), *command]
    with subprocess.Popen(
        full,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        umask=umask,
    ) as process:
        try:
            with leave_on_signals():
                output, _ = process.communicate(timeout=STEP_TIMEOUT_SECONDS)
        except BaseException as error:
            end_process_group(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise DashboardsError(f"{name} took longer than {STEP_TIMEOUT_SECONDS} seconds and was stopped. {advice}") from error
            raise
        end_process_group(process)
    if process.returncode == 0:
        return
    last = "\n".join(output.strip().splitlines()[-LAST_LINES:])
    if process.returncode in (137, -signal.SIGKILL, 134) or "heap out of memory" in output:
        advice = "It ran out of memory: the build needs about 3 GB. Free some, then run `cxhouse dashboards`."
    raise DashboardsError(f"{name} failed (exit code {process.returncode}).\n{last}\n{advice}")


def end_process_group(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def swap_site(built: Path, site: Path, key: str, share: Callable[[Path], None] = lambda sites: None) -> None:
    """Replace the site with the built folder by renaming a link; earlier sites are removed afterwards."""
    if not (built / "index.html").is_file():
        raise DashboardsError(f"{built} holds no index.html after the build. The earlier site stays; run `cxhouse dashboards` again.")
    sites = site.parent / "sites"
    sites.mkdir(exist_ok=True)
    target = sites / key[:16]
    if target.exists():
        shutil.rmtree(target)
    built.rename(target)
    share(sites)
    fresh = site.parent / "site.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target.relative_to(site.parent), target_is_directory=True)
    if site.is_dir() and not site.is_symlink():
        shutil.rmtree(site)
    fresh.replace(site)
    for old in sites.iterdir():
        if old != target:
            shutil.rmtree(old, ignore_errors=True)


def report(progress: Progress | None, message: str) -> None:
    if progress is not None:
        progress(message)
