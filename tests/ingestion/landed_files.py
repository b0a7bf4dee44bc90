"""Files of March 2026 landed in a small company, for tests of what files say."""

from __future__ import annotations

from typing import Any

import polars as pl

from ingestion.load import LoadResult
from tests.ingestion.small_company import SmallCompany

TEXT, NEEDED = {"type": "text"}, {"type": "text", "required": True}
MARCH = ("2026-03-01", "2026-04-01")


def land(
    company: SmallCompany, files: dict[str, str | bytes], columns: dict[str, Any], window: Any = None, **table: Any
) -> tuple[LoadResult, pl.DataFrame]:
    """Land files of March 2026; `max_bad_share` is 1, so that rejected rows are seen."""
    suffix = next(iter(files)).rsplit(".", 1)[1]
    kinds = {"csv": "csv", "tsv": "csv", "zip": "csv", "jsonl": "jsonl", "json": "json", "parquet": "parquet", "xlsx": "excel"}
    placed = window or {"file_date": r"(\d{4}-\d{2}-\d{2})"}
    entry = {"path": f"in/*.{suffix}", "format": kinds[suffix], "window": placed, "columns": columns, **table}
    source = company.declare({"t": entry}, max_bad_share=1)
    for name, content in files.items():
        company.write(f"in/{name}", content)
    (result,) = company.ingest(source, *MARCH)
    return result, company.read("t")


def land_csv(company: SmallCompany, text: str | bytes, columns: dict[str, Any], **table: Any) -> pl.DataFrame:
    result, rows = land(company, {"o_2026-03-02.csv": text}, columns, **table)
    assert result.status == "landed", result.error
    return rows


def refuse_csv(company: SmallCompany, text: str, columns: dict[str, Any], **table: Any) -> str:
    result, _ = land(company, {"o_2026-03-02.csv": text}, columns, **table)
    assert result.status == "failed"
    return result.error or ""
