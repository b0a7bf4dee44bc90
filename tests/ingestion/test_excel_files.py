"""Sheets of Excel workbooks: what their cells hold, what they show, and what is no value."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import polars as pl
import pytest

from tests.ingestion.landed_files import NEEDED, TEXT, land
from tests.ingestion.small_company import SmallCompany

HEADER = ["id", "value"]


def write_book(rows: Sequence[Sequence[Any]], formats: dict[str, str] | None = None, sheets: Sequence[str] = ("Data",)) -> bytes:
    """A workbook with these rows in its first sheet; `formats` are number formats by cell."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = sheets[0]
    for row in rows:
        sheet.append(list(row))
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    for name in sheets[1:]:
        book.create_sheet(name)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def land_book(company: SmallCompany, raw: bytes, kind: Any = "text", **table: Any) -> pl.DataFrame:
    value = kind if isinstance(kind, dict) else {"type": kind}
    result, rows = land(company, {"o_2026-03-02.xlsx": raw}, {"id": NEEDED, "value": value}, **table)
    assert result.status == "landed", result.error
    return rows


def refuse_book(company: SmallCompany, raw: bytes, **table: Any) -> str:
    result, _ = land(company, {"o_2026-03-02.xlsx": raw}, {"id": NEEDED, "value": TEXT}, **table)
    assert result.status == "failed"
    return result.error or ""


@pytest.mark.parametrize(
    ("kind", "cells", "landed"),
    [
        ("integer", [1, 2.0, "3"], [1, 2, 3]),
        ("decimal", [1.5, 0.1 + 0.2, 1250, "1,5"], [Decimal("1.5000"), Decimal("0.3000"), Decimal("1250.0000"), None]),
        ("float", [1.5, 2, 0.25], [1.5, 2.0, 0.25]),
        ("boolean", [True, False, 1, "nee"], [True, False, True, False]),
        ("date", [date(2026, 3, 1), datetime(2026, 3, 2), "2026-03-03"], [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]),
        ("text", ["00123", 123, 12.5, 0.1 + 0.2, True, date(2026, 3, 1)], ["00123", "123", "12.5", "0.3", "true", "2026-03-01"]),
        ("text", [time(9, 30), timedelta(hours=30, minutes=5)], ["09:30:00", "30:05:00"]),
    ],
)
def test_a_cell_keeps_the_type_that_the_sheet_gives_it(company: SmallCompany, kind: str, cells: list[Any], landed: list[Any]) -> None:
    rows = land_book(company, write_book([HEADER, *([f"A{place}", cell] for place, cell in enumerate(cells))]), kind)
    assert rows["value"].to_list() == landed


def test_numbers_of_the_sheet_are_not_read_by_the_marks_of_its_texts(company: SmallCompany) -> None:
    raw = write_book([HEADER, ["A", 1.25], ["B", "1.250,50"]])
    assert land_book(company, raw, "decimal", decimal=",", thousands=".")["value"].to_list() == [Decimal("1.2500"), Decimal("1250.5000")]


def test_a_date_is_local_and_loses_no_time(company: SmallCompany) -> None:
    raw = write_book([HEADER, ["A", datetime(2026, 3, 1, 10, 20, 30)], ["B", datetime(2026, 7, 1, 12)]], {"B2": "dd/mm/yyyy"})
    assert land_book(company, raw, "timestamp")["value"].to_list() == [
        datetime(2026, 3, 1, 9, 20, 30, tzinfo=UTC),
        datetime(2026, 7, 1, 10, tzinfo=UTC),
    ]
    rows = land_book(company, raw, "date")
    assert rows["_rejected_reason"].to_list() == ["not a date: value"] * 2


@pytest.mark.parametrize("kind", ["text", "decimal", "date", "boolean"])
def test_an_error_of_the_sheet_rejects_its_row_in_a_column_of_any_type(company: SmallCompany, kind: str) -> None:
    rows = land_book(company, write_book([HEADER, ["A", "#N/A"], ["B", "#DIV/0!"], ["C", None]]), kind)
    name = f"not {'a ' if kind[0] not in 'aeiou' else 'an '}{kind}: value"
    assert rows["_rejected_reason"].to_list() == [name, name, None]
    rows = land_book(company, write_book([HEADER, ["A", "#N/A"], ["B", "#REF!"]]), kind, null_values=["", "#N/A"])
    assert rows["_rejected_reason"].to_list() == [None, name]


def test_a_formula_that_no_program_worked_out_rejects_its_row(company: SmallCompany) -> None:
    rows = land_book(company, write_book([HEADER, ["A", "=1+1"], ["B", 2], ["C", None]]), "integer")
    assert rows["_rejected_reason"].to_list() == ["not an integer: value", None, None]
    assert rows["value"].to_list() == [None, 2, None]


def test_an_identifier_that_lost_digits_belongs_to_nobody(company: SmallCompany) -> None:
    book = write_book([HEADER, ["A", 123456789012345], ["B", 1234567890123450], ["C", 1234567890123450], ["D", "1,23457E+15"], ["E", 123]])
    rows = land_book(company, book, {"type": "text", "personal": "customer_id"})
    assert rows["value"].is_not_null().to_list() == [True, False, False, False, True]
    assert rows["_withheld"].to_list() == [None, "value", "value", "value", None]


def test_zeros_that_a_format_shows_belong_to_the_identifier(company: SmallCompany) -> None:
    rows = land_book(company, write_book([HEADER, ["A", 123], ["B", "00123"], ["C", 123]], {"B2": "00000"}))
    assert rows["value"].to_list() == ["00123", "00123", "123"]


def test_empty_rows_and_merged_cells_are_no_rows(company: SmallCompany) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_book([HEADER, ["A", 1], [None, None], ["B", 2], ["  ", ""], ["Total", 3], [None] * 2])))
    book["Data"].merge_cells("A7:B9")
    buffer = io.BytesIO()
    book.save(buffer)
    rows = land_book(company, buffer.getvalue(), "integer", skip_at_end=1)
    assert rows.select("id", "value", "_source_line").rows() == [("A", 1, 2), ("B", 2, 4)]


def test_what_stands_around_the_rows_is_declared(company: SmallCompany) -> None:
    raw = write_book([["Orders of March"], [], ["id", "note", "value", "value"], ["text", "text", "number", "number"], ["A", "x", 1, 2]])
    rows = land_book(company, raw, "integer", skip_before_header=1, skip_after_header=1, duplicate_names="last")
    assert rows.select("id", "value", "_source_line").rows() == [("A", 2, 5)]
    rows = land_book(company, write_book([["A", 1]]), "integer", header=False, column_names=["id", "value"])
    assert rows.select("id", "value").rows() == [("A", 1)]


def test_the_sheet_is_named_where_there_are_several(company: SmallCompany) -> None:
    raw = write_book([HEADER, ["A", 1]], sheets=("Data", "Notes"))
    assert land_book(company, raw, sheet="Data")["id"].to_list() == ["A"]
    assert "has 2 sheets; name one in `sheet`" in refuse_book(company, raw)
    assert "has no sheet 'Orders' among its 2" in refuse_book(company, raw, sheet="Orders")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"id,value\n1,2\n", "is no .xlsx workbook or is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an .xls of old or has a password"),
        (write_book([HEADER, ["A", 1]])[:900], "is no .xlsx workbook or is damaged"),
        (write_book([HEADER]), "has a header and no rows"),
        (write_book([]), "has no header in its sheet"),
        (write_book([["number", "value"], ["A", 1]]), "missing columns: id"),
    ],
)
def test_a_workbook_that_cannot_be_used_says_why(company: SmallCompany, raw: bytes, message: str) -> None:
    assert message in refuse_book(company, raw)


def test_a_personal_cell_is_in_no_message(company: SmallCompany) -> None:
    raw = write_book([HEADER, ["A", "#N/A"], [None, "ann@example.org"]])
    rows = land_book(company, raw, {"type": "text", "personal": "email"})
    assert rows["_rejected_reason"].to_list() == ["not a text: value", "missing value: id"]
    assert "example" not in company.read_log_text("t")
