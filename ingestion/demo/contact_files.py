"""The contact center's log: one JSONL file per day, nested objects, local time with offset.

A contact that is open at the end of its day is listed again in the file of the day it was settled.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ingestion.demo.clock import NEVER
from ingestion.demo.contacts import CHAT, MAIL, PHONE, QUEUES, SHOP, SOCIAL, TOPICS, UNKNOWN, WHATSAPP, Contacts
from ingestion.demo.customers import Customers
from ingestion.demo.files import add_line, format_moments
from ingestion.demo.orders import Orders
from ingestion.demo.world import World

TYPES = ("VOICE", "EMAIL", "WEBCHAT", "WHATSAPP", "DESK", "SOCIAL")
LOCAL = "%Y-%m-%dT%H:%M:%S%:z"
KNOWN_SHARE = (0.42, 0.35, 0.55, 0.2, 0.5, 0.0)
REOPENED_SHARE, DOUBLE_SHARE = 0.03, 0.012
BROKEN = ('{"conversationId": "CC-', '{"conversationId": "CC-9", "routing": {"queuedAt": "gisteren"}}', "** export restarted **")


def write_contact_files(folder: Path, world: World, customers: Customers, orders: Orders, contacts: Contacts) -> int:
    """Write the logs; returns the number of files."""
    random = world.stream("contact files")
    folder.mkdir(parents=True, exist_ok=True)
    by_day = _lines_by_day(random, world, customers, orders, contacts)
    for day, lines in enumerate(by_day):
        broken = BROKEN[int(random.integers(len(BROKEN)))] if random.random() < world.damaged_share and day < world.calm_day else None
        text = add_line(lines, broken) if broken else "".join(f"{line}\n" for line in lines)
        (folder / f"contacts_{world.clock.date_of(day).isoformat()}.jsonl").write_text(text, encoding="utf-8")
    return len(by_day)


def _lines_by_day(random: np.random.Generator, world: World, customers: Customers, orders: Orders, contacts: Contacts) -> list[list[str]]:
    """The content of each day's export: the day's contacts as they were that night, and older ones that were settled that day."""
    days = world.clock.days
    exported = format_moments(world.clock.to_utc(np.arange(days), np.full(days, 23 * 3600 + 3000)), LOCAL).to_list()
    by_day: list[list[str]] = [[] for _ in range(days)]
    ended = contacts.queued + contacts.wait + contacts.talk + contacts.hold
    settled_day = world.clock.day_of(ended)
    reopened = (random.random(contacts.count) < REOPENED_SHARE) & ~contacts.is_abandoned
    settled_day = np.where(reopened & (settled_day == contacts.day), contacts.day + 1, settled_day).tolist()
    is_double = (random.random(contacts.count) < DOUBLE_SHARE).tolist()
    for position, record in enumerate(_records(random, world, customers, orders, contacts)):
        day, later = int(contacts.day[position]), settled_day[position]
        first = json.dumps({**(_as_open(record) if later > day else record), "exportedAt": exported[day]})
        by_day[day] += [first, first] if is_double[position] else [first]
        if day < later < days:
            by_day[later].append(json.dumps({**record, "exportedAt": exported[later]}))
    return by_day


def _as_open(record: dict) -> dict:
    """The contact before it was settled: without an answer, or with an answer that did not settle it."""
    routing = {name: value for name, value in record["routing"].items() if name != "answeredAt"}
    kept = {name: value for name, value in record.items() if name not in ("handling", "endedAt")}
    return {**kept, "routing": routing, "result": {"status": "open", "solved": False}}


def _records(random: np.random.Generator, world: World, customers: Customers, orders: Orders, contacts: Contacts) -> Iterator[dict]:
    """One nested record per contact in its final state, in order of time."""
    columns = _columns(random, orders, contacts) | _identities(random, customers, contacts)
    names = list(columns)
    for values in zip(*columns.values(), strict=True):
        row = dict(zip(names, values, strict=True))
        is_abandoned = row["is_abandoned"]
        routing = {"queue": row["queue"], "queuedAt": row["queued"], "abandoned": is_abandoned, "transferred": row["is_transferred"]}
        record = {
            "conversationId": row["number"],
            "channel": {"type": TYPES[row["channel"]], "direction": "in"},
            "customer": {name: row[name] for name in ("crmId", "phone", "email", "zip", "houseNr") if row[name] is not None},
            "routing": routing if is_abandoned else {**routing, "answeredAt": row["answered"]},
            "reason": {"code": row["topic"], "orderRef": row["order"]} if row["order"] else {"code": row["topic"]},
            "endedAt": row["ended"],
            "result": {"status": "dropped" if is_abandoned else "closed", "solved": row["is_resolved"]},
        }
        if not is_abandoned:
            record["handling"] = {"agent": f"A{row['agent']}", "talkSec": row["talk"], "holdSec": row["hold"], "wrapSec": row["wrap"]}
        yield record


def _columns(random: np.random.Generator, orders: Orders, contacts: Contacts) -> dict[str, list]:
    answered = np.where(contacts.is_abandoned, NEVER, contacts.queued + contacts.wait)
    ended = contacts.queued + contacts.wait + contacts.talk + contacts.hold
    numbers = orders.number
    names_order = (contacts.order != NEVER) & (random.random(contacts.count) < 0.82)
    return {
        "number": contacts.number.tolist(),
        "channel": contacts.channel.tolist(),
        "queue": np.array(QUEUES)[contacts.topic].tolist(),
        "topic": np.array(TOPICS)[contacts.topic].tolist(),
        "order": [str(numbers[order]) if named else None for order, named in zip(contacts.order, names_order, strict=True)],
        "queued": format_moments(contacts.queued, LOCAL).to_list(),
        "answered": format_moments(answered, LOCAL).to_list(),
        "ended": format_moments(ended, LOCAL).to_list(),
        "is_abandoned": contacts.is_abandoned.tolist(),
        "is_transferred": contacts.is_transferred.tolist(),
        "is_resolved": contacts.is_resolved.tolist(),
        "agent": contacts.agent.tolist(),
        "talk": contacts.talk.tolist(),
        "hold": contacts.hold.tolist(),
        "wrap": contacts.wrap.tolist(),
    }


def _identities(random: np.random.Generator, customers: Customers, contacts: Contacts) -> dict[str, list]:
    """The personal data that each channel has: customer number, telephone number or e-mail address, also of people without an account."""
    count = contacts.count
    is_stranger = contacts.customer == UNKNOWN
    customer = np.maximum(contacts.customer, 0)
    phone = np.where(is_stranger, random.integers(10_000_000, 99_999_999, count), customers.phone[customer])
    text = phone.astype(str)
    style = random.integers(0, 3, count)
    written = np.select([style == 0, style == 1], [np.char.add("+316", text), np.char.add("06", text)], np.char.add("00316", text))
    stranger_mail = np.char.add(np.char.add("vraag", phone.astype(str)), "@elders.example")
    email = np.where(is_stranger, stranger_mail, customers.email[customer])
    email = np.where(random.random(count) < 0.15, np.char.upper(email), email)
    has_number = ~is_stranger & (random.random(count) < np.array(KNOWN_SHARE)[contacts.channel])
    has_phone = np.isin(contacts.channel, (PHONE, WHATSAPP)) & (random.random(count) < 0.94)
    has_email = (contacts.channel == MAIL) | ((contacts.channel == CHAT) & ~has_number)
    has_address = (contacts.channel == SHOP) & ~is_stranger & ~has_number
    has_number &= contacts.channel != SOCIAL
    return {
        "crmId": _where(has_number, customers.number[customer]),
        "phone": _where(has_phone, written),
        "email": _where(has_email, email),
        "zip": _where(has_address, customers.postcode[customer]),
        "houseNr": _where(has_address, customers.house_number[customer].astype(str)),
    }


def _where(chosen: np.ndarray, values: np.ndarray) -> list[str | None]:
    return [value if is_chosen else None for is_chosen, value in zip(chosen.tolist(), values.tolist(), strict=True)]
