"""Each signal fires on data made for it, stays clear on quiet data, and names what it needs when it cannot be measured."""

from __future__ import annotations

from datetime import timedelta
from math import sqrt
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from scipy import stats

from tests.companies.signals import LAST, UNTIL, copy_company, write_weeks
from tests.warehouse.conftest import Home, make_home

SIGNALS = {
    # signal: what fires, and against what
    "repeated_complaints": ("phone", "complaints", {"level", "move"}),
    "rising_costs": ("phone", "cost_per_contact", {"move"}),
    "intake_errors": ("shop.orders", "rejected_rows", {"level", "move"}),
    "supplier_tension": ("swift", "on_time_delivery", {"move"}),
    "low_effort_score": ("buy", "ces", {"level"}),
    "negative_word_of_mouth": ("parcel", "experience_low", {"level", "move"}),
    "repeat_questions": ("phone", "asked_elsewhere", {"level", "move"}),
    "long_waits": ("phone", "average_speed_of_answer", {"level", "move"}),
    "unserved_hours": ("web", "unserved_visits", {"level", "move"}),
}


FACTS = (
    "complaints", "costs", "intake", "suppliers", "effort", "word_of_mouth", "repeat_questions", "waits", "unserved_hours",
)  # fmt: skip
DAY_COLUMNS = "signal_id, subject_kind, subject_id, subject_name, measure_id, last_date, local_date, numerator, numerator_sq, denominator"
# shares per week counted back from the last day; seventeen weeks are looked at
WEEKS = """
select
    signal_id, subject_kind, subject_id, measure_id, (last_date - local_date) // 7 as week,
    sum(numerator) as numerator, sum(denominator) as denominator
from ({days})
where last_date - local_date between 0 and 7 * 17 - 1
    and (signal_id, measure_id) in (select (signal_id, measure_id) from dim_signal_measures where method = 'share')
group by all
"""


def build_company(folder: Any, *, is_loud: bool) -> Home:
    """The company of tests/companies/signals.py, loaded and built."""
    home = make_home(folder, CXHOUSE_COMPANY=str(copy_company(folder)))
    write_weeks(home.data, is_loud=is_loud)
    home.run("ingest", "--to", UNTIL)
    home.build(only=["rpt_signals", "rpt_signal_evidence"])
    return home


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return build_company(tmp_path_factory.mktemp("quiet"), is_loud=False)


@pytest.fixture(scope="module")
def loud(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return build_company(tmp_path_factory.mktemp("loud"), is_loud=True)


def read_states(home: Home) -> dict[str, str]:
    """Status by signal."""
    return {row["signal_id"]: row["status"] for row in home.table("rpt_signals").to_dicts()}


def test_every_signal_is_clear_while_nothing_goes_wrong(quiet: Home) -> None:
    assert read_states(quiet) == dict.fromkeys(SIGNALS, "clear")
    assert set(quiet.table("rpt_signal_evidence")["status"]) <= {"clear", "too_few"}


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_signal_fires_when_what_it_watches_goes_wrong(loud: Home, signal: str) -> None:
    subject, measure, comparisons = SIGNALS[signal]
    assert read_states(loud)[signal] == "fires"
    rows = loud.table("rpt_signal_evidence").filter(signal_id=signal, subject_id=subject, measure_id=measure)
    assert {row["comparison"]: row["status"] for row in rows.to_dicts()} == dict.fromkeys(comparisons, "fires")
    told = loud.table("rpt_signals").filter(signal_id=signal).row(0, named=True)
    assert "clearly" in told["sentence"] and told["what_to_do"]
    assert told["firing_count"] >= len(comparisons) and told["comparisons_count"] >= told["firing_count"]


def test_where_there_is_too_little_every_signal_says_so(tiny: Home) -> None:
    rows = tiny.table("rpt_signals").to_dicts()
    assert {row["signal_id"] for row in rows} == set(SIGNALS)
    for row in rows:
        # a hundred visits and orders are enough to judge what comes in, and nothing else
        if row["signal_id"] != "intake_errors":
            assert row["status"] == "not_measurable" and row["sentence"].startswith("Not measurable: "), row
    needs = {row["signal_id"]: row["sentence"] for row in rows}
    assert "costs per channel" in needs["rising_costs"]


def test_figures_are_those_of_the_last_four_weeks(loud: Home) -> None:
    rows = {
        (row["signal_id"], row["measure_id"], row["subject_id"], row["comparison"]): row
        for row in loud.table("rpt_signal_evidence").to_dicts()
    }
    parcels = rows["supplier_tension", "on_time_delivery", "swift", "move"]
    # half of ten parcels a day late for 28 days; before, one in ten every other day, of which 91 days hold 46 or 45
    assert (parcels["n"], parcels["value"], parcels["earlier_n"], parcels["period_end"]) == (280, 0.5, 910, LAST)
    assert parcels["earlier_value"] in (1 - 45 / 910, 1 - 46 / 910)
    asked = rows["repeat_questions", "asked_elsewhere", "phone", "level"]
    assert (asked["n"], asked["value"]) == (28 * 8, 0.5)
    cost = rows["rising_costs", "cost_per_contact", "phone", "move"]
    assert (cost["n"], cost["value"]) == (28 * 8, 200 / 8)


def judge(weeks: list[dict[str, Any]], row: dict[str, Any], comparisons: int) -> str:
    """The verdict about one share from its weeks, by formulas written for this test."""
    recent = [week for week in weeks if week["week"] < 4]
    earlier = [week for week in weeks if week["week"] >= 4]
    x, n = (sum(week[side] for week in recent) for side in ("numerator", "denominator"))
    x0, n0 = (sum(week[side] for week in earlier) for side in ("numerator", "denominator"))
    if n < 30 or (row["comparison"] == "move" and (n0 < 30 or len(earlier) < 6)):
        return "too_few"
    p0 = x0 / n0 if n0 else 0
    spread = sum(week["denominator"] * (week["numerator"] / week["denominator"] - p0) ** 2 for week in earlier)
    tail = 0.05 / (2 * comparisons)
    z = stats.norm.isf(tail)
    if len(earlier) > 1 and 0 < p0 < 1:
        degrees = len(earlier) - 1
        z = max(z, stats.t.isf(tail, degrees) * sqrt(spread / degrees / (p0 * (1 - p0))))
    sign = 1 if row["harm"] == "higher" else -1
    if row["comparison"] == "level":
        # the score test: is the threshold a plausible truth?
        beyond = sign * (x / n - row["threshold"]) / sqrt(row["threshold"] * (1 - row["threshold"]) / n) > z
        return "fires" if beyond and (row["signal_id"] != "repeated_complaints" or all(week["numerator"] for week in recent)) else "clear"
    share, share0 = (x + 1) / (n + 2), (x0 + 1) / (n0 + 2)
    margin = z * sqrt(share * (1 - share) / (n + 2) + share0 * (1 - share0) / (n0 + 2))
    return "fires" if sign * (share - share0) > margin else "clear"


@pytest.mark.parametrize("name", ["quiet", "loud"])
def test_every_share_is_judged_as_other_formulas_judge_it(name: str, request: pytest.FixtureRequest) -> None:
    home: Home = request.getfixturevalue(name)
    weeks: dict[tuple, list[dict[str, Any]]] = {}
    for week in home.query(WEEKS.format(days=" union all ".join(f"select {DAY_COLUMNS} from fct_signal_{name}" for name in FACTS))):
        weeks.setdefault((week["signal_id"], week["subject_kind"], week["subject_id"], week["measure_id"]), []).append(week)
    rows = home.query("select * from fct_signal_evidence")
    judged = [row for row in rows if (row["signal_id"], row["subject_kind"], row["subject_id"], row["measure_id"]) in weeks]
    assert len(judged) > 15
    for row in judged:
        comparisons = sum(1 for other in rows if other["signal_id"] == row["signal_id"])
        key = (row["signal_id"], row["subject_kind"], row["subject_id"], row["measure_id"])
        assert row["status"] == judge(weeks[key], row, comparisons), row


@pytest.mark.parametrize("week_spread", [0.0, 0.35])
def test_a_signal_that_compares_twelve_times_rarely_fires_when_nothing_changes(quiet: Home, week_spread: float) -> None:
    companies, series = 400, 12
    dice = np.random.default_rng(5)
    odds = np.log(0.1 / 0.9) + week_spread * dice.standard_normal((companies, series, 17))
    counts = dice.binomial(150, 1 / (1 + np.exp(-odds)))
    rows = [
        (f"company {company}", "supplier", str(each), str(each), "late", LAST, LAST - timedelta(days=7 * week),
         float(counts[company, each, week]), 0.0, 150.0)
        for company in range(companies) for each in range(series) for week in range(17)
    ]  # fmt: skip
    found = run_models(quiet, rows)
    alarms = len({signal for signal, status in found if status == "fires"})
    assert len(found) == companies * series
    assert alarms / companies < 0.05 + 3 * sqrt(0.05 * 0.95 / companies), f"{alarms} of {companies}"


def run_models(home: Home, rows: list[tuple]) -> list[tuple[str, str]]:
    """Signal and status of each comparison, by the compiled SQL of the warehouse on other days; only moves of a share are judged."""
    folder = home.path / "state" / "dbt" / "target" / "compiled" / "cxhouse" / "models" / "marts" / "signals"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.path / 'warehouse.duckdb'}' as built (read_only); attach ':memory:' as warehouse; "
                           "create schema if not exists warehouse.main")  # fmt: skip
        for name in ("fct_component_targets", "dim_components", *(f"fct_signal_{fact}" for fact in FACTS)):
            connection.execute(f"create table warehouse.main.{name} as select * from built.main.{name} limit 0")
        connection.execute("create table warehouse.main.dim_signal_span as from built.main.dim_signal_span")
        names = DAY_COLUMNS.split(", ")
        connection.register("given", pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None).to_arrow())
        connection.execute(f"insert into warehouse.main.fct_signal_suppliers by name select {DAY_COLUMNS} from given")
        connection.execute(
            "create table warehouse.main.dim_signal_measures as select distinct signal_id, measure_id, 'late' as measure_name,"
            " 'share' as unit_kind, 'share' as method, 'higher' as harm, null::double as level_threshold, true as judges_moves,"
            " 0.0 as smallest_rise, false as needs_every_week from given"
        )
        for model in ("fct_signal_sums", "fct_signal_evidence"):
            sql = (folder / f"{model}.sql").read_text(encoding="utf-8")
            connection.execute(f"create table warehouse.main.{model} as {sql}")
        return connection.execute("select signal_id, status from warehouse.main.fct_signal_evidence").fetchall()
