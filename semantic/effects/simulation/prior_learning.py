"""Learning the prior: gradient descent on false alarms and power over the training worlds, for one length of history at a time.

`python -m semantic.effects.simulation.prior_learning [blocks]` prints the tables of `prior.py`; seeds are fixed.
The placebo gate and the guard against a wider spread are not part of it: they are applied afterwards.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtrit

from semantic.effects.method.forecast import forecast_each, match_freedom
from semantic.effects.method.kernels import Array, list_kernels, prepare_family
from semantic.effects.method.prior import WEEKS
from semantic.effects.method.rivals import know_everything
from semantic.effects.simulation.training_worlds import draw_kinds

SEED = 7
AFTER = 4
SERIES_PER_BLOCK = 50
SHIFT = 0.6
EVEN = 0.1  # share of the prior that is spread evenly over all models
BLUR = 0.12  # width of the blurred border at the margin, so that the loss has a slope
ALARMS = {25: (0.03, 0.05), 52: (0.04, 0.057), 130: (0.042, 0.058)}
POWER = {25: 0.7, 52: 0.9, 130: 0.97}  # share of the best possible power; a kind below it gets more weight
ROUNDS, RATE = 350, 0.08


@dataclass(frozen=True)
class Sample:
    """Results of the models on the series of one kind: miss, variance, log likelihood (series x models); the shift, the best power."""

    miss: Array
    variance: Array
    logs: Array
    shift: Array
    best: float


def draw_samples(weeks: int, blocks: int, seed: int) -> tuple[dict[str, Sample], int]:
    """Samples of every kind with a history of `weeks`, and the rank of the family."""
    generator = np.random.default_rng(seed + weeks)
    family = prepare_family(tuple(range(-weeks, 0)), tuple(range(AFTER)))
    family = replace(family, prior=np.full(family.prior.shape, 1 / family.prior.size))
    days = 7 * (weeks + AFTER)
    pool = np.kron(np.eye(weeks + AFTER), np.full((1, 7), 1 / 7))
    found: dict[str, list[Sample]] = {}
    for _ in range(blocks):
        for name, parts in draw_kinds(generator).items():
            daily = sum((part.draw(generator, SERIES_PER_BLOCK, days) for part in parts), np.zeros((SERIES_PER_BLOCK, days)))
            covariance = sum((part.covariance(days) for part in parts), np.zeros((days, days)))
            values = daily @ pool.T
            before, centre = values[:, :weeks], values[:, :weeks].mean(axis=1)
            scale = before.std(axis=1)
            said = forecast_each(family, (before - centre[:, None]) / scale[:, None], (values[:, weeks:].mean(axis=1) - centre) / scale)
            logs = said.log_weight - said.log_weight.max(axis=1, keepdims=True)
            best = know_everything(pool @ covariance @ pool.T, weeks, SHIFT)
            found.setdefault(name, []).append(Sample(said.miss, said.variance, logs, SHIFT / scale, best))
    return {name: join_samples(each) for name, each in found.items()}, max(family.rank, 3)


def join_samples(samples: list[Sample]) -> Sample:
    """Join several samples to one."""
    miss, variance, logs, shift = (
        np.concatenate([getattr(each, name) for each in samples]) for name in ("miss", "variance", "logs", "shift")
    )
    return Sample(miss, variance, logs, shift, best=float(np.mean([each.best for each in samples])))


def call_effects(prior: Array, sample: Sample, sign: int, rank: int) -> tuple[float, Array]:
    """Share called an effect at 5 % where a shift of that sign was planted (0: none), and the slope of its blurred form over the prior."""
    miss, variance = sample.miss + sign * sample.shift[:, None], sample.variance
    weights = np.exp(sample.logs) * prior
    weights /= weights.sum(axis=1, keepdims=True)
    mean, own = (weights * miss).sum(axis=1), (weights * variance).sum(axis=1)
    total = own + (weights * miss**2).sum(axis=1) - mean**2
    freedom = match_freedom(weights, variance, own, rank)
    reach = stdtrit(freedom, 0.975) ** 2 * (freedom - 2) / freedom
    score = np.abs(mean) / np.sqrt(reach * total)
    blurred = 1 / (1 + np.exp(-np.clip((score - 1) / BLUR, -40, 40)))
    slope = 2 * mean[:, None] * miss * total[:, None] - mean[:, None] ** 2 * (variance + miss**2 - 2 * mean[:, None] * miss)
    slope /= (reach * total**2)[:, None]
    slope = weights * (slope - (weights * slope).sum(axis=1, keepdims=True)) / prior
    lever = blurred * (1 - blurred) / BLUR / (2 * np.maximum(score, 1e-6)) / len(score)
    return float((score > 1).mean()), np.asarray(lever @ slope)


def rate_prior(prior: Array, samples: dict[str, Sample], rank: int, weeks: int) -> tuple[Array, dict[str, tuple[float, float]]]:
    """Slope of the loss over the prior; per kind false alarms and power as a share of the best possible."""
    slope, shares = np.zeros(len(prior)), {}
    low, high = ALARMS[weeks]
    for name, sample in samples.items():
        alarms, down = call_effects(prior, sample, 0, rank)
        (up, one), (other, two) = (call_effects(prior, sample, sign, rank) for sign in (1, -1))
        share = (up + other) / 2 / sample.best
        outside = max(0.0, alarms - high) - max(0.0, low - alarms)
        worth = 1 + 10 * max(0.0, POWER[weeks] - share) if share < 1.05 else 0.0
        slope += 2000 * outside * down - worth * (one + two) / 2 / sample.best
        shares[name] = alarms, share
    return slope / len(samples), shares


def learn_prior(weeks: int, blocks: int, seed: int = SEED) -> tuple[Array, dict[str, tuple[float, float]]]:
    """Prior over all models of this length (kernels x mixes), and its results per kind; Adam on the logits, from a uniform start."""
    samples, rank = draw_samples(weeks, blocks, seed)
    models = next(iter(samples.values())).miss.shape[1]
    logits, first, second = np.zeros(models), np.zeros(models), np.zeros(models)
    for step in range(1, ROUNDS + 1):
        part = np.exp(logits - logits.max())
        part /= part.sum()
        slope, shares = rate_prior((1 - EVEN) * part + EVEN / models, samples, rank, weeks)
        slope = (1 - EVEN) * slope
        slope = part * (slope - (part * slope).sum())
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        logits = logits - RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-9)
    part = np.exp(logits - logits.max())
    prior = (1 - EVEN) * part / part.sum() + EVEN / models
    return prior.reshape(len(list_kernels(weeks + AFTER, "week")), -1), shares


if __name__ == "__main__":
    for length in WEEKS:
        learned, reached = learn_prior(length, int(sys.argv[1]) if len(sys.argv) > 1 else 60)
        print(f"    {length}: {{")
        for kernel, row in zip(list_kernels(length + AFTER, "week"), learned, strict=True):
            print(f'        "{kernel}": ({", ".join(f"{value:.4f}" for value in row)}),')
        print("    },  #", "; ".join(f"{name} {alarms:.1%} {share:.2f}" for name, (alarms, share) in reached.items()), flush=True)
