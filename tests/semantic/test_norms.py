"""Norms and shrinkage."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from semantic.value.appreciation import HALF_LIFE_DAYS, HALVES, measure_components, set_norms
from semantic.value.norms import Curve, draw_to_middle, make_means, make_norm, read_curve
from tests.semantic.customer_months import LAST, simulate_months

NUMBERS = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


@given(sample=st.lists(NUMBERS, min_size=1, max_size=150), values=st.lists(NUMBERS, min_size=1))
def test_percentiles_lie_between_0_and_100_never_fall_and_of_a_known_value_are_its_mid_rank(
    sample: list[float], values: list[float]
) -> None:
    norm = make_norm(np.array([*sample, np.nan]))
    read = norm.read(np.sort(values))
    assert ((read >= 0) & (read <= 100)).all() and (np.diff(read) >= 0).all()
    for value in sample:
        counted = 100 * (sum(other < value for other in sample) + sum(other == value for other in sample) / 2) / len(sample)
        assert norm.read(np.array([value]))[0] == pytest.approx(counted)
    assert read_curve(norm.describe()) == norm


def test_a_large_norm_keeps_200_points_and_stays_within_half_a_percentile() -> None:
    dice = np.random.default_rng(2)
    sample = np.where(dice.random(50_000) < 0.3, 0.0, dice.lognormal(size=50_000))
    norm = make_norm(sample)
    assert 100 < len(norm.places) <= 200
    assert norm.read(np.array([0.0]))[0] == pytest.approx(100 * (sample == 0).mean() / 2)
    some = np.sort(dice.choice(sample[sample > 0], 500))
    counted = 100 * np.searchsorted(np.sort(sample), some) / len(sample)
    # between the many that share a value and the next point kept, ranks are taken on a straight line
    beyond = some > norm.places[1]
    assert np.abs(norm.read(some) - counted)[beyond].max() < 0.5
    assert np.isnan(make_norm(np.array([np.nan])).read(np.array([1.0]))).all() and np.isnan(norm.read(np.array([np.nan]))).all()


@given(percentile=st.floats(0, 100), less=st.floats(0, 500), more=st.floats(0, 500), half=st.floats(0.1, 20))
def test_more_evidence_moves_further_from_the_middle_and_never_past_the_own_percentile(
    percentile: float, less: float, more: float, half: float
) -> None:
    assume(less <= more)
    near, far = draw_to_middle(np.array([percentile] * 2), np.array([less, more]), half)
    assert abs(near - 50) <= abs(far - 50) + 1e-9 and abs(far - 50) <= abs(percentile - 50) + 1e-9
    assert (near - 50) * (percentile - 50) >= 0
    assert draw_to_middle(np.array([percentile]), np.array([half]), half)[0] == pytest.approx(50 + (percentile - 50) / 2)


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 12)), min_size=1, max_size=300))
def test_the_usual_breadth_never_falls_and_lies_within_what_was_seen(customers: list[tuple[int, int]]) -> None:
    lines, categories = np.array(customers, dtype=float).T
    curve = make_means(lines, categories)
    assert (np.diff(curve.places) > 0).all() and (np.diff(curve.heights) >= 0).all()
    assert categories.min() <= min(curve.heights) and max(curve.heights) <= categories.max()
    if len(customers) < 30:
        assert curve == Curve((pytest.approx(lines.mean()),), (pytest.approx(categories.mean()),))


def measure(**changed: object) -> dict[str, float | None]:
    """Components of a customer of a simulated company, changed in places."""
    months = simulate_months(5, customers=400, months=30).filter(pl.col("month_end") == LAST)
    norms = set_norms(months, np.full(months.height, 0.5))
    row = months.filter(pl.col("orders_count") >= 4).head(1)
    row = row.with_columns(pl.lit(value).cast(row.schema[name]).alias(name) for name, value in changed.items())
    return measure_components(row, np.array([0.5]), norms).to_dicts()[0]


def test_each_component_moves_with_its_own_behaviour() -> None:
    asked = {"nps_latest_score": 9.0, "nps_latest_date": LAST, "nps_answers_count": 2, "nps_promoters_count": 2}
    none = {"nps_latest_score": None, "ces_latest_ease": None, "nps_answers_count": 0, "failed_deliveries_count": 0, "lines_count": 0}
    assert measure(categories_count=9)["exclusivity"] > measure(categories_count=2)["exclusivity"]
    assert measure(gap_deviation=5.0, gap_mean=60.0)["dependence"] > measure(gap_deviation=90.0, gap_mean=60.0)["dependence"]
    assert measure(**asked)["attitude"] > 50 > measure(**{**asked, "nps_latest_score": 2.0})["attitude"]
    assert measure(**asked)["advocacy"] > measure(**{**asked, "nps_promoters_count": 0})["advocacy"]
    failed = {"failed_deliveries_count": 2}
    assert measure(**failed, forgiven_deliveries_count=2)["forgiveness"] > measure(**failed, forgiven_deliveries_count=0)["forgiveness"]
    assert measure(promo_or_credit_orders_count=4)["opportunism"] > measure(promo_or_credit_orders_count=0)["opportunism"]
    unknown = measure(**none)
    assert [unknown[name] for name in ("exclusivity", "attitude", "advocacy", "forgiveness")] == [None] * 4


def test_an_answer_counts_for_half_after_180_days() -> None:
    answered = {"nps_latest_score": 10.0, "ces_latest_ease": None, "ces_latest_date": None}
    fresh = measure(**answered, nps_latest_date=LAST)["attitude"]
    old = measure(**answered, nps_latest_date=LAST - timedelta(days=round(HALF_LIFE_DAYS)))["attitude"]
    half = HALVES["attitude"]
    assert (old - 50) / (fresh - 50) == pytest.approx((0.5 / (0.5 + half)) / (1 / (1 + half)))
    assert measure(**answered, nps_latest_date=date(2016, 1, 1))["attitude"] == pytest.approx(50, abs=0.01)
