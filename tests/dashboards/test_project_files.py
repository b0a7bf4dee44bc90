"""The Evidence project: pinned, without addresses, and its pages only select from declared reports."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from cxhouse.settings import PROJECT
from cxhouse.site.building import list_declared_reports
from cxhouse.warehouse.reports_page import read_reports

DASHBOARDS = PROJECT / "dashboards"
SOURCES = DASHBOARDS / "sources" / "cxhouse"
PAGES = sorted(path for folder in ("pages", "partials") for path in (DASHBOARDS / folder).rglob("*.md"))
COMPONENTS = sorted(path for path in (DASHBOARDS / "components").rglob("*") if path.suffix in (".svelte", ".js"))
QUERY = re.compile(r"```sql \w+\n(.*?)```", re.DOTALL)
TABLE = re.compile(r"<ArrangedTable rows=\{(\w+)\}[^>]*? columns=\{\[(.*?)\]\} />", re.DOTALL)


def test_packages_are_pinned_and_the_lock_file_holds_no_address() -> None:
    package = json.loads((DASHBOARDS / "package.json").read_text(encoding="utf-8"))
    versions = {**package["dependencies"], **package["devDependencies"], **package["overrides"]}
    assert versions
    assert [name for name, version in versions.items() if not re.fullmatch(r"(npm:@[\w/-]+@)?\d+\.\d+\.\d+(-r\.\d+)?", version)] == []
    lock = (DASHBOARDS / "package-lock.json").read_text(encoding="utf-8")
    assert '"integrity"' in lock
    assert re.findall(r'"resolved"|https?://', lock) == []


def test_usage_is_not_reported() -> None:
    settings = json.loads((DASHBOARDS / "evidence.settings.json").read_text(encoding="utf-8"))
    assert settings["send_anonymous_usage_stats"] == "no"


def test_every_declared_report_is_read_by_its_own_file_alone() -> None:
    reports = list_declared_reports(DASHBOARDS)
    assert reports
    for report in reports:
        sql = (SOURCES / f"{report}.sql").read_text(encoding="utf-8")
        assert re.findall(r"read_parquet\('([^']*)'\)", sql) == [f"${{serving}}/{report}.parquet"]


@pytest.fixture(scope="module")
def declared_reports() -> Iterator[duckdb.DuckDBPyConnection]:
    """The reports as the pages see them, without rows: views over tables with the declared columns, by the SQL of the sources."""
    with duckdb.connect() as connection:
        connection.execute("create schema published; create schema cxhouse")
        for report in read_reports():
            columns = ", ".join(f'"{column.name}" {column.data_type}' for column in report.columns)
            connection.execute(f"create table published.{report.name} ({columns})")
        for report in list_declared_reports(DASHBOARDS):
            sql = re.sub(r"read_parquet\('[^']*'\)", f"published.{report}", (SOURCES / f"{report}.sql").read_text(encoding="utf-8"))
            connection.execute(f"create view cxhouse.{report} as {fill_in(sql)}")
        yield connection


def fill_in(sql: str) -> str:
    """A query with a value for each choice, parameter and setting."""
    return re.sub(r"\$\{[^}]*\}", "UTC", sql)


def test_every_column_a_page_names_is_one_column_of_the_reports_it_reads(declared_reports: duckdb.DuckDBPyConnection) -> None:
    queries = [(page, query) for page in PAGES for query in QUERY.findall(page.read_text(encoding="utf-8"))]
    assert len(queries) > 50
    wrong = []
    for page, query in queries:
        try:
            columns = [row[0] for row in declared_reports.execute(f"describe {fill_in(query)}").fetchall()]
            # of two columns with one name a page sees the first, whichever that is
            wrong += [f"{page.relative_to(DASHBOARDS)}: two columns {name}" for name, count in Counter(columns).items() if count > 1]
        except duckdb.Error as error:
            wrong.append(f"{page.relative_to(DASHBOARDS)}: {error}")
    assert wrong == []


def test_every_column_of_a_table_on_a_page_is_a_column_of_its_query(declared_reports: duckdb.DuckDBPyConnection) -> None:
    tables = [(page, text, *table) for page in PAGES for text in [page.read_text(encoding="utf-8")] for table in TABLE.findall(text)]
    assert len(tables) == sum(page.read_text(encoding="utf-8").count("<ArrangedTable") for page in PAGES) > 3
    for page, text, name, body in tables:
        query = re.search(rf"```sql {name}\n(.*?)```", text, re.DOTALL)
        assert query, f"{page.name}: no query {name}"
        columns = {row[0] for row in declared_reports.execute(f"describe {fill_in(query[1])}").fetchall()}
        named = set(re.findall(r"\b(?:key|text): '(\w+)'", body))
        assert named and named <= columns, f"{page.name}: {named - columns}"


def test_pages_select_from_declared_reports_and_do_not_calculate() -> None:
    declared = set(list_declared_reports(DASHBOARDS))
    queries = [(page, query) for page in PAGES for query in QUERY.findall(page.read_text(encoding="utf-8"))]
    assert queries
    for page, query in queries:
        assert set(re.findall(r"(?:from|join) cxhouse\.(\w+)", query)) <= declared, page
        plain = query.replace("select *", "select")
        assert not re.search(r"\b(sum|avg|count|min|max|round|median)\s*\(|[\w)] [+/*%-] [\w(]", plain), page


def test_pages_and_components_stay_short() -> None:
    assert PAGES and COMPONENTS
    long_pages = {page.name: count for page in PAGES if (count := len(page.read_text(encoding="utf-8").splitlines())) > 160}
    assert long_pages == {}
    long_parts = {
        part.name: count
        for part in COMPONENTS
        if part.name != "range_query.js" and (count := len(part.read_text(encoding="utf-8").splitlines())) > 250
    }
    assert long_parts == {}


def test_every_page_asks_its_question_and_ends_with_its_build() -> None:
    pages = [page for page in PAGES if page.parent.name != "partials"]
    assert pages
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert re.search(r"^title: .+\?$", text, re.MULTILINE), page
        assert "foot.md" in text or "<PageFoot" in text, page


def run_module(code: str) -> object:
    """Evaluate an expression with the pages' own modules and return it."""
    script = (
        "import { formatFigure } from './components/shared/figures.js';"
        "import { describeStatus, sortByUrgency } from './components/shared/statuses.js';"
        "import { buildSeriesOptions } from './components/touchpoints/series_chart.js';"
        f"console.log(JSON.stringify({code}));"
    )
    run = subprocess.run(
        ["node", "--input-type=module", "--eval", script], cwd=DASHBOARDS, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")


@needs_node
@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("0.912", "share", "91.2 %"),
        ("34", "points", "+34"),
        ("71.4", "seconds", "71 s"),
        ("0.0512", "ratio", "5.12 per 100"),
        ("62.5", "EUR", "EUR 62.50"),
    ],
)
def test_chart_labels_carry_the_unit(value: str, unit: str, text: str) -> None:
    assert run_module(f"formatFigure({value}, '{unit}')") == text


@needs_node
def test_a_missing_value_is_never_a_zero() -> None:
    assert run_module("formatFigure(null, 'share')") == "no value"


@needs_node
def test_every_status_of_the_reports_has_a_word_and_a_sign_of_its_own_tone() -> None:
    statuses = ["green", "yellow", "red", "grey", "neutral", "hidden", "no_data", "not_measurable"]
    looks = run_module(f"{statuses}.map(describeStatus)")
    assert isinstance(looks, list)
    assert len({look["word"] for look in looks}) == len(statuses)
    assert {status for status, look in zip(statuses, looks, strict=True) if look["tone"] == "none"} == set(statuses[3:])
    assert len({look["sign"] for look in looks[:3]}) == 3


@needs_node
def test_changes_close_together_take_different_heights_on_the_chart() -> None:
    rows = [
        {"period_start": f"2025-{month:02d}-01", "value": 1, "value_lower": 0, "value_upper": 2, "target": None} for month in range(1, 13)
    ]
    changes = [
        {"number": 1, "started_date": "2025-03-01"},
        {"number": 2, "started_date": "2025-03-04"},
        {"number": 3, "started_date": "2025-09-01"},
    ]
    options = (
        f"buildSeriesOptions({{rows: {json.dumps(rows)}, changes: {json.dumps(changes)}, calendar: [], unit: 'ratio', isNarrow: false}})"
    )
    marks = run_module(f"{options}.series[1].markLine.data.map((mark) => [mark.label.formatter, mark.label.offset[1]])")
    assert isinstance(marks, list)
    assert [number for number, _ in marks] == ["1", "2", "3"]
    assert marks[0][1] != marks[1][1]
    assert marks[2][1] == 0


@needs_node
def test_the_engine_patch_refuses_a_client_it_was_not_written_for(tmp_path: Path) -> None:
    shutil.copy(DASHBOARDS / "offline_engine.mjs", tmp_path)
    for name, version in {"@evidence-dev/universal-sql": "9.9.9", "@duckdb/duckdb-wasm": "1.28.0"}.items():
        folder = tmp_path / "node_modules" / name
        folder.mkdir(parents=True)
        (folder / "package.json").write_text(json.dumps({"version": version}), encoding="utf-8")
    run = subprocess.run(["node", "offline_engine.mjs"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 1
    assert "universal-sql is 9.9.9, expected 3.0.1" in run.stderr
