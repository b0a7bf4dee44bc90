"""A publish of a small warehouse in a separate process, which can be killed at a chosen step. Run with `python -m`.

Arguments: home, number (the step to die at, 0 to count the steps). A step is a rename, a removal, a flush to the disk, a new link, or the
writing of a report. What a publish keeps in the ledger is left out: the warehouse has reports only.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from cxhouse.settings import read_settings
from cxhouse.warehouse import publishing

BUILD = "20260301T000000"
REPORTS, ROWS = 12, 500
number_of_death = 0
steps = 0


def make_small_home(home: Path, build_id: str = BUILD) -> None:
    """A warehouse with some reports and the state of a build that passed."""
    (home / "state").mkdir(parents=True)
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        for number in range(REPORTS):
            connection.execute(f"create table rpt_{number:02d} as select i, '{build_id}' as build_id from range({ROWS}) as numbers (i)")
    (home / "state" / publishing.NOTED).write_text("{}")
    mark_passed(home, build_id)


def mark_passed(home: Path, build_id: str) -> None:
    """Write the state of a build that passed."""
    state = {
        "build_id": build_id,
        "built_at": "2026-03-01T00:00:00+00:00",
        "is_full": True,
        "definitions": "",
        "is_passed": True,
        "tests": {},
    }
    (home / "state" / "build.json").write_text(json.dumps(state))


def leave_out_ledger() -> None:
    """Publish reports only."""
    publishing.keep_published = lambda settings, manifest: None
    publishing.write_customer_segments = lambda warehouse, folder: folder


def publish(home: Path) -> dict[str, Any]:
    """Publish the reports of a home."""
    return publishing.publish_reports(read_settings({"CXHOUSE_HOME": str(home)}))


def die_before(method: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose calls are steps; the process is killed at the chosen one."""

    def counted(*arguments: Any, **options: Any) -> Any:
        global steps  # noqa: PLW0603
        steps += 1
        if steps == number_of_death:
            os.kill(os.getpid(), signal.SIGKILL)
        return method(*arguments, **options)

    return counted


def main(home: str, number: int) -> None:
    """Publish, or die."""
    global number_of_death  # noqa: PLW0603
    number_of_death = number
    leave_out_ledger()
    for name in ("replace", "rename", "unlink", "symlink_to", "write_text", "mkdir"):
        setattr(Path, name, die_before(getattr(Path, name)))
    os.fsync = die_before(os.fsync)
    publishing.describe_file = die_before(publishing.describe_file)
    print(len(publish(Path(home))["reports"]), steps)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
