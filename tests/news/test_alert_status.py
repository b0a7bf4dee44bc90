"""When a figure may alert: cases by hand for the rule, and the report against the tiles of the demo."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from tests.conftest import DemoHome
from tests.news.test_quiet_days import MACROS

MARGIN = 4.0


@pytest.mark.parametrize(
    ("direction", "value", "bound", "expected"),
    [
        # target 90 where higher is better: green from 94 on, red on a page below the bound less 4, as an alert below the bound less 8
        ("higher", 94.0, 85.0, "green"),
        ("higher", 93.9, 85.0, None),
        ("higher", 80.9, 85.0, None),
        ("higher", 77.0, 85.0, None),
        ("higher", 76.9, 85.0, "red"),
        ("higher", 82.0, None, None),
        ("higher", 81.9, None, "red"),
        # target 90 where lower is better
        ("lower", 86.0, 95.0, "green"),
        ("lower", 99.1, 95.0, None),
        ("lower", 103.0, 95.0, None),
        ("lower", 103.1, 95.0, "red"),
        ("lower", 98.1, None, "red"),
        ("neutral", 50.0, 85.0, None),
    ],
)
def test_red_needs_twice_the_margin_and_green_the_colour_of_the_page(
    direction: str, value: float, bound: float | None, expected: str | None
) -> None:
    rule, figure = MACROS[1], f"""
        select 100 as denominator, 30 as minimum_n, '{direction}' as direction, 90::double as target,
            {bound or "null"}::double as lower_bound, {value}::double as value,
            {value - MARGIN}::double as value_lower, {value + MARGIN}::double as value_upper
    """  # fmt: skip
    judged = f"select *, {rule.kpi_status('figures', 'figures')} as status from ({figure}) as figures"
    assert duckdb.sql(f"select {rule.alert_status('judged')} from ({judged}) as judged").fetchall() == [(expected,)]


def test_the_report_has_the_figures_of_the_demo_that_may_alert_and_says_so_in_words(demo_home: DemoHome) -> None:
    alerts, tiles = (pl.read_parquet(demo_home.serving / f"{name}.parquet") for name in ("rpt_kpi_alerts", "rpt_touchpoint_tiles"))
    tiles = tiles.filter(pl.col("window_id") == "last_28_days")
    key = ["touchpoint_id", "kpi_id"]
    green = tiles.filter(pl.col("status") == "green").select(key).rows()
    assert green and set(green) == set(alerts.filter(pl.col("alert_status") == "green").select(key).rows())
    red = set(alerts.filter(pl.col("alert_status") == "red").select(key).rows())
    assert red <= set(tiles.filter(pl.col("status") == "red").select(key).rows())
    for row in alerts.join(tiles.select(*key, "value_text", "target_text"), on=key).to_dicts():
        assert (
            row["title"].startswith(f"{row['touchpoint_name']}: ")
            and row["value_text"] in row["text"]
            and row["target_text"] in row["text"]
        )
