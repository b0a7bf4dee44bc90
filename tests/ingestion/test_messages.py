"""Messages about errors of libraries: useful, and without values of rows."""

from __future__ import annotations

import csv
import json
import logging
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import duckdb
import polars as pl
import pytest
import sqlalchemy as sa

from ingestion.errors import IngestionError
from ingestion.landing import log_failure
from ingestion.messages import LEFT_OUT, describe_error
from ingestion.windows import Window
from tests.ingestion.small_company import SmallCompany

MAIL, PHONE, PERSON = "ann@example.org", "0612345678", "Ann Jansen"


class DriverError(Exception):
    """As a driver of PostgreSQL raises it."""

    def __init__(self, text: str, sqlstate: str | None = None, **names: str) -> None:
        super().__init__(text)
        self.sqlstate = sqlstate
        self.diag = SimpleNamespace(**names)


class NumberedError(Exception):
    """As a driver of MySQL raises it: number and text."""


def catch(act: Callable[[], Any]) -> BaseException:
    """The error that a call raises."""
    with pytest.raises(BaseException) as found:
        act()
    return found.value


def ask_sqlite(sql: str) -> BaseException:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table customers (email text unique, n integer not null)")
        connection.execute("insert into customers values (?, 1)", [MAIL])
        return catch(lambda: connection.execute(sql).fetchall())


def ask_duckdb(sql: str) -> BaseException:
    with duckdb.connect() as connection:
        connection.execute("create table customers (email varchar unique, n integer not null)")
        connection.execute("insert into customers values (?, 1)", [MAIL])
        return catch(lambda: connection.execute(sql).fetchall())


WITH_VALUES: list[tuple[Callable[[], BaseException], str]] = [
    (lambda: DriverError(f"Key (email)=({MAIL}) already exists."), "DriverError"),
    (
        lambda: DriverError(
            f'duplicate key value violates unique constraint "customers_email_key"\nDETAIL:  Key (email)=({MAIL}) already exists.',
            "23505",
            table_name="customers",
            constraint_name="customers_email_key",
        ),
        'DriverError 23505: duplicate key value violates unique constraint "customers_email_key"; table customers',
    ),
    (lambda: DriverError(f'invalid input syntax for type integer: "{PHONE}"', "22P02"), "22P02: invalid input syntax for type integer"),
    (lambda: DriverError(f'date/time field value out of range: "{PHONE}"', "22008"), "22008: a value does not fit the type it is read as"),
    (lambda: DriverError(f"column {PERSON} out of range", "P0001"), "P0001: a function of the database raised an error"),
    (lambda: DriverError(f"{PERSON} out of range", "22003"), "22003: a value does not fit"),
    (lambda: DriverError(f"permission denied for table {MAIL.split('@')[0]} {MAIL}", "P0001"), "P0001"),
    (lambda: NumberedError(1062, f"Duplicate entry '{MAIL}' for key 'email'"), "NumberedError 1062"),
    (lambda: NumberedError(1366, f"Incorrect integer value: '{PHONE}' for column 'phone' at row 1"), "NumberedError 1366"),
    (
        lambda: NumberedError("22018", f"[22018] Conversion failed when converting the varchar value '{MAIL}' to data type int."),
        "22018: a value",
    ),
    (
        lambda: ask_sqlite(f"insert into customers values ('{MAIL}', 2)"),
        "SQLITE_CONSTRAINT_UNIQUE: UNIQUE constraint failed: customers.email",
    ),
    (lambda: ask_sqlite(f"select cast(x'{MAIL.encode().hex()}ff' as text) as email"), "Could not decode to UTF-8 column 'email'"),
    (lambda: ask_sqlite("select json(email) from customers"), "malformed JSON"),
    (lambda: ask_duckdb("select email::integer from customers"), "a value does not fit the type"),
    (lambda: ask_duckdb("select email::integer from customers"), "; type INT32; column email; line of the statement 1"),
    (lambda: ask_duckdb("select email::date from customers"), "; column email; line of the statement 1"),
    (lambda: ask_duckdb("select strptime(email, '%Y') from customers"), "InvalidInputException"),
    (lambda: ask_duckdb("select error(email) from customers"), "InvalidInputException"),
    (lambda: ask_duckdb(f"insert into customers values ('{MAIL}', 2)"), "ConstraintException: a value breaks a constraint"),
    (lambda: ask_duckdb("select email::json from customers"), "column email"),
    (lambda: ask_duckdb("select (email || e'\\' to ANN\\n')::enum('a') from customers"), "ConversionException"),
    (
        lambda: catch(lambda: pl.Series("email", [MAIL]).cast(pl.Int64)),
        "InvalidOperationError: conversion from `str` to `i64` failed in column 'email' for 1 out of 1 values",
    ),
    (lambda: catch(lambda: pl.DataFrame([{"email": MAIL}], schema={"email": pl.Int64})), "ComputeError"),
    (lambda: catch(lambda: pl.DataFrame({MAIL: [1]}).select("email")), 'ColumnNotFoundError: unable to find column "email"'),
    (lambda: catch(lambda: int(MAIL)), "ValueError"),
    (lambda: catch(lambda: {}[MAIL]), "KeyError"),
    (lambda: catch(lambda: MAIL.encode().decode("utf-16") + b"\xff".decode()), "UnicodeDecodeError"),
    (lambda: catch(lambda: json.loads(f'{{"email": {MAIL}}}')), "JSONDecodeError: Expecting value in line 1, column 11"),
    (lambda: catch(lambda: next(csv.reader([f'"{MAIL}"x'], strict=True))), "Error: "),
]


@pytest.mark.parametrize(("make_error", "told"), WITH_VALUES)
def test_a_message_names_the_error_and_no_value(make_error: Callable[[], BaseException], told: str) -> None:
    text = describe_error(make_error())
    assert told in text
    assert MAIL not in text and PHONE not in text and not re.search(r"\bann\b", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("make_error", "told"),
    [
        (lambda: ask_sqlite("select 1 from absent"), "OperationalError SQLITE_ERROR: no such table: absent"),
        (lambda: ask_sqlite("select emial from customers"), "OperationalError SQLITE_ERROR: no such column: emial"),
        (lambda: ask_sqlite("selekt 1"), 'OperationalError SQLITE_ERROR: near "selekt": syntax error'),
        (
            lambda: DriverError('relation "shop.ordrs" does not exist\nLINE 1: select', "42P01"),
            '42P01: relation "shop.ordrs" does not exist',
        ),
        (lambda: DriverError('column "creatd" does not exist', "42703"), '42703: column "creatd" does not exist'),
        (lambda: DriverError("permission denied for table orders", "42501"), "42501: permission denied for table orders"),
        (
            lambda: DriverError("canceling statement due to statement timeout", "57014"),
            "57014: canceling statement due to statement timeout",
        ),
        (
            lambda: DriverError('connection to server at "10.0.0.1", port 5432 failed: Connection refused'),
            "DriverError: Connection refused",
        ),
        (lambda: DriverError('FATAL:  password authentication failed for user "cx"'), "DriverError: password authentication failed"),
        (lambda: NumberedError(1146, "Table 'shop.ordrs' doesn't exist"), "NumberedError 1146: Table 'shop.ordrs' doesn't exist"),
        (lambda: ask_duckdb("select emial from customers"), 'BinderException: Binder Error: Referenced column "emial" not found'),
        (lambda: ask_duckdb("select * from absent"), "CatalogException: Catalog Error: Table with name absent does not exist!"),
        (
            lambda: FileNotFoundError(2, "No such file or directory", "/data/x.csv"),
            "FileNotFoundError: No such file or directory: /data/x.csv",
        ),
        (lambda: IngestionError("shop.orders: says what to do"), "shop.orders: says what to do"),
    ],
)
def test_a_message_keeps_what_helps(make_error: Callable[[], BaseException], told: str) -> None:
    text = describe_error(make_error())
    assert text.startswith(told) or told in text
    assert LEFT_OUT not in text


class Listener(logging.Handler):
    """Keeps what it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


def test_a_message_says_that_something_was_left_out_and_only_the_logger_for_terminals_has_it() -> None:
    terminal, other = Listener(), Listener()
    logger = logging.getLogger("cxhouse.originals")
    logger.addHandler(terminal)
    logging.getLogger().addHandler(other)
    logger.setLevel(logging.INFO)
    try:
        assert LEFT_OUT in describe_error(DriverError(f"Key (email)=({MAIL}) already exists.", "23505"))
    finally:
        logger.removeHandler(terminal)
        logging.getLogger().removeHandler(other)
        logger.setLevel(logging.NOTSET)
    assert terminal.heard == [f"DriverError: Key (email)=({MAIL}) already exists."] and other.heard == []


def test_an_error_of_sqlalchemy_is_told_without_statement_and_parameters() -> None:
    error = sa.exc.IntegrityError("insert into customers values (?)", (MAIL,), DriverError(f"Key (email)=({MAIL}) exists", "23505"))
    assert describe_error(error) == f"DriverError 23505: a value breaks a constraint; {LEFT_OUT}"
    assert MAIL not in describe_error(sa.exc.StatementError(f"wrong {MAIL}", "select 1", (MAIL,), None))  # type: ignore[arg-type]


def test_the_landing_log_holds_no_value_of_a_library_error(company: SmallCompany) -> None:
    source = company.declare(
        {"orders": {"path": "*.csv", "format": "csv", "columns": {"id": {"type": "integer"}}, "window": {"snapshot": True}}}
    )
    error, now = DriverError(f"is {MAIL}", "22P02"), datetime(2026, 1, 2, tzinfo=UTC)
    result = log_failure(source.tables["orders"], Window(date(2026, 1, 1), date(2026, 1, 2)), error, lake=company.lake, now=now)
    assert "22P02" in (result.error or "") and "22P02" in company.read_log_text("orders")
    assert MAIL not in (result.error or "") and MAIL not in company.read_log_text("orders")


def test_a_text_that_is_no_utf8_is_named_by_its_column(company: SmallCompany) -> None:
    with sqlite3.connect(company.root / "shop.db") as database:
        database.execute("create table orders (id integer, email text)")
        database.execute("insert into orders values (1, cast(? as text))", [MAIL.encode() + b"\xff"])
    table = {"relation": "orders", "columns": {"id": {"type": "integer"}, "email": {"type": "text"}}, "window": {"snapshot": True}}
    source = company.declare({"orders": table}, connector="sql", url=f"sqlite:///{company.root}/shop.db")
    (result,) = company.ingest(source, "2024-01-01", "2024-01-02")
    assert result.status == "failed" and "not a text: email (1)" in (result.error or "")
    assert MAIL not in (result.error or "") and MAIL not in company.read_log_text("orders")
