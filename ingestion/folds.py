"""The hour that a clock change repeats. Where the order of times shows that a local time is of the second run, it is moved there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from ingestion.declarations import Column, Table
from ingestion.delivered import list_delivered, read_column

FOLDS = (timedelta(hours=1), timedelta(minutes=30))


def settle_folds(typed: dict[str, pl.Series], rows: pl.DataFrame, header: frozenset[str], table: Table) -> dict[str, pl.Series]:
    """The typed columns, with times of a repeated hour in its second run where the rows or the row show it.

    Rows show it when a file is in order of this column but for one step back within the hour. A row shows it when another of its times,
    not itself of the hour, is less than the hour's length away from the second run. Otherwise the first run counts.
    """
    columns = [column for column in table.columns if column.type == "timestamp" and column.name not in table.constants]
    columns = [column for column in columns if column.is_loaded and list_delivered(column, header)]
    doubtful: dict[str, tuple[pl.Series, pl.Series]] = {}
    for column in columns:
        found = find_doubtful(column, typed[column.name], rows, header, table)
        if found is not None:
            doubtful[column.name] = found
    if not doubtful:
        return typed
    settled = dict(typed)
    for name, (positions, later) in list(doubtful.items()):
        moved = find_stepped_back(typed[name], positions, rows["_source_file"])
        move(settled, doubtful, name, positions, later, moved)
    for _ in range(2):  # what was moved is certain, and may show where another time of the row is
        for name, (positions, later) in list(doubtful.items()):
            move(settled, doubtful, name, positions, later, find_near(settled, doubtful, name))
    return settled


def move(
    settled: dict[str, pl.Series], doubtful: dict[str, tuple[pl.Series, pl.Series]], name: str, positions: pl.Series, later: pl.Series,
    moved: pl.Series,
) -> None:  # fmt: skip
    """Put times in their second run, in place; they are no longer doubtful."""
    if moved.any():
        settled[name] = settled[name].scatter(positions.filter(moved), later.filter(moved))
        doubtful[name] = (positions.filter(~moved), later.filter(~moved))


def find_doubtful(
    column: Column, values: pl.Series, rows: pl.DataFrame, header: frozenset[str], table: Table
) -> tuple[pl.Series, pl.Series] | None:
    """Positions of local times of a repeated hour, now in its first run, and the times they are in its second run."""
    everywhere = pl.int_range(len(values), eager=True)
    places = find_repeated(values, table.zone_of(column)) if column.zone_column is None else everywhere
    if not len(places):
        return None
    later = read_column(column, rows[places], header, table, takes_second_run=True).values
    differs = (later != values.gather(places)).fill_null(False)
    return (places.filter(differs), later.filter(differs)) if differs.any() else None


def find_repeated(values: pl.Series, zone: str) -> pl.Series:
    """Positions of times whose local time comes again half an hour or an hour later."""
    days = values.dt.date()
    turning = [day for day in days.unique().drop_nulls().to_list() if changes_clock(day, zone)]
    places = days.is_in(turning).fill_null(False).arg_true() if turning else pl.Series([], dtype=pl.UInt32)
    if not len(places):
        return places
    moments = values.gather(places)
    local = moments.dt.convert_time_zone(zone).dt.replace_time_zone(None)
    repeats = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(places))
    for length in FOLDS:
        again = (moments + length).dt.convert_time_zone(zone).dt.replace_time_zone(None)
        repeats = repeats | (again == local).fill_null(False)
    return places.filter(repeats)


@lru_cache(maxsize=4096)
def changes_clock(day: date, zone: str) -> bool:
    """True when the zone's distance from UTC changes on this day of UTC, or within the hour after it."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    moments = (start - timedelta(hours=1), start + timedelta(days=1, hours=1))
    return len({moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in moments}) > 1


def find_stepped_back(values: pl.Series, positions: pl.Series, files: pl.Series) -> pl.Series:
    """For each doubtful time: whether it comes after the only step back of a file in order (or before it in a file in reverse order)."""
    frame = pl.DataFrame({"file": files, "value": values}).with_row_index("position")
    frame = frame.filter(pl.col("file").is_in(files.gather(positions).unique().to_list()) & pl.col("value").is_not_null())
    moved: set[int] = set()
    doubtful = set(positions.to_list())
    for _, part in frame.group_by("file", maintain_order=True):
        places, moments = part["position"].to_list(), part["value"]
        back, ahead = (moments.diff() < timedelta()).fill_null(False), (moments.diff() > timedelta()).fill_null(False)
        if back.sum() == 1 and ahead.sum() > 1:  # in order
            step = int(back.arg_true()[0])
            found = (places[step - 1], places[step], places[step:])
        elif ahead.sum() == 1 and back.sum() > 1:  # in reverse order
            step = int(ahead.arg_true()[0])
            found = (places[step], places[step - 1], places[:step])
        else:
            continue
        if found[0] in doubtful and found[1] in doubtful:
            moved |= doubtful.intersection(found[2])
    return pl.Series([position in moved for position in positions.to_list()], dtype=pl.Boolean)


def find_near(typed: dict[str, pl.Series], doubtful: dict[str, tuple[pl.Series, pl.Series]], name: str) -> pl.Series:
    """For each doubtful time: whether the certain time of its row that is nearest to either run is nearest to the second one."""
    positions, later = doubtful[name]
    earlier = typed[name].gather(positions)
    fold = later - earlier
    near = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(positions))
    nearest = pl.Series([None], dtype=pl.Duration("us")).new_from_index(0, len(positions))
    for other, values in typed.items():
        if other == name or values.dtype != later.dtype:
            continue
        certain = values.gather(positions)
        if other in doubtful:
            certain = certain.set(positions.is_in(doubtful[other][0].implode()), None)
        to_later, to_earlier = (certain - later).abs(), (certain - earlier).abs()
        distance = to_later.zip_with((to_later < to_earlier).fill_null(False), to_earlier)
        counts = (distance < fold).fill_null(False) & (nearest.is_null() | (distance < nearest).fill_null(True))
        near = near.zip_with(~counts, to_later < to_earlier)
        nearest = nearest.zip_with(~counts, distance)
    return near.fill_null(False)
