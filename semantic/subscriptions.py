"""Subscriptions of a company: the file, checked against its departments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from declared.errors import DefinitionError, name_known, refuse
from declared.reading import read_declared
from declared.subscriptions import SubscriptionsFile

FILE = "subscriptions.yml"


def read_subscriptions(folder: Path, environment: Mapping[str, str], departments: Iterable[str]) -> SubscriptionsFile:
    """Read subscriptions.yml of a company folder, which may be missing. `departments` are the owners that the other files name."""
    path, known = folder / FILE, sorted(set(departments))
    file = read_declared(path, SubscriptionsFile, environment, required=False)
    refuse(
        DefinitionError(
            path,
            f"subscription {entry.id}",
            f"names the department `{name}`, which owns no touchpoint, component or source; {name_known(name, known)}",
        )
        for entry in file.subscriptions
        for name in entry.departments
        if name not in known
    )
    return file
