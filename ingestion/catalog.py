"""sources.yml, validated: every problem of the file is found in one go and named with its entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ingestion.configuration import ConfigurationError, read_yaml
from ingestion.connectors import CONNECTORS
from ingestion.declarations import (
    COLUMN_TYPES,
    FORMATS,
    PERSONAL_KINDS,
    Column,
    DateColumn,
    Dialect,
    FileDate,
    Placement,
    Snapshot,
    Source,
    Table,
)
from ingestion.entries import Entry, is_time_zone

__all__ = ["Column", "Dialect", "Source", "Table", "load_sources"]

SOURCE_KEYS = ("description", "owner", "connector", "schedule", "late_after_hours", "time_zone", "max_bad_share", "on_bad_file", "tables")
TABLE_KEYS = ("description", "columns", "window", "time_zone", "allow_empty", "constants", "null_values", "decimal", "thousands",
              "timestamp_formats", "date_formats")  # fmt: skip
COLUMN_KEYS = ("type", "required", "personal", "enabled", "from", "description")
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
DEFAULT_LATE_AFTER_HOURS = 36.0
NOT_A_ZONE = "is not a time zone; write one like Europe/Amsterdam or UTC"


def load_sources(company: Path, environment: Mapping[str, str], default_time_zone: str, country: str | None = None) -> dict[str, Source]:
    """Read `company/sources.yml`. `default_time_zone` is the company's: of local days, and of time stamps where a source states none.

    Raises ConfigurationError with one sentence for each problem in the file.
    """
    path = company / "sources.yml"
    top = Entry(str(path), "", read_yaml(path, environment), [])
    top.refuse_unknown(("sources",))
    entries = top.take_entries("sources", "name at least one source")
    sources = {
        name: read_source(name, entry, company=company, company_time_zone=default_time_zone, country=country)
        for name, entry in entries.items()
    }
    if top.problems:
        raise ConfigurationError(top.problems)
    return sources


def read_source(name: str, entry: Entry, *, company: Path, company_time_zone: str, country: str | None) -> Source:
    """One entry under `sources:`."""
    check_identifier(name, entry, "a source's id")
    connector = entry.take_choice("connector", tuple(CONNECTORS), required=True)
    known = CONNECTORS.get(connector or "")
    if known is not None:
        entry.refuse_unknown((*SOURCE_KEYS, *known.source_keys))
    time_zone = entry.take_checked("time_zone", is_time_zone, NOT_A_ZONE) or company_time_zone
    url = entry.take_text("url", required=True) if known and "url" in known.source_keys else None
    if url is not None and known is not None:
        try:
            url = known.resolve_url(url, company)
        except ValueError as error:
            entry.complain("url", str(error))
    tables = {}
    for table_name, table_entry in entry.take_entries("tables", "declare at least one table").items():
        check_identifier(table_name, table_entry, "a table's name")
        if known is not None:
            table_entry.refuse_unknown((*TABLE_KEYS, *known.table_keys))
        tables[table_name] = read_table(
            name, table_name, table_entry, company=company, connector=connector or "", time_zone=time_zone,
            company_time_zone=company_time_zone, country=country,
        )  # fmt: skip
    return Source(
        id=name,
        description=entry.take_text("description", required=True) or "",
        owner=entry.take_text("owner", required=True) or "",
        connector=connector or "",
        tables=tables,
        time_zone=time_zone,
        company_time_zone=company_time_zone,
        country=country,
        url=url,
        schedule=entry.take_checked("schedule", lambda text: len(text.split()) == 5, "is not cron; write five fields like '15 3 * * *'"),
        late_after_hours=entry.take_number("late_after_hours", DEFAULT_LATE_AFTER_HOURS, lowest=0.0),
        max_bad_share=entry.take_number("max_bad_share", 0.02, lowest=0.0, highest=1.0),
        on_bad_file=entry.take_choice("on_bad_file", ("stop", "quarantine")) or "stop",
    )


def read_table(
    source: str, name: str, entry: Entry, *, company: Path, connector: str, time_zone: str, company_time_zone: str, country: str | None
) -> Table:
    """One entry under a source's `tables:`."""
    columns = tuple(read_column(column, fields) for column, fields in entry.take_entries("columns", "declare at least one column").items())
    constants = entry.take_constants("constants")
    for column in constants:
        if column not in {declared.name for declared in columns}:
            entry.complain(f"constants.{column}", "is not a declared column; declare it under columns")
    path, file_format = None, None
    relation, query = None, None
    if connector == "files":
        text = entry.take_text("path", required=True)
        path = company / text if text else None
        file_format = entry.take_choice("format", FORMATS, required=True)
    elif connector == "sql":
        relation, query = entry.take_text("relation"), entry.take_text("query")
        if (relation is None) == (query is None):
            entry.complain("relation", "name either a relation (table or view) or a query, not both")
    return Table(
        source=source,
        name=name,
        columns=columns,
        placement=read_placement(entry, connector, columns),
        time_zone=entry.take_checked("time_zone", is_time_zone, NOT_A_ZONE) or time_zone,
        company_time_zone=company_time_zone,
        country=country,
        path=path,
        format=file_format,
        relation=relation,
        query=query.strip().rstrip(";") if query else None,
        dialect=read_dialect(entry),
        allow_empty=entry.take_flag("allow_empty"),
        constants=constants,
    )


def read_placement(entry: Entry, connector: str, columns: tuple[Column, ...]) -> Placement:
    """Which day a row belongs to: `cursor` for sql, `window` for files, or a snapshot."""
    window = entry.value.get("window") if isinstance(entry.value, Mapping) else None
    cursor = entry.take_text("cursor") if connector == "sql" else None
    if connector == "sql" and (cursor is None) == (window is None):
        entry.complain("cursor", "name the column that places a row in a window, or write `window: {snapshot: true}`")
        return Snapshot()
    if cursor is not None:
        check_window_column("cursor", cursor, entry, columns)
        return DateColumn(cursor)
    kinds = ("snapshot",) if connector == "sql" else ("file_date", "column", "snapshot")
    if not isinstance(window, Mapping) or len(window) != 1 or next(iter(window)) not in kinds:
        entry.complain("window", f"write exactly one of {', '.join(kinds)}, for example `window: {{snapshot: true}}`")
        return Snapshot()
    kind, value = next(iter(window.items()))
    if kind == "file_date":
        try:
            return FileDate(re.compile(str(value)))
        except re.error as error:
            entry.complain("window.file_date", f"is not a regular expression ({error})")
    elif kind == "column":
        check_window_column("window.column", str(value), entry, columns)
        return DateColumn(str(value))
    elif value is not True:
        entry.complain("window.snapshot", "can only be true")
    return Snapshot()


def check_window_column(field: str, name: str, entry: Entry, columns: tuple[Column, ...]) -> None:
    """A declared window column must hold days or instants that stay readable; an undeclared one is a name in the source."""
    column = next((column for column in columns if column.name == name), None)
    if column is not None and (column.type not in ("date", "timestamp") or column.personal):
        entry.complain(field, f"column {name} is {column.personal or column.type}; a window needs a date or timestamp")


def read_dialect(entry: Entry) -> Dialect:
    """How the table's values are written."""
    encoding = entry.take_checked("encoding", is_encoding, "is not an encoding; write one like utf-8 or windows-1252") or "utf-8"
    delimiter = entry.take_checked("delimiter", lambda text: len(text) == 1, "is one character") or ","
    decimal = entry.take_checked("decimal", lambda text: text in (".", ","), "is . or ,") or "."
    thousands = entry.take_checked("thousands", lambda text: len(text) == 1, "is one character")
    if thousands == decimal:
        entry.complain("thousands", f"is the same character as decimal ({decimal}); they must differ")
    return Dialect(
        encoding=encoding,
        delimiter=delimiter,
        decimal=decimal,
        thousands=thousands,
        null_values=entry.take_list("null_values") if "null_values" in entry.mapping else ("",),
        timestamp_formats=read_formats("timestamp_formats", entry),
        date_formats=read_formats("date_formats", entry),
    )


def read_formats(field: str, entry: Entry) -> tuple[str, ...]:
    """Strptime patterns."""
    formats = entry.take_list(field)
    for text in formats:
        if "%" not in text:
            entry.complain(field, f"{text!r} is not a pattern; write one like %d-%m-%Y")
    return formats


def read_column(name: str, entry: Entry) -> Column:
    """One entry under a table's `columns:`."""
    entry.refuse_unknown(COLUMN_KEYS)
    check_identifier(name, entry, "a column's name")
    column_type = entry.take_choice("type", COLUMN_TYPES, required=True) or "text"
    personal = entry.take_choice("personal", PERSONAL_KINDS)
    if personal and column_type != "text":
        entry.complain("type", f"a personal column is text, not {column_type}: its hash replaces it")
    if "enabled" in entry.mapping and personal != "free_text":
        entry.complain("enabled", "only counts for `personal: free_text`; remove it")
    return Column(
        name=name,
        type=column_type,
        is_required=entry.take_flag("required"),
        personal=personal,
        is_enabled=entry.take_flag("enabled"),
        delivered_as=entry.take_list("from") or (name,),
    )


def check_identifier(name: str, entry: Entry, what: str) -> None:
    """Ids are lower case, so that they mean the same to every engine; a leading underscore is ours."""
    if not IDENTIFIER.fullmatch(name):
        entry.complain("", f"{what} is lower case letters, digits and underscores and begins with a letter")


def is_encoding(text: str) -> bool:
    """True for a name Python decodes."""
    try:
        "".encode(text)
    except (LookupError, ValueError):
        return False
    return True
