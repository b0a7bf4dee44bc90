"""The evaluation of a whole company: share of false alarms, amount of work, and independence of the order of rows."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from semantic.effects.company.changes import evaluate_changes
from semantic.effects.company.facts import read_company
from semantic.effects.company.false_alarms import measure_false_alarms
from semantic.effects.method import estimates
from semantic.effects.method.verdict_list import VERDICTS
from semantic.intervals import wilson
from tests.companies.simulated import day_of, register_nothing, simulate
from tests.conftest import pick_size

DAYS, START = 700, 560
COLOURED = ("better", "worse", "higher", "lower", "exploratory higher", "exploratory lower")


@pytest.mark.campaign
def test_the_whole_evaluation_sells_noise_as_an_effect_in_about_one_case_of_twenty() -> None:
    companies = pick_size(10, stress=100)
    found = pl.concat([register_nothing(5, 4, 1100, seed=seed).evaluate().effects for seed in range(companies)])
    judged = found.filter(pl.col("relation") == "in_scope", pl.col("verdict").is_in([*COLOURED, "no visible effect"]))
    assert judged.height >= 24 * companies
    assert 0.02 <= (judged["p_value"] < 0.05).mean() <= 0.08
    primary = judged.filter(pl.col("is_primary"))
    assert primary.height >= 12 * companies
    assert 0.02 <= primary["verdict"].is_in(COLOURED).mean() <= 0.08
    covered = (judged["effect_lower"] < 0) & (judged["effect_upper"] > 0)
    assert 0.92 <= covered.mean() <= 0.98


@pytest.mark.parametrize(("shared", "memory"), [(0.0, 0.8), (0.6, 0.5)])
def test_controls_do_not_make_false_alarms(shared: float, memory: float) -> None:
    company = simulate(1000, tuple(f"t{i}" for i in range(8)), ("csat", "wait", "ces"), seed=3, shared=shared, memory=memory)
    measured = measure_false_alarms(company.read())
    assert measured.cases_count >= 600
    assert measured.rate is not None and 0.015 <= measured.rate <= 0.08


def test_the_false_alarm_meter_counts_its_cases_and_leaves_registered_changes_out() -> None:
    company = simulate(DAYS, ("shop", "web")).add_change("A", START, ("shop",))
    measured = measure_false_alarms(company.shift("csat", "shop", START, 5.0).read())
    assert measured.cases_count == measured.cases.height > 20
    assert measured.alarms_count == (measured.cases["p_value"] < 0.05).sum()
    assert set(measured.cases["level"]) == {0.05}
    assert (measured.rate_lower, measured.rate_upper) == pytest.approx(
        tuple(map(float, wilson(measured.alarms_count, measured.cases_count)))
    )
    at_shop = measured.cases.filter(pl.col("touchpoint_id") == "shop")["date"].to_list()
    assert at_shop and not [day for day in at_shop if day_of(START - 28) < day <= day_of(START + 56)]
    nothing = measure_false_alarms(simulate(60).read())
    assert (nothing.cases_count, nothing.rate, nothing.rate_lower) == (0, None, None)


def test_the_work_is_one_forecast_per_case_and_placebo(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    whole = estimates.average_forecast

    def count(family: Any, before: Any, *rest: Any) -> Any:
        made.append(len(before))
        return whole(family, before, *rest)

    monkeypatch.setattr(estimates, "average_forecast", count)
    company = simulate(DAYS, ("shop", "web", "app"), ("csat", "wait")).add_change("A", START, ("shop",)).add_change("B", START, ("web",))
    found = company.evaluate()
    assert found.effects["controls"].null_count() == found.effects.height == 12
    assert found.effects["placebo_count"].sum() == found.placebos.height == 8 * 12
    assert sum(made) == 12 + found.placebos.height
    # many cases of one pattern are one matrix product
    assert len(made) == 9


def test_the_order_of_the_rows_changes_nothing() -> None:
    company = register_nothing(6, 3, 900, seed=8, shared=0.5)
    frames = company.frames()
    shuffled = {
        name: value.sample(fraction=1, shuffle=True, seed=3) if isinstance(value, pl.DataFrame) else value for name, value in frames.items()
    }
    plain, other = evaluate_changes(read_company(**frames)), evaluate_changes(read_company(**shuffled))
    assert plain.effects.height > 100
    assert other.effects.equals(plain.effects)
    assert other.series.equals(plain.series)
    assert other.placebos.equals(plain.placebos)
    assert set(plain.effects["verdict"]) <= set(VERDICTS)
