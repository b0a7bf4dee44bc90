"""The second opinion on answers called an effect: the structural model of statsmodels on the same weeks."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from semantic.effects.company.changes import evaluate_changes
from semantic.effects.company.facts import read_company
from semantic.effects.company.second_opinion import fit_second
from tests.companies.simulated import Simulated, simulate

DAYS, START = 700, 560


def plan_change(company: Simulated) -> Simulated:
    return company.add_change("A", START, ("shop",))


def test_it_agrees_on_a_planted_effect_and_is_silent_without_one() -> None:
    row = plan_change(simulate(DAYS).shift("csat", "shop", START, 1.0)).judge()
    assert row["verdict"] == "better" and row["second_p"] < 0.01
    assert row["second_lower"] < 1.0 < row["second_upper"]
    assert row["second_opinion"].startswith("Second opinion: a structural model of the same weeks agrees: +")
    still = plan_change(simulate(DAYS)).judge()
    assert still["verdict"] == "no visible effect"
    assert [still[name] for name in ("second_effect", "second_lower", "second_upper", "second_p", "second_opinion")] == [None] * 5


def test_it_is_what_statsmodels_itself_finds_with_weeks_missing_and_a_control() -> None:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    generator = np.random.default_rng(3)
    beside = generator.standard_normal((60, 1)).cumsum(axis=0)
    values = 50 + 4 * (generator.standard_normal(60) + 0.2 * generator.standard_normal(60).cumsum() + 0.7 * beside[:, 0])
    values[56:] += 8
    values[[11, 12, 40]] = np.nan
    positions = np.arange(-56.0, 4)
    found = fit_second(values, positions, beside)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = UnobservedComponents(values, level="llevel", exog=np.column_stack([beside, positions >= 0]).astype(float))
        other = model.fit(disp=False, maxiter=500, cov_type="approx")
    assert found is not None
    assert found.effect == pytest.approx(other.params[-1], rel=1e-3)
    assert found.p == pytest.approx(other.pvalues[-1], rel=0.05)
    assert fit_second(np.ones(60), positions) is None


def test_weeks_of_an_incident_are_missing_for_it_too() -> None:
    company = plan_change(simulate(DAYS).shift("csat", "shop", START, 1.0))
    broken = replace(company.shift("csat", "shop", 300, -9.0, 321), incidents=((300, 320, "shop"),))
    weeks = broken.evaluate().series
    values, left_out = weeks["value"].to_numpy().copy(), weeks["is_masked"].to_numpy()
    assert left_out.sum() == 4
    values[left_out] = np.nan
    by_hand, row = fit_second(values, weeks["week"].to_numpy().astype(float)), broken.judge()
    assert by_hand is not None
    assert (row["second_effect"], row["second_p"]) == pytest.approx((by_hand.effect, by_hand.p), rel=1e-6)
    assert row["second_effect"] == pytest.approx(company.judge()["second_effect"], abs=0.1)


def test_a_level_that_wanders_makes_it_disagree_in_words() -> None:
    """The method calls an effect that a year of history does not explain; the structural model finds a drift in the last weeks."""
    generator = np.random.default_rng(0)
    company = simulate(DAYS, tuple(f"t{i:02}" for i in range(40)), seed=11, memory=0.3)
    values = {key: each + 0.08 * generator.standard_normal(DAYS).cumsum() for key, each in company.values.items()}
    company = replace(company, values=values)
    for i in range(40):
        company = company.add_change(f"C{i:02}", START, (f"t{i:02}",)).shift("csat", f"t{i:02}", START, 1.2)
    effects = evaluate_changes(read_company(**company.frames())).effects
    called = effects.filter(pl.col("second_opinion").is_not_null())
    assert called.height >= 10
    disagree = called.filter(pl.col("second_p") >= 0.05)
    assert 0 < disagree.height < called.height
    assert disagree["second_opinion"].str.contains("disagrees: .*which its changing level can explain").all()
    assert (
        called.filter(pl.col("second_p") < 0.05, pl.col("second_effect").sign() == pl.col("effect").sign())["second_opinion"]
        .str.contains(" agrees: ")
        .all()
    )
    assert called.select("verdict").to_series().is_in(["better", "worse", "exploratory higher", "exploratory lower"]).all()
