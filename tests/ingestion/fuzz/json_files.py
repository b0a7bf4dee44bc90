"""Random files of JSON objects with faults. A cell is written as a fragment of JSON."""

from __future__ import annotations

import gzip
import json
from datetime import date
from random import Random

from tests.ingestion.fuzz.forms import pick_columns, pick_style, write_cell
from tests.ingestion.fuzz.json_values import write_native
from tests.ingestion.fuzz.parts import UNREADABLE_LINE, Case, Cell, want_broken, want_row
from tests.ingestion.fuzz.placing import find_day, name_files, pick_placing
from tests.ingestion.fuzz.whole_files import write_files

LINE_FAULTS = (
    "no JSON",
    "list",
    "number alone",
    "text alone",
    "half a character",
    "raw tab in a text",
    "two objects on a line",
    "cut line",
    "blank line",
    "duplicate key",
    "duplicate row",
    "undeclared key",
    "too deep",
    "single quotes",
    "comment",
    "null alone",
    "comma at the end",
)
FIRST_LINE_FAULTS = ("no JSON", "number alone", "text alone", "null alone", "comment", "undeclared key", "duplicate row")
FILE_FAULTS = ("NUL byte", "no UTF-8", "UTF-16 not declared", "empty file", "gzip under another name", "one list", "objects on one line")
DOCUMENT_FAULTS = ("cut document", "NUL byte", "empty file", "no rows")
BROKEN = {
    "no JSON": "<html>",
    "list": "[1, 2]",
    "number alone": "5",
    "text alone": '"x"',
    "half a character": '{"id": "\\ud83d"}',
    "raw tab in a text": '{"id": "a\tb"}',
    "two objects on a line": '{"id": "a"}{"id": "b"}',
    "too deep": '{"id": ' + "[" * 3000 + "]" * 3000 + "}",
    "single quotes": "{'id': 'a'}",
    "comment": "// a comment",
    "null alone": "null",
    "comma at the end": '{"id": "a",}',
}


class JsonCase:
    """Builds one case: objects on lines, or documents."""

    def __init__(self, seed: int) -> None:
        self.random = random = Random(f"jsonl {seed}")
        self.style = pick_style(random)
        self.columns = pick_columns(random, self.style, ("{}", "{}", "o.{}", "o.p.{}", "{} (nr.)"))
        window, self.placing = pick_placing(random, self.columns)
        self.is_document = random.random() < 0.2
        self.is_packed = random.random() < 0.15
        suffix = (".json" if self.is_document else ".jsonl") + (".gz" if self.is_packed else "")
        self.files = name_files(random, suffix)
        self.end = random.choice(("\n", "\n", "\r\n", "\r\r\n"))
        self.records = random.choice((None, "data.rows")) if self.is_document else None
        table = {"path": f"in/f_*{suffix}", "format": "json" if self.is_document else "jsonl", "window": window}
        table |= {"records": self.records} if self.records else {}
        self.case = Case("jsonl", seed, self.columns, self.style, {**table, **self.style.declare()})
        self.case.kinds |= {"documents" if self.is_document else "lines", *window, repr(self.end)} | ({"gzip"} if self.is_packed else set())
        self.case.kinds |= {"several days"} if len(self.files) > 1 else set()

    def build(self) -> Case:
        """The case with all its files."""
        return write_files(self, DOCUMENT_FAULTS if self.is_document else FILE_FAULTS)

    def write_file(self, name: str, placed: date | None, fault: str | None) -> bytes:
        """One file with its rows, or with a fault of the whole file."""
        raw = (self.write_document(name, placed) if self.is_document else self.write_lines(name, placed)).encode()
        if self.random.random() < 0.15 and fault is None:
            raw, _ = b"\xef\xbb\xbf" + raw, self.case.kinds.add("byte-order mark")
        if fault is not None:
            raw = spoil(self.random, raw, fault, self.records)
        return gzip.compress(raw) if self.is_packed else raw

    def write_lines(self, name: str, placed: date | None) -> str:
        """One object per line."""
        random, lines = self.random, []
        for number in range(random.choice((5, 8, 13, 20, 60))):
            fault = random.choice(LINE_FAULTS if number else FIRST_LINE_FAULTS) if random.random() < 0.15 else None
            cells: dict[str, Cell] | None
            cells, fragments = self.make_row(number)
            text = self.write_object(fragments, fault)
            if fault in BROKEN or fault == "cut line":
                text, cells = BROKEN.get(fault or "", text[:-2] or "{"), None
            if fault == "blank line":
                lines.append(random.choice(("", "  ", "\t")))
            for _ in range(2 if fault == "duplicate row" else 1):
                lines.append(text)
                self.want(name, len(lines), cells, placed)
            self.case.kinds |= {fault} if fault else set()
        return self.end.join(lines) + random.choice(("", self.end))

    def write_document(self, name: str, placed: date | None) -> str:
        """A list of objects, objects one behind the other, or a list inside an object."""
        random, texts = self.random, []
        for number in range(random.choice((5, 13, 20))):
            cells, fragments = self.make_row(number)
            is_broken = random.random() < 0.05 and bool(number)
            texts.append(random.choice(("5", '"x"', "null", '{"id": "\\udc00"}')) if is_broken else self.write_object(fragments, None))
            self.want(name, number + 1, None if is_broken else cells, placed)
        if self.records:
            return '{"meta": 1, "data": {"rows": [' + ",\n".join(texts) + "]}}"
        if random.random() < 0.5 and all(text.startswith("{") for text in texts):
            return random.choice(("\n", "", " ", "\n\x1e")).join(texts)
        return "[" + ",\n".join(texts) + "]" + random.choice(("", "\n"))

    def make_row(self, number: int) -> tuple[dict[str, Cell], dict[str, str]]:
        """The cells of a row and their fragments by the column's name; a column may be left out."""
        random, cells, fragments = self.random, {}, {}
        for column in self.columns:
            if random.random() < 0.06 and number:
                self.case.kinds.add("key missing")
                continue
            if column.name == "id" and random.random() > 0.03:
                cell = Cell(f'"R{number}"', f"R{number}")
            elif column.type == "text" and not column.personal and random.random() < 0.03:
                cell = Cell('"a\\u0000b"', "a\0b", kind="NUL character")
            elif random.random() < 0.05:
                cell = Cell("null", None, kind="null")
            else:
                native = (
                    write_native(random, column, column.style or self.style)
                    if random.random() < 0.4 and column.name != self.placing
                    else None
                )
                cell = native or self.quote(write_cell(random, column, self.style, is_near=column.name == self.placing))
            cells[column.name], fragments[column.name] = cell, str(cell.written)
            self.case.kinds |= {kind for kind in cell.kind.split(", ") if kind}
            if column.personal and len(fragments[column.name]) > 9:
                self.case.private.add(fragments[column.name].strip('"'))
        return cells, fragments

    def quote(self, cell: Cell) -> Cell:
        """A cell whose text is a fragment of JSON."""
        text = json.dumps(cell.written, ensure_ascii=self.random.random() < 0.5)
        return Cell(text, cell.value, cell.problem, cell.is_withheld, cell.kind)

    def write_object(self, fragments: dict[str, str], fault: str | None) -> str:
        """An object with its nested objects, in any order."""
        nested: dict[str, dict[str, str]] = {"": {}, "o": {}, "o.p": {}}
        for column in self.columns:
            if column.name in fragments:
                path, _, key = column.source.rpartition(".") if column.source.startswith("o.") else ("", "", column.source)
                nested[path][key] = fragments[column.name]
        space = self.random.choice(("", " "))

        def dump(fields: dict[str, str]) -> str:
            items = [f"{json.dumps(key)}:{space}{value}" for key, value in fields.items()]
            self.random.shuffle(items)
            return "{" + f",{space}".join(items) + "}"

        if nested["o.p"]:
            nested["o"]["p"] = dump(nested["o.p"])
        if nested["o"]:
            nested[""]["o"] = dump(nested["o"])
        if fault == "undeclared key":
            nested[""]["extra"] = '{"deep": [1, {"x": "y"}]}'
        text = dump(nested[""])
        return '{"id":"first", "Order No.":"first",' + text[1:] if fault == "duplicate key" and "id" in fragments else text

    def want(self, file: str, line: int, cells: dict[str, Cell] | None, placed: date | None) -> None:
        """What must come of a row; without cells it is no row."""
        if cells is None:
            self.case.wanted.append(want_broken(file, line, UNREADABLE_LINE, self.columns, placed))
            return
        day = find_day(cells.get(self.placing, Cell(None))) if self.placing else placed
        self.case.wanted.append(want_row(file, line, cells, self.columns, day, self.placing))


def spoil(random: Random, raw: bytes, fault: str, records: str | None) -> bytes:
    """The bytes of a file with a fault of the whole file."""
    match fault:
        case "NUL byte":
            return raw[: len(raw) // 2] + b"\0" + raw[len(raw) // 2 :]
        case "no UTF-8":
            return raw + b'\n{"id": "\xff\xc3\x28"}'
        case "UTF-16 not declared":
            return raw.decode().encode("utf-16")
        case "gzip under another name":
            return gzip.compress(raw)
        case "one list":
            return b'[\n{"id": "a"},\n{"id": "b"}\n]'
        case "objects on one line":
            return b'{"id": "a"}{"id": "b"}'
        case "cut document":
            return raw.rstrip()[:-1]
        case "no rows":
            return b'{"data": {"rows": []}}' if records else b"[]"
    return random.choice((b"", b"\n", b"  \n\n"))
