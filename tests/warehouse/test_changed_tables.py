"""Where only the company folder or the ledger changed, what reads it is built; all models are then as after a full build."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from cxhouse.build_state import BuildState, read_state
from cxhouse.settings import read_settings
from cxhouse.warehouse.build import LAYERS
from tests.companies.tiny import FOLDER
from tests.conftest import pick_size
from tests.warehouse.conftest import Home, copy_home

OF_THE_BUILD = ("build_id", "built_at", "hours_old")


def edit(name: str, old: str, new: str) -> Callable[[Home], None]:
    """An edit of a file of the company folder."""

    def change(home: Home) -> None:
        path = Path(home.environment["CXHOUSE_COMPANY"]) / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    change.__name__ = f"{name}: {new.strip()}"
    return change


def record(home: Home) -> None:
    """A change that has started."""
    home.run(
        *("change", "add", "--id", "late", "--title", "Late", "--started-at", "2026-03-02", "--kind", "system"),
        *("--touchpoints", "site", "--primary-kpi", "conversion", "--expected-direction", "higher", "--owner", "IT"),
    )


def withdraw(home: Home) -> None:
    """A change that had been recorded before the first build."""
    home.run("change", "edit", "drones", "--withdraw")


def publish(home: Home) -> None:
    """A publish, and then something else."""
    home.run("publish")
    edit("company.yml", "Customers come back.", "Customers come back soon.")(home)


STEPS: tuple[Callable[[Home], None], ...] = (
    record,
    withdraw,
    publish,
    edit("touchpoints.yml", "target: 0.05, lower_bound: 0.1", "target: 0.06, lower_bound: 0.2"),
    edit("touchpoints.yml", "except: {topic: [returns]}", "except: {topic: [complaint]}"),
    edit("touchpoints.yml", "name: Parcel", "name: The parcel"),
    edit("touchpoints.yml", "name: Returns desk\n    owner: Service", "name: Returns desk\n    owner: Sales"),
    edit("journeys/buy.yml", "touchpoints: [parcel, phone, returns_desk]", "touchpoints: [parcel, phone]"),
    edit("components.yml", "touchpoints: [phone, returns_desk]", "touchpoints: [phone]"),
    edit("calendars/opening_hours.yml", 'opens_at: "09:00"', 'opens_at: "10:00"'),
)


@pytest.fixture
def home(tiny: Home, tmp_path: Path) -> Home:
    """The tiny company in a folder of its own, built where it stands now."""
    shutil.copytree(FOLDER, tmp_path / "company")
    home = copy_home(tiny, tmp_path, CXHOUSE_COMPANY=str(tmp_path / "company"))
    home.build()
    return home


def read_last(home: Home) -> BuildState:
    """The state of the last build."""
    last = read_state(read_settings(home.environment))
    assert last is not None
    return last


def read_all(home: Home) -> dict[str, list[str]]:
    """Every row of every model, without the columns that tell of the build itself."""
    models = home.query("""
        select distinct table_name as name from duckdb_columns()
        where database_name = current_database() and split_part(table_name, '_', 1) in ('stg', 'int', 'dim', 'fct', 'rpt')
    """)
    rows = {each["name"]: home.query(f"select columns(lambda name: name not in {OF_THE_BUILD}) from {each['name']}") for each in models}
    return {name: sorted(map(repr, found)) for name, found in rows.items()}


@pytest.mark.parametrize("seed", range(pick_size(1, stress=6)))
def test_what_was_built_in_part_equals_a_full_build(home: Home, seed: int) -> None:
    dice = random.Random(seed)
    for step in dice.sample(STEPS, pick_size(4, stress=len(STEPS))):
        step(home)
        home.build()
        assert read_last(home).changed, step.__name__
    in_part = read_all(home)
    home.build("--full-refresh")
    full = read_all(home)
    assert [name for name in full if in_part[name] != full[name]] == []
    assert set(in_part) == set(full)
    with duckdb.connect(str(home.path / "warehouse.duckdb")) as warehouse:
        warehouse.execute("delete from int_orders_daily")
        # the kind of a model may have changed: these are a table and a view
        warehouse.execute("drop table fct_change_status; create view fct_change_status as select 1 as one where false")
        warehouse.execute("drop view dim_incidents; create table dim_incidents as select 1 as one")
    home.run("change", "edit", "new-menu", "--title", "Newer menu")
    home.build()
    assert len(home.table("fct_change_status")) and not len(home.table("int_orders_daily")), "no other model is built"
    assert read_all(home)["dim_incidents"] == full["dim_incidents"]
    assert "change_versions" in home.run("status").stdout
    home.run("change", "edit", "new-menu", "--title", "Newest menu")
    for layer in LAYERS:
        home.build("--layer", layer)
    assert read_last(home).is_passed and read_last(home).changed == ("change_versions",)
    assert "Newest menu" in home.table("rpt_changes")["title"].to_list()
