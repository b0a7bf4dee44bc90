"""Weeks that hold different numbers of answers: no more false alarms than at steady volume, and steady series are judged as before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from semantic.effects.company.clean_history import SETTLING_DAYS
from semantic.effects.method.estimates import Estimates, Pattern, Plan, fill_gaps, index_controls, index_noise, judge_series
from semantic.effects.method.forecast import Noise, average_forecast
from semantic.effects.method.kernels import Array, prepare_family
from semantic.effects.method.periods import Weeks, compare_noise, guard_spread, measure_noise, pool_weeks
from semantic.effects.method.words import LEVEL
from semantic.effects.simulation.worlds import BURN_IN, filter_ar
from tests.companies.simulated import Simulated, simulate
from tests.conftest import STRESS, pick_size

SERIES = pick_size(400, stress=2000)
# false alarms at 5 %: two standard errors of a share of 7 % over the series of the sample
MOST = 0.07 + 2 * np.sqrt(0.07 * 0.93 / SERIES)
AFTER = 28
# answers a day before and after the change, memory of what customers think from day to day
WORLDS = {
    "halved": (20, 10, 0.0), "quartered": (20, 5, 0.0), "to a tenth": (20, 2, 0.0), "doubled": (10, 20, 0.0), "fourfold": (5, 20, 0.0),
    "quartered, with memory": (20, 5, 0.8), "fourfold, with memory": (5, 20, 0.8), "few, halved": (4, 2, 0.0),
}  # fmt: skip


def draw_scores(rates: Array, memory: float, shift: float, days: int, series: int, seed: int) -> tuple[Array, Array]:
    """Daily sums of promoters minus detractors, and answers, of series whose answers a day follow `rates`."""
    generator = np.random.default_rng(seed)
    mood = np.zeros((series, len(rates)))
    pushes = generator.standard_normal((series, len(rates) + 200)) * 0.15 * np.sqrt(1 - memory**2)
    for day in range(1, pushes.shape[1]):
        pushes[:, day] += memory * pushes[:, day - 1]
    if memory:
        mood = pushes[:, 200:]
    mood = mood + shift * (np.arange(len(rates)) >= days)
    answers = generator.poisson(rates, mood.shape)
    promoters = generator.binomial(answers, np.clip(0.45 + mood / 2, 0.01, 0.98))
    detractors = generator.binomial(answers - promoters, np.clip((0.25 - mood / 2) / (0.55 - mood / 2), 0.0, 1.0))
    return (promoters - detractors).astype(float), answers.astype(float)


def judge_world(rates: Array, days: int, *, memory: float = 0.0, shift: float = 0.0, weighed: bool = True, seed: int = 1) -> Estimates:
    """The method on simulated weeks, weighed by what they hold or not."""
    weeks = pool_weeks(*draw_scores(rates, memory, shift, days, SERIES, seed), days)
    value = np.where(np.isnan(weeks.value), np.nanmean(weeks.value[:, : weeks.n], axis=1, keepdims=True), weeks.value)
    noise = measure_noise(weeks.value, weeks.denominator, weeks.scatter, weeks.n) if weighed else None
    pattern = Pattern(tuple(range(-weeks.n, 0)), tuple(range(4)))
    return judge_series(pattern, value[:, : weeks.n], value[:, weeks.n :], spread=guard_spread(weeks.scatter, weeks.n, 4), noise=noise)


def step_rates(before: float, after: float, days: int) -> Array:
    """Answers a day that change at the date."""
    return np.where(np.arange(days + AFTER) < days, before, after).astype(float)


@pytest.mark.campaign
@pytest.mark.parametrize("days", [182, 364, 910] if STRESS else [364])
@pytest.mark.parametrize("world", WORLDS)
def test_chance_is_called_an_effect_no_more_often_when_the_number_of_answers_moves(world: str, days: int) -> None:
    before, after, memory = WORLDS[world]
    judged = judge_world(step_rates(before, after, days), days, memory=memory)
    assert (judged.p < LEVEL).mean() <= MOST
    assert ((judged.lower <= 0) & (judged.upper >= 0)).mean() >= 1 - MOST


@pytest.mark.campaign
def test_without_weights_a_quarter_of_the_answers_makes_false_alarms_and_four_times_as_many_hide_effects() -> None:
    assert (judge_world(step_rates(20, 5, 364), 364, weighed=False).p < LEVEL).mean() > 0.2
    more = step_rates(5, 20, 364)
    plain, weighed = (judge_world(more, 364, shift=0.12, weighed=weighed, seed=2).p < LEVEL for weighed in (False, True))
    assert weighed.mean() > plain.mean() + 0.2


@pytest.mark.campaign
@pytest.mark.parametrize("shape", ["sinking over 90 days", "every other week a quarter"])
def test_volume_that_sinks_slowly_or_alternates_makes_no_false_alarms(shape: str) -> None:
    day = np.arange(364 + AFTER)
    rates = 20 - 15 * np.clip((day - 302) / 90, 0, 1) if "sinking" in shape else np.where(day // 7 % 2, 5.0, 20.0)
    assert (judge_world(rates, 364).p < LEVEL).mean() <= MOST


def test_weeks_that_hold_as_much_are_judged_as_without_weights() -> None:
    generator = np.random.default_rng(3)
    values = generator.standard_normal((20, 56))
    pattern, steps = tuple(range(-52, 0)), (-30.4,)
    for given in (Pattern(pattern, tuple(range(4))), Pattern(pattern, tuple(range(4)), steps=steps)):
        plain, equal = (judge_series(given, values[:, :52], values[:, 52:], noise=noise) for noise in (None, np.full((20, 56), 0.3)))
        for name in ("effect", "lower", "upper", "p", "visible"):
            assert np.allclose(getattr(plain, name), getattr(equal, name), rtol=1e-9), name


def test_the_variance_of_the_forecast_is_that_of_simulated_misses() -> None:
    # with one model known to be right, the variance is exact: white noise, four times as large in half of the weeks and after the change
    n, m = 40, 4
    family = prepare_family(tuple(range(-n, 0)), tuple(range(m)))
    sizes = np.where(np.arange(n + m) < n // 2, 1.0, 4.0)
    values = np.random.default_rng(5).standard_normal((20000, n + m)) * np.sqrt(sizes)
    noise = Noise(np.tile(sizes[:n], (len(values), 1)), np.full(len(values), 4.0))
    found = average_forecast(family, values[:, :n], values[:, n:], noise=noise)
    scale = found.variance * found.freedom / (found.freedom - 2)
    assert np.median(found.miss**2 / scale) == pytest.approx(np.median(np.random.default_rng(6).standard_t(20, 20000) ** 2), rel=0.25)
    assert (found.miss**2).mean() / scale.mean() == pytest.approx(1.0, abs=0.15)


def test_the_noise_of_a_week_is_in_proportion_to_one_over_what_it_holds() -> None:
    value, held = np.zeros((1, 40)), np.full((1, 40), 10.0)
    value[0, :36:2] = 1.0
    held[0, 36:] = 2.5
    # the scatter of days, 5 for a single answer, over what a week holds
    assert np.allclose(measure_noise(value, held, np.full((1, 40), 5.0), 36)[0, [0, 38]], [0.5, 2.0])
    # without days half the mean squared difference of neighbours counts where a week holds less; one that holds more is a usual one
    assert np.allclose(measure_noise(value, held, None, 36)[0, [0, 38]], [0.5, 2.0])
    held[0, 36:] = 40.0
    assert np.allclose(measure_noise(value, held, None, 36), 0.5)
    held[0, 38], value[0, 39] = 0.0, np.nan
    assert np.allclose(measure_noise(value, held, np.full((1, 40), 5.0), 36)[0, 38:], 0.5)


def test_what_sampling_does_not_explain_is_the_same_in_every_week() -> None:
    value, noise = np.zeros((1, 40)), np.full((1, 40), 0.1)
    value[0, :36:2], noise[0, 36:] = 1.0, 0.4
    # half the mean squared difference of neighbours is 0.5: 0.4 of it remain
    assert np.allclose(compare_noise(value, noise, 36)[0, [0, 38]], [1.0, (0.4 + 0.4) / 0.5])
    assert np.allclose(compare_noise(value, 10 * noise, 36)[0, [0, 38]], [1.0, 4.0])


def draw_with_controls(own: Array, beside: Array, days: int) -> tuple[Weeks, list[Weeks]]:
    """A score and three controls that share a mood, with answers a day of their own."""
    generator = np.random.default_rng(8)
    mood = 0.12 * filter_ar(generator.standard_normal((SERIES, days + AFTER + BURN_IN)), (0.6,))
    found = []
    for rates in (own, beside, beside, beside):
        answers = generator.poisson(rates, mood.shape)
        promoters = generator.binomial(answers, np.clip(0.45 + mood / 2, 0.01, 0.98))
        detractors = generator.binomial(answers - promoters, np.clip((0.25 - mood / 2) / (0.55 - mood / 2), 0.0, 1.0))
        found.append(pool_weeks((promoters - detractors).astype(float), answers.astype(float), days))
    return found[0], found[1:]


@pytest.mark.campaign
def test_controls_that_hold_less_after_the_date_make_no_false_alarms() -> None:
    days, n = 364, 52
    weeks, others = draw_with_controls(step_rates(20, 20, days), step_rates(20, 2, days), days)
    noise, *known = (measure_noise(each.value, each.denominator, each.scatter, n) for each in (weeks, *others))
    controls = np.stack([fill_gaps(each.value) for each in others], axis=1)
    pattern, index = Pattern(tuple(range(-n, 0)), tuple(range(4))), index_controls(controls, n)
    alarms = {}
    for name, beside in (("plain", None), ("weighed", index_noise(controls, np.stack(known, axis=1), n))):
        found = judge_series(pattern, weeks.before, weeks.after, control=index, noise=noise, control_noise=beside)
        alarms[name] = (found.p < LEVEL).mean()
    assert alarms["plain"] > 0.12
    assert alarms["weighed"] <= MOST


def test_days_without_answers_say_nothing_about_the_scatter() -> None:
    # two answers a day on two days of the week: the variance of an answer is 1, as with answers on every day
    generator = np.random.default_rng(6)
    held = np.where(np.arange(7 * 400) % 7 < 2, 2.0, 0.0)[None]
    tops = held * generator.standard_normal(held.shape) / np.sqrt(2)
    weeks = pool_weeks(tops, held, held.shape[1] - 28)
    assert np.nanmean(weeks.scatter) == pytest.approx(1.0, abs=0.15)
    held[0, 7:14] = 0.0
    assert np.isnan(pool_weeks(tops, held, held.shape[1] - 28).scatter[0, 1])


def make_company(before: float, after: float, touchpoints: int, seed: int, shift: float = 0.0) -> Simulated:
    """A company with a change at every touchpoint on the same day, and NPS of answers whose number moves on that day."""
    days = 420
    names = tuple(f"t{number:03}" for number in range(touchpoints))
    rates = np.append(step_rates(before, after, days), np.full(SETTLING_DAYS + 1, after))
    top, answers = draw_scores(rates, 0.0, shift, days, touchpoints, seed)
    rows = {("csat", name): (top[i], answers[i]) for i, name in enumerate(names)}
    values = {key: 100 * np.divide(each, held, out=np.zeros_like(each), where=held > 0) for key, (each, held) in rows.items()}
    company = Simulated(values, {key: held for key, (_, held) in rows.items()}, kpis={"csat": {"counts_answers": True}})
    for name in names:
        company = company.add_change(name, days, (name,))
    return company


@pytest.mark.campaign
@pytest.mark.parametrize("after", [20, 10, 5, 2] if STRESS else [5])
def test_a_company_whose_surveys_are_cut_is_told_of_no_more_effects_than_before(after: int) -> None:
    cases = pick_size(60, stress=400)
    effects = make_company(20, after, cases, seed=11).evaluate().effects.filter(relation="in_scope")
    called = effects.filter(pl.col("verdict").is_in(["better", "worse"])).height
    assert called + effects.filter(verdict="no visible effect").height >= 0.9 * cases, "they are judged"
    assert called / cases <= 0.07 + 2 * np.sqrt(0.07 * 0.93 / cases)


def test_a_change_whose_weeks_are_not_over_is_judged_beside_one_with_as_long_a_history() -> None:
    company = simulate(700, ("shop", "web"))
    late = company.counts["csat", "web"].copy()
    late[:275] = 0
    company = replace(company, counts={**company.counts, ("csat", "web"): late})
    over, open_still = ("A", 420, ("shop",)), ("B", 695, ("web",))
    alone = company.add_change(*open_still).judge("B", touchpoint_id="web")
    both = company.add_change(*over).add_change(*open_still)
    found = [both.judge("A"), both.judge("B", touchpoint_id="web")]
    assert [row["periods_before"] for row in found] == [60, 60] and found[0]["effect"] is not None and found[1]["effect"] is None
    assert found[1]["smallest_visible_effect"] == alone["smallest_visible_effect"] is not None


def test_variances_of_other_periods_are_refused() -> None:
    pattern = Pattern(tuple(range(-20, 0)), (0, 1), "week")
    with pytest.raises(ValueError, match="noise is \\(1, 21\\), but there are 1 series of 22 periods"):
        Plan(pattern, np.ones((1, 20)), np.ones((1, 2)), noise=np.ones((1, 21)))
