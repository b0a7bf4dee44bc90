"""Verdicts in the warehouse: each is given once and kept, with later estimates in separate columns; figures are checked by other code."""

from __future__ import annotations

import shutil
from datetime import date

import polars as pl
import pytest

from cxhouse.ledger.verdicts import FOLDER, SCHEMA, read_verdicts
from tests.warehouse.conftest import Home

GIVEN = {
    "change_id": "new-menu", "kpi_id": "abandonment", "touchpoint_id": "phone", "relation": "in_scope", "is_primary": True,
    "is_planned": True,
    "effect": -0.03, "effect_lower": -0.05, "effect_upper": -0.01, "effect_text": "-3.0 points", "verdict": "better", "reason": "seen",
    "sentence": "It helped.", "placebo_count": 8, "judged_on": date(2026, 4, 20), "build_id": "first", "periods_before": 60,
}  # fmt: skip


@pytest.fixture(scope="module")
def judged_before(tiny: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The tiny company with verdicts of an earlier publish: one change still starts on that day, one was moved, one was removed."""
    folder = tmp_path_factory.mktemp("judged")
    home = Home(folder / "home", tiny.data, {**tiny.environment, "CXHOUSE_HOME": str(folder / "home")})
    shutil.copytree(tiny.path, home.path, symlinks=True)
    rows = [
        {**GIVEN, "started_at": date(2026, 3, 2)},
        {**GIVEN, "started_at": date(2026, 2, 2), "sentence": "It helped earlier."},
        {**GIVEN, "change_id": "gone", "started_at": date(2026, 3, 2)},
        {**GIVEN, "started_at": date(2026, 3, 2), "kpi_id": "joy", "is_primary": False, "verdict": "worse", "effect_text": "-1.0 points"},
    ]
    kept = pl.DataFrame(rows, schema_overrides={name: kind for name, kind in SCHEMA.items() if name in {*GIVEN, "started_at"}})
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in SCHEMA.items() if name not in kept.columns and name != "published_at"]
    folder = home.path / "ledger" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    moment = pl.lit("2026-04-20T06:00:00Z").str.to_datetime(time_unit="us", time_zone="UTC").alias("published_at")
    kept.with_columns(*missing, moment).select(list(SCHEMA)).write_parquet(folder / "0-first.parquet")
    home.build()
    home.run("publish")
    return home


def test_a_verdict_stays_as_it_was_given_and_the_later_estimate_stands_beside_it(judged_before: Home) -> None:
    rows = judged_before.report("rpt_change_effects").filter(change_id="new-menu", kpi_id="abandonment", touchpoint_id="phone")
    given = rows.filter("is_current").row(0, named=True)
    assert (given["verdict"], given["effect"], given["build_id"], given["judged_on"]) == ("better", -0.03, "first", date(2026, 4, 20))
    assert given["latest_verdict"] == "too early"
    assert given["re_estimate_text"].startswith("Judged better on 20 April 2026; judged today, it would be too early")


def test_a_change_that_was_moved_is_judged_anew_and_the_earlier_verdict_stays_in_sight(judged_before: Home) -> None:
    rows = judged_before.report("rpt_change_effects").filter(sentence="It helped earlier.")
    assert rows["is_current"].to_list() == [False]
    assert rows["started_at"].to_list() == [date(2026, 2, 2)]


def test_a_verdict_outlives_its_change(judged_before: Home) -> None:
    rows = judged_before.report("rpt_change_effects").filter(change_id="gone")
    assert rows.select("verdict", "is_current", "latest_verdict").rows() == [("better", False, None)]


def test_a_verdict_stays_in_sight_when_its_kpi_is_no_longer_declared(judged_before: Home, tiny: Home) -> None:
    row = judged_before.report("rpt_change_effects").filter(kpi_id="joy").row(0, named=True)
    assert (row["verdict"], row["is_current"], row["is_asked"], row["latest_verdict"]) == ("worse", True, False, None)
    assert row["re_estimate_text"].startswith("Judged worse on 20 April 2026; today it could not be judged")
    told = judged_before.report("rpt_changes").filter(change_id="new-menu").row(0, named=True)
    assert (told["overall_verdict"], told["tests_count"]) == ("better", 1) and "joy at Telephone -1.0 points (worse)" in told["others_text"]
    # the planned KPI is not measured at the touchpoint the change names; where it was judged before, the change stays judged
    for home, expected in ((tiny, ("check", None)), (judged_before, ("act", "better"))):
        assert home.report("rpt_changes").filter(change_id="new-menu").select("status", "verdict").rows() == [expected]
    step = judged_before.report("rpt_changes").filter(change_id="new-menu")["next_step"].to_list()
    assert step == ["Look again before you act on it: with the data and records of today it would be too early."]


def test_a_publish_keeps_what_it_showed_first_and_no_more(judged_before: Home, tiny: Home) -> None:
    kept = read_verdicts(judged_before.path / "ledger")
    assert kept.filter(build_id="first").height == 4
    assert not set(kept["verdict"]) & {"too little data", "too early", "not started"}
    shown = judged_before.report("rpt_change_effects").filter(pl.col("is_final") & (pl.col("verdict") != "too little data"))
    key = ["change_id", "kpi_id", "touchpoint_id", "started_at"]
    assert kept.select(key).sort(key).equals(shown.select(key).sort(key))
    files = sorted((judged_before.path / "ledger" / FOLDER).iterdir())
    judged_before.run("publish")
    assert sorted((judged_before.path / "ledger" / FOLDER).iterdir()) == files


def test_judged_days_are_those_of_the_reports_and_a_companys_denominator_stands_beside_every_touchpoint(tiny: Home) -> None:
    here = {
        (row["kpi_id"], row["touchpoint_id"]): (row["top"], row["bottom"])
        for row in tiny.query(
            "select kpi_id, touchpoint_id, sum(numerator) as top, sum(denominator) as bottom from fct_judged_days group by all"
        )
    }
    late = [row["kpi_id"] for row in tiny.query("select kpi_id from dim_kpis where maturity_days > 0")]
    reported = tiny.report("rpt_touchpoint_kpis").filter(pl.col("touchpoint_id").is_not_null(), dimension_set="total", grain="total")
    known = reported.filter(pl.col("n").is_not_null(), ~pl.col("kpi_id").is_in(late))
    assert known.height > 20
    for kpi, touchpoint, n, top, bottom in known.select("kpi_id", "touchpoint_id", "n", "numerator", "denominator").rows():
        assert here[kpi, touchpoint][1] == n, (kpi, touchpoint)
        assert top is None or here[kpi, touchpoint] == pytest.approx((top, bottom)), (kpi, touchpoint)
    # the denominator of each touchpoint's contacts is the six orders of the whole company
    assert (here["contact_rate", "phone"], here["contact_rate", "unmapped"]) == ((2, 6), (1, 6))


def test_a_kpi_is_known_up_to_the_last_day_its_sources_delivered(tiny: Home) -> None:
    until = {row["kpi_id"]: row["known_until"] for row in tiny.query("select kpi_id, known_until from dim_judged_kpis")}
    landed = {row["fact"]: row["day"] for row in tiny.query("select fact, max(until_date) as day from int_fact_coverage group by all")}
    assert until["abandonment"] == landed["contacts"]
    assert until["contact_rate"] == min(landed["contacts"], landed["orders"])
    # it waits for the returns of an order, which is an order itself
    assert until["return_rate"] == min(landed["orders"], landed["deliveries"])
    assert all(day is None or day <= max(landed.values()) for day in until.values())


def test_what_could_be_seen_and_how_often_it_errs_is_said_even_without_history(tiny: Home) -> None:
    visible = tiny.report("rpt_visible_effects")
    assert visible.height == len(tiny.query("select * from dim_touchpoint_kpis where kpi_id in (select kpi_id from dim_judged_kpis)"))
    assert visible["reason"].null_count() == 0 and set(visible["status"]) == {"too little data"}
    meter = tiny.report("rpt_false_alarms")
    assert meter["cases_count"].to_list() == [0] and meter["rate"].to_list() == [None]
    assert "17 weeks of history" in meter["meter_text"][0]
    assert meter["method_id"].to_list() == ["this_method"] and meter["rate_text"].to_list() == [None]
    assert tiny.report("rpt_break_proposals").is_empty()
