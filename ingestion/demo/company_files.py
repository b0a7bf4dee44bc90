"""Smaller files: visits per hour, costs per month, the change log."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from ingestion.demo.changes import START_HOUR, PlantedChange
from ingestion.demo.clock import ZONE
from ingestion.demo.files import Dialect, write_day_files
from ingestion.demo.traffic import Traffic, split_hours
from ingestion.demo.world import World

PROPERTIES = {"web": "www", "app": "ios-android", "shop": "door-counter"}
COSTS = (
    ("web", "marketing", 1450.0, 0.7),
    ("app", "marketing", 380.0, 0.7),
    ("shop", "rent", 1250.0, 0.0),
    ("shop", "staff", 1900.0, 0.2),
    ("phone", "staff", 2300.0, 0.3),
    ("mail", "staff", 720.0, 0.3),
    ("chat", "staff", 610.0, 0.3),
    ("whatsapp", "staff", 310.0, 0.3),
    ("web", "hosting", 290.0, 0.1),
    ("app", "hosting", 120.0, 0.1),
    ("transport", "redelivery", 95.0, 0.3),
    ("warehouse", "returns", 640.0, 0.3),
)
UNPLANNED = {"CHG-111": 20, "CHG-112": 3}


def write_visit_files(folder: Path, world: World, traffic: Traffic) -> int:
    """Web analytics: one file per day, one row per hour and property; returns the number of files."""
    rows = split_hours(world, traffic.sessions)
    day = np.array([row[0] for row in rows])
    frame = pl.DataFrame(
        {
            "day": pl.Series([world.clock.date_of(row[0]).isoformat() for row in rows]),
            "hour": [row[1] for row in rows],
            "property": [PROPERTIES[row[2]] for row in rows],
            "sessions": [row[3] for row in rows],
            "users": [row[4] for row in rows],
        }
    )
    return write_day_files(folder, Dialect("visits_", ".csv"), frame, day, world.clock, {})


def write_cost_files(folder: Path, world: World) -> int:
    """The extract of the financial ledger: one file per month; returns the number of files."""
    random = world.stream("costs")
    folder.mkdir(parents=True, exist_ok=True)
    busy = world.signals.value_without_effects("sessions.web")
    busy = busy / busy.mean()
    months: dict[str, list[str]] = {}
    for day, when in enumerate(world.clock.dates()):
        lines = months.setdefault(f"{when:%Y-%m}", ["posting_date,cost_centre,cost_type,amount_eur"])
        for channel, kind, amount, share in COSTS:
            value = amount * world.scale * (1 - share + share * busy[day]) * random.normal(1, 0.03)
            lines.append(f"{when.isoformat()},{channel.upper()},{kind},{value:.2f}")
    for month, lines in months.items():
        (folder / f"costs_{month}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(months)


def write_change_log(path: Path, world: World) -> None:
    """The departments' log of their changes as one file, with local times and its own vocabulary."""
    first = world.clock.first_day + timedelta(days=7)
    rows = [_change_row(change, read_on=world.clock.end) for change in world.changes if change.started_date >= first]
    pl.DataFrame(rows).write_csv(path)


def _change_row(change: PlantedChange, *, read_on: date) -> dict[str, str | None]:
    source = {name: value or None for name, value in change.columns.items()}
    logged = min(change.started_date + timedelta(days=UNPLANNED.get(change.change_id, -21)), read_on)
    is_planned = change.change_id not in UNPLANNED
    return {
        "Nr": change.change_id,
        "Title": source["title"],
        "Details": source["description"],
        "Start": f"{change.started_date.isoformat()} {START_HOUR}",
        "End": None,
        "Type": change.columns["kind"].upper(),
        "Touchpoints": _piped(source["touchpoints"]),
        "Systems": _piped(source["components"]),
        "Partners": _piped(source["suppliers"]),
        "Channels": _piped(source["channels"]),
        "Department": source["owner"],
        "Measure": source["primary_kpi"] if is_planned else None,
        "Goal": {"higher": "up", "lower": "down"}.get(source["expected_direction"] or "") if is_planned else None,
        "Size": source["expected_size"] if is_planned else None,
        "Evaluate": change.evaluation_date.isoformat() if is_planned and source["primary_kpi"] else None,
        "Budget": source["investment_amount"],
        "LoggedAt": datetime.combine(logged, time(10, 30), tzinfo=ZoneInfo(ZONE)).isoformat(),
    }


def _piped(value: str | None) -> str | None:
    return value.replace(" ", "|") if value else None
