"""Series that grow in proportion to their level are judged on logarithms, and the result is shown in their own unit."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from semantic.effects.method.estimates import Pattern
from semantic.effects.method.kernels import Array
from semantic.effects.method.scale import LOGARITHM_NOTE, prefer_logarithms, return_to_unit
from semantic.effects.method.words import LEVEL
from semantic.effects.series.single import SeriesEffect, judge_periods
from semantic.effects.series.table import pool_table
from semantic.effects.simulation.moving_calibration import judge_days
from semantic.effects.simulation.moving_worlds import Growth
from tests.companies.simulated import Simulated
from tests.conftest import pick_size

DAYS = 910
SERIES = pick_size(100, stress=1000)


def draw(growth: Growth, shift: float = 0.0, seed: int = 1, series: int = SERIES) -> tuple[Array, Array]:
    return growth.draw(np.random.default_rng(seed), series, DAYS, 28, shift)


def judge_one(values: Array, *, log: bool = False) -> SeriesEffect:
    first = date(2023, 1, 2)
    days = [first + timedelta(days=day) for day in range(len(values))]
    return judge_periods(pool_table(days, values, np.ones_like(values), np.empty((0, len(values))), days[DAYS], "day", None, 28), log=log)


@pytest.mark.campaign
def test_growth_in_proportion_is_judged_on_logarithms_and_its_effects_are_seen() -> None:
    growth = Growth(0.7, in_proportion=True)
    p, on_logs = judge_days(*draw(growth), DAYS)
    assert on_logs.all()
    assert (p < LEVEL).mean() <= 0.07 + 2 * np.sqrt(0.07 * 0.93 / SERIES)
    assert (judge_days(*draw(growth, 0.15, 2), DAYS)[0] < LEVEL).mean() > 0.8


@pytest.mark.campaign
def test_a_line_with_the_same_scatter_everywhere_stays_as_it_is() -> None:
    p, on_logs = judge_days(*draw(Growth(0.7, in_proportion=False)), DAYS)
    assert on_logs.mean() < 0.05
    assert (p < LEVEL).mean() <= 0.07 + 2 * np.sqrt(0.07 * 0.93 / SERIES)


def test_levels_that_hardly_move_and_values_of_zero_or_below_are_never_logarithms() -> None:
    generator = np.random.default_rng(3)
    pattern = Pattern(tuple(range(-52, 0)), tuple(range(4)))
    steady = 100 * np.exp(0.02 * generator.standard_normal((5, 52)))
    growing = 100 * np.exp(np.arange(52) / 40 + 0.1 * generator.standard_normal((5, 52)))
    sunken = growing - growing.min(axis=1, keepdims=True) - 1
    assert prefer_logarithms(pattern, growing).all()
    assert not prefer_logarithms(pattern, np.concatenate([steady, sunken, np.where(growing > 110, growing, 0)])).any()


def test_the_effect_is_shown_in_the_unit_with_the_p_of_the_logarithms() -> None:
    values = draw(Growth(0.7, in_proportion=True), 0.3, series=1)[0][0]
    plain, log = judge_one(values), judge_one(values, log=True)
    reached = float(values[DAYS:].mean())
    assert any(LOGARITHM_NOTE in warning for warning in plain.warnings) and not any(LOGARITHM_NOTE in warning for warning in log.warnings)
    assert (plain.p_value, plain.verdict) == (log.p_value, log.verdict)
    for name in ("effect", "effect_lower", "effect_upper"):
        assert getattr(plain, name) == pytest.approx(reached * (1 - np.exp(-getattr(log, name)))), name
    # the mean without the change is what was reached less the effect, also in the plot
    assert np.nanmean(plain.expected) == pytest.approx(reached - plain.effect)
    assert plain.smallest_visible_effect == pytest.approx((reached - plain.effect) * np.expm1(log.smallest_visible_effect))
    assert return_to_unit(120.0, np.log(1.2)) == pytest.approx(20.0)


def test_a_company_shows_a_growing_sum_in_its_unit_and_says_how_it_was_judged() -> None:
    values = draw(Growth(0.7, in_proportion=True), 0.3, series=1)[0][0]
    values = np.concatenate([values, values[-8:]])
    company = Simulated({("csat", "shop"): values}, {("csat", "shop"): np.ones(len(values))}).add_change("A", DAYS, ("shop",))
    row, alone = company.judge(), judge_one(values[: DAYS + 28])
    assert row["verdict"] == "better" and LOGARITHM_NOTE in row["warnings"]
    assert row["effect"] == pytest.approx(alone.effect, rel=1e-6) and row["p_value"] == pytest.approx(alone.p_value, rel=1e-6)
    assert row["second_p"] < LEVEL and row["second_effect"] == pytest.approx(row["effect"], rel=0.3)
    quiet = draw(Growth(0.7, in_proportion=True), series=1)[0][0]
    coming = Simulated({("csat", "shop"): quiet}, {("csat", "shop"): np.ones(len(quiet))}).add_change("A", DAYS + 30, ("shop",))
    assert coming.judge(as_of=DAYS + 27)["smallest_visible_effect"] == pytest.approx(row["smallest_visible_effect"], rel=0.4)
