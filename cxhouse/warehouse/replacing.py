"""Functions of a library, replaced for a while."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def replace_functions(changes: Sequence[tuple[Any, str, Any]]) -> Iterator[None]:
    """Meanwhile, each owner (a class or a module) has another function of that name."""
    own = [(owner, name, vars(owner).get(name)) for owner, name, _ in changes]
    for owner, name, function in changes:
        setattr(owner, name, function)
    try:
        yield
    finally:
        for owner, name, function in own:
            if function is None:
                delattr(owner, name)  # the class inherits it
            else:
                setattr(owner, name, function)
