"""What a start of the local Airflow pauses."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from cxhouse.local_airflow.home import LEFT_TO_PEOPLE, find_airflow_version, prepare_airflow
from cxhouse.settings import read_settings
from tests.companies.commands import PROJECT


def test_a_start_pauses_every_dag_but_the_one_that_writes_to_people(tmp_path: Path) -> None:
    settings = read_settings({"CXHOUSE_HOME": str(tmp_path)})
    settings.airflow.mkdir()
    (settings.airflow / "migrated").write_text(find_airflow_version())
    with sqlite3.connect(settings.airflow / "airflow.db") as database:
        database.execute("create table dag (dag_id text, is_paused integer)")
        database.executemany("insert into dag values (?, 0)", [("warehouse",), ("dashboards",), (LEFT_TO_PEOPLE,)])
    prepare_airflow(settings, time_zone="UTC")
    with sqlite3.connect(settings.airflow / "airflow.db") as database:
        paused = dict(database.execute("select dag_id, is_paused from dag").fetchall())
    assert paused == {"warehouse": 1, "dashboards": 1, LEFT_TO_PEOPLE: 0}
    assert f'dag_id="{LEFT_TO_PEOPLE}"' in (PROJECT / "dags" / "news.py").read_text(encoding="utf-8")
