"""A change recorded by a separate process that is slow to write. Run with `python -m`; it begins when it reads a line.

Arguments: id and title of the change. The home is that of the environment.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cxhouse.ledger import changes as recorded_changes
from cxhouse.settings import read_settings
from cxhouse.warehouse.preparation import open_workplace
from declared.errors import DefinitionError

append_now = recorded_changes.append_lines


def append_slowly(path: Path, records: list[Mapping[str, Any]]) -> None:
    """Leave the other process time to check the same id."""
    time.sleep(1)
    append_now(path, records)


def main(change_id: str, title: str) -> None:
    """Record the change; the exit code says whether it was."""
    recorded_changes.append_lines = append_slowly
    settings = read_settings()
    company = open_workplace(settings).company
    print("ready", flush=True)
    sys.stdin.readline()
    content = {"change_id": change_id, "title": title, "started_at": "2026-03-02", "kind": "system"}
    try:
        recorded_changes.record_change(settings, company, content, recorded_in="command", now=datetime.now(UTC))
    except DefinitionError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
