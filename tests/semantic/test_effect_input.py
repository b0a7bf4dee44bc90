"""`cxhouse effect` on difficult tables: short series with a trend, drifting controls, ambiguous files."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from semantic.effects.series.single import judge_periods
from semantic.effects.series.table import pool_table
from tests.semantic.test_effect_command import judge, run, write_table

DAYS = [date(2024, 1, 1) + timedelta(days=i) for i in range(400)]


def write_days(path: Path, header: str = "day,value", text: str = "{day},{value}") -> Path:
    """Four hundred days of noise about 100, ten higher from 2025-01-05 on."""
    values = 100 + np.random.default_rng(1).standard_normal(400) + 10 * np.array([day >= date(2025, 1, 5) for day in DAYS])
    lines = [text.format(day=day, value=round(float(value), 3)) for day, value in zip(DAYS, values, strict=True)]
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("before", "after", "slope"), [(10, 5, 1.0), (9, 9, 1.0), (5, 5, 2.0)])
def test_a_trend_in_a_short_series_is_not_called_a_step(before: int, after: int, slope: float) -> None:
    generator, visible = np.random.default_rng(2), 0
    years = [date(2000 + i, 1, 1) for i in range(before + after)]
    for _ in range(40):
        values = slope * np.arange(before + after) + generator.standard_normal(before + after)
        periods = pool_table(years, values, np.ones(len(years)), np.empty((0, len(years))), years[before], "year", None, None)
        visible += judge_periods(periods).verdict in ("higher", "lower")
    # 5 % of 40 are 2; more than 6 come once in 150 times
    assert visible <= 6


def test_the_sign_of_a_step_survives_a_trend_against_it(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    rows = [(2000 + i, 100 + 3 * i + generator.standard_normal() - 6 * (i >= 9)) for i in range(18)]
    found = judge(tmp_path, write_table(tmp_path / "short.csv", "year,value", rows), "--date", "2009")
    assert found["effect_lower"] < -6 < found["effect_upper"] < 0
    assert "a common line before and after is removed" in found["warnings"]


@pytest.mark.parametrize(("drift", "step", "verdict"), [(-1.0, 0.0, "too little data"), (0.0, -12.0, "lower"), (-1.0, -40.0, "lower")])
def test_controls_on_another_course_give_no_verdict_unless_the_step_is_left_without_it(
    tmp_path: Path, drift: float, step: float, verdict: str
) -> None:
    generator = np.random.default_rng(1)
    rows = [
        (1980 + i, *(50 + 1.5 * generator.standard_normal(5) + 0.5 * i + np.array([drift * i + step * (i >= 15), 0, 0, 0, 0])))
        for i in range(30)
    ]
    table = write_table(tmp_path / "drift.csv", "year,value,a,b,c,d", rows)
    found = judge(tmp_path, table, "--date", "1995", "--value", "value", "--controls", "a,b,c,d")
    assert found["method"] == "step of the difference to the controls"
    assert found["sentence"].startswith("The difference to the controls stood")
    assert (found["verdict"], any("drifted" in said for said in (found["reason"], *found["warnings"]))) == (verdict, drift != 0)


@pytest.mark.parametrize("count", [19, 20])
def test_a_synthetic_control_needs_as_many_controls_as_a_verdict_does(tmp_path: Path, count: int) -> None:
    generator = np.random.default_rng(3)
    controls = 100 + generator.standard_normal((30, count)).cumsum(axis=0)
    rows = [(1970 + i, controls[i, :5].mean() - 30 * (i >= 18), *controls[i]) for i in range(30)]
    names = ",".join(f"s{i}" for i in range(count))
    table = write_table(tmp_path / "many.csv", f"year,value,{names}", rows)
    found = judge(tmp_path, table, "--date", "1988", "--value", "value", "--controls", names)
    assert (found["method"] == "synthetic control") == (count == 20)
    assert (found["verdict"] == "lower") == (found["effect_upper"] < 0)


def test_the_dates_are_those_of_the_column_of_dates_whatever_stands_first(tmp_path: Path) -> None:
    table = write_days(tmp_path / "orders.csv", "orders,day,value", "2024,{day},{value}")
    found = judge(tmp_path, table, "--date", "2025-01-05", "--value", "value")
    assert found["columns"] == ["day", "value"]
    assert found["effect"] == pytest.approx(10, abs=1)
    years = write_table(tmp_path / "years.csv", "value,year", [(1900 + i % 7, 1990 + i) for i in range(20)])
    assert judge(tmp_path, years, "--date", "2005", "--value", "value")["columns"] == ["year", "value"]


@pytest.mark.parametrize(
    ("start", "counts"),
    [("2022-01", (36, 12)), ("2022-01-28", (36, 12)), ("2022-01-15", (36, 11)), ("2022-01-31", (36, 11)), ("2022-02", (37, 11))],
)
def test_a_month_named_by_its_28th_is_whole_or_left_out(tmp_path: Path, start: str, counts: tuple[int, int]) -> None:
    days = [date(2019 + i // 12, i % 12 + 1, 28) for i in range(48)]
    table = write_table(tmp_path / "months.csv", "month,value", [(day, 100 + i % 7) for i, day in enumerate(days)])
    found = judge(tmp_path, table, "--date", start, "--after", "all")
    assert (found["periods_before"], found["periods_after"]) == counts
    assert any("has days before and after it and is left out" in warning for warning in found["warnings"]) == (sum(counts) < 48)


def test_the_effect_on_a_logarithm_is_written_in_per_cent(tmp_path: Path) -> None:
    found = judge(tmp_path, write_days(tmp_path / "days.csv"), "--date", "2025-01-05", "--log")
    assert f"stood {np.expm1(found['effect']):.1%} higher".replace("%", " %") in found["sentence"]


def test_a_day_with_a_denominator_of_zero_is_a_day_without_events(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    asked = generator.poisson(0.5, 400)
    rows = [(day, generator.binomial(n, 0.5), n) for day, n in zip(DAYS, asked, strict=True)]
    table = write_table(tmp_path / "rare.csv", "day,good,asked", rows)
    found = judge(tmp_path, table, "--date", "2025-01-05", "--numerator", "good", "--denominator", "asked")
    assert found["periods_before"] >= 48 and found["effect"] is not None


def test_what_is_left_out_or_not_used_is_said(tmp_path: Path) -> None:
    rows = [(1980 + i, 50 + i % 5, 49 + i % 3, "" if i < 6 else 50 + i % 4) for i in range(30)]
    table = write_table(tmp_path / "gaps.csv", "year,value,a,b", rows)
    found = judge(tmp_path, table, "--date", "2000", "--value", "value", "--controls", "a,b", "--judge", "last")
    assert "6 rows are left out because controls are empty there (b in 6)" in found["warnings"]
    assert any(warning.startswith("only a synthetic control") for warning in found["warnings"])
    days = write_days(tmp_path / "days.csv")
    for start, where in (("2023-01-01", "before"), ("2027-01-01", "after")):
        found = judge(tmp_path, days, "--date", start)
        assert found["reason"] == f"no whole week {where} the change"
        assert found["warnings"][0] == "the rows run from 2024-01-01 to 2025-02-03"


def test_of_a_very_long_history_the_last_ten_years_are_used(tmp_path: Path) -> None:
    rows = [(date(1990, 1, 1) + timedelta(days=7 * i), 100 + i % 5) for i in range(1000)]
    table = write_table(tmp_path / "long.csv", "day,value", rows)
    found = judge(tmp_path, table, "--date", rows[-4][0].isoformat())
    assert found["periods_before"] == 520
    assert "of 996 weeks before the last 520 are used; --before N takes another number" in found["warnings"]
    assert judge(tmp_path, table, "--date", rows[-4][0].isoformat(), "--before", "540")["periods_before"] == 540


@pytest.mark.parametrize(
    ("text", "arguments", "words"),
    [
        ("day,value,value\n2024-01-01,1,2\n", (), "several columns named value"),
        ("2024-01-01,1\n2024-01-02,2\n", (), "write a header above it"),
        ("day;value\n2024-01-01;1\n", (), "not separated by commas"),
        ("day,value\n2024-01-01,1\n\n\n2024-01-02,many\n", ("--value", "value"), "line 5"),
        ('day,value\n2024-01-01,"95,9"\n', ("--value", "value"), "write 1234.5"),
        ("day,value\n2024-01-0199,1\n", ("--date-column", "day"), "is not a date"),
        ("day,value\n2024-01-01,1\n", ("--value", "value", "--controls", "value"), "used once only"),
        ("day,value,a\n2024-01-01,1,2\n", ("--value", "value", "--controls", "a,a"), "used once only"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(tmp_path: Path, text: str, arguments: tuple[str, ...], words: str) -> None:
    table = tmp_path / "table.csv"
    table.write_text(text, encoding="utf-8")
    result = run(table, "--date", "2024-01-02", *arguments)
    assert result.exit_code == 1
    assert words in " ".join(result.output.split())


def test_a_count_of_periods_is_written_in_plain_digits(tmp_path: Path) -> None:
    result = run(write_days(tmp_path / "days.csv"), "--date", "2025-01-05", "--after", "²")
    assert result.exit_code == 2 and "whole number of periods" in " ".join(result.output.split())


def test_a_bad_cell_is_named_by_file_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "cells.csv"
    options = ("--date", "2025-01-05", "--numerator", "good", "--denominator", "asked")
    for cells, words in (
        ("3,-4", "cells.csv, line 3: column asked is below 0"),
        ("x,4", "cells.csv, line 3: 'x' in column good is not a number"),
    ):
        path.write_text(f"day,good,asked\n2024-01-01,1,2\n2024-01-02,{cells}\n2024-01-03,1,2\n", encoding="utf-8")
        result = run(path, *options)
        assert result.exit_code == 1 and words in " ".join(result.output.split()), result.output
