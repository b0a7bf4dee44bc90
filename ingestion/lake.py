"""The lake's files: their paths, replacing them, and the fingerprint of the hash key."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from ingestion.declarations import Source, Table
from ingestion.errors import HashKeyError, LakeError
from ingestion.messages import describe_error
from ingestion.privacy import fingerprint_key
from ingestion.rows import lake_schema

SCHEMA_FILE = "_schema.parquet"
SNAPSHOT_FILE = "snapshot.parquet"


def table_folder(lake: Path, table: Table) -> Path:
    """The folder of the table's files."""
    return lake / table.source / table.name


def list_data_files(lake: Path, table: Table) -> list[Path]:
    """The table's files with rows, oldest month first."""
    return sorted(path for path in table_folder(lake, table).glob("*.parquet") if path.name != SCHEMA_FILE)


def prepare_lake(sources: Mapping[str, Source], lake: Path) -> None:
    """Make a folder and an up-to-date empty `_schema.parquet` for every declared table, so that each can be read before its first load."""
    for source in sources.values():
        for table in source.tables.values():
            with lock_table(lake, table):
                write_schema(lake, table)


def write_schema(lake: Path, table: Table) -> None:
    """Write the table's empty file when it is missing or does not fit the declaration."""
    path = table_folder(lake, table) / SCHEMA_FILE
    schema = lake_schema(table)
    try:
        is_current = path.is_file() and dict(pl.read_parquet_schema(path)) == schema
    except (OSError, pl.exceptions.PolarsError):
        is_current = False
    if not is_current:
        temporary = write_temporary(path, pl.DataFrame(schema=schema), "schema")
        swap_files({path: temporary})


@contextmanager
def lock_table(lake: Path, table: Table) -> Iterator[None]:
    """Allow one load at a time per table; a second one waits. The lock ends with its process. Old temporary files are removed."""
    folder = table_folder(lake, table)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        for stray in folder.glob(".*.tmp"):
            stray.unlink(missing_ok=True)
        yield
    finally:
        os.close(descriptor)


def write_temporary(path: Path, frame: pl.DataFrame, load_id: str) -> Path:
    """Write a frame to a temporary file in its final folder and flush it to the disk. Removes the file when the disk is full."""
    temporary = path.with_name(f".{path.name}.{load_id}.tmp")
    try:
        with temporary.open("wb") as file:
            frame.write_parquet(file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
    except (OSError, pl.exceptions.PolarsError) as error:
        temporary.unlink(missing_ok=True)
        problem = (
            f"{path}: cannot be written ({describe_error(error)}); the old file is kept. Free space or correct permissions, then load again"
        )
        raise LakeError(problem) from error
    return temporary


def swap_files(replacements: Mapping[Path, Path | None]) -> None:
    """Rename each temporary file to its final path (None: remove the old file), then flush the folders."""
    for path, temporary in replacements.items():
        if temporary is None:
            path.unlink(missing_ok=True)
        else:
            temporary.replace(path)
    for folder in {path.parent for path in replacements}:
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_key(lake: Path, key: bytes) -> None:
    """Store the fingerprint of the first key. Raises HashKeyError for another key, because its hashes would match no hash in the lake."""
    lake.mkdir(parents=True, exist_ok=True)
    path, fingerprint = lake / "_key", fingerprint_key(key)
    if not path.exists():
        temporary = lake / f"._key.{os.getpid()}.tmp"
        temporary.write_text(fingerprint + "\n", encoding="ascii")
        try:
            os.link(temporary, path)  # unlike a rename, a link fails when another load has made the file
            sync_folder(lake)
        except FileExistsError:
            pass
        finally:
            temporary.unlink(missing_ok=True)
    if path.read_text(encoding="ascii").strip() != fingerprint:
        raise HashKeyError(
            f"{path}: the lake was hashed with another key, so hashes of new rows would match none in the lake; "
            "put the old CXHOUSE_HASH_KEY back, or remove the lake and load everything again"
        )
