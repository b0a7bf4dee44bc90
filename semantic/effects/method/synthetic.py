"""Synthetic control: a weighted mean of untouched series that followed ours before, and placebos in space.

Every control is treated as if the change had met it, in the same way; how far ours stands out among them is the evidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from semantic.effects.method.kernels import Array

FEWEST_CONTROLS = 20  # with fewer, no rank among them is rarer than 5 %
SUM_WEIGHT = 1000.0


@dataclass(frozen=True)
class Synthetic:
    """Effect (mean or last gap after), half its interval and its spread from the controls' gaps, p by rank, how many missed as badly."""

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
    """Weights of the controls (C), none negative, adding up to 1, that follow the target (length n) best; `controls` is C x n."""
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

    A gap counts in units of the fit before. A fit closer than the median of all is taken for the median: following well by luck, with many
    controls to choose from, promises nothing for the time after.
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
