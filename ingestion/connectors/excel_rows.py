"""Sheets of Excel workbooks (.xlsx) to rows; `_source_line` is the row's number in the sheet. What the sheet has typed keeps its type."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import repeat
from typing import Any

import openpyxl
import polars as pl
from openpyxl.styles.numbers import is_datetime

from ingestion.connectors.csv_layout import name_columns
from ingestion.connectors.sql_values import build_frame
from ingestion.declarations import Table
from ingestion.errors import BadFileError
from ingestion.protocol import BROKEN_SCHEMA, Batch

AGAIN = "have it delivered again"
UNREADABLE = b"\xff"  # no text: a cell of that value is rejected with its row, in a column of any type
EXACT_DIGITS = 15  # a spreadsheet keeps so many digits of a number
FORMULA = re.compile(rb"<f[\s>/]")
Cell = Any


def read_excel_file(raw: bytes, name: str, day: date | None, table: Table) -> Batch:
    """The rows of one sheet. Empty rows are left out. Raises BadFileError."""
    layout = table.layout
    lines = list(enumerate(open_sheet(raw, table), start=1))
    lines = [(number, cells) for number, cells in lines if any(not is_empty(value) for value, _ in cells)]
    lines = lines[count_lines(layout.skip_before_header) :]
    header = layout.column_names
    if layout.has_header:
        if not lines:
            raise BadFileError(f"has no header in its sheet; {AGAIN}, or correct `sheet` and `skip_before_header`")
        header = tuple(write_name(value) for value, _ in lines[0][1])
        lines = lines[1:]
    columns = name_columns(header, table)
    lines = lines[count_lines(layout.skip_after_header) : len(lines) - layout.skip_at_end]
    if not lines and not table.allow_empty:
        raise BadFileError(f"has a header and no rows; {AGAIN}, or set `allow_empty: true` when no rows is fine")
    wanted = [name for name in columns if name in table.wanted_names]
    places = [columns.index(name) for name in wanted]
    nulls, is_text = describe_columns(wanted, table)
    rows = [
        [
            read_cell(*(cells[place] if place < len(cells) else (None, None)), nulls=empty, is_text=text)
            for place, empty, text in zip(places, nulls, is_text, strict=True)
        ]
        for _, cells in lines
    ]
    frame = build_frame(wanted, rows, name, 0, set()).with_columns(
        pl.Series("_source_line", [number for number, _ in lines], dtype=pl.Int64), pl.lit(day, dtype=pl.Date).alias("_file_date")
    )
    unexpected = tuple(dict.fromkeys(each for each in columns if each and each not in table.declared_names))
    return Batch(frame, pl.DataFrame(schema=BROKEN_SCHEMA), frozenset(columns) - {""}, unexpected, name)


def open_sheet(raw: bytes, table: Table) -> Iterator[list[tuple[Cell, str | None]]]:
    """The rows of the sheet, each cell with its number format. Raises BadFileError."""
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadFileError("is an .xls of old or has a password; save it as .xlsx without one")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            sheets = [each for each in packed.namelist() if each.startswith("xl/worksheets/")]
            has_formulas = any(FORMULA.search(packed.read(each)) for each in sheets)
        values = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(raw), read_only=True) if has_formulas else None
    except Exception as error:  # the reader has no error of its own for a damaged workbook
        raise BadFileError(f"is no .xlsx workbook or is damaged ({type(error).__name__}); check `format`, or {AGAIN}") from None
    name = find_sheet(values.sheetnames, table.layout.sheet)
    sheets_of = [book[name] for book in (values, formulas) if book is not None]
    for sheet in sheets_of:
        if not hasattr(sheet, "reset_dimensions"):
            raise BadFileError("names a chart in `sheet`; name a sheet with cells")
        sheet.reset_dimensions()  # programs write wrong ones
    beside = sheets_of[1].iter_rows() if formulas is not None else repeat(())
    try:
        for cells, written in zip(sheets_of[0].iter_rows(), beside, strict=False):
            yield [take_cell(cell, written[place] if place < len(written) else None) for place, cell in enumerate(cells)]
    except Exception as error:
        raise BadFileError(f"has a sheet that cannot be read ({type(error).__name__}); {AGAIN}") from None


def find_sheet(names: Sequence[str], wanted: str | None) -> str:
    """The name of the sheet to read: the one declared, else the only one. Raises BadFileError."""
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted is None:
        raise BadFileError(f"has {len(names)} sheets; name one in `sheet`")
    if wanted not in names:
        raise BadFileError(f"has no sheet {wanted!r} among its {len(names)}; correct `sheet`, or {AGAIN}")
    return wanted


def take_cell(cell: Any, written: Any) -> tuple[Cell, str | None]:
    """A cell's value and number format. An error is bytes, and so is a formula that no program has worked out."""
    value = cell.value
    if value is None:
        return (UNREADABLE if written is not None and written.data_type == "f" and written.value is not None else None), None
    if cell.data_type == "e":
        return UNREADABLE + str(value).encode(), None
    return value, cell.number_format if isinstance(value, int | float | datetime) else None


def is_empty(value: Cell) -> bool:
    """True for a cell without a value, or with spaces only."""
    return value is None or (isinstance(value, str) and not value.strip())


def count_lines(skip: int | str) -> int:
    """A number of rows; patterns are refused when sources.yml is read."""
    return skip if isinstance(skip, int) else 0


def write_name(value: Cell) -> str:
    """The name of a column."""
    return "" if value is None or isinstance(value, bytes) else str(value).strip()


def describe_columns(wanted: Sequence[str], table: Table) -> tuple[list[tuple[str, ...]], list[bool]]:
    """For each name: the texts that are no value, and whether only columns of text read it."""
    takers = [[column for column in table.columns if name in column.delivered_as] for name in wanted]
    nulls = [tuple(each for column in columns for each in table.dialect_of(column).null_values) for columns in takers]
    return nulls, [bool(columns) and all(column.type == "text" for column in columns) for columns in takers]


def read_cell(value: Cell, number_format: str | None, *, nulls: tuple[str, ...], is_text: bool) -> Cell:
    """A cell as its column needs it: dates without a time as days, and in a column of text numbers as the sheet shows them."""
    if isinstance(value, bytes):
        return None if value[1:].decode("utf-8", "replace") in nulls and value != UNREADABLE else value
    if isinstance(value, datetime):
        return value.date() if value.time() == time() and is_datetime(number_format or "") == "date" else value
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if is_text and isinstance(value, int | float) and not isinstance(value, bool):
        return show_number(value, number_format or "")
    return value if isinstance(value, str | int | float | date | None) else str(value)


def show_number(value: float, number_format: str) -> str:
    """A number in a column of text. One with more digits than a spreadsheet keeps is written as spreadsheets write it: it is ruined."""
    if abs(value) >= 10**EXACT_DIGITS:
        return f"{value:.5E}"
    if value == int(value):
        is_padded = re.fullmatch("0{2,}", number_format) is not None and value >= 0
        return str(int(value)).zfill(len(number_format) if is_padded else 0)
    return repr(float(f"{value:.{EXACT_DIGITS}g}"))
