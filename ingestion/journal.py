"""One commit point per load: a journal per table names the files to swap and the log line; what it names is finished by the next run.

Before the journal is in place, nothing of a load can be seen. From then on the load has landed: whoever holds the table's lock next does
what is left, so that the lake's files and the landing log always tell the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingestion.errors import LakeError
from ingestion.landing_log import LoadResult, append_line, holds_load, log_path, write_line
from ingestion.messages import describe_error

JOURNAL_FILE = ".journal.json"


def commit_load(lake: Path, folder: Path, replacements: Mapping[Path, Path | None], result: LoadResult) -> None:
    """Put each temporary file in place of its file (None: remove the file) and log the load: all of it, or nothing.

    The caller holds the table's lock. Raises LakeError. When the journal could not be written, the temporary files are removed and nothing
    has changed; later, the load has landed and the next holder of the lock finishes it.
    """
    entry = {
        "load_id": result.load_id,
        "source": result.source,
        "table": result.table,
        "swaps": {path.name: temporary.name if temporary else None for path, temporary in replacements.items()},
        "line": write_line(result),
    }
    path = folder / JOURNAL_FILE
    draft = folder / f"{JOURNAL_FILE}.{result.load_id}.tmp"
    try:
        write_durably(draft, json.dumps(entry, ensure_ascii=False).encode())
        sync_folder(folder)  # what the journal names is there before the journal is
        draft.replace(path)
    except BaseException as error:
        for temporary in (draft, *replacements.values()):
            if temporary is not None:
                temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise LakeError(
                f"{path}: cannot be written ({describe_error(error)}); the old files are kept. Free space, then load again"
            ) from error
        raise
    sync_folder(folder)
    finish_load(lake, folder)


def finish_load(lake: Path, folder: Path) -> None:
    """Do what is left of a committed load; nothing without a journal. The caller holds the table's lock. Raises LakeError."""
    path = folder / JOURNAL_FILE
    if not path.exists():
        return
    entry = read_journal(path)
    try:
        swap_files({folder / name: folder / temporary if temporary else None for name, temporary in entry["swaps"].items()})
        log = log_path(lake, entry["source"], entry["table"])
        if not holds_load(log, entry["load_id"]):
            append_line(log, entry["line"])
            sync_folder(log.parent)
        path.unlink()
        sync_folder(folder)
    except OSError as error:
        raise LakeError(
            f"{path}: a load that has landed cannot be finished ({describe_error(error)}); free space or correct permissions, then run it"
        ) from error


def read_journal(path: Path) -> dict[str, Any]:
    """The journal. Raises LakeError when it cannot be read or names files outside its folder."""
    again = "remove it, then load the table's last months again"
    try:
        entry: dict[str, Any] = json.loads(path.read_bytes())
        names = [name for pair in entry["swaps"].items() for name in pair if name is not None]
        texts = [*names, entry["load_id"], entry["source"], entry["table"], entry["line"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LakeError(f"{path}: cannot be read ({type(error).__name__}); {again}") from error
    if not all(isinstance(text, str) for text in texts) or any(Path(name).name != name for name in names):
        raise LakeError(f"{path}: is not a journal of a load; {again}")
    return entry


def swap_files(replacements: Mapping[Path, Path | None]) -> None:
    """Rename each temporary file to its final path (None: remove the old file), then flush the folders.

    A temporary file that is gone was renamed before, so that a second call does the rest of the first.
    """
    for path, temporary in replacements.items():
        if temporary is None:
            path.unlink(missing_ok=True)
        elif temporary.exists():
            temporary.replace(path)
    for folder in {path.parent for path in replacements}:
        sync_folder(folder)


def write_durably(path: Path, content: bytes) -> None:
    """Write a file and flush it to the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
