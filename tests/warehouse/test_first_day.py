"""The first day of the company, moved after rows have landed: earlier rows are counted apart, until it is moved back."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from tests.companies.tiny import FOLDER
from tests.warehouse.conftest import Home, copy_home

READ = ("rpt_touchpoint_kpis", "rpt_data_health")


def test_a_first_day_moved_later_leaves_earlier_rows_out_until_it_is_moved_back(tiny: Home, tmp_path: Path) -> None:
    company = tmp_path / "company"
    shutil.copytree(FOLDER, company)
    home = copy_home(tiny, tmp_path, CXHOUSE_COMPANY=str(company))
    declared = (company / "company.yml").read_text(encoding="utf-8")
    (company / "company.yml").write_text(declared.replace("first_day: 2026-03-01", "first_day: 2026-03-02"), encoding="utf-8")
    built = home.build(only=READ)
    assert ", full" in built.stderr + built.stdout
    days = home.table("rpt_touchpoint_kpis").filter(pl.col("grain") == "day")["period_start"].cast(pl.Utf8)
    assert days.min() == "2026-03-02"
    health = home.table("rpt_data_health").filter(pl.col("contract").is_not_null())
    parts = ("rows_staged", "rows_rejected_staging", "rows_superseded", "rows_before_first_day")
    assert (health["rows_landed"] == pl.Series([sum(row) for row in health.select(parts).rows()])).all()
    orders = health.filter(pl.col("table_name") == "orders").row(0, named=True)
    # O1, O2 and O3 were placed on 1 March; the cancellation of O2 arrived on 2 March
    assert orders["rows_before_first_day"] == 3
    assert "3 rows of days before first_day in company.yml are not used" in orders["message"]
    assert home.query("select order_id from int_orders where order_id in ('O1', 'O2', 'O3')") == [{"order_id": "O2"}]
    refused = home.run("ingest", "--from", "2026-03-01", "--to", "2026-03-04", check=False)
    assert refused.returncode == 1 and "first day of the company, 2026-03-02" in refused.stderr and "company.yml" in refused.stderr

    (company / "company.yml").write_text(declared, encoding="utf-8")
    home.build(only=READ)
    for name in READ:
        assert home.table(name).drop("hours_old", strict=False).equals(tiny.table(name).drop("hours_old", strict=False)), name
