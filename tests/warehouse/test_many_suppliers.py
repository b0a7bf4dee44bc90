"""A marketplace with many suppliers: every one has its figures, and no report, chart or list grows by a part per supplier."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from tests.companies.filled import UNTIL, Row, write_company, write_rows
from tests.companies.marketplace import add_suppliers, list_first_days
from tests.warehouse.conftest import Home, make_filled_home

SUPPLIERS, NEWCOMERS, FOLLOWED = 120, 24, 20
ZONE = ZoneInfo("Europe/Amsterdam")


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[Row]]:
    """The marketplace, built and published once, and its deliveries."""
    folder = tmp_path_factory.mktemp("market")
    home = make_filled_home(folder)
    write_company(folder / "company")

    def add(rows: dict[str, list[Row]]) -> None:
        add_suppliers(rows, suppliers=SUPPLIERS, newcomers=NEWCOMERS, orders_a_day=20)
        asked = {"supplier_id": "only-asked-about", "metric": "csat", "score": 4, "scale_min": 1, "scale_max": 5}
        rows["survey_responses"][0] |= asked

    tables = write_rows(home.data, add=add, seed=3)
    home.run("ingest", "--to", UNTIL.isoformat())
    home.build()
    home.run("publish")
    return home, tables["deliveries"]


def find_day(row: Row, clock: str) -> date:
    """The local day of a moment."""
    day = row[clock].astimezone(ZONE).date()
    assert isinstance(day, date)
    return day


def test_every_supplier_has_its_figures_of_a_window(market: tuple[Home, list[Row]]) -> None:
    home, deliveries = market
    due, on_time = Counter(), Counter()
    for row in deliveries:
        if UNTIL - timedelta(days=91) <= find_day(row, "promised_at") < UNTIL and (row["cancelled_at"] is None or row["delivered_at"]):
            due[row["supplier_id"]] += 1
            on_time[row["supplier_id"]] += row["delivered_at"] is not None and find_day(row, "delivered_at") <= find_day(row, "promised_at")
    rows = home.report("rpt_suppliers").filter(window_id="last_91_days", kpi_id="on_time_delivery")
    assert {row["supplier_id"]: row["n"] for row in rows.to_dicts() if row["n"]} == dict(due)
    assert len(due) > 100
    for row in rows.to_dicts():
        shares = on_time[row["supplier_id"]] / due[row["supplier_id"]] if row["n"] >= 5 else None
        assert row["value"] == (None if shares is None else pytest.approx(shares)), row
    ranks = rows.sort("volume_rank")["supplier_id"].to_list()
    assert ranks[0] == "seller-0000" and rows["volume_rank"].sort().to_list() == list(range(1, SUPPLIERS + 1))


def test_the_list_of_suppliers_has_the_values_behind_its_texts(market: tuple[Home, list[Row]]) -> None:
    home, _ = market
    columns = {"promise_kept": "promise_kept", "on_time_delivery": "on_time", "supplier_nps": "nps", "contacts_caused": "contacts_caused"}
    figures = home.report("rpt_suppliers").select("window_id", "supplier_id", "kpi_id", "value", "value_text").to_dicts()
    values = {(row["window_id"], row["supplier_id"], row["kpi_id"]): (row["value"], row["value_text"]) for row in figures}
    listed = home.report("rpt_supplier_list").to_dicts()
    known = 0
    for row in listed:
        for kpi, column in columns.items():
            value, text = values.get((row["window_id"], row["supplier_id"], kpi), (None, None))
            assert (row[column], row[f"{column}_text"]) == (value, text or "not shown")
            known += value is not None
    assert known > SUPPLIERS


def test_kpis_are_split_by_the_largest_suppliers_and_the_parts_add_up(market: tuple[Home, list[Row]]) -> None:
    home, _ = market
    figures = home.report("rpt_touchpoint_kpis").filter(pl.col("grain") == "total", pl.col("touchpoint_id") == "parcel")
    parts = figures.filter(dimension_set="supplier", kpi_id="on_time_delivery")
    largest = home.report("rpt_suppliers").filter(pl.col("volume_rank") <= FOLLOWED)["supplier_id"].unique().to_list()
    assert set(parts["supplier_id"]) == {*largest, "other suppliers"}
    total = figures.filter(dimension_set="total", kpi_id="on_time_delivery").row(0, named=True)
    assert (parts["numerator"].sum(), parts["n"].sum()) == (total["numerator"], total["n"])


def test_a_supplier_that_is_only_asked_about_counts_by_itself(market: tuple[Home, list[Row]]) -> None:
    home, _ = market
    parts = home.report("rpt_touchpoint_kpis").filter(kpi_id="csat", dimension_set="supplier", grain="total")
    assert parts.filter(supplier_id="only-asked-about")["n"].unique().to_list() == [1]


def test_newcomers_are_a_change_a_month_and_one_component(market: tuple[Home, list[Row]]) -> None:
    home, _ = market
    first_days = list_first_days(SUPPLIERS, NEWCOMERS)
    assert sum(first > 28 for first in first_days) == NEWCOMERS
    automatic = home.report("rpt_changes").filter(recorded_in="automatic")
    months = Counter(automatic["change_id"])
    assert set(months) <= {f"auto_suppliers_2026-0{month}" for month in (2, 3, 4)} and 2 <= automatic.height <= 3
    assert sum(int(title.split()[0]) for title in automatic["title"]) == NEWCOMERS
    suppliers = home.report("rpt_components").filter(window_id="last_28_days", kind="supplier")
    assert suppliers["component_name"].to_list() == [f"{SUPPLIERS} undeclared suppliers"]


def test_no_report_grows_by_a_part_per_supplier_but_that_of_the_suppliers(market: tuple[Home, list[Row]]) -> None:
    home, _ = market
    for path in sorted((home.path / "serving" / "current").glob("rpt_*.parquet")):
        text = pl.read_parquet(path).select(pl.col(pl.Utf8)).unpivot()["value"].drop_nulls().unique()
        named = set(text.str.extract_all(r"seller-\d{4}").explode().drop_nulls().to_list())
        if path.stem in ("rpt_suppliers", "rpt_supplier_list"):
            assert len(named) == SUPPLIERS
        else:
            # the largest, and five of each month's newcomers
            assert len(named) <= FOLLOWED + 15, (path.stem, len(named))
