"""Loads of a whole source: windows, missing days, one failing table, and the status of sources."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.declarations import Source
from ingestion.load import LoadResult, first_missing_day, ingest, plan_windows, read_landing_log, summarise_sources
from ingestion.windows import Window, join_windows, subtract_days
from tests.ingestion.small_company import KEY, NOW, SmallCompany, daily_csv

DATES = st.dates(date(2020, 1, 1), date(2026, 12, 31))


def load(company: SmallCompany, source: Source, first: str, to: str, **options: Any) -> list[LoadResult]:
    windows = plan_windows(date.fromisoformat(first), date.fromisoformat(to))
    return ingest(source, lake=company.lake, hash_key=KEY, windows=windows, now=NOW, **options)


def write_days(company: SmallCompany, first: str, count: int) -> None:
    for offset in range(count):
        day = date.fromisoformat(first) + timedelta(days=offset)
        company.write(f"in/day_{day}.csv", f"id,at\n{day},{day} 12:00:00\n")


@given(DATES, st.integers(0, 900))
def test_planned_windows_part_the_days_without_gap_or_overlap_at_month_borders(first: date, length: int) -> None:
    to = first + timedelta(days=length)
    windows = plan_windows(first, to)
    days = [day for window in windows for day in window.days()]
    assert days == [first + timedelta(days=offset) for offset in range(length)]
    assert all(left.end == right.start and right.start.day == 1 for left, right in pairwise(windows))


@given(st.lists(st.tuples(DATES, st.integers(1, 60)), max_size=6), st.sets(DATES, max_size=20))
def test_joined_windows_hold_the_same_days_and_subtracting_leaves_the_rest(spans: list[tuple[date, int]], covered: set[date]) -> None:
    windows = [Window(first, first + timedelta(days=length)) for first, length in spans]
    joined = join_windows(windows)
    days = {day for window in windows for day in window.days()}
    assert {day for window in joined for day in window.days()} == days
    assert all(left.end < right.start for left, right in pairwise(joined))
    rest = [day for window in joined for part in subtract_days(window, covered) for day in part.days()]
    assert sorted(rest) == sorted(days - covered)


def test_a_window_is_never_empty() -> None:
    with pytest.raises(ValueError, match="a window ends after it starts"):
        Window(date(2024, 1, 1), date(2024, 1, 1))


def test_a_failing_table_does_not_stop_the_others(company: SmallCompany) -> None:
    write_days(company, "2024-01-01", 3)
    source = company.declare({"bad": daily_csv(path="in/none_*.csv"), "good": daily_csv()})
    heard: list[tuple[str, int, int]] = []
    results = load(company, source, "2024-01-01", "2024-02-01", progress=lambda result, done, of: heard.append((result.table, done, of)))
    assert [(result.table, result.status) for result in results] == [("bad", "failed"), ("good", "landed")]
    assert heard == [("bad", 1, 2), ("good", 2, 2)] and company.read("good").height == 3


def test_a_failing_month_does_not_stop_the_months_after_it(company: SmallCompany) -> None:
    write_days(company, "2024-01-30", 4)
    company.write("in/day_2024-01-31.csv", "\x00")
    results = load(company, company.declare({"t": daily_csv()}), "2024-01-01", "2024-03-01")
    assert [result.status for result in results] == ["failed", "landed"] and company.read("t").height == 2


def test_a_catch_up_begins_at_the_first_day_that_is_missing_and_fills_gaps_only(company: SmallCompany) -> None:
    write_days(company, "2024-01-01", 80)
    source = company.declare({"t": daily_csv()})
    first = date(2024, 1, 1)
    assert first_missing_day(read_landing_log(company.lake), source, first) == first
    load(company, source, "2024-01-01", "2024-01-11")
    load(company, source, "2024-01-15", "2024-01-21")
    assert first_missing_day(read_landing_log(company.lake), source, first) == date(2024, 1, 11)
    results = load(company, source, "2024-01-01", "2024-02-03", only_missing=True)
    assert [(str(result.window_start), str(result.window_end)) for result in results] == [
        ("2024-01-11", "2024-01-15"),
        ("2024-01-21", "2024-02-01"),
        ("2024-02-01", "2024-02-03"),
    ]
    assert first_missing_day(read_landing_log(company.lake), source, first) == date(2024, 2, 3)
    assert company.read("t").height == 33 and load(company, source, "2024-01-01", "2024-02-03", only_missing=True) == []


def test_a_window_that_failed_again_after_it_landed_is_missing(company: SmallCompany) -> None:
    write_days(company, "2024-01-01", 5)
    source = company.declare({"t": daily_csv()})
    load(company, source, "2024-01-01", "2024-01-06")
    company.write("in/day_2024-01-03.csv", "\x00")
    load(company, source, "2024-01-03", "2024-01-04")
    assert first_missing_day(read_landing_log(company.lake), source, date(2024, 1, 1)) == date(2024, 1, 3)


def test_a_file_that_came_late_or_was_corrected_is_missing_although_its_day_has_landed(company: SmallCompany) -> None:
    write_days(company, "2024-01-01", 5)
    (company.root / "in/day_2024-01-03.csv").unlink()
    source = company.declare({"t": daily_csv()})
    load(company, source, "2024-01-01", "2024-01-06")
    assert company.read("t").height == 4 and load(company, source, "2024-01-01", "2024-01-06", only_missing=True) == []
    company.write("in/day_2024-01-03.csv", "id\nlate\n")
    company.write("in/day_2024-01-05.csv", "id\ncorrected, with another length\n".replace(",", ""))
    assert first_missing_day(read_landing_log(company.lake), source, date(2024, 1, 1)) == date(2024, 1, 3)
    results = load(company, source, "2024-01-01", "2024-01-06", only_missing=True)
    assert [(str(result.window_start), result.rows_read) for result in results] == [("2024-01-03", 1), ("2024-01-05", 1)]
    assert load(company, source, "2024-01-01", "2024-01-06", only_missing=True) == []


def test_a_row_that_came_late_into_a_file_placed_by_a_column_is_caught_up(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv(path="in/all.csv", window={"column": "at"})})
    company.write("in/all.csv", "id,at\n1,2024-01-05\n")
    load(company, source, "2024-01-01", "2024-02-01")
    assert load(company, source, "2024-01-01", "2024-02-01", only_missing=True) == []
    company.write("in/all.csv", "id,at\n1,2024-01-05\n2,2024-01-03\n")
    (result,) = load(company, source, "2024-01-01", "2024-02-01", only_missing=True)
    assert result.rows_read == 2 and company.read("t")["id"].to_list() == ["1", "2"]


def test_a_day_that_was_not_over_when_it_was_read_is_missing(company: SmallCompany) -> None:
    write_days(company, "2024-05-30", 3)  # the last one is the local day of NOW
    source = company.declare({"t": daily_csv()})
    load(company, source, "2024-05-30", "2024-06-02")
    assert first_missing_day(read_landing_log(company.lake), source, date(2024, 5, 30)) == date(2024, 6, 1)


def test_the_slowest_table_says_where_a_catch_up_begins_and_snapshots_do_not_count(company: SmallCompany) -> None:
    write_days(company, "2024-01-01", 5)
    tables = {"a": daily_csv(), "b": daily_csv(), "whole": daily_csv(window={"snapshot": True})}
    source = company.declare(tables)
    load(company, source, "2024-01-01", "2024-01-04")
    load(company, company.declare({"a": daily_csv()}), "2024-01-04", "2024-01-06")
    assert first_missing_day(read_landing_log(company.lake), source, date(2024, 1, 1)) == date(2024, 1, 4)


def test_snapshots_and_files_placed_by_a_column_are_read_once_for_all_months(company: SmallCompany) -> None:
    write_days(company, "2024-01-01", 40)
    tables = {"whole": daily_csv(window={"snapshot": True}), "rows": daily_csv(window={"column": "at"}), "days": daily_csv()}
    results = load(company, company.declare(tables), "2024-01-01", "2024-03-01")
    assert [result.table for result in results] == ["whole", "rows", "days", "days"]
    assert [company.read(table).height for table in tables] == [40, 40, 40]


def test_no_windows_no_loads(company: SmallCompany) -> None:
    assert load(company, company.declare({"t": daily_csv()}), "2024-01-01", "2024-01-01") == []


def test_a_summary_counts_what_is_in_the_lake_and_shows_the_last_error(company: SmallCompany) -> None:
    write_days(company, "2024-01-01", 5)
    company.write("in/day_2024-01-02.csv", "id,at\n1,never\n2,2024-01-02\n")
    source = company.declare({"t": daily_csv(), "never": daily_csv(path="in/none_*.csv")}, max_bad_share=0.5)
    for _ in range(2):
        load(company, source, "2024-01-01", "2024-01-06")
    summary, never = summarise_sources({"crm": source}, company.lake)
    assert (summary.rows_landed, summary.rows_rejected, summary.last_error) == (5, 1, None)
    assert (summary.last_window_end, summary.last_landed_at) == (date(2024, 1, 6), NOW)
    assert (never.last_window_end, never.last_landed_at, never.rows_landed) == (None, None, 0) and "no file matches" in never.last_error
    company.write("in/day_2024-01-02.csv", "\x00")
    load(company, source, "2024-01-02", "2024-01-03")
    summary, _ = summarise_sources({"crm": source}, company.lake)
    assert "is binary" in summary.last_error and summary.rows_landed == 5
