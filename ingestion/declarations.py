"""Sources, tables and columns as sources.yml declares them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Dialect:
    """How a source writes its values. Formats are tried in order after ISO 8601. Each character of `thousands` is a mark.

    `negatives` are `trailing_minus` and `brackets`. `true_values` and `false_values` come before the usual words.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    thousands: str | None = None
    currency: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()
    null_values: tuple[str, ...] = ("",)
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    timestamp_formats: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ()
    language: str | None = None
    zone_names: tuple[tuple[str, str], ...] = ()

    def for_native(self) -> Dialect:
        """The dialect of values that the format itself has typed: only formats of times, empty values and booleans are the source's."""
        return replace(self, decimal=".", thousands=None, currency=(), negatives=())


@dataclass(frozen=True)
class Column:
    """One column of the lake. `delivered_as` are its names in the source; in each row the first one with a value counts.

    `dialect`, `time_zone` and `zone_column` are its own, where they differ from the table's. `clean` are (pattern, replacement), in order.
    """

    name: str
    type: str
    is_required: bool = False
    personal: str | None = None
    is_enabled: bool = False
    delivered_as: tuple[str, ...] = ()
    dialect: Dialect | None = None
    time_zone: str | None = None
    zone_column: str | None = None
    clean: tuple[tuple[str, str], ...] = ()

    @property
    def is_hashed(self) -> bool:
        """True when the value is replaced by its HMAC before it is written."""
        return self.personal not in (None, "free_text")

    @property
    def is_loaded(self) -> bool:
        """False for free text that nobody enabled: the column stands in the lake, always null."""
        return self.personal != "free_text" or self.is_enabled


@dataclass(frozen=True)
class Layout:
    """Where the records of a file are. Counts are records, patterns are searched in a line.

    `has_header` is False when `column_names` name the columns; `header_pattern` finds the header. `records` is a path in a JSON document.
    """

    skip_before_header: int | str = 0
    header_pattern: str | None = None
    has_header: bool = True
    column_names: tuple[str, ...] = ()
    skip_after_header: int | str = 0
    skip_lines: str | None = None
    skip_at_end: int = 0
    has_trailing_delimiter: bool = False
    duplicate_names: str = "refuse"
    short_rows: str = "reject"
    long_rows: str = "reject"
    quote: str | None = '"'
    escape: str | None = None
    sheet: str | None = None
    records: str | None = None
    zip_members: str = "*"


@dataclass(frozen=True)
class FileDate:
    """The file's name says which local day its rows belong to: the pattern's first group, or the whole match.

    Without a `day_format` (a strptime pattern) it is year, month, day.
    """

    pattern: re.Pattern[str]
    day_format: str | None = None


@dataclass(frozen=True)
class DateColumn:
    """A column says which local day a row belongs to; `column` is a declared column or a name in the source."""

    column: str


@dataclass(frozen=True)
class Snapshot:
    """Each load replaces the whole table."""


Placement = FileDate | DateColumn | Snapshot


@dataclass(frozen=True)
class Table:
    """One table of a source. Files have `path` and `format`; sql has `relation` or `query`."""

    source: str
    name: str
    columns: tuple[Column, ...]
    placement: Placement
    time_zone: str
    company_time_zone: str
    country: str | None = None
    path: Path | None = None
    format: str | None = None
    relation: str | None = None
    query: str | None = None
    dialect: Dialect = field(default_factory=Dialect)
    layout: Layout = field(default_factory=Layout)
    allow_empty: bool = False
    allow_shrink: bool | None = None
    look_back_days: int = 0
    newest_file: str = "name"
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_snapshot(self) -> bool:
        """True when every load replaces the whole table."""
        return isinstance(self.placement, Snapshot)

    @property
    def label(self) -> str:
        """`source.table`, as messages name it."""
        return f"{self.source}.{self.name}"

    @cached_property
    def wanted_names(self) -> frozenset[str]:
        """Every name in the source that is read: of declared columns and of the window column."""
        names = {name for column in self.columns if column.is_loaded and column.name not in self.constants for name in column.delivered_as}
        if isinstance(self.placement, DateColumn) and self.find_column(self.placement.column) is None:
            names.add(self.placement.column)
        names |= {column.zone_column for column in self.columns if column.zone_column and column.is_loaded}
        return frozenset(names)

    @cached_property
    def declared_names(self) -> frozenset[str]:
        """Every name in the source that sources.yml mentions, also of columns that are not loaded."""
        return self.wanted_names | {name for column in self.columns for name in column.delivered_as}

    def dialect_of(self, column: Column) -> Dialect:
        """How the values of a column are written."""
        return column.dialect or self.dialect

    def zone_of(self, column: Column) -> str:
        """The time zone of a column's times without an offset."""
        return column.time_zone or self.time_zone

    def find_column(self, name: str) -> Column | None:
        """The declared column of that name, if any."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Source:
    """One outside system. `schedule` is cron in the company's time zone; `time_zone` is that of time stamps without an offset."""

    id: str
    description: str
    owner: str
    connector: str
    tables: Mapping[str, Table]
    time_zone: str
    company_time_zone: str
    country: str | None = None
    url: str | None = field(default=None, repr=False)
    schedule: str | None = None
    late_after_hours: float = 36.0
    max_bad_share: float = 0.02
    on_bad_file: str = "stop"
