"""The planted changes, with start days counted backwards from the last day of the demo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from ingestion.demo.clock import Clock

PLAN = Path(__file__).parent / "plan"
SLOTS = ((2, 2), (3, 9), (4, 13), (5, 18), (6, 22), (8, 3), (9, 7))
PEAK_START = (11, 20)
JUDGED_AFTER_DAYS = 49
START_HOUR = "06:00"


@dataclass(frozen=True)
class PlantedChange:
    """One row of plan/changes.csv with its start day; the effect holds from that local day on."""

    change_id: str
    started_date: date
    evaluation_date: date
    planted_as: str
    columns: dict[str, str]


def plan_changes(clock: Clock) -> list[PlantedChange]:
    """Place every change of the plan on the calendar.

    Slots lie on fixed days of the year, far from the December peak, and are counted backwards from the last one whose
    after-window has closed.
    """
    rows = pl.read_csv(PLAN / "changes.csv", infer_schema_length=0).fill_null("").to_dicts()
    return [_place(row, clock.end) for row in rows]


def read_effects() -> pl.DataFrame:
    """The effects of the changes: signal and size on the signal's own scale (log or logit)."""
    return pl.read_csv(PLAN / "effects.csv")


def _place(row: dict[str, str], end: date) -> PlantedChange:
    started = _start_of(row["when"], end)
    return PlantedChange(
        change_id=row["change_id"],
        started_date=started,
        evaluation_date=started + timedelta(days=35),
        planted_as=row["planted_as"],
        columns=row,
    )


def _start_of(when: str, end: date) -> date:
    if when == "peak":
        return _last_closed([PEAK_START], end)[0]
    if when.startswith("end"):
        return end + timedelta(days=int(when.removeprefix("end")))
    slot, _, shift = when.removeprefix("slot:").partition("+")
    return _last_closed(SLOTS, end)[int(slot)] + timedelta(days=int(shift or 0))


def _last_closed(days_of_year: tuple[tuple[int, int], ...] | list[tuple[int, int]], end: date) -> list[date]:
    years = range(end.year, end.year - 5, -1)
    starts = [date(year, month, day) for year in years for month, day in sorted(days_of_year, reverse=True)]
    mondays = starts if len(days_of_year) == 1 else [start + timedelta(days=-start.weekday() % 7) for start in starts]
    return [start for start in mondays if start + timedelta(days=JUDGED_AFTER_DAYS) <= end]
