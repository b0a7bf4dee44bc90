"""The weeks used to judge a change: whole weeks from its start day, steps of earlier changes, weeks closed to placebos."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from semantic.effects.company.facts import FOREVER, Event
from semantic.effects.method.estimates import EVENT_DAYS, FEWEST_WEEKS, SHARED_DAYS, WEEKS_PER_WEEK_AFTER
from semantic.effects.method.kernels import Array
from semantic.effects.method.periods import WEEK

AFTER_WEEKS = 4
SETTLING_DAYS = 7  # days for rows that arrive late
NEAR_START_WEEKS = 4
NEIGHBOURS = 4  # weeks on either side that replace weeks without a usable value


def count_gap_weeks(start: int, rolled_out: int | None) -> int:
    """Number of whole weeks from the start that hold the roll-out of a change; they are neither before nor after."""
    return 0 if rolled_out is None else max(-((start - rolled_out) // WEEK), 0)


def count_after_weeks(start: int, end: int | None) -> int:
    """Whole weeks to judge: four, or those until a temporary change ended (the day of the end does not count)."""
    return AFTER_WEEKS if end is None else min(AFTER_WEEKS, max((end - start) // WEEK, 0))


def find_judging_day(window_end: int, maturity_days: int, evaluation_day: int | None) -> int:
    """The first day on which a verdict may be given: window over, figures mature, late rows landed, evaluation date reached."""
    ready = window_end + maturity_days + SETTLING_DAYS
    return ready if evaluation_day is None else max(ready, evaluation_day)


def find_first_day(first: int, start: int, breaks: Sequence[int]) -> int:
    """The first day of the history on which the figure had the same meaning as at the start."""
    return max([first, *(day for day in breaks if first < day < start)])


def find_overlaps(start: int, window_end: int, events: Sequence[Event]) -> tuple[Event, ...]:
    """Events of other changes that are too near to separate: from eight weeks before the start to the last day judged."""
    return tuple(event for event in events if start - SHARED_DAYS <= event.day < window_end)


def has_new_meaning(start: int, window_end: int, breaks: Sequence[int]) -> bool:
    """True when the meaning of the figure changes in the window, or so shortly before it that too few weeks remain."""
    needed = max(FEWEST_WEEKS, WEEKS_PER_WEEK_AFTER * (window_end - start) // WEEK)
    return any(start - needed * WEEK < day < window_end for day in breaks)


def touch_weeks(start: int, n: int, spans: Sequence[tuple[int, int]]) -> np.ndarray:
    """Which of the n weeks before the start contain a day of the spans (first day, day after the last)."""
    opened = start + WEEK * np.arange(-n, 0)
    touched = np.zeros(n, dtype=bool)
    for first, until in spans:
        touched |= (opened < until) & (opened + WEEK > first)
    return touched


def close_weeks(start: int, n: int, events: Sequence[Event], incidents: Sequence[tuple[int, int]]) -> np.ndarray:
    """Weeks (n) on which no placebo may fall: four weeks from each registered event, and incidents."""
    return touch_weeks(start, n, [(event.day, event.day + EVENT_DAYS) for event in events] + list(incidents))


def find_shares(start: int, n: int, m: int, peaks: Sequence[tuple[int, int]], gap: int = 0) -> Array:
    """Share (n + m) of each week's days that lie in a registered peak; `gap` weeks from the start are left out."""
    days = start + np.concatenate([np.arange(-n * WEEK, 0), np.arange(gap * WEEK, (gap + m) * WEEK)])
    inside = np.zeros(len(days), dtype=bool)
    for first, until in peaks:
        inside |= (days >= first) & (days < until)
    return np.asarray(inside.reshape(n + m, WEEK).mean(axis=1))


def find_steps(first: int, until: int, events: Sequence[Event]) -> tuple[int, ...]:
    """Days in the weeks before on which an earlier event may have moved the level; the forecast then allows a step there."""
    return tuple(sorted({event.day for event in events if first < event.day < until}))


def needs_peak_level(shares: Array, n: int) -> bool:
    """True when a peak overlaps the weeks after or the last weeks before, so that its level has to be forecast too."""
    return bool((shares[max(n - NEAR_START_WEEKS, 0) :] > 0).any())


def fill_weeks(values: Array) -> Array:
    """Fill weeks (series x n) without a value with the mean of the nearest weeks with one, up to four on either side."""
    values = np.array(values, dtype=float)
    for i in np.flatnonzero(np.isnan(values).any(axis=1)):
        row = values[i]
        known = np.flatnonzero(~np.isnan(row))
        if not len(known):
            continue
        filled = row.copy()
        for place in np.flatnonzero(np.isnan(row)):
            at = int(np.searchsorted(known, place))
            filled[place] = row[known[max(at - NEIGHBOURS, 0) : at + NEIGHBOURS]].mean()
        values[i] = filled
    return values


def flatten_peaks(values: Array, shares: Array) -> Array:
    """Lower each peak of the history (series x n) to the level of the neighbouring weeks; differences within the peak stay.

    Used for changes that are not near a peak: the height of an earlier December is not relevant for them.
    """
    values = np.array(values, dtype=float)
    in_peak = shares > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], in_peak.astype(int), [0]])))
    plain = np.flatnonzero(~in_peak)
    for first, until in zip(edges[::2], edges[1::2], strict=True):
        left, right = plain[plain < first][-NEIGHBOURS:], plain[plain >= until][:NEIGHBOURS]
        beside = np.concatenate([left, right])
        if not len(beside):
            continue
        weight = shares[first:until]
        above = values[:, first:until] - values[:, beside].mean(axis=1, keepdims=True)
        height = (above @ weight) / (weight @ weight)
        values[:, first:until] -= height[:, None] * weight
    return values


def list_measurement_days(events: Sequence[Event]) -> tuple[int, ...]:
    """Days from which survey answers are asked for in another way."""
    return tuple(event.day for event in events if event.is_measurement and event.day < FOREVER)
