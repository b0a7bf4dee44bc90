"""Building the dashboards: the shell of the pages, and for each publish the data that they show.

`work`/sites holds a folder per version of the pages: the shell, and below `data` a folder per release with its tables and answers.
`data/manifest.json` names the release in force and is replaced in one step, so that a reader gets one whole publish. Earlier releases stay
for tabs that began with them. `work`/site is a link to the folder in force.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cxhouse.files import wait_for_lock
from cxhouse.site.addresses import MANIFEST, read_manifest
from cxhouse.site.answers import write_answers
from cxhouse.site.data import REPORTS, list_declared_reports, write_tables
from cxhouse.site.pages import read_pages
from cxhouse.site.server import DashboardsError, serve_dashboards
from cxhouse.site.shell import Progress, describe_shell, ensure_node_modules, ensure_shell, hash_files, report

__all__ = ["DashboardsError", "build_dashboards", "ensure_node_modules", "list_declared_reports", "serve_dashboards"]

KEPT_RELEASES = 3  # like the published copies
CODE = ("answers.py", "data.py", "pages.py")


def build_dashboards(
    *,
    project: Path,
    serving: Path,
    work: Path,
    cache: Path | None = None,
    time_zone: str = "UTC",
    company_name: str = "cxhouse",
    failure: str = "",
    share: Callable[[Path], None] = lambda sites: None,
    progress: Progress | None = None,
) -> Path:
    """Bring `work`/site to the published copy `serving`/current, and return that path.

    `project` is the Evidence project. The pages are built when `cache` (without it, `work`/shells) does not hold this version of them.
    `time_zone` is the company's; times on the pages use it. `failure` is the reason why the last build was not published; the data-health
    page shows it. `share` is called with the folder of all sites before readers see something new in it, to let other users read it. When
    none of these inputs changed, nothing is written. Raises DashboardsError; the site stays as it was then.
    """
    published = (serving / "current").resolve()
    check_reports(project, published)
    work.mkdir(parents=True, exist_ok=True)
    site, shells = work / "site", cache or work / "shells"
    with wait_for_lock(work / ".lock"):
        shell_key = describe_shell(project)
        release = describe_release(project, shell_key, published, time_zone, company_name, failure)
        if is_in_force(site, shell_key, release):
            report(progress, "Dashboards are up to date")
            return site
        shell = ensure_shell(project, shells, progress=progress)
        before = site.resolve() if site.is_symlink() and (site / MANIFEST).is_file() else None
        earlier = (read_manifest(before) or {"kept": []})["kept"] if before else []
        target = work / "sites" / shell.name
        if before != target:
            prepare_site(target, shell, before, earlier, shells)
        texts = {"serving": str(published), "time_zone": time_zone, "company_name": company_name, "failure": failure}
        report(progress, "Writing the figures of the pages")
        if release not in earlier or not (target / "data" / release).is_dir():
            write_release(project, texts, target / "data" / release)
        kept = keep_releases(target, release, earlier)
        manifest = {"shell": shell.name, "release": release, "kept": kept, "reports": list_declared_reports(project)}
        write_manifest(target, manifest, lambda: share(work / "sites"))
        point_to(site, target)
        remove_others(work / "sites", [target.name])
        remove_others(target / "data", [*kept, MANIFEST.name])
        if cache is None:
            remove_others(shells, [name for key in {shell.name, before.name if before else ""} for name in (key, f"{key}.lock")])
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


def describe_release(project: Path, shell: str, published: Path, time_zone: str, company_name: str, failure: str) -> str:
    """16 digits of a hash of everything that the figures depend on: published copy, company, files of the project, this code."""
    manifest = json.loads((published / "manifest.json").read_text(encoding="utf-8"))
    code = [Path(__file__).with_name(name) for name in CODE]
    own = [shell, hash_files([project / "sources"], base=project), hash_files(code, base=code[0].parent)]
    inputs = json.dumps([own, manifest, time_zone, company_name, failure], sort_keys=True)
    return hashlib.sha256(inputs.encode()).hexdigest()[:16]


def is_in_force(site: Path, shell: str, release: str) -> bool:
    """Whether readers already see this shell with this release."""
    manifest = read_manifest(site)
    return manifest is not None and (manifest["shell"], manifest["release"]) == (shell, release) and (site / "index.html").is_file()


def prepare_site(target: Path, shell: Path, before: Path | None, earlier: Sequence[str], shells: Path) -> None:
    """A folder with the shell, and with scripts and `earlier` releases that tabs of the site before may ask for. Nobody sees it yet."""
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(exist_ok=True)
    shutil.copytree(shell, target)
    (target / "data").mkdir(exist_ok=True)
    if before is None:
        return
    scripts = shells / before.name / "_app" / "immutable"
    for file in scripts.rglob("*") if scripts.is_dir() else ():
        copy = target / "_app" / "immutable" / file.relative_to(scripts)
        if file.is_file() and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, copy)
    for release in earlier:
        if (before / "data" / release).is_dir():
            shutil.copytree(before / "data" / release, target / "data" / release)


def write_release(project: Path, texts: Mapping[str, str], folder: Path) -> None:
    """Tables and answers of a release in `folder`, which appears when it is whole."""
    pages = read_pages(project)
    draft = folder.with_name(f"{folder.name}.new")
    for stray in (draft, folder):
        shutil.rmtree(stray, ignore_errors=True)
    write_tables(project, texts, draft / "tables")
    write_answers(draft / "tables", pages, draft / "pages")
    draft.rename(folder)


def keep_releases(target: Path, release: str, earlier: Sequence[str]) -> list[str]:
    """The new release and those before it that are kept, newest first."""
    return [release, *(name for name in earlier if name != release and (target / "data" / name).is_dir())][:KEPT_RELEASES]


def write_manifest(target: Path, manifest: Mapping[str, Any], share: Callable[[], None]) -> None:
    """Name the release in force, in one step, after `share` has opened everything to its readers."""
    draft = target / "data" / "manifest.json.new"
    draft.write_text(json.dumps(manifest), encoding="utf-8")
    share()
    draft.replace(target / MANIFEST)


def point_to(site: Path, target: Path) -> None:
    """Make `site` a link to `target`, in one step."""
    if site.is_symlink() and site.resolve() == target.resolve():
        return
    fresh = site.with_name("site.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target.relative_to(site.parent), target_is_directory=True)
    if site.is_dir() and not site.is_symlink():
        shutil.rmtree(site)
    fresh.replace(site)


def remove_others(folder: Path, names: Sequence[str]) -> None:
    """Remove everything in a folder except these entries."""
    for old in folder.iterdir():
        if old.name in names:
            continue
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.unlink(missing_ok=True)
