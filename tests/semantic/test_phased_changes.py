"""Changes rolled out over weeks: these weeks have neither the old nor the new state, so they are left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from semantic.effects.company.changes import evaluate_changes
from semantic.effects.company.clean_history import count_gap_weeks
from semantic.effects.company.facts import read_company
from semantic.effects.company.second_opinion import fit_second
from semantic.effects.method.estimates import Pattern, list_placebos
from tests.companies.simulated import Simulated, day_of, register_nothing, simulate
from tests.conftest import pick_size

DAYS, START = 700, 560


def roll_out(days: int, size: float = 1.0, **more: int) -> Simulated:
    """A change at the shop in equal daily steps over a number of days."""
    company = simulate(DAYS, sd=more.pop("sd", 1))
    for day in range(days):
        company = company.shift("csat", "shop", START + day, size / days)
    return company


def wander(company: Simulated) -> Simulated:
    """The same on a random-walk level."""
    steps = 0.1 * np.random.default_rng(1).standard_normal(DAYS)
    return replace(company, values={key: values + steps.cumsum() for key, values in company.values.items()})


def test_an_effect_that_came_step_by_step_is_measured_in_full_after_the_roll_out() -> None:
    company = roll_out(28, sd=1e-3)
    whole = company.add_change("A", START, ("shop",), rolled_out=START + 28).judge()
    assert whole["effect"] == pytest.approx(1.0, abs=0.01)
    assert whole["verdict"] == "better"
    span = f"In the 4 weeks from {day_of(START + 28):%-d %B %Y}, after the roll-out that began on {day_of(START):%-d %B %Y},"
    assert whole["sentence"].startswith(span)
    # judged as a change of one day, the effect appears half as large
    assert company.add_change("A", START, ("shop",)).judge()["effect"] < 0.6


def test_a_broken_week_belongs_to_the_roll_out_and_the_history_ends_before_the_start() -> None:
    assert [count_gap_weeks(0, day) for day in (None, -3, 0, 1, 7, 8)] == [0, 0, 0, 1, 1, 2]
    company = roll_out(10).add_change("A", START, ("shop",), rolled_out=START + 10)
    series = company.evaluate().series
    assert series["week"].to_list()[-6:] == [-2, -1, 2, 3, 4, 5]
    assert series["week_start"].to_list()[-5:-3] == [day_of(START - 7), day_of(START + 14)]
    row = company.judge()
    assert row["judged_from"] == day_of(START + 14 + 28) + timedelta(days=7)
    early = company.judge(as_of=START + 30)
    assert early["verdict"] == "too early" and "4 weeks after the roll-out" in early["reason"]


def test_earlier_dates_leave_the_same_weeks_out_and_the_margin_grows_with_the_distance() -> None:
    pattern = Pattern(tuple(range(-60, 0)), (3, 4, 5, 6))
    placebos = list_placebos(pattern)
    assert len(placebos) == 8
    for origin, cut in placebos:
        assert cut.after == pattern.after and origin + 6 < 0 and cut.before[0] == -60 - origin
    wandering = wander(simulate(DAYS))
    at_once = wandering.add_change("A", START, ("shop",)).judge()
    slowly = wandering.add_change("A", START, ("shop",), rolled_out=START + 56).judge()
    assert slowly["smallest_visible_effect"] > at_once["smallest_visible_effect"]


def test_the_end_of_a_roll_out_closes_weeks_for_other_changes() -> None:
    company = simulate(DAYS).add_change("B", START - 100, ("shop",), rolled_out=START - 30).add_change("A", START, ("shop",))
    row = company.judge()
    assert row["verdict"] == "not separable" and "the roll-out of B, which ended 30 days earlier" in row["reason"]
    assert simulate(DAYS).add_change("B", START - 100, ("shop",)).add_change("A", START, ("shop",)).judge()["verdict"] != "not separable"


def test_the_second_opinion_has_the_roll_out_missing() -> None:
    company = wander(roll_out(28, size=3.0)).add_change("A", START, ("shop",), rolled_out=START + 28)
    row, weeks = company.judge(), company.evaluate().series
    assert row["second_effect"] == pytest.approx(row["effect"], abs=0.8) and " agrees: " in row["second_opinion"]
    values, positions = weeks["value"].to_numpy(), weeks["week"].to_numpy()
    whole = np.full(positions[-1] - positions[0] + 1, np.nan)
    whole[positions - positions[0]] = values
    by_hand = fit_second(whole, np.arange(positions[0], positions[-1] + 1.0))
    assert by_hand is not None
    assert (row["second_effect"], row["second_p"]) == pytest.approx((by_hand.effect, by_hand.p), rel=1e-6)


@pytest.mark.campaign
def test_rolled_out_noise_is_called_an_effect_as_rarely() -> None:
    found, companies = [], pick_size(6, stress=60)
    for seed in range(companies):
        company = register_nothing(5, 4, 1100, seed=seed)
        rolled = [{**row, "rolled_out_date": row["started_date"] + timedelta(days=21)} for row in company.changes]
        frames = company.frames()
        frames["changes"] = pl.DataFrame(rolled, schema=frames["changes"].schema)
        effects = evaluate_changes(read_company(**frames)).effects
        found.append(effects.filter(pl.col("relation") == "in_scope", pl.col("verdict").is_in(["better", "worse", "no visible effect"])))
    judged = pl.concat(found)
    assert judged.height > 20 * companies
    assert 0.015 <= (judged["p_value"] < 0.05).mean() <= 0.085


def test_within_the_roll_out_of_another_change_effects_cannot_be_separated_and_no_date_is_quiet() -> None:
    # it began and ends far from the change under test
    long = simulate(DAYS).add_change("L", START - 100, ("shop",), rolled_out=START + 60)
    row = long.add_change("A", START, ("shop",)).judge()
    assert (row["verdict"], row["overlaps_with"]) == ("not separable", "L")
    assert "a step of the roll-out of L, which began 44 days earlier" in row["reason"]
    earlier = simulate(DAYS).add_change("L", START - 150, ("shop",), rolled_out=START - 70).add_change("A", START, ("shop",))
    weeks = earlier.evaluate().series.filter(change_id="A")
    assert weeks.filter("is_masked", pl.col("week") >= -22)["week"].to_list() == list(range(-22, -6))
