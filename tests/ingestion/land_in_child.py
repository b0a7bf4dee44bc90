"""A load in a separate process, which can be killed at a chosen step or run out of disk space. Run with `python -m`.

Arguments: folder, first day, end, mode (`plain`, `kill`, `limit`), number (the step to die at, 0 to count the steps; or the bytes that a
file may have).
A step is a rename, a removal, a flush to the disk, or a write, which is killed when half of it is done.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from ingestion import journal, lake
from tests.ingestion.small_company import SmallCompany

number_of_death = 0
steps = 0


def count_step(leave_half: Callable[[], object] = lambda: None) -> None:
    """Count a step and kill the process when it is the chosen one."""
    global steps  # noqa: PLW0603
    steps += 1
    if steps == number_of_death:
        leave_half()
        os.kill(os.getpid(), signal.SIGKILL)


def die_before(method: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose calls are steps."""

    def counted(*arguments: Any, **options: Any) -> Any:
        count_step()
        return method(*arguments, **options)

    return counted


def write_parquet(frame: pl.DataFrame, file: Any, method: Any = pl.DataFrame.write_parquet, **options: Any) -> None:
    """Write a frame, or half a file."""

    def write_half() -> None:
        file.write(b"PAR1 half a file")
        file.flush()

    count_step(write_half)
    method(frame, file, **options)


def write_durably(path: Path, content: bytes, method: Any = journal.write_durably) -> None:
    """Write a small file, or half of it."""
    count_step(lambda: path.write_bytes(content[: len(content) // 2]))
    method(path, content)


def append_line(path: Path, line: str, method: Any = journal.append_line) -> None:
    """Append a line to the log, or half of it."""

    def write_half() -> None:
        with path.open("a") as file:
            file.write(line[: len(line) // 2])

    count_step(write_half)
    method(path, line)


def count_steps() -> None:
    """Let every file operation of a load be a step."""
    pl.DataFrame.write_parquet = write_parquet
    journal.append_line = append_line
    for module in (journal, lake):
        module.write_durably = write_durably
    for name in ("replace", "unlink"):
        setattr(Path, name, die_before(getattr(Path, name)))
    os.fsync = die_before(os.fsync)


def main(folder: str, first: str, to: str, mode: str, number: int) -> None:
    """Load source `crm`."""
    global number_of_death  # noqa: PLW0603
    company = SmallCompany(Path(folder))
    source = company.load()["crm"]
    if mode == "kill":
        number_of_death = number
        count_steps()
    elif mode == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (number, number))
    (result,) = company.ingest(source, first, to)
    print(result.status, result.error or "", steps)
    sys.exit(0 if result.is_landed else 1)


if __name__ == "__main__":
    main(*sys.argv[1:5], int(sys.argv[5]))
