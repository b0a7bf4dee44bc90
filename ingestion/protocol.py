"""What a connector promises to the landing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

import polars as pl

from ingestion.declarations import Source, Table
from ingestion.windows import Window

BROKEN_SCHEMA = {
    "_source_file": pl.String,
    "_source_line": pl.Int64,
    "_file_date": pl.Date,
    "_rejected_reason": pl.String,
    "_rejected_detail": pl.String,
}


@dataclass(frozen=True)
class ReadFile:
    """A file that was read, as it stood on disk."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class PresentFile:
    """A file as it stands at the source now; `day` when its name says one."""

    name: str
    bytes: int
    day: date | None


@dataclass(frozen=True)
class Batch:
    """Some rows of a table.

    `rows` holds columns as the source names them (text as written, or typed by the source) with _source_file, _source_line and
    _file_date (null unless the file's name places the rows). `broken` holds what is no row, in BROKEN_SCHEMA.
    `header` names what the source delivers, `unexpected` what of it nobody declared.
    """

    rows: pl.DataFrame
    broken: pl.DataFrame
    header: frozenset[str]
    unexpected: tuple[str, ...] = ()
    origin: str = ""


@dataclass(frozen=True)
class Reading:
    """The batches of one window; `files` and `days` are complete once the batches are used up.

    `days` are the local days for which there was a file, None where that says nothing.
    `rows_without_window` counts rows no window can hold because their cursor is empty or unreadable.
    """

    batches: Iterator[Batch]
    files: list[ReadFile] = field(default_factory=list)
    days: set[date] | None = None
    rows_without_window: int = 0


class Connector(Protocol):
    """Reads one source. What sources.yml may say about it is a model of `declared.sources`."""

    def __init__(self, source: Source) -> None: ...

    @staticmethod
    def resolve_url(url: str, company: Path) -> str:
        """The URL with relative paths made absolute; ValueError when it is none."""
        ...

    def earliest_day(self, table: Table) -> date | None:
        """First local day the source has rows for; None when it has none or the table is a snapshot."""
        ...

    def read(self, table: Table, window: Window | None) -> Reading:
        """The rows of a window (None: the whole table). A window column may deliver more; the landing keeps what lies inside."""
        ...

    def list_files(self, table: Table) -> list[PresentFile]:
        """The table's files as they stand now; none for a source without files."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
