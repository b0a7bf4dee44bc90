"""dbt's errors without values of rows, before dbt writes them to its log, to its results and to our state of the build."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cxhouse.warehouse.replacing import replace_functions
from ingestion.messages import describe_error

DBT_PACKAGES = ("dbt", "dbt_common", "jinja2")


class StatementError(RuntimeError):
    """What DuckDB said about a statement, without values of rows."""


@contextmanager
def keep_values_out() -> Iterator[None]:
    """Meanwhile, what DuckDB or a Python model says when it fails is described as `describe_error` does.

    The two places where dbt-duckdb makes its own errors of them are changed; everything after that receives the description.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.duckdb.environments import Environment
    from dbt_common.exceptions import DbtRuntimeError

    handle, run = DuckDBConnectionManager.exception_handler, Environment.__dict__["run_python_job"]

    @contextmanager
    def handle_described(manager: Any, sql: str, connection_name: str = "master") -> Iterator[None]:
        with handle(manager, sql, connection_name):
            try:
                yield
            except DbtRuntimeError:
                raise
            except Exception as error:
                raise StatementError(describe_error(error)) from None

    def run_described(owner: type[Environment], *given: Any, **named: Any) -> None:
        try:
            run.__func__(owner, *given, **named)
        except DbtRuntimeError as error:
            cause = error.__context__
            if cause is None:
                raise
            raise DbtRuntimeError(f"Python model failed: {describe_error(cause)}; at {find_place(cause)}") from None

    changes = [
        (DuckDBConnectionManager, "exception_handler", handle_described),
        (Environment, "run_python_job", classmethod(run_described)),
    ]
    with replace_functions(changes):
        yield


def find_place(error: BaseException) -> str:
    """File, line and function where an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}, line {frames[-1].lineno}, in {frames[-1].name}" if frames else "an unknown place"


def describe_dbt_error(error: BaseException) -> str:
    """dbt's own words, which no value reached; any other error as `describe_error` does."""
    if type(error).__module__.partition(".")[0] in DBT_PACKAGES:
        return f"{type(error).__name__}: {error}"
    return describe_error(error)
