"""The reports about a change as a whole, calculated again from its single figures and from the calendar of all changes."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.conftest import DemoHome

MOVED = {"better", "worse", "higher", "lower", "exploratory higher", "exploratory lower"}
BY_URGENCY = ["too early", "not started", "no visible effect", "not separable", "measurement changed", "too little data"]


@pytest.fixture(scope="module")
def reports(demo_home: DemoHome) -> dict[str, pl.DataFrame]:
    names = ("changes", "change_effects", "change_neighbours", "change_touchpoints")
    return {name: pl.read_parquet(demo_home.serving / f"rpt_{name}.parquet") for name in names}


def decide(figures: list[dict[str, Any]]) -> str:
    """The verdict on a change from those of its figures: an effect, otherwise waiting, otherwise no effect, otherwise the reason."""
    asked = [row for row in figures if row["is_primary"]] or figures
    given = {row["verdict"] for row in asked}
    if {"better", "worse"} <= given:
        return "mixed"
    moved = sorted(
        (row for row in asked if row["verdict"] in MOVED), key=lambda row: (row["verdict"] not in ("better", "worse"), row["p_value"])
    )
    return moved[0]["verdict"] if moved else next((verdict for verdict in BY_URGENCY if verdict in given), "not judged")


def test_the_verdict_on_a_change_follows_from_its_planned_tests(reports: dict[str, pl.DataFrame]) -> None:
    effects = reports["change_effects"].filter(pl.col("is_current") & (pl.col("relation") == "in_scope")).to_dicts()
    told = {row["change_id"]: row for row in reports["changes"].to_dicts()}
    assert {"better", "worse", "no visible effect", "not separable"} <= {row["overall_verdict"] for row in told.values()}
    for change, row in told.items():
        own = [each for each in effects if each["change_id"] == change]
        assert row["overall_verdict"] == decide(own), change
        assert row["is_test"] == any(each["is_primary"] and each["is_planned"] for each in own)
        assert row["moved_count"] == sum(each["verdict"] in MOVED for each in own)
        assert row["judged_count"] == sum(each["verdict"] in {*MOVED, "no visible effect"} for each in own)


def test_the_next_step_follows_from_the_verdict(reports: dict[str, pl.DataFrame]) -> None:
    first_words = {"better": "Keep it", "worse": "Undo or correct it", "mixed": "Read the verdicts"}
    steps = dict(reports["changes"].filter(status="act").select("change_id", "next_step").rows())
    planned = reports["changes"].filter(pl.col("is_test") & pl.col("overall_verdict").is_in(list(first_words)))
    assert {"better", "worse"} <= set(planned["overall_verdict"])
    for change, verdict in planned.select("change_id", "overall_verdict").rows():
        assert steps[change].startswith(first_words[verdict]), change


def test_neighbours_are_the_changes_near_it_at_its_touchpoints(reports: dict[str, pl.DataFrame]) -> None:
    scoped = reports["change_touchpoints"].to_dicts()
    overlaps = {
        (row["change_id"], other)
        for row in reports["change_effects"].filter(pl.col("is_current") & (pl.col("relation") == "in_scope")).to_dicts()
        for other in (row["overlaps_with"] or "").split(", ")
        if other
    }
    expected: dict[tuple[str, str, str, int], set[str]] = {}
    for own in scoped:
        for other in scoped:
            if own["touchpoint_id"] != other["touchpoint_id"] or own["change_id"] == other["change_id"]:
                continue
            for event, day in (("began", other["started_date"]), ("ended", other["ended_date"])):
                distance = (day - own["started_date"]).days if day else None
                if distance is not None and -56 <= distance < 28:
                    expected.setdefault((own["change_id"], other["change_id"], event, distance), set()).add(own["touchpoint_id"])
    found = {
        (row["change_id"], row["other_change_id"], row["event"], row["days_after"]): row for row in reports["change_neighbours"].to_dicts()
    }
    assert expected and set(found) == set(expected)
    assert {key[:2] for key, row in found.items() if row["is_overlap"]} == overlaps & {key[:2] for key in found}
    assert {key[:2] for key in found} >= overlaps, "what cannot be told apart is near"
    for key, places in expected.items():
        assert len(found[key]["touchpoint_names"].split(", ")) == len(places)


def test_every_method_is_measured_on_the_same_dates(demo_home: DemoHome) -> None:
    methods = {row["method_id"]: row for row in pl.read_parquet(demo_home.serving / "rpt_false_alarms.parquet").to_dicts()}
    assert list(methods) and set(methods) == {"this_method", "t_test", "newey_west", "structural"}
    ours = methods["this_method"]
    assert (
        f"On {ours['cases_count']} dates" in ours["meter_text"] and f"called an effect {ours['alarms_count']} times" in ours["meter_text"]
    )
    assert all(0 < row["cases_count"] <= ours["cases_count"] for row in methods.values())
    assert ours["planted_count"] == 2 * ours["cases_count"] and 0.7 < ours["seen_rate"] < 0.9
    assert ours["rate_lower"] < 0.07 and ours["alarms_count"] < methods["newey_west"]["alarms_count"]
    assert all(row["seen_rate"] is None for name, row in methods.items() if name != "this_method")
