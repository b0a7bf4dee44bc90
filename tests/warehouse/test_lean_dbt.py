"""dbt does its repeated work once, and makes the same of every node."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dbt.clients.jinja import MacroStack, get_rendered
from dbt.context.configured import ConfiguredContext
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.context.manifest import ManifestContext

import cxhouse.warehouse.build
from cxhouse.settings import read_settings
from cxhouse.warehouse import lean_dbt
from cxhouse.warehouse.build import dbt_environment, invoke_dbt
from cxhouse.warehouse.lean_dbt import TEMPLATES, Codes
from cxhouse.warehouse.preparation import open_workplace
from tests.companies.commands import run_command
from tests.companies.tiny import UNTIL, tiny_environment, write_data


def compile_code(text: str) -> Any:
    return compile(text, "<template>", "exec")


@pytest.fixture(scope="module")
def compile_all(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], dict[str, str]]:
    """The compiled code of every model and test of the tiny company, built once."""
    folder = tmp_path_factory.mktemp("lean")
    environment = tiny_environment(folder / "home", folder / "data")
    write_data(folder / "data")
    run_command(environment, "ingest", "--from", "2026-03-01", "--to", UNTIL)
    run_command(environment, "build")
    workplace = open_workplace(read_settings(environment))

    def compile_nodes() -> dict[str, str]:
        result = invoke_dbt(workplace, ["compile"])
        assert result.success, result.exception
        return {node.node.unique_id: node.node.compiled_code for node in result.result.results}

    return compile_nodes


def test_every_node_compiles_to_the_same(compile_all: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in dbt_environment(read_settings({"CXHOUSE_HOME": "/nowhere", "CXHOUSE_HASH_KEY": "key"})):
        monkeypatch.setenv(name, "")  # dbt's settings are put back after the test
    lean, again = compile_all(), compile_all()
    monkeypatch.setattr(cxhouse.warehouse.build, "do_repeated_work_once", lambda folder: nullcontext())
    own = compile_all()
    assert len(own) > 400
    assert lean == own, [name for name in own if lean[name] != own[name]][:3]
    assert again == own, "with templates that were compiled before"


class Context(ManifestContext):
    """A context of a node without the members that need a project."""

    def __init__(self, namespace: MacroNamespace) -> None:
        self.namespace = namespace


def name_macros(filled: dict[str, Any]) -> dict[str, Any]:
    return {name: name_macros(member) if isinstance(member, dict) else member.macro.unique_id for name, member in filled.items()}


@pytest.mark.parametrize("package", ["shop", "helpers"])
def test_of_macros_with_equal_names_a_node_calls_the_one_it_called_before(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"dbt": ("a", "b", "c", "d"), "dbt_duckdb": ("b", "e"), "shop": ("c", "f"), "helpers": ("a", "c", "d")}
    macros: Any = {
        owner: {name: SimpleNamespace(name=name, package_name=owner, unique_id=f"macro.{owner}.{name}") for name in own}
        for owner, own in names.items()
    }
    monkeypatch.setattr(ConfiguredContext, "to_dict", lambda context: {})

    def fill() -> dict[str, Any]:
        builder = MacroNamespaceBuilder("shop", package, MacroStack(), ["dbt_duckdb", "dbt"])
        return name_macros(Context(builder.build_namespace(macros, {})).to_dict())

    own = fill()
    assert own["c"] == f"macro.{package}.c" and own["b"] == "macro.dbt_duckdb.b"
    with lean_dbt.do_repeated_work_once(Path("/nowhere")):
        assert fill() == own


def test_a_text_is_compiled_for_each_kind_of_template(tmp_path: Path) -> None:
    with lean_dbt.do_repeated_work_once(tmp_path):
        for _ in range(2):
            assert get_rendered("{{ values }}", {"values": [1, 2]}, native=True) == [1, 2]
            assert get_rendered("{{ values }}", {"values": [1, 2]}) == "[1, 2]"


def test_compiled_templates_are_kept_for_the_next_build(tmp_path: Path) -> None:
    codes = Codes(tmp_path / TEMPLATES)
    assert codes.get("Text", "a") is None
    code = codes.add("Text", "a", compile_code("1"))
    codes.keep()
    found = Codes(tmp_path / TEMPLATES)
    assert found.get("Text", "a") == code
    assert found.get("Native", "a") is None
    before = (tmp_path / TEMPLATES).stat().st_mtime_ns
    found.keep()
    assert (tmp_path / TEMPLATES).stat().st_mtime_ns == before, "nothing was compiled"


@pytest.mark.parametrize(
    "content", [b"", b"not a file of ours", marshal.dumps((("cpython-2", "1", "1"), {("Text", "a"): compile_code("1")}))]
)
def test_templates_that_another_version_or_half_a_write_left_are_compiled_again(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / TEMPLATES
    path.write_bytes(content)
    codes = Codes(path)
    assert codes.get("Text", "a") is None
    codes.add("Text", "a", compile_code("2"))
    codes.keep()
    assert Codes(path).get("Text", "a") is not None


def test_templates_that_no_longer_occur_go_when_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean_dbt, "MOST_TEMPLATES", 2)
    codes = Codes(tmp_path / TEMPLATES)
    for text in ("a", "b"):
        codes.add("Text", text, compile_code("1"))
    codes.keep()
    later = Codes(tmp_path / TEMPLATES)
    later.get("Text", "b")
    later.add("Text", "c", compile_code("1"))
    later.keep()
    assert sorted(Codes(tmp_path / TEMPLATES).kept) == [("Text", "b"), ("Text", "c")]


def test_a_disk_without_room_stops_no_build(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    codes = Codes(tmp_path / "file" / TEMPLATES)
    codes.add("Text", "a", compile_code("1"))
    codes.keep()
