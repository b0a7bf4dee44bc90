"""Parquet files to rows; `_source_line` is the position of the row, counted from 1."""

from __future__ import annotations

import io
from datetime import date

import polars as pl

from ingestion.declarations import Table
from ingestion.errors import BadFileError
from ingestion.protocol import BROKEN_SCHEMA, Batch
from ingestion.values import write_text


def read_parquet_file(raw: bytes, name: str, day: date | None, table: Table) -> Batch:
    """The declared columns of one file, with the types of the file. Categories are text; lists, objects and maps are JSON text."""
    try:
        header = list(pl.read_parquet_schema(io.BytesIO(raw)))
        wanted = [column for column in header if column in table.wanted_names]
        rows = pl.read_parquet(io.BytesIO(raw), columns=wanted)
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        raise BadFileError(describe_problem(raw, table)) from None
    if not rows.height and not table.allow_empty:
        raise BadFileError("has no rows; have it delivered again, or set `allow_empty: true` when no rows is fine")
    nested = [column for column in wanted if rows[column].dtype.is_nested()]
    rows = rows.with_columns(
        *(write_text(rows[column]) for column in nested),
        *(pl.col(column).cast(pl.String) for column in wanted if rows[column].dtype in (pl.Categorical, pl.Enum)),
        pl.lit(name).alias("_source_file"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("_source_line"),
        pl.lit(day, dtype=pl.Date).alias("_file_date"),
    )
    unexpected = tuple(column for column in header if column not in table.declared_names)
    return Batch(rows, pl.DataFrame(schema=BROKEN_SCHEMA), frozenset(header), unexpected, name)


def describe_problem(raw: bytes, table: Table) -> str:
    """Why a file cannot be read: its columns, as another reader sees them, or all of it. Only declared names are named."""
    import pyarrow as pa  # type: ignore[import-untyped]  # takes 50 MB, and is needed for bad files only
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    try:
        schema = pq.read_schema(io.BytesIO(raw))
    except (OSError, pa.ArrowException):
        return "is not a Parquet file or is damaged; check `format`, or have it delivered again"
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if twice:
        named = [name for name in twice if name in table.declared_names]
        return f"has {len(twice)} names of columns twice{list_names(named)}; have it delivered with distinct names"
    wide = [field.name for field in schema if pa.types.is_decimal256(field.type)]
    if wide:
        named = [name for name in wide if name in table.declared_names]
        return f"has {len(wide)} columns of decimals with more than 38 digits{list_names(named)}; have them delivered with fewer digits"
    return "is a Parquet file with something that cannot be read, or is damaged; have it delivered again with plain types"


def list_names(names: list[str]) -> str:
    """Names in brackets; nothing without names."""
    return f" ({', '.join(names)})" if names else ""
