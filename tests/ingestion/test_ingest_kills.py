"""Loads of all kinds of tables, killed at any step or time, alone or beside another one, are repaired by a plain load."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingestion.lake import prepare_lake
from ingestion.landing_log import read_landing_log
from tests.companies.kills import Outcome, Running, run, spread
from tests.conftest import pick_size
from tests.ingestion.many_tables import FIRST, MIDDLE, UNTIL, describe_lake, list_tables, load_plainly, make_company, write_version
from tests.ingestion.small_company import SmallCompany

SEED = 20240301
ENVIRONMENT = {"POLARS_MAX_THREADS": "1"}


@dataclass(frozen=True)
class Case:
    """A company before a load, its lake then, and what an undisturbed load leaves."""

    company: SmallCompany
    saved: Path
    twin: dict[str, Any]
    steps: list[str]

    def start(self, step: int = 0, only: str = "") -> Running:
        """Begin a plain load in a process."""
        return Running(load_plainly, str(self.company.root), str(UNTIL), only, folder=self.company.lake, step=step, **ENVIRONMENT)

    def begin_again(self) -> None:
        """Put the lake back as it was before the load."""
        shutil.rmtree(self.company.lake, ignore_errors=True)
        if self.saved.is_dir():
            shutil.copytree(self.saved, self.company.lake)

    def check_repaired(self, what: object) -> None:
        """A plain load, and then the lake and its log are those of the twin."""
        check_landed(self.start().wait(), what)
        assert describe_lake(self.company) == self.twin, what


def check_landed(outcome: Outcome, what: object) -> None:
    """The load ended well."""
    assert outcome.code == 0 and outcome.answer == [], (what, outcome.answer, outcome.errors)


def make_case(folder: Path, *, is_first: bool) -> Case:
    """A first load into no lake, or a load after the sources have changed."""
    company, saved = make_company(folder / "company"), folder / "saved"
    if is_first:
        write_version(company, "new")
    else:
        for only, until in (("crm", UNTIL), ("shop", MIDDLE)):
            check_landed(run(load_plainly, str(company.root), str(until), only, folder=company.lake, **ENVIRONMENT), only)
        write_version(company, "new")
        shutil.copytree(company.lake, saved)
    outcome = run(load_plainly, str(company.root), folder=company.lake, **ENVIRONMENT)
    check_landed(outcome, "twin")
    return Case(company, saved, describe_lake(company), outcome.steps)


@pytest.fixture(scope="module", params=["first", "later"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Both kinds of load."""
    return make_case(tmp_path_factory.mktemp(request.param), is_first=request.param == "first")


def test_the_later_load_replaces_rows_of_every_kind_of_table(tmp_path: Path) -> None:
    case = make_case(tmp_path, is_first=False)
    case.begin_again()
    before = describe_lake(case.company)
    assert len(before) == 6 and all(before[label] != case.twin[label] for label in before)
    assert "None)" in str(case.twin) and "not a decimal" in str(case.twin)
    renames = [step for step in case.steps if step.startswith("os.rename")]
    assert len({step.split("/")[1] for step in renames}) == 6 and len(renames) > 15


@pytest.mark.campaign
def test_a_load_killed_at_any_step_is_repaired_by_a_plain_load(case: Case) -> None:
    total = len(case.steps)
    assert total > 200
    for step in spread(pick_size(4, stress=total), total):
        case.begin_again()
        assert case.start(step).wait().is_killed, step
        case.check_repaired((step, case.steps[step - 1]))


@pytest.mark.campaign
def test_a_load_killed_again_and_again_is_repaired_by_a_plain_load(case: Case) -> None:
    chance = random.Random(SEED)
    for _ in range(pick_size(1, stress=20)):
        case.begin_again()
        kills = [chance.randrange(1, len(case.steps)) for _ in range(3)]
        for step in kills:
            assert case.start(step).wait().code <= 0
        case.check_repaired(kills)


@pytest.mark.campaign
def test_a_load_killed_at_any_time_is_repaired_by_a_plain_load(case: Case) -> None:
    chance = random.Random(SEED)
    for _ in range(pick_size(1, stress=60)):
        case.begin_again()
        seconds = chance.uniform(0.05, 1.2)
        case.start().kill_after(seconds)
        case.check_repaired(seconds)


@pytest.mark.campaign
def test_a_load_killed_beside_another_leaves_no_lock_and_the_other_lands(case: Case) -> None:
    chance = random.Random(SEED)
    for _ in range(pick_size(1, stress=60)):
        case.begin_again()
        step = chance.randrange(1, len(case.steps))
        both = [case.start(step), case.start()]
        killed, other = (running.wait() for running in both)
        assert killed.is_killed or killed.answer == [], step  # the second one to load has fewer steps
        check_landed(other, step)
        case.check_repaired(step)


@pytest.mark.campaign
def test_what_a_build_finds_after_a_kill_is_whole(case: Case) -> None:
    """The build takes each table's lock first; after that the log and the rows of each table tell the same."""
    total = len(case.steps)
    for step in spread(pick_size(1, stress=60), total):
        case.begin_again()
        assert case.start(step).wait().is_killed, step
        prepare_lake(case.company.load(), case.company.lake)
        assert not list(case.company.lake.rglob("*.tmp")) or list(case.company.lake.glob("._key.*.tmp")), step
        log = read_landing_log(case.company.lake)
        for table in list_tables(case.company):
            landed = log.filter(log["table"] == table.name)
            rows = case.company.read(table.name, table.source)
            assert bool(rows.height) == bool(landed["rows_landed"].sum()), (step, table.label)
        case.check_repaired((step, case.steps[step - 1]))


def test_days_are_those_of_several_windows() -> None:
    assert FIRST < date(2024, 2, 1) < date(2024, 3, 1) < MIDDLE < UNTIL
