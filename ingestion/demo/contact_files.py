"""The contact center's log: one JSONL file a day, nested objects, local time with offset; a later day's file repeats some contacts with a later status."""

from __future__ import annotations

import json
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
REPEATED_SHARE, DOUBLE_SHARE, DAMAGED_SHARE = 0.04, 0.012, 0.05
BROKEN = ('{"conversationId": "CC-', '{"conversationId": "CC-9", "routing": {"queuedAt": "gisteren"}}', "** export restarted **")


def write_contact_files(folder: Path, world: World, customers: Customers, orders: Orders, contacts: Contacts) -> int:
    """Write the logs; returns the number of files."""
    random = world.stream("contact files")
    folder.mkdir(parents=True, exist_ok=True)
    days = world.clock.days
    by_day: list[list[str]] = [[] for _ in range(days)]
    repeats = random.random(contacts.count) < REPEATED_SHARE
    doubles = random.random(contacts.count) < DOUBLE_SHARE
    for position, record in enumerate(_records(random, world, customers, orders, contacts)):
        day = int(contacts.day[position])
        is_open = bool(repeats[position]) and day + 1 < days
        if is_open:
            solved, record["result"]["solved"] = record["result"]["solved"], False
            record["result"]["status"] = "open"
        line = json.dumps(record, ensure_ascii=False)
        by_day[day].append(line)
        if doubles[position]:
            by_day[day].append(line)
        if is_open:
            record["result"] = {"status": "closed", "solved": solved}
            record["exportedAt"] = _export_moment(world, day + 1)
            by_day[day + 1].append(json.dumps(record, ensure_ascii=False))
    for day, lines in enumerate(by_day):
        broken = BROKEN[int(random.integers(len(BROKEN)))] if random.random() < DAMAGED_SHARE * min(1.0, world.scale * 4) else None
        text = add_line(lines, broken) if broken else "\n".join(lines) + ("\n" if lines else "")
        (folder / f"contacts_{world.clock.date_of(day).isoformat()}.jsonl").write_text(text, encoding="utf-8")
    return days


def _records(random: np.random.Generator, world: World, customers: Customers, orders: Orders, contacts: Contacts):
    """One nested record per contact, in order of time."""
    columns = _columns(random, world, customers, orders, contacts)
    exported = [_export_moment(world, day) for day in range(world.clock.days)]
    for position in range(contacts.count):
        row = {name: values[position] for name, values in columns.items()}
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
            "exportedAt": exported[row["day"]],
        }
        if not is_abandoned:
            record["handling"] = {"agent": f"A{row['agent']}", "talkSec": row["talk"], "holdSec": row["hold"], "wrapSec": row["wrap"]}
        yield record


def _columns(random: np.random.Generator, world: World, customers: Customers, orders: Orders, contacts: Contacts) -> dict[str, list]:
    answered = np.where(contacts.is_abandoned, NEVER, contacts.queued + contacts.wait)
    ended = contacts.queued + contacts.wait + contacts.talk + contacts.hold
    numbers = orders.number
    names_order = (contacts.order != NEVER) & (random.random(contacts.count) < 0.82)
    return {
        "number": contacts.number.tolist(),
        "day": contacts.day.tolist(),
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
        **_identities(random, customers, contacts),
    }


def _identities(random: np.random.Generator, customers: Customers, contacts: Contacts) -> dict[str, list]:
    """What each channel knows of the person: a number, a telephone, an address; strangers give their own."""
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


def _export_moment(world: World, day: int) -> str:
    moment = world.clock.to_utc(np.array([day]), np.array([23 * 3600 + 50 * 60]))
    return format_moments(moment, LOCAL)[0]
