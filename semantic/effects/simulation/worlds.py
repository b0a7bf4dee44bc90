"""Simulated KPIs without any change, in many kinds of noise: daily numerators and denominators to measure false alarms, cover and power.

The noise of a day has standard deviation 1 unless stated otherwise; a seed fixes every value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from semantic.effects.method.kernels import Array

BURN_IN = 200


@dataclass(frozen=True)
class World:
    """A kind of noise. `draw(generator, series, days, first day after)` gives daily values; `answers` a day where scores are sampled."""

    name: str
    draw: Callable[[np.random.Generator, int, int, int], Array]
    answers: float | None = None
    has_peak: bool = False
    covariance: Callable[[int, int], Array] | None = None  # covariance of the days, which is known in a simulation


def filter_ar(noise: Array, coefficients: tuple[float, ...]) -> Array:
    """An autoregression driven by the noise (series x days), scaled to standard deviation 1."""
    from scipy.signal import lfilter

    series = lfilter([1.0], [1.0, *(-value for value in coefficients)], noise, axis=1)[:, BURN_IN:]
    impulse = lfilter([1.0], [1.0, *(-value for value in coefficients)], np.eye(1, 2000)[0])
    return np.asarray(series / np.sqrt((impulse**2).sum()))


def draw_ar(*coefficients: float) -> Callable[[np.random.Generator, int, int, int], Array]:
    """Autoregressive noise; without coefficients independent days."""

    def draw(generator: np.random.Generator, series: int, days: int, start: int) -> Array:
        noise = generator.standard_normal((series, days + BURN_IN))
        return filter_ar(noise, coefficients) if coefficients else noise[:, BURN_IN:]

    return draw


def draw_latent(generator: np.random.Generator, series: int, days: int, start: int) -> Array:
    """Independent days on a slowly changing level of half their variance."""
    slow = filter_ar(generator.standard_normal((series, days + BURN_IN)), (0.97,))
    return np.asarray(generator.standard_normal((series, days)) + 0.7 * slow)


def draw_walk(generator: np.random.Generator, series: int, days: int, start: int) -> Array:
    """Independent days on a random walk."""
    return np.asarray(generator.standard_normal((series, days)) + 0.03 * generator.standard_normal((series, days)).cumsum(axis=1))


def draw_cycle(generator: np.random.Generator, series: int, days: int, start: int) -> Array:
    """A yearly wave of amplitude 1 at a random phase."""
    phase = generator.uniform(0, 2 * np.pi, (series, 1))
    wave = np.sin(2 * np.pi * np.arange(days) / 365.25 + phase)
    return np.asarray(filter_ar(generator.standard_normal((series, days + BURN_IN)), (0.3,)) + wave)


def draw_peak(generator: np.random.Generator, series: int, days: int, start: int) -> Array:
    """Every year four weeks are about 1.5 higher (by a tenth more or less), and the change starts with such weeks."""
    values = generator.standard_normal((series, days))
    for first in range(start, -28, -364):
        height = 1.5 * (1 + 0.1 * generator.standard_normal((series, 1)))
        values[:, max(first, 0) : max(first + 28, 0)] += height
    return values


def draw_trend(generator: np.random.Generator, series: int, days: int, start: int) -> Array:
    """A straight line with a slope of -1.5 to 1.5 a year."""
    slope = generator.uniform(-1.5, 1.5, (series, 1)) / 365
    return np.asarray(filter_ar(generator.standard_normal((series, days + BURN_IN)), (0.3,)) + slope * np.arange(days))


def draw_wider(generator: np.random.Generator, series: int, days: int, start: int) -> Array:
    """Independent days whose variance grows by 2.25 at the change."""
    values = generator.standard_normal((series, days))
    values[:, start:] *= 1.5
    return values


def draw_tails(generator: np.random.Generator, series: int, days: int, start: int) -> Array:
    """Days with heavy tails (t with three degrees of freedom) and some autocorrelation."""
    noise = generator.standard_t(3, (series, days + BURN_IN)) / np.sqrt(3)
    return filter_ar(noise, (0.3,))


def correlate_ar(*coefficients: float) -> Callable[[int, int], Array]:
    """Covariance of `days` of autoregressive noise with variance 1."""

    def covary(days: int, start: int) -> Array:
        from scipy.linalg import toeplitz
        from scipy.signal import lfilter

        impulse = lfilter([1.0], [1.0, *(-value for value in coefficients)], np.eye(1, 3000)[0])
        sums = np.array([(impulse[lag:] * impulse[: len(impulse) - lag]).sum() for lag in range(days)])
        return np.asarray(toeplitz(sums / sums[0]))

    return covary


def add_walk(days: int, start: int) -> Array:
    """Covariance of noise on a random walk."""
    steps = np.arange(1, days + 1)
    return np.eye(days) + 0.03**2 * np.minimum.outer(steps, steps)


def add_wave(days: int, start: int) -> Array:
    """Covariance of noise with memory and a yearly wave of random phase."""
    lags = np.subtract.outer(np.arange(days), np.arange(days))
    return correlate_ar(0.3)(days, start) + 0.5 * np.cos(2 * np.pi * lags / 365.25)


def add_line(days: int, start: int) -> Array:
    """Covariance of noise with memory and a line of random slope."""
    return correlate_ar(0.3)(days, start) + np.outer(np.arange(days), np.arange(days)) * (1.5 / 365) ** 2 / 3


def widen(days: int, start: int) -> Array:
    """Covariance of independent days with a larger variance after the change."""
    return np.diag(np.where(np.arange(days) < start, 1.0, 2.25))


WORLDS = (
    World("iid", draw_ar(), covariance=correlate_ar()),
    World("AR .3", draw_ar(0.3), covariance=correlate_ar(0.3)),
    World("AR .6", draw_ar(0.6), covariance=correlate_ar(0.6)),
    World("AR .8", draw_ar(0.8), covariance=correlate_ar(0.8)),
    World("AR(2) .5 .3", draw_ar(0.5, 0.3), covariance=correlate_ar(0.5, 0.3)),
    World("noise + slow latent", draw_latent, covariance=lambda d, s: np.eye(d) + 0.49 * correlate_ar(0.97)(d, s)),
    World("noise + random walk", draw_walk, covariance=add_walk),
    World("yearly cycle", draw_cycle, covariance=add_wave),
    World("December peak at the change", draw_peak, has_peak=True),
    World("trend", draw_trend, covariance=add_line),
    World("variance x2.25", draw_wider, covariance=widen),
    World("heavy tails", draw_tails, covariance=correlate_ar(0.3)),
    World("NPS, 2 answers a day", draw_ar(), answers=2, covariance=correlate_ar()),
    World("NPS, 5 answers a day", draw_ar(), answers=5, covariance=correlate_ar()),
    World("NPS, 20 answers a day", draw_ar(), answers=20, covariance=correlate_ar()),
)


def simulate_days(
    world: World, generator: np.random.Generator, series: int, days: int, start: int, shift: float = 0.0
) -> tuple[Array, Array]:
    """Daily numerator and denominator (series x days); from day `start` the level is higher by `shift` standard deviations of the noise."""
    values = world.draw(generator, series, days, start)
    if world.answers is None:
        values[:, start:] += shift
        return values, np.ones_like(values)
    # promoters, passives, detractors; the shift is in standard deviations of a day's mean
    counts = generator.poisson(world.answers, values.shape)
    sd = 0.8
    lift = np.zeros(days)
    lift[start:] = shift * sd / np.sqrt(world.answers) / 2
    promoters = generator.binomial(counts, np.clip(0.45 + lift, 0.01, 0.98))
    detractors = generator.binomial(counts - promoters, np.clip((0.25 - lift) / (0.55 - lift), 0.0, 1.0))
    return (promoters - detractors).astype(float), counts.astype(float)
