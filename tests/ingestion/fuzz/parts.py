"""The parts of a fuzzed load: columns, cells with the value that must land, rows, and the whole case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

FIRST_DAY, END_DAY = date(2026, 3, 1), date(2026, 4, 1)
COMPANY_ZONE = "Europe/Amsterdam"
UNREADABLE_LINE = "unreadable line"
UNREADABLE_FILE = "unreadable file"


@dataclass(frozen=True)
class Person:
    """Who a personal value names. Equal persons must have equal hashes, different ones different hashes."""

    kind: str
    key: str


@dataclass(frozen=True)
class OneOf:
    """Several values of which any is right."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class Cell:
    """One written value. `value` must land; with a `problem` the row is rejected for it, and nothing lands in this column.

    `is_withheld`: the value names nobody or lost digits. `kind` says which form or fault it is.
    """

    written: Any
    value: Any = None
    problem: str | None = None
    is_withheld: bool = False
    kind: str = ""


@dataclass(frozen=True)
class Style:
    """How the values of a table are written."""

    decimal: str = "."
    thousands: str | None = None
    currency: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ("",)
    true_words: tuple[str, ...] = ()
    false_words: tuple[str, ...] = ()
    date_format: str | None = None
    time_format: str | None = None
    language: str | None = None
    zone: str = COMPANY_ZONE

    def declare(self) -> dict[str, Any]:
        """The keys of a table in sources.yml."""
        keys = {
            "decimal": self.decimal,
            "thousands": self.thousands,
            "currency": list(self.currency),
            "negative": list(self.negatives),
            "null_values": list(self.nulls),
            "true_values": list(self.true_words),
            "false_values": list(self.false_words),
            "date_formats": [self.date_format] if self.date_format else [],
            "timestamp_formats": [self.time_format] if self.time_format else [],
            "language": self.language,
            "time_zone": self.zone,
        }
        return {key: value for key, value in keys.items() if value}


@dataclass(frozen=True)
class Column:
    """A declared column. `source` is its name in the source, `personal` the kind of a hashed one, `style` its own where it has one."""

    name: str
    type: str
    source: str
    is_required: bool = False
    personal: str | None = None
    style: Style | None = None

    def declare(self, table: Style) -> dict[str, Any]:
        """The entry in sources.yml; of a style of its own, what differs from its table's."""
        entry: dict[str, Any] = {"type": self.type}
        entry |= {"required": True} if self.is_required else {}
        entry |= {"personal": self.personal} if self.personal else {}
        entry |= {"from": self.source} if self.source != self.name else {}
        own, general = (self.style or table).declare(), table.declare()
        return entry | {key: value for key, value in own.items() if value != general.get(key)}


@dataclass(frozen=True)
class WantedRow:
    """A row that must be in the lake, or be counted as outside the window.

    `reasons`: it is rejected with one of them. `values` are the wanted ones by column; `day` is its local day, None where the row has none.
    """

    file: str
    line: int | None
    values: dict[str, Any]
    reasons: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()
    day: date | None = None


@dataclass
class Case:
    """One load: the declaration, the files, and what must come of it.

    `failing` are names of files (or of a relation) that must be named by a failed load; empty when the load must succeed.
    """

    format: str
    seed: int
    columns: list[Column]
    style: Style
    table: dict[str, Any]
    source: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    wanted: list[WantedRow] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)
    unplaced: int = 0
    kinds: set[str] = field(default_factory=set)
    private: set[str] = field(default_factory=set)


def want_row(
    file: str, line: int, cells: dict[str, Cell], columns: list[Column], day: date | None, placing: str | None = None
) -> WantedRow:
    """What must come of one row of cells, by the rules of docs/lake.md. A column without a cell is null."""
    reasons: set[str] = set()
    withheld: set[str] = set()
    values: dict[str, Any] = {}
    for column in columns:
        cell = cells.get(column.name, Cell(None))
        is_nothing = cell.problem is not None or cell.is_withheld
        values[column.name] = None if is_nothing else cell.value
        if cell.is_withheld:
            withheld.add(column.name)
        if cell.problem is not None:
            reasons.add(f"{cell.problem}: {column.name}")
        if values[column.name] is None and cell.problem is None:
            if column.is_required and cell.is_withheld:
                reasons |= {f"names nobody: {column.name}", f"ruined by a spreadsheet: {column.name}"}
            elif column.is_required or column.name == placing:
                reasons.add(f"missing value: {column.name}")
    return WantedRow(file, line, values, frozenset(reasons), frozenset(withheld), day)


def want_broken(file: str, line: int | None, reason: str, columns: list[Column], day: date | None) -> WantedRow:
    """A line or a file that is rejected whole."""
    return WantedRow(file, line, {column.name: None for column in columns}, frozenset({reason}), frozenset(), day)
