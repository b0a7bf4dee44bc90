"""sources.yml: what it may contain, and that each mistake is named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from declared.errors import DefinitionError
from ingestion.declarations import DateColumn, FileDate, Snapshot
from tests.ingestion.small_company import SmallCompany, daily_csv


def problems_of(company: SmallCompany, tables: dict[str, Any], **source: Any) -> tuple[str, ...]:
    with pytest.raises(DefinitionError) as caught:
        company.declare(tables, **source)
    return caught.value.problems


def test_the_example_of_the_documentation_loads(company: SmallCompany) -> None:
    page = (Path(__file__).parents[2] / "docs" / "company-folder.md").read_text(encoding="utf-8")
    company.write("sources.yml", page.split("## sources.yml")[1].split("```yaml\n")[1].split("```")[0])
    sources = company.load({"CXHOUSE_HOME": "/data"})
    orders, north = sources["shop"].tables["orders"], sources["carriers"].tables["north"]
    assert orders.placement == DateColumn("updated_at") and orders.time_zone == "UTC" and orders.company_time_zone == "Europe/Amsterdam"
    assert isinstance(north.placement, FileDate) and north.time_zone == "Europe/Amsterdam"
    assert north.find_column("parcel").delivered_as == ("ZendungNr", "ParcelNo")
    assert str(north.path) == "/data/demo/deliveries/north_*.csv.gz" and north.dialect.decimal == ","
    assert orders.find_column("customer_id").is_hashed and orders.find_column("total").delivered_as == ("order_total",)
    assert sources["shop"].max_bad_share == 0.02 and sources["shop"].on_bad_file == "stop" and sources["shop"].late_after_hours == 30


def test_the_password_of_a_source_does_not_show_when_it_is_printed(company: SmallCompany) -> None:
    table = {"relation": "t", "window": {"snapshot": True}, "columns": {"a": {"type": "text"}}}
    source = company.declare({"t": table}, connector="sql", url="sqlite:///secret-password.db")
    assert "secret-password" not in repr(source) and source.tables["t"].placement == Snapshot()


def test_relative_paths_are_relative_to_the_company_folder(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv()})
    assert source.tables["t"].path == company.root / "in/day_*.csv"
    table = {"relation": "t", "window": {"snapshot": True}, "columns": {"a": {"type": "text"}}}
    assert company.declare({"t": table}, connector="sql", url="sqlite:///some.db").url == f"sqlite:///{company.root}/some.db"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"columns": {"id": {"type": "money"}}}, r"crm.tables.t.columns.id.type: 'money' is unknown; use one of text, integer, decimal"),
        ({"columns": {"id": {"type": "text", "personal": "iban"}}}, r"columns.id.personal: 'iban' is unknown; use one of customer_id"),
        ({"columns": {"id": {"type": "date", "personal": "email"}}}, r"columns.id.type: a personal column is text"),
        (
            {"columns": {"id": {"type": "text", "requird": True}}},
            r"columns.id.requird: is not a known field; did you mean required\? known are type, required",
        ),
        ({"columns": {"id": {"type": "text", "required": "yes please"}}}, r"columns.id.required: is 'yes please'; write true or false"),
        ({"columns": {"_id": {"type": "text"}}}, r"columns._id: a column's name is lower case"),
        ({"columns": {}}, r"tables.t.columns: is missing or is not a mapping; declare at least one column"),
        ({"columns": {"id": None}}, r"columns.id: is empty or is not a mapping"),
        ({"formatt": "csv"}, r"tables.t.formatt: is not a known field"),
        ({"relation": "orders"}, r"tables.t.relation: is not a known field"),
        ({"format": "xlsx"}, r"tables.t.format: 'xlsx' is unknown; use one of csv, jsonl, parquet"),
        ({"format": None}, r"tables.t.format: is missing; add it"),
        ({"path": None}, r"tables.t.path: is missing; add it"),
        ({"window": None}, r"tables.t.window: write exactly one of file_date, column, snapshot"),
        ({"window": {"snapshot": False}}, r"window.snapshot: can only be true"),
        ({"window": {"file_date": "("}}, r"window.file_date: is not a regular expression"),
        ({"window": {"column": "amount"}}, r"window.column: column amount is decimal; a window needs a date or timestamp"),
        ({"encoding": "utf-99"}, r"encoding: 'utf-99' is not an encoding"),
        ({"delimiter": "||"}, r"delimiter: '\|\|' is one character"),
        ({"decimal": ",", "thousands": ","}, r"thousands: is the same character as decimal"),
        ({"timestamp_formats": ["dd-mm-yyyy"]}, r"timestamp_formats: 'dd-mm-yyyy' is not a pattern"),
        ({"constants": {"carrier": "x"}}, r"constants.carrier: is not a declared column"),
        ({"time_zone": "Mars/Olympus"}, r"tables.t.time_zone: 'Mars/Olympus' is not a time zone"),
    ],
)
def test_a_mistake_in_a_table_is_named_with_its_entry(company: SmallCompany, change: dict[str, Any], expected: str) -> None:
    table = {key: value for key, value in daily_csv(**change).items() if value is not None or key not in change}
    (problem,) = problems_of(company, {"t": table})
    assert re.search(expected, problem) and problem.startswith(f"{company.root / 'sources.yml'}: sources.crm.")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"connector": "ftp"}, r"sources.crm.connector: 'ftp' is unknown; use one of files, sql"),
        ({"connector": None}, r"sources.crm.connector: is missing"),
        ({"owner": None}, r"sources.crm.owner: is missing; add it"),
        ({"url": "sqlite:///x.db"}, r"sources.crm.url: is not a known field"),
        ({"schedule": "daily"}, r"sources.crm.schedule: 'daily' is not cron"),
        ({"max_bad_share": 2}, r"max_bad_share: is 2; write a number from 0 to 1"),
        ({"on_bad_file": "ignore"}, r"on_bad_file: 'ignore' is unknown; use one of stop, quarantine"),
        ({"time_zone": "CEST5"}, r"time_zone: 'CEST5' is not a time zone"),
    ],
)
def test_a_mistake_in_a_source_is_named_with_its_entry(company: SmallCompany, change: dict[str, Any], expected: str) -> None:
    problems = problems_of(company, {"t": daily_csv()}, **change)
    assert len(problems) == 1 and re.search(expected, problems[0])


@pytest.mark.parametrize(
    ("table", "url", "expected"),
    [
        ({"relation": "o"}, "sqlite:///x.db", "cursor: name the column that places a row in a window"),
        ({"cursor": "at"}, "sqlite:///x.db", "relation: name either a relation"),
        ({"relation": "o", "query": "select 1", "cursor": "at"}, "sqlite:///x.db", "relation: name either a relation"),
        ({"relation": "o", "cursor": "at", "window": {"snapshot": True}}, "sqlite:///x.db", "cursor: name the column"),
        ({"relation": "o", "cursor": "a"}, "sqlite:///x.db", "cursor: column a is text"),
        ({"relation": "o", "cursor": "at"}, "not a url", "url: is not a database URL"),
        ({"relation": "o", "cursor": "at"}, "nodb://host/x", "url: needs a database driver"),
        ({"relation": "o", "cursor": "at"}, None, "url: is missing"),
    ],
)
def test_a_mistake_in_a_database_table_is_named(company: SmallCompany, table: dict[str, Any], url: str | None, expected: str) -> None:
    table = {**table, "columns": {"a": {"type": "text"}}}
    problems = problems_of(company, {"t": table}, connector="sql", url=url)
    assert any(expected in problem for problem in problems) and len(problems) == 1


def test_all_mistakes_of_a_file_are_reported_at_once(company: SmallCompany) -> None:
    problems = problems_of(company, {"t": daily_csv(format="xlsx", delimiter="||")}, owner=None, max_bad_share=-1)
    assert len(problems) == 4


def test_a_missing_sources_file_and_one_without_sources_say_so(company: SmallCompany) -> None:
    with pytest.raises(DefinitionError, match=r"sources.yml: the file does not exist; create it"):
        company.load()
    company.write("sources.yml", "sources: {}\n")
    with pytest.raises(DefinitionError, match=r"sources.yml: sources: is missing or is not a mapping"):
        company.load()
    company.write("sources.yml", "- a list\n")
    with pytest.raises(DefinitionError, match=r"sources.yml: must hold named entries"):
        company.load()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"thousands": ["..", ","]}, r"tables.t.thousands: '..' is one character"),
        ({"thousands": ["1"]}, r"tables.t.thousands: '1' cannot stand between thousands"),
        ({"thousands": [" ", "."]}, r"tables.t.thousands: is the same character as decimal \(\.\)"),
        ({"currency": ["€", "5"]}, r"tables.t.currency: '5' is no sign of a currency; write one like €"),
        ({"negative": ["red"]}, r"tables.t.negative: 'red' is unknown; use one of trailing_minus, brackets"),
        ({"true_values": ["X"], "false_values": ["x"]}, r"tables.t.false_values: 'x' is one of the true_values too"),
        ({"timestamp_formats": ["epoch_ms"]}, r"timestamp_formats: 'epoch_ms' is not a pattern.*did you mean epoch_microseconds|epoch_"),
        ({"timestamp_formats": ["%d-%m-%Y %Q"]}, r"timestamp_formats: '%d-%m-%Y %Q' has %Q, which is no part of a strptime pattern"),
        ({"timestamp_formats": ["%d-%m-%Y %H"]}, r"timestamp_formats: '%d-%m-%Y %H' has an hour without minutes"),
        ({"date_formats": ["%s"]}, r"date_formats: '%s' is a moment, not a day; give the column the type timestamp"),
        ({"language": "Dutch"}, r"tables.t.language: is 'Dutch'; write it like nl or pt-BR"),
        ({"language": "qx"}, r"tables.t.language: 'qx' is not a language of the Unicode CLDR"),
        ({"time_zone_names": {"ET": "New York"}}, r"tables.t.time_zone_names.ET: 'New York' is not a time zone"),
        ({"skip_before_header": -1}, r"skip_before_header: is -1; write a number of lines, or a pattern"),
        ({"skip_after_header": "("}, r"skip_after_header: is not a regular expression"),
        ({"skip_lines": "["}, r"skip_lines: is not a regular expression"),
        ({"skip_at_end": "two"}, r"skip_at_end: is 'two'; write a number of lines, 0 or more"),
        ({"header": False}, r"column_names: names the columns where `header: false`; write both, or neither"),
        ({"column_names": ["a"]}, r"column_names: names the columns where `header: false`"),
        ({"header": False, "column_names": ["a", "a"]}, r"column_names: has 'a' twice; names are unique"),
        ({"header": False, "column_names": ["a"], "skip_after_header": 1}, r"skip_after_header: needs a header; use skip_before_header"),
        ({"duplicate_names": "both"}, r"duplicate_names: 'both' is unknown; use one of refuse, first, last, numbered"),
        ({"short_rows": "cut"}, r"short_rows: 'cut' is unknown; use one of reject, fill"),
        ({"long_rows": "fill"}, r"long_rows: 'fill' is unknown; use one of reject, cut_empty, cut, join"),
        ({"quote": "off"}, r"quote: is 'off'; write one character, or none"),
        ({"quote": ","}, r"quote: is the same character as delimiter"),
        ({"escape": '"'}, r"escape: is the same character as delimiter or quote"),
        ({"records": "data.orders"}, r"records: only counts for json files, not for csv; remove it, or set `format: json`"),
        ({"format": "json", "records": "data..orders"}, r"records: is 'data..orders'; write names with dots between them"),
        ({"format": "jsonl", "skip_at_end": 1}, r"skip_at_end: only counts for csv files, not for jsonl; remove it"),
        (
            {"format": "excel", "skip_before_header": "^#"},
            r"skip_before_header: is a pattern, which excel files cannot have; write a number",
        ),
        ({"format": "excel", "quote": "'"}, r"quote: only counts for csv files, not for excel; remove it"),
        ({"sheet": "Data"}, r"sheet: only counts for excel files, not for csv; remove it, or set `format: excel`"),
        ({"window": {"column": "at", "file_date_format": "%d"}}, r"window.file_date_format: needs `file_date`"),
        ({"window": {"file_date": ".*", "file_date_format": "dmy"}}, r"window.file_date_format: 'dmy' is not a pattern"),
        (
            {"columns": {"id": {"type": "text", "decimal": ","}}},
            r"columns.id.decimal: only counts for columns of type integer or decimal or",
        ),
        ({"columns": {"id": {"type": "decimal", "decimal": ",", "thousands": ","}}}, r"columns.id.thousands: is the same character"),
        (
            {"columns": {"id": {"type": "date", "time_zone_column": "tz"}}},
            r"columns.id.time_zone_column: only counts for columns of type timestamp",
        ),
        ({"columns": {"id": {"type": "text", "clean": [{"pattern": "("}]}}}, r"columns.id.clean.*pattern: is not a regular expression"),
        ({"columns": {"id": {"type": "text", "clean": [{"pattern": "a", "by": "\\2"}]}}}, r"columns.id.clean.*by: cannot replace"),
        ({"columns": {"id": {"type": "text", "clean": [{"by": "x"}]}}}, r"columns.id.clean.*pattern: is missing"),
    ],
)
def test_a_mistake_in_how_values_or_files_are_described_is_named(company: SmallCompany, change: dict[str, Any], expected: str) -> None:
    (problem,) = problems_of(company, {"t": daily_csv(**change)})
    assert re.search(expected, problem) and problem.startswith(f"{company.root / 'sources.yml'}: sources.crm.")


def test_keys_of_a_column_go_before_those_of_its_table(company: SmallCompany) -> None:
    columns = {
        "a": {"type": "decimal"},
        "b": {"type": "decimal", "decimal": ",", "thousands": ".", "null_values": []},
        "c": {"type": "timestamp", "time_zone": "UTC", "language": "nl"},
        "d": {"type": "timestamp"},
    }
    table = company.declare({"t": daily_csv(columns=columns, null_values=["-"], time_zone_column="tz")}).tables["t"]
    a, b, c, d = table.columns
    assert table.dialect_of(a) == table.dialect and table.dialect_of(a).null_values == ("-",)
    assert (table.dialect_of(b).decimal, table.dialect_of(b).thousands, table.dialect_of(b).null_values) == (",", ".", ())
    assert (table.zone_of(c), c.zone_column, table.dialect_of(c).language) == ("UTC", None, "nl")
    assert (table.zone_of(d), d.zone_column) == ("Europe/Amsterdam", "tz") and table.wanted_names == {"a", "b", "c", "d", "tz"}
