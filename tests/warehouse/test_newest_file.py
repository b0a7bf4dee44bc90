"""Several files of a day: the row of the newest file counts in the warehouse, and rows that no load takes are on Data health."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import yaml

from tests.warehouse.conftest import Home, make_home

HEADER = "order_no,placed_at,total,state\n"
FILES = {
    "orders_2026-03-02.csv": "A1,2026-03-02 09:00:00,10,completed\nA2,2026-03-02 10:00:00,20,completed\n",
    "orders_2026-03-02-corrected.csv": "A1,2026-03-02 09:00:00,90,completed\n",
    "orders_2026-03-03_9.csv": "A3,2026-03-03 09:00:00,9,completed\n",
    "orders_2026-03-03_10.csv": "A3,2026-03-03 09:00:00,10,cancelled\n",
    "orders_2026-03-04.csv": "A4,2026-03-04 09:00:00,40,completed\n",
    "orders_2026-03-04 (1).csv": "A4,2026-03-04 09:00:00,41,completed\n",
}
COMPANY = {
    "name": "Files", "purpose": "Files.", "objectives": [{"id": "a", "text": "A."}], "time_zone": "Europe/Amsterdam", "currency": "EUR",
    "first_day": "2026-03-01",
}  # fmt: skip
MODEL = """select
    order_no as order_id, null::text as customer_key, placed_at as ordered_at, 'web' as channel, state as status, total as net_amount,
    {{ lineage() }}
from {{ source('s', 'orders') }}
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A company whose orders come in files."""
    company, data = tmp_path / "company", tmp_path / "data"
    (company / "models").mkdir(parents=True)
    data.mkdir()
    for name, rows in FILES.items():
        (data / name).write_text(HEADER + rows)
    (data / "all.csv").write_text(HEADER + "A1,2026-03-02 09:00:00,10,completed\nA9,2062-03-02 09:00:00,10,completed\n")
    columns = {"order_no": {"type": "text"}, "placed_at": {"type": "timestamp"}, "total": {"type": "decimal"}, "state": {"type": "text"}}
    tables = {
        "orders": {"path": "../data/orders_*.csv", "format": "csv", "window": {"file_date": r"(\d{4}-\d{2}-\d{2})"}, "columns": columns},
        "whole": {"path": "../data/all.csv", "format": "csv", "window": {"column": "placed_at"}, "columns": columns},
    }
    source = {"description": "D.", "owner": "Sales", "connector": "files", "tables": tables}
    touchpoint = {
        "id": "checkout", "name": "Checkout", "owner": "Sales", "channels": ["web"], "events": [{"event": "order_placed"}],
        "kpis": [{"kpi": "average_order_value", "target": 50, "lower_bound": 40}],
    }  # fmt: skip
    contents = {"company": COMPANY, "sources": {"sources": {"s": source}}, "touchpoints": {"touchpoints": [touchpoint]}}
    for name, content in contents.items():
        (company / f"{name}.yml").write_text(yaml.safe_dump(content))
    (company / "models" / "stg_s__orders.sql").write_text(MODEL)
    return make_home(tmp_path, CXHOUSE_COMPANY=str(company))


def test_the_row_of_the_newest_file_of_a_day_is_the_current_one(home: Home) -> None:
    home.run("ingest", "--to", "2026-03-06")
    home.build(only=["int_orders", "rpt_data_health"])
    found = home.query("select order_id, status, net_amount::int as amount from int_orders order by 1")
    expected = [("A1", "completed", 90), ("A2", "completed", 20), ("A3", "cancelled", 10), ("A4", "completed", 41)]
    assert [tuple(row.values()) for row in found] == expected
    health = home.table("rpt_data_health").filter(pl.col("table_name") == "whole")
    assert health.select("rows_landed", "rows_without_window").rows() == [(1, 1)]
