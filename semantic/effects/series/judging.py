"""From rows to a judgement with everything that had to be said about the rows, and the judgement without a row that may decide it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from semantic.effects.method.kernels import Array
from semantic.effects.method.words import write_number
from semantic.effects.series.checks import VERY_FAR, check_jumps, check_rows, find_far_row, find_few_events
from semantic.effects.series.known import Known
from semantic.effects.series.single import SeriesEffect, judge_periods
from semantic.effects.series.table import Periods, pool_table


@dataclass(frozen=True)
class Data:
    """Rows with a date: numerator, denominator (1 for plain values), controls (C x rows), and whether two columns are divided."""

    days: Sequence[date]
    numerator: Array
    denominator: Array
    controls: Array
    is_ratio: bool


@dataclass(frozen=True)
class Question:
    """The change (first day after), periods before and after (None: all), periods left out after the start, the end, and how to judge.

    `until` is the first day on which the change no longer holds; see `span_rows` for `named`.
    """

    change: date
    grain: str
    before: int | None = None
    after: int | None = None
    skip: int = 0
    until: date | None = None
    named: str | None = None
    known: Known = field(default_factory=Known)
    better: str | None = None
    log: bool = False
    last_only: bool = False


class NotPositiveError(ValueError):
    """A logarithm was asked for, and a period has a value of 0 or less; the message is the grain."""


def judge_rows(data: Data, question: Question) -> tuple[Periods, SeriesEffect]:
    """Pool and judge; the warnings name what the rows hold in silence. Raises NotPositiveError."""
    periods, found = judge_once(data, question)
    warnings = [
        *check_rows(data.days, data.numerator, data.denominator, question.change, is_ratio=data.is_ratio),
        *check_jumps(periods),
        *judge_without(data, question, periods, found),
    ]
    return periods, replace(found, warnings=(*found.warnings, *warnings))


def judge_once(data: Data, question: Question) -> tuple[Periods, SeriesEffect]:
    """Pool and judge as the rows are."""
    periods = pool_table(
        data.days, data.numerator, data.denominator, data.controls, question.change, question.grain, question.before, question.after,
        skip=question.skip, until=question.until, named=question.named,
    )  # fmt: skip
    if question.log and ((periods.values <= 0).any() or (periods.controls <= 0).any()):
        raise NotPositiveError(periods.grain)
    few = find_few_events(periods, data.numerator, data.denominator, is_ratio=data.is_ratio)
    found = judge_periods(
        periods, better=question.better, log=question.log, last_only=question.last_only, known=question.known, few_events=few
    )
    return periods, found


def judge_without(data: Data, question: Question, periods: Periods, found: SeriesEffect) -> tuple[str, ...]:
    """A note on the row that is farthest out: when it is very far, or when the verdict would be another without it."""
    far = find_far_row(data.days, data.numerator, data.denominator, question.change, periods)
    if far is None or found.effect is None:
        return ()
    row, distance = far
    numerator = np.array(data.numerator, dtype=float)
    numerator[row] = np.nan
    other = judge_once(replace(data, numerator=numerator), question)[1]
    carries = other.verdict != found.verdict
    if distance < VERY_FAR and not carries:
        return ()
    value, rest = write_number(float(data.numerator[row] / data.denominator[row])), other.verdict
    if other.effect is not None:
        assert other.effect_lower is not None and other.effect_upper is not None
        rest += f", effect {write_number(other.effect)} ({write_number(other.effect_lower)} to {write_number(other.effect_upper)})"
    begin = "one row carries the verdict" if carries else "one row is far out"
    where = f"that of {data.days[row].isoformat()} ({value}), {distance:.0f} times as far from the middle as usual"
    return (f"{begin}: {where}; without it: {rest}",)
