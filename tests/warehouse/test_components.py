"""Components of the demo: each share and its colour, calculated again from daily measures and the company folder by other code."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl
import yaml

from semantic.intervals import wilson
from tests.companies.tiny import PROJECT
from tests.conftest import DemoHome

SIDES = {
    "csat": ("csat_satisfied", "csat_answers"),
    "ces": ("ces_easy", "ces_answers"),
    "on_time_delivery": ("deliveries_on_time", "deliveries_due"),
}
WINDOWS = {"last_28_days": 28, "last_91_days": 91}


def read_measures(home: DemoHome) -> pl.DataFrame:
    """Additive daily measures of the warehouse, before any division."""
    with duckdb.connect(str(home.path / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute("select measure_id, local_date, touchpoint_id, supplier_id, total from fct_daily_measures").fetchall()
    return pl.DataFrame(
        rows, schema=["measure_id", "local_date", "touchpoint_id", "supplier_id", "total"], orient="row", infer_schema_length=None
    )


def count_component(
    component: dict[str, Any], targets: dict[tuple[str, str], dict[str, float]], measures: pl.DataFrame, first: date
) -> tuple:
    """n, value and colour of one component since a day."""
    kpi = component["kpi"]
    rows = measures.filter((pl.col("local_date") >= first) & pl.col("touchpoint_id").is_in(component["touchpoints"]))
    if component.get("supplier_id"):
        rows = rows.filter(supplier_id=component["supplier_id"])
    sums = {(row[0], row[1]): row[2] for row in rows.group_by("measure_id", "touchpoint_id").agg(pl.col("total").sum()).iter_rows()}
    above, below = SIDES[kpi]
    good = sum(total for (measure, _), total in sums.items() if measure == above)
    weights = {touchpoint: total for (measure, touchpoint), total in sums.items() if measure == below}
    n = sum(weights.values())
    aims = {touchpoint: targets[touchpoint, kpi] for touchpoint in weights if (touchpoint, kpi) in targets}
    shares = {touchpoint: weights[touchpoint] / sum(weights[each] for each in aims) for touchpoint in aims}
    target = sum(shares[touchpoint] * aim["target"] for touchpoint, aim in aims.items())
    bound = sum(shares[touchpoint] * aim.get("lower_bound", aim["target"]) for touchpoint, aim in aims.items())
    if n < 30:
        return n, (good / n if n >= 5 else None), "grey" if n >= 5 else "hidden"
    lower, upper = (float(limit) for limit in wilson(good, n))
    status = "neutral" if not aims else "green" if lower >= target else "red" if upper < bound else "yellow"
    return n, good / n, status


def test_every_components_share_and_colour_equal_an_independent_count(demo_home: DemoHome) -> None:
    company = PROJECT / "company"
    components = yaml.safe_load((company / "components.yml").read_text(encoding="utf-8"))["components"]
    touchpoints = yaml.safe_load((company / "touchpoints.yml").read_text(encoding="utf-8"))["touchpoints"]
    targets = {(touchpoint["id"], kpi["kpi"]): kpi for touchpoint in touchpoints for kpi in touchpoint["kpis"]}
    measures = read_measures(demo_home)
    last = measures["local_date"].max()
    assert isinstance(last, date)
    report = {
        (row["component_id"], row["window_id"]): (row["n"], row["value"], row["status"])
        for row in pl.read_parquet(demo_home.serving / "rpt_components.parquet").to_dicts()
    }
    counted = [component for component in components if component.get("kpi") in SIDES and "target" not in component]
    assert len(counted) > 8
    for component in counted:
        for window, days in WINDOWS.items():
            n, value, status = count_component(component, targets, measures, last - timedelta(days=days - 1))
            shown = report[component["id"], window]
            assert (shown[0], shown[2]) == (n, status), (component["id"], window)
            assert shown[1] is None if value is None else abs(shown[1] - value) < 1e-9


def test_a_component_without_a_kpi_says_why(demo_home: DemoHome) -> None:
    rows = pl.read_parquet(demo_home.serving / "rpt_components.parquet").filter(pl.col("kpi_id").is_null())
    assert rows.height > 0
    assert rows["status"].unique().to_list() == ["not_measurable"]
    assert rows["reason"].str.starts_with("not measured: ").all() and rows["value"].null_count() == rows.height


def test_the_demos_new_carrier_is_the_tension_that_is_seen_and_it_is_no_automatic_change(demo_home: DemoHome) -> None:
    evidence = pl.read_parquet(demo_home.serving / "rpt_signal_evidence.parquet").filter(signal_id="supplier_tension", status="fires")
    # planted at 84 % on time from its first day: below its bound, and not dropping
    assert evidence.select("subject_id", "measure_id", "comparison").rows() == [("zoefpost", "on_time_delivery", "level")]
    changes = pl.read_parquet(demo_home.serving / "rpt_changes.parquet")
    assert changes.filter(pl.col("suppliers").str.contains("zoefpost"))["recorded_in"].to_list() == ["source"]
    flagged = pl.read_parquet(demo_home.serving / "rpt_components.parquet").filter(~pl.col("is_declared"))
    assert set(flagged["component_name"]) == {"social"}
