"""A publish killed at any step or time, alone, beside another or beside a build: readers see one whole copy, the ledger all of it once."""

from __future__ import annotations

import json
import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cxhouse.ledger.changes import CHANGES
from cxhouse.ledger.kpi_definitions import DEFINITIONS, NOTED
from tests.companies.kills import Running, run, spread
from tests.conftest import pick_size
from tests.warehouse import killed_steps
from tests.warehouse.conftest import Home
from tests.warehouse.killed_steps import REFUSED, check_copy, describe_published, describe_rooms
from tests.warehouse.polling import Poll

SEED = 20240301
NEWER = "29990101T000000-newer"
MARK = {"kpi_id": "only_in_this_build", "version": 1, "meaning": {}}


def copy_as_link(source: str, target: str) -> None:
    """Copy a file; what no publish writes, the warehouse and the lake, is linked."""
    shares = source.endswith("warehouse.duckdb") or "/lake/" in source
    (os.link if shares else shutil.copy2)(source, target)


def write_over(source: Path, target: Path) -> None:
    """Replace a home by a copy."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True, copy_function=copy_as_link, ignore=shutil.ignore_patterns("target"))


@dataclass(frozen=True)
class Case:
    """A home with an older published copy and a newer build, the home as saved, what an undisturbed publish leaves, and its steps."""

    home: Home
    saved: Path
    twin: dict[str, Any]
    steps: list[str]

    def start(self, action: Any = killed_steps.publish, step: int = 0) -> Running:
        """Begin to publish, or another action."""
        return Running(action, dict(self.home.environment), folder=self.home.path, step=step)

    def begin_again(self) -> None:
        """Put the home back as it was."""
        write_over(self.saved, self.home.path)

    def check_repaired(self, what: object) -> None:
        """A plain publish, and then the home is that of the twin."""
        outcome = self.start().wait()
        assert outcome.answer == NEWER, (what, outcome.errors)
        assert check_copy(self.home.path) == NEWER and describe_published(self.home.path) == self.twin, what


@pytest.fixture(scope="module")
def case(tiny: Home, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """One case for all tests of the file."""
    return make_case(tiny, tmp_path_factory.mktemp("publish_kills"))


def make_case(tiny: Home, folder: Path) -> Case:
    """The tiny home as if nothing of a newer build were published or kept yet."""
    path, saved = folder / "home", folder / "saved"
    shutil.copytree(tiny.path, path, symlinks=True)
    home = Home(path, tiny.data, {**tiny.environment, "CXHOUSE_HOME": str(path)})
    state = json.loads((path / "state" / "build.json").read_text(encoding="utf-8"))
    (path / "state" / "build.json").write_text(json.dumps({**state, "build_id": NEWER}), encoding="utf-8")
    noted = path / "state" / NOTED
    noted.write_text(json.dumps([*json.loads(noted.read_text(encoding="utf-8"))[:4], MARK]), encoding="utf-8")
    for kept in (path / "ledger").iterdir():
        if kept.name != CHANGES:
            shutil.rmtree(kept) if kept.is_dir() else kept.unlink()
    write_over(path, saved)
    outcome = run(killed_steps.publish, dict(home.environment), folder=path)
    assert outcome.answer == NEWER, outcome.errors
    return Case(home, saved, describe_published(path), outcome.steps)


def test_an_undisturbed_publish_leaves_reports_the_ledger_and_rows_about_customers(case: Case) -> None:
    assert {"reports", "change_plans.jsonl", DEFINITIONS, "restricted/customer_segments.parquet"} <= set(case.twin)
    assert case.twin[DEFINITIONS][-1]["kpi_id"] == MARK["kpi_id"] and len(case.twin[DEFINITIONS]) == 5
    assert len(case.steps) > 150 and sum("half of" in step for step in case.steps) > 8


@pytest.mark.campaign
def test_a_publish_killed_at_any_step_leaves_one_whole_copy_and_the_next_one_finishes(case: Case) -> None:
    total, seen = len(case.steps), set()
    shown = next(number for number, step in enumerate(case.steps, 1) if step.startswith("os.rename serving/.current"))
    for step in [shown + 1, *spread(pick_size(3, stress=total), total)]:
        case.begin_again()
        with Poll(lambda: check_copy(case.home.path)) as poll:
            assert case.start(step=step).wait().is_killed, step
            seen.add(check_copy(case.home.path))
            case.check_repaired((step, case.steps[step - 1]))
        assert not poll.problems, (step, poll.problems[:3])
    assert len(seen) == 2 and NEWER in seen


@pytest.mark.campaign
def test_a_publish_killed_beside_another_leaves_one_whole_copy(case: Case) -> None:
    chance = random.Random(SEED)
    for _ in range(pick_size(1, stress=100)):
        case.begin_again()
        step = chance.randrange(1, len(case.steps))
        with Poll(lambda: check_copy(case.home.path)) as poll:
            killed, other = [running.wait() for running in (case.start(step=step), case.start())]
            assert other.answer == NEWER and (killed.is_killed or killed.answer == NEWER), (step, other.errors)
            case.check_repaired(step)
        assert not poll.problems, (step, poll.problems[:3])


@pytest.mark.campaign
def test_a_publish_killed_at_any_time_leaves_one_whole_copy(case: Case) -> None:
    chance = random.Random(SEED)
    for _ in range(pick_size(1, stress=60)):
        case.begin_again()
        seconds = chance.uniform(0.05, 1.5)
        case.start().kill_after(seconds)
        assert check_copy(case.home.path)
        case.check_repaired(seconds)


@pytest.mark.campaign
def test_a_build_after_a_killed_publish_keeps_what_readers_saw_exactly_once(case: Case) -> None:
    """The publish is killed; then a build begins, which overwrites the warehouse: what was shown must be in the ledger before."""
    total = len(case.steps)
    shown = next(number for number, step in enumerate(case.steps, 1) if step.startswith("os.rename serving/.current"))
    for step in sorted({shown, shown + 1, *spread(pick_size(1, stress=60), total)}):
        case.begin_again()
        assert case.start(step=step).wait().is_killed, step
        was_shown = check_copy(case.home.path) == NEWER
        assert was_shown == (step > shown)
        outcome = case.start(killed_steps.begin).wait()
        assert outcome.answer not in (None, REFUSED), (step, outcome.errors)
        found = {name: rows for name, rows in list_kept(case.home.path).items() if rows}
        assert found == ({name: rows for name, rows in case.twin.items() if is_kept(name)} if was_shown else {}), step


@pytest.mark.campaign
def test_a_build_that_begins_beside_a_publish_gives_each_build_its_own_ledger_lines(case: Case) -> None:
    chance = random.Random(SEED)
    for _ in range(pick_size(1, stress=60)):
        case.begin_again()
        step = chance.choice([0, chance.randrange(1, len(case.steps))])
        both = case.start(step=step), case.start(killed_steps.begin)
        published, begun = [running.wait() for running in both]
        assert published.is_killed or published.answer in (NEWER, REFUSED), published.errors
        assert begun.answer not in (None, REFUSED), (step, begun.errors)
        if check_copy(case.home.path) == NEWER:
            assert {name: rows for name, rows in case.twin.items() if is_kept(name)} == list_kept(case.home.path), step
        else:
            assert not list_kept(case.home.path), step


def is_kept(name: str) -> bool:
    """Whether a part of a home is what publishes add to the ledger."""
    return name not in ("reports", CHANGES) and not name.startswith("restricted")


def list_kept(home: Path) -> dict[str, Any]:
    """What publishes have added to the ledger."""
    return {name: rows for name, rows in describe_rooms(home).items() if is_kept(name)}


@pytest.mark.campaign
def test_a_build_killed_before_dbt_starts_is_not_published_with_other_definitions_and_is_begun_again(case: Case) -> None:
    case.begin_again()
    total = len(case.start(killed_steps.begin).wait().steps)
    assert total > 100
    for step in spread(pick_size(3, stress=total), total):
        case.begin_again()
        assert case.start(killed_steps.begin, step=step).wait().is_killed, step
        published = case.start().wait().answer
        assert published in (NEWER, REFUSED), step
        assert check_copy(case.home.path) == NEWER or published == REFUSED, step
        if published == NEWER:
            assert describe_published(case.home.path)[DEFINITIONS] == case.twin[DEFINITIONS], step
        assert case.start(killed_steps.begin).wait().answer not in (None, REFUSED, "nothing new"), step
