"""The formats of fuzzed loads by name."""

from __future__ import annotations

from collections.abc import Callable

from tests.ingestion.fuzz.csv_files import CsvCase
from tests.ingestion.fuzz.excel_files import ExcelCase
from tests.ingestion.fuzz.json_files import JsonCase
from tests.ingestion.fuzz.parquet_files import ParquetCase
from tests.ingestion.fuzz.parts import Case
from tests.ingestion.fuzz.sql_tables import SqlCase

BUILDERS: dict[str, Callable[[int], Case]] = {
    "csv": lambda seed: CsvCase(seed).build(),
    "jsonl": lambda seed: JsonCase(seed).build(),
    "sql": lambda seed: SqlCase(seed).build(),
    "excel": lambda seed: ExcelCase(seed).build(),
    "parquet": lambda seed: ParquetCase(seed).build(),
}


def build_case(name: str, seed: int) -> Case:
    """A case of a format; the same seed gives the same case."""
    return BUILDERS[name](seed)
