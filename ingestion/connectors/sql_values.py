"""Values of a database driver as columns. What the driver has typed keeps its type; it is never read as text of a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ingestion.protocol import NATIVE_MARK

NUMBERS = (int, float, Decimal)
POSTGRESQL_CHAR = 1042
POSTGRESQL_TIMES = (1082, 1114, 1184)  # date, timestamp, timestamptz


def build_frame(names: list[str], rows: Sequence[Sequence[Any]], origin: str, position: int, padded: set[str]) -> pl.DataFrame:
    """Rows of the driver as a frame of columns. `padded` columns have a fixed length, which the database fills with spaces."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    lineage = [
        pl.Series("_source_file", [origin], dtype=pl.String).new_from_index(0, len(rows)),
        pl.int_range(position + 1, position + len(rows) + 1, dtype=pl.Int64, eager=True).alias("_source_line"),
        pl.Series("_file_date", [None], dtype=pl.Date).new_from_index(0, len(rows)),
    ]
    held = [build_series(name, values) for name, values in zip(names, columns, strict=True)]
    lineage += [mark_numbers(series, values) for series, values in zip(held, columns, strict=True) if is_mixed(series, values)]
    held = [strip_padding(series) if series.name in padded else series for series in held]
    return pl.DataFrame([*held, *lineage])


def strip_padding(series: pl.Series) -> pl.Series:
    """Texts without the spaces at their end, also those that are bytes yet."""
    if series.dtype == pl.Binary:
        return pl.Series(series.name, [None if value is None else value.rstrip(b" ") for value in series.to_list()], dtype=pl.Binary)
    return series.str.strip_chars_end(" ") if series.dtype == pl.String else series


def is_mixed(series: pl.Series, values: Sequence[Any]) -> bool:
    """True when numbers that the database typed stand as texts."""
    return series.dtype in (pl.String, pl.Binary) and not set(map(type, values)).isdisjoint(NUMBERS)


def mark_numbers(series: pl.Series, values: Sequence[Any]) -> pl.Series:
    """Which of a column's texts are numbers that the database typed."""
    return pl.Series(series.name + NATIVE_MARK, [isinstance(value, NUMBERS) for value in values], dtype=pl.Boolean)


def build_series(name: str, values: Sequence[Any]) -> pl.Series:
    """One column: with the driver's type when all values have the same type, else as text."""
    kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return pl.Series(name, [None], dtype=pl.String).new_from_index(0, len(values))
    if kinds == {str}:
        return pl.Series(name, values, dtype=pl.String)
    if kinds == {bytes}:
        held = pl.Series(name, values, dtype=pl.Binary)
        try:
            return held.cast(pl.String)
        except pl.exceptions.PolarsError:
            return held
    if kinds & {bytes, memoryview}:  # decoded later, so that bytes that are no text are rejected with their row
        return pl.Series(name, [encode_value(value) for value in values], dtype=pl.Binary)
    try:
        if kinds == {datetime} and len({value.tzinfo is None for value in values if value}) == 1:
            return build_moments(name, values)
        if kinds in ({int}, {float}, {bool}, {date}):
            return pl.Series(name, values)
        if kinds in ({Decimal}, {Decimal, int}):
            return build_decimals(name, values)
    except (OverflowError, ValueError, pl.exceptions.PolarsError):
        pass
    return pl.Series(name, [write_value(value) for value in values], dtype=pl.String)


def build_moments(name: str, values: Sequence[datetime | None]) -> pl.Series:
    """Times without a time zone unchanged, times with one in UTC."""
    return pl.Series(name, values, dtype=pl.Datetime("us", "UTC" if next(value for value in values if value).tzinfo else None))


def build_decimals(name: str, values: Sequence[Decimal | int | None]) -> pl.Series:
    """Exact numbers. Raises ValueError for those that are no number or have too many digits."""
    numbers = [None if value is None else Decimal(value) for value in values]
    scale = 0
    for number in numbers:
        exponent = 0 if number is None else number.as_tuple().exponent
        if not isinstance(exponent, int):
            raise ValueError("not a number")
        scale = max(scale, -exponent)
        if number is not None and number.adjusted() + 1 + scale > 38:
            raise ValueError("too many digits")
    return pl.Series(name, numbers, dtype=pl.Decimal(38, scale))


def write_value(value: Any) -> str | None:
    """A driver's value as text: lists and objects as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=write_value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes | memoryview):  # inside a list or an object
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, NUMBERS):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    return str(value)


def encode_value(value: Any) -> bytes | None:
    """Bytes as they are, and other values as the bytes of their text."""
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    text = write_value(value)
    return None if text is None else text.encode()


def find_padded(engine: sa.Engine, relation: str | None, cursor: Any) -> set[str]:
    """Columns of type char(n): as the driver describes them, and as the database's catalogue does."""
    padded = {entry[0] for entry in cursor.description or () if entry[1] == POSTGRESQL_CHAR} if engine.name == "postgresql" else set()
    if relation is None:
        return padded
    schema, _, name = relation.rpartition(".")
    try:
        columns = sa.inspect(engine).get_columns(name, schema=schema or None)
    except SQLAlchemyError:
        return padded
    return padded | {column["name"] for column in columns if isinstance(column["type"], sa.CHAR | sa.NCHAR)}


def find_times(engine: sa.Engine, cursor: Any) -> list[str]:
    """Columns whose times may be ones that Python cannot hold (infinity, years before 1): those of PostgreSQL."""
    return [entry[0] for entry in cursor.description or () if entry[1] in POSTGRESQL_TIMES] if engine.name == "postgresql" else []
