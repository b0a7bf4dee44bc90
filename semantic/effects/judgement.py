"""From a forecast to a judgement: the placebo gate, the guard against a wider spread, registered peaks, and when it is too little data."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from semantic.effects.forecast import Forecast, average_forecast, mean_of
from semantic.effects.kernels import Array, prepare_family

PLACEBOS = 8
FEWEST_BEFORE_PLACEBO = 12
FEWEST_MONTHS_FOR_SEASON = 24
GATE_WORTH = 20.0  # misses the models' own variance is worth against those seen
GATE_FLOOR = 0.85
PEAK_SPREAD = 0.15  # how far a yearly peak differs from year to year, as a share of its height
FEWEST_WEEKS, FEWEST_WEEKS_WITH_PEAK = 17, 60
FEWEST_ANSWERS_BEFORE, FEWEST_ANSWERS_AFTER = 60, 30


@dataclass(frozen=True)
class Pattern:
    """Which periods are used: positions before and after the start, the grain, and the share of each that is a registered peak."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    grain: str = "week"
    season: bool = False
    peaks: tuple[float, ...] | None = None

    def cut_at(self, origin: int) -> Pattern | None:
        """The same pattern as if the change had come earlier; None where a period after it is not usable or too few stand before."""
        m = len(self.after)
        past = tuple(p for p in self.before if p < origin)
        window = set(range(origin, origin + m))
        if len(past) < FEWEST_BEFORE_PLACEBO or not window <= set(self.before):
            return None
        if self.season and (len(past) < FEWEST_MONTHS_FOR_SEASON or not {p % 12 for p in window} <= {p % 12 for p in past}):
            return None
        peaks = None
        if self.peaks is not None:
            known = dict(zip((*self.before, *self.after), self.peaks, strict=True))
            peaks = tuple(known[p] for p in (*past, *sorted(window)))
            if any(known[p] for p in window):
                return None
            if not any(known[p] for p in past):
                peaks = None
        return Pattern(tuple(p - origin for p in past), tuple(range(m)), self.grain, self.season, peaks)


@dataclass(frozen=True)
class Judgements:
    """One value per series. Effects are after minus forecast, in the KPI's unit; `p` is two-sided; `visible` is the smallest effect seen in
    80 of 100 cases. `scores` are the normal scores of the misses at the placebo dates (N x J). Where `status` is not `ok`, effect and
    interval may still be filled, or NaN.
    """

    effect: Array
    lower: Array
    upper: Array
    p: Array
    se: Array
    freedom: Array
    visible: Array
    scores: Array
    missed: NDArray[np.int64]
    control_weight: Array
    status: tuple[str, ...] = field(default=())


@lru_cache(maxsize=256)
def list_placebos(pattern: Pattern, most: int = PLACEBOS) -> tuple[tuple[int, Pattern], ...]:
    """Earlier dates to make the same forecast at, with their patterns: at most `most`, the latest ones first."""
    found: list[tuple[int, Pattern]] = []
    m = len(pattern.after)
    reach = len(pattern.before) // 2
    step = max(m, reach // most)
    origin = -m
    while len(found) < most and origin > pattern.before[0]:
        cut = pattern.cut_at(origin)
        if cut is not None:
            found.append((origin, cut))
            origin -= step
        else:
            origin -= 1
    return tuple(found)


def judge_series(
    pattern: Pattern, before: Array, after: Array, *, control: tuple[Array, Array] | None = None, spread: Array | None = None,
    peak_height: bool = True, gate: bool = True,
) -> Judgements:  # fmt: skip
    """Judge N series of one pattern: `before` N x n, `after` N x m or its mean, `control` an index, `spread` factors on the variance."""
    before, last = fill_gaps(before), mean_of(after)
    family = prepare_family(pattern.before, pattern.after, pattern.grain, pattern.season, pattern.peaks)
    forecast = average_forecast(family, before, last, control)
    variance = forecast.variance * (1.0 if spread is None else spread)
    if pattern.peaks is not None and peak_height:
        variance = variance + (PEAK_SPREAD * estimate_peak(pattern, before)) ** 2
    scores = score_placebos(pattern, before, control) if gate else np.zeros((len(before), 0))
    count = scores.shape[1]
    variance = variance * np.maximum(GATE_FLOOR, (GATE_WORTH + (scores**2).sum(axis=1)) / (GATE_WORTH + count))
    return conclude(forecast, np.sqrt(variance), scores)


def fill_gaps(values: Array) -> Array:
    """Periods without a value (NaN) take the mean of their series; a few in a hundred, so that series of one pattern stay together."""
    values = np.asarray(values, dtype=float)
    return np.where(np.isnan(values), np.nanmean(values, axis=1, keepdims=True), values)


def conclude(forecast: Forecast, se: Array, scores: Array) -> Judgements:
    """Interval, p and smallest visible effect from a miss, its standard error and degrees of freedom."""
    from scipy.stats import t as student

    wide = student.ppf(0.975, forecast.freedom)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(forecast.miss) / se
        p = 2 * student.sf(ratio, forecast.freedom)
    # as badly as ours: a score at least as far out
    ours = score_misses(forecast.miss, se, forecast.freedom)
    missed = (np.abs(scores) >= np.abs(ours)[:, None]).sum(axis=1)
    visible = se * (wide + student.ppf(0.8, forecast.freedom))
    return Judgements(
        effect=forecast.miss, lower=forecast.miss - wide * se, upper=forecast.miss + wide * se, p=p, se=se, freedom=forecast.freedom,
        visible=visible, scores=scores, missed=missed, control_weight=forecast.control_weight,
    )  # fmt: skip


def score_misses(miss: Array, se: Array, freedom: Array) -> Array:
    """Misses as normal scores: how far out a miss lies in the distribution the forecast gave."""
    from scipy.special import ndtri, stdtr

    with np.errstate(divide="ignore", invalid="ignore"):
        tail = stdtr(freedom, -np.abs(miss / se))
    return np.asarray(-np.sign(miss) * ndtri(np.clip(tail, 1e-12, 0.5)))


def score_placebos(pattern: Pattern, before: Array, control: tuple[Array, Array] | None = None) -> Array:
    """Normal scores (N x J) of the same forecast's misses at earlier dates on which nothing is registered."""
    columns = []
    place = {position: i for i, position in enumerate(pattern.before)}
    for origin, cut in list_placebos(pattern):
        past = [place[p + origin] for p in cut.before]
        window = [place[p + origin] for p in cut.after]
        index = None if control is None else (control[0][:, past], control[0][:, window])
        family = prepare_family(cut.before, cut.after, cut.grain, cut.season, cut.peaks)
        forecast = average_forecast(family, before[:, past], before[:, window], index)
        columns.append(score_misses(forecast.miss, np.sqrt(forecast.variance), forecast.freedom))
    return np.column_stack(columns) if columns else np.zeros((len(before), 0))


def estimate_peak(pattern: Pattern, before: Array) -> Array:
    """Height (N) that the registered peak adds to the mean after, from the same weeks of earlier years."""
    n = len(pattern.before)
    assert pattern.peaks is not None
    shares = np.array(pattern.peaks)
    in_peak = shares[:n] > 0.5
    if not in_peak.any() or in_peak.all():
        return np.zeros(len(before))
    return np.asarray((before[:, in_peak].mean(axis=1) - before[:, ~in_peak].mean(axis=1)) * shares[n:].mean())


def index_controls(controls: Array, n: int) -> tuple[Array, Array]:
    """One control index from controls (C x (n + m) or N x C x (n + m)): the mean of each over its own standard deviation before."""
    values = np.asarray(controls, dtype=float)
    values = values[None] if values.ndim == 2 else values
    width = values[:, :, :n].std(axis=2, keepdims=True)
    index = (values / np.where(width > 0, width, 1.0)).mean(axis=1)
    return index[:, :n], index[:, n:]


def find_too_little(
    n: int, m: int, *, grain: str = "week", answers_before: float | None = None, answers_after: float | None = None,
    empty_share: float = 0.0, has_peak: bool = False, is_constant: bool = False,
) -> str | None:  # fmt: skip
    """Why a series cannot be judged, in words, or None. Counts are of the denominator where it counts answers."""
    short = {"week": FEWEST_WEEKS, "day": 60, "month": 24, "year": 12}[grain]
    noun = f"{grain}s"
    if is_constant:
        return "the value never moved before the change"
    if n < short:
        return f"only {n} whole {noun} before the change; {short} are needed"
    if grain == "week" and (m > n / 6 or (m > 4 and n < 8 * m)):
        return f"{m} weeks after the change are too many for {n} before; {max(6, 8 if m > 4 else 6) * m} are needed"
    if grain == "week" and has_peak and n < FEWEST_WEEKS_WITH_PEAK:
        needed = f"{FEWEST_WEEKS_WITH_PEAK} are needed"
        return f"a registered peak lies in the weeks after, and {n} weeks before do not hold the one of last year; {needed}"
    if answers_after is not None and answers_after < FEWEST_ANSWERS_AFTER:
        return f"only {answers_after:.0f} answers after the change; {FEWEST_ANSWERS_AFTER} are needed"
    if answers_before is not None and answers_before < FEWEST_ANSWERS_BEFORE:
        return f"only {answers_before:.0f} answers before the change; {FEWEST_ANSWERS_BEFORE} are needed"
    if empty_share > 0.1:
        return f"{empty_share:.0%} of the {noun} before are empty; at most 10 % may be"
    return None
