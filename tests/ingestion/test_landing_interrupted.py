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
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ingestion.connectors.files import FilesConnector
from ingestion.coverage import find_covered_days, first_missing_day
from ingestion.lake import finish_loads, lock_table, prepare_lake
from ingestion.landing_log import LoadResult, read_landing_log
from tests.conftest import pick_size
from tests.ingestion.small_company import SmallCompany, daily_csv

PROJECT = Path(__file__).parents[2]
MONTHS = ("2024-01", "2024-02", "2024-03")
WINDOW = ("2024-01-01", "2024-04-01")
ROWS = 400


def child(company: SmallCompany, mode: str = "plain", number: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.ingestion.land_in_child", str(company.root), *WINDOW, mode, str(number)]
    return subprocess.Popen(
        command, cwd=PROJECT, env=os.environ | {"POLARS_MAX_THREADS": "1"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def write_version(company: SmallCompany, version: str) -> None:
    """Rows that do not compress well, so that files are not too small. Files of both versions have the same size; some keys move."""
    for position, month in enumerate(MONTHS):
        moved = (position + (version == "new")) % len(MONTHS)
        lines = [f"{version}-{hashlib.sha256(f'{version}{month}{number}'.encode()).hexdigest()},1" for number in range(ROWS)]
        company.write(f"in/day_{month}-05.csv", "id,amount\n" + "\n".join(lines) + f"\n{version}-moved-{moved},2\n")


def versions_by_month(company: SmallCompany) -> dict[str, str]:
    """The version in each month's file; every file must be readable and complete."""
    found = {}
    for month in MONTHS:
        rows = pl.read_parquet(company.lake / "crm" / "t" / f"{month}.parquet")
        (version,) = set(rows["id"].str.slice(0, 3))
        assert rows.height == ROWS + 1
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


def run_plainly(company: SmallCompany) -> list[LoadResult]:
    """What `cxhouse ingest` does without a range: finish what was killed, then load the days that are missing or changed."""
    source = company.load()["crm"]
    finish_loads(source, company.lake)
    first = first_missing_day(read_landing_log(company.lake), source, date.fromisoformat(WINDOW[0]), until=date.fromisoformat(WINDOW[1]))
    return company.ingest(source, str(first), WINDOW[1], only_missing=True) if str(first) < WINDOW[1] else []


def describe_lake(company: SmallCompany) -> tuple[list[tuple[object, ...]], set[date]]:
    """The rows of the lake, and the days that the log holds as the source has them. The log vouches for every row."""
    log = read_landing_log(company.lake)
    files = sorted(path for path in (company.lake / "crm" / "t").glob("*.parquet") if path.name != "_schema.parquet")
    loads = pl.concat([pl.read_parquet(path, columns=["_load_id"]) for path in files])["_load_id"].value_counts()
    vouched = dict(log.filter(pl.col("status") == "landed").select("load_id", "rows_landed").iter_rows())
    assert len(vouched) == log.height, "no load is logged twice"
    assert all(count == vouched[load_id] for load_id, count in loads.iter_rows())
    source = company.load()["crm"]
    return company.read("t").rows(), find_covered_days(log, source.tables["t"], FilesConnector(source))


def test_a_load_killed_at_any_step_has_landed_or_not_and_the_next_plain_run_equals_a_run_that_was_not_killed(
    landed: SmallCompany, tmp_path: Path
) -> None:
    saved = tmp_path / "saved_lake"
    shutil.copytree(landed.lake, saved)
    output, errors = child(landed, "kill", 0).communicate(timeout=180)
    status, total = output.split()
    assert status == "landed" and int(total) > 15, errors
    twin = describe_lake(landed)
    commits = set()
    count = pick_size(9, stress=int(total))
    for step in sorted({1 + position * (int(total) - 1) // (count - 1) for position in range(count)}):
        shutil.rmtree(landed.lake)
        shutil.copytree(saved, landed.lake)
        process = child(landed, "kill", step)
        process.communicate(timeout=180)
        assert process.returncode == -signal.SIGKILL
        was_logged = read_landing_log(landed.lake).height == 2
        has_journal = bool(list(landed.lake.rglob(".journal.json")))
        again = run_plainly(landed)
        assert bool(again) != (was_logged or has_journal), step
        commits.add(was_logged or has_journal)
        assert describe_lake(landed) == twin, step
        assert not list_strays(landed) and not list(landed.lake.rglob(".journal.json"))
        assert run_plainly(landed) == []
    assert commits == {False, True}, "killed before and after the commit point"


def test_preparing_a_build_finishes_a_load_that_was_killed(landed: SmallCompany) -> None:
    output, _ = child(landed, "kill", 0).communicate(timeout=180)
    write_version(landed, "old")
    process = child(landed, "kill", int(output.split()[1]) - 3)
    process.communicate(timeout=180)
    assert list(landed.lake.rglob(".journal.json"))
    prepare_lake(landed.load(), landed.lake)
    assert set(versions_by_month(landed).values()) == {"old"} and not list(landed.lake.rglob(".journal.json"))
    assert read_landing_log(landed.lake)["status"].to_list() == ["landed"] * 3


def test_what_a_kill_left_is_removed_also_where_nothing_is_to_be_loaded(landed: SmallCompany) -> None:
    run_plainly(landed)
    folder = landed.lake / "crm" / "t"
    (folder / ".2024-03.parquet.another-load.tmp").write_bytes(b"rows of a load that another one overtook")
    (folder / ".journal.json.another-load.tmp").write_text("{}")
    before = describe_lake(landed)
    assert run_plainly(landed) == [] and not list_strays(landed)
    assert describe_lake(landed) == before


def test_a_journal_that_cannot_be_read_is_named_and_nothing_is_removed(landed: SmallCompany) -> None:
    journal = landed.lake / "crm" / "t" / ".journal.json"
    for content in ("", "{}", json.dumps({"load_id": "a", "source": "crm", "table": "t", "line": "", "swaps": {"../x": None}})):
        journal.write_text(content)
        (result,) = landed.ingest(landed.load()["crm"], *WINDOW)
        assert result.status == "failed" and result.error is not None
        assert ".journal.json: " in result.error and "remove it" in result.error
    assert set(versions_by_month(landed).values()) == {"old"}


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
    assert set(versions_by_month(landed).values()) == {"new"} and landed.read("t").height == len(MONTHS) * (ROWS + 1)
    lines = landed.read_log_lines("t")
    assert [line["rows_replaced"] for line in lines] == [0] + [len(MONTHS) * (ROWS + 1)] * 4
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
