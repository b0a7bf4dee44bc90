"""The averaged forecast: against explicit matrices, on series with known effects, and cases without a verdict."""

from __future__ import annotations

import numpy as np
import pytest

from semantic.effects.method.estimates import (
    Estimates,
    Pattern,
    Plan,
    find_too_little,
    index_controls,
    judge_plans,
    judge_series,
    list_placebos,
)
from semantic.effects.method.forecast import Shapes, average_forecast, read_shapes
from semantic.effects.method.kernels import KERNELS, MIXES, NOT_LEARNED, Family, average_ar, choose_prior, prepare_family
from semantic.effects.method.periods import guard_spread, pool_weeks
from semantic.effects.method.prior import PRIORS
from semantic.effects.simulation.worlds import WORLDS, simulate_days

WEEKS = 52
DAYS = WEEKS * 7


def make_pattern(n: int = WEEKS, m: int = 4) -> Pattern:
    return Pattern(tuple(range(-n, 0)), tuple(range(m)))


def judge_world(name: str, *, series: int = 600, days: int = DAYS, shift: float = 0.0, seed: int = 11) -> Estimates:
    """A simulated world from daily counts to judgements; `shift` daily standard deviations are planted on the first day after."""
    world = next(world for world in WORLDS if world.name == name)
    top, bottom = simulate_days(world, np.random.default_rng(seed), series, days + 28, days, shift)
    weeks = pool_weeks(top, bottom, days)
    return judge_series(make_pattern(weeks.n), weeks.before, weeks.after, spread=guard_spread(weeks.scatter, weeks.n, 4))


@pytest.mark.parametrize(
    "steps", [(), ((0.0,) * 9 + (0.4,) + (1.0,) * 13,), ((0.0,) * 5 + (1.0,) * 18, (0.0,) * 12 + (0.2,) + (1.0,) * 10)]
)
def test_one_model_alone_is_the_best_linear_prediction_written_out(steps: tuple[tuple[float, ...], ...]) -> None:
    n, m, k, w = 20, 3, KERNELS.index("ar_c"), MIXES.index(0.5)
    family = prepare_family(tuple(range(-n, 0)), tuple(range(m)))
    only = np.zeros_like(family.prior)
    only[k, w] = 1.0
    values = np.random.default_rng(3).standard_normal((1, n + m)).cumsum(axis=1)
    shapes = Shapes.join([read_shapes(np.array(steps), np.ones((n, 1)))], [1]) if steps else None
    found = average_forecast(Family(**{**family.__dict__, "prior": only}), values[:, :n], values[:, n:], shapes=shapes)

    lags = np.abs(np.subtract.outer(np.arange(n + m), np.arange(n + m))).astype(float)
    kernel = average_ar(lags, 0.9)
    past = kernel[:n, :n]
    scale = (np.trace(past) - past.sum() / n) / (n - 1)
    covariance = 0.5 * np.eye(n + m) + 0.5 * kernel / scale
    inverse = np.linalg.inv(covariance[:n, :n])
    known = np.column_stack([np.ones(n + m), *steps])
    gram = known[:n].T @ inverse @ known[:n]
    ahead = np.full(m, 1 / m)
    cross = ahead @ covariance[n:, :n]
    heights = np.linalg.solve(gram, known[:n].T @ inverse @ values[0, :n])
    residual = values[0, :n] - known[:n] @ heights
    expected = ahead @ known[n:] @ heights + cross @ inverse @ residual
    noise = residual @ inverse @ residual / (n - known.shape[1])
    lost = ahead @ known[n:] - cross @ inverse @ known[:n]
    own = ahead @ covariance[n:, n:] @ ahead - cross @ inverse @ cross + lost @ np.linalg.solve(gram, lost)
    assert found.miss[0] == pytest.approx(values[0, n:].mean() - expected)
    assert found.variance[0] == pytest.approx(noise * own, rel=1e-6)


def test_shapes_that_say_the_same_count_once() -> None:
    values = np.random.default_rng(6).standard_normal((5, WEEKS + 4))
    pattern = make_pattern()
    alone, twice, level = (
        judge_series(Pattern(pattern.before, pattern.after, steps=steps), values[:, :WEEKS], values[:, WEEKS:])
        for steps in ((-21.5,), (-21.5, -21.5), (-21.5, -WEEKS))
    )
    np.testing.assert_allclose(twice.p, alone.p)
    np.testing.assert_allclose(level.effect, alone.effect)


def test_series_with_steps_of_their_own_are_judged_together_as_alone() -> None:
    generator = np.random.default_rng(9)
    plans = []
    for steps in ((-30.0,), (-20.5,), (-41.0,), (), (-33.0, -12.0)):
        values = generator.standard_normal((260, WEEKS + 4)).cumsum(axis=1)
        pattern = Pattern(tuple(range(-WEEKS, 0)), (0, 1, 2, 3), steps=steps)
        plans.append(Plan(pattern, values[:, :WEEKS], values[:, WEEKS:]))
    for plan, together in zip(plans, judge_plans(plans), strict=True):
        alone = judge_plans([plan])[0]
        np.testing.assert_allclose(together.effect, alone.effect, rtol=1e-9)
        np.testing.assert_allclose(together.p, alone.p, rtol=1e-9)
        np.testing.assert_allclose(together.scores, alone.scores, rtol=1e-9, atol=1e-12)


def test_with_a_control_steps_are_taken_out_of_both() -> None:
    generator = np.random.default_rng(7)
    shared = generator.standard_normal((40, WEEKS + 4)).cumsum(axis=1)
    values, control = (shared + 0.3 * generator.standard_normal(shared.shape) for _ in range(2))
    step = np.repeat([0.0, 1.0], [30, WEEKS - 26])
    pattern = Pattern(tuple(range(-WEEKS, 0)), (0, 1, 2, 3), steps=(-22.0,), closed=(-22, -21, -20, -19))
    judged = [
        judge_series(
            pattern, own[:, :WEEKS], own[:, WEEKS:],
            control=index_controls(beside[:, None, :], WEEKS),
        )
        for own, beside in ((values, control), (values + 5 * step, control - 3 * step))
    ]  # fmt: skip
    np.testing.assert_allclose(judged[1].effect, judged[0].effect, rtol=1e-6)
    np.testing.assert_allclose(judged[1].se, judged[0].se, rtol=1e-6)
    plain = judge_series(pattern, values[:, :WEEKS], values[:, WEEKS:])
    assert np.median(judged[0].se) < 0.6 * np.median(plain.se)
    assert judged[0].control_weight.mean() > 0.95


def test_an_effect_follows_the_unit_and_not_the_level_of_a_series() -> None:
    values = np.random.default_rng(5).standard_normal((4, WEEKS + 4))
    plain = judge_series(make_pattern(), values[:, :WEEKS], values[:, WEEKS:])
    other = judge_series(make_pattern(), 1000 - 60 * values[:, :WEEKS], 1000 - 60 * values[:, WEEKS:])
    np.testing.assert_allclose(other.effect, -60 * plain.effect)
    np.testing.assert_allclose(other.se, 60 * plain.se)
    np.testing.assert_allclose(other.p, plain.p)


def test_a_planted_shift_is_measured_in_full_from_its_first_day() -> None:
    # a day too early or too late on either side would take 3.6 % of it
    found = judge_world("iid", shift=5.0)
    assert found.effect.mean() == pytest.approx(5.0, abs=0.05)
    assert np.median(found.p) < 1e-6


@pytest.mark.parametrize("name", ["iid", "AR .6", "AR .8", "noise + random walk", "variance x2.25", "heavy tails", "NPS, 5 answers a day"])
def test_without_a_change_false_alarms_stay_rare_and_margins_cover(name: str) -> None:
    found = judge_world(name)
    # 600 series: 5 % within about three Monte-Carlo errors, from below too
    assert 0.012 <= (found.p < 0.05).mean() <= 0.08
    covered = (found.lower < 0) & (found.upper > 0)
    assert 0.92 <= covered.mean() <= 0.99


def test_a_change_of_the_smallest_visible_size_is_seen_in_about_four_of_five() -> None:
    size = float(np.median(judge_world("iid").visible))
    assert 0.72 <= (judge_world("iid", shift=size, seed=12).p < 0.05).mean() <= 0.9


def test_the_placebos_widen_the_margin_where_the_forecast_missed_before() -> None:
    generator = np.random.default_rng(8)
    values = generator.standard_normal((50, WEEKS + 4))
    # shifts of four weeks that no noise model has, at dates without a registered change
    for origin, _ in list_placebos(make_pattern())[::2]:
        values[:, WEEKS + origin : WEEKS + origin + 4] += 2.5 * generator.choice([-1, 1], (50, 1))
    ungated = judge_series(make_pattern(), values[:, :WEEKS], values[:, WEEKS:], gate=False)
    gated = judge_series(make_pattern(), values[:, :WEEKS], values[:, WEEKS:])
    assert gated.scores.shape[1] == 8
    assert np.median(gated.se / ungated.se) > 1.15


def test_weeks_that_a_registered_change_touches_are_no_placebos() -> None:
    pattern = Pattern(tuple(p for p in range(-WEEKS, 0) if not -12 <= p < -8), tuple(range(4)))
    origins = [origin for origin, _ in list_placebos(pattern)]
    assert len(origins) >= 4
    assert all(not set(range(origin, origin + 4)) & set(range(-12, -8)) for origin in origins)


def test_controls_that_share_the_noise_raise_power_and_unrelated_ones_cost_little() -> None:
    generator = np.random.default_rng(9)
    shared = generator.standard_normal((400, 1, WEEKS + 4))
    own, beside = generator.standard_normal((400, WEEKS + 4)), generator.standard_normal((400, 3, WEEKS + 4))
    values = own * np.sqrt(0.5) + shared[:, 0] * np.sqrt(0.5)
    values[:, WEEKS:] += 1.2
    pattern = make_pattern()
    power = {}
    for name, controls in (("shared", np.sqrt(0.5) * shared + np.sqrt(0.5) * beside), ("unrelated", beside)):
        found = judge_series(pattern, values[:, :WEEKS], values[:, WEEKS:], control=index_controls(controls, WEEKS))
        power[name] = (found.p < 0.05).mean()
    plain = (judge_series(pattern, values[:, :WEEKS], values[:, WEEKS:]).p < 0.05).mean()
    assert power["shared"] > plain + 0.05
    assert abs(power["unrelated"] - plain) < 0.05


def test_a_registered_peak_is_no_effect_and_an_unregistered_one_would_be() -> None:
    world = next(world for world in WORLDS if world.has_peak)
    days = 130 * 7
    weeks = pool_weeks(*simulate_days(world, np.random.default_rng(2), 400, days + 28, days), days)
    peaks = np.zeros(134)
    for first in range(130, -4, -52):
        peaks[max(first, 0) : max(first + 4, 0)] = 1
    pattern = make_pattern(130)
    known = judge_series(Pattern(pattern.before, pattern.after, peaks=tuple(peaks)), weeks.before, weeks.after)
    assert (known.p < 0.05).mean() < 0.08
    assert (judge_series(pattern, weeks.before, weeks.after).p < 0.05).mean() > 0.1


@pytest.mark.parametrize(
    ("n", "m", "more", "words"),
    [
        (16, 2, {}, "only 16 whole weeks before"),
        (20, 4, {}, "too many for 20 before"),
        (52, 8, {}, "too many for 52 before"),
        (59, 4, {"has_peak": True}, "peak"),
        (52, 4, {"answers_after": 29}, "only 29 answers after"),
        (52, 4, {"answers_before": 59}, "only 59 answers before"),
        (52, 4, {"empty_share": 0.11}, "11% of the weeks before are empty"),
        (52, 4, {"is_constant": True}, "never moved"),
    ],
)
def test_too_little_data_is_said_with_its_reason(n: int, m: int, more: dict[str, float], words: str) -> None:
    assert words in str(find_too_little(n, m, **more))  # type: ignore[arg-type]
    assert find_too_little(64, 4, answers_before=60, answers_after=30, empty_share=0.1) is None


def test_the_prior_lies_between_those_of_the_learned_lengths() -> None:
    tables = {weeks: np.array([PRIORS[weeks].get(name, NOT_LEARNED) for name in KERNELS]) for weeks in PRIORS}
    tables = {weeks: table / table.sum() for weeks, table in tables.items()}
    assert sorted(tables) == [25, 52, 130]
    for weeks, table in tables.items():
        assert choose_prior(list(KERNELS), weeks) == pytest.approx(table)
    assert choose_prior(list(KERNELS), 12) == pytest.approx(tables[25])
    assert choose_prior(list(KERNELS), 400) == pytest.approx(tables[130])
    middle = choose_prior(list(KERNELS), round((52 * 130) ** 0.5))
    assert middle == pytest.approx((tables[52] + tables[130]) / 2, abs=1e-3)
    # kernels that cannot be used for a grain are left out, and the weights of the rest sum to 1
    assert choose_prior(["ar_a", "walk"], 60).sum() == pytest.approx(1)
