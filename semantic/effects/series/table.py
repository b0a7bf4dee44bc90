"""A table of dated values as whole periods around a change: the period of each row, and the values of each period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from semantic.effects.method.kernels import Array
from semantic.effects.method.periods import WEEK, measure_scatter

DEFAULT_AFTER = {"day": 28, "week": 4, "month": 12, "year": None}
MOST_WEEKS = 520  # most weeks before, unless asked for: older weeks add little, and computing time grows with the third power
FEWEST_DAYS_APART = 20  # rows further apart count as months or years
FEWEST_WEEKDAYS = 4  # days of a week that a table of days must have, out of seven


@dataclass(frozen=True)
class Periods:
    """Usable periods, oldest first: position from the change, first day, value, controls (C x periods), sum of denominators, scatter.

    `grain` is what the periods are; `empty_share` of the periods before hold no value.
    """

    grain: str
    positions: Array
    starts: tuple[date, ...]
    values: Array
    controls: Array
    weights: Array
    scatter: Array | None
    empty_share: float
    warnings: tuple[str, ...]

    @property
    def n(self) -> int:
        """Periods before the change."""
        return int((self.positions < 0).sum())

    @property
    def m(self) -> int:
        """Periods after."""
        return int((self.positions >= 0).sum())


def guess_grain(days: Sequence[date]) -> str:
    """The grain of the rows, from their distances; daily rows are judged as weeks."""
    gaps = np.diff([day.toordinal() for day in sorted(set(days))])
    usual = float(np.median(gaps)) if len(gaps) else 1.0
    return "week" if usual < FEWEST_DAYS_APART else "month" if usual < 200 else "year"


def place_rows(days: Sequence[date], change: date, grain: str) -> tuple[Array, tuple[str, ...]]:
    """Position per row (NaN: its period has days before and after the change and is left out), and a note on the period left out."""
    ordinals = np.array([day.toordinal() for day in days])
    gaps = np.diff(np.unique(ordinals))
    usual = float(np.median(gaps)) if len(gaps) else 1.0
    if grain == "day":
        return (ordinals - change.toordinal()).astype(float), ()
    if grain == "week":
        later = ordinals[ordinals >= change.toordinal()]
        anchor = int(later.min()) if usual >= 5 and len(later) else change.toordinal()
        places = np.floor((ordinals - anchor) / WEEK)
        mixed = (ordinals < change.toordinal()) & (ordinals + WEEK > change.toordinal()) & (usual >= 5)
    else:
        index = np.array([day.year * 12 + day.month - 1 if grain == "month" else day.year for day in days])
        own = change.year * 12 + change.month - 1 if grain == "month" else change.year
        is_own = index == own
        # a row of a whole month or year may be dated later than its first day, for example at its end
        begins = change.replace(day=1) if grain == "month" else change.replace(month=1, day=1)
        is_whole = usual >= FEWEST_DAYS_APART and change > begins and bool((is_own & (ordinals > change.toordinal())).any())
        mixed = is_own & (is_whole or bool((is_own & (ordinals < change.toordinal())).any()))
        places = (index - own - bool(mixed.any()) * (index > own)).astype(float)
    if not mixed.any():
        return places.astype(float), ()
    return np.where(mixed, np.nan, places), (f"the {grain} that holds {change.isoformat()} has days before and after it and is left out",)


def pool_table(
    days: Sequence[date],
    numerator: Array,
    denominator: Array,
    controls: Array,
    change: date,
    grain: str,
    before: int | None,
    after: int | None,
) -> Periods:
    """Sums of numerators and denominators per period, controls as means (C x rows); `before` and `after` count periods, None is all."""
    pooled = grain
    if grain == "day" and wants_weeks(days, change, before, after):
        pooled = "week"
        before = None if before is None else before // WEEK
        after = None if after is None else after // WEEK
    places, warnings = place_rows(days, change, pooled)
    if not min(days) < change <= max(days):
        warnings = (*warnings, f"the rows run from {min(days).isoformat()} to {max(days).isoformat()}")
    usable = ~np.isnan(places) & ~np.isnan(numerator) & (np.nan_to_num(denominator) > 0)
    low = np.nanmin(np.where(usable, places, np.nan)) if usable.any() else 0
    if before is None and pooled == "week" and low < -MOST_WEEKS:
        before = MOST_WEEKS
        warnings = (*warnings, f"of {-low:.0f} weeks before the last {MOST_WEEKS} are used; --before N takes another number")
    first = low if before is None else max(low, -before)
    usable &= (places >= first) & (places < (np.inf if after is None else after))
    positions = np.unique(places[usable])
    ordinals = np.array([day.toordinal() for day in days])
    is_daily = pooled == "week" and len(ordinals) > 1 and float(np.median(np.diff(np.unique(ordinals)))) < 2
    if is_daily:
        # a day with a denominator of 0 is a day without events, not a missing one
        told = ~np.isnan(numerator) & ~np.isnan(denominator)
        full = [len(np.unique(ordinals[told & (places == p)])) >= FEWEST_WEEKDAYS for p in positions]
        positions = positions[full]
    rows = [np.flatnonzero(usable & (places == p)) for p in positions]
    tops, bottoms = (np.array([part[r].sum() for r in rows]) for part in (numerator, denominator))
    beside = np.array([[np.nanmean(control[r]) for r in rows] for control in controls]).reshape(len(controls), len(rows))
    span = max(-first, 1)
    scatter = scatter_days(ordinals, rows, numerator, denominator, positions, change) if is_daily else None
    return Periods(
        grain=pooled, positions=positions, starts=tuple(date.fromordinal(int(ordinals[r].min())) for r in rows), values=tops / bottoms,
        controls=beside, weights=bottoms, scatter=scatter,
        empty_share=float(1 - (positions < 0).sum() / span), warnings=warnings,
    )  # fmt: skip


def wants_weeks(days: Sequence[date], change: date, before: int | None, after: int | None) -> bool:
    """True when days can be pooled to whole weeks: there are at least twelve weeks before and two after."""
    past = (change - min(days)) // timedelta(days=1)
    future = (max(days) - change) // timedelta(days=1) + 1
    return min(past, before or past) >= 12 * WEEK and min(future, after or future) >= 2 * WEEK


def scatter_days(
    ordinals: Array, rows: Sequence[NDArray[np.signedinteger]], tops: Array, bottoms: Array, positions: Array, change: date
) -> Array:
    """Mean square of days within each week; a missing day counts as a deviation of 0."""
    top, bottom = np.zeros((1, len(rows), WEEK)), np.zeros((1, len(rows), WEEK))
    for i, each in enumerate(rows):
        for row in each:
            weekday = int(ordinals[row] - change.toordinal()) % WEEK
            top[0, i, weekday] += tops[row]
            bottom[0, i, weekday] += bottoms[row]
    value = top.sum(axis=2) / bottom.sum(axis=2)
    return measure_scatter(top, bottom, value, int((positions < 0).sum()))
