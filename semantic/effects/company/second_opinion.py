"""A second opinion on answers called an effect: statsmodels' structural model on the same weeks.

The model is a random-walk level with noise and a step, and the control index as regressor when the method used one. It is wrong more
often than the method (docs/calibration.md). It therefore changes no verdict, but a disagreement is shown.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from semantic.effects.company.answers import Answer
from semantic.effects.company.units import Unit, write_margin, write_move
from semantic.effects.company.verdicts import write_chance
from semantic.effects.method.kernels import Array
from semantic.effects.method.periods import compare_noise
from semantic.effects.method.scale import return_to_unit
from semantic.effects.method.structural import fit_steps
from semantic.effects.method.words import LEVEL

if TYPE_CHECKING:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

REACH = 1.959964


@dataclass(frozen=True)
class SecondOpinion:
    """The step of the structural model, its 95 % margin and two-sided p (normal)."""

    effect: float
    lower: float
    upper: float
    p: float


def ask_second(answer: Answer) -> SecondOpinion | None:
    """Fit the weeks of an answer; None when they cannot be fitted. Weeks without a value, or left out, are missing values."""
    if answer.judged is None:
        return None
    n = answer.window.n
    values = answer.judged.copy()
    values[np.isnan(np.array(answer.values))] = np.nan
    # the weeks of a roll-out are missing values
    hole = np.full(answer.window.gap, n)
    values = np.insert(values, hole, np.nan)
    positions = np.arange(-n, len(values) - n, dtype=float)
    columns = [] if answer.beside is None else [np.insert(answer.beside, hole, 0.0)]
    columns += [np.insert(shape, hole, 0.0) for shape in answer.window.pattern.shapes]
    noise, other = (None if each is None else np.insert(each, hole, 0.0) for each in (answer.noise, answer.beside_noise))
    found = fit_second(values, positions, np.column_stack(columns) if columns else None, noise, other)
    if found is None or not answer.is_log:
        return found
    reached = float(np.nanmean(answer.values[n:]))
    return replace(found, **{name: return_to_unit(reached, getattr(found, name)) for name in ("effect", "lower", "upper")})


def fit_second(
    values: Array, positions: Array, beside: Array | None = None, noise: Array | None = None, beside_noise: Array | None = None
) -> SecondOpinion | None:
    """Fit a series with missing values (NaN). structural.py finds the maximum; statsmodels gives estimate and error there.

    `noise` is the sampling variance of each period, `beside_noise` that of the first regressor, the control index.
    """
    step, known = (positions >= 0).astype(float), ~np.isnan(values)
    beside = None if beside is None else drop_repeated(beside, known)
    regressors = step[:, None] if beside is None else np.column_stack([beside, step])
    scale = float(values[known].std()) if known.any() else 0.0
    if not scale > 0 or np.linalg.matrix_rank(np.column_stack([np.ones(known.sum()), regressors[known]])) <= regressors.shape[1]:
        return None
    series = (values - values[known].mean()) / scale
    uneven, others = np.ones(len(values)), None if beside is None else beside[known]
    if noise is not None:
        rest, white = values, noise
        if beside is not None:
            slopes = fit_steps(series[known][None], positions[known], others).slopes[0] * scale
            rest = values - beside @ slopes[:-1]
            white = noise if beside_noise is None else noise + slopes[0] ** 2 * beside_noise
        uneven = compare_noise(rest[None], white[None], int((positions < 0).sum()))[0]
    start = fit_steps(series[known][None], positions[known], others, None if noise is None else uneven[known][None])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = build_model(series, regressors, uneven)
        slopes = start.slopes[0]
        found = model.smooth([float(start.noise[0]), float(start.level[0]), *map(float, slopes)], cov_type="approx")
    effect, error, p = (float(each[-1]) for each in (found.params, found.bse, found.pvalues))
    if not (np.isfinite(error) and error > 0):
        error, p = float(start.error[0]), float(start.p[0])
    return SecondOpinion(effect * scale, (effect - REACH * error) * scale, (effect + REACH * error) * scale, p)


def build_model(series: Array, regressors: Array, noise: Array) -> UnobservedComponents:
    """The model of statsmodels, with noise of another variance in each period."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    class Uneven(UnobservedComponents):
        """The variance of the noise is its parameter times that of each period."""

        def update(self, params: Array, *args: object, **kwargs: object) -> None:
            super().update(params, *args, **kwargs)
            self.ssm["obs_cov"] = (self.ssm["obs_cov"].ravel()[0] * noise)[None, None]

    return Uneven(series, level="llevel", exog=regressors)


def drop_repeated(columns: Array, known: Array) -> Array | None:
    """Regressors without columns that depend linearly on the level and earlier columns; None when none is left."""
    kept: list[int] = []
    for i in range(columns.shape[1]):
        if np.linalg.matrix_rank(np.column_stack([np.ones(known.sum()), columns[known][:, [*kept, i]]])) == len(kept) + 2:
            kept.append(i)
    return columns[:, kept] if kept else None


def write_second(first: float, second: SecondOpinion, unit: Unit) -> str:
    """One sentence: the model agrees, or disagrees with the figures of its own estimate."""
    told = f"{write_move(second.effect, unit)} (95 % margin {write_margin(second.lower, second.upper, unit)})"
    name = "a structural model of the same weeks"
    if second.p < LEVEL and np.sign(second.effect) == np.sign(first):
        return f"Second opinion: {name} agrees: {told}."
    chance = f"without a change, a difference this large occurs in {write_chance(second.p)} of cases"
    if second.p < LEVEL:
        return f"Second opinion: {name} disagrees: it sees the opposite, {told}."
    return f"Second opinion: {name} disagrees: {told}, which its changing level can explain ({chance})."
