"""Earlier changes at the touchpoint: each is a step of unknown height in the forecast of a later one."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.companies.simulated import simulate
from tests.semantic.test_change_evaluation import DAYS, START, plan_change


@pytest.mark.parametrize("weeks", [8.2, 11, 26, 70])
def test_how_far_an_earlier_change_moved_the_level_is_of_no_account(weeks: float) -> None:
    earlier = START - int(weeks * 7)
    company = plan_change(simulate(DAYS, memory=0.6)).add_change("B", earlier, ("shop",), through=())
    still, moved = company.judge(), company.shift("csat", "shop", earlier, -3.0).judge()
    for name in ("effect", "effect_lower", "p_value", "smallest_visible_effect"):
        assert moved[name] == pytest.approx(still[name], rel=1e-3), name
    assert moved["placebos_missed"] == still["placebos_missed"]
    assert "other changes affected the touchpoint once in the weeks before" in moved["warnings"]
    # with a step one day off, its week is between two levels, which is visible
    late = plan_change(simulate(DAYS, memory=0.6)).add_change("B", earlier + 1, ("shop",)).shift("csat", "shop", earlier, -3.0).judge()
    assert late["effect"] != pytest.approx(still["effect"], rel=1e-3)


def test_the_fewer_weeks_since_an_earlier_change_the_wider_the_margin() -> None:
    places = tuple(f"t{i}" for i in range(20))
    company = simulate(DAYS, places, memory=0.0).add_change("A", START, places)
    reach = {}
    for weeks in (9, 80):
        rows = company.add_change("B", START - 7 * weeks, places).evaluate().effects
        reach[weeks] = rows.filter(pl.col("change_id") == "A")["smallest_visible_effect"].mean()
    # days without autocorrelation: the level after the step depends on nine weeks instead of eighty; earlier weeks do not help
    assert reach[9] / reach[80] == pytest.approx(np.sqrt((1 / 4 + 1 / 9) / (1 / 4 + 1 / 80)), rel=0.1)


def test_effects_that_follow_each_other_are_measured_one_by_one() -> None:
    generator, inside, judged = np.random.default_rng(8), 0, 0
    for seed in range(30):
        company, sizes = simulate(900, seed=400 + seed, memory=0.5), {}
        for place, start in enumerate((400, 480, 590, 660, 820)):
            sizes[f"C{place}"] = float(generator.normal(0, 2))
            company = company.add_change(f"C{place}", start, ("shop",)).shift("csat", "shop", start, sizes[f"C{place}"])
        for row in company.evaluate().effects.iter_rows(named=True):
            judged += 1
            inside += row["effect_lower"] <= sizes[row["change_id"]] <= row["effect_upper"]
    assert judged == 150
    assert 0.90 <= inside / judged <= 0.985
