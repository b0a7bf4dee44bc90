"""`cxhouse clv`: rows that cannot be right, values that would carry the total, units of time, discount."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from semantic.value.valuation import score_purchases, value_customers
from tests.semantic.customers import read_cdnow
from tests.semantic.test_customer_table import HEADER, read, run


@pytest.fixture(scope="module")
def customers() -> pl.DataFrame:
    """The sample with names of customers."""
    return read_cdnow().with_row_index("customer_id", offset=1).with_columns(pl.col("customer_id").cast(pl.Utf8))


def write(path: Path, customers: pl.DataFrame, lines: str = "") -> Path:
    """The table as a file, with more lines below."""
    columns = customers.select(
        "customer_id", "frequency", "recency", pl.col("age").alias("T"), pl.col("mean_value").alias("monetary_value")
    )
    path.write_text(HEADER + columns.write_csv(include_header=False) + lines, encoding="utf-8")
    return path


def test_repeat_purchases_without_time_between_are_refused_by_row_and_move_nothing(customers: pl.DataFrame, tmp_path: Path) -> None:
    wrong = "".join(f"w{i},3,0,38,20\n" for i in range(28))
    clean, mixed = (read(run(write(tmp_path / f"{i}.csv", customers, lines), "--json")) for i, lines in enumerate(("", wrong)))
    assert mixed["parameters"] == clean["parameters"]
    assert [row["line"] for row in mixed["rows_left_out"]] == list(range(2359, 2387))
    assert all("recency is 0 although the customer bought 3 times again" in row["reason"] for row in mixed["rows_left_out"])


@pytest.mark.parametrize("word", ["nan", "NA", "NaN", "null", ""])
def test_a_value_that_is_not_there_may_be_written_in_words(customers: pl.DataFrame, tmp_path: Path, word: str) -> None:
    lines = f"once,0,0,38,{word}\nagain,1,5,38,{word}\n"
    found = read(run(write(tmp_path / "words.csv", customers, lines), "--json"))
    assert [(row["customer_id"], row["reason"]) for row in found["rows_left_out"]] == [
        ("again", "monetary_value is empty although the customer bought again")
    ]
    assert found["customers"][-1]["customer_id"] == "once" and found["customers"][-1]["monetary_value"] is None


def test_one_value_of_a_billion_does_not_carry_the_total_and_is_named(customers: pl.DataFrame, tmp_path: Path) -> None:
    clean = read(run(write(tmp_path / "a.csv", customers), "--json"))
    far = read(run(write(tmp_path / "b.csv", customers, "mistyped,5,30,38,1000000000\n"), "--json"))
    assert far["expected_value"] == pytest.approx(clean["expected_value"], rel=0.01)
    assert far["parameters"] == pytest.approx(clean["parameters"], rel=0.01)
    said = next(note for note in far["notes"] if "far above all others" in note)
    assert "mistyped 1e+09" in said and not any("far above" in note for note in clean["notes"])
    # the file's own value stays in the answer, and is in no figure of this customer
    last = far["customers"][-1]
    assert last["monetary_value"] == 1e9 and last["expected_average_value"] < 100


def test_values_that_spread_widely_are_used(customers: pl.DataFrame) -> None:
    wide = customers.with_columns(pl.col("mean_value") ** 1.5)
    assert not any("far above" in note for note in value_customers(wide, horizon=39.0).notes)


@pytest.mark.parametrize(
    ("factor", "horizon", "said"), [(1, 52, False), (7, 52, False), (604_800, 52, True), (1 / 52, 52, True), (604_800, 3e7, False)]
)
def test_a_time_in_another_unit_than_the_horizon_is_noticed(customers: pl.DataFrame, factor: float, horizon: float, said: bool) -> None:
    scaled = customers.with_columns(pl.col("recency") * factor, pl.col("age") * factor)
    assert any("in the same unit of time" in note for note in value_customers(scaled, horizon=horizon).notes) == said


def test_a_discount_takes_each_purchase_at_its_time(customers: pl.DataFrame, tmp_path: Path) -> None:
    plain = value_customers(customers, horizon=39.0, interval_seed=1)
    cut = value_customers(customers, horizon=39.0, interval_seed=1, discount_rate=0.01)
    assert cut.customers["expected_purchases"].equals(plain.customers["expected_purchases"])
    # between a discount of everything at the end and of nothing, and near that of the middle, as purchases become rarer
    ratio = cut.customers["expected_value"].sum() / plain.customers["expected_value"].sum()
    assert 1.01**-19.5 < ratio < 1.01**-16
    steps = [score_purchases(customers, plain.purchases, float(week))["expected_purchases"].sum() for week in range(40)]
    values = sum((later - now) * 1.01 ** -(week + 0.5) for week, (now, later) in enumerate(pairwise(steps)))
    assert ratio == pytest.approx(values / steps[-1], rel=0.005)
    assert cut.customers["value_high"].sum() == pytest.approx(plain.customers["value_high"].sum() * ratio, rel=0.01)
    refused = run(write(tmp_path / "c.csv", customers), "--discount-rate", "10")
    assert refused.exit_code == 2 and "is not a discount per unit of time" in " ".join(refused.output.replace("│", " ").split())


def test_one_time_buyers_are_said_to_be_alive_by_construction(customers: pl.DataFrame, tmp_path: Path) -> None:
    output = " ".join(run(write(tmp_path / "d.csv", customers)).output.split())
    assert "1,411 customers bought once: their probability of being alive is 1 by construction" in output
