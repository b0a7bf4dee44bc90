"""The tables of the site: what the queries in `dashboards/sources` select, in the form that pages read.

Evidence has a step of its own for this (`evidence sources`). It hands each row through JavaScript and takes ten times as long; DuckDB runs
the same queries here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import duckdb

from cxhouse.site.server import DashboardsError
from ingestion.messages import describe_error

REPORTS = Path("sources") / "cxhouse"
# DuckDB's types -> the type that pages compute with: JavaScript knows doubles and milliseconds
KINDS: Mapping[str, str] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL"), "double"),
    **dict.fromkeys(("DATE", "TIMESTAMP", "TIMESTAMP_MS", "TIMESTAMP WITH TIME ZONE"), "timestamp_ms"),
    "BOOLEAN": "boolean",
    "VARCHAR": "varchar",
}

# small files: browsers fetch them. Numbers that repeat little compress better without a dictionary
FORMAT = "format parquet, compression zstd, compression_level 9, dictionary_size_limit 100"


def list_declared_reports(project: Path) -> list[str]:
    """Names of the reports the dashboards read, in alphabetical order. `project` is the folder that holds package.json."""
    return sorted(path.stem for path in (project / REPORTS).glob("*.sql"))


def write_tables(project: Path, variables: Mapping[str, str], folder: Path) -> None:
    """Run each query of `project`/sources and write its rows to `folder`/<report>.parquet.

    `${name}`, which stands between quotes in a query, is replaced by `variables[name]`. Numbers become doubles; times become times of UTC
    without a zone. Raises DashboardsError with the name of the file for a query that fails, for an unknown variable and for a type that
    pages cannot show.
    """
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name in list_declared_reports(project):
            query = fill_variables(project / REPORTS / f"{name}.sql", variables)
            try:
                write_report(connection, query, folder / f"{name}.parquet")
            except (duckdb.Error, DashboardsError) as error:
                raise DashboardsError(
                    f"{REPORTS / name}.sql failed: {describe_error(error)}\nCompare its columns with the published report."
                ) from error


def fill_variables(file: Path, variables: Mapping[str, str]) -> str:
    """The query of a file with the values of its variables, quotes in them doubled."""

    def find(match: re.Match[str]) -> str:
        if match[1] not in variables:
            raise DashboardsError(f"{REPORTS / file.name} uses ${{{match[1]}}}; known variables: {', '.join(sorted(variables))}.")
        return escape_text(variables[match[1]])

    return re.sub(r"\$\{(\w+)\}", find, file.read_text(encoding="utf-8")).strip().removesuffix(";")


def write_report(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    """Write the rows of a query to a Parquet file."""
    relation = connection.sql(query)
    casts = []
    for column, kind in zip(relation.columns, relation.types, strict=True):
        stored = KINDS.get(str(kind).partition("(")[0])
        if not stored:
            raise DashboardsError(f"column {column} is of type {kind}; pages show numbers, dates, texts and booleans")
        name = quote_name(column)
        casts.append(f"cast({name} as {stored}) as {name}")
    connection.execute(f"copy (select {', '.join(casts)} from (\n{query}\n)) to '{escape_text(str(file))}' ({FORMAT})")


def escape_text(text: str) -> str:
    """A text as it stands between quotes in SQL."""
    return text.replace("'", "''")


def quote_name(column: str) -> str:
    """The name of a column in quotes, as SQL takes any name."""
    return '"' + column.replace('"', '""') + '"'
