"""Converting values of a source to the types of the lake. Null where a value is empty or cannot be converted."""

from __future__ import annotations

import re
from typing import cast

import polars as pl

from ingestion.declarations import Dialect
from ingestion.timestamps import INSTANT, find_local_days, keep_plausible_years, parse_dates, parse_timestamps, to_utc

MONEY = pl.Decimal(18, 4)
LAKE_TYPES: dict[str, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "decimal": MONEY,
    "float": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "timestamp": INSTANT,
}
TRUE_WORDS = ("true", "1", "yes", "ja", "t", "y", "j")
FALSE_WORDS = ("false", "0", "no", "nee", "f", "n")


def blank_values(values: pl.Series, column_type: str, dialect: Dialect) -> pl.Series:
    """Null for the dialect's empty values; spaces around a value are ignored unless its type is text."""
    if values.dtype == pl.Null:
        return values.cast(pl.String)
    if values.dtype != pl.String:
        return values.fill_nan(None) if values.dtype.is_float() else values
    if column_type != "text":
        values = values.str.strip_chars()
    is_blank = values == "" if dialect.null_values == ("",) else values.is_in(list(dialect.null_values))
    return values.set(is_blank, None) if is_blank.any() else values


def type_values(values: pl.Series, column_type: str, dialect: Dialect, time_zone: str) -> pl.Series:
    """Values (empty ones already null) in the type of the lake. `time_zone` applies to time stamps without an offset."""
    if values.dtype == pl.String:
        return type_text(values, column_type, dialect, time_zone)
    return type_native(values, column_type, time_zone)


def type_text(text: pl.Series, column_type: str, dialect: Dialect, time_zone: str) -> pl.Series:
    """Convert text of a file."""
    match column_type:
        case "integer":
            return plain_numbers(text, dialect, r"0*").str.replace(r"\.0*$", "").cast(pl.Int64, strict=False)
        case "decimal":
            return plain_numbers(text, dialect, r"\d*").cast(MONEY, strict=False)
        case "float":
            numbers = plain_numbers(text, dialect, r"\d*").cast(pl.Float64, strict=False)
            return numbers.set(numbers.is_infinite(), None)
        case "boolean":
            words = {**dict.fromkeys(TRUE_WORDS, True), **dict.fromkeys(FALSE_WORDS, False)}
            return text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
        case "date":
            return parse_dates(text, dialect.date_formats)
        case "timestamp":
            return parse_timestamps(text, dialect.timestamp_formats, time_zone)
    return text


def plain_numbers(text: pl.Series, dialect: Dialect, fraction: str) -> pl.Series:
    """Numbers without thousands separators and with a point; null for other texts. A separator must stand between groups of three digits.

    `fraction` is the pattern of the digits after the decimal mark. An exponent is allowed.
    """
    mark = re.escape(dialect.decimal)
    whole = r"\d+"
    if dialect.thousands is not None:
        whole = rf"(?:\d+|\d{{1,3}}(?:{re.escape(dialect.thousands)}\d{{3}})+)"
    numbers = text.set(~text.str.contains(rf"^[+-]?(?:{whole}(?:{mark}{fraction})?|{mark}\d{fraction})(?:[eE][+-]?\d{{1,3}})?$"), None)
    if dialect.thousands is not None:
        numbers = numbers.str.replace_all(dialect.thousands, "", literal=True)
    return numbers.str.replace(dialect.decimal, ".", literal=True) if dialect.decimal != "." else numbers


def type_native(values: pl.Series, column_type: str, time_zone: str) -> pl.Series:
    """Convert values that already have a type, from a database or a Parquet file."""
    held = values.dtype
    wanted = LAKE_TYPES[column_type]
    if held == wanted and column_type != "timestamp":
        return keep_plausible_years(values) if column_type == "date" else values
    if held == pl.Binary:
        return type_native(values.cast(pl.String, strict=False), column_type, time_zone)
    match column_type:
        case "text":
            return write_text(values)
        case "integer" if held.is_integer():
            return values.cast(pl.Int64, strict=False)
        case "float" if held == pl.Float32:
            return values.cast(pl.Float64)
        case "decimal" if held.is_integer() and is_small(values):
            return values.cast(MONEY)
        case "integer" | "decimal" | "float" if held.is_numeric():
            return type_text(values.cast(pl.String), column_type, Dialect(), time_zone)
        case "integer" if held == pl.Boolean:
            return values.cast(pl.Int64)
        case "boolean" if held.is_numeric():
            return values.cast(pl.Float64).replace_strict({0.0: False, 1.0: True}, default=None, return_dtype=pl.Boolean)
        case "date" | "timestamp" if held == pl.Date or isinstance(held, pl.Datetime):
            return type_moments(values, column_type, time_zone)
    return pl.Series(values.name, [None] * len(values), dtype=wanted)


def is_small(values: pl.Series) -> bool:
    """True when all integers have at most 14 digits, as many as the lake's decimals hold before the point."""
    lowest, highest = cast("tuple[int | None, int | None]", (values.min(), values.max()))
    return max(abs(lowest or 0), abs(highest or 0)) < 10**14


def type_moments(values: pl.Series, column_type: str, time_zone: str) -> pl.Series:
    """Convert days and times. A time becomes a day only at midnight, so that no time of day is lost silently."""
    if column_type == "timestamp":
        if isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone:
            return keep_plausible_years(values.dt.convert_time_zone("UTC").cast(INSTANT))
        return keep_plausible_years(to_utc(values, time_zone))
    if values.dtype == pl.Date:
        return keep_plausible_years(values)
    if isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone:
        values = values.dt.convert_time_zone(time_zone).dt.replace_time_zone(None)
    is_midnight = values == values.dt.truncate("1d")
    return keep_plausible_years(values.dt.date().set(~is_midnight, None))


def write_text(values: pl.Series) -> pl.Series:
    """Any scalar as text: true and false in lower case, times in ISO 8601."""
    if isinstance(values.dtype, pl.Datetime):
        return values.dt.to_string("iso:strict")
    if values.dtype.is_nested():
        return pl.Series(values.name, [None] * len(values), dtype=pl.String)
    return values.cast(pl.String)


def find_window_days(moments: pl.Series, company_time_zone: str) -> pl.Series:
    """The local day that decides the window of a row, from a typed date or timestamp column."""
    return moments if moments.dtype == pl.Date else find_local_days(moments, company_time_zone)
