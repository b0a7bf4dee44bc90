"""Connector `sql`: a table, view or query of any database that SQLAlchemy has a driver for, read in parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from ingestion.declarations import DateColumn, Source, Table
from ingestion.errors import IngestionError, SourceDownError
from ingestion.messages import describe_error
from ingestion.protocol import BROKEN_SCHEMA, Batch, PresentFile, Reading
from ingestion.rows import find_delivered, read_window_days
from ingestion.windows import Window

CHUNK_ROWS = 50_000
ONE_DAY = timedelta(days=1)


class SqlConnector:
    """Reads with one select per window, ordered by the cursor. No message contains the URL, because it may hold a password."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._engine = sa.create_engine(source.url or "", poolclass=sa.pool.NullPool)

    @staticmethod
    def resolve_url(url: str, company: Path) -> str:
        """Make the path of an SQLite file absolute. Raises ValueError when SQLAlchemy cannot use the URL."""
        try:
            parsed = sa.make_url(url)
            parsed.get_dialect()
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise ValueError(f"needs a database driver that is not installed ({error}); install it, or correct the URL") from None
        except ArgumentError:
            raise ValueError("is not a database URL; write one like postgresql+psycopg://user:password@host/name") from None
        if parsed.get_backend_name() == "sqlite" and parsed.database and not parsed.database.startswith((":", "file:", "/")):
            parsed = parsed.set(database=str(company / parsed.database))
        return parsed.render_as_string(hide_password=False)

    def earliest_day(self, table: Table) -> date | None:
        """Local day of the smallest cursor."""
        with self._connect(table) as connection:
            header = read_header(connection, table)
            cursor = find_cursor(table, header)
            if cursor is None:
                return None
            value = connection.execute(sa.select(sa.func.min(sa.column(cursor))).select_from(relation_of(table))).scalar()
        days = read_window_days(build_series(cursor, [value]), table).drop_nulls()
        return days[0] if len(days) else None

    def read(self, table: Table, window: Window | None) -> Reading:
        """The rows whose cursor is in the window or up to a day outside it, because a stored cursor may not be in local time."""
        with self._connect(table) as connection:
            header = read_header(connection, table)
            cursor = find_cursor(table, header)
            unplaced = 0
            condition: sa.ColumnElement[bool] = sa.true()
            if cursor is not None:
                sample = find_cursor_kind(connection, table, cursor)
                unplaced = count_unplaced(connection, table, cursor, sample)
                if window is not None:
                    condition = bound_cursor(cursor, window, sample)
        return Reading(batches=self._stream(table, header, cursor, condition), rows_without_window=unplaced)

    def list_files(self, table: Table) -> list[PresentFile]:
        """Return no files: a database has none."""
        return []

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _connect(self, table: Table) -> Iterator[sa.Connection]:
        """A connection. Raises SourceDownError or IngestionError; the messages contain neither the URL nor values of rows."""
        check_sqlite_file(self._engine.url, table)
        try:
            connection = self._engine.connect()
        except SQLAlchemyError as error:
            problem = f"{table.label}: the database cannot be reached ({describe_error(error)}); check that it is up, and `url`"
            raise SourceDownError(problem) from None
        try:
            yield connection
        except SQLAlchemyError as error:
            problem = f"{table.label}: the database refused ({describe_error(error)}); check `relation`, `query` and the user's rights"
            is_down = isinstance(error, DBAPIError) and error.connection_invalidated
            raise (SourceDownError if is_down else IngestionError)(problem) from None
        finally:
            connection.close()

    def _stream(self, table: Table, header: list[str], cursor: str | None, condition: sa.ColumnElement[bool]) -> Iterator[Batch]:
        wanted = [name for name in header if name in table.wanted_names or name == cursor]
        unexpected = tuple(name for name in header if name not in table.declared_names and name != cursor)
        statement: sa.Select[*tuple[Any, ...]] = (
            sa.select(*(sa.column(name) for name in wanted)).select_from(relation_of(table)).where(condition)
        )
        if cursor is not None:
            statement = statement.order_by(sa.column(cursor))
        origin, no_lines, position = table.relation or table.name, pl.DataFrame(schema=BROKEN_SCHEMA), 0
        with self._connect(table) as connection:
            result = connection.execution_options(stream_results=True, yield_per=CHUNK_ROWS).execute(statement)
            for chunk in result.partitions(CHUNK_ROWS):
                rows = build_frame(wanted, chunk, origin, position)
                if cursor is not None:
                    check_cursor(rows[cursor], table, cursor)
                yield Batch(rows, no_lines, frozenset(wanted), unexpected, origin)
                position += len(chunk)
        if not position:
            yield Batch(build_frame(wanted, [], origin, 0), no_lines, frozenset(wanted), unexpected, origin)


def relation_of(table: Table) -> sa.FromClause:
    """The table, view or query to select from."""
    if table.query is not None:
        return sa.text(table.query).columns().subquery("source_query")
    schema, _, name = (table.relation or "").rpartition(".")
    return sa.table(name, schema=schema or None)


def read_header(connection: sa.Connection, table: Table) -> list[str]:
    """Names of the relation's columns."""
    return list(connection.execute(sa.select(sa.text("*")).select_from(relation_of(table)).where(sa.text("1 = 0"))).keys())


def find_cursor(table: Table, header: list[str]) -> str | None:
    """The cursor's name in the source; None for a snapshot. A missing cursor is reported later, when landing checks the columns."""
    if not isinstance(table.placement, DateColumn):
        return None
    column = table.find_column(table.placement.column)
    name = find_delivered(column, frozenset(header)) if column else table.placement.column
    return name if name in header else None


def find_cursor_kind(connection: sa.Connection, table: Table, cursor: str) -> object:
    """One value of the cursor, to find out which type the database stores."""
    column: sa.ColumnClause[Any] = sa.column(cursor)
    value = connection.execute(sa.select(column).select_from(relation_of(table)).where(column.is_not(None)).limit(1)).scalar()
    if value is not None and not isinstance(value, str | date):
        raise IngestionError(
            f"{table.label}: cursor {cursor} holds {type(value).__name__}, not a date or time; write a `query` that converts it to one"
        )
    return value


def bound_cursor(cursor: str, window: Window, sample: object) -> sa.ColumnElement[bool]:
    """The condition for a cursor in the window or a day around it, in the stored type. Text is ISO 8601, which begins with the day."""
    first, end = window.start - ONE_DAY, window.end + ONE_DAY
    column: sa.ColumnClause[Any] = sa.column(cursor)
    if isinstance(sample, datetime):
        zone = sample.tzinfo
        bounds: tuple[object, object] = (datetime.combine(first, time.min, zone), datetime.combine(end, time.min, zone))
    elif isinstance(sample, date):
        bounds = (first, end)
    else:
        bounds = (first.isoformat(), end.isoformat())
    return sa.and_(column >= bounds[0], column < bounds[1])


def count_unplaced(connection: sa.Connection, table: Table, cursor: str, sample: object) -> int:
    """Number of rows that no window selects: the cursor is empty, or a text that does not begin with a digit."""
    column: sa.ColumnClause[Any] = sa.column(cursor)
    condition: sa.ColumnElement[bool] = column.is_(None)
    if isinstance(sample, str):
        condition = sa.or_(condition, column < "0", column >= ":")
    return connection.execute(sa.select(sa.func.count()).select_from(relation_of(table)).where(condition)).scalar() or 0


def check_cursor(values: pl.Series, table: Table, cursor: str) -> None:
    """Refuse cursor texts that are no time, because no window would select their rows. Raises IngestionError."""
    unread = read_window_days(values, table).is_null().sum()
    if unread:
        raise IngestionError(
            f"{table.label}: {unread} rows have a cursor {cursor} that is no ISO 8601 date or time; write a `query` that repairs it"
        )


def check_sqlite_file(url: sa.URL, table: Table) -> None:
    """Refuse a missing SQLite file, which SQLite would create. Raises SourceDownError."""
    path = url.database or ""
    if url.get_backend_name() == "sqlite" and path and not path.startswith((":", "file:")) and not Path(path).is_file():
        raise SourceDownError(f"{table.label}: the database file {path} does not exist; check `url` in sources.yml")


def build_frame(names: list[str], rows: Sequence[Sequence[Any]], origin: str, position: int) -> pl.DataFrame:
    """Rows of the driver as a frame of columns."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    lineage = [
        pl.Series("_source_file", [origin], dtype=pl.String).new_from_index(0, len(rows)),
        pl.int_range(position + 1, position + len(rows) + 1, dtype=pl.Int64, eager=True).alias("_source_line"),
        pl.Series("_file_date", [None], dtype=pl.Date).new_from_index(0, len(rows)),
    ]
    return pl.DataFrame([*(build_series(name, values) for name, values in zip(names, columns, strict=True)), *lineage])


def build_series(name: str, values: Sequence[Any]) -> pl.Series:
    """One column: with the driver's type when all values have the same type, else as text."""
    kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return pl.Series(name, [None], dtype=pl.String).new_from_index(0, len(values))
    if kinds == {str}:
        return pl.Series(name, values, dtype=pl.String)
    if kinds in ({int}, {float}, {bool}, {date}) or (kinds == {datetime} and len({value.tzinfo for value in values if value}) == 1):
        try:
            return build_moments(name, values) if kinds == {datetime} else pl.Series(name, values)
        except (OverflowError, pl.exceptions.PolarsError):
            pass
    return pl.Series(name, [write_value(value) for value in values], dtype=pl.String)


def build_moments(name: str, values: Sequence[datetime | None]) -> pl.Series:
    """Times without a time zone unchanged, times with one in UTC."""
    return pl.Series(name, values, dtype=pl.Datetime("us", "UTC" if next(value for value in values if value).tzinfo else None))


def write_value(value: Any) -> str | None:
    """A driver's value as text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return format(value, "f") if isinstance(value, Decimal) else str(value)
