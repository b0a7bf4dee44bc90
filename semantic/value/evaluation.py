"""Does appreciation value help to predict? Five predictors of staying for a year, fitted at one month-end and judged at a later one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from semantic.value.appreciation import read_column, weigh_components
from semantic.value.auc import Estimate, measure_areas
from semantic.value.measures import Measures, measure_customers
from semantic.value.scoring import rank_quintiles
from semantic.value.value_model import Evaluation, Prediction
from semantic.value.weights import FEWEST_OUTCOMES, fit_logistic, fit_weights

FINANCIAL, APPRECIATION, BOTH, RFM, NPS = "financial", "appreciation", "both", "rfm", "nps"
PREDICTORS = {
    FINANCIAL: "Financial value alone",
    APPRECIATION: "Appreciation value alone",
    BOTH: "Both values",
    RFM: "RFM alone",
    NPS: "Latest NPS score alone",
}
ADDS = "adds"
ADDS_NOTHING = "adds nothing that can be seen here"
ADDS_PURCHASES = "adds nothing beyond what the purchases themselves say"
QUINTILES = ("recency_quintile", "frequency_quintile", "monetary_quintile")
BUYING = ("financial", "expected_purchases", "probability_alive", *QUINTILES)


def judge_customers(months: pl.DataFrame, measures: Measures) -> pl.DataFrame:
    """Measures of customers at a cut-off who bought in the twelve months before it and whose next twelve months are known."""
    now = months.filter(pl.col("month_end") == measures.month_end).sort("customer_id")
    ranked = rank_quintiles(measure_customers(now, measures))
    return ranked.filter(pl.col("bought_last_12_months"), pl.col("is_retained").is_not_null())


def learn_weights(judged: pl.DataFrame) -> tuple[Mapping[str, float], str | None]:
    """Weights of the components, from the customers of an earlier cut-off; with the reason when they are equal."""
    return fit_weights(judged, judged["is_retained"].to_numpy())


def evaluate_predictors(
    months: pl.DataFrame, earlier: Measures, later: Measures, weights: Mapping[str, float]
) -> tuple[Evaluation | None, str | None]:
    """The table of predictors, or the reason why there is none. Weights and combinations are fitted at `earlier`.

    Of the time after `later`, only whether its customers stayed is used.
    """
    learned, judged = judge_customers(months, earlier), judge_customers(months, later)
    for cut_off, customers in ((earlier, learned), (later, judged)):
        stayed = int(customers["is_retained"].sum())
        if min(stayed, customers.height - stayed) < FEWEST_OUTCOMES:
            counts = f"of {customers.height} customers of {cut_off.month_end} {stayed} stayed"
            return None, f"the predictors cannot be judged: {counts}; {FEWEST_OUTCOMES} who stayed and as many who left are needed"
    before, now = list_scores(learned, weights), list_scores(judged, weights)
    outcome = learned["is_retained"].to_numpy()
    scores = {
        FINANCIAL: now["financial"],
        APPRECIATION: now["appreciation"],
        BOTH: combine(before, now, ("financial", "appreciation"), outcome),
        RFM: combine(before, now, QUINTILES, outcome),
        NPS: now["nps"],
    }
    # one component uses the number of purchases, which financial value does not show: so appreciation is also compared with purchases
    beside = [combine(before, now, names, outcome) for names in (BUYING, (*BUYING, "appreciation"))]
    areas = measure_areas(np.array([*(scores[name] for name in PREDICTORS), *beside]), judged["is_retained"].to_numpy())
    known = {FINANCIAL: "financial_value", NPS: "nps_latest_score"}
    coverage = {name: 1 - judged[column].null_count() / judged.height for name, column in known.items()}
    coverage |= {APPRECIATION: 1 - int(weigh_components(judged, weights)["appreciation_value"].null_count()) / judged.height}
    order = list(PREDICTORS)
    rows = tuple(Prediction(name, areas.estimate(place), coverage.get(name, 1.0)) for place, name in enumerate(order))
    gain, beyond = areas.compare(order.index(BOTH), order.index(FINANCIAL)), areas.compare(len(order) + 1, len(order))
    return Evaluation(
        learned_at=earlier.month_end, judged_at=later.month_end, customers=judged.height, retained=int(judged["is_retained"].sum()),
        predictions=rows, gain=gain, gain_beyond_purchases=beyond, verdict=give_verdict(gain, beyond),
    ), None  # fmt: skip


def give_verdict(gain: Estimate, beyond: Estimate) -> str:
    """The verdict on appreciation value: it adds only when both intervals are above zero."""
    if gain.low <= 0:
        return ADDS_NOTHING
    return ADDS if beyond.low > 0 else ADDS_PURCHASES


def list_scores(customers: pl.DataFrame, weights: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Scores of the same customers; unknown values get the mean of the known ones."""
    appreciation = read_column(weigh_components(customers, weights), "appreciation_value")
    found = {
        "financial": read_column(customers, "financial_value"),
        "appreciation": appreciation,
        "nps": read_column(customers, "nps_latest_score"),
        **{name: read_column(customers, name) for name in (*QUINTILES, "expected_purchases", "probability_alive")},
    }
    return {name: fill_mean(values) for name, values in found.items()}


def fill_mean(values: np.ndarray) -> np.ndarray:
    """Unknown values replaced by the mean of the known ones; all equal when none is known."""
    known = values[~np.isnan(values)]
    return np.where(np.isnan(values), known.mean() if known.size else 0.0, values)


def combine(before: Mapping[str, np.ndarray], now: Mapping[str, np.ndarray], names: tuple[str, ...], outcomes: np.ndarray) -> np.ndarray:
    """A logistic combination of percentiles among the customers of a cut-off, fitted at the earlier cut-off."""

    from scipy.stats import rankdata

    def place(scores: Mapping[str, np.ndarray]) -> np.ndarray:
        ranks = [rankdata(scores[name]) - 0.5 for name in names]
        return 100 * np.array(ranks).T / len(ranks[0])

    return fit_logistic(place(before), outcomes).predict(place(now))
