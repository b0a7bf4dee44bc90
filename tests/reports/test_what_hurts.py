"""What hurts most is the same on all pages, and follows from gap, usual movement, volume and certainty."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from cxhouse.reports.contents import URGENCY
from tests.conftest import DemoHome
from tests.reports.test_department_reports import read_report

Row = dict[str, Any]
SIGNS = {"higher": 1, "lower": -1}


def measure_gap(row: Row) -> float | None:
    if row["value"] is None or row["target"] is None or row["direction"] not in SIGNS:
        return None
    return max(0.0, SIGNS[row["direction"]] * (row["target"] - row["value"]))


def list_spreads(home: DemoHome) -> dict[str, float]:
    """Standard deviation of the company's weekly figures in the last 364 days, worked out again from the published series."""
    last = read_report(home, "rpt_touchpoint_tiles").filter(pl.col("window_id") == "last_7_days")["window_end"][0]
    weeks = read_report(home, "rpt_touchpoint_kpis").filter(
        pl.col("touchpoint_id").is_null()
        & pl.col("journey_id").is_null()
        & (pl.col("dimension_set") == "total")
        & (pl.col("grain") == "week")
        & (pl.col("n") >= 30)
        & pl.col("value").is_not_null()
        & (pl.col("period_start") <= last - timedelta(days=6))
        & (pl.col("period_start") > last - timedelta(days=370))
    )
    weeks = weeks.filter(pl.col("kpi_version") == pl.col("kpi_version").max().over("kpi_id"))
    found = weeks.group_by("kpi_id").agg(pl.len().alias("weeks"), pl.col("value").std().alias("spread"))
    return {row["kpi_id"]: row["spread"] for row in found.to_dicts() if row["weeks"] >= 8 and row["spread"] > 0}


def measure_pain(rows: list[Row], spreads: dict[str, float]) -> dict[tuple[str, str], float]:
    """Touchpoint and KPI -> pain, among the figures of one period."""
    counted: dict[str, int] = defaultdict(int)
    for row in rows:
        counted[row["kpi_id"]] += row["n"]
    pains = {}
    for row in rows:
        gap = measure_gap(row)
        if gap is not None and row["n"]:
            usual = spreads.get(row["kpi_id"]) or 0.1 * abs(row["target"]) or 1.0
            pains[row["touchpoint_id"], row["kpi_id"]] = gap / usual * math.sqrt(row["n"] / counted[row["kpi_id"]])
    return pains


@pytest.mark.parametrize(("report", "period"), [("rpt_touchpoint_tiles", "window_id"), ("rpt_month_kpis", "month")])
def test_pain_is_the_gap_in_usual_movements_times_the_root_of_the_volume(demo_home: DemoHome, report: str, period: str) -> None:
    spreads, figures, compared = list_spreads(demo_home), read_report(demo_home, report), 0
    for name in figures[period].unique().to_list()[-4:]:
        rows = figures.filter(pl.col(period) == name).to_dicts()
        pains = measure_pain(rows, spreads)
        for row in rows:
            expected = pains.get((row["touchpoint_id"], row["kpi_id"]))
            assert row["pain"] == (None if expected is None else pytest.approx(expected, rel=1e-6, abs=1e-8)), row
            assert (row["gap_text"] is not None) == bool(expected)
            compared += bool(expected)
    assert compared > 30


def test_the_headline_names_the_first_of_that_order_for_every_choice(demo_home: DemoHome) -> None:
    tiles = read_report(demo_home, "rpt_touchpoint_tiles").to_dicts()
    stops = read_report(demo_home, "rpt_journey_touchpoints").select("journey_id", "touchpoint_id").rows()
    named = 0
    for about in read_report(demo_home, "rpt_headlines").to_dicts():
        mine = [
            tile
            for tile in tiles
            if tile["window_id"] == about["window_id"]
            and about["owner_department"] in ("all", tile["owner_department"])
            and (about["journey_id"] == "all" or (about["journey_id"], tile["touchpoint_id"]) in stops)
            and (tile["status"] == "red" or (tile["status"] == "yellow" and measure_gap(tile)))
        ]
        mine.sort(key=lambda tile: (URGENCY.index(tile["status"]), -tile["pain"], tile["touchpoint_id"], tile["kpi_id"]))
        if not mine:
            assert about["touchpoint_id"] is None and about["kpi_id"] is None and about["known_text"] is None
            continue
        first = mine[0]
        assert (about["touchpoint_id"], about["kpi_id"]) == (first["touchpoint_id"], first["kpi_id"])
        sure = "hurts most" if first["status"] == "red" else "is furthest from its target, though not clearly beyond its bound"
        assert about["headline"].startswith(f"{first['touchpoint_name']} {sure}: ")
        bound = f"bound {first['bound_text']}; " if first["bound_text"] else ""
        side = "below" if first["direction"] == "higher" else "above"
        figure = f" {first['value_text']}, {first['gap_text']} {side} the target of {first['target_text']} ({bound}n {first['n']:,})"
        assert figure in about["headline"]
        named += 1
    assert named > 20


def test_what_is_known_about_it_are_clear_moves_the_year_before_and_judged_changes(demo_home: DemoHome) -> None:
    moves = read_report(demo_home, "rpt_kpi_moves").filter(pl.col("is_main") & pl.col("is_latest") & pl.col("journey_id").is_null())
    found = {(row["comparison"], row["touchpoint_id"], row["kpi_id"]): row for row in moves.to_dicts()}
    effects = read_report(demo_home, "rpt_change_effects").filter(pl.col("is_current") & pl.col("is_asked")).to_dicts()
    titles = {row["change_id"]: row["title"] for row in read_report(demo_home, "rpt_changes").to_dicts()}
    kinds = set()
    for about in read_report(demo_home, "rpt_headlines").filter(pl.col("touchpoint_id").is_not_null()).to_dicts():
        text, place = about["known_text"] or "", (about["touchpoint_id"], about["kpi_id"])
        move, year = found.get((about["window_id"], *place)), found.get(("year_before", *place))
        is_clear = move is not None and move["certainty"] == "clear"
        assert text.startswith(move["answer"] if move is not None and is_clear else "") and (is_clear or "fell by" not in text)
        is_compared = year is not None and year["certainty"] in ("clear", "within_margin")
        assert (year is not None and is_compared and f"{year['comparison_label']}: {year['value_before_text']} then" in text) == is_compared
        judged = [row for row in effects if (row["touchpoint_id"], row["kpi_id"]) == place]
        mentioned = {change for change, title in titles.items() if f"{title} (" in text}
        assert mentioned <= {row["change_id"] for row in judged if row["is_effect"]}, "only a judged change is named"
        kinds |= {kind for kind, seen in (("clear", is_clear), ("year", is_compared), ("judged", bool(mentioned))) if seen}
    assert {"clear", "year"} <= kinds


@pytest.mark.parametrize(("report", "period"), [("rpt_touchpoint_tiles", "window_id"), ("rpt_month_kpis", "month")])
def test_every_declared_figure_has_its_row_in_every_period(demo_home: DemoHome, report: str, period: str) -> None:
    declared = pl.read_parquet(demo_home.path / "state" / "company" / "touchpoint_kpis.parquet").select("touchpoint_id", "kpi_id")
    figures = read_report(demo_home, report)
    expected = figures.select(period).unique().join(declared, how="cross")
    assert declared.height > 40
    assert figures.height == expected.height
    assert expected.join(figures, on=[period, "touchpoint_id", "kpi_id"], how="anti").is_empty()
