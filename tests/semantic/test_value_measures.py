"""Measures of a cut-off, calculated by hand: fitted customers, expected purchases of the check, cost of service, and simple rules."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from semantic.value.fitting import fit_value_model
from semantic.value.measures import check_purchases, expect_service, fit_buying, list_buyers, measure_customers, shift_months
from semantic.value.scoring import score_customers
from semantic.value.value_model import ValueModel
from tests.semantic.customer_months import LAST, simulate_months


@pytest.fixture(scope="module")
def months() -> pl.DataFrame:
    """A company of loyal and disloyal customers."""
    return simulate_months(7, loyalty=1.0, value_spread=0.5)


@pytest.mark.parametrize(
    ("day", "step", "then"),
    [
        (date(2026, 6, 30), -12, date(2025, 6, 30)), (date(2026, 2, 28), -24, date(2024, 2, 29)),
        (date(2025, 12, 31), 1, date(2026, 1, 31)), (date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2026, 3, 31), -15, date(2024, 12, 31)),
    ],
)  # fmt: skip
def test_months_are_shifted_from_end_to_end(day: date, step: int, then: date) -> None:
    assert shift_months(day, step) == then


def test_customers_silent_for_years_are_fitted_too_with_their_age_of_today(months: pl.DataFrame) -> None:
    buyers = list_buyers(months, LAST)
    now = months.filter(pl.col("month_end") == LAST)
    assert buyers["customer_id"].n_unique() == buyers.height == months["customer_id"].n_unique() > now.height
    silent = buyers.filter(pl.col("month_end") < LAST)
    assert silent.height > 50
    for row in silent.head(50).iter_rows(named=True):
        assert row["age"] == pytest.approx((LAST - row["first_purchase_date"]).days / 7)
        assert row["recency"] == pytest.approx((row["last_purchase_date"] - row["first_purchase_date"]).days / 7)
    before = list_buyers(months, date(2024, 6, 30))
    assert before["last_purchase_date"].max() <= date(2024, 6, 30), "nothing of later is known at an earlier cut-off"


def test_the_check_counts_the_purchases_of_the_year_after_also_none(months: pl.DataFrame) -> None:
    start = date(2025, 6, 30)
    holdout = check_purchases(months, fit_buying(list_buyers(months, start)), start)
    counts = {
        day: dict(months.filter(pl.col("month_end") == day).select("customer_id", "purchases_count").iter_rows()) for day in (start, LAST)
    }
    made = [counts[LAST].get(customer, count) - count for customer, count in counts[start].items()]
    assert min(made) == 0 and set(counts[start]) - set(counts[LAST]), "some had left by then"
    assert holdout.observed == sum(made) and holdout.by_frequency["customers"].sum() == len(made)
    assert holdout.error == pytest.approx(holdout.expected / sum(made) - 1)


def test_a_model_that_did_not_predict_the_last_year_is_replaced_by_the_simple_rule_with_the_reason(months: pl.DataFrame) -> None:
    more = pl.when(pl.col("month_end") == LAST).then(pl.col("purchases_count") + 3).otherwise(pl.col("purchases_count"))
    model = fit_value_model(months.with_columns(purchases_count=more))
    assert fit_value_model(months).purchase_method == "bg_nbd" and model.purchase_method == "pooled_rate"
    assert "more than 25% off" in model.measures.buying.reasons["bg_nbd"]
    scored = score_customers(months, model, newest=LAST)
    unknown = ("probability_alive", "financial_value_low")
    assert [scored[name].null_count() for name in unknown] == [scored.height] * 2 and scored["financial_value"].null_count() == 0


def test_cost_of_service_is_drawn_to_the_mean_with_five_purchases() -> None:
    rows = [(60.0, 5, 2.0), (0.0, 15, 4.0), (None, 3, 1.0)]
    frame = pl.DataFrame(rows, schema=["service_cost_total", "purchases_count", "expected_purchases"], orient="row")
    expected = frame.select(expect_service(4.0))["expected_service_cost"].to_list()
    assert expected == pytest.approx([(60 + 20) / 10 * 2, 20 / 20 * 4, 4.0])
    assert frame.with_columns(expect_service(None))["expected_service_cost"].null_count() == 3


def test_a_company_without_costs_of_service_is_judged_before_them_and_says_so(months: pl.DataFrame) -> None:
    unknown = months.with_columns(service_cost_total=pl.lit(None, dtype=pl.Float64), value_basis=pl.lit("revenue"))
    model = fit_value_model(unknown)
    assert [note for note in model.notes if "no cost of service" in note] and [note for note in model.notes if "revenue" in note]
    scored = score_customers(unknown, model, newest=LAST)
    assert scored["expected_service_cost"].null_count() == scored.height
    assert scored["financial_value"].to_list() == scored["expected_value"].to_list()
    known = measure_customers(months, fit_value_model(months).measures)
    net = known["expected_value"] - known["expected_service_cost"]
    assert known["financial_value"].to_list() == pytest.approx(net.to_list())


def test_intervals_are_drawn_for_the_month_asked_for_alone(months: pl.DataFrame) -> None:
    scored = score_customers(months, fit_value_model(months), newest=LAST)
    drawn = scored.filter(pl.col("financial_value_low").is_not_null())
    assert set(drawn["month_end"]) == {LAST} and drawn.height == months.filter(pl.col("month_end") == LAST).height
    inside = (drawn["financial_value_low"] <= drawn["financial_value"]) & (drawn["financial_value"] <= drawn["financial_value_high"])
    assert inside.mean() > 0.7


def test_where_no_model_fits_the_plain_rules_score_one_month_as_among_others() -> None:
    few = simulate_months(9, customers=60)
    model = fit_value_model(few)
    assert (model.purchase_method, model.value_method) == ("pooled_rate", "pooled_mean")
    assert "fewer than 50" in model.measures.buying.reasons["bg_nbd"] and model.provisional_reason is not None
    day = shift_months(LAST, -5)
    read = ValueModel.from_json(model.to_json())
    alone, among = score_customers(few.filter(pl.col("month_end") == day), read), score_customers(few, model)
    assert alone.height > 10 and alone["probability_alive"].null_count() == alone.height and alone["financial_value"].null_count() == 0
    assert_frame_equal(alone, among.filter(pl.col("month_end") == day), check_exact=True)


def test_quintiles_are_of_the_month_equals_share_one_and_the_lowest_is_never_empty(months: pl.DataFrame) -> None:
    scored = score_customers(months, fit_value_model(months), newest=LAST)
    assert set(scored.filter(pl.col("rfm").is_not_null())["month_end"]) == {LAST}
    now = months.filter(pl.col("month_end") == LAST).join(scored, on=["month_end", "customer_id"])
    counts = now["purchases_24_months"].to_list()
    for count, quintile in zip(counts, now["frequency_quintile"], strict=True):
        assert quintile == 1 + int(5 * sum(other < count for other in counts) / len(counts))
    assert 1 in now["frequency_quintile"] and now["monetary_quintile"].value_counts()["count"].min() > now.height / 5 - 2
    newest = now.sort("last_purchase_date")[-1]
    assert newest["recency_quintile"].item() == 5 and newest["last_purchase_date"].item() > LAST - timedelta(days=31)
    assert (
        now.filter(~pl.col("bought_last_12_months"))["revenue_quintile"].null_count() == now.filter(~pl.col("bought_last_12_months")).height
    )
    assert set(now["rfm"].str.len_chars()) == {3}
