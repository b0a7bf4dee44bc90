"""Which day a fuzzed row belongs to: by the file's name, by a column, or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.ingestion.fuzz.parts import COMPANY_ZONE, END_DAY, FIRST_DAY, Case, Cell, Column, WantedRow

PLACINGS = ("file_date", "file_date", "file_date", "column", "snapshot")


def pick_placing(random: Random, columns: list[Column]) -> tuple[dict[str, Any], str | None]:
    """The key `window` of a table, and the column that places rows, if any. It may add that column."""
    kind = random.choice(PLACINGS)
    if kind == "file_date":
        return {"file_date": r"(\d{4}-\d{2}-\d{2})"}, None
    if kind == "snapshot":
        return {"snapshot": True}, None
    columns.append(Column("placed", random.choice(("date", "timestamp")), "placed", random.random() < 0.5))
    return {"column": "placed"}, "placed"


def name_files(random: Random, suffix: str) -> list[tuple[str, date]]:
    """One to three files of different days."""
    days = sorted(random.sample(range(31), random.choice((1, 1, 2, 3))))
    return [(f"f_{FIRST_DAY + timedelta(days=day)}{suffix}", FIRST_DAY + timedelta(days=day)) for day in days]


def find_day(cell: Cell) -> date | None:
    """The local day of a cell that places its row."""
    if cell.problem is not None or cell.value is None:
        return None
    if isinstance(cell.value, datetime):
        return cell.value.astimezone(ZoneInfo(COMPANY_ZONE)).date()
    return cell.value if isinstance(cell.value, date) else None


def settle_days(case: Case) -> None:
    """Rows without a day get the one of the row before in their file, else of the next one, else the first day of the window."""
    settled: list[WantedRow] = []
    for file in dict.fromkeys(row.file for row in case.wanted):
        rows = sorted((row for row in case.wanted if row.file == file), key=lambda row: row.line or 0)
        days = [row.day for row in rows]
        for position in range(1, len(days)):
            days[position] = days[position] or days[position - 1]
        for position in reversed(range(len(days) - 1)):
            days[position] = days[position] or days[position + 1]
        settled += [replace(row, day=day or FIRST_DAY) for row, day in zip(rows, days, strict=True)]
    case.wanted = settled


def is_inside(row: WantedRow) -> bool:
    """True when the row belongs to the window of March 2026, or to no window at all."""
    return row.day is None or FIRST_DAY <= row.day < END_DAY
