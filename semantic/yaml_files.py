"""Read YAML with named errors: file, entry and what to do next."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class DefinitionError(Exception):
    """A definition is wrong. The message names file, entry, and what to do."""

    def __init__(self, file: Path | str, entry: str, problem: str) -> None:
        self.file, self.entry, self.problem = str(file), entry, problem
        where = f"{file}: {entry}: " if entry else f"{file}: "
        super().__init__(where + problem)


def unite_errors(errors: Sequence[DefinitionError]) -> DefinitionError:
    """Several errors as one, a line each."""
    first = errors[0]
    return DefinitionError(first.file, first.entry, "\n".join([first.problem, *map(str, errors[1:])]))


class UniqueKeyLoader(yaml.SafeLoader):
    """A YAML loader that refuses a key given twice, which plain YAML takes silently."""


def build_mapping(loader: UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    """Build a mapping; raise on a repeated key."""
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key `{key}` stands twice; remove one", key_node.start_mark)
        seen.add(key)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, build_mapping)


def read_mapping(path: Path, environment: Mapping[str, str], *, required: bool = True) -> dict[str, Any]:
    """Read a YAML file that holds a mapping. A file that is not required may be missing: {}."""
    if not path.exists():
        if not required:
            return {}
        raise DefinitionError(path, "", "is missing; CONTRIBUTING.md shows what it holds")
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=UniqueKeyLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(path, "", f"cannot be read ({error}); it must be UTF-8 text") from error
    except (yaml.YAMLError, ValueError) as error:
        raise DefinitionError(path, "", f"is not valid YAML: {error}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise DefinitionError(path, "", "must hold named entries (key: value), not a plain list or text")
    return fill_placeholders(content, environment, path)


def fill_placeholders(value: Any, environment: Mapping[str, str], path: Path) -> Any:
    """Replace ${NAME} and ${NAME:-default} in every text below `value`."""
    if isinstance(value, dict):
        return {key: fill_placeholders(item, environment, path) for key, item in value.items()}
    if isinstance(value, list):
        return [fill_placeholders(item, environment, path) for item in value]
    if not isinstance(value, str):
        return value

    def fill(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        filled = environment.get(name) or default
        if filled is None:
            raise DefinitionError(path, value, f"${{{name}}} is not set; set it in the environment or in .env")
        return filled

    return PLACEHOLDER.sub(fill, value)
