"""Counts summed per month, for the company, and for each touchpoint, channel and supplier."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from tests.warehouse.raw_kpis.answer_kpis import count_answers, count_invitations
from tests.warehouse.raw_kpis.company import Count, RawCompany
from tests.warehouse.raw_kpis.contact_kpis import (
    count_about_orders,
    count_contacts_of_cohorts,
    count_first_contact_resolution,
    count_offers,
    count_waits,
    count_without_customer,
)
from tests.warehouse.raw_kpis.cost_kpis import count_service_costs
from tests.warehouse.raw_kpis.delivery_kpis import count_clocks, count_condition, count_whole_orders
from tests.warehouse.raw_kpis.journey_kpis import count_phases
from tests.warehouse.raw_kpis.order_kpis import count_conversion, count_order_value, count_return_rate
from tests.warehouse.raw_kpis.response_kpis import count_first_response

COUNTERS: tuple[Callable[[RawCompany], Iterator[Count]], ...] = (
    count_order_value,
    count_conversion,
    count_return_rate,
    count_waits,
    count_first_response,
    count_offers,
    count_without_customer,
    count_first_contact_resolution,
    count_about_orders,
    count_contacts_of_cohorts,
    count_clocks,
    count_condition,
    count_whole_orders,
    count_service_costs,
    count_answers,
    count_invitations,
    count_phases,
)

PER_ORDER_OF_THE_COMPANY = ("contact_rate", "cost_to_serve")
EVER = date.min  # means all days together

# touchpoint (None is the company), dimension set, its value, first day of the month or EVER
Key = tuple[str | None, str, str | None, date]
Sums = Mapping[Key, tuple[float, float]]


def sum_kpis(company: RawCompany) -> dict[str, Sums]:
    """Numerator and denominator of each KPI by Key."""
    counts = [count for counter in COUNTERS for count in counter(company) if count.place.day < company.until]
    whole_company = {count.kpi for count in counts if count.place.touchpoint is None}  # the company itself was asked about
    sums: dict[str, dict[Key, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    for count in counts:
        place = count.place
        scopes = {place.touchpoint} if count.kpi in whole_company else {place.touchpoint, None}
        splits = (("total", None), ("channel", place.channel), ("supplier", place.supplier))
        for touchpoint in scopes:
            for name, value in splits:
                for period in (place.day.replace(day=1), EVER) if name == "total" or value is not None else ():
                    pair = sums[count.kpi][touchpoint, name, value, period]
                    pair[0] += count.numerator
                    pair[1] += count.denominator
    for kpi in PER_ORDER_OF_THE_COMPANY:
        divide_by_all_orders(sums[kpi], company)
    return {kpi: {key: (pair[0], pair[1]) for key, pair in pairs.items()} for kpi, pairs in sums.items()}


def divide_by_all_orders(pairs: dict[Key, list[float]], company: RawCompany) -> None:
    """The denominator is all orders of the company, also in months with numerator 0, from a series' first month on."""
    placed = Counter(company.place_order(order).day.replace(day=1) for order in company.orders.values())
    first: dict[tuple[str | None, str, str | None], date] = {}
    for touchpoint, name, value, month in pairs:
        if month != EVER:
            first[touchpoint, name, value] = min(month, first.get((touchpoint, name, value), month))
    for series, begins in first.items():
        pairs[(*series, EVER)][1] = placed.total()
        for month, orders in placed.items():
            if month >= begins:
                pairs[(*series, month)][1] = orders
