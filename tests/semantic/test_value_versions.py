"""Versions of the customer values: fitted, written, read, scored."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from semantic.value.evaluation import PREDICTORS
from semantic.value.fitting import NoCustomersError, fit_value_model
from semantic.value.scoring import COLUMNS, name_segment, score_customers
from semantic.value.value_model import Boundaries, ValueModel
from semantic.value.weights import EQUAL
from tests.semantic.customer_months import LAST, simulate_months


@pytest.fixture(scope="module")
def months() -> pl.DataFrame:
    """A company of loyal and disloyal customers."""
    return simulate_months(7, loyalty=1.0, value_spread=0.5)


@pytest.fixture(scope="module")
def model(months: pl.DataFrame) -> ValueModel:
    """Its model."""
    return fit_value_model(months)


def test_a_version_read_back_scores_the_same_to_the_last_digit(months: pl.DataFrame, model: ValueModel) -> None:
    again = ValueModel.from_json(model.to_json())
    assert again.to_json() == model.to_json()
    assert_frame_equal(score_customers(months, again, newest=LAST), score_customers(months, model, newest=LAST), check_exact=True)


def test_one_month_scored_alone_is_scored_as_among_others(months: pl.DataFrame, model: ValueModel) -> None:
    day = date(2025, 11, 30)
    alone = score_customers(months.filter(pl.col("month_end") == day).sample(fraction=1.0, shuffle=True, seed=3), model)
    among = score_customers(months, model).filter(pl.col("month_end") == day)
    assert alone.height > 500 and alone.columns == list(COLUMNS)
    assert_frame_equal(alone, among, check_exact=True)


def test_the_order_of_the_rows_does_not_matter(months: pl.DataFrame, model: ValueModel) -> None:
    assert fit_value_model(months.sample(fraction=1.0, shuffle=True, seed=5)).to_json() == model.to_json()


def test_what_became_of_customers_later_is_in_no_score_weight_or_norm(months: pl.DataFrame, model: ValueModel) -> None:
    turned = pl.when(pl.col("month_end") > date(2024, 6, 30)).then(~pl.col("is_retained")).otherwise(pl.col("is_retained"))
    other = fit_value_model(months.with_columns(turned.alias("is_retained")))
    assert model.evaluation is not None and other.evaluation is not None
    for turned_row, row in zip(other.evaluation.predictions, model.evaluation.predictions, strict=True):
        assert turned_row.area.value == pytest.approx(1 - row.area.value), "every score is the same, judged on outcomes turned round"
    assert (other.measures, other.weights, other.boundaries) == (model.measures, model.weights, model.boundaries)
    assert_frame_equal(score_customers(months, other), score_customers(months, model), check_exact=True)


def test_every_segment_is_the_cell_of_its_two_values(months: pl.DataFrame, model: ValueModel) -> None:
    scored = score_customers(months, model)
    assert set(scored["segment"]) == {"champions", "quiet_fans", "opportunists", "passers_by", "unknown"}
    for row in scored.sample(2000, seed=1).iter_rows(named=True):
        if row["appreciation_value"] is None:
            assert row["segment"] == "unknown" and row["coverage"] == 0
            continue
        is_worth_much = row["financial_value"] >= model.boundaries.financial
        is_dear = row["appreciation_value"] >= model.boundaries.appreciation
        expected = {(True, True): "champions", (False, True): "quiet_fans", (True, False): "opportunists", (False, False): "passers_by"}
        assert row["segment"] == expected[is_worth_much, is_dear]
    now = scored.filter(pl.col("month_end") == LAST)
    assert now["financial_value"].mean() == model.boundaries.financial
    assert now["appreciation_value"].median() == model.boundaries.appreciation


def test_a_whole_history_is_judged_and_a_short_one_is_provisional(months: pl.DataFrame, model: ValueModel) -> None:
    assert model.provisional_reason is None and model.holdout is not None and model.evaluation is not None
    assert [row.predictor for row in model.evaluation.predictions] == list(PREDICTORS)
    short = fit_value_model(simulate_months(7, months=29, customers=600))
    assert short.provisional_reason is not None and "30 months" in short.provisional_reason
    assert short.weights.shares == EQUAL and short.evaluation is None and short.notes
    with pytest.raises(NoCustomersError, match="kept order"):
        fit_value_model(months.clear())


def test_at_a_boundary_is_high_and_what_is_unknown_is_in_no_cell() -> None:
    values = {"financial_value": [10.0, 9.9, 10.0, 9.9, None, 10.0], "appreciation_value": [50.0, 50.0, 49.9, 49.9, 50.0, None]}
    named = pl.DataFrame(values).select(name_segment(Boundaries(10.0, 50.0)))
    assert named["segment"].to_list() == ["champions", "quiet_fans", "opportunists", "passers_by", "unknown", "unknown"]
    assert set(pl.DataFrame(values).select(name_segment(Boundaries(None, 50.0)))["segment"]) == {"unknown"}
