"""Connector `sql`: a table, view or query of any database that SQLAlchemy has a driver for, read in parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from ingestion.connectors.sql_cursor import FIRST, ISO_SHAPE, LAST, Selection, find_cursor, find_cursor_kind, select_window
from ingestion.connectors.sql_values import build_frame, build_series, find_padded, find_times
from ingestion.declarations import DateColumn, Source, Table
from ingestion.delivered import read_column
from ingestion.errors import IngestionError, SourceDownError
from ingestion.messages import describe_error
from ingestion.protocol import BROKEN_SCHEMA, Batch, PresentFile, Reading
from ingestion.rows import read_window_days
from ingestion.values import find_window_days
from ingestion.windows import Window

CHUNK_ROWS = 50_000


class SqlConnector:
    """Reads with one select per window, ordered by the cursor. No message contains the URL, because it may hold a password."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._engine = sa.create_engine(source.url or "", poolclass=sa.pool.NullPool)
        if self._engine.name == "sqlite":
            sa.event.listen(self._engine, "connect", lambda opened, _: setattr(opened, "text_factory", decode_leniently))

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
        relation = relation_of(table)
        with self._connect(table) as connection:
            header = read_header(connection, table)
            cursor = find_cursor(table, header)
            if cursor is None:
                return None
            column: sa.ColumnClause[Any] = sa.column(cursor)
            least = sa.select(sa.func.min(column)).select_from(relation)
            kind = find_cursor_kind(connection, relation, table, cursor)
            if isinstance(kind, str):
                has_others = connection.execute(sa.select(column).select_from(relation).where(column.not_like(ISO_SHAPE)).limit(1)).first()
                values: Sequence[Any] = (
                    connection.execute(sa.select(column).distinct().select_from(relation)).scalars().all() if has_others else []
                )
                values = values or [connection.execute(least).scalar()]
            else:
                bounded = least if kind is None else least.where(column >= (FIRST if isinstance(kind, datetime) else FIRST.date()))
                values = [connection.execute(bounded).scalar()]
        day = read_cursor_days(pl.DataFrame([build_series(cursor, values)]), table, cursor, frozenset([cursor])).min()
        return day if isinstance(day, date) else None

    def read(self, table: Table, window: Window | None, span: Window | None = None) -> Reading:
        """The rows whose cursor is in the window or up to a day outside it; all rows where the cursor's text does not sort by day."""
        with self._connect(table) as connection:
            header = read_header(connection, table)
            cursor = find_cursor(table, header)
            selection = Selection(sa.true())
            if cursor is not None:
                selection = select_window(connection, relation_of(table), table, cursor, window, span)
        reading = Reading(batches=iter(()), rows_without_window=selection.rows_without_window)
        reading.batches = self._stream(table, header, cursor, selection, reading)
        return reading

    def reads_whole(self, table: Table) -> bool:
        """A cursor of texts that do not sort by day selects no window. A database that cannot say is asked again by the loads."""
        try:
            with self._connect(table) as connection:
                cursor, relation = find_cursor(table, read_header(connection, table)), relation_of(table)
                if cursor is None or not isinstance(find_cursor_kind(connection, relation, table, cursor), str):
                    return False
                column: sa.ColumnClause[Any] = sa.column(cursor)
                odd = sa.select(sa.literal(1)).select_from(relation).where(column.not_like(ISO_SHAPE)).limit(1)
                return connection.execute(odd).first() is not None
        except IngestionError:
            return False

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

    def _stream(self, table: Table, header: list[str], cursor: str | None, selection: Selection, reading: Reading) -> Iterator[Batch]:
        wanted = [name for name in header if name in table.wanted_names or name == cursor]
        unexpected = tuple(name for name in header if name not in table.declared_names and name != cursor)
        ordered = sa.select().select_from(relation_of(table)).where(selection.condition)
        if cursor is not None:
            ordered = ordered.order_by(sa.column(cursor))
        statement: sa.Select[*tuple[Any, ...]] = ordered.with_only_columns(*(sa.column(name) for name in wanted))
        origin, no_lines, position = table.relation or table.name, pl.DataFrame(schema=BROKEN_SCHEMA), 0
        with self._connect(table) as connection:
            shape = connection.execute(statement.limit(0))
            padded, times = find_padded(self._engine, table.relation, shape.cursor), find_times(self._engine, shape.cursor)
            shape.close()
            if times and has_unreadable_times(connection, statement, times):
                statement = ordered.with_only_columns(*(write_times(name) if name in times else sa.column(name) for name in wanted))
            if self._engine.name == "sqlite":  # text that is no UTF-8 is rejected with its row, and not with the whole load
                connection.connection.driver_connection.text_factory = bytes  # type: ignore[union-attr]
            result = connection.execution_options(stream_results=True, yield_per=CHUNK_ROWS).execute(statement)
            unread = 0
            for chunk in result.partitions(CHUNK_ROWS):
                rows = build_frame(wanted, chunk, origin, position, padded)
                position += len(chunk)
                if cursor is not None and not selection.is_sorted:
                    held = rows.height
                    rows, odd = drop_unplaced(rows, table, cursor, frozenset(wanted))
                    unread += odd
                    reading.rows_without_window += held - rows.height
                yield Batch(rows, no_lines, frozenset(wanted), unexpected, origin)
            check_unread(unread, position, table, cursor, self._source.max_bad_share)
        if not position:
            yield Batch(build_frame(wanted, [], origin, 0, padded), no_lines, frozenset(wanted), unexpected, origin)


def decode_leniently(text: bytes) -> str:
    """A text of SQLite, also one that is no UTF-8."""
    return text.decode("utf-8", "replace")


def drop_unplaced(rows: pl.DataFrame, table: Table, cursor: str, header: frozenset[str]) -> tuple[pl.DataFrame, int]:
    """Rows of an unsorted cursor without those that have no readable day, and how many of these may be days of a form not declared.

    Words, and ISO days that do not exist (zero dates) or stand for no end (9999), are none.
    """
    is_unread = read_cursor_days(rows, table, cursor, header).is_null()
    texts = rows.filter(is_unread)[cursor].cast(pl.String)
    is_odd = texts.str.contains(r"\d") & ~texts.str.contains(r"^\s*\d{4}-\d{2}-\d{2}")
    return rows.filter(~is_unread), int(is_odd.sum())


def read_cursor_days(rows: pl.DataFrame, table: Table, cursor: str, header: frozenset[str]) -> pl.Series:
    """The local day of each cursor, as its column declares it, else by the forms of the table."""
    days = read_window_days(rows[cursor], table)
    column = table.find_column(table.placement.column) if isinstance(table.placement, DateColumn) else None
    if column is None or (column.zone_column is not None and column.zone_column not in header):
        return days
    own = find_window_days(read_column(column, rows, header, table).values, table.company_time_zone)
    return own.zip_with(own.is_not_null(), days)


def check_unread(unread: int, total: int, table: Table, cursor: str | None, max_bad_share: float) -> None:
    """Refuse a load when more cursors than `max_bad_share` are dates that nobody can read. Raises IngestionError."""
    if unread > max_bad_share * total:
        raise IngestionError(
            f"{table.label}: {unread} of {total} rows have a cursor {cursor} that is no date or time of ISO 8601, `timestamp_formats` or "
            "`date_formats`. Nothing was landed. Declare its format, or write a `query` that converts it"
        )


def has_unreadable_times(connection: sa.Connection, statement: sa.Select[*tuple[Any, ...]], times: list[str]) -> bool:
    """True when a row to be read has a time that Python cannot hold, such as infinity."""
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in times]
    beyond = sa.or_(*(sa.or_(column < FIRST, column >= LAST) for column in columns))
    return connection.execute(statement.where(beyond).with_only_columns(sa.literal(1)).order_by(None).limit(1)).first() is not None


def write_times(name: str) -> sa.ColumnElement[Any]:
    """A time as the database writes it, so that one that is no time is rejected with its row and not with the whole load."""
    column: sa.ColumnClause[Any] = sa.column(name)
    return sa.cast(column, sa.Text).label(name)


def relation_of(table: Table) -> sa.FromClause:
    """The table, view or query to select from."""
    if table.query is not None:
        return sa.text(table.query).columns().subquery("source_query")
    schema, _, name = (table.relation or "").rpartition(".")
    return sa.table(name, schema=schema or None)


def read_header(connection: sa.Connection, table: Table) -> list[str]:
    """Names of the relation's columns."""
    return list(connection.execute(sa.select(sa.text("*")).select_from(relation_of(table)).where(sa.text("1 = 0"))).keys())


def check_sqlite_file(url: sa.URL, table: Table) -> None:
    """Refuse a missing SQLite file, which SQLite would create. Raises SourceDownError."""
    path = url.database or ""
    if url.get_backend_name() == "sqlite" and path and not path.startswith((":", "file:")) and not Path(path).is_file():
        raise SourceDownError(f"{table.label}: the database file {path} does not exist; check `url` in sources.yml")
