"""A KPI has one definition: `mf query` and the KPI mart agree for every KPI, grain and split."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from semantic.kpi_catalog import FOLDER, load_kpi_catalog
from tests.conftest import DemoHome
from tests.warehouse.conftest import Home, copy_home

CATALOG = load_kpi_catalog([FOLDER])
# the denominator of these belongs to the whole company: the semantic layer gives both sides, the mart divides them
COMPANY_DENOMINATOR = ("contact_rate", "cost_to_serve")
PLAIN = tuple(name for name in CATALOG.kpis if name not in COMPANY_DENOMINATOR)
# what `mf query` is asked for by touchpoint: a KPI of answers has a metric for the company and one for touchpoints
TWINS = {
    kpi: f"{kpi}_at_touchpoints" for kpi in ("nps", "csat", "ces", "ces_mean", "experience_high", "experience_middle", "experience_low")
}
BY_TOUCHPOINT = tuple(TWINS.get(name, name) for name in PLAIN)
SPLITS = {"touchpoint_id": "touchpoint_id", "channel": "channel", "supplier_id": "supplier_id"}


@pytest.fixture(scope="module")
def queried(demo_home: DemoHome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the warehouse and its dbt project: `mf` holds a warehouse as a build does, and others read the demo's meanwhile."""
    home = tmp_path_factory.mktemp("queried")
    shutil.copytree(demo_home.path / "state", home / "state", symlinks=True)
    shutil.copy(demo_home.path / "warehouse.duckdb", home / "warehouse.duckdb")
    return home


def query_metrics(home: Path, metrics: tuple[str, ...], *group_by: str, folder: Path) -> pl.DataFrame:
    """The answer of `mf query`; an absent group is null."""
    target = folder / "answer.csv"
    arguments = ["query", "--metrics", ",".join(metrics), "--csv", str(target), "--quiet"]
    if group_by:
        arguments += ["--group-by", ",".join(group_by)]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("mf")), *arguments],
        cwd=home / "state" / "dbt",
        env={**os.environ, "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return pl.read_csv(target, infer_schema_length=None, null_values=["", "None", "nan"])


def read_mart(home: DemoHome, **where: str) -> pl.DataFrame:
    """Rows of the published mart that show a value."""
    rows = pl.read_parquet(home.serving / "rpt_touchpoint_kpis.parquet")
    for name, value in where.items():
        rows = rows.filter(pl.col(name) == value)
    return rows.filter(pl.col("journey_id").is_null() & pl.col("value").is_not_null())


@pytest.mark.parametrize("grain", ["day", "week", "month"])
def test_mart_and_semantic_layer_agree_at_every_touchpoint_and_grain(
    demo_home: DemoHome, queried: Path, grain: str, tmp_path: Path
) -> None:
    answer = query_metrics(queried, BY_TOUCHPOINT, f"metric_time__{grain}", "daily_measure__touchpoint_id", folder=tmp_path)
    mart = read_mart(demo_home, grain=grain, dimension_set="total").filter(pl.col("touchpoint_id").is_not_null())
    compared = compare(mart, answer, [f"metric_time__{grain}", "daily_measure__touchpoint_id"], ["period_start", "touchpoint_id"])
    assert compared == set(PLAIN)


@pytest.mark.parametrize("split", ["channel", "supplier_id"])
def test_mart_and_semantic_layer_agree_on_every_split(demo_home: DemoHome, queried: Path, split: str, tmp_path: Path) -> None:
    groups = ["metric_time__month", "daily_measure__touchpoint_id", f"daily_measure__{split}"]
    answer = query_metrics(queried, BY_TOUCHPOINT, *groups, folder=tmp_path)
    mart = read_mart(demo_home, grain="month", dimension_set=split.removesuffix("_id")).filter(pl.col("touchpoint_id").is_not_null())
    assert len(compare(mart, answer, groups, ["period_start", "touchpoint_id", split])) >= 2


@pytest.mark.parametrize("grain", ["month", "total"])
def test_the_plain_query_gives_the_figure_that_pages_show_for_the_company(
    demo_home: DemoHome, queried: Path, grain: str, tmp_path: Path
) -> None:
    mart = read_mart(demo_home, grain=grain, dimension_set="total").filter(pl.col("touchpoint_id").is_null())
    answer = query_metrics(queried, tuple(CATALOG.kpis), *(["metric_time__month"] if grain == "month" else []), folder=tmp_path)
    months = answer["metric_time__month"].str.slice(0, 10).to_list() if grain == "month" else [None]
    compared = set()
    for row in mart.iter_rows(named=True):
        place = months.index(str(row["period_start"])) if grain == "month" else 0
        assert row["value"] == pytest.approx(float(answer[row["kpi_id"]][place]), rel=1e-6), (row["kpi_id"], row["period_start"])
        compared.add(row["kpi_id"])
    assert compared == set(CATALOG.kpis)


def test_the_answers_about_the_company_are_another_figure_than_all_answers(queried: Path, tmp_path: Path) -> None:
    answer = query_metrics(queried, ("nps", TWINS["nps"]), folder=tmp_path)
    assert abs(answer["nps"][0] - answer[TWINS["nps"]][0]) > 1, "a test that could not fail"


def test_a_query_gives_no_figure_where_the_company_does_not_deliver_what_it_needs(tiny: Home, tmp_path: Path) -> None:
    # `mf` reads the manifest, which tests of small companies leave out
    home = copy_home(tiny, tmp_path / "copy", DBT_WRITE_JSON="true")
    home.build()
    missing = [row["kpi_id"] for row in tiny.query("select kpi_id from dim_kpis where not is_measurable")]
    assert "return_rate" in missing and "abandonment" not in missing
    answer = query_metrics(home.path, tuple(missing), folder=tmp_path)
    assert {name: answer[name][0] for name in answer.columns} == dict.fromkeys(missing)
    known = query_metrics(home.path, ("abandonment", "on_time_delivery"), folder=tmp_path)
    assert known["on_time_delivery"][0] == pytest.approx(0.5) and known["abandonment"][0] == pytest.approx(0.25)


@pytest.mark.parametrize("kpi_id", COMPANY_DENOMINATOR)
def test_a_kpi_over_the_company_divides_what_the_semantic_layer_gives(
    demo_home: DemoHome, queried: Path, kpi_id: str, tmp_path: Path
) -> None:
    kpi = CATALOG.kpis[kpi_id]
    above = query_metrics(queried, (kpi.numerator,), "metric_time__month", "daily_measure__touchpoint_id", folder=tmp_path)
    below = query_metrics(queried, (kpi.denominator,), "metric_time__month", folder=tmp_path)
    sides = above.join(below, on="metric_time__month").with_columns(expected=pl.col(kpi.numerator) / pl.col(kpi.denominator))
    mart = read_mart(demo_home, grain="month", dimension_set="total", kpi_id=kpi_id).filter(pl.col("touchpoint_id").is_not_null())
    keyed = sides.select(
        period_start=pl.col("metric_time__month").str.slice(0, 10), touchpoint_id="daily_measure__touchpoint_id", expected="expected"
    )
    joined = mart.with_columns(pl.col("period_start").cast(pl.Utf8)).join(keyed, on=["period_start", "touchpoint_id"], how="left")
    assert joined.height > 20
    # a month without a contact is 0 in the mart and absent in the semantic layer
    assert (joined["value"] - joined["expected"].fill_null(0)).abs().max() < 1e-6  # type: ignore[operator]


def compare(mart: pl.DataFrame, answer: pl.DataFrame, groups: list[str], keys: list[str]) -> set[str]:
    """Compare every mart value with the answer's; returns the KPIs that were compared."""
    renamed = answer.rename(dict(zip(groups, keys, strict=True))).with_columns(pl.col("period_start").str.slice(0, 10))
    compared = set()
    for kpi_id in PLAIN:
        ours = mart.filter(pl.col("kpi_id") == kpi_id).with_columns(pl.col("period_start").cast(pl.Utf8)).select(*keys, "value")
        joined = ours.join(renamed.select(*keys, pl.col(TWINS.get(kpi_id, kpi_id)).cast(pl.Float64).alias("theirs")), on=keys, how="left")
        assert joined["theirs"].null_count() == 0, kpi_id
        if joined.height:
            assert ((joined["value"] - joined["theirs"]).abs() <= 1e-6 * joined["theirs"].abs().clip(1, None)).all(), kpi_id
            compared.add(kpi_id)
    return compared
