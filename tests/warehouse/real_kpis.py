"""The KPIs that the real data allow, counted in plain Python, and why they do not allow the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.warehouse.real_data import read_day, read_delivery_day, read_raw, read_sales

AGAIN = timedelta(days=7)

# numerator and denominator over all days, as docs/kpi-check-values.md has them
ON_PAPER: Mapping[str, tuple[float, int]] = {
    "average_order_value": (1177137.12, 2110),
    "contacts_without_customer": (7, 8),
    "first_contact_resolution": (1, 1),
    "late_of_delivered": (32, 2000),
    "on_time_delivery": (1968, 2000),
    "on_time_scheduled": (1968, 2000),
    "promise_kept": (1325, 1355),
}

NO_RECOMMENDATION = "no row of survey_responses has metric nps"
NO_PHASE = "no phase of a journey with a begin and an end has ended"
NO_EFFORT = "no row of survey_responses has metric ces"
NO_SERVICE_LEVEL = "no source fills contacts.answered_at; no source fills contacts.is_abandoned"
NOT_MEASURABLE: Mapping[str, str] = {
    "abandonment": "no source fills contacts.ended_at; no source fills contacts.is_abandoned",
    "average_handle_time": (
        "no source fills contacts.after_call_seconds; no source fills contacts.hold_seconds; no source fills contacts.talk_seconds"
    ),
    "average_speed_of_answer": "no source fills contacts.answered_at",
    "ces": NO_EFFORT,
    "ces_mean": NO_EFFORT,
    "contact_rate": "no source fills contacts.order_id",
    "contact_rate_by_cohort": "no source fills contacts.order_id",
    "contacts_caused": "no source fills contacts.order_id",
    "conversion": "no source delivers visits",
    "cost_per_delivery": "no row of costs has kind contact or redelivery or return",
    "cost_to_serve": "no row of costs has kind contact or redelivery or return",
    "csat": "no row of survey_responses has metric csat",
    "damage_rate": "no source fills deliveries.is_damaged",
    "experience_high": NO_RECOMMENDATION,
    "experience_low": NO_RECOMMENDATION,
    "experience_middle": NO_RECOMMENDATION,
    "first_response_time": "no source fills contacts.answered_at",
    "handed_over_on_time": "no source fills deliveries.ship_by; no source fills deliveries.shipped_at",
    "nps": NO_RECOMMENDATION,
    "on_time_in_full": "no source fills deliveries.quantity_delivered",
    "on_time_requested": "no source fills deliveries.requested_date",
    "perfect_order": "no source fills deliveries.is_damaged; no source fills deliveries.quantity_delivered",
    "phase_completion": NO_PHASE,
    "phase_dwell_time": NO_PHASE,
    "response_rate": "no source delivers survey_invitations",
    "return_rate": (
        "no source fills deliveries.shipped_at; no source fills order_lines.returned_at; no source fills order_lines.returned_quantity"
    ),
    "service_level_80_20": NO_SERVICE_LEVEL,
    "service_level_80_20_answered": NO_SERVICE_LEVEL,
    "service_level_80_20_net": (
        "no source fills contacts.answered_at; no source fills contacts.ended_at; no source fills contacts.is_abandoned"
    ),
    "supplier_nps": f"{NO_RECOMMENDATION}; no source fills survey_responses.delivery_id",
}

Count = tuple[str, date, float]


def count_sales() -> Iterator[Count]:
    """Pounds of every sale, copies of a line counted once."""
    for lines in read_sales().values():
        distinct = {tuple(line.values()): line for line in lines}.values()
        amount = sum((int(line["Quantity"]) * Decimal(line["UnitPrice"]) for line in distinct), start=Decimal())
        yield "average_order_value", min(read_day(line) for line in lines), float(amount)


def count_deliveries() -> Iterator[Count]:
    """Delivered by the only schedule; whole orders by the last schedule of their notes."""
    orders: dict[str, list[tuple[date, bool]]] = defaultdict(list)
    for row in read_raw("scms_delivery/*.csv"):
        due, delivered = (read_delivery_day(row[name]) for name in ("Scheduled Delivery Date", "Delivered to Client Date"))
        assert due is not None
        is_on_time = delivered is not None and delivered <= due
        orders[row["PO / SO #"]].append((due, is_on_time))
        for kpi in ("on_time_delivery", "on_time_scheduled"):
            yield kpi, due, float(is_on_time)
        if delivered is not None:
            yield "late_of_delivered", due, float(not is_on_time)
    for notes in orders.values():
        yield "promise_kept", max(due for due, _ in notes), float(all(is_on_time for _, is_on_time in notes))


def count_tickets() -> Iterator[Count]:
    """Tickets without a known customer; solved tickets of known customers, and whether there was another about the same topic."""
    known = {user["id"] for user in read_raw("zendesk/user_data.csv") if user["role"] == "end-user"}
    tickets = [ticket for ticket in read_raw("zendesk/ticket_data.csv") if ticket["status"] != "deleted"]
    asked = [(ticket["requester_id"], ticket["type"], datetime.fromisoformat(ticket["created_at"] + "Z")) for ticket in tickets]
    for ticket, (customer, matter, start) in zip(tickets, asked, strict=True):
        day = start.astimezone(ZoneInfo("Europe/London")).date()
        yield "contacts_without_customer", day, float(customer not in known)
        if customer in known and ticket["status"] in ("solved", "closed"):
            again = any(other[:2] == (customer, matter) and matter and start < other[2] <= start + AGAIN for other in asked)
            yield "first_contact_resolution", day, float(not again)


def count_real_kpis() -> dict[tuple[str, date | None], tuple[float, int]]:
    """Numerator and denominator by KPI and month, and over all days (None)."""
    sums: dict[tuple[str, date | None], list[float]] = defaultdict(lambda: [0.0, 0])
    for counts in (count_sales(), count_deliveries(), count_tickets()):
        for kpi, day, amount in counts:
            for period in (day.replace(day=1), None):
                sums[kpi, period][0] += amount
                sums[kpi, period][1] += 1
    return {key: (pair[0], int(pair[1])) for key, pair in sums.items()}
