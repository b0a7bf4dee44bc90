"""Runs of news that a test may kill: minutes of an hour in which every kind of alert happens."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.news.copies import NOON, World, make_everything, subscribe
from tests.news.desk import Desk, make_settings

ALL = ("all", "all@retailer.example")
LOGISTICS = ("logistics", "logistics@retailer.example")


def sit_down(home: Path, mail_port: int, hook: str, minute: int) -> Desk:
    """The desk at a minute of the hour, with everything that has happened by then."""
    entries = [
        {"id": ALL[0], "to": ALL[1]},
        {"id": "hook", "to": hook},
        {"id": LOGISTICS[0], "to": LOGISTICS[1], "departments": ["Logistics"]},
    ]
    channels = {ALL[0]: "mail", "hook": "webhook", LOGISTICS[0]: "mail"}
    desk = Desk(make_settings(home, mail_port), subscribe(*entries), World(), NOON + timedelta(minutes=minute), channels)
    make_everything(desk.world, minute, NOON)
    return desk


def run_minute(home: str, mail_port: int, hook: str, minute: int) -> int:
    """One run; the number of messages."""
    return len(sit_down(Path(home), mail_port, hook, minute).send())
