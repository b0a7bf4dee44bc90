"""Segments of the demo are consistent: every customer once a month, every move in both months, and no small count is revealed."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import polars as pl
import pytest

from tests.conftest import DemoHome

HIDES_FROM = 5


@pytest.fixture(scope="module")
def warehouse(demo_home: DemoHome) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo's warehouse, read only."""
    with duckdb.connect(str(demo_home.path / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def test_every_customer_of_a_month_end_stands_in_one_segment(warehouse: duckdb.DuckDBPyConnection) -> None:
    counted = dict(warehouse.execute("select month_end, sum(customers_count) from fct_segment_months group by 1").fetchall())
    expected = dict(warehouse.execute("select month_end, count(distinct customer_id) from int_customer_months group by 1").fetchall())
    assert len(expected) > 40
    assert counted == expected


@pytest.mark.parametrize("grain", ["month", "year"])
def test_moves_add_up_to_the_segments_on_both_sides(grain: str, warehouse: duckdb.DuckDBPyConnection) -> None:
    segments = {
        (day, segment): count
        for day, segment, count in warehouse.execute(
            "select month_end, segment_id, customers_count from fct_segment_months where customers_count > 0"
        ).fetchall()
    }
    for side, outside in (("from", "new"), ("to", "gone")):
        moves = warehouse.execute(
            f"select {side}_month_end, to_month_end, {side}_segment, sum(customers_count) from fct_segment_moves "
            f"where grain = ? and {side}_segment <> ? group by all",
            [grain, outside],
        ).fetchall()
        assert len(moves) > 50
        assert all(segments[day, segment] == count for day, _, segment, count in moves)
        days = {day for day, _, _, _ in moves}
        assert {key for key in segments if key[0] in days} == {(day, segment) for day, _, segment, _ in moves}


def test_validity_dates_say_what_the_month_ends_say(warehouse: duckdb.DuckDBPyConnection) -> None:
    different = warehouse.execute(
        """
        select count(*) as months, count(*) filter (where spans.segment is distinct from scored.segment) as different
        from int_customer_values as scored
        left join dim_customer_segments as spans
            on scored.customer_id = spans.customer_id
            and scored.month_end + 1 >= spans.from_date and scored.month_end + 1 < coalesce(spans.until_date, date '9999-12-31')
        """
    ).fetchall()[0]
    rows, distinct = warehouse.execute("select count(*), count(distinct (month_end, customer_id)) from int_customer_values").fetchall()[0]
    assert rows == distinct == different[0] > 10_000
    assert different[1] == 0


def test_costs_of_segments_are_those_of_customers(warehouse: duckdb.DuckDBPyConnection) -> None:
    months = "(select cast(month_end + 1 as date) from int_month_ends)"
    shared = (
        f"select cost_month, touchpoint_id, round(sum(cost_amount), 2) from fct_customer_costs where cost_month in {months} group by all"
    )
    split = "select cost_month, touchpoint_id, round(sum(cost_amount), 2) from fct_segment_costs group by all"
    expected = {(month, touchpoint): amount for month, touchpoint, amount in warehouse.execute(shared).fetchall()}
    found = {(month, touchpoint): amount for month, touchpoint, amount in warehouse.execute(split).fetchall()}
    assert len(expected) > 50
    assert found.keys() == expected.keys()
    assert all(found[key] == pytest.approx(amount, abs=0.02) for key, amount in expected.items())


def test_what_is_published_gives_no_count_of_fewer_than_five_away(demo_home: DemoHome, warehouse: duckdb.DuckDBPyConnection) -> None:
    shown = pl.read_parquet(demo_home.serving / "rpt_segment_migration.parquet")
    true = warehouse.execute("select grain, to_month_end, from_segment, to_segment, customers_count from fct_segment_moves").fetchall()
    counts = {tuple(key): count for *key, count in true}
    hidden: dict[tuple[object, ...], list[int]] = {}
    for row in shown.iter_rows(named=True):
        count = counts[row["grain"], row["to_month_end"], row["from_segment"], row["to_segment"]]
        assert row["customers_count"] == (None if row["is_hidden"] else count)
        assert row["is_hidden"] or count >= HIDES_FROM
        groups = [f"from {row['from_segment']}", f"to {row['to_segment']}"]
        if row["from_segment"] == "new" or row["to_segment"] == "gone":
            groups = [group for group in groups if group not in ("from new", "to gone")] + ["in and out"]
        for group in groups if row["is_hidden"] else ():
            hidden.setdefault((row["grain"], row["to_month_end"], group), []).append(count)
    assert len(hidden) > 20
    assert {key: members for key, members in hidden.items() if len(members) < 2 or sum(members) < HIDES_FROM} == {}
