"""The requests of a run of the chain to Airflow, with answers written by hand."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cxhouse.local_airflow import chain as airflow_chain
from cxhouse.local_airflow.api import AirflowError, ConflictError
from cxhouse.local_airflow.chain import ChainResult, TaskRun, close_dead_runs, find_triggered_run, trigger_load, wait_until_parsed

ZONE = ZoneInfo("Europe/Amsterdam")
STARTED = datetime(2025, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Answers:
    """A fake REST API: answers GET requests by path and records the other requests."""

    by_path: dict[str, dict[str, Any]]
    taken: tuple[str, ...] = ()
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self.by_path[path]

    def call(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("logical_date") in self.taken:
            raise ConflictError("taken")
        self.asked.append((method, path, body))
        return {"dag_run_id": body.get("dag_run_id")}


def make_running(answers: Answers) -> Any:
    return SimpleNamespace(api=answers, started_at=STARTED, check_alive=lambda: None, home=Path("home"))


def describe_due(run_after: datetime, end: str) -> dict[str, Any]:
    """A DAG whose next scheduled interval is the day that ends at a local time."""
    until = datetime.fromisoformat(end).replace(tzinfo=ZONE)
    start = until - timedelta(days=1)
    return {
        "next_dagrun_logical_date": start.isoformat(),
        "next_dagrun_run_after": run_after.isoformat(),
        "next_dagrun_data_interval_start": start.isoformat(),
        "next_dagrun_data_interval_end": until.isoformat(),
    }


def local_days(body: dict[str, Any]) -> tuple[date, date]:
    return tuple(datetime.fromisoformat(body[f"data_interval_{edge}"]).astimezone(ZONE).date() for edge in ("start", "end"))  # type: ignore[return-value]


@pytest.mark.parametrize("until", [date(2025, 3, 2), date(2025, 1, 1)])
def test_a_load_takes_the_place_of_a_scheduled_run_that_is_due(until: date) -> None:
    due = describe_due(datetime(2025, 3, 2, 2, 15, tzinfo=UTC), "2025-03-02 03:15")
    answers = Answers({"/dags/ingest_shop": due})
    trigger_load(make_running(answers), "ingest_shop", until, ZONE)
    (_, path, body), *others = answers.asked
    assert (path, others) == ("/dags/ingest_shop/dagRuns", [])
    assert body["logical_date"] == due["next_dagrun_logical_date"]
    assert local_days(body) == (until - timedelta(days=1), until)
    assert body["conf"] == {"catch_up": "yes"}


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_load_has_a_place_of_its_own_when_none_is_due_or_the_due_one_is_taken(is_taken: bool) -> None:
    run_after = STARTED if is_taken else datetime.now(tz=UTC) + timedelta(hours=1)
    due = describe_due(run_after, "2025-03-02 03:15")
    answers = Answers({"/dags/ingest_shop": due}, taken=(due["next_dagrun_logical_date"],))
    trigger_load(make_running(answers), "ingest_shop", date(2025, 3, 2), ZONE)
    (_, _, body) = answers.asked[0]
    assert datetime.now(tz=UTC) - datetime.fromisoformat(body["logical_date"]) < timedelta(minutes=1)
    assert local_days(body) == (date(2025, 3, 1), date(2025, 3, 2))


def test_runs_of_a_killed_airflow_are_closed_and_waiting_backfills_are_not() -> None:
    before, after = (STARTED - timedelta(hours=1)).isoformat(), (STARTED + timedelta(seconds=5)).isoformat()
    runs = [
        {"dag_id": "ingest_shop", "dag_run_id": "dead+1", "state": "running", "run_type": "manual", "queued_at": before},
        {"dag_id": "ingest_shop", "dag_run_id": "waiting", "state": "queued", "run_type": "backfill", "queued_at": before},
        {"dag_id": "ingest_shop", "dag_run_id": "begun", "state": "running", "run_type": "backfill", "queued_at": before},
        {"dag_id": "warehouse", "dag_run_id": "behind", "state": "queued", "run_type": "asset_triggered", "queued_at": before},
        {"dag_id": "warehouse", "dag_run_id": "new", "state": "queued", "run_type": "manual", "queued_at": after},
    ]
    answers = Answers({"/dags/~/dagRuns": {"dag_runs": runs}})
    close_dead_runs(make_running(answers))
    assert [path.split("/")[-1] for _, path, _ in answers.asked] == ["dead%2B1", "begun", "behind"]
    assert all(body == {"state": "failed"} for _, _, body in answers.asked)


def test_only_a_build_that_assets_started_after_the_last_load_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airflow_chain, "TRIGGERED_WITHIN_SECONDS", 0.2)
    monkeypatch.setattr(airflow_chain, "POLL_SECONDS", 0.1)
    early = {"dag_run_id": "early", "run_type": "asset_triggered", "queued_at": (STARTED - timedelta(minutes=1)).isoformat()}
    timed = {"dag_run_id": "timed", "run_type": "scheduled", "queued_at": (STARTED + timedelta(minutes=1)).isoformat()}
    right = {"dag_run_id": "right", "run_type": "asset_triggered", "queued_at": (STARTED + timedelta(seconds=1)).isoformat()}
    found = [
        find_triggered_run(make_running(Answers({"/dags/warehouse/dagRuns": {"dag_runs": runs}})), "warehouse", STARTED)
        for runs in ([early, timed], [early, timed, right])
    ]
    assert found == [None, "right"]


def test_a_dag_file_that_cannot_be_read_stops_the_chain_by_name() -> None:
    error = {"filename": "ingest.py", "timestamp": (STARTED + timedelta(seconds=3)).isoformat(), "stack_trace": "sources.yml: is not YAML"}
    with pytest.raises(AirflowError, match=r"ingest\.py cannot be read: sources\.yml"):
        wait_until_parsed(make_running(Answers({"/importErrors": {"import_errors": [error]}})))


@pytest.mark.parametrize(
    ("state", "missing", "expected"), [("success", (), True), ("failed", (), False), ("success", ("dashboards",), False)]
)
def test_a_chain_succeeds_only_when_everything_ran(state: str, missing: tuple[str, ...], expected: bool) -> None:
    task = TaskRun(dag="ingest_shop", task="load", state=state, seconds=1.0, tries=1, log=None)
    assert ChainResult(tasks=(task,), missing=missing, seconds=1.0).is_success is expected


def test_a_chain_of_nothing_is_no_success() -> None:
    assert not ChainResult(tasks=(), missing=(), seconds=0.0).is_success


def test_only_open_runs_are_asked_for_again_and_all_tasks_are_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    times = {"start_date": None, "end_date": None, "duration": 1.0, "try_number": 1}
    states = {"shop": ["running", "success"], "calls": ["success"]}
    asked: list[str] = []

    def get(path: str) -> dict[str, Any]:
        dag = path.split("/")[2]
        if path.endswith("taskInstances"):
            return {"task_instances": [{**times, "task_id": "load", "dag_id": dag, "dag_run_id": "one", "state": "success"}]}
        asked.append(dag)
        return {"state": states[dag].pop(0)}

    running = make_running(SimpleNamespace(get=get))  # type: ignore[arg-type]
    monkeypatch.setattr(airflow_chain, "POLL_SECONDS", 0.0)
    seen: list[TaskRun] = []
    tasks = airflow_chain.Watch(running, seen.append, time.monotonic() + 60).follow({"shop": "one", "calls": "one"})
    assert asked == ["shop", "calls", "shop"]
    assert [task.dag for task in tasks] == ["shop", "calls"] and seen == tasks
