"""AIRFLOW_HOME of the local Airflow: configuration, secrets, metadata database and pool, made once and kept."""

from __future__ import annotations

import base64
import configparser
import json
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cxhouse.files import write_private
from cxhouse.local_airflow.api import AirflowError
from cxhouse.settings import Settings

USER = "admin"
WAREHOUSE_POOL = "warehouse"
LEFT_TO_PEOPLE = "news"  # the DAG that writes to people: it runs from when one of them turns it on
COMMANDS = Path(sys.executable).parent


@dataclass(frozen=True)
class PreparedAirflow:
    """An AIRFLOW_HOME that is ready to start. `environment` is the whole environment of the child processes."""

    home: Path
    port: int
    password: str
    environment: Mapping[str, str]

    @property
    def address(self) -> str:
        """The address of the user interface."""
        return f"http://localhost:{self.port}"


def prepare_airflow(settings: Settings, *, time_zone: str, commands: Path = COMMANDS, parallelism: int = 2) -> PreparedAirflow:
    """Write the configuration, migrate the metadata database and make the pool; the last two only for a new version of Airflow.

    `time_zone` is the company's: dates given to `airflow` commands are its days. `commands` is the folder with the `cxhouse` command of the
    tasks. All DAGs are paused, so that nothing starts before it is asked for; the one that writes to people stays as they left it. Secrets
    and the password are made once, in files of mode 600.
    """
    home = settings.airflow
    home.mkdir(parents=True, exist_ok=True)
    port = find_free_port(settings.airflow_port)
    password = keep_password(home / "passwords.json")
    write_configuration(settings, port, time_zone, parallelism)
    (home / "config").mkdir(exist_ok=True)
    shutil.copyfile(Path(__file__).parent / "config" / "airflow_local_settings.py", home / "config" / "airflow_local_settings.py")
    environment = compose_environment(settings, commands)
    migrated, installed = home / "migrated", find_airflow_version()
    if not migrated.is_file() or migrated.read_text() != installed:
        run_airflow(environment, home, "db", "migrate")
        run_airflow(environment, home, "pools", "set", WAREHOUSE_POOL, "1", "The warehouse file has one writer.")
        migrated.write_text(installed)
    with sqlite3.connect(home / "airflow.db", timeout=60) as database:
        database.execute("update dag set is_paused = 1 where dag_id <> ?", [LEFT_TO_PEOPLE])
    return PreparedAirflow(home=home, port=port, password=password, environment=environment)


def find_airflow_version() -> str:
    """Airflow's version. Raises AirflowError when it is not installed."""
    try:
        return version("apache-airflow")
    except PackageNotFoundError as error:
        raise AirflowError("Airflow is not installed: pip install 'cxhouse[airflow]', or cxhouse run --no-airflow") from error


def run_airflow(environment: Mapping[str, str], home: Path, *arguments: str) -> None:
    """Run one Airflow command and wait for its end. Raises AirflowError when it fails."""
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


def write_configuration(settings: Settings, port: int, time_zone: str, parallelism: int) -> None:
    """Write airflow.cfg, so that `airflow` commands with this AIRFLOW_HOME use the same configuration. Secrets in it are kept."""
    path = settings.airflow / "airflow.cfg"
    old = configparser.RawConfigParser()
    old.read(path)
    home = settings.airflow
    values: dict[str, dict[str, object]] = {
        "core": {
            "dags_folder": settings.project / "dags",
            "default_timezone": time_zone,
            "executor": "LocalExecutor",
            "parallelism": parallelism,
            "load_examples": False,
            "dags_are_paused_at_creation": True,
            "simple_auth_manager_users": f"{USER}:admin",
            "simple_auth_manager_passwords_file": home / "passwords.json",
            "execution_api_server_url": f"http://127.0.0.1:{port}/execution/",
            "fernet_key": old.get("core", "fernet_key", fallback=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()),
        },
        "database": {"sql_alchemy_conn": f"sqlite:///{home / 'airflow.db'}?timeout=60", "load_default_connections": False},
        # Airflow gives its logs modes of their own, whatever the umask says
        "logging": {
            "base_log_folder": home / "logs",
            "file_task_handler_new_folder_permissions": "0o700",
            "file_task_handler_new_file_permissions": "0o600",
        },
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
    """The password of the only user; made when there is none yet, or when the file is empty because its writing was interrupted."""
    if path.is_file() and (text := path.read_text(encoding="utf-8").strip()):
        try:
            return str(json.loads(text)[USER])
        except (ValueError, KeyError, TypeError):
            raise AirflowError(f"{path} holds no password of {USER}; remove it, and the next start makes a new one") from None
    password = secrets.token_urlsafe(12)
    write_private(path, json.dumps({USER: password}))
    return password


def compose_environment(settings: Settings, commands: Path) -> dict[str, str]:
    """The environment of Airflow and its tasks: without variables of another Airflow, our commands first on PATH, no proxy to localhost."""
    inherited = {name: value for name, value in settings.environment.items() if not name.startswith("AIRFLOW_")}
    local = ",".join(filter(None, [inherited.get("NO_PROXY"), "localhost,127.0.0.1"]))
    path = f"{commands}:{inherited.get('PATH') or '/usr/local/bin:/usr/bin:/bin'}"
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
    """The wanted port, else a free one of the next twenty, else any free port of the system."""
    for port in (*range(wanted, wanted + 20), 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise AirflowError(f"no free port from {wanted} on; set CXHOUSE_AIRFLOW_PORT.")
