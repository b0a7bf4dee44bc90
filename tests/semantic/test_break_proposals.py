"""Breaks without a registered change: found where planted, rarely proposed without a break, and not where a cause is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from semantic.effects.company.breaks import adjust_dates, propose_breaks
from tests.companies.simulated import Simulated, day_of, simulate

DAYS, BREAK = 800, 500


def propose(company: Simulated) -> pl.DataFrame:
    return propose_breaks(company.read())


def test_a_break_is_proposed_near_its_day_and_never_concluded() -> None:
    found = propose(simulate(DAYS, seed=2).shift("csat", "shop", BREAK, 1.5))
    assert found.height == 1
    row = found.row(0, named=True)
    assert abs(row["break_date"] - day_of(BREAK)) <= timedelta(days=7)
    # the strongest of many dates: its size is overestimated
    assert 1.2 < row["effect"] < 2.8
    assert row["q_value"] == pytest.approx(adjust_dates(row["p_value"], row["dates_count"]))
    assert row["sentence"].startswith("Something may have changed around ") and "No change is recorded there" in row["sentence"]


def test_what_is_registered_there_is_no_proposal() -> None:
    company = simulate(DAYS, seed=2).shift("csat", "shop", BREAK, 1.5)
    assert propose(company.add_change("A", BREAK + 3, ("shop",))).is_empty()
    assert propose(replace(company, incidents=((BREAK - 20, BREAK + 5, "shop"),))).is_empty()
    assert propose(replace(company, incidents=((BREAK - 20, BREAK + 5, None),))).is_empty()
    # a change elsewhere does not explain the break
    other = simulate(DAYS, ("shop", "web"), seed=2).shift("csat", "shop", BREAK, 1.5)
    assert propose(other.add_change("A", BREAK + 3, ("web",)))["touchpoint_id"].to_list() == ["shop"]
    # an automatic annotation does not explain the break
    assert propose(company.add_change("A", BREAK + 3, ("shop",), recorded_in="automatic")).height == 1


def test_a_registered_peak_is_no_break() -> None:
    company = simulate(DAYS, seed=5)
    for first in (300, 665):
        company = company.shift("csat", "shop", first, 2.5, first + 42)
    assert propose(company).height > 0
    assert propose(replace(company, peaks=((300, 341), (665, 706)))).is_empty()


def test_without_any_change_it_proposes_less_than_once_in_twenty_series_years() -> None:
    names = tuple(f"t{i:02}" for i in range(20))
    found, years = 0, 0.0
    for seed, memory in ((0, 0.0), (1, 0.3), (2, 0.6), (3, 0.8)):
        found += propose(simulate(1000, names, seed=seed, memory=memory)).height
        years += 20 * (1000 - 17 * 7 - 35) / 365
    assert years > 180
    assert found <= years / 20


def test_breaks_of_twice_the_smallest_visible_effect_are_found() -> None:
    names = tuple(f"t{i:02}" for i in range(20))
    company = known = simulate(1000, names, seed=90)
    for name in names:
        known = known.add_change(f"C{name}", 601, (name,))
    visible = known.evaluate().effects.filter(pl.col("relation") == "in_scope")
    for name, size in visible.select("touchpoint_id", "smallest_visible_effect").iter_rows():
        company = company.shift("csat", name, 601, 2 * size)
    near = propose(company).filter((pl.col("break_date") - day_of(601)).dt.total_days().abs() <= 21)
    assert near["touchpoint_id"].n_unique() >= 18


def test_the_more_dates_are_looked_at_the_further_out_one_must_be() -> None:
    assert adjust_dates(0.001, 1) == pytest.approx(0.001)
    assert adjust_dates(0.001, 100) == pytest.approx(1 - 0.999**100)
    assert adjust_dates(1.0, 3) == pytest.approx(1.0)
