"""`cxhouse effect`: only whole periods are judged, whatever days a table has and by which day its weeks and months are named."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from semantic.effects.series.single import judge_periods
from semantic.effects.series.table import Periods, pool_table
from tests.semantic.test_effect_command import judge, write_table

MONDAY = date(2024, 1, 1)
CHANGE = MONDAY + timedelta(weeks=52)


def list_days(count: int, weekdays: tuple[int, ...] = tuple(range(7)), first: date = MONDAY) -> list[date]:
    return [day for i in range(count) if (day := first + timedelta(days=i)).weekday() in weekdays]


def pool(days: list[date], values: np.ndarray | None = None, change: date = CHANGE, grain: str = "week", **options: object) -> Periods:
    """Pool plain values; without values, they are noise about 100 with weekends of 70."""
    if values is None:
        noise = np.random.default_rng(1).standard_normal(len(days))
        values = 100 + noise - 30 * np.array([day.weekday() >= 5 for day in days])
    after = options.pop("after", 4)
    return pool_table(days, values, np.ones(len(days)), np.empty((0, len(days))), change, grain, None, after, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(("extra", "whole"), [(28, 4), (27, 3), (25, 3), (24, 3), (4, 0)])
def test_a_week_cut_off_at_the_end_is_left_out_and_said(extra: int, whole: int) -> None:
    periods = pool(list_days(364 + extra))
    assert (periods.n, periods.m) == (52, whole)
    last = CHANGE + timedelta(weeks=whole)
    said = f"the week from {last} on is left out: the rows end on {MONDAY + timedelta(days=363 + extra)}, within it"
    assert (said in periods.warnings) == (extra < 28)


def test_a_week_cut_off_at_the_beginning_is_left_out_and_is_no_empty_one() -> None:
    periods = pool(list_days(364 + 28 - 3, first=MONDAY + timedelta(days=3)))
    assert (periods.n, periods.m, periods.empty_share) == (51, 4, 0.0)
    assert any("the rows begin on 2024-01-04, within it" in said for said in periods.warnings)


def test_a_quiet_weekend_that_is_not_there_yet_is_no_effect() -> None:
    wrong = 0
    for seed in range(60):
        days = list_days(364 + 26)
        values = 100 + 5 * np.random.default_rng(seed).standard_normal(len(days)) - 40 * np.array([day.weekday() >= 5 for day in days])
        wrong += judge_periods(pool(days, values)).verdict in ("higher", "lower")
    # 5 % of 60 are 3; more than 8 come once in 200 times. With weeks of four days it was 41 in 100
    assert wrong <= 8


@pytest.mark.parametrize("weekdays", [(0, 1, 2), (0, 2, 4), (4, 5, 6), (5, 6), (1, 4), (0, 1, 2, 3, 4)])
def test_a_shop_that_is_open_on_some_days_has_whole_weeks(weekdays: tuple[int, ...]) -> None:
    days = list_days(364 + 28, weekdays)
    periods = pool(days)
    assert (periods.n, periods.m, periods.scatter is not None) == (52, 4, True)
    assert not periods.warnings
    # without its last opening day the last week is not whole
    assert pool(days[:-1]).m == 3


def test_a_holiday_within_the_weeks_moves_nothing() -> None:
    days = list_days(364 + 28)
    values = 100 - 40 * np.array([day.weekday() >= 5 for day in days]) + 0.01 * np.random.default_rng(3).standard_normal(len(days))
    kept = [i for i, day in enumerate(days) if not (day >= CHANGE and day.isocalendar().week in (2, 3) and day.weekday() >= 5)]
    periods = pool([days[i] for i in kept], values[kept])
    assert (periods.n, periods.m) == (52, 4)
    assert periods.values == pytest.approx(np.full(56, values.mean()), abs=0.02)
    assert any("2 weeks lack days that others have" in said for said in periods.warnings)


def test_a_week_with_few_of_its_rows_is_left_out_and_said() -> None:
    days = [day for day in list_days(364 + 28) if not date(2024, 6, 4) <= day <= date(2024, 6, 8)]
    periods = pool(days)
    assert (periods.n, periods.m) == (51, 4) and periods.empty_share == pytest.approx(1 / 52)
    assert "1 weeks with too few rows are left out (the first is that from 2024-06-03 on)" in periods.warnings


@pytest.mark.parametrize(("until", "months"), [(date(2026, 3, 31), 3), (date(2026, 3, 14), 2)])
def test_a_month_of_days_is_whole_or_left_out(until: date, months: int) -> None:
    days = list_days((until - date(2023, 1, 1)).days + 1, first=date(2023, 1, 1))
    periods = pool(days, change=date(2026, 1, 1), grain="month", after=12)
    assert (periods.n, periods.m) == (36, months)
    assert any("within it" in said for said in periods.warnings) == (months == 2)


def test_a_month_of_weeks_is_cut_where_its_next_week_is_missing() -> None:
    weeks = [date(2023, 1, 2) + timedelta(days=7 * i) for i in range(162)]
    assert weeks[-1] == date(2026, 2, 2)
    periods = pool(weeks, change=date(2026, 1, 1), grain="month", after=12)
    assert (periods.n, periods.m) == (36, 1)


@pytest.mark.parametrize(
    ("name", "options", "before", "after"),
    [
        ("week", (), 51, 3),
        ("week_ending", (), 52, 3),
        ("weekStart", (), 51, 4),
        ("week", ("--named-by", "last"), 52, 3),
        ("week", ("--named-by", "first"), 51, 4),
    ],
)
def test_weeks_dated_on_sundays_may_be_named_by_either_end(
    tmp_path: Path, name: str, options: tuple[str, ...], before: int, after: int
) -> None:
    # 56 Sundays from 2024-01-07 on; the change is on a Wednesday
    rows = [(MONDAY + timedelta(days=6 + 7 * i), 100 + i % 5) for i in range(56)]
    found = judge(tmp_path, write_table(tmp_path / "weeks.csv", f"{name},value", rows), "--date", "2025-01-01", *options)
    assert (found["periods_before"], found["periods_after"]) == (before, after)
    either = any("may be named by their first or their last day: 2" in said for said in found["warnings"])
    assert either == (name == "week" and not options)


@pytest.mark.parametrize(
    ("start", "counts"), [("2022-01", (36, 12)), ("2022-01-31", (36, 11)), ("2022-01-15", (36, 11)), ("2022-02", (37, 11))]
)
def test_months_named_by_their_last_day_are_those_months(tmp_path: Path, start: str, counts: tuple[int, int]) -> None:
    days = [date(2019 + (i + 1) // 12, (i + 1) % 12 + 1, 1) - timedelta(days=1) for i in range(48)]
    table = write_table(tmp_path / "months.csv", "month,value", [(day, 100 + i % 7) for i, day in enumerate(days)])
    found = judge(tmp_path, table, "--date", start, "--after", "all")
    assert (found["periods_before"], found["periods_after"]) == counts


def test_the_season_stays_in_its_months_when_the_month_of_the_change_is_left_out() -> None:
    months = [date(2018 + i // 12, i % 12 + 1, 1) for i in range(96)]
    values = np.array([100 + 30 * (day.month == 12) + 0.01 * (i % 3) for i, day in enumerate(months)])
    periods = pool_table(months, values, np.ones(96), np.empty((0, 96)), date(2025, 1, 15), "month", None, 12)
    assert (periods.n, periods.m, periods.positions[periods.n]) == (84, 11, 1)
    found = judge_periods(periods)
    assert found.verdict == "no visible effect" and abs(found.effect or 9) < 0.1


@pytest.mark.parametrize("last", [False, True])
def test_quarters_are_quarters(last: bool) -> None:
    days = [date(2012 + i // 4, i % 4 * 3 + 1, 1) for i in range(52)]
    if last:
        days = [(day.replace(day=28) + timedelta(days=70)).replace(day=1) for day in days]
        days = [(day.replace(month=day.month % 12 + 1, year=day.year + day.month // 12) if day.month % 3 == 0 else day) for day in days]
        days = [day - timedelta(days=1) for day in days]
    season = np.array([0.0, 10.0, -5.0, 30.0] * 13)
    values = 100 + season + np.random.default_rng(2).standard_normal(52) + 8 * np.array([day >= date(2024, 1, 1) for day in days])
    periods = pool_table(days, values, np.ones(52), np.empty((0, 52)), date(2024, 1, 1), "quarter", None, 4)
    assert (periods.n, periods.m, periods.empty_share) == (48, 4, 0.0)
    found = judge_periods(periods)
    assert (found.verdict, found.period) == ("higher", "quarter")
    assert found.effect == pytest.approx(8, abs=1.5)
