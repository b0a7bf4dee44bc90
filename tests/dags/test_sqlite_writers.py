"""Airflow's metadata on SQLite: a savepoint waits for another writer instead of failing."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, text

from cxhouse.local_airflow.config import airflow_local_settings


def write_row(engine: Engine, done: list[str]) -> None:
    with engine.begin() as other:
        other.execute(text("insert into run values ('other')"))
    done.append("other")


def test_a_transaction_that_reads_in_a_savepoint_and_then_writes_is_not_refused(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'airflow.db'}?timeout=20")
    done: list[str] = []
    with engine.begin() as connection:
        connection.execute(text("pragma journal_mode = wal"))
        connection.execute(text("create table run (id text)"))
    with engine.connect() as ours:
        with ours.begin_nested():
            assert ours.execute(text("select count(*) from run")).scalar() == 0
            other = threading.Thread(target=write_row, args=(engine, done))
            other.start()
            other.join(0.5)
            assert done == [], "the other writer should be waiting"
            ours.execute(text("insert into run values ('ours')"))
        ours.commit()
    other.join(20)
    with engine.connect() as reader:
        assert reader.execute(text("select id from run order by id")).scalars().all() == ["other", "ours"]
    assert event.contains(Engine, "savepoint", airflow_local_settings.ask_for_write_lock)
