"""The demo's calendar: local days of Europe/Amsterdam and their conversion to UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

ZONE = "Europe/Amsterdam"
DAY = 86_400
NEVER = -1
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Clock:
    """Days are numbers, `first_day` is 0. Times are whole seconds since 1970 in UTC; NEVER means that there is none."""

    first_day: date
    days: int
    changes_utc: np.ndarray
    offsets: np.ndarray

    @property
    def end(self) -> date:
        """The last day, included."""
        return self.date_of(self.days - 1)

    @property
    def snapshot(self) -> int:
        """The time at which the systems are read: local midnight after the last day."""
        return int(self.to_utc(np.array([self.days]), np.array([0]))[0])

    def date_of(self, day: int) -> date:
        """The calendar day with this number."""
        return self.first_day + timedelta(days=int(day))

    def number_of(self, day: date) -> int:
        """The number of a calendar day; negative before the first."""
        return (day - self.first_day).days

    def dates(self) -> list[date]:
        """All days."""
        return [self.date_of(day) for day in range(self.days)]

    def offset_at(self, utc: np.ndarray) -> np.ndarray:
        """Seconds that local time is ahead of UTC."""
        return self.offsets[np.searchsorted(self.changes_utc, utc, side="right")]

    def to_utc(self, day: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Turn local wall time into UTC.

        In the hour that occurs twice in autumn, even and odd seconds go to different occurrences. Wall times of the hour that is
        skipped in spring move to a neighbouring hour.
        """
        second = np.asarray(second).astype(np.int64)
        wall = (self._first_epoch_day() + np.asarray(day).astype(np.int64)) * DAY + second
        return wall - self.offset_at(wall - 3600 * (1 + second % 2))

    def day_of(self, utc: np.ndarray) -> np.ndarray:
        """Local day number of a time; a large negative number for NEVER."""
        utc = np.asarray(utc)
        local_day = (utc + self.offset_at(utc)) // DAY - self._first_epoch_day()
        return np.where(utc == NEVER, -1_000_000, local_day)

    def second_of(self, utc: np.ndarray) -> np.ndarray:
        """Seconds since local midnight."""
        return (utc + self.offset_at(utc)) % DAY

    def weekday(self, day: np.ndarray) -> np.ndarray:
        """Day of the week; 0 is Monday."""
        return (np.asarray(day) + self.first_day.weekday()) % 7

    def _first_epoch_day(self) -> int:
        return (self.first_day - EPOCH).days


def make_clock(*, end: date, days: int) -> Clock:
    """A clock for `days` days up to and including `end`; it also knows ten years before and one after."""
    first_day = end - timedelta(days=days - 1)
    midnights = [datetime.combine(first_day, datetime.min.time(), tzinfo=UTC) + timedelta(days=day) for day in range(-4000, days + 400)]
    offsets, changes = [_offset(midnights[0])], []
    for midnight in midnights:
        if _offset(midnight + timedelta(days=1)) == offsets[-1]:
            continue
        moment = next(m for m in (midnight + timedelta(hours=h) for h in range(25)) if _offset(m) != offsets[-1])
        changes.append(int(moment.timestamp()))
        offsets.append(_offset(moment))
    return Clock(first_day=first_day, days=days, changes_utc=np.array(changes, dtype=np.int64), offsets=np.array(offsets, dtype=np.int64))


def _offset(moment: datetime) -> int:
    return int((moment.astimezone(ZoneInfo(ZONE)).utcoffset() or timedelta()).total_seconds())
