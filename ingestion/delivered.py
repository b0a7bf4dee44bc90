"""Reading a declared column from what the source delivers: under which names, in which dialect, in which time zone."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from ingestion.declarations import Column, Dialect, Table
from ingestion.protocol import NATIVE_MARK
from ingestion.time_patterns import Clock
from ingestion.values import LAKE_TYPES, blank_marked, blank_values, clean_values, decode_bytes, find_ruined, type_values
from ingestion.zones import find_zone


@dataclass(frozen=True)
class ReadColumn:
    """A column as typed: `is_written` where there is a value, `is_ruined` where it lost digits, `lacks_zone` where its zone is unknown."""

    is_written: pl.Series
    values: pl.Series
    is_ruined: pl.Series
    lacks_zone: pl.Series


def list_delivered(column: Column, header: frozenset[str]) -> tuple[str, ...]:
    """The names under which a column is delivered, in the order of its declaration."""
    return tuple(name for name in column.delivered_as if name in header)


def find_delivered(column: Column, header: frozenset[str]) -> str | None:
    """The first name under which a column is delivered."""
    return next(iter(list_delivered(column, header)), None)


def read_column(column: Column, rows: pl.DataFrame, header: frozenset[str], table: Table, *, takes_second_run: bool = False) -> ReadColumn:
    """The values of a delivered column before hashing; in each row the first of its names that has a value counts."""
    read: ReadColumn | None = None
    for name in list_delivered(column, header):
        if read is not None and read.is_written.all():
            break
        other = read_name(name, column, rows, table, takes_second_run)
        read = other if read is None else unite(read, other)
    if read is None:
        raise KeyError(column.name)
    return read


def unite(first: ReadColumn, second: ReadColumn) -> ReadColumn:
    """Per row the first one, and where it has no value, the second."""
    taken = first.is_written
    return ReadColumn(
        taken | second.is_written,
        first.values.zip_with(taken, second.values),
        first.is_ruined.zip_with(taken, second.is_ruined),
        first.lacks_zone.zip_with(taken, second.lacks_zone),
    )


def read_name(name: str, column: Column, rows: pl.DataFrame, table: Table, takes_second_run: bool) -> ReadColumn:
    """The values delivered under one name."""
    dialect = table.dialect_of(column)
    texts, is_undecodable = decode_texts(rows[name])
    written = blank_values(clean_values(texts, column.clean), column.type, dialect).rename(column.name)
    mark = name + NATIVE_MARK
    if mark in rows.columns:
        written = blank_marked(written, rows[mark], dialect)
    clock = Clock(table.zone_of(column), dialect.language, dialect.zone_names, takes_second_run)
    no = pl.Series(column.name, [False], dtype=pl.Boolean).new_from_index(0, rows.height)
    is_ruined = find_ruined(written) if column.type == "text" and column.personal != "free_text" else no
    if column.zone_column is not None and column.type in ("timestamp", "date"):
        values, lacks_zone = type_in_zones(written, column.type, dialect, rows[column.zone_column], clock)
    else:
        values, lacks_zone = type_values(written, column.type, dialect, clock), no
    if mark in rows.columns and column.type != "text" and dialect != dialect.for_native() and rows[mark].any():
        values = values.zip_with(~rows[mark], type_values(written, column.type, dialect.for_native(), clock))
    values = values.set(is_ruined, None) if is_ruined.any() else values
    return ReadColumn(written.is_not_null() | is_undecodable, values, is_ruined, lacks_zone)


def decode_texts(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Bytes as the texts they are, and where they are none; other types unchanged."""
    if values.dtype != pl.Binary:
        return values, pl.Series(values.name, [False], dtype=pl.Boolean).new_from_index(0, len(values))
    texts = decode_bytes(values)
    return texts, values.is_not_null() & texts.is_null()


def type_in_zones(written: pl.Series, column_type: str, dialect: Dialect, names: pl.Series, clock: Clock) -> tuple[pl.Series, pl.Series]:
    """Times of which another column names the zone, and where that zone is missing or unknown although the time has no offset."""
    names = names.cast(pl.String).str.strip_chars()
    values = pl.Series(written.name, [None], dtype=LAKE_TYPES[column_type]).new_from_index(0, len(written))
    lacks_zone = pl.Series(written.name, [False], dtype=pl.Boolean).new_from_index(0, len(written))
    for name in names.unique().to_list():
        rows = (names.is_null() if name is None else (names == name).fill_null(False)).arg_true()
        here = written.gather(rows)
        zone = find_zone(name, clock.zone, clock.zone_names) if name else None
        if zone is not None:
            typed = type_values(here, column_type, dialect, Clock(zone, clock.language, clock.zone_names, clock.takes_second_run))
        else:  # a time with an offset of its own is the same in any zone
            typed = type_values(here, column_type, dialect, Clock(0, clock.language, clock.zone_names))
            elsewhere = type_values(here, column_type, dialect, Clock(60, clock.language, clock.zone_names))
            depends = (typed != elsewhere).fill_null(False)
            typed = typed.set(depends, None)
            lacks_zone = lacks_zone.scatter(rows, depends)
        values = values.scatter(rows, typed)
    return values, lacks_zone
