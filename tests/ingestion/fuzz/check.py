"""Lands a case and compares the lake with what must be in it."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl

from tests.ingestion.fuzz.parts import UNREADABLE_FILE, Case, OneOf, Person, WantedRow
from tests.ingestion.fuzz.placing import is_inside
from tests.ingestion.fuzz.sql_tables import find_row_key
from tests.ingestion.landed_files import MARCH
from tests.ingestion.small_company import SmallCompany

HASH = re.compile(r"[0-9a-f]{64}")
UNFORESEEN = re.compile(r"unexpected [A-Z]\w*(Error|Exception|Panic)|cannot be read as \w+ \(|Traceback")


def check_case(case: Case, folder: Path) -> list[str]:
    """Everything that is wrong with the landing of a case; the folder is removed afterwards."""
    folder.mkdir(parents=True)
    try:
        return list(dict.fromkeys(land_and_compare(case, SmallCompany(folder))))
    finally:
        shutil.rmtree(folder)


def land_and_compare(case: Case, company: SmallCompany) -> list[str]:
    """Problems of one load."""
    table = {**case.table, "columns": {column.name: column.declare(case.style) for column in case.columns}}
    source_keys = {"max_bad_share": 1, **case.source}
    if "url" in source_keys:
        source_keys["url"] = source_keys["url"].format(root=company.root)
    source = company.declare({"t": table}, **source_keys)
    for name, raw in case.files.items():
        company.write(f"in/{name}", raw)
    (result,) = company.ingest(source, *MARCH)
    rows, log = company.read("t"), company.read_log_text("t")
    inside = [row for row in case.wanted if is_inside(row)]
    problems = [f"the log shows {text!r}" for text in case.private if text in log]
    if UNFORESEEN.search(result.error or ""):
        problems.append(f"an unforeseen failure: {result.error}")
    counted = [row for row in inside if row.reasons != {UNREADABLE_FILE}]
    rejected = sum(bool(row.reasons) for row in counted)
    share = source_keys["max_bad_share"]
    if case.failing or rejected > share * len(counted):
        if result.status != "failed" or rows.height:
            return [*problems, f"landed {rows.height} rows although it had to fail ({case.failing or 'rejected rows'})"]
        named = case.failing or [row.file for row in inside if row.reasons]
        return problems + ([] if any(name in (result.error or "") for name in named) else [f"names none of {named}: {result.error}"])
    if result.status != "landed":
        return [*problems, f"failed: {result.error}"]
    outside = len(case.wanted) - len(inside) + case.unplaced
    counts = (result.rows_read, result.rows_landed + result.rows_rejected, result.rows_without_window)
    if counts != (len(inside), len(inside), outside):
        problems.append(f"read, landed and rejected, outside are {counts}; wanted {len(inside)}, {len(inside)}, {outside}")
    return problems + compare_rows(case, rows, inside)


def compare_rows(case: Case, rows: pl.DataFrame, wanted: list[WantedRow]) -> list[str]:
    """Rows that are missing, too many or different."""
    landed_rows = [(find_row_key(row, is_sql=case.format == "sql"), row) for row in rows.iter_rows(named=True)]
    places = Counter(key for key, _ in landed_rows)
    missing = Counter((row.file, row.line) for row in wanted)
    problems = [f"not in the lake: {place}" for place in (missing - places).elements()]
    problems += [f"too many in the lake: {place}" for place in (places - missing).elements()]
    found = dict(landed_rows)
    people: dict[Person, str] = {}
    for row in wanted:
        landed = found.get((row.file, row.line))
        if landed is not None:
            problems += [f"{row.file} line {row.line}: {problem}" for problem in compare_row(case, row, landed, people)]
    if len(set(people.values())) != len(people):
        problems.append("two persons have one hash")
    return problems


def compare_row(case: Case, row: WantedRow, landed: dict[str, Any], people: dict[Person, str]) -> list[str]:
    """Differences of one row."""
    problems = []
    reason = landed["_rejected_reason"]
    if (reason is None) != (not row.reasons) or (reason is not None and reason not in row.reasons):
        problems.append(f"rejected with {reason!r}, wanted {sorted(row.reasons)}")
    withheld = set((landed["_withheld"] or "").split(",")) - {""}
    if withheld != row.withheld:
        problems.append(f"withheld {sorted(withheld)}, wanted {sorted(row.withheld)}")
    if landed["_window_date"] != row.day and "snapshot" not in case.table.get("window", {}):
        problems.append(f"day {landed['_window_date']}, wanted {row.day}")
    for column in case.columns:
        value, right = landed[column.name], row.values[column.name]
        if not is_right(value, right, people):
            problems.append(f"{column.name} ({column.personal or column.type}) is {value!r}, wanted {right!r}")
    return problems


def is_right(value: Any, right: Any, people: dict[Person, str]) -> bool:
    """True when a landed value is the wanted one; a person keeps the hash of the first time."""
    if isinstance(right, Person):
        return value is not None and bool(HASH.fullmatch(value)) and people.setdefault(right, value) == value
    if isinstance(right, OneOf):
        return value in right.values
    return type(value) is type(right) and value == right
