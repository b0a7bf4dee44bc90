"""A company's changes and daily figures as arrays: registered events, and numerators and denominators per KPI, touchpoint and day.

Days are counted from the first day with data; intervals of days are half-open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from semantic.effects.method.kernels import Array

AUTOMATIC = "automatic"
FOREVER = 10**6
STEP_DAYS = 28  # days between possible steps while a change is rolled out


@dataclass(frozen=True)
class ChangeFacts:
    """A change as the evaluation uses it. `start` and `end` are days; `rolled_out` is the first day on which it holds everywhere (None: at
    once); `recorded` is the day on which it was first recorded with this start and scope, `end_recorded` the day on which this end was
    first recorded (None: unknown); `direct` are the touchpoints it names, `scope` all touchpoints it affects."""

    change_id: str
    title: str
    start: int
    end: int | None = None
    rolled_out: int | None = None
    recorded: int | None = None
    end_recorded: int | None = None
    kind: str = "touchpoint"
    owner: str | None = None
    primary_kpi: str | None = None
    expected_effect: float | None = None
    evaluation_day: int | None = None
    is_planned: bool = False
    is_automatic: bool = False
    channels: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    direct: frozenset[str] = frozenset()
    scope: frozenset[str] = frozenset()

    @property
    def judged_end(self) -> int | None:
        """The end that counts for its own verdict. An end recorded late counts from the day it was recorded, not earlier."""
        if self.end is None or self.end_recorded is None or not self.is_planned:
            return self.end
        return max(self.end, self.end_recorded)

    @property
    def is_incident(self) -> bool:
        """True for an outside event that began and ended: its weeks are left out, and it is not judged."""
        return self.kind == "external" and self.end is not None and not self.is_automatic


@dataclass(frozen=True)
class KpiFacts:
    """A KPI as the evaluation uses it. `breaks` are days from which it has another meaning; from `known_until` on data are missing."""

    kpi_id: str
    name: str
    direction: str
    unit_kind: str
    unit: str | None
    maturity_days: int
    counts_answers: bool
    breaks: tuple[int, ...] = ()
    known_until: int = FOREVER


@dataclass(frozen=True)
class Event:
    """A day on which a registered change may have moved a touchpoint: its start, a step or the end of its roll-out, its own end."""

    day: int
    change_id: str
    title: str
    is_end: bool
    is_measurement: bool
    is_step: bool = False


@dataclass(frozen=True)
class Target:
    """A declared KPI of a touchpoint, with the owner of the touchpoint."""

    touchpoint_id: str
    kpi_id: str
    owner: str | None
    touchpoint_name: str
    channels: frozenset[str]


Days = NDArray[np.int64]


@dataclass(frozen=True)
class Company:
    """Everything the evaluation reads. Row i of `numerator` and `denominator` (series x days) belongs to `series[i]` (KPI, touchpoint).

    `events` and `incidents` (first day, day after the last) are per touchpoint; incidents under None affected the whole company.
    """

    first_date: date
    changes: tuple[ChangeFacts, ...]
    kpis: Mapping[str, KpiFacts]
    targets: tuple[Target, ...]
    series: tuple[tuple[str, str], ...]
    numerator: Array
    denominator: Array
    events: Mapping[str, tuple[Event, ...]]
    incidents: Mapping[str | None, tuple[tuple[int, int], ...]]
    peaks: tuple[tuple[int, int], ...]

    @property
    def days(self) -> int:
        """Number of days with data; the first day without data is the day after `as_of`."""
        return self.numerator.shape[1]

    @cached_property
    def first(self) -> Days:
        """Each series' first day with a denominator (FOREVER when there is none)."""
        has_data = self.denominator > 0
        first = np.where(has_data.any(axis=1), has_data.argmax(axis=1), FOREVER) if self.series else np.zeros(0)
        return np.asarray(first, dtype=np.int64)

    def known_days(self, kpi_id: str) -> int:
        """Number of days with data of a KPI; smaller when its source is late."""
        return min(self.days, self.kpis[kpi_id].known_until)

    @cached_property
    def places(self) -> dict[str, Target]:
        """One target per touchpoint, used for its name and owner."""
        return {target.touchpoint_id: target for target in self.targets}

    @cached_property
    def place(self) -> dict[tuple[str, str], int]:
        """The row of a KPI at a touchpoint."""
        return {key: i for i, key in enumerate(self.series)}

    @cached_property
    def of_kpi(self) -> dict[str, list[int]]:
        """The rows of a KPI."""
        found: dict[str, list[int]] = {}
        for i, (kpi_id, _) in enumerate(self.series):
            found.setdefault(kpi_id, []).append(i)
        return found

    @cached_property
    def by_id(self) -> dict[str, ChangeFacts]:
        """Changes by id."""
        return {change.change_id: change for change in self.changes}

    def date_of(self, day: int) -> date:
        """The calendar date of a day number; the last possible date for numbers beyond it."""
        return self.first_date + timedelta(days=min(day, (date.max - self.first_date).days))

    def incidents_at(self, touchpoint_id: str) -> tuple[tuple[int, int], ...]:
        """Incidents that affected a touchpoint."""
        return (*self.incidents.get(touchpoint_id, ()), *self.incidents.get(None, ()))


def read_company(
    *, changes: pl.DataFrame, scope: pl.DataFrame, days: pl.DataFrame, kpis: pl.DataFrame, targets: pl.DataFrame, peaks: pl.DataFrame,
    incidents: pl.DataFrame, as_of: date, versions: pl.DataFrame | None = None,
) -> Company:  # fmt: skip
    """Arrays from the frames of the marts (docs/effects.md lists their columns). Days after `as_of` are not read."""
    known = days.filter(pl.col("local_date") <= as_of, pl.col("touchpoint_id").is_not_null())
    first_date = known["local_date"].min() if known.height else as_of
    assert isinstance(first_date, date)

    def count(day: date | None) -> int:
        return FOREVER if day is None else (day - first_date).days

    series, numerator, denominator = spread_days(known, first_date, count(as_of) + 1)
    facts = read_changes(changes, scope, count)
    spans: dict[str | None, list[tuple[int, int]]] = {}
    for row in incidents.iter_rows(named=True):
        spans.setdefault(row["touchpoint_id"], []).append((count(row["started_date"]), count(row["ended_date"]) + 1))
    return Company(
        first_date=first_date,
        changes=facts,
        kpis=read_kpis(kpis, versions, count),
        targets=read_targets(targets),
        series=series,
        numerator=numerator,
        denominator=denominator,
        events=list_events(facts),
        incidents={touchpoint: tuple(sorted(each)) for touchpoint, each in spans.items()},
        peaks=tuple(sorted((count(row["from_date"]), count(row["to_date"]) + 1) for row in peaks.iter_rows(named=True))),
    )


def spread_days(known: pl.DataFrame, first_date: date, count: int) -> tuple[tuple[tuple[str, str], ...], Array, Array]:
    """Rows of days as an array of series x days. Equal keys are summed; a day without a row is 0. Sums are rounded to millionths (amounts
    are multiples of them), so that the order of the rows does not change the result."""
    keys = known.select("kpi_id", "touchpoint_id").unique().sort("kpi_id", "touchpoint_id")
    placed = known.join(keys.with_row_index("row"), on=["kpi_id", "touchpoint_id"])
    rows = placed["row"].to_numpy()
    columns = (placed["local_date"] - first_date).dt.total_days().to_numpy()
    sides = []
    for name in ("numerator", "denominator"):
        values = np.zeros((keys.height, count))
        np.add.at(values, (rows, columns), placed[name].cast(pl.Float64).fill_null(0.0).to_numpy())
        sides.append(values.round(6))
    return tuple((kpi, touchpoint) for kpi, touchpoint in keys.iter_rows()), sides[0], sides[1]


def read_changes(changes: pl.DataFrame, scope: pl.DataFrame, count: Any) -> tuple[ChangeFacts, ...]:
    """Changes sorted by start and id, with the touchpoints they affect."""
    met: dict[str, dict[str, str]] = {}
    for change_id, touchpoint_id, via in scope.select("change_id", "touchpoint_id", "via").iter_rows():
        met.setdefault(change_id, {})[touchpoint_id] = via
    facts = []
    for row in changes.iter_rows(named=True):
        touchpoints = met.get(row["change_id"], {})
        size, sign = row["expected_size"], {"higher": 1.0, "lower": -1.0}.get(row["expected_direction"])
        facts.append(
            ChangeFacts(
                change_id=row["change_id"],
                title=row.get("title") or row["change_id"],
                start=count(row["started_date"]),
                end=None if row["ended_date"] is None else count(row["ended_date"]),
                rolled_out=None if row.get("rolled_out_date") is None else count(row["rolled_out_date"]),
                recorded=None if row.get("registered_date") is None else count(row["registered_date"]),
                end_recorded=None if row.get("end_registered_date") is None else count(row["end_registered_date"]),
                kind=row["kind"],
                owner=row["owner_department"],
                primary_kpi=row["primary_kpi"] or None,
                expected_effect=None if size is None or sign is None else sign * abs(size),
                evaluation_day=None if row["evaluation_date"] is None else count(row["evaluation_date"]),
                is_planned=bool(row["is_planned"]),
                is_automatic=row["recorded_in"] == AUTOMATIC,
                channels=split_names(row["channels"]),
                segments=split_names(row["segments"]),
                direct=frozenset(touchpoint for touchpoint, via in touchpoints.items() if via == "touchpoint"),
                scope=frozenset(touchpoints),
            )
        )
    return tuple(sorted(facts, key=lambda change: (change.start, change.change_id)))


def split_names(text: str | None) -> frozenset[str]:
    """Names in a text that are separated by commas."""
    return frozenset(name.strip() for name in (text or "").split(",") if name.strip())


def list_events(changes: tuple[ChangeFacts, ...]) -> dict[str, tuple[Event, ...]]:
    """Per touchpoint the days on which a change began or a temporary one ended. Automatic annotations do not count."""
    found: dict[str, list[Event]] = {}
    for change in changes:
        if change.is_automatic or change.is_incident:
            continue
        days = [(change.start, False, change.title)]
        if change.end is not None:
            days.append((change.end, True, change.title))
        if change.rolled_out is not None and change.rolled_out > change.start:
            days.append((change.rolled_out, True, f"the roll-out of {change.title}"))
        for touchpoint_id in change.scope:
            for day, is_end, title in days:
                event = Event(day, change.change_id, title, is_end, change.kind == "measurement")
                found.setdefault(touchpoint_id, []).append(event)
            for day in range(change.start + STEP_DAYS, change.rolled_out or 0, STEP_DAYS):
                step = Event(day, change.change_id, f"a step of the roll-out of {change.title}", False, False, is_step=True)
                found.setdefault(touchpoint_id, []).append(step)
    return {name: tuple(sorted(events, key=lambda event: (event.day, event.change_id))) for name, events in found.items()}


def read_kpis(kpis: pl.DataFrame, versions: pl.DataFrame | None, count: Any) -> dict[str, KpiFacts]:
    """KPIs by id. A version that begins before or on the first day with data is no break."""
    breaks: dict[str, list[int]] = {}
    if versions is not None:
        for kpi_id, first_date in versions.select("kpi_id", "first_date").iter_rows():
            breaks.setdefault(kpi_id, []).append(count(first_date))
    return {
        row["kpi_id"]: KpiFacts(
            kpi_id=row["kpi_id"],
            name=row.get("kpi_name") or row["kpi_id"],
            direction=row["direction"],
            unit_kind=row["unit_kind"],
            unit=row.get("unit"),
            maturity_days=row["maturity_days"] or 0,
            counts_answers=bool(row["counts_answers"]),
            breaks=tuple(sorted(day for day in breaks.get(row["kpi_id"], ()) if day > 0)),
            known_until=count(row.get("known_until")),
        )
        for row in kpis.iter_rows(named=True)
    }


def read_targets(targets: pl.DataFrame) -> tuple[Target, ...]:
    """Declared KPIs of touchpoints, in a fixed order."""
    return tuple(
        Target(
            row["touchpoint_id"], row["kpi_id"], row["owner_department"], row.get("touchpoint_name") or row["touchpoint_id"],
            split_names(row.get("channels")),
        )
        for row in targets.unique(["touchpoint_id", "kpi_id"]).sort("touchpoint_id", "kpi_id").iter_rows(named=True)
    )  # fmt: skip
