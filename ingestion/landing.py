"""Landing: one window of one table is read, checked and written to the lake by replacing whole files."""

from __future__ import annotations

import time
from datetime import date, datetime
from pathlib import Path
from typing import cast
from uuid import uuid4

import polars as pl

from ingestion.declarations import DateColumn, FileDate, Source, Table
from ingestion.errors import IngestionError, LakeError, SchemaMismatchError, TooManyRejectedError
from ingestion.lake import SNAPSHOT_FILE, list_data_files, lock_table, swap_files, table_folder, write_schema, write_temporary
from ingestion.landing_log import LoadResult, append_log
from ingestion.messages import describe_error
from ingestion.privacy import Hasher
from ingestion.protocol import Connector, Reading
from ingestion.rows import UNREADABLE_FILE, align_rows, fill_unplaced_days, lake_schema, type_batch
from ingestion.windows import Window, plan_windows

HASH_LENGTH = 64


def land_window(
    source: Source, table: Table, window: Window, *, connector: Connector, lake: Path, hasher: Hasher, now: datetime
) -> LoadResult:
    """Land a window and log it. Raises IngestionError, with nothing replaced; the caller logs that with `log_failure`.

    `now` has a time zone. The table's lock is held from the first read to the log line, so that older rows never replace newer ones.
    """
    started = time.perf_counter()
    load_id = f"{now:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"
    with lock_table(lake, table):
        write_schema(lake, table)
        reading = connector.read(table, None if table.is_snapshot else window)
        rows, missing, unexpected = collect_rows(reading, table, window, hasher)
        check_rejected(rows, table, window, source.max_bad_share)
        rows = rows.with_columns(pl.lit(load_id).alias("_load_id"), pl.lit(now).cast(lake_schema(table)["_landed_at"]).alias("_landed_at"))
        replaced = replace_rows(rows, table, window, reading.days, lake, load_id)
        rejected = rows.height - rows["_rejected_reason"].null_count()
        first_event, last_event = find_event_range(rows, table)
        result = LoadResult(
            load_id=load_id,
            source=table.source,
            table=table.name,
            window_start=None if table.is_snapshot else window.start,
            window_end=window.end,
            status="landed",
            rows_read=rows.height,
            rows_landed=rows.height - rejected,
            rows_rejected=rejected,
            rows_replaced=replaced,
            rows_without_window=reading.rows_without_window,
            min_event_at=first_event,
            max_event_at=last_event,
            missing_columns=missing,
            unexpected_columns=unexpected,
            files=tuple(reading.files),
            seconds=round(time.perf_counter() - started, 3),
            logged_at=now,
        )
        append_log(lake, result)
    return result


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


def collect_rows(reading: Reading, table: Table, window: Window, hasher: Hasher) -> tuple[pl.DataFrame, tuple[str, ...], tuple[str, ...]]:
    """All rows of the window, and the names of missing and unexpected columns."""
    frames = [pl.DataFrame(schema=lake_schema(table))]
    missing: set[str] = set()
    unexpected: set[str] = set()
    for batch in reading.batches:
        typed = type_batch(batch, table, hasher)
        missing.update(typed.missing)
        unexpected.update(typed.unexpected)
        frame = typed.frame
        if isinstance(table.placement, DateColumn):
            frame = fill_unplaced_days(frame).with_columns(pl.col("_window_date").fill_null(window.start))
            frame = frame.filter(pl.col("_window_date").is_between(window.start, window.end, closed="left"))
        frames.append(frame)
    return pl.concat(frames), tuple(sorted(missing)), tuple(sorted(unexpected))


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
        "Correct the source or the column's declaration, or raise `max_bad_share` in sources.yml"
    )


def replace_rows(rows: pl.DataFrame, table: Table, window: Window, days: set[date] | None, lake: Path, load_id: str) -> int:
    """Replace the rows of the window; returns how many rows were replaced. All files are written before the first one is swapped."""
    folder = table_folder(lake, table)
    if table.is_snapshot:
        old_files = list_data_files(lake, table)
        replaced = sum(read_height(path) for path in old_files)
        target = folder / SNAPSHOT_FILE
        others: dict[Path, Path | None] = {path: None for path in old_files if path != target}
        swap_files({target: write_temporary(target, rows, load_id)} | others)
        return replaced
    if (folder / SNAPSHOT_FILE).exists():
        raise LakeError(f"{folder / SNAPSHOT_FILE}: {table.label} was a snapshot before; remove this file and load from the first day")
    outside = rows.filter(~pl.col("_window_date").is_between(window.start, window.end, closed="left").fill_null(False))
    if outside.height:
        raise LakeError(f"{table.label} {window}: the connector delivered {outside.height} rows of other days; nothing was landed")
    replaced = 0
    replacements: dict[Path, Path | None] = {}
    try:
        for month in plan_windows(window.start, window.end):
            path = folder / f"{month.start:%Y-%m}.parquet"
            kept, dropped = read_kept_rows(path, table, month)
            check_covered(dropped, table, month, days)
            fresh = rows.filter(pl.col("_window_date").is_between(month.start, month.end, closed="left"))
            replaced += dropped.height
            if kept.height + fresh.height:
                month_rows = pl.concat([kept, fresh]).sort("_window_date", "_source_file", "_source_line", maintain_order=True)
                replacements[path] = write_temporary(path, month_rows, load_id)
            elif path.exists():
                replacements[path] = None
    except BaseException:
        for temporary in replacements.values():
            if temporary is not None:
                temporary.unlink(missing_ok=True)
        raise
    swap_files(replacements)
    return replaced


def read_kept_rows(path: Path, table: Table, month: Window) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of a month's file that stay, with the columns declared now, and the rows that are replaced."""
    if not path.exists():
        empty = pl.DataFrame(schema=lake_schema(table))
        return empty, empty
    old = read_lake_file(path)
    is_replaced = pl.col("_window_date").is_between(month.start, month.end, closed="left")
    kept, dropped = old.filter(~is_replaced), old.filter(is_replaced)
    again = f"load the whole month again (--from {path.stem}-01)"
    retyped = [name for name, kind in lake_schema(table).items() if old.schema.get(name, kind) != kind]
    try:
        aligned = align_rows(kept, table)
    except pl.exceptions.PolarsError:
        problem = f"{path}: holds {', '.join(retyped)} of another type than sources.yml declares now, and not all values fit; {again}"
        raise LakeError(problem) from None
    for column in table.columns:
        if column.is_hashed and (aligned[column.name].str.len_bytes() != HASH_LENGTH).any():
            raise LakeError(f"{path}: holds {column.name} unhashed, which sources.yml now declares personal; {again}")
    return aligned, dropped


def read_lake_file(path: Path) -> pl.DataFrame:
    """A file of the lake. Raises LakeError when it cannot be read."""
    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise LakeError(f"{path}: cannot be read ({describe_error(error)}); remove it and load the month again") from error


def read_height(path: Path) -> int:
    """Rows of a file of the lake; no rows when it cannot be read and will be replaced anyway."""
    try:
        return pl.scan_parquet(path).select(pl.len()).collect().item()
    except (OSError, pl.exceptions.PolarsError):
        return 0


def check_covered(dropped: pl.DataFrame, table: Table, month: Window, days: set[date] | None) -> None:
    """Refuse to replace landed days by no rows when their files were removed, unless `allow_empty` allows it. Raises IngestionError."""
    if days is None or table.allow_empty or not isinstance(table.placement, FileDate):
        return
    gone = sorted(set(dropped["_window_date"].to_list()) - days)
    if gone:
        raise IngestionError(
            f"{table.label} {month}: the lake holds {len(gone)} days whose files are gone (first: {gone[0]}). Nothing was replaced. "
            "Put the files back, load other days, or set `allow_empty: true`"
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
