"""The tiny company over nineteen weeks, either quiet throughout or with every problem at the end; all rows follow rules, none is random."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.companies.tiny import ANSWERS, DELIVERIES, FOLDER, ORDERS, VISITS

FIRST, DAYS = date(2026, 3, 1), 133
LAST = FIRST + timedelta(days=DAYS - 1)
UNTIL = (LAST + timedelta(days=1)).isoformat()
RECENT = 28
# a repeated contact is known a week later, so this problem begins a week earlier
RECENT_QUESTIONS = 35
COST_SOURCE = """
  ledger:
    description: Costs as CSV.
    owner: Finance
    connector: files
    tables:
      costs:
        path: ${TINY_DATA}/costs.csv
        format: csv
        window: {snapshot: true}
        columns:
          day: {type: date, required: true}
          channel: {type: text}
          kind: {type: text}
          amount: {type: decimal}
"""
COST_MODEL = "select day as date, channel, kind, amount, {{ lineage() }} from {{ source('ledger', 'costs') }}\n"
OPEN = "{channel: phone, weekday: %d, opens_at: '08:00', closes_at: '20:00', valid_from: 2026-01-01}"


def copy_company(folder: Path) -> Path:
    """The tiny company's folder with costs, opening hours and cancellations."""
    company = folder / "company"
    shutil.copytree(FOLDER, company)
    with (company / "sources.yml").open("a", encoding="utf-8") as file:
        file.write(COST_SOURCE)
    (company / "models" / "stg_ledger__costs.sql").write_text(COST_MODEL, encoding="utf-8")
    hours = ", ".join(OPEN % weekday for weekday in range(1, 8))
    (company / "calendars").mkdir(exist_ok=True)
    (company / "calendars" / "opening_hours.yml").write_text(f"opening_hours: [{hours}]\n", encoding="utf-8")
    orders = company / "models" / "stg_shop__orders.sql"
    cancelled = "case when state = 'cancelled' then changed_at end as cancelled_at,\n    changed_at as updated_at,"
    orders.write_text(orders.read_text(encoding="utf-8").replace("changed_at as updated_at,", cancelled), encoding="utf-8")
    touchpoints = company / "touchpoints.yml"
    rule = "events: [{event: order_placed, channel: web}"
    text = touchpoints.read_text(encoding="utf-8")
    assert rule in text
    touchpoints.write_text(text.replace(rule, f"{rule}, {{event: order_cancelled, channel: web}}"), encoding="utf-8")
    return company


def write_weeks(folder: Path, *, is_loud: bool) -> None:
    """Every file of the company; a file of a week is named by its last day."""
    folder.mkdir(parents=True, exist_ok=True)
    customers = [f"P{number},,,2025-01-01T10:00:00" for number in range(DAYS * 12)]
    write_lines(folder / "customers.csv", "customer,email,phone,since", customers)
    costs = [f"{day},phone,contact,{200 if is_loud and is_recent(number) else 100 + number % 3}" for number, day in list_days()]
    write_lines(folder / "costs.csv", "day,channel,kind,amount", costs)
    for first in range(0, DAYS, 7):
        week = [(number, day) for number, day in list_days() if first <= number < first + 7]
        name = week[-1][1].isoformat()
        parts = [make_day(number, day.isoformat(), is_loud) for number, day in week]
        for table, header in (("orders", ORDERS), ("visits", VISITS), ("deliveries", DELIVERIES), ("answers", ANSWERS)):
            write_lines(folder / f"{table}_{name}.csv", header, [line for part in parts for line in part[table]])
        lines = [json.dumps(contact) for part in parts for contact in part["contacts"]]
        (folder / f"contacts_{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_lines(path: Path, header: str, lines: list[str]) -> None:
    """A CSV file."""
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def list_days() -> list[tuple[int, date]]:
    """Every day with its number."""
    return [(number, FIRST + timedelta(days=number)) for number in range(DAYS)]


def is_recent(number: int, days: int = RECENT) -> bool:
    """Whether a day is one of the last."""
    return number >= DAYS - days


def make_day(number: int, day: str, is_loud: bool) -> dict[str, list[Any]]:
    """The rows of one day by table."""
    loud = is_loud and is_recent(number)
    contacts = list(make_contacts(number, day, loud, is_loud and is_recent(number, RECENT_QUESTIONS)))
    nights = 150 if loud else 8 + number % 4
    late = 5 if loud else number % 2
    noon = f"{day}T12:00:00"
    arrivals = [f"{date.fromisoformat(day) + timedelta(days=1)}T12:00:00" if each < late else noon for each in range(10)]
    return {
        "orders": [make_order(number, each, day, loud) for each in range(10)],
        "visits": [f"{day},{hour},web,20" for hour in range(9, 19)] + [f"{day},3,web,{nights}"],
        "deliveries": [f"D{number}-{each},O{number}-{each},swift,{noon},{arrivals[each]},{day}T06:00:00" for each in range(10)],
        "contacts": contacts,
        "answers": list(make_answers(number, day, loud)),
    }


def make_order(number: int, each: int, day: str, loud: bool) -> str:
    """One order; when loud, three in ten are cancelled and one in ten has an unknown state."""
    quiet_state = "cancelled" if each == 0 and number % 5 == 0 else "placed"
    state = ("lost" if each == 9 else "cancelled" if each < 3 else "placed") if loud else quiet_state
    return f"O{number}-{each},P{number * 12 + each},{day}T10:00:00,web,{state},EUR,{40 + each}.00,card,{day}T11:00:00"


def make_contacts(number: int, day: str, loud: bool, asks_again: bool) -> Iterator[dict[str, Any]]:
    """Eight calls and four mails; when loud, half of the calls complain and all wait; who asks again mails after a call."""
    for each in range(8):
        complains = each < 4 if loud else each == 0 and number % 4 == 0
        topic = "returns" if each == 7 else "complaint" if complains else f"order {each}"
        gave_up = each == 6 and number % 5 == 0
        seconds = (200 if loud else 20) + 3 * each
        yield {
            "id": f"K{number}-{each}", "customer": f"P{number * 12 + each}", "channel": "phone", "topic": topic,
            "order_id": f"O{number}-{each}", "queued_at": f"{day}T10:00:00", "ended_at": f"{day}T10:10:00", "abandoned": gave_up,
            "answered_at": None if gave_up else f"{day}T10:{seconds // 60:02d}:{seconds % 60:02d}",
        }  # fmt: skip
    for each in range(4):
        customer = number * 12 + (4 + each if asks_again else 8 + each)
        topic = "returns" if each == 3 else f"order {4 + each}"
        yield {
            "id": f"M{number}-{each}", "customer": f"P{customer}", "channel": "mail", "topic": topic, "queued_at": f"{day}T15:00:00",
            "answered_at": f"{day}T16:00:00", "ended_at": f"{day}T16:00:00", "abandoned": False,
        }  # fmt: skip


def make_answers(number: int, day: str, loud: bool) -> Iterator[str]:
    """Four answers about parcels, five about calls, two about the checkout."""
    for each in range(4):
        nps = (2 if each < 3 else 9) if loud else (3 if each == 0 and number % 6 == 0 else 9)
        yield f"N{number}-{each},parcel,,,D{number}-{each},,{day}T18:00:00,nps,{nps},0,10"
    for each in (0, 1, 2, 3, 7):
        ces = 2 if loud and each < 4 else (3 if each == 0 and number % 5 == 0 else 6)
        yield f"E{number}-{each},service,,K{number}-{each},,,{day}T18:00:00,ces,{ces},1,7"
    for each in range(2):
        yield f"S{number}-{each},checkout,,,,,{day}T18:00:00,csat,{4 + each},1,5"
