"""Parsing times and local days. A time is stored in UTC; a day is a calendar day in a named time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import polars as pl

INSTANT = pl.Datetime("us", "UTC")
NAIVE = pl.Datetime("us")
ISO_8601 = (
    r"^(?P<day>\d{4}-\d{2}-\d{2})(?:[T ](?P<clock>\d{2}:\d{2})(?P<seconds>:\d{2})?(?:[.,](?P<fraction>\d{1,9}))?)?"
    r" ?(?P<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?$"
)
FIRST_YEAR, LAST_YEAR = 1000, 9998  # a year outside this range is a typing error, and a change of time zone could leave the range of dates


def parse_timestamps(text: pl.Series, formats: tuple[str, ...], time_zone: str) -> pl.Series:
    """Text to UTC times; null where no format fits.

    ISO 8601 first (a date alone is its midnight), then the formats in order. Without an offset the time is local to `time_zone`.
    """
    parsed = parse_common_iso(text, time_zone)
    parsed = fill_unparsed(text, parsed, lambda rest: parse_any_iso(rest, time_zone))
    for pattern in formats:
        parsed = fill_unparsed(text, parsed, partial(parse_pattern, pattern=pattern, time_zone=time_zone))
    return keep_plausible_years(parsed)


def parse_dates(text: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    """Text to days; null where no format fits. ISO 8601 first (also followed by midnight), then the formats in order."""
    day = text.str.replace(r"[T ]00:00(:00(\.0+)?)?$", "")
    iso = day.set(~day.str.contains(r"^\d{4}-\d{2}-\d{2}$"), None)
    parsed = iso.str.to_date("%Y-%m-%d", strict=False)
    for pattern in formats:
        parsed = fill_unparsed(text, parsed, partial(parse_day, pattern=pattern))
    return keep_plausible_years(parsed)


def parse_day(text: pl.Series, pattern: str) -> pl.Series:
    """One strptime pattern of a day."""
    return text.str.to_date(pattern, strict=False)


def to_utc(local: pl.Series, time_zone: str) -> pl.Series:
    """Local times without offset to UTC. In an hour that occurs twice the first one counts; a missing time moves one hour on."""
    local = local.cast(NAIVE)
    if time_zone == "UTC":
        return local.dt.replace_time_zone("UTC")
    zoned = local.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    if zoned.null_count() > local.null_count():
        later = (local + timedelta(hours=1)).dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
        zoned = zoned.zip_with(zoned.is_not_null(), later)
    return zoned.dt.convert_time_zone("UTC")


def find_local_days(instants: pl.Series, time_zone: str) -> pl.Series:
    """The calendar day in `time_zone` of each time."""
    return instants.dt.convert_time_zone(time_zone).dt.date()


def parse_common_iso(text: pl.Series, time_zone: str) -> pl.Series:
    """The most frequent formats, each parsed in one pass when all values have its length; else null."""
    nothing = pl.Series(text.name, [None], dtype=INSTANT).new_from_index(0, len(text))
    lengths = text.str.len_bytes()
    length = lengths.max()
    if length is None or lengths.min() != length:
        return nothing
    first = text.drop_nulls()[0]
    separator, tail = first[10:11], first[19:]
    if separator not in ("T", " "):
        return nothing
    pattern = f"%Y-%m-%d{separator}%H:%M:%S"
    if length == 19:
        return to_utc(text.str.to_datetime(pattern, time_unit="us", strict=False), time_zone)
    if length == 26 and tail[0] == ".":
        return to_utc(text.str.to_datetime(f"{pattern}%.6f", time_unit="us", strict=False), time_zone)
    if length == 20 and tail == "Z":
        return text.str.to_datetime(f"{pattern}Z", time_unit="us", strict=False).dt.replace_time_zone("UTC")
    if length == 25 and tail[0] in "+-":
        return text.str.to_datetime(f"{pattern}%:z", time_unit="us", time_zone="UTC", strict=False)
    return nothing


def parse_any_iso(text: pl.Series, time_zone: str) -> pl.Series:
    """Parse all formats of ISO_8601."""
    parts = text.str.extract_groups(ISO_8601).struct.unnest()
    clock = parts["clock"].fill_null("00:00") + parts["seconds"].fill_null(":00") + "." + parts["fraction"].fill_null("0")
    local = (parts["day"] + "T" + clock).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    offset = parts["offset"].str.to_uppercase().replace("Z", "+00:00").str.replace(":", "", literal=True)
    sign = pl.select(pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)).to_series()
    hours = offset.str.slice(1, 2).cast(pl.Int64, strict=False)
    minutes = offset.str.slice(3, 2).replace("", "0").cast(pl.Int64, strict=False)
    shift = pl.select(pl.duration(minutes=pl.lit(sign * (hours * 60 + minutes)))).to_series()
    without_offset = to_utc(local.set(offset.is_not_null(), None), time_zone)
    return without_offset.zip_with(offset.is_null(), (local - shift).dt.replace_time_zone("UTC"))


def parse_pattern(text: pl.Series, pattern: str, time_zone: str) -> pl.Series:
    """Parse with one strptime pattern; with %z the text has its own offset."""
    if "%z" in pattern:
        return text.str.to_datetime(pattern, time_unit="us", time_zone="UTC", strict=False)
    return to_utc(text.str.to_datetime(pattern, time_unit="us", strict=False), time_zone)


def fill_unparsed(text: pl.Series, parsed: pl.Series, parse: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Apply a parser to the values that are not parsed yet."""
    open_rows = (text.is_not_null() & parsed.is_null()).arg_true()
    if not len(open_rows):
        return parsed
    return parsed.scatter(open_rows, parse(text.gather(open_rows)).cast(parsed.dtype))


def keep_plausible_years(values: pl.Series) -> pl.Series:
    """Null for years outside the plausible range."""
    is_implausible = ~values.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    return values.set(is_implausible, None) if is_implausible.any() else values
