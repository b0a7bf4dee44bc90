"""Deliveries that were called off and never delivered are not due; every KPI of deliveries counted again from the rows."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date
from zoneinfo import ZoneInfo

from tests.companies.filled import UNTIL, Row, make_rows
from tests.warehouse.conftest import Home

ZONE = ZoneInfo("Europe/Amsterdam")
KPIS = ("on_time_delivery", "on_time_scheduled", "on_time_requested", "late_of_delivered", "promise_kept", "handed_over_on_time")


def find_day(row: Row, clock: str) -> date:
    """The local day of a moment."""
    day = row[clock].astimezone(ZONE).date()
    assert isinstance(day, date)
    return day


def comes_by(row: Row, day: date) -> bool:
    """Whether it was there on that day."""
    return row["delivered_at"] is not None and find_day(row, "delivered_at") <= day


def count_deliveries(deliveries: list[Row]) -> dict[str, tuple[float, float]]:
    """Numerator and denominator of each KPI over all days. A day counts once it has passed."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    orders: dict[str, list[tuple[date, bool]]] = defaultdict(list)

    def add(kpi: str, day: date, hit: bool) -> None:
        if day < UNTIL:
            sums[kpi][0] += hit
            sums[kpi][1] += 1

    for row in deliveries:
        promised = find_day(row, "promised_at")
        add("on_time_delivery", promised, comes_by(row, promised))
        add("on_time_scheduled", find_day(row, "scheduled_at"), comes_by(row, find_day(row, "scheduled_at")))
        add("on_time_requested", row["requested_date"], comes_by(row, row["requested_date"]))
        if row["delivered_at"] is not None:
            add("late_of_delivered", promised, not comes_by(row, promised))
        add("handed_over_on_time", find_day(row, "ship_by"), row["shipped_at"] <= row["ship_by"])
        orders[row["order_id"]].append((promised, comes_by(row, promised)))
    for stops in orders.values():
        add("promise_kept", max(day for day, _ in stops), all(hit for _, hit in stops))
    return {kpi: (float(hits), float(count)) for kpi, (hits, count) in sums.items()}


def test_what_was_called_off_is_not_due_unless_it_came_all_the_same(filled: Home) -> None:
    rows = make_rows(random.Random(1))["deliveries"]
    called_off = [row for row in rows if row["cancelled_at"] and not row["delivered_at"]]
    assert called_off and any(row["cancelled_at"] and row["delivered_at"] for row in rows)
    found = filled.query(
        f"select kpi_id, sum(numerator) as numerator, sum(denominator) as denominator from fct_kpi_days where kpi_id in {KPIS} "
        "and scope_kind = 'company' and dimension_set = 'total' group by kpi_id"
    )
    expected = count_deliveries([row for row in rows if row not in called_off])
    # what was shipped before it was called off had to be handed over in time all the same
    expected["handed_over_on_time"] = count_deliveries(rows)["handed_over_on_time"]
    assert {row["kpi_id"]: (row["numerator"], row["denominator"]) for row in found} == expected
    assert 0 < expected["handed_over_on_time"][0] < expected["handed_over_on_time"][1]
    assert expected != count_deliveries(rows), "a test that could not fail"
