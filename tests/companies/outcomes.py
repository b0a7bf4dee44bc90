"""A company with few orders and contacts and all their outcomes; its folder is tests/companies/outcomes, its data are written here.

It covers seven weeks, so that windows of 7, 28 and 30 days are closed for some days and open for others. Times are Dutch.
Rows are in the file of the day they were delivered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

from tests.companies.tiny import PROJECT, tiny_environment

FOLDER = PROJECT / "tests" / "companies" / "outcomes"
FIRST, UNTIL = date(2026, 3, 1), date(2026, 4, 20)

HEADERS: Mapping[str, str] = {
    "customers": "customer,phone,since",
    "orders": "order_id,customer,placed_at,channel,total",
    "lines": "order_id,line_no,placed_at,quantity,returned,returned_at,changed_at",
    "costs": "day,channel,kind,amount",
    "contacts": "contact_id,customer,phone,channel,topic,order_id,queued_at,answered_at,ended_at,talk,hold,wrap,abandoned,resolved",
    "deliveries": "delivery_id,order_id,line_no,supplier,requested,promised_at,scheduled_at,shipped_at,delivered_at,"
    "attempts,ordered,brought,damaged,changed_at",
}

# (table, day delivered, row)
ROWS: tuple[tuple[str, str, str], ...] = (
    ("customers", "2026-03-01", "C1,,2026-01-01T10:00"),
    ("customers", "2026-03-01", "C2,,2026-01-01T10:00"),
    # known only from the 18th on, with the number K6 called from on the 4th
    ("customers", "2026-03-18", "C3,0612345678,2026-03-18T10:00"),
    ("orders", "2026-03-02", "P1,C1,2026-03-02T10:00,web,100.00"),
    ("orders", "2026-03-02", "P2,C2,2026-03-02T23:50,web,20.00"),
    ("orders", "2026-03-10", "P4,C2,2026-03-10T10:00,phone,40.00"),
    ("orders", "2026-03-25", "P3,C1,2026-03-25T10:00,web,30.00"),
    ("lines", "2026-03-02", "P1,1,2026-03-02T10:00,2,,,2026-03-02T10:00"),
    ("lines", "2026-03-02", "P1,2,2026-03-02T10:00,3,,,2026-03-02T10:00"),
    ("lines", "2026-03-02", "P2,1,2026-03-02T23:50,1,,,2026-03-02T23:50"),
    ("lines", "2026-03-10", "P4,1,2026-03-10T10:00,4,,,2026-03-10T10:00"),
    # one of two pieces back; the last piece of P2 on the 30th day after it left; three of P1 too late to count
    ("lines", "2026-03-20", "P1,1,2026-03-02T10:00,2,1,2026-03-20T10:00,2026-03-20T10:00"),
    ("lines", "2026-04-02", "P2,1,2026-03-02T23:50,1,1,2026-04-02T10:00,2026-04-02T10:00"),
    ("lines", "2026-04-10", "P1,2,2026-03-02T10:00,3,3,2026-04-10T10:00,2026-04-10T10:00"),
    ("costs", "2026-03-31", "2026-03-31,phone,contact,100.00"),
    ("costs", "2026-03-31", "2026-03-31,mail,contact,50.00"),
    ("costs", "2026-03-31", "2026-03-31,transport,redelivery,30.00"),
    ("costs", "2026-03-31", "2026-03-31,warehouse,return,20.00"),
    ("costs", "2026-03-31", "2026-03-31,web,marketing,500.00"),
    ("costs", "2026-04-19", "2026-04-19,web,marketing,500.00"),
    ("costs", "2026-03-01", "2026-03-01,web,marketing,1.00"),
    # before the first contact it is unknown whether orders had contacts
    ("contacts", "2026-03-02", "K0,C2,,mail,other,,2026-03-02T09:00,,,,,,,"),
    # K1 is followed by K2 a minute before seven days are over; K2 by K3 a minute after
    ("contacts", "2026-03-03", "K1,C1,,phone,parcel,P1,2026-03-03T10:00,2026-03-03T10:00:15,2026-03-03T10:03,100,20,30,false,true"),
    ("contacts", "2026-03-03", "K4,C2,,phone,return,P2,2026-03-03T10:00,2026-03-03T10:00:21,2026-03-03T10:03,60,,,false,true"),
    ("contacts", "2026-03-04", "K5,C2,,phone,payment,,2026-03-04T10:00,2026-03-04T10:00:20,2026-03-04T10:03,50,,,false,false"),
    ("contacts", "2026-03-04", "K6,,06-12345678,phone,parcel,,2026-03-04T11:00,2026-03-04T11:00:05,2026-03-04T11:03,40,,,false,true"),
    ("contacts", "2026-03-04", "K9,,0699999999,phone,parcel,,2026-03-04T12:00,,2026-03-04T12:01,,,,true,"),
    ("contacts", "2026-03-10", "K2,C1,,mail,parcel,P1,2026-03-10T09:59,2026-03-10T12:00,2026-03-10T12:10,200,,,,true"),
    ("contacts", "2026-03-17", "K3,C1,,phone,parcel,,2026-03-17T10:00,,2026-03-17T10:00:03,,,,true,"),
    # on the 30th day after P1 was placed: not in its cohort
    ("contacts", "2026-04-01", "K8,C1,,mail,refund,P1,2026-04-01T10:00,,,,,,,false"),
    # too near the end to know whether it was the last
    ("contacts", "2026-04-14", "K7,C1,,phone,parcel,,2026-04-14T10:00,2026-04-14T10:00:10,2026-04-14T10:03,30,,,false,true"),
    ("deliveries", "2026-03-03", "D1,P1,1,swift,2026-03-04,2026-03-04T22:00,2026-03-04T22:00,2026-03-03T18:00,,1,2,,,2026-03-03T18:00"),
    ("deliveries", "2026-03-03", "D4,P2,1,swift,2026-03-03,2026-03-04T22:00,2026-03-04T22:00,2026-03-03T18:00,,1,1,,,2026-03-03T18:00"),
    ("deliveries", "2026-03-04", "D1,P1,1,swift,2026-03-04,2026-03-04T22:00,2026-03-04T22:00,2026-03-03T18:00,2026-03-04T10:00,"
     "1,2,2,false,2026-03-04T20:00"),
    ("deliveries", "2026-03-04", "D4,P2,1,swift,2026-03-03,2026-03-04T22:00,2026-03-06T22:00,2026-03-03T18:00,,1,1,,,2026-03-04T20:00"),
    ("deliveries", "2026-03-05", "D2,P1,2,swift,,2026-03-05T22:00,2026-03-06T22:00,2026-03-04T18:00,2026-03-05T10:00,"
     "2,2,2,false,2026-03-05T20:00"),
    ("deliveries", "2026-03-05", "D3,P1,2,slow,,2026-03-05T22:00,,2026-03-04T18:00,2026-03-05T11:00,1,1,1,false,2026-03-05T20:00"),
    # a day late, damaged
    ("deliveries", "2026-03-06", "D4,P2,1,swift,2026-03-03,2026-03-04T22:00,2026-03-06T22:00,2026-03-03T18:00,2026-03-05T10:00,"
     "1,1,1,true,2026-03-06T20:00"),
    # one piece missing; then one that never arrived and names no order; then one with unknown quantities
    ("deliveries", "2026-03-22", "D5,P4,,swift,,2026-03-22T22:00,2026-03-22T22:00,2026-03-21T18:00,2026-03-22T10:00,"
     "1,4,3,false,2026-03-22T20:00"),
    ("deliveries", "2026-03-22", "D6,,,slow,,2026-03-22T22:00,,,,1,1,,,2026-03-22T20:00"),
    ("deliveries", "2026-03-28", "D7,P3,,swift,,2026-03-28T22:00,,,2026-03-28T10:00,1,,,,2026-03-28T20:00"),
)  # fmt: skip


def list_days(first: date, until: date) -> list[str]:
    """Every day of a half-open range, as ISO texts."""
    return [(first + timedelta(days=offset)).isoformat() for offset in range((until - first).days)]


def write_outcomes(folder: Path, days: Iterable[str]) -> None:
    """Write each table's file of each day; a day without rows is a file with its header alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for day in days:
        for table, header in HEADERS.items():
            lines = [row for name, told, row in ROWS if name == table and told == day]
            (folder / f"{table}_{day}.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def outcomes_environment(home: Path, data: Path) -> dict[str, str]:
    """The environment in which the command line works on this company."""
    return {**tiny_environment(home, data, FOLDER), "OUTCOMES_DATA": str(data)}
