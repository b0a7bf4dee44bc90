"""The averaged forecast: every noise model forecasts the periods after from the periods before; its weight is its posterior probability.

Arrays have one row per series: `before` is N x n, `after` N x m, in the units of the KPI; results are arrays of length N in the same units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from semantic.effects.method.kernels import Array, Family
from semantic.effects.method.prior import MIXES

FEWEST_FREEDOM = 3.0
SMALLEST_SPREAD = 0.05  # of the variance of a forecast, however much more the periods after hold
SMALLEST_SCALE = 0.2  # of the square of the contrasts that unequal sampling leaves for the scale
SMALLEST_SHAPE = 1e-6  # smallest singular value of a shape that is not already explained by the level
CHUNK = 500  # number of series per block, so that the arrays fit in the processor's cache


@dataclass(frozen=True)
class Forecast:
    """`miss`: mean after minus its forecast; `variance`: that of the forecast; `freedom`: the degrees of freedom of this variance.

    `control_weight` is the total weight of the models that use the control index (0 without one). `evidence` is the logarithm of the
    probability density of the periods before, up to a constant of the pattern, over all models without the index.
    """

    miss: Array
    variance: Array
    freedom: Array
    control_weight: Array
    evidence: Array

    @classmethod
    def join(cls, parts: Sequence[Forecast]) -> Forecast:
        """The forecasts of several blocks of series as one."""
        return cls(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls)))

    def take(self, rows: slice) -> Forecast:
        """Those of some of the series."""
        return Forecast(*(getattr(self, each.name)[rows] for each in fields(self)))


@dataclass(frozen=True)
class _Opinions:
    """Results of all models: arrays N x models."""

    miss: Array
    variance: Array
    log_weight: Array


def read_shapes(shares: Array, regressors: Array) -> tuple[Array, Array]:
    """Known shapes of unknown height, such as a registered peak: their shares before (r x n), and their means after (r).

    `shares` (r x (n + m)) are per period. The part that the `regressors` of the family (n x c) or other rows explain is removed.
    """
    n = len(regressors)
    past = shares[:, :n].T
    _, sizes, turn = np.linalg.svd(past - regressors @ (np.linalg.pinv(regressors) @ past), full_matrices=False)
    turned = turn[sizes > SMALLEST_SHAPE] @ shares
    return turned[:, :n], turned[:, n:].mean(axis=1)


@dataclass(frozen=True)
class Shapes:
    """G sets of r shapes, `before` G x r x n and `after` G x r; series i uses the set `owner[i]` (N, ascending)."""

    before: Array
    after: Array
    owner: NDArray[np.int64]

    @classmethod
    def join(cls, sets: Sequence[tuple[Array, Array]], counts: Sequence[int]) -> Shapes:
        """Join sets with equally many shapes, each with its number of series."""
        return cls(np.stack([each[0] for each in sets]), np.stack([each[1] for each in sets]), np.repeat(np.arange(len(sets)), counts))

    def take(self, rows: slice) -> Shapes:
        """The shapes of some of the series."""
        owner = self.owner[rows]
        sets = slice(owner[0], owner[-1] + 1)
        return Shapes(self.before[sets], self.after[sets], owner - owner[0])


class _Heights:
    """The heights of shapes under one kernel, by generalised least squares for every mix w; used to remove the shapes from series."""

    def __init__(self, shapes: Shapes, family: Family, k: int) -> None:
        basis, self.inverse, gains = family.bases[k], family.inverse[k], family.gains[k]
        self.known = shapes.before @ basis  # G x r x q
        self.owner = shapes.owner
        gram = np.moveaxis((self.known[:, :, None] * self.known[:, None]) @ self.inverse, 3, 1)  # G x w x r x r
        ahead = np.swapaxes((shapes.after + shapes.before @ family.level)[..., None] - self.known @ gains, 1, 2)  # G x w x r
        solved = np.linalg.inv(gram)
        lean = (solved @ ahead[..., None])[..., 0]
        self.spread = (ahead * lean).sum(axis=2)[self.owner]  # N x w, as what follows
        self.logdet = np.linalg.slogdet(gram)[1][self.owner]
        self.solved, self.lean = solved[self.owner], lean[self.owner]

    def measure(self, scores: Array) -> tuple[Array, Array, Array]:
        """For series (N x q): products with the shapes and heights (N x w x r each), and the forecast from the heights (N x w)."""
        cross = np.swapaxes((scores[:, None] * self.known[self.owner]) @ self.inverse, 1, 2)
        return cross, (self.solved @ cross[..., None])[..., 0], (cross * self.lean).sum(axis=2)

    def list_gains(self) -> list[tuple[slice, Array]]:
        """Per set of shapes: its series, and what the heights add to the gains of the forecast (q x w)."""
        firsts = np.flatnonzero(np.diff(self.owner, prepend=-1))
        ends = [*firsts[1:], len(self.owner)]
        return [
            (slice(first, end), (self.known[self.owner[first]].T @ self.lean[first].T) * self.inverse)
            for first, end in zip(firsts, ends, strict=True)
        ]


@dataclass(frozen=True)
class Noise:
    """The sampling variance of each period, in units of the series squared: `before` N x n, `after` N (the mean of the m periods)."""

    before: Array
    after: Array

    def take(self, rows: slice) -> Noise:
        """That of some of the series."""
        return Noise(self.before[rows], self.after[rows])

    def divide(self, scale: Array) -> Noise:
        """That of the series divided by `scale` (N)."""
        return Noise(self.before / scale[:, None] ** 2, self.after / scale**2)


@dataclass(frozen=True)
class _Sampling:
    """Unequal sampling variance under one kernel: usual variance of a period before and mean after (N x 1); what the differences between
    the periods before add to the expected square and to the variance of the miss (N x w)."""

    usual: Array
    after: Array
    square: Array
    before: Array

    def beside(self, other: _Sampling, slope: Array) -> _Sampling:
        """With that of a control index that enters with these slopes (N x w)."""
        share = slope**2
        names = ("usual", "after", "square", "before")
        return _Sampling(*(getattr(self, name) + share * getattr(other, name) for name in names))

    def add_variance(self, sigma: Array, periods: int) -> Array:
        """The variance that a model (white part of each period (1 - w) sigma^2, N x w) has to add to that of its miss.

        White noise that sampling does not explain stays as it is. Where the periods after hold more, at least their sampling variance is
        left of the white noise.
        """
        white = (1 - np.array(MIXES)) * sigma
        ahead = np.maximum(self.after - self.usual, np.minimum(self.after - white, 0.0))
        return np.asarray(ahead / periods + self.before * np.minimum(white / np.maximum(self.usual, 1e-300), 1.0))


def average_forecast(
    family: Family, before: Array, after: Array, control: tuple[Array, Array] | None = None, shapes: Shapes | None = None,
    noise: Noise | None = None, control_noise: Noise | None = None,
) -> Forecast:  # fmt: skip
    """Forecast the mean of `after` (N x m, or its mean as N) for each series; `control` is an index before (N x n) and after (N x m).

    With `noise`, the white part of every noise model differs between the periods as their sampling variance does; `control_noise` is the
    sampling variance of the index.
    """
    before = np.asarray(before, dtype=float)
    if len(before) > CHUNK:
        parts = []
        for first in range(0, len(before), CHUNK):
            rows = slice(first, first + CHUNK)
            index = None if control is None else (control[0][rows], control[1][rows])
            part = None if shapes is None else shapes.take(rows)
            known, beside = (None if each is None else each.take(rows) for each in (noise, control_noise))
            parts.append(average_forecast(family, before[rows], np.asarray(after)[rows], index, part, known, beside))
        return Forecast.join(parts)
    centre, scale = before.mean(axis=1), before.std(axis=1)
    scale = np.where(scale > 0, scale, 1.0)
    values = (before - centre[:, None]) / scale[:, None]
    last = (mean_of(after) - centre) / scale
    kernels = range(len(family.bases))
    heights = [] if shapes is None else [_Heights(shapes, family, k) for k in kernels]
    uneven = list_sampling(family, noise, scale, heights)
    opinions = [forecast_each(family, values, last, heights=heights, uneven=uneven)]
    split = opinions[0].miss.shape[1]
    if control is not None:
        past = np.asarray(control[0], dtype=float)
        middle, width = past.mean(axis=1), past.std(axis=1)
        width = np.where(width > 0, width, 1.0)
        index = ((past - middle[:, None]) / width[:, None], (mean_of(control[1]) - middle) / width)
        uneven_index = list_sampling(family, control_noise, width, heights)
        opinions.append(forecast_each(family, values, last, index, heights, uneven, uneven_index))
    miss = np.concatenate([each.miss for each in opinions], axis=1)
    variance = np.concatenate([each.variance for each in opinions], axis=1)
    logs = np.concatenate([each.log_weight for each in opinions], axis=1)
    top = logs.max(axis=1, keepdims=True)
    weights = np.exp(logs - top)
    evidence = np.log(weights[:, :split].sum(axis=1)) + top[:, 0] - family.rank * np.log(scale)
    weights /= weights.sum(axis=1, keepdims=True)
    mean = (weights * miss).sum(axis=1)
    own = (weights * variance).sum(axis=1)
    total = own + (weights * (miss - mean[:, None]) ** 2).sum(axis=1)
    freedom = match_freedom(weights, variance, own, max(rank_of(family, heights), 3))
    # the models' variances include the t factor already: the scale of a t with these degrees of freedom is smaller than its variance
    total = total * (freedom - 2) / freedom
    return Forecast(mean * scale, total * scale**2, freedom, weights[:, split:].sum(axis=1), evidence)


def list_sampling(family: Family, noise: Noise | None, scale: Array, heights: Sequence[_Heights]) -> list[_Sampling]:
    """Unequal sampling variance under every kernel, for series divided by `scale`; empty where it is not known."""
    if noise is None:
        return []
    noise = noise.divide(scale)
    return [weigh_noise(family, k, noise, heights[k] if heights else None) for k in range(len(family.bases))]


def weigh_noise(family: Family, k: int, noise: Noise, heights: _Heights | None) -> _Sampling:
    """What unequal sampling variance changes in the models of one kernel.

    The miss of a model is the mean after plus a weighted sum of the periods before. Where a period's variance is larger by v - u than the
    usual one, the variance of the miss is larger by weight^2 (v - u). The square of the contrasts, which gives the scale, is expected to be
    larger in the same way. The weights stay as they are.
    """
    basis, inverse = family.bases[k], family.inverse[k]
    usual = noise.before.mean(axis=1, keepdims=True)
    before = noise.before - usual
    added = np.empty((len(before), len(MIXES)))
    sets = [(slice(None), 0.0)] if heights is None else heights.list_gains()
    for rows, gains in sets:
        weights = family.level[:, None] - basis @ (family.gains[k] + gains)
        added[rows] = before[rows] @ weights**2
    return _Sampling(usual, noise.after[:, None], (before @ basis**2) @ inverse, added)


def rank_of(family: Family, heights: Sequence[_Heights]) -> int:
    """The number of independent contrasts that are left."""
    return family.rank - (heights[0].known.shape[1] if heights else 0)


def mean_of(after: Array) -> Array:
    """The mean per series; an array of means is returned unchanged."""
    values = np.asarray(after, dtype=float)
    return values if values.ndim == 1 else np.asarray(values.mean(axis=1))


def match_freedom(weights: Array, variance: Array, own: Array, rank: int) -> Array:
    """Degrees of freedom whose chi-square has the relative spread of the models' variances (Satterthwaite), at least three."""
    second = (weights * variance**2).sum(axis=1) * (1 + 2 / rank)
    return np.maximum(2 * own**2 / np.maximum(second - own**2, 1e-12 * own**2 + 1e-300), FEWEST_FREEDOM)


def forecast_each(
    family: Family, values: Array, after: Array, control: tuple[Array, Array] | None = None, heights: Sequence[_Heights] = (),
    uneven: Sequence[_Sampling] = (), beside: Sequence[_Sampling] = (),
) -> _Opinions:  # fmt: skip
    """Miss, variance and log weight of every model, from one matrix product per kernel and series.

    Per kernel, where there are any: the heights of the known shapes, and the unequal sampling variance of series and control (weigh_noise).
    """
    distance = after + values @ family.level
    rank = rank_of(family, heights)
    misses, variances, logs = [], [], []
    with np.errstate(divide="ignore"):
        priors = np.log(family.prior)
    for k, basis in enumerate(family.bases):
        inverse, gains = family.inverse[k], family.gains[k]
        scores = values @ basis
        square = (scores**2) @ inverse
        miss = distance[:, None] - scores @ gains
        spread = np.broadcast_to(family.spread[k], miss.shape)
        logdet = family.logdet[k]
        penalty, sampling = 0.0, uneven[k] if uneven else None
        if heights:
            cross, slopes, foretold = heights[k].measure(scores)
            square, miss = square - (cross * slopes).sum(axis=2), miss - foretold
            spread, logdet = spread + heights[k].spread, logdet + heights[k].logdet
        if control is not None:
            # a slope per model, shrunk towards 0 by a prior that weighs as much as one observation
            index = control[0] @ basis
            together, own = (scores * index) @ inverse, (index**2) @ inverse
            moved = (control[1] + control[0] @ family.level)[:, None] - index @ gains
            if heights:
                other, lean, known = heights[k].measure(index)
                together, own, moved = together - (other * slopes).sum(axis=2), own - (other * lean).sum(axis=2), moved - known
            own = np.maximum(own, 1e-12)
            shrink = rank / (1 + rank)
            square = square - shrink * together**2 / own
            miss = miss - shrink * together / own * moved
            spread = spread + shrink * moved**2 / own
            penalty = 0.5 * np.log1p(rank)
            if sampling and beside:
                sampling = sampling.beside(beside[k], shrink * together / own)
        square = np.maximum(square, 1e-12)
        variance = square / max(rank - 2, 1) * spread
        if sampling:
            scale = np.maximum(square - sampling.square, SMALLEST_SCALE * square) / max(rank - 2, 1)
            variance = np.maximum(scale * spread + sampling.add_variance(scale, family.periods), SMALLEST_SPREAD * scale * spread)
        misses.append(miss)
        variances.append(variance)
        logs.append(priors[k] - 0.5 * logdet - 0.5 * rank * np.log(square) - penalty)
    return _Opinions(np.concatenate(misses, axis=1), np.concatenate(variances, axis=1), np.concatenate(logs, axis=1))
