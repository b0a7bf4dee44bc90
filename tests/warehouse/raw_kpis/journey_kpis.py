"""KPIs of journeys: phases that ended, and how long they took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.companies.tiny import PROJECT
from tests.warehouse.plain_journeys import Step, fold_steps, name_touchpoint, read_claims, read_phases, walk_journey
from tests.warehouse.raw_kpis.company import Count, Place, RawCompany
from tests.warehouse.raw_kpis.files import Row, read_local_day

COMPANY = PROJECT / "company"
COHORT_DAYS = 28


def count_phases(company: RawCompany) -> Iterator[Count]:
    """Entries into phases that are no moments, once 28 days have passed: whether they ended within these days, and after how long.

    A phase counts from the first day on which an entry began that ended.
    """
    steps, bought = fold_steps(list_steps(company)), defaultdict(set)
    for line in company.order_lines:
        bought[line["order_id"]].add(line["category"])
    claims = read_claims(COMPANY / "touchpoints.yml")
    for path in sorted((COMPANY / "journeys").glob("*.yml")):
        journey, phases = read_phases(path, claims)
        visits = [visit for walk in walk_journey(journey, phases, steps, bought) for visit in walk.visits]
        for phase in phases:
            entries = [visit for visit in visits if visit.phase == phase["id"] and phase["starts"] != phase["ends"]]
            first = min((visit.day for visit in entries if visit.end is not None), default=company.until)
            for visit in entries:
                if visit.day < first or visit.day + timedelta(days=COHORT_DAYS) >= company.until:
                    continue
                is_ended = visit.end is not None and (read_local_day(visit.end) - visit.day).days <= COHORT_DAYS
                place = Place(visit.day, visit.touchpoint)
                yield Count("phase_completion", place, float(is_ended), 1)
                if is_ended and visit.end is not None:
                    yield Count("phase_dwell_time", place, (visit.end - visit.start).total_seconds(), 1)


def list_steps(company: RawCompany) -> Iterator[Step]:
    """Every event at a touchpoint, with its order and customer where they are known."""
    for number, order in company.orders.items():
        yield from make_step(company, "order_placed", order["placed_at"], f"o{number}", number, channel=order["channel"])
    for number, delivery in company.deliveries.items():
        for kind, name in (("shipment_sent", "shipped_at"), ("delivered", "delivered_at")):
            yield from make_step(company, kind, delivery[name], f"d{number}", delivery["order_id"], supplier=delivery["supplier"])
    for line in company.order_lines:
        yield from make_step(company, "returned", line["returned_at"], f"l{line['line_id']}", line["order_id"])
    for number, contact in company.contacts.items():
        if contact["is_inbound"]:
            kind, about = f"contact_{contact['channel']}", {"channel": contact["channel"], "queue": contact["queue"]}
            yield from make_step(company, kind, contact["queued_at"], f"c{number}", contact["order_id"], contact=contact, **about)


def make_step(
    company: RawCompany, kind: str, moment: datetime | None, key: str, order: str | None, *, contact: Row | None = None, **about: Any
) -> Iterator[Step]:
    """The event, unless it has no time or no touchpoint."""
    touchpoint = name_touchpoint(kind, about.get("channel"), about.get("queue"), about.get("supplier"))
    if moment is not None and touchpoint is not None:
        known = order if order in company.orders else None
        buyer = company.orders[known]["customer"] if known else None
        customer = buyer if contact is None else company.find_customer(contact)
        yield Step(kind, touchpoint, moment, read_local_day(moment), key, known, customer)
