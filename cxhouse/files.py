"""Writing files in one step (to a temporary file, then a rename), who may read the home, and waiting for locks."""

from __future__ import annotations

import fcntl
import glob
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl


def write_atomically(path: Path, write: Callable[[Path], Any], *, only_if_changed: bool = False, alone: bool = False) -> None:
    """Let `write` fill a temporary file in the folder of `path`, then rename it. A reader sees the old file or the new one.

    `alone`: the caller holds a lock, so that no other process writes this file; temporary files of one that was killed are removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if alone:
        for stray in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
            stray.unlink(missing_ok=True)
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
    """Write a file that only its owner can read (mode 600), in one step, also when the file existed before with another mode."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_private_table(path: Path, table: pl.DataFrame) -> None:
    """Write a table as CSV that only its owner can read. A text that a spreadsheet would compute gets an apostrophe before it."""
    import polars as pl

    write_private(path, table.with_columns(pl.col(pl.String).str.replace(r"^([=+\-@\t\r])", "'$1")).write_csv().rstrip("\n"))


# whoever may read what is published -> what of the owner's bits they get: the group's and the others' three bits
SHARED_WITH = {"owner": 0, "group": 0o050, "everyone": 0o055}


def protect_home(home: Path, *, shared: Sequence[Path], readers: str) -> list[Path]:
    """Leave the home to its owner (folders 700, files 600), except that `readers` may read the `shared` folders in it.

    The whole home is walked when its own mode is not the right one: when an earlier version made it, or when `readers` changed. Otherwise
    only its entries are looked at, because what is below a closed folder cannot be reached. Links are not followed. Returns what cannot be
    changed because it belongs to another user. A reader, who runs `cxhouse serve` on the home of somebody else, changes nothing.
    """
    if not home.is_dir() or os.geteuid() not in (0, home.stat().st_uid):
        return []
    passable = {folder for path in shared for folder in path.parents if folder == home or home in folder.parents}
    refused: list[Path] = []
    passing = SHARED_WITH[readers] & 0o011
    is_right = (home.stat().st_mode & 0o777) == (0o700 | passing)
    for path in [] if is_right else list_tree(home):
        is_shared = any(path == folder or folder in path.parents for folder in shared)
        set_mode(path, SHARED_WITH[readers] if is_shared else passing if path in passable else 0, refused)
    for path in home.iterdir() if is_right else ():
        if path not in shared and not path.is_symlink():
            set_mode(path, passing if path in passable else 0, refused)
    set_mode(home, passing, refused)  # last: a stopped walk is begun again
    return refused


def share_folder(folder: Path, *, home: Path, readers: str) -> None:
    """Let `readers` read a folder in the home and what is in it now, and pass through the folders above it, up to the home."""
    for path in [folder, *list_tree(folder)]:
        set_mode(path, SHARED_WITH[readers], [])
    above = [path for path in folder.parents if path == home or home in path.parents]
    for path in above if readers != "owner" else []:
        set_mode(path, SHARED_WITH[readers] & 0o011, [])


def list_tree(folder: Path) -> list[Path]:
    """All files and folders below a folder, without links."""
    found = [Path(root) / name for root, folders, files in os.walk(folder) for name in (*folders, *files)]
    return [path for path in found if not path.is_symlink()]


def set_mode(path: Path, others: int, refused: list[Path]) -> None:
    """Give group and others those of the owner's permissions that `others` holds."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        own = mode & 0o700
        wanted = mode & 0o7700 | (own >> 3 | own >> 6) & others
        if wanted != mode:
            path.chmod(wanted)
    except FileNotFoundError:  # another process removed it
        return
    except PermissionError:
        refused.append(path)


@contextmanager
def wait_for_lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file; a second process waits. The system frees the lock when the process ends, also when it is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
