"""Reading and appending to the ledger: lines that cannot be rebuilt. `make clean` does not remove them."""

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
    """Append JSON lines in one write and wait until they are on disk.

    If a killed process left an incomplete last line, a line feed is written first, so that only that line is bad.
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
    """Every complete line. An incomplete last line, left by a killed process, is skipped; any other bad line raises DefinitionError."""
    if not path.is_file():
        return []
    # only a line feed ends a line: texts may contain other separators, and a kill may cut a character in the middle of its bytes
    lines = [(number, line.strip()) for number, line in enumerate(path.read_bytes().split(b"\n"), 1) if line.strip()]
    records = []
    for number, line in lines:
        try:
            records.append(json.loads(line.decode("utf-8")))
        except ValueError as error:
            if is_cut(line, error):
                continue
            raise DefinitionError(path, f"line {number}", f"is not JSON ({error}); restore the ledger from its backup") from error
    return records


def is_cut(line: bytes, error: ValueError) -> bool:
    """Whether a line lacks its end, by the error that reading it gave. A cut may leave a line that ends with a brace."""
    if not line.endswith(b"}"):
        return True
    return isinstance(error, json.JSONDecodeError) and (error.msg.startswith("Unterminated string") or error.pos >= len(error.doc))


def read_kept_rows(folder: Path, schema: Mapping[str, Any]) -> pl.DataFrame:
    """Rows kept in a folder of the ledger: one Parquet file per publish with new rows. Columns added later are null in older files."""
    frames = [pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))]
    return pl.concat([pl.DataFrame(schema=schema), *frames], how="diagonal_relaxed").select(*schema).cast(pl.Schema(schema))


def keep_rows(warehouse: Path, folder: Path, query: str, *, build_id: str) -> int:
    """Keep the rows of a query on the published build, in one file. Returns the number of rows. A second call adds nothing.

    The caller holds the lock of publishes.
    """
    path = folder / f"{build_id}.parquet"
    if path.is_file():
        return 0
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        found = connection.execute(f"select count(*) from ({query})").fetchall()[0][0]
        if found:
            copy = f"copy ({query} order by all) to '{{}}' (format parquet)"
            write_atomically(path, lambda draft: connection.execute(copy.format(draft)), alone=True)
    return int(found)
