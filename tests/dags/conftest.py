"""A tiny company, a `cxhouse` command that only records its arguments, and DAGs parsed in a separate process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.dags.corner_shop import PROJECT, SOURCES, write_company

PARSER = Path(__file__).with_name("parse_dags.py")


@pytest.fixture(scope="session")
def parse(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], dict[str, Any]]:
    """Parse the DAGs of a company in a fresh process and describe them."""
    home = tmp_path_factory.mktemp("parse_home")

    def run(company: Path) -> dict[str, Any]:
        environment = {**os.environ, "AIRFLOW_HOME": str(home), "CXHOUSE_COMPANY": str(company), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        done = subprocess.run([sys.executable, PARSER], env=environment, capture_output=True, text=True, check=True, timeout=120)
        return json.loads(done.stdout.splitlines()[-1])

    return run


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company of two sources."""
    return write_company(tmp_path_factory.mktemp("company"), SOURCES)


@pytest.fixture(scope="session")
def parsed(parse: Callable[[Path], dict[str, Any]], company: Path) -> dict[str, Any]:
    """The DAGs of the company of two sources."""
    return parse(company)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The module the DAG files share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("house_home")))
        patch.syspath_prepend(str(PROJECT / "dags"))
        import house

        yield house
        sys.modules.pop("house", None)


@pytest.fixture(scope="session")
def fake_commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `cxhouse` that appends its arguments to CXHOUSE_HOME/calls.jsonl.

    It fails as often as CXHOUSE_HOME/fail/SOURCE says (a number), and sleeps for a minute when CXHOUSE_HOME/sleep exists.
    """
    folder = tmp_path_factory.mktemp("commands")
    command = folder / "cxhouse"
    command.write_text(f"#!{sys.executable}\n" + Path(__file__).with_name("fake_cxhouse.py").read_text())
    command.chmod(0o755)
    return folder
