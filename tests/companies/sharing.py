"""Homes that all processes of one run of pytest share: the first that needs one builds it, the others wait for it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def find_shared_folder(factory: pytest.TempPathFactory) -> Path:
    """The temporary folder of this run of pytest, the same in each xdist worker."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def build_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], None]) -> Path:
    """The folder `name` after `build` has filled it, which happens once in a run. Tests read what is in it and change nothing."""
    folder = find_shared_folder(factory) / name
    with hold_lock(folder.with_suffix(".lock")):
        if not folder.with_suffix(".built").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            build(folder)
            folder.with_suffix(".built").touch()
    return folder


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Wait until no other process holds this lock, and hold it."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
