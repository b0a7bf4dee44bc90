"""One entry of a YAML file while it is read: fields are taken with a named error when they are wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semantic.yaml_files import DefinitionError

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")  # it stands in the address of a page and in the query of that page, and in lists with commas


def find_id_problem(text: str) -> str | None:
    """What is wrong with an id, or nothing."""
    if ID.fullmatch(text):
        return None
    return f"the id `{text}` is not made of letters a to z, digits, hyphens, underscores and dots; write it like web_checkout"


@dataclass(frozen=True)
class Entry:
    """One entry of a file while it is read: fields are taken with a named error when they are wrong."""

    path: Path
    label: str
    content: Mapping[str, Any]

    def fail(self, problem: str) -> DefinitionError:
        """The error to raise about this entry."""
        return DefinitionError(self.path, self.label, problem)

    def only(self, *known: str) -> None:
        """Refuse fields nobody reads: a misspelled field would be ignored silently otherwise."""
        unknown = [name for name in self.content if name not in known]
        if unknown:
            raise self.fail(f"unknown field {', '.join(map(str, unknown))}; known are {', '.join(known)}")

    def text(self, name: str, default: str | None = None) -> str:
        """A text that must be there unless a default is given."""
        value = self.content.get(name, default)
        if value is None or str(value).strip() == "":
            raise self.fail(f"`{name}` is missing")
        return str(value).strip()

    def id(self) -> str:
        """The entry's `id`."""
        value = self.text("id")
        problem = find_id_problem(value)
        if problem:
            raise self.fail(problem)
        return value

    def maybe(self, name: str) -> str | None:
        """A text that may be absent."""
        value = self.content.get(name)
        return None if value is None else str(value).strip()

    def many(self, name: str) -> tuple[str, ...]:
        """A list of texts; one text counts as a list of one."""
        value = self.content.get(name) or []
        return tuple(str(item) for item in (value if isinstance(value, list) else [value]))

    def matching(self, name: str, example: str, pattern: str, default: str | None = None) -> str:
        """A text of a given form."""
        value = self.text(name, default)
        if not re.fullmatch(pattern, value):
            raise self.fail(f"`{name}` is {value}; write it like {example}")
        return value
