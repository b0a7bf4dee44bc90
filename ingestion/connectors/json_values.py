"""Values of JSON as texts; numbers stay as the file writes them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from ingestion.values import LARGEST_EXACT_FLOAT

LARGEST_EXPONENT = 18  # of ten, in an integer of the lake


class Number(str):
    """A number as the file writes it."""

    __slots__ = ()


def write_out(number: str, *, is_integer: bool = False) -> str:
    """A number with an exponent written out, where it shows every digit of a whole number; other numbers as they are.

    In a column of integers `1e5` is 100000 too, up to the largest whole number that a float surely holds.
    """
    value = Decimal(number)
    exponent, digits = value.as_tuple().exponent, value.as_tuple().digits
    if not isinstance(exponent, int) or exponent > LARGEST_EXPONENT or value != value.to_integral_value():
        return number
    if -len(digits) < exponent <= 0 or (is_integer and abs(value) <= LARGEST_EXACT_FLOAT):
        return format(value.to_integral_value(), "f")
    return number


def read_constant(text: str) -> Number | None:
    """NaN is what writers put where there is no number."""
    return None if text == "NaN" else Number(text)


PLAIN_KINDS = {str, Number, type(None)}


def write_cells(values: list[Any]) -> list[str | None]:
    """JSON values as texts."""
    kinds = set(map(type, values))
    if kinds <= PLAIN_KINDS:
        return values
    if kinds <= {int, type(None)}:
        return [None if value is None else Number(value) for value in values]
    if kinds <= {bool, type(None)}:
        return [None if value is None else "true" if value else "false" for value in values]
    return [value if type(value) in PLAIN_KINDS else write_cell(value) for value in values]


def write_cell(value: Any) -> str | None:
    """A JSON value as text; objects and lists stay JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return Number(value) if isinstance(value, int) else write_json(value)


def write_json(value: Any) -> str:
    """A value as JSON, with its numbers as the file writes them."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {write_json(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(write_json, value)) + "]"
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)
