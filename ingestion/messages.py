"""What a message says about an error of a library. A driver or parser often quotes the value that it could not use; that value stays out.

Words of a library are kept only where their form is known here and holds names of tables, columns, types and constraints, but no value. Of
other errors, the class, the SQLSTATE and the names that the driver gives apart remain, and what they mean.
"""

from __future__ import annotations

import csv
import json
import logging
import re
from collections.abc import Iterator

SHOW_VALUES = "CXHOUSE_SHOW_VALUES"
LEFT_OUT = f"the rest may hold values of rows; with {SHOW_VALUES}=1 the terminal shows it"
OWN_PACKAGES = ("cxhouse", "declared", "ingestion", "semantic")

# the whole text of errors, for a terminal only: no handler of another logger receives it
originals = logging.getLogger("cxhouse.originals")
originals.propagate = False
originals.addHandler(logging.NullHandler())

NAME = r"""(?:"[\w.$ -]{1,128}"|'[\w.$ -]{1,128}'|`[\w.$ -]{1,128}`|[\w.$]{1,128}(?:\(\))?)"""
TYPE_WORD = (
    r"(?:bigint|bit|boolean|bytea|character|cidr|date|decimal|double|inet|integer|interval|jsonb?|money|numeric|oid|precision|real|smallint"
    r"|text|time|timestamp|timestamptz|uuid|varchar|varying|with|without|xml|zone)"
)
TYPE = rf"{TYPE_WORD}(?: {TYPE_WORD})*(?:\(\d+(?:, ?\d+)?\))?(?:\[\])?"
KINDS = (
    r"(?:table|column|relation|schema|database|role|type|function|view|index|module|sequence|constraint|materialized view|foreign table)"
)
# how messages begin whose variable parts are names: of the statement, which the company wrote, or of the database's catalog
FORMS = re.compile(
    "|".join(
        (
            # SQLite
            rf"no such {KINDS}: {NAME}",
            rf"ambiguous column name: {NAME}",
            r'near "[^\s"@\d]{1,30}": syntax error',
            rf"Could not decode to UTF-8 column {NAME}",
            rf"(?:UNIQUE|NOT NULL|CHECK) constraint failed: {NAME}(?:, {NAME})*",
            # PostgreSQL
            rf"column {NAME} of relation {NAME} does not exist",
            rf"{KINDS} {NAME} (?:does not exist|is ambiguous)",
            rf"column reference {NAME} is ambiguous",
            rf"permission denied for {KINDS} {NAME}",
            r'syntax error at or near "[^\s"@\d]{1,30}"',
            rf"invalid input (?:syntax for type {TYPE}|value for enum {NAME})",
            rf"value too long for type {TYPE}",
            rf"{TYPE} out of range",
            rf"cannot cast type {TYPE} to {TYPE}",
            rf"duplicate key value violates unique constraint {NAME}",
            rf"null value in column {NAME}(?: of relation {NAME})? violates not-null constraint",
            # MySQL
            rf"Table {NAME} doesn't exist",
            rf"Unknown (?:column|database|table) {NAME}",
            r"(?:SELECT|SHOW VIEW) command denied to user",
            rf"Data truncated for column {NAME} at row \d+",
            # Polars
            rf"conversion from `[\w\[\], ]+` to `[\w\[\], ]+` failed in column {NAME} for \d+ out of \d+ values",
            rf"unable to find column {NAME}",
        )
    ),
    re.IGNORECASE,
)
# messages without variable parts, wherever they stand in a text
PHRASES = re.compile(
    r"connection refused|connection reset|connection timed out|no route to host|name or service not known|could not translate host name"
    r"|temporary failure in name resolution|server closed the connection unexpectedly|lost connection to mysql server"
    r"|password authentication failed|access denied for user|no pg_hba\.conf entry|certificate verify failed|too many connections"
    r"|too many clients already|remaining connection slots are reserved"
    r"|the database system is (?:starting up|shutting down|in recovery mode)"
    r"|(?:canceling statement|terminating connection) due to (?:statement timeout|lock timeout|user request|administrator command"
    r"|conflict with recovery|idle-in-transaction timeout)|deadlock detected|lock wait timeout exceeded"
    r"|division by zero|syntax error at end of input|(?:database|database table|database schema) is locked|unable to open database file"
    r"|file is not a database|database disk image is malformed|attempt to write a readonly database|database or disk is full"
    r"|disk I/O error|out of memory|interrupted|datatype mismatch|string or blob too big|not authorized|incomplete input|malformed JSON"
    r"|more than one row returned by a subquery used as an expression|NOT NULL constraint failed",
    re.IGNORECASE,
)
# what DuckDB says about the statement before it reads a row; its message names nothing else
STATEMENT_ERRORS = ("BinderException", "CatalogException", "ParserException", "SyntaxException", "NotImplementedException")
# about files, memory and locks; the message names paths and sizes
SYSTEM_ERRORS = ("IOException", "OutOfMemoryException", "PermissionException", "InterruptException", "ConnectionException")
DUCKDB_TYPE = re.compile(
    r"""['"] to ((?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INT\d{1,3}|INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)|BOOL(?:EAN)?|DATE|TIME"""
    r"""|TIMESTAMP\w{0,4}|TIMESTAMP WITH TIME ZONE|INTERVAL|UUID|BLOB|BIT))(?=$| when casting|\n)"""
)
DUCKDB_COLUMN = re.compile(rf"when casting from source column ({NAME})\s*(?:\n|$)")
DUCKDB_LINE = re.compile(r"\n\nLINE (\d{1,6}): ")
VALUE_CLASSES = ("ConversionException", "ConstraintException", "IntegrityError", "DataError")
DUCKDB_MEANINGS = {
    "ConversionException": "a value does not fit the type it is converted to; use try_cast, or correct the source",
    "ConstraintException": "a value breaks a constraint of its table",
    "OutOfRangeException": "a number is too large for its type, or a value is outside the range that a function takes",
    "InvalidInputException": "a function cannot use a value that it was given",
    "TransactionException": "the transaction cannot go on",
}
RAISED_BY_COMPANY = "P0001"  # the text of such an error is written in the database, with any value
VALUE_STATES = ("22", "23")
SQLSTATE_MEANINGS = {
    "08": "the connection failed",
    "22": "a value does not fit the type it is read as",
    "23": "a value breaks a constraint",
    "25": "the transaction cannot go on",
    "28": "the user or its password is refused",
    "3D": "there is no such database",
    "3F": "there is no such schema",
    "40": "the transaction was rolled back",
    "42": "a name, a right or the syntax of the statement is not valid",
    "53": "the server has too few resources",
    "54": "the statement is beyond a limit of the server",
    "57": "the server or its operator ended the statement",
    "58": "the server has a system error",
    "P0": "a function of the database raised an error",
}


def describe_error(error: BaseException) -> str:
    """An error in one line without values of rows: its class, its code, names that are no data, and what it means.

    Errors of this project keep their text, which has no values by its own rule. The whole text goes to the logger `cxhouse.originals`.
    """
    original = getattr(error, "orig", None) or error
    if type(original).__module__.partition(".")[0] in OWN_PACKAGES:
        return str(original)
    originals.info("%s: %s", type(original).__name__, original)
    if plain := describe_plain(original):
        return f"{type(original).__name__}: {plain}"
    code = find_code(original)
    said = "" if code == RAISED_BY_COMPANY else find_words(original, with_phrases=code[:2] not in VALUE_STATES)
    meaning = said or DUCKDB_MEANINGS.get(type(original).__name__) or SQLSTATE_MEANINGS.get(code[:2] if len(code) == 5 else "")
    parts = [
        f"{type(original).__name__}{f' {code}' if code else ''}{f': {meaning}' if meaning else ''}",
        *find_places(original),
        *([] if said or not str(original) else [LEFT_OUT]),
    ]
    return "; ".join(parts)


def describe_plain(error: BaseException) -> str:
    """The words of errors of Python that never quote content; empty for other errors."""
    if isinstance(error, UnicodeDecodeError):
        return f"no {error.encoding} at byte {error.start}"
    if isinstance(error, UnicodeEncodeError):
        return f"a character that {error.encoding} does not have, at {error.start}"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} in line {error.lineno}, column {error.colno}"
    if isinstance(error, csv.Error | RecursionError | MemoryError):
        return str(error) or "too much for the memory"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}{f': {error.filename}' if error.filename else ''}"
    return ""


def find_code(error: BaseException) -> str:
    """The SQLSTATE or the error number of a driver; empty when it gives none."""
    first = error.args[0] if error.args else None
    for code in (getattr(error, "sqlstate", None), getattr(error, "pgcode", None), getattr(error, "sqlite_errorname", None)):
        if code:
            return str(code)
    if isinstance(first, int) and not isinstance(first, bool) and len(error.args) > 1:
        return str(first)
    if isinstance(first, str) and re.fullmatch(r"[0-9A-Z]{5}", first) and len(error.args) > 1:
        return first
    code = getattr(first, "full_code", None)
    return str(code) if code else ""


def find_words(error: BaseException, *, with_phrases: bool) -> str:
    """The part of the message whose form is known to hold no value; empty when there is none. Phrases may also stand inside a value."""
    name, text = type(error).__name__, str(error)
    if type(error).__module__.partition(".")[0] in ("duckdb", "_duckdb"):
        if name in STATEMENT_ERRORS or name in SYSTEM_ERRORS:
            return " ".join(line.strip() for line in text.splitlines() if line.strip())
    else:
        told = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], str) else text
        if form := FORMS.match(told.strip().removeprefix("ERROR:").strip()):
            return form[0]
    phrase = PHRASES.search(text) if with_phrases and name not in VALUE_CLASSES else None
    return phrase[0] if phrase else ""


def find_places(error: BaseException) -> Iterator[str]:
    """Table, column, constraint, type and line, where the driver gives them apart from its message."""
    diagnosis = getattr(error, "diag", None)
    for field in ("table", "column", "datatype", "constraint"):
        name = getattr(diagnosis, f"{field}_name", None)
        if isinstance(name, str) and name:
            yield f"{field} {name}"
    text = str(error)
    if type(error).__module__.partition(".")[0] in ("duckdb", "_duckdb") and type(error).__name__ not in STATEMENT_ERRORS:
        for pattern, label in ((DUCKDB_TYPE, "type"), (DUCKDB_COLUMN, "column"), (DUCKDB_LINE, "line of the statement")):
            if found := pattern.findall(text):
                yield f"{label} {found[-1]}"
