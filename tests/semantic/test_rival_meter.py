"""The company's own figures, judged at dates without a change by this method and by three others."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats
from typer.testing import CliRunner

from cxhouse.main import app
from semantic.effects.company.changes import evaluate_changes
from semantic.effects.company.false_alarms import CASE_SCHEMA, measure_false_alarms
from tests.companies.simulated import FIRST, Simulated, simulate

DAYS = 700


def meter(company: Simulated) -> pl.DataFrame:
    return measure_false_alarms(company.read()).cases


def test_the_t_test_is_the_textbook_one_on_the_days_beside_the_date() -> None:
    company = simulate(DAYS, seed=4)
    cases = meter(company)
    assert cases.height >= 15
    values = company.values["csat", "shop"]
    for day, p in cases.select("date", "t_test_p").iter_rows():
        start = (day - FIRST).days
        assert p == pytest.approx(stats.ttest_ind(values[start - 28 : start], values[start : start + 28]).pvalue, rel=1e-6)


def test_where_days_remember_others_cry_wolf_and_this_method_does_not() -> None:
    cases = meter(simulate(1000, tuple(f"t{i}" for i in range(8)), ("csat", "wait", "ces"), seed=3, memory=0.7))
    assert cases.height >= 600
    ours, t_test, newey_west, structural = (
        float((cases[name] < 0.05).mean()) for name in ("p_value", "t_test_p", "newey_west_p", "structural_p")
    )
    assert ours <= 0.08
    assert t_test >= 0.3 and newey_west >= 0.12
    assert ours < structural < newey_west
    seen = float(np.mean([cases["is_seen_higher"].mean(), cases["is_seen_lower"].mean()]))
    assert 0.74 <= seen <= 0.88


@pytest.mark.parametrize("sign", [1, -1])
def test_a_planted_shift_is_seen_exactly_where_the_meter_says(sign: int) -> None:
    company = simulate(DAYS, seed=6, memory=0.5)
    cases = meter(company)
    seen = set()
    for row in cases.iter_rows(named=True):
        start = (row["date"] - FIRST).days
        alone = company.add_change("A", start, ("shop",))
        visible = evaluate_changes(alone.read()).effects["smallest_visible_effect"][0]
        effect = alone.shift("csat", "shop", start, sign * visible).judge()
        called = effect["p_value"] < 0.05 and np.sign(effect["effect"]) == sign
        assert called == row["is_seen_higher" if sign > 0 else "is_seen_lower"], row
        seen.add(called)
    assert seen == {True, False}


def test_a_company_too_young_to_be_judged_has_no_cases() -> None:
    assert meter(simulate(60)).schema == CASE_SCHEMA


def test_the_command_prints_and_writes_what_was_published_or_says_what_to_run(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXHOUSE_HOME", str(tmp_path))
    result = CliRunner().invoke(app, ["calibrate"])
    assert result.exit_code == 0 and "run cxhouse build and cxhouse publish" in result.output
    serving = tmp_path / "serving" / "current"
    serving.mkdir(parents=True)
    usual = {"cases_count": 200, "rate_lower": 0.02, "rate_upper": 0.08, "planted_count": 400, "seen_rate": 0.805}
    rows = [
        {"method_number": 2, "method": "Other", "alarms_count": 31, "rate": 0.155, **usual, "planted_count": 0, "seen_rate": None},
        {"method_number": 1, "method": "This method", "alarms_count": 9, "rate": 0.045, **usual},
    ]
    pl.DataFrame(rows).write_parquet(serving / "rpt_false_alarms.parquet")
    result = CliRunner().invoke(app, ["calibrate"])
    assert result.exit_code == 0 and "80.5% of 400" in result.output
    page = (tmp_path / "calibration.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    assert lines[2:] == [
        "| This method | 200 | 9 | 4.5% | 2.0% to 8.0% | 80.5% of 400 |",
        "| Other | 200 | 31 | 15.5% | 2.0% to 8.0% | – |",
    ]
