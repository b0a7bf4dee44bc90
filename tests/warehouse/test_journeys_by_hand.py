"""Journeys followed by hand: entries, completions, drop-outs, running instances, repeats, returns to earlier phases, and durations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.companies.journeys import FOLDER, LOADS, UNTIL, write_loads
from tests.warehouse.conftest import Home, make_home

COUNTS = ("entered", "completed", "dropped_out", "cut_off", "running", "repeated", "looped_back")
# journey and phase -> entered, completed, dropped out, of these cut off by gap_days, running, repeated, looped back
BY_HAND = {
    # A2 was cancelled, A8 was sent a day after its gap (cut off), A9 began 30 days before the data end; the other six were sent
    ("buy", "purchase"): (9, 6, 2, 1, 1, 0, 0),
    # A4 never came, though it was sent twice, days apart: entered once; A7 was sent 31 days before the data end; A5 is on its way
    ("buy", "handling"): (6, 3, 2, 0, 1, 0, 0),
    # A1 called three times, the last time after a return; A6 called once
    ("buy", "help"): (2, 2, 0, 0, 0, 1, 1),
    ("buy", "exit"): (2, 2, 0, 0, 0, 0, 0),
    ("sofas", "purchase"): (1, 1, 0, 0, 0, 0, 0),
    ("sofas", "handling"): (1, 1, 0, 0, 0, 0, 0),
    # C1 waits for A1 and, without end, for A2; C2 got hers; C4, C5 and C6 never got theirs; C3 got A6 and waits for A5
    ("care", "need"): (6, 1, 4, 0, 1, 2, 0),
    # C1, C2 and C3 asked, each more than once
    ("care", "ask"): (3, 3, 0, 0, 0, 3, 0),
}
WAYS = {
    "A1": ("Purchase → Handling → Help (again) → Exit → Help", None, False),
    "A2": ("Purchase", "purchase", False),
    "A3": ("Purchase → Handling → Exit", None, False),
    "A4": ("Purchase → Handling", "handling", False),
    "A5": ("Purchase → Handling", "handling", True),
    "A6": ("Purchase → Handling → Help", None, True),
    "A7": ("Purchase → Handling", "handling", False),
    "A8": ("Purchase", "purchase", False),
    "A9": ("Purchase", "purchase", True),
}
TABLES = ("int_journey_events", "int_journey_visits", "fct_journey_instances", "fct_journey_flow", "fct_journey_paths", "rpt_journeys")


def make_journey_home(folder: Path) -> Home:
    return make_home(folder, CXHOUSE_COMPANY=str(FOLDER), JOURNEY_DATA=str(folder / "data"))


@pytest.fixture(scope="module")
def journeys(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The company at once: loaded, built and published."""
    home = make_journey_home(tmp_path_factory.mktemp("journeys"))
    write_loads(home.data)
    home.run("ingest", "--to", UNTIL)
    home.run("build")
    home.run("publish")
    return home


def read_flow(home: Home) -> dict[tuple[str, str], dict[str, Any]]:
    rows = home.query("select * from fct_journey_flow where grain = 'total'")
    return {(row["journey_id"], row["phase_id"]): row for row in rows}


def snapshot(home: Home) -> dict[str, list[str]]:
    found = {table: sorted(map(repr, home.query(f"select * from {table}"))) for table in TABLES}
    assert all(found.values())
    return found


def test_every_phase_equals_the_count_by_hand(journeys: Home) -> None:
    flow = read_flow(journeys)
    assert {key: tuple(row[f"{name}_count"] for name in COUNTS) for key, row in flow.items()} == BY_HAND


def test_every_order_takes_the_way_it_took(journeys: Home) -> None:
    rows = journeys.query("select * from fct_journey_instances where journey_id = 'buy'")
    assert {row["thread_key"].split("|")[1]: (row["path"], row["open_phase_id"], row["is_running"]) for row in rows} == WAYS
    assert {row["stretch_number"] for row in rows} == {1}, "what comes after the gap without an order belongs to no instance"


def test_time_in_a_phase_runs_from_its_start_to_its_first_end(journeys: Home) -> None:
    flow = read_flow(journeys)
    purchase, handling = flow[("buy", "purchase")], flow[("buy", "handling")]
    # five parcels left after 24 hours, A7 after 720; A1 took 72 hours, A6 24, the first of A3's two 24
    assert (purchase["dwell_count"], purchase["dwell_median_hours"], purchase["dwell_p90_hours"]) == (6, 24.0, 372.0)
    assert (handling["dwell_count"], handling["dwell_median_hours"]) == (3, 24.0)


def test_phases_are_kpis_of_the_touchpoint_where_they_begin(journeys: Home) -> None:
    """Known are the days before 3 April: the data end on 30 April, and 28 days have to pass."""
    days = journeys.query("""
        select * from fct_kpi_days where kpi_id like 'phase_%' and scope_kind = 'touchpoint' and dimension_set = 'total'
    """)
    begun = {(row["kpi_id"], row["touchpoint_id"], f"{row['local_date']:%m-%d}"): (row["numerator"], row["denominator"]) for row in days}
    # at the checkout begin Purchase of buy (A1 to A4, A7 to A9) and Wait of care (C1: A1, A2; C2: A3; C4: A7; C5: A8; C6: A9); A7 was
    # sent after 30 days, and C4 and C5 never got anything. At the note begins Handling: A1, A3, A4 and A7; A4 and A7 never came
    assert {key[1:]: pair for key, pair in begun.items() if key[0] == "phase_completion"} == {
        ("checkout", "03-01"): (1 + 1, 3 + 3),
        ("checkout", "03-02"): (0, 1 + 1),
        ("checkout", "03-03"): (1 + 1, 1 + 1),
        ("checkout", "03-04"): (1, 1),
        ("checkout", "04-01"): (0, 1 + 1),
        ("note", "03-02"): (1, 1),
        ("note", "03-04"): (1, 1),
        ("note", "03-05"): (0, 1),
        ("note", "03-31"): (0, 1),
    }
    # hours of those that ended: A1 was sent after 24 and came after 96, A3 after 24 and 48, A4 was sent after 24
    dwell = {key[1:]: (pair[0] / 3600, pair[1]) for key, pair in begun.items() if key[0] == "phase_dwell_time"}
    assert dwell == {
        ("checkout", "03-01"): (24 + 96, 2),
        ("checkout", "03-03"): (24 + 48, 2),
        ("checkout", "03-04"): (24, 1),
        ("note", "03-02"): (72, 1),
        ("note", "03-04"): (24, 1),
    }
    scopes = journeys.query("select distinct scope_kind from fct_kpi_days where kpi_id like 'phase_%'")
    assert {row["scope_kind"] for row in scopes} == {"company", "touchpoint"}, "an event may count for several journeys"


def test_drop_out_is_a_share_of_those_whose_gap_has_passed(journeys: Home) -> None:
    flow = read_flow(journeys)
    # of nine orders A5, A6 and A9 are running; A2 and A8 of the other six never left
    assert flow[("buy", "purchase")]["drop_out_share"] == pytest.approx(2 / 6)
    assert flow[("buy", "handling")]["drop_out_share"] == pytest.approx(2 / 4)


def test_events_of_nobody_known_are_counted_and_left_out(journeys: Home) -> None:
    rows = journeys.query("select journey_id, events_count, unplaced_count from rpt_journeys where grain = 'total'")
    counted = {row["journey_id"]: (row["events_count"], row["unplaced_count"]) for row in rows}
    # A3's two parcels and two lines count once. buy: K4 and K6 name no order, K9 an unknown one; care: the order of C9, the call of K6
    assert counted == {"buy": (9 + 8 + 4 + 8 + 2, 3), "care": (9 + 4 + 9, 2), "sofas": (3, 0)}


def test_a_phase_that_cannot_be_followed_says_why(journeys: Home) -> None:
    rows = journeys.report("rpt_journey_flow").filter(grain="total", journey_id="buy", status="not_followed")
    assert set(rows.select("phase_id", "reason").rows()) == {
        ("look", "not followed: visits carry no customer"),
        ("farewell", "not followed: the journey file names no end_event"),
    }


def test_fewer_than_five_are_hidden_in_every_report(journeys: Home) -> None:
    flow = journeys.report("rpt_journey_flow")
    hidden = flow.filter(status="hidden")
    assert hidden.height > 0
    for column in flow.columns:
        if column.endswith(("_count", "_share", "_hours")) and column != "instances_count":
            assert hidden[column].null_count() == hidden.height, column
    assert flow["entered_count"].drop_nulls().min() >= 5
    paths = journeys.report("rpt_journey_paths")
    assert paths.height > 0
    assert paths.filter(~paths["is_other"]).height == 0
    assert "fewer than 5" in journeys.report("rpt_journeys").filter(journey_id="sofas", grain="total")["stuck_text"][0]


def test_three_builds_of_new_loads_equal_one_full_build(journeys: Home, tmp_path: Path) -> None:
    home = make_journey_home(tmp_path)
    for day, end in LOADS:
        write_loads(home.data, [day])
        home.run("ingest", "--from", day, "--to", end)
        home.build(only=TABLES)
    assert '"is_full": false' in (home.path / "state" / "build.json").read_text(encoding="utf-8")
    step_by_step, at_once = snapshot(home), snapshot(journeys)
    for table in TABLES:
        assert step_by_step[table] == at_once[table], table
