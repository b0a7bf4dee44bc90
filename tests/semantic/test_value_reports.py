"""The current version of the customer values, what is scored again, and which counts of customers are hidden."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semantic.value.fitting import fit_value_model
from semantic.value.hiding import FEWEST_SHOWN, GROUPS, KEY, hide_small_cells
from semantic.value.scoring import score_customers
from semantic.value.value_model import ValueModel
from semantic.value.versions import (
    NO_CUSTOMERS,
    SCORE_SCHEMA,
    UnreadableVersionError,
    choose_model,
    read_version,
)
from semantic.value.words import EVIDENCE_SCHEMA, describe_version, hide_counts, list_components, list_evidence, list_holdout
from tests.semantic.customer_months import LAST, simulate_months

CELLS = {**dict.fromkeys((*KEY, *GROUPS), pl.Utf8), "customers_count": pl.Int64}
EARLIER = date(2026, 3, 31)


@pytest.fixture(scope="module")
def months() -> pl.DataFrame:
    """A company of 400 customers over 42 months."""
    return simulate_months(3, customers=400)


@pytest.fixture(scope="module")
def whole(months: pl.DataFrame) -> ValueModel:
    """A version fitted three months before the last, marked as complete."""
    return replace(fit_value_model(months.filter(pl.col("month_end") <= EARLIER), version=4), provisional_reason=None)


def test_a_whole_version_stays_whatever_months_follow(months: pl.DataFrame, whole: ValueModel) -> None:
    choice = choose_model(months, whole)
    assert (choice.model, choice.is_new, choice.reason) == (whole, False, None)


def test_a_provisional_version_makes_way_for_a_fit_of_newer_months_only(months: pl.DataFrame, whole: ValueModel) -> None:
    provisional = replace(whole, provisional_reason="too short")
    choice = choose_model(months, provisional)
    assert choice.model is not None
    assert (choice.model.version, choice.model.month_end, choice.is_new) == (5, LAST, True)
    same = choose_model(months.filter(pl.col("month_end") <= EARLIER), provisional)
    assert (same.model, same.is_new) == (provisional, False)


def test_a_version_of_revenue_makes_way_when_margins_are_known(months: pl.DataFrame, whole: ValueModel) -> None:
    choice = choose_model(months, replace(whole, value_basis="revenue"))
    assert choice.model is not None
    assert (choice.model.version, choice.model.value_basis, choice.is_new) == (5, "margin", True)


def test_without_customers_there_is_no_version_and_reports_say_why(months: pl.DataFrame, whole: ValueModel) -> None:
    choice = choose_model(months.clear(), None)
    assert (choice.model, choice.is_new, choice.reason) == (None, False, NO_CUSTOMERS)
    row = describe_version(None, choice.reason, 0).row(0, named=True)
    assert row["version"] is None
    assert row["reason"] == row["evidence_text"] == f"There are no customer values: {NO_CUSTOMERS}."
    assert list_evidence(None).schema == EVIDENCE_SCHEMA
    assert [list_holdout(None).height, list_components(None, {}).height] == [0, 0]
    assert choose_model(months.clear(), whole).model == whole


def test_a_version_of_another_release_is_refused_with_what_to_do() -> None:
    for text in ('{"version": 1}', "not json", '{"version": 1, "month_end": 3, "weights": []}'):
        with pytest.raises(UnreadableVersionError, match="cxhouse value fit"):
            read_version(text)


def test_columns_of_an_empty_company_are_those_of_any_other(months: pl.DataFrame, whole: ValueModel) -> None:
    assert dict(score_customers(months, whole).schema) == SCORE_SCHEMA


def test_words_say_the_methods_and_hide_counts_below_five(months: pl.DataFrame, whole: ValueModel) -> None:
    row = describe_version(whole, None, 300).row(0, named=True)
    assert row["financial_boundary"] == whole.boundaries.financial
    assert f"fitted on {whole.measures.buying.purchases.customers:,} customers" in row["purchase_text"]
    few = describe_version(whole, None, FEWEST_SHOWN - 1).row(0, named=True)
    assert (few["version"], few["financial_boundary"], few["r"]) == (None, None, None)
    assert hide_counts("customers who bought again: 2; fewer than 50 are too few") == (
        "customers who bought again: fewer than 5; fewer than 50 are too few"
    )
    assert (
        hide_counts("3 of 12 customers stayed at the cut-off; 50 are needed")
        == "fewer than 5 of 12 customers stayed at the cut-off; 50 are needed"
    )
    assert hide_counts("q is 0.3; of 1,004, no") == "q is 0.3; of 1,004, no"


def test_the_evidence_is_the_versions_table(months: pl.DataFrame) -> None:
    model = fit_value_model(simulate_months(7, loyalty=1.0, value_spread=0.5))
    assert model.evaluation is not None
    rows = list_evidence(model)
    assert rows["auc"].to_list() == [row.area.value for row in model.evaluation.predictions]
    assert rows.filter(pl.col("gain").is_not_null())["predictor_id"].to_list() == ["both"]
    assert rows["gain"].drop_nulls().to_list() == [model.evaluation.gain.value]
    coverage = list_components(model, {"attitude": (3, 300), "advocacy": (298, 300), "dependence": (150, 300)})
    assert dict(coverage.select("component_id", "known_count").rows()) == {
        "exclusivity": 0, "dependence": 150, "attitude": None, "advocacy": None, "forgiveness": 0, "opportunism": 0,
    }  # fmt: skip
    assert coverage["weight"].sum() == pytest.approx(1)


def make_cells(matrix: list[list[int]]) -> pl.DataFrame:
    """A table of moves whose sums by row, by column, and of its first row and column are published."""
    rows = [
        ("year", "2026", f"r{row}", f"c{column}", f"from r{row}", f"to c{column}", "rim" if 0 in (row, column) else None, count)
        for row, counts in enumerate(matrix)
        for column, count in enumerate(counts)
    ]
    return pl.DataFrame(rows, schema={name: CELLS[name] for name in (*KEY, *GROUPS, "customers_count")}, orient="row")


@given(st.lists(st.lists(st.integers(0, 12), min_size=4, max_size=4), min_size=2, max_size=5))
def test_no_hidden_count_is_the_only_one_of_its_row_column_or_rim(matrix: list[list[int]]) -> None:
    cells = make_cells(matrix)
    found = cells.join(hide_small_cells(cells), on=KEY)
    small = found.filter(pl.col("customers_count").is_between(1, FEWEST_SHOWN - 1))
    assert small["is_hidden"].all()
    assert small.height or not found["is_hidden"].any(), "nothing is hidden without need"
    for group in GROUPS:
        for _, members in found.filter(pl.col("customers_count") > 0, pl.col(group).is_not_null()).group_by(group):
            hidden = members.filter("is_hidden")["customers_count"]
            assert len(hidden) in (0, members.height) or (len(hidden) >= 2 and hidden.sum() >= FEWEST_SHOWN)


def test_a_small_count_by_hand_takes_the_next_smallest_of_its_row_and_column_along() -> None:
    # 3 is hidden; 20 is hidden too in its row, and 9 in its column; then 30, where both meet
    cells = make_cells([[3, 20, 80], [9, 30, 70], [40, 50, 60]])
    hidden = hide_small_cells(cells).filter("is_hidden")
    assert sorted(hidden.select("row_id", "column_id").rows()) == [("r0", "c0"), ("r0", "c1"), ("r1", "c0"), ("r1", "c1")]
