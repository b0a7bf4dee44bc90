"""Tiny homes: each is loaded and built by the command line, as a user would."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from tests.companies.commands import run_command
from tests.companies.filled import UNTIL as FILLED_UNTIL
from tests.companies.filled import write_company, write_rows
from tests.companies.sharing import build_once
from tests.companies.tiny import UNTIL, tiny_environment, write_data


@dataclass(frozen=True)
class Home:
    """A CXHOUSE_HOME with the environment that works on it."""

    path: Path
    data: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str, check: bool = True) -> Any:
        """Run a cxhouse command here."""
        return run_command(self.environment, *arguments, check=check)

    def build(self, *arguments: str, only: Sequence[str] = ()) -> Any:
        """Build without dbt's data tests, which take a quarter of a small build: where a file builds often and compares figures.

        `only`: these models and what they read, for a file that looks at a few.
        """
        chosen = [part for name in only for part in ("--only", name)]
        return run_command({**self.environment, "DBT_EXCLUDE_RESOURCE_TYPES": "test"}, "build", *chosen, *arguments)

    def make_news(self) -> None:
        """Let the next build find something new, which changes no figure: a landed file was written again."""
        os.utime(next(path for path in sorted((self.path / "lake").glob("*/*/*.parquet"))))

    def query(self, sql: str) -> list[dict[str, Any]]:
        """Rows of the warehouse."""
        with duckdb.connect(str(self.path / "warehouse.duckdb"), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            found = connection.execute(sql)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def table(self, name: str) -> pl.DataFrame:
        """A table of the warehouse, its rows in order."""
        with duckdb.connect(str(self.path / "warehouse.duckdb"), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            return connection.sql(f"select * from {name} order by all").pl()

    def report(self, name: str) -> pl.DataFrame:
        """A published report."""
        return pl.read_parquet(self.path / "serving" / "current" / f"{name}.parquet")


def make_home(folder: Path, **environment: str) -> Home:
    """An empty home, and the folder of its source files."""
    home, data = folder / "home", folder / "data"
    return Home(home, data, {**tiny_environment(home, data), **environment})


def copy_home(home: Home, folder: Path, **environment: str) -> Home:
    """A copy of a home and its data, to go on from."""
    path, data = folder / "home", folder / "data"
    shutil.copytree(home.path, path, symlinks=True)
    shutil.copytree(home.data, data)
    return Home(path, data, {**home.environment, "CXHOUSE_HOME": str(path), "TINY_DATA": str(data), **environment})


# changes recorded for the tiny company: half an hour after Dutch midnight, long before the data, and in the far future
CHANGES = (
    {"id": "new-menu", "title": "New menu", "started-at": "2026-03-02T00:30", "kind": "system", "components": "dialler",
     "touchpoints": "checkout", "owner": "IT", "primary-kpi": "abandonment", "expected-direction": "lower",
     "expected-size": "0.02", "evaluation-date": "2026-04-20"},
    {"id": "first-shop", "title": "First shop", "started-at": "1999-05-01", "rolled-out-at": "1999-06-01T00:30",
     "kind": "touchpoint", "touchpoints": "showroom,site"},
    {"id": "drones", "title": "Drones", "started-at": "2099-01-01T12:00+01:00", "kind": "supplier", "suppliers": "swift",
     "owner": "Logistics", "primary-kpi": "on_time_delivery", "expected-direction": "higher", "evaluation-date": "2099-03-01"},
)  # fmt: skip


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The company whose sources fill every column, loaded, built and published once. Tests read it and change nothing."""

    def build(folder: Path) -> None:
        home = make_filled_home(folder)
        write_company(folder / "company")
        write_rows(home.data)
        home.run("ingest", "--to", FILLED_UNTIL.isoformat())
        home.run("build")
        home.run("publish")

    return make_filled_home(build_once(tmp_path_factory, "filled", build))


def make_filled_home(folder: Path) -> Home:
    """An empty home of that company, whose folder is to stand in `folder`/company."""
    return make_home(folder, CXHOUSE_COMPANY=str(folder / "company"), FILLED_DATA=str(folder / "data"))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The tiny company, loaded, built and published once. Tests read it and change nothing."""

    def build(folder: Path) -> None:
        home = make_home(folder)
        write_data(home.data)
        home.run("ingest", "--to", UNTIL)
        for change in CHANGES:
            home.run("change", "add", *(f"--{name}={value}" for name, value in change.items()))
        home.run("build")
        home.run("publish")

    return make_home(build_once(tmp_path_factory, "tiny", build))
