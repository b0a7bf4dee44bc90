"""`cxhouse run`: the main job from sources to dashboards, under a local Airflow or in this process, and then serving."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path

from rich.table import Table

from cxhouse.commands.steps import build_site, ingest_sources, make_demo
from cxhouse.local_airflow.api import AirflowError
from cxhouse.local_airflow.chain import ChainResult, TaskRun, run_chain
from cxhouse.local_airflow.components import RunningAirflow, start_airflow
from cxhouse.local_airflow.home import find_airflow_version
from cxhouse.screen import complain, console, tell
from cxhouse.settings import PROJECT, Settings
from cxhouse.site.server import serve_in_background
from cxhouse.stopping import leave_on_signals
from cxhouse.warehouse.loading import has_landed
from cxhouse.warehouse.preparation import Workplace, open_workplace


class Stages:
    """Wall-clock seconds per stage, in the order they ran."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def time(self, name: str) -> Iterator[None]:
        """Measure the wall-clock time of a block and add it to a stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = time.perf_counter() - started

    def print(self) -> None:
        """Print every stage and the sum."""
        table = Table("stage", "seconds", title="Time per stage")
        for name, seconds in self.seconds.items():
            table.add_row(name, f"{seconds:.1f}")
        console.print(table)


def run_everything(settings: Settings, *, with_airflow: bool, serve: bool, until: date | None = None) -> int:
    """Load, build, publish, build the dashboards; then serve them if asked to. Returns the exit code: 0 when nothing failed.

    `until` is the first local day not loaded, today unless given. The source systems of the repository's own company are generated first.
    Where nothing is missing and nothing is to be served, there is no work for Airflow, and it is not started.
    """
    if with_airflow:
        find_airflow_version()
    stages = Stages()
    if settings.company == PROJECT / "company":
        with stages.time("demo company"):
            make_demo(settings)
    workplace = open_workplace(settings)
    last_day = until or datetime.now(workplace.company.time_zone).date()
    if with_airflow and not serve and has_landed(workplace, end=last_day):
        tell(f"every source has landed up to {last_day}: Airflow is not started")
        with_airflow = False
    with leave_on_signals(), ExitStack() as stack:
        if with_airflow:
            with stages.time("start Airflow"):
                tell("starting Airflow: scheduler, API server, DAG processor (about half a minute)")
                running = stack.enter_context(start_airflow(settings, time_zone=workplace.company.time_zone.key))
            failed = run_under_airflow(running, stages, until)
        else:
            running, failed = None, run_at_desk(workplace, stages, until)
        stages.print()
        if serve:
            serve_until_stopped(settings, running)
    return 1 if failed else 0


def run_under_airflow(running: RunningAirflow, stages: Stages, until: date | None) -> bool:
    """Run the chain of DAGs under Airflow; returns whether anything failed."""
    tell(f"Airflow is up: {running.address}")

    def show(task: TaskRun) -> None:
        if task.state in ("success", "failed", "up_for_retry", "upstream_failed"):
            took = f"{task.seconds:.0f} s" if task.seconds is not None else ""
            tell(f"  {task.dag}.{task.task}: {task.state} {took}")

    try:
        result = run_chain(running, progress=show, until=until)
    except AirflowError as error:
        complain(f"error: {error}")
        return True
    add_chain_stages(result, stages)
    for task in result.failures:
        tell(f"failed: {task.dag}.{task.task} after {task.tries} tries; its log: {task.log}")
    for dag in result.missing:
        tell(f"did not run because something before it failed: {dag}")
    return not result.is_success


def add_chain_stages(result: ChainResult, stages: Stages) -> None:
    """Add the seconds of each task to its stage. Loads run in parallel and are summed; the other tasks run one after the other."""
    for task in (task for task in result.tasks if task.state != "skipped"):
        name = "load sources (sum over tasks)" if task.dag.startswith("ingest") else f"{task.dag}: {task.task}"
        stages.seconds[name] = stages.seconds.get(name, 0.0) + (task.seconds or 0.0)
    stages.seconds["the whole chain under Airflow"] = result.seconds


def run_at_desk(workplace: Workplace, stages: Stages, until: date | None) -> bool:
    """The same commands without Airflow; returns whether anything failed. After a failed build the site says so and keeps its figures."""
    with stages.time("load sources"):
        failed = bool(ingest_sources(workplace, end=until))
    for name, title in (("build", "build warehouse"), ("publish", "publish")):
        with stages.time(title):
            # one process per step, as under Airflow: dbt keeps the warehouse open for writing until its process ends
            done = subprocess.run([sys.executable, "-m", "cxhouse.main", name], env=dict(workplace.settings.environment), check=False)
        if done.returncode != 0:
            failed = True
            break
    with stages.time("dashboards"):
        build_site(workplace.settings)
    return failed


def serve_until_stopped(settings: Settings, running: RunningAirflow | None) -> None:
    """Serve the dashboards, keep Airflow up, and wait for Ctrl-C."""
    site: Path = settings.dashboards / "site"
    with serve_in_background(site, port=settings.dashboards_port) as address:
        tell(f"\ndashboards: {address}")
        if running is not None:
            tell(f"Airflow:    {running.address}  user {running.user}, password {running.password}")
        tell("Ctrl-C stops everything.")
        stop = threading.Event()
        while not stop.wait(1.0):
            if running is not None:
                running.check_alive()
