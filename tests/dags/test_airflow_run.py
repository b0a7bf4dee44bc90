"""The chain under a real scheduler: loads, retries, build, dashboards, backfill and the form; and nothing left running afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import pytest

from cxhouse.local_airflow import home as airflow_home
from cxhouse.local_airflow.chain import ChainResult, TaskRun, run_chain
from cxhouse.local_airflow.components import RunningAirflow, start_airflow
from cxhouse.settings import Settings, read_settings
from tests.dags.corner_shop import PROJECT, SOURCES, write_company

pytestmark = [pytest.mark.airflow, pytest.mark.usefixtures("only_airflow")]
ZONE = "Europe/Amsterdam"
BUILD = [["build", "--layer", layer] for layer in ("staging", "intermediate", "marts", "reports")]


@dataclass(frozen=True)
class Desk:
    """A running Airflow over a company with three sources: one sound, one that fails once, one that is down."""

    running: RunningAirflow
    settings: Settings
    result: ChainResult
    told: list[TaskRun]

    def read_calls(self) -> list[list[str]]:
        """Every call of the `cxhouse` command so far."""
        return read_calls(self.settings.home)


def read_calls(home: Path) -> list[list[str]]:
    path = home / "calls.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def make_settings(folder: Path, sources: dict[str, dict[str, object]]) -> Settings:
    # half a day away: Airflow makes up for a cut-off that has just passed, and then builds before the loads
    away = datetime.now(ZoneInfo("Europe/Amsterdam")) + timedelta(hours=12)
    write_company(folder / "company", sources, cut_off=f"{away:%H:%M}")
    (folder / "home" / "fail").mkdir(parents=True)
    own = {
        "CXHOUSE_HOME": str(folder / "home"),
        "CXHOUSE_COMPANY": str(folder / "company"),
        # longer than the time between two looks at the states, so that the wait for a retry is seen
        "CXHOUSE_RETRY_SECONDS": "3",
        "CXHOUSE_AIRFLOW_PORT": "18080",
    }
    return read_settings({**os.environ, **own})


def list_airflow_processes(home: Path) -> list[str]:
    """Command lines of processes that work in or for this AIRFLOW_HOME."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and (
                str(home) in process.environ().get("AIRFLOW_HOME", "") or process.cwd().startswith(str(home))
            ):
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def wait_until(is_done: Callable[[], bool], seconds: float = 60) -> None:
    give_up_at = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < give_up_at
        time.sleep(0.5)


@pytest.fixture(scope="module")
def desk(only_airflow: None, tmp_path_factory: pytest.TempPathFactory, fake_commands: Path) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    settings = make_settings(folder, {**SOURCES, "carrier": {"owner": "Logistics", "schedule": "0 5 * * *", "tables": {"parcels": {}}}})
    (settings.home / "fail" / "calls").write_text("1")
    (settings.home / "fail" / "carrier").write_text("99")
    told: list[TaskRun] = []
    with start_airflow(settings, time_zone=ZONE, commands=fake_commands) as running:
        result = run_chain(running, progress=told.append, until=date(2025, 3, 2))
        yield Desk(running, settings, result, told)
    assert list_airflow_processes(settings.airflow) == []


def test_every_source_is_loaded_up_to_the_day_asked_for(desk: Desk) -> None:
    loads = [call for call in desk.read_calls() if call[0] == "ingest"]
    assert ["ingest", "shop", "--from", "2025-03-01", "--to", "2025-03-02", "--catch-up"] in loads
    assert {call[1] for call in loads} == {"shop", "calls", "carrier"}


def test_a_load_that_fails_once_is_tried_again_and_succeeds(desk: Desk) -> None:
    assert [(task.state, task.tries) for task in desk.result.tasks if task.dag == "ingest_calls"] == [("success", 2)]
    assert "up_for_retry" in [task.state for task in desk.told if task.dag == "ingest_calls"]


def test_a_source_that_is_down_fails_by_name_after_its_retries_and_stops_nobody(desk: Desk) -> None:
    assert [(task.dag, task.task, task.tries) for task in desk.result.failures] == [("ingest_carrier", "load", 4)]
    assert not desk.result.is_success
    done = [(task.dag, task.task) for task in desk.result.tasks if task.state == "success"]
    assert {("warehouse", "publish"), ("dashboards", "build_site")} <= set(done)
    assert desk.result.missing == ()


def test_the_failure_is_in_the_log_the_result_points_to(desk: Desk) -> None:
    log = desk.result.failures[0].log
    assert log is not None
    text = log.read_text()
    assert "the source carrier is down" in text
    assert "cxhouse: ingest_carrier.load failed at try 4 (owner Logistics" in text


def test_the_layers_are_built_once_and_in_order_after_the_loads(desk: Desk) -> None:
    calls = [call for call in desk.read_calls() if call[0] in ("build", "publish", "dashboards")]
    assert calls[:6] == [*BUILD, ["publish"], ["dashboards"]]
    last_load = max(index for index, call in enumerate(desk.read_calls()) if call[0] == "ingest" and call[-1] == "--catch-up")
    assert last_load < desk.read_calls().index(BUILD[0])


def test_each_task_reports_its_seconds(desk: Desk) -> None:
    carried_out = [task for task in desk.result.tasks if task.state != "skipped"]
    assert len(carried_out) == 3 + 5 + 1
    assert all(task.seconds and task.seconds > 0 for task in carried_out)


def test_the_page_about_a_failed_build_is_left_out_when_the_build_passes(desk: Desk) -> None:
    assert [task.task for task in desk.result.tasks if task.state == "skipped"] == ["show_failure"]


def test_a_backfill_loads_one_window_a_day_and_nothing_else(desk: Desk) -> None:
    before = len(desk.read_calls())
    days = ["--from-date", "2025-03-29", "--to-date", "2025-04-01"]  # the clock goes forward on 30 March
    environment = dict(airflow_home.compose_environment(desk.settings, Path(sys.executable).parent))
    command = [sys.executable, "-m", "airflow", "backfill", "create", "--dag-id", "ingest_shop", *days, "--max-active-runs", "1"]
    done = subprocess.run(command, env=environment, cwd=desk.settings.airflow, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    wait_until(lambda: len([call for call in desk.read_calls()[before:] if call[0] == "ingest"]) >= 3)
    time.sleep(3)
    loads = [call for call in desk.read_calls()[before:] if call[0] == "ingest"]
    expected = [("2025-03-29", "2025-03-30"), ("2025-03-30", "2025-03-31"), ("2025-03-31", "2025-04-01")]
    assert loads == [["ingest", "shop", "--from", first, "--to", end] for first, end in expected]


def test_the_form_passes_answers_on_as_they_are(desk: Desk) -> None:
    nasty = "-x \"; touch pwned; $(touch pwned) `touch pwned` {{ 7 * 7 }} ' é"
    answers = {
        "title": nasty,
        "started_at": "2025-03-03T09:00:00+01:00",
        "kind": "policy",
        "touchpoints": ["till", "telephone"],
        "expected_size": 2.5,
    }
    run = desk.running.api.call("POST", "/dags/record_change/dagRuns", {"logical_date": None, "conf": answers})["dag_run_id"]
    desk.running.api.call("PATCH", "/dags/record_change", {"is_paused": False})
    wait_until(lambda: any(call[0] == "change" for call in desk.read_calls()))
    assert [call for call in desk.read_calls() if call[0] == "change"] == [
        ["change", "add", "--recorded-in=form", f"--title={nasty}", "--started-at=2025-03-03T09:00:00+01:00", "--kind=policy",
         "--touchpoints=till,telephone", "--expected-size=2.5"]
    ]  # fmt: skip
    wait_until(lambda: desk.running.api.get(f"/dags/record_change/dagRuns/{run}")["state"] == "success")


def test_secrets_are_for_the_owners_eyes_only(desk: Desk) -> None:
    for name in ("airflow.cfg", "passwords.json"):
        assert (desk.settings.airflow / name).stat().st_mode & 0o777 == 0o600
    assert desk.running.password in (desk.settings.airflow / "passwords.json").read_text()


def test_a_second_preparation_keeps_the_password_and_migrates_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("nothing has changed")

    monkeypatch.setattr(airflow_home, "run_airflow", refuse)
    began = time.monotonic()
    prepared = airflow_home.prepare_airflow(desk.settings, time_zone=ZONE)
    assert prepared.password == desk.running.password
    assert prepared.address != desk.running.address, "the port in use was offered again"
    assert time.monotonic() - began < 5


def test_sigterm_to_the_run_leaves_no_process_behind(tmp_path: Path, fake_commands: Path) -> None:
    settings = make_settings(tmp_path, SOURCES)
    (settings.home / "sleep").touch()
    script = (
        "from pathlib import Path\n"
        "from cxhouse.local_airflow.components import start_airflow\n"
        "from cxhouse.local_airflow.chain import run_chain\n"
        "from cxhouse.settings import read_settings\n"
        f"with start_airflow(read_settings(), time_zone={ZONE!r}, commands=Path({str(fake_commands)!r})) as running:\n"
        "    run_chain(running)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], env=dict(settings.environment), cwd=PROJECT) as run:
        wait_until(lambda: len(read_calls(settings.home)) == 2 or run.poll() is not None, seconds=180)
        assert len(list_airflow_processes(settings.airflow)) >= 6, "four components and two tasks should be at work"
        run.send_signal(signal.SIGTERM)
        assert run.wait(60) == 128 + signal.SIGTERM
    assert list_airflow_processes(settings.airflow) == []
