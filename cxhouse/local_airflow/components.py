"""Starting a local Airflow as child processes, and stopping all of them at the end."""

from __future__ import annotations

import fcntl
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cxhouse.local_airflow.api import AirflowApi, AirflowError
from cxhouse.local_airflow.home import COMMANDS, USER, PreparedAirflow, prepare_airflow
from cxhouse.local_airflow.processes import TOKEN_VARIABLE, identify, stop_family
from cxhouse.settings import Settings
from cxhouse.stopping import leave_on_signals

COMPONENTS = ("api-server", "scheduler", "dag-processor")  # no DAG here waits in a triggerer
HEALTHY = ("metadatabase", "scheduler", "dag_processor")  # as the API server calls them
HEALTHY_WITHIN_SECONDS = 180


@dataclass(frozen=True)
class RunningAirflow:
    """A healthy Airflow of a company in `time_zone`. `started_at` is UTC; component logs are in home/components, task logs in home/logs."""

    address: str
    user: str
    password: str
    time_zone: str
    started_at: datetime
    home: Path
    api: AirflowApi
    processes: Mapping[str, subprocess.Popen[bytes]]

    def check_alive(self) -> None:
        """Raise when a component has ended, with the last lines it wrote."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise AirflowError(
                    f"Airflow's {name} ended with code {process.returncode}. {read_tail(self.home / 'components' / f'{name}.log')}"
                )


@contextmanager
def start_airflow(
    settings: Settings,
    *,
    time_zone: str,
    commands: Path = COMMANDS,
    parallelism: int = 2,
    tell: Callable[[str], None] = lambda text: None,
) -> Iterator[RunningAirflow]:
    """Run an API server, a scheduler and a DAG processor while the block lasts.

    However the block ends (also by an exception, Ctrl-C or SIGTERM), all of them and every task they started are stopped. Processes that a
    killed earlier run left behind are stopped first. `tell` is called with a line per stage.
    """
    settings.airflow.mkdir(parents=True, exist_ok=True)
    with leave_on_signals(), hold_lock(settings.airflow / "lock"):
        record, token = settings.airflow / "processes.json", secrets.token_hex(16)
        stop_leftovers(record)
        tell("preparing Airflow")
        prepared = prepare_airflow(settings, time_zone=time_zone, commands=commands, parallelism=parallelism)
        processes: dict[str, subprocess.Popen[bytes]] = {}
        members: list[tuple[int, float]] = []
        try:
            tell("starting Airflow")
            started_at = datetime.now(tz=UTC)
            for name in COMPONENTS:
                processes[name] = start_component(name, prepared, token)
                members += filter(None, [identify(processes[name].pid)])
                record.write_text(json.dumps({"token": token, "members": members}))
            running = RunningAirflow(
                address=prepared.address,
                user=USER,
                password=prepared.password,
                time_zone=time_zone,
                started_at=started_at,
                home=prepared.home,
                api=AirflowApi(f"http://127.0.0.1:{prepared.port}", USER, prepared.password),
                processes=processes,
            )
            wait_healthy(running)
            yield running
        finally:
            stop_family(token, members)
            record.unlink(missing_ok=True)


def start_component(name: str, prepared: PreparedAirflow, token: str) -> subprocess.Popen[bytes]:
    """Start a component with a log file, in a session of its own, so that only this process handles Ctrl-C in the terminal."""
    folder = prepared.home / "components"
    folder.mkdir(exist_ok=True)
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "airflow", name],
            env={**prepared.environment, TOKEN_VARIABLE: token},
            cwd=prepared.home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_healthy(running: RunningAirflow) -> None:
    """Return when all components report that they are healthy."""
    give_up_at = time.monotonic() + HEALTHY_WITHIN_SECONDS
    while time.monotonic() < give_up_at:
        running.check_alive()
        health = running.api.health()
        if all(health.get(name) == "healthy" for name in HEALTHY):
            return
        time.sleep(0.5)
    raise AirflowError(
        f"Airflow was not healthy after {HEALTHY_WITHIN_SECONDS} s: {health}. Its logs are in {running.home / 'components'}."
    )


def stop_leftovers(record: Path) -> None:
    """Stop processes that a killed earlier run left. The caller holds the lock, so no other run uses them."""
    if record.is_file():
        try:
            left = json.loads(record.read_text())
        except ValueError:  # the earlier run was killed while it wrote this file, before it started any process
            left = {"token": "", "members": []}
        if left["token"]:
            stop_family(left["token"], [tuple(member) for member in left["members"]])
        record.unlink()


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold a lock file. The system frees it when this process ends, also when it is killed."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AirflowError(
                f"{path} is held: another cxhouse run uses {path.parent}. Stop it, or set CXHOUSE_HOME to another folder."
            ) from error
        yield


def read_tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log, after its name."""
    text = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    return "\n".join([f"{path} ends with:", *text[-lines:]])
