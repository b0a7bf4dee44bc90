"""The structural model by line search is the one that statsmodels fits."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from semantic.effects.method.kernels import Array
from semantic.effects.method.structural import fit_steps


def draw_series(count: int, periods: int, n: int, seed: int) -> Array:
    """Noise on constant to strongly changing levels, with a step."""
    generator = np.random.default_rng(seed)
    wander = np.linspace(0, 0.6, count)[:, None] * generator.standard_normal((count, periods)).cumsum(axis=1)
    values = generator.standard_normal((count, periods)) + wander
    values[:, n:] += 1
    return values


def fit_statsmodels(series: Array, regressors: Array) -> Any:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return UnobservedComponents(series, level="llevel", exog=regressors).fit(disp=False, maxiter=200, cov_type="approx")


@pytest.mark.parametrize("with_control", [False, True])
def test_step_and_likelihood_are_those_of_statsmodels(with_control: bool) -> None:
    values, positions = draw_series(25, 56, 52, seed=5), np.arange(-52.0, 4)
    beside = np.random.default_rng(9).standard_normal(56).cumsum()[:, None] if with_control else None
    found = fit_steps(values, positions, beside)
    step = (positions >= 0).astype(float)
    regressors = step if beside is None else np.column_stack([beside, step])
    equal = 0
    for i, series in enumerate(values):
        other = fit_statsmodels(series, regressors)
        # statsmodels counts the unknown start of the level apart: half the logarithm of the number of periods
        gap = found.log_likelihood[i] - 0.5 * np.log(56) - other.llf
        assert gap >= -1e-3
        if gap < 1e-3:
            equal += 1
            assert found.effect[i] == pytest.approx(other.params[-1], abs=1e-3)
    # when the search of statsmodels ends at a lower likelihood, ours is the maximum
    assert equal >= 24


def test_noise_of_another_size_in_each_period_is_that_of_statsmodels_and_of_whole_matrices() -> None:
    from semantic.effects.company.second_opinion import build_model

    values, positions = draw_series(6, 56, 52, seed=4), np.arange(-52.0, 4)
    noise = np.where(positions < 0, 1.0, 4.0) * np.linspace(0.6, 1.4, 56)
    found = fit_steps(values, positions, noise=np.tile(noise, (6, 1)))
    step = (positions >= 0).astype(float)
    for i, series in enumerate(values):
        covariance = found.noise[i] * np.diag(noise) + found.level[i] * np.minimum.outer(positions + 53, positions + 53)
        columns, inverse = np.column_stack([np.ones(56), step]), np.linalg.inv(covariance)
        gram = np.linalg.inv(columns.T @ inverse @ columns)
        assert found.effect[i] == pytest.approx((gram @ columns.T @ inverse @ series)[1], rel=1e-6)
        assert found.error[i] == pytest.approx(np.sqrt(gram[1, 1]), rel=1e-6)
        best = build_model(series, step[:, None], noise).fit(disp=False, maxiter=500, cov_type="approx")
        gap = found.log_likelihood[i] - 0.5 * np.log((1 / noise).sum()) - best.llf
        assert gap >= -1e-3
        if gap < 1e-3:
            assert found.effect[i] == pytest.approx(best.params[-1], abs=2e-3)


def test_a_level_that_stands_still_gives_the_difference_of_means() -> None:
    values = np.random.default_rng(2).standard_normal((200, 60))
    found = fit_steps(values, np.arange(-50.0, 10))
    still = found.level == 0
    assert still.sum() > 50
    gap = values[:, 50:].mean(axis=1) - values[:, :50].mean(axis=1)
    assert found.effect[still] == pytest.approx(gap[still])


def test_periods_that_are_left_out_are_missing_not_moved_together() -> None:
    values = draw_series(10, 56, 52, seed=8)
    kept = np.array([p for p in range(56) if p not in (20, 21, 22)])
    found = fit_steps(values[:, kept], kept - 52.0)
    for i in range(10):
        holes = values[i].copy()
        holes[20:23] = np.nan
        other = fit_statsmodels(holes, (np.arange(56) >= 52).astype(float))
        assert found.effect[i] == pytest.approx(other.params[-1], abs=2e-3)
