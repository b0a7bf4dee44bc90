"""Every KPI of the demo company, counted again from the raw files of its systems: two methods, one question."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from semantic.kpi_catalog import FOLDER, load_kpi_catalog
from tests.conftest import DemoHome
from tests.warehouse.raw_kpis.company import RawCompany
from tests.warehouse.raw_kpis.sums import Key, Sums, sum_kpis

KPIS = sorted(load_kpi_catalog([FOLDER]).kpis)
SPLITS = ("total", "channel", "supplier")


@pytest.fixture(scope="module")
def counted(demo_home: DemoHome) -> dict[str, Sums]:
    """Numerator and denominator of every KPI from the raw files."""
    made = json.loads((demo_home.path / "demo" / "demo.json").read_text(encoding="utf-8"))
    return sum_kpis(RawCompany(demo_home.path / "demo", date.fromisoformat(made["end"]) + timedelta(days=1)))


@pytest.fixture(scope="module")
def published(demo_home: DemoHome) -> pl.DataFrame:
    """Monthly figures of the company and of each touchpoint."""
    rows = pl.read_parquet(demo_home.serving / "rpt_touchpoint_kpis.parquet")
    return rows.filter(
        pl.col("journey_id").is_null()
        & pl.col("phase_id").is_null()
        & (pl.col("grain") == "month")
        & pl.col("dimension_set").is_in(SPLITS)
        & (pl.col("status") != "not_measurable")
    )


def key_rows(rows: pl.DataFrame) -> dict[Key, dict[str, Any]]:
    """Published rows under the keys of the count."""
    keyed = rows.with_columns(split=pl.coalesce("channel", "supplier_id"))
    found = {(row["touchpoint_id"], row["dimension_set"], row["split"], row["period_start"]): row for row in keyed.iter_rows(named=True)}
    assert len(found) == rows.height
    return found


@pytest.mark.parametrize("kpi", KPIS)
def test_numerator_and_denominator_of_every_month_are_those_of_the_raw_files(
    kpi: str, counted: dict[str, Sums], published: pl.DataFrame
) -> None:
    expected = {key: pair for key, pair in counted[kpi].items() if pair[1]}
    shown = key_rows(published.filter(pl.col("kpi_id") == kpi))
    assert (None, "total", None) in {key[:3] for key in shown}, "no figure of the company"
    assert len({key[3] for key in shown}) > 24, "hardly any months"
    assert shown.keys() == expected.keys()
    for key, (numerator, denominator) in expected.items():
        row = shown[key]
        if row["status"] == "hidden":
            assert (row["numerator"], row["denominator"], row["value"]) == (None, None, None), key
            assert denominator < 5, key
        else:
            assert row["numerator"] == pytest.approx(numerator, abs=1e-6, rel=1e-9), key
            assert row["denominator"] == pytest.approx(denominator, abs=1e-6, rel=1e-9), key
            assert row["value"] == pytest.approx(numerator / denominator, rel=1e-9), key
