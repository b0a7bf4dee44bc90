"""Costs of service, shared out within each month over the work that caused them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.warehouse.raw_kpis.company import Count, Place, RawCompany
from tests.warehouse.raw_kpis.contact_kpis import count_waits
from tests.warehouse.raw_kpis.files import read_local_day

STAFFED = ("phone", "mail", "chat", "whatsapp")


@dataclass(frozen=True)
class Work:
    """The work over which a cost is shared out: handling seconds, extra attempts, returned lines."""

    kind: str
    place: Place
    amount: float


def list_work(company: RawCompany) -> Iterator[Work]:
    """Handling time by channel, attempts beyond the first, returned lines on the day they came back."""
    for count in count_waits(company):
        if count.kpi == "average_handle_time" and count.place.channel in STAFFED:
            yield Work(str(count.place.channel), count.place, count.numerator)
    for delivery in company.deliveries.values():
        if delivery["attempts"] is not None and delivery["attempts"] > 1:
            yield Work("redelivery", company.place_delivery(delivery), delivery["attempts"] - 1)
    for line in company.order_lines:
        if line["returned_at"] is not None and line["order_id"] in company.orders:
            yield Work("returns", Place(read_local_day(line["returned_at"]), "return_parcel"), 1)


def count_service_costs(company: RawCompany) -> Iterator[Count]:
    """Each month's costs of staff, redeliveries and returns, per order of the whole company and per delivery due at the place itself."""
    costs: dict[tuple[str, tuple[int, int]], float] = defaultdict(float)
    for cost in company.costs:
        kind = cost["centre"] if cost["kind"] == "staff" else cost["kind"]
        costs[kind, (cost["day"].year, cost["day"].month)] += cost["amount"]
    work = [item for item in list_work(company) if item.place.day < company.until]
    totals: Counter[tuple[str, tuple[int, int]]] = Counter()
    for item in work:
        totals[item.kind, (item.place.day.year, item.place.day.month)] += item.amount
    # a cost on a day before any delivery was due has nothing to be divided by
    first_due = min(company.place_delivery(delivery).day for delivery in company.deliveries.values())
    for item in work:
        key = (item.kind, (item.place.day.year, item.place.day.month))
        cost = costs[key] * item.amount / totals[key]
        yield Count("cost_to_serve", item.place, cost, 0)
        if item.place.day >= first_due:
            yield Count("cost_per_delivery", item.place, cost, 0)
    for delivery in company.deliveries.values():
        place = company.place_delivery(delivery)
        if place.day < company.until:
            yield Count("cost_per_delivery", place, 0, 1)
