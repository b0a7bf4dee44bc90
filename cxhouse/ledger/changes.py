"""Recorded changes: every version of each, in the ledger, whether it came by command, form or import or stands in a file."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from cxhouse.files import wait_for_lock
from cxhouse.ledger.lines import append_lines, read_lines
from cxhouse.settings import Settings
from declared.errors import DefinitionError
from semantic.changes import Change, Scope, Version, check_unique, read_change, read_change_files
from semantic.company import Company

CHANGES = "changes.jsonl"
LOCK = "changes.lock"  # among the state: the ledger holds only what counts
IN_FILE = "file"

Given, Result = ParamSpec("Given"), TypeVar("Result")


def scope_of(company: Company) -> Scope:
    """What changes of this company may name."""
    return Scope(
        touchpoints=frozenset(touchpoint.id for touchpoint in company.touchpoints),
        components=frozenset(component.id for component in company.components),
        kpis=frozenset(company.catalog.kpis),
        time_zone=company.time_zone,
    )


def one_at_a_time(record: Callable[Concatenate[Settings, Given], Result]) -> Callable[Concatenate[Settings, Given], Result]:
    """What reads the recorded changes and then appends to them: a second process waits, so that it sees what the first one appended."""

    @wraps(record)
    def record_alone(settings: Settings, *given: Given.args, **named: Given.kwargs) -> Result:
        with wait_for_lock(settings.state / LOCK):
            return record(settings, *given, **named)

    return record_alone


def read_versions(company: Company, ledger: Path) -> list[Version]:
    """Every version the ledger holds, in the order it was recorded. What they name may be gone from the company folder by now."""
    path, scope = ledger / CHANGES, scope_of(company)

    def read(content: Mapping[str, Any]) -> Change:
        return read_change(content, scope, place=path, entry=f"change {content.get('change_id')}", check_ids=False)

    return [
        Version(
            change=read(line["change"]),
            recorded_in=line["recorded_in"],
            recorded_at=datetime.fromisoformat(line["recorded_at"]),
            is_withdrawn=line.get("is_withdrawn", False),
            imported=read(line["imported"]) if "imported" in line else None,
        )
        for line in read_lines(path)
    ]


def append_versions(ledger: Path, versions: Sequence[Version]) -> None:
    """Record versions whose moment is known, all in one go."""
    lines = []
    for version in versions:
        assert version.recorded_at is not None
        line = {"recorded_at": version.recorded_at.isoformat(), "recorded_in": version.recorded_in, "change": version.change.describe()}
        mark = {"is_withdrawn": True} if version.is_withdrawn else {}
        lines.append({**line, **mark, **({"imported": version.imported.describe()} if version.imported else {})})
    if lines:
        append_lines(ledger / CHANGES, lines)


def list_newest(versions: list[Version]) -> dict[str, Version]:
    """The newest version of each change."""
    return {version.change_id: version for version in versions}


def read_files(settings: Settings, company: Company, newest: Mapping[str, Version]) -> tuple[Change, ...]:
    """The changes in files, checked; their ids may not be those of changes recorded elsewhere."""
    files = read_change_files(company.folder / "changes", settings.environment, scope_of(company))
    elsewhere = [(version.recorded_in, version.change) for version in newest.values() if version.recorded_in != IN_FILE]
    check_unique([*elsewhere, *((IN_FILE, change) for change in files)])
    return files


def list_current(settings: Settings, company: Company) -> list[Version]:
    """Each change as it stands now, the files as they are: what no build has seen yet has no moment."""
    newest = list_newest(read_versions(company, settings.ledger))
    for change in read_files(settings, company, newest):
        kept = newest.get(change.change_id)
        if kept is None or kept.is_withdrawn or kept.change != change:
            newest[change.change_id] = Version(change, IN_FILE, None)
    return list(newest.values())


@one_at_a_time
def keep_files(settings: Settings, company: Company, *, now: datetime) -> None:
    """Record what the files say when it differs from what was recorded last; a file that is gone is recorded as withdrawn.

    The moment is when it was first seen, so that a plan counts as made before the start only when a build saw it before the start. Raises
    DefinitionError when a change names what the company folder does not know.
    """
    newest = list_newest(read_versions(company, settings.ledger))
    files = {change.change_id: change for change in read_files(settings, company, newest)}
    check_names(newest, company, settings.ledger)
    for change_id, change in files.items():
        kept = newest.get(change_id)
        if kept is None or kept.is_withdrawn or kept.change != change:
            append_versions(settings.ledger, [Version(change, IN_FILE, now)])
    for kept in newest.values():
        if kept.recorded_in == IN_FILE and not kept.is_withdrawn and kept.change_id not in files:
            append_versions(settings.ledger, [Version(kept.change, IN_FILE, now, is_withdrawn=True)])


def check_names(newest: Mapping[str, Version], company: Company, ledger: Path) -> None:
    """The newest version of a change outside of files names only what the company folder knows. Raises DefinitionError."""
    for change_id, version in newest.items():
        if version.recorded_in == IN_FILE or version.is_withdrawn:
            continue
        try:
            read_change(version.change.describe(), scope_of(company), place=ledger / CHANGES, entry=f"change {change_id}")
        except DefinitionError as error:
            problem = f"{error.problem}. cxhouse change edit {shlex.quote(change_id)} records it anew, or takes it back with --withdraw"
            raise DefinitionError(error.file, error.entry, problem) from error


@one_at_a_time
def record_change(settings: Settings, company: Company, content: Mapping[str, Any], *, recorded_in: str, now: datetime) -> Change:
    """Check a change and append it to the ledger. `now` is aware. Raises DefinitionError and writes nothing when it is not right."""
    change = read_change(content, scope_of(company), place=recorded_in, entry=f"change {content.get('change_id')}")
    newest = list_newest(read_versions(company, settings.ledger))
    known = [(IN_FILE, other) for other in read_files(settings, company, newest) if other.change_id not in newest]
    check_unique([*((version.recorded_in, version.change) for version in newest.values()), *known, (recorded_in, change)])
    append_versions(settings.ledger, [Version(change, recorded_in, now)])
    return change


@one_at_a_time
def edit_change(
    settings: Settings, company: Company, change_id: str, given: Mapping[str, Any], *, now: datetime, is_withdrawn: bool = False
) -> tuple[str, ...]:
    """Append a later version in which the given fields are replaced (an empty one is cleared). Returns what differs.

    Raises DefinitionError, and writes nothing, for a change that is edited elsewhere or would not be right.
    """
    path, entry = settings.ledger / CHANGES, f"change {change_id}"
    newest = list_newest(read_versions(company, settings.ledger))
    kept = newest.get(change_id)
    files = {change.change_id for change in read_files(settings, company, newest)}
    if change_id in files or (kept is not None and kept.recorded_in == IN_FILE):
        folder = company.folder / "changes"
        raise DefinitionError(folder, entry, "stands in a file: edit the file; the next build records that as a later version")
    if kept is None:
        raise DefinitionError(
            path, entry, "is not recorded here; cxhouse change list shows those that are. One of a source's log is edited there"
        )
    if "change_id" in given:
        raise DefinitionError(path, entry, "keeps its id; record another change instead")
    content = {**kept.change.describe(), **given}
    change = read_change(content, scope_of(company), place=path, entry=entry, check_ids=not is_withdrawn)
    version = Version(change, kept.recorded_in, now, is_withdrawn)
    differing = describe_edit(kept, version)
    if differing:
        append_versions(settings.ledger, [version])
    return differing


def describe_edit(before: Version, after: Version) -> tuple[str, ...]:
    """In what a later version differs, one text each."""
    plain_before, plain_after = before.change.describe(), after.change.describe()
    withdrawn = ("withdrawn" if after.is_withdrawn else "taken up again",) if after.is_withdrawn != before.is_withdrawn else ()
    return withdrawn + tuple(
        f"{name}: {show_value(plain_before[name])} -> {show_value(plain_after[name])}"
        for name in plain_after
        if getattr(before.change, name) != getattr(after.change, name)
    )


def show_value(value: Any) -> str:
    """A field for people."""
    return ", ".join(value) if isinstance(value, list) and value else "-" if value in (None, []) else str(value)
