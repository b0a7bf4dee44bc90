"""What the reader says: every problem of a file at once, each with its line; no value that came from a variable."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from declared.errors import DefinitionError, name_known
from declared.reading import parse, read_declared
from declared.schemas import FILES
from declared.sources import SourcesFile
from declared.touchpoints import TouchpointsFile
from declared.yaml_files import YamlFile
from tests.companies.tiny import FOLDER, PROJECT

SOURCE = """
sources:
  crm:
    description: A system.
    owner: Sales
    connector: sql
    url: {url}
    max_bad_share: {share}
    tables: {tables}
"""
TABLES = "{t: {relation: t, window: {snapshot: true}, columns: {a: {type: text}}}}"
SECRET = "postgresql://user:secret@host/name"


def refuse(tmp_path: Path, text: str, model: type, environment: dict[str, str] | None = None) -> tuple[str, ...]:
    """What is said about a file."""
    path = tmp_path / "some.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        read_declared(path, model, environment or {})
    return raised.value.problems


def write_source(**changes: str) -> str:
    """A sources.yml."""
    return SOURCE.format(**{"url": "sqlite:///x.db", "share": "0.02", "tables": TABLES, **changes})


def test_every_problem_of_a_file_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    text = "touchpoints:\n  - id: a b\n    name: A\n    owner: X\n    is_visible: perhaps\n    kpis: [{kpi: nps, target: high}]\n  - id: b"
    text += "\n    nam: B\n"
    problems = refuse(tmp_path, text, TouchpointsFile)
    said = [problem.split("some.yml: ")[1] for problem in problems]
    assert [part.split(";")[0] for part in said] == [
        "touchpoint a b: the id `a b` is not made of letters a to z, digits, hyphens, underscores and dots",
        "touchpoint a b: `is_visible` is perhaps",
        "touchpoint a b, KPI nps: `target` is high",
        "touchpoint b: `name` is missing",
        "touchpoint b: has no owner: `owner` is missing",
        "touchpoint b: has no KPI",
        "touchpoint b: `nam` is not a known field",
    ]
    assert [int(part.rsplit("(line ", 1)[1].rstrip(")")) for part in said] == [2, 5, 6, 7, 7, 7, 8]
    assert "did you mean name?" in said[-1]


@pytest.mark.parametrize("where", ["share: ${SECRET}", "owner: ['${SECRET}']", "share: *address", "url: &address {x: '${SECRET}'}"])
def test_what_filled_a_variable_is_never_shown(tmp_path: Path, where: str) -> None:
    field, value = where.split(": ", 1)
    text = write_source(**{"url": "&address ${SECRET}", **({} if field == "owner" else {field: value})})
    text = text.replace("Sales", value) if field == "owner" else text
    problems = refuse(tmp_path, text, SourcesFile, {"SECRET": SECRET})
    assert problems and not [problem for problem in problems if "secret" in problem.lower().replace("${secret}", "")]


def test_a_filled_value_is_shown_as_it_is_written(tmp_path: Path) -> None:
    (problem,) = refuse(tmp_path, write_source(share="${SHARE:-1}"), SourcesFile, {"SHARE": "2"})
    assert "sources.crm.max_bad_share: is ${SHARE:-1} as filled; write a number from 0 to 1 (line 8)" in problem


@pytest.mark.parametrize("share", ["${SHARE:-0.05}", "'${SHARE:-0.05}'", "0.05", "'0.05'", "5e-2"])
def test_a_number_is_a_number_however_it_is_written(tmp_path: Path, share: str) -> None:
    path = tmp_path / "sources.yml"
    path.write_text(write_source(share=share), encoding="utf-8")
    assert read_declared(path, SourcesFile, {}).sources["crm"].max_bad_share == 0.05


@pytest.mark.parametrize("nothing", ["${SHARE:-}", "", "null", "''"])
def test_a_field_that_holds_nothing_counts_as_left_out(tmp_path: Path, nothing: str) -> None:
    path = tmp_path / "sources.yml"
    path.write_text(write_source(share=nothing), encoding="utf-8")
    assert read_declared(path, SourcesFile, {}).sources["crm"].max_bad_share == 0.02


@pytest.mark.parametrize("text", ["- a list\n", "a text\n", "3\n"])
def test_a_file_that_is_no_mapping_says_so(tmp_path: Path, text: str) -> None:
    assert "must hold named entries" in refuse(tmp_path, text, TouchpointsFile)[0]


def test_the_nearest_known_name_is_suggested_and_no_far_one() -> None:
    assert name_known("web_chekout", ["call_center", "web_checkout"]) == "did you mean web_checkout? known are call_center, web_checkout"
    assert name_known("fax", ["call_center"]) == "known are call_center"
    assert name_known("NPS", ["nps"], "use one of") == "did you mean nps? use one of nps"
    assert name_known("x", []) == "known are none"


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.dates(), st.datetimes())
NODES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=2)
)
CONTENTS = {
    pattern: yaml.safe_load(next(folder.glob(pattern)).read_text(encoding="utf-8"))
    for pattern in FILES
    for folder in (FOLDER, PROJECT / "company", PROJECT / "semantic")
    if list(folder.glob(pattern)) and pattern != "signals.yml"
}


def list_places(content: Any, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place of a content."""
    steps = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [place, *(deeper for key, value in steps for deeper in list_places(value, (*place, key)))]


def replace(content: Any, place: tuple[str | int, ...], value: Any) -> Any:
    """A content with another value at one place."""
    if not place:
        return value
    copy = deepcopy(content)
    around = copy
    for step in place[:-1]:
        around = around[step]
    around[place[-1]] = value
    return copy


@pytest.mark.parametrize("pattern", CONTENTS)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_stands_at_a_place_is_taken_or_refused_in_a_sentence(pattern: str, data: st.DataObject) -> None:
    content = CONTENTS[pattern]
    place = data.draw(st.sampled_from(list_places(content)))
    changed = replace(content, place, data.draw(NODES))
    try:
        parse(FILES[pattern][1], YamlFile("some.yml", changed))
    except DefinitionError as error:
        assert all(problem.startswith("some.yml: ") and "{value}" not in problem for problem in error.problems)


def test_the_contents_to_change_are_of_every_kind() -> None:
    assert len(CONTENTS) == len(FILES) - 1
