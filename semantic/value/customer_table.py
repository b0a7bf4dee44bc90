"""Reading a table of customers from a CSV file, one row each. Rows are checked one by one; bad rows are named and left out."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import polars as pl

if TYPE_CHECKING:
    from _csv import Reader

REQUIRED = ("customer_id", "frequency", "recency", "T")
VALUE = "monetary_value"
ROUNDING = 1e-9
EMPTY = ("", "nan", "na", "null")  # written for a value that is not there
MOST_BAD = 0.05  # largest share of bad rows; with more, the file is probably not such a table


class CustomerTableError(Exception):
    """A table that cannot be used. The message names the file and says what to do."""


@dataclass(frozen=True)
class BadRow:
    """A row that was left out; the reason names the column and holds no text of the row.

    `line` counts lines of the file from 1; a row over several lines is named by its last.
    """

    line: int
    customer_id: str
    reason: str


@dataclass(frozen=True)
class CustomerTable:
    """`customers`: `customer_id`, `frequency`, `recency`, `age` (the column T), and `mean_value` and `holdout` if the file has them."""

    customers: pl.DataFrame
    rows: int
    bad_rows: tuple[BadRow, ...]


def read_customers(path: Path, *, holdout: str | None = None, most_bad: float = MOST_BAD) -> CustomerTable:
    """Read and check a table; commas, semicolons or tabs between columns. Raises CustomerTableError when it cannot be used."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = parse_customers(file, path.name, holdout)
    except FileNotFoundError as error:
        raise CustomerTableError(f"{path}: no such file") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CustomerTableError(f"{path}: cannot be read as CSV in UTF-8 ({error})") from error
    bad = len(table.bad_rows)
    if not table.rows:
        raise CustomerTableError(f"{path}: holds no row below its header; give one row per customer")
    if bad > most_bad * table.rows or bad == table.rows:
        shown = "".join(f"\n  line {row.line}: {row.reason}" for row in table.bad_rows[:10])
        more = f"\n  and {bad - 10:,} more" if bad > 10 else ""
        raise CustomerTableError(
            f"{path}: {bad:,} of {table.rows:,} rows cannot be used, more than {most_bad:.0%}; correct them, or allow a larger "
            f"share of bad rows{shown}{more}"
        )
    return table


def parse_customers(file: TextIO, name: str, holdout: str | None) -> CustomerTable:
    """All rows of an open file."""
    header = file.readline()
    delimiter = max(",;\t", key=header.count)
    columns = [column.strip() for column in next(csv.reader([header], delimiter=delimiter), [])]
    wanted = [*REQUIRED, *([holdout] if holdout else [])]
    missing = [column for column in wanted if column not in columns]
    if missing:
        raise CustomerTableError(
            f"{name}: column {', '.join(missing)} is missing; the header must name {', '.join(wanted)} and may name {VALUE}. "
            f"It names {show_names(columns, wanted)}"
        )
    names = [*wanted, *([VALUE] if VALUE in columns else [])]
    places, good, bad, rows = [columns.index(column) for column in names], [], [], 0
    seen: dict[str, int] = {}
    for line, cells in number_lines(csv.reader(file, delimiter=delimiter)):
        rows += 1
        row = parse_row(cells, places, names, len(columns))
        customer_id = cells[places[0]].strip() if len(cells) > places[0] else ""
        if isinstance(row, tuple) and customer_id in seen:
            row = f"customer_id is already in line {seen[customer_id]}"
        if isinstance(row, str):
            bad.append(BadRow(line, customer_id, row))
        else:
            seen[customer_id] = line
            good.append((customer_id, *row))
    schema = {"customer_id": pl.Utf8} | {{"T": "age", VALUE: "mean_value", holdout: "holdout"}.get(n, n): pl.Float64 for n in names[1:]}
    return CustomerTable(pl.DataFrame(good, schema=schema, orient="row"), rows, tuple(bad))


def show_names(columns: list[str], wanted: list[str]) -> str:
    """The names of a header; of one that has none of the wanted names only how many, because it may be a row about a customer."""
    if not any(columns):
        return "nothing"
    return ", ".join(columns) if set(columns) & set(wanted) else f"{len(columns)} columns by none of these names; line 1 must be the header"


def number_lines(reader: Reader) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of their line; empty lines are skipped."""
    for cells in reader:
        if cells:
            yield reader.line_num + 1, cells


def parse_row(cells: list[str], places: list[int], names: list[str], width: int) -> tuple[float | None, ...] | str:
    """The numbers of a row, or the reason why it cannot be used."""
    if len(cells) != width:
        return f"has {len(cells)} columns, the header {width}"
    if not cells[places[0]].strip():
        return "customer_id is empty"
    numbers: dict[str, float | None] = {}
    for name, place in zip(names[1:], places[1:], strict=True):
        text = cells[place].strip()
        if name == VALUE and text.lower() in EMPTY:
            numbers[name] = None
            continue
        try:
            number = float(text)
        except ValueError:
            return f"{name} is not a number" if text else f"{name} is empty"
        if not math.isfinite(number):
            return f"{name} is not a number"
        numbers[name] = number
    return judge_row(numbers) or tuple(numbers.values())


def judge_row(numbers: dict[str, float | None]) -> str | None:
    """The reason why the numbers of a row are impossible for a customer; None when they are possible."""
    for name, number in numbers.items():
        if number is not None and number < 0:
            return f"{name} is negative: {number:g}"
    frequency, recency, age = numbers["frequency"], numbers["recency"], numbers["T"]
    assert frequency is not None and recency is not None and age is not None
    if frequency != int(frequency):
        return f"frequency is not a whole number: {frequency:g}"
    if recency > age * (1 + ROUNDING):
        return f"recency {recency:g} is after T {age:g}: the last purchase cannot be later than now"
    if frequency == 0 and recency > 0:
        return f"frequency is 0 and recency {recency:g}: without a second purchase there is no time between the first and the last"
    if frequency > 0 and recency == 0:
        return f"recency is 0 although the customer bought {frequency:g} times again: purchases of one day count once, as the first"
    if frequency > 0 and VALUE in numbers and numbers[VALUE] is None:
        return f"{VALUE} is empty although the customer bought again"
    return None
