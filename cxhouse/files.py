"""Writing files in one step (to a temporary file, then a rename), writing private files, and waiting for locks."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def write_atomically(path: Path, write: Callable[[Path], Any], *, only_if_changed: bool = False) -> None:
    """Let `write` fill a temporary file in the folder of `path`, then rename it. A reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(temporary)
        if only_if_changed and path.is_file() and path.read_bytes() == temporary.read_bytes():
            return
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read (mode 600), also when the file existed before with another mode."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text + "\n")


@contextmanager
def wait_for_lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file; a second process waits. The system frees the lock when the process ends, also when it is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
