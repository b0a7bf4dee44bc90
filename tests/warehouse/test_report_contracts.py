"""What is published is what is declared, and dbt knows which page reads it."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from cxhouse.warehouse.reports_page import read_reports
from tests.warehouse.conftest import Home, copy_home


def test_every_published_report_has_the_declared_columns_types_and_order(tiny: Home) -> None:
    reports = read_reports()
    files = {path.stem: path for path in (tiny.path / "serving" / "current").glob("*.parquet")}
    assert sorted(files) == [report.name for report in reports]
    for report in reports:
        found = duckdb.sql(f"describe select * from '{files[report.name]}'").fetchall()
        published = [(name, data_type.lower()) for name, data_type, *_ in found]
        assert published == [(column.name, column.data_type) for column in report.columns], report.name


def test_the_docs_site_is_one_file_that_holds_reports_columns_and_pages(tiny: Home, tmp_path: Path) -> None:
    home = copy_home(tiny, tmp_path, DBT_WRITE_JSON="true")
    home.run("build")  # homes of small companies are built without the manifest that the docs need
    path = Path(home.run("docs").stdout.strip())
    site = path.read_text(encoding="utf-8")
    assert path.is_relative_to(home.path)
    catalog = json.loads((path.parent / "catalog.json").read_text(encoding="utf-8"))
    tables = {node.split(".")[-1] for node in catalog["nodes"]}
    assert {"rpt_touchpoint_kpis", "fct_touchpoint_kpis"} <= tables
    manifest = json.loads((path.parent / "manifest.json").read_text(encoding="utf-8"))
    page = manifest["exposures"]["exposure.cxhouse.page_home"]
    assert "model.cxhouse.rpt_touchpoint_tiles" in page["depends_on"]["nodes"]
    assert "exposure.cxhouse.page_home" in site and "rpt_touchpoint_tiles" in site
