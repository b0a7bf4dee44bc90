"""The shell of the site: the pages without data, built by Evidence once per version of the pages and kept in a cache.

A shell holds nothing of a company. Homes may share a cache; a shell appears in it by one rename, when it is whole.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from cxhouse.files import wait_for_lock
from cxhouse.site.server import DashboardsError
from cxhouse.stopping import leave_on_signals

PAGE_ENTRIES = (
    "package.json",
    "evidence.config.yaml",
    "evidence.settings.json",
    "svelte.config.js",
    "components",
    "pages",
    "partials",
    "static",
)
INSTALL_ENTRIES = ("package.json", "package-lock.json", ".npmrc", "offline_engine.mjs")
STEP_TIMEOUT_SECONDS = 1800
LAST_LINES = 25
COMPRESSED_SUFFIXES = {".css", ".html", ".js", ".json", ".mjs", ".svg", ".txt", ".wasm", ".webmanifest"}
SMALLEST_COMPRESSED_BYTES = 1400  # a smaller file goes into one packet anyway
PACKAGE_UMASK = 0o022  # every user of a checkout reads its packages, which hold no data

Progress = Callable[[str], None]


def ensure_shell(project: Path, cache: Path, *, progress: Progress | None = None) -> Path:
    """The built shell of this version of the pages, `cache`/<key>; Evidence builds it unless the cache holds it.

    `project` is the Evidence project. The shell is built in a copy of it, and renamed when it is whole: a build that fails or is killed
    leaves nothing that counts as built. A second process waits and then uses the same shell. Raises DashboardsError when Node is missing
    or the build fails.
    """
    key = describe_shell(project)
    shell = cache / key
    if is_whole(shell):
        return shell
    with wait_for_lock(cache / f"{key}.lock"):
        if is_whole(shell):
            return shell
        ensure_node_modules(project, progress=progress)
        report(progress, "Building the pages, once for this version of them (about 1.5 minutes, 3 GB of memory)")
        copy = copy_project(project, cache / f"{key}.project")
        run_evidence(copy, key)
        if not is_whole(copy / "build"):
            raise DashboardsError(f"{copy / 'build'} holds no index.html after the build. Run `cxhouse dashboards` again.")
        compress_files(copy / "build")
        (copy / "build").rename(shell)
        shutil.rmtree(copy)
    return shell


def is_whole(shell: Path) -> bool:
    """A shell gets its name when it is whole, so that the name says it; a folder that somebody emptied is none."""
    return (shell / "index.html").is_file()


def describe_shell(project: Path) -> str:
    """The first 16 digits of a hash of everything that a shell is built from: pages, components, settings, locked packages, this recipe."""
    files = [project / name for name in (*PAGE_ENTRIES, *INSTALL_ENTRIES)]
    recipe = Path(__file__).read_bytes()
    return hashlib.sha256(hash_files(files, base=project).encode() + recipe).hexdigest()[:16]


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
    for name in PAGE_ENTRIES:
        if (project / name).is_dir():
            shutil.copytree(project / name, copy / name)
        elif (project / name).is_file():
            shutil.copy2(project / name, copy / name)
    (copy / "node_modules").symlink_to((project / "node_modules").resolve(), target_is_directory=True)
    return copy


def run_evidence(copy: Path, key: str) -> None:
    offline = {"SEND_ANONYMOUS_USAGE_STATS": "no", "npm_config_update_notifier": "false", "npm_config_offline": "true"}
    plain = {"TZ": "UTC", "NO_COLOR": "1"}
    advice = "The earlier site is still there. Correct the page that these lines name, then run `cxhouse dashboards`."
    own = {"VITE_EVIDENCE_SPA": "true", "VITE_CXHOUSE_SHELL": key}
    command = ["node", str(copy / "node_modules" / ".bin" / "evidence"), "build:strict"]
    run_step("evidence build", command, cwd=copy, variables={**offline, **plain, **own}, advice=advice)


def compress_files(folder: Path) -> None:
    """Write `NAME.gz` of the same time beside each large file of text or WebAssembly. Web servers send such files as they are."""
    for file in [path for path in folder.rglob("*") if path.suffix in COMPRESSED_SUFFIXES and path.is_file()]:
        about = file.stat()
        if about.st_size >= SMALLEST_COMPRESSED_BYTES:
            compressed = file.with_name(f"{file.name}.gz")
            compressed.write_bytes(gzip.compress(file.read_bytes(), mtime=0))
            os.utime(compressed, ns=(about.st_atime_ns, about.st_mtime_ns))


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


def report(progress: Progress | None, message: str) -> None:
    if progress is not None:
        progress(message)
