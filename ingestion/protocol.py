"""The interface between connectors and landing."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
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
NATIVE_MARK = "\0native"  # a column `<name>` + this mark says which texts of `<name>` are numbers that the format itself typed


@dataclass(frozen=True)
class ReadFile:
    """A file that was read: name, size and hash at that time."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class PresentFile:
    """A file as it is at the source now; `day` is the day in its name, if any. `read_hash` reads it; "" when that fails."""

    name: str
    bytes: int
    day: date | None
    read_hash: Callable[[], str] = field(compare=False, repr=False)

    def is_as_read(self, size: int | None, sha256: str | None) -> bool:
        """True when the content is the one that was read. A file of another size is not read for this."""
        return self.bytes == size and self.read_hash() == sha256


@dataclass(frozen=True)
class Batch:
    """Some rows of a table.

    `rows` has the column names of the source (values as text, or typed by the source), columns with NATIVE_MARK where text and typed
    numbers stand in one column, and _source_file, _source_line and _file_date
    (null unless the window comes from the file's name). `broken` holds lines that are no rows, in BROKEN_SCHEMA.
    `header` lists the columns that the source delivers, `unexpected` those of them that are not declared.
    """

    rows: pl.DataFrame
    broken: pl.DataFrame
    header: frozenset[str]
    unexpected: tuple[str, ...] = ()
    origin: str = ""


@dataclass
class Reading:
    """The batches of one window; `files`, `days` and `rows_without_window` are complete once the batches are used up.

    `days` are the local days for which there was a file; None when files do not show days.
    `rows_without_window` counts rows of a database that were not read: their cursor is empty, or in no window that has landed or is
    read now.
    """

    batches: Iterator[Batch]
    files: list[ReadFile] = field(default_factory=list)
    days: set[date] | None = None
    rows_without_window: int = 0

    def close(self) -> None:
        """Stop reading, also in the middle; a connection is given back."""
        if isinstance(self.batches, Generator):
            self.batches.close()


class Connector(Protocol):
    """Reads one source. What sources.yml may say about it is a model of `declared.sources`."""

    def __init__(self, source: Source) -> None: ...

    @staticmethod
    def resolve_url(url: str, company: Path) -> str:
        """The URL with relative paths made absolute. Raises ValueError when it is not valid."""
        ...

    def earliest_day(self, table: Table) -> date | None:
        """First local day for which the source has rows; None when it has none or the table is a snapshot."""
        ...

    def read(self, table: Table, window: Window | None, span: Window | None) -> Reading:
        """The rows of a window (None: the whole table). It may return rows outside the window too; landing counts and removes them.

        `span` holds all windows that have landed and this one; rows beyond it are counted.
        """
        ...

    def reads_whole(self, table: Table) -> bool:
        """True when a window cannot be read without reading all rows, so that several windows are read as one."""
        ...

    def list_files(self, table: Table) -> list[PresentFile]:
        """The table's files as they are now; none for a source without files."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...
