"""Why a KPI moved: the parts of a split sum to the move, follow the decision record, and reveal no hidden figure."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.conftest import DemoHome
from tests.warehouse.split_models import Sums, split_change

TOLERANCE = 1e-9
# both carriers get better, the whole gets worse: the worked example of the decision record
BOTH_BETTER = {"a": (95.0, 100.0, 48.0, 50.0), "b": (80.0, 100.0, 123.0, 150.0)}


def test_all_rates_rise_and_the_whole_falls() -> None:
    split = split_change(BOTH_BETTER)
    assert split.change == pytest.approx(-0.02)
    assert split.effects("rate_effect") == pytest.approx({"a": 0.00375, "b": 0.0125})
    assert split.effects("mix_effect") == pytest.approx({"a": -0.0225, "b": -0.01375})
    assert split.explained() == pytest.approx(split.change, abs=TOLERANCE)


def test_backwards_in_time_every_effect_only_changes_its_sign() -> None:
    forth, back = split_change(BOTH_BETTER), split_change({name: (*sums[2:], *sums[:2]) for name, sums in BOTH_BETTER.items()})
    for effect in ("rate_effect", "mix_effect"):
        assert back.effects(effect) == pytest.approx({name: -value for name, value in forth.effects(effect).items()})


def test_a_member_that_comes_or_goes_is_mix() -> None:
    # 90 of 100 by the old carrier; then 45 of 50 by it and 30 of 50 by a new one: 90 % to 75 %, against a mean of 82.5 %
    split = split_change({"old": (90, 100, 45, 50), "new": (0, 0, 30, 50)})
    assert split.effects("rate_effect") == pytest.approx({"old": 0, "new": 0})
    assert split.effects("mix_effect") == pytest.approx({"old": -0.5 * (0.90 - 0.825), "new": 0.5 * (0.60 - 0.825)})
    assert split.explained() == pytest.approx(-0.15, abs=TOLERANCE)


def test_points_split_as_shares_do() -> None:
    split = split_change({"a": (1000, 20, 1500, 20), "b": (-500, 20, -500, 20)})
    assert split.effects("rate_effect") == pytest.approx({"a": 12.5, "b": 0})
    assert split.effects("mix_effect") == pytest.approx({"a": 0, "b": 0})


def test_with_a_denominator_of_the_company_parts_are_added_without_mix() -> None:
    # contacts by channel over 100 orders before and 200 after
    split = split_change({"phone": (30, 100, 40, 200), "chat": (0, 100, 20, 200), None: (2, 100, 2, 200)}, is_additive=True)
    assert split.effects("total_effect") == pytest.approx({"phone": 0.20 - 0.30, "chat": 0.10, "not_applicable": 0.01 - 0.02})
    assert set(split.effects("mix_effect").values()) == {0}
    assert split.explained() == pytest.approx(split.change, abs=TOLERANCE)


def test_rows_without_a_value_of_the_dimension_are_a_member() -> None:
    split = split_change({"a": (10, 20, 12, 20), None: (30, 40, 20, 40)})
    assert set(split.effects("total_effect")) == {"a", "not_applicable"}
    assert split.explained() == pytest.approx(split.change, abs=TOLERANCE)


def test_small_members_stand_together() -> None:
    split = split_change({"a": (90, 100, 90, 100), "b": (3, 3, 0, 3), "c": (1, 4, 2, 4)})
    assert set(split.effects("total_effect")) == {"a", "other"}
    assert [(row["denominator_before"], row["denominator_after"]) for row in split.rows if row["member_kind"] == "other"] == [(7, 7)]


def test_one_small_member_takes_the_smallest_other_with_it() -> None:
    split = split_change({"a": (90, 100, 90, 100), "b": (40, 50, 40, 50), "c": (1, 3, 2, 3)})
    assert set(split.effects("total_effect")) == {"a", "other"}
    assert [row["denominator_after"] for row in split.rows if row["member_kind"] == "other"] == [53]


def test_where_only_a_hidden_member_would_be_left_there_is_no_split() -> None:
    assert split_change({"a": (90, 100, 90, 100), "c": (1, 3, 2, 3)}).rows == []


@st.composite
def draw_members(draw: st.DrawFn) -> dict[str | None, Sums]:
    """Up to seven members, some without rows in a period, some with numerators only."""
    below = st.one_of(st.just(0), st.integers(1, 6), st.integers(5, 4000))
    names = draw(st.lists(st.sampled_from([None, *"abcdef"]), min_size=1, max_size=7, unique=True))
    return {name: tuple(draw(part) for part in (st.integers(-5000, 5000), below) * 2) for name in names}  # type: ignore[misc]


@given(draw_members(), st.booleans())
def test_every_split_adds_up_and_shows_nobody_who_is_hidden(members: dict[str | None, Sums], is_additive: bool) -> None:
    if is_additive:
        shared = [max(sums[column] for sums in members.values()) for column in (1, 3)]
        members = {name: (sums[0], shared[0], sums[2], shared[1]) for name, sums in members.items()}
    assume(all(sum(sums[column] for sums in members.values()) >= 5 for column in (1, 3)))
    split = split_change(members, is_additive=is_additive)
    scale = max(1.0, abs(split.change))
    if split.rows:
        assert abs(split.explained() - split.change) <= TOLERANCE * scale
    for row in split.rows:
        below = (row["denominator_before"], row["denominator_after"])
        assert is_additive or all(count == 0 or count >= 5 for count in below)
        if not is_additive and min(below) == 0 and max(below) > 0:
            assert row["rate_effect"] == 0
    plain = [sums for sums in members.values() if sums[1] >= 5 and sums[3] >= 5]
    if len(plain) == len(members) > 1 and len([name for name in members if name]) > 0 and not is_additive:
        assert len(split.rows) == len(members)


def read_report(demo_home: DemoHome, name: str) -> pl.DataFrame:
    return pl.read_parquet(demo_home.serving / f"{name}.parquet")


def test_on_the_demo_every_split_adds_up_to_the_kpis_own_change(demo_home: DemoHome) -> None:
    values = read_report(demo_home, "rpt_touchpoint_kpis").filter((pl.col("grain") == "month") & (pl.col("dimension_set") == "total"))
    months = {
        (row["kpi_id"], row["journey_id"], row["touchpoint_id"], row["period_start"]): row["value"]
        for row in values.filter(pl.col("phase_id").is_null()).to_dicts()
    }
    splits = read_report(demo_home, "rpt_kpi_splits").filter(pl.col("change_id").is_null())
    assert {"channel", "supplier"} <= set(splits["dimension_set"])
    assert set(splits["comparison"]) == {"last_28_days", "last_91_days", "month_before", "year_before"}
    sums = splits.group_by("move_id", "dimension_set", "kpi_id", "journey_id", "touchpoint_id", "comparison", "period_start").agg(
        (pl.col("mix_effect") + pl.col("rate_effect")).sum().alias("explained"), pl.col("change").first()
    )
    compared = 0
    for row in sums.to_dicts():
        scale = max(1.0, abs(row["change"]))
        assert abs(row["explained"] - row["change"]) <= TOLERANCE * scale, row["move_id"]
        if row["comparison"].endswith("before"):
            after: date = row["period_start"]
            before = find_month(after, 1 if row["comparison"] == "month_before" else 12)
            place = (row["kpi_id"], row["journey_id"], row["touchpoint_id"])
            own = months[(*place, after)] - months[(*place, before)]
            assert row["explained"] == pytest.approx(own, abs=TOLERANCE * scale), row["move_id"]
            compared += 1
    assert compared > 500


def test_on_the_demo_each_members_figures_are_those_of_its_own_series(demo_home: DemoHome) -> None:
    kpis = read_report(demo_home, "rpt_touchpoint_kpis").filter((pl.col("grain") == "month") & pl.col("phase_id").is_null())
    series = kpis.filter(pl.col("dimension_set").is_in(["channel", "supplier", "segment"]) & pl.col("value").is_not_null()).select(
        "kpi_id",
        "journey_id",
        "touchpoint_id",
        "dimension_set",
        "period_start",
        "value",
        pl.coalesce("channel", "supplier_id", "segment").alias("member"),
    )
    splits = read_report(demo_home, "rpt_kpi_splits").filter((pl.col("member_kind") == "named") & (pl.col("comparison") == "month_before"))
    keys = ["kpi_id", "journey_id", "touchpoint_id", "dimension_set", "period_start", "member"]
    both = splits.filter(pl.col("value_after").is_not_null()).join(series, on=keys, how="left", nulls_equal=True)
    assert both.height > 100
    assert both.filter(((pl.col("value_after") - pl.col("value")).abs() > TOLERANCE) | pl.col("value").is_null()).height == 0


def test_a_sentence_gives_reasons_only_for_what_is_more_than_noise(demo_home: DemoHome) -> None:
    moves = read_report(demo_home, "rpt_kpi_moves")
    assert {"clear", "within_margin", "too_few", "not_comparable"} <= set(moves["certainty"])
    with_reason = moves.filter(pl.col("answer").str.contains("because the shares shifted|most comes from|cannot be split"))
    assert with_reason.height > 20
    assert set(with_reason["certainty"]) <= {"clear", "no_margin"}
    clear = moves.filter(pl.col("certainty") == "clear")
    assert clear.filter(pl.col("change").abs() <= pl.col("change_margin")).height == 0
    assert moves.filter(pl.col("is_main")).group_by("move_id").len()["len"].max() == 1


def find_month(start: date, earlier: int) -> date:
    """The first day of the month a number of months earlier."""
    number = start.year * 12 + start.month - 1 - earlier
    return date(number // 12, number % 12 + 1, 1)
