"""Parquet files to rows; `_source_line` is the position of the row, counted from 1."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import polars as pl
from polars.datatypes import DataTypeClass

from ingestion.declarations import Table
from ingestion.errors import BadFileError
from ingestion.protocol import BROKEN_SCHEMA, Batch
from ingestion.values import write_text

Places = dict[str, pl.Expr]
Kind = pl.DataType | DataTypeClass


def read_parquet_file(raw: bytes, name: str, day: date | None, table: Table) -> Batch:
    """The declared columns of one file, with the types of the file. Categories are text; lists, objects and maps are JSON text."""
    try:
        schema = pl.read_parquet_schema(io.BytesIO(raw))
        places = {root: find_places(root, kind, table.wanted_names) for root, kind in schema.items()}
        # a column whose own name has dots stands before a place with that name
        wanted = {
            **{path: place for found in places.values() for path, place in found.items()},
            **{root: pl.col(root) for root in schema if root in table.wanted_names},
        }
        roots = [root for root, found in places.items() if found or root in wanted]
        rows = pl.read_parquet(io.BytesIO(raw), columns=roots).select(place.alias(path) for path, place in wanted.items())
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        raise BadFileError(describe_problem(raw, table)) from None
    if not rows.height and not table.allow_empty:
        raise BadFileError("has no rows; have it delivered again, or set `allow_empty: true` when no rows is fine")
    header = [field for root, kind in schema.items() for field in (name_fields(root, kind, places[root]) if places[root] else [root])]
    nested = [column for column in wanted if rows[column].dtype.is_nested()]
    rows = rows.with_columns(
        *(write_text(rows[column]) for column in nested),
        *(pl.col(column).cast(pl.String) for column in wanted if rows[column].dtype in (pl.Categorical, pl.Enum)),
        pl.lit(name).alias("_source_file"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("_source_line"),
        pl.lit(day, dtype=pl.Date).alias("_file_date"),
    )
    unexpected = tuple(column for column in header if column not in table.declared_names)
    return Batch(rows, pl.DataFrame(schema=BROKEN_SCHEMA), frozenset({*header, *wanted}), unexpected, name)


def find_places(root: str, kind: Kind, wanted: Iterable[str]) -> Places:
    """The declared places inside a column of objects or lists: `customer.email`, or `items.-1.sku` for the last item."""
    found = {}
    for path in sorted(name for name in wanted if name.startswith(f"{root}.")):
        place = follow_path(pl.col(root), kind, path.removeprefix(f"{root}.").split("."))
        if place is not None:
            found[path] = place
    return found


def follow_path(place: pl.Expr, kind: Kind, keys: Sequence[str]) -> pl.Expr | None:
    """What stands at the end of a path; null in rows where it is missing. None when the types of the file have no such path."""
    if not keys:
        return place
    key, rest = keys[0], keys[1:]
    if isinstance(kind, pl.Struct):
        inner = {field.name: field.dtype for field in kind.fields}.get(key)
        return None if inner is None else follow_path(place.struct.field(key), inner, rest)
    if isinstance(kind, (pl.List, pl.Array)) and key.removeprefix("-").isdecimal():
        items = place.list if isinstance(kind, pl.List) else place.arr
        return follow_path(items.get(int(key), null_on_oob=True), kind.inner, rest)
    return None


def name_fields(root: str, kind: Kind, wanted: Iterable[str]) -> Iterator[str]:
    """Dotted names of the fields of a column: an object with wanted fields is listed by its fields, as for JSON."""
    inside = [path for path in wanted if path.startswith(f"{root}.")]
    if not inside:
        yield root
    elif isinstance(kind, pl.Struct):
        for field in kind.fields:
            yield from name_fields(f"{root}.{field.name}", field.dtype, inside)
    else:
        yield from inside


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
