"""The real data: invoices of a wholesaler, tickets, delivery notes, surveys. They are read without code of the project."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from tests.companies.tiny import PROJECT

DATA = Path(os.environ.get("CXHOUSE_SAMPLE_DATA") or PROJECT.parent / "shared" / "data").resolve()

Line = Mapping[str, str]


def read_raw(pattern: str) -> list[Line]:
    """Rows of the raw files, in the order of their names."""
    paths = sorted(DATA.glob(pattern))
    assert paths, f"no file matches {DATA / pattern}"
    rows: list[Line] = []
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += csv.DictReader(file)
    return rows


@cache
def read_invoices() -> Mapping[str, list[Line]]:
    """Invoice lines by invoice."""
    invoices: dict[str, list[Line]] = defaultdict(list)
    for line in read_raw("online_retail/*.csv"):
        invoices[line["InvoiceNo"]].append(line)
    return invoices


def is_stock(lines: Iterable[Line]) -> bool:
    """Corrections of stock: a negative line, or no price at all, on an invoice that is no credit note."""
    lines = list(lines)
    if lines[0]["InvoiceNo"].startswith(("A", "C")):
        return False
    return any(int(line["Quantity"]) < 0 for line in lines) or all(Decimal(line["UnitPrice"]) == 0 for line in lines)


def read_sales() -> dict[str, list[Line]]:
    """Invoices that are orders: neither a credit note nor bad debt nor stock."""
    sales = {number: lines for number, lines in read_invoices().items() if number.isdigit() and not is_stock(lines)}
    assert sales
    return sales


def read_day(line: Line) -> date:
    """The day of an invoice line; the files are in British winter time, so it is also the local day."""
    return datetime.fromisoformat(line["InvoiceDate"]).date()


def read_delivery_day(text: str) -> date | None:
    """A date written as 02-Jun-06."""
    return datetime.strptime(text, "%d-%b-%y").date() if text else None
