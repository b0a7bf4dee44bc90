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
