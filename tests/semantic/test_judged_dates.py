"""Dates judged before are not judged again, and never keep an answer whose ground has changed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from semantic.effects.company.breaks import propose_breaks
from semantic.effects.company.changes import evaluate_changes
from semantic.effects.company.facts import Company
from semantic.effects.company.false_alarms import list_quiet_questions, measure_false_alarms
from semantic.effects.company.memory import Memories, Memory, Packed, fingerprint_method, list_keys
from semantic.effects.company.questions import Question
from tests.companies.simulated import Simulated, simulate

DAYS = 420


def make_company(days: int = DAYS) -> Simulated:
    """Four touchpoints that move together, with a change, a break and late figures of one KPI."""
    company = simulate(days, ("shop", "web", "phone", "chat"), ("csat", "wait"), seed=7, shared=0.6)
    company = replace(company, kpis={"wait": {"maturity_days": 10, "counts_answers": True}})
    return company.shift("csat", "shop", 250, 2.0).add_change("A", 150, ("web",))


def judge(company: Company, memory: Memory | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    return measure_false_alarms(company, memory=memory).cases, propose_breaks(company, memory)


def check_same(company: Company, memory: Memory) -> None:
    for kept, fresh in zip(judge(company, memory), judge(company), strict=True):
        assert_frame_equal(kept, fresh, rel_tol=1e-8)


def test_a_day_more_judges_nothing_and_a_week_more_only_its_dates() -> None:
    company, memory = make_company(), Memory()
    assert all(frame.height for frame in judge(company.read(DAYS - 30), memory))
    judged = []
    for day in range(DAYS - 29, DAYS):
        memory = Memory(memory.asked)
        judge(company.read(day), memory)
        judged.append(memory.judged_count)
    # per week one date of each series for breaks, and per four weeks one for false alarms; less where the change is near
    assert judged.count(0) >= 19 and 8 * 4 <= sum(judged) <= 8 * 6
    check_same(company.read(), memory)


def test_dates_stay_the_same_while_days_pass() -> None:
    company = make_company()
    older, newer = ({question.change.start for question in list_quiet_questions(company.read(day), 28)} for day in (DAYS - 60, DAYS - 1))
    assert older < newer and {company.read().date_of(day).weekday() for day in newer} == {0}


EDITS: dict[str, Callable[[Simulated], Simulated]] = {
    "a day of the history": lambda company: company.shift("csat", "chat", 60, 0.5, 61),
    "the last day that counts": lambda company: company.shift("csat", "chat", 405, 0.5, 406),
    "counts": lambda company: replace(company, counts={key: counts * (1 + (key[1] == "phone")) for key, counts in company.counts.items()}),
    "a change of other touchpoints": lambda company: company.add_change("B", 300, ("phone", "chat")),
    "another incident": lambda company: replace(company, incidents=((200, 210, "phone"),)),
    "an incident everywhere": lambda company: replace(company, incidents=((200, 210, None),)),
    "a peak": lambda company: replace(company, peaks=((100, 120),)),
    "another version of a KPI": lambda company: replace(company, versions=(("csat", 100),)),
    "maturity": lambda company: replace(company, kpis={"wait": {"maturity_days": 17, "counts_answers": True}}),
    "what counts": lambda company: replace(company, kpis={"wait": {"maturity_days": 10}}),
    "a touchpoint less": lambda company: replace(
        company, values={key: values for key, values in company.values.items() if key[1] != "phone"}
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_changed_is_judged_again(edit: str) -> None:
    company, memory = make_company(), Memory()
    judge(company.read(), memory)
    asked = len(memory.asked)
    edited, memory = EDITS[edit](company).read(), Memory(memory.asked)
    check_same(edited, memory)
    assert memory.asked and memory.judged_count < asked
    if edit != "maturity":  # which only moves the last date
        assert memory.judged_count


def test_other_code_judges_everything_again(monkeypatch: pytest.MonkeyPatch) -> None:
    company, memory = make_company().read(), Memory()
    judge(company, memory)
    monkeypatch.setattr("semantic.effects.company.memory.fingerprint_method", lambda: b"other")
    again = Memory(memory.asked)
    judge(company, again)
    assert again.judged_count == len(memory.asked) > 100 and len(fingerprint_method()) == 16


def test_files_hold_what_was_asked_for_and_unreadable_ones_are_none(tmp_path: Path) -> None:
    folder, memories = tmp_path / "judged", Memories(Memory({b"old": (1.0,), b"none": ()}))
    memory = memories.dates
    found = memory.judge([b"none", b"new", None], lambda places: [(float(place), float("nan")) for place in places])
    assert str(found) == "[(), (1.0, nan), (2.0, nan)]" and memory.judged_count == 2
    memories.write(folder)
    assert str(Memories.read(folder).dates.kept) == str(memory.asked) and set(memory.asked) == {b"none", b"new"}
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes()[:100])
    broken, missing = Memories.read(folder), Memories.read(tmp_path / "missing")
    assert broken.dates.kept == broken.answers.kept == missing.dates.kept == missing.answers.kept == {}
    assert sorted(each.name for each in folder.iterdir()) == ["answers.parquet", "dates.parquet"]


def evaluate(company: Company, memory: Memory[Packed] | None = None) -> list[pl.DataFrame]:
    found = evaluate_changes(company, memory)
    return [found.effects, found.series, found.placebos]


def test_answers_about_changes_are_kept_through_a_file_until_something_they_read_changes(tmp_path: Path) -> None:
    company, memories = make_company().add_change("early", -40, ("shop",)), Memories()
    evaluate(company.read(DAYS - 1), memories.answers)
    memories.write(tmp_path)
    memory = Memories.read(tmp_path).answers
    asked = len(memory.kept)
    for kept, fresh in zip(evaluate(company.read(), memory), evaluate(company.read()), strict=True):
        assert_frame_equal(kept, fresh, rel_tol=1e-8)
    # the questions whose weeks after are not over are judged each time; with a day more, no other
    assert asked > 8 and set(memory.asked) == set(memory.kept)
    edited = company.shift("csat", "web", 60, 0.5, 61)
    again = Memory(memory.asked)
    for kept, fresh in zip(evaluate(edited.read(), again), evaluate(edited.read()), strict=True):
        assert_frame_equal(kept, fresh, rel_tol=1e-8)
    assert 0 < again.judged_count - memory.judged_count < asked


def test_the_key_of_an_answer_is_the_same_in_each_process() -> None:
    script = (
        "from tests.semantic.test_judged_dates import make_company\n"
        "from semantic.effects.company.changes import evaluate_changes\n"
        "from semantic.effects.company.memory import Memory\n"
        "memory = Memory()\n"
        "evaluate_changes(make_company().add_change('B', 200, ('web', 'shop', 'phone')).read(), memory)\n"
        "print(sorted(key.hex() for key in memory.asked))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1 and len(found.pop()) > 200


def test_weeks_that_are_not_over_have_no_key() -> None:
    company = make_company().read()
    question: Any = next(iter(list_quiet_questions(company, 7)))
    late = Question(replace(question.change, start=DAYS - 3), question.kpi_id, question.touchpoint_id)
    with pytest.raises(ValueError, match="are not over"):
        list_keys(company, "break", [late])
