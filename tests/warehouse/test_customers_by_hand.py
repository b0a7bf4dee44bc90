"""Figures of customers at a month-end, calculated by hand from tests/companies/few_customers.py. Later events do not change them."""

from __future__ import annotations

import shutil
import stat
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cxhouse.ledger.value_versions import append_value_model, read_value_models
from semantic.value.value_model import ValueModel
from tests.companies.few_customers import FOLDER, ROWS, UNTIL, customers_environment, write_customers
from tests.warehouse.conftest import Home

WEEK = 7
# (customer, month-end): columns calculated by hand
BY_HAND: dict[tuple[str, str], dict[str, Any]] = {
    # the shoes come back three days later
    ("A", "2024-01-31"): {"revenue_total": 150, "revenue_12_months": 150, "margin_12_months": 60, "service_cost_total": 0},
    # A1 and A2 are one purchase; the shoes (60 of 100 in list price) came back on 3 February and cost 10 to take back
    ("A", "2024-02-29"): {
        "purchases_count": 1, "frequency": 0, "recency": 0, "age": 50 / WEEK, "mean_value": None, "revenue_total": 90, "orders_count": 2,
        "lines_count": 3, "categories_count": 2, "promo_or_credit_orders_count": 1, "credit_orders_count": 0, "gaps_count": 0,
        "gap_mean": None, "gap_deviation": None, "service_cost_total": 10, "margin_12_months": 60 - 24, "is_retained": True,
    },
    # A4 is valid, the toys are not returned yet: the gaps are 60 and 10 days
    ("A", "2024-03-31"): {
        "first_purchase_date": date(2024, 1, 10), "last_purchase_date": date(2024, 3, 20), "purchases_count": 3, "frequency": 2,
        "recency": 70 / WEEK, "age": 81 / WEEK, "mean_value": (30 + 100) / 2, "revenue_total": 370, "orders_count": 4, "lines_count": 5,
        "categories_count": 4, "gaps_count": 2, "gap_mean": 35, "gap_deviation": 1250**0.5, "service_cost_total": 10,
    },
    # A4 is cancelled and one of two toys is returned: 80 - 50 minus half
    ("A", "2024-04-30"): {
        "last_purchase_date": date(2024, 3, 10), "purchases_count": 2, "mean_value": 15, "revenue_total": 130, "orders_count": 3,
        "lines_count": 4, "categories_count": 3, "gap_mean": 60, "gap_deviation": None, "service_cost_total": 22, "is_retained": True,
    },
    ("A", "2024-07-31"): {
        "purchases_count": 3, "mean_value": (15 + 20) / 2, "gap_mean": 90, "gap_deviation": 1800**0.5, "promo_or_credit_orders_count": 2,
        "credit_orders_count": 1, "categories_count": 3, "lines_count": 5, "is_retained": False, "bought_last_12_months": True,
    },
    # the year from March 2024 on holds A3, half of it back, A5, and taking back the toys
    ("A", "2025-02-28"): {
        "revenue_12_months": 80, "margin_12_months": 15 + 20, "orders_12_months": 2, "service_cost_12_months": 12, "revenue_24_months": 170,
        "purchases_24_months": 3, "is_retained": None, "bought_last_12_months": True,
    },
    ("A", "2025-07-31"): {"bought_last_12_months": False, "revenue_12_months": 0, "orders_12_months": 0, "purchases_24_months": 3},
    # the order at 23:30 belongs to April; D1 was late, and is not judged before 90 days are over
    ("B", "2024-04-30"): {
        "purchases_count": 2, "orders_count": 2, "failed_deliveries_count": 0, "nps_latest_score": 9, "nps_answers_count": 1,
        "nps_promoters_count": 1, "ces_latest_ease": None, "service_cost_total": 6, "last_purchase_date": date(2024, 4, 30),
    },
    # B3 came 83 days after D1 failed
    ("B", "2024-05-31"): {
        "failed_deliveries_count": 1, "forgiven_deliveries_count": 1, "nps_latest_score": 4, "nps_latest_date": date(2024, 5, 3),
        "nps_answers_count": 2, "ces_latest_ease": 1, "ces_latest_date": date(2024, 5, 4),
    },
    # asked in May, answered in June
    ("B", "2024-06-30"): {"nps_latest_score": 10, "nps_answers_count": 3, "nps_promoters_count": 2, "failed_deliveries_count": 1},
    # D3 never came, and B4 followed one day too late; D2 was cancelled before it was due
    ("B", "2024-07-31"): {"failed_deliveries_count": 2, "forgiven_deliveries_count": 1},
    ("B", "2024-10-31"): {"failed_deliveries_count": 2},
    # D4 was on time and damaged, and nothing followed
    ("B", "2024-11-30"): {"failed_deliveries_count": 3, "forgiven_deliveries_count": 1, "purchases_count": 3},
    # dollars do not count
    ("C", "2024-06-30"): {"purchases_count": 1, "revenue_total": 25, "nps_answers_count": 0, "nps_latest_score": None},
    ("E", "2025-10-31"): {"purchases_count": 1, "purchases_24_months": 1, "bought_last_12_months": False},
}  # fmt: skip
FIRST_ORDERS = {"A": "A1", "B": "B1", "C": "C1", "E": "E1"}
CUT = date(2024, 8, 1)
TABLES = ("int_customer_months", "int_customer_values", "dim_customer_segments", "rpt_segment_overview", "rpt_segment_migration")
TABLES_AND_MODEL = (*TABLES, "int_value_model")
# delivered a year late: A's last order cost more, and half of it was returned in August 2024
LATE_NEWS = (
    ("orders", "2025-12-30", "A5,A,2024-07-08T10:00,EUR,40.00,30.00,true,,,2025-12-30T10:00"),
    ("lines", "2025-12-30", "A5,1,2024-07-08T10:00,books,2,20.00,1,2024-08-05T10:00,2025-12-30T10:00"),
)


def make_customers_home(folder: Path) -> Home:
    """An empty home, and the folder of its source files."""
    return Home(folder / "home", folder / "data", customers_environment(folder / "home", folder / "data"))


def read_months(home: Home) -> dict[tuple[str, str], dict[str, Any]]:
    """int_customer_months by customer and month-end."""
    keys = {row["order_id"]: row["customer_key"] for row in home.query("select order_id, customer_key from int_orders")}
    names = {keys[order]: name for name, order in FIRST_ORDERS.items() if order in keys}
    rows = home.query("select split_part(customer_id, '|', 2) as customer_key, * exclude (customer_id) from int_customer_months")
    return {(names[row.pop("customer_key")], str(row["month_end"])): row for row in rows}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The company loaded, built and published once."""
    home = make_customers_home(tmp_path_factory.mktemp("few"))
    write_customers(home.data)
    home.run("ingest", "--to", UNTIL.isoformat())
    home.run("build")
    home.run("publish")
    return home


@pytest.mark.parametrize(("customer", "month_end"), BY_HAND)
def test_each_feature_equals_the_one_worked_out_by_hand(few: Home, customer: str, month_end: str) -> None:
    row = read_months(few)[customer, month_end]
    expected = BY_HAND[customer, month_end]
    assert {name: row[name] for name in expected} == {
        name: pytest.approx(value) if isinstance(value, int | float) else value for name, value in expected.items()
    }


def test_a_customer_stays_for_24_months_after_the_last_order_and_nobody_else_is_there(few: Home) -> None:
    found: dict[str, list[str]] = {}
    for customer, month_end in sorted(read_months(few)):
        found.setdefault(customer, []).append(month_end)
    spans = {customer: (ends[0], ends[-1], len(ends)) for customer, ends in found.items()}
    assert spans == {
        "A": ("2024-01-31", "2025-12-31", 24),
        "B": ("2024-02-29", "2025-12-31", 23),
        "C": ("2024-05-31", "2025-12-31", 20),
        "E": ("2023-11-30", "2025-10-31", 24),
    }


def test_with_fewer_than_five_customers_reports_show_none_of_their_figures(few: Home) -> None:
    overview, model = few.report("rpt_segment_overview"), few.report("rpt_value_model").row(0, named=True)
    assert overview.height > 5
    shown = overview.select("customers_count", "customers_share", "financial_value_mean", "financial_value_total", "revenue_12_months")
    assert set(shown.unique().rows()) <= {(None,) * 5, (0, None, None, None, None)}
    assert few.report("rpt_segment_migration")["customers_count"].drop_nulls().is_empty()
    assert few.report("rpt_segment_map")["customers_count"].drop_nulls().is_empty()
    assert model["financial_boundary"] is None
    assert model["version_text"] == "Fewer than 5 customers: how their values are made is not shown."


def test_a_company_without_customers_has_no_values_and_says_why(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "company")
    (tmp_path / "company" / "models" / "stg_shop__customers.sql").unlink()
    base = make_customers_home(tmp_path)
    home = replace(base, environment={**base.environment, "CXHOUSE_COMPANY": str(tmp_path / "company")})
    write_customers(home.data)
    home.run("ingest", "--to", UNTIL.isoformat())
    home.build()
    home.run("publish")
    reports = sorted((home.path / "serving" / "current").glob("rpt_segment_*.parquet"))
    assert len(reports) >= 4
    assert {path.stem: home.report(path.stem).height for path in reports if home.report(path.stem).height} == {}
    row = home.report("rpt_value_model").row(0, named=True)
    assert row["version"] is None
    assert row["version_text"] == "There are no customer values: no customer has a kept order by the end of a complete month yet."
    assert not (home.path / "ledger" / "value_models.jsonl").exists()


def test_rows_about_customers_are_for_the_owner_of_the_home_alone(few: Home) -> None:
    folder = few.path / "restricted"
    assert [path.name for path in folder.iterdir()] == ["customer_segments.parquet"]
    rows = pl.read_parquet(folder / "customer_segments.parquet")
    assert rows.columns == ["customer_id", "financial_value", "appreciation_value", "segment", "rfm"]
    assert rows.height == 3
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "customer_segments.parquet").stat().st_mode) == 0o600
    published = list((few.path / "serving" / "current").glob("*.parquet"))
    assert published
    for path in published:
        values = pl.read_parquet(path).select(pl.col(pl.Utf8))
        keys = set(rows["customer_id"].to_list()) | {key.split("|")[1] for key in rows["customer_id"].to_list()}
        assert not any(values[name].is_in(keys).any() for name in values.columns), path.name


@dataclass(frozen=True)
class Steps:
    """The tables after each step: half of the days, published; a version kept; the other days; rows delivered late; a full build."""

    half: dict[tuple[str, str], dict[str, Any]]
    first_version: dict[str, Any]
    kept_version: ValueModel
    all_days: dict[tuple[str, str], dict[str, Any]]
    version: dict[str, Any]
    after_news: dict[tuple[str, str], dict[str, Any]]
    stepwise: dict[str, list[dict[str, Any]]]
    full: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Steps:
    """The same company, day by day."""
    home = make_customers_home(tmp_path_factory.mktemp("steps"))
    write_customers(home.data, until=CUT)
    home.run("ingest", "--to", CUT.isoformat())
    home.build()
    half, first_version = read_months(home), read_version_in_force(home)
    home.run("publish")
    lines = read_value_models(home.path / "ledger")
    assert lines.rows() == [(1, first_version["model_json"])]
    whole = replace(ValueModel.from_json(first_version["model_json"]), version=7, provisional_reason=None)
    append_value_model(home.path / "ledger", version=7, model_json=whole.to_json(), build_id=None, published_at=datetime.now(UTC))
    write_customers(home.data, first=CUT)
    home.run("ingest", "--from", CUT.isoformat(), "--to", UNTIL.isoformat())
    home.build(only=TABLES_AND_MODEL)
    all_days, version = read_months(home), read_version_in_force(home)
    write_customers(home.data, rows=(*ROWS, *LATE_NEWS))
    home.run("ingest", "--from", "2025-12-30", "--to", UNTIL.isoformat())
    home.build(only=TABLES_AND_MODEL)
    after_news, stepwise = read_months(home), read_tables(home)
    home.build("--full-refresh", only=TABLES_AND_MODEL)
    return Steps(half, first_version, whole, all_days, version, after_news, stepwise, read_tables(home))


def read_version_in_force(home: Home) -> dict[str, Any]:
    """The row of int_value_model."""
    return home.query("select version, is_new, model_json from int_value_model")[0]


def read_tables(home: Home) -> dict[str, list[dict[str, Any]]]:
    """Rows of the tables that must not depend on the order of builds."""
    return {table: home.query(f"select * from {table} order by all") for table in TABLES}


def test_later_rows_do_not_change_earlier_month_ends(few: Home, steps: Steps) -> None:
    found = read_months(few)
    assert steps.half.keys() == {key for key in found if key[1] < CUT.isoformat()}
    for key, row in steps.half.items():
        assert {**row, "is_retained": None} == {**found[key], "is_retained": None}, key
    assert steps.all_days == found


def test_rows_delivered_late_change_the_month_ends_of_their_dates(steps: Steps) -> None:
    before, after = steps.all_days["A", "2024-07-31"], steps.after_news["A", "2024-07-31"]
    assert (before["mean_value"], after["mean_value"]) == (pytest.approx((15 + 20) / 2), pytest.approx((15 + 10) / 2))
    assert steps.after_news["A", "2024-08-31"]["mean_value"] == pytest.approx((15 + 5) / 2)


def test_builds_on_the_way_leave_what_one_full_build_leaves(steps: Steps) -> None:
    assert all(steps.full.values())
    for table in TABLES:
        assert steps.stepwise[table] == steps.full[table], table


def test_the_version_in_force_keeps_its_boundaries_whatever_comes(steps: Steps) -> None:
    assert (steps.first_version["version"], steps.first_version["is_new"]) == (1, True)
    assert (steps.version["version"], steps.version["is_new"]) == (7, False)
    assert steps.version["model_json"] == steps.kept_version.to_json()
    assert {row["model_version"] for row in steps.full["int_customer_values"]} == {7}
