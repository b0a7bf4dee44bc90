"""What the demo company reported on the second day of each month: on-time delivery, counted from the files that were there on that day.

A parcel that the carrier confirmed in a later file did not count as on time then. Later reports hold what is new or had changed.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from ingestion.demo.clock import NEVER, Clock
from ingestion.demo.deliveries import WIELWERK, Deliveries
from ingestion.demo.world import World

FILE = "earlier_reports.csv"
KPI = "on_time_delivery"
REPORTS = 12
SCHEMA = {
    "reported_on": pl.Date,
    "kpi_id": pl.Utf8,
    "touchpoint_id": pl.Utf8,
    "month_start": pl.Date,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
}


def write_earlier_reports(path: Path, world: World, deliveries: Deliveries) -> None:
    """Write the last twelve monthly reports, oldest first."""
    known: dict[tuple[str, date], tuple[int, int]] = {}
    rows = []
    for reported_on in list_report_days(world.clock):
        for (touchpoint, month), counts in count_known(world.clock, deliveries, reported_on).items():
            if known.get((touchpoint, month)) != counts:
                rows.append((reported_on, KPI, touchpoint, month, *counts))
                known[touchpoint, month] = counts
    pl.DataFrame(rows, schema=SCHEMA, orient="row").write_csv(path)


def read_earlier_reports(folder: Path) -> pl.DataFrame:
    """The reports of a generated demo."""
    return pl.read_csv(folder / FILE, schema=SCHEMA)


def list_report_days(clock: Clock) -> list[date]:
    """The second day of each of the last twelve months, oldest first; the last one is not after the last day of the demo."""
    month, days = clock.end.replace(day=1), list[date]()
    while len(days) < REPORTS:
        if month.replace(day=2) <= clock.end:
            days.append(month.replace(day=2))
        month = (month - timedelta(days=1)).replace(day=1)
    return days[::-1]


def count_known(clock: Clock, deliveries: Deliveries, reported_on: date) -> dict[tuple[str, date], tuple[int, int]]:
    """(touchpoint, month) -> deliveries on time and due, by the files of the days before `reported_on`; whole months only."""
    today = clock.number_of(reported_on)
    is_confirmed = (deliveries.repeated_day == NEVER) | (deliveries.repeated_day < today)
    is_large = deliveries.carrier == WIELWERK
    counts = {}
    month = (clock.first_day.replace(day=1) + timedelta(days=31)).replace(day=1)
    while (following := (month + timedelta(days=31)).replace(day=1)) < reported_on:
        is_due = (deliveries.promised_day >= clock.number_of(month)) & (deliveries.promised_day < clock.number_of(following))
        for touchpoint, is_here in (("parcel_delivery", is_due & ~is_large), ("two_man_delivery", is_due & is_large)):
            if is_here.any():
                on_time = np.count_nonzero(is_here & ~deliveries.is_late & is_confirmed)
                counts[touchpoint, month] = (int(on_time), int(np.count_nonzero(is_here)))
        month = following
    return counts
