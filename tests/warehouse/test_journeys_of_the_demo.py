"""The journeys of the demo company, followed again event by event from its orders, lines, deliveries and contacts."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date, timedelta
from statistics import quantiles
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
import yaml

from tests.companies.tiny import PROJECT
from tests.conftest import DemoHome
from tests.warehouse.plain_journeys import Step, count_walks, fold_steps, name_touchpoint, read_claims, read_phases, walk_journey

FILES = sorted((PROJECT / "company" / "journeys").glob("*.yml"))
ZONE = ZoneInfo("Europe/Amsterdam")
COUNTS = ("entered", "completed", "dropped_out", "cut_off", "running", "repeated", "looped_back")
# kind, source of a row, its key, its order number, its customer, channel, queue, supplier, moment
QUERIES = {
    "order_placed": "select _key, order_id, customer_key, _source, channel, null, null, ordered_at from int_orders",
    "order_cancelled": "select _key, order_id, customer_key, _source, channel, null, null, cancelled_at from int_orders",
    "shipment_sent": "select _key, order_id, null, null, null, null, supplier_id, shipped_at from int_deliveries",
    "delivered": "select _key, order_id, null, null, null, null, supplier_id, delivered_at from int_deliveries",
    "returned": "select _key, order_id, null, null, null, null, null, returned_at from int_order_lines",
    "contact_": "select _key, order_id, null, null, channel, queue, null, queued_at from int_contacts__judged",
}


def ask(home: DemoHome, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.path / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def steps(demo_home: DemoHome) -> list[Step]:
    """Every event at a touchpoint, with its order and its customer where exactly one fits."""
    people = {
        (key, source): who for key, source, who in ask(demo_home, "select customer_key, source, customer_id from int_customers__resolved")
    }
    matched = dict(ask(demo_home, "select _key, customer_id from int_contacts__matched"))
    orders: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for key, number, customer, source, *_ in ask(demo_home, QUERIES["order_placed"]):
        orders[number].append((key, people.get((customer, source))))
    found = []
    for name, query in QUERIES.items():
        for key, number, _, _, channel, queue, supplier, moment in ask(demo_home, query):
            kind = name + channel if name == "contact_" else name
            touchpoint = name_touchpoint(kind, channel, queue, supplier)
            if moment is None or touchpoint is None:
                continue
            order, owner = orders[number][0] if len(orders.get(number, [])) == 1 else (None, None)
            customer = matched.get(key) if name == "contact_" else owner
            found.append(Step(kind, touchpoint, moment, moment.astimezone(ZONE).date(), key, order, customer))
    assert found
    return fold_steps(found)


@pytest.fixture(scope="module")
def until(demo_home: DemoHome) -> date:
    made = json.loads((demo_home.path / "demo" / "demo.json").read_text(encoding="utf-8"))
    return date.fromisoformat(made["end"]) + timedelta(days=1)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_walking_every_event_gives_the_same_flow(demo_home: DemoHome, steps: list[Step], until: date, path: Any) -> None:
    journey, phases = read_phases(path, read_claims(PROJECT / "company" / "touchpoints.yml"))
    bought: dict[str, set[str]] = defaultdict(set)
    for key, category in ask(demo_home, "select orders._key, category from int_order_lines join int_orders as orders using (order_id)"):
        bought[key].add(category)
    walks = walk_journey(journey, phases, steps, bought)
    assert len(walks) > 100
    counts, hours = count_walks(walks, until, journey["gap_days"])
    counted = ", ".join(f"{name}_count" for name in COUNTS)
    rows = ask(
        demo_home,
        f"select phase_id, case when grain = 'month' then period_start end, {counted}, dwell_count, dwell_median_hours, dwell_p90_hours"
        f" from fct_journey_flow where journey_id = '{journey['id']}' and grain in ('month', 'total')",
    )
    modelled = {(phase, period): dict(zip(COUNTS, found, strict=True)) for phase, period, *found, _, _, _ in rows if found[0]}
    walked = {key: {name: counter[name] for name in COUNTS} for key, counter in counts.items()}
    assert modelled == walked
    for phase, period, *_, ended, median, p90 in rows:
        if period is None and ended:
            deciles = quantiles(hours[phase], n=10, method="inclusive")
            assert (ended, median, p90) == (len(hours[phase]), pytest.approx(deciles[4]), pytest.approx(deciles[8])), phase


def test_most_common_ways_of_the_demo_are_few_and_add_up(demo_home: DemoHome) -> None:
    rows = ask(demo_home, "select journey_id, grain, sum(instances_count), sum(share) from fct_journey_paths group by all")
    closed = "select journey_id, grain, any_value(closed_count) from fct_journey_flow where grain <> 'month' group by all"
    over = {(journey, grain): count for journey, grain, count in ask(demo_home, closed)}
    assert rows
    for journey, grain, count, share in rows:
        assert count == over[(journey, grain)]
        assert share == pytest.approx(1)


def test_a_kpi_of_a_journey_or_phase_counts_each_touchpoint_once(demo_home: DemoHome) -> None:
    sums = ask(
        demo_home,
        "select kpi_id, scope_kind, journey_id, phase_id, touchpoint_id, period_start, numerator, denominator, denominator_scope"
        " from fct_kpi_sums join (select distinct kpi_id, denominator_scope from dim_kpis) using (kpi_id)"
        " where grain = 'month' and dimension_set = 'total' and scope_kind in ('touchpoint', 'phase', 'journey')",
    )
    at_touchpoint: dict[tuple, dict[str, tuple[float, float]]] = defaultdict(dict)
    for kpi, scope, _, _, touchpoint, period, above, below, _ in sums:
        if scope == "touchpoint":
            at_touchpoint[(kpi, period)][touchpoint] = (above, below)
    journeys = {item["id"]: item["phases"] for item in (yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES)}
    compared = set()
    for kpi, scope, journey, phase, _, period, above, below, company in sums:
        if scope == "touchpoint" or above is None:  # null: the window of its days has not closed
            continue
        members = {name for item in journeys[journey] if phase in (None, item["id"]) for name in item["touchpoints"]}
        parts = [value for name, value in at_touchpoint[(kpi, period)].items() if name in members]
        assert above == pytest.approx(sum(part[0] for part in parts), abs=1e-4), (kpi, journey, phase, period)
        if company != "company":
            assert below == pytest.approx(sum(part[1] for part in parts), abs=1e-4), (kpi, journey, phase, period)
        compared.add((kpi, scope))
    assert len(compared) > 20
