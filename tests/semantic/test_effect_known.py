"""`cxhouse effect` with peaks, other changes, an end, a wash-out and the cumulative effect."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.semantic.test_effect_command import judge, run, write_table

FIRST = date(2022, 1, 3)
CHANGE = FIRST + timedelta(weeks=150)  # 2024-11-18


def write_series(path: Path, moved: list[tuple[date, date, float]], weeks: int = 160) -> Path:
    """Days of noise about 100, moved by the given amounts from a day to the day before another."""
    days = [FIRST + timedelta(days=i) for i in range(7 * weeks)]
    values = 100 + np.random.default_rng(6).standard_normal(len(days))
    for first, until, size in moved:
        values += size * np.array([first <= day < until for day in days])
    return write_table(path, "day,value", [(day, round(float(value), 4)) for day, value in zip(days, values, strict=True)])


def list_peaks() -> list[tuple[date, date, float]]:
    return [(date(year, 11, 18), date(year, 12, 30), 6.0) for year in (2022, 2023, 2024)]


def test_a_peak_that_is_named_is_no_effect_and_one_that_is_not_is_warned_of(tmp_path: Path) -> None:
    table = write_series(tmp_path / "days.csv", list_peaks())
    plain = judge(tmp_path, table, "--date", CHANGE.isoformat())
    assert any("unless --peak FROM:TO names it" in said for said in plain["warnings"])
    peaks = [part for first, until, _ in list_peaks() for part in ("--peak", f"{first}:{until - timedelta(days=1)}")]
    named = judge(tmp_path, table, "--date", CHANGE.isoformat(), *peaks)
    assert named["verdict"] == "no visible effect" and abs(named["effect"]) < 1.5
    assert not any("season" in said for said in named["warnings"])
    first_ever = judge(tmp_path, table, "--date", CHANGE.isoformat(), *peaks[-2:])
    assert first_ever["verdict"] == "too little data" and "the history holds none" in first_ever["reason"]


def test_another_change_is_a_step_when_it_is_far_and_not_separable_when_it_is_near(tmp_path: Path) -> None:
    far = CHANGE - timedelta(weeks=12)
    table = write_series(tmp_path / "days.csv", [(far, date(2030, 1, 1), 5.0)])
    plain, told = (judge(tmp_path, table, "--date", CHANGE.isoformat(), *more) for more in ((), ("--other", far.isoformat())))
    wide, narrow = (found["effect_upper"] - found["effect_lower"] for found in (plain, told))
    assert narrow < wide / 2 and told["verdict"] == "no visible effect"
    for day in (CHANGE - timedelta(days=56), CHANGE + timedelta(days=27)):
        near = judge(tmp_path, table, "--date", CHANGE.isoformat(), "--other", day.isoformat())
        assert near["verdict"] == "not separable" and day.isoformat() in near["reason"] and near["effect"] is not None
    for day in (CHANGE - timedelta(days=57), CHANGE + timedelta(days=28)):
        assert judge(tmp_path, table, "--date", CHANGE.isoformat(), "--other", day.isoformat())["verdict"] != "not separable"


def test_a_change_that_ended_is_judged_on_the_weeks_in_which_it_held(tmp_path: Path) -> None:
    end = CHANGE + timedelta(days=17)
    table = write_series(tmp_path / "days.csv", [(CHANGE, end, 4.0)])
    found = judge(tmp_path, table, "--date", CHANGE.isoformat(), "--until", end.isoformat())
    assert found["periods_after"] == 2 and found["effect"] == pytest.approx(4, abs=0.8)
    said = f"the week from {CHANGE + timedelta(days=14)} on is left out: the rows end on {CHANGE + timedelta(days=16)}, within it"
    assert any(f"the change ends on {end}, within it" in each for each in found["warnings"]) or said in found["warnings"]
    refused = run(table, "--date", CHANGE.isoformat(), "--until", CHANGE.isoformat())
    assert refused.exit_code == 2 and "is not after" in " ".join(refused.output.replace("│", " ").split())


def test_a_wash_out_is_left_out_and_the_margin_knows_the_distance(tmp_path: Path) -> None:
    settled = CHANGE + timedelta(weeks=2)
    table = write_series(tmp_path / "days.csv", [(CHANGE, settled, -20.0), (settled, date(2030, 1, 1), 3.0)])
    found = judge(tmp_path, table, "--date", CHANGE.isoformat(), "--skip", "2")
    assert (found["periods_after"], found["verdict"]) == (4, "higher")
    assert found["effect"] == pytest.approx(3, abs=0.8)


def test_the_cumulative_effect_is_the_effect_over_what_was_counted_after(tmp_path: Path) -> None:
    table = write_series(tmp_path / "days.csv", [(CHANGE, date(2030, 1, 1), 3.0)])
    found = judge(tmp_path, table, "--date", CHANGE.isoformat())
    assert found["cumulative_over"] == 28 and found["cumulative_effect"] == pytest.approx(28 * found["effect"])
    assert found["cumulative_lower"] < 28 * 3 < found["cumulative_upper"]
    assert "added up over 28 rows after: " in " ".join(
        run(table, "--date", CHANGE.isoformat(), "--plot", tmp_path / "p.svg").output.split()
    )
    assert judge(tmp_path, table, "--date", CHANGE.isoformat(), "--log")["cumulative_effect"] is None
    days = [FIRST + timedelta(days=i) for i in range(7 * 160)]
    rows = [(day, 10 + (day >= CHANGE) * 5 + day.day % 3, 100) for day in days]
    shares = write_table(tmp_path / "shares.csv", "day,good,asked", rows)
    found = judge(tmp_path, shares, "--date", CHANGE.isoformat(), "--numerator", "good", "--denominator", "asked")
    assert found["cumulative_over"] == 2800 and found["cumulative_effect"] == pytest.approx(140, abs=10)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--peak", "2024-11-18"), "first and a last day"),
        (("--peak", "2024-12-31:2024-11-18"), "is no peak"),
        (("--peak", "2024-01-01:2024-12-31"), "at most half a year"),
        (("--other", "soon"), "not a date"),
        (("--skip", "-1"), "--skip"),
    ],
)
def test_options_that_make_no_sense_are_refused(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    refused = run(write_series(tmp_path / "days.csv", [], 30), "--date", "2022-05-02", *options)
    assert refused.exit_code == 2 and words in " ".join(refused.output.replace("│", " ").split())
