"""Claims about the DAG files: names, owners, order and schedules, and no import of the project."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from declared.errors import DefinitionError
from declared.reading import read_declared
from declared.sources import SourcesFile
from semantic.changes import FIELDS
from tests.dags.corner_shop import PROJECT, SOURCES, write_company

DAG_FILES = sorted(path for path in (PROJECT / "dags").glob("*.py") if path.name != "house.py")
LAYERS = ["build_staging", "build_intermediate", "build_marts", "build_reports", "publish"]


def test_every_dag_file_is_read_without_errors(parsed: dict[str, Any]) -> None:
    assert parsed["errors"] == {}
    assert set(parsed["dags"]) == {"ingest_shop", "ingest_calls", "warehouse", "dashboards", "news", "record_change"}


def test_parsing_loads_neither_the_project_nor_frames(parsed: dict[str, Any]) -> None:
    assert {"airflow", "house"} <= set(parsed["imported"])
    assert not {"cxhouse", "declared", "ingestion", "semantic", "dbt", "duckdb", "polars", "pandas"} & set(parsed["imported"])
    assert parsed["loaded_rooms"] == []


def test_dag_files_are_short_and_do_not_import_one_another() -> None:
    assert len(DAG_FILES) >= 4
    for path in DAG_FILES:
        text = path.read_text()
        assert len(text.splitlines()) <= 60, f"{path.name} is longer than 60 lines"
        imported = {node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
        assert not imported & {other.stem for other in DAG_FILES}
        assert "select " not in text.lower().replace("select*", "")


def test_the_shared_module_is_not_taken_for_a_dag_file() -> None:
    assert "house.py" in (PROJECT / "dags" / ".airflowignore").read_text().split()


def test_every_dag_has_an_explanation_and_every_task_an_owner_and_a_failure_callback(parsed: dict[str, Any]) -> None:
    assert parsed["dags"]
    for name, dag in parsed["dags"].items():
        assert len(dag["doc"]) > 100, f"{name} has no explanation"
        assert dag["catchup"] is False
        assert dag["tasks"]
        for task in dag["tasks"].values():
            assert task["owner"] not in ("", "airflow")
            assert task["on_failure"] == ["tell_failure"]
            assert task["command"].startswith("cxhouse ")


def test_a_load_has_its_sources_owner_schedule_and_asset(parsed: dict[str, Any]) -> None:
    dag = parsed["dags"]["ingest_shop"]
    assert dag["owner"] == "E-commerce"
    assert dag["max_active_runs"] == 1
    assert dag["timetable"]["__type"].endswith("CronDataIntervalTimetable")
    assert dag["timetable"]["__var"] == {"expression": "15 3 * * *", "timezone": "Europe/Amsterdam"}
    task = dag["tasks"]["load"]
    assert task["outlets"] == ["cxhouse://lake/shop"]
    assert (task["retries"], task["retry_exponential_backoff"]) == (3, 2.0)


def test_a_placeholder_in_a_schedule_is_filled(parsed: dict[str, Any]) -> None:
    assert parsed["dags"]["ingest_calls"]["timetable"]["__var"]["expression"] == "30 4 * * *"


def test_the_warehouse_waits_for_all_sources_or_the_cut_off_hour(parsed: dict[str, Any]) -> None:
    timetable = parsed["dags"]["warehouse"]["timetable"]
    assert timetable["__type"].endswith("AssetOrTimeSchedule")
    condition = timetable["__var"]["asset_condition"]
    assert condition["__type"] == "asset_all"
    assert {asset["name"] for asset in condition["objects"]} == {"cxhouse://lake/shop", "cxhouse://lake/calls"}
    clock = timetable["__var"]["timetable"]["__var"]
    assert (clock["expression"], clock["timezone"]) == ("45 6 * * *", "Europe/Amsterdam")


def test_the_warehouse_builds_layer_after_layer_in_a_pool_and_publishes_last(parsed: dict[str, Any]) -> None:
    tasks = parsed["dags"]["warehouse"]["tasks"]
    assert list(tasks) == [*LAYERS, "show_failure"]
    for before, after in pairwise(LAYERS):
        assert set(tasks[before]["downstream"]) == {after, "show_failure"}
    assert tasks["publish"]["downstream"] == ["show_failure"]
    assert {task["pool"] for task in tasks.values()} == {"warehouse"}
    assert [task["command"].removeprefix("cxhouse ") for task in tasks.values()] == [
        "build --layer staging", "build --layer intermediate", "build --layer marts", "build --layer reports", "publish",
        "dashboards",
    ]  # fmt: skip
    assert tasks["publish"]["outlets"] == ["cxhouse://serving"]


def test_the_dashboards_follow_publication(parsed: dict[str, Any]) -> None:
    condition = parsed["dags"]["dashboards"]["timetable"]["__var"]["asset_condition"]
    assert [asset["name"] for asset in condition["objects"]] == ["cxhouse://serving"]


def test_news_follow_publication_and_every_hour_once_a_person_turns_them_on(parsed: dict[str, Any]) -> None:
    news = parsed["dags"]["news"]
    schedule = news["timetable"]["__var"]
    assert [asset["name"] for asset in schedule["asset_condition"]["objects"]] == ["cxhouse://serving"]
    assert schedule["timetable"]["__var"]["expression"] == "5 * * * *"
    assert [task["command"] for task in news["tasks"].values()] == ["cxhouse news"]
    assert (news["paused"], news["max_active_runs"]) == (True, 1)
    assert parsed["dags"]["dashboards"]["paused"] is None


def test_the_form_offers_kinds_touchpoints_and_kpis_and_is_never_repeated(parsed: dict[str, Any]) -> None:
    dag = parsed["dags"]["record_change"]
    form = dag["params"]
    assert set(form) == set(FIELDS) - {"change_id"}
    assert {"touchpoint", "supplier", "policy", "price", "external"} <= set(form["kind"]["enum"])
    assert form["touchpoints"]["examples"] == ["till", "telephone"]
    assert form["components"]["examples"] == ["payments"]
    assert {None, "nps", "csat", "smiles"} <= set(form["primary_kpi"]["enum"])
    assert "smiles_count" not in form["primary_kpi"]["enum"]
    assert form["started_at"]["format"] == "date-time"
    assert form["evaluation_date"]["format"] == "date"
    assert dag["tasks"]["record"]["retries"] == 0


def test_what_people_type_is_never_part_of_a_commands_text(parsed: dict[str, Any]) -> None:
    commands = [task["command"] for dag in parsed["dags"].values() for task in dag["tasks"].values()]
    assert len(commands) == 11
    assert not any("{{" in command or "{%" in command for command in commands)


def test_adding_a_source_adds_its_dag_and_nothing_else(
    parse: Callable[[Path], dict[str, Any]], parsed: dict[str, Any], tmp_path: Path
) -> None:
    reviews = {"owner": "Marketing", "description": "Reviews.", "schedule": "0 5 * * 1", "tables": {"reviews": {}}}
    grown = parse(write_company(tmp_path, {**SOURCES, "reviews": reviews}))
    assert grown["errors"] == {}
    assert set(grown["dags"]) - set(parsed["dags"]) == {"ingest_reviews"}
    unchanged = set(parsed["dags"]) - {"warehouse"}  # the warehouse DAG now waits for one more source
    assert {name: grown["dags"][name] for name in unchanged} == {name: parsed["dags"][name] for name in unchanged}
    assert grown["dags"]["warehouse"]["tasks"] == parsed["dags"]["warehouse"]["tasks"]


def test_a_wrong_sources_file_is_named_and_leaves_the_other_dags(parse: Callable[[Path], dict[str, Any]], tmp_path: Path) -> None:
    (write_company(tmp_path, SOURCES) / "sources.yml").unlink()
    parsed = parse(tmp_path)
    assert set(parsed["errors"]) == {"ingest.py", "warehouse.py"}
    assert all("sources.yml: cannot be read" in message for message in parsed["errors"].values())
    assert {"dashboards", "record_change"} <= set(parsed["dags"])


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ("sources: {}", "must name at least one source"),
        ("sources: [", "is not YAML"),
        ("- a list", "must hold names"),
        ("", "must hold names"),
    ],
)
def test_what_is_wrong_with_a_sources_file_is_said(
    house: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, broken: str, expected: str
) -> None:
    (tmp_path / "sources.yml").write_text(broken)
    monkeypatch.setattr(house, "COMPANY", tmp_path)
    with pytest.raises(ValueError, match=expected) as error:
        house.read_sources()
    assert "sources.yml" in str(error.value)


def test_a_cut_off_that_is_no_time_is_named(house: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "company.yml").write_text("cut_off: half past six")
    monkeypatch.setattr(house, "COMPANY", tmp_path)
    with pytest.raises(ValueError, match=r'company\.yml: cut_off: "half past six" is not a time'):
        house.read_cut_off()


def test_the_repositorys_own_company_parses(parse: Callable[[Path], dict[str, Any]]) -> None:
    company = PROJECT / "company"
    parsed = parse(company)
    assert parsed["errors"] == {}
    assert len([name for name in parsed["dags"] if name.startswith("ingest_")]) >= 4
    assert json.dumps(parsed["dags"]["record_change"]["params"]["touchpoints"]["examples"]) != "[]"


@pytest.mark.parametrize("environment", [{}, {"AT": ""}, {"AT": "5 4 * * *"}])
@pytest.mark.parametrize("written", ["15 3 * * *", "${AT}", "${AT:-15 3 * * *}", "${AT:-}", "'${AT:-1 2 * * *}'", "0 ${HOUR:-3} * * *"])
def test_a_schedule_is_filled_by_the_rule_of_the_company_folder(
    house: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, environment: dict[str, str]
) -> None:
    path = tmp_path / "sources.yml"
    path.write_text(
        f"sources: \n  shop:\n    description: D\n    owner: O\n    connector: files\n    schedule: {written}\n    tables:\n"
        "      t: {path: x.csv, format: csv, window: {snapshot: true}, columns: {a: {type: text}}}\n"
    )
    monkeypatch.delenv("AT", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    entry = house.read_yaml(path)["sources"]["shop"]["schedule"]
    if written == "${AT}" and not environment.get("AT"):
        with pytest.raises(ValueError, match=r"AT.*set it \(.env will do\) or write"):
            house.fill(entry)
        with pytest.raises(DefinitionError, match=r"AT.* \(.env will do\) or write"):
            read_declared(path, SourcesFile, environment)
    else:
        assert house.fill(entry) == (read_declared(path, SourcesFile, environment).sources["shop"].schedule or "")
