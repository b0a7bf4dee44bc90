"""The freshness of each source table, for the command line and for the data-health page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ingestion.declarations import Source
from ingestion.load import summarise_sources


@dataclass(frozen=True)
class TableStatus:
    """One source table: fresh, late (no rows for too long), down (the last load failed) or never (nothing landed).

    `hours_old` counts from the end of the last local day with rows, and for a snapshot from its last load. Only rows in the lake count.
    """

    source: str
    table_name: str
    owner_department: str
    status: str
    last_window_end: date | None
    last_landed_at: datetime | None
    last_row_day: date | None
    hours_old: float | None
    late_after_hours: float
    rows_landed: int
    rows_rejected: int
    rows_without_window: int
    last_error: str | None


def judge_tables(sources: Mapping[str, Source], lake: Path, time_zone: ZoneInfo, now: datetime) -> list[TableStatus]:
    """The freshness of every declared table. `now` has a time zone. A load without rows does not make a table fresh."""
    judged = []
    for summary in summarise_sources(sources, lake):
        source = sources[summary.source]
        late_after = source.late_after_hours
        # a day is complete when the next one begins
        day_end = datetime.combine(summary.last_row_day + timedelta(days=1), time(), time_zone) if summary.last_row_day else None
        arrived = day_end or summary.last_landed_at
        hours_old = None if arrived is None else round(max(0.0, (now - arrived).total_seconds() / 3600), 1)
        judged.append(
            TableStatus(
                source=summary.source,
                table_name=summary.table,
                owner_department=source.owner,
                status=name_status(summary.last_error, hours_old, late_after),
                last_window_end=summary.last_window_end,
                last_landed_at=summary.last_landed_at,
                last_row_day=summary.last_row_day,
                hours_old=hours_old,
                late_after_hours=late_after,
                rows_landed=summary.rows_landed,
                rows_rejected=summary.rows_rejected,
                rows_without_window=summary.rows_without_window,
                last_error=summary.last_error,
            )
        )
    return judged


def name_status(last_error: str | None, hours_old: float | None, late_after_hours: float) -> str:
    """The status of a table in one word."""
    if last_error is not None:
        return "down"
    if hours_old is None:
        return "never"
    return "late" if hours_old > late_after_hours else "fresh"
