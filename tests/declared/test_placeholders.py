"""Filling of `${NAME}`, for any value: the same rule in the reader and in the DAG files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from declared.errors import DefinitionError
from declared.yaml_files import read_yaml

# what a variable of the environment may hold: any text on one line, no NUL
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20)
PLAIN = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr),
    st.sampled_from(["true", "false", "yes", "null", "~", "2026-01-31", "1e3", "08:30", "0x1f", "x"]),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to write and read again."""
    return tmp_path_factory.mktemp("yaml") / "some.yml"


def read(path: Path, text: str, environment: dict[str, str]) -> Any:
    """The content of a file with this text."""
    path.write_text(text, encoding="utf-8")
    return read_yaml(path, environment).content


@given(VALUES.filter(bool))
@example("${OTHER}")
@example("=")
@example("<<")
@example("a: b\nc: d")
def test_in_quotes_a_variable_is_its_value_as_text_and_nothing_else(path: Path, value: str) -> None:
    assert read(path, "a: '${NAME}'\nb: 'x${NAME}y${NAME}'\n", {"NAME": value}) == {"a": value, "b": f"x{value}y{value}"}


@given(PLAIN)
def test_without_quotes_a_variable_has_the_type_its_value_has_in_yaml(path: Path, value: str) -> None:
    assert read(path, "a: ${NAME}\n", {"NAME": value}) == {"a": yaml.safe_load(value)}
    assert read(path, f"a: ${{NAME:-{value}}}\n", {}) == {"a": yaml.safe_load(value)}


@given(VALUES)
@example("=")
@example("<<")
@example("2024-13-45")
def test_without_quotes_a_variable_is_one_value_or_refused_and_never_more(path: Path, value: str) -> None:
    try:
        content = read(path, "a: ${NAME:-}\nb: 1\n", {"NAME": value})
    except DefinitionError as error:
        assert "holds a value that cannot be read" in str(error)
        return
    assert list(content) == ["a", "b"] and not isinstance(content["a"], dict | list)


@given(VALUES.filter(lambda text: "}" not in text), st.sampled_from([None, ""]))
def test_a_default_stands_in_for_an_unset_and_for_an_empty_variable_alike(path: Path, default: str, value: str | None) -> None:
    environment = {} if value is None else {"NAME": value}
    quoted = default.replace("'", "''")
    assert read(path, f"a: '${{NAME:-{quoted}}}'\n", environment) == {"a": default}


def test_an_empty_default_is_null_without_quotes_and_an_empty_text_in_quotes(path: Path) -> None:
    assert read(path, "a: ${NAME:-}\nb: '${NAME:-}'\nc: x${NAME:-}\n", {}) == {"a": None, "b": "", "c": "x"}


@pytest.mark.parametrize(
    ("environment", "said"), [({}, "the environment has no NAME; set it"), ({"NAME": ""}, "the variable NAME is empty")]
)
def test_a_variable_without_a_default_must_hold_something(path: Path, environment: dict[str, str], said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        read(path, "a: ${NAME}\n", environment)
