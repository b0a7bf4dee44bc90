"""The two planted groups of the demo company, quiet fans and big spenders on credit, get opposite segments."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import duckdb
import polars as pl
import pytest

from tests.conftest import DemoHome

FANS, SPENDERS = "quiet_fans", "big_spenders"
CELLS = {FANS: "quiet_fans", SPENDERS: "opportunists"}


@pytest.fixture(scope="module")
def customers(demo_home: DemoHome) -> pl.DataFrame:
    """Customers of the last month-end with their planted group: found by order number, as customer numbers are hashed."""
    truth = json.loads((demo_home.path / "demo" / "truth.json").read_text(encoding="utf-8"))
    planted = {number: group for group in CELLS for number in truth[group]}
    with closing(sqlite3.connect(demo_home.path / "demo" / "shop.db")) as shop:
        orders = shop.execute("select order_no, customer_no from orders where customer_no is not null").fetchall()
    group_of_order = {str(order): planted[customer] for order, customer in orders if customer in planted}
    with duckdb.connect(str(demo_home.path / "warehouse.duckdb"), read_only=True) as connection:
        buyers = connection.execute(
            "select orders.order_id, resolved.customer_id from int_orders as orders inner join int_customers__resolved as resolved "
            "on orders.customer_key = resolved.customer_key"
        ).fetchall()
        values = connection.execute(
            "select customer_id, segment, bought_last_12_months from int_customer_values inner join int_customer_months "
            "using (month_end, customer_id) where month_end = (select max(month_end) from int_customer_values)"
        ).fetchall()
    group_of = {customer: group_of_order[order] for order, customer in buyers if order in group_of_order}
    rows = [(customer, segment, is_active, group_of.get(customer, "ordinary")) for customer, segment, is_active in values]
    return pl.DataFrame(rows, schema=["customer_id", "segment", "is_active", "group"], orient="row")


def share(customers: pl.DataFrame, group: str, segment: str) -> float:
    """Of a planted group, the share in a segment."""
    members = customers.filter(group=group)
    return members.filter(segment=segment).height / members.height


def test_the_planted_groups_are_there(customers: pl.DataFrame) -> None:
    counts = dict(customers["group"].value_counts().iter_rows())
    assert counts[FANS] > 50 and counts[SPENDERS] > 80 and counts["ordinary"] > 2000


def test_the_lady_and_the_family_land_in_opposite_cells(customers: pl.DataFrame) -> None:
    """Measured on this company: 91 of 91 fans, 65 of 131 spenders (most of the others stopped buying), 2 of them in the fans' segment."""
    assert share(customers, FANS, "quiet_fans") > 0.9
    assert share(customers, FANS, "opportunists") == 0
    assert share(customers, SPENDERS, "opportunists") > 0.4
    assert share(customers.filter(pl.col("is_active")), SPENDERS, "opportunists") > 0.5
    assert share(customers, SPENDERS, "quiet_fans") < 0.05


def test_each_cell_holds_its_group_far_more_often_than_chance(customers: pl.DataFrame) -> None:
    for group, segment in CELLS.items():
        cell = customers.filter(segment=segment)
        precision, base = cell.filter(group=group).height / cell.height, customers.filter(group=group).height / customers.height
        assert precision > 2 * base, f"{group}: {precision:.1%} of {segment}, {base:.1%} of all"
