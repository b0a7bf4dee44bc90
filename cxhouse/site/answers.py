"""What the fixed queries of the pages answer, worked out once per publish: one compressed JSON file per address.

A page shows these answers at once. The engine in the browser, which takes seconds to start, is needed only for what depends on a choice.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cxhouse.site.data import KINDS as STORED
from cxhouse.site.data import escape_text, quote_name
from cxhouse.site.pages import VARIABLE, Page
from cxhouse.site.server import DashboardsError
from declared.fields import ID
from ingestion.messages import describe_error

SCHEMA = "cxhouse"
SPREAD = "page_id_"
# how a table stores a type -> the type that a browser would find for the column, and Evidence's name of it
SHOWN = {
    "double": ("DOUBLE", "number"),
    "timestamp_ms": ("TIMESTAMP", "date"),
    "boolean": ("BOOLEAN", "boolean"),
    "varchar": ("VARCHAR", "string"),
}
# DuckDB's types -> the same; queries of pages make two more than the tables hold
KINDS = {kind: SHOWN[stored] for kind, stored in {**STORED, "UINTEGER": "double", "TIMESTAMP_S": "timestamp_ms"}.items()}
COMPRESSION = 3
# how a value is written as JSON: times as milliseconds of UTC; a number that JSON does not know is an error
NOT_FINITE = "not a finite number"
WRITTEN = {
    "date": "epoch_ms({})",
    "number": f"case when isfinite({{0}}::double) then {{0}}::double when {{0}} is not null then error('{NOT_FINITE}') end",
}
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UINTEGER")
# where a query with one of these words is asked for all ids at once, its rows would not be those of each id
NOT_SPREADABLE = re.compile(
    r"\b(or|limit|offset|group by|having|union|intersect|except|over|qualify|window|with|using sample)\b", re.IGNORECASE
)
# before the condition, these words make its `and` another word
NOT_BEFORE = re.compile(r"\b(case|between)\b", re.IGNORECASE)
ANSWERS = "index.answers"  # compressed with gzip; no name that web servers decompress by themselves

Column = tuple[str, str, str]


def write_answers(tables: Path, pages: Sequence[Page], folder: Path) -> None:
    """Answer the fixed queries of `pages` from the Parquet files in `tables`; write `folder`<address>index.answers.

    Queries that depend on a choice are only checked. Raises DashboardsError with the name of page and query for one that fails, for a value
    that JSON does not know, and for an id that cannot be an address.
    """
    with open_tables(tables) as connection:
        for page in pages:
            for name, sql in page.chosen.items():
                with naming(page, name):
                    connection.sql(VARIABLE.sub("", sql))
            for address, answers in answer_page(connection, page):
                file = folder / address.strip("/") / ANSWERS
                file.parent.mkdir(parents=True, exist_ok=True)
                text = f'{{"queries":{{{",".join(answers)}}}}}'
                file.write_bytes(gzip.compress(text.encode(), COMPRESSION, mtime=0))


def open_tables(tables: Path) -> duckdb.DuckDBPyConnection:
    """The tables as pages name them, in memory, with their rows in the order of the files."""
    connection = duckdb.connect()
    connection.execute(f"set TimeZone = 'UTC'; create schema {SCHEMA}; set search_path = '{SCHEMA}'")
    for file in sorted(tables.glob("*.parquet")):
        connection.execute(f"create table {SCHEMA}.{quote_name(file.stem)} as select * from read_parquet('{escape_text(str(file))}')")
    return connection


def answer_page(connection: duckdb.DuckDBPyConnection, page: Page) -> Iterable[tuple[str, list[str]]]:
    """Each address of a page with its answers, as JSON texts `"name":{"columns":...,"rows":...}`."""
    if page.parameter is None:
        yield page.path, [ask(connection, page, name, sql) for name, sql in page.fixed.items()]
        return
    ids = list_ids(connection, page)
    answers = [answer_ids(connection, page, name, sql, ids) for name, sql in page.fixed.items()]
    for each in ids:
        yield page.path.replace("{id}", each), [of_query[each] for of_query in answers]


def list_ids(connection: duckdb.DuckDBPyConnection, page: Page) -> list[str]:
    """The ids of a page with a parameter, which become names of files and parts of addresses."""
    with naming(page, "ids"):
        ids = sorted({str(row[0]) for row in connection.execute(page.ids or "").fetchall() if row[0] is not None})
    for each in ids:
        if not ID.fullmatch(each):
            raise DashboardsError(
                f"pages/{page.name}: the id {each!r} cannot stand in an address; {ID.pattern} can. Rename it at its source."
            )
    return ids


def answer_ids(connection: duckdb.DuckDBPyConnection, page: Page, name: str, sql: str, ids: Sequence[str]) -> Mapping[str, str]:
    """The answer of one query for each id. All ids are asked at once where the form of the query allows it."""
    variable = f"'${{params.{page.parameter}}}'"
    if variable not in sql:
        return dict.fromkeys(ids, ask(connection, page, name, sql))
    spread = spread_query(sql, variable)
    if spread is None:
        ask(connection, page, name, sql.replace(variable, "null"))  # so that it is checked where there is no id
        return {one: ask(connection, page, name, sql.replace(variable, f"'{one}'")) for one in ids}
    columns, rows = select_json(connection, page, name, spread, with_id=True)
    by_id: dict[str, list[str]] = defaultdict(list)
    for one, row in rows:
        by_id[one].append(row)
    return {one: encode(name, columns, by_id.get(one, [])) for one in ids}


def spread_query(sql: str, variable: str) -> str | None:
    """The query for all ids, with the id as first column; None where only one id at a time gives the right rows.

    It has the form `select ... where <column> = <variable> and ...`, with the condition once, outside of brackets.
    """
    plain = blank_brackets(sql)
    found = re.search(rf"\b(?:where|and)\s+([\w.]+) = {re.escape(variable)}", sql)
    start = re.match(r"select (distinct )?", sql)
    if found is None or start is None or sql.count(variable) != 1 or variable not in plain or NOT_SPREADABLE.search(plain):
        return None
    before, _, after = plain.partition(variable)
    if before.lower().count("where") != 1 or NOT_BEFORE.search(before) or not re.match(r"\s*($|and\b|order by\b)", after):
        return None
    condition = found[1]
    rest = sql[start.end() :].replace(f"{condition} = {variable}", f"{condition} is not null")
    return f"{start[0]}{condition} as {SPREAD}, {rest}"


def blank_brackets(sql: str) -> str:
    """The query without its texts and comments and without what stands in brackets; variables stay."""
    plain = re.sub(r"--[^\n]*|'[^']*'", lambda part: part[0] if part[0].startswith("'${") else " ", sql)
    while (shorter := re.sub(r"\([^()]*\)", " ", plain)) != plain:
        plain = shorter
    return plain


def ask(connection: duckdb.DuckDBPyConnection, page: Page, name: str, sql: str) -> str:
    """The answer of a query as JSON, `"name":{"columns":...,"rows":...}`."""
    columns, rows = select_json(connection, page, name, sql)
    return encode(name, columns, [row for _, row in rows])


def select_json(
    connection: duckdb.DuckDBPyConnection, page: Page, name: str, sql: str, *, with_id: bool = False
) -> tuple[list[Column], list[tuple[str, str]]]:
    """The columns of a query, and each row as a JSON list, in order. `with_id`: the first column comes apart, as an id."""
    with naming(page, name):
        relation = connection.sql(sql)
        columns: list[Column] = []
        values = []
        for column, kind in list(zip(relation.columns, map(str, relation.types), strict=True))[int(with_id) :]:
            stored = KINDS.get(kind.partition("(")[0] if not kind.endswith("]") else kind)
            if stored is None:
                raise DashboardsError(
                    f"pages/{page.name}, query {name}: column {column} is of type {kind}; pages show numbers, dates, texts and booleans."
                )
            columns.append((column, *stored))
            quoted = quote_name(column)
            values.append(WRITTEN.get(stored[1], "{}").format(quoted) if kind not in WHOLE else quoted)
        first = f"cast({SPREAD} as varchar)" if with_id else "''"
        rows = connection.execute(f"select {first}, cast(json_array({', '.join(values)}) as varchar) from (\n{sql}\n)").fetchall()
    return columns, rows


@contextmanager
def naming(page: Page, name: str) -> Iterator[None]:
    """Errors of the database name page and query."""
    try:
        yield
    except duckdb.Error as error:
        if NOT_FINITE in str(error):
            message = f"pages/{page.name}, query {name} has a number that is not finite. Correct the report that it reads."
            raise DashboardsError(message) from error
        raise DashboardsError(
            f"pages/{page.name}, query {name} failed: {describe_error(error)}\nCompare its columns with dashboards/sources."
        ) from error


def encode(name: str, columns: Sequence[Column], rows: Sequence[str]) -> str:
    """One query's answer as JSON."""
    return f'"{name}":{{"columns":{json.dumps(columns, ensure_ascii=False)},"rows":[{",".join(rows)}]}}'
