"""Mix and rate around the date of a change: the judged weeks against as many before, split exactly and counted again from raw files."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from tests.conftest import DemoHome
from tests.warehouse.raw_kpis.company import RawCompany
from tests.warehouse.raw_kpis.sums import COUNTERS, PER_ORDER_OF_THE_COMPANY
from tests.warehouse.split_models import ChangeDay, DayFigure, split_change_day

TOLERANCE = 1e-9
START, AFTER = date(2026, 3, 2), (date(2026, 3, 16), date(2026, 3, 23))
BEFORE_DAYS, AFTER_DAYS = (date(2026, 2, 16), date(2026, 3, 1)), (date(2026, 3, 16), date(2026, 3, 29))
# the days of a roll-out, and those just outside both periods
OTHER_DAYS = (date(2026, 2, 15), date(2026, 3, 2), date(2026, 3, 15), date(2026, 3, 30))
# the worked example of the decision record, half of each on the first day of its period and half on the last
CARRIERS = {"a": ((47.5, 50), (24, 25)), "b": ((40, 50), (61.5, 75))}


def list_days(*, dimension: str = "supplier") -> Iterator[DayFigure]:
    """Both carriers on the first and last day of each period, and other figures on the neighbouring days."""
    for member, sides in CARRIERS.items():
        for days, (numerator, denominator) in zip((BEFORE_DAYS, AFTER_DAYS), sides, strict=True):
            for day in days:
                yield day, dimension, member, numerator, denominator
                yield day, "total", None, numerator, denominator
        for day in OTHER_DAYS:
            yield day, dimension, member, 1, 90
            yield day, "total", None, 1, 90


def test_the_weeks_judged_against_as_many_before_the_start_without_the_roll_out() -> None:
    move, splits = split_change_day(ChangeDay(START, AFTER, list(list_days())))
    assert (move["before_start"], move["before_end"], move["period_start"], move["period_end"]) == (*BEFORE_DAYS, *AFTER_DAYS)
    assert (move["numerator_before"], move["denominator_before"]) == (175, 200)
    assert (move["numerator_after"], move["denominator_after"]) == (171, 200)
    assert move["change"] == pytest.approx(-0.02)
    split = splits["supplier"]
    assert split.effects("rate_effect") == pytest.approx({"a": 0.00375, "b": 0.0125})
    assert split.effects("mix_effect") == pytest.approx({"a": -0.0225, "b": -0.01375})
    assert split.explained() == pytest.approx(move["change"], abs=TOLERANCE)


def test_the_companys_denominator_stands_below_every_channel_and_that_of_a_segment_below_its_own() -> None:
    days = [(BEFORE_DAYS[0], 6, 4), (AFTER_DAYS[1], 12, 3)]
    figures = [(day, "total", None, own + other, 0) for day, own, other in days]
    figures += [(day, "channel", member, part, 0) for day, own, other in days for member, part in (("phone", own), ("chat", other))]
    figures += [(day, "segment", member, part, 0) for day, own, other in days for member, part in (("fans", own), ("guests", other))]
    # the orders of fans, of guests, and of somebody unknown, also on days without a contact
    orders = [(BEFORE_DAYS[1], "fans", 20), (BEFORE_DAYS[1], "guests", 30), (AFTER_DAYS[0], "fans", 60), (AFTER_DAYS[0], "guests", 30)]
    company = [*orders, (BEFORE_DAYS[1], None, 100), (AFTER_DAYS[0], None, 100)]
    company += [(day, member, 1000) for day in OTHER_DAYS for member in (None, "fans")]
    move, splits = split_change_day(ChangeDay(START, AFTER, [(OTHER_DAYS[0], "total", None, 0, 0), *figures], company))
    assert move["change"] == pytest.approx(0.15 - 0.10)
    assert splits["channel"].effects("total_effect") == pytest.approx({"phone": 0.06, "chat": -0.01})
    assert set(splits["channel"].effects("mix_effect").values()) == {0}
    by_segment = splits["segment"]
    assert by_segment.effects("rate_effect")["fans"] == pytest.approx((0.2 + 0.6) / 2 * (12 / 60 - 6 / 20))
    assert by_segment.explained() == pytest.approx(move["change"], abs=TOLERANCE)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (ChangeDay(START, (), list(list_days()), verdict="too early"), "not yet"),
        (ChangeDay(START, AFTER, [day for day in list_days() if day[0] >= BEFORE_DAYS[1]]), "begin on 1 March 2026, less than 2 weeks"),
        (ChangeDay(START, AFTER, list(list_days()), versions={AFTER_DAYS[1]: 2}), "another definition"),
        (
            ChangeDay(START, AFTER, [(BEFORE_DAYS[0], "total", None, 5, 10), (OTHER_DAYS[0], "total", None, 5, 10)]),
            "nothing was counted in the weeks after",
        ),
        (ChangeDay(START, AFTER, [(day, "total", None, 1, 4) for day in (OTHER_DAYS[0], BEFORE_DAYS[0], AFTER_DAYS[0])]), "fewer than 5"),
    ],
)
def test_what_cannot_be_compared_has_no_figure_and_says_why(change: ChangeDay, why: str) -> None:
    move, splits = split_change_day(change)
    assert why in move["reason"]
    assert splits == {}
    assert {move[name] for name in ("numerator_before", "denominator_after", "value_before", "value_after", "change")} == {None}


def test_a_change_that_has_not_started_has_no_move() -> None:
    assert split_change_day(ChangeDay(START, (), list(list_days()), verdict="not started")) == ({}, {})


@pytest.fixture(scope="module")
def moves(demo_home: DemoHome) -> pl.DataFrame:
    return pl.read_parquet(demo_home.serving / "rpt_change_moves.parquet")


@pytest.fixture(scope="module")
def splits(demo_home: DemoHome) -> pl.DataFrame:
    return pl.read_parquet(demo_home.serving / "rpt_kpi_splits.parquet").filter(pl.col("comparison") == "change")


def test_on_the_demo_every_split_adds_up_to_the_plain_move_and_shows_no_cell_below_five(moves: pl.DataFrame, splits: pl.DataFrame) -> None:
    assert {"channel", "supplier", "segment"} <= set(splits["dimension_set"])
    keys = ["move_id", "dimension_set"]
    parts = splits.group_by(keys).agg(pl.col("mix_effect", "rate_effect", "total_effect").sum())
    both = moves.filter(pl.col("dimension_set") != "total").join(parts, on=keys, how="full", suffix="_parts", coalesce=True)
    assert both.height > 50
    for row in both.to_dicts():
        close = pytest.approx(row["change"], abs=TOLERANCE * max(1.0, abs(row["change"])))
        assert row["mix_effect_parts"] + row["rate_effect_parts"] == close, row["move_id"]
        assert row["mix_effect"] + row["rate_effect"] == close, row["move_id"]
        assert row["change_text"] in row["sentence"] and "is not the effect" in row["sentence"]
    for side in ("before", "after"):
        counts = splits.filter(pl.col("weight_before").is_not_null())[f"denominator_{side}"]
        assert ((counts == 0) | (counts >= 5)).all()


def test_on_the_demo_every_figure_judged_of_a_started_change_is_split_or_says_why(demo_home: DemoHome, moves: pl.DataFrame) -> None:
    effects = pl.read_parquet(demo_home.serving / "rpt_change_effects.parquet")
    asked = effects.filter(pl.col("is_current") & (pl.col("relation") == "in_scope") & pl.col("touchpoint_id").is_not_null())
    waiting, started = (asked.filter((pl.col("verdict") == "not started") == is_waiting) for is_waiting in (True, False))
    key = ["change_id", "kpi_id", "touchpoint_id"]
    assert set(moves.select(key).rows()) == set(started.select(key).rows())
    assert not waiting.is_empty() and not set(waiting["change_id"]) & set(moves["change_id"])
    too_early = started.filter(pl.col("effect").is_null() & (pl.col("verdict") == "too early")).select(key)
    assert not too_early.is_empty()
    assert too_early.join(moves, on=key)["reason"].str.starts_with("judged from").all()
    estimated = started.filter(pl.col("effect").is_not_null()).select(key).join(moves, on=key)
    assert estimated.height > 50 and estimated["change"].null_count() == 0


def sum_from_raw_files(company: RawCompany, windows: list[dict[str, Any]]) -> dict[tuple[str, str, str | None], list[float]]:
    """Numerators and denominators before and after of every figure compared, as (move, dimension, member)."""
    sums: dict[tuple[str, str, str | None], list[float]] = defaultdict(lambda: [0.0] * 4)
    placed: dict[date, int] = defaultdict(int)
    for order in company.orders.values():
        placed[company.place_order(order).day] += 1
    asked: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for window in windows:
        asked[window["kpi_id"], window["touchpoint_id"]].append(window)
        if window["kpi_id"] in PER_ORDER_OF_THE_COMPANY:
            for day, orders in placed.items():
                if (side := find_side(window, day)) is not None:
                    sums[window["move_id"], "total", None][2 * side + 1] += orders
    for count in (count for counter in COUNTERS for count in counter(company)):
        for window in asked.get((count.kpi, count.place.touchpoint or ""), ()):
            if (side := find_side(window, count.place.day)) is None:
                continue
            for dimension, member in (("total", None), ("channel", count.place.channel), ("supplier", count.place.supplier)):
                if dimension == "total" or member is not None:
                    pair = sums[window["move_id"], dimension, member]
                    pair[2 * side] += count.numerator
                    pair[2 * side + 1] += count.denominator
    return sums


def find_side(window: dict[str, Any], day: date) -> int | None:
    """0: in the four weeks before the start, 1: in the four from the start on. No change of the demo comes step by step."""
    weeks = (day - window["started_at"]).days // 7
    return 0 if -4 <= weeks < 0 else 1 if 0 <= weeks < 4 else None


def test_moves_and_splits_of_the_demo_are_those_of_the_raw_files(demo_home: DemoHome, moves: pl.DataFrame, splits: pl.DataFrame) -> None:
    made = json.loads((demo_home.path / "demo" / "demo.json").read_text(encoding="utf-8"))
    until = date.fromisoformat(made["end"]) + timedelta(days=1)
    starts = pl.read_parquet(demo_home.serving / "rpt_changes.parquet").select("change_id", started_at="started_date")
    windows = moves.filter(pl.col("is_main") & pl.col("change").is_not_null()).join(starts, on="change_id").to_dicts()
    assert len(windows) > 50 and {row["weeks_count"] for row in windows} == {4}
    sums = sum_from_raw_files(RawCompany(demo_home.path / "demo", until), windows)
    wholes = {}
    for row in windows:
        above_before, below_before, above_after, below_after = sums[row["move_id"], "total", None]
        wholes[row["move_id"]] = (above_before / below_before, above_after / below_after, below_before, below_after)
        assert (row["value_before"], row["value_after"]) == pytest.approx(wholes[row["move_id"]][:2], abs=1e-5, rel=1e-7), row["move_id"]
    named = splits.filter((pl.col("member_kind") == "named") & (pl.col("dimension_set") != "segment")).to_dicts()
    assert {"channel", "supplier"} == {row["dimension_set"] for row in named}
    for row in named:
        above_before, below_before, above_after, below_after = sums[row["move_id"], row["dimension_set"], row["member"]]
        value_before, value_after, all_before, all_after = wholes[row["move_id"]]
        if row["kpi_id"] in PER_ORDER_OF_THE_COMPANY:
            rate, mix = above_after / all_after - above_before / all_before, 0.0
        else:
            shares = below_before / all_before, below_after / all_after
            rates = [above / below if below else None for above, below in ((above_before, below_before), (above_after, below_after))]
            rate = sum(shares) / 2 * (rates[1] - rates[0]) if None not in rates else 0.0  # type: ignore[operator]
            total = above_after / all_after - above_before / all_before - (value_before + value_after) / 2 * (shares[1] - shares[0])
            mix = total - rate
        assert (row["mix_effect"], row["rate_effect"]) == pytest.approx((mix, rate), abs=1e-5, rel=1e-6), (row["move_id"], row["member"])
