"""One entry of a YAML file, read field by field; what is wrong is collected with the entry's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Entry:
    """A mapping in a file. Every `take_` notes a problem and returns None or the default when the value will not do."""

    file: str
    name: str
    value: Any
    problems: list[str]

    @property
    def mapping(self) -> Mapping[str, Any]:
        """The entry's fields; empty when it is not a mapping."""
        return self.value if isinstance(self.value, Mapping) else {}

    def complain(self, field: str, problem: str) -> None:
        """Note a problem of a field ("" is the entry itself)."""
        place = ".".join(part for part in (self.name, field) if part) or "top level"
        self.problems.append(f"{self.file}: {place}: {problem}")

    def refuse_unknown(self, known: tuple[str, ...]) -> None:
        """Every key must be one of the known ones."""
        if not isinstance(self.value, Mapping):
            return
        for key in self.value:
            if key not in known:
                self.complain(str(key), f"is not a known field; known are {', '.join(known)}")

    def take_entries(self, field: str, hint: str) -> dict[str, Entry]:
        """A mapping of entries that must not be empty."""
        value = self.mapping.get(field)
        if not isinstance(value, Mapping) or not value:
            self.complain(field, f"is missing or is not a mapping; {hint} (docs/company-folder.md shows the form)")
            return {}
        entries = {}
        for key, fields in value.items():
            entry = Entry(self.file, ".".join(part for part in (self.name, field, str(key)) if part), fields, self.problems)
            if not isinstance(fields, Mapping):
                entry.complain("", "is empty or is not a mapping of fields")
            entries[str(key)] = entry
        return entries

    def take_text(self, field: str, *, required: bool = False) -> str | None:
        """Text; numbers are taken as their text."""
        value = self.mapping.get(field)
        if value is None or value == "":
            if required and isinstance(self.value, Mapping):
                self.complain(field, "is missing; add it")
            return None
        if isinstance(value, Mapping | list):
            self.complain(field, "must be text")
            return None
        return str(value)

    def take_choice(self, field: str, choices: tuple[str, ...], *, required: bool = False) -> str | None:
        """One of a closed list."""
        value = self.take_text(field, required=required)
        if value is not None and value not in choices:
            self.complain(field, f"{value!r} is unknown; use one of {', '.join(choices)}")
            return None
        return value

    def take_checked(self, field: str, check: Callable[[str], bool], problem: str) -> str | None:
        """Text that passes a check."""
        value = self.take_text(field)
        if value is not None and not check(value):
            self.complain(field, f"{value!r} {problem}")
            return None
        return value

    def take_flag(self, field: str) -> bool:
        """True or false; false when absent."""
        value = self.mapping.get(field, False)
        if not isinstance(value, bool):
            self.complain(field, f"is {value!r}; write true or false")
            return False
        return value

    def take_number(self, field: str, default: float, *, lowest: float, highest: float = float("inf")) -> float:
        """A number within bounds, both included."""
        value = self.mapping.get(field, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
            bounds = f"from {lowest:g} to {highest:g}" if highest < float("inf") else f"of {lowest:g} or more"
            self.complain(field, f"is {value!r}; write a number {bounds}")
            return default
        return float(value)

    def take_list(self, field: str) -> tuple[str, ...]:
        """A list of texts; one text stands for a list of one."""
        value = self.mapping.get(field)
        if value is None:
            return ()
        values = value if isinstance(value, list) else [value]
        if any(isinstance(item, Mapping | list) for item in values):
            self.complain(field, "must be a list of texts")
            return ()
        return tuple("" if item is None else str(item) for item in values)

    def take_constants(self, field: str) -> dict[str, str]:
        """Column to value, written as the landing reads values."""
        value = self.mapping.get(field)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or any(item is None or isinstance(item, Mapping | list) for item in value.values()):
            self.complain(field, "must be a mapping of columns to values")
            return {}
        return {str(column): write_constant(item) for column, item in value.items()}


def write_constant(value: object) -> str:
    """A YAML value as text: true and false in lower case, days and instants in ISO 8601."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def is_time_zone(text: str) -> bool:
    """True for a name of the time zone database."""
    try:
        ZoneInfo(text)
    except (OSError, ValueError):  # an unknown name is a KeyError of its own kind
        return False
    except KeyError:
        return False
    return True
