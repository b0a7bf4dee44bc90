"""Commands of `cxhouse` in processes of their own that start fast: each is forked from a process that has imported what commands import."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PARSED = "CXHOUSE_TEST_PARSED"  # names the folder where builds leave what dbt parsed for each other; tests/conftest.py sets it

NOWHERE = Path(os.devnull)
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.companies.imports"])


def run_command(environment: Mapping[str, str], *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run `cxhouse` with exactly this environment and return what it wrote. With `check`, raises AssertionError when it fails."""
    with tempfile.TemporaryDirectory(prefix="cxhouse-command-") as folder:
        output, errors = Path(folder) / "stdout", Path(folder) / "stderr"
        process = start_command(environment, *arguments, output=output, errors=errors)
        process.join()
        code = process.exitcode if process.exitcode is not None else 1
        done = subprocess.CompletedProcess(["cxhouse", *arguments], code, output.read_text(), errors.read_text())
    if check and done.returncode != 0:
        raise AssertionError(f"cxhouse {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def start_command(environment: Mapping[str, str], *arguments: str, output: Path = NOWHERE, errors: Path = NOWHERE) -> ForkServerProcess:
    """Start `cxhouse` with exactly this environment, so that the caller can wait for it or kill it."""
    process = FORKS.Process(target=execute, args=(arguments, dict(environment), output, errors, os.environ.get(PARSED)))
    process.start()
    return process


def execute(arguments: Sequence[str], environment: Mapping[str, str], output: Path, errors: Path, parsed: str | None) -> None:
    """In the forked process: become the command, and end with its exit code."""
    run_in_place(environment, output, errors)
    sys.argv = ["cxhouse", *arguments]
    from cxhouse.main import app
    from tests.companies.parsed import share_parsed

    if parsed:
        share_parsed(Path(parsed))
    try:
        app()
    finally:
        # a forked process leaves without these
        atexit._run_exitfuncs()


def run_in_place(environment: Mapping[str, str], output: Path, errors: Path) -> None:
    """In a forked process: exactly this environment, the project as the current folder, and files for what it writes."""
    for path, number in ((output, 1), (errors, 2)):
        with path.open("wb") as file:
            os.dup2(file.fileno(), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(PROJECT)
