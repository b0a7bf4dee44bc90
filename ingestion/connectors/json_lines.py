"""JSON to rows: one object per line, or whole documents. A field of a nested object has a name with dots, a place in a list is a number."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import msgspec
import polars as pl

from ingestion.connectors.csv_layout import FileText
from ingestion.connectors.csv_lines import UNREADABLE_LINE
from ingestion.connectors.json_values import Number, read_constant, write_cell, write_cells, write_json, write_out
from ingestion.declarations import Table
from ingestion.errors import BadFileError
from ingestion.protocol import BROKEN_SCHEMA, NATIVE_MARK, Batch
from ingestion.values import is_number_among, list_null_numbers

BETWEEN_DOCUMENTS = " \t\r\n\x1e\ufeff"  # a record separator may stand before each document (RFC 7464)
SURROGATES = ("\\ud", "\\uD")  # how JSON begins half a character


FAST_DECODER = msgspec.json.Decoder(float_hook=Number)
DECODER = json.JSONDecoder(parse_float=Number, parse_constant=read_constant)
NOTHING: dict[str, Any] = {}
WAITING_ROWS = 1000  # objects at a time: many of them at once keep Python's garbage collector busy
PART_ROWS = 50_000
WaitingRow = tuple[dict[str, Any], FileText, int, str | None]
EXPONENT = r"^-?\d+(?:\.\d+)?[eE][+-]?\d{1,3}$"


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

    def take(self, values: Sequence[Any]) -> None:
        """Add one cell of each value for every wanted field; null where a value is neither object nor list, or lacks the field."""
        objects = [value if type(value) is dict else self.number_items(value) if type(value) is list else NOTHING for value in values]
        self.keys.update(*objects)
        for key, cells in self.cells.items():
            cells.extend(write_cells(pick(objects, key)))
        for key, child in self.children.items():
            child.take(pick(objects, key))

    def number_items(self, items: list[Any]) -> dict[str, Any]:
        """The wanted items of a list by their places: 0 is the first one, -1 the last one."""
        found = {}
        for key in (*self.cells, *self.children):
            if key.removeprefix("-").isdecimal() and -len(items) <= int(key) < len(items):
                found[key] = items[int(key)]
        return found

    def name_keys(self, prefix: str = "") -> Iterator[str]:
        """Dotted names of all fields seen; a nested object with wanted fields is listed by its fields."""
        yield from (prefix + key for key in self.keys if key not in self.children or key in self.cells)
        for key, child in self.children.items():
            yield from child.name_keys(f"{prefix}{key}.")


def pick(objects: list[dict[str, Any]], key: str) -> list[Any]:
    """What stands under a key in each object; null where it is missing."""
    try:
        return list(map(itemgetter(key), objects))
    except KeyError:
        return [each.get(key) for each in objects]


class Collector:
    """Cells of the rows of all files of a batch, and what is no row."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._cells: dict[str, list[str | None]] = {name: [] for name in sorted(table.wanted_names)}
        self._dotted = {name for name in self._cells if "." in name}
        self._root = Node()
        for name, column in self._cells.items():
            self._root.add_path(name.split("."), column)
        self._waiting: list[WaitingRow] = []
        self._origins: list[tuple[str, int, object]] = []
        self._parts: list[pl.DataFrame] = []
        self._broken: list[tuple[object, ...]] = []

    def add(self, row: dict[str, Any], file: FileText, number: int, line: str | None = None) -> None:
        """Add one row. It is refused when a value of it cannot be written (it is nested too deep)."""
        self._waiting.append((row, file, number, line))
        if len(self._waiting) >= WAITING_ROWS:
            self._take_waiting()
            if len(self._origins) >= PART_ROWS:
                self._parts.append(self._build_part())

    def refuse(self, text: str, file: FileText, number: int) -> None:
        """Something that is no row; only its hash is kept."""
        digest = hashlib.sha256(text.encode(self._table.dialect.encoding, "replace")).hexdigest()
        self._broken.append((file.name, number, file.day, UNREADABLE_LINE, digest))

    def build(self, origin: str) -> Batch:
        """The batch of all rows added."""
        self._take_waiting()
        rows = pl.concat([*self._parts, self._build_part()])
        refused = pl.DataFrame(self._broken, schema=BROKEN_SCHEMA, orient="row")
        header = frozenset(self._root.name_keys())
        return Batch(rows, refused, header, tuple(sorted(header - self._table.declared_names)), origin)

    def _take_waiting(self) -> None:
        """Take the cells of the rows that wait; when that fails, one by one."""
        waiting, self._waiting = self._waiting, []
        if waiting and not self._take(waiting):
            for each in waiting:
                if not self._take([each]):
                    row, file, number, line = each
                    self.refuse(repr(row) if line is None else line, file, number)

    def _take(self, rows: Sequence[WaitingRow]) -> bool:
        """Add the cells of rows; False, with nothing added, when a value cannot be written."""
        held = len(self._origins)
        try:
            self._root.take([row for row, *_ in rows])
            for name in self._dotted:  # a key whose own name contains dots
                for place, (row, *_) in enumerate(rows, start=held):
                    if name in row:
                        self._cells[name][place] = write_cell(row[name])
        except (RecursionError, ValueError):
            for cells in self._cells.values():
                del cells[held:]
            return False
        self._origins += [(file.name, number, file.day) for _, file, number, _ in rows]
        return True

    def _build_column(self, name: str, values: list[str | None]) -> pl.Series:
        """The cells of a field, numbers as its columns need them."""
        column = pl.Series(name, values, dtype=pl.String)
        if Number not in set(map(type, values)):
            return column
        takers = [each for each in self._table.columns if name in each.delivered_as]
        nulls = list_null_numbers({word for each in takers for word in self._table.dialect_of(each).null_values})
        if nulls:
            column = column.set(
                pl.Series([type(value) is Number and is_number_among(value, nulls) for value in values], dtype=pl.Boolean), None
            )
        is_integer = bool(takers) and all(each.type == "integer" for each in takers)
        places = [place for place in column.str.contains(EXPONENT).fill_null(False).arg_true().to_list() if type(values[place]) is Number]
        written = [write_out(values[place] or "", is_integer=is_integer) for place in places]
        return column.scatter(places, written) if places else column

    def _build_part(self) -> pl.DataFrame:
        """The cells taken so far as columns; they are then let go."""
        lineage_schema = {"_source_file": pl.String, "_source_line": pl.Int64, "_file_date": pl.Date}
        columns = [self._build_column(name, values) for name, values in self._cells.items()]
        if any(dialect != dialect.for_native() for dialect in map(self._table.dialect_of, self._table.columns)):
            columns += [mark_numbers(name, values) for name, values in self._cells.items()]
        part = pl.DataFrame(self._origins, schema=lineage_schema, orient="row").with_columns(columns)
        self._origins.clear()
        for cells in self._cells.values():
            cells.clear()
        return part


def mark_numbers(name: str, values: list[str | None]) -> pl.Series:
    """Which cells of a field are numbers of the file."""
    return pl.Series(name + NATIVE_MARK, [type(value) is Number for value in values], dtype=pl.Boolean)


def read_json_files(files: Sequence[FileText], table: Table) -> Iterator[Batch]:
    """One batch for all files. A field that a line lacks is null; a column that no line has is missing."""
    collector = Collector(table)
    for file in files:
        if table.format == "json":
            is_doubtful = may_hold_surrogate(file.text)
            for number, record in enumerate(read_documents(file.text, table), start=1):
                if isinstance(record, dict) and (not is_doubtful or is_writable(record)):
                    collector.add(record, file, number)
                else:
                    collector.refuse(repr(record), file, number)
            continue
        for number, line in enumerate(file.text.split("\n"), start=1):
            if not line.strip():
                continue
            row = parse_object(line)
            if row is None:
                collector.refuse(line, file, number)
            else:
                collector.add(row, file, number, line)
    yield collector.build(files[0].name)


def check_json(text: str, table: Table) -> None:
    """Raise BadFileError when a document is damaged, has no rows, or is one although lines are declared."""
    if not text:
        return
    if table.format == "json":
        if next(read_documents(text, table), None) is None and not table.allow_empty:
            raise BadFileError("has no rows; have it delivered again, or set `allow_empty: true` when no rows is fine")
        for _ in read_documents(text, table):
            pass
    elif is_document(text):
        raise BadFileError("is one JSON document and not one object per line; set `format: json`")


def is_document(text: str) -> bool:
    """True for a list or an object over several lines, and for objects one behind the other on a line."""
    first = text.lstrip(BETWEEN_DOCUMENTS).partition("\n")[0]
    try:
        _, end = DECODER.raw_decode(first)
    except (ValueError, RecursionError):
        return first.startswith(("{", "[")) and read_whole(text)
    return first.startswith(("[{", "{")) and (first[0] == "[" or first[end:].lstrip(BETWEEN_DOCUMENTS).startswith("{"))


def read_whole(text: str) -> bool:
    """True when the text begins with a whole document."""
    try:
        DECODER.raw_decode(text.lstrip(BETWEEN_DOCUMENTS))
    except (ValueError, RecursionError):
        return False
    return True


def read_documents(text: str, table: Table) -> Iterator[Any]:
    """The records of a text: items of lists, objects one behind the other, or what stands at `records` in each. Raises BadFileError."""
    path = table.layout.records
    position = 0
    while True:
        while position < len(text) and text[position] in BETWEEN_DOCUMENTS:
            position += 1
        if position >= len(text):
            return
        try:
            document, position = DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            line = text.count("\n", 0, error.pos if isinstance(error, json.JSONDecodeError) else position) + 1
            raise BadFileError(f"is not JSON, or ends too early (line {line}); check `format`, or have it delivered again") from None
        records = find_records(document, path) if path is not None else document
        yield from records if isinstance(records, list) else [records]


def find_records(document: Any, path: str) -> Any:
    """What stands at a path of names with dots. Raises BadFileError."""
    found = document
    for key in path.split("."):
        if isinstance(found, list) and key.removeprefix("-").isdecimal() and -len(found) <= int(key) < len(found):
            found = found[int(key)]
        elif isinstance(found, dict) and key in found:
            found = found[key]
        else:
            raise BadFileError(f"has nothing at `records: {path}`; correct the path, or have it delivered again")
    return [] if found is None else found


def parse_object(line: str) -> dict[str, Any] | None:
    """The object of a line; None when the line is not a JSON object, or holds half a character (a lone surrogate).

    The fast reader refuses more than JSON does, and reads the rest alike; what it refuses is read again.
    """
    try:
        value = FAST_DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        try:
            value = DECODER.decode(line)
        except (ValueError, RecursionError):
            return None
        if may_hold_surrogate(line) and not is_writable(value):
            return None
    return value if isinstance(value, dict) else None


def may_hold_surrogate(text: str) -> bool:
    """False for a text in which every character is whole."""
    return any(mark in text for mark in SURROGATES)


def is_writable(value: Any) -> bool:
    """False when a text or a key in it cannot be written as UTF-8."""
    try:
        write_json(value).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True
