"""Areas under the ROC curve, and whether appreciation value adds to financial value."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from semantic.value.appreciation import COMPONENTS, REVERSED, weigh_components
from semantic.value.auc import Estimate, measure_areas
from semantic.value.evaluation import ADDS, ADDS_NOTHING, ADDS_PURCHASES, give_verdict
from semantic.value.fitting import fit_value_model
from semantic.value.value_model import Evaluation
from semantic.value.weights import EQUAL, NOTHING_WENT_ALONG, fit_weights
from tests.conftest import pick_size
from tests.semantic.customer_months import simulate_months

SCORES = st.lists(st.integers(0, 6), min_size=2, max_size=9)


def count_pairs(ones: list[float], others: list[float]) -> tuple[float, np.ndarray, np.ndarray]:
    """The area and its placements by comparing every pair."""
    wins = np.array([[1.0 if one > other else 0.5 if one == other else 0.0 for other in others] for one in ones])
    return float(wins.mean()), wins.mean(axis=1), wins.mean(axis=0)


def test_area_and_error_of_six_customers_by_hand() -> None:
    # stayed: .9, .8, .35; left: .7, .3, .1. Of nine pairs only (.35, .7) is the wrong way round; placements 1, 1, 2/3 and 2/3, 1, 1,
    # each with variance 1/27, so that the error is the root of 1/27/3 + 1/27/3 = 2/81
    areas = measure_areas(np.array([[0.9, 0.8, 0.35, 0.7, 0.3, 0.1]]), np.array([1, 1, 1, 0, 0, 0]))
    assert areas.values[0] == pytest.approx(8 / 9)
    assert areas.covariance[0, 0] == pytest.approx(2 / 81)
    found = areas.estimate(0)
    assert (found.low, found.high) == (pytest.approx(8 / 9 - 1.959964 * (2 / 81) ** 0.5), 1.0)


@given(first=st.tuples(SCORES, SCORES), seed=st.integers(0, 99))
def test_areas_and_covariance_equal_the_slow_count_of_all_pairs(first: tuple[list[int], list[int]], seed: int) -> None:
    ones, others = first
    dice = np.random.default_rng(seed)
    scores = np.array([[*ones, *others], dice.integers(0, 4, len(ones) + len(others))], dtype=float)
    stayed = np.array([True] * len(ones) + [False] * len(others))
    areas = measure_areas(scores, stayed)
    slow = [count_pairs(row[stayed].tolist(), row[~stayed].tolist()) for row in scores]
    assert areas.values == pytest.approx([area for area, _, _ in slow])
    for one, other in product(range(2), repeat=2):
        above = np.cov(slow[one][1], slow[other][1])[0, 1] / len(ones)
        below = np.cov(slow[one][2], slow[other][2])[0, 1] / len(others)
        assert areas.covariance[one, other] == pytest.approx(above + below, abs=1e-12)


def test_a_score_is_no_better_than_itself_and_two_customers_of_either_kind_are_needed() -> None:
    scores = np.array([[1.0, 2.0, 3.0, 4.0]] * 2)
    assert measure_areas(scores, np.array([0, 1, 0, 1])).compare(0, 1) == Estimate(0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="1 stayed and 3 left"):
        measure_areas(scores, np.array([0, 1, 0, 0]))


def test_intervals_of_areas_and_of_gains_hold_the_truth_19_times_in_20() -> None:
    dice = np.random.default_rng(11)
    truth = stats.norm.cdf(np.array([0.8, 0.5]) / 2**0.5)
    held, gains = 0, 0
    for _ in range(600):
        stayed = np.arange(160) < 70
        shared = dice.normal(size=160)
        scores = np.array([stayed * shift + 0.6 * shared + 0.8 * dice.normal(size=160) for shift in (0.8, 0.5)])
        areas = measure_areas(scores, stayed)
        first, gain = areas.estimate(0), areas.compare(0, 1)
        held += first.low <= truth[0] <= first.high
        gains += gain.low <= truth[0] - truth[1] <= gain.high
    assert 0.92 < held / 600 < 0.975 and 0.92 < gains / 600 < 0.975


def make_components(dice: np.random.Generator, count: int) -> pl.DataFrame:
    """Six components of which half are unknown, but for the one that never is."""
    columns = {name: np.where(dice.random(count) < 0.5, np.nan, dice.uniform(0, 100, count)) for name in COMPONENTS}
    return pl.DataFrame(columns | {REVERSED: dice.uniform(0, 100, count)}).fill_nan(None)


def stay(components: pl.DataFrame, slopes: dict[str, float], dice: np.random.Generator) -> np.ndarray:
    """Who stays, when each component moves the log-odds as planted; opportunism moves them down."""
    sides = {name: -1.0 if name == REVERSED else 1.0 for name in COMPONENTS}
    odds = sum(sides[name] * slope * (components[name].fill_null(50.0).to_numpy() - 50) / 50 for name, slope in slopes.items())
    return dice.random(components.height) < 1 / (1 + np.exp(-np.asarray(odds)))


def test_weights_find_the_planted_weighting() -> None:
    dice = np.random.default_rng(3)
    components = make_components(dice, 20_000)
    planted = {"exclusivity": 0.4, "dependence": 1.0, "attitude": 0.8, "advocacy": 0.0, "forgiveness": 0.2, "opportunism": 0.6}
    shares, reason = fit_weights(components, stay(components, planted, dice))
    assert reason is None and sum(shares.values()) == pytest.approx(1)
    assert shares == {name: pytest.approx(slope / 3, abs=0.035) for name, slope in planted.items()}


def test_few_customers_keep_weights_near_equal_and_too_few_keep_them_equal() -> None:
    dice = np.random.default_rng(4)
    few, many = make_components(dice, 150), make_components(dice, 5000)
    planted = {"attitude": 1.5}
    shares = [fit_weights(components, stay(components, planted, dice))[0]["attitude"] for components in (few, many)]
    assert 1 / 6 < shares[0] < shares[1] and shares[1] > 0.8
    small = few.head(60)
    shares_of_small, reason = fit_weights(small, stay(small, planted, dice))
    assert shares_of_small == EQUAL and reason is not None and "50 who stayed" in reason
    turned = make_components(dice, 3000)
    assert fit_weights(turned, stay(turned, dict.fromkeys(COMPONENTS, -1.0), dice)) == (EQUAL, NOTHING_WENT_ALONG)


def test_coverage_is_the_weight_of_what_is_known_and_opportunism_alone_says_nothing() -> None:
    rows = [(80.0, None, None, None, None, 30.0), (None, None, None, None, None, 30.0), (80.0, 20.0, 50.0, 50.0, 50.0, 100.0)]
    components = pl.DataFrame(rows, schema=dict.fromkeys(COMPONENTS, pl.Float64), orient="row")
    weights = {"exclusivity": 0.3, "dependence": 0.2, "attitude": 0.2, "advocacy": 0.1, "forgiveness": 0.1, "opportunism": 0.1}
    weighed = weigh_components(components, weights)
    assert weighed["coverage"].to_list() == pytest.approx([0.4, 0.0, 1.0])
    assert weighed["appreciation_value"].to_list() == [pytest.approx((0.3 * 80 + 0.1 * 70) / 0.4), None, pytest.approx(48.0)]
    unweighted = weigh_components(components, {**dict.fromkeys(COMPONENTS, 0.0), "opportunism": 1.0})
    assert unweighted["appreciation_value"].null_count() == 3, "no component that speaks for a customer has a weight"


def test_a_verdict_needs_both_gains_above_zero() -> None:
    above, around = Estimate(0.03, 0.01, 0.05), Estimate(0.01, -0.01, 0.03)
    assert give_verdict(above, above) == ADDS
    assert give_verdict(above, around) == ADDS_PURCHASES
    assert give_verdict(around, above) == give_verdict(around, around) == ADDS_NOTHING


def evaluate(seed: int, *, loyalty: float) -> Evaluation:
    """The table of predictors of a simulated company."""
    evaluation = fit_value_model(
        simulate_months(seed, loyalty=loyalty, value_spread=0.5, customers=900 if loyalty == 0 else 1500)
    ).evaluation
    assert evaluation is not None
    return evaluation


@pytest.mark.campaign
def test_appreciation_that_is_noise_adds_nothing_and_one_that_keeps_customers_adds() -> None:
    noise = [evaluate(seed, loyalty=0.0).verdict for seed in range(pick_size(4, stress=40))]
    assert sum(verdict.startswith("adds nothing") for verdict in noise) >= 0.9 * len(noise) - 0.5
    telling = [evaluate(seed, loyalty=1.5) for seed in range(pick_size(2, stress=20))]
    assert sum(evaluation.verdict == ADDS for evaluation in telling) >= 0.75 * len(telling)
    assert all(evaluation.predictions[-1].coverage < 0.9 for evaluation in telling), "not everyone answered"
