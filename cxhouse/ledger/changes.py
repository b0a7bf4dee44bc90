"""Recorded changes: the ledger holds every version of each, whether it comes from a command, a form, an import or a file."""

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
LOCK = "changes.lock"  # the lock file is in the state folder, because the ledger holds records only
IN_FILE = "file"

Given = ParamSpec("Given")
Result = TypeVar("Result")


def scope_of(company: Company) -> Scope:
    """The ids that changes of this company may use."""
    return Scope(
        touchpoints=frozenset(touchpoint.id for touchpoint in company.touchpoints),
        components=frozenset(component.id for component in company.components),
        kpis={kpi.name: kpi.unit for kpi in company.catalog.kpis.values()},
        time_zone=company.time_zone,
    )


def one_at_a_time(record: Callable[Concatenate[Settings, Given], Result]) -> Callable[Concatenate[Settings, Given], Result]:
    """A lock for reading the recorded changes and then appending. A second process waits, and then sees what the first appended."""

    @wraps(record)
    def record_alone(settings: Settings, *given: Given.args, **named: Given.kwargs) -> Result:
        with wait_for_lock(settings.state / LOCK):
            return record(settings, *given, **named)

    return record_alone


def read_versions(company: Company, ledger: Path) -> list[Version]:
    """Every version in the ledger, in order of recording. It may name things that the company folder no longer has."""
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
    """Append versions whose time of recording is set, in one write."""
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
    """The changes in files, checked. Raises DefinitionError when an id is also that of a change recorded elsewhere."""
    files = read_change_files(company.folder / "changes", settings.environment, scope_of(company))
    elsewhere = [(version.recorded_in, version.change) for version in newest.values() if version.recorded_in != IN_FILE]
    check_unique([*elsewhere, *((IN_FILE, change) for change in files)])
    return files


def list_current(settings: Settings, company: Company) -> list[Version]:
    """The present version of each change, with the files as they are now. A version that no build has seen yet has no time of recording."""
    newest = list_newest(read_versions(company, settings.ledger))
    for change in read_files(settings, company, newest):
        kept = newest.get(change.change_id)
        if kept is None or kept.is_withdrawn or kept.change != change:
            newest[change.change_id] = Version(change, IN_FILE, None)
    return list(newest.values())


@one_at_a_time
def keep_files(settings: Settings, company: Company, *, now: datetime) -> None:
    """Record the changes in files that differ from the version recorded last. A change whose file was removed is recorded as withdrawn.

    The time of recording is when a build first saw the version. A plan therefore counts as made before the start only when a build saw
    it before the start. Raises DefinitionError when a change names something that the company folder does not have.
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
    """Check that recorded changes name only things that the company folder has. Raises DefinitionError."""
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
    """Check a change and append it to the ledger. `now` has a time zone. Raises DefinitionError and writes nothing when it is not valid."""
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
    """Append a later version in which the given fields are replaced (an empty value clears a field). Returns the differences as texts.

    Raises DefinitionError, and writes nothing, when the change is edited elsewhere or the result is not valid.
    """
    path, entry = settings.ledger / CHANGES, f"change {change_id}"
    newest = list_newest(read_versions(company, settings.ledger))
    kept = newest.get(change_id)
    files = {change.change_id for change in read_files(settings, company, newest)}
    if change_id in files or (kept is not None and kept.recorded_in == IN_FILE):
        folder = company.folder / "changes"
        raise DefinitionError(folder, entry, "is declared in a file: edit the file; the next build records that as a later version")
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
    """The differences between two versions, one text per field."""
    plain_before, plain_after = before.change.describe(), after.change.describe()
    withdrawn = ("withdrawn" if after.is_withdrawn else "taken up again",) if after.is_withdrawn != before.is_withdrawn else ()
    return withdrawn + tuple(
        f"{name}: {show_value(plain_before[name])} -> {show_value(plain_after[name])}"
        for name in plain_after
        if getattr(before.change, name) != getattr(after.change, name)
    )


def show_value(value: Any) -> str:
    """A field as text."""
    return ", ".join(value) if isinstance(value, list) and value else "-" if value in (None, []) else str(value)
