"""Random tables of an SQLite database with faults. SQLite keeps each value with a type of its own."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.ingestion.fuzz import moments
from tests.ingestion.fuzz.forms import pick_columns, pick_style, write_cell
from tests.ingestion.fuzz.numbers import round_money
from tests.ingestion.fuzz.parts import END_DAY, FIRST_DAY, Case, Cell, Column, Person, Style, want_row
from tests.ingestion.fuzz.placing import find_day

FAULTS = (
    "no database",
    "damaged database",
    "no table",
    "missing required column",
    "number as cursor",
    "no cursor",
)
NO_CURSORS = (None, None, "", "infinity", "-infinity", "unknown", "0000-00-00", "0000-00-00 00:00:00", "9999-12-31 00:00:00", "9999-12-31")
CURSORS = ("ISO 8601", "ISO 8601", "declared form", "not declared", "none", "none")


def write_native(random: Random, column: Column, style: Style) -> Cell | None:
    """A value that the database types; None where the column takes texts only."""
    kind = f"typed value as {column.personal or column.type}"
    if column.personal in ("customer_id", "employee_id"):
        number = 5100 + random.randrange(6)
        return random.choice((
            Cell(number, Person(column.personal, str(number)), kind=kind),
            Cell(float(number), Person(column.personal, str(number)), kind=kind),
            Cell(float(2**53 + 2 * random.randrange(99)), is_withheld=True, kind="number that a float cannot hold"),
            Cell(1.5e17, is_withheld=True, kind="number that a float cannot hold"),
        ))  # fmt: skip
    if column.personal:
        return Cell(b"caf\xe9", None, "not a text", kind="bytes that are no UTF-8") if random.random() < 0.3 else None
    money = random.randint(-(10**8), 10**8) / 100
    choices: dict[str, tuple[tuple[Any, Any, str | None], ...]] = {
        "integer": ((5, 5, None), (2**63 - 1, 2**63 - 1, None), (-7, -7, None), (6.0, 6, None), (5.5, None, "not an integer"),
                    (1e300, None, "not an integer"), (float("inf"), None, "not an integer")),
        "decimal": ((money, round_money(Decimal(str(money))), None), (12, Decimal("12.0000"), None), (1e-07, Decimal("0.0000"), None),
                    (0.125, Decimal("0.1250"), None), (1e20, None, "not a decimal"), (float("-inf"), None, "not a decimal"),
                    (10**15, None, "not a decimal")),
        "float": ((money, money, None), (3, 3.0, None), (1e-07, 1e-07, None), (1e22, 1e22, None), (float("inf"), None, "not a float")),
        "boolean": ((1, True, None), (0, False, None), (1.0, True, None), (2, None, "not a boolean")),
        "text": ((5, "5", None), (4.5, "4.5", None), ("café".encode(), "café", None), (b"caf\xe9", None, "not a text")),
        "date": ((0.5, None, "not a date"),),
        "timestamp": ((-1e300, None, "not a timestamp"),),
    }  # fmt: skip
    written, value, problem = random.choice(choices[column.type])
    return Cell(written, value, problem, kind=kind)


class SqlCase:
    """Builds one case."""

    def __init__(self, seed: int) -> None:
        self.random = random = Random(f"sql {seed}")
        self.style = pick_style(random)
        self.columns = pick_columns(random, self.style)
        self.cursor = random.choice(CURSORS)
        self.type = random.choice(("date", "timestamp"))
        form = self.style.date_format if self.type == "date" else self.style.time_format
        if self.cursor == "declared form" and form in (None, "spreadsheet", *moments.EPOCH_SIZES):
            self.cursor = "ISO 8601"
        if self.cursor == "not declared":
            self.type = "timestamp"
        if self.cursor in ("ISO 8601", "declared form"):
            self.columns.append(Column("placed", self.type, "placed", random.random() < 0.5))
        self.natives = {column.name: random.choice((0.0, 0.0, 0.3, 1.0)) for column in self.columns}
        is_query = random.random() < 0.3
        self.is_padded = {
            column.name: not is_query and column.type == "text" and not column.personal and random.random() < 0.1 for column in self.columns
        }
        self.table: dict[str, Any] = {"query": "select * from orders where 1 = 1"} if is_query else {"relation": "orders"}
        self.table |= {"window": {"snapshot": True}} if self.cursor == "none" else {"cursor": "placed", "look_back_days": 0}
        source = {"connector": "sql", "url": "sqlite:///{root}/in/shop.db"}
        self.case = Case("sql", seed, self.columns, self.style, {**self.table, **self.style.declare()}, source)
        self.case.kinds |= {f"cursor: {self.cursor}", "query" if is_query else "relation"}

    def build(self) -> Case:
        """The case with its database."""
        random, case = self.random, self.case
        fault = random.choice(FAULTS) if random.random() < 0.1 else None
        if fault in ("number as cursor", "no cursor") and self.cursor == "none":
            fault = "no table"
        names = [column.source for column in self.columns] + (["placed"] if self.cursor == "not declared" else [])
        names += ["extra"] if random.random() < 0.2 else []
        stored = [self.make_row(number, names) for number in range(random.choice((0, 5, 13, 20, 60)))]
        if fault is not None:
            case.kinds.add(fault)
            case.wanted.clear()
            case.failing = ["crm.t"]
            stored = stored or [["R0", *[None] * (len(names) - 1)]]
        types = {column.source: "char(40)" for column in self.columns if self.is_padded[column.name]}
        if fault in ("missing required column", "no cursor"):
            names[names.index("placed" if fault == "no cursor" else self.columns[0].source)] = "another"
        if fault == "number as cursor":
            for row in stored:
                row[names.index("placed")] = 1772442000
        raw = self.make_database(names, types, stored, fault)
        if fault != "no database":
            case.files["shop.db"] = b"this is no database, but long enough to be looked at\n" * 40 if fault == "damaged database" else raw
        return case

    def make_database(self, names: list[str], types: dict[str, str], stored: list[list[Any]], fault: str | None) -> bytes:
        """The bytes of a database with the table `orders`."""
        connection = sqlite3.connect(":memory:")
        declared = ", ".join(f'"{name}" {types.get(name, "")}' for name in names)
        connection.execute(f"create table {'others' if fault == 'no table' else 'orders'} ({declared})")
        if fault != "no table":
            connection.executemany(f"insert into orders values ({', '.join('?' * len(names))})", stored)
        if self.random.random() < 0.5 and fault not in ("no table", "missing required column"):
            self.case.kinds.add("texts that are no UTF-8")
            for column in [each for each in self.columns if each.source in names]:
                connection.execute(f"""update orders set "{column.source}" = cast("{column.source}" as text)
                    where typeof("{column.source}") = 'blob'""")
        connection.commit()
        raw = connection.serialize()
        connection.close()
        return raw

    def make_row(self, number: int, names: list[str]) -> list[Any]:
        """One stored row; what must come of it is noted."""
        case: Case = self.case
        cells: dict[str, Cell] = {}
        for column in self.columns:
            cells[column.name] = self.make_cell(column, number)
        placing = cells.get("placed") or (self.make_cursor() if self.cursor == "not declared" else None)
        day = None
        if placing is not None:
            day = find_day(placing)
            cells["placed"] = placing
        case.kinds |= {kind for cell in cells.values() for kind in cell.kind.split(", ") if kind}
        private = {str(cells[column.name].written) for column in self.columns if column.personal}
        case.private |= {text for text in private if len(text) > 7}
        if placing is not None and (day is None or not FIRST_DAY <= day < END_DAY):
            case.unplaced += 1
        else:
            case.wanted.append(want_row("orders" if "relation" in case.table else "t", number, cells, self.columns, day))
        by_source = {column.source: cells[column.name].written for column in self.columns}
        return [by_source.get(name, placing.written if name == "placed" and placing else number) for name in names]

    def make_cell(self, column: Column, number: int) -> Cell:
        """A cell, typed by the database in some columns."""
        random = self.random
        if column.name == "id":
            return Cell(f"R{number}", f"R{number}")
        if column.name == "placed":
            return self.make_cursor()
        if random.random() < 0.06:
            return Cell(None, kind="NULL")
        if self.is_padded[column.name]:
            text = random.choice(("a", "é  ", " b ", "漢"))
            return Cell(text, text.rstrip(" "), kind="padded column")
        if random.random() < self.natives[column.name] and (native := write_native(random, column, column.style or self.style)) is not None:
            return native
        return write_cell(random, column, self.style)

    def make_cursor(self) -> Cell:
        """A cursor: in ISO 8601 or the declared form, or none."""
        random, style = self.random, self.style
        if random.random() < 0.12:
            return Cell(random.choice(NO_CURSORS), kind="no cursor in a row")
        day = FIRST_DAY + timedelta(days=random.randint(-20, 50))
        if self.type == "date":
            if self.cursor == "declared form":
                return Cell(moments.write_pattern(random, datetime(day.year, day.month, day.day), style.date_format or "", style), day)
            return Cell(f"{day}", day)
        if self.cursor == "declared form":
            while True:
                cell = moments.write_time(random, style, is_near=True)
                if cell.problem is None:
                    return cell
        local = datetime(day.year, day.month, day.day) + timedelta(seconds=random.randrange(86_400))
        cell = moments.write_iso(random, local, style)
        is_local_day = self.cursor == "not declared" and cell.kind == "day as time"  # a day alone is a local day
        return Cell(cell.written, day, kind="day as cursor") if is_local_day else cell


def find_row_key(row: dict[str, Any], *, is_sql: bool) -> tuple[str, Any]:
    """What tells a landed row from others: file and line; of a database, whose order is its own, the number in `id`."""
    return row["_source_file"], int(row["id"].removeprefix("R")) if is_sql else row["_source_line"]
