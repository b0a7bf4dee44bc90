"""Jsonl text to rows: one object a line; a field inside an object is named with dots."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from ingestion.connectors.csv_lines import UNREADABLE_LINE, Text
from ingestion.declarations import Table
from ingestion.protocol import BROKEN_SCHEMA, Batch

DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)  # numbers keep the digits they were written with


def read_json_files(files: Sequence[Text], table: Table) -> Iterator[Batch]:
    """One batch for all files: what a line lacks is null, a column that no line has is missing."""
    paths = {name: tuple(name.split(".")) for name in sorted(table.wanted_names)}
    flat = [name for name, path in paths.items() if len(path) == 1]
    nested = {name: path for name, path in paths.items() if len(path) > 1}
    cells: dict[str, list[str | None]] = {name: [] for name in paths}
    origins: list[tuple[str, int, object]] = []
    broken: list[tuple[object, ...]] = []
    seen: set[str] = set()
    for file in files:
        for number, line in enumerate(file.text.split("\n"), start=1):
            if not line.strip():
                continue
            row = parse_object(line)
            if row is None:
                digest = hashlib.sha256(line.encode(table.dialect.encoding, "replace")).hexdigest()
                broken.append((file.name, number, file.day, UNREADABLE_LINE, digest))
                continue
            seen.update(row)
            origins.append((file.name, number, file.day))
            for name in flat:
                cells[name].append(write_cell(row.get(name)))
            for name, path in nested.items():
                cells[name].append(write_cell(row[name] if name in row else walk_path(row, path, seen)))
    lineage = pl.DataFrame(origins, schema={"_source_file": pl.String, "_source_line": pl.Int64, "_file_date": pl.Date}, orient="row")
    rows = lineage.with_columns(pl.Series(name, values, dtype=pl.String) for name, values in cells.items())
    refused = pl.DataFrame(broken, schema=BROKEN_SCHEMA, orient="row")
    parents = {name.rsplit(".", depth)[0] for name in table.declared_names for depth in range(1, name.count(".") + 1)}
    unexpected = tuple(sorted(seen - table.declared_names - parents))
    yield Batch(rows, refused, frozenset(seen), unexpected, files[0].name)


def parse_object(line: str) -> dict[str, Any] | None:
    """The object of a line; None when it is none."""
    try:
        value = DECODER.decode(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def walk_path(row: dict[str, Any], path: tuple[str, ...], seen: set[str]) -> Any:
    """The value at the end of a path, null where it breaks off. Notes the dotted names of all fields on the way."""
    value: Any = row
    for depth, step in enumerate(path):
        if not isinstance(value, dict):
            return None
        if depth:
            seen.update(".".join((*path[:depth], key)) for key in value)
        value = value.get(step)
    return value


def write_cell(value: Any) -> str | None:
    """A JSON value as text; objects and lists stay JSON."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)
