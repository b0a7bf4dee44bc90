"""Databases: windows over all ways to store a cursor, whole tables, and sources that are down; tested on SQLite through SQLAlchemy."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.connectors.sql_values import build_series
from ingestion.declarations import Source
from ingestion.load import LoadResult, find_earliest_day, first_missing_day, ingest, plan_windows, read_landing_log
from tests.conftest import pick_size
from tests.ingestion.small_company import KEY, NOW, SmallCompany

COLUMNS = {"id": {"type": "text", "required": True}, "total": {"type": "decimal"}, "changed": {"type": "timestamp"}}


def make_table(company: SmallCompany, rows: list[tuple[Any, ...]], create: str = "create table orders (id, total, changed)") -> None:
    company.root.joinpath("shop.db").unlink(missing_ok=True)
    with sqlite3.connect(company.root / "shop.db") as connection:
        connection.execute(create)
        connection.executemany(f"insert into orders values ({', '.join('?' * len(rows[0])) if rows else ''})", rows)
    connection.close()


def declare(company: SmallCompany, table: dict[str, Any] | None = None, **source: Any) -> Source:
    table = {"relation": "orders", "cursor": "changed", "columns": COLUMNS, **(table or {})}
    options = {"connector": "sql", "url": f"sqlite:///{company.root}/shop.db", "time_zone": "UTC", **source}
    return company.declare({"orders": {key: value for key, value in table.items() if value is not None}}, **options)


@pytest.mark.parametrize(
    "spelling", ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+00:00"]
)
def test_a_window_holds_the_rows_of_its_local_days_however_the_cursor_is_spelled(company: SmallCompany, spelling: str) -> None:
    edges = [datetime(2024, 3, 30, 22, 59, 59), datetime(2024, 3, 30, 23), datetime(2024, 3, 31, 21, 59, 59), datetime(2024, 3, 31, 22)]
    make_table(company, [(position, 1, moment.strftime(spelling)) for position, moment in enumerate(edges)])
    source = declare(company)
    company.ingest(source, "2024-03-31", "2024-04-01")  # the day of 23 hours in Amsterdam
    assert company.read("orders")["id"].to_list() == ["1", "2"]


def test_a_cursor_in_the_source_s_own_time_zone_is_understood(company: SmallCompany) -> None:
    make_table(company, [(1, 1, "2024-01-05 17:59:59"), (2, 1, "2024-01-05 18:00:00")])
    source = declare(company, time_zone="America/New_York")
    company.ingest(source, "2024-01-06", "2024-01-07")
    rows = company.read("orders")
    assert rows["id"].to_list() == ["2"] and rows["changed"].to_list() == [datetime(2024, 1, 5, 23, tzinfo=UTC)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=pick_size(8, stress=200))
@given(
    st.lists(st.datetimes(datetime(2024, 1, 25), datetime(2024, 4, 5)), min_size=1, max_size=40),
    st.sets(st.integers(1, 69), max_size=6),
)
def test_windows_part_a_table_without_gap_or_overlap(company: SmallCompany, moments: list[datetime], cuts: set[int]) -> None:
    make_table(company, [(position, 1, moment.isoformat(" ")) for position, moment in enumerate(moments)])
    shutil.rmtree(company.lake, ignore_errors=True)
    source = declare(company)
    first = date(2024, 1, 24)
    days = [first + timedelta(days=offset) for offset in sorted({0, 75, *cuts})]
    results = [company.ingest(source, str(start), str(end))[0] for start, end in pairwise(days)]
    assert sum(result.rows_landed for result in results) == len(moments)
    assert sorted(company.read("orders")["id"].to_list(), key=int) == [str(position) for position in range(len(moments))]


def test_columns_a_driver_types_are_compared_as_such(company: SmallCompany) -> None:
    engine = sa.create_engine(f"sqlite:///{company.root}/shop.db")
    metadata = sa.MetaData()
    table = sa.Table(
        "orders", metadata, sa.Column("id", sa.Integer), sa.Column("total", sa.Numeric(10, 2)), sa.Column("changed", sa.DateTime)
    )
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(table.insert(), [{"id": 1, "total": Decimal("9.95"), "changed": datetime(2024, 1, 5, 12)}])
    engine.dispose()
    company.ingest(declare(company), "2024-01-05", "2024-01-06")
    assert company.read("orders").select("id", "total", "changed").rows() == [("1", Decimal("9.95"), datetime(2024, 1, 5, 12, tzinfo=UTC))]


def test_a_cursor_that_is_not_declared_places_rows_but_is_not_landed(company: SmallCompany) -> None:
    make_table(company, [(1, 5, "2024-01-05 10:00:00")])
    source = declare(company, {"columns": {"id": {"type": "text"}}})
    (result,) = company.ingest(source, "2024-01-01", "2024-02-01")
    rows = company.read("orders")
    assert "changed" not in rows.columns and rows["_window_date"].to_list() == [date(2024, 1, 5)]
    assert (
        result.unexpected_columns == ("total",) and rows["_source_file"].to_list() == ["orders"] and rows["_source_line"].to_list() == [1]
    )


def test_a_query_is_read_like_a_table(company: SmallCompany) -> None:
    make_table(company, [(1, 5, "2024-01-05 10:00:00"), (2, 6, "2024-01-05 10:00:00")])
    source = declare(company, {"relation": None, "query": "select id, total * 2 as total, changed from orders where id = 2;"})
    company.ingest(source, "2024-01-01", "2024-02-01")
    assert company.read("orders").select("id", "total").rows() == [("2", Decimal(12))]


def test_a_snapshot_takes_the_whole_table_and_replaces_it(company: SmallCompany) -> None:
    source = declare(company, {"cursor": None, "window": {"snapshot": True}})
    make_table(company, [(1, 5, None), (2, 6, "2020-01-01")])
    company.ingest(source, "2024-01-05", "2024-01-06")
    make_table(company, [(3, 7, None)])
    (result,) = company.ingest(source, "2024-01-06", "2024-01-07")
    assert company.read("orders")["id"].to_list() == ["3"] and company.read("orders")["_window_date"].to_list() == [None]
    assert (result.window_start, result.window_end, result.rows_replaced) == (None, date(2024, 1, 7), 2)


def test_rows_whose_cursor_is_empty_are_counted_since_no_window_can_hold_them(company: SmallCompany) -> None:
    make_table(company, [(1, 5, "2024-01-05 10:00:00"), (2, 6, None), (3, 7, ""), (4, 7, "unknown")])
    (result,) = company.ingest(declare(company), "2024-01-01", "2024-02-01")
    assert (result.rows_read, result.rows_without_window) == (1, 3)


def test_an_untypable_value_is_rejected_with_its_place_in_the_result(company: SmallCompany) -> None:
    make_table(company, [(1, 5, "2024-01-05 10:00:00"), (None, 6, "2024-01-05 11:00:00"), (3, "six", "2024-01-05 12:00:00")])
    (result,) = company.ingest(declare(company, max_bad_share=1), "2024-01-01", "2024-02-01")
    assert result.rows_rejected == 2
    reasons = company.read("orders").select("_source_line", "_rejected_reason").rows()
    assert reasons == [(1, None), (2, "missing value: id"), (3, "not a decimal: total")]


@pytest.mark.parametrize(
    ("rows", "table", "expected"),
    [
        (
            [(1, 1, "2024-01-05")],
            {"relation": "absent"},
            "the database refused (OperationalError SQLITE_ERROR: no such table: absent); check `relation`",
        ),
        ([(1, 1, "2024-01-05")], {"relation": None, "query": "selekt 1"}, "the database refused"),
        ([(1, 1, 1704412800)], {}, "cursor changed holds int, not a date or time; write a `query`"),
        ([(1, 1, "2024-01-05 99:00")], {}, "1 of 1 rows rejected (100.0%, allowed 2.0%): not a timestamp: changed (1)"),
        (
            [(1, 1, "05/01/2024"), (2, 1, "2024-01-05")],
            {},
            "1 of 2 rows have a cursor changed that is no date or time of ISO 8601, `timestamp",
        ),
        ([(1, 1, "2024-01-05")], {"cursor": "updated"}, "missing columns: updated (places a row in a window); unexpected columns: none"),
        (
            [(1, 1, "2024-01-05")],
            {"columns": {"nr": {"type": "text", "required": True}}},
            "missing columns: nr (as nr); unexpected columns: ",
        ),
    ],
)
def test_what_the_database_cannot_answer_is_said_by_name(
    company: SmallCompany, rows: list[tuple[Any, ...]], table: dict[str, Any], expected: str
) -> None:
    make_table(company, rows)
    (result,) = company.ingest(declare(company, table), "2024-01-01", "2024-02-01")
    assert result.status == "failed" and result.error.startswith("crm.orders") and expected in result.error


def test_a_database_that_is_not_there_fails_all_its_tables_without_a_file_being_made(company: SmallCompany) -> None:
    table = {"relation": "orders", "cursor": "changed", "columns": COLUMNS}
    source = company.declare({"a": table, "b": table}, connector="sql", url=f"sqlite:///{company.root}/gone.db")
    results = company.ingest(source, "2024-01-01", "2024-02-01")
    assert [result.status for result in results] == ["failed", "failed"] and "gone.db does not exist" in results[1].error
    assert not (company.root / "gone.db").exists()


def test_a_file_that_is_no_database_is_said_so(company: SmallCompany) -> None:
    company.write("shop.db", "this is no database, but long enough to be looked at by the driver\n" * 20)
    (result,) = company.ingest(declare(company), "2024-01-01", "2024-02-01")
    assert result.status == "failed" and "file is not a database" in result.error


def test_the_earliest_day_is_the_local_day_of_the_smallest_cursor(company: SmallCompany) -> None:
    make_table(company, [(1, 5, "2024-01-05 23:30:00"), (2, 5, "2024-02-05 10:00:00"), (3, 5, None)])
    assert find_earliest_day([declare(company)]) == date(2024, 1, 6)


def run_plainly(company: SmallCompany, source: Source, to: str) -> list[LoadResult]:
    """A load of the days that are missing, as `cxhouse ingest` does it."""
    first = first_missing_day(read_landing_log(company.lake), source, date(2024, 1, 1), until=date.fromisoformat(to))
    windows = plan_windows(first, date.fromisoformat(to))
    return ingest(source, lake=company.lake, hash_key=KEY, windows=windows, now=NOW, only_missing=True)


def test_a_row_committed_late_is_loaded_as_long_as_its_day_is_looked_back_at(company: SmallCompany) -> None:
    rows: list[tuple[Any, ...]] = [(1, 1, "2024-01-02 10:00:00"), (2, 1, "2024-01-04 10:00:00")]
    make_table(company, rows)
    source = declare(company)
    run_plainly(company, source, "2024-01-06")
    first = company.read("orders")
    make_table(company, [*rows, (3, 1, "2024-01-04 11:00:00"), (4, 1, "2024-01-02 11:00:00")])
    (result,) = run_plainly(company, source, "2024-01-07")
    assert company.read("orders")["id"].to_list() == ["1", "2", "3"], "day 4 is looked at again, day 2 is not"
    assert (str(result.window_start), result.rows_read, result.rows_replaced, result.rows_kept) == ("2024-01-04", 2, 0, 0)
    (again,) = run_plainly(company, source, "2024-01-07")
    assert again.rows_landed == 2 and company.read("orders").height == 3
    run_plainly(company, declare(company, {"look_back_days": 6}), "2024-01-07")
    assert company.read("orders")["id"].sort().to_list() == ["1", "2", "3", "4"] and first.height == 2
    assert run_plainly(company, declare(company, {"look_back_days": 0}), "2024-01-07") == []


def test_a_row_that_moved_to_a_day_not_loaded_yet_stays_in_a_look_back_and_goes_when_its_window_is_asked_for(company: SmallCompany) -> None:
    make_table(company, [(1, 1, "2024-01-04 10:00:00"), (1, 1, "2024-01-04 10:00:00"), (2, 1, "2024-01-05 10:00:00")])
    source = declare(company)
    run_plainly(company, source, "2024-01-06")
    make_table(company, [(1, 1, "2024-01-04 10:00:00"), (2, 7, "2024-01-06 02:00:00")])
    (result,) = run_plainly(company, source, "2024-01-06")
    assert company.read("orders")["id"].to_list() == ["1", "1", "2"] and (result.rows_read, result.rows_kept) == (1, 2)
    (result,) = company.ingest(source, "2024-01-01", "2024-01-06")
    assert company.read("orders")["id"].to_list() == ["1"] and (result.rows_replaced, result.rows_kept) == (3, 0)
    make_table(company, [(9, 1, "2025-01-04 10:00:00")])
    (result,) = company.ingest(source, "2024-01-01", "2024-01-06")
    assert result.status == "failed" and "the source gives no row and the lake holds 1" in str(result.error)
    (result,) = company.ingest(declare(company, {"allow_empty": True}), "2024-01-01", "2024-01-06")
    assert result.is_landed and company.read("orders").height == 0


@pytest.mark.parametrize(
    ("formats", "texts"),
    [
        (["%d-%m-%Y"], ["05-03-2026", "31-12-2025", "06-03-2026", "01-01-2027"]),
        (["%Y%m%d"], ["20260305", "20251231", "20260306", "20270101"]),
        (["%d-%m-%Y", "%Y%m%d"], ["2026-03-05", "31-12-2025", "20260306", "2027-01-01"]),
    ],
)
def test_a_text_cursor_that_does_not_sort_by_day_is_read_row_by_row(company: SmallCompany, formats: list[str], texts: list[str]) -> None:
    make_table(company, [(position, 1, text) for position, text in enumerate(texts)])
    columns = {"id": {"type": "text"}, "changed": {"type": "date"}}
    source = declare(company, {"columns": columns, "date_formats": formats})
    (result,) = company.ingest(source, "2026-03-01", "2026-04-01")
    assert company.read("orders")["id"].to_list() == ["0", "2"] and (result.rows_read, result.rows_without_window) == (2, 2)
    assert find_earliest_day([source]) == date(2025, 12, 31)
    undeclared = declare(company, {"columns": columns})
    (result,) = company.ingest(undeclared, "2026-03-01", "2026-04-01")
    assert result.status == "failed" and f"of {len(texts)} rows have a cursor changed that is no date or time" in str(result.error)


def test_zero_dates_infinity_and_far_days_are_counted_and_stop_nobody(company: SmallCompany) -> None:
    odd = ["0000-00-00 00:00:00", "infinity", "-infinity", "9999-12-31 00:00:00", "2062-01-01", ""]
    make_table(company, [(1, 1, "2024-01-05 10:00:00"), *((2, 1, text) for text in odd)])
    (result,) = company.ingest(declare(company), "2024-01-01", "2024-02-01")
    assert result.status == "landed" and (result.rows_read, result.rows_without_window) == (1, len(odd))


def test_numbers_of_a_database_are_not_read_with_the_marks_of_a_file(company: SmallCompany) -> None:
    marks = {"decimal": ",", "thousands": "."}
    columns = {"id": {"type": "text"}, "total": {"type": "decimal"}, "changed": {"type": "timestamp"}}
    values: list[Any] = [1.25, "1.234,50", 1250, "1,25"]
    make_table(company, [(position, value, "2024-01-05") for position, value in enumerate(values)])
    company.ingest(declare(company, {"columns": columns, **marks}), "2024-01-01", "2024-02-01")
    assert company.read("orders")["total"].to_list() == [Decimal("1.25"), Decimal("1234.50"), Decimal(1250), Decimal("1.25")]
    assert build_series("n", [Decimal("1.250"), None, 3]).to_list() == [Decimal("1.250"), None, Decimal("3.000")]
    assert build_series("n", [Decimal("1.250"), "1,5"]).to_list() == ["1.250", "1,5"]
    assert build_series("n", [Decimal("NaN"), Decimal(10) ** 40]).to_list() == ["NaN", "1" + "0" * 40]


def test_objects_and_lists_of_a_database_are_written_as_json() -> None:
    values = [{"a": [1, None, Decimal("1.50")], "é": datetime(2024, 1, 5)}, None, [True, "x"]]
    written = build_series("n", values).to_list()
    assert written == ['{"a": [1, null, "1.50"], "é": "2024-01-05T00:00:00"}', None, '[true, "x"]']


def test_the_padding_of_a_column_of_fixed_length_is_left_out(company: SmallCompany) -> None:
    rows = [("A         ", "B  ", "2024-01-05")]
    make_table(company, rows, "create table orders (id char(10), total varchar(10), changed text)")
    columns = {"id": {"type": "text"}, "total": {"type": "text"}}
    company.ingest(declare(company, {"columns": columns}), "2024-01-01", "2024-02-01")
    assert company.read("orders").select("id", "total").rows() == [("A", "B  ")]


def test_numbers_of_the_database_beside_texts_are_not_read_by_the_marks_of_the_texts(company: SmallCompany) -> None:
    make_table(company, [(1, 1.25, "2024-01-05 10:00:00"), (2, "1.234,50", "2024-01-05 10:00:00"), (3, 7, "2024-01-05 10:00:00")])
    source = declare(company, {"decimal": ",", "thousands": "."})
    company.ingest(source, "2024-01-05", "2024-01-06")
    assert company.read("orders")["total"].to_list() == [Decimal("1.25"), Decimal("1234.5"), Decimal(7)]


def test_bytes_that_are_no_text_are_rejected_with_their_row_and_never_make_two_people_one(company: SmallCompany) -> None:
    rows: list[tuple[Any, ...]] = [
        (1, b"caf\xc3\xa9", "2024-01-05"),
        (2, b"caf\xe9", "2024-01-05"),
        (3, b"caf\xe8", "2024-01-05"),
        (4, "caf\xe9", "2024-01-05"),
    ]
    make_table(company, rows)
    columns = {"id": {"type": "text"}, "total": {"type": "text"}, "who": {"type": "text", "personal": "customer_id", "from": "total"}}
    company.ingest(declare(company, {"columns": columns}, max_bad_share=1), "2024-01-01", "2024-02-01")
    landed = company.read("orders")
    assert landed["total"].to_list() == ["café", None, None, "café"] and landed["who"][0] == landed["who"][3] is not None
    assert (
        landed["_rejected_reason"].to_list() == [None, "not a text: total", "not a text: total", None] and landed["who"].null_count() == 2
    )


def test_a_number_of_the_database_is_a_boolean_beside_texts_of_any_marks(company: SmallCompany) -> None:
    make_table(company, [(1, 1.0, "2024-01-05"), (2, "nee", "2024-01-05"), (3, "1,0", "2024-01-05"), (4, 0, "2024-01-05")])
    columns = {"id": {"type": "text"}, "total": {"type": "boolean"}}
    company.ingest(declare(company, {"columns": columns, "decimal": ","}), "2024-01-01", "2024-02-01")
    assert company.read("orders")["total"].to_list() == [True, False, True, False]


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("is_declared", [False, True])
def test_a_cursor_with_the_name_of_its_month_is_read(company: SmallCompany, own: bool, is_declared: bool) -> None:
    forms = {"date_formats": ["%d %B %Y"], "language": "nl"}
    make_table(company, [(1, 1, "14 maart 2026"), (2, 1, "16 March 2026"), (3, 1, "1 april 2026"), (4, 1, "1 mei 26")])
    changed = {"changed": {"type": "date", **(forms if own else {})}} if is_declared or own else {}
    source = declare(company, {"columns": {"id": {"type": "text"}, **changed}, **({} if own else forms)}, max_bad_share=0.5)
    (result,) = company.ingest(source, "2026-03-01", "2026-04-01")
    assert company.read("orders")["id"].to_list() == ["1", "2"] and (result.rows_read, result.rows_without_window) == (2, 2), result.error
    assert find_earliest_day([source]) == date(2026, 3, 14)


def test_an_infinite_number_is_rejected_alone_or_beside_texts(company: SmallCompany) -> None:
    infinite = float("inf")
    for others in ([1.5], ["1.5"]):
        make_table(company, [(0, infinite, "2024-01-05"), *((number, value, "2024-01-05") for number, value in enumerate(others, start=1))])
        source = declare(company, {"columns": {"id": {"type": "text"}, "total": {"type": "float"}}}, max_bad_share=1)
        company.ingest(source, "2024-01-01", "2024-02-01")
        rows = company.read("orders")
        assert rows["total"].to_list() == [None, 1.5] and rows["_rejected_reason"].to_list() == ["not a float: total", None]


def test_a_number_that_a_float_cannot_hold_names_nobody_beside_texts_either(company: SmallCompany) -> None:
    values: list[Any] = [
        9007199254740994.0,
        "9007199254740994,0",
        "123456789012345678.0",
        "1234567890123456.0",
        "9007199254740993",
        "\u0661" * 17 + ".0",
    ]
    make_table(company, [(position, value, "2024-01-05") for position, value in enumerate(values)])
    columns = {"id": {"type": "text"}, "who": {"type": "text", "personal": "customer_id", "from": "total"}}
    company.ingest(declare(company, {"columns": columns}), "2024-01-01", "2024-02-01")
    assert company.read("orders")["_withheld"].to_list() == ["who", "who", "who", None, None, None]
    assert company.read("orders")["_rejected_reason"].null_count() == len(values)


def test_a_number_of_the_database_has_one_value_in_columns_of_any_marks(company: SmallCompany) -> None:
    make_table(company, [(1, 1.125, "2024-01-05"), (2, "1.125", "2024-01-05"), (3, "1,5", "2024-01-05"), (4, b"1,5", "2024-01-05")])
    columns = {"total": {"type": "decimal", "decimal": ",", "thousands": "."}, "same": {"type": "text", "from": "total"}}
    company.ingest(declare(company, {"columns": columns}), "2024-01-01", "2024-02-01")
    rows = company.read("orders")
    assert rows["total"].to_list() == [Decimal("1.125"), Decimal(1125), Decimal("1.5"), Decimal("1.5")]
    assert rows["same"].to_list() == ["1.125", "1.125", "1,5", "1,5"]
