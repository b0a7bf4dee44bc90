"""Choice of controls: touchpoints outside the change whose KPI moved together with the judged one before. Only the history counts."""

from __future__ import annotations

import numpy as np

from semantic.effects.company.clean_history import find_overlaps, touch_weeks
from semantic.effects.company.facts import ChangeFacts, Company
from semantic.effects.method.estimates import Pattern, find_shapes
from semantic.effects.method.kernels import Array
from semantic.effects.method.periods import WEEK

MOST_CONTROLS = 5
TOGETHER = 0.4  # smallest correlation of weekly values of two series that count as moving together
MOST_EMPTY = 0.1


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
