"""The data files of the site: what the queries in `dashboards/sources` select, in the form Evidence reads.

Evidence has a step of its own for this (`evidence sources`). It hands each row through JavaScript and takes ten times as long; DuckDB runs
the same queries here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import duckdb

from cxhouse.site.server import DashboardsError
from ingestion.messages import describe_error

REPORTS = Path("sources") / "cxhouse"
DATA = Path(".evidence") / "template" / "static" / "data"
# DuckDB's types -> Evidence's name of the type, and the type that pages compute with: JavaScript knows doubles and milliseconds
KINDS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL"), ("number", "double")),
    **dict.fromkeys(("DATE", "TIMESTAMP", "TIMESTAMP_MS", "TIMESTAMP WITH TIME ZONE"), ("date", "timestamp_ms")),
    "BOOLEAN": ("boolean", "boolean"),
    "VARCHAR": ("string", "varchar"),
}

# small files: browsers fetch them. Numbers that repeat little compress better without a dictionary
FORMAT = "format parquet, compression zstd, compression_level 9, dictionary_size_limit 100"


def list_declared_reports(project: Path) -> list[str]:
    """Names of the reports the dashboards read, in alphabetical order. `project` is the folder that holds package.json."""
    return sorted(path.stem for path in (project / REPORTS).glob("*.sql"))


def write_site_data(project: Path, variables: Mapping[str, str]) -> None:
    """Run each query of `project`/sources and write its rows, its columns and the list of all files below `project`/.evidence.

    `${name}`, which stands between quotes in a query, is replaced by `variables[name]`. Numbers become doubles; times become times of UTC
    without a zone. Raises DashboardsError with the name of the file for a query that fails, for an unknown variable and for a type that
    pages cannot show.
    """
    files = []
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name in list_declared_reports(project):
            query = fill_variables(project / REPORTS / f"{name}.sql", variables)
            folder = project / DATA / "cxhouse" / name
            folder.mkdir(parents=True, exist_ok=True)
            try:
                write_report(connection, query, folder / name)
            except (duckdb.Error, DashboardsError) as error:
                raise DashboardsError(
                    f"{REPORTS / name}.sql failed: {describe_error(error)}\nCompare its columns with the published report."
                ) from error
            files.append(f"static/data/cxhouse/{name}/{name}.parquet")
    (project / DATA / "manifest.json").write_text(json.dumps({"renderedFiles": {"cxhouse": files}}), encoding="utf-8")


def fill_variables(file: Path, variables: Mapping[str, str]) -> str:
    """The query of a file with the values of its variables, quotes in them doubled."""

    def find(match: re.Match[str]) -> str:
        if match[1] not in variables:
            raise DashboardsError(f"{REPORTS / file.name} uses ${{{match[1]}}}; known variables: {', '.join(sorted(variables))}.")
        return variables[match[1]].replace("'", "''")

    return re.sub(r"\$\{(\w+)\}", find, file.read_text(encoding="utf-8")).strip().removesuffix(";")


def write_report(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write the rows of a query to `path`.parquet and its columns to `path`.schema.json."""
    relation = connection.sql(query)
    columns, casts = [], []
    for column, kind in zip(relation.columns, relation.types, strict=True):
        evidence_type, stored = KINDS.get(str(kind).partition("(")[0], ("", ""))
        if not stored:
            raise DashboardsError(f"column {column} is of type {kind}; pages show numbers, dates, texts and booleans")
        columns.append({"name": column, "evidenceType": evidence_type, "typeFidelity": "precise"})
        name = '"' + column.replace('"', '""') + '"'
        casts.append(f"cast({name} as {stored}) as {name}")
    target = f"{path}.parquet".replace("'", "''")
    connection.execute(f"copy (select {', '.join(casts)} from (\n{query}\n)) to '{target}' ({FORMAT})")
    path.with_name(f"{path.name}.schema.json").write_text(json.dumps(columns), encoding="utf-8")
