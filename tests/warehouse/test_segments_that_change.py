"""The segment of an unchanged row may change. Then its days are counted again, and no other days."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.companies.commands import run_command
from tests.conftest import DemoHome

TABLES = ("int_customer_values", "int_segment_days", "fct_daily_measures", "fct_kpi_sums")
NOT_HOME = ("airflow", "dashboards", "demo", "reports", "serving")


def differing_rows(home: Path, other: Path) -> dict[str, int]:
    """Rows of each table that are in one warehouse only, or whose numbers differ by more than rounding."""
    found = {}
    with duckdb.connect() as connection:
        for name, path in (("one", home), ("two", other)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        for table in TABLES:
            columns = connection.sql(f"describe one.{table}").fetchall()
            numbers = [name for name, kind, *_ in columns if kind == "DOUBLE"]
            keys = ", ".join(name for name, kind, *_ in columns if kind != "DOUBLE")
            sides = [f"(select hash({keys}) as row_key, {', '.join(numbers) or '0 as x'} from {side}.{table})" for side in ("one", "two")]
            is_apart = [
                f"(one.{name} is null) <> (two.{name} is null) or abs(one.{name} - two.{name}) > 1e-9 * greatest(1, abs(one.{name}))"
                for name in numbers
            ]
            apart = " or ".join(["one.row_key is null or two.row_key is null", *is_apart])
            query = f"select count(*) from {sides[0]} as one full outer join {sides[1]} as two on one.row_key = two.row_key where {apart}"
            found[table] = connection.sql(query).fetchall()[0][0]
    return found


def count_orders(home: Path) -> dict[str, int]:
    """Orders of the company per segment, over all months."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        rows = warehouse.sql(
            "select segment, sum(n)::int from fct_daily_measures where measure_id = 'orders_placed' and segment is not null group by 1"
        )
        return dict(rows.fetchall())


@pytest.fixture
def copy(demo_home: DemoHome, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """The demo's warehouse, lake and ledger, to be changed."""
    home = tmp_path / "home"
    shutil.copytree(demo_home.path, home, symlinks=True, ignore=shutil.ignore_patterns(*NOT_HOME))
    return home, {**demo_home.environment, "CXHOUSE_HOME": str(home)}


def test_other_boundaries_count_the_days_again_that_they_move(copy: tuple[Path, dict[str, str]]) -> None:
    home, environment = copy
    orders_before = count_orders(home)
    line = json.loads((home / "ledger" / "value_models.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    version = json.loads(line["model_json"])
    version["version"] += 1
    version["boundaries"]["financial"] *= 2
    with (home / "ledger" / "value_models.jsonl").open("a", encoding="utf-8") as ledger:
        ledger.write(json.dumps({**line, "version": version["version"], "model_json": json.dumps(version)}) + "\n")
    only = [part for table in TABLES for part in ("--only", table)]
    plain = {**environment, "DBT_EXCLUDE_RESOURCE_TYPES": "test"}
    assert "touched days only" in run_command(plain, "build", *only).stdout
    orders_after = count_orders(home)
    # with higher boundaries no value rises: the two segments of high financial value lose customers to the two others
    assert orders_after["champions"] < orders_before["champions"]
    assert orders_after["quiet_fans"] > orders_before["quiet_fans"]
    assert sum(orders_after.values()) == sum(orders_before.values())
    incremental = home.with_name("incremental.duckdb")
    shutil.copy(home / "warehouse.duckdb", incremental)
    run_command(plain, "build", "--full-refresh", *only)
    assert differing_rows(home / "warehouse.duckdb", incremental) == dict.fromkeys(TABLES, 0)
