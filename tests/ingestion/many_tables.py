"""A company with every kind of table in two versions, its plain load, and what its lake and landing log say, for loads that are killed.

Version `new` moves rows between days and months, corrects files without changing their size, and adds files and rows.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from ingestion.connectors import CONNECTORS
from ingestion.coverage import find_covered_days, first_missing_day
from ingestion.declarations import Table
from ingestion.lake import finish_loads, list_data_files
from ingestion.landing_log import read_landing_log
from ingestion.load import ingest, plan_windows
from tests.ingestion.small_company import KEY, NOW, STAMPS, SmallCompany, daily_csv

FIRST, UNTIL = date(2024, 1, 30), date(2024, 3, 4)
MIDDLE = date(2024, 3, 2)  # up to here a database has been loaded before
DAYS = tuple(FIRST + timedelta(days=offset) for offset in range((UNTIL - FIRST).days))
FILE_DAYS = tuple(day for day in DAYS if day.day in (1, 2, 3, 30, 31))
PLACED = {"id": {"type": "text", "required": True}, "amount": {"type": "decimal"}, "day": {"type": "date", "required": True}}


def make_company(root: Path) -> SmallCompany:
    """The company with version `old`; nothing has landed."""
    root.mkdir(parents=True, exist_ok=True)
    company = SmallCompany(root)
    tables = {
        "daily": daily_csv(),
        "snap": daily_csv(path="in/snap.csv", window={"snapshot": True}),
        # one file a month, placed by a column; and exports of several days in one file, of which the newest has the latest rows
        "months": daily_csv(path="in/month_*.csv", window={"column": "day"}, columns=PLACED),
        "whole": daily_csv(path="in/whole_*.csv", window={"column": "day"}, columns=PLACED, allow_shrink=True, newest_file="name"),
    }
    changed = {"id": {"type": "text", "required": True}, "total": {"type": "decimal"}, "changed": {"type": "timestamp"}}
    relations = {
        "orders": {"relation": "orders", "cursor": "changed", "columns": changed, "look_back_days": 2},
        "all_orders": {"relation": "orders", "window": {"snapshot": True}, "columns": changed},
    }
    about = {"description": "A system.", "owner": "Sales", "max_bad_share": 0.5}
    database = {"connector": "sql", "url": f"sqlite:///{root}/shop.db", "time_zone": "UTC"}
    sources = {"crm": {**about, "connector": "files", "tables": tables}, "shop": {**about, **database, "tables": relations}}
    (root / "sources.yml").write_text(json.dumps({"sources": sources}), encoding="utf-8")  # JSON is YAML too
    write_version(company, "old")
    return company


def write_version(company: SmallCompany, version: str) -> None:
    """Write files and database of a version."""
    is_new = version == "new"
    for number, day in enumerate(FILE_DAYS[: None if is_new else -1]):
        moved = FILE_DAYS[(number + 3 * is_new) % len(FILE_DAYS)]
        wrong = "x" if number % 3 == 0 else "1"
        # the second of three files stays as it is
        name = "old" if number % 3 == 1 else version
        company.write(f"in/day_{day}.csv", f"id,amount\n{name}-{number:02d},5\nkey-{moved},7\n{name}-bad,{wrong}\n")
    company.write("in/snap.csv", f"id,amount\n{version}-1,5\nkept,6\n{version}-bad,x\n")
    for month in ("2024-01", "2024-02", "2024-03"):
        days = [day for day in DAYS if f"{day:%Y-%m}" == month and day.day in (1, 2, 29, 30, 31)]
        text = "".join(f"{version}-{day.day},{5 + is_new},{day}\n" for day in days)
        company.write(f"in/month_{month}.csv", f"id,amount,day\n{text}{version}-bad,x,{days[0]}\n")
    for number, export in enumerate(("a", "b") if is_new else ("a",)):
        rows = [(f"K{index}", DAYS[(index * 5 + 9 * number) % len(DAYS)]) for index in range(8)]
        company.write(f"in/whole_{export}.csv", "id,amount,day\n" + "".join(f"{key},{number},{day}\n" for key, day in rows))
    orders = [(index, index, f"{day} 10:00:00") for index, day in enumerate(DAYS) if is_new or day < MIDDLE]
    late = [(100, "x", f"{MIDDLE - timedelta(days=1)} 11:00:00")] if is_new else []
    path = company.root / "shop.db"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("create table orders (id, total, changed)")
        connection.executemany("insert into orders values (?, ?, ?)", orders + late)
    connection.close()


def load_plainly(root: str, until: str = str(UNTIL), only: str = "") -> list[str]:
    """What `cxhouse ingest` without a range does, for all sources or one. Returns the errors."""
    company, end, errors = SmallCompany(Path(root)), date.fromisoformat(until), []
    for source in company.load().values():
        if only and source.id != only:
            continue
        finish_loads(source, company.lake)
        first = first_missing_day(read_landing_log(company.lake), source, FIRST, until=end)
        windows = plan_windows(min(first, end - timedelta(days=1)), end)
        results = ingest(source, lake=company.lake, hash_key=KEY, windows=windows, now=NOW, only_missing=True)
        errors += [result.error or "" for result in results if not result.is_landed]
    return errors


def list_tables(company: SmallCompany) -> list[Table]:
    """Every declared table."""
    return [table for source in company.load().values() for table in source.tables.values()]


def describe_lake(company: SmallCompany) -> dict[str, Any]:
    """The rows of each table, good and rejected, and the days that the log holds as the source has them, after checks.

    Checked: no temporary file or journal is left, no load is logged twice, and the log vouches for each row of the lake.
    """
    left = [path.name for path in company.lake.rglob("*") if path.suffix == ".tmp" or path.name == ".journal.json"]
    assert not left, left
    log, found = read_landing_log(company.lake), {}
    assert log["load_id"].n_unique() == log.height, "no load is logged twice"
    vouched = {load_id: read for load_id, read, status in log.select("load_id", "rows_read", "status").iter_rows() if status == "landed"}
    for source in company.load().values():
        connector = CONNECTORS[source.connector](source)
        for table in source.tables.values():
            rows = pl.concat([pl.read_parquet(path) for path in list_data_files(company.lake, table)])
            assert rows.height and (table.is_snapshot or rows["_window_date"].null_count() == 0)
            for load_id, count in rows["_load_id"].value_counts().iter_rows():
                assert load_id in vouched and count <= vouched[load_id], (table.label, load_id)
            if table.is_snapshot:
                assert rows.height == log.filter((pl.col("table") == table.name) & (pl.col("status") == "landed"))["rows_read"][-1]
            dropped = [*STAMPS, *(["_source_line"] if source.connector == "sql" else [])]
            order = rank_landed(rows)
            covered = set() if table.is_snapshot else find_covered_days(log, table, connector, until=UNTIL)
            found[table.label] = (sorted(map(repr, rows.drop(dropped).rows())), order, sorted(covered))
        connector.close()
    return found


def rank_landed(rows: pl.DataFrame) -> list[tuple[str, str]]:
    """Keys with the file whose row is current, which is the one with the latest time of landing."""
    newest = rows.sort("_landed_at", "_source_file", "_source_line").unique("id", keep="last", maintain_order=True)
    return sorted(newest.filter(pl.col("id").str.starts_with("K")).select("id", "_source_file").rows())
