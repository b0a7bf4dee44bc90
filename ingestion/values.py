"""Converting values of a source to the types of the lake. Null where a value is empty or cannot be converted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, cast

import polars as pl

from ingestion.declarations import Dialect
from ingestion.time_patterns import Clock
from ingestion.timestamps import INSTANT, find_local_days, keep_plausible_years, keep_written_years, parse_dates, parse_timestamps, to_utc

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
SPACES = " \u00a0\u2009\u202f"  # one of them as a mark of thousands stands for all: they look alike
MINUS = "\u2212"
# how a spreadsheet writes a number of twelve digits or more: the last digits are gone
RUINED = r"^[+-]?(?:\d[.,]\d+[eE]\+?\d{1,3}|\d[eE]\+\d{1,3})$"
WRITTEN_FLOAT = r"^[+-]?(\d{16,})[.,]0$"  # a float of so many digits that the last ones may be lost
LARGEST_EXACT_FLOAT = 2**53


def blank_values(values: pl.Series, column_type: str, dialect: Dialect) -> pl.Series:
    """Null for the dialect's empty values; spaces around a value are ignored unless its type is text.

    The form `="00123"`, by which spreadsheets keep zeros, is taken off, and so is the apostrophe before a number.
    """
    if values.dtype == pl.Null:
        return values.cast(pl.String)
    if values.dtype in (pl.Categorical, pl.Enum):
        values = values.cast(pl.String)
    if values.dtype != pl.String:
        return blank_typed(values.fill_nan(None) if values.dtype.is_float() else values, dialect)
    if values.str.contains(r"^\s*[=']").any():
        values = values.str.replace(r'^\s*="([^"]*)"\s*$', "$1").str.replace(r"^'([+-]?\d+)$", "$1")
    if column_type != "text":
        values = values.str.strip_chars()
    nulls = set(dialect.null_values)
    if column_type == "boolean":
        nulls -= {*dialect.true_values, *dialect.false_values}
    is_blank = values == "" if nulls == {""} else values.is_in(list(nulls))
    return values.set(is_blank, None) if is_blank.any() else values


def blank_typed(values: pl.Series, dialect: Dialect) -> pl.Series:
    """Null for typed values that say the same as an empty value of the dialect: 999 and 999.0 for `999`, a day for its text."""
    words = set(dialect.null_values) - {""}
    if not words:
        return values
    if values.dtype.is_numeric():
        numbers = list_null_numbers(words)
        if not numbers:
            return values
        texts = write_numbers(values)
        texts = texts if values.dtype.is_integer() else texts.str.replace(r"(\.\d*?)0+$", "$1")
        is_blank = texts.is_in([format(number.normalize(), "f") for number in numbers])
    elif values.dtype == pl.Date:
        is_blank = keep_written_years(values).dt.to_string("iso").is_in(list(words))
    elif isinstance(values.dtype, pl.Datetime):
        forms = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S") + (("%Y-%m-%dT%H:%M:%SZ",) if values.dtype.time_zone == "UTC" else ())
        written = keep_written_years(values)  # times beyond cannot be turned into text
        whole = written.dt.truncate("1s") == written
        is_blank = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(values))
        for form in forms:
            is_blank |= written.dt.to_string(form).is_in(list(words)) & whole
        is_blank |= written.dt.to_string("%Y-%m-%d").is_in(list(words)) & (written.dt.truncate("1d") == written)
    else:
        return values
    return values.set(is_blank.fill_null(False), None)


def blank_marked(values: pl.Series, is_number: pl.Series, dialect: Dialect) -> pl.Series:
    """The same for numbers that the format has typed and that stand among texts."""
    numbers = list_null_numbers(dialect.null_values)
    if not numbers or values.dtype != pl.String:
        return values
    blank = [text for text in values.filter(is_number).drop_nulls().unique().to_list() if is_number_among(text, numbers)]
    return values.set(is_number & values.is_in(blank), None) if blank else values


def is_number_among(text: str, numbers: frozenset[Decimal]) -> bool:
    """True for the text of a number that equals one of these."""
    try:
        return Decimal(text) in numbers
    except InvalidOperation:
        return False


def list_null_numbers(words: Iterable[str]) -> frozenset[Decimal]:
    """The numbers among the words that stand for no value."""
    return frozenset(Decimal(word.strip()) for word in words if re.fullmatch(r"\s*-?\d{1,30}(?:\.\d{1,30})?\s*", word))


def clean_values(values: pl.Series, steps: tuple[tuple[str, str], ...]) -> pl.Series:
    """Each text with the (pattern, replacement) of every step applied; other types unchanged."""
    if not steps or values.dtype not in (pl.String, pl.Categorical, pl.Enum):
        return values
    values = values.cast(pl.String)
    patterns = [(re.compile(pattern), by) for pattern, by in steps]
    cleaned: dict[str, str] = {}
    for text in values.drop_nulls().unique().to_list():
        cleaned[text] = text
        for pattern, by in patterns:
            cleaned[text] = pattern.sub(by, cleaned[text])
    return values.replace_strict(cleaned, default=None, return_dtype=pl.String) if cleaned else values


def find_ruined(values: pl.Series) -> pl.Series:
    """True for numbers that lost digits, so that two of them may look equal: `7,12346E+11`, and floats too large to be exact."""
    if values.dtype == pl.String:
        is_ruined = values.str.contains(RUINED).fill_null(False)
        if not values.str.contains(WRITTEN_FLOAT).any():
            return is_ruined
        floats = values.str.extract(WRITTEN_FLOAT, 1).cast(pl.Float64, strict=False)
        return is_ruined | (floats >= LARGEST_EXACT_FLOAT).fill_null(False)
    if values.dtype.is_float():
        return (values.abs() >= LARGEST_EXACT_FLOAT).fill_null(False)
    return pl.Series(values.name, [False], dtype=pl.Boolean).new_from_index(0, len(values))


def type_values(values: pl.Series, column_type: str, dialect: Dialect, clock: Clock | str) -> pl.Series:
    """Values (empty ones already null) in the type of the lake. The clock's zone applies to time stamps without an offset."""
    if isinstance(clock, str):
        clock = Clock(clock, dialect.language, dialect.zone_names)
    if values.dtype == pl.String:
        return type_text(values, column_type, dialect, clock)
    return type_native(values, column_type, dialect.for_native(), clock)


def type_text(text: pl.Series, column_type: str, dialect: Dialect, clock: Clock) -> pl.Series:
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
            return read_booleans(text, dialect)
        case "date":
            return parse_dates(text, dialect.date_formats, dialect.language)
        case "timestamp":
            return parse_timestamps(text, dialect.timestamp_formats, clock)
    return text


def read_booleans(text: pl.Series, dialect: Dialect) -> pl.Series:
    """Booleans by the words of the dialect, then the usual ones, then the numbers 1 and 0."""
    own = {word.strip().lower(): True for word in dialect.true_values} | {word.strip().lower(): False for word in dialect.false_values}
    words = {**dict.fromkeys(TRUE_WORDS, True), **dict.fromkeys(FALSE_WORDS, False), **own}
    read = text.str.strip_chars().str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
    rest = text.is_not_null() & read.is_null()
    if not rest.any():
        return read
    numbers = plain_numbers(text.set(~rest, None), dialect, r"0*").str.replace(r"\.0*$", "")
    return read.zip_with(~rest, numbers.replace_strict(words, default=None, return_dtype=pl.Boolean))


@lru_cache(maxsize=64)
def describe_numbers(dialect: Dialect, fraction: str) -> tuple[str, str]:
    """Patterns of a number without its sign of currency, and of the marks between its thousands."""
    mark, marks = re.escape(dialect.decimal), list_marks(dialect)
    whole = rf"(?:\d+|[1-9]\d{{0,2}}(?:{marks}\d{{3}})+)" if marks else r"\d+"
    return rf"(?:{whole}(?:{mark}{fraction})?|{mark}\d{fraction})(?:[eE][+-]?\d{{1,3}})?", marks


def list_marks(dialect: Dialect) -> str:
    """The marks between thousands as a class of characters; empty when there is none."""
    marks = dialect.thousands or ""
    if set(marks) & set(SPACES):
        marks += SPACES
    return "[" + "".join(re.escape(mark) for mark in dict.fromkeys(marks)) + "]" if marks else ""


def plain_numbers(text: pl.Series, dialect: Dialect, fraction: str) -> pl.Series:
    """Numbers without thousands separators and with a point; null for other texts. A separator must stand between groups of three digits,
    the first of which does not begin with a zero: `0.125` is no 125.

    `fraction` is the pattern of the digits after the decimal mark. An exponent is allowed, the minus sign of typesetters is a minus,
    and `12,-` has no cents.
    """
    number, marks = describe_numbers(dialect, fraction)
    pattern = rf"^[+-]?{number}$"
    is_number = text.str.contains(pattern)
    if not is_number.all():  # else nothing is to be taken off
        text = strip_signs(text, dialect, number)
        is_number = text.str.contains(pattern)
    numbers = text if is_number.all() else text.set(~is_number, None)
    if marks and numbers.str.contains(marks).any():
        numbers = numbers.str.replace_all(marks, "")
    return numbers.str.replace(dialect.decimal, ".", literal=True) if dialect.decimal != "." else numbers


def strip_signs(text: pl.Series, dialect: Dialect, number: str) -> pl.Series:
    """Numbers with a plain minus in front, and without what stands for no cents and for a currency."""
    text = text.str.replace(MINUS, "-", literal=True)
    if "trailing_minus" not in dialect.negatives:  # `12,-` is twelve and no cents
        text = text.str.replace(rf"(\d{re.escape(dialect.decimal)})[-\u{{2013}}\u{{2014}}]{{1,2}}", "${1}0")
    return take_signs_off(text, dialect, number) if dialect.currency or dialect.negatives else text


def take_signs_off(text: pl.Series, dialect: Dialect, number: str) -> pl.Series:
    """Numbers with their minus in front and without currency; texts of another form stay as they are.

    A currency may stand on one side, and there is one way of saying minus at most.
    """
    signs = "|".join(re.escape(sign) for sign in sorted(dialect.currency, key=len, reverse=True))
    space = rf"[{SPACES}]*"
    before = (
        rf"(?P<sign>[+-])?{space}(?:(?P<before>{signs}){space})?(?P<inner>[+-])?" if signs else r"(?P<sign>[+-])?(?P<before>)(?P<inner>)"
    )
    after = rf"{space}(?P<after>{signs})?" if signs else "(?P<after>)"
    trailing = rf"(?P<minus>{space}-)?" if "trailing_minus" in dialect.negatives else "(?P<minus>)"
    core = rf"{before}{space}(?P<number>{number}){trailing}{after}"
    opening, closing = (r"(?P<open>\()?", r"(?P<close>\))?") if "brackets" in dialect.negatives else ("(?P<open>)", "(?P<close>)")
    outer_before = rf"(?:(?P<outer>{signs}){space})?" if signs else "(?P<outer>)"
    outer_after = rf"(?:{space}(?P<behind>{signs}))?" if signs else "(?P<behind>)"
    late = rf"(?P<late>{space}-)?" if "trailing_minus" in dialect.negatives and signs else "(?P<late>)"
    found = text.str.extract_groups(rf"^{outer_before}{opening}{space}{core}{late}{space}{closing}{outer_after}$").struct.unnest()
    has = {name: found[name].fill_null("") != "" for name in found.columns}
    minus = [has["minus"], has["late"], (found["sign"] == "-").fill_null(False), (found["inner"] == "-").fill_null(False), has["open"]]
    counts = sum(mask.cast(pl.Int8) for mask in minus)
    units = sum(has[name].cast(pl.Int8) for name in ("before", "after", "outer", "behind"))
    plus = (found["sign"] == "+").fill_null(False) | (found["inner"] == "+").fill_null(False)
    is_one = (counts <= 1) & (units <= 1) & (has["open"] == has["close"]) & ~(plus & (counts > 0)) & found["number"].is_not_null()
    sign = pl.select(pl.when(pl.lit(counts) == 1).then(pl.lit("-")).otherwise(pl.lit(""))).to_series()
    return text.zip_with(~is_one.fill_null(False), (sign + found["number"]).rename(text.name))


def type_native(values: pl.Series, column_type: str, dialect: Dialect, clock: Clock) -> pl.Series:
    """Convert values that already have a type, from a database, a Parquet file or JSON. The dialect is one `for_native`."""
    held = values.dtype
    wanted = LAKE_TYPES[column_type]
    if held == wanted and column_type != "timestamp":
        if column_type == "float":
            return values.set(values.is_infinite(), None)
        return keep_plausible_years(values) if column_type == "date" else values
    if held == pl.Binary:
        return type_text(decode_bytes(values), column_type, dialect, clock)
    if held in (pl.Categorical, pl.Enum):
        return type_text(values.cast(pl.String), column_type, dialect, clock)
    match column_type:
        case "text":
            return write_text(values)
        case "integer" if held.is_integer():
            return values.cast(pl.Int64, strict=False)
        case "float" if held == pl.Float32:
            return values.set(values.is_infinite(), None).cast(pl.Float64)
        case "decimal" if held.is_integer() and is_small(values):
            return values.cast(MONEY)
        case "integer" | "decimal" | "float" | "boolean" | "date" | "timestamp" if held.is_numeric():
            return type_text(write_numbers(values), column_type, dialect, clock)
        case "integer" if held == pl.Boolean:
            return values.cast(pl.Int64)
        case "date" | "timestamp" if held == pl.Date or isinstance(held, pl.Datetime):
            return type_moments(values, column_type, clock)
    return pl.Series(values.name, [None] * len(values), dtype=wanted)


def write_numbers(values: pl.Series) -> pl.Series:
    """Numbers as text, whole ones without a fraction."""
    text = values.cast(pl.String)
    return text.str.replace(r"\.0+$", "") if values.dtype.is_float() or values.dtype.is_decimal() else text


def is_small(values: pl.Series) -> bool:
    """True when all integers have at most 14 digits, as many as the lake's decimals hold before the point."""
    lowest, highest = cast("tuple[int | None, int | None]", (values.min(), values.max()))
    return max(abs(lowest or 0), abs(highest or 0)) < 10**14


def type_moments(values: pl.Series, column_type: str, clock: Clock) -> pl.Series:
    """Convert days and times. A time becomes a day only at midnight, so that no time of day is lost silently."""
    values = keep_plausible_years(values)  # others may be too large for the lake's unit
    if column_type == "timestamp":
        if isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone:
            return keep_plausible_years(values.dt.convert_time_zone("UTC").cast(INSTANT))
        return keep_plausible_years(to_utc(values, clock))
    if values.dtype == pl.Date:
        return keep_plausible_years(values)
    if isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone:
        moments = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        shift = timedelta(minutes=clock.zone) if isinstance(clock.zone, int) else timedelta()
        zone = "UTC" if isinstance(clock.zone, int) else clock.zone
        values = (moments + shift).dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    is_midnight = values == values.dt.truncate("1d")
    return keep_plausible_years(values.dt.date().set(~is_midnight, None))


def write_text(values: pl.Series) -> pl.Series:
    """Any value as text: true and false in lower case, times in ISO 8601, lists and objects as JSON."""
    if isinstance(values.dtype, pl.Datetime):
        return values.dt.to_string("iso:strict")
    if isinstance(values.dtype, pl.Duration):
        return values.dt.to_string("iso")
    if values.dtype.is_nested():
        written = [None if value is None else json.dumps(plain_json(value), ensure_ascii=False) for value in values.to_list()]
        return pl.Series(values.name, written, dtype=pl.String)
    return values.cast(pl.String)


def decode_bytes(values: pl.Series) -> pl.Series:
    """Bytes as UTF-8 text; null where they are none."""
    try:
        return values.cast(pl.String)
    except pl.exceptions.PolarsError:
        texts = [None if value is None else value.decode("utf-8", "ignore") for value in values.to_list()]
        whole = [text if text is not None and text.encode() == value else None for text, value in zip(texts, values.to_list(), strict=True)]
        return pl.Series(values.name, whole, dtype=pl.String)


def plain_json(value: Any) -> Any:
    """A nested value made of what JSON can say: numbers as they are, times in ISO 8601, everything else as text."""
    if isinstance(value, dict):
        return {str(key): plain_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple | pl.Series):
        return [plain_json(each) for each in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float) and value != value:
        return None
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def find_window_days(moments: pl.Series, company_time_zone: str) -> pl.Series:
    """The local day that decides the window of a row, from a typed date or timestamp column."""
    return moments if moments.dtype == pl.Date else find_local_days(moments, company_time_zone)
