"""The warehouse's SQL of business hours, as compiled for the tiny company, run on any calendar in a separate DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from semantic.business_hours import OpeningHours

TINY_ZONE = "'Europe/Amsterdam'"
WRITTEN = "channel in ('mail', 'whatsapp', 'social')"


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits on a channel."""

    channel: str
    start: datetime
    finish: datetime


@dataclass(frozen=True)
class CompiledHours:
    """Compiled models of a built home: open stretches, and seconds between two moments."""

    stretches: str
    responses: str

    def count_seconds(
        self, hours: Mapping[str, Sequence[OpeningHours]], holidays: Sequence[date], time_zone: str, waits: Sequence[Waiting]
    ) -> list[float]:
        """Open seconds of each wait, in their order."""
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute("attach ':memory:' as warehouse")
            connection.execute("use warehouse.main")
            fill(connection, "int_visits (event_date date)", [])
            fill(connection, "int_holidays__declared (holiday_date date)", [(day,) for day in holidays])
            columns = "channel varchar, weekday int, opens_at varchar, closes_at varchar, valid_from date, valid_to date"
            rows = [
                (channel, row.weekday, row.opens_at, row.closes_at, row.valid_from, row.valid_to, row.closed_on_holidays)
                for channel, declared in hours.items()
                for row in declared
            ]
            fill(connection, f"int_opening_hours__declared ({columns}, closed_on_holidays boolean)", rows)
            columns = "_key int, channel varchar, direction varchar, queued_at timestamptz, answered_at timestamptz, event_date date"
            contacts = [(number, wait.channel, None, wait.start, wait.finish, wait.start.date()) for number, wait in enumerate(waits)]
            fill(connection, f"int_contacts ({columns})", contacts)
            for column in ("_source", "queue", "topic"):
                connection.execute(f"alter table int_contacts add column {column} varchar")
            connection.execute(f"create table int_open_periods as {self.stretches.replace(TINY_ZONE, repr(time_zone))}")
            found = connection.execute(f"select first_response_business_seconds from ({self.responses}) order by _key").fetchall()
            return [row[0] for row in found]


def fill(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    """Make a table `name (columns)` and put the rows in."""
    connection.execute(f"create table {table}")
    if rows:
        places = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into {table.split()[0]} values ({places})", rows)


def read_compiled(home: Path) -> CompiledHours:
    """What dbt compiled in the last build of a home. Every channel counts as written here."""
    folder = home / "state" / "dbt" / "target" / "compiled" / "cxhouse" / "models" / "intermediate"
    stretches = (folder / "calendars" / "int_open_periods__drawn.sql").read_text(encoding="utf-8")
    responses = (folder / "facts" / "int_contacts__responses.sql").read_text(encoding="utf-8")
    assert TINY_ZONE in stretches and WRITTEN in responses
    return CompiledHours(stretches, responses.replace(WRITTEN, "true"))
