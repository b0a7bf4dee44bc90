"""One rule for all formats: seconds of 60, years of one digit, whole numbers, empty values with a type, and cells a reader cannot give."""

from __future__ import annotations

import io
import json
import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.ingestion.landed_files import MARCH, NEEDED, TEXT, land
from tests.ingestion.small_company import SmallCompany
from tests.ingestion.test_excel_files import write_book

FORMATS = ["csv", "jsonl", "parquet", "xlsx"]


def write_rows(kind: str, cells: list[Any]) -> bytes:
    """A file with the columns id and value."""
    ids = [f"R{place}" for place in range(len(cells))]
    match kind:
        case "csv":
            return ("id,value\n" + "".join(f"{each},{cell}\n" for each, cell in zip(ids, cells, strict=True))).encode()
        case "jsonl":
            rows = ({"id": each, "value": cell} for each, cell in zip(ids, cells, strict=True))
            return "".join(json.dumps(row, default=str) + "\n" for row in rows).encode()
        case "xlsx":
            return write_book([["id", "value"], *zip(ids, cells, strict=True)])
    buffer = io.BytesIO()
    pl.DataFrame({"id": ids, "value": cells}).write_parquet(buffer)
    return buffer.getvalue()


def land_cells(company: SmallCompany, kind: str, cells: list[Any], column: str, **table: Any) -> pl.DataFrame:
    columns = {"id": NEEDED, "value": {"type": column}}
    result, rows = land(company, {f"o_2026-03-02.{kind}": write_rows(kind, cells)}, columns, **table)
    assert result.is_landed, result.error
    return rows


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("2026-03-01 10:00:60", None),
        ("2026-03-01T10:00:60Z", None),
        ("2026-03-01T10:00:60.5+01:00", None),
        ("2016-12-31T23:59:60Z", None),
        ("01-03-2026 10:00:60", "%d-%m-%Y %H:%M:%S"),
        ("20260301100060", "%Y%m%d%H%M%S"),
        ("01-03-2060 10:00:60", "%d-%m-%Y %T"),
        ("Mar 1, 2026 10:00:60 AM PST", "%b %d, %Y %I:%M:%S %p %Z"),
        ("1-3-6 10:00", "%d-%m-%y %H:%M"),
    ],
)
def test_a_second_of_60_and_a_year_of_one_digit_are_rejected(company: SmallCompany, kind: str, text: str, pattern: str | None) -> None:
    cell = f'"{text}"' if kind == "csv" else text
    rows = land_cells(company, kind, [cell, "2026-03-01 10:00:59"], "timestamp", timestamp_formats=[pattern] if pattern else [])
    assert rows["_rejected_reason"].to_list() == ["not a timestamp: value", None]
    assert rows["value"][1] == datetime(2026, 3, 1, 9, 0, 59, tzinfo=UTC)


def test_a_moment_that_only_looks_like_a_second_of_60_lands(company: SmallCompany) -> None:
    texts = ["01-03-2060 10:01:00", "01-03-2026 10:01:00", "60"]
    rows = land_cells(company, "csv", texts, "timestamp", timestamp_formats=["%d-%m-%Y %H:%M:%S", "epoch_seconds"])
    assert [value.year for value in rows["value"]] == [2060, 2026, 1970]


def test_a_day_with_a_year_of_one_digit_is_rejected(company: SmallCompany) -> None:
    rows = land_cells(company, "csv", ["1-3-6", "1-3-26"], "date", date_formats=["%d-%m-%y"])
    assert rows["value"].to_list() == [None, date(2026, 3, 1)]


def test_a_whole_number_of_json_lands_as_an_integer_however_it_is_written(company: SmallCompany) -> None:
    lines = "".join(f'{{"id": "R", "value": {text}}}\n' for text in ("1e5", "1.0E+3", "12e0", "1.5e0", "1e17", "1e400", "15e-1"))
    columns = {"id": NEEDED, "value": {"type": "integer"}}
    _, rows = land(company, {"o_2026-03-02.jsonl": lines}, columns)
    assert rows["value"].to_list() == [100000, 1000, 12, None, None, None, None]
    assert rows["_rejected_reason"].null_count() == 3


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("column", "cells", "nulls", "landed"),
    [
        ("integer", [999, 5], ["", "999"], [None, 5]),
        ("decimal", [999.0, -1.5, 2.25], ["", "999", "-1.5"], [None, None, Decimal("2.2500")]),
        ("float", [999.0, 2.25], ["", "999.0"], [None, 2.25]),
        ("text", [999, 5], ["", "999"], [None, "5"]),
        ("date", [date(9999, 12, 31), date(2026, 3, 1)], ["", "9999-12-31"], [None, date(2026, 3, 1)]),
        (
            "timestamp",
            [datetime(1970, 1, 1), datetime(2026, 3, 1, 10)],
            ["", "1970-01-01 00:00:00"],
            [None, datetime(2026, 3, 1, 9, tzinfo=UTC)],
        ),
    ],
)
def test_an_empty_value_is_empty_whether_the_format_types_it_or_not(
    company: SmallCompany, kind: str, column: str, cells: list[Any], nulls: list[str], landed: list[Any]
) -> None:
    if kind == "csv" and column == "decimal":
        cells = [999, *cells[1:]]
    if kind == "csv" and column == "float":
        cells = ["999.0", 2.25]
    rows = land_cells(company, kind, cells, column, null_values=nulls)
    assert rows["value"].to_list() == landed and rows["_rejected_reason"].null_count() == len(cells)


@pytest.mark.parametrize(
    ("column", "kind", "largest", "unread"),
    [
        ("timestamp", pa.timestamp("ms"), 2**63 - 1, "not a timestamp: value"),
        ("timestamp", pa.timestamp("s", "UTC"), 2**53, "not a timestamp: value"),
        ("timestamp", pa.timestamp("us"), -(2**63) + 1, "not a timestamp: value"),
        ("date", pa.date32(), 2**31 - 1, "not a date: value"),
    ],
)
def test_a_time_beyond_all_years_is_rejected_beside_one_that_means_empty(
    company: SmallCompany, column: str, kind: pa.DataType, largest: int, unread: str
) -> None:
    units = {"ms": 1000, "s": 1, "us": 10**6}[kind.unit] * 86_400 if column == "timestamp" else 1
    never = (date(9999, 12, 31) - date(1970, 1, 1)).days * units
    day = (date(2026, 3, 2) - date(1970, 1, 1)).days * units
    physical = pa.array([never, largest, day], pa.int32() if column == "date" else pa.int64())
    buffer = io.BytesIO()
    pq.write_table(pa.table({"id": ["R0", "R1", "R2"], "value": physical.cast(kind)}), buffer)
    columns = {"id": NEEDED, "value": {"type": column}}
    result, rows = land(company, {"o_2026-03-02.parquet": buffer.getvalue()}, columns, null_values=["", "9999-12-31"])
    assert result.is_landed, result.error
    rows = rows.sort("id")
    assert rows["id"].to_list() == ["R0", "R1", "R2"] and rows["_rejected_reason"].to_list() == [None, unread, None]
    assert rows["value"].is_null().to_list() == [True, True, False]


@pytest.mark.parametrize(
    ("names", "types", "message"),
    [
        (
            ["id", "value", "value"],
            [pa.string(), pa.int64(), pa.int64()],
            "has 1 names of columns twice (value); have it delivered with distinct",
        ),
        (["id", "ann@example.org", "ann@example.org"], [pa.string(), pa.int64(), pa.int64()], "has 1 names of columns twice; have it"),
        (["id", "value"], [pa.string(), pa.decimal256(50, 2)], "has 1 columns of decimals with more than 38 digits (value); have them"),
    ],
)
def test_a_parquet_file_that_cannot_be_read_says_why(company: SmallCompany, names: list[str], types: list[Any], message: str) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array([None], kind) for kind in types], names), buffer)
    result, _ = land(company, {"o_2026-03-02.parquet": buffer.getvalue()}, {"id": TEXT, "value": TEXT})
    assert result.status == "failed" and message in (result.error or "")


@pytest.mark.parametrize("value", [TEXT, {"type": "text", "personal": "email"}, {"type": "decimal"}])
def test_a_text_of_sqlite_that_is_no_utf8_rejects_its_row_alone(company: SmallCompany, value: dict[str, Any]) -> None:
    with sqlite3.connect(company.root / "shop.db") as database:
        database.execute("create table orders (id text, value text, placed text)")
        database.executemany("insert into orders values (?, ?, '2026-03-05')", [("A", "ann@example.org"), ("B", None), ("C", "1.5")])
        database.execute("update orders set value = cast(x'6a616e40657861ff' as text) where id = 'B'")
    table = {"relation": "orders", "cursor": "placed", "columns": {"id": NEEDED, "value": value}}
    source = company.declare({"t": table}, connector="sql", url="sqlite:///shop.db", max_bad_share=1)
    (result,) = company.ingest(source, *MARCH)
    rows = company.read("t").sort("id")
    kind = value["type"]
    assert result.is_landed and result.rows_read == 3
    assert rows["_rejected_reason"].to_list()[1] == f"not a {kind}: value" and rows["value"][1] is None
    assert rows["value"].null_count() == (1 if value == TEXT else 2)
