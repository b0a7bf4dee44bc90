"""The raw rows of a company in New York and their files; its folder is tests/companies/generated.

Every row is returned as written, so that a test can count it without our readers. Equal seeds give equal rows.
"""

from __future__ import annotations

import gzip
import json
import random
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

ZONE = ZoneInfo("America/New_York")
FIRST, UNTIL = date(2025, 10, 20), date(2026, 3, 16)  # from before the clocks went back to after they went forward
DAY = timedelta(days=1)

Row = dict[str, Any]

# Local days begin at 04:00 UTC in summer and at 05:00 in winter; the clocks change on 2 November and on 8 March.
EDGE_RINGS = {
    "2025-11-02T03:59:59Z": "2025-11-01",
    "2025-11-02T04:00:00Z": "2025-11-02",
    "2025-11-03T04:59:59Z": "2025-11-02",
    "2025-11-03T05:00:00Z": "2025-11-03",
    "2026-03-08T04:59:59Z": "2026-03-07",
    "2026-03-08T05:00:00Z": "2026-03-08",
    "2026-03-09T03:59:59Z": "2026-03-08",
    "2026-03-09T04:00:00Z": "2026-03-09",
}
# local text of the till -> its instant: in an hour that occurs twice the first one; a time that is skipped is an hour later
EDGE_SLIPS = {
    "2025-11-01 23:59:59": "2025-11-02T03:59:59Z",
    "2025-11-02 00:00:00": "2025-11-02T04:00:00Z",
    "2025-11-02 01:30:00": "2025-11-02T05:30:00Z",
    "2025-11-02 23:59:59": "2025-11-03T04:59:59Z",
    "2026-03-08 02:30:00": "2026-03-08T07:30:00Z",
    "2026-03-08 23:59:59": "2026-03-09T03:59:59Z",
}
# when a parcel promised for 2 November came -> whether that was still the promised local day
EDGE_STOPS = {"2025-11-03T04:59:59Z": True, "2025-11-03T05:00:00Z": False}


@dataclass(frozen=True)
class RawRows:
    """The rows of the five systems' tables and files, in the order of writing."""

    slips: tuple[Row, ...]
    patrons: tuple[Row, ...]
    rings: tuple[Row, ...]
    stops: tuple[Row, ...]
    cards: tuple[Row, ...]


def generate_rows(seed: int = 7) -> RawRows:
    """All rows of the company."""
    dice = random.Random(seed)
    patrons = tuple(
        {"patron_no": f"P{number}", "cell": f"(212) 555-{number:04d}", "joined_at": "2025-01-05 09:00:00"} for number in range(80)
    )
    slips = tuple(make_slips(dice))
    rings = tuple(make_rings(dice, [slip["slip_no"] for slip in slips]))
    stops = tuple(make_stops(dice, slips))
    return RawRows(slips, patrons, rings, stops, tuple(make_cards(dice, slips, rings, stops)))


def list_days() -> list[date]:
    """Every local day of the company."""
    return [FIRST + offset * DAY for offset in range((UNTIL - FIRST).days)]


def pick_moment(dice: random.Random, day: date) -> datetime:
    """A moment of a local day, some of them close to its ends; without offset."""
    second = dice.choice((dice.randrange(86_400), dice.randrange(600), 86_399 - dice.randrange(600)))
    return datetime.combine(day, time()) + timedelta(seconds=second)


def write_utc(moment: datetime) -> str:
    """An aware moment as ISO 8601 with Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def make_slips(dice: random.Random) -> Iterator[Row]:
    """States of slips: later ones void, correct or move a slip; some occur twice; some are for training or in Canadian dollars."""
    number = 0
    for day in list_days():
        for _ in range(dice.randint(5, 9)):
            number += 1
            moment = pick_moment(dice, day)
            slip = {
                "slip_no": f"S{number}" if dice.random() > 0.02 else f"TRAINING{number}",
                "patron_no": dice.choice((f"P{dice.randrange(90)}", None)),
                "rung_at": f"{moment}",
                "aisle": dice.choices(("counter", "dial", "kiosk"), (6, 3, 1))[0],
                "state": dice.choice(("OPEN", "DONE")),
                "cents": dice.randint(300, 9000),
                "money": dice.choices(("USD", None, "CAD"), (85, 10, 5))[0],
                "tender": dice.choice(("cash", "card")),
                "touched_at": f"{moment}",
            }
            yield slip
            if dice.random() < 0.03:
                yield slip
            later = {"touched_at": f"{pick_moment(dice, day + DAY)}"}
            change = dice.choices(("none", "void", "price", "day"), (80, 10, 7, 3))[0]
            if change == "none" or day + 2 * DAY > UNTIL:
                continue
            changed = {"void": {"state": "VOID"}, "price": {"cents": slip["cents"] + 500}, "day": {"rung_at": later["touched_at"]}}[change]
            yield slip | later | changed
    for text in EDGE_SLIPS:
        number += 1
        plain = {"state": "DONE", "cents": 2500, "money": "USD", "tender": "cash", "patron_no": None, "aisle": "counter"}
        yield {"slip_no": f"EDGE {text}", "rung_at": text, "touched_at": text, **plain}


def make_rings(dice: random.Random, slip_numbers: list[str]) -> Iterator[Row]:
    """Calls and messages with the fields of JSON lines. An abandoned call has no time of answer."""
    for number, day in enumerate(day for day in list_days() for _ in range(dice.randint(3, 8))):
        start = pick_moment(dice, day).replace(tzinfo=ZONE).astimezone(UTC)
        medium = dice.choices(("ring", "text", "letter", "shop"), (12, 3, 3, 2))[0]
        gave_up = None if medium == "letter" else dice.random() < 0.2
        wait = timedelta(seconds=dice.choice((2, 4, 5, 6, 30, 75, 240)))
        yield {
            "ring_no": f"R{number}",
            "medium": medium,
            "way": dice.choices(("in", "out"), (9, 1))[0],
            "desk": dice.choice(("wicks", "bills", None)),
            "caller": dice.choice(({"patron": f"P{dice.randrange(100)}"}, {"cell": f"+1212555{dice.randrange(100):04d}"}, {})),
            "about": {"slip": dice.choice(slip_numbers)} if dice.random() < 0.4 else None,
            "rang_at": write_utc(start),
            "lifted_at": None if gave_up or medium == "letter" else write_utc(start + wait),
            "hung_up_at": None if medium == "letter" else write_utc(start + wait + (timedelta() if gave_up else timedelta(minutes=4))),
            "gave_up": gave_up,
        }
    for text in EDGE_RINGS:
        asked = {"ring_no": f"EDGE {text}", "medium": "ring", "way": "in", "desk": "wicks", "caller": {}, "about": None}
        yield asked | {"rang_at": text, "lifted_at": text.replace("Z", "+00:00"), "hung_up_at": None, "gave_up": False}


def make_stops(dice: random.Random, slips: tuple[Row, ...]) -> Iterator[Row]:
    """Reports of stops: one when pledged, one when dropped. Some come a minute after midnight, some never."""
    for number, slip in enumerate(slips):
        if dice.random() > 0.5 or slip["slip_no"].startswith("EDGE"):
            continue
        day = date.fromisoformat(slip["touched_at"][:10])
        pledged = datetime.combine(day + dice.choice((1, 2, 9)) * DAY, time(dice.choice((0, 12, 20))), ZONE)
        stop = {
            "stop_no": f"D{number}",
            "slip_no": slip["slip_no"],
            "hauler": dice.choices(("oxcart", "lakefreight", "lockbox", "punt"), (5, 3, 2, 1))[0],
            "pledged_at": pledged.astimezone(UTC),
            "dropped_at": None,
            "told_at": datetime.combine(day, time(23), ZONE).astimezone(UTC),
        }
        yield stop
        # local midnight after the pledged day, then minutes around it
        midnight = datetime.combine(pledged.date() + DAY, time(), ZONE).astimezone(UTC)
        minutes = dice.choice((None, -300, -60, -1, 0, 1, 1500))
        if minutes is not None and (midnight + timedelta(minutes=minutes)).astimezone(ZONE).date() < UNTIL:
            dropped = midnight + timedelta(minutes=minutes)
            yield stop | {"dropped_at": dropped, "told_at": dropped}
    for text in EDGE_STOPS:
        dropped, pledged = datetime.fromisoformat(text), datetime(2025, 11, 2, 12, tzinfo=ZONE).astimezone(UTC)
        told = {"pledged_at": pledged, "dropped_at": dropped, "told_at": dropped}
        yield {"stop_no": f"EDGE {text}", "slip_no": None, "hauler": "oxcart", **told}


def make_cards(dice: random.Random, slips: tuple[Row, ...], rings: tuple[Row, ...], stops: tuple[Row, ...]) -> Iterator[Row]:
    """Survey cards about a slip, a call, a delivery stop, a place or the year; some on other scales, outside their scale, or sent twice."""
    number = 0
    for day in list_days():
        for _ in range(dice.randint(5, 10)):
            number += 1
            series = dice.choices(("till_card", "ring_card", "drop_card", "place_card", "yearly_card"), (4, 4, 5, 1, 1))[0]
            asks, lowest, highest = {"till_card": ("happy", 1, 5), "ring_card": ("effort", 1, 7), "place_card": ("happy", 1, 5)}.get(
                series, ("recommend", 0, 10)
            )
            if dice.random() < 0.03:
                highest += 2
            sent = pick_moment(dice, day).replace(tzinfo=ZONE)
            card = {
                "card_no": f"C{number}",
                "series": series,
                "slip_no": dice.choice((None, dice.choice(slips)["slip_no"], "S0")) if series == "till_card" else None,
                "ring_no": dice.choice(rings)["ring_no"] if series == "ring_card" else None,
                "stop_no": dice.choice(stops)["stop_no"] if series == "drop_card" and dice.random() < 0.9 else None,
                "place": dice.choice(("porch_drop", "nowhere")) if series == "place_card" else None,
                "sent_at": sent.isoformat(),
                "back_at": (sent + timedelta(hours=5)).isoformat(),
                "asks": asks,
                "mark": dice.randint(lowest, highest) if dice.random() > 0.02 else highest + 1,
                "lowest": lowest,
                "highest": highest,
            }
            yield card
            if dice.random() < 0.05:
                yield card | {"mark": lowest, "back_at": (sent + timedelta(hours=9)).isoformat()}


def write_company(folder: Path, raw: RawRows) -> None:
    """Write the till's database, packed JSON lines a month, Parquet a day, and one file of cards."""
    folder.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(folder / "register.db") as connection:
        for table, rows in (("slip_journal", raw.slips), ("patrons", raw.patrons)):
            columns = list(rows[0])
            connection.execute(f"create table {table} ({', '.join(columns)})")
            values = [tuple(row[column] for column in columns) for row in rows]
            connection.executemany(f"insert into {table} values ({', '.join('?' * len(columns))})", values)
    connection.close()
    months, days = defaultdict(list), defaultdict(list)
    for row in raw.rings:
        months[row["rang_at"][:7]].append(json.dumps(row))
    for month, lines in months.items():
        text = "\n".join([*lines, '{"ring_no": "cut off']) + "\n"
        (folder / f"rings-{month}.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    for row in raw.stops:
        days[row["told_at"].astimezone(ZONE).date()].append(row)
    kinds = {name: pl.Datetime("us", "UTC") for name in ("pledged_at", "dropped_at", "told_at")}
    for day, rows in days.items():
        pl.DataFrame(rows, schema_overrides=kinds).write_parquet(folder / f"stops_{day:%Y%m%d}.parquet")
    (folder / "cards.jsonl").write_text("".join(json.dumps(card) + "\n" for card in raw.cards), encoding="utf-8")
