"""Values that JSON types itself, as fragments of JSON, with the value that must land."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from tests.ingestion.fuzz import moments
from tests.ingestion.fuzz.numbers import round_money
from tests.ingestion.fuzz.parts import Cell, Column, Person, Style

Form = tuple[str, Any, str | None]  # what is written, what must land, why it is rejected


def write_native(random: Random, column: Column, style: Style) -> Cell | None:
    """A value that JSON types itself, as a fragment; None where the column takes texts only."""
    kind = f"JSON number as {column.personal or column.type}"
    if column.personal in ("customer_id", "employee_id"):
        number = 5100 + random.randrange(6)
        return Cell(f"{number}{random.choice(('', '.0'))}", Person(column.personal, str(number)), kind=kind)
    if column.personal:
        return None
    forms: tuple[Form, ...]
    match column.type:
        case "integer":
            forms = list_integers(random)
        case "decimal" | "float":
            forms = list_numbers(random, column.type)
        case "boolean":
            forms = (
                ("true", True, None),
                ("false", False, None),
                ("1", True, None),
                ("0", False, None),
                ("1.0", True, None),
                ("2", None, "not a boolean"),
                ("[]", None, "not a boolean"),
            )
        case "timestamp" if style.time_format in moments.EPOCH_SIZES:
            seconds = random.randint(1_700_000_000, 1_800_000_000)
            moment = moments.datetime.fromtimestamp(seconds, moments.UTC)
            forms = ((str(seconds * moments.EPOCH_SIZES[style.time_format]), moment, None),)
        case "date" | "timestamp":
            forms = (("true", None, f"not a {column.type}"), ('{"at": 1}', None, f"not a {column.type}"))
        case _:
            forms = (
                ("5", "5", None),
                ("4.50", "4.50", None),
                ("true", "true", None),
                ('{"a":[1,2.50,null],"é":"x"}', '{"a": [1, 2.50, null], "é": "x"}', None),
                ("[]", "[]", None),
                ("-0", "0", None),
                (str(10**30), str(10**30), None),
                ("7.12345678901E11", "712345678901", None),
            )
    written, value, problem = random.choice(forms)
    return Cell(written, value, problem, kind=kind if problem is None else f"{kind}, wrong")


def list_integers(random: Random) -> tuple[Form, ...]:
    """Forms of whole numbers, and what is none."""
    value = random.choice((0, -7, 12, 2**53 + 1, 2**63 - 1, random.randint(-(10**9), 10**9)))
    return (
        (str(value), value, None),
        (f"{value}.0", value, None),
        ("1e5", 100000, None),
        ("-1.2E+3", -1200, None),
        ("1e17", None, "not an integer"),
        ("1.5e0", None, "not an integer"),
        ("5.5", None, "not an integer"),
        (str(2**63), None, "not an integer"),
        ("true", None, "not an integer"),
        ("{}", None, "not an integer"),
        ("[5]", None, "not an integer"),
        ("-Infinity", None, "not an integer"),
        ("NaN", None, None),
    )


def list_numbers(random: Random, kind: str) -> tuple[Form, ...]:
    """Forms of numbers, and what is none."""
    number = f"{random.randint(-(10**6), 10**6) / 100}"
    wanted = round_money(Decimal(number)) if kind == "decimal" else float(number)
    problem = f"not a {kind}"
    large = Decimal("1500.0000") if kind == "decimal" else 1500.0
    return (
        (number, wanted, None),
        (number, wanted, None),
        ("1.5e3", large, None),
        ("1.5E+3", large, None),
        ("NaN", None, None),
        ("Infinity", None, problem),
        ("false", None, problem),
        ('{"a": 1}', None, problem),
        ("1e400", None, problem),
    )
