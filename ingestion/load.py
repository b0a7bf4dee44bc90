"""Loads of all tables of a source over windows, the first day of sources, and the status of tables."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import cast

import polars as pl

from ingestion.connectors import CONNECTORS
from ingestion.coverage import find_covered_days, first_missing_day
from ingestion.declarations import Source, Table
from ingestion.errors import IngestionError, SourceDownError
from ingestion.lake import check_key, finish_loads, list_data_files, prepare_lake
from ingestion.landing import land_window, log_failure
from ingestion.landing_log import LoadResult, read_landing_log
from ingestion.messages import describe_error
from ingestion.privacy import Hasher
from ingestion.protocol import Connector
from ingestion.windows import Window, join_windows, plan_windows, subtract_days

__all__ = [
    "LoadResult",
    "TableSummary",
    "Window",
    "find_earliest_day",
    "finish_loads",
    "first_missing_day",
    "ingest",
    "plan_windows",
    "prepare_lake",
    "read_landing_log",
    "summarise_sources",
]  # fmt: skip

CAUGHT = (Exception, pl.exceptions.PanicException)  # a panic of Polars is no Exception
Progress = Callable[[LoadResult, int, int], None]


@dataclass(frozen=True)
class TableSummary:
    """The status of one table: rows in the lake now, and rows of the source that no load has taken, as of the last one.

    `last_row_day` is null for a snapshot, `last_error` unless the last load failed.
    """

    source: str
    table: str
    last_window_end: date | None
    last_landed_at: datetime | None
    last_row_day: date | None
    rows_landed: int
    rows_rejected: int
    rows_without_window: int
    last_error: str | None


def ingest(
    source: Source,
    *,
    lake: Path,
    hash_key: bytes,
    windows: Sequence[Window],
    now: datetime,
    only_missing: bool = False,
    progress: Progress | None = None,
) -> list[LoadResult]:
    """Land every table of a source for the windows, one result per load. After a failed load the others go on, unless the source is down.

    `now` has a time zone. `only_missing` leaves out days a table holds already (coverage.py), and from a database it only adds rows: one
    that changed has moved to the day of its new cursor, which may not be loaded yet. `progress` is called after each load with
    its result, the number of loads done, and their total. Raises HashKeyError before anything is read; other failures are results
    with status `failed`.
    """
    check_key(lake, hash_key)
    log = read_landing_log(lake) if only_missing else None
    hasher = Hasher(hash_key, source.country)
    results: list[LoadResult] = []
    down: SourceDownError | None = None
    if not windows:
        return results
    whole = Window(min(windows).start, max(window.end for window in windows))
    try:
        connector = CONNECTORS[source.connector](source)
    except Exception as error:
        return [log_failure(table, whole, name_error(error, table, whole), lake=lake, now=now) for table in source.tables.values()]
    try:
        plan: list[tuple[Table, Window, Exception | None]] = []
        for table in source.tables.values():
            plan += plan_safely(table, windows, whole, log, connector)
        for table, window, problem in plan:
            if problem is not None or down is not None:
                result = log_failure(table, window, problem or down or IngestionError(), lake=lake, now=now)
            else:
                adds_only = only_missing and table.path is None and not table.is_snapshot
                load = partial(
                    land_window, source, table, window, connector=connector, lake=lake, hasher=hasher, now=now, adds_only=adds_only
                )
                result, failure = load_safely(load, table, window, lake=lake, now=now)
                down = failure if isinstance(failure, SourceDownError) and source.connector != "files" else None
            results.append(result)
            if progress is not None:
                progress(result, len(results), len(plan))
    finally:
        connector.close()
    return results


def load_safely(
    load: Callable[[], LoadResult], table: Table, window: Window, *, lake: Path, now: datetime
) -> tuple[LoadResult, BaseException | None]:
    """The result of one load, and the error if it failed: any failure becomes a logged result."""
    started = time.perf_counter()
    try:
        return load(), None
    except CAUGHT as error:
        seconds = time.perf_counter() - started
        return log_failure(table, window, name_error(error, table, window), lake=lake, now=now, seconds=seconds), error


def name_error(error: BaseException, table: Table, window: Window) -> Exception:
    """An error to be logged. Of one that nobody foresaw only type and place are named, because its text may hold values of rows."""
    if isinstance(error, IngestionError):
        return error
    if isinstance(error, OSError):
        return IngestionError(f"{table.label} {window}: {describe_error(error)}. Nothing was landed; correct that, then load again")
    steps = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(steps[-1].filename).name} line {steps[-1].lineno})" if steps else ""
    return IngestionError(
        f"{table.label} {window}: stopped by an unexpected {type(error).__name__}{place}. Nothing was landed; other tables go on. "
        "Look at what the source delivers for this table; when that is as declared, report the error"
    )


def plan_safely(
    table: Table, windows: Sequence[Window], whole: Window, log: pl.DataFrame | None, connector: Connector
) -> list[tuple[Table, Window, Exception | None]]:
    """The windows of one table; when they cannot be planned, the whole range with the error."""
    try:
        return [(table, window, None) for window in plan_table(table, windows, whole, log, connector)]
    except CAUGHT as error:
        return [(table, whole, name_error(error, table, whole))]


def plan_table(table: Table, windows: Sequence[Window], whole: Window, log: pl.DataFrame | None, connector: Connector) -> list[Window]:
    """The windows of one table. A snapshot is read once, and so is a table of which all rows are read for any window."""
    if table.is_snapshot:
        return [whole]
    if log is not None:
        covered = find_covered_days(log, table, connector, until=whole.end)
        windows = [rest for window in windows for rest in subtract_days(window, covered)]
    return join_windows(windows) if len(windows) > 1 and connector.reads_whole(table) else list(windows)


def find_earliest_day(sources: Iterable[Source]) -> date | None:
    """The first local day for which any source has rows (`first_day: earliest`). A source that is down or empty is skipped."""
    days = []
    for source in sources:
        connector = CONNECTORS[source.connector](source)
        try:
            for table in source.tables.values():
                try:
                    days.append(connector.earliest_day(table))
                except Exception:  # the load of this table says what is wrong
                    continue
        finally:
            connector.close()
    return min((day for day in days if day is not None), default=None)


def summarise_sources(sources: Mapping[str, Source], lake: Path) -> list[TableSummary]:
    """One summary per declared table, in the order of sources.yml."""
    log = read_landing_log(lake)
    return [summarise_table(table, log, lake) for source in sources.values() for table in source.tables.values()]


def summarise_table(table: Table, log: pl.DataFrame, lake: Path) -> TableSummary:
    """The status of one table."""
    loads = log.filter((pl.col("source") == table.source) & (pl.col("table") == table.name))
    landed = loads.filter(pl.col("status") == "landed")
    last = loads.row(-1, named=True) if loads.height else None
    rows_landed = rows_rejected = 0
    days = []
    for path in list_data_files(lake, table):
        counts = (
            pl.scan_parquet(path)
            .select(pl.len(), pl.col("_rejected_reason").count().alias("rejected"), pl.col("_window_date").max())
            .collect()
        )
        rows_rejected += counts["rejected"][0]
        rows_landed += counts["len"][0] - counts["rejected"][0]
        days.append(counts["_window_date"][0])
    return TableSummary(
        source=table.source,
        table=table.name,
        last_window_end=cast("date", landed["window_end"].max()) if landed.height else None,
        last_landed_at=cast("datetime", landed["logged_at"].max()) if landed.height else None,
        last_row_day=max((day for day in days if day is not None), default=None),
        rows_landed=rows_landed,
        rows_rejected=rows_rejected,
        rows_without_window=(landed["rows_without_window"][-1] or 0) if landed.height else 0,
        last_error=last["error"] if last and last["status"] == "failed" else None,
    )
