"""Results of other methods on the same quiet dates of a company: a t-test, segmented regression and a structural model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from semantic.effects.company.answers import Answer
from semantic.effects.company.facts import Company
from semantic.effects.company.questions import Window
from semantic.effects.method.kernels import Array
from semantic.effects.method.periods import WEEK
from semantic.effects.method.rivals import compare_means, fit_structure, regress_segments

RIVALS = ("t_test", "newey_west", "structural")


def judge_by_rivals(company: Company, answers: Sequence[Answer]) -> dict[str, Array]:
    """Two-sided p per other method and answer (NaN: cannot be computed), on the same days and weeks, without controls."""
    found = {name: np.full(len(answers), np.nan) for name in RIVALS}
    groups: dict[tuple[int, int], list[int]] = {}
    for i, answer in enumerate(answers):
        groups.setdefault((count_clear_weeks(answer.window), answer.window.m), []).append(i)
    for (n, m), members in groups.items():
        days = np.stack([read_days(company, answers[i], n) for i in members])
        weeks = np.stack([judged[-n - m :] for i in members if (judged := answers[i].judged) is not None])
        with np.errstate(divide="ignore", invalid="ignore"):
            found["t_test"][members] = compare_means(days, n * WEEK)[1]
            found["newey_west"][members] = regress_segments(days, n * WEEK)[1]
            found["structural"][members] = fit_structure(weeks, n)[1]
    return found


def count_clear_weeks(window: Window) -> int:
    """Number of whole weeks before, counted from the last registered event, because these methods do not model earlier steps."""
    return (window.anchor - window.steps[-1]) // WEEK if window.steps else window.n


def read_days(company: Company, answer: Answer, n: int) -> Array:
    """Daily values over `n` weeks before and the weeks after; a day without events gets the mean of all days."""
    question, window = answer.question, answer.window
    row = company.place[question.kpi_id, question.touchpoint_id]
    span = slice(window.anchor - n * WEEK, window.anchor + window.m * WEEK)
    top, bottom = company.numerator[row, span], company.denominator[row, span]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(bottom > 0, top / bottom, top.sum() / bottom.sum()))


def see_planted(answer: Answer) -> tuple[bool, bool]:
    """Whether a shift by the smallest visible effect is called an effect, upwards and downwards.

    Weights and margin depend on the weeks before only, so a shift of the weeks after changes the effect by exactly that shift.
    """
    half = (answer.upper - answer.lower) / 2
    return bool(answer.effect + answer.visible > half), bool(answer.effect - answer.visible < -half)
