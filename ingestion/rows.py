"""Turning a batch into rows of the lake: typed, hashed, assigned to a day, and rejected with a reason where that fails."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from ingestion.declarations import Column, DateColumn, Dialect, Table
from ingestion.errors import SchemaMismatchError
from ingestion.privacy import Hasher
from ingestion.protocol import Batch
from ingestion.timestamps import parse_dates, parse_timestamps
from ingestion.values import LAKE_TYPES, blank_values, find_window_days, type_values

LINEAGE_TYPES: dict[str, pl.DataType] = {
    "_source_file": pl.String(),
    "_source_line": pl.Int64(),
    "_window_date": pl.Date(),
    "_load_id": pl.String(),
    "_landed_at": pl.Datetime("us", "UTC"),
    "_rejected_reason": pl.String(),
    "_rejected_detail": pl.String(),
}
UNREADABLE_FILE = "unreadable file"
LOOKS_LIKE_DATA = re.compile(r"@|\d{5}")


@dataclass(frozen=True)
class TypedRows:
    """Rows of the lake without load id and landing time, the missing declared columns, and the columns that are not declared."""

    frame: pl.DataFrame
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]


def lake_schema(table: Table) -> dict[str, pl.DataType]:
    """Columns and types of the table's files in the lake, in order."""
    return {column.name: LAKE_TYPES[column.type] for column in table.columns} | LINEAGE_TYPES


def find_delivered(column: Column, header: frozenset[str]) -> str | None:
    """The name under which a column is delivered: the first of its declared names that the header has."""
    return next((name for name in column.delivered_as if name in header), None)


def check_header(table: Table, batch: Batch) -> tuple[str, ...]:
    """Names of the missing optional columns. Raises MissingColumnsError when a required one is missing."""
    absent = [
        column
        for column in table.columns
        if column.is_loaded and column.name not in table.constants and find_delivered(column, batch.header) is None
    ]
    required = [column for column in absent if column.is_required]
    placing = table.placement.column if isinstance(table.placement, DateColumn) else None
    missing = [f"{column.name} (as {' or '.join(column.delivered_as)})" for column in required]
    if placing is not None:
        declared = table.find_column(placing)
        is_absent = placing not in batch.header if declared is None else declared in absent and declared not in required
        missing += [f"{placing} (places a row in a window)"] if is_absent else []
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
    """Type every declared column of a batch. A rejected row keeps its first reason, in the order of the columns."""
    missing = check_header(table, batch) if batch.header else ()
    rows = batch.rows
    reason = pl.Series("_rejected_reason", [None], dtype=pl.String).new_from_index(0, rows.height)
    typed: dict[str, pl.Series] = {}
    for column in table.columns:
        values, column_reason = type_column(column, rows, batch.header, table, hasher)
        typed[column.name] = values
        reason = first_reason(reason, column_reason)
    days, day_reason = place_rows(table, rows, typed)
    reason = first_reason(reason, day_reason)
    good = pl.DataFrame(
        [
            *(values.rename(name) for name, values in typed.items()),
            rows["_source_file"],
            rows["_source_line"].cast(pl.Int64),
            days.rename("_window_date"),
            reason.rename("_rejected_reason"),
        ]
    )
    broken = batch.broken.rename({"_file_date": "_window_date"})
    return TypedRows(align_rows(pl.concat([good, broken], how="diagonal"), table), missing, name_unexpected(table, batch))


def type_column(column: Column, rows: pl.DataFrame, header: frozenset[str], table: Table, hasher: Hasher) -> tuple[pl.Series, pl.Series]:
    """The column's values for the lake, and for each row the reason why this column rejects it (mostly null)."""
    name = find_delivered(column, header)
    constant = table.constants.get(column.name)
    dialect = table.dialect
    if column.is_loaded and constant is not None:
        written, dialect = pl.Series(column.name, [constant]).new_from_index(0, rows.height), Dialect()
    elif column.is_loaded and name is not None:
        written = blank_values(rows[name], column.type, dialect)
    else:
        nothing = pl.Series(column.name, [None], dtype=LAKE_TYPES[column.type]).new_from_index(0, rows.height)
        return nothing, nothing.cast(pl.String)
    values = type_values(written, column.type, dialect, table.time_zone)
    unreadable = written.is_not_null() & values.is_null()
    if column.is_hashed:
        values = hasher.hash_values(values, column.personal or "")
    reason = give_reason(unreadable, f"not {name_type(column.type)}: {column.name}")
    if column.is_required:
        reason = first_reason(reason, give_reason(values.is_null(), f"missing value: {column.name}"))
    return values, reason


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
    written = blank_values(values, "timestamp", dialect)
    if written.dtype == pl.Date:
        return written
    if written.dtype != pl.String:
        return find_window_days(type_values(written, "timestamp", dialect, table.time_zone), table.company_time_zone)
    dates = parse_dates(written.set(written.str.len_chars() > 10, None), dialect.date_formats)
    instants = parse_timestamps(written, dialect.timestamp_formats, table.time_zone)
    return dates.zip_with(dates.is_not_null(), find_window_days(instants, table.company_time_zone))


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
