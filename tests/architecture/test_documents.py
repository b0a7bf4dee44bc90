"""The documents agree with the tree: links, files, commands, DAGs, variables, decision records; nothing names a machine or a registry."""

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
from tests.architecture.tree import ARCHITECTURE, BINARY, drop_fences, find_code, list_documents, list_tracked, name_of, read_section

LINE_LENGTH = 200
GENERATED = PROJECT / "docs" / "published-reports.md"  # its table rows are as long as the descriptions of the columns
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


def test_every_command_is_in_the_documents() -> None:
    commands = set(list_commands())
    assert len(commands) > 8
    text = "\n".join(page.read_text(encoding="utf-8") for page in list_documents())
    assert {command for command in commands if not re.search(rf"\b{command}\b", text)} == set()


def test_every_dag_is_named_with_its_file() -> None:
    dags = list_dag_ids()
    assert len(dags) > 3
    rows = [find_code(row) for row in read_section(ARCHITECTURE, "Rooms").splitlines() if row.startswith("| `dags/") and row.count("|") > 4]
    rows = [codes for codes in rows if any(code.endswith(".py") for code in codes)]
    assert len(rows) == len(dags)
    for file, dag_id in dags.items():
        assert any({file, dag_id} <= row for row in rows), f"{dag_id} of {file}"


def test_the_rooms_of_the_command_line_and_of_the_effects_are_named() -> None:
    text = read_section(ARCHITECTURE, "Rooms")
    for package in ("cxhouse", "semantic/effects"):
        part = text.split(f"### Inside `{package}/`")[1].split("\n### ")[0]
        below = [path.relative_to(PROJECT / package).parts for path in list_tracked(f"{package}/*.py")]
        rooms = {parts[0] + "/" if len(parts) > 1 else parts[0] for parts in below} - {"__init__.py"}
        assert len(rooms) > 3
        assert rooms <= find_code(part), package


def test_every_report_is_documented_and_every_declared_one_exists() -> None:
    reports = {path.stem for pattern in ("*.sql", "*.py") for path in list_tracked(f"dbt/models/reports/{pattern}")}
    assert reports
    documented = set(re.findall(r"^## (rpt_\w+)$", (PROJECT / "docs" / "published-reports.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert documented == reports
    assert set(list_declared_reports(PROJECT / "dashboards")) <= reports


def test_every_page_is_linked_from_the_header_or_another_page() -> None:
    folder = PROJECT / "dashboards" / "pages"
    pages = {path.relative_to(folder).parts[0] for path in list_tracked("dashboards/pages/*.md")} - {"index.md"}
    assert len(pages) > 5
    parts = {path: path.read_text(encoding="utf-8") for path in list_tracked("dashboards/*") if path.suffix in (".md", ".svelte")}
    for page in pages:
        assert any(f"/{page}/" in text for path, text in parts.items() if path.parent != folder / page), page


def test_the_glossary_is_in_order_and_linked() -> None:
    page = PROJECT / "docs" / "glossary.md"
    words = re.findall(r"^\*\*([^*]+)\*\*", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(words) > 30
    assert words == sorted(words, key=str.casefold)
    linking = {name_of(path) for path in list_documents() if "glossary.md" in path.read_text(encoding="utf-8")}
    assert linking >= {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/changes.md", "docs/effects.md", "docs/journeys.md"}


def test_no_line_of_a_document_is_longer_than_a_screen() -> None:
    long = [
        f"{name_of(page)}:{number}"
        for page in list_documents()
        if page != GENERATED
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LINE_LENGTH
    ]
    assert long == []


def list_headings(page: Path) -> set[str]:
    """Anchors of the headings of a page, as the code host makes them."""
    headings = re.findall(r"^#+ (.+)$", drop_fences(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere() -> None:
    links = [
        (page, *target.partition("#")[::2])
        for page in list_documents()
        if "dashboards" not in page.parts
        for target in re.findall(r"\]\(([^)\s]+)\)", drop_fences(page.read_text(encoding="utf-8")))
        if not re.match(r"[a-z]+:", target)
    ]
    assert len(links) > 20
    for page, target, anchor in links:
        found = page.parent / unquote(target) if target else page
        assert found.exists(), f"{name_of(page)}: {target}"
        assert not anchor or anchor in list_headings(found), f"{name_of(page)}: {target}#{anchor}"


def test_files_named_in_the_pages_exist() -> None:
    rooms = {path.relative_to(PROJECT).parts[0] for path in list_tracked() if path.parent != PROJECT}
    named = [
        (page, code)
        for page in (ARCHITECTURE, PROJECT / "CONTRIBUTING.md", PROJECT / "docs" / "glossary.md", *list_tracked("docs/decisions/*.md"))
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
