"""Which days of a table the lake holds as the source has them now, and the first day of a catch-up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from ingestion.connectors import CONNECTORS
from ingestion.declarations import DateColumn, Source, Table
from ingestion.errors import IngestionError
from ingestion.protocol import Connector, PresentFile
from ingestion.windows import Window

ONE_DAY = timedelta(days=1)
Loads = Iterator[tuple[list[date], dict[str, Any] | None]]


def first_missing_day(log: pl.DataFrame, source: Source, first: date, *, until: date | None = None) -> date:
    """The first day of a catch-up: the first day from `first` on that a table of the source lacks in the lake.

    `until` is the first day that is not loaded any more; days shortly before it are looked at again (`look_back_days`).
    """
    try:
        connector = CONNECTORS[source.connector](source)
    except Exception:  # its loads fail in the same way, and are logged
        return first
    missing = []
    try:
        for table in source.tables.values():
            if table.is_snapshot:
                continue
            try:
                covered, day = find_covered_days(log, table, connector, until=until), first
            except Exception:  # its load fails in the same way, and is logged
                covered, day = set(), first
            while day in covered:
                day += ONE_DAY
            missing.append(day)
    finally:
        connector.close()
    return min(missing, default=first)


def find_covered_days(log: pl.DataFrame, table: Table, connector: Connector, *, until: date | None = None) -> set[date]:
    """Landed days, without those whose files arrived or changed after the load, and without those a database may still add rows to.

    A file counts as changed when its content differs. When the window comes from a column, files are read as a whole, so one changed file
    removes every day that was not read from it as it is now. A source that cannot be reached counts as unchanged.
    """
    loads = log.filter((pl.col("source") == table.source) & (pl.col("table") == table.name))
    landed = find_landed_days(loads, table)
    if table.path is None:
        latest = until - timedelta(days=table.look_back_days) if until else date.max
        return {day for day in landed if day < latest}
    try:
        present = connector.list_files(table)
    except IngestionError:
        return set(landed)
    if isinstance(table.placement, DateColumn):
        return find_days_read_as_now(landed, present)
    known = {file["name"]: file for _, entry in list_loads(loads, table) if entry for file in entry["files"] or ()}
    changed = (file for file in present if file.day in landed and not is_as_known(file, known.get(file.name)))
    return set(landed) - {file.day for file in changed if file.day}


def find_days_read_as_now(landed: dict[date, dict[str, Any]], present: Iterable[PresentFile]) -> set[date]:
    """The days whose last load read exactly the files that are there now."""
    present = list(present)
    by_load: dict[str, bool] = {}
    for entry in landed.values():
        if entry["load_id"] not in by_load:
            read = {file["name"]: file for file in entry["files"] or ()}
            is_same = set(read) == {file.name for file in present} and all(file.bytes == read[file.name]["bytes"] for file in present)
            by_load[entry["load_id"]] = is_same and all(is_as_known(file, read[file.name]) for file in present)
    return {day for day, entry in landed.items() if by_load[entry["load_id"]]}


def is_as_known(file: PresentFile, entry: dict[str, Any] | None) -> bool:
    """True when a file is as the log says that it was read."""
    return entry is not None and file.is_as_read(entry["bytes"], entry["sha256"])


def list_loads(loads: pl.DataFrame, table: Table) -> Loads:
    """The days of each load of a window, and its entry in the log; None for a load that failed.

    A day that was not over when it was read does not count; for a database, nor does one that was over for fewer days than it may
    still get rows (`look_back_days`).
    """
    windows = loads.filter(pl.col("window_start").is_not_null()).select(
        "load_id", "window_start", "window_end", "status", "files", "logged_at"
    )
    for entry in windows.iter_rows(named=True):
        start, end = entry["window_start"], entry["window_end"]
        if entry["status"] != "landed":
            yield Window(start, end).days(), None
            continue
        end = min(end, find_local_day(entry["logged_at"], table.company_time_zone) - timedelta(days=table.look_back_days))
        if start < end:
            yield Window(start, end).days(), entry


def find_landed_days(loads: pl.DataFrame, table: Table) -> dict[date, dict[str, Any]]:
    """Days whose last load succeeded, with its entry in the log."""
    landed: dict[date, dict[str, Any]] = {}
    for days, entry in list_loads(loads, table):
        for day in days:
            if entry is None:
                landed.pop(day, None)
            else:
                landed[day] = entry
    return landed


def find_local_day(moment: datetime, time_zone: str) -> date:
    """The calendar day in `time_zone` of a time with a time zone."""
    return moment.astimezone(ZoneInfo(time_zone)).date()
