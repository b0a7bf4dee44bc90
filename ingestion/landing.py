"""Landing: one window of one table is read, checked and written to the lake in one step."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import cast
from uuid import uuid4
from zoneinfo import ZoneInfo

import polars as pl

from ingestion.declarations import DateColumn, Source, Table
from ingestion.errors import LakeError, SchemaMismatchError, TooManyRejectedError
from ingestion.journal import commit_load
from ingestion.lake import lock_table, table_folder, write_schema
from ingestion.landing_log import LoadResult, adds_nothing, append_log, list_landed_windows, read_table_log
from ingestion.messages import describe_error
from ingestion.privacy import Hasher
from ingestion.protocol import Connector, ReadFile, Reading
from ingestion.replacement import Replacement, replace_rows
from ingestion.rows import UNREADABLE_FILE, count_withheld, fill_unplaced_days, lake_schema, type_batch
from ingestion.windows import Window, join_windows


@dataclass(frozen=True)
class GatheredRows:
    """The rows of a window, the names of missing and unexpected columns, and how many other rows no landed window holds."""

    rows: pl.DataFrame
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    rows_outside: int


def land_window(
    source: Source,
    table: Table,
    window: Window,
    *,
    connector: Connector,
    lake: Path,
    hasher: Hasher,
    now: datetime,
    adds_only: bool = False,
) -> LoadResult:
    """Land a window and log it. Raises IngestionError, with nothing replaced; the caller logs that with `log_failure`.

    `now` has a time zone. The table's lock is held from the first read to the log line, so that older rows never replace newer ones.
    `adds_only`: rows that the lake has and the source does not give any more stay (a look back at a database).
    """
    started = time.perf_counter()
    load_id = f"{now:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"
    with lock_table(lake, table):
        write_schema(lake, table)
        log = read_table_log(lake, table.source, table.name)
        known = join_windows([window, *list_landed_windows(log)])
        span = Window(known[0].start, known[-1].end)
        reading = connector.read(table, None, None) if table.is_snapshot else connector.read(table, window, span)
        today = now.astimezone(ZoneInfo(table.company_time_zone)).date()
        with closing(reading):
            gathered = collect_rows(reading, table, window, hasher, known=known, today=today)
        check_rejected(gathered.rows, table, window, source.max_bad_share)
        rows = stamp_rows(gathered.rows, table, reading.files, load_id, now)
        replacement = replace_rows(rows, table, window, reading, lake, load_id, adds_only=adds_only)
        result = describe_load(table, window, gathered, rows, replacement, reading, load_id=load_id, now=now)
        is_unchanged = not replacement.swaps and adds_nothing(result, log)
        result = replace(result, seconds=round(time.perf_counter() - started, 3), is_unchanged=is_unchanged)
        commit_load(lake, table_folder(lake, table), replacement.swaps, result)
    return result


def describe_load(
    table: Table,
    window: Window,
    gathered: GatheredRows,
    rows: pl.DataFrame,
    replacement: Replacement,
    reading: Reading,
    *,
    load_id: str,
    now: datetime,
) -> LoadResult:
    """The result of a load that is about to be committed."""
    rejected = rows.height - rows["_rejected_reason"].null_count()
    first_event, last_event = find_event_range(rows, table)
    return LoadResult(
        load_id=load_id,
        source=table.source,
        table=table.name,
        window_start=None if table.is_snapshot else window.start,
        window_end=window.end,
        status="landed",
        rows_read=rows.height,
        rows_landed=rows.height - rejected,
        rows_rejected=rejected,
        rows_replaced=replacement.rows_replaced,
        rows_kept=replacement.rows_kept,
        rows_without_window=reading.rows_without_window + gathered.rows_outside,
        min_event_at=first_event,
        max_event_at=last_event,
        missing_columns=gathered.missing,
        unexpected_columns=gathered.unexpected,
        withheld_values=count_withheld(rows),
        files=tuple(reading.files),
        logged_at=now,
    )


def log_failure(table: Table, window: Window, error: Exception, *, lake: Path, now: datetime, seconds: float = 0.0) -> LoadResult:
    """Log a failed load and return its result, whose message holds no value. When the log cannot be written either, the error says so."""
    described = describe_error(error)
    result = LoadResult(
        load_id=f"{now:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}",
        source=table.source,
        table=table.name,
        window_start=None if table.is_snapshot else window.start,
        window_end=window.end,
        status="failed",
        rows_read=error.read if isinstance(error, TooManyRejectedError) else 0,
        rows_rejected=error.rejected if isinstance(error, TooManyRejectedError) else 0,
        seconds=round(seconds, 3),
        error=described,
        unexpected_columns=error.unexpected if isinstance(error, SchemaMismatchError) else (),
        logged_at=now,
    )
    try:
        with lock_table(lake, table):
            append_log(lake, result)
    except (LakeError, OSError) as second:
        return LoadResult(**{**vars(result), "error": f"{described}; moreover, {describe_error(second)}"})
    return result


def collect_rows(
    reading: Reading, table: Table, window: Window, hasher: Hasher, *, known: Sequence[Window] = (), today: date = date.max
) -> GatheredRows:
    """All rows of the window. Rows of days outside all `known` windows are counted, except those of `today`, which is not over."""
    frames = [pl.DataFrame(schema=lake_schema(table))]
    missing: set[str] = set()
    unexpected: set[str] = set()
    outside = 0
    for batch in reading.batches:
        typed = type_batch(batch, table, hasher)
        missing.update(typed.missing)
        unexpected.update(typed.unexpected)
        frame = typed.frame
        if isinstance(table.placement, DateColumn):
            frame = fill_unplaced_days(frame).with_columns(pl.col("_window_date").fill_null(window.start))
            is_inside = pl.col("_window_date").is_between(window.start, window.end, closed="left")
            days = frame.filter(~is_inside)["_window_date"]
            outside += days.filter(~is_known(days, known) & (days != today)).len()
            frame = frame.filter(is_inside)
        frames.append(frame)
    return GatheredRows(pl.concat(frames), tuple(sorted(missing)), tuple(sorted(unexpected)), outside)


def is_known(days: pl.Series, windows: Sequence[Window]) -> pl.Series:
    """For each day whether it lies in one of the windows."""
    found = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(days))
    for window in windows:
        found |= days.is_between(window.start, window.end, closed="left")
    return found


def stamp_rows(rows: pl.DataFrame, table: Table, files: Sequence[ReadFile], load_id: str, now: datetime) -> pl.DataFrame:
    """Rows with load id and landing time.

    The times of one load are microseconds apart, so that the row of the newer file (`newest_file`) has the later one.
    """
    if table.newest_file in ("name", "modified"):  # the connector has read the files in this order
        position = {file.name: number for number, file in enumerate(files)}
        rank = rows["_source_file"].replace_strict(position, default=0, return_dtype=pl.Int64)
    else:
        rank = rows[table.newest_file].rank("dense").fill_null(0).cast(pl.Int64)
    landed = pl.lit(now).cast(lake_schema(table)["_landed_at"]) + pl.duration(microseconds=pl.lit(rank))
    return rows.with_columns(pl.lit(load_id).alias("_load_id"), landed.alias("_landed_at"))


def check_rejected(rows: pl.DataFrame, table: Table, window: Window, max_bad_share: float) -> None:
    """Raise TooManyBadRowsError when too many rows are rejected. The rejected row of a bad file does not count."""
    counted = rows.filter(pl.col("_rejected_reason").ne_missing(UNREADABLE_FILE))
    bad = counted.filter(pl.col("_rejected_reason").is_not_null())
    if not bad.height or bad.height <= max_bad_share * counted.height:
        return
    reasons = bad.group_by("_rejected_reason").len().sort("len", "_rejected_reason", descending=[True, False])
    named = ", ".join(f"{reason} ({count})" for reason, count in reasons.rows())
    first = bad.row(0, named=True)
    raise TooManyRejectedError(
        f"{table.label} {window}: {bad.height} of {counted.height} rows rejected ({bad.height / counted.height:.1%}, allowed "
        f"{max_bad_share:.1%}): {named}; first: {first['_source_file']} line {first['_source_line']}. Nothing was landed. "
        "Correct the source or the column's declaration, or raise `max_bad_share` in sources.yml",
        read=counted.height,
        rejected=bad.height,
    )


def find_event_range(rows: pl.DataFrame, table: Table) -> tuple[datetime | None, datetime | None]:
    """First and last event time (UTC) of the good rows. Uses the window column, else the first required time stamp, else the first one."""
    stamps = sorted((column for column in table.columns if column.type == "timestamp"), key=lambda column: not column.is_required)
    names = [column.name for column in stamps]
    placing = table.placement.column if isinstance(table.placement, DateColumn) else None
    name = placing if placing in names else next(iter(names), None)
    if name is None:
        return None, None
    good = rows.filter(pl.col("_rejected_reason").is_null())[name]
    return cast("tuple[datetime | None, datetime | None]", (good.min(), good.max()))
