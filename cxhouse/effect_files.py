"""The CSV file of `cxhouse effect`: columns by name, dates or years, numbers; errors name file, column and line."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class InputError(Exception):
    """The file or an option is wrong. The message says what and what to do."""


@dataclass(frozen=True)
class Table:
    """Rows with a date: numerator over denominator (1 for a plain value; NaN where empty), and controls (C x rows)."""

    name: str
    days: list[date]
    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]
    controls: NDArray[np.float64]


def parse_date(text: str) -> date | None:
    """An ISO date (a time after it is ignored), a month, or a year of four digits."""
    text = text.strip()
    if re.fullmatch(r"\d{4}(\.0+)?", text):
        return date(int(text[:4]), 1, 1) if int(text[:4]) > 0 else None
    try:
        return date.fromisoformat(f"{text}-01" if re.fullmatch(r"\d{4}-\d{2}", text) else text[:10])
    except ValueError:
        return None


def read_rows(file: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows; every row as wide as the header."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = [row for row in csv.reader(stream) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{file} cannot be read as CSV: {error}") from error
    if len(rows) < 2:
        raise InputError(f"{file} has no rows below its header")
    header = [name.strip() for name in rows[0]]
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise InputError(f"{file}, line {number}: {len(row)} columns, the header has {len(header)}")
    return header, rows[1:]


def read_table(
    file: Path,
    date_column: str | None,
    value: str | None,
    numerator: str | None,
    denominator: str | None,
    controls: list[str],
    *,
    log: bool,
) -> Table:
    """The table as numbers; rows without a value count as missing. Raises InputError."""
    header, rows = read_rows(file)
    if (numerator is None) != (denominator is None) or (value and numerator):
        raise InputError("give either --value, or --numerator and --denominator together")
    for name in filter(None, (date_column, value, numerator, denominator, *controls)):
        if name not in header:
            raise InputError(f"{file} has no column {name}; it has {', '.join(filter(None, header))}")
    columns = {name: [row[i] for row in rows] for i, name in enumerate(header) if name}
    date_column = date_column or find_date_column(file, columns)
    days = read_days(file, date_column, columns[date_column])
    if numerator is None:
        value = value or find_value_column(file, columns, {date_column, *controls})
        tops = read_numbers(file, value, columns[value])
        bottoms = np.where(np.isnan(tops), np.nan, 1.0)
    else:
        assert denominator is not None
        tops, bottoms = read_numbers(file, numerator, columns[numerator]), read_numbers(file, denominator, columns[denominator])
        if (bottoms < 0).any():
            raise InputError(f"{file}: column {denominator} has values below 0; a denominator counts something")
    beside = np.array([read_numbers(file, name, columns[name]) for name in controls]).reshape(len(controls), len(days))
    usable = ~np.isnan(tops) & ~np.isnan(bottoms) & ~np.isnan(beside).any(axis=0)
    if not usable.any():
        raise InputError(f"{file}: no row has a value in every chosen column")
    kept = np.flatnonzero(usable)
    chosen = [days[i] for i in kept]
    return Table(value or f"{numerator} / {denominator}", chosen, tops[kept], bottoms[kept], beside[:, kept])


def find_date_column(file: Path, columns: dict[str, list[str]]) -> str:
    """The first column in which every filled cell is a date or a year."""
    for name, cells in columns.items():
        filled = [cell for cell in cells if cell.strip()]
        if filled and all(parse_date(cell) for cell in filled):
            return name
    raise InputError(
        f"{file} has no column of dates (2026-01-31) or years; name it with --date-column if it is written otherwise, rewrite it"
    )


def find_value_column(file: Path, columns: dict[str, list[str]], taken: set[str]) -> str:
    """The only column of numbers that nothing else uses."""
    found = [name for name, cells in columns.items() if name not in taken and is_numeric(cells)]
    if len(found) != 1:
        raise InputError(f"{file}: which column is the value? Name it with --value; numbers are in {', '.join(found) or 'none'}")
    return found[0]


def is_numeric(cells: list[str]) -> bool:
    """True where every filled cell is a number."""
    try:
        return len([float(cell) for cell in cells if cell.strip() not in ("", "NA")]) > 0
    except ValueError:
        return False


def read_days(file: Path, name: str, cells: list[str]) -> list[date]:
    """The dates of a column."""
    days = []
    for number, cell in enumerate(cells, start=2):
        day = parse_date(cell)
        if day is None:
            raise InputError(f"{file}, line {number}: {cell!r} in column {name} is not a date; write 2026-01-31 or a year")
        days.append(day)
    return days


def read_numbers(file: Path, name: str, cells: list[str]) -> NDArray[np.float64]:
    """The numbers of a column; empty, NA and nan are missing."""
    values = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        if cell.strip().lower() in ("", "na", "nan", "null"):
            continue
        try:
            values[i] = float(cell)
        except ValueError as error:
            raise InputError(f"{file}, line {i + 2}: {cell!r} in column {name} is not a number") from error
        if not math.isfinite(values[i]):
            raise InputError(f"{file}, line {i + 2}: {cell!r} in column {name} is not a finite number")
    return values
