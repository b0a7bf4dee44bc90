"""A third company with other names, another time zone and currency, and no visits. Only its folder describes it."""

from __future__ import annotations

import re
import statistics
from datetime import datetime

import polars as pl
import pytest
import yaml

from tests.companies.generated import EDGE_RINGS, EDGE_SLIPS, EDGE_STOPS, UNTIL, RawRows, generate_rows, write_company
from tests.companies.tiny import PROJECT
from tests.warehouse.conftest import Home, make_home
from tests.warehouse.plain_kpis import MEDIANS, count_kpis, count_unmatched_contacts, list_values

FOLDER = PROJECT / "tests" / "companies" / "generated"


@pytest.fixture(scope="module")
def raw() -> RawRows:
    """The raw rows, as written."""
    return generate_rows()


@pytest.fixture(scope="module")
def home(raw: RawRows, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The company loaded, built and published once."""
    folder = tmp_path_factory.mktemp("generated")
    write_company(folder / "data", raw)
    home = make_home(folder, CXHOUSE_COMPANY=str(FOLDER), GENERATED_DATA=str(folder / "data"))
    home.run("ingest", "--to", UNTIL.isoformat())
    home.run("build")
    home.run("publish")
    return home


def test_every_kpi_equals_its_count_in_plain_python(raw: RawRows, home: Home) -> None:
    expected = count_kpis(raw)
    report = home.report("rpt_touchpoint_kpis").filter(
        pl.col("journey_id").is_null()
        & ~pl.col("status").is_in(["not_measurable", "no_data"])
        # segments are counted by tests of their own
        & (pl.col("dimension_set") != "segment")
    )
    names = ("kpi_id", "touchpoint_id", "dimension_set", "split_value", "grain", "period_start")
    split = report.with_columns(split_value=pl.coalesce("channel", "supplier_id"))
    shown = {tuple(row[name] for name in names): row for row in split.iter_rows(named=True)}
    assert len(shown) == report.height
    measured = home.report("rpt_kpi_dictionary").filter(pl.col("status") == "measured")["kpi_id"]
    assert {key[0] for key in expected} == set(measured)
    assert shown.keys() == expected.keys()
    for key, (numerator, denominator) in expected.items():
        row = shown[key]
        assert row["n"] == denominator, key
        if denominator < 5:
            assert (row["status"], row["value"], row["numerator"], row["denominator"]) == ("hidden", None, None, None), key
        else:
            assert (row["numerator"], row["denominator"]) == (pytest.approx(numerator, abs=1e-6), denominator), key
            assert row["value"] == pytest.approx(numerator / denominator), key


def test_median_and_90th_percentile_equal_those_of_the_single_values(raw: RawRows, home: Home) -> None:
    expected = {key: values for key, values in list_values(raw).items() if len(values) >= 5}
    assert {key[0] for key in expected} == set(MEDIANS)
    totals = home.report("rpt_touchpoint_kpis").filter(pl.col("journey_id").is_null() & (pl.col("dimension_set") == "total"))
    rows = totals.select("kpi_id", "touchpoint_id", "grain", "period_start", "median", "p90").rows()
    shown = {row[:4]: row[4:] for row in rows}
    for key, values in expected.items():
        p90 = statistics.quantiles(values, n=10, method="inclusive")[8]
        assert shown[key] == (pytest.approx(statistics.median(values)), pytest.approx(p90)), key


def test_contacts_are_matched_by_customer_number_or_telephone_and_the_rest_is_counted(raw: RawRows, home: Home) -> None:
    build = home.report("rpt_builds").row(0, named=True)
    assert build["contacts_count"] == len(raw.rings)
    assert 0 < build["unmatched_contacts_count"] == count_unmatched_contacts(raw) < len(raw.rings)


def test_money_is_in_the_company_currency_and_the_rest_is_counted(raw: RawRows, home: Home) -> None:
    values = home.report("rpt_touchpoint_kpis").filter(pl.col("kpi_id") == "average_order_value")
    assert set(values["unit"]) == {"USD"}
    foreign = {slip["slip_no"] for slip in raw.slips if slip["money"] == "CAD" and not slip["slip_no"].startswith("TRAINING")}
    assert foreign
    assert home.report("rpt_builds")["foreign_currency_orders_count"].to_list() == [len(foreign)]


def test_local_days_begin_at_midnight_in_new_york_before_and_after_the_clocks_change(home: Home) -> None:
    rings = home.query("select contact_id, event_date from int_contacts where contact_id like 'EDGE%'")
    assert {row["contact_id"].removeprefix("EDGE "): str(row["event_date"]) for row in rings} == EDGE_RINGS


def test_local_times_without_an_offset_become_instants_also_in_hours_that_come_twice_or_never(home: Home) -> None:
    slips = home.query("select order_id, ordered_at, event_date from int_orders where order_id like 'EDGE%'")
    instants = {row["order_id"].removeprefix("EDGE "): row["ordered_at"] for row in slips}
    assert instants == {local: datetime.fromisoformat(instant) for local, instant in EDGE_SLIPS.items()}
    assert all(str(row["event_date"]) == row["order_id"][5:15] for row in slips)


def test_a_parcel_just_before_local_midnight_is_on_time_and_one_at_midnight_is_late(raw: RawRows, home: Home) -> None:
    stops = home.query("select delivery_id, delivered_at, event_date from int_deliveries where delivery_id like 'EDGE%'")
    assert {str(row["event_date"]) for row in stops} == {"2025-11-02"}
    for instant, is_on_time in EDGE_STOPS.items():
        without = tuple(stop for stop in raw.stops if stop["stop_no"] != f"EDGE {instant}")
        key = ("on_time_delivery", "porch_drop", "total", None, "total", min(key[5] for key in count_kpis(raw) if key[4] == "total"))
        more = count_kpis(raw)[key][0] - count_kpis(RawRows(raw.slips, raw.patrons, raw.rings, without, raw.cards))[key][0]
        assert more == float(is_on_time)


def test_conversion_says_that_nobody_delivers_visits(home: Home) -> None:
    conversion = home.report("rpt_touchpoint_kpis").filter(pl.col("kpi_id") == "conversion")
    reason = "not measurable: no source delivers visits"
    assert set(conversion.select("touchpoint_id", "status", "reason", "value").rows()) == {
        (None, "not_measurable", reason, None),
        ("shop_till", "not_measurable", "not measured: nobody counts who comes in", None),
    }
    dictionary = home.report("rpt_kpi_dictionary").filter(pl.col("kpi_id") == "conversion")
    assert dictionary.select("status", "reason").rows() == [("not measurable", reason)]


def test_no_code_knows_the_company() -> None:
    sources = yaml.safe_load((FOLDER / "sources.yml").read_text(encoding="utf-8"))["sources"]
    touchpoints = yaml.safe_load((FOLDER / "touchpoints.yml").read_text(encoding="utf-8"))["touchpoints"]
    names = [*sources, *(touchpoint["id"] for touchpoint in touchpoints)]
    pattern = re.compile(rf"\b({'|'.join(names)})\b")
    rooms = ("cxhouse", "dags", "dbt/macros", "dbt/models", "ingestion", "semantic")
    files = [path for room in rooms for path in (PROJECT / room).rglob("*") if path.suffix in (".py", ".sql", ".yml")]
    assert len(files) > 50
    assert [path.name for path in files if pattern.search(path.read_text(encoding="utf-8"))] == []
