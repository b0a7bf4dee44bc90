"""The server set-up is consistent: the compose file is valid, names only existing things, and every variable is explained."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)")
COMPOSE_TEXT = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SCHEMA = json.loads(Path(__file__).with_name("compose_schema.json").read_text(encoding="utf-8"))
ENV_EXAMPLE = (PROJECT / ".env.example").read_text(encoding="utf-8")
DOCUMENTED = set(re.findall(r"^([A-Z][A-Z0-9_]*)=", ENV_EXAMPLE, flags=re.MULTILINE))
AIRFLOW = ("api-server", "scheduler", "dag-processor", "triggerer")


def read_pins(path: Path) -> dict[str, str]:
    """Package to version of a hash-locked requirements file."""
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE))


def test_the_compose_file_follows_the_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(COMPOSE, SCHEMA)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("services", "scheduler", "comand"), "airflow scheduler"),
        (("services", "scheduler", "depends_on"), {"init": {"condition": "service_done"}}),
        (("services", "scheduler", "restart"), "sometimes"),
        (("services", "postgres", "healthcheck", "interval"), "5 seconds"),
        (("services", "postgres", "image"), None),
        (("volume",), {"house": None}),
    ],
)
def test_the_schema_refuses_what_compose_refuses(path: tuple[str, ...], value: Any) -> None:
    broken = copy.deepcopy(COMPOSE)
    place = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, SCHEMA)


def find_compose() -> list[str] | None:
    """The compose command of this machine; None without one."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0:
            return command
    return None


def test_compose_itself_accepts_the_file(tmp_path: Path) -> None:
    command = find_compose()
    if command is None:
        pytest.skip("docker compose is not on this machine")
    (tmp_path / ".env").write_text(re.sub(r"^([A-Z_]+)=$", r"\1=x", ENV_EXAMPLE, flags=re.MULTILINE))
    (tmp_path / "docker-compose.yml").write_text(COMPOSE_TEXT)
    done = subprocess.run([*command, "config", "--quiet"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_all_of_airflow_runs_with_localexecutor_on_postgres() -> None:
    assert set(AIRFLOW) | {"postgres", "init", "dashboards"} <= set(COMPOSE["services"])
    for name in AIRFLOW:
        service = COMPOSE["services"][name]
        assert service["command"] == f"airflow {name}"
        assert service["environment"]["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
        assert service["environment"]["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith("postgresql+psycopg2://")
        assert service["depends_on"] == {
            "init": {"condition": "service_completed_successfully"},
            "postgres": {"condition": "service_healthy"},
        }


def test_services_wait_only_for_services_that_exist_and_are_watched() -> None:
    for service in COMPOSE["services"].values():
        for other, wish in service.get("depends_on", {}).items():
            assert other in COMPOSE["services"]
            assert wish["condition"] != "service_healthy" or "healthcheck" in COMPOSE["services"][other]


def test_every_service_that_stays_has_a_health_check_and_comes_back() -> None:
    staying = {name: service for name, service in COMPOSE["services"].items() if service["restart"] != "no"}
    assert set(COMPOSE["services"]) - set(staying) == {"init", "demo"}
    for name, service in staying.items():
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"], name


def test_named_volumes_are_declared_and_used() -> None:
    used = {volume.split(":")[0] for service in COMPOSE["services"].values() for volume in service.get("volumes", [])}
    assert {name for name in used if not name.startswith((".", "/", "$"))} == set(COMPOSE["volumes"])


def test_everything_made_is_kept_in_one_volume_and_the_company_is_read_only() -> None:
    for name in (*AIRFLOW, "dashboards", "init"):
        service = COMPOSE["services"][name]
        assert f"house:{service['environment']['CXHOUSE_HOME']}" in service["volumes"]
        assert any(volume.endswith(f":{service['environment']['CXHOUSE_COMPANY']}:ro") for volume in service["volumes"])


def test_ports_are_open_on_this_machine_only() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_secrets_come_from_the_environment_and_have_no_default() -> None:
    secrets = [line for line in COMPOSE_TEXT.splitlines() if re.search(r"(PASSWORD|SECRET|FERNET_KEY)\b[A-Z_]*:", line.split("#")[0])]
    secrets = [line for line in secrets if "PASSWORDS_FILE" not in line]
    assert len(secrets) >= 5
    for line in secrets:
        assert re.search(r"\$\{[A-Z_]+:\?set [A-Z_]+ in \.env\}", line), line


def test_images_are_pinned() -> None:
    images = [service["image"] for service in COMPOSE["services"].values()]
    images += re.findall(r"^FROM (\S+)", (PROJECT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(images) > 5
    for image in images:
        assert re.search(r":[\w.-]+$", image), image
        assert not image.endswith(":latest")


def test_the_image_copies_files_that_exist_and_commands_name_them() -> None:
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", text, flags=re.MULTILINE)
        for source in line.split()[:-1]
        if source[:2] != "--"
    ]
    assert copied
    assert all((PROJECT / source).exists() for source in copied)
    named = re.findall(r"docker/[\w.]+", COMPOSE_TEXT)
    assert named
    assert all((PROJECT / name).is_file() for name in named)
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".env", ".git", ".cxhouse"} <= set(ignored)
    assert not {name.split("/")[0] for name in copied + named} & set(ignored)


def test_the_images_own_packages_are_locked_and_agree_with_the_rest() -> None:
    own, shared = read_pins(PROJECT / "docker" / "requirements.txt"), read_pins(PROJECT / "requirements.lock")
    assert set(own) == {"psycopg2-binary", "asyncpg"}
    assert all(shared.get(name, version) == version for name, version in own.items())
    blocks = re.split(r"\n(?=\S)", (PROJECT / "docker" / "requirements.txt").read_text(encoding="utf-8").strip())
    assert len(blocks) == len(own)
    assert all("--hash=sha256:" in block for block in blocks)


def test_every_variable_is_explained_and_every_explained_one_is_used() -> None:
    readers = [PROJECT / "cxhouse" / "settings.py", PROJECT / "dags" / "house.py"]
    read = {name for path in readers for name in re.findall(r'"(CXHOUSE_[A-Z_]+)"', path.read_text(encoding="utf-8"))}
    needed = set(VARIABLE.findall(COMPOSE_TEXT)) | read
    assert {"CXHOUSE_HASH_KEY", "POSTGRES_PASSWORD", "CXHOUSE_WEBHOOK_URL"} <= needed
    assert needed <= DOCUMENTED, f"explain in .env.example: {sorted(needed - DOCUMENTED)}"
    assert DOCUMENTED - needed == {"CXHOUSE_SAMPLE_DATA"}, "only the tests read this one"


def test_the_example_holds_no_secret() -> None:
    values = dict(re.findall(r"^([A-Z][A-Z0-9_]*)=(.*)$", ENV_EXAMPLE, flags=re.MULTILINE))
    assert all(not value for name, value in values.items() if re.search("KEY|PASSWORD|SECRET", name))
