"""Copied into AIRFLOW_HOME/config, where Airflow imports it: a savepoint on SQLite waits for the one writer.

Such a transaction reads first and writes later; when another process wrote in between, SQLite refuses at once ("database is locked"),
however long it may wait. Asking for the write lock before the savepoint makes it wait. `airflow backfill create` does so.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, event

__all__: list[str] = []  # Airflow takes over every name listed here


@event.listens_for(Engine, "savepoint")
def ask_for_write_lock(connection: Connection, name: str) -> None:
    """Begin the transaction as a writing one, unless it has begun."""
    if connection.dialect.driver == "pysqlite" and not connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]  # open here
        connection.exec_driver_sql("BEGIN IMMEDIATE")
