"""JSONL text to rows: one object per line; a field of a nested object has a name with dots."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ingestion.connectors.csv_lines import UNREADABLE_LINE, FileText
from ingestion.declarations import Table
from ingestion.protocol import BROKEN_SCHEMA, Batch

DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)  # numbers are kept as the text in the file


@dataclass
class Node:
    """The fields wanted from an object with the cells read so far, its wanted nested objects, and every key seen so far."""

    cells: dict[str, list[str | None]] = field(default_factory=dict)
    children: dict[str, Node] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)

    def add_path(self, path: Sequence[str], cells: list[str | None]) -> None:
        """Collect the field at the end of a path in `cells`."""
        if len(path) == 1:
            self.cells[path[0]] = cells
        else:
            self.children.setdefault(path[0], Node()).add_path(path[1:], cells)

    def take(self, value: Any) -> None:
        """Add one cell for every wanted field; null when the value is not an object or lacks the field."""
        if not isinstance(value, dict):
            value = {}
        self.keys.update(value)
        for key, cells in self.cells.items():
            cell = value.get(key)
            cells.append(cell if cell is None or type(cell) is str else write_cell(cell))
        for key, child in self.children.items():
            child.take(value.get(key))

    def name_keys(self, prefix: str = "") -> Iterator[str]:
        """Dotted names of all fields seen; a nested object with wanted fields is listed by its fields."""
        yield from (prefix + key for key in self.keys if key not in self.children or key in self.cells)
        for key, child in self.children.items():
            yield from child.name_keys(f"{prefix}{key}.")


def read_json_files(files: Sequence[FileText], table: Table) -> Iterator[Batch]:
    """One batch for all files. A field that a line lacks is null; a column that no line has is missing."""
    cells: dict[str, list[str | None]] = {name: [] for name in sorted(table.wanted_names)}
    root = Node()
    for name, column in cells.items():
        root.add_path(name.split("."), column)
    dotted = {name for name in cells if "." in name}
    origins: list[tuple[str, int, object]] = []
    broken: list[tuple[object, ...]] = []
    for file in files:
        for number, line in enumerate(file.text.split("\n"), start=1):
            if not line.strip():
                continue
            row = parse_object(line)
            if row is None:
                digest = hashlib.sha256(line.encode(table.dialect.encoding, "replace")).hexdigest()
                broken.append((file.name, number, file.day, UNREADABLE_LINE, digest))
                continue
            origins.append((file.name, number, file.day))
            root.take(row)
            if not dotted.isdisjoint(row):  # a key whose own name contains dots
                for name in dotted & row.keys():
                    cells[name][-1] = write_cell(row[name])
    lineage = pl.DataFrame(origins, schema={"_source_file": pl.String, "_source_line": pl.Int64, "_file_date": pl.Date}, orient="row")
    rows = lineage.with_columns(pl.Series(name, values, dtype=pl.String) for name, values in cells.items())
    refused = pl.DataFrame(broken, schema=BROKEN_SCHEMA, orient="row")
    header = frozenset(root.name_keys())
    yield Batch(rows, refused, header, tuple(sorted(header - table.declared_names)), files[0].name)


def parse_object(line: str) -> dict[str, Any] | None:
    """The object of a line; None when the line is not a JSON object."""
    try:
        value = DECODER.decode(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def write_cell(value: Any) -> str | None:
    """A JSON value as text; objects and lists stay JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)
