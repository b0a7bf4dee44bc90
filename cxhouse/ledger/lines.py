"""The ledger: append-only lines that cannot be rebuilt, spared by `make clean`."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from cxhouse.files import write_atomically
from declared.errors import DefinitionError


def append_line(path: Path, record: Mapping[str, Any]) -> None:
    """Append one JSON line and wait until it is on disk."""
    append_lines(path, [record])


def append_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Append JSON lines in one go and wait until they are on disk.

    A line cut short by a kill is ended first, so that it stays the only bad one.
    """
    lines = [json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(b"".join(lines))
        file.flush()
        os.fsync(file.fileno())


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Every whole line; a last line cut short by a kill is passed over, any other bad line is an error."""
    if not path.is_file():
        return []
    # only a line feed ends a line: texts may hold other separators, and a kill may cut a letter in half
    lines = [(number, line.strip()) for number, line in enumerate(path.read_bytes().split(b"\n"), 1) if line.strip()]
    records = []
    for number, line in lines:
        try:
            records.append(json.loads(line.decode("utf-8")))
        except ValueError as error:
            if not line.endswith(b"}"):
                continue
            raise DefinitionError(path, f"line {number}", f"is not JSON ({error}); restore the ledger from its backup") from error
    return records


def read_kept_rows(folder: Path, schema: Mapping[str, Any]) -> pl.DataFrame:
    """Rows kept in a folder of the ledger: one Parquet file per publish that brought something new. Columns added since are null."""
    frames = [pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))]
    return pl.concat([pl.DataFrame(schema=schema), *frames], how="diagonal_relaxed").select(*schema).cast(dict(schema))


def keep_rows(warehouse: Path, folder: Path, query: str, *, build_id: str) -> int:
    """Keep what a query of the published build finds, in a file of its own. Returns the number of rows. A second time keeps nothing."""
    path = folder / f"{build_id}.parquet"
    if path.is_file():
        return 0
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        found = connection.execute(f"select count(*) from ({query})").fetchall()[0][0]
        if found:
            write_atomically(path, lambda draft: connection.execute(f"copy ({query} order by all) to '{draft}' (format parquet)"))
    return int(found)
