"""Parsing times and local days. A time is stored in UTC; a day is a calendar day in a named time zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import polars as pl

from ingestion.time_patterns import (
    EPOCHS,
    NAIVE,
    SPREADSHEETS,
    Clock,
    TimePattern,
    keep_whole_numbers,
    parse_strptime,
    read_epochs,
    read_local,
    read_pattern_epochs,
    read_spreadsheet_days,
    split_texts,
    take_apart,
)  # fmt: skip
from ingestion.zones import Zone, find_zone

INSTANT = pl.Datetime("us", "UTC")
ISO_8601 = (
    r"^(?P<day>\d{4}-\d{2}-\d{2})(?:[T ](?P<clock>\d{2}:\d{2})(?P<seconds>:\d{2})?(?:[.,](?P<fraction>\d{1,9}))?)?"
    r" ?(?P<offset>[Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?$"
)
FIRST_YEAR, LAST_YEAR = 1000, 9998  # a year outside this range is a typing error, and a change of time zone could leave the range of dates
EPOCH = date(1970, 1, 1)
FIRST_PLAUSIBLE_DAY = (date(FIRST_YEAR, 1, 1) - EPOCH).days
END_PLAUSIBLE_DAYS = (date(LAST_YEAR + 1, 1, 1) - EPOCH).days
FIRST_WRITTEN_DAY, END_WRITTEN_DAYS = (date.min - EPOCH).days, (date.max - EPOCH).days + 1
UNITS_PER_SECOND = {"ms": 10**3, "us": 10**6, "ns": 10**9}
LARGEST_COUNT = 2**63 - 1


def parse_timestamps(text: pl.Series, formats: tuple[str, ...], clock: Clock | str) -> pl.Series:
    """Text to UTC times; null where no format fits.

    ISO 8601 first (a date alone is its midnight), then the formats in order. A time without offset or zone is local to the clock's zone.
    """
    clock = Clock(clock) if isinstance(clock, str) else clock
    parsed = parse_common_iso(text, clock)
    parsed = fill_unparsed(text, parsed, lambda rest: parse_any_iso(rest, clock))
    for pattern in formats:
        parsed = fill_unparsed(text, parsed, partial(parse_format, pattern=pattern, clock=clock))
    return keep_plausible_years(parsed)


def parse_dates(text: pl.Series, formats: tuple[str, ...], language: str | None = None) -> pl.Series:
    """Text to days; null where no format fits. ISO 8601 first (also followed by midnight), then the formats in order."""
    day = text.str.replace(r"[T ]00:00(:00(\.0+)?)?$", "")
    iso = day.set(~day.str.contains(r"^\d{4}-\d{2}-\d{2}$"), None)
    parsed = iso.str.to_date("%Y-%m-%d", strict=False)
    for pattern in formats:
        parsed = fill_unparsed(text, parsed, partial(parse_day, pattern=pattern, language=language))
    return keep_plausible_years(parsed)


def parse_day(text: pl.Series, pattern: str, language: str | None = None) -> pl.Series:
    """One format of a day: a strptime pattern, or the whole days of a spreadsheet."""
    if pattern in SPREADSHEETS:
        return keep_whole_days(read_spreadsheet_days(text, pattern))
    parts = take_apart(pattern, language, "UTC")
    if parts.kinds & {"month", "day"}:
        return keep_whole_days(read_local(parts, split_texts(text, parts), language))
    try:
        return keep_whole_numbers(text, pattern).str.to_date(pattern, strict=False)
    except pl.exceptions.PolarsError:
        return pl.Series(text.name, [None], dtype=pl.Date).new_from_index(0, len(text))


def keep_whole_days(local: pl.Series) -> pl.Series:
    """The day of each time at midnight; null for other times, so that no time of day is lost silently."""
    return local.dt.date().set(local != local.dt.truncate("1d"), None)


def to_utc(local: pl.Series, clock: Clock | str) -> pl.Series:
    """Local times without offset to UTC. In an hour that occurs twice the clock says which one counts; a missing time moves one hour on."""
    clock = Clock(clock) if isinstance(clock, str) else clock
    local, zone = local.cast(NAIVE), clock.zone
    if isinstance(zone, int):
        return (local - timedelta(minutes=zone)).dt.replace_time_zone("UTC")
    if zone == "UTC":
        return local.dt.replace_time_zone("UTC")
    zoned = replace_zone(local, zone, clock)
    if zoned.null_count() > local.null_count():
        later = replace_zone(local + timedelta(hours=1), zone, clock)
        zoned = zoned.zip_with(zoned.is_not_null(), later)
    return zoned.dt.convert_time_zone("UTC")


def replace_zone(local: pl.Series, zone: str, clock: Clock) -> pl.Series:
    """Local times with their zone; null for times that the zone leaves out."""
    return local.dt.replace_time_zone(zone, ambiguous="latest" if clock.takes_second_run else "earliest", non_existent="null")


def find_local_days(instants: pl.Series, time_zone: str) -> pl.Series:
    """The calendar day in `time_zone` of each time."""
    return instants.dt.convert_time_zone(time_zone).dt.date()


def parse_common_iso(text: pl.Series, clock: Clock) -> pl.Series:
    """The most frequent formats, each parsed in one pass when all values have its length; else null."""
    nothing = pl.Series(text.name, [None], dtype=INSTANT).new_from_index(0, len(text))
    lengths = text.str.len_bytes()
    length = lengths.max()
    if length is None or lengths.min() != length:
        return nothing
    first = text.drop_nulls()[0]
    separator, tail = first[10:11], first[19:]
    if separator not in ("T", " ") or text.str.contains(":60", literal=True).any():
        return nothing
    pattern = f"%Y-%m-%d{separator}%H:%M:%S"
    if length == 19:
        return to_utc(text.str.to_datetime(pattern, time_unit="us", strict=False), clock)
    if length == 26 and tail[0] == ".":
        return to_utc(text.str.to_datetime(f"{pattern}%.6f", time_unit="us", strict=False), clock)
    if length == 20 and tail == "Z":
        return text.str.to_datetime(f"{pattern}Z", time_unit="us", strict=False).dt.replace_time_zone("UTC")
    if length == 25 and tail[0] in "+-":
        return text.str.to_datetime(f"{pattern}%:z", time_unit="us", time_zone="UTC", strict=False)
    return nothing


def parse_any_iso(text: pl.Series, clock: Clock) -> pl.Series:
    """Parse all formats of ISO_8601."""
    if not text.str.contains(r"^\d{4}-\d{2}-\d{2}").any():
        return pl.Series(text.name, [None], dtype=INSTANT).new_from_index(0, len(text))
    parts = text.str.extract_groups(ISO_8601).struct.unnest()
    time = parts["clock"].fill_null("00:00") + parts["seconds"].fill_null(":00") + "." + parts["fraction"].fill_null("0")
    local = (parts["day"] + "T" + time).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    local = local.set((parts["seconds"] == ":60").fill_null(False), None)
    offset = parts["offset"].str.to_uppercase().replace("Z", "+00:00").str.replace(":", "", literal=True)
    sign = pl.select(pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)).to_series()
    hours = offset.str.slice(1, 2).cast(pl.Int64, strict=False)
    minutes = offset.str.slice(3, 2).replace("", "0").cast(pl.Int64, strict=False)
    shift = pl.select(pl.duration(minutes=pl.lit(sign * (hours * 60 + minutes)))).to_series()
    without_offset = to_utc(local.set(offset.is_not_null(), None), clock)
    return without_offset.zip_with(offset.is_null(), (local - shift).dt.replace_time_zone("UTC"))


def parse_format(text: pl.Series, pattern: str, clock: Clock) -> pl.Series:
    """One format: an epoch, a date of a spreadsheet, or a strptime pattern. A moment with a zone of its own keeps it; an epoch has none."""
    if pattern in EPOCHS:
        return keep_plausible_years(read_epochs(text, EPOCHS[pattern]))
    if pattern in SPREADSHEETS:
        return keep_plausible_years(to_utc(read_spreadsheet_days(text, pattern), clock))
    parts = take_apart(pattern, clock.language, clock.zone)
    if parts.is_plain:
        return keep_plausible_years(to_utc(parse_strptime(text, pattern), clock))
    pieces = split_texts(text, parts)
    if "epoch" in parts.kinds:
        return keep_plausible_years(read_pattern_epochs(parts, pieces))
    local = read_local(parts, pieces, clock.language)
    if parts.fixed is not None:
        return keep_plausible_years(to_utc(local, replace(clock, zone=parts.fixed)))
    if {"offset", "zone"} & parts.kinds:
        return keep_plausible_years(apply_zones(local, find_written_zones(parts, pieces), clock))
    return keep_plausible_years(to_utc(local, clock))


def find_written_zones(parts: TimePattern, pieces: list[pl.Series]) -> pl.Series:
    """The zone each text names: its offset where the pattern has one, else its name."""
    kind = "offset" if "offset" in parts.kinds else "zone"
    return next(piece for (each, _), piece in zip(parts.pieces, pieces, strict=True) if each == kind)


def apply_zones(local: pl.Series, names: pl.Series, clock: Clock) -> pl.Series:
    """Local times to UTC, each in the zone named beside it; null where that zone is not known or not named."""
    moments = pl.Series(local.name, [None], dtype=INSTANT).new_from_index(0, len(local))
    for name in names.drop_nulls().unique().to_list():
        zone: Zone | None = find_zone(name, clock.zone, clock.zone_names)
        if zone is not None:
            moments = moments.zip_with((names != name).fill_null(True), to_utc(local, replace(clock, zone=zone)))
    return moments


def fill_unparsed(text: pl.Series, parsed: pl.Series, parse: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Apply a parser to the values that are not parsed yet."""
    open_rows = (text.is_not_null() & parsed.is_null()).arg_true()
    if not len(open_rows):
        return parsed
    return parsed.scatter(open_rows, parse(text.gather(open_rows)).cast(parsed.dtype))


def keep_plausible_years(values: pl.Series) -> pl.Series:
    """Null for years outside the plausible range, also for days and times so far away that their year cannot be worked out."""
    return keep_days(values, FIRST_PLAUSIBLE_DAY, END_PLAUSIBLE_DAYS)


def keep_written_years(values: pl.Series) -> pl.Series:
    """Null for days and times outside the years 1 to 9999, which no text of four digits can mean."""
    return keep_days(values, FIRST_WRITTEN_DAY, END_WRITTEN_DAYS)


def keep_days(values: pl.Series, first: int, end: int) -> pl.Series:
    """Null for days and times before day `first` since 1970, and from day `end` on."""
    units = 1 if not isinstance(values.dtype, pl.Datetime) else 86_400 * UNITS_PER_SECOND[values.dtype.time_unit]
    is_outside = ~values.to_physical().is_between(max(first * units, -LARGEST_COUNT), min(end * units - 1, LARGEST_COUNT))
    return values.set(is_outside, None) if is_outside.any() else values
