"""Outcomes of orders, order lines and contacts, calculated by hand from tests/companies/outcomes.py."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from tests.companies.outcomes import FIRST, UNTIL, list_days, outcomes_environment, write_outcomes
from tests.conftest import pick_size
from tests.warehouse.conftest import Home

# (KPI, touchpoint): {day: (numerator, denominator)}; a day that is not known yet is absent
BY_HAND = {
    # K1 was followed by K2 in time, K2 by K3 a minute too late; K4 by nothing about the same topic;
    # K6 has a customer since the 18th; K7 is too young
    ("first_contact_resolution", "phone"): {"2026-03-03": (1, 2), "2026-03-04": (1, 1)},
    ("first_contact_resolution", "unmapped"): {"2026-03-10": (1, 1)},
    ("contacts_without_customer", "phone"): {"2026-03-03": (0, 2), "2026-03-04": (1, 3), "2026-03-17": (0, 1), "2026-04-14": (0, 1)},
    ("contacts_without_customer", "unmapped"): {"2026-03-02": (0, 1), "2026-03-10": (0, 1), "2026-04-01": (0, 1)},
    ("average_handle_time", "phone"): {"2026-03-03": (210, 2), "2026-03-04": (90, 2), "2026-04-14": (30, 1)},
    ("average_handle_time", "unmapped"): {"2026-03-10": (200, 1)},
    # 15 s and 20 s are in time, 21 s is not; K9 gave up after a minute, K3 after three seconds
    ("service_level_80_20", "phone"): {"2026-03-03": (1, 2), "2026-03-04": (2, 3), "2026-03-17": (0, 1), "2026-04-14": (1, 1)},
    ("service_level_80_20_net", "phone"): {"2026-03-03": (1, 2), "2026-03-04": (2, 3), "2026-04-14": (1, 1)},
    ("service_level_80_20_answered", "phone"): {"2026-03-03": (1, 2), "2026-03-04": (2, 2), "2026-04-14": (1, 1)},
    # K1, K2 about P1 and K4 about P2; K8 came on the 30th day; P3 is too young
    ("contact_rate_by_cohort", "checkout"): {"2026-03-02": (3, 2)},
    ("contact_rate_by_cohort", "unmapped"): {"2026-03-10": (0, 1)},
    ("on_time_requested", "parcel"): {"2026-03-03": (0, 1), "2026-03-04": (1, 1)},
    ("on_time_scheduled", "parcel"): {"2026-03-04": (1, 1), "2026-03-06": (2, 2), "2026-03-22": (1, 1)},
    ("on_time_delivery", "parcel"): {"2026-03-04": (1, 2), "2026-03-05": (2, 2), "2026-03-22": (1, 2), "2026-03-28": (1, 1)},
    # the second line of P1 came in two parts; a piece of D5 was missing, D6 never came, the quantities of D7 are unknown
    ("on_time_in_full", "parcel"): {"2026-03-04": (1, 2), "2026-03-05": (1, 1), "2026-03-22": (0, 2)},
    ("promise_kept", "parcel"): {"2026-03-04": (0, 1), "2026-03-05": (1, 1), "2026-03-22": (1, 1), "2026-03-28": (1, 1)},
    ("perfect_order", "parcel"): {"2026-03-04": (0, 1), "2026-03-05": (1, 1), "2026-03-22": (0, 1)},
    ("damage_rate", "parcel"): {"2026-03-04": (1, 2), "2026-03-05": (0, 2), "2026-03-22": (0, 1)},
    # P1 and P2 left on the 3rd: one piece of P1 and the one of P2 came back within 30 days, three pieces too late; P4 is too young
    ("return_rate", "return_desk"): {"2026-03-03": (2, 6)},
    # March: 100 euros over 300 seconds at the phone, 50 over one mail, 30 over one extra attempt, 20 over one returned line
    ("cost_to_serve", "phone"): {"2026-03-03": (70, 0), "2026-03-04": (30, 0)},
    ("cost_to_serve", "unmapped"): {"2026-03-10": (50, 0)},
    ("cost_to_serve", "parcel"): {"2026-03-05": (30, 0)},
    # per delivery due there, on days from the first one due on: none at the phone, two at the parcel on that day
    ("cost_per_delivery", "phone"): {"2026-03-04": (30, 0)},
    ("cost_per_delivery", "unmapped"): {"2026-03-10": (50, 0)},
    ("cost_per_delivery", "parcel"): {"2026-03-04": (0, 2), "2026-03-05": (30, 2), "2026-03-22": (0, 2), "2026-03-28": (0, 1)},
    ("cost_per_delivery", "return_desk"): {"2026-03-20": (20, 0)},
    ("cost_to_serve", "return_desk"): {"2026-03-20": (20, 0)},
}
TABLES = ("fct_daily_measures", "fct_touchpoint_kpis", "int_contact_outcomes", "int_line_outcomes", "int_order_outcomes")


def make_outcomes_home(folder: Path) -> Home:
    """An empty home, and the folder of its source files."""
    return Home(folder / "home", folder / "data", outcomes_environment(folder / "home", folder / "data"))


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The company loaded, built and published once."""
    home = make_outcomes_home(tmp_path_factory.mktemp("outcomes"))
    write_outcomes(home.data, list_days(FIRST, UNTIL))
    home.run("ingest", "--to", UNTIL.isoformat())
    home.run("build")
    home.run("publish")
    return home


@pytest.mark.parametrize(("kpi", "touchpoint"), BY_HAND)
def test_each_day_equals_the_count_by_hand(outcomes: Home, kpi: str, touchpoint: str) -> None:
    rows = outcomes.query(
        f"select local_date, numerator, denominator from fct_kpi_days "
        f"where kpi_id = '{kpi}' and touchpoint_id = '{touchpoint}' and scope_kind = 'touchpoint' and dimension_set = 'total'"
    )
    counted = {str(row["local_date"]): (pytest.approx(row["numerator"]), row["denominator"]) for row in rows}
    assert counted == BY_HAND[kpi, touchpoint]


def test_no_other_touchpoint_has_these_kpis(outcomes: Home) -> None:
    kpis = {kpi for kpi, _ in BY_HAND}
    found = outcomes.query("select distinct kpi_id, touchpoint_id from fct_kpi_days where scope_kind = 'touchpoint'")
    assert {(row["kpi_id"], row["touchpoint_id"]) for row in found if row["kpi_id"] in kpis} == set(BY_HAND)


def test_a_month_that_cannot_be_known_yet_is_null_and_says_until_when(outcomes: Home) -> None:
    rows = outcomes.report("rpt_touchpoint_kpis").filter(kpi_id="return_rate", touchpoint_id="return_desk", grain="month")
    rows = rows.filter(dimension_set="total").sort("period_start")
    assert rows.select("period_start", "value", "status", "reason").rows() == [
        (date(2026, 3, 1), None, "no_data", "not known before 1 May 2026: 30 days have to pass"),
        (date(2026, 4, 1), None, "no_data", "not known before 31 May 2026: 30 days have to pass"),
    ]


def test_the_last_days_of_a_kpi_that_looks_ahead_end_with_its_last_known_day(outcomes: Home) -> None:
    tile = outcomes.report("rpt_touchpoint_tiles").filter(kpi_id="return_rate", window_id="last_28_days").row(0, named=True)
    # the data end on 19 April, returns are known for what left up to 20 March: P1 and P2 left on the 3rd
    assert (tile["n"], tile["value"]) == (6, pytest.approx(2 / 6))
    assert tile["reason"].endswith("the days that end on 20 March 2026: later ones are not known yet")


def test_costs_that_fall_to_no_touchpoint_are_shown(outcomes: Home) -> None:
    rows = outcomes.report("rpt_service_costs").sort("cost_month", "kind", "channel")
    shown = {(str(row["cost_month"]), row["kind"], row["channel"]): (row["amount"], row["allocated"]) for row in rows.iter_rows(named=True)}
    assert shown == {
        ("2026-03-01", "contact", "mail"): (50.0, pytest.approx(50.0)),
        ("2026-03-01", "contact", "phone"): (100.0, pytest.approx(100.0)),
        ("2026-03-01", "marketing", "web"): (501.0, 0.0),
        ("2026-03-01", "redelivery", "transport"): (30.0, pytest.approx(30.0)),
        ("2026-03-01", "return", "warehouse"): (20.0, pytest.approx(20.0)),
        ("2026-04-01", "marketing", "web"): (500.0, 0.0),
    }


def test_what_serving_a_customer_cost_adds_up_to_what_was_shared_out(outcomes: Home) -> None:
    rows = outcomes.query("select split_part(customer_id, '|', 2) as customer, touchpoint_id, kind, cost_amount from fct_customer_costs")
    c1, c2, c3 = (hash_customer(outcomes, name) for name in ("C1", "C2", "C3"))
    # C1: K1 150 of 300 s at the phone, K2 the only mail, the second attempt of D2, one returned line; C2: K4 and K5; C3: K6
    assert {(row["customer"], row["touchpoint_id"], row["kind"]): row["cost_amount"] for row in rows} == {
        (c1, "phone", "contact"): pytest.approx(50),
        (c1, "unmapped", "contact"): pytest.approx(50),
        (c1, "parcel", "redelivery"): pytest.approx(30),
        (c1, "return_desk", "return"): pytest.approx(20),
        (c2, "phone", "contact"): pytest.approx(110 / 3),
        (c3, "phone", "contact"): pytest.approx(40 / 3),
    }


def hash_customer(home: Home, customer: str) -> str:
    """The key of a customer in the warehouse, found by an order or contact of the customer."""
    found = {
        "C1": "select customer_key as key from int_orders where order_id = 'P1'",
        "C2": "select customer_key as key from int_orders where order_id = 'P2'",
        "C3": "select split_part(customer_id, '|', 2) as key from int_contact_outcomes where outcome_key = 'calls|K6'",
    }
    return str(home.query(found[customer])[0]["key"])


def test_builds_on_the_way_leave_what_one_full_build_leaves(outcomes: Home, tmp_path: Path) -> None:
    home = make_outcomes_home(tmp_path)
    between = [date(2026, 3, 6), date(2026, 4, 3), date(2026, 3, 4), date(2026, 3, 19)]
    cuts = sorted([FIRST, *between[: pick_size(2, stress=4)], UNTIL])
    for start, end in pairwise(cuts):
        write_outcomes(home.data, list_days(start, end))
        home.run("ingest", "--from", start.isoformat(), "--to", end.isoformat())
        home.build(only=TABLES)
    assert '"is_full": false' in (home.path / "state" / "build.json").read_text(encoding="utf-8")
    for table in TABLES:
        rows = [sorted(map(repr, one.query(f"select * from {table}"))) for one in (home, outcomes)]
        assert rows[0], table
        assert rows[0] == rows[1], table
