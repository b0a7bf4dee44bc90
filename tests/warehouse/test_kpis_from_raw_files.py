"""Every KPI of the demo company, counted again from the raw files of its systems by a second method."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from semantic.kpi_catalog import FOLDER, load_kpi_catalog
from tests.conftest import DemoHome
from tests.warehouse.raw_kpis.company import RawCompany
from tests.warehouse.raw_kpis.sums import EVER, Key, Sums, sum_kpis

KPIS = load_kpi_catalog([FOLDER]).kpis
SPLITS = ("total", "channel", "supplier")
# costs are shared out in millionths, in many parts a month; all other figures are counts
CLOSE = {"cost_to_serve": 1e-3, "cost_per_delivery": 1e-3}
# windows of KPIs that need later days: a month with a day whose window is still open is not known yet
MATURES = {
    "first_contact_resolution": 7, "contact_rate_by_cohort": 28, "contacts_caused": 28, "return_rate": 30, "response_rate": 14,
    "phase_completion": 28, "phase_dwell_time": 28,
}  # fmt: skip


@pytest.fixture(scope="module")
def until(demo_home: DemoHome) -> date:
    """The first day that is not known yet."""
    made = json.loads((demo_home.path / "demo" / "demo.json").read_text(encoding="utf-8"))
    return date.fromisoformat(made["end"]) + timedelta(days=1)


@pytest.fixture(scope="module")
def counted(demo_home: DemoHome, until: date) -> dict[str, Sums]:
    """Numerator and denominator of every KPI from the raw files."""
    return sum_kpis(RawCompany(demo_home.path / "demo", until))


@pytest.fixture(scope="module")
def published(demo_home: DemoHome) -> pl.DataFrame:
    """Figures of the company and of each touchpoint: monthly, and over all days."""
    rows = pl.read_parquet(demo_home.serving / "rpt_touchpoint_kpis.parquet")
    return rows.filter(
        pl.col("journey_id").is_null()
        & pl.col("phase_id").is_null()
        & pl.col("grain").is_in(["month", "total"])
        & pl.col("dimension_set").is_in(SPLITS)
        & (pl.col("status") != "not_measurable")
    )


def key_rows(rows: pl.DataFrame) -> dict[Key, dict[str, Any]]:
    """Published rows under the keys of the count."""
    keyed = rows.with_columns(
        split=pl.coalesce("channel", "supplier_id"), period=pl.when(pl.col("grain") == "month").then("period_start").otherwise(EVER)
    )
    found = {(row["touchpoint_id"], row["dimension_set"], row["split"], row["period"]): row for row in keyed.iter_rows(named=True)}
    assert len(found) == rows.height
    return found


def is_open(kpi: str, month: date, until: date) -> bool:
    """Whether the month holds a day whose window has not closed."""
    last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return kpi in MATURES and month != EVER and last + timedelta(days=MATURES[kpi]) >= until


@pytest.mark.parametrize("kpi", sorted(KPIS))
def test_numerator_and_denominator_of_every_month_are_those_of_the_raw_files(
    kpi: str, counted: dict[str, Sums], published: pl.DataFrame, until: date
) -> None:
    rows = published.filter(pl.col("kpi_id") == kpi)
    known = key_rows(rows.filter(pl.col("status") != "no_data"))
    expected = {key: pair for key, pair in counted[kpi].items() if pair[1] and not is_open(kpi, key[3], until)}
    assert (None, "total", None) in {key[:3] for key in known}, "no figure of the company"
    assert len({key[3] for key in known}) > 24, "hardly any months"
    assert known.keys() == expected.keys()
    for key, (numerator, denominator) in expected.items():
        row = known[key]
        if row["status"] == "hidden":
            assert (row["numerator"], row["denominator"], row["value"]) == (None, None, None), key
            assert denominator < 5, key
        else:
            assert row["numerator"] == pytest.approx(numerator, abs=CLOSE.get(kpi, 1e-5), rel=1e-9), key
            assert row["denominator"] == pytest.approx(denominator, abs=1e-5, rel=1e-9), key
            assert row["value"] == pytest.approx(numerator / denominator, abs=CLOSE.get(kpi, 1e-7), rel=1e-9), key


@pytest.mark.parametrize("kpi", MATURES)
def test_a_month_with_an_open_window_has_no_value_and_says_from_when(kpi: str, published: pl.DataFrame, until: date) -> None:
    empty = published.filter((pl.col("kpi_id") == kpi) & (pl.col("status") == "no_data") & pl.col("touchpoint_id").is_null())
    months = [month for month in empty["period_start"] if is_open(kpi, month, until)]
    assert months
    assert empty["value"].is_null().all()
    assert empty["reason"].str.contains(f"{MATURES[kpi]} days have to pass").all()


def test_more_than_eighteen_kpis_have_a_value(published: pl.DataFrame) -> None:
    company = published.filter((pl.col("grain") == "total") & (pl.col("dimension_set") == "total") & pl.col("value").is_not_null())
    assert set(company.filter(pl.col("touchpoint_id").is_null())["kpi_id"]) == set(KPIS)
    assert len(KPIS) > 18
    at_touchpoints = company.filter(pl.col("touchpoint_id").is_not_null())
    assert at_touchpoints["kpi_id"].n_unique() > 18
