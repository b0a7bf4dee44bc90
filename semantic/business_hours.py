"""Seconds that count only while a channel is open: the second method beside the warehouse's own (docs/business-hours.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

ALL_DAY = ("00:00", "24:00")


@dataclass(frozen=True)
class OpeningHours:
    """One opening period of a weekday (1 is Monday), in local HH:MM. `valid_to` is the first day it no longer holds."""

    weekday: int
    opens_at: str
    closes_at: str
    valid_from: date
    valid_to: date | None = None
    closed_on_holidays: bool = True

    def hold_on(self, day: date, *, is_holiday: bool) -> bool:
        """Whether a period begins on this local day."""
        is_valid = self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
        return is_valid and day.isoweekday() == self.weekday and not (is_holiday and self.closed_on_holidays)


def count_open_seconds(
    hours: Sequence[OpeningHours], holidays: Collection[date], time_zone: ZoneInfo, start: datetime, finish: datetime
) -> float:
    """Open seconds in [start, finish). A channel without hours is always open, as any is before the first day its hours hold."""
    if not hours:
        return (finish - start).total_seconds()
    stretches = list(list_stretches(hours, holidays, time_zone, start, finish))
    edges = sorted({start, finish, *(edge for stretch in stretches for edge in stretch if start < edge < finish)})
    return sum(
        (after - before).total_seconds()
        for before, after in pairwise(edges)
        if any(opens <= before and after <= closes for opens, closes in stretches)
    )


def list_stretches(
    hours: Sequence[OpeningHours], holidays: Collection[date], time_zone: ZoneInfo, start: datetime, finish: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Every stretch that could touch [start, finish), as moments in UTC; they may overlap."""
    first_known = min(row.valid_from for row in hours)
    day, last = start.astimezone(time_zone).date() - timedelta(days=3), finish.astimezone(time_zone).date()
    while day <= last:
        if day < first_known:
            yield to_moment(day, ALL_DAY[0], time_zone), to_moment(day, ALL_DAY[1], time_zone)
        for row in hours:
            if row.hold_on(day, is_holiday=day in holidays):
                closing_day = day + timedelta(days=row.closes_at <= row.opens_at)
                yield to_moment(day, row.opens_at, time_zone), to_moment(closing_day, row.closes_at, time_zone)
        day += timedelta(days=1)


def to_moment(day: date, clock: str, time_zone: ZoneInfo) -> datetime:
    """The moment of a local clock reading; 24:00 is midnight after the day. A reading that comes twice means the first."""
    whole_day, hour = divmod(int(clock[:2]), 24)
    reading = datetime.combine(day + timedelta(days=whole_day), time(hour, int(clock[3:])), tzinfo=time_zone)
    return reading.astimezone(UTC)
