"""YAML files with `${NAME}` filled in, duplicate keys refused, and the line of every entry.

One rule for variables, whoever reads: `${NAME}` must be set and not empty; `${NAME:-default}` takes the default when NAME is unset or
empty; `${NAME:-}` is null then. A value without quotes gets its type after filling, a value in quotes stays text. Keys are not filled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from declared.errors import DefinitionError, refuse

PLACEHOLDER = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is there: faster
DEEPEST, LARGEST = 50, 500_000  # levels and entries of a file, far above what a company needs
TEXT = "tag:yaml.org,2002:str"
# what fills a placeholder is a value: it neither merges mappings nor stands for a default value
STRUCTURAL = ("tag:yaml.org,2002:merge", "tag:yaml.org,2002:value")

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class YamlFile:
    """A file's content; by place, the line of each key or item (1 is the first) and the text of values that were filled."""

    path: Path | str
    content: Any
    lines: Mapping[Place, int] = field(default_factory=dict)
    written: Mapping[Place, str] = field(default_factory=dict)


@dataclass
class Walk:
    """What is gathered while a document is filled."""

    loader: yaml.SafeLoader
    environment: Mapping[str, str]
    lines: dict[Place, int] = field(default_factory=dict)
    written: dict[Place, str] = field(default_factory=dict)
    problems: list[tuple[Place, str]] = field(default_factory=list)
    seen: dict[int, str | None] = field(default_factory=dict)  # node -> its text, where it was filled


def read_yaml(path: Path, environment: Mapping[str, str], *, required: bool = True) -> YamlFile:
    """Read a file. An empty file holds None, as does one that is not required and missing.

    Raises DefinitionError for a file that cannot be read or is too large, and for every variable that is missing and every key that stands
    twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if not required:
            return YamlFile(path, None)
        raise DefinitionError(path, "", "the file does not exist; create it (docs/company-folder.md shows its form)") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(path, "", f"cannot be read ({error}); save it as UTF-8 text and make it readable") from error
    try:
        check_size(text, path)
        loader = Loader(text)
        node = loader.get_single_node()
        if node is None:
            return YamlFile(path, None)
        walk = Walk(loader, environment)
        fill_node(node, (), walk)
        refuse(DefinitionError(path, name_place(place), problem) for place, problem in walk.problems)
        return YamlFile(path, loader.construct_document(node), walk.lines, walk.written)
    except yaml.YAMLError as error:
        raise DefinitionError(path, "", f"is not valid YAML: {describe_yaml_error(error)}; correct that line") from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise DefinitionError(path, "", f"holds a value that cannot be read ({error}); put it in quotes or correct it") from error


def check_size(text: str, path: Path) -> None:
    """Refuse a file whose nesting or aliases would take all stack or memory. Raises DefinitionError, yaml.YAMLError.

    The events of the file are read one by one, so that nothing is built before it is known to be small enough.
    """
    sizes: dict[str, int] = {}  # entries below each anchor, aliases written out
    open_nodes: list[tuple[str | None, int]] = []  # the anchor of a list or mapping that is not closed yet, and the entries before it
    total = 0
    for event in yaml.parse(text, Loader=Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            if any(anchor == event.anchor for anchor, _ in open_nodes):
                raise DefinitionError(
                    path, "", f"the alias *{event.anchor} (line {line}) stands inside what it repeats; write the entries out"
                )
            total += sizes.get(str(event.anchor), 1)
        elif isinstance(event, yaml.ScalarEvent):
            total += 1
            if event.anchor:
                sizes[event.anchor] = 1
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            open_nodes.append((event.anchor, total))
            total += 1
            if len(open_nodes) > DEEPEST:
                raise DefinitionError(path, "", f"is nested deeper than {DEEPEST} levels (line {line}); no file of a company folder is")
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            anchor, before = open_nodes.pop()
            if anchor:
                sizes[anchor] = total - before
        if total > LARGEST:
            raise DefinitionError(
                path, "", f"holds more than {LARGEST:,} entries once its aliases are written out (line {line}); split the file"
            )


def fill_node(node: yaml.Node, place: Place, walk: Walk) -> None:
    """Fill placeholders below a node in place; a node that an alias repeats is filled once."""
    if id(node) in walk.seen:
        if text := walk.seen[id(node)]:
            walk.written[place] = text
        return
    walk.seen[id(node)] = None
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if (*place, name) in walk.lines and name != "<<":
                walk.problems.append(((*place, name), f"stands there twice (line {line}); keep one"))
            walk.lines[(*place, name)] = line
            fill_node(value, (*place, name), walk)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            walk.lines[(*place, position)] = value.start_mark.line + 1
            fill_node(value, (*place, position), walk)
    elif isinstance(node, yaml.ScalarNode) and PLACEHOLDER.search(node.value):
        walk.written[place] = walk.seen[id(node)] = node.value
        fill_scalar(node, place, walk)


def fill_scalar(node: yaml.ScalarNode, place: Place, walk: Walk) -> None:
    """Fill the placeholders of one value and, where it stands without quotes, type it anew."""

    def fill(match: re.Match[str]) -> str:
        name, default = match["name"], match["default"]
        value = walk.environment.get(name)
        if value or default is not None:
            return value or default
        lack = f"the environment has no {name}; set it" if value is None else f"the variable {name} is empty; give it a value"
        walk.problems.append((place, f"{lack} (.env will do) or write ${{{name}:-default}} (line {node.start_mark.line + 1})"))
        return ""

    node.value = PLACEHOLDER.sub(fill, node.value)
    if not node.style:  # plain, without quotes
        tag = walk.loader.resolve(yaml.ScalarNode, node.value, (True, False))
        node.tag = TEXT if tag in STRUCTURAL else tag


def name_place(place: Place) -> str:
    """`sources.shop.tables[0]`; empty for the whole file."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


def describe_yaml_error(error: yaml.YAMLError) -> str:
    """Problem and line (1 is the first) of a YAML error, without the text around it, which may hold a secret."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or type(error).__name__
    return f"{problem} (line {mark.line + 1}, column {mark.column + 1})" if mark else str(problem)
