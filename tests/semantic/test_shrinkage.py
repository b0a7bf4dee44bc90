"""Shares shrunk towards their team: against published figures, against a library, and on teams with known shares."""

from __future__ import annotations

import random

import polars as pl
import pytest
from scipy import stats

from semantic.shrinkage import FEWEST_ANSWERS, TeamPrior, beta_quantile, fit_team, judge_member, shrink_shares

# rats with a tumour in 70 groups, and the 71st (Tarone 1982; Gelman and others, Bayesian Data Analysis, table 5.1)
RATS = """
0/20 0/20 0/20 0/20 0/20 0/20 0/20 0/19 0/19 0/19 0/19 0/18 0/18 0/17 1/20 1/20 1/20 1/20 1/19 1/19 1/18 1/18 2/25 2/24 2/23
2/20 2/20 2/20 2/20 2/20 2/20 1/10 5/49 2/19 5/46 3/27 2/17 7/49 7/47 3/20 3/20 2/13 9/48 10/50 4/20 4/20 4/20 4/20 4/20 4/20
4/20 10/48 4/19 4/19 4/19 5/22 11/46 12/49 5/20 5/20 6/23 5/19 6/22 6/20 6/20 6/20 16/52 15/47 15/46 9/24 4/14
"""


def read_rats() -> tuple[list[int], list[int]]:
    """Cases and group sizes."""
    pairs = [group.split("/") for group in RATS.split()]
    assert len(pairs) == 71
    return [int(cases) for cases, _ in pairs], [int(size) for _, size in pairs]


def test_the_fit_is_the_most_likely_one_and_near_the_published_mode() -> None:
    cases, sizes = read_rats()
    team = fit_team(cases, sizes)
    alpha, beta = team.mean * team.weight, (1 - team.mean) * team.weight
    # the book finds the mode of its posterior at (2.4, 14.0)
    assert (alpha, beta) == (pytest.approx(2.4, abs=0.1), pytest.approx(14.0, abs=0.2))

    def likelihood(a: float, b: float) -> float:
        return sum(stats.betabinom.logpmf(case, size, a, b) for case, size in zip(cases, sizes, strict=True))

    best = likelihood(alpha, beta)
    for a, b in ((1.02, 1.0), (0.98, 1.0), (1.0, 1.02), (1.0, 0.98), (1.03, 1.03), (0.97, 0.97)):
        assert likelihood(alpha * a, beta * b) < best


def test_a_member_given_the_team_is_the_published_one() -> None:
    # the book's first analysis: Beta(1.4, 8.6) before, 4 of 14 seen: mean 0.223, standard deviation 0.083
    member = {"member": "71", "satisfied": 4 * 3, "answers": 14 * 3}
    *_, shrunk, lower, upper, status = judge_member(member, TeamPrior(mean=0.14, weight=30.0))
    assert status == "shown" and shrunk == pytest.approx((4.2 + 12) / (30 + 42))
    assert (lower, upper) == (pytest.approx(stats.beta.ppf(0.025, 16.2, 55.8)), pytest.approx(stats.beta.ppf(0.975, 16.2, 55.8)))
    posterior = stats.beta(1.4 + 4, 8.6 + 10)
    assert (posterior.mean(), posterior.std()) == (pytest.approx(0.223, abs=0.003), pytest.approx(0.083, abs=0.001))
    assert beta_quantile(0.5, 5.4, 18.6) == pytest.approx(posterior.ppf(0.5))


@pytest.mark.parametrize("shape", [(0.5, 0.5), (1.0, 1.0), (5.4, 18.6), (0.02, 7.0), (300.0, 20.0), (4000.0, 1500.0)])
@pytest.mark.parametrize("probability", [0.025, 0.3, 0.975])
def test_quantiles_are_those_of_a_library(shape: tuple[float, float], probability: float) -> None:
    assert beta_quantile(probability, *shape) == pytest.approx(stats.beta.ppf(probability, *shape), abs=1e-12)


def simulate(seed: int, mean: float, weight: float, members: int = 60) -> tuple[pl.DataFrame, list[float]]:
    """A team whose members' true shares are known."""
    dice = random.Random(seed)
    truth = [dice.betavariate(mean * weight, (1 - mean) * weight) for _ in range(members)]
    sizes = [dice.randint(FEWEST_ANSWERS, 150) for _ in truth]
    rows = [
        {"team": "t", "member": f"{place:03}", "satisfied": sum(dice.random() < share for _ in range(size)), "answers": size}
        for place, (share, size) in enumerate(zip(truth, sizes, strict=True))
    ]
    return pl.DataFrame(rows), truth


def test_drawn_shares_are_nearer_to_the_truth_and_intervals_hold_what_they_say() -> None:
    own, drawn, inside, total, weights = 0.0, 0.0, 0, 0, []
    for seed in range(30):
        counts, truth = simulate(seed, mean=0.75, weight=40)
        judged = shrink_shares(counts).sort("member")
        for true, row in zip(truth, judged.iter_rows(named=True), strict=True):
            own += (row["share"] - true) ** 2
            drawn += (row["shrunk_share"] - true) ** 2
            inside += row["lower"] <= true <= row["upper"]
            total += 1
        weights.append(fit_team(counts["satisfied"].to_list(), counts["answers"].to_list()).weight)
    assert drawn < 0.8 * own
    assert 0.93 < inside / total < 0.97
    assert 35 < sorted(weights)[len(weights) // 2] < 47


def test_a_team_without_differences_is_drawn_together() -> None:
    counts = pl.DataFrame({"team": ["t"] * 4, "member": list("abcd"), "satisfied": [40, 41, 39, 40], "answers": [50] * 4})
    judged = shrink_shares(counts)
    assert fit_team([40, 41, 39, 40], [50] * 4) == TeamPrior(0.8, 200.0)
    assert judged["shrunk_share"].max() - judged["shrunk_share"].min() == pytest.approx(2 / 250)
    everybody = fit_team([50, 60, 70], [50, 60, 70])
    assert everybody == TeamPrior(1.0, 180.0)


def test_few_answers_and_small_teams_are_counted_and_not_shown() -> None:
    counts = pl.DataFrame(
        {"team": ["a", "a", "a", "b", "b"], "member": list("vwxyz"), "satisfied": [20, 29, 25, 30, 40], "answers": [29, 30, 40, 40, 50]}
    )
    judged = {(row["team"], row["member"]): row for row in shrink_shares(counts).iter_rows(named=True)}
    assert {key: row["status"] for key, row in judged.items()} == {
        ("a", "v"): "few_answers", ("a", "w"): "shown", ("a", "x"): "shown", ("b", "y"): "small_team", ("b", "z"): "small_team",
    }  # fmt: skip
    assert all(row["share"] is None and row["shrunk_share"] is None for row in judged.values() if row["status"] != "shown")
    # the team's mean is made of all its members, the one with few answers too
    assert judged["a", "w"]["team_share"] == pytest.approx(74 / 99, abs=0.03)
