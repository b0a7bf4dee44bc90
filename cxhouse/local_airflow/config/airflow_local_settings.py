"""Copied into AIRFLOW_HOME/config, where Airflow imports it. It makes a transaction with a savepoint on SQLite wait for other writers.

A transaction with a savepoint reads first and writes later. When another process writes in between, SQLite fails at once ("database is
locked"), whatever timeout is set. Taking the write lock before the savepoint makes it wait. `airflow backfill create` needs this.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, event

__all__: list[str] = []  # Airflow imports every name listed here


@event.listens_for(Engine, "savepoint")
def ask_for_write_lock(connection: Connection, name: str) -> None:
    """Begin a write transaction, unless a transaction has begun."""
    if connection.dialect.driver == "pysqlite" and not connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]  # open here
        connection.exec_driver_sql("BEGIN IMMEDIATE")
