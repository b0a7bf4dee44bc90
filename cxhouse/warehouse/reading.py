"""Reading the warehouse from the command line. The connection is read-only; the error is clear when a build is writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cxhouse.build_state import BuildError


@contextmanager
def read_warehouse(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection. Raises BuildError when there is no warehouse, a build is writing to it, or an earlier version made it."""
    if not path.is_file():
        raise BuildError(f"{path} does not exist; run cxhouse build first")
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as error:
        raise BuildError(f"a build is writing to {path}; wait for it to end, then run this again") from error
    with connection:
        try:
            yield connection
        except duckdb.CatalogException as error:
            raise BuildError(f"{path} was made by an earlier version of cxhouse; run cxhouse build, then this again") from error
