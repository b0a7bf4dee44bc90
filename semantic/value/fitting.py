"""Fitting a version of the customer values on all month-ends of a company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from semantic.value.calibration import Holdout
from semantic.value.evaluation import evaluate_predictors, judge_customers, learn_weights
from semantic.value.measures import (
    Buying,
    Measures,
    check_purchases,
    distrust,
    fit_buying,
    list_buyers,
    order_months,
    shift_months,
    take_measures,
)
from semantic.value.scoring import score_customers
from semantic.value.value_model import Boundaries, Evaluation, ValueModel, Weights
from semantic.value.weights import EQUAL, NOTHING_WENT_ALONG

FEWEST_MONTHS_BEFORE = 6  # fewest months of history before a cut-off; with less there are hardly any repeat purchases
FEWEST_MONTHS_CHECKED = 12  # fewest months of history of a fit whose forecast is compared with the next year: all seasons
LEARN_MONTHS, JUDGE_MONTHS = -24, -12  # distance of the cut-offs from the last month-end, in months


@dataclass(frozen=True)
class History:
    """The month-ends of a company, and cached fits at some of them."""

    months: pl.DataFrame
    first: date
    last: date

    def reaches(self, month_end: date, months: int = FEWEST_MONTHS_BEFORE) -> bool:
        """Whether a cut-off has at least so many months of history."""
        return shift_months(self.first, months - 1) <= month_end


class NoCustomersError(ValueError):
    """There are no customer-months to fit on. The message says why."""


def fit_value_model(months: pl.DataFrame, *, version: int = 1) -> ValueModel:
    """Fit on all of int_customer_months. The order of the rows does not matter; `is_retained` is read at the two cut-offs only."""
    if months.is_empty():
        raise NoCustomersError("no customer has a kept order by the end of a complete month yet: there is nothing to fit values on")
    ends = months["month_end"].unique().sort()
    history = History(order_months(months), ends[0], ends[-1])
    chain, holdout = fit_chain(history)
    measures = take_measures(history.months, history.last, chain[history.last])
    weights, evaluation, lacks = weigh(history, chain)
    draft = ValueModel(
        version=version, value_basis=str(history.months["value_basis"][-1]), measures=measures, weights=weights,
        boundaries=Boundaries(None, None), holdout=holdout, evaluation=evaluation,
        provisional_reason=None if weights.reason == NOTHING_WENT_ALONG else weights.reason,
        notes=(*lacks, *note_limits(history, measures, holdout)),
    )  # fmt: skip
    return set_boundaries(draft, history.months.filter(pl.col("month_end") == history.last))


def fit_chain(history: History) -> tuple[dict[date, Buying], Holdout | None]:
    """Measures of fits a year apart, up to the last month-end. A fit is used only when the fit a year before predicted the year between.

    Also returns this check of the last fit.
    """
    cut_offs = [shift_months(history.last, back) for back in (-36, LEARN_MONTHS, JUDGE_MONTHS)]
    chain: dict[date, Buying] = {}
    holdout, before = None, None
    for month_end in [*filter(history.reaches, cut_offs), history.last]:
        buying = fit_buying(list_buyers(history.months, month_end))
        if before is not None and history.reaches(before, FEWEST_MONTHS_CHECKED):
            holdout = check_purchases(history.months, chain[before], before)
            buying = distrust(buying, holdout) if chain[before].purchase_model else buying
        chain[month_end], before = buying, month_end
    return chain, holdout


def weigh(history: History, chain: Mapping[date, Buying]) -> tuple[Weights, Evaluation | None, tuple[str, ...]]:
    """Weights from the earlier cut-off and their evaluation at the later one, with the reasons when one of them is missing."""
    learn, judge = (shift_months(history.last, back) for back in (LEARN_MONTHS, JUDGE_MONTHS))
    if learn not in chain:
        needed = FEWEST_MONTHS_BEFORE - LEARN_MONTHS
        lack = f"the history is shorter than the {needed} months that learning and judging weights needs; they are equal until then"
        return Weights(EQUAL, None, 0, lack), None, ("the predictors are not judged: " + lack.partition(";")[0],)
    earlier, later = (take_measures(history.months, month_end, chain[month_end]) for month_end in (learn, judge))
    learned = judge_customers(history.months, earlier)
    shares, reason = learn_weights(learned)
    evaluation, note = evaluate_predictors(history.months, earlier, later, shares)
    return Weights(shares, learn, learned.height, reason), evaluation, () if note is None else (note,)


def note_limits(history: History, measures: Measures, holdout: Holdout | None) -> tuple[str, ...]:
    """Notes for readers of this version."""
    notes = []
    if holdout is None:
        notes.append(
            f"purchases were not checked against a later year: that needs {FEWEST_MONTHS_CHECKED - JUDGE_MONTHS} months of history"
        )
    if measures.service_cost is None:
        notes.append("no cost of service is known: financial value does not subtract it")
    if "revenue" in history.months["value_basis"].unique():
        notes.append("no costs of goods are known: financial value is based on revenue, not on margin")
    return tuple(notes)


def set_boundaries(model: ValueModel, now: pl.DataFrame) -> ValueModel:
    """Boundaries: high financial value is the mean or more; high appreciation value is the median or more."""
    scored = score_customers(now, model)
    financial, appreciation = scored["financial_value"].mean(), scored["appreciation_value"].median()
    return replace(model, boundaries=Boundaries(read_number(financial), read_number(appreciation)))


def read_number(value: object) -> float | None:
    """A mean or median of numbers; None when there are none."""
    return float(value) if isinstance(value, int | float) else None
