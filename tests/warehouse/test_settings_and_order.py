"""Wrong settings and commands in the wrong order: one message that says what to do, never a traceback."""

from __future__ import annotations

import importlib
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

import pytest
import yaml

from cxhouse.commands import run as whole_run
from cxhouse.settings import read_settings
from cxhouse.warehouse import loading
from cxhouse.warehouse.preparation import open_workplace
from tests.companies.tiny import FOLDER, PROJECT, UNTIL, write_data
from tests.warehouse.conftest import make_home


@pytest.mark.parametrize(
    ("name", "value", "command"),
    [
        ("CXHOUSE_PORT", "abc", ["status"]),
        ("CXHOUSE_AIRFLOW_PORT", "99999", ["status"]),
        ("CXHOUSE_DEMO_SCALE", "0", ["demo"]),
        ("CXHOUSE_DEMO_SCALE", "big", ["demo"]),
        ("CXHOUSE_DEMO_END", "tomorrow", ["demo"]),
        ("CXHOUSE_PORT", "abc", ["change", "list"]),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str, command: list[str]) -> None:
    refused = make_home(tmp_path, **{name: value}).run(*command, check=False)
    assert refused.returncode == 1
    assert f"error: {name} is {value}; write " in refused.stderr and "Traceback" not in refused.stderr


def test_a_command_forked_for_a_test_writes_and_ends_as_one_that_is_typed(tmp_path: Path) -> None:
    # multiprocessing passes over an import that fails there, and every command of the tests would start slowly
    importlib.import_module("tests.companies.imports")
    home = make_home(tmp_path)
    for command in (["change", "list"], ["build", "--layer", "attic"], ["no-command"]):
        typed = subprocess.run(
            [sys.executable, "-m", "cxhouse.main", *command], cwd=PROJECT, env=home.environment, capture_output=True, text=True, check=False
        )
        forked = home.run(*command, check=False)
        assert (forked.returncode, forked.stdout) == (typed.returncode, typed.stdout), command
        assert forked.stderr == typed.stderr.replace("python -m cxhouse.main", "cxhouse"), command


def test_commands_in_the_wrong_order_say_which_comes_first(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    write_data(home.data)
    for command, expected in (
        (["publish"], "Run cxhouse build"),
        (["dashboards"], "cxhouse publish"),
        (["serve", "--port", "3998"], "cxhouse dashboards"),
        (["docs"], "run cxhouse build first"),
        (["build", "--layer", "marts"], "cxhouse build --layer staging"),
        (["build", "--layer", "attic"], "known are staging"),
        (["build", "--only", "rpt_tochpoint_kpis"], "unknown model rpt_tochpoint_kpis; near are rpt_touchpoint_kpis"),
        (["build", "--only", "rpt_kpi_moves", "--layer", "marts"], "exclude each other"),
        (["ingest", "attic"], "unknown source attic"),
        (["ingest", "--from", "2026-03-02", "--to", "2026-03-01"], "holds no day"),
    ):
        refused = home.run(*command, check=False)
        assert refused.returncode == 1 and expected in refused.stderr and "Traceback" not in refused.stderr, (command, refused.stderr)


def test_layers_are_built_one_by_one_with_the_folder_as_it_stands_and_a_lost_warehouse_is_said(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    write_data(home.data)
    home.run("ingest", "--to", UNTIL)
    for layer in ("staging", "intermediate", "marts", "marts", "reports"):
        built = home.run("build", "--layer", layer)
    home.make_news()
    at_once = home.run("build")
    # a layer built twice counts its tests once
    counts = [re.findall(r"(\d+) tests passed", done.stdout)[-1] for done in (built, at_once)]
    assert counts[0] == counts[1] and int(counts[0]) > 50
    (home.path / "warehouse.duckdb").rename(home.path / "elsewhere")
    refused = home.run("publish", check=False)
    assert refused.returncode == 1 and "warehouse.duckdb is gone; run cxhouse build" in refused.stderr
    (home.path / "elsewhere").rename(home.path / "warehouse.duckdb")
    home.run("publish")
    assert home.report("rpt_builds")["tests_failed"].to_list() == [0]


def refuse(*given: object, **named: object) -> NoReturn:
    raise RuntimeError("Airflow is started")


def test_the_whole_run_without_airflow_loads_builds_and_publishes_and_says_when_a_build_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path, CXHOUSE_COMPANY=str(shutil.copytree(FOLDER, tmp_path / "company")))
    write_data(home.data)
    sites = []
    monkeypatch.setattr(whole_run, "build_site", sites.append)
    settings = read_settings(home.environment)
    until = date.fromisoformat(UNTIL)
    assert whole_run.run_everything(settings, with_airflow=False, serve=False, until=until) == 0
    published = home.report("rpt_builds")["build_id"].to_list()
    monkeypatch.setattr(whole_run, "start_airflow", refuse)
    assert whole_run.run_everything(settings, with_airflow=True, serve=False, until=until) == 0, "nothing is missing"
    assert home.report("rpt_builds")["build_id"].to_list() == published
    for missing in ({"until": until + timedelta(days=1)}, {"until": until, "serve": True}):
        with pytest.raises(RuntimeError, match="Airflow"):
            whole_run.run_everything(settings, with_airflow=True, **{"serve": False, **missing})
    with monkeypatch.context() as down:
        down.setattr(loading, "find_first_day", refuse)
        assert not loading.has_landed(open_workplace(settings), end=until), "a source that cannot be asked is left to its loads"
    model = settings.company / "models" / "stg_shop__orders.sql"
    model.write_text(model.read_text(encoding="utf-8").replace("total as net_amount", "total as nett_amount"), encoding="utf-8")
    assert whole_run.run_everything(settings, with_airflow=False, serve=False, until=until) == 1
    # readers keep their copy, and the site is built again to say so
    assert home.report("rpt_builds")["build_id"].to_list() == published
    assert len(sites) == 3


def test_days_of_a_database_count_as_landed_although_each_load_looks_at_them_again(tmp_path: Path) -> None:
    home = make_home(tmp_path, CXHOUSE_COMPANY=str(shutil.copytree(FOLDER, tmp_path / "company")))
    write_data(home.data)
    today = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    with sqlite3.connect(tmp_path / "till.db") as database:
        database.execute("create table sales (id text, at text)")
        database.executemany("insert into sales values (?, ?)", [(str(n), f"{today - timedelta(days=n)} 10:00:00") for n in (1, 2, 40)])
    sources = tmp_path / "company" / "sources.yml"
    till = {"id": {"type": "text"}, "at": {"type": "timestamp"}}
    declared = {
        "connector": "sql",
        "url": "sqlite:///../till.db",
        "tables": {"sales": {"relation": "sales", "cursor": "at", "columns": till}},
    }
    content = yaml.safe_load(sources.read_text(encoding="utf-8"))
    content["sources"]["till"] = {"description": "Sales.", "owner": "Sales", **declared}
    sources.write_text(yaml.safe_dump(content), encoding="utf-8")
    workplace = open_workplace(read_settings(home.environment))
    assert not loading.has_landed(workplace, end=today)
    home.run("ingest", "--to", str(today))
    assert loading.has_landed(workplace, end=today) and not loading.has_landed(workplace, end=today + timedelta(days=1))
