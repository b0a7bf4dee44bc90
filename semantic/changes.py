"""Changes: what altered a journey from a date on. Read from files, commands or forms, checked alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from declared import changes as declared
from declared.errors import DefinitionError, name_known, refuse
from declared.fields import find_id_problem
from declared.reading import parse
from declared.yaml_files import YamlFile, read_yaml

FIELDS = tuple(declared.ChangeFile.model_fields)
TIMES = ("started_at", "rolled_out_at", "ended_at")


@dataclass(frozen=True)
class Change:
    """One change. Times carry an offset; the local day of `started_at` is the first day after."""

    change_id: str
    title: str
    description: str | None
    started_at: datetime
    rolled_out_at: datetime | None
    ended_at: datetime | None
    kind: str
    touchpoints: tuple[str, ...]
    components: tuple[str, ...]
    suppliers: tuple[str, ...]
    channels: tuple[str, ...]
    segments: tuple[str, ...]
    owner: str | None
    primary_kpi: str | None
    expected_direction: str | None
    expected_size: float | None
    evaluation_date: date | None
    investment_amount: float | None

    def describe(self) -> dict[str, Any]:
        """The change as plain values for a ledger line: lists stay lists, times and days are ISO texts."""
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return {name: value.isoformat() if isinstance(value, date | datetime) else value for name, value in plain.items()}


@dataclass(frozen=True)
class Version:
    """A change as recorded at one moment (None: not known). `recorded_in` says where it lives: file, command, form, import_grafana, …"""

    change: Change
    recorded_in: str
    recorded_at: datetime | None
    is_withdrawn: bool = False
    imported: Change | None = None  # what another tool said, where it was imported from one

    @property
    def change_id(self) -> str:
        """The change it is a version of."""
        return self.change.change_id


@dataclass(frozen=True)
class Scope:
    """What a change may name: ids known to the company; of each KPI also its unit."""

    touchpoints: frozenset[str]
    components: frozenset[str]
    kpis: Mapping[str, str]
    time_zone: ZoneInfo


def read_change(content: Mapping[str, Any], scope: Scope, *, place: Path | str, entry: str, check_ids: bool = True) -> Change:
    """Check one change given as plain values; raise DefinitionError naming place and field.

    Without `check_ids` it may name what the company folder no longer knows, as an earlier version does.
    """
    return build_change(YamlFile(place, content), scope, entry, check_ids=check_ids)


def build_change(file: YamlFile, scope: Scope, entry: str, *, check_ids: bool = True) -> Change:
    """A change in a file or in plain values."""
    given = parse(declared.ChangeFile, file, entry=entry)
    if given.change_id is None:
        raise DefinitionError(file.path, entry, "`id` is missing; add it")
    times = {name: in_company_time(getattr(given, name), scope.time_zone) for name in TIMES}
    refuse(DefinitionError(file.path, entry, problem) for problem in find_time_problems(times))
    if check_ids:
        refuse(DefinitionError(file.path, entry, problem) for problem in find_unknown_names(given, scope))
        refuse(DefinitionError(file.path, entry, problem) for problem in find_size_problems(given, scope))
    fields = {**dict(given), **times}
    return Change(**{**fields, "evaluation_date": given.evaluation_date and given.evaluation_date.date()})


def in_company_time(moment: datetime | None, time_zone: ZoneInfo) -> datetime | None:
    """A moment with an offset; without one it is company time."""
    return moment.replace(tzinfo=time_zone) if moment is not None and moment.tzinfo is None else moment


def find_time_problems(times: Mapping[str, datetime | None]) -> Iterator[str]:
    """Start, end of the roll-out and end come in this order."""
    started, rolled_out, ended = (times[name] for name in TIMES)
    if started and rolled_out and rolled_out <= started:
        yield "`rolled_out_at` is not after `started_at`; leave it out for a change that reached everybody at once"
    if started and ended and ended <= started:
        yield "`ended_at` is not after `started_at`"
    elif ended and rolled_out and ended <= rolled_out:
        yield "`ended_at` is not after `rolled_out_at`"


def find_unknown_names(change: declared.ChangeFile, scope: Scope) -> Iterator[str]:
    """An id that is none, and touchpoints, components and KPIs that the company folder does not know."""
    if problem := find_id_problem(change.change_id or ""):
        yield problem
    for name, known in (("touchpoints", scope.touchpoints), ("components", scope.components)):
        strangers = [item for item in getattr(change, name) if item not in known]
        if strangers:
            listed = name_known(strangers[0], sorted(known))
            yield f"`{name}` names {', '.join(strangers)}, which the company folder does not know; {listed}"
    if change.primary_kpi and change.primary_kpi not in scope.kpis:
        yield f"`primary_kpi` names the unknown KPI {change.primary_kpi}; {name_known(change.primary_kpi, sorted(scope.kpis))}"


def find_size_problems(change: declared.ChangeFile, scope: Scope) -> Iterator[str]:
    """An expected move of a share that is larger than any: percentage points were meant."""
    size = change.expected_size
    if size is not None and abs(size) > 1 and scope.kpis.get(change.primary_kpi or "") == "share":
        moved = f"a move of {abs(size):g} percentage points is {abs(size) / 100:g}"
        yield f"`expected_size` {size:g} is larger than any move of {change.primary_kpi}, a share from 0 to 1; {moved}"


def read_change_files(folder: Path, environment: Mapping[str, str], scope: Scope) -> tuple[Change, ...]:
    """Read changes/*.yml, one change a file. The file's name is the id when it gives none."""
    changes = []
    for path in sorted(folder.glob("*.yml")):
        file = read_yaml(path, environment)
        given = {} if file.content is None else file.content
        named = {"id": path.stem, **given} if isinstance(given, Mapping) else given
        entry = f"change {given.get('change_id') or named['id']}" if isinstance(given, Mapping) else ""
        changes.append(build_change(replace(file, content=named), scope, entry))
    return tuple(changes)


def check_unique(changes: Iterable[tuple[str, Change]]) -> None:
    """Ids are unique over files and ledger; `place` says where each stands."""
    places: dict[str, str] = {}
    for place, change in changes:
        if change.change_id in places:
            raise DefinitionError(
                place, f"change {change.change_id}", f"the id is already used in {places[change.change_id]}; give one another id"
            )
        places[change.change_id] = place
