"""Loads from the command line: the windows that a command covers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import polars as pl

from cxhouse.warehouse.preparation import Workplace
from ingestion.catalog import Source
from ingestion.landing_log import holds_window
from ingestion.load import (
    LoadResult,
    Window,
    find_earliest_day,
    finish_loads,
    first_missing_day,
    ingest,
    plan_windows,
    read_landing_log,
)  # fmt: skip


class LoadError(Exception):
    """A load cannot be planned. The message says what to do."""


def plan_load(workplace: Workplace, source: Source, *, start: date | None, end: date | None, catch_up: bool, today: date) -> list[Window]:
    """The windows of one command, as half-open ranges of local days. Raises LoadError when the range holds no day.

    Without `start`, a load begins where the last landed day of the source ends, or on the company's first day. With `start`, exactly that
    range is replaced; `catch_up` moves the beginning back to the first missing day. Days before the company's first day are not loaded.
    Loads that were killed are finished first. Raises LakeError where that cannot be done.
    """
    last, first_day = end or today, workplace.company.first_day
    if start is not None and first_day and start < first_day:
        raise LoadError(
            f"--from {start} is before the first day of the company, {first_day}: those days would count nowhere. Give --from {first_day}, "
            f"or set first_day: {start} in {workplace.company.folder / 'company.yml'}"
        )
    finish_loads(source, workplace.settings.lake)
    if start is not None and start >= last:
        raise LoadError(f"--from {start} is not before --to {last}: the range holds no day; --to is the first day not loaded any more")
    if start is None or catch_up:
        # a source without any day yet is asked for the last day, so that its error is shown
        first = find_first_day(workplace, source, default=start or last - timedelta(days=1))
        missing = first_missing_day(read_landing_log(workplace.settings.lake), source, first, until=last)
        start = missing if start is None else min(start, missing)
    if start >= last:
        # all tables with days are up to date; a snapshot is read again at each load
        has_snapshot = any(table.is_snapshot for table in source.tables.values())
        return [Window(last - timedelta(days=1), last)] if has_snapshot else []
    return plan_windows(start, last)


def find_first_day(workplace: Workplace, source: Source, *, default: date) -> date:
    """The company's first day; without one, the first day for which this source has rows, or `default`."""
    return workplace.company.first_day or find_earliest_day([source]) or default


def has_landed(workplace: Workplace, *, end: date) -> bool:
    """Whether the last load of every declared table landed, and no day before `end` is missing, or has changed in its files.

    The last days of a database, at which each load looks again, count once they have landed.
    """
    log = read_landing_log(workplace.settings.lake)
    for source in workplace.sources.values():
        loads = {name: log.filter((pl.col("source") == source.id) & (pl.col("table") == name)) for name in source.tables}
        if any(not lines.height or lines["status"][-1] != "landed" for lines in loads.values()):
            return False
        days = [lines for name, lines in loads.items() if not source.tables[name].is_snapshot]
        try:
            first = find_first_day(workplace, source, default=end - timedelta(days=1))
        except Exception:  # the loads of this source fail in the same way, and say why
            return False
        if not days or first >= end:
            continue
        if not all(holds_window(lines, Window(first, end)) for lines in days):
            return False
        if source.connector == "files" and first_missing_day(log, source, first) < end:
            return False
    return True


def load_source(
    workplace: Workplace,
    source: Source,
    windows: list[Window],
    *,
    only_missing: bool,
    now: datetime,
    progress: Callable[[LoadResult, int, int], None] | None = None,
) -> list[LoadResult]:
    """Land the windows. Raises LoadError when the hash key is missing."""
    key = workplace.settings.hash_key
    if not key:
        raise LoadError(
            "CXHOUSE_HASH_KEY is not set, so personal columns cannot be hashed. Run make setup, which writes a key to .env, or set your own"
        )
    return ingest(
        source, lake=workplace.settings.lake, hash_key=key.encode(), windows=windows, now=now, only_missing=only_missing, progress=progress
    )
