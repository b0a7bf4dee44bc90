"""Reports: their columns are declared beside the models, documented from there, and a wrong column stops dbt."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from cxhouse.settings import PROJECT
from cxhouse.site.building import list_declared_reports
from cxhouse.warehouse.exposures import describe_exposures
from cxhouse.warehouse.reports_page import MARKER, PAGE, read_reports, render_page
from tests.architecture.tree import list_tracked

DASHBOARDS = PROJECT / "dashboards"


def test_every_report_declares_its_columns_types_and_meanings_under_an_enforced_contract() -> None:
    reports = read_reports()
    assert len(reports) > 40
    assert [report.name for report in reports] == sorted(path.stem for path in list_tracked("dbt/models/reports/*.sql"))
    project = yaml.safe_load((PROJECT / "dbt" / "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["models"]["cxhouse"]["reports"]["+contract"] == {"enforced": True}
    for report in reports:
        assert report.description.startswith("One row"), report.name
        names = [column.name for column in report.columns]
        assert names and len(set(names)) == len(names), report.name
        unfinished = [column.name for column in report.columns if not column.description.endswith(".") or "|" in column.description]
        assert unfinished == [], report.name


def test_the_page_of_published_reports_is_what_the_models_declare() -> None:
    text = PAGE.read_text(encoding="utf-8")
    introduction, _, _ = text.partition(MARKER)
    advice = "run python -m cxhouse.warehouse.reports_page"
    assert text == render_page(introduction, read_reports()), advice


def test_every_page_is_an_exposure_of_the_reports_it_reads() -> None:
    exposures = describe_exposures(DASHBOARDS)["exposures"]
    pages = {path.relative_to(PROJECT).as_posix() for path in list_tracked("dashboards/pages/*.md")}
    assert len(pages) > 10
    assert {exposure["description"] for exposure in exposures} == pages
    assert len({exposure["name"] for exposure in exposures}) == len(pages)
    read = {report for exposure in exposures for report in exposure["depends_on"]}
    assert read == {f"ref('{report}')" for report in list_declared_reports(DASHBOARDS)}
    home = next(exposure for exposure in exposures if exposure["name"] == "page_home")
    # rpt_builds is read by a partial at the foot of the page
    assert {"ref('rpt_touchpoint_tiles')", "ref('rpt_builds')"} <= set(home["depends_on"])


BROKEN = {
    "rpt_as_declared": ("1 as b, 'x' as a", None),
    "rpt_other_type": ("cast(1 as bigint) as b, 'x' as a", "bigint"),
    "rpt_without_a_column": ("1 as b", "missing in definition"),
    "rpt_with_one_more": ("1 as b, 'x' as a, true as more", "more"),
}


@pytest.fixture(scope="module")
def dbt_results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """Status and message per model of a small dbt project with the project's own materializations; every model declares a and b."""
    folder = tmp_path_factory.mktemp("contracts")
    for name in ("models", "macros"):
        (folder / name).mkdir()
    macros = PROJECT / "dbt" / "macros" / "materializations.sql"
    (folder / "macros" / macros.name).symlink_to(macros)
    columns = [{"name": "a", "data_type": "varchar"}, {"name": "b", "data_type": "integer"}]
    for name, (select, _) in BROKEN.items():
        (folder / "models" / f"{name}.sql").write_text(f"select {select}")
        (folder / "models" / f"{name}.yml").write_text(yaml.safe_dump({"models": [{"name": name, "columns": columns}]}))
    models = {"+materialized": "table", "+contract": {"enforced": True}}
    (folder / "dbt_project.yml").write_text(
        yaml.safe_dump({"name": "small", "profile": "small", "flags": {"send_anonymous_usage_stats": False}, "models": {"small": models}})
    )
    output = {"type": "duckdb", "path": str(folder / "small.duckdb")}
    (folder / "profiles.yml").write_text(yaml.safe_dump({"small": {"target": "embedded", "outputs": {"embedded": output}}}))
    command = [str(Path(sys.executable).parent / "dbt"), "run", "--project-dir", str(folder), "--profiles-dir", str(folder)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    results = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    return {result["unique_id"].split(".")[-1]: (result["status"], result["message"] or "") for result in results}


@pytest.mark.parametrize("model", BROKEN)
def test_a_column_that_is_not_as_declared_stops_the_build_and_is_named(dbt_results: dict[str, tuple[str, str]], model: str) -> None:
    status, message = dbt_results[model]
    named = BROKEN[model][1]
    assert status == ("success" if named is None else "error"), message
    assert named is None or (named in message.lower() and model in message)
