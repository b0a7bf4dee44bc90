"""Landing: no row is lost or duplicated, a second run gives the same rows, and the lake fits its declaration."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.errors import HashKeyError
from ingestion.lake import prepare_lake
from ingestion.landing_log import LOG_SCHEMA, LoadResult, append_log, read_landing_log
from tests.conftest import pick_size
from tests.ingestion.small_company import KEY, NOW, SmallCompany, daily_csv

FIRST = date(2024, 1, 20)
SPAN = 50
DAYS = st.integers(0, SPAN - 1)
WINDOWS = st.lists(st.tuples(DAYS, st.integers(1, 40)), min_size=1, max_size=5)
BY_COLUMN = {"path": "in/all.csv", "window": {"column": "at"}}
REUSED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def day(offset: int) -> date:
    return FIRST + timedelta(days=offset)


def as_rows(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    return frame.rows()


def write_days(company: SmallCompany, offsets: list[int]) -> None:
    """One file per day and one file with all rows; a row's id is its position."""
    for path in (company.root / "in").glob("*"):
        path.unlink()
    per_day: dict[int, list[str]] = {}
    for position, offset in enumerate(offsets):
        per_day.setdefault(offset, []).append(f"{position},{position}.5,{day(offset)} 12:00:00")
    for offset, lines in per_day.items():
        company.write(f"in/day_{day(offset)}.csv", "id,amount,at\n" + "\n".join(lines) + "\n")
    company.write("in/all.csv", "id,amount,at\n" + "".join(line + "\n" for lines in per_day.values() for line in lines))


@settings(suppress_health_check=REUSED, max_examples=pick_size(10, stress=200))
@given(st.lists(DAYS, min_size=1, max_size=30), WINDOWS, st.sampled_from([{}, BY_COLUMN]))
def test_landing_any_windows_any_number_of_times_leaves_each_row_of_their_days_once(
    company: SmallCompany, offsets: list[int], windows: list[tuple[int, int]], placement: dict[str, Any]
) -> None:
    write_days(company, offsets)
    source = company.declare({"t": daily_csv(**placement)})
    for path in (company.lake / "crm" / "t").glob("*.parquet"):
        path.unlink()
    seen = []
    for _ in range(2):
        for start, length in windows:
            (result,) = company.ingest(source, str(day(start)), str(day(start + length)))
            assert result.rows_read == result.rows_landed + result.rows_rejected and result.status == "landed", result.error
            inside = pl.col("_window_date").is_between(day(start), day(start + length), closed="left")
            assert company.read("t").filter(inside).height == result.rows_read
        seen.append(as_rows(company.read("t")))
    covered = {start + step for start, length in windows for step in range(length)}
    expected = sorted(str(position) for position, offset in enumerate(offsets) if offset in covered)
    assert sorted(row[0] for row in seen[0]) == expected and seen[0] == seen[1]


@settings(suppress_health_check=REUSED, max_examples=pick_size(10, stress=200))
@given(
    st.lists(
        st.sampled_from(["1,1,2024-01-25", "2,x,2024-01-26", ",3,2024-02-03", "4,4,nonsense", "5", "6,6,6,6", '"7']),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_is_in_a_file_every_line_is_landed_or_rejected(company: SmallCompany, lines: list[str]) -> None:
    company.write("in/all.csv", "id,amount,at\n" + "\n".join(lines) + "\n")
    shutil.rmtree(company.lake, ignore_errors=True)
    for placement in (BY_COLUMN, {"path": "in/all.csv", "window": {"snapshot": True}}):
        table = f"t_{len(placement['window'].get('column', ''))}"
        source = company.declare({table: daily_csv(**placement)}, max_bad_share=1)
        (result,) = company.ingest(source, "2024-01-01", "2024-03-01")
        rows = company.read(table)
        assert result.rows_read == len(lines) == rows.height == result.rows_landed + result.rows_rejected
        assert rows["_source_line"].to_list() == list(range(2, len(lines) + 2))
        assert rows["_rejected_reason"].null_count() == result.rows_landed


def test_a_row_without_a_readable_day_stands_with_its_neighbour_and_in_one_window_only(company: SmallCompany) -> None:
    lines = ["1,1,2024-01-31", "2,2,31 january", "3,3,2024-02-01", "4,4,", "5"]
    company.write("in/all.csv", "id,amount,at\n" + "\n".join(lines) + "\n")
    source = company.declare({"t": daily_csv(**BY_COLUMN)}, max_bad_share=1)
    january, february = (company.ingest(source, *window)[0] for window in (("2024-01-01", "2024-02-01"), ("2024-02-01", "2024-03-01")))
    assert (january.rows_read, january.rows_rejected, february.rows_read, february.rows_rejected) == (2, 1, 3, 2)
    reasons = company.read("t")["_rejected_reason"].to_list()
    assert reasons == [None, "not a timestamp: at", None, "missing value: at", "unreadable line"]


def test_the_end_of_a_window_does_not_count(company: SmallCompany) -> None:
    write_days(company, [0, 1, 2])
    source = company.declare({"t": daily_csv()})
    company.ingest(source, str(day(1)), str(day(2)))
    assert company.read("t")["_window_date"].to_list() == [day(1)]


def test_a_window_over_a_month_border_fills_one_file_per_month(company: SmallCompany) -> None:
    write_days(company, [0, 11, 12, 40])
    company.ingest(company.declare({"t": daily_csv()}), "2024-01-01", "2024-04-01")
    names = sorted(path.name for path in (company.lake / "crm" / "t").glob("*.parquet"))
    assert names == ["2024-01.parquet", "2024-02.parquet", "_schema.parquet"]


def test_a_day_that_shrank_at_the_source_shrinks_in_the_lake(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv()})
    company.write("in/day_2024-01-05.csv", "id\n1\n2\n")
    company.ingest(source, "2024-01-05", "2024-01-06")
    company.write("in/day_2024-01-05.csv", "id\n2\n")
    (result,) = company.ingest(source, "2024-01-01", "2024-02-01")
    assert company.read("t")["id"].to_list() == ["2"] and result.rows_replaced == 2


def test_landed_days_whose_files_were_cleared_away_are_not_replaced_by_nothing(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv()})
    company.write("in/day_2024-01-05.csv", "id\n1\n").chmod(0o644)
    company.write("in/day_2024-01-06.csv", "id\n2\n")
    company.ingest(source, "2024-01-01", "2024-02-01")
    (company.root / "in/day_2024-01-05.csv").unlink()
    (result,) = company.ingest(source, "2024-01-01", "2024-02-01")
    assert result.status == "failed" and "1 days whose files are gone (first: 2024-01-05)" in result.error
    assert company.read("t")["id"].to_list() == ["1", "2"]
    (result,) = company.ingest(company.declare({"t": daily_csv(allow_empty=True)}), "2024-01-01", "2024-02-01")
    assert result.status == "landed" and company.read("t")["id"].to_list() == ["2"]


def test_more_bad_rows_than_allowed_fail_the_load_with_reasons_and_the_first_place(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv()}, max_bad_share=0.1)
    company.write("in/day_2024-01-05.csv", "id,amount\n" + "".join(f"{number},1\n" for number in range(17)) + "a,x\nb,y\n,1\n")
    (result,) = company.ingest(source, "2024-01-01", "2024-02-01")
    assert result.status == "failed" and company.read("t").height == 0
    assert (result.rows_read, result.rows_landed, result.rows_rejected) == (20, 0, 3)
    assert "3 of 20 rows rejected (15.0%, allowed 10.0%): not a decimal: amount (2), missing value: id (1)" in result.error
    assert "first: day_2024-01-05.csv line 19" in result.error and "raise `max_bad_share`" in result.error
    source = company.declare({"t": daily_csv()}, max_bad_share=0.15)
    assert company.ingest(source, "2024-01-01", "2024-02-01")[0].rows_rejected == 3


def test_a_rejected_row_keeps_its_other_columns_and_the_first_reason_in_the_order_of_the_columns(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv()}, max_bad_share=1)
    company.write("in/day_2024-01-05.csv", "at,amount,id\nnever,1.5x,A\n2024-01-05,2,\n")
    company.ingest(source, "2024-01-01", "2024-02-01")
    rows = company.read("t")
    assert rows.select("id", "_rejected_reason").rows() == [("A", "not a decimal: amount"), (None, "missing value: id")]
    assert rows["at"].to_list() == [None, datetime(2024, 1, 4, 23, tzinfo=UTC)]


def test_the_files_of_the_lake_have_the_documented_columns_and_types(company: SmallCompany) -> None:
    kinds = ("text", "integer", "decimal", "float", "boolean", "date", "timestamp")
    columns = {f"a_{kind}": {"type": kind} for kind in kinds}
    company.write("in/day_2024-01-05.csv", ",".join(columns) + "\nx,1,1.5,1.5,yes,2024-01-05,2024-01-05 10:00:00\n")
    source = company.declare({"t": daily_csv(columns=columns)})
    company.ingest(source, "2024-01-01", "2024-02-01")
    for name in ("2024-01", "_schema"):
        found = duckdb.sql(f"describe select * from '{company.lake}/crm/t/{name}.parquet'").fetchall()
        types = ["VARCHAR", "BIGINT", "DECIMAL(18,4)", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP WITH TIME ZONE"]
        lineage = ["_source_file", "_source_line", "_window_date", "_load_id", "_landed_at", "_rejected_reason", "_rejected_detail"]
        lineage += ["_withheld"]
        lineage_types = ["VARCHAR", "BIGINT", "DATE", "VARCHAR", "TIMESTAMP WITH TIME ZONE", "VARCHAR", "VARCHAR", "VARCHAR"]
        assert [row[:2] for row in found] == [*zip(columns, types, strict=True), *zip(lineage, lineage_types, strict=True)]


def test_a_table_that_never_landed_can_be_read(company: SmallCompany) -> None:
    company.declare({"t": daily_csv()})
    prepare_lake(company.load(), company.lake)
    files = f"{company.lake}/crm/t/*.parquet"
    assert duckdb.sql(f"select id, amount, _rejected_reason from read_parquet('{files}', union_by_name = true)").fetchall() == []


def test_a_column_declared_later_is_null_in_old_months_and_old_months_can_still_be_rewritten(company: SmallCompany) -> None:
    company.declare({"t": daily_csv()})
    for name in ("2024-01-05", "2024-01-06", "2024-02-05"):
        company.write(f"in/day_{name}.csv", f"id,amount,colour\n{name},1,red\n")
    company.ingest(company.load()["crm"], "2024-01-01", "2024-03-01")
    columns = {**daily_csv()["columns"], "colour": {"type": "text"}}
    source = company.declare({"t": daily_csv(columns=columns)})
    prepare_lake(company.load(), company.lake)
    files = f"{company.lake}/crm/t/*.parquet"
    query = f"select id, colour from read_parquet('{files}', union_by_name = true) order by id"
    assert duckdb.sql(query).fetchall() == [("2024-01-05", None), ("2024-01-06", None), ("2024-02-05", None)]
    company.ingest(source, "2024-01-06", "2024-01-07")
    assert duckdb.sql(query).fetchall() == [("2024-01-05", None), ("2024-01-06", "red"), ("2024-02-05", None)]


def test_a_column_that_changes_type_is_converted_where_it_fits_and_refused_where_not(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv()})
    company.write("in/day_2024-01-05.csv", "id,amount\nA,1\n")
    company.write("in/day_2024-01-06.csv", "id,amount\n7,2\n")
    company.ingest(source, "2024-01-01", "2024-02-01")
    columns = {"id": {"type": "integer"}, "amount": {"type": "text"}}
    source = company.declare({"t": daily_csv(columns=columns)})
    (result,) = company.ingest(source, "2024-01-06", "2024-01-07")
    assert result.status == "failed" and "2024-01.parquet: holds id, amount of another type" in result.error
    assert "--from 2024-01-01" in result.error and '"A"' not in result.error
    source = company.declare({"t": daily_csv(columns={"id": {"type": "text"}, "amount": {"type": "text"}})})
    company.ingest(source, "2024-01-06", "2024-01-07")
    assert company.read("t").select("id", "amount").rows() == [("A", "1.0000"), ("7", "2")]


def test_a_column_declared_personal_later_does_not_stay_in_the_clear_unnoticed(company: SmallCompany) -> None:
    company.write("in/day_2024-01-05.csv", "id\njan@example.nl\n")
    company.write("in/day_2024-01-06.csv", "id\npiet@example.nl\n")
    company.ingest(company.declare({"t": daily_csv()}), "2024-01-01", "2024-02-01")
    source = company.declare({"t": daily_csv(columns={"id": {"type": "text", "personal": "email"}})})
    (result,) = company.ingest(source, "2024-01-06", "2024-01-07")
    assert result.status == "failed" and "holds id unhashed" in result.error
    assert company.ingest(source, "2024-01-01", "2024-02-01")[0].status == "landed"


def test_a_table_that_was_a_snapshot_is_not_mixed_with_months(company: SmallCompany) -> None:
    company.write("in/day_2024-01-05.csv", "id\n1\n")
    company.ingest(company.declare({"t": daily_csv(window={"snapshot": True})}), "2024-01-01", "2024-02-01")
    (result,) = company.ingest(company.declare({"t": daily_csv()}), "2024-01-01", "2024-02-01")
    assert result.status == "failed" and "snapshot.parquet: crm.t was a snapshot before; remove this file" in result.error


def test_no_personal_value_stands_in_any_byte_of_the_lake(company: SmallCompany) -> None:
    kinds = {"customer": "customer_id", "mail": "email", "tel": "phone", "zip": "postcode", "house": "house_number", "agent": "employee_id"}
    columns = {name: {"type": "text", "personal": kind} for name, kind in kinds.items()}
    columns |= {"comment": {"type": "text", "personal": "free_text"}, "id": {"type": "text", "required": True}}
    secrets = ["K1234567", "Jan.Jansen@example.nl", "0201234567", "1234XY", "house77", "AGENT9", "My neighbour Piet", "Verborgen"]
    header, row = [*columns, "surname"], [*secrets[:7], "", "Verborgen"]
    text = ",".join(header) + "\n" + ",".join(row) + "\n" + ",".join([*row, "one cell too many"]) + "\n" + '"' + ",".join(row) + "\n"
    company.write("in/day_2024-01-05.csv", text)
    company.write("in/2024-01-05.jsonl", json.dumps(dict(zip(header, row, strict=True))) + "\n{" + json.dumps(row) + "\n")
    tables = {
        "csv": daily_csv(columns=columns),
        "jsonl": daily_csv(columns=columns, path="in/*.jsonl", format="jsonl"),
        "no_header": daily_csv(path="in/raw_*.csv", columns={"other": {"type": "text", "required": True}}),
    }
    company.write("in/raw_2024-02-05.csv", ",".join(row) + "\n" + ",".join(row) + "\n")
    for share in (1, 0):  # landed with rejected rows, and failed with an error in the log
        results = company.ingest(company.declare(tables, max_bad_share=share), "2024-01-01", "2024-03-01")
        assert {result.status for result in results} == ({"landed", "failed"} if share else {"failed"})
    assert company.read("csv").height == 3 and company.read("jsonl").height == 2
    paths = [path for path in company.lake.rglob("*") if path.is_file()]
    assert len(paths) > 5
    for path in paths:
        content = read_all_bytes(path)
        for secret in secrets:
            assert secret.lower().encode() not in content, (path, secret)


def read_all_bytes(path: Path) -> bytes:
    """A file's bytes, and for Parquet also every value, because its pages are compressed."""
    content = path.read_bytes()
    if path.suffix == ".parquet":
        content += pl.read_parquet(path).write_json().encode()
    return content.lower()


def test_free_text_is_loaded_only_where_it_is_enabled(company: SmallCompany) -> None:
    company.write("in/day_2024-01-05.csv", "comment\nvery kind\n")
    for enabled, expected in ((False, None), (True, "very kind")):
        column = {"type": "text", "personal": "free_text", "enabled": enabled}
        company.ingest(company.declare({"t": daily_csv(columns={"comment": column})}), "2024-01-01", "2024-02-01")
        assert company.read("t")["comment"].to_list() == [expected]
        assert company.read_log_lines("t")[-1]["missing_columns"] == []


def test_another_hash_key_fails_loudly_and_changes_nothing(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv()})
    company.write("in/day_2024-01-05.csv", "id\n1\n")
    company.ingest(source, "2024-01-01", "2024-02-01")
    with pytest.raises(HashKeyError, match="_key: the lake was hashed with another key"):
        company.ingest(source, "2024-01-01", "2024-02-01", key=b"another key")
    assert len(company.read_log_lines("t")) == 1 and KEY not in (company.lake / "_key").read_bytes()


def test_the_landing_log_has_the_documented_fields_and_reads_back_as_logged(company: SmallCompany) -> None:
    company.write("in/day_2024-01-05.csv", "id,at\n1,2024-01-05 10:00:00\n2,2024-01-05 12:00:00\n")
    (result,) = company.ingest(company.declare({"t": daily_csv()}), "2024-01-01", "2024-02-01")
    (line,) = company.read_log_lines("t")
    assert (
        [name for name in line if name != "is_unchanged"] == list(LOG_SCHEMA)
        and line["window_start"] == "2024-01-01"
        and line["files"][0]["name"] == "day_2024-01-05.csv"
    )
    log = read_landing_log(company.lake)
    assert log.schema == pl.Schema(LOG_SCHEMA)
    row = log.row(0, named=True)
    assert (row["min_event_at"], row["max_event_at"]) == tuple(datetime(2024, 1, 5, hour, tzinfo=UTC) for hour in (9, 11))
    assert row["load_id"] == result.load_id == pl.read_parquet(company.lake / "crm/t/2024-01.parquet")["_load_id"][0]
    assert row["logged_at"] == NOW


def test_a_log_line_that_a_kill_tore_is_passed_over_and_the_next_one_is_whole(company: SmallCompany) -> None:
    assert read_landing_log(company.lake).height == 0
    result = LoadResult("a", "crm", "t", date(2024, 1, 1), date(2024, 2, 1), "landed", logged_at=NOW)
    append_log(company.lake, result)
    with (company.lake / "_log" / "crm__t.jsonl").open("ab") as file:
        file.write(b'{"load_id": "torn", "sour')
    append_log(company.lake, result)
    assert read_landing_log(company.lake)["load_id"].to_list() == ["a", "a"]
