"""Judging one series with the method that its periods allow: averaged forecast, synthetic control, or step between two levels."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np

from semantic.effects.method.estimates import (
    FEWEST_QUARTERS,
    FEWEST_YEARS_FOR_SEASON,
    FULL_SEASON_WEEKS,
    Pattern,
    find_too_little,
    index_controls,
    judge_series,
)
from semantic.effects.method.kernels import LONG_GRAINS, SEASONS, Array
from semantic.effects.method.periods import guard_spread, measure_noise
from semantic.effects.method.scale import LOGARITHM_NOTE, prefer_logarithms, return_to_unit
from semantic.effects.method.step import is_drifting, judge_step
from semantic.effects.method.synthetic import FEWEST_CONTROLS, judge_synthetic
from semantic.effects.method.words import LEVEL, METHODS, SHORT_HISTORY, give_reason, give_verdict, write_number, write_sentence
from semantic.effects.series.known import Known, Shapes, shape_known
from semantic.effects.series.table import Periods

FEWEST_FOR_FORECAST = {"week": 17, "day": 60, "month": 24, "quarter": FEWEST_QUARTERS, "year": 12}
FEWEST_IN_ALL = 8
NOT_SEPARABLE = "not separable"
SAME_SIZE = 2.0  # controls are subtracted unscaled when their mean is within this factor of the series' mean


@dataclass(frozen=True)
class SeriesEffect:
    """The result for one change. Fields are None when there is no estimate; `reason` then says why.

    Effect, bounds and smallest visible effect are in the unit of the series, or of its logarithm. `expected` is the path without the
    change, one value per period. The cumulative effect is the effect times `cumulative_over`: the number of rows after, or the sum of
    their denominators. It is None for logarithms, and where only the last period is judged.
    """

    effect: float | None
    effect_lower: float | None
    effect_upper: float | None
    p_value: float | None
    placebo_count: int
    placebos_missed: int
    smallest_visible_effect: float | None
    verdict: str
    reason: str
    sentence: str
    method: str | None
    periods_before: int
    periods_after: int
    period: str
    warnings: tuple[str, ...] = ()
    cumulative_effect: float | None = None
    cumulative_lower: float | None = None
    cumulative_upper: float | None = None
    cumulative_over: float | None = None
    expected: tuple[float, ...] = ()
    margin: float | None = None

    def as_fields(self) -> dict[str, object]:
        """The fields for JSON, without the paths for the plot."""
        fields = asdict(self)
        del fields["expected"], fields["margin"]
        return fields


@dataclass(frozen=True)
class _Found:
    """An estimate before verdict and sentence are added."""

    method: str
    effect: float
    lower: float
    upper: float
    p: float
    visible: float
    placebos: int
    missed: int
    expected: Array
    warnings: tuple[str, ...] = ()
    obstacle: str | None = None


def judge_periods(
    periods: Periods, *, better: str | None = None, log: bool = False, last_only: bool = False, known: Known | None = None,
    few_events: str | None = None,
) -> SeriesEffect:  # fmt: skip
    """Judge one series; with `log`, the logarithms of series and controls (all above 0). `last_only`: only with a synthetic control.

    `known` are peaks and other changes; `few_events` is the reason for no verdict where rows count too few events.
    """
    n, m, shapes = periods.n, periods.m, shape_known(periods, known)
    same_size = is_same_size(periods)
    found: _Found | None
    if not log and wants_logarithms(periods, shapes):
        found = return_found(find_forecast(take_logarithms(periods), shapes), float(periods.values[n:].mean()))
    else:
        periods = take_logarithms(periods) if log else periods
        found = estimate(periods, last_only, same_size, shapes)
    if last_only and (found is None or found.method != "synthetic"):
        periods = replace(
            periods, warnings=(*periods.warnings, f"only a synthetic control ({FEWEST_CONTROLS} controls) judges the last period")
        )
    if found is None:
        reason = find_obstacle(periods) or "too few periods to tell an effect from chance"
        verdict, sentence = give_verdict(None, None, reason, better), f"The effect cannot be estimated: {reason}."
        return SeriesEffect(None, None, None, None, 0, 0, None, verdict, reason, sentence, None, n, m, periods.grain, periods.warnings)
    too_little = few_events or shapes.too_little or find_obstacle(periods, found.method, shapes.has_peak) or found.obstacle
    verdict = NOT_SEPARABLE if shapes.overlap else give_verdict(found.effect, found.p, too_little, better)
    over = None if log or last_only else float(periods.weights[n:].sum())
    sentence = write_sentence(
        method=found.method, effect=found.effect, lower=found.lower, upper=found.upper, periods=f"{periods.grain}s", before=n, after=m,
        placebos=found.placebos, missed=found.missed, last_only=last_only, log=log,
    )  # fmt: skip
    return SeriesEffect(
        effect=found.effect, effect_lower=found.lower, effect_upper=found.upper, p_value=found.p, placebo_count=found.placebos,
        placebos_missed=found.missed, smallest_visible_effect=found.visible, verdict=verdict,
        reason=shapes.overlap or give_reason(verdict, found.p, found.visible, too_little), sentence=sentence,
        method=METHODS[found.method], periods_before=n, periods_after=m, period=periods.grain,
        warnings=(*periods.warnings, *found.warnings, *warn_season(periods, known), *warn_shapes(found.method, known)),
        cumulative_effect=None if over is None else found.effect * over, cumulative_lower=None if over is None else found.lower * over,
        cumulative_upper=None if over is None else found.upper * over, cumulative_over=over,
        expected=tuple(float(value) for value in found.expected), margin=(found.upper - found.lower) / 2,
    )  # fmt: skip


def take_logarithms(periods: Periods) -> Periods:
    """The logarithms of series and controls, with the scatter of days in the same unit."""
    scatter = None if periods.scatter is None else periods.scatter / periods.values**2
    return replace(periods, values=np.log(periods.values), controls=np.log(periods.controls), scatter=scatter)


def wants_logarithms(periods: Periods, shapes: Shapes) -> bool:
    """True for a forecast of values above 0 that are more probable as logarithms."""
    n = periods.n
    if not fits_forecast(periods) or has_synthetic(periods) or np.ptp(periods.values[:n]) == 0:
        return False
    is_positive = (periods.values > 0).all() and (periods.controls > 0).all()
    return bool(is_positive and prefer_logarithms(build_pattern(periods, shapes), periods.values[None, :n])[0])


def return_found(found: _Found, reached: float) -> _Found:
    """An estimate on logarithms in the unit of the series, whose mean after is `reached`."""
    effect, lower, upper = (return_to_unit(reached, each) for each in (found.effect, found.lower, found.upper))
    path = np.exp(found.expected)
    path *= (reached - effect) / np.nanmean(path)
    visible = (reached - effect) * float(np.expm1(found.visible))
    warnings = (*found.warnings, f"{LOGARITHM_NOTE}; --log gives the effect in per cent")
    return replace(found, effect=effect, lower=lower, upper=upper, visible=visible, expected=path, warnings=warnings)


def fits_forecast(periods: Periods) -> bool:
    """True where the periods are enough for a forecast."""
    return periods.m >= 1 and periods.n >= FEWEST_FOR_FORECAST[periods.grain] and periods.m <= periods.n / 2


def has_synthetic(periods: Periods) -> bool:
    """True where there are enough controls for a synthetic control, of periods for which it is used."""
    enough = len(periods.controls) >= FEWEST_CONTROLS and periods.n >= 5
    return enough and (periods.grain in LONG_GRAINS or not fits_forecast(periods))


def estimate(periods: Periods, last_only: bool, same_size: bool, shapes: Shapes) -> _Found | None:
    """Choose the method for these periods and return its estimate."""
    n, m = periods.n, periods.m
    if n < 2 or m < 1 or np.ptp(periods.values[:n]) == 0:
        return None
    if has_synthetic(periods):
        return find_synthetic(periods, last_only)
    if fits_forecast(periods):
        return find_forecast(periods, shapes)
    return find_step(periods, same_size)


def find_obstacle(periods: Periods, method: str | None = None, has_peak: bool = False) -> str | None:
    """The reason why there is no verdict; None when there is one."""
    n, m = periods.n, periods.m
    if m < 1 or n < 1:
        return periods.missing or f"no whole {periods.grain} {'before' if n < 1 else 'after'} the change"
    constant = n > 1 and np.ptp(periods.values[:n]) == 0
    if constant and np.ptp(periods.values) > 0:
        return "the value never moved before the change, so its usual spread is unknown"
    if constant:
        return "the value never moves"
    if method is None or method.startswith("forecast"):
        return find_too_little(n, m, grain=periods.grain, empty_share=periods.empty_share, is_constant=constant, has_peak=has_peak)
    if has_peak:
        return f"a registered peak lies in the {periods.grain}s after, and only a forecast from a longer history knows it"
    if n + m < FEWEST_IN_ALL or min(n, m) < 2 - (method == "synthetic"):
        return f"only {n} {periods.grain}s before and {m} after the change; {FEWEST_IN_ALL} in all are needed, and two on either side"
    return None


def wants_season(periods: Periods) -> bool:
    """True when months or quarters have levels: two years before are known, with every part of the year that occurs after."""
    size = SEASONS.get(periods.grain)
    if size is None or -periods.positions[0] < FEWEST_YEARS_FOR_SEASON * size:
        return False
    before = {int(p) % size for p in periods.positions[periods.positions < 0]}
    return {int(p) % size for p in periods.positions[periods.positions >= 0]} <= before


def warn_season(periods: Periods, known: Known | None) -> tuple[str, ...]:
    """A warning while the season is not known. Weeks and days never know a short yearly peak that is not registered.

    In simulations a peak of four weeks, not registered and seen two to five times, was called an effect in 24 to 53 of 100 cases.
    """
    span = -float(periods.positions[0])
    if (periods.grain == "week" and span < FULL_SEASON_WEEKS) or (periods.grain in SEASONS and not wants_season(periods)):
        return (SHORT_HISTORY,)
    if periods.grain in ("week", "day") and not (known and known.peaks):
        return ("season not excluded: a yearly peak at this date would be called an effect too often, unless --peak FROM:TO names it",)
    return ()


def warn_shapes(method: str, known: Known | None) -> tuple[str, ...]:
    """A note when peaks or other changes are known and the method cannot use them."""
    if known is None or not (known.peaks or known.others) or method.startswith("forecast"):
        return ()
    return (f"known peaks and other changes are used by the averaged forecast only, not by the {METHODS[method]}",)


def build_pattern(periods: Periods, shapes: Shapes) -> Pattern:
    """The pattern of these periods for the forecast."""
    before, after = (tuple(int(p) for p in part) for part in (periods.positions[: periods.n], periods.positions[periods.n :]))
    return Pattern(before, after, periods.grain, wants_season(periods), shapes.peaks, shapes.steps, shapes.closed)


def find_forecast(periods: Periods, shapes: Shapes) -> _Found:
    """The averaged forecast, with an index of the controls if there are any."""
    n, m = periods.n, periods.m
    pattern = build_pattern(periods, shapes)
    before, after = periods.values[None, :n], periods.values[None, n:]
    spread = None if periods.scatter is None else guard_spread(periods.scatter, n, m)
    control: tuple[Array, Array] | None = None
    warnings: tuple[str, ...] = ()
    if len(periods.controls):
        control = index_controls(periods.controls, n)
        warnings = check_controls(pattern, periods, control)
    noise = measure_noise(periods.values[None], periods.weights[None], periods.scatter, n)
    judged = judge_series(pattern, before, after, control=control, spread=spread, noise=noise)
    expected = np.full(n + m, np.nan)
    expected[n:] = after[0].mean() - judged.effect[0]
    if pattern.season:
        months = periods.positions % SEASONS[periods.grain]
        levels = np.array(
            [periods.values[:n][months[:n] == month].mean() if (months[:n] == month).any() else np.nan for month in months[n:]]
        )
        expected[n:] += levels - levels.mean()
    return _Found(
        "forecast_control" if control is not None else "forecast", float(judged.effect[0]), float(judged.lower[0]), float(judged.upper[0]),
        float(judged.p[0]), float(judged.visible[0]), judged.scores.shape[1], int(judged.missed[0]), expected, warnings,
    )  # fmt: skip


def check_controls(pattern: Pattern, periods: Periods, control: tuple[Array, Array]) -> tuple[str, ...]:
    """Warnings about controls that did not move together with the series before, or that moved at the date of the change."""
    n = periods.n
    together = float(np.corrcoef(np.diff(periods.values[:n]), np.diff(control[0][0]))[0, 1]) if np.ptp(control[0][0]) > 0 else 0.0
    warnings = []
    if not together > 0.2:
        warnings.append(
            f"the controls hardly moved together with the series before (correlation of changes {together:.2f}); they weigh little"
        )
    if np.ptp(control[0][0]) > 0 and judge_series(pattern, control[0], control[1]).p[0] < 0.01:
        warnings.append("the controls moved at the same date: the change may have affected them, or something else happened")
    return tuple(warnings)


def is_same_size(periods: Periods) -> bool:
    """True when every control has about the size of the series before the change, so that a difference makes sense."""
    n = periods.n
    if not len(periods.controls) or not n:
        return False
    own = float(periods.values[:n].mean())
    sizes = periods.controls[:, :n].mean(axis=1)
    return bool(own != 0 and np.all((sizes / own > 1 / SAME_SIZE) & (sizes / own < SAME_SIZE)))


def find_step(periods: Periods, same_size: bool) -> _Found | None:
    """The step between two levels; controls of the same size are subtracted, others enter with a slope."""
    values, beside, method, base = periods.values, None, "step", np.zeros(len(periods.values))
    if len(periods.controls):
        if same_size:
            base, method = periods.controls.mean(axis=0), "step_difference"
            values = values - base
        else:
            beside, method = np.concatenate(index_controls(periods.controls, periods.n), axis=1)[0], "step_control"
            beside = beside - beside.mean()
    # without a common line: it would also remove a step between series that were parallel before
    has_line = False if method == "step_difference" else None
    step = judge_step(
        periods.positions,
        values,
        periods.grain,
        season=wants_season(periods),
        beside=beside,
        has_line=has_line,
        wanders=method == "step_difference",
    )
    if step is None:
        return None
    missed = int((np.abs(step.scores) >= abs(step.score)).sum())
    if method == "step_difference":
        warnings, obstacle = check_parallel(periods, values)
    else:
        warnings, obstacle = ("a common line before and after is removed",) * step.has_line, None
    return _Found(
        method, step.effect, step.effect - step.margin, step.effect + step.margin, step.p, step.visible, len(step.scores), missed,
        step.expected + base, warnings, obstacle,
    )  # fmt: skip


def check_parallel(periods: Periods, difference: Array) -> tuple[tuple[str, ...], str | None]:
    """A warning when the difference to the controls drifted before; the reason for no verdict when no step is left without the drift."""
    past, season = periods.positions < 0, wants_season(periods)
    if not is_drifting(periods.positions[past], difference[past], periods.grain, season=season):
        return (), None
    other = judge_step(periods.positions, difference, periods.grain, season=season, has_line=True)
    if other is None or other.p >= LEVEL:
        return (), "the difference to the controls drifted before already, and without that drift no step is left"
    return (f"the difference to the controls drifted before already; without that drift the step is {write_number(other.effect)}",), None


def find_synthetic(periods: Periods, last_only: bool) -> _Found:
    """Synthetic control with placebos in space."""
    from scipy.special import stdtrit

    found = judge_synthetic(periods.values, periods.controls, periods.n, last_only=last_only)
    seen = found.margin + found.se * float(stdtrit(max(found.placebo_count, 3), 0.8))
    return _Found(
        "synthetic", found.effect, found.effect - found.margin, found.effect + found.margin, found.p, seen, found.placebo_count,
        found.missed, found.expected,
    )  # fmt: skip
