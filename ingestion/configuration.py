"""YAML files of the company folder: read, with `${NAME}` filled in and duplicate keys refused. Knows no other module."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

PLACEHOLDER = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")


class ConfigurationError(ValueError):
    """A configuration file that cannot be used. `problems` holds one sentence each: file, entry, what to do."""

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


def read_yaml(path: Path, environment: Mapping[str, str]) -> Any:
    """Return the file's content; an empty file is None.

    `${NAME}` and `${NAME:-default}` are filled in values, not in keys; the default also stands in for an empty variable.
    An unquoted value is typed after filling, so `max_bad_share: ${SHARE:-0.02}` is a number.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(f"{path}: the file does not exist; create it (docs/company-folder.md shows its form)") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({error}); save it as UTF-8 text and make it readable") from error
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        problems: list[str] = []
        fill_node(node, environment, loader, (), problems, set())
        if problems:
            raise ConfigurationError(f"{path}: {problem}" for problem in problems)
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: is not valid YAML: {describe_yaml_error(error)}; correct that line") from error
    except ValueError as error:
        if isinstance(error, ConfigurationError):
            raise
        raise ConfigurationError(f"{path}: holds a value that cannot be read ({error}); put it in quotes or correct it") from error
    finally:
        loader.dispose()


def fill_node(
    node: yaml.Node, environment: Mapping[str, str], loader: yaml.SafeLoader, entry: tuple[str, ...], problems: list[str], seen: set[int]
) -> None:
    """Fill placeholders below a node in place and collect what is wrong; a node that an alias repeats is filled once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in keys and name != "<<":
                problems.append(f"{name_entry((*entry, name))}: stands there twice (line {key.start_mark.line + 1}); keep one")
            keys.add(name)
            fill_node(value, environment, loader, (*entry, name), problems, seen)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            fill_node(value, environment, loader, (*entry, f"[{position}]"), problems, seen)
    elif isinstance(node, yaml.ScalarNode) and PLACEHOLDER.search(node.value):
        fill_scalar(node, environment, loader, entry, problems)


def fill_scalar(
    node: yaml.ScalarNode, environment: Mapping[str, str], loader: yaml.SafeLoader, entry: tuple[str, ...], problems: list[str]
) -> None:
    """Fill the placeholders of one value and, where it stands without quotes, type it anew."""

    def fill(match: re.Match[str]) -> str:
        name, default = match["name"], match["default"]
        value = environment.get(name)
        if default is not None:
            return value or default
        if value is None:
            problems.append(f"{name_entry(entry)}: the environment has no {name}; set it (.env will do) or write ${{{name}:-default}}")
            return ""
        return value

    node.value = PLACEHOLDER.sub(fill, node.value)
    if node.style is None:
        node.tag = loader.resolve(yaml.ScalarNode, node.value, (True, False))


def name_entry(entry: tuple[str, ...]) -> str:
    """`sources.shop.tables[0]`, or `top level`."""
    return ".".join(entry).replace(".[", "[") or "top level"


def describe_yaml_error(error: yaml.YAMLError) -> str:
    """Problem and line (1 is the first) of a YAML error, without the text around it, which may hold a secret."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or type(error).__name__
    return f"{problem} (line {mark.line + 1}, column {mark.column + 1})" if mark else str(problem)
