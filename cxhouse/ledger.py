"""The ledger: append-only lines that cannot be rebuilt, spared by `make clean`."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cxhouse.settings import Settings
from semantic.changes import Change, Scope, check_unique, read_change, read_change_files
from semantic.company import Company
from semantic.yaml_files import DefinitionError

CHANGES = "changes.jsonl"


def scope_of(company: Company) -> Scope:
    """What changes of this company may name."""
    return Scope(
        touchpoints=frozenset(touchpoint.id for touchpoint in company.touchpoints),
        components=frozenset(component.id for component in company.components),
        kpis=frozenset(company.catalog.kpis),
        time_zone=company.time_zone,
    )


def append_line(path: Path, record: Mapping[str, Any]) -> None:
    """Append one JSON line and wait until it is on disk. A line cut short by a kill is ended first, so that it stays the only bad one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Every whole line; a last line cut short by a kill is passed over, any other bad line is an error."""
    if not path.is_file():
        return []
    lines = [(number, line) for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if line.strip()]
    records = []
    for number, line in lines:
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as error:
            if not line.endswith("}"):
                continue
            raise DefinitionError(path, f"line {number}", f"is not JSON ({error}); restore the ledger from its backup") from error
    return records


def read_changes(company: Company, environment: Mapping[str, str], ledger: Path) -> list[tuple[str, datetime | None, Change]]:
    """Changes of the company folder and of the ledger: (recorded in, recorded at, change). Ids are unique over both."""
    scope = scope_of(company)
    files = read_change_files(company.folder / "changes", environment, scope)
    recorded: list[tuple[str, datetime | None, Change]] = [("file", None, change) for change in files]
    path = ledger / CHANGES
    for line in read_lines(path):
        change = read_change(line["change"], scope, place=path, entry=f"change {line['change'].get('change_id')}")
        recorded.append((line["recorded_in"], datetime.fromisoformat(line["recorded_at"]), change))
    check_unique([(place, change) for place, _, change in recorded])
    return recorded


def record_change(settings: Settings, company: Company, content: Mapping[str, Any], *, recorded_in: str, now: datetime) -> Change:
    """Check a change and append it to the ledger. `now` is aware. Raises DefinitionError and writes nothing when it is not right."""
    entry = f"change {content.get('change_id')}"
    change = read_change(content, scope_of(company), place=recorded_in, entry=entry)
    known = read_changes(company, settings.environment, settings.ledger)
    check_unique([*((place, other) for place, _, other in known), (recorded_in, change)])
    append_line(settings.ledger / CHANGES, {"recorded_at": now.isoformat(), "recorded_in": recorded_in, "change": change.describe()})
    return change
