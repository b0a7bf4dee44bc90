"""A table of dated values as whole periods around a change: the period of each row, and the values of each period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from semantic.effects.method.kernels import Array
from semantic.effects.method.periods import WEEK, measure_scatter
from semantic.effects.series.choosing import Window, choose_rows, explain_missing, write_day
from semantic.effects.series.rows import REGULAR_SHARE, Grid, Rows, lay_grid, share_weekdays, span_rows

DEFAULT_AFTER = {"day": 28, "week": 4, "month": 12, "quarter": 4, "year": None}
FEWEST_WHOLE_WEEKS = 8  # whole weeks before from which the pattern of weekdays is taken


@dataclass(frozen=True)
class Periods:
    """Usable periods, oldest first: position from the change, first day, value, controls (C x periods), sum of denominators, scatter.

    `grain` is what the periods are; `empty_share` of the periods before hold no value. Position 0 holds the change; it is no period when it
    has days before and after, or is to be left out. `missing` says why there are no periods on one side, where more is known than that.
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
    grid: Grid | None = None
    missing: str | None = None

    @property
    def n(self) -> int:
        """Periods before the change."""
        return int((self.positions < 0).sum())

    @property
    def m(self) -> int:
        """Periods after."""
        return int((self.positions >= 0).sum())


def pool_table(
    days: Sequence[date], numerator: Array, denominator: Array, controls: Array, change: date, grain: str, before: int | None,
    after: int | None, *, skip: int = 0, until: date | None = None, named: str | None = None,
) -> Periods:  # fmt: skip
    """Sums of numerators and denominators per period, controls as means (C x rows); see Window for the options. Only whole ones count."""
    window = Window(change, before, after, skip, until)
    rows = span_rows(days, named)
    pooled = grain
    if grain == "day" and rows.is_daily and wants_weeks(days, window):
        pooled = "week"
        whole = [None if count is None else count // WEEK for count in (before, after)]
        window = replace(window, before=whole[0], after=whole[1], skip=-(-skip // WEEK))
    grid = lay_grid(rows, change.toordinal(), pooled)
    told = ~np.isnan(numerator) & ~np.isnan(denominator)
    chosen = choose_rows(rows, grid, told, denominator, window)
    tops, bottoms = (np.array([part[r].sum() for r in chosen.rows]) for part in (numerator, denominator))
    beside = np.array([[np.nanmean(control[r]) for r in chosen.rows] for control in controls]).reshape(len(controls), len(chosen.rows))
    values, scatter, warnings = tops / bottoms, None, chosen.warnings
    if pooled == "week" and rows.is_daily and len(rows.labels) > 1 and chosen.rows:
        top, bottom, seen = spread_days(rows, grid, chosen.rows, numerator, denominator)
        values, said = even_weekdays(top, bottom, seen, chosen.positions, find_regular(rows, grid), grid)
        scatter, warnings = measure_scatter(top[None], bottom[None], values[None], int((chosen.positions < 0).sum())), (*warnings, *said)
    return Periods(
        grain=pooled, positions=chosen.positions, starts=tuple(date.fromordinal(grid.begin(p)) for p in chosen.positions), values=values,
        controls=beside, weights=bottoms, scatter=scatter, empty_share=float(1 - (chosen.positions < 0).sum() / max(-chosen.first, 1)),
        warnings=warnings, grid=grid, missing=explain_missing(rows, told, denominator, window, chosen.positions),
    )  # fmt: skip


def wants_weeks(days: Sequence[date], window: Window) -> bool:
    """True when days can be pooled to whole weeks: there are at least twelve weeks before and two after."""
    past = (window.change - min(days)) // timedelta(days=1)
    future = (min(max(days), (window.until or date.max) - timedelta(days=1)) - window.change) // timedelta(days=1) + 1 - window.skip
    return min(past, window.before or past) >= 12 * WEEK and min(future, window.after or future) >= 2 * WEEK


def spread_days(
    rows: Rows, grid: Grid, chosen: Sequence[NDArray[np.signedinteger]], tops: Array, bottoms: Array
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Numerators, denominators, and whether there is a row (each periods x 7 days), of daily rows in weeks."""
    top, bottom, seen = np.zeros((len(chosen), WEEK)), np.zeros((len(chosen), WEEK)), np.zeros((len(chosen), WEEK), dtype=bool)
    for i, each in enumerate(chosen):
        slots = (rows.labels[each] - grid.anchor).astype(int) % WEEK
        np.add.at(top[i], slots, tops[each])
        np.add.at(bottom[i], slots, bottoms[each])
        seen[i, slots] = True
    return top, bottom, seen


def find_regular(rows: Rows, grid: Grid) -> NDArray[np.bool_]:
    """Which of the seven days of a week always have a row but for holidays."""
    shares = share_weekdays(rows)
    return np.array([shares[(grid.anchor + slot - 1) % WEEK] >= REGULAR_SHARE for slot in range(WEEK)])


def even_weekdays(
    top: Array, bottom: Array, seen: NDArray[np.bool_], positions: Array, regular: NDArray[np.bool_], grid: Grid
) -> tuple[Array, tuple[str, ...]]:
    """The value of each week; where a regular day has no row, what the mix of weekdays alone would move is taken out.

    The pattern of weekdays is that of the whole weeks before the change, in deviations from the value of the week.
    """
    values = top.sum(axis=1) / bottom.sum(axis=1)
    lacking = ~seen[:, regular].all(axis=1)
    model = ~lacking & (positions < 0)
    if not lacking.any() or model.sum() < FEWEST_WHOLE_WEEKS:
        return values, ()
    mass = bottom[model].sum(axis=0)
    pattern = (top[model] - values[model, None] * bottom[model]).sum(axis=0) / np.where(mass > 0, mass, 1.0)
    usual = float(pattern @ mass) / mass.sum()
    shift = usual - (bottom @ pattern) / bottom.sum(axis=1)
    first = write_day(grid.begin(float(positions[lacking][0])))
    said = f"{lacking.sum()} weeks lack days that others have (the first is that from {first} on); their mix of weekdays is evened out"
    return np.where(lacking, values + shift, values), (said,)
