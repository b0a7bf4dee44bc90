"""The landing log: one line per load of a window. Lines are appended and never changed."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from ingestion.errors import LakeError
from ingestion.messages import describe_error
from ingestion.protocol import ReadFile

FILES_TYPE = pl.List(pl.Struct({"name": pl.String, "sha256": pl.String, "bytes": pl.Int64}))
UTC_INSTANT = pl.Datetime("us", "UTC")
LOG_SCHEMA: dict[str, pl.DataType] = {
    "load_id": pl.String(), "source": pl.String(), "table": pl.String(), "window_start": pl.Date(), "window_end": pl.Date(),
    "status": pl.String(), "rows_read": pl.Int64(), "rows_landed": pl.Int64(), "rows_rejected": pl.Int64(), "rows_replaced": pl.Int64(),
    "rows_without_window": pl.Int64(), "min_event_at": UTC_INSTANT, "max_event_at": UTC_INSTANT, "missing_columns": pl.List(pl.String),
    "unexpected_columns": pl.List(pl.String), "files": FILES_TYPE, "seconds": pl.Float64(), "error": pl.String(), "logged_at": UTC_INSTANT,
}  # fmt: skip


@dataclass(frozen=True)
class LoadResult:
    """The result of one load of a window. A snapshot has no `window_start`; its `window_end` is the end of the requested range.

    `rows_read = rows_landed + rows_rejected` for a landed load. Event times are UTC. `rows_without_window` counts rows of the source
    that no window can hold (their cursor is empty).
    """

    load_id: str
    source: str
    table: str
    window_start: date | None
    window_end: date | None
    status: str
    rows_read: int = 0
    rows_landed: int = 0
    rows_rejected: int = 0
    rows_replaced: int = 0
    rows_without_window: int = 0
    min_event_at: datetime | None = None
    max_event_at: datetime | None = None
    missing_columns: tuple[str, ...] = ()
    unexpected_columns: tuple[str, ...] = ()
    files: tuple[ReadFile, ...] = field(default=(), repr=False)
    seconds: float = 0.0
    error: str | None = None
    logged_at: datetime | None = None

    @property
    def is_landed(self) -> bool:
        """False when the load failed and the lake is unchanged."""
        return self.status == "landed"


def log_path(lake: Path, source: str, table: str) -> Path:
    """The table's log."""
    return lake / "_log" / f"{source}__{table}.jsonl"


def append_log(lake: Path, result: LoadResult) -> None:
    """Append one line and flush it to the disk. The caller holds the table's lock. An incomplete last line is ended first."""
    path = log_path(lake, result.source, result.table)
    line = json.dumps(asdict(result), default=lambda value: value.isoformat(), ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            if file.tell() and not ends_with_newline(file):
                file.write(b"\n")
            file.write(line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise LakeError(
            f"{path}: the landing log cannot be written ({describe_error(error)}); free space, then load the window again"
        ) from error


def ends_with_newline(file: Any) -> bool:
    """True when the last line is complete."""
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def read_landing_log(lake: Path) -> pl.DataFrame:
    """All loads, per table in the order they were logged; columns as LOG_SCHEMA.

    An incomplete line is skipped: it does not show whether its load landed.
    """
    entries: list[dict[str, Any]] = []
    for path in sorted((lake / "_log").glob("*.jsonl")):
        for line in path.read_bytes().split(b"\n"):
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            entries.append(read_entry(entry))
    return pl.DataFrame(entries, schema=LOG_SCHEMA, orient="row")


def read_entry(entry: dict[str, Any]) -> dict[str, Any]:
    """One line with days and times as typed values; fields that an older line lacks are null."""
    entry = {name: entry.get(name) for name in LOG_SCHEMA}
    for name, kind in LOG_SCHEMA.items():
        if entry[name] is not None and kind == pl.Date:
            entry[name] = date.fromisoformat(entry[name])
        elif entry[name] is not None and kind == UTC_INSTANT:
            entry[name] = datetime.fromisoformat(entry[name])
    return entry
