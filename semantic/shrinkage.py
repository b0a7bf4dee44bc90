"""Shares of single members, each drawn towards its team as far as chance explains the distance (empirical Bayes, beta-binomial)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from scipy import special

FEWEST_ANSWERS = 30  # fewer are counted and not shown
SMALLEST_TEAM = 3  # with fewer members their spread says nothing
SCHEMA = {
    "team": pl.Utf8, "member": pl.Utf8, "satisfied": pl.Int64, "answers": pl.Int64, "share": pl.Float64, "team_share": pl.Float64,
    "shrunk_share": pl.Float64, "lower": pl.Float64, "upper": pl.Float64, "status": pl.Utf8,
}  # fmt: skip


@dataclass(frozen=True)
class TeamPrior:
    """How shares lie in a team: their mean, and the number of answers that the mean is worth against a member's own."""

    mean: float
    weight: float


def fit_team(successes: Sequence[int], trials: Sequence[int]) -> TeamPrior:
    """Mean and weight with the greatest likelihood. Where chance explains the whole spread, the mean weighs as much as all answers."""
    widest = float(sum(trials))
    start = estimate_by_moments(successes, trials)
    if start is None or start.weight >= widest:
        return TeamPrior(sum(successes) / sum(trials), widest)
    alpha, beta = start.mean * start.weight, (1 - start.mean) * start.weight
    above = count_beyond(successes)
    below = count_beyond([n - good for good, n in zip(successes, trials, strict=True)])
    both = count_beyond(trials)
    for _ in range(2000):
        # a fixed point of the likelihood (Minka 2000); with whole numbers digamma differences are sums of 1 / (parameter + k)
        scale = sum(count / (alpha + beta + k) for k, count in enumerate(both))
        before, weight = alpha + beta, 0.0
        alpha *= sum(count / (alpha + k) for k, count in enumerate(above)) / scale
        beta *= sum(count / (beta + k) for k, count in enumerate(below)) / scale
        weight = alpha + beta
        if weight >= widest or abs(weight - before) < 1e-9 * before:
            break
    return TeamPrior(alpha / weight, min(weight, widest))


def count_beyond(numbers: Sequence[int]) -> list[int]:
    """How many of the numbers are greater than 0, than 1, than 2, …"""
    return [sum(number > k for number in numbers) for k in range(max(numbers))]


def estimate_by_moments(successes: Sequence[int], trials: Sequence[int]) -> TeamPrior | None:
    """Mean and weight from mean and spread of the shares, weighted by trials (Kleinman 1973); None where chance explains the spread."""
    total, mean = sum(trials), sum(successes) / sum(trials)
    binomial = mean * (1 - mean)
    observed = sum(n * (good / n - mean) ** 2 for good, n in zip(successes, trials, strict=True))
    sampling = sum(1 - n / total for n in trials)
    divisor = binomial * (sum(n * (1 - n / total) for n in trials) - sampling)
    spread = (observed - binomial * sampling) / divisor if divisor > 0 else 0.0
    return TeamPrior(mean, 1 / min(spread, 0.99) - 1) if spread > 0 else None


def shrink_shares(counts: pl.DataFrame) -> pl.DataFrame:
    """One row per team and member (SCHEMA) from `team`, `member`, `satisfied`, `answers`; unknown estimates are null and status says why.

    Every member with an answer shapes the team's mean; a member with fewer than FEWEST_ANSWERS is not shown. Intervals are 95 % of the
    member's own distribution given the team, and do not know how uncertain the team's mean and weight are themselves.
    """
    rows: list[tuple] = []
    for (team,), members in counts.filter(pl.col("answers") > 0).sort("team", "member").group_by(["team"], maintain_order=True):
        prior = fit_team(members["satisfied"].to_list(), members["answers"].to_list()) if members.height >= SMALLEST_TEAM else None
        rows += [(team, *judge_member(member, prior)) for member in members.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def judge_member(member: Mapping[str, int | str], prior: TeamPrior | None) -> tuple:
    """A member's own share and the one drawn towards the team."""
    name, good, n = member["member"], int(member["satisfied"]), int(member["answers"])
    if n < FEWEST_ANSWERS:
        return name, good, n, None, None, None, None, None, "few_answers"
    if prior is None:
        return name, good, n, None, None, None, None, None, "small_team"
    alpha, beta = prior.weight * prior.mean + good, prior.weight * (1 - prior.mean) + n - good
    bounds = (beta_quantile(0.025, alpha, beta), beta_quantile(0.975, alpha, beta))
    return name, good, n, good / n, prior.mean, alpha / (alpha + beta), *bounds, "shown"


def beta_quantile(probability: float, alpha: float, beta: float) -> float:
    """The value below which a beta distribution has that probability; one without spread stands at 0 or 1."""
    if alpha <= 0 or beta <= 0:
        return 0.0 if alpha <= 0 else 1.0
    return float(special.betaincinv(alpha, beta, probability))
