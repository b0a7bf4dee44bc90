"""sources.yml as sources, tables and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from declared import sources as declared
from declared.errors import DefinitionError, refuse
from declared.reading import read_declared
from ingestion.connectors import CONNECTORS
from ingestion.declarations import Column, DateColumn, Dialect, FileDate, Placement, Snapshot, Source, Table

__all__ = ["Column", "Dialect", "Source", "Table", "load_sources"]


def load_sources(company: Path, environment: Mapping[str, str], default_time_zone: str, country: str | None = None) -> dict[str, Source]:
    """Read `company/sources.yml`. `default_time_zone` is the company's: of local days, and of time stamps where a source states none.

    Raises DefinitionError with one sentence for each problem in the file.
    """
    path = company / "sources.yml"
    entries = read_declared(path, declared.SourcesFile, environment).sources
    refuse(find_url_problems(path, entries))
    return {name: build_source(name, entry, company, default_time_zone, country) for name, entry in entries.items()}


def find_url_problems(path: Path, entries: Mapping[str, declared.AnySource]) -> Iterator[DefinitionError]:
    """URLs that the connector cannot use."""
    for name, entry in entries.items():
        try:
            resolve_url(entry, path.parent)
        except ValueError as error:
            yield DefinitionError(path, f"sources.{name}.url", str(error))


def resolve_url(entry: declared.AnySource, company: Path) -> str | None:
    """The URL of a source that has one, with relative paths made absolute."""
    return CONNECTORS[entry.connector].resolve_url(entry.url, company) if isinstance(entry, declared.SqlSource) else None


def build_source(name: str, entry: declared.AnySource, company: Path, company_time_zone: str, country: str | None) -> Source:
    """One entry under `sources:`."""
    time_zone = entry.time_zone or company_time_zone
    return Source(
        id=name,
        description=entry.description,
        owner=entry.owner,
        connector=entry.connector,
        tables={
            table_name: build_table(name, table_name, table, company, table.time_zone or time_zone, company_time_zone, country)
            for table_name, table in entry.tables.items()
        },
        time_zone=time_zone,
        company_time_zone=company_time_zone,
        country=country,
        url=resolve_url(entry, company),
        schedule=entry.schedule,
        late_after_hours=entry.late_after_hours,
        max_bad_share=entry.max_bad_share,
        on_bad_file=entry.on_bad_file,
    )


def build_table(
    source: str,
    name: str,
    entry: declared.FilesTable | declared.SqlTable,
    company: Path,
    time_zone: str,
    company_time_zone: str,
    country: str | None,
) -> Table:
    """One entry under a source's `tables:`."""
    own: dict[str, Any]
    dialect: dict[str, Any] = {}
    if isinstance(entry, declared.FilesTable):
        own = {"path": company / entry.path, "format": entry.format, "newest_file": entry.newest_file}
        dialect = {"encoding": entry.encoding, "delimiter": entry.delimiter}
    else:
        own = {"relation": entry.relation, "query": entry.query.strip().rstrip(";") if entry.query else None}
        own |= {"look_back_days": int(entry.look_back_days)}
    return Table(
        source=source,
        name=name,
        columns=tuple(build_column(column, fields) for column, fields in entry.columns.items()),
        placement=build_placement(entry),
        time_zone=time_zone,
        company_time_zone=company_time_zone,
        country=country,
        dialect=Dialect(
            **dialect,
            decimal=entry.decimal,
            thousands=entry.thousands,
            null_values=entry.null_values,
            timestamp_formats=entry.timestamp_formats,
            date_formats=entry.date_formats,
        ),
        allow_empty=entry.allow_empty,
        allow_shrink=entry.allow_shrink,
        constants=entry.constants,
        **own,
    )


def build_placement(entry: declared.FilesTable | declared.SqlTable) -> Placement:
    """Which day a row belongs to: `cursor` for sql, `window` for files, or a snapshot."""
    if isinstance(entry, declared.SqlTable):
        return DateColumn(entry.cursor) if entry.cursor else Snapshot()
    if entry.window.file_date:
        return FileDate(re.compile(entry.window.file_date))
    return DateColumn(entry.window.column) if entry.window.column else Snapshot()


def build_column(name: str, entry: declared.Column) -> Column:
    """One entry under a table's `columns:`."""
    return Column(
        name=name,
        type=entry.type,
        is_required=entry.required,
        personal=entry.personal,
        is_enabled=entry.enabled,
        delivered_as=entry.from_ or (name,),
    )
