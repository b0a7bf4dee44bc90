"""After corrections of rows of many days, and with other segments, each table of the demo is what a full build makes."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.companies.commands import run_command
from tests.conftest import DEMO_END, STRESS, DemoHome

NOT_HOME = ("airflow", "dashboards", "reports", "serving")
# what tells of the build or of a load, and is no figure
OF_THE_BUILD = ("build_id", "built_at", "hours_old", "last_landed_at", "landed_at", "_load_id", "_landed_at")
CLOSE = 1e-9
LESS_CLOSE = {"fct_judgements": 1e-6}  # p-values far out in a tail; what is judged together decides about their last digits


def find_differences(one: Path, other: Path) -> dict[str, int]:
    """Rows of each table that are in one warehouse only, or whose numbers differ by more than rounding; lists of rows are left out."""
    found = {}
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        tables = connection.sql(
            "select table_name, list((column_name, data_type) order by column_index) from duckdb_columns() where database_name = 'one' "
            "and split_part(table_name, '_', 1) in ('int', 'dim', 'fct', 'rpt') and table_name in (select table_name from duckdb_tables()) "
            "group by table_name order by table_name"
        ).fetchall()
        for table, columns in tables:
            # sums of squares in another order give another fingerprint, and the same figures
            left_out = (*OF_THE_BUILD, *(["fingerprint"] if table.endswith("_fingerprints") else []))
            kept = [(name, kind) for name, kind in columns if name not in left_out]
            close = LESS_CLOSE.get(table, CLOSE)
            keys = [f'"{name}"' for name, kind in kept if kind != "DOUBLE" and "STRUCT" not in kind]
            numbers = [f'"{name}"' for name, kind in kept if kind == "DOUBLE"]
            rows = ", ".join([*keys, *numbers])
            ranked = f"row_number() over (partition by {', '.join(keys) or '1'} order by {', '.join(numbers) or '1'}) as place"
            sides = [f"(select {rows}, {ranked} from {side}.{table})" for side in ("one", "other")]
            same = " and ".join(f"one.{name} is not distinct from other.{name}" for name in [*keys, "place"])
            apart = [
                f"(one.{name} is null) <> (other.{name} is null) "
                f"or abs(one.{name} - other.{name}) > {close} * greatest(1, abs(one.{name}), abs(other.{name}))"
                for name in numbers
            ]
            is_apart = " or ".join(["one.place is null or other.place is null", *apart])
            query = f"select count(*) from {sides[0]} as one full join {sides[1]} as other on {same} where {is_apart}"
            found[table] = connection.sql(query).fetchall()[0][0]
    return {table: count for table, count in found.items() if count}


class Systems:
    """The source systems of a demo home, whose rows a test corrects."""

    def __init__(self, home: Path, seed: int) -> None:
        self.folder, self.dice = home / "demo", random.Random(seed)
        self.touched: set[tuple[str, date]] = set()

    def pick_day(self) -> date:
        """A day, more often a late one."""
        return date.fromisoformat(DEMO_END) - timedelta(days=int(self.dice.triangular(0, 900, 20)))

    def correct_orders(self) -> None:
        """Orders of one day of changes: some are gone, some cancelled, some have another amount, channel or customer."""
        day = self.pick_day()
        with sqlite3.connect(self.folder / "shop.db") as shop:
            rows = [row[0] for row in shop.execute("select order_no from orders where date(modified_at) = ?", (day.isoformat(),))]
            for number in self.dice.sample(rows, min(3, len(rows))):
                edit = self.dice.choice(
                    [
                        "update orders set state = '99', cancelled_on = modified_at where order_no = ?",
                        "update orders set goods_total_cents = goods_total_cents * 3 + 1 where order_no = ?",
                        "update orders set sales_channel = 'store', customer_no = null where order_no = ?",
                        "update orders set customer_no = (select max(customer_no) from orders) where order_no = ?",
                    ]
                )
                shop.execute(edit, (number,))
            if len(rows) > 5:
                shop.execute("delete from orders where order_no = ?", (rows[-1],))
        # the window of a cursor is in UTC, days of the company are local
        self.touched |= {("shop", day + timedelta(days=each)) for each in (-1, 0, 1)}

    def correct_files(self, source: str, pattern: str) -> None:
        """A file of one day: one line is gone, one is there twice, one belongs to another day."""
        found = sorted(self.folder.glob(pattern))
        path = found[max(0, len(found) - 1 - int(self.dice.triangular(0, len(found) - 1, 20)))]
        day = date.fromisoformat(path.stem.rpartition("_")[2])
        lines = path.read_bytes().splitlines(keepends=True)
        header = lines.pop(0) if path.suffix == ".csv" else b""
        if len(lines) > 8:
            lines.pop(self.dice.randrange(len(lines)))
            lines.append(self.dice.choice(lines))
        path.write_bytes(header + b"".join(lines))
        self.touched.add((source, day))


def copy_demo(demo_home: DemoHome, folder: Path) -> tuple[Path, dict[str, str]]:
    """The demo's systems, lake, warehouse and ledger, to be changed, and the environment for builds without data tests."""
    home = folder / "home"
    shutil.copytree(demo_home.path, home, symlinks=True, ignore=shutil.ignore_patterns(*NOT_HOME))
    return home, {**demo_home.environment, "CXHOUSE_HOME": str(home), "DBT_EXCLUDE_RESOURCE_TYPES": "test"}


def correct_systems(home: Path, environment: dict[str, str], seed: int) -> None:
    """Correct rows of many days, and load these days again."""
    systems = Systems(home, seed)
    for _ in range(4):
        systems.correct_orders()
        systems.correct_files("contact_center", "contacts/contacts_*.jsonl")
        systems.correct_files("surveys", "surveys/survey_export_*.csv")
    for source, day in sorted(systems.touched):
        days = ("--from", day.isoformat(), "--to", (day + timedelta(days=1)).isoformat())
        run_command(environment, "ingest", source, *days, check=False)


def raise_boundary(home: Path) -> None:
    """A version of the customer values with a higher boundary of financial value."""
    ledger = home / "ledger" / "value_models.jsonl"
    line = json.loads(ledger.read_text(encoding="utf-8").splitlines()[-1])
    version = json.loads(line["model_json"])
    version["version"] += 1
    version["boundaries"]["financial"] *= 2
    with ledger.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**line, "version": version["version"], "model_json": json.dumps(version)}) + "\n")


def count_orders(home: Path) -> dict[str, int]:
    """Orders of the company per segment, over all months."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        rows = warehouse.sql(
            "select segment, sum(n)::int from fct_daily_measures where measure_id = 'orders_placed' and segment is not null group by 1"
        )
        return dict(rows.fetchall())


def test_corrections_and_other_boundaries_leave_what_a_full_build_leaves(demo_home: DemoHome, tmp_path: Path) -> None:
    home, environment = copy_demo(demo_home, tmp_path)
    before = count_orders(home)
    raise_boundary(home)
    assert "touched days only" in run_command(environment, "build", "--only", "fct_daily_measures").stdout
    after = count_orders(home)
    # with a higher boundary no value rises: the two segments of high financial value lose customers to the two others
    assert after["champions"] < before["champions"] and after["quiet_fans"] > before["quiet_fans"]
    assert sum(after.values()) == sum(before.values())
    correct_systems(home, environment, 0)
    assert "touched days only" in run_command(environment, "build").stdout
    in_part = home.with_name("in_part.duckdb")
    shutil.copy(home / "warehouse.duckdb", in_part)
    corrected = find_differences(demo_home.path / "warehouse.duckdb", in_part)
    assert corrected["int_orders"] > 10 and corrected["int_contacts"] > 1 and corrected["int_answers"] > 1
    assert corrected["fct_touchpoint_kpis"] > 1000
    run_command(environment, "build", "--full-refresh")
    assert find_differences(home / "warehouse.duckdb", in_part) == {}


@pytest.mark.campaign
@pytest.mark.skipif(not STRESS, reason="eight times five rounds of corrections; make stress runs them")
@pytest.mark.parametrize("seed", range(1, 9))
def test_many_rounds_of_corrections_leave_what_a_full_build_leaves(demo_home: DemoHome, tmp_path: Path, seed: int) -> None:
    home, environment = copy_demo(demo_home, tmp_path)
    for place in range(5):
        correct_systems(home, environment, 10 * seed + place)
        run_command(environment, "build")
    in_part = home.with_name("in_part.duckdb")
    shutil.copy(home / "warehouse.duckdb", in_part)
    run_command(environment, "build", "--full-refresh")
    assert find_differences(home / "warehouse.duckdb", in_part) == {}
