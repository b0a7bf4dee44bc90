"""How long a written message waits, counting only the time in which its channel is open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import yaml

from tests.companies.tiny import PROJECT
from tests.warehouse.raw_kpis.company import Count, RawCompany
from tests.warehouse.raw_kpis.files import ZONE, read_local_day

WRITTEN = ("mail", "whatsapp", "social")
# the demo's WhatsApp desk; mail and social media have no declared hours, so they are always open
OPENS, CLOSES = time(7), time(23)
WITH_HOURS = ("whatsapp",)


def read_closed_days() -> set[date]:
    """The days on which the desk is closed: holidays, unless its hours say otherwise."""
    calendars = PROJECT / "company" / "calendars"
    hours = yaml.safe_load((calendars / "opening_hours.yml").read_text(encoding="utf-8"))["opening_hours"]
    if not any(row.get("closed_on_holidays", True) for row in hours if row["channel"] in WITH_HOURS):
        return set()
    return {holiday["date"] for holiday in yaml.safe_load((calendars / "holidays.yml").read_text(encoding="utf-8"))["holidays"]}


def measure_open_seconds(start: datetime, end: datetime, closed: set[date]) -> float:
    """Seconds between two instants in which the desk is open, day by day. Opening and closing are far from where clocks change."""
    day, seconds = read_local_day(start), 0.0
    while day <= read_local_day(end):
        opens, closes = (datetime.combine(day, clock, ZONE).timestamp() for clock in (OPENS, CLOSES))
        if day not in closed:
            seconds += max(0.0, min(end.timestamp(), closes) - max(start.timestamp(), opens))
        day += timedelta(days=1)
    return seconds


def count_first_response(company: RawCompany) -> Iterator[Count]:
    """Written messages that were answered."""
    closed = read_closed_days()
    for contact in company.inbound:
        start, end = contact["queued_at"], contact["answered_at"]
        if contact["channel"] not in WRITTEN or end is None or contact["is_abandoned"]:
            continue
        has_hours = contact["channel"] in WITH_HOURS
        waited = measure_open_seconds(start, end, closed) if has_hours else (end - start).total_seconds()
        yield Count("first_response_time", company.place_contact(contact), waited, 1)
