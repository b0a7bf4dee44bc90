"""The landing log: one line per load of a window. Lines are appended and never changed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from ingestion.errors import LakeError
from ingestion.messages import describe_error
from ingestion.protocol import ReadFile
from ingestion.rows import WithheldValues
from ingestion.windows import Window, join_windows

FILES_TYPE = pl.List(pl.Struct({"name": pl.String, "sha256": pl.String, "bytes": pl.Int64}))
WITHHELD_TYPE = pl.List(pl.Struct({"column": pl.String, "rows": pl.Int64}))
UTC_INSTANT = pl.Datetime("us", "UTC")
LOG_SCHEMA: dict[str, pl.DataType] = {
    "load_id": pl.String(), "source": pl.String(), "table": pl.String(), "window_start": pl.Date(), "window_end": pl.Date(),
    "status": pl.String(), "rows_read": pl.Int64(), "rows_landed": pl.Int64(), "rows_rejected": pl.Int64(), "rows_replaced": pl.Int64(),
    "rows_kept": pl.Int64(), "rows_without_window": pl.Int64(), "min_event_at": UTC_INSTANT, "max_event_at": UTC_INSTANT,
    "missing_columns": pl.List(pl.String), "unexpected_columns": pl.List(pl.String), "withheld_values": WITHHELD_TYPE,
    "files": FILES_TYPE, "seconds": pl.Float64(), "error": pl.String(), "logged_at": UTC_INSTANT,
}  # fmt: skip


UNCHANGED = b'"is_unchanged": true'


@dataclass(frozen=True)
class LoadResult:
    """The result of one load of a window. A snapshot has no `window_start`; its `window_end` is the end of the requested range.

    `rows_read = rows_landed + rows_rejected` for a landed load; a failed one has counts only when too many rows were rejected. Event times
    are UTC. `rows_kept` counts rows of the window that the lake held and the reading did not vouch for, so that they stay.
    `rows_without_window` counts rows of the source that no load so far has taken: without a day, or of a day outside all landed windows;
    the rows of the day that is not over do not count. `is_unchanged`: the window was looked at, no file was written, and what a build reads
    in the log is as before.
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
    rows_kept: int = 0
    rows_without_window: int = 0
    min_event_at: datetime | None = None
    max_event_at: datetime | None = None
    missing_columns: tuple[str, ...] = ()
    unexpected_columns: tuple[str, ...] = ()
    withheld_values: tuple[WithheldValues, ...] = ()
    files: tuple[ReadFile, ...] = field(default=(), repr=False)
    seconds: float = 0.0
    error: str | None = None
    is_unchanged: bool = False
    logged_at: datetime | None = None

    @property
    def is_landed(self) -> bool:
        """False when the load failed and the lake is unchanged."""
        return self.status == "landed"


def log_path(lake: Path, source: str, table: str) -> Path:
    """The table's log."""
    return lake / "_log" / f"{source}__{table}.jsonl"


def write_line(result: LoadResult) -> str:
    """The line of a load in the log."""
    return json.dumps(asdict(result), default=lambda value: value.isoformat(), ensure_ascii=False)


def append_log(lake: Path, result: LoadResult) -> None:
    """Append one line and flush it to the disk. The caller holds the table's lock. Raises LakeError."""
    path = log_path(lake, result.source, result.table)
    try:
        append_line(path, write_line(result))
    except OSError as error:
        raise LakeError(
            f"{path}: the landing log cannot be written ({describe_error(error)}); free space, then load the window again"
        ) from error


def append_line(path: Path, line: str) -> None:
    """Append one line and flush it to the disk. An incomplete last line is ended first. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if file.tell() and not ends_with_newline(file):
            file.write(b"\n")
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def list_new_lines(log: bytes) -> list[bytes]:
    """The lines of a log without those of loads that changed nothing. An incomplete line is kept."""
    return [line for line in log.split(b"\n") if UNCHANGED not in line or not (parse_line(line) or {}).get("is_unchanged")]


def adds_nothing(result: LoadResult, log: pl.DataFrame) -> bool:
    """True when a load that wrote no file says nothing new of its table.

    Its days had all landed, the table's last load did not fail, and it left as many rows of the source without a window.
    """
    if not log.height or log["status"][-1] != "landed":
        return False
    landed = log.filter(pl.col("status") == "landed")
    if landed["rows_without_window"][-1] != result.rows_without_window:
        return False
    if result.window_start is None:
        snapshots = landed.filter(pl.col("window_start").is_null())["window_end"].to_list()
        return any(end >= result.window_end for end in snapshots)
    return holds_window(landed, Window(result.window_start, result.window_end or date.max))


def holds_window(log: pl.DataFrame, window: Window) -> bool:
    """Whether each day of a window has landed."""
    return any(known.start <= window.start and window.end <= known.end for known in list_landed_windows(log))


def list_landed_windows(log: pl.DataFrame) -> list[Window]:
    """The windows that have landed, as few as possible and in order."""
    landed = log.filter((pl.col("status") == "landed") & pl.col("window_start").is_not_null()).select("window_start", "window_end")
    return join_windows(Window(start, end) for start, end in landed.iter_rows())


def holds_load(path: Path, load_id: str) -> bool:
    """True when the log has a whole line of this load."""
    wanted = load_id.encode()
    lines = path.read_bytes().split(b"\n") if path.is_file() else []
    return any(entry["load_id"] == load_id for entry in map(parse_line, (line for line in lines if wanted in line)) if entry)


def parse_line(line: bytes) -> dict[str, Any] | None:
    """One line of a log; None for an incomplete one."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and "load_id" in entry else None


def ends_with_newline(file: Any) -> bool:
    """True when the last line is complete."""
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def read_landing_log(lake: Path) -> pl.DataFrame:
    """All loads, per table in the order they were logged; columns as LOG_SCHEMA.

    An incomplete line is skipped: it does not show whether its load landed.
    """
    return read_logs(sorted((lake / "_log").glob("*.jsonl")))


def read_table_log(lake: Path, source: str, table: str) -> pl.DataFrame:
    """The loads of one table."""
    path = log_path(lake, source, table)
    return read_logs([path] if path.is_file() else [])


def read_logs(paths: Iterable[Path]) -> pl.DataFrame:
    """The entries of logs as a frame."""
    lines = (line for path in paths for line in path.read_bytes().split(b"\n"))
    entries = [read_entry(entry) for entry in map(parse_line, lines) if entry]
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
