"""KPIs of deliveries: three clocks, in full, damage, and whole orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from tests.warehouse.raw_kpis.company import Count, RawCompany
from tests.warehouse.raw_kpis.contact_kpis import COHORT, count_contacts_of_orders
from tests.warehouse.raw_kpis.files import Row, read_local_day


def is_there_by(delivery: Row, day: date) -> bool:
    """Delivered on or before the local day. A delivery that never arrived is late."""
    return delivery["delivered_at"] is not None and read_local_day(delivery["delivered_at"]) <= day


def is_in_full(delivery: Row) -> bool | None:
    """As many pieces as ordered; None when either number is unknown."""
    if delivery["ordered"] is None or delivery["delivered"] is None:
        return None
    return delivery["delivered"] >= delivery["ordered"]


def count_clocks(company: RawCompany) -> Iterator[Count]:
    """On time by the first commitment, the day asked for and the last schedule, each on its own day."""
    for delivery in company.deliveries.values():
        scheduled = delivery["scheduled_at"]
        clocks = {
            "on_time_delivery": read_local_day(delivery["promised_at"]),
            "on_time_requested": delivery["requested"],
            "on_time_scheduled": None if scheduled is None else read_local_day(scheduled),
        }
        for kpi, day in clocks.items():
            if day is not None and day < company.until:
                yield Count(kpi, company.place_delivery(delivery, day), float(is_there_by(delivery, day)), 1)
        limit, shipped = delivery["ship_by"], delivery["shipped_at"]
        if limit is not None and read_local_day(limit) < company.until:
            in_time = shipped is not None and shipped <= limit
            yield Count("handed_over_on_time", company.place_delivery(delivery, read_local_day(limit)), float(in_time), 1)


def count_condition(company: RawCompany) -> Iterator[Count]:
    """Late, of those that arrived; on time and in full; damaged."""
    for delivery in company.deliveries.values():
        place = company.place_delivery(delivery)
        if place.day >= company.until:
            continue
        in_full = is_in_full(delivery)
        if delivery["delivered_at"] is not None:
            yield Count("late_of_delivered", place, float(not is_there_by(delivery, place.day)), 1)
        if in_full is not None:
            yield Count("on_time_in_full", place, float(in_full and is_there_by(delivery, place.day)), 1)
        if delivery["delivered_at"] is not None and delivery["is_damaged"] is not None:
            yield Count("damage_rate", place, float(delivery["is_damaged"]), 1)


def count_whole_orders(company: RawCompany) -> Iterator[Count]:
    """Promise kept, perfect order and contacts caused, on the last day promised, at the delivery promised last."""
    contacts = count_contacts_of_orders(company)
    orders: dict[str, list[Row]] = defaultdict(list)
    for delivery in company.deliveries.values():
        if delivery["order_id"] is not None:
            orders[delivery["order_id"]].append(delivery)
    for deliveries in orders.values():
        last = max(deliveries, key=lambda delivery: (read_local_day(delivery["promised_at"]), delivery["delivery_id"]))
        place = company.place_delivery(last)
        if place.day >= company.until:
            continue
        kept = all(is_there_by(delivery, read_local_day(delivery["promised_at"])) for delivery in deliveries)
        yield Count("promise_kept", place, float(kept), 1)
        perfect = kept and all(is_in_full(delivery) and delivery["is_damaged"] is False for delivery in deliveries)
        yield Count("perfect_order", place, float(perfect), 1)
        if last["order_id"] in company.orders and place.day + COHORT < company.until:
            yield Count("contacts_caused", place, contacts[str(last["order_id"])], 1)
