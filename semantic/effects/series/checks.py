"""What a table can hold without saying so: rows per day that change, another unit or scale, one row that decides, too few events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from semantic.effects.method.estimates import FEWEST_EVENTS_AFTER
from semantic.effects.method.kernels import Array
from semantic.effects.series.table import Periods

UNITS = (7, 10, 12, 24, 30, 60, 100, 1000, 1440, 3600, 10_000, 86_400, 1_000_000)  # factors between units of time, money and counts
UNIT_ERROR = 0.05  # a jump is taken for such a factor when it is this near
SIDE = 4  # periods on either side of a jump
ROWS_CHANGED = 1.5  # rows per day after over before, or the inverse, from which it is said
SCALE_CHANGED, SCALE_ERROR, FEWEST_FOR_SCALE = 1.7, 0.25, 12
FAR, VERY_FAR = 5.0, 8.0  # distances from the middle, in usual ones: a row that may decide the verdict, and one that is named anyway


def check_rows(days: Sequence[date], numerator: Array, denominator: Array, change: date, *, is_ratio: bool) -> tuple[str, ...]:
    """Notes on several rows per date, on rows per day that change, and on a scale that changes with the date."""
    told = ~np.isnan(numerator) & ~np.isnan(denominator)
    labels = np.array([day.toordinal() for day in days])[told]
    start, notes = change.toordinal(), []
    unique, counts = np.unique(labels, return_counts=True)
    if (counts > 1).any():
        first = date.fromordinal(int(unique[counts > 1][0])).isoformat()
        how = "their sums are divided" if is_ratio else "their values are averaged"
        notes.append(f"{(counts > 1).sum()} of {len(unique)} dates have several rows (the first is {first}): {how}")
        sides = [float(counts[mask].mean()) for mask in (unique < start, unique >= start) if mask.any()]
        if len(sides) == 2 and not 1 / ROWS_CHANGED < sides[1] / sides[0] < ROWS_CHANGED:
            notes.append(
                f"rows per date go from {sides[0]:.1f} before to {sides[1]:.1f} after the change: what they hold may have changed with it"
            )
    with np.errstate(divide="ignore", invalid="ignore"):
        values = numerator[told] / denominator[told]
    past, later = (values[mask & np.isfinite(values)] for mask in (labels < start, labels >= start))
    if min(len(past), len(later)) >= FEWEST_FOR_SCALE:
        level = float(later.mean() / past.mean()) if past.mean() else 0.0
        spread = float(np.subtract(*np.percentile(later, (90, 10)))) / max(float(np.subtract(*np.percentile(past, (90, 10)))), 1e-300)
        factor = max(level, 1 / level) if level > 0 else 0.0
        if factor >= SCALE_CHANGED and spread > 0 and abs(np.log(spread / level)) < SCALE_ERROR:
            notes.append(
                f"level and spread of the rows both change by a factor of {level:.3g} with the date: is the scale or the unit another?"
            )
    return tuple(notes)


def check_jumps(periods: Periods) -> tuple[str, ...]:
    """A note on the largest jump of the level when its factor is one between units (10, 60, 100 and so on)."""
    values = periods.values
    best, place = 0.0, 0
    for i in range(1, len(values)):
        sides = np.median(values[max(i - SIDE, 0) : i]), np.median(values[i : i + SIDE])
        if min(sides) > 0 and abs(np.log(sides[1] / sides[0])) > abs(best):
            best, place = float(np.log(sides[1] / sides[0])), i
    if best:
        # the medians jump beside it as well: the jump is where the values themselves do
        around = [i for i in range(max(place - SIDE, 1), min(place + SIDE + 1, len(values))) if min(values[i - 1], values[i]) > 0]
        place = max(around, key=lambda i: np.sign(best) * np.log(values[i] / values[i - 1]), default=place)
    near = [unit for unit in UNITS if abs(abs(best) - np.log(unit)) < UNIT_ERROR]
    if not near:
        return ()
    what = f"{near[0]:,} times as high" if best > 0 else f"one {near[0]:,}th as high"
    return (f"from {periods.starts[place].isoformat()} on values are about {what} as before: is the unit or the currency another?",)


def find_few_events(periods: Periods, numerator: Array, denominator: Array, *, is_ratio: bool) -> str | None:
    """The reason for no verdict where rows count events and fewer than ten are seen, or expected from the time before, after the change."""
    told = ~np.isnan(numerator) & ~np.isnan(denominator)
    tops, bottoms = numerator[told], denominator[told]
    if not periods.n or not periods.m or (tops < 0).any() or (tops % 1).any() or (bottoms % 1).any():
        return None
    n, weights = periods.n, periods.weights
    events = periods.values * weights
    kinds = [(events, "events")]
    if is_ratio:
        kinds.append((weights.astype(float), "of the denominator"))
        if (tops <= bottoms).all():
            kinds.append((weights - events, "events of the other kind"))
    for counts, noun in kinds:
        expected = float(counts[:n].sum() / weights[:n].sum() * weights[n:].sum())
        if max(float(counts[n:].sum()), expected) < FEWEST_EVENTS_AFTER:
            return f"fewer than {FEWEST_EVENTS_AFTER} {noun} after the change, and {expected:.1f} expected"
    return None


def find_far_row(days: Sequence[date], numerator: Array, denominator: Array, change: date, periods: Periods) -> tuple[int, float] | None:
    """The row of the periods that is farthest from the middle of its side, and how far, in usual distances; None when none is far."""
    if not len(periods.starts) or periods.grid is None:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        values = numerator / denominator
    labels = np.array([day.toordinal() for day in days])
    known = np.isfinite(values) & (labels >= periods.starts[0].toordinal()) & (labels < periods.grid.begin(periods.positions[-1] + 1))
    away = np.full(len(values), np.nan)
    for side in (known & (labels < change.toordinal()), known & (labels >= change.toordinal())):
        away[side] = np.abs(values[side] - np.median(values[side])) * np.sqrt(denominator[side]) if side.any() else 0.0
    usual = 1.4826 * float(np.median(away[known])) if known.any() else 0.0
    if usual <= 0:
        return None
    row = int(np.nanargmax(away))
    return (row, float(away[row] / usual)) if away[row] / usual > FAR else None
