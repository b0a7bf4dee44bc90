"""A source that is down stops nothing else: the others load, the build goes on, and status and reports name the stale source."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from tests.companies.commands import PROJECT
from tests.companies.generated import UNTIL as GENERATED_UNTIL
from tests.companies.generated import generate_rows, write_company
from tests.companies.tiny import UNTIL, write_data
from tests.warehouse.conftest import make_home
from tests.warehouse.plain_kpis import Company, find_local_day


def test_a_source_that_is_down_fails_alone_and_is_named_everywhere(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    write_data(home.data, ["2026-03-01", "2026-03-02"])
    home.run("ingest", "--to", "2026-03-03")
    write_data(home.data, ["2026-03-03"])
    (home.data / "contacts_2026-03-03.jsonl").write_bytes("ÿþ wrong".encode("utf-16"))
    (home.data / "deliveries_2026-03-03.csv").write_bytes(b"\x00\x01\x02\xff" * 50)
    loaded = home.run("ingest", "--to", UNTIL, check=False)
    assert loaded.returncode == 1 and "Traceback" not in loaded.stderr
    assert "calls.contacts" in loaded.stderr and "contacts_2026-03-03.jsonl" in loaded.stderr
    assert "parcels.deliveries" in loaded.stderr and "deliveries_2026-03-03.csv" in loaded.stderr
    built = home.run("build")
    assert "stale: calls.contacts is down" in built.stderr and "stale: parcels.deliveries is down" in built.stderr
    home.run("publish")
    health = {row["table_name"]: row for row in home.report("rpt_data_health").iter_rows(named=True)}
    assert health["contacts"]["status"] == "down" and health["contacts"]["last_error"]
    assert health["contacts"]["rows_staged"] == 6
    assert health["deliveries"]["status"] == "down"
    assert health["orders"]["last_error"] is None and health["orders"]["rows_staged"] == 6
    status = json.loads(home.run("status", "--json").stdout)
    assert {table["table_name"] for table in status["tables"] if table["status"] == "down"} == {"contacts", "deliveries"}


def test_another_hash_key_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    write_data(home.data, ["2026-03-01"])
    home.run("ingest", "--to", "2026-03-02")
    other = make_home(tmp_path, CXHOUSE_HASH_KEY="another key")
    refused = other.run("ingest", "--to", UNTIL, check=False)
    assert refused.returncode == 1 and "key" in refused.stderr and "Traceback" not in refused.stderr
    missing = make_home(tmp_path, CXHOUSE_HASH_KEY="").run("ingest", check=False)
    assert missing.returncode == 1 and "CXHOUSE_HASH_KEY" in missing.stderr


def test_windows_of_a_kpi_end_with_the_last_day_of_its_late_source_and_say_so(tmp_path: Path) -> None:
    raw, late_from = generate_rows(), date(2026, 2, 20)
    write_company(tmp_path / "data", raw)
    home = make_home(tmp_path, CXHOUSE_COMPANY=str(PROJECT / "tests" / "companies" / "generated"), GENERATED_DATA=str(tmp_path / "data"))
    for source in ("lamp_register", "hotline", "postcards", "haulers"):
        home.run("ingest", source, "--to", (late_from if source == "haulers" else GENERATED_UNTIL).isoformat())
    home.build(only=["rpt_touchpoint_kpis"])
    said = "the days that end on 19 February 2026: later ones are not known yet; stops of haulers known up to 19 February 2026"
    landed = replace(raw, stops=tuple(stop for stop in raw.stops if find_local_day(stop["told_at"]) < late_from))
    company = Company(landed)
    due = [stop for stop in company.stops.values() if late_from - timedelta(days=28) <= company.place_stop(stop)[0] < late_from]
    window = "from fct_touchpoint_kpis where scope_kind = 'company' and dimension_set = 'total' and grain = 'last_28_days'"
    found = home.query(f"select * {window} and kpi_id = 'on_time_delivery'")[0]
    assert (found["denominator"], found["numerator"]) == (len(due), sum(company.is_on_time(stop) for stop in due))
    assert found["reason"].endswith(said)
    # a KPI of other sources is up to date, and a month that the late source leaves unfinished says so
    others = home.query(f"select reason {window} and kpi_id = 'average_order_value'")
    assert others and not any("landed up to" in row["reason"] for row in others if row["reason"])
    month = home.table("rpt_touchpoint_kpis").filter(
        pl.col("kpi_id") == "on_time_delivery", pl.col("grain") == "month", pl.col("period_start") == date(2026, 2, 1)
    )
    assert month["reason"].str.contains("stops of haulers known up to 19 February 2026").any()
