"""Random Excel workbooks of texts and typed cells, with faults."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from tests.ingestion.fuzz.forms import pick_columns, pick_style, write_cell
from tests.ingestion.fuzz.numbers import round_money
from tests.ingestion.fuzz.parts import Case, Cell, Column, Person, want_row
from tests.ingestion.fuzz.placing import find_day, name_files, pick_placing
from tests.ingestion.fuzz.whole_files import write_files

FILE_FAULTS = ("no workbook", "cut file", "empty file", "no rows", "missing required column", "no such sheet")
ERRORS = ("#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")


def write_native(random: Random, column: Column, nulls: tuple[str, ...]) -> Cell | None:
    """A cell that the sheet types; None where the column takes texts only."""
    what = f"not {'an' if column.type == 'integer' else 'a'} {column.type}"
    if random.random() < 0.15:
        return Cell(("e", random.choice(ERRORS)), None, what, kind="error of the sheet")
    if random.random() < 0.1:
        return Cell(("f", "=1+1"), None, what, kind="formula without a value")
    if column.personal in ("customer_id", "employee_id"):
        number = 5100 + random.randrange(6)
        lost = 10**15 + random.randrange(9) * 10
        return random.choice(
            (Cell(number, Person(column.personal, str(number))), Cell(lost, is_withheld=True, kind="number that lost digits"))
        )
    if column.personal:
        return None
    money = random.randint(-(10**8), 10**8) / 100
    day = date(2026, 3, 1) + timedelta(days=random.randrange(31))
    midnight = datetime(day.year, day.month, day.day)
    choices: dict[str, tuple[tuple[Any, Any, str | None], ...]] = {
        "integer": ((5, 5, None), (-7, -7, None), (6.0, 6, None), (5.5, None, what), (midnight, None, what)),
        "decimal": ((money, round_money(Decimal(str(money))), None), (12, Decimal("12.0000"), None), (time(9), None, what)),
        "float": ((money, money, None), (3, 3.0, None), (midnight, None, what)),
        "boolean": ((True, True, None), (False, False, None), (1, True, None), (0, False, None), (2, None, what)),
        "text": ((5, "5", None), (4.5, "4.5", None), (True, "true", None), (day, str(day), None), (time(9, 30), "09:30:00", None)),
        "date": ((day, day, None), (midnight, day, None), (midnight + timedelta(hours=9), None, what), (True, None, what)),
        "timestamp": ((True, None, what),),
    }
    written, value, problem = random.choice(choices[column.type])
    return Cell(written, value, problem, kind=f"typed cell as {column.type}")


class ExcelCase:
    """Builds one case."""

    def __init__(self, seed: int) -> None:
        self.random = random = Random(f"excel {seed}")
        self.style = pick_style(random)
        self.columns = pick_columns(random, self.style)
        window, self.placing = pick_placing(random, self.columns)
        self.files = name_files(random, ".xlsx")
        self.before, self.after = random.choice((0, 0, 2)), random.choice((0, 0, 1))
        table: dict[str, Any] = {"path": "in/f_*.xlsx", "format": "excel", "window": window, "sheet": "Data"}
        table |= {"skip_before_header": self.before, "skip_at_end": self.after}
        self.case = Case("excel", seed, self.columns, self.style, {**table, **self.style.declare()})
        self.case.kinds |= {*window, f"{self.before} rows before", f"{self.after} rows after"}

    def build(self) -> Case:
        """The case with all its files."""
        return write_files(self, FILE_FAULTS)

    def write_file(self, name: str, placed: date | None, fault: str | None) -> bytes:
        """One workbook with its rows, or with a fault of the whole file."""
        random, case = self.random, self.case
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Others" if fault == "no such sheet" else "Data"
        book.create_sheet("Notes")
        line = 1
        for _ in range(self.before):
            sheet.cell(line, 1, "Orders of the shop")
            line += 1 + random.randrange(2)
        shown = [column for column in self.columns if column.name in ("id", self.placing) or column.is_required or random.random() > 0.06]
        random.shuffle(shown)
        for place, column in enumerate(shown, start=1):
            sheet.cell(line, place, "another" if fault == "missing required column" and column.name == "id" else column.source)
        for number in range(0 if fault == "no rows" else random.choice((5, 13, 20))):
            line += 1
            if number and random.random() < 0.05:
                sheet.cell(line, 1, "  ")
                line, _ = line + 1, case.kinds.add("empty row")
            cells = {column.name: self.make_cell(column, number) for column in shown}
            for place, column in enumerate(shown, start=1):
                store(sheet.cell(line, place), cells[column.name].written)
            day = find_day(cells[self.placing]) if self.placing else placed
            case.wanted.append(want_row(name, line, cells, self.columns, day, self.placing))
        for _ in range(self.after):
            line += 1
            sheet.cell(line, 1, "Total")
        sheet.merge_cells(start_row=line + 2, end_row=line + 3, start_column=1, end_column=2)
        buffer = io.BytesIO()
        book.save(buffer)
        raw = buffer.getvalue()
        return {"no workbook": b"id,amount\n1,2\n", "cut file": raw[: len(raw) // 2], "empty file": b""}.get(fault or "", raw)

    def make_cell(self, column: Column, number: int) -> Cell:
        """A cell, typed by the sheet or a text."""
        random, style = self.random, column.style or self.style
        if column.name == "id":
            return Cell(f"R{number}", f"R{number}")
        cell = write_native(random, column, style.nulls) if random.random() < 0.4 and column.name != self.placing else None
        cell = cell or write_cell(random, column, self.style, is_near=column.name == self.placing)
        if isinstance(cell.written, str) and ILLEGAL_CHARACTERS_RE.search(cell.written):
            cell = Cell(None)
        self.case.kinds |= {kind for kind in cell.kind.split(", ") if kind}
        if column.personal and isinstance(cell.written, str) and len(cell.written) > 7:
            self.case.private.add(cell.written)
        return cell


def store(cell: Any, written: Any) -> None:
    """Put a value into a cell; a pair is a kind of cell and its text, and a text stays one whatever it looks like."""
    kind, value = written if isinstance(written, tuple) else ("s" if isinstance(written, str) else None, written)
    cell.value = value
    if kind is not None:
        cell.data_type = kind
