"""The planted effects, written for tests; no other code reads them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from ingestion.demo.changes import read_effects
from ingestion.demo.clock import NEVER
from ingestion.demo.contacts import PHONE, Contacts
from ingestion.demo.customers import FAN, SPENDER, Customers
from ingestion.demo.deliveries import CARRIERS, NEW_CARRIER_CHANGE, NEW_CARRIER_SHARE, ZOEFPOST
from ingestion.demo.surveys import Answers
from ingestion.demo.world import World

AFTER_DAYS = 28


def write_truth(path: Path, world: World, customers: Customers, contacts: Contacts, answers: Answers) -> None:
    """Planted changes with their effect in the KPI's own unit over the four weeks after, and the two customer groups."""
    truth = {
        "first_day": world.clock.first_day.isoformat(),
        "end": world.clock.end.isoformat(),
        "changes": [
            {
                "change_id": change.change_id,
                "started_date": change.started_date.isoformat(),
                "planted_as": change.planted_as,
                "owner": change.columns["owner"],
                "primary_kpi": change.columns["primary_kpi"] or None,
                "touchpoints": change.columns["touchpoints"].split(),
                "effects": _effects_of(change.change_id, world, contacts, answers),
            }
            for change in world.changes
        ],
        "quiet_fans": customers.number[customers.group == FAN].tolist(),
        "big_spenders": customers.number[customers.group == SPENDER].tolist(),
    }
    path.write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


def _effects_of(change_id: str, world: World, contacts: Contacts, answers: Answers) -> list[dict[str, object]]:
    start = world.change_day(change_id)
    if start >= world.clock.days:
        return []
    if change_id == NEW_CARRIER_CHANGE:
        return [_carrier_effect(world, start)]
    rows = [row for row in read_effects().to_dicts() if row["change_id"] == change_id and row["kpi"]]
    return [{"touchpoint": row["touchpoint"], "kpi": row["kpi"], "effect": _effect_size(row, start, contacts, answers)} for row in rows]


def _effect_size(row: dict, start: int, contacts: Contacts, answers: Answers) -> float:
    """Average effect on the expected value: for shares from the chance of a good score, for waits from the answered calls."""
    if row["signal"].startswith("wait."):
        chosen = (contacts.channel == PHONE) & _within(contacts.day, start)
        patience, need = contacts.waits.patience[chosen], contacts.waits.need[chosen]
        without = need * np.exp(-row["size"])
        answered, plain = need[need <= patience], without[without <= patience]
        return round(float(answered.mean() - plain.mean()), 2) if len(answered) and len(plain) else 0.0
    chosen = (answers.signal == row["signal"]) & _within(answers.event_day, start)
    if not chosen.any():
        return 0.0
    odds = np.log(answers.good_share[chosen] / (1 - answers.good_share[chosen])) - row["size"]
    return round(float((answers.good_share[chosen] - 1 / (1 + np.exp(-odds))).mean()), 4)


def _carrier_effect(world: World, start: int) -> dict[str, object]:
    shares = np.stack([world.signals.value(f"on_time.{name}") for name in CARRIERS])[:, start : start + AFTER_DAYS].mean(axis=1)
    before = 0.6 * shares[0] + 0.4 * shares[1]
    return {
        "touchpoint": "parcel_delivery",
        "kpi": "on_time_delivery",
        "effect": round(float(NEW_CARRIER_SHARE * (shares[ZOEFPOST] - before)), 4),
    }


def _within(day: np.ndarray, start: int) -> np.ndarray:
    return (day >= start) & (day < start + AFTER_DAYS) & (day != NEVER)
