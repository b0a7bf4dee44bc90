"""Registered changes in simulated companies with known effects: effects found, verdicts withheld, and false alarms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semantic.effects.company.changes import evaluate_changes, list_visible_effects
from semantic.effects.company.facts import read_company, spread_days
from semantic.effects.company.verdicts import adjust_together
from tests.companies.simulated import Simulated, day_of, simulate

DAYS = 700
START = 560


def plan_change(company: Simulated, start: int = START, **more: Any) -> Simulated:
    """The change under test: A at the shop, its primary KPI csat."""
    return company.add_change("A", start, ("shop",), **more)


def test_a_planted_effect_is_found_in_full_and_said_in_one_sentence() -> None:
    row = plan_change(simulate(DAYS).shift("csat", "shop", START, 1.0)).judge()
    assert row["verdict"] == "better"
    assert row["is_primary"] and row["q_value"] is None
    assert row["effect_lower"] < 1.0 < row["effect_upper"]
    assert row["effect"] == pytest.approx(1.0, abs=0.3)
    assert "tried on 8 earlier dates when nothing was registered, never missed as badly" in row["sentence"]
    lower_is_better = replace(simulate(DAYS), kpis={"csat": {"direction": "lower"}})
    assert plan_change(lower_is_better.shift("csat", "shop", START, 1.0)).judge()["verdict"] == "worse"


def test_without_an_effect_it_says_what_would_have_been_seen() -> None:
    row = plan_change(simulate(DAYS)).judge()
    assert row["verdict"] == "no visible effect"
    assert f"an effect of {row['smallest_visible_effect']:.2f} on the scale would have been seen" in row["reason"]


def test_shares_are_written_in_points() -> None:
    company = simulate(DAYS, sd=0.02)
    company = replace(company, values={key: values / 20 for key, values in company.values.items()})
    row = plan_change(replace(company, kpis={"csat": {"unit_kind": "share"}}).shift("csat", "shop", START, 0.05)).judge()
    assert row["effect"] == pytest.approx(0.05, abs=0.002)
    assert "stood 5.0 points higher" in row["sentence"]


@pytest.mark.parametrize(("registered", "share"), [(START, 1.0), (START - 1, 27 / 28), (START + 1, 1 - 1 / 7)])
def test_the_local_day_of_the_start_is_the_first_day_after(registered: int, share: float) -> None:
    # almost no noise and a constant mean before: a start one day too late would put a seventh of the jump in the last week before
    company = simulate(DAYS, sd=1e-4).shift("csat", "shop", START, 1.0)
    row = plan_change(company, registered).judge()
    assert row["effect"] <= 1.001
    assert abs(row["effect"] - 1.0) < 1e-3 if share == 1 else row["effect"] < 0.99


@pytest.mark.parametrize(("offset", "is_near"), [(-57, False), (-56, True), (-10, True), (0, True), (27, True), (28, False)])
def test_an_overlapping_change_is_never_coloured_but_its_effect_is_given(offset: int, is_near: bool) -> None:
    company = plan_change(simulate(DAYS, ("shop", "web")).shift("csat", "shop", START, 2.0))
    row = company.add_change("B", START + offset, ("web",), through=("shop",)).judge()
    assert (row["verdict"] == "not separable") is is_near
    assert row["effect"] == pytest.approx(2.0, abs=0.5)
    assert (row["overlaps_with"] == "B") is is_near
    if is_near:
        assert row["reason"].startswith("not separable from B, which began")
    else:
        assert row["verdict"] == "better"


def test_the_end_of_another_change_is_an_event_too() -> None:
    company = plan_change(simulate(DAYS)).add_change("B", START - 200, ("shop",), end=START + 5)
    assert "B, which ended 5 days later" in company.judge()["reason"]


def test_a_change_elsewhere_does_not_stand_in_the_way() -> None:
    company = plan_change(simulate(DAYS, ("shop", "web")).shift("csat", "shop", START, 2.0)).add_change("B", START + 3, ("web",))
    assert company.judge()["verdict"] == "better"


def test_an_automatic_change_masks_nothing_and_a_person_s_does() -> None:
    company = plan_change(simulate(DAYS))
    alone = company.evaluate().effects.filter(pl.col("change_id") == "A")
    for start in (START - 300, START - 100, START + 3):
        noted = company.add_change("B", start, ("shop",), recorded_in="automatic", is_planned=False)
        assert noted.evaluate().effects.filter(pl.col("change_id") == "A").equals(alone)
        told = company.add_change("B", start, ("shop",), is_planned=False)
        assert not told.evaluate().effects.filter(pl.col("change_id") == "A").equals(alone)


def test_no_placebo_touches_the_four_weeks_of_another_change() -> None:
    company = plan_change(simulate(DAYS)).add_change("B", START - 70, ("shop",))
    # a day earlier or later one more week holds a day of it
    for shift, weeks in ((0, range(-10, -6)), (-1, range(-11, -6)), (1, range(-10, -5))):
        moved = company.add_change("C", START - 70 + shift, ("shop",))
        masked = moved.evaluate().series.filter(pl.col("change_id") == "A", pl.col("is_masked"))["week"].to_list()
        assert masked == list(weeks)
    found = company.evaluate().placebos.filter(pl.col("change_id") == "A")["placebo_date"].to_list()
    assert len(found) == 8
    closed = (day_of(START - 70), day_of(START - 70 + 27))
    assert all(day + timedelta(days=27) < closed[0] or day > closed[1] for day in found)


def test_an_incident_is_left_out_and_a_day_beside_it_is_not() -> None:
    jolt = START - 15  # the last day of the third week before
    company = plan_change(simulate(DAYS).shift("csat", "shop", jolt, 60.0, jolt + 1))
    clean = plan_change(simulate(DAYS)).judge()
    known = replace(company, incidents=((jolt, jolt, "shop"),)).judge()
    missed = replace(company, incidents=((jolt + 1, jolt + 1, "shop"),)).judge()
    assert known["smallest_visible_effect"] < 1.2 * clean["smallest_visible_effect"]
    assert missed["smallest_visible_effect"] > 1.5 * clean["smallest_visible_effect"]
    everywhere = replace(company, incidents=((jolt, jolt, None),)).judge()
    assert everywhere == known
    during = replace(company, incidents=((START + 27, START + 30, "shop"),)).judge()
    assert during["verdict"] == "not separable" and during["effect"] is not None
    assert replace(company, incidents=((START + 28, START + 30, "shop"),)).judge()["verdict"] != "not separable"


def test_it_is_too_early_until_window_maturity_and_late_rows_are_over() -> None:
    company = plan_change(simulate(DAYS).shift("csat", "shop", START, 2.0))
    assert company.judge(as_of=START + 35)["verdict"] == "better"
    early = company.judge(as_of=START + 34)
    assert (early["verdict"], early["effect"], early["judged_from"]) == ("too early", None, day_of(START + 35))
    assert early["smallest_visible_effect"] > 0
    ripe = replace(company, kpis={"csat": {"maturity_days": 30}})
    assert ripe.judge(as_of=START + 64)["verdict"] == "too early"
    assert ripe.judge(as_of=START + 65)["verdict"] == "better"
    planned = plan_change(simulate(DAYS).shift("csat", "shop", START, 2.0), evaluated=START + 60)
    waiting = planned.judge(as_of=START + 59)
    assert waiting["verdict"] == "too early" and waiting["effect"] is not None
    assert planned.judge(as_of=START + 60)["verdict"] == "better"


def test_what_has_not_started_is_said_to_be_so() -> None:
    company = plan_change(simulate(DAYS))
    row = company.judge(as_of=START - 1)
    assert (row["verdict"], row["effect"]) == ("not started", None)
    assert row["smallest_visible_effect"] > 0
    assert company.judge(as_of=START)["verdict"] == "too early"


def test_a_start_at_the_end_of_the_calendar_is_one_that_has_not_come() -> None:
    company = simulate(DAYS).add_change("A", START, ("shop",))
    log = replace(company, changes=({**company.changes[0], "started_date": date(9999, 12, 31)},))
    assert log.judge()["verdict"] == "not started"


def test_a_temporary_change_is_judged_until_its_end() -> None:
    company = simulate(DAYS).shift("csat", "shop", START, 2.0, START + 14)
    row = plan_change(company, end=START + 14).judge()
    assert (row["verdict"], row["periods_after"]) == ("better", 2)
    assert row["effect"] == pytest.approx(2.0, abs=0.5)
    assert row["judged_from"] == day_of(START + 21)
    short = plan_change(company, end=START + 6).judge()
    assert (short["verdict"], short["reason"]) == ("too little data", "it lasted less than a whole week")


def test_asking_in_another_way_is_no_effect_on_what_is_made_of_answers() -> None:
    company = simulate(DAYS, kpis=("csat", "wait")).shift("csat", "shop", START, 2.0)
    company = replace(company, kpis={"csat": {"counts_answers": True}})
    changed = plan_change(company, kind="measurement", primary_kpi=None, is_planned=False)
    assert changed.judge()["verdict"] == "measurement changed"
    assert changed.judge(kpi_id="wait")["verdict"] == "no visible effect"
    for offset, verdict in (
        (20, "measurement changed"),
        (-100, "measurement changed"),
        (1 - 24 * 7, "measurement changed"),
        (-24 * 7, "better"),
        (28, "better"),
    ):
        row = plan_change(company).add_change("M", START + offset, ("shop",), kind="measurement").judge()
        assert row["verdict"] == verdict, offset
    assert plan_change(replace(company, versions=(("csat", START + 3),))).judge()["verdict"] == "measurement changed"
    later = plan_change(replace(company, versions=(("csat", START - 200),))).judge()
    assert (later["verdict"], later["periods_before"]) == ("better", 28)


def with_peak(days: int, start: int, height: float = 3.0, seed: int = 1, **more: Any) -> Simulated:
    """Four weeks a year are higher, the last time from `start` on, and they are registered."""
    company = simulate(days, seed=seed, **more)
    peaks = tuple((first, first + 27) for first in range(start, -28, -364))
    for first, last in peaks:
        for kpi, place in company.values:
            company = company.shift(kpi, place, max(first, 0), height, max(last + 1, 0))
    return replace(company, peaks=peaks)


def test_a_peak_is_no_effect_with_years_of_history_and_no_verdict_without() -> None:
    rows = [plan_change(with_peak(1000, 900, seed=seed), 900).judge() for seed in range(6)]
    assert all(row["verdict"] == "no visible effect" for row in rows)
    assert plan_change(replace(with_peak(500, 400), peaks=()), 400).judge()["verdict"] == "better"
    short = plan_change(with_peak(500, 400), 400).judge()
    assert short["verdict"] == "too little data" and "peak" in short["reason"]
    assert "season not excluded: the history before is shorter" in short["warnings"]
    unregistered, registered = (plan_change(replace(simulate(1100), peaks=peaks), 1000).judge() for peaks in ((), ((200, 228),)))
    assert "peaks.yml names no yearly peak" in unregistered["warnings"] and registered["warnings"] is None


def test_a_peak_of_the_history_far_from_the_change_costs_little() -> None:
    flat = plan_change(simulate(1000), 950).judge()
    with_one = plan_change(with_peak(1000, 700, height=6.0), 950).judge()
    assert with_one["effect"] == pytest.approx(flat["effect"], abs=0.15)
    assert with_one["smallest_visible_effect"] < 1.15 * flat["smallest_visible_effect"]
    unregistered = plan_change(replace(with_peak(1000, 700, height=6.0), peaks=()), 950).judge()
    assert unregistered["smallest_visible_effect"] > 1.2 * flat["smallest_visible_effect"]


def test_controls_share_the_noise_and_are_chosen_by_what_was_before() -> None:
    places = ("shop", "web", "app", "mail", "phone", "desk", "kiosk")
    company = plan_change(simulate(DAYS, places, shared=0.8, memory=0.8), through=("kiosk",))
    row = company.add_change("B", START + 3, ("desk",)).judge()
    named = row["controls"].split(", ")
    assert len(named) == 4 and set(named) == {"web", "app", "mail", "phone"}
    alone = plan_change(simulate(DAYS, places[:1], shared=0.8, memory=0.8)).judge()
    assert alone["controls"] is None
    assert row["smallest_visible_effect"] < 0.75 * alone["smallest_visible_effect"]
    # after the start anything may happen to them
    wild = company
    for i, place in enumerate(places[1:]):
        wild = wild.shift("csat", place, START, 10.0 * i)
    assert wild.judge()["controls"] == company.judge()["controls"]
    assert "moved at the same date" in (wild.judge()["warnings"] or "")
    # before the start, a series that no longer moves together is not chosen
    apart = replace(company, values={**company.values, ("csat", "web"): simulate(DAYS, seed=77).values["csat", "shop"]})
    assert "web" not in apart.judge()["controls"]


def test_benjamini_and_hochberg_by_hand() -> None:
    np.testing.assert_allclose(adjust_together([0.01, 0.5, 0.03, 0.02]), [0.04, 0.5, 0.04, 0.04])
    np.testing.assert_allclose(adjust_together([0.04, 0.012]), [0.04, 0.024])
    # the second is not less certain than the third
    np.testing.assert_allclose(adjust_together([0.01, 0.04, 0.045]), [0.03, 0.045, 0.045])
    assert adjust_together([]).size == 0


def test_the_primary_kpi_stands_alone_and_the_others_share_the_error() -> None:
    kpis = ("csat", *(f"k{i}" for i in range(9)))
    company = plan_change(simulate(DAYS, kpis=kpis, seed=4))
    rows = company.evaluate().effects.filter(pl.col("relation") == "in_scope")
    others = rows.filter(~pl.col("is_primary"))
    assert others.height == 9
    np.testing.assert_allclose(others["q_value"], adjust_together(others["p_value"].to_list()), rtol=1e-6)
    assert rows.filter(pl.col("is_primary"))["q_value"].to_list() == [None]
    # a KPI that waits for its figures counts as p = 1: the others keep their verdict when its figures arrive
    waiting = replace(company, kpis={"k0": {"maturity_days": 60}})
    early = waiting.evaluate(START + 40).effects.filter(pl.col("relation") == "in_scope", ~pl.col("is_primary"))
    known = early.filter(pl.col("kpi_id") != "k0")
    np.testing.assert_allclose(known["q_value"], adjust_together([*known["p_value"], 1.0])[:-1], rtol=1e-6)


def test_a_change_without_a_plan_is_only_explored() -> None:
    company = simulate(DAYS, kpis=("csat", "wait")).shift("csat", "shop", START, 3.0)
    rows = plan_change(company, is_planned=False).evaluate().effects
    np.testing.assert_allclose(rows["q_value"], adjust_together(rows["p_value"].to_list()), rtol=1e-6)
    assert rows.filter(pl.col("kpi_id") == "csat")["verdict"].item() == "exploratory higher"


def test_a_neutral_kpi_is_higher_or_lower() -> None:
    company = replace(simulate(DAYS), kpis={"csat": {"direction": "neutral"}})
    assert plan_change(company.shift("csat", "shop", START, -3.0)).judge()["verdict"] == "lower"


def test_what_happens_elsewhere_is_shown_with_its_owner_and_only_explored() -> None:
    company = simulate(DAYS, ("shop", "web", "phone"), ("csat", "wait")).shift("wait", "phone", START, -4.0)
    company = replace(company, owners={"phone": "Others"})
    rows = plan_change(company).evaluate().effects
    assert rows.height == 6
    hurt = rows.filter(pl.col("touchpoint_id") == "phone", pl.col("kpi_id") == "wait").row(0, named=True)
    assert (hurt["relation"], hurt["verdict"], hurt["is_owned"]) == ("elsewhere", "exploratory lower", False)
    elsewhere = rows.filter(pl.col("relation") == "elsewhere")
    assert elsewhere.height == 4
    np.testing.assert_allclose(elsewhere["q_value"], adjust_together(elsewhere["p_value"].to_list()), rtol=1e-6)


def test_the_planned_test_is_at_the_touchpoints_the_change_names() -> None:
    company = simulate(DAYS, ("shop", "web"))
    rows = plan_change(company, through=("web",)).evaluate().effects
    assert dict(rows.select("touchpoint_id", "is_primary").iter_rows()) == {"shop": True, "web": False}
    both = company.add_change("A", START, (), through=("shop", "web")).evaluate().effects
    assert both["is_primary"].all()
    np.testing.assert_allclose(both["q_value"], adjust_together(both["p_value"].to_list()), rtol=1e-6)
    nothing = plan_change(company, primary_kpi="mood").evaluate().effects.filter(pl.col("is_primary")).row(0, named=True)
    assert (nothing["touchpoint_id"], nothing["verdict"]) == (None, "too little data")
    assert "nothing in the scope of the change measures mood" in nothing["reason"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: plan_change(c, 100), "only 14 whole weeks before"),
        (
            lambda c: replace(plan_change(c), counts={("csat", "shop"): np.where(np.arange(DAYS) // 7 % 5, 10.0, 0)}),
            "weeks before are empty",
        ),
        (lambda c: replace(plan_change(c), counts={("csat", "shop"): np.where(np.arange(DAYS) < START, 10.0, 1)}), "only 28 answers after"),
        (lambda c: replace(plan_change(c), counts={("csat", "shop"): np.where(np.arange(DAYS) < START, 10.0, 0)}), "no figures after"),
        (lambda c: replace(plan_change(c), values={("csat", "shop"): np.full(DAYS, 10.0)}), "never moved"),
    ],
)
def test_too_little_data_has_its_reason(change: Any, words: str) -> None:
    row = change(replace(simulate(DAYS), kpis={"csat": {"counts_answers": True}})).judge()
    assert row["verdict"] == "too little data"
    assert words in row["reason"]


def test_the_smallest_visible_effect_is_that_of_a_change_judged_later() -> None:
    places = tuple(f"t{i}" for i in range(12))
    company = simulate(DAYS, places, memory=0.5)
    seen = list_visible_effects(company.read(START - 1))
    assert seen.height == 12 and seen["status"].eq("visible").all()
    changed = company
    for place in places:
        changed = changed.add_change(place, START, (place,))
    later = changed.evaluate().effects.filter(pl.col("relation") == "in_scope").sort("touchpoint_id")
    same = np.isclose(seen["smallest_visible_effect"], later["smallest_visible_effect"], rtol=1e-6)
    # the others' days scattered more after the start
    assert same.mean() >= 0.7
    assert (later["smallest_visible_effect"] > seen["smallest_visible_effect"] - 1e-6).all()


def test_a_company_without_changes_or_figures_gives_empty_tables() -> None:
    assert simulate(DAYS).evaluate().effects.height == 0
    company = plan_change(simulate(DAYS))
    frames = company.frames()
    row = evaluate_changes(read_company(**{**frames, "days": frames["days"].clear()})).effects.row(0, named=True)
    assert (row["verdict"], row["effect"]) in {("too little data", None), ("not started", None)}


@given(cents=st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=12), data=st.data())
def test_the_order_of_rows_does_not_show_in_the_sums_of_a_day(cents: list[int], data: st.DataObject) -> None:
    day = date(2026, 1, 1)
    key = {"kpi_id": "order_value", "touchpoint_id": "shop", "local_date": day, "denominator": 1.0}
    rows = pl.DataFrame([{**key, "numerator": each / 100} for each in cents])
    other = rows[data.draw(st.permutations(range(len(cents))))]
    _, numerator, _ = spread_days(other, day, 1)
    assert numerator[0, 0] == spread_days(rows, day, 1)[1][0, 0] == sum(cents) / 100
