"""CSV text to rows with the line numbers of the file. A line that cannot be split is rejected alone; the lines around it are kept."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import polars as pl

from ingestion.connectors.csv_layout import FileText, find_header_lines, name_columns, split_record
from ingestion.declarations import Dialect, Layout, Table
from ingestion.delivered import list_delivered
from ingestion.protocol import BROKEN_SCHEMA, Batch
from ingestion.values import blank_values, type_values

LONGEST_RECORD_LINES = 200  # a quoted value may contain line breaks; its closing quote is searched in this many lines at most
UNREADABLE_LINE = "unreadable line"
QUOTE_OVER_ROWS = "quote over several rows"
FEWEST_UNTYPED_CELLS = 4  # lines of that many cells look like rows even where no column has a type that could be checked
SMALL_TEXT = 100_000  # characters
SPLIT_SCHEMA: dict[str, pl.DataType] = {"_file": pl.Int32(), "_source_line": pl.Int64()}

csv.field_size_limit(10_000_000)


@dataclass(frozen=True)
class Form:
    """How a line is split. `typed` are positions of cells and their columns, which show the lines that a quote swallowed."""

    delimiter: str
    width: int
    layout: Layout = field(default_factory=Layout)
    typed: tuple[tuple[int, str], ...] | None = None
    dialect: Dialect = field(default_factory=Dialect)

    def parse(self, text: str) -> list[str] | None:
        """Cells of one record; None when a quote is not closed or is in a wrong place."""
        return split_record(text, self.delimiter, self.layout)

    def fit(self, cells: list[str] | None) -> list[str] | None:
        """Cells as many as the header has, by the rules for short and long rows; None when they are not."""
        if cells is None or len(cells) == self.width:
            return cells
        extra = cells[self.width :]
        if self.layout.has_trailing_delimiter and extra == [""]:
            return cells[: self.width]
        if len(cells) < self.width:
            return cells + [""] * (self.width - len(cells)) if self.layout.short_rows == "fill" else None
        if self.layout.long_rows == "join":
            return [*cells[: self.width - 1], self.delimiter.join(cells[self.width - 1 :])]
        is_cut = self.layout.long_rows == "cut" or (self.layout.long_rows == "cut_empty" and not any(cell.strip() for cell in extra))
        return cells[: self.width] if is_cut else None

    def is_open(self, text: str) -> bool:
        """True when a quote stays open at the end of the text, or the end of the line is escaped."""
        escape, quote = self.layout.escape, self.layout.quote
        if escape:
            if self.ends_escaped(text):
                return True
            text = re.sub(re.escape(escape) + r"[^\n]", "", text)
        return bool(quote) and text.count(quote or "") % 2 == 1

    def ends_escaped(self, text: str) -> bool:
        """True when the line end behind the text is escaped, and so a part of the value."""
        escape = self.layout.escape
        return bool(escape) and re.sub(re.escape(escape or "") + r"[^\n]", "", text).endswith(escape or "")

    def read_as_rows(self, lines: Sequence[str]) -> bool:
        """True when each line by itself reads as a row: it has all cells, and typed columns hold what they should."""
        rows = [line.split(self.delimiter) for line in lines]
        if self.typed is None or any(len(cells) != self.width for cells in rows):
            return False
        says_something = pl.Series([not self.typed], dtype=pl.Boolean).new_from_index(0, len(rows))
        for position, column_type in self.typed:
            cells = [row[position].strip().strip(self.layout.quote or "") for row in rows]
            written = blank_values(pl.Series(cells, dtype=pl.String), column_type, self.dialect)
            typed = type_values(written, column_type, self.dialect, "UTC")
            if (written.is_not_null() & typed.is_null()).any():
                return False
            says_something = says_something | typed.is_not_null()
        return says_something.all() and (bool(self.typed) or self.width >= FEWEST_UNTYPED_CELLS)


def read_csv_files(files: Sequence[FileText], table: Table) -> Iterator[Batch]:
    """One batch for each run of files with the same header, and for each part of a file under a header of its own."""
    for header, group in groupby(files, key=lambda file: file.header):
        yield from read_group(header, list(group), table)


def read_group(header: tuple[str, ...], files: Sequence[FileText], table: Table) -> Iterator[Batch]:
    """Rows of files that share a header. A header that stands again between rows is left out; another header begins another batch."""
    lines = number_files(files)
    pattern = table.layout.skip_lines
    if pattern is not None:
        search = re.compile(pattern).search
        lines = lines.filter(pl.Series([search(line) is None for line in lines["line"].to_list()], dtype=pl.Boolean))
    found = find_header_lines(lines["line"], header, files[0].header_line, table)
    others = [(position, names) for position, names in found.items() if names != header]
    if not others:
        kept = lines.filter(~pl.int_range(lines.height, eager=True).is_in(list(found))) if found else lines
        yield read_lines(header, kept, files, table)
        return
    ends = lines["_file"].to_list()
    starts = [(0, header), *((position + 1, names) for position, names in sorted(found.items()))]
    for (start, names), (end, _) in zip(starts, [*starts[1:], (lines.height + 1, header)], strict=True):
        part = lines[start : end - 1]
        first = ends[start - 1] if start else 0  # the next file begins with its own header again
        same, rest = part.filter(pl.col("_file") == first), part.filter(pl.col("_file") != first)
        if not start:
            same, rest = part, part.clear()
        for columns, chosen in ((names, same), (header, rest)):
            if chosen.height:
                yield read_lines(columns, chosen, files, table)


def read_lines(header: tuple[str, ...], lines: pl.DataFrame, files: Sequence[FileText], table: Table) -> Batch:
    """The batch of some lines under one header."""
    encoding = table.dialect.encoding
    columns = name_columns(header, table)
    records, broken = split_lines(lines, table.dialect.delimiter, len(columns), describe_form(columns, table))
    wanted = [name for name in columns if name in table.wanted_names]
    named = records.select("_file", "_source_line", *(pl.col(str(columns.index(name))).alias(name) for name in wanted))
    origin = pl.DataFrame(
        {"_file": range(len(files)), "_source_file": [file.name for file in files], "_file_date": [file.day for file in files]},
        schema={"_file": pl.Int32, "_source_file": pl.String, "_file_date": pl.Date},
    )
    rows = named.join(origin, on="_file", how="left", maintain_order="left").drop("_file")
    details = [hashlib.sha256(line.encode(encoding, "replace")).hexdigest() for line in broken["line"].to_list()]
    refused = (
        broken.join(origin, on="_file", how="left", maintain_order="left")
        .with_columns(pl.col("reason").alias("_rejected_reason"), pl.Series("_rejected_detail", details, dtype=pl.String))
        .select(pl.col(name).cast(kind) for name, kind in BROKEN_SCHEMA.items())
    )
    unexpected = tuple(dict.fromkeys(name for name in columns if name and name not in table.declared_names))
    file = files[int(lines["_file"][0])] if lines.height else files[0]
    return Batch(rows, refused, frozenset(columns) - {""}, unexpected, file.name)


def describe_form(columns: Sequence[str], table: Table) -> Form:
    """How lines under a header are split."""
    header = frozenset(columns)
    typed = [
        (columns.index(list_delivered(column, header)[0]), column.type)
        for column in table.columns
        if column.type != "text" and not column.clean and column.dialect is None and list_delivered(column, header)
    ]
    return Form(table.dialect.delimiter, len(columns), table.layout, tuple(typed), table.dialect)


def number_files(files: Sequence[FileText]) -> pl.DataFrame:
    """The lines below the headers of files. Small files are put together first: a frame for each costs more."""
    if any(len(file.text) > SMALL_TEXT for file in files):
        return pl.concat([number_lines(file, position) for position, file in enumerate(files)])
    places: list[int] = []
    numbers: list[int] = []
    texts: list[str] = []
    for position, file in enumerate(files):
        lines = file.text.removesuffix("\n").split("\n")[file.skipped :]
        texts += lines[: len(lines) - file.skipped_at_end]
        numbers += range(file.skipped + 1, file.skipped + 1 + len(texts) - len(places))
        places += [position] * (len(texts) - len(places))
    return pl.DataFrame({"_file": places, "_source_line": numbers, "line": texts}, schema={**SPLIT_SCHEMA, "line": pl.String()})


def number_lines(file: FileText, position: int) -> pl.DataFrame:
    """The lines below the header, with their numbers in the file."""
    lines = pl.Series("line", [file.text.removesuffix("\n")]).str.split("\n").explode()[file.skipped :]
    lines = lines[: len(lines) - file.skipped_at_end]
    first = file.skipped + 1
    numbers = pl.int_range(first, len(lines) + first, dtype=pl.Int64, eager=True).alias("_source_line")
    return pl.DataFrame([pl.Series("_file", [position], dtype=pl.Int32).new_from_index(0, len(lines)), numbers, lines])


def split_lines(lines: pl.DataFrame, delimiter: str, width: int, form: Form | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records (columns "0", "1", ...) and the lines that cannot be split, with a reason; blank lines are in neither."""
    form = form or Form(delimiter, width)
    special = "|".join(re.escape(mark) for mark in (form.layout.quote, form.layout.escape) if mark)
    is_special = lines["line"].str.contains(special) if special else pl.Series([False], dtype=pl.Boolean).new_from_index(0, lines.height)
    lines = drop_last_delimiters(lines, is_special, form)
    is_whole = find_whole_records(lines["line"], is_special, form)
    odd = (is_special & ~is_whole).arg_true().to_list()
    quoted, broken_quoted, taken = read_quoted(lines, odd, form) if odd else ([], {}, set())
    is_row = pl.col("line").str.strip_chars() != ""
    if not delimiter.strip():  # tabs alone are a row of empty cells
        is_row |= pl.col("line").str.contains(delimiter, literal=True)
    is_left = lines.select(is_row).to_series()
    if taken:
        is_left = is_left.scatter(sorted(taken), False)
    fits = is_whole | (~is_special & (lines["line"].str.count_matches(delimiter, literal=True) == width - 1))
    split = split_whole(lines.filter(is_left & fits), form)
    broken = lines.filter(is_left & ~fits).with_columns(pl.lit(UNREADABLE_LINE).alias("reason"))
    fitted = [form.fit(line.split(delimiter)) for line in broken["line"].to_list()]
    if any(cells is not None for cells in fitted):
        places = broken.select("_file", "_source_line").rows()
        quoted += [(*place, *cells) for place, cells in zip(places, fitted, strict=True) if cells is not None]
        broken = broken.filter(pl.Series([cells is None for cells in fitted], dtype=pl.Boolean))
    if quoted:
        schema = SPLIT_SCHEMA | {str(column): pl.String() for column in range(width)}
        split = pl.concat([split, pl.DataFrame(quoted, schema=schema, orient="row")]).sort("_file", "_source_line")
    if broken_quoted:
        reasons = pl.Series("reason", list(broken_quoted.values()), dtype=pl.String)
        broken = pl.concat([broken, lines[list(broken_quoted)].with_columns(reasons)]).sort("_file", "_source_line")
    return split, broken


def drop_last_delimiters(lines: pl.DataFrame, is_special: pl.Series, form: Form) -> pl.DataFrame:
    """The lines without the delimiter that stands behind the last value of each row of a file.

    In such a file every row has one cell more than the header, and it is empty. One row alone could also have a delimiter inside a value.
    """
    if form.layout.long_rows != "reject" or not lines["line"].str.ends_with(form.delimiter).any():
        return lines
    ends = lines["line"].str.ends_with(form.delimiter) & (lines["line"].str.count_matches(form.delimiter, literal=True) == form.width)
    rows = lines.select("_file", (ends & ~is_special).alias("ends")).filter(lines["line"].str.strip_chars(" ") != "")
    ended = rows.group_by("_file").agg(pl.col("ends").all(), pl.len()).filter(pl.col("ends") & (pl.col("len") > 1))
    files = ended["_file"].to_list()
    return lines.with_columns(
        pl.when(pl.col("_file").is_in(files)).then(pl.col("line").str.strip_suffix(form.delimiter)).otherwise("line").alias("line")
    )


def find_whole_records(lines: pl.Series, is_special: pl.Series, form: Form) -> pl.Series:
    """Which lines with a quote are whole records of the width by the strictest rule: a cell has quotes around all of it, or none at all.

    Such a line means the same to every reader; the others are read one by one. Where escapes are declared there are none.
    """
    quote, delimiter = re.escape(form.layout.quote or ""), re.escape(form.delimiter)
    never = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(lines))
    if not quote or form.layout.escape or not is_special.any():
        return never
    inner = f"{quote}(?:[^{quote}]|{quote}{quote})*{quote}"
    cell = f"(?:{inner}|[^{quote}{delimiter}]*)"
    positions = is_special.arg_true()
    texts = lines.gather(positions)
    is_strict = texts.str.contains(f"^{cell}(?:{delimiter}{cell})*$")
    marks = texts.str.replace_all(inner, "").str.count_matches(form.delimiter, literal=True)
    return never.scatter(positions.filter(is_strict & (marks == form.width - 1)), True)


def split_whole(records: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Cells of lines that are whole records of the width: by the CSV reader of Polars, or one by one where it cannot read them."""
    schema = dict.fromkeys(map(str, range(form.width)), pl.String())
    quote, delimiter, origin = form.layout.quote, form.delimiter, records.select("_file", "_source_line")
    if records.height and form.width > 1 and len(delimiter.encode()) == 1 and len((quote or "").encode()) <= 1:
        text = records["line"].str.join("\n")[0].encode()
        try:
            cells = pl.read_csv(
                text, has_header=False, schema=schema, separator=delimiter, quote_char=quote, empty_string_is_null=False
            )  # fmt: skip
        except pl.exceptions.PolarsError:
            cells = pl.DataFrame()
        if cells.shape == (records.height, form.width):
            return origin.hstack(cells)
    rows = [form.parse(line) if quote and quote in line else line.split(delimiter) for line in records["line"].to_list()]
    return origin.hstack(pl.DataFrame(rows, schema=schema, orient="row"))


def read_quoted(lines: pl.DataFrame, positions: list[int], form: Form) -> tuple[list[tuple[object, ...]], dict[int, str], set[int]]:
    """Read the records that contain a quote, one by one. A record takes several lines where a quoted value contains line breaks.

    Returns the records, the positions of lines that cannot be used with their reason, and all positions read.
    """
    records: list[tuple[object, ...]] = []
    broken: dict[int, str] = {}
    taken: set[int] = set()
    file_of, line_of, text_of = lines["_file"].to_list(), lines["_source_line"].to_list(), lines["line"].to_list()
    for start in positions:
        if start in taken:
            continue
        taken.add(start)
        cells, end = form.fit(form.parse(text_of[start])), start
        if cells is None and form.is_open(text_of[start]):
            cells, end = parse_long_record(text_of, file_of, line_of, start, form)
        if cells is None:
            broken[start] = UNREADABLE_LINE
        elif end > start and form.read_as_rows(text_of[start : end + 1]):
            broken.update(dict.fromkeys(range(start, end + 1), QUOTE_OVER_ROWS))
            taken.update(range(start, end + 1))
        else:
            records.append((file_of[start], line_of[start], *cells))
            taken.update(range(start, end + 1))
    return records, broken, taken


def parse_long_record(text_of: list[str], file_of: list[int], line_of: list[int], start: int, form: Form) -> tuple[list[str] | None, int]:
    """Add lines until the open quote is closed and the record has the expected width; otherwise only the first line is broken."""
    text = text_of[start]
    marks = [mark for mark in (form.layout.quote, form.layout.escape) if mark]
    for end in range(start + 1, min(start + LONGEST_RECORD_LINES, len(text_of))):
        if file_of[end] != file_of[start] or line_of[end] != line_of[end - 1] + 1:
            break
        is_continued = form.ends_escaped(text)
        text += "\n" + text_of[end]
        if (is_continued or any(mark in text_of[end] for mark in marks)) and not form.is_open(text):
            cells = form.fit(form.parse(text))
            if cells is not None:
                return cells, end
    return None, start
