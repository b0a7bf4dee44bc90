"""A company small enough to count by hand: its folder is tests/companies/tiny, its data are written here."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.companies.commands import PROJECT

FOLDER = PROJECT / "tests" / "companies" / "tiny"
DAYS = ("2026-03-01", "2026-03-02", "2026-03-03")
UNTIL = "2026-03-04"

ORDERS = "order_id,customer,placed_at,channel,state,currency,total,payment,changed_at"
VISITS = "day,hour,channel,sessions"
DELIVERIES = "delivery_id,order_id,supplier,promised_at,delivered_at,changed_at"
ANSWERS = "response_id,survey,order_id,contact_id,delivery_id,hint,asked_at,metric,score,low,high"

# file name -> text of a CSV file
CSV_FILES: Mapping[str, tuple[str, ...]] = {
    "customers.csv": (
        "customer,email,phone,since",
        "C1,Ann@example.org,0612345678,2025-01-01T10:00:00",
        "C2,bob@example.org,,2025-02-01T10:00:00",
        "C3,shared@example.org,,2025-02-01T10:00:00",
        "C4,shared@example.org,,2025-02-01T10:00:00",
    ),
    "orders_2026-03-01.csv": (
        ORDERS,
        "O1,C1,2026-03-01T09:00:00,web,placed,EUR,40.00,card,2026-03-01T09:00:00",
        "O2,C2,2026-03-01T10:00:00,web,placed,EUR,60.00,card,2026-03-01T10:00:00",
        "O3,C9,2026-03-01T23:30:00,web,placed,USD,999.00,card,2026-03-01T23:30:00",
    ),
    "orders_2026-03-02.csv": (
        ORDERS,
        "O4,C1,2026-03-02T09:00:00,web,placed,EUR,80.00,card,2026-03-02T09:00:00",
        "O2,C2,2026-03-01T10:00:00,web,cancelled,EUR,60.00,card,2026-03-02T11:00:00",
        "O5,C2,2026-03-02T12:00:00,web,placed,,20.00,invoice,2026-03-02T12:00:00",
        "O5,C2,2026-03-02T12:00:00,web,placed,,20.00,invoice,2026-03-02T12:00:00",
        "O6,C2,2026-03-02T12:00:00,web,lost,EUR,20.00,invoice,2026-03-02T12:00:00",
        "O7,C2,yesterday,web,placed,EUR,20.00,invoice,2026-03-02T12:00:00",
    ),
    "orders_2026-03-03.csv": (ORDERS, "O8,C3,2026-03-03T08:00:00,telex,placed,EUR,10.00,card,2026-03-03T08:00:00"),
    "visits_2026-03-01.csv": (VISITS, "2026-03-01,9,web,30", "2026-03-01,10,web,10"),
    "visits_2026-03-02.csv": (VISITS, "2026-03-02,9,web,40"),
    "visits_2026-03-03.csv": (VISITS, "2026-03-03,9,web,20"),
    "deliveries_2026-03-01.csv": (
        DELIVERIES,
        "D1,O1,swift,2026-03-02T12:00:00,,2026-03-01T12:00:00",
        "D2,O2,swift,2026-03-03T12:00:00,2026-03-03T23:59:00,2026-03-01T12:00:00",
    ),
    "deliveries_2026-03-02.csv": (
        DELIVERIES,
        "D1,O1,swift,2026-03-02T12:00:00,2026-03-02T20:00:00,2026-03-02T20:00:00",
        "D3,O4,slow,2026-03-03T12:00:00,2026-03-04T00:01:00,2026-03-02T12:00:00",
        "D4,O5,slow,2026-03-03T12:00:00,,2026-03-02T12:00:00",
        "D5,O5,slow,2026-03-09T12:00:00,,2026-03-02T12:00:00",
    ),
    "deliveries_2026-03-03.csv": (DELIVERIES,),
    "answers_2026-03-02.csv": (
        ANSWERS,
        "A1,parcel,,,D1,,2026-03-03T09:00:00,nps,10,0,10",
        "A2,parcel,,,D2,,2026-03-03T09:00:00,nps,5,0,10",
        "A3,service,,K1,,,2026-03-02T09:00:00,ces,6,1,7",
        "A4,service,,K2,,,2026-03-02T09:00:00,ces,3,1,7",
        "A5,checkout,,,,,2026-03-02T09:00:00,csat,4,1,5",
        "A6,checkout,O4,,,,2026-03-03T09:00:00,csat,2,1,5",
        "A7,checkout,,,,,2026-03-02T09:00:00,csat,6,1,7",
        "A8,checkout,,,,,2026-03-02T09:00:00,csat,9,1,5",
        "A9,yearly,,,,,2026-03-02T09:00:00,nps,9,0,10",
        "A10,other,,,,site,2026-03-02T09:00:00,csat,5,1,5",
        "A11,other,,,,,2026-03-02T09:00:00,csat,5,1,5",
    ),
    "answers_2026-03-01.csv": (ANSWERS,),
    "answers_2026-03-03.csv": (ANSWERS,),
}

# file name -> JSON lines
CONTACTS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "contacts_2026-03-01.jsonl": (
        {"id": "K1", "customer": "C1", "channel": "phone", "topic": "order", "order_id": "O1", "queued_at": "2026-03-01T12:00:00",
         "answered_at": "2026-03-01T12:00:20", "ended_at": "2026-03-01T12:05:00", "abandoned": False},
        {"id": "K2", "phone": "+31 6 1234 5678", "channel": "phone", "topic": "returns", "queued_at": "2026-03-01T12:00:00",
         "answered_at": "2026-03-01T12:01:00", "ended_at": "2026-03-01T12:05:00", "abandoned": False},
    ),
    "contacts_2026-03-02.jsonl": (
        {"id": "K3", "email": "shared@example.org", "channel": "phone", "topic": "order", "queued_at": "2026-03-02T12:00:00",
         "ended_at": "2026-03-02T12:00:04", "abandoned": True},
        {"id": "K4", "phone": "0699999999", "channel": "phone", "topic": "order", "order_id": "O2", "queued_at": "2026-03-02T12:00:00",
         "ended_at": "2026-03-02T12:00:40", "abandoned": True},
        {"id": "K5", "email": "BOB@example.org ", "channel": "mail", "topic": "order", "order_id": "O2",
         "queued_at": "2026-03-02T12:00:00", "answered_at": "2026-03-03T09:30:00"},
        {"id": "K6", "channel": "phone", "topic": "order", "queued_at": "2026-03-02T13:00:00",
         "answered_at": "2026-03-02T13:00:40", "ended_at": "2026-03-02T13:05:00", "abandoned": False},
    ),
    "contacts_2026-03-03.jsonl": (),
}  # fmt: skip


def write_data(folder: Path, days: Iterable[str] = DAYS) -> None:
    """Write the data files of the given days, and the customers."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = tuple(days)
    for name, lines in CSV_FILES.items():
        if name == "customers.csv" or any(day in name for day in wanted):
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, contacts in CONTACTS.items():
        if any(day in name for day in wanted):
            (folder / name).write_text("".join(json.dumps(contact) + "\n" for contact in contacts), encoding="utf-8")


def tiny_environment(home: Path, data: Path, company: Path = FOLDER) -> dict[str, str]:
    """The environment in which the command line works on the tiny company."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("CXHOUSE_")},
        "CXHOUSE_HOME": str(home),
        "CXHOUSE_COMPANY": str(company),
        "CXHOUSE_HASH_KEY": "a key for tests",
        "TINY_DATA": str(data),
        # no test of a small company reads dbt's log or its description of what it built: an eighth of a build's time
        "DBT_LOG_LEVEL_FILE": "none",
        "DBT_WRITE_JSON": "false",
    }
