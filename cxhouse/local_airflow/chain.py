"""One run of the whole chain under the real scheduler: every source, the warehouse, the dashboards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from cxhouse.local_airflow.api import AirflowError, ConflictError
from cxhouse.local_airflow.components import RunningAirflow

POLL_SECONDS, LONGEST_POLL_SECONDS = 1.0, 3.0
POLL_SHARE = 0.05  # of the time that a run has taken: each answer costs CPU, so that a longer run is asked for less often
PARSED_WITHIN_SECONDS = 120
TRIGGERED_WITHIN_SECONDS = 20
DONE_STATES = ("success", "failed")
AFTER_INGEST = ("warehouse", "dashboards")


@dataclass(frozen=True)
class TaskRun:
    """The state of a task of the chain. `seconds` is the duration of its last try; `log` is the file of that try."""

    dag: str
    task: str
    state: str
    seconds: float | None
    tries: int
    log: Path | None


@dataclass(frozen=True)
class ChainResult:
    """The tasks that ran. `missing` names the DAGs that did not run because something before them failed."""

    tasks: tuple[TaskRun, ...]
    missing: tuple[str, ...]
    seconds: float

    @property
    def failures(self) -> tuple[TaskRun, ...]:
        """Tasks that failed and are not tried again."""
        return tuple(task for task in self.tasks if task.state == "failed")

    @property
    def is_success(self) -> bool:
        """True when every task ran and none failed."""
        return bool(self.tasks) and not self.missing and all(task.state in ("success", "skipped") for task in self.tasks)


Progress = Callable[[TaskRun], None]


def run_chain(
    running: RunningAirflow,
    *,
    progress: Progress = lambda task: None,
    until: date | None = None,
    give_up_after_seconds: float = 4 * 3600,
) -> ChainResult:
    """Load every source up to `until` (first local day not loaded; today unless given), build, publish, build the dashboards.

    When a source fails, the warehouse is still built from what landed, and the result names the failure. `progress` is called at every
    change of a task's state. Afterwards the DAGs stay on their schedules as long as Airflow runs.
    """
    began = time.monotonic()
    zone = ZoneInfo(running.time_zone)
    watch = Watch(running, progress, began + give_up_after_seconds)
    sources = wait_until_parsed(running)
    close_dead_runs(running)
    for dag in AFTER_INGEST:
        forget_queued_assets(running, dag)
    last_day = until or datetime.now(tz=zone).date()
    runs = {source: trigger_load(running, source, last_day, zone) for source in sources}
    for dag in (*AFTER_INGEST, *sources):
        running.api.call("PATCH", f"/dags/{dag}", {"is_paused": False})
    loads = watch.follow(runs)
    all_landed = all(task.state == "success" for task in loads)
    build_id = find_triggered_run(running, "warehouse", watch.last_end) if all_landed else None
    build = watch.follow({"warehouse": build_id or trigger(running, "warehouse")})
    tasks = loads + build
    missing: tuple[str, ...] = ()
    if any(task.task == "publish" and task.state == "success" for task in build):
        site_id = find_triggered_run(running, "dashboards", watch.last_end)
        tasks += watch.follow({"dashboards": site_id or trigger(running, "dashboards")})
    else:
        missing = ("dashboards",)
    return ChainResult(tasks=tuple(tasks), missing=missing, seconds=time.monotonic() - began)


class Watch:
    """Follows runs to their end and reports each change of a task's state once."""

    def __init__(self, running: RunningAirflow, progress: Progress, give_up_at: float) -> None:
        self.running, self.progress, self.give_up_at = running, progress, give_up_at
        self.last_end: datetime | None = None

    def follow(self, runs: dict[str, str]) -> list[TaskRun]:
        """Wait for runs (DAG: run id) and return their tasks in order of execution."""
        told: dict[tuple[str, str], tuple[str, int]] = {}
        tasks: dict[str, list[TaskRun]] = {}
        still_open, began = list(runs), time.monotonic()
        while True:
            self.running.check_alive()
            is_done = {dag: self.running.api.get(f"/dags/{dag}/dagRuns/{quote(runs[dag])}")["state"] in DONE_STATES for dag in still_open}
            tasks |= {dag: self.read_tasks(dag, runs[dag]) for dag in still_open}
            for task in (task for dag in still_open for task in tasks[dag]):
                if told.get((task.dag, task.task)) != (task.state, task.tries):
                    told[task.dag, task.task] = (task.state, task.tries)
                    self.progress(task)
            still_open = [dag for dag in still_open if not is_done[dag]]
            if not still_open:
                return [task for dag in runs for task in tasks[dag]]
            if time.monotonic() > self.give_up_at:
                raise AirflowError(f"the chain took too long; still open: {', '.join(still_open)}.")
            time.sleep(min(max(POLL_SECONDS, (time.monotonic() - began) * POLL_SHARE), LONGEST_POLL_SECONDS))

    def read_tasks(self, dag: str, run: str) -> list[TaskRun]:
        """Tasks of a run, in the order they started; waiting tasks are last."""
        found = self.running.api.get(f"/dags/{dag}/dagRuns/{quote(run)}/taskInstances")["task_instances"]
        ends = [end for task in found if (end := read_time(task["end_date"]))]
        self.last_end = max([*ends, *([self.last_end] if self.last_end else [])], default=None)
        found.sort(key=lambda task: (task["start_date"] is None, task["start_date"] or ""))
        return [self.read_task(task) for task in found]

    def read_task(self, task: dict[str, Any]) -> TaskRun:
        """One task instance as Airflow describes it."""
        dag, run, name, tries = task["dag_id"], task["dag_run_id"], task["task_id"], task["try_number"]
        log = self.running.home / "logs" / f"dag_id={dag}" / f"run_id={run}" / f"task_id={name}" / f"attempt={tries}.log"
        state = task["state"] or "waiting"
        return TaskRun(dag=dag, task=name, state=state, seconds=task["duration"], tries=tries, log=log if log.is_file() else None)


def wait_until_parsed(running: RunningAirflow) -> list[str]:
    """Wait until Airflow has read every DAG file since its start; return the ids of the ingest DAGs. Raises AirflowError for a bad file."""
    give_up_at = time.monotonic() + PARSED_WITHIN_SECONDS
    while time.monotonic() < give_up_at:
        running.check_alive()
        errors = [error for error in running.api.get("/importErrors")["import_errors"] if is_since(error["timestamp"], running.started_at)]
        if errors:
            raise AirflowError("\n".join(f"{error['filename']} cannot be read: {error['stack_trace'][-1500:]}" for error in errors))
        parsed = [dag for dag in list_dags(running) if is_since(dag["last_parsed_time"], running.started_at)]
        sources = sorted(dag["dag_id"] for dag in parsed if "ingest" in [tag["name"] for tag in dag["tags"]])
        if sources and {dag["dag_id"] for dag in parsed} >= set(AFTER_INGEST):
            return sources
        time.sleep(POLL_SECONDS)
    raise AirflowError(f"Airflow did not read the DAG files within {PARSED_WITHIN_SECONDS} s; see {running.home / 'components'}.")


def list_dags(running: RunningAirflow) -> Iterable[dict[str, Any]]:
    """All DAGs Airflow knows, page by page."""
    offset = 0
    while page := running.api.get("/dags", limit=100, offset=offset)["dags"]:
        yield from page
        offset += len(page)


def close_dead_runs(running: RunningAirflow) -> None:
    """Mark runs that an earlier Airflow left open as failed, so that nothing waits for them. Queued backfills stay."""
    for run in running.api.get("/dags/~/dagRuns", state=["running", "queued"], limit=100)["dag_runs"]:
        is_dead = run["state"] == "running" or run["run_type"] != "backfill"
        if is_dead and not is_since(run["queued_at"], running.started_at):
            running.api.call("PATCH", f"/dags/{run['dag_id']}/dagRuns/{quote(run['dag_run_id'])}", {"state": "failed"})


def trigger_load(running: RunningAirflow, dag: str, until: date, zone: ZoneInfo) -> str:
    """Start a load of the day before `until` and of all that is missing before it.

    When a scheduled run is due already, this run replaces it (same logical date, and same interval if that ends on the same day), so that
    the same days are not loaded twice.
    """
    start, end = (datetime.combine(day, clock(), zone) for day in (until - timedelta(days=1), until))
    known = running.api.get(f"/dags/{dag}")
    due, due_at = known["next_dagrun_logical_date"], read_time(known["next_dagrun_run_after"])
    if due and due_at and due_at <= datetime.now(tz=UTC):
        due_start, due_end = (read_time(known[f"next_dagrun_data_interval_{edge}"]) for edge in ("start", "end"))
        if due_start and due_end and due_end.astimezone(zone).date() == until:
            start, end = due_start, due_end
    else:
        due = None
    wanted = {"data_interval_start": start.isoformat(), "data_interval_end": end.isoformat(), "conf": {"catch_up": "yes"}}
    if due:
        try:
            return trigger(running, dag, logical_date=due, **wanted)
        except ConflictError:  # an earlier run of today has that logical date
            pass
    return trigger(running, dag, logical_date=datetime.now(tz=UTC).isoformat(), **wanted)


def trigger(running: RunningAirflow, dag: str, logical_date: str | None = None, **body: Any) -> str:
    """Create a run and return its id."""
    stamp = datetime.now(tz=UTC).isoformat()
    wanted = {"logical_date": logical_date, "dag_run_id": f"chain__{stamp}", **body}
    return str(running.api.call("POST", f"/dags/{dag}/dagRuns", wanted)["dag_run_id"])


def find_triggered_run(running: RunningAirflow, dag: str, since: datetime | None) -> str | None:
    """The run that assets started after a given time. Waits for it for a limited time; None when there is none."""
    give_up_at = time.monotonic() + TRIGGERED_WITHIN_SECONDS
    while time.monotonic() < give_up_at:
        for run in running.api.get(f"/dags/{dag}/dagRuns", order_by="-run_after", limit=10)["dag_runs"]:
            if run["run_type"] == "asset_triggered" and since and is_since(run["queued_at"], since - timedelta(seconds=1)):
                return str(run["dag_run_id"])
        time.sleep(POLL_SECONDS)
    return None


def forget_queued_assets(running: RunningAirflow, dag: str) -> None:
    """Delete asset events of earlier runs that are still queued, so that a build waits for all of today's loads."""
    if running.api.get(f"/dags/{dag}/assets/queuedEvents").get("total_entries"):
        running.api.call("DELETE", f"/dags/{dag}/assets/queuedEvents")


def read_time(text: str | None) -> datetime | None:
    """A time in Airflow's format."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def is_since(text: str | None, moment: datetime) -> bool:
    """Whether a time in Airflow's format is at or after another."""
    read = read_time(text)
    return read is not None and read >= moment
