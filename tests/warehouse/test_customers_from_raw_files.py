"""Figures of the demo's customers at two month-ends, counted again from the shop's database in a loop per customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date
from pathlib import Path

import duckdb
import pytest

from tests.conftest import DemoHome
from tests.warehouse.raw_kpis.files import Row, read_local_day, read_moment, read_table

MONTH_ENDS = (date(2025, 2, 28), date(2026, 6, 30))
FEATURES = (
    "purchases_count",
    "orders_count",
    "promo_or_credit_orders_count",
    "lines_count",
    "categories_count",
    "mean_value",
    "revenue_total",
)


@dataclass
class RawOrder:
    """An order of the shop in cents, with its lines. `cancelled` is the day it was."""

    number: str
    customer: str
    day: date
    cancelled: date | None
    net: float
    margin: float
    is_bargain: bool
    lines: list[Row] = field(default_factory=list)

    def stands(self, month_end: date) -> bool:
        """Whether it was placed by then and not cancelled by then."""
        return self.day <= month_end and (self.cancelled is None or self.cancelled > month_end)

    def came_back(self, month_end: date) -> float:
        """The part of the order, by list price, that was returned by then."""
        whole = sum(line["qty"] * line["price_cents"] for line in self.lines)
        back = [line for line in self.lines if line["returned_on"] and local(line["returned_on"]) <= month_end]
        return sum(line["qty_returned"] * line["price_cents"] for line in back) / whole if whole else 0.0


def local(text: str) -> date:
    """The local day of a time of the shop's database."""
    moment = read_moment(text, UTC)
    assert moment is not None
    return read_local_day(moment)


def read_shop(demo: Path) -> dict[str, list[RawOrder]]:
    """Orders in euros per customer number, without test orders, guests, and orders without an amount or a state."""
    orders = {}
    for row in read_table(demo / "shop.db", "orders"):
        usable = row["customer_no"] and row["goods_total_cents"] is not None and row["placed_at"] and row["state"]
        if not usable or row["order_no"].startswith("TEST") or row["currency"] not in ("EUR", None):
            continue
        day = local(row["placed_at"])
        is_cancelled = row["state"] == "99" or row["cancelled_on"] is not None
        orders[row["order_no"]] = RawOrder(
            number=row["order_no"], customer=row["customer_no"], day=day,
            cancelled=(local(row["cancelled_on"]) if row["cancelled_on"] else day) if is_cancelled else None,
            net=row["goods_total_cents"] / 100, margin=(row["goods_total_cents"] - row["cost_cents"]) / 100,
            is_bargain=bool(row["promo"]) or row["pay_method"] == "CRE",
        )  # fmt: skip
    for line in read_table(demo / "shop.db", "order_lines"):
        if line["order_no"] in orders and line["qty"]:
            orders[line["order_no"]].lines.append(line)
    customers = defaultdict(list)
    for order in orders.values():
        customers[order.customer].append(order)
    return customers


def look_back(orders: list[RawOrder], month_end: date) -> dict[str, float | None] | None:
    """The features of a customer at a month-end; None when the last order is 24 months old."""
    standing = [order for order in orders if order.stands(month_end)]
    days = sorted({order.day for order in standing})
    if not days or (month_end.year - days[-1].year) * 12 + month_end.month - days[-1].month >= 24:
        return None
    repeats = [order for order in standing if order.day > days[0]]
    lines = [line for order in standing for line in order.lines]
    kept = sum(order.margin * (1 - order.came_back(month_end)) for order in repeats)
    return {
        "purchases_count": len(days),
        "orders_count": len(standing),
        "promo_or_credit_orders_count": sum(order.is_bargain for order in standing),
        "lines_count": len(lines),
        "categories_count": len({line["category"] for line in lines}),
        "mean_value": kept / (len(days) - 1) if len(days) > 1 else None,
        "revenue_total": sum(order.net * (1 - order.came_back(month_end)) for order in standing),
    }


@pytest.fixture(scope="module")
def warehouse(demo_home: DemoHome) -> Mapping[date, Mapping[str, Row]]:
    """Rows of int_customer_months by the number of an order of the customer, because customers' own numbers are hashed."""
    with duckdb.connect(str(demo_home.path / "warehouse.duckdb"), read_only=True) as connection:
        numbers = dict(
            connection.execute(
                "select resolved.customer_id, min(orders.order_id) from int_orders as orders "
                "inner join int_customers__resolved as resolved on orders.customer_key = resolved.customer_key group by 1"
            ).fetchall()
        )
        found = {}
        for month_end in MONTH_ENDS:
            rows = connection.execute(
                f"select customer_id, {', '.join(FEATURES)} from int_customer_months where month_end = ?", [month_end]
            ).fetchall()
            found[month_end] = {numbers[customer]: dict(zip(FEATURES, values, strict=True)) for customer, *values in rows}
    return found


@pytest.mark.parametrize("month_end", MONTH_ENDS, ids=str)
def test_customers_of_a_month_end_are_those_of_the_shop(
    month_end: date, demo_home: DemoHome, warehouse: Mapping[date, Mapping[str, Row]]
) -> None:
    shop = read_shop(demo_home.path / "demo")
    customer_of = {row["order_no"]: row["customer_no"] for row in read_table(demo_home.path / "demo" / "shop.db", "orders")}
    found = {customer_of[number]: row for number, row in warehouse[month_end].items()}
    expected = {customer: row for customer, orders in shop.items() if (row := look_back(orders, month_end)) is not None}
    assert len(expected) > 1000
    assert found.keys() == expected.keys()
    for customer, row in expected.items():
        assert found[customer] == {name: pytest.approx(value, abs=0.001) for name, value in row.items()}, customer
