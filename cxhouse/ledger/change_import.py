"""Import of annotations from other tools as changes. A second import of the same rows adds nothing; a changed row is a later version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cxhouse.files import write_atomically
from cxhouse.ledger.changes import append_versions, list_newest, one_at_a_time, read_files, read_versions, scope_of
from cxhouse.settings import Settings
from declared.errors import DefinitionError
from ingestion.annotations import Annotation, BadRow, Export, read_export
from semantic.changes import Change, Scope, Version, read_change
from semantic.company import Company

REJECTED = "rejected_imports"


@dataclass
class Outcome:
    """The result of an import."""

    export: Export
    recorded: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    unchanged: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)
    rejected: Path | None = None


@one_at_a_time
def import_changes(
    settings: Settings, company: Company, path: Path, *, format_name: str | None, defaults: Mapping[str, str], now: datetime
) -> Outcome:
    """Record each usable annotation of a file. `defaults` (touchpoints, kind, owner) apply to rows without a value of their own.

    Unusable rows are written with their reason to ledger/rejected_imports; the others are recorded. Raises BadFileError or
    DefinitionError, and writes nothing, when the file or the defaults are wrong.
    """
    export = read_export(path, format_name)
    scope, place = scope_of(company), f"import_{export.format}"
    read_change(
        {"change_id": "x", "title": "x", "started_at": "2000-01-01", "kind": "system", **defaults}, scope, place="options", entry=""
    )
    versions = read_versions(company, settings.ledger)
    newest, imported = list_newest(versions), list_newest([version for version in versions if version.imported])
    elsewhere = {change.change_id for change in read_files(settings, company, newest)}
    elsewhere |= {change_id for change_id, version in newest.items() if version.recorded_in != place}
    outcome, found = Outcome(export, bad_rows=list(export.bad_rows)), []
    for annotation in export.annotations:
        try:
            if annotation.id in elsewhere:
                raise DefinitionError(path, "", "the id is already used by a change that was not imported")
            change = read_annotation(annotation, defaults, scope, path)
        except DefinitionError as error:
            outcome.bad_rows.append(BadRow(annotation.row, annotation.id, error.problem))
            continue
        known = newest.get(change.change_id)
        version = follow(change, known, imported.get(change.change_id), is_deleted=annotation.is_deleted)
        if version is None:
            outcome.unchanged += 1
            continue
        found.append(replace(version, recorded_in=place, recorded_at=now))
        (outcome.withdrawn if version.is_withdrawn else outcome.changed if known else outcome.recorded).append(change.change_id)
    append_versions(settings.ledger, found)
    if outcome.bad_rows:
        outcome.rejected = write_rejected(settings.ledger, path, export.format, outcome.bad_rows)
    return outcome


def read_annotation(annotation: Annotation, defaults: Mapping[str, str], scope: Scope, path: Path) -> Change:
    """An annotation as a change. Labels that are ids of touchpoints or components become its scope. Raises DefinitionError."""
    labels = dict.fromkeys(annotation.labels)
    touchpoints = [label for label in labels if label in scope.touchpoints]
    components = [label for label in labels if label in scope.components]
    content: dict[str, Any] = {
        "change_id": annotation.id,
        "title": annotation.title,
        "description": annotation.description,
        "started_at": annotation.started_at,
        "ended_at": annotation.ended_at,
        "kind": annotation.kind,
        **defaults,
    }
    if touchpoints or components:
        content |= {"touchpoints": touchpoints, "components": components}
    return read_change(content, scope, place=path, entry=f"annotation {annotation.id}")


def follow(change: Change, known: Version | None, last: Version | None, *, is_deleted: bool) -> Version | None:
    """The version to record, if any; `last` is the version imported last.

    Later edits and withdrawals by people stay, unless the other tool changed the same field, or deleted the row and restored it.
    """
    if known is None or last is None or last.imported is None:
        return None if is_deleted else Version(change, "", None, imported=change)
    if is_deleted:
        return None if last.is_withdrawn else Version(known.change, "", None, is_withdrawn=True, imported=last.imported)
    differing = {name: getattr(change, name) for name in change.describe() if getattr(change, name) != getattr(last.imported, name)}
    if not differing and not last.is_withdrawn:
        return None
    is_withdrawn = known.is_withdrawn and not last.is_withdrawn
    return Version(replace(known.change, **differing), "", None, is_withdrawn=is_withdrawn, imported=change)


def write_rejected(ledger: Path, path: Path, format_name: str, rows: list[BadRow]) -> Path:
    """Write the rows that could not be used, with their reasons. The path depends only on the imported file."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    target = ledger / REJECTED / f"{format_name}-{digest}.jsonl"
    lines = [json.dumps({"file": path.name, "row": row.number, "id": row.id, "reason": row.reason}, ensure_ascii=False) for row in rows]
    write_atomically(target, lambda draft: draft.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="replace"))
    return target
