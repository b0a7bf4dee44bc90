"""What need not be done twice: a load that finds the lake as it would write it says so; a table is read once for all windows."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingestion.connectors.sql import SqlConnector
from ingestion.coverage import find_covered_days
from ingestion.declarations import Source
from ingestion.landing_log import list_new_lines, read_landing_log
from ingestion.load import CONNECTORS, Window, ingest, plan_windows, summarise_sources
from tests.ingestion.small_company import KEY, NOW, SmallCompany, daily_csv

DAYS = ("2024-03-01", "2024-03-06")
PLACED = {"file_date": r"(\d{4}-\d{2}-\d{2})"}


def land_twice(company: SmallCompany, **table: Any) -> Source:
    source = company.declare({"t": daily_csv(**table)}, max_bad_share=1)
    for day in (1, 2):
        company.write(f"in/day_2024-03-0{day}.csv", f"id,amount,at\nA{day},1.5,2024-03-0{day} 10:00:00\nB{day},x,2024-03-0{day} 11:00:00\n")
    for _ in range(2):
        assert [result.status for result in company.ingest(source, *DAYS)] == ["landed"]
    return source


def list_stamps(company: SmallCompany) -> list[tuple[str, int]]:
    return [(path.name, path.stat().st_mtime_ns) for path in sorted((company.lake / "crm" / "t").glob("*.parquet"))]


@pytest.mark.parametrize("window", [PLACED, {"column": "at"}, {"snapshot": True}])
def test_a_second_load_of_the_same_window_writes_no_file_and_is_marked(company: SmallCompany, window: dict[str, Any]) -> None:
    source = land_twice(company, window=window)
    stamps, rows = list_stamps(company), company.read("t")
    company.ingest(source, *DAYS)
    assert [line["is_unchanged"] for line in company.read_log_lines("t")] == [False, True, True]
    assert list_stamps(company) == stamps and company.read("t").equals(rows)
    first, *looked = company.read_log_lines("t")
    of_the_load = {"load_id", "seconds", "logged_at", "rows_replaced", "is_unchanged"}
    assert all(
        {key: line[key] for key in line.keys() - of_the_load} == {key: first[key] for key in first.keys() - of_the_load} for line in looked
    )


def test_only_the_first_line_is_new(company: SmallCompany) -> None:
    land_twice(company)
    log = (company.lake / "_log" / "crm__t.jsonl").read_bytes()
    assert [line for line in list_new_lines(log) if line] == log.splitlines()[:1]


def test_days_are_covered_and_the_last_load_is_known_by_a_line_that_changed_nothing(company: SmallCompany) -> None:
    source = land_twice(company)
    path = company.lake / "_log" / "crm__t.jsonl"
    lines = path.read_text().splitlines()
    path.write_text(lines[1] + "\n")
    connector = CONNECTORS["files"](source)
    assert len(find_covered_days(read_landing_log(company.lake), source.tables["t"], connector)) == 5
    (summary,) = summarise_sources({"crm": source}, company.lake)
    assert summary.last_landed_at is not None and summary.rows_landed == 2 and summary.last_error is None


@pytest.mark.parametrize("change", ["value", "row", "file", "window", "without window", "failure", "declaration"])
def test_whatever_differs_is_new(company: SmallCompany, change: str) -> None:
    source = land_twice(company)
    days = DAYS
    text = "id,amount,at\nA2,1.5,2024-03-02 10:00:00\nB2,x,2024-03-02 11:00:00\n"
    match change:
        case "value":
            company.write("in/day_2024-03-02.csv", text.replace("1.5", "1.6"))
        case "row":
            company.write("in/day_2024-03-02.csv", text + "C2,2,\n")
        case "file":
            company.write("in/day_2024-03-03.csv", text)
        case "window":
            days = ("2024-03-04", "2024-03-07")
        case "without window":
            source = company.declare({"t": daily_csv(window={"column": "at"})}, max_bad_share=1)
            company.ingest(source, *DAYS)
            company.write("in/day_2024-03-03.csv", text.replace("2024-03-02", "2024-05-02"))
        case "failure":
            company.write("in/day_2024-03-02.csv", "number\nA2\n")
            assert [result.status for result in company.ingest(source, *DAYS)] == ["failed"]
            company.write("in/day_2024-03-02.csv", text)
        case "declaration":
            source = company.declare({"t": daily_csv(columns={**daily_csv()["columns"], "new": {"type": "text"}})}, max_bad_share=1)
    (result,) = company.ingest(source, *days)
    assert result.is_landed and not result.is_unchanged


@pytest.mark.parametrize("days", [("2024-03-02", "2024-03-04"), ("2024-03-03", "2024-03-08"), ("2024-03-01", "2024-03-11")])
def test_a_look_back_at_days_that_have_landed_is_nothing_new(company: SmallCompany, days: tuple[str, str]) -> None:
    source = land_twice(company)
    company.ingest(source, "2024-03-06", "2024-03-11")
    stamps = list_stamps(company)
    assert [result.is_unchanged for result in company.ingest(source, *days)] == [True]
    company.write("in/day_2024-03-03.csv", "id,amount,at\nC,1,\n")
    assert list_stamps(company) == stamps
    assert [result.is_unchanged for result in company.ingest(source, *days)] == [False], "a late row is new"


def test_a_column_that_is_not_declared_is_named_in_the_log_and_nothing_new_for_a_build(company: SmallCompany) -> None:
    source = land_twice(company)
    company.write("in/day_2024-03-02.csv", "id,amount,at,more\nA2,1.5,2024-03-02 10:00:00,1\nB2,x,2024-03-02 11:00:00,1\n")
    (result,) = company.ingest(source, *DAYS)
    assert result.is_unchanged and company.read_log_lines("t")[-1]["unexpected_columns"] == ["more"]


def test_a_load_of_other_days_between_does_not_make_a_load_new(company: SmallCompany) -> None:
    source = land_twice(company)
    company.write("in/day_2024-03-10.csv", "id,amount,at\nD,1,\n")
    company.ingest(source, "2024-03-10", "2024-03-11")
    (result,) = company.ingest(source, *DAYS)
    assert result.is_unchanged


def test_a_corrected_file_of_the_same_day_keeps_its_place_after_the_first(company: SmallCompany, tmp_path: Path) -> None:
    source = company.declare({"t": daily_csv(newest_file="name")})
    company.write("in/day_2024-03-01.csv", "id,amount,at\nA,1,\n")
    company.write("in/day_2024-03-01 (1).csv", "id,amount,at\nA,2,\n")
    results = [company.ingest(source, *DAYS)[0].is_unchanged for _ in range(2)]
    assert results == [False, True]


def test_a_text_cursor_is_read_once_for_all_windows(company: SmallCompany, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(company.root / "shop.db") as database:
        database.execute("create table orders (id text, at text)")
        database.executemany("insert into orders values (?, ?)", [("A", "05-01-2024"), ("B", "06-02-2024"), ("C", "07-03-2024")])
    table = {
        "relation": "orders",
        "cursor": "at",
        "date_formats": ["%d-%m-%Y"],
        "columns": {"id": {"type": "text"}, "at": {"type": "date"}},
    }
    source = company.declare({"t": table}, connector="sql", url="sqlite:///shop.db")
    windows = plan_windows(date(2024, 1, 1), date(2024, 4, 1))
    read, reads = SqlConnector.read, []
    monkeypatch.setattr(SqlConnector, "read", lambda *given: reads.append(given[2]) or read(*given))
    results = ingest(source, lake=company.lake, hash_key=KEY, windows=windows, now=NOW)
    assert [result.rows_landed for result in results] == [3] and reads == [Window(date(2024, 1, 1), date(2024, 4, 1))]
    assert company.read("t").sort("id")["id"].to_list() == ["A", "B", "C"]
    with sqlite3.connect(company.root / "shop.db") as database:
        database.execute("update orders set at = '2024-01-05'")
    assert len(ingest(source, lake=company.lake, hash_key=KEY, windows=windows, now=NOW)) == 3, "one that sorts is read window by window"
