"""Columns of Parquet files: the physical types that a declared column may have, and writers of their values."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa

from tests.ingestion.fuzz import moments
from tests.ingestion.fuzz.forms import write_cell
from tests.ingestion.fuzz.numbers import round_money
from tests.ingestion.fuzz.parts import Cell, Column, Person, Style

UNITS = ("s", "ms", "us", "ns")
FAR = {"s": 9 * 10**15, "ms": 2**63 - 1, "us": -(2**63) + 1}
ZONES = ("UTC", "Europe/Amsterdam", "America/New_York", "+02:00")


@dataclass
class Physical:
    """A column as it is stored: its type and a writer of one value."""

    kind: str
    type: pa.DataType
    cells: list[Cell] = field(default_factory=list)
    is_encoded: bool = False


def store(physical: Physical) -> pa.Array:
    """The values as Arrow keeps them."""
    array = pa.array([cell.written for cell in physical.cells], physical.type)
    return array.dictionary_encode() if physical.is_encoded else array


def pick_physical(random: Random, column: Column, style: Style, *, is_near: bool) -> tuple[Physical, Any]:
    """A physical type that a column of this kind may have, and the writer of a value of it."""
    style = column.style or style
    if random.random() < 0.15:

        def write_bytes() -> Cell:
            if random.random() < 0.04:
                return Cell(
                    b"\xff" + bytes([random.randrange(256)]), None, f"not {'an' if column.type == 'integer' else 'a'} {column.type}"
                )
            cell = write_cell(random, column, style, is_near=is_near)
            return replace(cell, written=str(cell.written).encode())

        return Physical("bytes", random.choice((pa.binary(), pa.large_binary()))), write_bytes
    if random.random() < 0.35:
        is_encoded = random.random() < 0.4
        physical = Physical("category" if is_encoded else "text", random.choice((pa.string(), pa.large_string())), is_encoded=is_encoded)
        return physical, lambda: write_cell(random, column, style, is_near=is_near)
    if column.personal in ("customer_id", "employee_id"):
        return pick_number_person(random, column.personal)
    if column.personal:
        return Physical("text", pa.string()), lambda: write_cell(random, column, style)
    return PICKERS[column.type](random, style, is_near)


def pick_number_person(random: Random, personal: str) -> tuple[Physical, Any]:
    """Customers by number; a float that cannot hold its number names nobody."""

    def write_float() -> Cell:
        if random.random() < 0.1:
            return Cell(float(2**53 + random.randrange(9) * 2), is_withheld=True)
        number = 5100 + random.randrange(6)
        return Cell(float(number), Person(personal, str(number)))

    def write_integer() -> Cell:
        number = random.choice((0, *range(5100, 5106), 10**17 + 1, 10**17 + 2))
        return Cell(number, Person(personal, str(number))) if number else Cell(0, is_withheld=True)

    if random.random() < 0.5:
        return Physical("float as person", pa.float64()), write_float
    return Physical("integer as person", pa.int64()), write_integer


def pick_text(random: Random, style: Style, is_near: bool) -> tuple[Physical, Any]:
    """Texts stored as something else."""
    day = date(2026, 3, 2)
    nested = {"a": [1, None], "b": "é"}
    choices = (
        (
            Physical("bytes as text", pa.binary()),
            lambda: random.choice((Cell("café".encode(), "café"), Cell(b"caf\xe9", None, "not a text"))),
        ),
        (Physical("integer as text", pa.int32()), lambda: (lambda n: Cell(n, str(n)))(random.randint(-9, 10**6))),
        (Physical("boolean as text", pa.bool_()), lambda: random.choice((Cell(True, "true"), Cell(False, "false")))),
        (Physical("day as text", pa.date32()), lambda: Cell(day, "2026-03-02")),
        (Physical("map", pa.map_(pa.string(), pa.int64())), lambda: Cell([("en", 1)], '{"en": 1}')),
        (Physical("time of day as text", pa.time64("us")), lambda: Cell(time(9, 30), "09:30:00")),
        (Physical("time as text", pa.timestamp("ms")), lambda: Cell(datetime(2026, 3, 2, 9, 30), "2026-03-02T09:30:00.000")),
        (Physical("list", pa.list_(pa.int64())), lambda: random.choice((Cell([1, None], "[1, null]"), Cell([], "[]")))),
        (
            Physical("struct", pa.struct([("a", pa.list_(pa.int64())), ("b", pa.string())])),
            lambda: Cell(nested, json.dumps(nested, ensure_ascii=False)),
        ),
        (Physical("duration as text", pa.duration("us")), lambda: Cell(timedelta(hours=1, seconds=5), "PT1H5S")),
        (Physical("decimal as text", pa.decimal128(9, 2)), lambda: Cell(Decimal("12.50"), "12.50")),
    )
    return random.choice(choices)


def pick_integer(random: Random, style: Style, is_near: bool) -> tuple[Physical, Any]:
    """Whole numbers stored in many types."""

    def small() -> int:
        return random.randint(0, 100)

    def write_large() -> Cell:
        return random.choice((Cell(2**63, None, "not an integer"), Cell(2**63 - 1, 2**63 - 1), Cell(7, 7)))

    def write_float() -> Cell:
        return random.choice((Cell(5.0, 5), Cell(-7.0, -7), Cell(5.5, None, "not an integer"), Cell(float("nan"), None),
                              Cell(float("inf"), None, "not an integer"), Cell(1e300, None, "not an integer")))  # fmt: skip

    def write_decimal() -> Cell:
        return random.choice((Cell(Decimal("5.00"), 5), Cell(Decimal("5.50"), None, "not an integer"), Cell(Decimal("100.00"), 100)))

    choices = [
        (Physical(f"{kind} as integer", kind), lambda: (lambda n: Cell(n, n))(small())) for kind in (pa.int8(), pa.uint16(), pa.int64())
    ]
    choices += [(Physical("uint64 as integer", pa.uint64()), write_large), (Physical("float as integer", pa.float64()), write_float),
                (Physical("decimal as integer", pa.decimal128(12, 2)), write_decimal),
                (Physical("day as integer", pa.date32()), lambda: Cell(date(2026, 3, 2), None, "not an integer"))]  # fmt: skip
    return random.choice(choices)


def pick_decimal(random: Random, style: Style, is_near: bool) -> tuple[Physical, Any]:
    """Amounts stored in many types."""
    scale = random.choice((0, 2, 4, 6, 9))

    def write_exact() -> Cell:
        value = Decimal(random.randint(-(10**12), 10**12)).scaleb(-scale)
        return Cell(value, round_money(value))

    def write_wide() -> Cell:
        value = random.choice((Decimal(10) ** 20, Decimal("99999999999999.9999"), Decimal("-0.00005"), Decimal("0.00015")))
        return Cell(value, None, "not a decimal") if value > 10**15 else Cell(value, round_money(value))

    def write_float() -> Cell:
        text = random.choice((f"{random.randint(-(10**6), 10**6) / 100}", "1e-07", "123456789.25", "2.675", "1e+15", "nan", "inf"))
        if text in ("1e+15", "inf"):
            return Cell(float(text), None, "not a decimal")
        return Cell(float(text), None if text == "nan" else round_money(Decimal(text)))

    def write_integer() -> Cell:
        value = random.choice((0, -5, 10**13, random.randint(-(10**9), 10**9), 10**14))
        return Cell(value, None, "not a decimal") if value == 10**14 else Cell(value, round_money(Decimal(value)))

    return random.choice((
        (Physical(f"decimal of scale {scale}", pa.decimal128(22, scale)), write_exact),
        (Physical("wide decimal", pa.decimal128(38, 6)), write_wide),
        (Physical("float as decimal", pa.float64()), write_float),
        (Physical("float32 as decimal", pa.float32()), lambda: random.choice((Cell(0.25, Decimal("0.25")), Cell(0.1, Decimal("0.1"))))),
        (Physical("integer as decimal", pa.int64()), write_integer),
        (Physical("boolean as decimal", pa.bool_()), lambda: Cell(True, None, "not a decimal")),
    ))  # fmt: skip


def pick_float(random: Random, style: Style, is_near: bool) -> tuple[Physical, Any]:
    """Floating numbers stored in many types."""

    def write() -> Cell:
        value = random.choice((random.uniform(-1e9, 1e9), 5e-324, -0.0, 1e300, float("nan"), float("inf")))
        if value == float("inf"):
            return Cell(value, None, "not a float")
        return Cell(value, None if value != value else value)

    return random.choice((
        (Physical("double", pa.float64()), write),
        (Physical("float32", pa.float32()), lambda: Cell(0.25, 0.25)),
        (Physical("integer as float", pa.int64()), lambda: Cell(2**53 - 1, float(2**53 - 1))),
        (Physical("decimal as float", pa.decimal128(9, 3)), lambda: Cell(Decimal("-12.500"), -12.5)),
    ))  # fmt: skip


def pick_boolean(random: Random, style: Style, is_near: bool) -> tuple[Physical, Any]:
    """Booleans stored in many types."""
    wrong = Cell(2, None, "not a boolean")
    half = Cell(0.5, None, "not a boolean")
    return random.choice((
        (Physical("boolean", pa.bool_()), lambda: random.choice((Cell(True, True), Cell(False, False)))),
        (Physical("integer as boolean", pa.int8()), lambda: random.choice((Cell(1, True), Cell(0, False), wrong))),
        (Physical("float as boolean", pa.float64()), lambda: random.choice((Cell(1.0, True), Cell(0.0, False), half))),
    ))  # fmt: skip


def pick_date(random: Random, style: Style, is_near: bool) -> tuple[Physical, Any]:
    """Days stored as days and as times."""

    def write() -> Cell:
        day = moments.pick_day(random, is_near=is_near)
        return Cell(day, day)

    def write_time() -> Cell:
        day = moments.pick_day(random, is_near=is_near)
        hour = random.choice((0, 0, 10))
        return Cell(datetime(day.year, day.month, day.day, hour), None if hour else day, "not a date" if hour else None)

    def write_far() -> Cell:
        return random.choice((write(), Cell(date(9999, 12, 31), None, "not a date"), Cell(date(1, 1, 1), None, "not a date")))

    return random.choice(((Physical("date32", pa.date32()), write_far), (Physical("date64", pa.date64()), write),
                          (Physical("time as day", pa.timestamp(random.choice(("ms", "us")))), write_time)))  # fmt: skip


def pick_timestamp(random: Random, style: Style, is_near: bool) -> tuple[Physical, Any]:
    """Times of all units, with and without a zone."""
    unit, zone = random.choice(UNITS), random.choice((None, None, *ZONES))

    def write() -> Cell:
        if unit != "ns" and random.random() < 0.05 and not is_near:
            return Cell(FAR[unit], None, "not a timestamp", kind="time too far away")
        day = moments.pick_day(random, is_near=is_near)
        moment = datetime(day.year, day.month, day.day) + timedelta(seconds=random.randrange(86_400))
        moment = moment if unit == "s" else moment + timedelta(milliseconds=random.randrange(1000))
        if zone is not None:
            return Cell(moment.replace(tzinfo=moments.UTC), moment.replace(tzinfo=moments.UTC))
        return Cell(moment, moments.guess_run(moment, style.zone))

    def write_day() -> Cell:
        day = moments.pick_day(random, is_near=is_near)
        return Cell(day, moments.guess_run(datetime(day.year, day.month, day.day), style.zone))

    choices = [(Physical(f"timestamp {unit}{' with zone' if zone else ''}", pa.timestamp(unit, zone)), write)] * 3
    choices += [(Physical("day as timestamp", pa.date32()), write_day)]
    if style.time_format in moments.EPOCH_SIZES:
        size = moments.EPOCH_SIZES[style.time_format]
        base = datetime(2026, 3, 2, 9, tzinfo=moments.UTC)
        choices += [(Physical("epoch", pa.int64()), lambda: Cell(int(base.timestamp()) * size, base))] * 2
    return random.choice(choices)


PICKERS = {
    "text": pick_text, "integer": pick_integer, "decimal": pick_decimal, "float": pick_float, "boolean": pick_boolean, "date": pick_date,
    "timestamp": pick_timestamp,
}  # fmt: skip
