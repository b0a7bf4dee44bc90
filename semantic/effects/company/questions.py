"""What is asked about a change, and the weeks with which it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from semantic.effects.company import clean_history as history
from semantic.effects.company.facts import ChangeFacts, Event
from semantic.effects.method.estimates import Pattern
from semantic.effects.method.periods import WEEK


@dataclass(frozen=True)
class Question:
    """Did this change move this KPI at this touchpoint? `relation` is in_scope or elsewhere; `is_primary`: this is the planned test."""

    change: ChangeFacts
    kpi_id: str
    touchpoint_id: str
    relation: str = "in_scope"
    is_primary: bool = False
    may_have_controls: bool = True


@dataclass(frozen=True)
class Window:
    """The weeks of a question: `n` before day `anchor`, `m` after; positions closed to placebos or left out; share of each week in peaks;
    days of earlier events after which the level may differ. The `gap` weeks of a roll-out lie between the weeks before and after.

    `anchor` is the start. Where the weeks after are not known yet, it is the last day with mature history, and `is_complete` is false.
    """

    anchor: int
    n: int
    m: int
    until: int
    judged_from: int
    is_complete: bool
    closed: tuple[int, ...]
    left_out: tuple[int, ...]
    shares: tuple[float, ...]
    steps: tuple[int, ...]
    overlaps: tuple[Event, ...]
    meets_incident: bool
    has_new_meaning: bool
    gap: int = 0

    @cached_property
    def pattern(self) -> Pattern:
        """The pattern of these weeks for the forecast."""
        shares = np.array(self.shares)
        before, after = tuple(range(-self.n, 0)), tuple(range(self.gap, self.gap + self.m))
        steps = tuple((day - self.anchor) / WEEK for day in self.steps)
        if history.needs_peak_level(shares, self.n):
            return Pattern(before, after, peaks=self.shares, steps=steps, closed=self.closed)
        in_peak = (int(p) - self.n for p in np.flatnonzero(shares[: self.n] > 0))
        return Pattern(before, after, steps=steps, closed=tuple(sorted({*self.closed, *in_peak})))
