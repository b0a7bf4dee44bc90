"""What the demo reported before it was loaded here: each figure is the one that a build without the later files gives."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from cxhouse.ledger.month_figures import keep_earlier, read_reported
from ingestion.demo import read_earlier_reports
from ingestion.demo.clock import NEVER, make_clock
from ingestion.demo.deliveries import PAKDUIF, WIELWERK
from ingestion.demo.earlier_reports import count_known
from tests.companies.commands import PROJECT, run_command

REPORTED_ON = date(2026, 6, 2)  # the first day that is not loaded
PLACE = ["kpi_id", "touchpoint_id", "month_start"]


@pytest.fixture(scope="module")
def then(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo's delivery files of the days before the report, and the month figures that a build makes of them."""
    home = tmp_path_factory.mktemp("then") / "home"
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CXHOUSE_")}
    own = {"CXHOUSE_HOME": str(home), "CXHOUSE_COMPANY": str(PROJECT / "company"), "CXHOUSE_HASH_KEY": "a key for tests"}
    environment = {**plain, **own, "DBT_EXCLUDE_RESOURCE_TYPES": "test"}
    run_command(environment, "demo", "--end", "2026-06-30", "--scale", "0.05")
    run_command(environment, "ingest", "carriers", "--from", "2025-01-01", "--to", REPORTED_ON.isoformat())
    run_command(environment, "build", "--only", "fct_month_figures")
    return home


def test_a_seeded_figure_is_what_a_build_on_the_files_of_that_day_gives(then: Path) -> None:
    with duckdb.connect(str(then / "warehouse.duckdb"), read_only=True) as connection:
        built = connection.sql("select * from fct_month_figures where kpi_id = 'on_time_delivery' and touchpoint_id is not null").pl()
    kept = read_reported(then / "ledger").filter(pl.col("built_at").dt.date() <= REPORTED_ON).sort("built_at")
    known = kept.unique(PLACE, keep="last").filter(pl.col("month_start") >= date(2025, 1, 1))
    columns = [*PLACE, "kpi_version", "numerator", "denominator", "value", "n"]
    assert (
        known.select(columns).sort(PLACE).rows()
        == built.select(pl.col(columns)).cast(dict(known.select(columns).schema)).sort(PLACE).rows()
    )
    assert known.height == 34 and known["month_start"].max() == date(2026, 5, 1)


def test_a_parcel_counts_as_on_time_from_the_day_after_the_file_that_confirms_it() -> None:
    clock = make_clock(end=date(2026, 6, 30), days=90)
    first_of_june = clock.number_of(date(2026, 6, 1))
    drawn: Any = SimpleNamespace(
        carrier=np.array([PAKDUIF, PAKDUIF, PAKDUIF, PAKDUIF, WIELWERK]),
        promised_day=np.full(5, clock.number_of(date(2026, 5, 30))),
        repeated_day=np.array([NEVER, first_of_june, first_of_june + 1, NEVER, NEVER]),
        is_late=np.array([False, False, False, True, False]),
    )
    may = date(2026, 5, 1)
    assert count_known(clock, drawn, date(2026, 6, 2)) == {("parcel_delivery", may): (2, 4), ("two_man_delivery", may): (1, 1)}
    assert count_known(clock, drawn, date(2026, 6, 3))["parcel_delivery", may] == (3, 4)
    assert count_known(clock, drawn, may) == {}


def test_twelve_reports_hold_what_was_new_or_had_changed(then: Path) -> None:
    reports = read_earlier_reports(then / "demo").sort("reported_on")
    assert reports["reported_on"].n_unique() == 12 and reports["reported_on"].max() == REPORTED_ON
    before = reports.with_columns(earlier=pl.col("numerator").shift(1).over(PLACE)).filter(pl.col("earlier").is_not_null())
    assert before.height > 0 and (before["numerator"] > before["earlier"]).all(), "some months were revised: parcels confirmed later"


def test_a_ledger_that_holds_figures_stays_as_it_is(then: Path, tmp_path: Path) -> None:
    reports = read_earlier_reports(then / "demo")
    assert keep_earlier(tmp_path, reports) == reports.height == read_reported(tmp_path).height
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    assert keep_earlier(tmp_path, reports.head(3)) == 0
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
