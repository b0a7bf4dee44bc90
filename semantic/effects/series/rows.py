"""What the rows of a table stand for (days, weeks, months, quarters, years), and the grid of periods around a change.

Days are ordinals of the proleptic Gregorian calendar (`date.toordinal`). A span is its first day and the first day after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from semantic.effects.method.kernels import Array
from semantic.effects.method.periods import WEEK

MONTHS = {"month": 1, "quarter": 3, "year": 12}
LONGEST_DAY_GAP, LONGEST_WEEK_GAP = 5, 20  # usual distance of rows in days: below the first they are days, below the second weeks
DAYS_PER_MONTH = 30.44
EITHER_END = (4, 5, 6)  # weeks dated on these weekdays (Friday to Sunday) may be named by their first or by their last day
LAST_WORDS = {"end", "ends", "ending", "weekending", "until", "to", "last", "close", "closing", "bis", "ende"}
FIRST_WORDS = {"start", "starts", "starting", "begin", "begins", "beginning", "from", "first", "von", "ab", "beginn"}
USUAL_SHARE, REGULAR_SHARE = 0.5, 0.9  # share of the weeks in which a weekday has a row: it is usually open, or always but for holidays


@dataclass(frozen=True)
class Rows:
    """The span of each row. `length` is in days for days and weeks (`months` 0), else `months` counts the months of a row.

    `named` says by which day a row is named: `first`, `last`, `either` (weeks; the span is then that of both readings) or `block` (a
    day within a calendar month, quarter or year).
    """

    labels: Array
    firsts: Array
    untils: Array
    length: int
    months: int
    named: str

    @property
    def is_daily(self) -> bool:
        """True for rows of single days."""
        return not self.months and self.length == 1

    def select(self, mask: NDArray[np.bool_]) -> Rows:
        """Some of the rows."""
        return replace(self, labels=self.labels[mask], firsts=self.firsts[mask], untils=self.untils[mask])

    @property
    def middles(self) -> Array:
        """The day that places a row in a longer period."""
        return self.labels if self.named == "either" else (self.firsts + self.untils - 1) // 2


def measure_gap(ordinals: Array) -> float:
    """The usual distance of neighbouring dates in days: the median; 1 with a single date."""
    gaps = np.diff(np.unique(ordinals))
    return float(np.median(gaps)) if len(gaps) else 1.0


def count_months(gap: float) -> int:
    """The months that a row stands for; 0 for days and weeks."""
    return 0 if gap < LONGEST_WEEK_GAP else min(max(round(gap / DAYS_PER_MONTH), 1), 12) if gap < 270 else 12


def guess_grain(days: Sequence[date]) -> str:
    """The grain of the rows, from their distances; daily rows are judged as weeks, half-years and the like as years."""
    months = count_months(measure_gap(np.array([day.toordinal() for day in days])))
    return {0: "week", 1: "month", 3: "quarter"}.get(months, "year")


def guess_named(column: str) -> str | None:
    """`first` or `last` where the name of a column says by which day its weeks or months are named: week_ending, period start."""
    words = set(re.split(r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column).lower()))
    return "last" if words & LAST_WORDS else "first" if words & FIRST_WORDS else None


def span_rows(days: Sequence[date], named: str | None = None) -> Rows:
    """The span of each row; `named` (`first` or `last`) is what is known about the dates, None: it is recognised where it can be.

    Months, quarters and years dated on the last days of months are named by them. Weeks dated on a Friday, Saturday or Sunday may be named
    by either end.
    """
    labels = np.array([day.toordinal() for day in days], dtype=float)
    gap = measure_gap(labels)
    months = count_months(gap)
    if not months:
        if gap < LONGEST_DAY_GAP:
            return Rows(labels, labels, labels + 1, 1, 0, "first")
        length = WEEK if gap < 1.5 * WEEK else round(gap)
        weekdays = {day.weekday() for day in days}
        if named is None:
            named = "either" if len(weekdays) == 1 and weekdays <= set(EITHER_END) else "first"
        back, ahead = (length - 1) * (named != "first"), 1 if named == "last" else length
        return Rows(labels, labels - back, labels + ahead, length, 0, named)
    own = np.array([day.year * 12 + day.month - 1 for day in days])
    if named is None:
        is_last = all((day + timedelta(days=1)).day == 1 for day in days)
        named = "last" if is_last else "first" if all(day.day == 1 for day in days) else "block"
    begins = own - months + 1 if named == "last" else own if named == "first" else own // months * months
    firsts, untils = (np.array([open_month(int(i)) for i in each], dtype=float) for each in (begins, begins + months))
    return Rows(labels, firsts, untils, 0, months, named)


def open_month(index: int) -> int:
    """The first day of a month, counted from year 0."""
    return date(max(index // 12, 1), index % 12 + 1, 1).toordinal()


@dataclass(frozen=True)
class Grid:
    """Periods around a change: position 0 holds the day `anchor`. For months and longer, `origin` is the month with which it begins."""

    grain: str
    anchor: int
    origin: int = 0

    def place(self, ordinals: Array) -> Array:
        """The position of the period of each day."""
        if self.grain in MONTHS:
            index = np.array([(day := date.fromordinal(int(o))).year * 12 + day.month - 1 for o in ordinals], dtype=int)
            return np.asarray((index - self.origin) // MONTHS[self.grain]).astype(float)
        return np.asarray((ordinals - self.anchor) // (WEEK if self.grain == "week" else 1)).astype(float)

    def begin(self, position: float) -> int:
        """The first day of a period."""
        if self.grain in MONTHS:
            return open_month(self.origin + int(position) * MONTHS[self.grain])
        return self.anchor + int(position) * (WEEK if self.grain == "week" else 1)

    def locate(self, ordinal: int) -> float:
        """The position of a day as a number with a fraction: 2.5 is the middle of the third period after the change."""
        place = float(self.place(np.array([ordinal]))[0])
        first = self.begin(place)
        return place + (ordinal - first) / (self.begin(place + 1) - first)

    def share(self, positions: Array, spans: Sequence[tuple[int, int]]) -> Array:
        """The share of each period's days that lie in the spans (first day, day after the last)."""
        found = []
        for position in positions:
            days = np.arange(self.begin(position), self.begin(position + 1))
            found.append(np.mean(np.any([(days >= first) & (days < until) for first, until in spans], axis=0)) if spans else 0.0)
        return np.array(found)


def lay_grid(rows: Rows, change: int, grain: str) -> Grid:
    """The grid for these rows: weeks from the change, or as the weekly rows lie; months, quarters and years as the rows begin."""
    if grain in MONTHS:
        size = MONTHS[grain]
        offset = date.fromordinal(int(rows.firsts[0])).month - 1 if rows.months == size and size > 1 else 0
        day = date.fromordinal(change)
        index = day.year * 12 + day.month - 1
        return Grid(grain, change, (index - offset) // size * size + offset)
    if grain == "week" and not rows.is_daily and not rows.months:
        later = rows.firsts >= change
        starts = find_keys(rows, grain)
        return Grid(grain, int(starts[later].min()) if later.any() else int(starts.max()) + rows.length)
    return Grid(grain, change)


def find_keys(rows: Rows, grain: str) -> Array:
    """The day of each row that decides about its period."""
    if grain == "week" and not rows.is_daily:
        return rows.labels if rows.named == "either" else rows.firsts
    return rows.middles


def find_mixed(rows: Rows, grid: Grid, places: Array, change: int) -> NDArray[np.bool_]:
    """Which rows lie in a period that holds days before and after the change."""
    # a change dated as a row within its month begins with that row
    firsts = np.where((rows.named == "block") & (rows.labels == change), change, rows.firsts)
    mixed = np.asarray((firsts < change) & (rows.untils > change))
    own = float(grid.place(np.array([change]))[0])
    if grid.grain in MONTHS and grid.begin(own) < change:
        inside = places == own
        if (mixed & inside).any() or ((inside & (firsts < change)).any() and (inside & (rows.untils > change)).any()):
            mixed |= inside
    return mixed


def share_weekdays(rows: Rows) -> Array:
    """For daily rows: the share of the weeks from the first row to the last in which each weekday (0 is Monday) has a row."""
    told = np.unique(rows.labels)
    spanned = np.arange(told[0], told[-1] + 1)
    have, could = (np.bincount((each.astype(int) - 1) % WEEK, minlength=WEEK) for each in (told, spanned))
    return np.asarray(have / np.maximum(could, 1))


def find_cut(rows: Rows, grid: Grid) -> dict[float, str]:
    """Positions of the periods that the rows hold only in part because they begin or end within it, with the words for it."""
    keys = find_keys(rows, grid.grain)
    first, last = int(np.argmin(keys)), int(np.argmax(keys))
    if rows.is_daily:
        shares = share_weekdays(rows)
        usual = shares >= min(USUAL_SHARE, shares.max())
        beside = [next(day for day in range(o + step, o + 8 * step, step) if usual[(day - 1) % WEEK])
                  for o, step in ((int(keys[first]), -1), (int(keys[last]), 1))]  # fmt: skip
    elif rows.months:
        beside = [int(rows.firsts[first]) - 1, int(rows.untils[last])]
    else:
        beside = [int(keys[first]) - rows.length, int(keys[last]) + rows.length]
    found = {}
    for row, other, verb in ((first, beside[0], "begin"), (last, beside[1], "end")):
        place = float(grid.place(keys[[row]])[0])
        if place == float(grid.place(np.array([other]))[0]):
            found[place] = f"the rows {verb} on {date.fromordinal(int(rows.labels[row])).isoformat()}, within it"
    return found
