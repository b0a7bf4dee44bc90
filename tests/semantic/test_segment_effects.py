"""Effects per segment: by the segment before the change, never better or worse, and not for few events."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from semantic.effects.company.segments import judge_segments
from tests.companies.simulated import Simulated, day_of, simulate

DAYS, START = 700, 560
SEGMENTS = ("champions", "quiet_fans", "opportunists")


def count_segments(values: dict[str, np.ndarray], earlier: dict[str, np.ndarray] | None = None, events: int = 20) -> pl.DataFrame:
    """Daily rows per segment of the KPI csat at the shop; `earlier` are those by the membership of a month before (default: the same)."""
    parts = []
    for is_earlier, by_segment in ((False, values), (True, earlier or values)):
        for segment, figures in by_segment.items():
            days = pl.Series([day_of(day) for day in range(len(figures))], dtype=pl.Date)
            part = pl.DataFrame({"local_date": days, "numerator": figures * events, "denominator": np.full(len(figures), float(events))})
            parts.append(
                part.with_columns(
                    kpi_id=pl.lit("csat"), touchpoint_id=pl.lit("shop"), segment=pl.lit(segment), is_earlier=pl.lit(is_earlier)
                )
            )
    return pl.concat(parts)


def draw(seed: int) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    return {segment: 10 + generator.normal(0, 1, DAYS) for segment in SEGMENTS}


def change_shop(**more: object) -> Simulated:
    return simulate(DAYS).add_change("A", START, ("shop",), **more)


def judge(company: Simulated, days: pl.DataFrame) -> dict[str, dict[str, object]]:
    return {row["segment"]: row for row in judge_segments(company.read(), days).iter_rows(named=True)}


def test_the_segment_that_moved_is_found_and_the_others_are_not() -> None:
    values = draw(1)
    values["quiet_fans"][START:] += 1.5
    rows = judge(change_shop(), count_segments(values))
    assert {segment: row["verdict"] for segment, row in rows.items()} == {
        "champions": "no visible effect", "quiet_fans": "exploratory higher", "opportunists": "no visible effect",
    }  # fmt: skip
    assert rows["quiet_fans"]["effect"] == pytest.approx(1.5, abs=0.4)
    assert all(row["q_value"] >= row["p_value"] for row in rows.values())


def test_days_after_the_month_of_the_start_count_by_the_segment_of_a_month_earlier() -> None:
    start = day_of(START)
    following = (date(start.year + start.month // 12, start.month % 12 + 1, 1) - day_of(0)).days
    assert 0 < following - START < 28
    now, earlier = draw(2), draw(3)
    # customers with good answers became fans at the month-end after the start: by that segment, fans would seem to rise
    now["quiet_fans"][following:] += 5
    calm = judge(change_shop(), count_segments(now, {segment: values * 0 + 10 for segment, values in earlier.items()}))
    assert calm["quiet_fans"]["verdict"] == "no visible effect"
    moved = judge(change_shop(), count_segments(now, now))
    assert moved["quiet_fans"]["verdict"] == "exploratory higher"
    # before the start only the membership of that time counts
    strange = {segment: np.concatenate([values[:following] + 100, now[segment][following:]]) for segment, values in now.items()}
    assert judge(change_shop(), count_segments(now, strange)) == moved


def test_after_a_roll_out_nobody_counts_by_a_segment_the_change_may_have_made() -> None:
    values = draw(1)
    values["quiet_fans"][START:] += 1.5
    found = judge(change_shop(rolled_out=START + 14), count_segments(values))["quiet_fans"]
    assert found["verdict"] == "exploratory higher" and found["effect"] == pytest.approx(1.5, abs=0.4)
    # 15 July and seven weeks: in September the segment of a month earlier is that of the end of July
    late = judge(change_shop(rolled_out=START + 21), count_segments(values))["quiet_fans"]
    assert day_of(START) == date(2024, 7, 15) and late["verdict"] == "too little data"
    assert late["effect"] is None and late["effect_text"] is None and "roll-out" in str(late["reason"])


def test_figures_of_few_customers_are_not_shown() -> None:
    days = count_segments(draw(4))
    few = days.with_columns(denominator=pl.when(pl.col("segment") == "champions").then(1.0).otherwise(pl.col("denominator")))
    row = judge(change_shop(), few)["champions"]
    assert (row["verdict"], row["reason"]) == ("too little data", "fewer than 30 events after the change")
    assert all(
        row[name] is None for name in ("effect", "effect_lower", "p_value", "smallest_visible_effect", "effect_text", "visible_text")
    )


def test_an_overlap_at_the_touchpoint_is_one_for_its_segments() -> None:
    company = change_shop().add_change("B", START + 10, ("shop",))
    rows = judge_segments(company.read(), count_segments(draw(5)))
    assert rows.height == 6 and set(rows["verdict"]) == {"not separable"}


def test_a_change_that_has_not_started_has_no_segments() -> None:
    company = simulate(DAYS).add_change("A", DAYS + 10, ("shop",))
    assert judge_segments(company.read(), count_segments(draw(6))).height == 0
    assert judge_segments(change_shop().read(), count_segments(draw(6)).clear()).height == 0
