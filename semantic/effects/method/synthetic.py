"""Synthetic control: a weighted mean of unaffected series that followed the judged one before, and placebos in space.

Method: Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical Association 105, 493-505. Every control is judged in
the same way, as if the change had affected it. The p-value is the rank of the judged series among them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from semantic.effects.method.kernels import Array

FEWEST_CONTROLS = 20  # with fewer controls, no rank has a probability below 5 %
SUM_WEIGHT = 1000.0


@dataclass(frozen=True)
class Synthetic:
    """Effect (mean or last gap after), half its interval and its spread from the controls' gaps, p by rank, count of gaps as large."""

    effect: float
    margin: float
    se: float
    p: float
    placebo_count: int
    missed: int
    expected: Array
    weights: Array
    fit: float


def weigh_controls(target: Array, controls: Array) -> Array:
    """Weights of the controls (C) with the best fit to the target (length n): none negative, their sum is 1. `controls` is C x n."""
    scale = max(float(np.abs(controls).mean()), 1e-12)
    rows = np.vstack([controls.T / scale, np.full(len(controls), SUM_WEIGHT)])
    weights = nnls(rows, np.append(target / scale, SUM_WEIGHT))[0]
    return np.asarray(weights / weights.sum())


def find_gap(target: Array, controls: Array, n: int) -> tuple[Array, Array]:
    """Gaps between a series (n + m) and its synthetic control, and the weights."""
    weights = weigh_controls(target[:n], controls[:, :n])
    return target - weights @ controls, weights


def judge_synthetic(target: Array, controls: Array, n: int, *, last_only: bool = False) -> Synthetic:
    """Judge a series (n + m) by its controls (C x (n + m)).

    A gap is measured in units of the error of the fit before. An error below the median of all counts as the median: with many controls to
    choose from, a close fit may be luck and does not predict the time after.
    """
    after = slice(-1, None) if last_only else slice(n, None)
    gaps, weights = find_gap(target, controls, n)
    each = [find_gap(controls[j], np.delete(controls, j, axis=0), n)[0] for j in range(len(controls))]
    fits = np.sqrt([(other[:n] ** 2).mean() for other in each])
    fit = float(np.sqrt((gaps[:n] ** 2).mean()))
    floor = max(float(np.median(fits)), 1e-12)
    ratios = np.abs([other[after].mean() for other in each]) / np.maximum(fits, floor)
    unit = max(fit, floor)
    effect = float(gaps[after].mean())
    missed = int((ratios >= abs(effect) / unit).sum())
    # the largest effect whose rank would still be within 5 %
    place = min(math.ceil(0.95 * (len(ratios) + 1)), len(ratios))
    margin = float(np.sort(ratios)[place - 1]) * unit
    spread = float(np.sqrt(np.mean(ratios**2))) * unit
    return Synthetic(effect, margin, spread, (1 + missed) / (1 + len(ratios)), len(ratios), missed, target - gaps, weights, fit)
