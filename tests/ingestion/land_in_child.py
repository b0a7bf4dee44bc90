"""A load in a separate process, which can be killed at a chosen step or run out of disk space. Run with `python -m`.

Arguments: folder, first day, end, mode (`plain`, `kill`, `limit`), number (the step to die at, or bytes a file may have).
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

from tests.ingestion.small_company import SmallCompany

steps_left = 0


def die_at(method: Callable[..., Any], leave_half: bool = False) -> Callable[..., Any]:
    """Count calls of a method and kill the process before the chosen one; a write is killed when half is on the disk."""

    def counted(*arguments: Any, **options: Any) -> Any:
        global steps_left  # noqa: PLW0603
        steps_left -= 1
        if steps_left == 0:
            if leave_half:
                arguments[1].write(b"PAR1 half a file")
                arguments[1].flush()
            os.kill(os.getpid(), signal.SIGKILL)
        return method(*arguments, **options)

    return counted


def main(folder: str, first: str, to: str, mode: str, number: int) -> None:
    """Load source `crm`."""
    global steps_left  # noqa: PLW0603
    company = SmallCompany(Path(folder))
    source = company.load()["crm"]
    if mode == "kill":
        steps_left = number
        pl.DataFrame.write_parquet = die_at(pl.DataFrame.write_parquet, leave_half=True)
        Path.replace = die_at(Path.replace)
        Path.unlink = die_at(Path.unlink)
        os.fsync = die_at(os.fsync)
    elif mode == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (number, number))
    (result,) = company.ingest(source, first, to)
    print(result.status, result.error or "")
    sys.exit(0 if result.is_landed else 1)


if __name__ == "__main__":
    main(*sys.argv[1:5], int(sys.argv[5]))
