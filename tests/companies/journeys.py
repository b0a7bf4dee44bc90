"""A company whose few journeys can be checked by hand; its folder is tests/companies/journeys, its data are written here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.companies.tiny import PROJECT

FOLDER = PROJECT / "tests" / "companies" / "journeys"
# the loads: a day that names files, and the first day the load no longer covers
LOADS = (("2026-03-01", "2026-03-08"), ("2026-03-08", "2026-04-21"), ("2026-04-21", "2026-05-01"))
UNTIL = "2026-05-01"

ORDERS = "order_id,customer,placed_at,cancelled_at"
LINES = "order_id,line,placed_at,category,returned_at"
DELIVERIES = "delivery_id,order_id,promised_at,shipped_at,delivered_at,changed_at"
CONTACTS = "contact_id,customer,order_id,channel,queued_at"

# times are company time: 30 March and later is summer time
FILES: Mapping[str, tuple[str, ...]] = {
    "customers.csv": ("customer,since", *(f"C{number},2025-01-01T10:00:00" for number in range(1, 7))),
    "orders_2026-03-01.csv": (
        ORDERS,
        "A1,C1,2026-03-01T10:00:00,",
        "A2,C1,2026-03-02T10:00:00,2026-03-02T12:00:00",
        "A3,C2,2026-03-03T10:00:00,",
        "A4,C9,2026-03-04T10:00:00,",
        "A7,C4,2026-03-01T10:00:00,",
        "A8,C5,2026-03-01T10:00:00,",
    ),
    "orders_2026-03-08.csv": (ORDERS, "A9,C6,2026-04-01T00:30:00,", "A6,C3,2026-04-20T10:00:00,"),
    "orders_2026-04-21.csv": (ORDERS, "A5,C3,2026-04-25T10:00:00,"),
    "lines_2026-03-01.csv": (
        LINES,
        "A1,1,2026-03-01T10:00:00,chair,2026-03-10T10:00:00",
        "A3,1,2026-03-03T10:00:00,chair,2026-03-15T10:00:00",
        "A3,2,2026-03-03T10:00:00,stool,2026-03-15T17:00:00",
    ),
    "lines_2026-03-08.csv": (LINES, "A6,1,2026-04-20T10:00:00,sofa,", "A6,2,2026-04-20T10:00:00,chair,"),
    "lines_2026-04-21.csv": (LINES,),
    "deliveries_2026-03-01.csv": (
        DELIVERIES,
        "D1,A1,2026-03-05T12:00:00,2026-03-02T10:00:00,,2026-03-02T10:00:00",
        "D3,A3,2026-03-05T12:00:00,2026-03-04T10:00:00,2026-03-05T10:00:00,2026-03-05T10:00:00",
        "D4,A3,2026-03-05T12:00:00,2026-03-04T15:00:00,2026-03-06T10:00:00,2026-03-06T10:00:00",
        "D5,A4,2026-03-06T12:00:00,2026-03-05T10:00:00,,2026-03-05T10:00:00",
    ),
    "deliveries_2026-03-08.csv": (
        DELIVERIES,
        "D1,A1,2026-03-05T12:00:00,2026-03-02T10:00:00,2026-03-05T10:00:00,2026-03-08T10:00:00",
        "D10,A4,2026-03-06T12:00:00,2026-03-09T10:00:00,,2026-03-09T10:00:00",
        "D7,A7,2026-04-02T12:00:00,2026-03-31T11:00:00,,2026-03-31T11:00:00",
        "D8,A8,2026-04-02T12:00:00,2026-04-01T11:00:00,,2026-04-01T11:00:00",
    ),
    "deliveries_2026-04-21.csv": (
        DELIVERIES,
        "D6,A6,2026-04-22T12:00:00,2026-04-21T10:00:00,2026-04-22T10:00:00,2026-04-22T10:00:00",
        "D9,A5,2026-04-28T12:00:00,2026-04-26T10:00:00,,2026-04-26T10:00:00",
    ),
    "contacts_2026-03-01.csv": (
        CONTACTS,
        "K1,C1,A1,phone,2026-03-03T10:00:00",
        "K2,C1,A1,phone,2026-03-06T10:00:00",
        "K4,C2,,phone,2026-03-07T10:00:00",
    ),
    "contacts_2026-03-08.csv": (
        CONTACTS,
        "K5,C2,,mail,2026-03-08T10:00:00",
        "K6,,,phone,2026-03-08T11:00:00",
        "K3,C1,A1,phone,2026-03-12T10:00:00",
        "K7,C1,A1,phone,2026-04-20T10:00:00",
    ),
    "contacts_2026-04-21.csv": (CONTACTS, "K8,C3,A6,phone,2026-04-28T10:00:00", "K9,C3,ZZ,phone,2026-04-28T11:00:00"),
}


def write_loads(folder: Path, days: Iterable[str] = tuple(day for day, _ in LOADS)) -> None:
    """Write the files of the given loads, and the customers."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = ("customers", *days)
    for name, lines in FILES.items():
        if any(part in name for part in wanted):
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
