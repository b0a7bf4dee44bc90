"""KPIs of contacts: waits, service level, solved at once, contacts per order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta

from tests.warehouse.raw_kpis.company import Count, RawCompany
from tests.warehouse.raw_kpis.files import Row, read_local_day

LIVE = ("phone", "chat", "shop")
SHORT = timedelta(seconds=5)
IN_TIME = timedelta(seconds=20)
AGAIN = timedelta(days=7)
COHORT = timedelta(days=28)


def count_waits(company: RawCompany) -> Iterator[Count]:
    """Speed of answer of live contacts; handling time of all."""
    for contact in company.inbound:
        place = company.place_contact(contact)
        if contact["answered_at"] is None or contact["is_abandoned"]:
            continue
        if contact["channel"] in LIVE:
            waited = (contact["answered_at"] - contact["queued_at"]).total_seconds()
            yield Count("average_speed_of_answer", place, waited, 1)
        if contact["talk"] is not None:
            handled = contact["talk"] + (contact["hold"] or 0) + (contact["wrap"] or 0)
            yield Count("average_handle_time", place, handled, 1)


def count_offers(company: RawCompany) -> Iterator[Count]:
    """Abandonment and the three ways to count a service level, over live contacts of which it is known whether they were abandoned."""
    for contact in company.inbound:
        if contact["channel"] not in LIVE or contact["is_abandoned"] is None:
            continue
        place, gave_up = company.place_contact(contact), contact["is_abandoned"]
        is_short = gave_up and contact["ended_at"] is not None and contact["ended_at"] - contact["queued_at"] < SHORT
        is_answered = not gave_up and contact["answered_at"] is not None
        in_time = float(is_answered and contact["answered_at"] - contact["queued_at"] <= IN_TIME)
        yield Count("service_level_80_20", place, in_time, 1)
        if not is_short:
            yield Count("abandonment", place, float(gave_up), 1)
            yield Count("service_level_80_20_net", place, in_time, 1)
        if is_answered:
            yield Count("service_level_80_20_answered", place, in_time, 1)


def count_without_customer(company: RawCompany) -> Iterator[Count]:
    """Contacts whose customer is unknown."""
    for contact in company.inbound:
        yield Count("contacts_without_customer", company.place_contact(contact), float(company.find_customer(contact) is None), 1)


def count_first_contact_resolution(company: RawCompany) -> Iterator[Count]:
    """Solved contacts without another contact of the same customer about the same topic within seven days."""
    asked: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for contact in company.inbound:
        customer = company.find_customer(contact)
        if customer is not None and contact["topic"]:
            asked[customer, contact["topic"].lower()].append(contact)
    for contact in company.inbound:
        place, customer = company.place_contact(contact), company.find_customer(contact)
        if customer is None or not contact["is_resolved"] or place.day + AGAIN >= company.until:
            continue
        start = contact["queued_at"]
        others = asked.get((customer, (contact["topic"] or "").lower()), [])
        is_repeated = any(start < other["queued_at"] <= start + AGAIN for other in others)
        yield Count("first_contact_resolution", place, float(not is_repeated), 1)


def count_about_orders(company: RawCompany) -> Iterator[Count]:
    """Contacts that name an order, on their own day. The denominator is the orders of the whole company."""
    for contact in company.inbound:
        if contact["order_id"]:
            yield Count("contact_rate", company.place_contact(contact), 1, 0)


def count_contacts_of_orders(company: RawCompany) -> Counter[str]:
    """Contacts that name an order, on its day or in the 28 days after, by order."""
    contacts: Counter[str] = Counter()
    for contact in company.inbound:
        order = company.orders.get(contact["order_id"])
        if order is not None:
            placed = read_local_day(order["placed_at"])
            contacts[order["order_id"]] += placed <= read_local_day(contact["queued_at"]) <= placed + COHORT
    return contacts


def count_contacts_of_cohorts(company: RawCompany) -> Iterator[Count]:
    """Contacts about an order on the order's day and at its checkout, once the 28 days are over."""
    contacts = count_contacts_of_orders(company)
    for number, order in company.orders.items():
        place = company.place_order(order)
        if place.day + COHORT < company.until:
            yield Count("contact_rate_by_cohort", place, contacts[number], 1)
