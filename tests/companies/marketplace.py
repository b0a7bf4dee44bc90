"""The company of `filled` as a marketplace: as many suppliers as wanted deliver, some of them new. Equal seeds give equal rows."""

from __future__ import annotations

import random
from datetime import timedelta

from tests.companies.filled import (
    FIRST,
    UNTIL,
    Row,
    list_days,
    make_answers,
    make_delivery,
    make_invitation,
    make_lines,
    make_orders,
    make_scan,
)

NEW_FROM = FIRST + timedelta(days=35)  # after the 28 days in which whoever is seen was there before


def name_supplier(number: int) -> str:
    """The id of a supplier. The lower its number, the more it delivers."""
    return f"seller-{number:04d}"


def list_first_days(suppliers: int, newcomers: int) -> list[int]:
    """For each supplier, the day of the company on which it delivers first. Every fifth is new, until there are `newcomers`."""
    span = (UNTIL - NEW_FROM).days - 7
    fresh = [number for number in range(suppliers) if number % 5 == 4][:newcomers]
    days = [number * 20 // suppliers for number in range(suppliers)]
    for place, number in enumerate(fresh):
        days[number] = (NEW_FROM - FIRST).days + place * span // max(1, len(fresh))
    return days


def add_suppliers(tables: dict[str, list[Row]], *, suppliers: int, newcomers: int, orders_a_day: int, seed: int = 1) -> None:
    """Replace orders and all that hangs on them. Every supplier delivers on its first day; what else is ordered goes to the suppliers
    that are there, in proportion to 1 / (number + 1)."""
    dice = random.Random(seed)
    first_days = list_first_days(suppliers, newcomers)
    orders: list[Row] = []
    deliveries: list[Row] = []
    for place, day in enumerate(list_days()):
        chosen = [number for number, first in enumerate(first_days) if first == place]
        known = [number for number, first in enumerate(first_days) if first <= place]
        chosen += dice.choices(known, [1 / (number + 1) for number in known], k=max(0, orders_a_day - len(chosen)))
        todays = list(make_orders(dice, day, tables["customers"], len(chosen)))
        for number, order in zip(chosen, todays, strict=True):
            deliveries.append(make_delivery(dice, order, len(deliveries)) | {"supplier_id": name_supplier(number)})
        orders += todays
    tables |= {
        "orders": orders,
        "order_lines": [line for order in orders for line in make_lines(dice, order)],
        "deliveries": deliveries,
        "delivery_events": [make_scan(delivery) for delivery in deliveries],
        "survey_invitations": [make_invitation(delivery) for delivery in deliveries[::2]],
        "survey_responses": list(make_answers(dice, deliveries, tables["contacts"])),
    }
