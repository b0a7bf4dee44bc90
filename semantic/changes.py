"""Changes: what altered a journey from a date on. Read from files, commands or forms, checked alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from math import isfinite
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from semantic.entries import find_id_problem
from semantic.yaml_files import DefinitionError, read_mapping

KINDS = ("touchpoint", "process", "system", "supplier", "policy", "price", "measurement", "external")
FIRST_YEAR, LAST_YEAR = 1800, 2999
LISTS = ("touchpoints", "components", "suppliers", "channels", "segments")
FIELDS = (
    "change_id", "title", "description", "started_at", "rolled_out_at", "ended_at", "kind", *LISTS, "owner", "primary_kpi",
    "expected_direction", "expected_size", "evaluation_date", "investment_amount",
)  # fmt: skip
TEXTS = ("change_id", "title", "description", "kind", "owner", "primary_kpi", "expected_direction")


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
    """What a change may name: ids known to the company."""

    touchpoints: frozenset[str]
    components: frozenset[str]
    kpis: frozenset[str]
    time_zone: ZoneInfo


def read_change(content: Mapping[str, Any], scope: Scope, *, place: Path | str, entry: str, check_ids: bool = True) -> Change:
    """Check one change given as plain values; raise DefinitionError naming place and field.

    Without `check_ids` it may name what the company folder no longer knows, as an earlier version does.
    """

    def fail(problem: str) -> DefinitionError:
        return DefinitionError(place, entry, problem)

    values = {"change_id" if name == "id" else name: value for name, value in content.items()}
    unknown = [name for name in values if name not in FIELDS]
    if unknown:
        raise fail(f"unknown field {', '.join(unknown)}; known are {', '.join(FIELDS)}")
    for name in ("change_id", "title", "started_at", "kind"):
        if values.get(name) in (None, ""):
            raise fail(f"`{name}` is missing")
    texts: dict[str, Any] = {name: read_text(values.get(name), fail, name) for name in TEXTS}
    if check_ids and (problem := find_id_problem(texts["change_id"] or "")):
        raise fail(problem)
    if texts["kind"] not in KINDS:
        raise fail(f"unknown kind `{texts['kind']}`; known are {', '.join(KINDS)}")
    lists: dict[str, Any] = {name: read_list(values.get(name), fail, name) for name in LISTS}
    for name, known in (("touchpoints", scope.touchpoints), ("components", scope.components)):
        strangers = [item for item in lists[name] if item not in known]
        if strangers and check_ids:
            raise fail(
                f"`{name}` names {', '.join(strangers)}, which the company folder does not know; known are {', '.join(sorted(known))}"
            )
    kpi, direction = texts["primary_kpi"], texts["expected_direction"]
    if kpi and kpi not in scope.kpis and check_ids:
        raise fail(f"`primary_kpi` names the unknown KPI {kpi}; known are {', '.join(sorted(scope.kpis))}")
    if direction not in (None, "higher", "lower"):
        raise fail(f"`expected_direction` is {direction}; write higher or lower")
    day = read_moment(values.get("evaluation_date"), scope.time_zone, fail, "evaluation_date")
    return Change(
        **read_times(values, scope.time_zone, fail),
        **texts,
        **lists,
        expected_size=read_number(values.get("expected_size"), fail, "expected_size"),
        evaluation_date=None if day is None else day.date(),
        investment_amount=read_number(values.get("investment_amount"), fail, "investment_amount"),
    )


def read_times(values: Mapping[str, Any], time_zone: ZoneInfo, fail: Any) -> dict[str, Any]:
    """Start, end of the roll-out and end, in this order."""
    names = ("started_at", "rolled_out_at", "ended_at")
    times = {name: read_moment(values.get(name), time_zone, fail, name) for name in names}
    started, rolled_out, ended = (times[name] for name in names)
    if rolled_out and started and rolled_out <= started:
        raise fail("`rolled_out_at` is not after `started_at`; leave it out for a change that reached everybody at once")
    if ended and started and ended <= started:
        raise fail("`ended_at` is not after `started_at`")
    if ended and rolled_out and ended <= rolled_out:
        raise fail("`ended_at` is not after `rolled_out_at`")
    return times


def read_text(value: Any, fail: Any, name: str) -> str | None:
    """One text, or nothing; numbers and days as they are written."""
    if value in (None, ""):
        return None
    if isinstance(value, list | tuple | dict):
        raise fail(f"`{name}` is a list or a mapping; write one text")
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise fail(f"`{name}` holds bytes that are not UTF-8; write it anew") from error
    return text


def read_list(value: Any, fail: Any, name: str) -> tuple[str, ...]:
    """A list, or a text with commas; what stands twice counts once."""
    items = value if isinstance(value, list | tuple) else (read_text(value, fail, name) or "").split(",")
    texts = ((read_text(item, fail, name) or "").strip() for item in items)
    return tuple(dict.fromkeys(text for text in texts if text))


def read_moment(value: Any, time_zone: ZoneInfo, fail: Any, name: str) -> datetime | None:
    """A moment with an offset; a day means its first moment; without an offset it is company time."""
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime.combine(value, time())
    else:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError as error:
            raise fail(f"`{name}` is {value}; write 2026-03-01 or 2026-03-01T09:00+01:00") from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise fail(f"`{name}` is {value}; write a year from {FIRST_YEAR} to {LAST_YEAR}")
    return moment if moment.tzinfo else moment.replace(tzinfo=time_zone)


def read_number(value: Any, fail: Any, name: str) -> float | None:
    """A number or nothing."""
    if value in (None, ""):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise fail(f"`{name}` is {value}; write a number") from error
    if not isfinite(number):
        raise fail(f"`{name}` is {value}; write a number")
    return number


def read_change_files(folder: Path, environment: Mapping[str, str], scope: Scope) -> tuple[Change, ...]:
    """Read changes/*.yml, one change a file. The file's name is the id when it gives none."""
    changes = []
    for path in sorted(folder.glob("*.yml")):
        content = {"change_id": path.stem, **read_mapping(path, environment)}
        changes.append(read_change(content, scope, place=path, entry=f"change {content.get('id', content['change_id'])}"))
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
