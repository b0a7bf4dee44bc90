"""What a load may replace: the rows its reading vouches for. Other rows of the lake stay; a load that would lose rows is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from ingestion.declarations import DateColumn, FileDate, Table
from ingestion.errors import IngestionError, LakeError
from ingestion.lake import SNAPSHOT_FILE, list_data_files, table_folder, write_temporary
from ingestion.messages import describe_error
from ingestion.protocol import Reading
from ingestion.rows import LINEAGE_TYPES, UNREADABLE_FILE, align_rows, lake_schema
from ingestion.windows import Window, plan_windows

HASH_LENGTH = 64
IS_GOOD = pl.col("_rejected_reason").is_null()
IS_FILE_REFUSAL = pl.col("_rejected_reason").eq_missing(UNREADABLE_FILE)
NAMED_DAYS = 3


@dataclass
class Replacement:
    """The files to swap (None: remove), and how many rows of the window go and stay."""

    swaps: dict[Path, Path | None] = field(default_factory=dict)
    rows_replaced: int = 0
    rows_kept: int = 0


@dataclass(frozen=True)
class Verdict:
    """Which old rows of a part of the window stay beside which new ones."""

    kept: pl.DataFrame
    fresh: pl.DataFrame


def replace_rows(
    rows: pl.DataFrame, table: Table, window: Window, reading: Reading, lake: Path, load_id: str, *, adds_only: bool = False
) -> Replacement:
    """Write the new files of the window as temporary files. Raises IngestionError, with no temporary file left, when rows would be lost."""
    folder = table_folder(lake, table)
    if not table.is_snapshot:
        if (folder / SNAPSHOT_FILE).exists():
            problem = f"{folder / SNAPSHOT_FILE}: {table.label} was a snapshot before; remove this file and load from the first day"
            raise LakeError(problem)
        outside = rows.filter(~pl.col("_window_date").is_between(window.start, window.end, closed="left").fill_null(False))
        if outside.height:
            raise LakeError(f"{table.label} {window}: the connector delivered {outside.height} rows of other days; nothing was landed")
    replacement = Replacement()
    try:
        if table.is_snapshot:
            replace_snapshot(replacement, rows, table, window, reading, lake, load_id)
        else:
            replace_months(replacement, rows, table, window, reading, folder, load_id, adds_only=adds_only)
    except BaseException:
        for temporary in replacement.swaps.values():
            if temporary is not None:
                temporary.unlink(missing_ok=True)
        raise
    return replacement


def replace_snapshot(
    replacement: Replacement, rows: pl.DataFrame, table: Table, window: Window, reading: Reading, lake: Path, load_id: str
) -> None:
    """Replace the whole table."""
    target = table_folder(lake, table) / SNAPSHOT_FILE
    old_files = list_data_files(lake, table)
    held = sum(read_height(path) for path in old_files)
    kept = pl.DataFrame(schema=lake_schema(table))
    if rows.filter(IS_FILE_REFUSAL).height and target in old_files:
        kept = keep_refused_files(align_rows(read_lake_file(target), table), rows)
    check_total(rows.height, held, table, window)
    if table.allow_shrink is False and rows.height < held:
        raise IngestionError(describe_shrink(table, window, f"{rows.height} rows now, {held} in the lake"))
    replacement.rows_kept, replacement.rows_replaced = kept.height, held - kept.height
    if old_files == [target] and kept.is_empty() and is_same(rows, read_lake_file(target), table):
        return
    for path in old_files:
        replacement.swaps[path] = None
    replacement.swaps[target] = write_temporary(target, pl.concat([kept, rows]), load_id)


def replace_months(
    replacement: Replacement,
    rows: pl.DataFrame,
    table: Table,
    window: Window,
    reading: Reading,
    folder: Path,
    load_id: str,
    *,
    adds_only: bool,
) -> None:
    """Replace rows in the files of the window's months."""
    parts = []
    for month in plan_windows(window.start, window.end):
        path = folder / f"{month.start:%Y-%m}.parquet"
        beyond, held = read_kept_rows(path, table, month)
        fresh = rows.filter(pl.col("_window_date").is_between(month.start, month.end, closed="left"))
        if adds_only:
            verdict = add_rows(align_kept_rows(held, path, table), fresh, table)
        else:
            verdict = choose_rows(held, fresh, table, month, reading)
        replacement.rows_kept += count_kept(verdict, fresh)
        replacement.rows_replaced += held.height - verdict.kept.height
        parts.append((held.height, fresh.height))
        if verdict.kept.height == held.height and not verdict.fresh.height:
            continue  # nothing changes in this month
        kept = align_kept_rows(verdict.kept, path, table)
        if held.height and is_same(pl.concat([kept, verdict.fresh]), held, table):
            continue
        month_rows = sort_rows(pl.concat([beyond, kept, verdict.fresh]))
        if month_rows.height:
            replacement.swaps[path] = write_temporary(path, month_rows, load_id)
        elif path.exists():
            replacement.swaps[path] = None
    if not adds_only and table.path is None:
        check_total(sum(fresh for _, fresh in parts), sum(held for held, _ in parts), table, window)


def sort_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in the order of a file of the lake."""
    return rows.sort("_window_date", "_source_file", "_source_line", "_landed_at", maintain_order=True)


def is_same(rows: pl.DataFrame, held: pl.DataFrame, table: Table) -> bool:
    """True when rows are those that the lake holds, in the same columns, but for when they landed; which landed later counts too."""
    if rows.height != held.height or dict(held.schema) != lake_schema(table):
        return False
    order = pl.col("_landed_at").rank("dense")
    now, before = (sort_rows(frame).drop("_load_id").with_columns(order) for frame in (rows, held))
    return now.equals(before)


def count_kept(verdict: Verdict, fresh: pl.DataFrame) -> int:
    """Old rows that stay although the reading does not give them; in a look back, those that it gives again do not count."""
    return verdict.kept.height - (fresh.height - verdict.fresh.height)


def choose_rows(held: pl.DataFrame, fresh: pl.DataFrame, table: Table, month: Window, reading: Reading) -> Verdict:
    """Which rows of a month's window stay. Raises IngestionError when rows would be lost."""
    check_covered(held, table, month, reading.days)
    if table.allow_shrink:
        return Verdict(keep_refused_files(held, fresh), fresh)
    vouched = held.clear()
    if isinstance(table.placement, DateColumn) and table.path is not None:
        good_days, fresh_days = days_of(fresh.filter(IS_GOOD)), days_of(fresh)
        is_vouched = pl.col("_window_date").is_in(good_days) | (~IS_GOOD & pl.col("_window_date").is_in(fresh_days))
        vouched = held.filter(is_vouched)
        kept = held.filter(~is_vouched)
    elif isinstance(table.placement, FileDate) and not table.allow_empty:
        present = [strip_packing(file.name) for file in reading.files]
        is_gone = ~pl.col("_source_file").str.strip_suffix(".gz").is_in(present) & IS_GOOD
        vouched, kept = held.filter(~is_gone), held.filter(is_gone)
    else:
        vouched, kept = held, held.clear()
    spared = keep_refused_files(vouched, fresh)
    if table.allow_shrink is False or (isinstance(table.placement, DateColumn) and table.path is not None):
        check_days(fresh, vouched, table, month)
    return Verdict(pl.concat([kept, spared]), fresh)


def strip_packing(name: str) -> str:
    """A file's name without .gz: packing a file does not make it another one."""
    return name.removesuffix(".gz")


def keep_refused_files(held: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """The good old rows of files that are unreadable now."""
    refused = fresh.filter(IS_FILE_REFUSAL)["_source_file"].unique()
    return held.filter(IS_GOOD & pl.col("_source_file").is_in(refused.to_list()))


def add_rows(held: pl.DataFrame, fresh: pl.DataFrame, table: Table) -> Verdict:
    """All old rows, and those new ones that the lake does not hold; a row that stands there n times is held up to n times."""
    names = [name for name in lake_schema(table) if name not in LINEAGE_TYPES] + ["_window_date", "_rejected_reason", "_rejected_detail"]
    numbered = [frame.with_columns(pl.int_range(pl.len()).over(names).alias("_occurrence")) for frame in (held, fresh)]
    new = numbered[1].join(numbered[0], on=[*names, "_occurrence"], how="anti", nulls_equal=True, maintain_order="left")
    return Verdict(held, new.drop("_occurrence"))


def days_of(frame: pl.DataFrame) -> list[date]:
    """The days that have rows."""
    return frame["_window_date"].unique().sort().to_list()


def check_days(fresh: pl.DataFrame, vouched: pl.DataFrame, table: Table, month: Window) -> None:
    """Raise IngestionError when a day would have fewer rows than the lake holds. A file that cannot be read counts as no row."""
    counts = [frame.filter(~IS_FILE_REFUSAL).group_by("_window_date").len(name) for frame, name in ((vouched, "held"), (fresh, "now"))]
    both = counts[0].join(counts[1], on="_window_date", how="left").with_columns(pl.col("now").fill_null(0)).sort("_window_date")
    shrunk = both.filter(pl.col("now") < pl.col("held"))
    if shrunk.height:
        named = ", ".join(f"{day}: {now} rows now, {held} in the lake" for day, held, now in shrunk.head(NAMED_DAYS).iter_rows())
        more = f" and {shrunk.height - NAMED_DAYS} more days" if shrunk.height > NAMED_DAYS else ""
        raise IngestionError(describe_shrink(table, month, named + more))


def describe_shrink(table: Table, window: Window, counts: str) -> str:
    """The sentence for a load that would lose rows."""
    return (
        f"{table.label} {window}: the source gives fewer rows than have landed ({counts}). Nothing was replaced. Have whole days "
        "delivered; when the export holds changed rows only, put its day into the file's name (`window.file_date`); when every export is "
        "whole, so that a row it lacks was removed or moved to another day, set `allow_shrink: true`"
    )


def check_total(now: int, held: int, table: Table, window: Window) -> None:
    """Refuse to replace rows by none, unless the table allows it. Raises IngestionError."""
    if held and not now and not table.allow_empty and not table.allow_shrink:
        raise IngestionError(
            f"{table.label} {window}: the source gives no row and the lake holds {held}. Nothing was replaced. "
            "Look at the source, or set `allow_empty: true` when no rows is fine"
        )


def check_covered(held: pl.DataFrame, table: Table, month: Window, days: Iterable[date] | None) -> None:
    """Refuse to replace landed days by no rows when their files were removed, unless `allow_empty` allows it. Raises IngestionError."""
    if days is None or table.allow_empty or table.allow_shrink or not isinstance(table.placement, FileDate):
        return
    gone = sorted(set(held["_window_date"].to_list()) - set(days))
    if gone:
        raise IngestionError(
            f"{table.label} {month}: the lake holds {len(gone)} days whose files are gone (first: {gone[0]}). Nothing was replaced. "
            "Put the files back, load other days, or set `allow_empty: true`"
        )


def read_kept_rows(path: Path, table: Table, month: Window) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of a month's file outside the window and those in it, both with the columns declared now. Raises LakeError."""
    if not path.exists():
        empty = pl.DataFrame(schema=lake_schema(table))
        return empty, empty
    old = read_lake_file(path)
    is_held = pl.col("_window_date").is_between(month.start, month.end, closed="left")
    return align_kept_rows(old.filter(~is_held), path, table), old.filter(is_held)


def align_kept_rows(kept: pl.DataFrame, path: Path, table: Table) -> pl.DataFrame:
    """Old rows with the columns declared now. Raises LakeError when they do not fit, or hold unhashed what must be hashed."""
    again = f"load the whole month again (--from {path.stem}-01)"
    held = kept.schema
    retyped = [name for name, kind in lake_schema(table).items() if held.get(name, kind) != kind]
    try:
        aligned = align_rows(kept, table)
    except pl.exceptions.PolarsError:
        problem = f"{path}: holds {', '.join(retyped)} of another type than sources.yml declares now, and not all values fit; {again}"
        raise LakeError(problem) from None
    for column in table.columns:
        if column.is_hashed and (aligned[column.name].str.len_bytes() != HASH_LENGTH).any():
            raise LakeError(f"{path}: holds {column.name} unhashed, which sources.yml now declares personal; {again}")
    return aligned


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
