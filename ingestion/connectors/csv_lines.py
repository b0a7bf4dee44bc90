"""CSV text to rows with the line numbers of the file. A line that cannot be split is rejected alone; the lines around it are kept."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import polars as pl

from ingestion.declarations import Table
from ingestion.errors import BadFileError
from ingestion.protocol import BROKEN_SCHEMA, Batch

QUOTE = '"'
LONGEST_RECORD_LINES = 200  # a quoted value may contain line breaks; its closing quote is searched in this many lines at most
UNREADABLE_LINE = "unreadable line"

csv.field_size_limit(10_000_000)


@dataclass(frozen=True)
class FileText:
    """A file's text, the name written to its rows, and the day in its name."""

    name: str
    day: date | None
    text: str


def read_csv_files(files: Sequence[FileText], table: Table) -> Iterator[Batch]:
    """One batch for each run of files with the same header line."""
    for header_line, group in groupby(files, key=lambda file: file.text.partition("\n")[0]):
        yield read_group(header_line, list(group), table)


def check_csv(text: str, table: Table) -> None:
    """Raise BadFileError when the header cannot be used or no row follows it."""
    if not text:
        return
    header, _, rest = text.partition("\n")
    read_header(header, table)
    if not rest.strip() and not table.allow_empty:
        raise BadFileError("has a header and no rows; have it delivered again, or set `allow_empty: true` when no rows is fine")


def read_group(header_line: str, files: Sequence[FileText], table: Table) -> Batch:
    """Rows of files that share a header."""
    delimiter, encoding = table.dialect.delimiter, table.dialect.encoding
    header = read_header(header_line, table)
    lines = pl.concat([number_lines(file, position) for position, file in enumerate(files)])
    records, broken = split_lines(lines, delimiter, len(header))
    wanted = [name for name in header if name in table.wanted_names]
    named = records.select("_file", "_source_line", *(pl.col(str(header.index(name))).alias(name) for name in wanted))
    origin = pl.DataFrame(
        {"_file": range(len(files)), "_source_file": [file.name for file in files], "_file_date": [file.day for file in files]},
        schema={"_file": pl.Int32, "_source_file": pl.String, "_file_date": pl.Date},
    )
    rows = named.join(origin, on="_file", how="left", maintain_order="left").drop("_file")
    details = [hashlib.sha256(line.encode(encoding, "replace")).hexdigest() for line in broken["line"].to_list()]
    refused = (
        broken.join(origin, on="_file", how="left", maintain_order="left")
        .with_columns(pl.lit(UNREADABLE_LINE).alias("_rejected_reason"), pl.Series("_rejected_detail", details, dtype=pl.String))
        .select(pl.col(name).cast(kind) for name, kind in BROKEN_SCHEMA.items())
    )
    unexpected = tuple(name for name in header if name and name not in table.declared_names)
    return Batch(rows, refused, frozenset(header) - {""}, unexpected, files[0].name)


def read_header(line: str, table: Table) -> list[str]:
    """Names of the columns, without spaces around them."""
    header = parse_record(line, table.dialect.delimiter)
    if not header:
        raise BadFileError("has a header (line 1) that cannot be split; check `delimiter`, or have it delivered again")
    header = [name.strip() for name in header]
    twice = {name for name in header if header.count(name) > 1} & table.wanted_names
    if twice:
        raise BadFileError(f"names {', '.join(sorted(twice))} twice in its header; have it delivered with distinct names")
    return header


def number_lines(file: FileText, position: int) -> pl.DataFrame:
    """The lines below the header; the header is line 1."""
    lines = pl.Series("line", [file.text.removesuffix("\n")]).str.split("\n").explode()[1:]
    numbers = pl.int_range(2, len(lines) + 2, dtype=pl.Int64, eager=True).alias("_source_line")
    return pl.DataFrame([pl.Series("_file", [position], dtype=pl.Int32).new_from_index(0, len(lines)), numbers, lines])


def split_lines(lines: pl.DataFrame, delimiter: str, width: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records (columns "0", "1", ...) and the lines that cannot be split; blank lines are in neither."""
    has_quote = lines["line"].str.contains(QUOTE, literal=True)
    quoted, broken_quoted, taken = (
        read_quoted(lines, has_quote.arg_true().to_list(), delimiter, width) if has_quote.any() else ([], [], set())
    )
    plain = lines
    if has_quote.any():
        plain = lines.filter(pl.Series([position not in taken for position in range(lines.height)], dtype=pl.Boolean))
    plain = plain.filter(pl.col("line").str.strip_chars() != "")
    fits = plain["line"].str.count_matches(delimiter, literal=True) == width - 1
    cells = pl.col("line").str.split_exact(delimiter, width - 1).struct.rename_fields([str(column) for column in range(width)])
    split = plain.filter(fits).select("_file", "_source_line", cells).unnest("line")
    broken = plain.filter(~fits)
    if quoted:
        schema = {"_file": pl.Int32, "_source_line": pl.Int64} | {str(column): pl.String for column in range(width)}
        split = pl.concat([split, pl.DataFrame(quoted, schema=schema, orient="row")]).sort("_file", "_source_line")
    if broken_quoted:
        broken = pl.concat([broken, lines[broken_quoted]]).sort("_file", "_source_line")
    return split, broken


def read_quoted(
    lines: pl.DataFrame, positions: list[int], delimiter: str, width: int
) -> tuple[list[tuple[object, ...]], list[int], set[int]]:
    """Read the records that contain a quote, one by one. A record takes several lines where a quoted value contains line breaks.

    Returns the records, the positions of lines that cannot be split, and all positions read.
    """
    records: list[tuple[object, ...]] = []
    broken: list[int] = []
    taken: set[int] = set()
    file_of, line_of, text_of = lines["_file"].to_list(), lines["_source_line"].to_list(), lines["line"].to_list()
    for start in positions:
        if start in taken:
            continue
        taken.add(start)
        cells, end = parse_record(text_of[start], delimiter), start
        if cells is None and text_of[start].count(QUOTE) % 2:
            cells, end = parse_long_record(text_of, file_of, start, delimiter, width)
        if cells is None or len(cells) != width:
            broken.append(start)
        else:
            records.append((file_of[start], line_of[start], *cells))
            taken.update(range(start, end + 1))
    return records, broken, taken


def parse_record(text: str, delimiter: str) -> list[str] | None:
    """Cells of one record; None when a quote is not closed or is in a wrong place."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), None)
    except csv.Error:
        return None


def parse_long_record(text_of: list[str], file_of: list[int], start: int, delimiter: str, width: int) -> tuple[list[str] | None, int]:
    """Add lines until the open quote is closed and the record has the expected width; otherwise only the first line is broken."""
    parts = [text_of[start]]
    for end in range(start + 1, min(start + LONGEST_RECORD_LINES, len(text_of))):
        if file_of[end] != file_of[start]:
            break
        parts.append(text_of[end])
        if text_of[end].count(QUOTE) % 2:
            cells = parse_record("\n".join(parts), delimiter)
            if cells is not None and len(cells) == width:
                return cells, end
    return None, start
