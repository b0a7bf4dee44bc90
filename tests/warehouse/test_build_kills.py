"""Builds killed at any time, alone or beside a load: the next plain build gives the tables of a home whose builds were never killed."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest

from tests.companies.commands import start_command
from tests.companies.tiny import UNTIL
from tests.conftest import STRESS
from tests.warehouse.conftest import Home, copy_home
from tests.warehouse.killed_steps import check_copy
from tests.warehouse.polling import Poll
from tests.warehouse.test_incremental_builds import TABLES, snapshot

SEED = 20240301
ROUNDS = 15
pytestmark = [
    pytest.mark.campaign,
    pytest.mark.skipif(not STRESS, reason="builds killed at some time; test_interrupted_builds.py kills three at chosen models"),
]
WITHOUT_TESTS = {"DBT_EXCLUDE_RESOURCE_TYPES": "test"}


def change_sources(home: Home) -> None:
    """Let an order and a delivery move to another day, and correct a file without changing its size."""
    for name, old, new in (
        ("deliveries_2026-03-02.csv", "D3,O4,slow,2026-03-03T12:00:00", "D3,O4,slow,2026-03-02T12:00:00"),
        ("orders_2026-03-01.csv", "O2,C2,2026-03-01T10:00:00,web,placed,EUR,60.00", "O2,C2,2026-03-01T10:00:00,web,placed,EUR,61.00"),
    ):
        text = (home.data / name).read_text(encoding="utf-8")
        assert old in text
        (home.data / name).write_text(text.replace(old, new), encoding="utf-8")


def kill_at(home: Home, seconds: float, *arguments: str) -> bool:
    """Start a command and kill it after some time. Returns whether it was still running."""
    process = start_command({**home.environment, **WITHOUT_TESTS}, *arguments)
    process.join(seconds)
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def test_builds_and_loads_killed_at_any_time_are_repaired_by_the_next(tiny: Home, tmp_path: Path) -> None:
    twin = copy_home(tiny, tmp_path / "twin")
    change_sources(twin)
    twin.run("ingest", "--to", UNTIL)
    started = time.monotonic()
    twin.build(only=TABLES)
    wanted, length = snapshot(twin), time.monotonic() - started
    chance, only = random.Random(SEED), [part for name in TABLES for part in ("--only", name)]
    kills = 0
    for number in range(ROUNDS):
        home = copy_home(tiny, tmp_path / str(number))
        before = check_copy(home.path)
        change_sources(home)
        with Poll(lambda home=home: check_copy(home.path)) as poll:
            kills += kill_at(home, chance.uniform(0.1, 1), "ingest", "--to", UNTIL)
            home.run("ingest", "--to", UNTIL)
            for _ in range(2):
                kills += kill_at(home, chance.uniform(0.1, length), "build", *only)
            beside = start_command(home.environment, "ingest", "--to", UNTIL)
            kills += kill_at(home, chance.uniform(0.1, length), "build", *only)
            beside.join(240)
            assert beside.exitcode == 0
            built = home.build(only=TABLES)
        assert "nothing is new" not in built.stdout and not poll.problems and poll.seen == {before}
        found = snapshot(home)
        for table in TABLES:
            assert found[table] == wanted[table], (number, table)
    assert kills > 2 * ROUNDS


def test_a_whole_build_that_was_killed_is_not_skipped_and_can_then_be_published(tiny: Home, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    for number in range(4):
        home = copy_home(tiny, tmp_path / str(number))
        before = check_copy(home.path)
        change_sources(home)
        home.run("ingest", "--to", UNTIL)
        assert kill_at(home, chance.uniform(1, 5), "build")
        assert home.run("publish", check=False).returncode == 1 and check_copy(home.path) == before
        assert "nothing is new" not in home.build().stdout
        home.run("publish")
        assert check_copy(home.path) != before
