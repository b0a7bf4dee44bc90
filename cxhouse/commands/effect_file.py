"""Reading the CSV file of `cxhouse effect`: columns by name, dates or years, numbers. Errors name file, column and line."""

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
    """The file or an option is wrong. The message says what is wrong and what to do."""


@dataclass(frozen=True)
class Table:
    """Rows with a date: numerator and denominator (1 for a plain value; NaN where empty), and controls (array of C x rows)."""

    name: str
    days: list[date]
    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]
    controls: NDArray[np.float64]
    date_column: str
    warnings: tuple[str, ...] = ()
    is_ratio: bool = False


ORDERED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[T ]\d.*)?")
ZONE = re.compile(r"[T ]\d\d:\d\d.*?(Z|[+-]\d\d(?::?\d\d)?)$")
EMPTY = ("", "na", "nan", "null")
MOSTLY = 0.8  # share of filled cells that a column of dates or numbers must have for its other cells to be named


def parse_date(text: str) -> date | None:
    """An ISO date (a time after it is ignored), a month, or a year of four digits."""
    text = re.split(r"(?<=\d)[T ](?=\d\d:)", text.strip())[0]
    if re.fullmatch(r"\d{4}(\.0+)?", text):
        return date(int(text[:4]), 1, 1) if int(text[:4]) > 0 else None
    try:
        return date.fromisoformat(f"{text}-01" if re.fullmatch(r"\d{4}-\d{2}", text) else text)
    except ValueError:
        return None


def read_rows(file: Path) -> tuple[list[str], list[list[str]], list[int]]:
    """The header, the rows, and the line of the file where each row ends. Raises InputError when a row is not as wide as the header."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            found = [(reader.line_num, row) for row in reader if row]
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not written in UTF-8; save it as UTF-8") from error
    except (OSError, csv.Error) as error:
        raise InputError(f"{file} cannot be read as CSV: {getattr(error, 'strerror', None) or error}") from error
    rows, lines = [row for _, row in found], [line for line, _ in found]
    if len(rows) < 2:
        raise InputError(f"{file} has no rows below its header")
    header = [name.strip() for name in rows[0]]
    check_header(file, header)
    for line, row in zip(lines[1:], rows[1:], strict=True):
        if len(row) != len(header):
            raise InputError(f"{file}, line {line}: {len(row)} columns, the header has {len(header)}")
    return header, rows[1:], lines[1:]


def check_header(file: Path, header: list[str]) -> None:
    """Check that the header has distinct names, is separated by commas and is no row of data. Raises InputError."""
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise InputError(f"{file} has several columns named {', '.join(twice)}; give each a name of its own")
    if any(sign in name for name in header for sign in ";\t") and len(header) < 3:
        raise InputError(f"{file}: the columns are not separated by commas; write it with commas between them and a point in numbers")
    data = [name for name in header if name and (parse_date(name) or is_numeric([name]))]
    if data:
        raise InputError(f"{file}, line 1: {', '.join(data)} is data where names are due; write a header above it")


def read_table(
    file: Path,
    date_column: str | None,
    value: str | None,
    numerator: str | None,
    denominator: str | None,
    controls: list[str],
) -> Table:
    """The table as numbers; rows without a value count as missing. Raises InputError."""
    header, rows, lines = read_rows(file)
    used = [name for name in (value, numerator, denominator, *controls) if name]
    check_names(file, header, date_column, value, numerator, denominator, controls)
    columns = {name: [row[i] for row in rows] for i, name in enumerate(header) if name}
    date_column = date_column or find_date_column(file, {name: cells for name, cells in columns.items() if name not in used}, lines)
    days = read_days(file, date_column, columns[date_column], lines)
    if numerator is None:
        value = value or find_value_column(file, columns, {date_column, *controls}, lines)
        tops = read_numbers(file, value, columns[value], lines)
        bottoms = np.where(np.isnan(tops), np.nan, 1.0)
    else:
        assert denominator is not None
        tops, bottoms = (read_numbers(file, name, columns[name], lines) for name in (numerator, denominator))
        if (bottoms < 0).any():
            line = lines[int(np.flatnonzero(bottoms < 0)[0])]
            raise InputError(f"{file}, line {line}: column {denominator} is below 0; a denominator is a count or a sum of 0 or more")
    beside = np.array([read_numbers(file, name, columns[name], lines) for name in controls]).reshape(len(controls), len(days))
    valued = ~np.isnan(tops) & ~np.isnan(bottoms)
    usable = valued & ~np.isnan(beside).any(axis=0)
    if not usable.any():
        raise InputError(f"{file}: no row has a value in every chosen column")
    lost = [f"{name} in {count}" for name, line in zip(controls, beside, strict=True) if (count := int((valued & np.isnan(line)).sum()))]
    count = int((valued & ~usable).sum())
    warnings = (f"{count} rows are left out because controls are empty there ({', '.join(lost)})",) if lost else ()
    kept = np.flatnonzero(usable)
    own = [value] if value else [name for name in (numerator, denominator) if name]
    warnings = (*note_zones(date_column, columns[date_column]), *note_empty(own, columns, lines), *warnings)
    chosen = [days[i] for i in kept]
    return Table(
        value or f"{numerator} / {denominator}",
        chosen,
        tops[kept],
        bottoms[kept],
        beside[:, kept],
        date_column,
        warnings,
        numerator is not None,
    )


def check_names(
    file: Path, header: list[str], date_column: str | None, value: str | None, numerator: str | None, denominator: str | None,
    controls: list[str],
) -> None:  # fmt: skip
    """Check that the columns named exist and are used once. Raises InputError."""
    if (numerator is None) != (denominator is None) or (value and numerator):
        raise InputError("give either --value, or --numerator and --denominator together")
    for name in filter(None, (date_column, value, numerator, denominator, *controls)):
        if name not in header:
            raise InputError(f"{file} has no column {name}; it has {', '.join(filter(None, header))}")
    used = [name for name in (value, numerator, denominator, *controls) if name]
    if len(set(used)) < len(used) or date_column in used:
        raise InputError(f"a column can be used once only; named are {', '.join(filter(None, (date_column, *used)))}")


def find_date_column(file: Path, columns: dict[str, list[str]], lines: list[int]) -> str:
    """The first column in which every filled cell is a date; if there is none, the first in which every cell is a year."""
    filled = {name: [cell for cell in cells if cell.strip()] for name, cells in columns.items()}
    dated = [name for name, cells in filled.items() if cells and all(is_dated(cell) for cell in cells)]
    if dated:
        return next((name for name in dated if not is_numeric(filled[name])), dated[0])
    for name, cells in filled.items():
        if cells and not is_numeric(cells) and sum(is_dated(cell) for cell in cells) >= MOSTLY * len(cells):
            read_days(file, name, columns[name], lines)  # names the cell
    raise InputError(
        f"{file} has no column of dates (2026-01-31, 2026-01) or years; name one with --date-column to see which cell is not a date"
    )


def is_dated(cell: str) -> bool:
    """True for what may be a date, also where the order of day and month is not known yet."""
    return parse_date(cell) is not None or ORDERED.fullmatch(cell.strip()) is not None


def find_value_column(file: Path, columns: dict[str, list[str]], taken: set[str], lines: list[int]) -> str:
    """The only column of numbers that no option names. Raises InputError when there are none or several."""
    found = [name for name, cells in columns.items() if name not in taken and is_numeric(cells)]
    if not found:
        for name, cells in columns.items():
            filled = [cell for cell in cells if cell.strip().lower() not in EMPTY]
            if name not in taken and filled and sum(any(c.isdigit() for c in cell) for cell in filled) >= MOSTLY * len(filled):
                read_numbers(file, name, cells, lines)  # names the cell
    if len(found) != 1:
        raise InputError(f"{file}: which column is the value? Name it with --value; numbers are in {', '.join(found) or 'none'}")
    return found[0]


def is_numeric(cells: list[str]) -> bool:
    """True where every filled cell is a number."""
    try:
        return len([float(cell) for cell in cells if cell.strip().lower() not in EMPTY]) > 0
    except ValueError:
        return False


def read_days(file: Path, name: str, cells: list[str], lines: list[int]) -> list[date]:
    """The dates of a column. Dates such as 31/12/2026 are read when one of them shows the order of day and month. Raises InputError."""
    parts = [shown.groups() if (shown := ORDERED.fullmatch(cell.strip())) else None for cell in cells]
    is_day_first = find_order(file, name, cells, lines, parts) if any(parts) else True
    days = []
    for number, cell, part in zip(lines, cells, parts, strict=True):
        text = cell
        if part is not None:
            day, month = (part[0], part[2]) if is_day_first else (part[2], part[0])
            text = f"{part[3]}-{month:0>2}-{day:0>2}"
        found = parse_date(text)
        if found is None:
            raise InputError(f"{file}, line {number}: {cell!r} in column {name} is not a date; write 2026-01-31 or a year")
        days.append(found)
    return days


def find_order(file: Path, name: str, cells: list[str], lines: list[int], parts: list[tuple[str, ...] | None]) -> bool:
    """True when the day stands before the month. Raises InputError when no date shows it, or two show different orders."""
    shown = {True: 0, False: 0}  # the line that shows it
    for number, part in zip(lines, parts, strict=True):
        if part is not None:
            for is_day_first, figure in ((True, part[0]), (False, part[2])):
                if int(figure) > 12 or (is_day_first and part[1] == "."):
                    shown[is_day_first] = shown[is_day_first] or number
    if shown[True] and shown[False]:
        raise InputError(
            f"{file}: column {name} has the day first in line {shown[True]} and the month first in line {shown[False]}; write 2026-01-31"
        )
    if not shown[True] and not shown[False]:
        at = next(i for i, part in enumerate(parts) if part is not None)
        raise InputError(
            f"{file}, line {lines[at]}: {cells[at]!r} in column {name}: which is the day, which the month? No date of the column shows it; "
            "write 2026-01-31"
        )
    return bool(shown[True])


def note_zones(name: str, cells: list[str]) -> tuple[str, ...]:
    """A note when times with a zone are cut down to the day that is written."""
    zones = sorted({found[1] for cell in cells if (found := ZONE.search(cell.strip()))})
    if not zones:
        return ()
    shown = ", ".join(zones[:3])
    return (f"column {name} has times with a zone ({shown}); the day as written is used, the local day may be another",)


def note_empty(names: list[str], columns: dict[str, list[str]], lines: list[int]) -> tuple[str, ...]:
    """A note per column on cells without a value."""
    found = []
    for name in names:
        empty = [line for line, cell in zip(lines, columns[name], strict=True) if cell.strip().lower() in EMPTY]
        if empty:
            found.append(f"{name} is empty in {len(empty)} of {len(lines)} rows (the first is line {empty[0]}); they are left out")
    return tuple(found)


def read_numbers(file: Path, name: str, cells: list[str], lines: list[int]) -> NDArray[np.float64]:
    """The numbers of a column; empty, NA and nan are missing."""
    values = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        if cell.strip().lower() in EMPTY:
            continue
        try:
            values[i] = float(cell)
        except ValueError as error:
            raise InputError(f"{file}, line {lines[i]}: {cell!r} in column {name} is not a number; {advise(cell)}") from error
        if not math.isfinite(values[i]):
            raise InputError(f"{file}, line {lines[i]}: {cell!r} in column {name} is not a finite number")
    return values


def advise(cell: str) -> str:
    """What to write instead of a cell that is no number."""
    text = cell.strip()
    if text.endswith("%"):
        return "write the share without the sign, alike in all rows: 0.45 or 45"
    if not any(sign.isdigit() for sign in text):
        return "leave the cell empty when the value is not known, and write 0 when there was none"
    return "write 1234.5"
