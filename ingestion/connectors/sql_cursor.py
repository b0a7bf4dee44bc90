"""The cursor of a database table: how it is stored, which rows a window selects, and how many rows no window selects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from ingestion.declarations import DateColumn, Table
from ingestion.errors import IngestionError
from ingestion.rows import find_delivered
from ingestion.windows import Window

ONE_DAY = timedelta(days=1)
ISO_SHAPE = "____-__-__%"  # sorts by day; texts of another form do not, so that they are read and placed one by one
FIRST, LAST = datetime(1000, 1, 1), datetime(9998, 1, 1)  # moments that every driver can give


@dataclass(frozen=True)
class Selection:
    """The condition for the rows to read, and how many rows of the relation are in no window known so far.

    `is_sorted` is false where the cursor is text that does not sort by day, so that all rows are read.
    """

    condition: sa.ColumnElement[bool]
    rows_without_window: int = 0
    is_sorted: bool = True


def find_cursor(table: Table, header: list[str]) -> str | None:
    """The cursor's name in the source; None for a snapshot. A missing cursor is reported later, when landing checks the columns."""
    if not isinstance(table.placement, DateColumn):
        return None
    column = table.find_column(table.placement.column)
    name = find_delivered(column, frozenset(header)) if column else table.placement.column
    return name if name in header else None


def select_window(
    connection: sa.Connection, relation: sa.FromClause, table: Table, cursor: str, window: Window | None, span: Window | None
) -> Selection:
    """The rows of a window (None: all rows). Rows whose cursor is empty or beyond `span` are counted, in one query.

    Text that is not ISO 8601 does not sort by day. Where a relation has such a text, all its rows are read, and landing picks those of the
    window.
    """
    sample = find_cursor_kind(connection, relation, table, cursor)
    column: sa.ColumnClause[Any] = sa.column(cursor)
    beyond: sa.ColumnElement[bool] = column.is_(None)
    if span is not None:
        low, high = bound_days(span, sample)
        beyond = sa.or_(beyond, column < low, column >= high)
    counts = [count_where(beyond), count_where(column.is_(None))]
    if isinstance(sample, str):
        counts.append(count_where(column.not_like(ISO_SHAPE)))
    found = connection.execute(sa.select(*counts).select_from(relation)).one()
    if window is None or (isinstance(sample, str) and found[2]):
        return Selection(sa.true() if window is None else column.is_not(None), found[1] or 0, is_sorted=window is None)
    first, end = bound_days(window, sample)
    return Selection(sa.and_(column >= first, column < end), found[0] or 0)


def count_where(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    """The number of rows for which a condition holds; null without rows."""
    return sa.func.sum(sa.case((condition, 1), else_=0))


def find_cursor_kind(connection: sa.Connection, relation: sa.FromClause, table: Table, cursor: str) -> object:
    """One value of the cursor, to find out which type the database stores. Raises IngestionError when it is no date, time or text."""
    column: sa.ColumnClause[Any] = sa.column(cursor)
    statement = sa.select(column).select_from(relation).where(column.is_not(None)).limit(1)
    try:
        value = connection.execute(statement).scalar()
    except (DBAPIError, ValueError, OverflowError):  # a time that Python cannot hold, such as infinity
        connection.rollback()
        value = connection.execute(statement.where(column >= FIRST, column < LAST)).scalar() or FIRST
    if value is not None and not isinstance(value, str | date):
        raise IngestionError(
            f"{table.label}: cursor {cursor} holds {type(value).__name__}, not a date or time; write a `query` that converts it to one"
        )
    return value


def bound_days(window: Window, sample: object) -> tuple[object, object]:
    """A window and a day around it in the stored type, because a stored cursor may not be in local time. ISO 8601 begins with the day."""
    first, end = window.start - ONE_DAY, window.end + ONE_DAY
    if isinstance(sample, datetime):
        return datetime.combine(first, time.min, sample.tzinfo), datetime.combine(end, time.min, sample.tzinfo)
    if isinstance(sample, date):
        return first, end
    return first.isoformat(), end.isoformat()
