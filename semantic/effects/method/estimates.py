"""From a forecast to estimates: the placebo gate, the guard against a wider spread, registered peaks, and the limits of too little data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from semantic.effects.method.forecast import Forecast, Noise, Shapes, average_forecast, mean_of, read_shapes
from semantic.effects.method.kernels import LONG_GRAINS, SEASONS, Array, build_regressors, prepare_family

PLACEBOS = 8
FEWEST_BEFORE_PLACEBO = 12
FEWEST_YEARS_FOR_SEASON = 2  # years before from which months and quarters have a level of their own
GATE_WORTH = 20.0  # number of observed misses that the models' own variance counts for
GATE_FLOOR = 0.85
NEAR, FAR_GROWTH = 1 / 8, 3.0  # months or years after, as a share of those before; growth of the variance beyond
PEAK_SPREAD = 0.15  # standard deviation of a yearly peak from year to year, as a share of its height
FEWEST_WEEKS, FEWEST_WEEKS_WITH_PEAK, FEWEST_QUARTERS = 17, 60, 20
FULL_SEASON_WEEKS = 104  # two years; with fewer weeks before, a season is not separable from an effect
FEWEST_ANSWERS_BEFORE, FEWEST_ANSWERS_AFTER = 60, 30
FEWEST_EVENTS_AFTER = 10  # events that are no survey answers; with fewer, chance is called an effect too often
EVENT_DAYS = 28  # days from a registered event on in which a forecast may miss because of it
SHARED_DAYS = 56  # days before the start; a change that began in them may still be taking effect
WEEKS_PER_WEEK_AFTER = 6  # weeks needed before per week after; eight for more than four weeks after


@dataclass(frozen=True)
class Pattern:
    """The periods used: positions before and after the start, the grain, and the share of each that is a registered peak.

    `steps` are positions of earlier events; after each the level may differ, and an event within a period is a fraction. No placebo
    falls on `closed` positions; the forecast still uses their values.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    grain: str = "week"
    season: bool = False
    peaks: tuple[float, ...] | None = None
    steps: tuple[float, ...] = ()
    closed: tuple[int, ...] = ()

    @property
    def periods(self) -> tuple[tuple[int, ...], tuple[int, ...], str, bool]:
        """The key of everything that the matrices of the noise models depend on."""
        return self.before, self.after, self.grain, self.season

    @property
    def shapes(self) -> Array:
        """Known shapes of unknown height (r x (n + m)): the share of each period that is a registered peak, or lies after a step."""
        ends = np.array([*self.before, *self.after], dtype=float) + 1
        peaks = () if self.peaks is None else (np.array(self.peaks),)
        return np.array([*peaks, *(np.clip(ends - step, 0.0, 1.0) for step in self.steps)]).reshape(-1, len(ends))

    def cut_at(self, origin: int) -> Pattern | None:
        """The same pattern for an earlier date; None when a period after that date is not usable or too few periods are before it."""
        past = tuple(p for p in self.before if p < origin)
        window = {origin + p for p in self.after}
        if len(past) < FEWEST_BEFORE_PLACEBO or not window <= set(self.before):
            return None
        size = SEASONS.get(self.grain, 12)
        if self.season and (len(past) < FEWEST_YEARS_FOR_SEASON * size or not {p % size for p in window} <= {p % size for p in past}):
            return None
        peaks = None
        if self.peaks is not None:
            known = dict(zip((*self.before, *self.after), self.peaks, strict=True))
            peaks = tuple(known[p] for p in (*past, *sorted(window)))
            if any(known[p] for p in window):
                return None
            if not any(known[p] for p in past):
                peaks = None
        # only an event between the first period and the date is a step
        steps = tuple(step - origin for step in self.steps if past[0] < step < origin)
        return Pattern(tuple(p - origin for p in past), self.after, self.grain, self.season, peaks, steps)


@dataclass(frozen=True)
class Estimates:
    """One value per series. Effects are after minus forecast, in the KPI's unit; `p` is two-sided; `visible` is the smallest effect that
    is seen in 80 of 100 cases. `scores` are the normal scores of the misses at the placebo dates (N x J). When `status` is not `ok`, effect
    and interval are either filled or NaN.
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


@lru_cache(maxsize=1024)
def list_placebos(pattern: Pattern, most: int = PLACEBOS) -> tuple[tuple[int, Pattern], ...]:
    """Earlier dates for the same forecast (placebos), with their patterns: at most `most`, the latest first."""
    found: list[tuple[int, Pattern]] = []
    m = len(pattern.after)
    reach = len(pattern.before) // 2
    step = max(m, reach // most)
    origin = -pattern.after[-1] - 1
    free = set(pattern.before) - set(pattern.closed)
    while len(found) < most and origin > pattern.before[0]:
        cut = pattern.cut_at(origin) if free.issuperset(origin + p for p in pattern.after) else None
        if cut is not None:
            found.append((origin, cut))
            origin -= step
        else:
            origin -= 1
    return tuple(found)


@dataclass(frozen=True)
class Plan:
    """N series of one pattern to judge: `before` N x n, `after` N x m or its mean; `control`: index, `spread`: factors on the variance.

    `noise` (N x (n + m)) is the sampling variance of each period in the unit of the values squared, `control_noise` that of the index;
    without them, all periods are equally exact.
    """

    pattern: Pattern
    before: Array
    after: Array
    control: tuple[Array, Array] | None = None
    spread: Array | None = None
    noise: Array | None = None
    control_noise: Array | None = None

    def __post_init__(self) -> None:
        periods = len(self.pattern.before) + len(self.pattern.after)
        for name in ("noise", "control_noise"):
            given = getattr(self, name)
            if given is not None and given.shape != (len(self.before), periods):
                raise ValueError(f"{name} is {given.shape}, but there are {len(self.before)} series of {periods} periods")


def judge_series(
    pattern: Pattern, before: Array, after: Array, *, control: tuple[Array, Array] | None = None, spread: Array | None = None,
    noise: Array | None = None, control_noise: Array | None = None, peak_height: bool = True, gate: bool = True,
) -> Estimates:  # fmt: skip
    """Judge N series of one pattern; see Plan for the arrays."""
    return judge_plans([Plan(pattern, before, after, control, spread, noise, control_noise)], peak_height=peak_height, gate=gate)[0]


def judge_plans(plans: Sequence[Plan], *, peak_height: bool = True, gate: bool = True) -> list[Estimates]:
    """Judge series of many patterns. Forecasts over the same periods, also those at placebo dates, are made together."""
    plans = [replace(plan, before=fill_gaps(plan.before), after=mean_of(plan.after)) for plan in plans]
    forecasts = forecast_plans(plans)
    scores = score_placebos(plans) if gate else [np.zeros((len(plan.before), 0)) for plan in plans]
    judged = []
    for plan, forecast, each in zip(plans, forecasts, scores, strict=True):
        variance = forecast.variance * (1.0 if plan.spread is None else plan.spread) * widen_far(plan.pattern)
        if plan.pattern.peaks is not None and peak_height:
            variance = variance + (PEAK_SPREAD * estimate_peak(plan.pattern, plan.before)) ** 2
        variance = variance * np.maximum(GATE_FLOOR, (GATE_WORTH + (each**2).sum(axis=1)) / (GATE_WORTH + each.shape[1]))
        judged.append(conclude(forecast, np.sqrt(variance), each))
    return judged


def widen_far(pattern: Pattern) -> float:
    """Factor on the variance for months, quarters or years far from the history, which does not show what noise holds there."""
    reach = len(pattern.after) / len(pattern.before) - NEAR
    return 1 + FAR_GROWTH * max(reach, 0.0) if pattern.grain in LONG_GRAINS else 1.0


def forecast_plans(plans: Sequence[Plan]) -> list[Forecast]:
    """The forecast of every plan; plans over the same periods with equally many shapes are forecast in one call."""
    groups: dict[tuple[object, ...], list[int]] = {}
    shapes = [find_shapes(plan.pattern) for plan in plans]
    for i, plan in enumerate(plans):
        known = plan.control is None, plan.noise is None, plan.control_noise is None
        groups.setdefault((*plan.pattern.periods, *known, len(shapes[i][1])), []).append(i)
    found: dict[int, Forecast] = {}
    for members in groups.values():
        family = prepare_family(*plans[members[0]].pattern.periods)
        before, after = (np.concatenate([getattr(plans[i], name) for i in members]) for name in ("before", "after"))
        controls = [control for i in members if (control := plans[i].control) is not None]
        index = (np.concatenate([each[0] for each in controls]), np.concatenate([each[1] for each in controls])) if controls else None
        counts = [len(plans[i].before) for i in members]
        sets = Shapes.join([shapes[i] for i in members], counts) if len(shapes[members[0]][1]) else None
        noise, beside = (join_noise([getattr(plans[i], each) for i in members], before.shape[1]) for each in ("noise", "control_noise"))
        forecast = average_forecast(family, before, after, index, sets, noise, beside)
        ends = np.cumsum(counts)
        for i, start, end in zip(members, [0, *ends[:-1]], ends, strict=True):
            found[i] = forecast.take(slice(start, end))
    return [found[i] for i in range(len(plans))]


def join_noise(parts: Sequence[Array | None], n: int) -> Noise | None:
    """The sampling variances of several plans over the same periods, n of them before; None where none are known."""
    known = [part for part in parts if part is not None]
    if not known:
        return None
    whole = np.concatenate(known)
    return Noise(whole[:, :n], whole[:, n:].mean(axis=1))


@lru_cache(maxsize=4096)
def find_shapes(pattern: Pattern) -> tuple[Array, Array]:
    """The shapes of a pattern that its level and season do not explain already: before (r x n), means after (r)."""
    if pattern.peaks is None and not pattern.steps:
        return np.empty((0, len(pattern.before))), np.empty(0)
    past = build_regressors(np.array(pattern.before, dtype=float), pattern.grain, pattern.season)
    return read_shapes(pattern.shapes, past)


def fill_gaps(values: Array) -> Array:
    """Fill periods without a value (NaN) with the mean of their series. At most 10 % are empty; series of one pattern stay together."""
    values = np.asarray(values, dtype=float)
    return np.where(np.isnan(values), np.nanmean(values, axis=1, keepdims=True), values)


def conclude(forecast: Forecast, se: Array, scores: Array) -> Estimates:
    """Interval, p and smallest visible effect from a miss, its standard error and degrees of freedom."""
    from scipy.special import stdtr, stdtrit

    wide = stdtrit(forecast.freedom, 0.975)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stdtr(forecast.freedom, -np.abs(forecast.miss) / se)
    # misses as badly: the placebo's score is at least as extreme
    ours = score_misses(forecast.miss, se, forecast.freedom)
    missed = (np.abs(scores) >= np.abs(ours)[:, None]).sum(axis=1)
    visible = se * (wide + stdtrit(forecast.freedom, 0.8))
    return Estimates(
        effect=forecast.miss, lower=forecast.miss - wide * se, upper=forecast.miss + wide * se, p=p, se=se, freedom=forecast.freedom,
        visible=visible, scores=scores, missed=missed, control_weight=forecast.control_weight,
    )  # fmt: skip


def score_misses(miss: Array, se: Array, freedom: Array) -> Array:
    """Misses as normal scores: the normal quantile of the miss in the distribution of its forecast."""
    from scipy.special import ndtri, stdtr

    with np.errstate(divide="ignore", invalid="ignore"):
        tail = stdtr(freedom, -np.abs(miss / se))
    return np.asarray(-np.sign(miss) * ndtri(np.clip(tail, 1e-12, 0.5)))


def score_placebos(plans: Sequence[Plan]) -> list[Array]:
    """Normal scores (N x J per plan) of the misses of the same forecast at earlier dates without a registered change."""
    earlier, owners = [], []
    for i, plan in enumerate(plans):
        place = {position: column for column, position in enumerate(plan.pattern.before)}
        for origin, cut in list_placebos(plan.pattern):
            past = select_columns([place[p + origin] for p in cut.before])
            window = select_columns([place[p + origin] for p in cut.after])
            index = None if plan.control is None else (plan.control[0][:, past], plan.control[0][:, window])
            noise, beside = (
                None if each is None else np.concatenate([each[:, past], each[:, window]], axis=1)
                for each in (plan.noise, plan.control_noise)
            )
            earlier.append(Plan(cut, plan.before[:, past], mean_of(plan.before[:, window]), index, noise=noise, control_noise=beside))
            owners.append(i)
    columns: list[list[Array]] = [[] for _ in plans]
    found = forecast_plans(earlier)
    if found:
        # one call for all plans: a call per plan takes longer than its few figures
        miss, variance, freedom = (np.concatenate([getattr(each, name) for each in found]) for name in ("miss", "variance", "freedom"))
        scores = np.split(score_misses(miss, np.sqrt(variance), freedom), np.cumsum([len(each.miss) for each in found])[:-1])
        for i, each in zip(owners, scores, strict=True):
            columns[i].append(each)
    return [np.column_stack(each) if each else np.zeros((len(plan.before), 0)) for each, plan in zip(columns, plans, strict=True)]


def select_columns(places: list[int]) -> slice | list[int]:
    """Columns as a slice when they are consecutive, so that nothing is copied."""
    return slice(places[0], places[-1] + 1) if places[-1] - places[0] + 1 == len(places) else places


def estimate_peak(pattern: Pattern, before: Array) -> Array:
    """Height (N) that the registered peak adds to the mean after, estimated from the same weeks of earlier years."""
    n = len(pattern.before)
    assert pattern.peaks is not None
    shares = np.array(pattern.peaks)
    in_peak = shares[:n] > 0.5
    if not in_peak.any() or in_peak.all():
        return np.zeros(len(before))
    return np.asarray((before[:, in_peak].mean(axis=1) - before[:, ~in_peak].mean(axis=1)) * shares[n:].mean())


def index_controls(controls: Array, n: int) -> tuple[Array, Array]:
    """A control index from controls (C x (n + m) or N x C x (n + m)): the mean of the controls, each divided by its deviation before."""
    values = np.asarray(controls, dtype=float)
    values = values[None] if values.ndim == 2 else values
    width = values[:, :, :n].std(axis=2, keepdims=True)
    index = (values / np.where(width > 0, width, 1.0)).mean(axis=1)
    return index[:, :n], index[:, n:]


def index_noise(controls: Array, noise: Array, n: int) -> Array:
    """The sampling variance of the index of these controls (N x C x (n + m) or C x (n + m)), from those of the controls: N x (n + m)."""
    values, known = (each[None] if each.ndim == 2 else each for each in (np.asarray(controls, dtype=float), np.asarray(noise, dtype=float)))
    width = values[:, :, :n].std(axis=2, keepdims=True)
    return np.asarray((known / np.where(width > 0, width, 1.0) ** 2).sum(axis=1) / values.shape[1] ** 2)


def find_too_little(
    n: int, m: int, *, grain: str = "week", answers_before: float | None = None, answers_after: float | None = None,
    empty_share: float = 0.0, has_peak: bool = False, is_constant: bool = False,
) -> str | None:  # fmt: skip
    """The reason why a series cannot be judged, or None. Counts are those of the denominator when it counts answers."""
    short = {"week": FEWEST_WEEKS, "day": 60, "month": 24, "quarter": FEWEST_QUARTERS, "year": 12}[grain]
    noun = f"{grain}s"
    if is_constant:
        return "the value never moved before the change"
    if n < short:
        return f"only {n} whole {noun} before the change; {short} are needed"
    if grain == "week" and (n < WEEKS_PER_WEEK_AFTER * m or (m > 4 and n < 8 * m)):
        return f"{m} weeks after the change are too many for {n} before; {(8 if m > 4 else WEEKS_PER_WEEK_AFTER) * m} are needed"
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
