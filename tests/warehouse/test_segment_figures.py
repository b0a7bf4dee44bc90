"""Figures per value segment: the parts sum to the whole, and each agrees with the shop's orders."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import duckdb
import polars as pl
import pytest

from semantic.kpi_catalog import FOLDER, load_kpi_catalog
from semantic.value.scoring import list_misjudged
from tests.conftest import DemoHome
from tests.warehouse.raw_kpis.files import read_local_day
from tests.warehouse.raw_kpis.systems import read_orders

SEGMENTS = {"champions", "quiet_fans", "opportunists", "passers_by", "unknown"}
KPIS = tuple(load_kpi_catalog([FOLDER]).kpis)
# visits have no customer, and those of invitations and of phases are not looked up: none of them can be split
WITHOUT_SEGMENTS = ("conversion", "response_rate", "phase_completion", "phase_dwell_time")
SUMS = """
    select kpi_id, period_start, dimension_set, sum(numerator) as numerator, sum(denominator) as denominator
    from fct_kpi_sums
    where scope_kind = 'company' and grain = 'month' and dimension_set in ('total', 'segment')
      and period_start >= (select min(month) from int_customer_segments)
    group by all
"""


@pytest.fixture(scope="module")
def sums(demo_home: DemoHome) -> pl.DataFrame:
    """Numerator and denominator of each KPI of the company per month: in total, and summed over the segments."""
    with duckdb.connect(str(demo_home.path / "warehouse.duckdb"), read_only=True) as warehouse:
        return warehouse.sql(SUMS).pl()


@pytest.mark.parametrize("kpi_id", [name for name in KPIS if name not in WITHOUT_SEGMENTS])
def test_the_segments_of_a_month_make_up_the_company(sums: pl.DataFrame, kpi_id: str) -> None:
    rows = sums.filter((pl.col("kpi_id") == kpi_id) & pl.col("denominator").is_not_null())
    whole = rows.filter(pl.col("dimension_set") == "total").sort("period_start")
    parts = rows.filter(pl.col("dimension_set") == "segment").sort("period_start")
    assert whole.height >= 24
    assert whole["period_start"].equals(parts["period_start"])
    assert whole["denominator"].to_list() == pytest.approx(parts["denominator"].to_list(), rel=1e-9)
    assert whole["numerator"].to_list() == pytest.approx(parts["numerator"].to_list(), rel=1e-9, abs=1e-5)


def test_a_figure_with_a_side_that_knows_no_customer_is_not_split(sums: pl.DataFrame) -> None:
    split = set(sums.filter(pl.col("dimension_set") == "segment")["kpi_id"])
    assert split == set(KPIS) - set(WITHOUT_SEGMENTS)


def test_orders_per_segment_are_those_of_the_shop(demo_home: DemoHome) -> None:
    with duckdb.connect(str(demo_home.path / "warehouse.duckdb"), read_only=True) as warehouse:
        member_of = {
            (month, customer): segment for month, customer, segment in warehouse.sql("select * from int_customer_segments").fetchall()
        }
        # the hashed customer of an order number, from the landed order
        customer_of = dict(
            warehouse.sql("select order_id, _source || '|' || customer_key from int_orders where customer_key is not null").fetchall()
        )
    assert len(set(member_of.values())) == len(SEGMENTS)
    first_month = min(month for month, _ in member_of)
    counted: Counter[tuple[date, str]] = Counter()
    for order_no, order in read_orders(demo_home.path / "demo").items():
        month = read_local_day(order["placed_at"]).replace(day=1)
        if month >= first_month and not order["is_cancelled"] and not order["is_foreign"]:
            counted[month, member_of.get((month, customer_of.get(order_no, "")), "unknown")] += 1
    published = pl.read_parquet(demo_home.serving / "rpt_touchpoint_kpis.parquet").filter(
        (pl.col("kpi_id") == "average_order_value")
        & (pl.col("dimension_set") == "segment")
        & (pl.col("grain") == "month")
        & pl.col("touchpoint_id").is_null()
        & pl.col("journey_id").is_null()
    )
    shown = {(row["period_start"], row["segment"]): row["n"] for row in published.iter_rows(named=True)}
    assert set(published["segment"]) == SEGMENTS
    assert shown == dict(counted)


def test_membership_is_that_of_the_month_end_before(demo_home: DemoHome) -> None:
    with duckdb.connect(str(demo_home.path / "warehouse.duckdb"), read_only=True) as warehouse:
        values = warehouse.sql("select month_end, customer_id, segment from int_customer_values").pl()
        members = warehouse.sql("select month, customer_id, segment from int_customer_segments").pl()
    moved = values.with_columns(month=pl.col("month_end") + timedelta(days=1)).select("month", "customer_id", "segment")
    assert members.height > 1000
    assert moved.sort("month", "customer_id").equals(members.sort("month", "customer_id").cast(moved.schema))  # type: ignore[arg-type]
    changes = members.sort("customer_id", "month").filter(
        (pl.col("customer_id") == pl.col("customer_id").shift()) & (pl.col("segment") != pl.col("segment").shift())
    )
    # some customers must move between segments, otherwise this test would show nothing
    assert changes.height > 100


def test_what_decides_the_segment_has_no_target_there_and_the_rest_has(demo_home: DemoHome) -> None:
    figures = pl.read_parquet(demo_home.serving / "rpt_touchpoint_kpis.parquet").filter(
        pl.col("dimension_set") == "segment", pl.col("touchpoint_id").is_not_null(), ~pl.col("status").is_in(["hidden", "no_data", "grey"])
    )
    circular = {"nps", "ces", "ces_mean", "experience_high", "experience_middle", "experience_low", "supplier_nps", "average_order_value"}
    own = figures.filter(pl.col("kpi_id").is_in(circular))
    assert {"nps", "ces", "average_order_value"} <= set(own["kpi_id"])
    assert set(own["status"]) == {"neutral"} and own["target"].null_count() == own.height
    assert own["reason"].str.contains("decides who is in the segment|neither higher nor lower").all()
    others = figures.filter(~pl.col("kpi_id").is_in(circular), pl.col("target").is_not_null())
    assert others.height and set(others["status"]) & {"green", "yellow", "red"}
    everybody = pl.read_parquet(demo_home.serving / "rpt_touchpoint_tiles.parquet").filter(pl.col("kpi_id") == "nps")
    assert everybody["target"].is_not_null().any(), "all customers together are judged"


def test_the_page_counts_the_misjudged_customers_that_the_command_lists(demo_home: DemoHome) -> None:
    with duckdb.connect(str(demo_home.path / "warehouse.duckdb"), read_only=True) as warehouse:
        scored = warehouse.sql("select * from int_customer_values where month_end = (select max(month_end) from int_customer_values)").pl()
        earlier = warehouse.sql(
            "select count(is_misjudged) from int_customer_values where month_end < (select max(month_end) from int_customer_values)"
        )
        assert earlier.fetchall() == [(0,)], "older month-ends have no quintiles"
    listed = list_misjudged(scored)
    overview = pl.read_parquet(demo_home.serving / "rpt_segment_overview.parquet")
    assert listed.height >= 5
    assert overview.filter("is_latest")["misjudged_count"].unique().to_list() == [listed.height]
    assert f"{listed.height:,} customers are misjudged" in overview.filter("is_latest")["headline"][0]
    assert overview.filter(~pl.col("is_latest"))["misjudged_count"].is_null().all()
