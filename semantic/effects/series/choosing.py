"""Which rows are judged: whole periods around the change, within the window asked for. What is left out is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from semantic.effects.method.kernels import Array
from semantic.effects.series.rows import Grid, Rows, find_cut, find_keys, find_mixed, share_weekdays

MOST_WEEKS = 520  # most weeks before, unless asked for: older weeks add little, and computing time grows with the third power
FEWEST_ROWS = 4 / 7  # share of its usual rows that a period must have


@dataclass(frozen=True)
class Window:
    """What is judged: the first day after the change, periods before and after (None: all), periods left out after the start, and the end.

    `until` is the first day on which the change no longer holds.
    """

    change: date
    before: int | None = None
    after: int | None = None
    skip: int = 0
    until: date | None = None


@dataclass(frozen=True)
class Chosen:
    """The position of each whole period, its rows, the first position asked for; and what was left out, in words."""

    positions: Array
    rows: list[NDArray[np.signedinteger]]
    first: float
    warnings: tuple[str, ...]


def write_day(ordinal: int) -> str:
    """A day as an ISO date."""
    return date.fromordinal(int(ordinal)).isoformat()


def choose_rows(rows: Rows, grid: Grid, told: NDArray[np.bool_], denominator: Array, window: Window) -> Chosen:
    """The rows of every whole period in the window; only rows with a value count."""
    places = grid.place(find_keys(rows, grid.grain))
    mixed = find_mixed(rows, grid, places, window.change.toordinal())
    warnings = [*describe_mixed(rows, grid, mixed, window), *describe_range(rows, window)]
    usable, over = told & ~mixed & (np.nan_to_num(denominator) > 0), {}
    if window.until is not None:
        end = window.until.toordinal()
        usable &= rows.untils <= end
        place = float(grid.place(np.array([end]))[0])
        if grid.begin(place) < end:
            over[place] = f"the change ends on {window.until.isoformat()}, within it"
    low = float(places[usable].min()) if usable.any() else 0.0
    before = window.before
    if before is None and grid.grain == "week" and low < -MOST_WEEKS:
        before = MOST_WEEKS
        warnings.append(f"of {-low:.0f} weeks before the last {MOST_WEEKS} are used; --before N takes another number")
    first = low if before is None else max(low, -before)
    own = places == 0
    begin = window.skip + bool(own.any() and mixed[own].all())
    usable &= (places >= first) & ((places < 0) | (places >= begin))
    usable &= places < (np.inf if window.after is None else begin + window.after)
    positions = np.unique(places[usable])
    cut = {**(find_cut(rows.select(told), grid) if told.any() else {}), **over}
    warnings += [f"the {grid.grain} from {write_day(grid.begin(p))} on is left out: {cut[p]}" for p in positions if p in cut]
    whole = [float(p) for p in positions if p not in cut]
    thin = find_thin(rows, grid, told, places, whole)
    if thin:
        first_one = write_day(grid.begin(thin[0]))
        warnings.append(f"{len(thin)} {grid.grain}s with too few rows are left out (the first is that from {first_one} on)")
    kept = np.array([p for p in whole if p not in thin])
    while first in cut:
        first += 1  # a period that is cut off is no empty one
    return Chosen(kept, [np.flatnonzero(usable & (places == p)) for p in kept], first, tuple(warnings))


def find_thin(rows: Rows, grid: Grid, told: NDArray[np.bool_], places: Array, whole: list[float]) -> list[float]:
    """Periods with less than four sevenths of their usual rows. A denominator of 0 is a day without events, no missing one."""
    counts = [len(np.unique(rows.labels[told & (places == p)])) for p in whole]
    usual = share_weekdays(rows).sum() if rows.is_daily and grid.grain == "week" else float(np.median(counts or [1]))
    return [p for p, count in zip(whole, counts, strict=True) if count < np.ceil(FEWEST_ROWS * usual - 1e-9)]


def describe_mixed(rows: Rows, grid: Grid, mixed: NDArray[np.bool_], window: Window) -> list[str]:
    """A note on the period that holds days before and after the change."""
    if not mixed.any():
        return []
    day = window.change.isoformat()
    if rows.named == "either" and grid.grain == "week":
        weekday = date.fromordinal(int(rows.labels[0])).strftime("%A")
        return [
            f"weeks dated on a {weekday} may be named by their first or their last day: {mixed.sum()} that may have days before and after "
            f"{day} are left out; --named-by first or last says which"
        ]
    return [f"the {grid.grain} that holds {day} has days before and after it and is left out"]


def describe_range(rows: Rows, window: Window) -> list[str]:
    """A note when the change is not within the rows."""
    low, high = rows.labels.min(), rows.labels.max()
    if low < window.change.toordinal() <= high:
        return []
    return [f"the rows run from {write_day(low)} to {write_day(high)}"]


def explain_missing(rows: Rows, told: NDArray[np.bool_], denominator: Array, window: Window, positions: Array) -> str | None:
    """Why a side of the change has no period, where it is because every denominator there is 0."""
    after = rows.firsts >= window.change.toordinal()
    for side, rows_there, have in (("after", after, (positions >= 0).any()), ("before", ~after, (positions < 0).any())):
        there = told & rows_there
        if not have and there.any() and not (denominator[there] > 0).any():
            return f"the denominator is 0 in all {there.sum()} rows {side} the change"
    return None
