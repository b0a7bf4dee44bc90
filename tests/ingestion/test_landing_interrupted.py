"""Loads that are killed, run out of disk space, or run at the same time: readers see all old rows or all new rows."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import polars as pl
import pytest

from ingestion.lake import lock_table, prepare_lake
from ingestion.landing_log import read_landing_log
from tests.ingestion.small_company import SmallCompany, daily_csv

PROJECT = Path(__file__).parents[2]
MONTHS = ("2024-01", "2024-02")
WINDOW = ("2024-01-01", "2024-03-01")
ROWS = 400


def child(company: SmallCompany, mode: str = "plain", number: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.ingestion.land_in_child", str(company.root), *WINDOW, mode, str(number)]
    return subprocess.Popen(
        command, cwd=PROJECT, env=os.environ | {"POLARS_MAX_THREADS": "1"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def write_version(company: SmallCompany, version: str) -> None:
    """Rows that do not compress well, so that files are not too small."""
    for month in MONTHS:
        lines = [f"{version}-{hashlib.sha256(f'{version}{month}{number}'.encode()).hexdigest()},1" for number in range(ROWS)]
        company.write(f"in/day_{month}-05.csv", "id,amount\n" + "\n".join(lines) + "\n")


def versions_by_month(company: SmallCompany) -> dict[str, str]:
    """The version in each month's file; every file must be readable and complete."""
    found = {}
    for month in MONTHS:
        rows = pl.read_parquet(company.lake / "crm" / "t" / f"{month}.parquet")
        (version,) = set(rows["id"].str.slice(0, 3))
        assert rows.height == ROWS
        found[month] = version
    return found


def list_strays(company: SmallCompany) -> list[Path]:
    return [path for path in company.lake.rglob("*") if path.suffix == ".tmp"]


@pytest.fixture
def landed(company: SmallCompany) -> SmallCompany:
    """A lake that holds version `old` while the source holds `new`."""
    company.declare({"t": daily_csv()})
    write_version(company, "old")
    company.ingest(company.load()["crm"], *WINDOW)
    write_version(company, "new")
    return company


def test_a_load_killed_at_any_step_leaves_whole_files_and_the_next_run_repairs(landed: SmallCompany, tmp_path: Path) -> None:
    saved = tmp_path / "saved_lake"
    shutil.copytree(landed.lake, saved)
    seen: set[tuple[str, ...]] = set()
    left_strays = False
    for step in range(1, 60):
        process = child(landed, "kill", step)
        process.communicate(timeout=180)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL
        seen.add(tuple(versions_by_month(landed).values()))
        left_strays |= bool(list_strays(landed))
        assert read_landing_log(landed.lake).height >= 1
        (result,) = landed.ingest(landed.load()["crm"], *WINDOW)
        assert result.is_landed and set(versions_by_month(landed).values()) == {"new"} and not list_strays(landed)
        assert landed.read("t").height == 2 * ROWS
        assert read_landing_log(landed.lake)["load_id"].to_list()[-1] == result.load_id
        shutil.rmtree(landed.lake)
        shutil.copytree(saved, landed.lake)
    assert step >= 8, "the kill hooks were reached"
    assert ("old", "old") in seen and ("new", "old") in seen and ("new", "new") in seen and left_strays


def test_a_load_killed_at_some_moment_leaves_whole_files_and_the_next_run_repairs(landed: SmallCompany) -> None:
    for delay in (0.5, 0.8, 1.1):
        process = child(landed)
        time.sleep(delay)
        process.kill()
        process.communicate(timeout=180)
        assert set(versions_by_month(landed).values()) <= {"old", "new"}
    landed.ingest(landed.load()["crm"], *WINDOW)
    assert set(versions_by_month(landed).values()) == {"new"} and not list_strays(landed)


def test_a_full_disk_fails_the_load_and_leaves_the_old_file(landed: SmallCompany) -> None:
    process = child(landed, "limit", 5_000)  # there is space for the log, but not for a month's file
    output, _ = process.communicate(timeout=180)
    assert process.returncode == 1 and "2024-01.parquet: cannot be written" in output and "Free space" in output
    assert set(versions_by_month(landed).values()) == {"old"} and not list_strays(landed)
    assert landed.read_log_lines("t")[-1]["status"] == "failed"
    landed.ingest(landed.load()["crm"], *WINDOW)
    assert set(versions_by_month(landed).values()) == {"new"}


def test_a_disk_too_full_for_the_log_still_ends_in_a_failed_result(landed: SmallCompany) -> None:
    before = read_landing_log(landed.lake)
    process = child(landed, "limit", 10)
    output, _ = process.communicate(timeout=180)
    assert process.returncode == 1 and "cannot be written" in output and "moreover" in output
    assert read_landing_log(landed.lake).equals(before) and set(versions_by_month(landed).values()) == {"old"}


def test_loads_of_one_table_at_the_same_time_come_one_after_the_other(landed: SmallCompany) -> None:
    processes = [child(landed) for _ in range(4)]
    for process in processes:
        _, errors = process.communicate(timeout=180)
        assert process.returncode == 0, errors
    assert set(versions_by_month(landed).values()) == {"new"} and landed.read("t").height == 2 * ROWS
    lines = landed.read_log_lines("t")
    assert [line["rows_replaced"] for line in lines] == [0] + [2 * ROWS] * 4
    assert len({line["load_id"] for line in lines}) == 5


def test_a_load_waits_for_the_one_that_holds_the_table(landed: SmallCompany) -> None:
    table = landed.load()["crm"].tables["t"]
    with lock_table(landed.lake, table):
        waiting = threading.Thread(target=landed.ingest, args=(landed.load()["crm"], *WINDOW))
        waiting.start()
        time.sleep(0.3)
        assert waiting.is_alive() and set(versions_by_month(landed).values()) == {"old"}
    waiting.join(timeout=30)
    assert set(versions_by_month(landed).values()) == {"new"}


def test_a_damaged_file_of_the_lake_is_named_and_not_written_over(landed: SmallCompany) -> None:
    path = landed.lake / "crm" / "t" / "2024-01.parquet"
    path.write_bytes(path.read_bytes()[:100])
    (result,) = landed.ingest(landed.load()["crm"], *WINDOW)
    assert (
        result.status == "failed"
        and "2024-01.parquet: cannot be read" in result.error
        and "remove it and load the month again" in result.error
    )
    path.unlink()
    assert landed.ingest(landed.load()["crm"], *WINDOW)[0].is_landed


def test_a_damaged_schema_file_is_written_anew(landed: SmallCompany) -> None:
    path = landed.lake / "crm" / "t" / "_schema.parquet"
    path.write_bytes(b"")
    prepare_lake(landed.load(), landed.lake)
    assert pl.read_parquet(path).height == 0 and "id" in pl.read_parquet(path).columns


def test_a_kill_between_files_and_log_is_seen_as_not_landed(landed: SmallCompany) -> None:
    log = landed.lake / "_log" / "crm__t.jsonl"
    landed.ingest(landed.load()["crm"], *WINDOW)
    lines = log.read_text().splitlines()
    log.write_text(lines[0] + "\n")  # as if killed before the second line was written
    (result,) = landed.ingest(landed.load()["crm"], *WINDOW)
    assert json.loads(log.read_text().splitlines()[-1])["load_id"] == result.load_id and landed.read("t").height == 2 * ROWS
