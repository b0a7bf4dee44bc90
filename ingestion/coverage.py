"""Which days of a table the lake holds as the source has them now, and the first day of a catch-up."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from ingestion.connectors import CONNECTORS
from ingestion.declarations import DateColumn, Source, Table
from ingestion.errors import IngestionError
from ingestion.protocol import Connector
from ingestion.windows import Window


def first_missing_day(log: pl.DataFrame, source: Source, first: date) -> date:
    """The first day of a catch-up: the first day from `first` on that a table of the source lacks in the lake."""
    connector = CONNECTORS[source.connector](source)
    missing = []
    try:
        for table in source.tables.values():
            if table.is_snapshot:
                continue
            covered, day = find_covered_days(log, table, connector), first
            while day in covered:
                day += timedelta(days=1)
            missing.append(day)
    finally:
        connector.close()
    return min(missing, default=first)


def find_covered_days(log: pl.DataFrame, table: Table, connector: Connector) -> set[date]:
    """Landed days, without those whose files arrived or changed after the load.

    A file counts as changed when its size differs. When the window comes from a column, files are read as a whole, so one changed file
    removes every day. A source that cannot be reached counts as unchanged.
    """
    loads = log.filter((pl.col("source") == table.source) & (pl.col("table") == table.name))
    days = find_landed_days(loads, table)
    try:
        present = connector.list_files(table)
    except IngestionError:
        return days
    landed = loads.filter(pl.col("status") == "landed")["files"].to_list()
    if table.path is None:
        return days
    if isinstance(table.placement, DateColumn):
        read = {(file["name"], file["bytes"]) for file in landed[-1]} if landed else set()
        return days if {(file.name, file.bytes) for file in present} == read else set()
    known = {file["name"]: file["bytes"] for files in landed for file in files}
    return days - {file.day for file in present if known.get(file.name) != file.bytes}


def find_landed_days(loads: pl.DataFrame, table: Table) -> set[date]:
    """Days whose last load succeeded. A day that was not over when it was read does not count."""
    days: set[date] = set()
    windows = loads.filter(pl.col("window_start").is_not_null()).select("window_start", "window_end", "status", "logged_at")
    for start, end, status, logged_at in windows.iter_rows():
        if status != "landed":
            days -= set(Window(start, end).days())
        elif start < (end := min(end, find_local_day(logged_at, table.company_time_zone))):
            days |= set(Window(start, end).days())
    return days


def find_local_day(moment: datetime, time_zone: str) -> date:
    """The calendar day in `time_zone` of a time with a time zone."""
    return moment.astimezone(ZoneInfo(time_zone)).date()
