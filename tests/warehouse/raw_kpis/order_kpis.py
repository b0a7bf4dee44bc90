"""KPIs of orders: order value, conversion, returned units."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tests.warehouse.raw_kpis.company import ENTRANCES, Count, Place, RawCompany
from tests.warehouse.raw_kpis.files import read_local_day

RETURN_DAYS = timedelta(days=30)


def count_order_value(company: RawCompany) -> Iterator[Count]:
    """Euros of orders that were not cancelled."""
    for order in company.orders.values():
        if not order["is_cancelled"] and not order["is_foreign"]:
            yield Count("average_order_value", company.place_order(order), order["net"], 1)


def count_conversion(company: RawCompany) -> Iterator[Count]:
    """Orders over sessions where sessions are counted, at the entrance of the channel."""
    for order in company.orders.values():
        if order["channel"] in ENTRANCES:
            yield Count("conversion", Place(read_local_day(order["placed_at"]), ENTRANCES[order["channel"]], order["channel"]), 1, 0)
    for visit in company.visits:
        yield Count("conversion", Place(visit["day"], ENTRANCES[visit["channel"]], visit["channel"]), 0, visit["sessions"])


def find_ship_days(company: RawCompany) -> dict[str, date]:
    """The first day anything of an order left."""
    days: dict[str, date] = {}
    for delivery in company.deliveries.values():
        order, shipped = delivery["order_id"], delivery["shipped_at"]
        if order is not None and shipped is not None:
            day = read_local_day(shipped)
            days[order] = min(day, days.get(order, day))
    return days


def count_return_rate(company: RawCompany) -> Iterator[Count]:
    """Units that came back within 30 days, by ship day, once the 30 days are over. Lines of an order that was rejected are left out."""
    ship_days = find_ship_days(company)
    for line in company.order_lines:
        shipped = ship_days.get(line["order_id"])
        order = company.orders.get(line["order_id"])
        if shipped is None or order is None or shipped + RETURN_DAYS >= company.until:
            continue
        came_back = line["returned_at"] is not None and read_local_day(line["returned_at"]) <= shipped + RETURN_DAYS
        place = Place(shipped, "return_parcel", order["channel"])
        yield Count("return_rate", place, line["returned"] if came_back else 0, line["units"])
