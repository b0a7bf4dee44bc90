"""Writing the files of the source systems: one file per day, in the encoding of the system, with a few damaged lines."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from ingestion.demo.clock import EPOCH, NEVER, ZONE, Clock


@dataclass(frozen=True)
class Dialect:
    """The file format of one system: `prefix` and `suffix` around the date in the file's name, and the text format."""

    prefix: str
    suffix: str
    separator: str = ","
    encoding: str = "utf-8"
    is_zipped: bool = False


def format_moments(values: np.ndarray, pattern: str, *, zone: str = ZONE) -> pl.Series:
    """UTC seconds as text in a zone; NEVER becomes null."""
    moments = pl.Series(values).cast(pl.Int64)
    moments = pl.select(pl.when(moments == NEVER).then(None).otherwise(moments).alias("moment")).to_series()
    return pl.from_epoch(moments, time_unit="s").dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.strftime(pattern)


def format_days(values: np.ndarray, clock: Clock, pattern: str) -> pl.Series:
    """Day numbers as text; NEVER becomes null."""
    days = pl.Series(values).cast(pl.Int64)
    moved = pl.select(pl.when(days == NEVER).then(None).otherwise(days + (clock.first_day - EPOCH).days).alias("day")).to_series()
    return pl.from_epoch(moved.cast(pl.Int32), time_unit="d").dt.strftime(pattern)


def write_day_files(folder: Path, dialect: Dialect, frame: pl.DataFrame, day: np.ndarray, clock: Clock, damage: dict[int, str]) -> int:
    """Write the rows of each day into that day's file; `damage` adds a broken line to the files of some days.

    Returns the number of files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    by_day = np.argsort(day, kind="stable")
    sorted_frame = frame[by_day].with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)))
    sorted_day = day[by_day]
    numbers, starts = np.unique(sorted_day, return_index=True)
    lengths = np.diff([*starts, len(sorted_day)])
    for number, start, length in zip(numbers, starts, lengths, strict=True):
        text = sorted_frame.slice(int(start), int(length)).write_csv(separator=dialect.separator)
        if int(number) in damage:
            text = add_line(text.splitlines(), damage[int(number)])
        write_text(folder / f"{dialect.prefix}{clock.date_of(int(number)).isoformat()}{dialect.suffix}", text, dialect)
    return len(numbers)


def add_line(lines: list[str], line: str) -> str:
    """Put a broken line after the second line of a file."""
    return "\n".join([*lines[:2], line, *lines[2:]]) + "\n"


def write_text(path: Path, text: str, dialect: Dialect) -> None:
    """Encode and write; gzip without a time stamp, so that equal content is equal bytes."""
    data = text.encode(dialect.encoding)
    path.write_bytes(gzip.compress(data, 5, mtime=0) if dialect.is_zipped else data)


def pick_days(random: np.random.Generator, days: np.ndarray, share: float, lines: list[str], *, calm_day: int) -> dict[int, str]:
    """Choose the days whose file gets a broken line; none from the calm day on, and none when files hold less than a row per day."""
    numbers = np.unique(days)
    if len(days) < len(numbers) * 2:
        return {}
    return {int(day): lines[int(random.integers(len(lines)))] for day in numbers if random.random() < share and day < calm_day}


def take(labels: np.ndarray, positions: np.ndarray) -> pl.Series:
    """Labels at positions; null where the position is negative."""
    chosen = pl.Series(labels[np.maximum(positions, 0)])
    return pl.select(pl.when(pl.Series(positions) < 0).then(None).otherwise(chosen).alias("label")).to_series()
