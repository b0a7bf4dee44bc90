"""What a load may replace: no row is lost because a reading does not hold it, and what is not loaded is counted."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from ingestion import landing
from ingestion.declarations import Source
from ingestion.lake import finish_loads
from ingestion.load import LoadResult, first_missing_day, ingest, plan_windows, read_landing_log, summarise_sources
from tests.ingestion.small_company import KEY, NOW, SmallCompany, daily_csv

BY_COLUMN = {"path": "in/all.csv", "window": {"column": "at"}}
TO = date(2024, 3, 1)


def run(company: SmallCompany, source: Source, to: date = TO) -> list[LoadResult]:
    """A plain load, as `cxhouse ingest` does it."""
    finish_loads(source, company.lake)
    first = first_missing_day(read_landing_log(company.lake), source, date(2024, 1, 1), until=to)
    return ingest(source, lake=company.lake, hash_key=KEY, windows=plan_windows(first, to), now=NOW, only_missing=True)


def write_rows(company: SmallCompany, *rows: str, name: str = "in/all.csv") -> None:
    company.write(name, "id,amount,at\n" + "".join(f"{row}\n" for row in rows))


def ids(company: SmallCompany) -> list[str]:
    return sorted(company.read("t")["id"].to_list())


@pytest.mark.parametrize(
    ("export", "expected"),
    [
        (["B,2,2024-01-06", "C,3,2024-01-07", "D,4,2024-01-08"], ["A", "B", "C", "D"]),  # the last days only
        (["Z,0,2023-12-01", "C,9,2024-01-07"], ["A", "B", "C"]),  # one order of before the first day
        (["Z,0,2024-01-01", "C,9,2024-01-07"], ["A", "B", "C", "Z"]),  # one old order, and a hole
        (["x,bad,2024-01-05", "C,9,2024-01-07"], ["A", "B", "C", "x"]),  # a bad row vouches for no day
    ],
)
def test_days_that_an_export_does_not_hold_stay(company: SmallCompany, export: list[str], expected: list[str]) -> None:
    source = company.declare({"t": daily_csv(**BY_COLUMN)}, max_bad_share=0.5)
    write_rows(company, "A,1,2024-01-05", "B,2,2024-01-06", "C,3,2024-01-07")
    run(company, source)
    write_rows(company, *export)
    (result,) = run(company, source)
    assert result.status == "landed" and ids(company) == expected
    assert result.rows_kept + result.rows_replaced == 3 and result.rows_kept > 0
    assert run(company, source) == []


def test_a_day_with_fewer_rows_is_refused_with_the_counts_until_it_may_shrink(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv(**BY_COLUMN)})
    write_rows(company, *(f"{number},1,2024-01-05" for number in range(4)), "9,1,2024-01-06", "8,1,2024-01-06")
    run(company, source)
    before = company.read("t")
    write_rows(company, "0,5,2024-01-05", "9,1,2024-01-06", "7,1,2024-01-07")
    (result,) = run(company, source)
    assert result.status == "failed" and company.read("t").equals(before) and result.error is not None
    assert "fewer rows than have landed (2024-01-05: 1 rows now, 4 in the lake, 2024-01-06: 1 rows now, 2 in the lake)" in result.error
    assert "`allow_shrink: true`" in result.error
    (result,) = run(company, company.declare({"t": daily_csv(**BY_COLUMN, allow_shrink=True)}))
    assert result.status == "landed" and ids(company) == ["0", "7", "9"]


def test_a_table_that_may_not_shrink_refuses_it_however_its_rows_are_placed(company: SmallCompany) -> None:
    for window in ({"file_date": r"(\d{4}-\d{2}-\d{2})"}, {"snapshot": True}):
        table = f"t_{len(window)}{next(iter(window))}"
        source = company.declare({table: daily_csv(window=window, allow_shrink=False)})
        write_rows(company, "A,1,2024-01-05", "B,2,2024-01-05", name="in/day_2024-01-05.csv")
        run(company, source)
        write_rows(company, "B,2,2024-01-05", name="in/day_2024-01-05.csv")
        (result,) = company.ingest(source, "2024-01-01", "2024-02-01")
        assert result.status == "failed" and "1 rows now, 2 in the lake" in str(result.error)
        assert company.read(table).height == 2


def test_a_correction_of_the_same_size_is_loaded(company: SmallCompany) -> None:
    tables = {"t": daily_csv(), "by_column": daily_csv(**BY_COLUMN)}
    source = company.declare(tables)
    for amount in ("10.50", "90.50"):
        write_rows(company, f"A,{amount},2024-01-05", name="in/day_2024-01-05.csv")
        write_rows(company, f"A,{amount},2024-01-05")
        os.utime(company.root / "in/day_2024-01-05.csv", (1, 1))
        run(company, source)
        assert [str(company.read(table)["amount"][0]) for table in tables] == [f"{amount}00"] * 2
        assert run(company, source) == []


def test_rows_of_a_file_that_is_gone_stay_when_another_file_of_the_day_changes(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv()})
    write_rows(company, "A,1,2024-01-05", name="in/day_2024-01-05_a.csv")
    write_rows(company, "B,1,2024-01-05", name="in/day_2024-01-05_b.csv")
    run(company, source)
    (company.root / "in/day_2024-01-05_a.csv").unlink()
    write_rows(company, "B,2,2024-01-05", name="in/day_2024-01-05_b.csv")
    (result,) = run(company, source)
    assert ids(company) == ["A", "B"] and (result.rows_replaced, result.rows_kept) == (1, 1)


def test_a_file_that_is_unreadable_now_keeps_its_old_rows(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv()}, on_bad_file="quarantine")
    write_rows(company, "A,1,2024-01-05", "B,1,2024-01-05", name="in/day_2024-01-05.csv")
    run(company, source)
    company.write("in/day_2024-01-05.csv", b"\x00\x01")
    (result,) = run(company, source)
    rows = company.read("t")
    assert result.status == "landed" and rows.filter(pl.col("_rejected_reason").is_null())["id"].to_list() == ["A", "B"]
    assert rows["_rejected_reason"].to_list().count("unreadable file") == 1


def test_a_repair_of_one_day_does_not_hide_what_came_late_on_other_days(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv(**BY_COLUMN)})
    write_rows(company, "A,1,2024-01-05", "B,2,2024-01-06", "C,3,2024-01-07")
    run(company, source)
    write_rows(company, "A,1,2024-01-05", "LATE,9,2024-01-05", "B,2,2024-01-06", "C,3,2024-01-07")
    company.ingest(source, "2024-01-06", "2024-01-07")
    assert "LATE" not in ids(company)
    run(company, source)
    assert ids(company) == ["A", "B", "C", "LATE"] and run(company, source) == []


def test_rows_outside_every_window_are_counted_in_log_and_summary(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv(**BY_COLUMN)})
    write_rows(company, "A,1,2024-01-05", "FUTURE,2,2062-01-05", "PAST,2,1024-01-05", "TODAY,2,2024-06-01", "B,3,2024-01-06")
    (result,) = run(company, source)
    assert (result.rows_read, result.rows_without_window) == (2, 2) and ids(company) == ["A", "B"]
    assert company.read_log_lines("t")[-1]["rows_without_window"] == 2
    assert summarise_sources({"crm": source}, company.lake)[0].rows_without_window == 2
    (repaired,) = company.ingest(source, "2024-01-05", "2024-01-06")  # the row of the next day is in a window that has landed
    assert (repaired.rows_read, repaired.rows_without_window) == (1, 2)


@pytest.mark.parametrize(
    ("newest_file", "newest"),
    [("name", {"A": "2", "B": "10", "C": "3"}), ("modified", {"A": "1", "B": "9", "C": "3"}), ("version", {"A": "1", "B": "10", "C": "3"})],
)
def test_the_newest_of_several_files_of_a_day_is_the_declared_one(company: SmallCompany, newest_file: str, newest: dict[str, str]) -> None:
    columns = {"id": {"type": "text"}, "amount": {"type": "integer"}, "version": {"type": "integer"}}
    source = company.declare({"t": daily_csv(columns=columns, newest_file=newest_file)})
    files = {
        "day_2024-01-05-corrected.csv": ("A,2,1", 10), "day_2024-01-05.csv": ("A,1,9", 20), "day_2024-01-06_10.csv": ("B,10,4", 30),
        "day_2024-01-06_9.csv": ("B,9,3", 40), "day_2024-01-07.csv": ("C,2,1", 50), "day_2024-01-07 (1).csv": ("C,3,2", 60),
    }  # fmt: skip
    for name, (row, modified) in files.items():
        os.utime(company.write(f"in/{name}", f"id,amount,version\n{row}\n"), (modified, modified))
    (result, *_) = run(company, source)
    paths = sorted((company.lake / "crm" / "t").glob("2024*.parquet"))
    rows = pl.concat([pl.read_parquet(path) for path in paths]).sort("_landed_at").unique("id", keep="last", maintain_order=True)
    assert {row["id"]: str(row["amount"]) for row in rows.iter_rows(named=True)} == newest
    assert (rows["_landed_at"].max() - NOW).total_seconds() < 0.001 and result.status == "landed"  # type: ignore[operator]


@pytest.mark.parametrize("error", [KeyError("jan@example.nl"), RecursionError(), MemoryError(), pl.exceptions.PanicException("x")])
def test_whatever_stops_a_table_is_a_logged_failure_and_the_others_go_on(
    company: SmallCompany, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    source = company.declare({"bad": daily_csv(), "good": daily_csv()})
    write_rows(company, "A,1,2024-01-05", name="in/day_2024-01-05.csv")
    original = landing.type_batch

    def fail(batch: Any, table: Any, hasher: Any) -> Any:
        if table.name == "bad":
            raise error
        return original(batch, table, hasher)

    monkeypatch.setattr(landing, "type_batch", fail)
    results = company.ingest(source, "2024-01-01", "2024-02-01")
    assert [result.status for result in results] == ["failed", "landed"] and company.read("good").height == 1
    line = company.read_log_lines("bad")[-1]
    assert f"stopped by an unexpected {type(error).__name__} (test_what_a_load_replaces.py line" in line["error"]
    assert "jan@" not in line["error"]


def test_a_day_of_a_database_is_final_only_some_days_after_it_ended(company: SmallCompany) -> None:
    now = datetime(2024, 1, 10, 3, tzinfo=UTC)
    with sqlite3.connect(company.root / "shop.db") as connection:
        connection.execute("create table orders (id text, at text)")
        connection.execute("insert into orders values ('A', '2024-01-05 10:00:00'), ('B', '2024-01-08 10:00:00')")
    connection.close()
    columns = {"id": {"type": "text"}, "at": {"type": "timestamp"}}
    for days, expected in ((None, date(2024, 1, 7)), (0, date(2024, 1, 10)), (8, date(2024, 1, 2))):
        table = {"relation": "orders", "cursor": "at", "columns": columns} | ({} if days is None else {"look_back_days": days})
        source = company.declare({f"t_{days}".lower(): table}, connector="sql", url=f"sqlite:///{company.root}/shop.db")
        windows = plan_windows(date(2024, 1, 1), date(2024, 1, 10))
        ingest(source, lake=company.lake, hash_key=KEY, windows=windows, now=now, only_missing=True)
        assert first_missing_day(read_landing_log(company.lake), source, date(2024, 1, 1)) == expected
