"""Documents agree with the tree: inventories, links, commands, variables, decision records; nothing names a machine or a registry."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer import Typer

from cxhouse.main import app
from cxhouse.settings import PROJECT
from cxhouse.site.building import list_declared_reports
from semantic.contracts import load_contracts
from semantic.kpi_catalog import FOLDER, load_kpi_catalog
from tests.architecture.tree import BINARY, drop_fences, find_code, list_documents, list_tracked, name_of, read_inventory

DECISION_PARTS = ["Context", "Decision", "Worked example", "Consequences"]
# split into parts, so that this file passes its own test
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"), ("docker", "io"),
        ("ghcr", "io"), ("quay", "io"), ("debian", "org"), ("ubuntu", "com"), ("golang", "org"), ("anaconda", "org"), ("crates", "io"),
    )
]  # fmt: skip
MACHINE_PATH = re.compile(r"(?<![\w.~}])/(?:work|root|home|Users|mnt)/\w")


def list_commands(commands: Typer = app, prefix: str = "cxhouse") -> Iterator[str]:
    """Every command as it is typed."""
    for command in commands.registered_commands:
        yield f"{prefix} {command.name or command.callback.__name__.replace('_', '-')}"  # type: ignore[union-attr]
    for group in commands.registered_groups:
        assert group.typer_instance is not None
        yield from list_commands(group.typer_instance, f"{prefix} {group.name}")


def list_dag_ids() -> dict[str, str]:
    """Id of the DAG of each file in dags/; a part that is filled in stands as <name>."""
    found = {}
    for path in list_tracked("dags/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "dag_id":
                text = ast.unparse(node.value).removeprefix("f").strip("'\"")
                found[name_of(path)] = text.replace("{", "<").replace("}", ">")
    return found


def list_model_names() -> set[str]:
    """Models of dbt/, those of a contract under their pattern."""
    patterns = {
        name: "int_<contract>" + rest for contract in load_contracts() for rest in ("", "__staged") for name in [f"int_{contract}{rest}"]
    }
    return {patterns.get(path.stem, path.stem) for path in (*list_tracked("dbt/models/*.sql"), *list_tracked("dbt/models/*.py"))}


def test_every_command_is_named() -> None:
    commands = set(list_commands())
    assert len(commands) > 8
    assert {code for code in find_code(read_inventory("Commands")) if code.startswith("cxhouse ")} == commands


def test_every_dag_is_named_with_its_file() -> None:
    dags = list_dag_ids()
    assert len(dags) > 3
    rows = [find_code(row) for row in read_inventory("DAGs").splitlines() if row.startswith("| `")]
    assert len(rows) == len(dags)
    for file, dag_id in dags.items():
        assert any({file, dag_id} <= row for row in rows), f"{dag_id} of {file}"


def test_every_contract_is_named() -> None:
    contracts = set(load_contracts())
    assert contracts
    assert find_code(read_inventory("Source contracts")) - {"semantic/contracts/"} == contracts


def test_every_kpi_and_every_measure_is_named() -> None:
    catalog = load_kpi_catalog([FOLDER])
    assert catalog.kpis and catalog.measures
    assert find_code(read_inventory("KPIs")) - {"semantic/kpis/kpis.yml"} == set(catalog.kpis)
    assert find_code(read_inventory("Measures")) - {"semantic/kpis/measures.yml"} == set(catalog.measures)


def test_every_model_is_named_and_no_other() -> None:
    models = list_model_names()
    assert len(models) > 40
    named = {code for code in find_code(read_inventory("Models")) if re.fullmatch(r"(int|fct|dim|rpt)_[\w<>]+", code)}
    assert named == models


def test_every_report_is_named_documented_and_declared() -> None:
    reports = {path.stem for pattern in ("*.sql", "*.py") for path in list_tracked(f"dbt/models/reports/{pattern}")}
    assert reports
    documented = set(re.findall(r"^## (rpt_\w+)$", (PROJECT / "docs" / "published-reports.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert documented == reports
    assert set(list_declared_reports(PROJECT / "dashboards")) <= reports


def test_every_page_is_named() -> None:
    folder = PROJECT / "dashboards" / "pages"
    pages = {path.relative_to(folder).as_posix() for path in list_tracked("dashboards/pages/*.md")}
    assert pages
    assert {code for code in find_code(read_inventory("Pages")) if code.endswith(".md")} == pages


def test_every_link_leads_somewhere() -> None:
    links = [
        (page, target.split("#")[0])
        for page in list_documents()
        if "dashboards" not in page.parts
        for target in re.findall(r"\]\(([^)\s]+)\)", drop_fences(page.read_text(encoding="utf-8")))
        if not re.match(r"[a-z]+:|#", target)
    ]
    assert len(links) > 20
    assert [f"{name_of(page)}: {target}" for page, target in links if not (page.parent / unquote(target)).exists()] == []


def test_files_named_in_the_pages_exist() -> None:
    rooms = {path.relative_to(PROJECT).parts[0] for path in list_tracked() if path.parent != PROJECT}
    named = [
        (page, code)
        for page in (PROJECT / "ARCHITECTURE.md", PROJECT / "CONTRIBUTING.md", *list_tracked("docs/decisions/*.md"))
        for code in find_code(drop_fences(page.read_text(encoding="utf-8")))
        if code.split("/")[0] in rooms and re.fullmatch(r"[\w./\[\]-]+", code)
    ]
    assert len(named) > 40
    missing = {code for _, code in named if not (PROJECT / code).exists()}
    # made by set-up, made by the recipe for a page, and folders of CXHOUSE_HOME with the name of a room
    assert missing <= {"dashboards/node_modules", "dashboards/pages/suppliers/index.md", "dashboards/site"}


def test_commands_in_the_pages_exist() -> None:
    commands = set(list_commands())
    first_words = {command.split()[1] for command in commands}
    typed = [
        (page, found)
        for page in list_documents()
        for found in re.findall(
            r"(?:`|^|\$ |/|&& )cxhouse ([a-z]+(?: (?:add|list|show)\b)?)", page.read_text(encoding="utf-8"), re.MULTILINE
        )
    ]
    assert len(typed) > 20
    assert [
        f"{name_of(page)}: {found}" for page, found in typed if f"cxhouse {found}" not in commands and found.split()[0] not in first_words
    ] == []


def test_make_targets_in_the_pages_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    typed = {
        found for page in list_documents() for found in re.findall(r"(?:`|^)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(targets) > 5 and len(typed) > 3
    assert typed <= targets


def test_variables_in_the_pages_are_read_somewhere() -> None:
    code = [path for path in list_tracked() if path.suffix in (".py", ".yml", ".sh") or path.name == "Makefile"]
    read = {name for path in code for name in re.findall(r"\bCXHOUSE_[A-Z_]+", path.read_text(encoding="utf-8"))}
    named = {name for page in list_documents() for name in re.findall(r"\bCXHOUSE_[A-Z_]+", page.read_text(encoding="utf-8"))}
    assert len(named) > 5
    assert named <= read


def test_decisions_are_numbered_and_have_their_parts() -> None:
    records = sorted(list_tracked("docs/decisions/*.md"))
    assert [path.name[:5] for path in records] == [f"{number:04d}-" for number in range(1, len(records) + 1)]
    assert len(records) > 6
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. "), path.name
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == DECISION_PARTS, path.name
        assert len(text.split()) < 450, f"{path.name} is longer than a page"


@pytest.mark.parametrize("kind", ["registry", "machine"])
def test_no_file_names_a_registry_or_a_path_of_one_machine(kind: str) -> None:
    files = [path for path in list_tracked() if path.suffix not in BINARY]
    assert len(files) > 200
    found = [name_of(path) for path in files if names_place(path, kind)]
    assert found == []


def names_place(path: Path, kind: str) -> bool:
    """Whether a file names a package registry, or a folder that only one machine has."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return any(host in text for host in REGISTRIES) if kind == "registry" else MACHINE_PATH.search(text) is not None
