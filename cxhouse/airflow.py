"""A real Airflow at the desk: prepared once, started as processes of ours, and gone when we leave."""

from __future__ import annotations

import base64
import configparser
import fcntl
import json
import secrets
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from cxhouse.airflow_api import AirflowApi, AirflowError
from cxhouse.processes import TOKEN_VARIABLE, identify, leave_on_signals, stop_family
from cxhouse.settings import Settings

COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
USER = "admin"
WAREHOUSE_POOL = "warehouse"
HEALTHY_WITHIN_SECONDS = 180


@dataclass(frozen=True)
class PreparedAirflow:
    """An AIRFLOW_HOME that is ready to start. `environment` is complete: children get it and nothing else."""

    home: Path
    port: int
    password: str
    environment: Mapping[str, str]

    @property
    def address(self) -> str:
        """Where the user interface is."""
        return f"http://localhost:{self.port}"


@dataclass(frozen=True)
class RunningAirflow:
    """A healthy Airflow. `started_at` is UTC; logs of components are in home/components, of tasks in home/logs."""

    address: str
    user: str
    password: str
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


def prepare_airflow(settings: Settings, *, parallelism: int = 2) -> PreparedAirflow:
    """Write the configuration, migrate the metadata database and make the pool. The last two only when Airflow's version is new here.

    All DAGs are paused, so that nothing starts before it is asked for. Secrets and the password are made once, in files of mode 600.
    """
    home = settings.airflow
    home.mkdir(parents=True, exist_ok=True)
    port = find_free_port(settings.airflow_port)
    password = keep_password(home / "passwords.json")
    write_configuration(settings, port, parallelism)
    environment = compose_environment(settings)
    migrated, installed = home / "migrated", version("apache-airflow")
    if not migrated.is_file() or migrated.read_text() != installed:
        run_airflow(environment, home, "db", "migrate")
        run_airflow(environment, home, "pools", "set", WAREHOUSE_POOL, "1", "The warehouse file has one writer.")
        migrated.write_text(installed)
    with sqlite3.connect(home / "airflow.db") as database:
        database.execute("update dag set is_paused = 1")
    return PreparedAirflow(home=home, port=port, password=password, environment=environment)


@contextmanager
def start_airflow(settings: Settings, *, parallelism: int = 2, tell: Callable[[str], None] = lambda text: None) -> Iterator[RunningAirflow]:
    """Run an API server, a scheduler, a DAG processor and a triggerer while the block lasts.

    Whatever ends the block (also an exception, Ctrl-C or SIGTERM), all of them and every task they started are gone afterwards. What a
    killed predecessor left behind is stopped first. `tell` is given a line per stage.
    """
    settings.airflow.mkdir(parents=True, exist_ok=True)
    with leave_on_signals(), hold_lock(settings.airflow / "lock"):
        record, token = settings.airflow / "processes.json", secrets.token_hex(16)
        stop_leftovers(record)
        tell("preparing Airflow")
        prepared = prepare_airflow(settings, parallelism=parallelism)
        processes: dict[str, subprocess.Popen[bytes]] = {}
        try:
            tell("starting Airflow")
            started_at = datetime.now(tz=UTC)
            start_components(prepared, token, processes)
            record.write_text(json.dumps({"token": token, "members": list_members(processes)}))
            running = RunningAirflow(
                address=prepared.address,
                user=USER,
                password=prepared.password,
                started_at=started_at,
                home=prepared.home,
                api=AirflowApi(f"http://127.0.0.1:{prepared.port}", USER, prepared.password),
                processes=processes,
            )
            wait_healthy(running)
            yield running
        finally:
            stop_family(token, list_members(processes))
            record.unlink(missing_ok=True)


def start_components(prepared: PreparedAirflow, token: str, processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """Start the components side by side, each in a session of its own (Ctrl-C in the terminal is ours to handle) and with a log file."""
    folder = prepared.home / "components"
    folder.mkdir(exist_ok=True)
    for name in COMPONENTS:
        with (folder / f"{name}.log").open("wb") as log:
            processes[name] = subprocess.Popen(
                [sys.executable, "-m", "airflow", name],
                env={**prepared.environment, TOKEN_VARIABLE: token},
                cwd=prepared.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def list_members(processes: Mapping[str, subprocess.Popen[bytes]]) -> list[tuple[int, float]]:
    """Numbers and start times of the components."""
    return [member for process in processes.values() if (member := identify(process.pid))]


def wait_healthy(running: RunningAirflow) -> None:
    """Return when all four components say they are well."""
    give_up_at = time.monotonic() + HEALTHY_WITHIN_SECONDS
    while time.monotonic() < give_up_at:
        running.check_alive()
        health = running.api.health()
        if len(health) >= len(COMPONENTS) and set(health.values()) == {"healthy"}:
            return
        time.sleep(0.5)
    raise AirflowError(
        f"Airflow was not healthy after {HEALTHY_WITHIN_SECONDS} s: {health}. Its logs are in {running.home / 'components'}."
    )


def stop_leftovers(record: Path) -> None:
    """Stop what a killed predecessor left running. The lock is held, so nobody is using it."""
    if record.is_file():
        try:
            left = json.loads(record.read_text())
        except ValueError:  # killed while writing: nothing had been recorded
            left = {"token": "", "members": []}
        if left["token"]:
            stop_family(left["token"], [tuple(member) for member in left["members"]])
        record.unlink()


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold a lock file; the system frees it when this process ends, however it ends."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AirflowError(
                f"{path} is held: another cxhouse run uses {path.parent}. Stop it, or set CXHOUSE_HOME to another folder."
            ) from error
        yield


def run_airflow(environment: Mapping[str, str], home: Path, *arguments: str) -> None:
    """Run one Airflow command to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "airflow", *arguments],
        env=dict(environment),
        cwd=home,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise AirflowError(f"airflow {' '.join(arguments)} failed: {(done.stderr or done.stdout)[-1500:]}")


def write_configuration(settings: Settings, port: int, parallelism: int) -> None:
    """Write airflow.cfg, so that plain `airflow` commands with this AIRFLOW_HOME meet the same Airflow. Secrets in it are kept."""
    path = settings.airflow / "airflow.cfg"
    old = configparser.RawConfigParser()
    old.read(path)
    home = settings.airflow
    values = {
        "core": {
            "dags_folder": settings.project / "dags",
            "executor": "LocalExecutor",
            "parallelism": parallelism,
            "load_examples": False,
            "dags_are_paused_at_creation": True,
            "simple_auth_manager_users": f"{USER}:admin",
            "simple_auth_manager_passwords_file": home / "passwords.json",
            "execution_api_server_url": f"http://127.0.0.1:{port}/execution/",
            "fernet_key": old.get("core", "fernet_key", fallback=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()),
        },
        "database": {"sql_alchemy_conn": f"sqlite:///{home / 'airflow.db'}", "load_default_connections": False},
        "logging": {"base_log_folder": home / "logs"},
        "api": {
            "host": "127.0.0.1",
            "port": port,
            "base_url": f"http://localhost:{port}",
            "workers": 1,
            "instance_name": "cxhouse",
            "secret_key": old.get("api", "secret_key", fallback=secrets.token_hex(32)),
        },
        "api_auth": {"jwt_secret": old.get("api_auth", "jwt_secret", fallback=secrets.token_hex(32))},
        "dag_processor": {"refresh_interval": 30, "parsing_processes": 1},
        "usage_data_collection": {"enabled": False},
    }
    new = configparser.RawConfigParser()
    new.read_dict({section: {key: str(value).replace("%", "%%") for key, value in entries.items()} for section, entries in values.items()})
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8") as file:
        new.write(file)


def keep_password(path: Path) -> str:
    """The password of the one user; made when there is none yet."""
    if path.is_file():
        return str(json.loads(path.read_text())[USER])
    password = secrets.token_urlsafe(12)
    path.touch(mode=0o600)
    path.write_text(json.dumps({USER: password}))
    return password


def compose_environment(settings: Settings) -> dict[str, str]:
    """What Airflow and its tasks see: the settings' environment less another Airflow's, our commands first, no proxy to ourselves."""
    inherited = {name: value for name, value in settings.environment.items() if not name.startswith("AIRFLOW_")}
    local = ",".join(filter(None, [inherited.get("NO_PROXY"), "localhost,127.0.0.1"]))
    path = f"{Path(sys.executable).parent}:{inherited.get('PATH') or '/usr/local/bin:/usr/bin:/bin'}"
    retry_seconds = inherited.get("CXHOUSE_RETRY_SECONDS") or "10"
    own = {
        "PATH": path,
        "NO_PROXY": local,
        "no_proxy": local,
        "AIRFLOW_HOME": str(settings.airflow),
        "CXHOUSE_RETRY_SECONDS": retry_seconds,
    }
    return {**inherited, **own}


def find_free_port(wanted: int) -> int:
    """The wanted port, else one of the next twenty, else any the system offers."""
    for port in (*range(wanted, wanted + 20), 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise AirflowError(f"no free port from {wanted} on; set CXHOUSE_AIRFLOW_PORT.")


def read_tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log, after its name."""
    text = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    return "\n".join([f"{path} ends with:", *text[-lines:]])
