"""The figures of a free range of days, which the browser sums: those of a whole month, week or window equal what the marts published."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import polars as pl
import pytest

from cxhouse.warehouse.range_query import PAGE_MODULE, render_module, render_range_query
from tests.conftest import DemoHome

FIGURES = ("n", "value", "value_lower", "value_upper", "status", "target", "lower_bound")
TEXTS = ("value_text", "interval_text", "target_text", "bound_text", "gap_text", "gap")
Days = tuple[date, date, str]


def sum_range(home: DemoHome, now: Days, before: Days | None = None, year_before: Days | None = None) -> pl.DataFrame:
    """The tiles of a range, by the query that the pages run."""
    query = render_range_query(
        sums=f"read_parquet('{home.serving}/rpt_kpi_sums.parquet')", tiles=f"read_parquet('{home.serving}/rpt_touchpoint_tiles.parquet')"
    )
    for name, days in (("$now", now), ("$year_before", year_before), ("$before", before)):
        written = "null, null, null" if days is None else f"'{days[0]}', '{days[1]}', '{days[2]}'"
        query = query.replace(name, written)
    return duckdb.sql(query).pl().sort("touchpoint_id", "kpi_id")


def read_report(home: DemoHome, name: str) -> pl.DataFrame:
    """A published report."""
    return pl.read_parquet(home.serving / f"{name}.parquet")


def agree(found: object, expected: object) -> bool:
    """Equal, numbers to nine digits: days are added in another order."""
    return bool(found == (pytest.approx(expected, rel=1e-9, abs=1e-9) if isinstance(expected, float) else expected))


def find_last_day(home: DemoHome) -> date:
    """The last day with data."""
    last: date = read_report(home, "rpt_builds")["data_until"][0]
    return last


def test_the_pages_hold_the_query_that_the_macros_make() -> None:
    assert PAGE_MODULE.read_text(encoding="utf-8") == render_module(render_range_query()), "run python -m cxhouse.warehouse.range_query"


@pytest.mark.home
@pytest.mark.parametrize("grain", ["month", "week", "day"])
def test_one_period_as_a_range_gives_the_published_figures(demo_home: DemoHome, grain: str) -> None:
    published = read_report(demo_home, "rpt_touchpoint_kpis").filter(
        grain=grain, dimension_set="total"
    ).filter(pl.col("touchpoint_id").is_not_null(), pl.col("journey_id").is_null())  # fmt: skip
    tiles = read_report(demo_home, "rpt_touchpoint_tiles").filter(window_id="last_28_days")
    compared = 0
    for start in published["period_start"].unique().sort().to_list()[-40:-10:6]:
        month_end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        end = {"day": start, "week": start + timedelta(days=6), "month": month_end}[grain]
        found = sum_range(demo_home, (start, end, grain))
        assert found.height == tiles.height
        both = found.join(published.filter(period_start=start), on=["touchpoint_id", "kpi_id"], suffix="_published")
        for row in both.iter_rows(named=True):
            where = (row["touchpoint_id"], row["kpi_id"], start)
            assert row["status"] == row["status_published"], where
            for name in ("value", "value_lower", "value_upper", "target"):
                assert agree(row[name], row[f"{name}_published"]), (*where, name)
            if row["status"] not in ("hidden", "no_data"):
                assert row["n"] == row["n_published"], where
                compared += 1
    assert compared > {"day": 40, "week": 80, "month": 100}[grain]


@pytest.mark.home
@pytest.mark.parametrize("days", [7, 28, 91])
def test_a_window_as_a_range_of_days_gives_the_published_tile(demo_home: DemoHome, days: int) -> None:
    """Where no day is hidden and no later day is needed, whose windows end earlier."""
    last = find_last_day(demo_home)

    def shift(by: int) -> Days:
        return last - timedelta(days=by + days - 1), last - timedelta(days=by), "day"

    found = sum_range(demo_home, shift(0), shift(days), shift(364))
    tiles = read_report(demo_home, "rpt_touchpoint_tiles").filter(window_id=f"last_{days}_days").sort("touchpoint_id", "kpi_id")
    assert found.height == tiles.height
    both = found.join(tiles, on=["touchpoint_id", "kpi_id"], suffix="_published")
    hidden = both.filter(pl.col("status") == "hidden")
    assert hidden["value"].is_null().all()
    said = pl.concat_str(pl.col("reason").fill_null(""), pl.col("reason_published").fill_null(""))
    usable = both.filter(pl.col("status") != "hidden", ~said.str.contains("the days that end|not known|only the whole"))
    assert usable.height >= 8
    for row in usable.iter_rows(named=True):
        for name in (*FIGURES, *TEXTS):
            assert agree(row[name], row[f"{name}_published"]), (row["touchpoint_id"], row["kpi_id"], name)


@pytest.mark.home
def test_a_comparison_with_a_year_before_is_that_of_the_windows(demo_home: DemoHome) -> None:
    last = find_last_day(demo_home)
    now, year = (last - timedelta(days=27), last, "day"), (last - timedelta(days=391), last - timedelta(days=364), "day")
    found = sum_range(demo_home, now, None, year).filter(pl.col("year_before_text").is_not_null())
    tiles = read_report(demo_home, "rpt_touchpoint_tiles").filter(window_id="last_28_days")
    both = found.join(tiles, on=["touchpoint_id", "kpi_id"], suffix="_published")
    said = pl.concat_str(pl.col("reason").fill_null(""), pl.col("reason_published").fill_null(""))
    both = both.filter(~said.str.contains("the days that end|only the whole"))
    assert both.height >= 5
    assert both["year_before_text"].to_list() == both["year_before_text_published"].to_list()
    assert both["year_trend"].to_list() == both["year_trend_published"].to_list()
    assert (found["trend"] == "unclear").all(), "there is no period before"


@pytest.mark.home
def test_a_hidden_day_is_left_out_with_its_week_and_the_figure_says_so(demo_home: DemoHome) -> None:
    """The first ten days of a month, from a Thursday on: of a figure with a hidden day, the whole weeks inside are shown."""
    first, last = date(2026, 1, 1), date(2026, 2, 4)
    weeks = (date(2026, 1, 5), date(2026, 2, 1), "week")
    found, whole = sum_range(demo_home, (first, last, "day")), sum_range(demo_home, weeks)
    sums = read_report(demo_home, "rpt_kpi_sums").filter(pl.col("period_start").is_between(first, last), pl.col("is_hidden"))
    key = ["touchpoint_id", "kpi_id"]
    inside = sums.filter(pl.col("period_end") <= weeks[1])
    days, hidden_weeks = (inside.filter(pl.col("grain") == grain).select(key).unique() for grain in ("day", "week"))
    coarse = found.join(days, on=key, how="semi").join(hidden_weeks, on=key, how="anti")
    assert coarse.height > 3
    assert coarse["reason"].str.contains("only the whole weeks inside, 5 January 2026 to 1 February 2026").all()
    both = coarse.join(whole, on=key, suffix="_weeks")
    assert both["value"].to_list() == both["value_weeks"].to_list()
    assert both["n"].to_list() == both["n_weeks"].to_list()


@pytest.mark.home
def test_a_range_that_would_reveal_a_hidden_count_has_no_figure(demo_home: DemoHome) -> None:
    row = read_report(demo_home, "rpt_kpi_sums").filter(grain="day").filter("is_hidden").sort("period_start").tail(1).to_dicts()[0]
    day = row["period_start"]
    found = sum_range(demo_home, (day - timedelta(days=3), day, "day")).filter(touchpoint_id=row["touchpoint_id"], kpi_id=row["kpi_id"])
    assert found.select("status", "value", "n", "value_text").rows() == [("hidden", None, None, None)]
    assert "a longer period may show it" in found["reason"][0]


@pytest.mark.home
def test_a_range_with_days_that_cannot_be_known_yet_says_until_when(demo_home: DemoHome) -> None:
    last = find_last_day(demo_home)
    found = sum_range(demo_home, (last - timedelta(days=60), last, "day")).filter(kpi_id="return_rate")
    assert found.height
    assert found["value"].is_null().all()
    assert found["reason"].str.starts_with("not known before").all()


@pytest.mark.home
def test_what_hurts_most_comes_first_in_a_range(demo_home: DemoHome) -> None:
    last = find_last_day(demo_home)
    query_rows = sum_range(demo_home, (last - timedelta(days=363), last, "day"))
    short = query_rows.filter(pl.col("worst_text").is_not_null())
    assert short.height
    assert (short["status"].is_in(["red", "yellow"])).all()
    assert short["worst_text"].str.ends_with(").").all()
