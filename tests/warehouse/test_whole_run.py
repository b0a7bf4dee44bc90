"""The main job under a real scheduler, from the demo's source systems to the dashboards."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import polars as pl
import psutil
import pytest

from tests.companies.commands import run_command
from tests.conftest import DEMO_END, DEMO_UNTIL, DemoHome

pytestmark = pytest.mark.airflow


def test_every_task_of_the_chain_succeeded_under_the_scheduler(demo_home: DemoHome) -> None:
    with sqlite3.connect(demo_home.path / "airflow" / "airflow.db") as database:
        rows = database.execute("select dag_id, task_id, state from task_instance").fetchall()
    states = {(dag, task): state for dag, task, state in rows}
    wanted = {"build_staging", "build_intermediate", "build_marts", "build_reports", "publish"}
    assert {task for dag, task in states if dag == "warehouse"} >= wanted
    assert {dag for dag, _ in states} >= {"ingest_shop", "ingest_contact_center", "ingest_carriers", "ingest_surveys", "dashboards"}
    assert set(states.values()) <= {"success", "skipped"}, states


def test_nothing_keeps_running_afterwards(demo_home: DemoHome) -> None:
    home = str(demo_home.path)
    left = [process for process in psutil.process_iter(["environ"]) if (process.info["environ"] or {}).get("CXHOUSE_HOME") == home]
    assert not [process.cmdline() for process in left if process.status() != psutil.STATUS_ZOMBIE]


def test_what_was_published_is_the_build_that_passed_up_to_the_last_day(demo_home: DemoHome) -> None:
    manifest = json.loads((demo_home.serving / "manifest.json").read_text(encoding="utf-8"))
    build = pl.read_parquet(demo_home.serving / "rpt_builds.parquet").row(0, named=True)
    assert manifest["build_id"] == build["build_id"]
    assert build["tests_failed"] == 0 and build["tests_passed"] > 40
    assert build["data_until"] == date.fromisoformat(DEMO_END)
    assert (demo_home.site / "index.html").is_file()


def test_nothing_is_lost_on_the_demo(demo_home: DemoHome) -> None:
    health = pl.read_parquet(demo_home.serving / "rpt_data_health.parquet")
    assert health.height >= 10
    for row in health.iter_rows(named=True):
        assert row["rows_read"] == row["rows_landed"] + row["rows_rejected"], row
        if row["contract"] is not None:
            assert row["rows_landed"] == row["rows_staged"] + row["rows_rejected_staging"] + row["rows_superseded"], row
    assert health["rows_rejected"].sum() > 0 and health["rows_superseded"].sum() > 0


def test_every_kpi_has_values_on_the_demo(demo_home: DemoHome) -> None:
    shown = pl.read_parquet(demo_home.serving / "rpt_touchpoint_kpis.parquet").filter(pl.col("value").is_not_null())
    dictionary = pl.read_parquet(demo_home.serving / "rpt_kpi_dictionary.parquet")
    assert set(shown["kpi_id"].unique()) == set(dictionary["kpi_id"])
    assert set(dictionary["status"]) == {"measured"}


def test_no_report_holds_a_key_of_a_person(demo_home: DemoHome) -> None:
    database = sqlite3.connect(demo_home.path / "demo" / "shop.db")
    tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
    assert tables
    reports = sorted(demo_home.serving.glob("*.parquet"))
    assert reports
    columns = {column for path in reports for column in pl.read_parquet_schema(path)}
    assert not columns & {"customer_id", "customer_key", "email", "phone", "postcode", "agent_id", "contact_id", "order_id"}


def test_a_second_run_loads_nothing_twice_and_shows_the_same_figures(demo_home: DemoHome, tmp_path: Path) -> None:
    before = {path.name: pl.read_parquet(path) for path in sorted(demo_home.serving.glob("*.parquet"))}
    home = tmp_path / "home"
    shutil.copytree(demo_home.path, home, symlinks=True, ignore=shutil.ignore_patterns("airflow", "dashboards"))
    environment = {**demo_home.environment, "CXHOUSE_HOME": str(home)}
    run_command(environment, "ingest", "--to", DEMO_UNTIL)
    os.utime(next((home / "lake").glob("*/*/*.parquet")))  # the same rows are nothing new; a file that was written again is
    build = run_command(environment, "build")
    assert "touched days only" in build.stdout
    run_command(environment, "publish")
    after = {path.name: pl.read_parquet(path) for path in sorted((home / "serving" / "current").glob("*.parquet"))}
    # only the hour of the run may differ
    hours = {"rpt_builds.parquet": ["build_id", "built_at", "seconds"], "rpt_data_health.parquet": ["last_landed_at", "hours_old"]}
    assert before.keys() == after.keys()
    assert [name for name in before if not after[name].drop(hours.get(name, [])).equals(before[name].drop(hours.get(name, [])))] == []
