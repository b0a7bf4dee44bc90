"""Customer values against published figures of a real sample, numerical integration, and customers with known parameters."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special, stats

from semantic.value import bg_nbd, gamma_gamma
from semantic.value.buying import flag_buying
from semantic.value.calibration import check_holdout, compare_frequencies
from semantic.value.futures import draw_purchases, draw_values
from semantic.value.likelihood import Fit
from semantic.value.valuation import FEWEST_REPEAT_BUYERS, subtract_service_costs, value_customers
from tests.semantic.customers import PUBLISHED, make_fit, read_cdnow, simulate, simulate_values


@pytest.fixture(scope="module")
def cdnow() -> pl.DataFrame:
    """The sample all reference figures are of."""
    return read_cdnow()


@pytest.fixture(scope="module")
def purchases(cdnow: pl.DataFrame) -> Fit:
    """The model fitted on it."""
    return bg_nbd.fit_purchases(cdnow)


def score(fit: Fit, x: float, recency: float, age: float, horizon: float) -> float:
    """Expected purchases of one customer."""
    return float(bg_nbd.expected_purchases(fit, np.array([x]), np.array([recency]), np.array([age]), horizon)[0])


def test_the_purchase_model_of_the_sample_is_the_published_one(purchases: Fit) -> None:
    assert purchases.converged and purchases.reason is None
    assert {name: round(purchases[name], 4) for name in bg_nbd.NAMES} == PUBLISHED
    assert round(purchases.log_likelihood, 1) == -9582.4
    assert purchases.customers == 2357 and purchases.rows < 1100
    assert round(score(purchases, 2, 30.43, 38.86, 39), 4) == 1.2259


def test_the_value_model_of_the_sample_is_the_published_one(cdnow: pl.DataFrame) -> None:
    fit = gamma_gamma.fit_values(cdnow)
    assert fit.converged and fit.customers == 946
    assert {name: round(fit[name], 2) for name in gamma_gamma.NAMES} == {"p": 6.25, "q": 3.74, "v": 15.44}
    # the customers' own means are drawn towards that of all, p v / (q - 1)
    of_all = fit["p"] * fit["v"] / (fit["q"] - 1)
    expected = gamma_gamma.expected_value(fit, np.array([0, 1, 50]), np.array([np.nan, 100.0, 100.0]))
    assert expected[0] == pytest.approx(of_all) and of_all < expected[1] < expected[2] < 100


@pytest.mark.parametrize("model", ["bg_nbd", "gamma_gamma"])
def test_slopes_are_those_of_the_likelihood(model: str, cdnow: pl.DataFrame) -> None:
    if model == "bg_nbd":
        rows, slope, width = bg_nbd.prepare(bg_nbd.count_rows(cdnow)), bg_nbd.log_likelihood, 4
    else:
        rows, slope, width = gamma_gamma.prepare(gamma_gamma.keep_spenders(cdnow)), gamma_gamma.log_likelihood, 3
    for seed in range(5):
        logs = np.random.default_rng(seed).normal(0.5, 0.7, width)
        _, gradient = slope(logs, rows)
        numeric = optimize.approx_fprime(logs, lambda at: slope(at, rows)[0], 1e-7)
        assert gradient == pytest.approx(numeric, rel=1e-3, abs=0.05)


def test_weights_are_repeated_rows(cdnow: pl.DataFrame, purchases: Fit) -> None:
    counts = bg_nbd.count_rows(cdnow)
    again = bg_nbd.fit_purchases(counts)
    assert [again[name] for name in bg_nbd.NAMES] == pytest.approx([purchases[name] for name in bg_nbd.NAMES], rel=1e-9)
    tripled = bg_nbd.fit_purchases(counts.with_columns(pl.col("weight") * 3))
    for name in bg_nbd.NAMES:
        assert tripled[name] == pytest.approx(purchases[name], rel=1e-6)
        one, three = purchases.parameters[name].standard_error, tripled.parameters[name].standard_error
        assert one is not None and three == pytest.approx(one / math.sqrt(3), rel=1e-4)


def test_the_unit_of_time_changes_alpha_only(cdnow: pl.DataFrame, purchases: Fit) -> None:
    days = bg_nbd.fit_purchases(cdnow.with_columns(pl.col("recency") * 7, pl.col("age") * 7))
    assert days["alpha"] == pytest.approx(7 * purchases["alpha"], rel=1e-5)
    assert [days[name] for name in ("r", "a", "b")] == pytest.approx([purchases[name] for name in ("r", "a", "b")], rel=1e-5)
    assert days.log_likelihood == pytest.approx(purchases.log_likelihood - cdnow["frequency"].sum() * math.log(7))
    assert score(days, 2, 7 * 30.43, 7 * 38.86, 7 * 39) == pytest.approx(score(purchases, 2, 30.43, 38.86, 39), rel=1e-5)


def integrate_purchases(fit: Fit, x: float, recency: float, age: float, horizon: float) -> float:
    """Expected purchases by numerical integration over the chance of leaving, without series or closed form."""
    r, alpha, a, b = (fit[name] for name in bg_nbd.NAMES)

    # Gauss-Jacobi: the beta density of the chance of leaving is the weight of the rule
    nodes, weights = special.roots_jacobi(300, b + x - 1, a - 1)
    chance = (nodes + 1) / 2
    living = weights / weights.sum() @ (-np.expm1(-(r + x) * np.log1p(chance * horizon / (alpha + age))) / chance)
    alive = 1.0 if x == 0 else 1 / (1 + a / (b + x - 1) * ((alpha + age) / (alpha + recency)) ** (r + x))
    return float(living * alive)


@pytest.mark.parametrize("a", [0.05, 0.7929, 0.9999, 1.0, 1.00005, 1.3, 4.0, 30.0])
@pytest.mark.parametrize(
    "customer", [(0, 0, 10, 39), (2, 30.43, 38.86, 39), (29, 38.0, 38.86, 500), (400, 90.0, 104.0, 52), (3, 1.0, 700.0, 9)]
)
def test_expected_purchases_are_those_of_numerical_integration(a: float, customer: tuple[float, ...]) -> None:
    fit = make_fit(r=0.2426, alpha=4.4135, a=a, b=2.4258)
    assert score(fit, *customer) == pytest.approx(integrate_purchases(fit, *customer), rel=1e-6)


@pytest.mark.parametrize(
    ("model", "customer", "expected"),
    [
        ((0.3, 1.0, 0.3, 4.0), (0, 0, 1, 1000), 51.88671872617468),
        ((0.3, 1.0, 1.3, 4.0), (0, 0, 1, 1000), 6.312843958260725),
        ((1.0, 1.0, 2.0, 1.0), (99, 0.0, 1, 1000), 3.935958665640449e-27),
        ((1.0, 1.0, 0.5, 0.5), (0, 0, 1, 1000), 22.33835340513165),
    ],
)
def test_far_horizons_hold_where_the_library_series_does_not(
    model: tuple[float, ...], customer: tuple[float, ...], expected: float
) -> None:
    # the closed form with 60 digits (mpmath); where r - a or a + b is whole, double precision gives nan or a wrong number
    fit = make_fit(**dict(zip(bg_nbd.NAMES, model, strict=True)))
    assert score(fit, *customer) == pytest.approx(expected, rel=1e-7)


@given(
    r=st.floats(0.05, 20), alpha=st.floats(0.1, 50), a=st.floats(0.05, 20), b=st.floats(0.05, 50),
    x=st.integers(0, 300), share=st.floats(0, 1), age=st.floats(0.1, 500),
)  # fmt: skip
def test_more_time_more_purchases_and_probabilities_are_probabilities(
    r: float, alpha: float, a: float, b: float, x: int, share: float, age: float
) -> None:
    fit = make_fit(r=r, alpha=alpha, a=a, b=b)
    recency = share * age if x else 0.0
    alive = bg_nbd.probability_alive(fit, np.array([x]), np.array([recency]), np.array([age]))[0]
    assert 0 <= alive <= 1 and (x > 0 or alive == 1)
    expected = [score(fit, x, recency, age, horizon) for horizon in (0.5, 1, 5, 20, 100, 1000)]
    assert all(later >= earlier * (1 - 1e-9) - 1e-12 for earlier, later in pairwise(expected))
    # nobody is expected to buy more often than at the rate of a customer who never leaves
    assert -1e-9 <= expected[-1] <= (r + x) / (alpha + age) * 1000 * (1 + 1e-9)


def test_the_fit_finds_simulated_truth_within_its_standard_errors() -> None:
    truth = {"r": 0.8, "alpha": 6.0, "a": 0.6, "b": 3.0}
    money = {"p": 4.0, "q": 3.5, "v": 20.0}
    far = {name: [] for name in (*truth, *money)}
    for seed in range(12):
        customers = simulate_values(simulate(4000, seed, **truth), seed + 100, **money)
        for fit, known in ((bg_nbd.fit_purchases(customers), truth), (gamma_gamma.fit_values(customers), money)):
            assert fit.reason is None
            for name, value in known.items():
                found = fit.parameters[name]
                assert found.standard_error is not None
                far[name].append(math.log(found.value / value) * found.value / found.standard_error)
    everything = np.concatenate([far[name] for name in far])
    # distances in standard errors follow a normal distribution: no bias, and correct standard errors
    assert np.abs(everything).max() < 4
    assert 0.88 < (np.abs(everything) < 1.96).mean() < 0.995
    assert all(abs(np.mean(each)) < 4 / math.sqrt(12) and 0.5 < np.std(each) < 1.6 for each in far.values())


def test_count_probabilities_add_up_to_the_expected_count_and_to_drawn_futures(purchases: Fit) -> None:
    chances = bg_nbd.count_probabilities(purchases, np.array([39.0]), 3000, frequency=6, age=38.0)[0]
    assert chances.sum() == pytest.approx(1, abs=1e-9)
    living = bg_nbd.purchases_of_the_living(purchases, np.array([6.0]), np.array([38.0]), 39.0)[0]
    assert chances @ np.arange(3001) == pytest.approx(living, rel=1e-7)
    dice, many = np.random.default_rng(4), 200_000
    drawn = draw_purchases(purchases, np.full(many, 6.0), np.full(many, 33.0), np.full(many, 38.0), 39.0, dice)
    alive = bg_nbd.probability_alive(purchases, np.array([6]), np.array([33.0]), np.array([38.0]))[0]
    shares = np.bincount(drawn, minlength=3001)[:12] / many
    assert shares == pytest.approx(np.append(1 - alive + alive * chances[0], alive * chances[1:12]), abs=0.005)
    values = make_fit(p=6.25, q=3.74, v=15.44)
    spent = draw_values(values, np.full(many, 6.0), np.full(many, 50.0), drawn, dice)
    mean = gamma_gamma.expected_value(values, np.array([6]), np.array([50.0]))[0]
    assert spent.mean() == pytest.approx(drawn.mean() * mean, rel=0.01) and (spent > 0).mean() == pytest.approx((drawn > 0).mean())


def test_intervals_hold_what_they_say(cdnow: pl.DataFrame) -> None:
    judged = value_customers(cdnow, horizon=39, interval_seed=1).customers
    inside = judged.filter(pl.col("holdout").is_between("purchases_low", "purchases_high")).height
    assert inside / judged.height > 0.8
    above = judged.filter(pl.col("holdout") > pl.col("purchases_high")).height
    assert above / judged.height < 0.12


def test_the_model_fits_the_sample_and_foresees_the_holdout(cdnow: pl.DataFrame, purchases: Fit) -> None:
    counts = compare_frequencies(purchases, cdnow)
    assert counts["observed"].sum() == 2357 == pytest.approx(counts["expected"].sum())
    chi_squared = ((counts["observed"] - counts["expected"]) ** 2 / counts["expected"]).sum()
    assert chi_squared < stats.chi2.ppf(0.95, counts.height - 1 - 4)
    holdout = value_customers(cdnow, horizon=39, holdout_length=39).holdout
    assert holdout is not None and holdout.reason is None and holdout.observed == 1882
    assert holdout.error == pytest.approx(-0.12, abs=0.02)
    means = holdout.by_frequency
    assert means["customers"].sum() == 2357 and means["expected"].is_sorted() and means["observed"].is_sorted()


def test_a_model_that_does_not_fit_is_not_used_and_says_so(cdnow: pl.DataFrame) -> None:
    few = pl.concat([cdnow.filter(pl.col("frequency") > 0).head(FEWEST_REPEAT_BUYERS - 1), cdnow.filter(pl.col("frequency") == 0)])
    never_leaving = simulate(3000, 1, r=2.0, alpha=10.0, a=1e-9, b=5.0)
    for customers, length, words in (
        (few, None, "bought again: 49"),
        (never_leaving, None, "limit of the search"),
        (cdnow.with_columns(pl.col("holdout") * 3), 39.0, "more than 25% off"),
    ):
        judged = value_customers(customers, horizon=39.0, holdout_length=length)
        assert judged.purchase_method == "pooled_rate" and words in judged.reasons["bg_nbd"]
        assert judged.customers["probability_alive"].null_count() == customers.height
        # the simple rule distributes the purchases expected at the rate of all
        rate = customers["frequency"].sum() / customers["age"].sum()
        total = judged.customers["expected_purchases"]
        assert total.null_count() == 0 and total.sum() == pytest.approx(39 * rate * customers.height, rel=0.3)
    assert check_holdout([1.0] * 4, [0.5] * 4, [0.0] * 4, 1.0).reason is None, "a few purchases condemn no model"


def test_a_value_model_that_cannot_be_fitted_says_so_and_correlation_is_reported(cdnow: pl.DataFrame) -> None:
    same = value_customers(cdnow.with_columns(mean_value=pl.lit(20.0)), horizon=39.0)
    assert same.value_method == "pooled_mean" and "all spent the same" in same.reasons["gamma_gamma"]
    assert same.customers["expected_average_value"].to_list() == pytest.approx([20.0] * cdnow.height)
    tied = value_customers(cdnow.with_columns(mean_value=5 * pl.col("frequency") + pl.col("mean_value") / 10), horizon=39.0)
    assert any("correlated" in note for note in tied.notes)
    plain = value_customers(cdnow, horizon=39.0).notes
    assert len(plain) == 1 and plain[0].startswith("1,411 customers bought once: their probability of being alive is 1 by construction")
    assert value_customers(cdnow.drop("mean_value"), horizon=39.0).value_method is None


def test_buying_by_contract_or_on_credit_is_flagged_and_unknown_stays_unknown() -> None:
    rows = [
        ("monthly", 12, 30.0, 1.0, 13, 0), ("by chance", 12, 30.0, 29.0, 13, 1), ("young", 4, 30.0, 0.0, 5, 4),
        ("twice", 1, 30.0, None, 2, 2), ("not known", 6, 30.0, 20.0, 7, None),
    ]  # fmt: skip
    names = ["customer", "gaps_count", "gap_mean", "gap_deviation", "orders_count", "credit_orders_count"]
    flagged = flag_buying(pl.DataFrame(rows, schema=names, orient="row"))
    assert flagged["is_contractual"].to_list() == [True, False, None, None, False]
    assert flagged["is_credit_driven"].to_list() == [False, False, True, None, None]


def test_service_costs_are_taken_off_value_and_interval_and_an_unknown_cost_is_no_zero() -> None:
    columns = {"expected_value": [100.0, 30.0], "value_low": [20.0, 0.0], "value_high": [210.0, 80.0]}
    cost = pl.Series("expected_service_cost", [45.0, None], dtype=pl.Float64)
    net = subtract_service_costs(pl.DataFrame(columns).with_columns(cost))
    assert net["financial_value"].to_list() == [55.0, None]
    assert net["financial_value_low"].to_list() == [-25.0, None] and net["financial_value_high"].to_list() == [165.0, None]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("frequency", "recency", "age"), [(1.0, 5.0, 10.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (4.0, 52.0, 52.0), (1.0, 1.0, 500.0)]
)  # fmt: skip
def test_customers_who_are_all_alike_get_the_plain_rule_or_nothing(frequency: float, recency: float, age: float) -> None:
    alike = pl.DataFrame({"frequency": [frequency], "recency": [recency], "age": [age], "mean_value": [9.0]})
    judged = value_customers(pl.concat([alike] * 300), horizon=52.0, interval_seed=1)
    assert judged.purchase_method == "pooled_rate" and judged.value_method == "pooled_mean"
    expected = judged.customers["expected_purchases"]
    if age == 0:
        assert expected.null_count() == 300, "nobody has been seen for any time"
    else:
        assert expected.to_list() == pytest.approx([52 * frequency / age] * 300)
