"""YAML files of the company folder: placeholders, duplicate keys, errors that name the line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from declared import yaml_files
from declared.errors import DefinitionError
from declared.yaml_files import read_yaml
from tests.companies.tiny import PROJECT


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "some.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_placeholders_are_filled_in_values_and_left_alone_in_keys(tmp_path: Path) -> None:
    path = write(tmp_path, "a:\n  - ${HOME_FOLDER}/x\n  - ${OTHER:-fallback}/y\n${HOME_FOLDER}: 1\n")
    assert read_yaml(path, {"HOME_FOLDER": "/data"}).content == {"a": ["/data/x", "fallback/y"], "${HOME_FOLDER}": 1}


def test_a_default_stands_in_for_an_unset_and_for_an_empty_variable(tmp_path: Path) -> None:
    path = write(tmp_path, "a: ${NAME:-1}\n")
    assert [read_yaml(path, environment).content["a"] for environment in ({}, {"NAME": ""}, {"NAME": "2"})] == [1, 1, 2]


def test_an_unquoted_placeholder_takes_the_type_of_what_fills_it(tmp_path: Path) -> None:
    path = write(tmp_path, "share: ${SHARE:-0.5}\nflag: ${FLAG:-true}\ntext: '${SHARE:-0.5}'\n")
    assert read_yaml(path, {}).content == {"share": 0.5, "flag": True, "text": "0.5"}


def test_what_fills_a_placeholder_cannot_change_the_structure(tmp_path: Path) -> None:
    path = write(tmp_path, "a: ${NAME}\n")
    assert read_yaml(path, {"NAME": "x\nb: {c: 1}"}).content == {"a": "x\nb: {c: 1}"}


def test_every_missing_variable_is_named_with_file_entry_and_what_to_do(tmp_path: Path) -> None:
    path = write(tmp_path, "sources:\n  shop:\n    url: ${DB_URL}\n    tables: [{path: '${FOLDER}'}]\n")
    with pytest.raises(DefinitionError) as caught:
        read_yaml(path, {})
    first, second = caught.value.problems
    assert "some.yml: sources.shop.url: the environment has no DB_URL; set it" in first
    assert "sources.shop.tables[0].path: the environment has no FOLDER" in second


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, "a:\n  b: 1\n  c: 2\n  b: 3\n")
    with pytest.raises(DefinitionError, match=r"some.yml: a.b: stands there twice \(line 4\); keep one"):
        read_yaml(path, {})


def test_anchors_may_be_used_again_and_merged(tmp_path: Path) -> None:
    path = write(tmp_path, "a: &a {x: '${N}'}\nb: *a\nc: {<<: *a, y: 2}\n")
    assert read_yaml(path, {"N": "1"}).content == {"a": {"x": "1"}, "b": {"x": "1"}, "c": {"x": "1", "y": 2}}


def test_an_empty_file_is_none(tmp_path: Path) -> None:
    assert read_yaml(write(tmp_path, "# nothing\n"), {}).content is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1, 2\nb: 3\n", r"is not valid YAML: .* \(line 2, column"),
        ("a: 2024-13-45\n", "holds a value that cannot be read"),
        ("a: !!python/object:os.system x\n", "is not valid YAML"),
        ("a: 1\n---\nb: 2\n", "is not valid YAML"),
    ],
)
def test_invalid_yaml_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        read_yaml(write(tmp_path, text), {})


def test_a_missing_file_and_one_that_is_not_text_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="does not exist; create it"):
        read_yaml(tmp_path / "absent.yml", {})
    (tmp_path / "binary.yml").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(DefinitionError, match=r"binary.yml: cannot be read"):
        read_yaml(tmp_path / "binary.yml", {})


def test_the_loader_in_python_reads_what_libyaml_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [path for path in (PROJECT / "company").rglob("*.yml") if path.parent.name != "models"]
    assert len(paths) > 8
    files = {path: read_yaml(path, {"CXHOUSE_HOME": "/data"}) for path in paths}
    assert files[PROJECT / "company" / "sources.yml"].written
    monkeypatch.setattr(yaml_files, "Loader", yaml.SafeLoader)
    assert {path: read_yaml(path, {"CXHOUSE_HOME": "/data"}) for path in paths} == files


def make_bomb(levels: int) -> str:
    """Ten entries, and lists of ten aliases of the list before."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[" * 100_000, "is nested deeper than 50 levels (line 1)"),
        ("- " * 100_000 + "x", "is nested deeper than 50 levels (line 1)"),
        ("{a: " * 60 + "1" + "}" * 60, "is nested deeper than 50 levels (line 1)"),
        (make_bomb(9), "holds more than 500,000 entries once its aliases are written out (line 6)"),
        ("a: &a\n  b: *a\n", "the alias *a (line 2) stands inside what it repeats"),
    ],
)
def test_a_file_that_would_take_all_stack_or_memory_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "x.yml"
    path.write_text(text)
    with pytest.raises(DefinitionError) as found:
        read_yaml(path, {})
    assert str(path) in str(found.value) and problem in str(found.value)


def test_aliases_that_repeat_little_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text(make_bomb(3) + "\nmerged: {<<: &m {a: 1}}\nagain: *m\n")
    content = read_yaml(path, {}).content
    assert len(content["a2"]) == 10 and len(content["a2"][9][9]) == 10 and content["again"] == {"a": 1}
