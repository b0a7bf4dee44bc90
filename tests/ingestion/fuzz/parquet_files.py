"""Random Parquet files of columns of many physical types, with faults."""

from __future__ import annotations

import io
from datetime import date
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from tests.ingestion.fuzz.forms import pick_columns, pick_style
from tests.ingestion.fuzz.parquet_types import Physical, pick_physical, store
from tests.ingestion.fuzz.parts import Case, Cell, Column, want_row
from tests.ingestion.fuzz.placing import find_day, name_files, pick_placing
from tests.ingestion.fuzz.whole_files import write_files

FILE_FAULTS = ("no Parquet", "cut file", "empty file", "no rows", "missing required column")


class ParquetCase:
    """Builds one case."""

    def __init__(self, seed: int) -> None:
        self.random = random = Random(f"parquet {seed}")
        self.style = pick_style(random)
        self.columns = pick_columns(random, self.style)
        window, self.placing = pick_placing(random, self.columns)
        self.files = name_files(random, ".parquet")
        table = {"path": "in/f_*.parquet", "format": "parquet", "window": window}
        self.case = Case("parquet", seed, self.columns, self.style, {**table, **self.style.declare()})
        self.case.kinds |= {*window} | ({"several days"} if len(self.files) > 1 else set())

    def build(self) -> Case:
        """The case with all its files."""
        return write_files(self, FILE_FAULTS)

    def write_file(self, name: str, placed: date | None, fault: str | None) -> bytes:
        """One file with its rows, or with a fault of the whole file."""
        random, case = self.random, self.case
        height = 0 if fault == "no rows" else random.choice((5, 13, 20, 60))
        stored: dict[str, Physical] = {}
        for column in self.columns:
            is_optional = not column.is_required and column.name != self.placing
            if is_optional and random.random() < 0.06:
                case.kinds.add("missing column")
                continue
            stored[column.name] = self.fill(column, height)
        for line in range(height):
            cells = {column: physical.cells[line] for column, physical in stored.items()}
            day = find_day(cells[self.placing]) if self.placing else placed
            case.wanted.append(want_row(name, line + 1, cells, self.columns, day, self.placing))
        arrays, names = [], []
        for column in random.sample(self.columns, len(self.columns)):
            if column.name in stored:
                names.append("another" if fault == "missing required column" and column.name == "id" else column.source)
                arrays.append(store(stored[column.name]))
        if random.random() < 0.15:
            names.append("extra")
            arrays.append(pa.array([[number] for number in range(height)], pa.list_(pa.int64())))
            case.kinds.add("undeclared column")
        buffer = io.BytesIO()
        is_old = random.random() < 0.2
        case.kinds |= {"int96"} if is_old else set()
        groups = random.choice((None, 3, 7))
        case.kinds |= {"several row groups"} if groups and height > groups else set()
        pq.write_table(
            pa.Table.from_arrays(arrays, names), buffer, row_group_size=groups, use_deprecated_int96_timestamps=is_old,
            compression=random.choice(("snappy", "zstd", "gzip", "none", "lz4")), version=random.choice(("1.0", "2.6")),
            data_page_version=random.choice(("1.0", "2.0")), use_dictionary=random.random() < 0.5,
        )  # fmt: skip
        raw = buffer.getvalue()
        match fault:
            case "no Parquet":
                return b"id,amount\n1,2\n" * 3
            case "cut file":
                return raw[: len(raw) // 2]
            case "empty file":
                return b""
        return raw

    def fill(self, column: Column, height: int) -> Physical:
        """A column's values in one physical type; some of them are null, in some columns all."""
        random = self.random
        if column.name == "id":
            physical = Physical("text", random.choice((pa.string(), pa.large_string(), pa.int64())))
            is_number = physical.type == pa.int64()
            physical.cells = [Cell(number, str(number)) if is_number else Cell(f"R{number}", f"R{number}") for number in range(height)]
            return physical
        physical, write = pick_physical(random, column, self.style, is_near=column.name == self.placing)
        self.case.kinds.add(physical.kind)
        if random.random() < 0.05:
            self.case.kinds.add("nothing but nulls")
            physical.cells = [Cell(None)] * height
            physical.type = random.choice((physical.type, pa.null())) if not physical.is_encoded else physical.type
            return physical
        physical.cells = [Cell(None) if random.random() < 0.1 else write() for _ in range(height)]
        if column.personal:
            self.case.private |= {str(cell.written) for cell in physical.cells if len(str(cell.written)) > 7}
        return physical
