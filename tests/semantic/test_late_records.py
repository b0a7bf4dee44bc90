"""Events recorded late that make a verdict impossible are named, so that nobody avoids a verdict unnoticed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from semantic.effects.company.verdicts import write_date
from tests.companies.simulated import Simulated, day_of, simulate

DAYS, START = 700, 560


def planned(company: Simulated) -> Simulated:
    """The change under test: A at the shop."""
    return company.add_change("A", START, ("shop",))


@pytest.mark.parametrize(
    ("recorded", "note"),
    [
        (None, ""),
        (START + 5, ""),
        (START + 6, " (recorded only on {day})"),
        (START + 27, " (recorded only on {day})"),
        (START + 28, " (recorded only on {day}, when these weeks were over)"),
    ],
)
def test_what_was_recorded_with_the_outcome_in_sight_makes_it_inseparable_but_is_named_as_late(recorded: int | None, note: str) -> None:
    said = note.format(day="" if recorded is None else write_date(day_of(recorded)))
    company = planned(simulate(DAYS).shift("csat", "shop", START, -2.0))
    row = company.add_change("B", START + 5, ("shop",), recorded=recorded).judge()
    assert row["verdict"] == "not separable"
    assert row["reason"] == f"not separable from B, which began 5 days later at the same touchpoint{said}"
    # the same for an incident, and for a change of measuring
    outside = replace(company, incidents=((START + 5, START + 7, None),)).add_change(
        "B", START + 5, (), end=START + 7, kind="external", recorded=recorded
    )
    assert outside.judge()["reason"] == f"not separable from an incident in the weeks after{said}"
    asked = replace(company, kpis={"csat": {"counts_answers": True}})
    row = asked.add_change("B", START + 5, ("shop",), kind="measurement", recorded=recorded).judge()
    assert row["verdict"] == "measurement changed" and row["reason"].endswith(f"shortly before them{said}")


def test_what_was_recorded_before_our_start_is_not_called_late() -> None:
    company = planned(simulate(DAYS)).add_change("B", START - 20, ("shop",), recorded=START)
    assert company.judge()["reason"] == "not separable from B, which began 20 days earlier at the same touchpoint"


@pytest.mark.parametrize(
    ("end_recorded", "is_planned", "weeks"),
    [
        (None, True, 2),
        (START - 30, True, 2),  # it was in the plan
        (START + 15, True, 2),  # recorded the day after
        (START + 21, True, 3),  # the third week was already known
        (START + 60, True, 4),
        (START + 60, False, 2),  # explored anyway
    ],
)
def test_an_end_recorded_when_the_weeks_are_known_does_not_shorten_them(end_recorded: int | None, is_planned: bool, weeks: int) -> None:
    company = simulate(DAYS).shift("csat", "shop", START + 14, -3.0)
    row = company.add_change("A", START, ("shop",), end=START + 14, end_recorded=end_recorded, is_planned=is_planned).judge()
    assert row["periods_after"] == weeks
    assert (row["verdict"] == "worse") is (weeks > 2)
