"""A KPI with a changed definition: each day uses the definition valid on it, and no period mixes two of them."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.companies.tiny import FOLDER, ORDERS, UNTIL, write_data
from tests.warehouse.conftest import Home, make_home

# answered over offered on the first day; from 2 March given up over offered
OWN_KPI = """
metrics:
  - name: trouble
    label: Trouble
    description: Contacts given up after a while, over contacts offered.
    type: ratio
    type_params: {numerator: contacts_abandoned_long, denominator: contacts_offered_net}
    config:
      meta:
        {kind: kpi, unit: share, direction: lower, interval: wilson, minimum_n: 30, owner: Service, version: 2, valid_from: 2026-03-02,
         date_basis: queued_at, change: Given up is counted instead of answered.,
         earlier: [{version: 1, valid_from: 2020-01-01, numerator: contacts_answered, denominator: contacts_offered_net}]}
"""


READ = ("rpt_touchpoint_kpis", "rpt_kpi_dictionary", "rpt_touchpoint_tiles", "fct_kpi_moves")


def make_versioned_home(folder: Path, text: str = OWN_KPI, *, kpi: str = "trouble", beside: str = "average_speed_of_answer") -> Home:
    """The tiny company with a KPI of its own, which the touchpoint of another KPI declares too."""
    company = Path(shutil.copytree(FOLDER, folder / "company"))
    (company / "kpis").mkdir()
    (company / "kpis" / "own.yml").write_text(text, encoding="utf-8")
    touchpoints = company / "touchpoints.yml"
    lines = touchpoints.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if f"- {{kpi: {beside}," in line)
    lines.insert(place + 1, f"      - {{kpi: {kpi}, target: 0.1}}\n")
    touchpoints.write_text("".join(lines), encoding="utf-8")
    home = make_home(folder, CXHOUSE_COMPANY=str(company))
    write_data(home.data)
    home.run("ingest", "--to", UNTIL)
    return home


@pytest.fixture(scope="module")
def versioned(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Built once."""
    home = make_versioned_home(tmp_path_factory.mktemp("versioned"))
    home.build(only=READ)
    return home


def sums(home: Home, grain: str, period: date) -> list[tuple]:
    """Version, numerator and denominator of the telephone's own KPI in one period."""
    rows = home.query(
        "select kpi_version, numerator, denominator from fct_kpi_sums where kpi_id = 'trouble' and touchpoint_id = 'phone' "
        f"and scope_kind = 'touchpoint' and dimension_set = 'total' and grain = '{grain}' and period_start = date '{period}'"
    )
    return [tuple(row.values()) for row in rows]


def test_each_day_counts_with_the_definition_in_force_on_it(versioned: Home) -> None:
    # 1 March: one call offered and answered. 2 March: two offered, one of them given up after 40 seconds.
    assert sums(versioned, "day", date(2026, 3, 1)) == [(1, 1.0, 1.0)]
    assert sums(versioned, "day", date(2026, 3, 2)) == [(2, 1.0, 2.0)]


@pytest.mark.parametrize(("grain", "start"), [("month", date(2026, 3, 1)), ("total", date(2026, 3, 1)), ("last_7_days", date(2026, 2, 25))])
def test_a_period_across_the_break_holds_days_of_the_new_definition_only(versioned: Home, grain: str, start: date) -> None:
    assert sums(versioned, grain, start) == [(2, 1.0, 2.0)]


def test_the_reason_says_that_days_were_left_out(versioned: Home) -> None:
    rows = versioned.query(
        "select grain, period_start, reason from fct_touchpoint_kpis where kpi_id = 'trouble' and touchpoint_id = 'phone' "
        "and dimension_set = 'total' and grain in ('month', 'week', 'day')"
    )
    said = {(row["grain"], row["period_start"]): row["reason"] for row in rows}
    assert "new definition since 2 March 2026: days before are left out" in said["month", date(2026, 3, 1)]
    # the week of 2 March begins with the new definition: nothing is left out
    assert "left out" not in said["week", date(2026, 3, 2)] and "left out" not in said["day", date(2026, 3, 1)]


def test_the_reports_name_the_version_and_the_dictionary_lists_them_all(versioned: Home) -> None:
    shown = versioned.table("rpt_touchpoint_kpis").filter(kpi_id="trouble", grain="day", touchpoint_id="phone", dimension_set="total")
    assert dict(shown.select("period_start", "kpi_version").iter_rows()) == {date(2026, 3, 1): 1, date(2026, 3, 2): 2}
    listed = versioned.table("rpt_kpi_dictionary").filter(kpi_id="trouble").sort("version").to_dicts()
    assert [(row["version"], row["formula"], row["valid_to"], row["is_current"]) for row in listed] == [
        (1, "contacts_answered / contacts_offered_net", date(2026, 3, 1), False),
        (2, "contacts_abandoned_long / contacts_offered_net", None, True),
    ]
    assert [row["what_changed"] for row in listed] == [None, "Given up is counted instead of answered."]
    assert [row["status"] for row in listed] == ["not in force", "measured"]


ORDER_KPI = """
metrics:
  - name: basket
    label: Basket
    description: Net revenue over orders.
    type: ratio
    type_params: {numerator: net_revenue, denominator: orders_valued}
    config:
      meta:
        {kind: kpi, unit: currency, direction: higher, interval: student_t, minimum_n: 30, owner: Sales, version: 2, valid_from: 2026-04-29,
         date_basis: ordered_at, change: The shop reports amounts with tax from now on.,
         earlier: [{version: 1, valid_from: 2020-01-01, numerator: net_revenue, denominator: orders_valued}]}
"""


def test_what_stands_on_both_sides_of_the_break_is_not_compared(tmp_path: Path) -> None:
    home = make_versioned_home(tmp_path, ORDER_KPI, kpi="basket", beside="average_order_value")
    for day in ("2026-04-05", "2026-04-27", "2026-05-05"):
        lines = [f"Q{day}{number},C1,{day}T09:00:00,web,placed,EUR,{50 + number},card,{day}T09:00:00" for number in range(40)]
        (home.data / f"orders_{day}.csv").write_text("\n".join([ORDERS, *lines]) + "\n", encoding="utf-8")
    home.run("ingest", "shop", "--to", "2026-05-06")
    home.build(only=READ)
    tiles = home.query(
        "select kpi_id, previous_value from rpt_touchpoint_tiles where window_id = 'last_7_days' and touchpoint_id = 'checkout'"
    )
    before = {row["kpi_id"]: row["previous_value"] for row in tiles}
    # both had 40 orders in the seven days before; only the KPI with an unchanged definition is compared with them
    assert before["average_order_value"] == 69.5 and before["basket"] is None
    moves = home.query(
        "select kpi_id, certainty, change, reason, value_before from fct_kpi_moves "
        "where comparison = 'last_28_days' and touchpoint_id = 'checkout'"
    )
    moved = {row["kpi_id"]: row for row in moves}
    assert moved["average_order_value"]["change"] == 0.0 and moved["basket"]["value_before"] is not None
    assert (moved["basket"]["change"], moved["basket"]["certainty"]) == (None, "not_comparable")
    assert moved["basket"]["reason"] == "another definition before 29 April 2026"


def test_a_version_whose_first_day_is_to_come_changes_nothing_yet(tmp_path: Path) -> None:
    home = make_versioned_home(tmp_path, OWN_KPI.replace("valid_from: 2026-03-02", "valid_from: 2026-03-04"))
    home.build(only=READ)
    assert sums(home, "month", date(2026, 3, 1)) == [(1, 2.0, 3.0)]
    rows = home.query("select version, is_current, is_to_come, status from rpt_kpi_dictionary where kpi_id = 'trouble' order by version")
    assert [tuple(row.values()) for row in rows] == [(1, True, False, "measured"), (2, False, True, "not in force")]
