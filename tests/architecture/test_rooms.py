"""Rooms use only what they may: imports, the environment, the clock, layers of models, sizes of files."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cxhouse.settings import PROJECT
from cxhouse.site.building import list_declared_reports
from tests.architecture.tree import ARCHITECTURE, find_code, list_tracked, name_of, read_section

ROOMS = ("cxhouse", "dags", "declared", "ingestion", "semantic")
FORBIDDEN = {
    "declared": {"airflow", "dbt", "ingestion", "semantic", "cxhouse", "dags", "os", "time"},
    "ingestion": {"airflow", "dbt", "semantic", "cxhouse", "dags"},
    "semantic": {"airflow", "dbt", "ingestion", "cxhouse", "dags", "os", "time"},
    "cxhouse": {"airflow", "dags", "tests"},
}
ALLOWED_IN_DAGS = {"airflow", "yaml", "house", *sys.stdlib_module_names}
CLOCK = {"now", "today", "utcnow"}
LAYERS = ("staging", "intermediate", "marts", "reports")
REFERENCE = re.compile(r"\bref\(\s*['\"]([^'\"]+)['\"]")
SOURCE = re.compile(r"\bsource\(\s*['\"]([^'\"]+)['\"]")
LIMITS = {"dbt/models/*.sql": 170, "company/models/*.sql": 120, "*.py": 350, "dashboards/pages/*.md": 160}
AT_THE_TOP = {
    "Dockerfile", "LICENSE", "Makefile", ".dockerignore", ".env.example", ".gitignore", ".pre-commit-config.yaml", "requirements.lock",
}  # fmt: skip
DAG_LINES, FUNCTION_LINES = 80, 50


def parse(path: Path) -> ast.Module:
    """The file as a syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def list_imports(path: Path) -> set[str]:
    """First names of everything a file imports, also inside functions."""
    found = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            found.add((node.module or "").split(".")[0])
    return found


def find_environment_reads(path: Path) -> Iterator[int]:
    """Lines that read the environment. Handing values to a library by `os.environ.update` is no reading."""
    tree = parse(path)
    handed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "update"}
    for node in ast.walk(tree):
        is_attribute = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os"
        if is_attribute and node.attr in ("environ", "environb", "getenv") and id(node) not in handed:
            yield node.lineno
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            yield from (node.lineno for alias in node.names if alias.name in ("environ", "environb", "getenv"))


def find_layer(path: Path) -> str:
    """The layer in a model's path."""
    return path.relative_to(PROJECT / "dbt" / "models").parts[0] if path.is_relative_to(PROJECT / "dbt") else "staging"


def list_models() -> dict[str, Path]:
    """Every model by name."""
    models = (*list_tracked("dbt/models/*.sql"), *list_tracked("dbt/models/*.py"), *list_tracked("company/models/*.sql"))
    return {path.stem: path for path in models}


def test_the_rooms_of_the_page_are_the_folders_of_the_repository() -> None:
    folders = {path.relative_to(PROJECT).parts[0] for path in list_tracked() if path.parent != PROJECT}
    assert len(folders) > 5
    first_table = read_section(ARCHITECTURE, "Rooms").split("\n### ")[0]
    table = [line for line in first_table.splitlines() if line.startswith("| `")]
    assert {code.rstrip("/") for line in table for code in find_code(line.split("|")[1])} == folders


def test_nothing_lies_about_beside_the_rooms() -> None:
    assert {path.name for path in list_tracked() if path.parent == PROJECT and path.suffix not in (".md", ".toml", ".yml")} == AT_THE_TOP


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_imports_nothing_it_must_not_know(room: str) -> None:
    files = list_tracked(f"{room}/*.py")
    assert len(files) > 5
    found = {name_of(path): sorted(list_imports(path) & FORBIDDEN[room]) for path in files}
    assert {path: names for path, names in found.items() if names} == {}


def test_dags_import_airflow_and_nothing_of_the_project() -> None:
    files = list_tracked("dags/*.py")
    assert len(files) > 3
    found = {name_of(path): sorted(list_imports(path) - ALLOWED_IN_DAGS) for path in files}
    assert {path: names for path, names in found.items() if names} == {}


def test_only_settings_and_dags_read_the_environment() -> None:
    files = [path for path in list_tracked("*.py") if path.relative_to(PROJECT).parts[0] not in ("tests", "dags")]
    assert len(files) > 50
    reading = {name_of(path) for path in files if list(find_environment_reads(path))}
    assert reading == {"cxhouse/settings.py"}


def test_declarations_and_meaning_never_look_at_the_clock() -> None:
    files = [*list_tracked("declared/*.py"), *list_tracked("semantic/*.py")]
    assert {path.relative_to(PROJECT).parts[0] for path in files} == {"declared", "semantic"}
    for path in files:
        calls = {node.func.attr for node in ast.walk(parse(path)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
        assert not calls & CLOCK, name_of(path)


def test_no_package_hides_dbt() -> None:
    assert list_models()
    assert list((PROJECT / "dbt").rglob("__init__.py")) == []


def test_python_models_hand_frames_to_meaning_and_know_nothing_else() -> None:
    files = list_tracked("dbt/*.py")
    assert files
    for path in files:
        assert list_imports(path) <= {"polars", "semantic"}, name_of(path)
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 40, f"{name_of(path)} does more than hand over"


def test_models_refer_downwards_only() -> None:
    models = list_models()
    assert {find_layer(path) for path in models.values()} == set(LAYERS)
    references = [(path, name) for path in models.values() for name in REFERENCE.findall(path.read_text(encoding="utf-8"))]
    assert len(references) > 50
    for path, name in references:
        # a name that continues in Jinja (`'int_' ~ contract`) means the models of one contract
        target = models.get(name) or (models["int_orders"] if name == "int_" else None)
        assert target, f"{name_of(path)} refers to the unknown model {name}"
        assert LAYERS.index(find_layer(target)) <= LAYERS.index(find_layer(path)), f"{name_of(path)} refers upwards to {name}"


def test_only_staging_reads_the_lake() -> None:
    later = [path for path in list_models().values() if find_layer(path) != "staging"]
    read = {(name_of(path), name) for path in later for name in SOURCE.findall(path.read_text(encoding="utf-8"))}
    assert read
    assert {pair for pair in read if pair[1] not in ("landing", "company_folder")} == set()


def test_the_demo_companys_staging_reads_its_own_source_and_no_model() -> None:
    models = list_tracked("company/models/*.sql")
    assert models
    for path in models:
        text = path.read_text(encoding="utf-8")
        assert REFERENCE.findall(text) == [], path.name
        assert {f"stg_{source}" for source in SOURCE.findall(text)} == {path.stem.split("__")[0]}


def test_pages_read_declared_reports_and_no_file() -> None:
    declared = set(list_declared_reports(PROJECT / "dashboards"))
    parts = [path for path in list_tracked("dashboards/*") if path.suffix in (".md", ".svelte") and "sources" not in path.parts]
    read = {name for path in parts for name in re.findall(r"\bcxhouse\.(\w+)", path.read_text(encoding="utf-8"))}
    assert declared and read
    assert read <= declared
    assert [name_of(path) for path in parts if "read_parquet" in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("pattern", LIMITS)
def test_files_stay_short(pattern: str) -> None:
    files = list_tracked(pattern)
    assert files
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > LIMITS[pattern]} == {}


def test_dag_files_stay_short() -> None:
    shared = (PROJECT / "dags" / ".airflowignore").read_text(encoding="utf-8").split()
    files = [path for path in list_tracked("dags/*.py") if path.name not in shared]
    assert files
    assert [name_of(path) for path in files if len(path.read_text(encoding="utf-8").splitlines()) > DAG_LINES] == []


def test_functions_stay_short() -> None:
    functions = [
        (f"{name_of(path)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for room in (*ROOMS, "tests")
        for path in list_tracked(f"{room}/*.py")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(functions) > 300
    assert {name: length for name, length in functions if length > FUNCTION_LINES} == {}
