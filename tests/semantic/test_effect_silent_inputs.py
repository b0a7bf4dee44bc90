"""`cxhouse effect` names what a table holds in silence: units, scales, rows per day, one row that decides, cells that are no numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.semantic.test_effect_command import judge, run, write_table

FIRST = date(2024, 1, 1)
CHANGE = FIRST + timedelta(weeks=40)
DAYS = [FIRST + timedelta(days=i) for i in range(7 * 44)]
NOISE = np.random.default_rng(8).standard_normal(len(DAYS))


def judge_values(folder: Path, make: Callable[[int, date], Any], *options: str) -> dict[str, Any]:
    """The judgement of a daily column `value`."""
    table = write_table(folder / "days.csv", "day,value", [(day, make(i, day)) for i, day in enumerate(DAYS)])
    return judge(folder, table, "--date", CHANGE.isoformat(), *options)


def find_note(found: dict[str, Any], words: str) -> str:
    return next((said for said in found["warnings"] if words in said), "")


def test_a_plain_table_has_no_notes_but_the_season(tmp_path: Path) -> None:
    found = judge_values(tmp_path, lambda i, _: 100 + NOISE[i])
    assert all(said.startswith("season") for said in found["warnings"])


@pytest.mark.parametrize(
    ("factor", "words"), [(100, "about 100 times as high"), (1 / 60, "about one 60th as high"), (1.3, ""), (1000, "about 1,000 times")]
)
def test_another_unit_is_named_with_its_day(tmp_path: Path, factor: float, words: str) -> None:
    found = judge_values(tmp_path, lambda i, day: (100 + NOISE[i]) * (factor if day >= CHANGE else 1))
    said = find_note(found, "is the unit or the currency another?")
    assert words in said and bool(said) == bool(words)
    assert not said or CHANGE.isoformat() in said
    # in the middle of the history too
    middle = CHANGE - timedelta(weeks=20)
    earlier = judge_values(tmp_path, lambda i, day: (100 + NOISE[i]) * (factor if day >= middle else 1))
    assert not words or middle.isoformat() in find_note(earlier, words)


def test_another_scale_is_named(tmp_path: Path) -> None:
    doubled = judge_values(tmp_path, lambda i, day: (3.5 + NOISE[i] / 4) * (2 if day >= CHANGE else 1))
    assert "both change by a factor of 1.99" in find_note(doubled, "is the scale or the unit another?")
    higher = judge_values(tmp_path, lambda i, day: 3.5 + NOISE[i] / 4 + (3.5 if day >= CHANGE else 0))
    assert not find_note(higher, "is the scale")


def test_one_row_that_carries_the_verdict_is_named_with_the_verdict_without_it(tmp_path: Path) -> None:
    at = CHANGE + timedelta(days=10)
    found = judge_values(tmp_path, lambda i, day: 9999 if day == at else 100 + NOISE[i])
    said = find_note(found, f"that of {at} (9,999")
    assert "without it: no visible effect, effect " in said
    assert said.startswith("one row carries the verdict") == (found["verdict"] != "no visible effect")
    true_effect = judge_values(
        tmp_path, lambda i, day: 9999 if day == FIRST + timedelta(days=200) else 100 + NOISE[i] + 3 * (day >= CHANGE)
    )
    assert "without it: higher, effect" in find_note(true_effect, "one row carries the verdict")


def test_several_rows_of_a_date_and_a_changed_number_of_them_are_named(tmp_path: Path) -> None:
    rows = [(day, round(100 + NOISE[i], 3)) for i, day in enumerate(DAYS) for _ in range(1 if day >= CHANGE else 3)]
    found = judge(tmp_path, write_table(tmp_path / "rows.csv", "day,value", rows), "--date", CHANGE.isoformat())
    assert find_note(found, "280 of 308 dates have several rows (the first is 2024-01-01): their values are averaged")
    assert find_note(found, "rows per date go from 3.0 before to 1.0 after the change")
    twice = [(day, round(100 + NOISE[i], 3)) for i, day in enumerate(DAYS)]
    found = judge(tmp_path, write_table(tmp_path / "twice.csv", "day,value", [*twice, twice[5]]), "--date", CHANGE.isoformat())
    assert find_note(found, "1 of 308 dates have several rows (the first is 2024-01-06)")
    assert not find_note(found, "rows per date go from")


def test_a_dropped_zone_and_empty_cells_are_named(tmp_path: Path) -> None:
    rows = [(f"{day}T23:30:00Z", "" if i in (4, 9) else round(100 + NOISE[i], 3)) for i, day in enumerate(DAYS)]
    found = judge(tmp_path, write_table(tmp_path / "zones.csv", "at,value", rows), "--date", CHANGE.isoformat())
    assert find_note(found, "column at has times with a zone (Z); the day as written is used")
    assert find_note(found, "value is empty in 2 of 308 rows (the first is line 6)")
    plain = [(f"{day}T23:30:00", 100 + NOISE[i]) for i, day in enumerate(DAYS)]
    assert not find_note(judge(tmp_path, write_table(tmp_path / "p.csv", "at,value", plain), "--date", CHANGE.isoformat()), "zone")


def test_denominators_that_are_all_0_are_named(tmp_path: Path) -> None:
    rows = [(day, 5 + i % 3, 0 if day >= CHANGE else 10) for i, day in enumerate(DAYS)]
    table = write_table(tmp_path / "zero.csv", "day,good,asked", rows)
    found = judge(tmp_path, table, "--date", CHANGE.isoformat(), "--numerator", "good", "--denominator", "asked")
    assert found["reason"] == "the denominator is 0 in all 28 rows after the change"


@pytest.mark.parametrize(("rate", "verdict"), [(0.1, "too little data"), (2.0, "no visible effect")])
def test_fewer_than_ten_events_give_no_verdict(tmp_path: Path, rate: float, verdict: str) -> None:
    counts = np.random.default_rng(4).poisson(rate, len(DAYS))
    found = judge_values(tmp_path, lambda i, _: counts[i])
    assert found["verdict"] == verdict and ("fewer than 10 events" in found["reason"]) == (rate < 1)
    # as a share, of either kind
    table = write_table(tmp_path / "shares.csv", "day,events,all", [(day, 1000 - counts[i], 1000) for i, day in enumerate(DAYS)])
    found = judge(tmp_path, table, "--date", CHANGE.isoformat(), "--numerator", "events", "--denominator", "all")
    assert found["verdict"] == verdict and ("events of the other kind" in found["reason"]) == (rate < 1)


def test_many_events_that_fall_to_none_are_an_effect(tmp_path: Path) -> None:
    counts = np.random.default_rng(4).poisson(5, len(DAYS))
    assert judge_values(tmp_path, lambda i, day: 0 if day >= CHANGE else counts[i])["verdict"] == "lower"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("-", "leave the cell empty"),
        ("45%", "write the share without the sign"),
        ("1.234,5", "write 1234.5"),
        ("?", "write 0 when there was none"),
    ],
)
def test_a_cell_that_is_no_number_is_named_without_any_option(tmp_path: Path, cell: str, words: str) -> None:
    rows = [(day, f'"{cell}"' if i == 3 else 100) for i, day in enumerate(DAYS)]
    refused = run(write_table(tmp_path / "cells.csv", "day,value", rows), "--date", CHANGE.isoformat())
    said = " ".join(refused.output.split())
    assert refused.exit_code == 1 and "line 5" in said and f"'{cell}'" in said and words in said


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("{d.day}/{d.month}/{d.year}", ""),
        ("{d.month}/{d.day}/{d.year}", ""),
        ("{d.day:02}.{d.month:02}.{d.year}", ""),
        ("{d.day:02}-{d.month:02}-{d.year}", ""),
    ],
)
def test_dates_whose_order_shows_are_read(tmp_path: Path, form: str, words: str) -> None:
    rows = [(form.format(d=day), round(100 + NOISE[i], 3)) for i, day in enumerate(DAYS)]
    found = judge(tmp_path, write_table(tmp_path / "dates.csv", "day,value", rows), "--date", CHANGE.isoformat())
    assert (found["periods_before"], found["periods_after"]) == (40, 4)


def test_dates_whose_order_does_not_show_are_refused_by_cell(tmp_path: Path) -> None:
    ambiguous = write_table(tmp_path / "a.csv", "day,value", [(f"{m:02}/05/2024", m) for m in range(1, 13)])
    said = " ".join(run(ambiguous, "--date", "2024-06-01").output.split())
    assert "line 2: '01/05/2024' in column day: which is the day, which the month?" in said
    both = write_table(tmp_path / "b.csv", "day,value", [("31/01/2024", 1), ("01/02/2024", 2), ("02/28/2024", 3)])
    said = " ".join(run(both, "--date", "2024-02-01").output.split())
    assert "the day first in line 2 and the month first in line 4" in said
    bad = write_table(tmp_path / "c.csv", "day,value", [*[(day, 1) for day in DAYS], ("2024-13-01", 2)])
    assert "line 310: '2024-13-01'" in " ".join(run(bad, "--date", CHANGE.isoformat()).output.split())
