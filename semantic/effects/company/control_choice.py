"""Choice of controls: touchpoints outside the change whose KPI moved together with the judged one before. Only the history counts."""

from __future__ import annotations

import numpy as np

from semantic.effects.company.clean_history import fill_weeks, find_overlaps, flatten_peaks, touch_weeks
from semantic.effects.company.facts import ChangeFacts, Company
from semantic.effects.company.questions import Question, Window
from semantic.effects.method.estimates import Pattern, find_shapes, index_controls, index_noise
from semantic.effects.method.kernels import Array
from semantic.effects.method.periods import WEEK, Weeks, measure_noise

MOST_CONTROLS = 5
TOGETHER = 0.4  # smallest correlation of weekly values of two series that count as moving together
MOST_EMPTY = 0.1
NO_CONTROL: tuple[Array, Array, tuple[str, ...]] = (np.empty(0), np.empty(0), ())


def list_candidates(company: Company, change: ChangeFacts, kpi_id: str, touchpoint_id: str, start: int, n: int, m: int) -> list[int]:
    """Rows of the same KPI outside the change's scope, with an equally long history and without a change or incident around the start."""
    known = {target.touchpoint_id for target in company.targets}
    opened, until = start - n * WEEK, start + m * WEEK
    found = []
    for row in company.of_kpi.get(kpi_id, []):
        other = company.series[row][1]
        if other == touchpoint_id or other in change.scope or other not in known or company.first[row] > opened:
            continue
        events = [event for event in company.events.get(other, ()) if event.change_id != change.change_id]
        if find_overlaps(start, until, events) or touch_weeks(until, m, company.incidents_at(other)).any():
            continue
        found.append(row)
    return found


def choose_controls(before: Array, candidates: Array) -> list[int]:
    """Up to five candidates (C x n) that moved together with the series (n) before, in weekly values and in their differences."""
    chosen = []
    for i, other in enumerate(np.asarray(candidates, dtype=float)):
        if np.isnan(other).any() or np.ptp(other) == 0 or np.ptp(before) == 0:
            continue
        together = correlate(before, other)
        # a common trend is not enough: the weekly differences must be correlated as well
        if together >= TOGETHER and correlate(np.diff(before), np.diff(other)) > 0:
            chosen.append((-together, i))
    return [i for _, i in sorted(chosen)[:MOST_CONTROLS]]


def correlate(one: Array, other: Array) -> float:
    """Pearson correlation of two series; 0 when one is constant."""
    left, right = one - one.mean(), other - other.mean()
    size = float(np.sqrt((left @ left) * (right @ right)))
    return float(left @ right) / size if size > 0 else 0.0


def remove_shapes(pattern: Pattern, own: Array, others: Array) -> tuple[Array, Array]:
    """The weeks before without their level and known shapes, so that a known step of one series does not change the correlation."""
    n = len(own)
    known = np.column_stack([np.ones(n), find_shapes(pattern)[0].T])
    solve = np.linalg.pinv(known)
    return own - known @ (solve @ own), others - (others @ solve.T) @ known.T


def settle(values: Array, window: Window) -> Array:
    """Weeks for the forecast: empty weeks filled, and peaks of the history flattened when the change is not near a peak."""
    n = window.n
    before, after = fill_weeks(values[:, :n]), fill_weeks(values[:, n:])
    if window.pattern.peaks is None:
        before = flatten_peaks(before, np.array(window.shares[:n]))
    return np.concatenate([before, after], axis=1)


def find_control(
    company: Company, weeks: Weeks, window: Window, question: Question, own: Array, on_logs: bool
) -> tuple[Array, Array, tuple[str, ...]]:
    """The control index of a question (n + m), its sampling variance (n + m) and its touchpoints; `on_logs`: `own` are logarithms.

    All are empty when no candidate moved together with the series before.
    """
    n, m = window.n, window.m
    if not question.may_have_controls:
        return NO_CONTROL
    rows = list_candidates(company, question.change, question.kpi_id, question.touchpoint_id, window.anchor, n, window.gap + m)
    if not rows:
        return NO_CONTROL
    columns = slice(weeks.n - n, weeks.n + m)
    values = weeks.value[rows, columns]
    full = np.isnan(values[:, :n]).mean(axis=1) <= MOST_EMPTY
    rows, values = [row for row, is_full in zip(rows, full, strict=True) if is_full], values[full]
    if not rows:
        return NO_CONTROL
    ready = settle(fill_weeks(values), window)
    units = np.ones_like(ready)
    if on_logs:
        is_positive = np.flatnonzero((ready > 0).all(axis=1))
        units[is_positive] = ready[is_positive]
        ready[is_positive] = np.log(ready[is_positive])
    best = choose_controls(*remove_shapes(window.pattern, own[:n], ready[:, :n]))
    if not best:
        return NO_CONTROL
    before, after = index_controls(ready[best], n)
    taken = [rows[j] for j in best]
    noise = index_noise(
        ready[best], measure_noise(values[best], weeks.denominator[taken, columns], weeks.scatter[taken, columns] / units[best] ** 2, n), n
    )
    return np.concatenate([before[0], after[0]]), noise[0], tuple(company.series[row][1] for row in taken)
