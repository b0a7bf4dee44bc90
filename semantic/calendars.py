"""Calendar files of a company: holidays, peaks, opening hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from semantic.entries import Entry
from semantic.yaml_files import read_mapping

CLOCK = r"([01]\d|2[0-3]):[0-5]\d|24:00"
MONTH_DAY = r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
# file -> field -> (example, form); a field without a form is any text, a day or a weekday
FIELDS: Mapping[str, Mapping[str, tuple[str, str] | None]] = {
    "holidays": {"date": None, "name": None},
    "peaks": {"id": None, "name": None, "from": ("11-20", MONTH_DAY), "to": ("12-31", MONTH_DAY)},
    "opening_hours": {
        "channel": None,
        "weekday": ("1 for Monday to 7 for Sunday", "[1-7]"),
        "opens_at": ('"08:00"', CLOCK),
        "closes_at": ('"21:00"', CLOCK),
        "valid_from": None,
        "valid_to": None,
        "closed_on_holidays": ("true or false", "True|False"),
    },
}
OPTIONAL = ("valid_to", "closed_on_holidays")
DAYS = ("date", "valid_from", "valid_to")


def read_calendar(path: Path, environment: Mapping[str, str]) -> tuple[Mapping[str, Any], ...]:
    """Rows of a calendar file, which holds one list under its own name; the file may be missing."""
    rows = read_mapping(path, environment, required=False).get(path.stem) or ()
    fields = FIELDS[path.stem]
    for number, row in enumerate(rows, 1):
        entry = Entry(path, f"row {number}", row)
        entry.only(*fields)
        for name, form in fields.items():
            if name in OPTIONAL and row.get(name) is None:
                continue
            entry.text(name)
            if form is not None:
                entry.matching(name, *form)
            if name in DAYS and not isinstance(row[name], date):
                raise entry.fail(f"`{name}` is {row[name]}; write a day like 2026-01-31")
    return tuple(rows)
