"""What is known about a series beside its rows: registered peaks and other changes, as shapes of the forecast and as obstacles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from semantic.effects.method.estimates import EVENT_DAYS, SHARED_DAYS
from semantic.effects.series.table import Periods

LONGEST_PEAK = 183


@dataclass(frozen=True)
class Known:
    """Registered peaks (first day, last day), which come back every year, and the first days of other changes."""

    peaks: tuple[tuple[date, date], ...] = ()
    others: tuple[date, ...] = ()


@dataclass(frozen=True)
class Shapes:
    """`peaks` (n + m): share of each period in a peak; `steps` and `closed`: positions as Pattern takes them; the obstacles in words."""

    peaks: tuple[float, ...] | None = None
    steps: tuple[float, ...] = ()
    closed: tuple[int, ...] = ()
    has_peak: bool = False
    too_little: str | None = None
    overlap: str | None = None


def shape_known(periods: Periods, known: Known | None) -> Shapes:
    """Place peaks and other changes among the periods. Others from eight weeks before to the last day are too near."""
    grid, n = periods.grid, periods.n
    if known is None or grid is None or not n or not periods.m:
        return Shapes()
    start, end = grid.anchor, grid.begin(periods.positions[-1] + 1)
    shares = grid.share(periods.positions, [(first.toordinal(), last.toordinal() + 1) for first, last in known.peaks])
    has_peak = bool((shares[n:] > 0).any())
    too_little = None
    if has_peak and not (shares[:n] > 0.5).any():
        too_little = f"a registered peak lies in the {grid.grain}s after, and the history holds none"
    near = [day for day in known.others if start - SHARED_DAYS <= day.toordinal() < end]
    overlap = None
    if near:
        named = ", ".join(day.isoformat() for day in sorted(near))
        overlap = f"another change on {named} lies in the {SHARED_DAYS // 7} weeks before or in the time judged and moves the same figures"
    earlier = [day for day in known.others if grid.begin(periods.positions[0]) < day.toordinal() < start - SHARED_DAYS]
    closed = {int(place) for day in earlier for place in grid.place(np.arange(day.toordinal(), day.toordinal() + EVENT_DAYS, dtype=float))}
    return Shapes(
        peaks=tuple(shares) if (shares[:n] > 0).any() else None, steps=tuple(sorted(grid.locate(day.toordinal()) for day in earlier)),
        closed=tuple(sorted(closed)), has_peak=has_peak, too_little=too_little, overlap=overlap,
    )  # fmt: skip


def check_peak(first: date, last: date) -> str | None:
    """Why the two days are no peak; None when they are."""
    if first <= last < first + timedelta(days=LONGEST_PEAK):
        return None
    return f"from {first.isoformat()} to {last.isoformat()} is no peak; give its first and its last day, at most half a year"
