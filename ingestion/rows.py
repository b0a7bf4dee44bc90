"""Turning a batch into rows of the lake: typed, hashed, assigned to a day, and rejected with a reason where that fails."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

import polars as pl

from ingestion.declarations import Column, DateColumn, Dialect, Table
from ingestion.delivered import ReadColumn, decode_texts, find_delivered, list_delivered, read_column
from ingestion.errors import IngestionError, SchemaMismatchError
from ingestion.folds import settle_folds
from ingestion.privacy import Hasher
from ingestion.protocol import BROKEN_SCHEMA, Batch
from ingestion.time_patterns import Clock
from ingestion.timestamps import fill_unparsed, parse_dates, parse_timestamps
from ingestion.values import LAKE_TYPES, blank_values, find_window_days, type_values

__all__ = ["find_delivered", "lake_schema", "type_batch"]

LINEAGE_TYPES: dict[str, pl.DataType] = {
    "_source_file": pl.String(),
    "_source_line": pl.Int64(),
    "_window_date": pl.Date(),
    "_load_id": pl.String(),
    "_landed_at": pl.Datetime("us", "UTC"),
    "_rejected_reason": pl.String(),
    "_rejected_detail": pl.String(),
    "_withheld": pl.String(),
}
UNREADABLE_FILE = "unreadable file"
UNREADABLE_ROW = "unreadable row"
LENGTH_OF_A_DAY = 10  # of a day in ISO 8601; a longer text is a time first, which belongs to a zone
LOOKS_LIKE_DATA = re.compile(r"@|\d{5}")


@dataclass(frozen=True)
class TypedRows:
    """Rows of the lake without load id and landing time, the missing declared columns, and the columns that are not declared."""

    frame: pl.DataFrame
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]


@dataclass(frozen=True)
class WithheldValues:
    """In how many rows the value of a column was withheld, because it names nobody or lost digits in a spreadsheet."""

    column: str
    rows: int


def count_withheld(rows: pl.DataFrame) -> tuple[WithheldValues, ...]:
    """Withheld values of rows of the lake, by column."""
    names = rows["_withheld"].drop_nulls().str.split(",").explode().value_counts().sort("_withheld")
    return tuple(WithheldValues(name, count) for name, count in names.rows())


def lake_schema(table: Table) -> dict[str, pl.DataType]:
    """Columns and types of the table's files in the lake, in order."""
    return {column.name: LAKE_TYPES[column.type] for column in table.columns} | LINEAGE_TYPES


def check_header(table: Table, batch: Batch) -> tuple[str, ...]:
    """Names of the missing optional columns. Raises MissingColumnsError when a required one is missing."""
    absent = [
        column
        for column in table.columns
        if column.is_loaded and column.name not in table.constants and not list_delivered(column, batch.header)
    ]
    required = [column for column in absent if column.is_required]
    placing = table.placement.column if isinstance(table.placement, DateColumn) else None
    missing = [f"{column.name} (as {' or '.join(column.delivered_as)})" for column in required]
    if placing is not None:
        declared = table.find_column(placing)
        is_absent = placing not in batch.header if declared is None else declared in absent and declared not in required
        missing += [f"{placing} (places a row in a window)"] if is_absent else []
    zones = {column.zone_column for column in table.columns if column.zone_column and column.is_loaded} - batch.header
    missing += [f"{zone} (names the time zone)" for zone in sorted(zones)]
    if missing:
        raise SchemaMismatchError(
            f"{table.label}: {batch.origin}: missing columns: {', '.join(missing)}; unexpected columns: {count_unexpected(table, batch)}; "
            "add the new name to `from` in sources.yml, or have the source deliver the column again",
            name_unexpected(table, batch),
        )
    return tuple(column.name for column in absent)


def count_unexpected(table: Table, batch: Batch) -> str:
    """How many columns nobody declared, for messages that are published."""
    if not batch.unexpected:
        return "none"
    if not batch.header & table.declared_names:
        return f"{len(batch.unexpected)} and no declared one; check `delimiter` and that line 1 is a header"
    return f"{len(batch.unexpected)} (cxhouse ingest names them)"


def name_unexpected(table: Table, batch: Batch) -> tuple[str, ...]:
    """Names delivered and not declared, for the command line and the landing log. A name that may be a value is not shown."""
    if not batch.header & table.declared_names:
        count = len(batch.unexpected)
        return (f"{count} names, not shown: none is declared, so they may be data",) if count else ()
    return tuple("(a name that looks like data)" if LOOKS_LIKE_DATA.search(name) else name for name in batch.unexpected)


def type_batch(batch: Batch, table: Table, hasher: Hasher) -> TypedRows:
    """Type every declared column of a batch. A rejected row keeps its first reason, in the order of the columns.

    A row that cannot be typed for any other cause is rejected alone. Raises SchemaMismatchError when a required column is missing.
    """
    missing = check_header(table, batch) if batch.header else ()
    good, unreadable = type_rows(batch.rows, batch.header, table, hasher)
    broken = pl.concat([batch.broken, unreadable]).rename({"_file_date": "_window_date"})
    return TypedRows(align_rows(pl.concat([good, broken], how="diagonal"), table), missing, name_unexpected(table, batch))


def type_rows(rows: pl.DataFrame, header: frozenset[str], table: Table, hasher: Hasher) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The typed rows, and in BROKEN_SCHEMA those on which a library failed: they are searched by halving."""
    try:
        return type_all(rows, header, table, hasher), pl.DataFrame(schema=BROKEN_SCHEMA)
    except IngestionError:
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        if rows.height <= 1:
            problem = pl.lit(UNREADABLE_ROW).alias("_rejected_reason"), pl.lit(type(error).__name__).alias("_rejected_detail")
            broken = rows.with_columns(problem).select(pl.col(name).cast(kind) for name, kind in BROKEN_SCHEMA.items())
            return type_all(rows.clear(), header, table, hasher), broken
    half = rows.height // 2
    parts = [type_rows(part, header, table, hasher) for part in (rows[:half], rows[half:])]
    return pl.concat([good for good, _ in parts]), pl.concat([broken for _, broken in parts])


def type_all(rows: pl.DataFrame, header: frozenset[str], table: Table, hasher: Hasher) -> pl.DataFrame:
    """Every declared column typed, the day of each row, why it is rejected, and which of its personal values name nobody."""
    reason = pl.Series("_rejected_reason", [None], dtype=pl.String).new_from_index(0, rows.height)
    typed: dict[str, pl.Series] = {}
    withheld: dict[str, pl.Series] = {}
    for column in table.columns:
        values, column_reason, is_withheld = type_column(column, rows, header, table, hasher)
        typed[column.name] = values
        reason = first_reason(reason, column_reason)
        if is_withheld.any():
            withheld[column.name] = is_withheld
    typed = settle_folds(typed, rows, header, table)
    days, day_reason = place_rows(table, rows, typed)
    reason = first_reason(reason, day_reason)
    return pl.DataFrame(
        [
            *(values.rename(name) for name, values in typed.items()),
            rows["_source_file"],
            rows["_source_line"].cast(pl.Int64),
            days.rename("_window_date"),
            reason.rename("_rejected_reason"),
            join_names(withheld, rows.height).rename("_withheld"),
        ]
    )


def type_column(
    column: Column, rows: pl.DataFrame, header: frozenset[str], table: Table, hasher: Hasher
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The column's values for the lake, for each row the reason why this column rejects it (mostly null), and where it names nobody."""
    constant = table.constants.get(column.name)
    nothing = pl.Series(column.name, [None], dtype=LAKE_TYPES[column.type]).new_from_index(0, rows.height)
    never = pl.Series(column.name, [False], dtype=pl.Boolean).new_from_index(0, rows.height)
    if column.is_loaded and constant is not None:
        texts = blank_values(pl.Series(column.name, [constant]).new_from_index(0, rows.height), column.type, Dialect())
        read = ReadColumn(texts.is_not_null(), type_values(texts, column.type, Dialect(), table.zone_of(column)), never, never)
    elif column.is_loaded and list_delivered(column, header):
        read = read_column(column, rows, header, table)
    else:
        return nothing, nothing.cast(pl.String), never
    values, is_ruined = read.values, read.is_ruined
    reason = give_reason(read.lacks_zone, f"unknown time zone: {column.name}")
    is_unread = read.is_written & values.is_null() & ~is_ruined
    reason = first_reason(reason, give_reason(is_unread, f"not {name_type(column.type)}: {column.name}"))
    is_withheld = is_ruined
    if column.is_hashed:
        hashed = hasher.hash_values(values, column.personal or "")
        is_withheld = is_ruined | (values.is_not_null() & hashed.is_null())
        values = hashed
    if column.is_required:
        reason = first_reason(reason, give_reason(is_ruined, f"ruined by a spreadsheet: {column.name}"))
        reason = first_reason(reason, give_reason(is_withheld, f"names nobody: {column.name}"))
        reason = first_reason(reason, give_reason(values.is_null(), f"missing value: {column.name}"))
    return values, reason, is_withheld


def join_names(withheld: dict[str, pl.Series], height: int) -> pl.Series:
    """For each row the names of the columns whose mask is true, with commas; null where there is none."""
    nothing = pl.Series("names", [None], dtype=pl.String).new_from_index(0, height)
    if not withheld:
        return nothing
    names = [pl.when(mask).then(pl.lit(name)) for name, mask in withheld.items()]
    return pl.select(pl.concat_str(names, separator=",", ignore_nulls=True)).to_series().replace("", None)


def place_rows(table: Table, rows: pl.DataFrame, typed: dict[str, pl.Series]) -> tuple[pl.Series, pl.Series]:
    """The local day of each row, null where it is unknown, and the reason why such a row is rejected."""
    if not isinstance(table.placement, DateColumn):
        return rows["_file_date"], rows["_file_date"].cast(pl.String).clear(rows.height)
    name = table.placement.column
    days = find_window_days(typed[name], table.company_time_zone) if name in typed else read_window_days(rows[name], table)
    return days, give_reason(days.is_null(), f"missing value: {name}" if name in typed else f"not a date: {name}")


def read_window_days(values: pl.Series, table: Table) -> pl.Series:
    """Local days of a window column that is not declared, typed or as text; a date alone is a local day."""
    dialect = table.dialect
    written = blank_values(decode_texts(values)[0], "timestamp", dialect)
    if written.dtype == pl.Date:
        return written
    if written.dtype != pl.String:
        return find_window_days(type_values(written, "timestamp", dialect, table.time_zone), table.company_time_zone)
    dates = parse_dates(written.set(written.str.len_chars() > LENGTH_OF_A_DAY, None), dialect.date_formats, dialect.language)
    instants = parse_timestamps(written, dialect.timestamp_formats, Clock(table.time_zone, dialect.language, dialect.zone_names))
    days = dates.zip_with(dates.is_not_null(), find_window_days(instants, table.company_time_zone))
    return fill_unparsed(written, days, partial(parse_dates, formats=dialect.date_formats, language=dialect.language))


def fill_unplaced_days(frame: pl.DataFrame) -> pl.DataFrame:
    """Give rows and lines without a readable day the day of the previous row of their file, else of the next row."""
    if not frame["_window_date"].null_count():
        return frame
    day = pl.col("_window_date").forward_fill().backward_fill().over("_source_file")
    return frame.sort("_source_file", "_source_line").with_columns(day)


def align_rows(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The columns of the lake in order; those not known yet are null."""
    schema = lake_schema(table)
    return frame.select(
        pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items()
    )


def give_reason(mask: pl.Series, reason: str) -> pl.Series:
    """The reason where the mask holds, else null."""
    if not mask.any():
        return pl.Series("_rejected_reason", [None], dtype=pl.String).new_from_index(0, len(mask))
    return pl.select(pl.when(mask).then(pl.lit(reason)).otherwise(pl.lit(None, dtype=pl.String)).alias("_rejected_reason")).to_series()


def first_reason(reasons: pl.Series, others: pl.Series) -> pl.Series:
    """The first reason per row, and where it is null, the second."""
    return reasons if others.null_count() == len(others) else reasons.zip_with(reasons.is_not_null(), others)


def name_type(column_type: str) -> str:
    """`a decimal`, `an integer`."""
    return f"an {column_type}" if column_type[0] in "aeiou" else f"a {column_type}"
