"""sources.yml as sources, tables and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from babel.core import UnknownLocaleError

from declared import sources as declared
from declared.errors import DefinitionError, refuse
from declared.reading import read_declared
from declared.value_forms import ValueForms
from ingestion.connectors import CONNECTORS
from ingestion.declarations import Column, DateColumn, Dialect, FileDate, Layout, Placement, Snapshot, Source, Table
from ingestion.time_patterns import list_names

__all__ = ["Column", "Dialect", "Source", "Table", "load_sources"]


def load_sources(company: Path, environment: Mapping[str, str], default_time_zone: str, country: str | None = None) -> dict[str, Source]:
    """Read `company/sources.yml`. `default_time_zone` is the company's: of local days, and of time stamps where a source states none.

    Raises DefinitionError with one sentence for each problem in the file.
    """
    path = company / "sources.yml"
    entries = read_declared(path, declared.SourcesFile, environment).sources
    refuse([*find_url_problems(path, entries), *find_language_problems(path, entries)])
    return {name: build_source(name, entry, company, default_time_zone, country) for name, entry in entries.items()}


def find_url_problems(path: Path, entries: Mapping[str, declared.AnySource]) -> Iterator[DefinitionError]:
    """URLs that the connector cannot use."""
    for name, entry in entries.items():
        try:
            resolve_url(entry, path.parent)
        except ValueError as error:
            yield DefinitionError(path, f"sources.{name}.url", str(error))


def find_language_problems(path: Path, entries: Mapping[str, declared.AnySource]) -> Iterator[DefinitionError]:
    """Languages whose names of months nobody wrote down."""
    for source, entry in entries.items():
        for name, table in entry.tables.items():
            place = f"sources.{source}.tables.{name}"
            for at, forms in ((place, table), *((f"{place}.columns.{each}", column) for each, column in table.columns.items())):
                try:
                    list_names(forms.language or "en", "month")
                except (UnknownLocaleError, ValueError):
                    problem = f"{forms.language!r} is not a language of the Unicode CLDR; write one like nl or pt-BR"
                    yield DefinitionError(path, f"{at}.language", problem)


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
    dialect = Dialect(zone_names=tuple(entry.time_zone_names.items()))
    if isinstance(entry, declared.FilesTable):
        own = {"path": company / entry.path, "format": entry.format, "layout": build_layout(entry), "newest_file": entry.newest_file}
        dialect = replace(dialect, encoding=entry.encoding, delimiter=entry.delimiter)
    else:
        own = {"relation": entry.relation, "query": entry.query.strip().rstrip(";") if entry.query else None}
        own |= {"look_back_days": int(entry.look_back_days)}
    dialect = build_dialect(entry, dialect)
    return Table(
        source=source,
        name=name,
        columns=tuple(build_column(column, fields, entry, dialect) for column, fields in entry.columns.items()),
        placement=build_placement(entry),
        time_zone=time_zone,
        company_time_zone=company_time_zone,
        country=country,
        dialect=dialect,
        allow_empty=entry.allow_empty,
        allow_shrink=entry.allow_shrink,
        constants=entry.constants,
        **own,
    )


def build_dialect(forms: ValueForms, base: Dialect) -> Dialect:
    """How values are written: what is declared, else as in `base`."""
    given: dict[str, Any] = {
        "decimal": forms.decimal,
        "thousands": forms.thousands,
        "currency": forms.currency,
        "negatives": forms.negative,
        "null_values": forms.null_values,
        "true_values": forms.true_values,
        "false_values": forms.false_values,
        "timestamp_formats": forms.timestamp_formats,
        "date_formats": forms.date_formats,
        "language": forms.language,
    }
    return replace(base, **{name: value for name, value in given.items() if value is not None})


def build_layout(entry: declared.FilesTable) -> Layout:
    """Where the records of files are."""
    return Layout(
        skip_before_header=entry.skip_before_header,
        header_pattern=entry.header if isinstance(entry.header, str) else None,
        has_header=entry.header is not False,
        column_names=entry.column_names,
        skip_after_header=entry.skip_after_header,
        skip_lines=entry.skip_lines,
        skip_at_end=entry.skip_at_end,
        has_trailing_delimiter=entry.trailing_delimiter,
        duplicate_names=entry.duplicate_names,
        short_rows=entry.short_rows,
        long_rows=entry.long_rows,
        quote=None if entry.quote == "none" else entry.quote,
        escape=entry.escape,
        sheet=entry.sheet,
        records=entry.records,
        zip_members=entry.zip_members,
    )


def build_placement(entry: declared.FilesTable | declared.SqlTable) -> Placement:
    """Which day a row belongs to: `cursor` for sql, `window` for files, or a snapshot."""
    if isinstance(entry, declared.SqlTable):
        return DateColumn(entry.cursor) if entry.cursor else Snapshot()
    if entry.window.file_date:
        return FileDate(re.compile(entry.window.file_date), entry.window.file_date_format)
    return DateColumn(entry.window.column) if entry.window.column else Snapshot()


def build_column(name: str, entry: declared.Column, table: declared.Table, base: Dialect) -> Column:
    """One entry under a table's `columns:`."""
    dialect = build_dialect(entry, base)
    takes_zone = entry.type == "timestamp" and name not in table.constants and entry.time_zone is None
    return Column(
        name=name,
        type=entry.type,
        is_required=entry.required,
        personal=entry.personal,
        is_enabled=entry.enabled,
        delivered_as=entry.from_ or (name,),
        dialect=dialect if dialect != base else None,
        time_zone=entry.time_zone,
        zone_column=entry.time_zone_column or (table.time_zone_column if takes_zone else None),
        clean=tuple((step.pattern, step.by) for step in entry.clean),
    )
