"""Months and years far from their history, and differences to controls that wander: margins that hold what they say."""

from __future__ import annotations

import numpy as np
import pytest

from semantic.effects.method.estimates import FAR_GROWTH, Pattern, judge_series, widen_far
from semantic.effects.method.kernels import choose_prior, list_kernels
from semantic.effects.method.prior import KERNELS
from semantic.effects.method.step import Tails, is_drifting, judge_step
from semantic.effects.method.words import LEVEL
from semantic.effects.simulation.moving_worlds import DRIFTS
from tests.conftest import pick_size

SERIES = pick_size(300, stress=2000)


@pytest.mark.campaign
@pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.name)
@pytest.mark.parametrize(("grain", "n", "m"), [("month", 60, 12), ("month", 36, 3), ("year", 30, 10), ("year", 30, 15)])
def test_drifting_months_and_years_are_called_an_effect_no_more_often_than_weeks(drift: object, grain: str, n: int, m: int) -> None:
    values = drift.draw(np.random.default_rng(4), SERIES, n + m)  # type: ignore[attr-defined]
    found = judge_series(Pattern(tuple(range(-n, 0)), tuple(range(m)), grain, grain == "month"), values[:, :n], values[:, n:])
    assert (found.p < LEVEL).mean() <= 0.08 + 2 * np.sqrt(0.08 * 0.92 / SERIES)


def test_only_months_and_years_far_ahead_get_a_wider_margin() -> None:
    def reach(n: int, m: int, grain: str) -> float:
        return widen_far(Pattern(tuple(range(-n, 0)), tuple(range(m)), grain))

    assert reach(40, 5, "month") == reach(40, 20, "week") == 1.0
    assert reach(40, 10, "year") == pytest.approx(1 + FAR_GROWTH / 8)


def test_weeks_keep_the_learned_prior_and_months_get_a_part_that_drifts() -> None:
    weeks, months = list_kernels(60, "week"), list_kernels(60, "month")
    assert set(weeks) <= set(KERNELS) and months[-1] == "walk+trend"
    prior = choose_prior(months, 60, "month")
    assert prior.sum() == pytest.approx(1) and prior[-1].sum() > 0.05
    # white noise has no part of it
    assert prior[months.index("ar_a")].sum() == pytest.approx(0.7 * choose_prior(months, 60)[months.index("ar_a")].sum())


def test_a_mixed_distribution_is_turned_around_and_one_part_is_plain() -> None:
    mixed, plain = Tails(((0.8, 1.0, 20.0), (0.2, 6.0, 5.0))), Tails(((1.0, 2.0, 9.0),))
    for chance in (0.025, 0.2):
        assert mixed.exceed(mixed.reach(chance)) == pytest.approx(chance)
    assert plain.reach(0.025) == pytest.approx(2 * 2.262157, rel=1e-6)
    assert mixed.widen(2).reach(0.025) == pytest.approx(2 * mixed.reach(0.025))


@pytest.mark.campaign
def test_a_difference_that_wanders_is_no_step_and_a_steady_one_keeps_its_power() -> None:
    generator, n, m = np.random.default_rng(5), 40, 40
    positions = np.arange(-n, m).astype(float)
    called = {}
    for name, walk, noise, step in (("wandering", 0.5, 1.4, 0.0), ("steady", 0.0, 1.4, 2.0)):
        for wanders in (False, True):
            generator = np.random.default_rng(5)
            values = walk * generator.standard_normal((40, n + m)).cumsum(axis=1) + noise * generator.standard_normal((40, n + m))
            values[:, n:] += step
            steps = [judge_step(positions, each, "month", has_line=False, wanders=wanders) for each in values]
            called[name, wanders] = np.mean([each is not None and each.p < LEVEL for each in steps])
    assert called["wandering", False] > 0.2 and called["wandering", True] < 0.5 * called["wandering", False]
    # the price of not taking a walk for a step (decision 45)
    assert called["steady", True] >= called["steady", False] - 0.08


@pytest.mark.campaign
def test_fewer_walks_are_taken_for_drifts_and_drifts_are_seen() -> None:
    positions, generator = np.arange(-40.0, 0.0), np.random.default_rng(6)
    noise, walks = generator.standard_normal((150, 40)), generator.standard_normal((150, 40)).cumsum(axis=1)

    def share(values: np.ndarray) -> float:
        return float(np.mean([is_drifting(positions, each, "month", season=False) for each in values]))

    assert share(noise[:60]) < 0.05
    # 0.34; 0.53 of them without walks among the noise models, and by the information criterion
    assert share(walks) < 0.43
    assert share(noise[:60] + 0.1 * positions) > 0.9
    assert share(noise[:60] + 0.3 * positions) > 0.95
