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
from ingestion.journal import JOURNAL_FILE, finish_load, swap_files, sync_folder, write_durably
from ingestion.messages import describe_error
from ingestion.privacy import fingerprint_key
from ingestion.rows import lake_schema

SCHEMA_FILE = "_schema.parquet"
SNAPSHOT_FILE = "snapshot.parquet"
STRAY = ".*.tmp"  # a file of a load that is running, or was killed


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


def finish_loads(source: Source, lake: Path) -> None:
    """Finish loads of the source's tables that were killed after their commit point, and remove what others left. Raises LakeError.

    A table of which nothing is to be loaded is looked at as well.
    """
    for table in source.tables.values():
        folder = table_folder(lake, table)
        if (folder / JOURNAL_FILE).exists() or any(folder.glob(STRAY)):
            with lock_table(lake, table):
                pass  # whoever holds the lock finishes and removes


@contextmanager
def lock_table(lake: Path, table: Table) -> Iterator[None]:
    """Allow one load at a time per table; a second one waits. The lock ends with its process.

    A load that was killed is finished when it had reached its commit point, else its temporary files are removed. Raises LakeError.
    """
    folder = table_folder(lake, table)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        finish_load(lake, folder)
        for stray in folder.glob(STRAY):
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


def check_key(lake: Path, key: bytes) -> None:
    """Store the fingerprint of the first key. Raises HashKeyError for another key, because its hashes would match no hash in the lake."""
    lake.mkdir(parents=True, exist_ok=True)
    path, fingerprint = lake / "_key", fingerprint_key(key)
    descriptor = os.open(lake / "._key.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        for stray in lake.glob("._key.*.tmp"):  # of a load that was killed here
            stray.unlink(missing_ok=True)
        if not path.exists():
            temporary = lake / f"._key.{os.getpid()}.tmp"
            write_durably(temporary, f"{fingerprint}\n".encode("ascii"))
            temporary.replace(path)
            sync_folder(lake)
    finally:
        os.close(descriptor)
    if path.read_text(encoding="ascii").strip() != fingerprint:
        raise HashKeyError(
            f"{path}: the lake was hashed with another key, so hashes of new rows would match none in the lake; "
            "put the old CXHOUSE_HASH_KEY back, or remove the lake and load everything again"
        )
