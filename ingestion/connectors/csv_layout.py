"""Where the rows of a CSV file are: what stands before and after them, the header, and headers that stand between rows."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import polars as pl

from ingestion.declarations import Layout, Table
from ingestion.errors import BadFileError

LONGEST_HEADER_LINES = 50
SEP_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
AGAIN = "have it delivered again"


@dataclass(frozen=True)
class FileText:
    """A file's text, the name written to its rows, and the day in its name.

    `header` are the names of its columns, `header_line` its text; so many lines are `skipped` before the rows and after them.
    """

    name: str
    day: date | None
    text: str
    header: tuple[str, ...] = ()
    header_line: str = ""
    skipped: int = 1
    skipped_at_end: int = 0


def lay_out(file: FileText, table: Table) -> FileText:
    """Find the header and the rows of a file. Raises BadFileError when the header cannot be used or no row follows it."""
    if not file.text:
        return file
    layout = table.layout
    lines = LineReader(file.text, table)
    lines.skip_blank()
    separator = SEP_LINE.fullmatch(lines.peek() or "")
    if separator:
        if separator[1] != table.dialect.delimiter:
            raise BadFileError(f"says in its first line that its delimiter is {separator[1]!r}; set `delimiter`")
        lines.take()
    lines.skip(layout.skip_before_header, "skip_before_header", by_record=False)
    if layout.header_pattern is not None:
        search = re.compile(layout.header_pattern).search
        while (line := lines.peek()) is not None and not search(line):
            lines.take()
        if line is None:
            raise BadFileError(f"has no line that matches `header: {layout.header_pattern}`; correct the pattern, or {AGAIN}")
    lines.skip_blank()
    header, header_line = layout.column_names, ""
    if layout.has_header:
        number = lines.number
        header_line = lines.take_record() or ""
        header = read_header(header_line, table, number)
        name_columns(header, table)
    lines.skip(layout.skip_after_header, "skip_after_header", by_record=True)
    laid = replace(file, header=header, header_line=header_line, skipped=lines.number - 1, skipped_at_end=count_end(file.text, table))
    if not table.allow_empty and not has_rows(laid, lines):
        raise BadFileError(f"has a header and no rows; {AGAIN}, or set `allow_empty: true` when no rows is fine")
    return laid


class LineReader:
    """The lines of a text from its beginning; `number` is that of the next line, from 1."""

    def __init__(self, text: str, table: Table) -> None:
        self._text, self._table = text, table
        self._position = 0
        self.number = 1

    def peek(self) -> str | None:
        """The next line; None at the end."""
        if self._position >= len(self._text):
            return None
        end = self._text.find("\n", self._position)
        return self._text[self._position : end if end >= 0 else len(self._text)]

    def take(self) -> str | None:
        """The next line, which is then read."""
        line = self.peek()
        if line is not None:
            self._position += len(line) + 1
            self.number += 1
        return line

    def take_record(self) -> str | None:
        """The next record: a quoted value may go over several lines."""
        record, quote = self.take(), self._table.layout.quote
        if record is None or not quote or record.count(quote) % 2 == 0:
            return record
        position, number = self._position, self.number
        longer = record
        for _ in range(LONGEST_HEADER_LINES):
            if (line := self.take()) is None:
                break
            longer += "\n" + line
            if line.count(quote) % 2:
                return longer
        self._position, self.number = position, number
        return record

    def skip_blank(self) -> None:
        """Pass over blank lines."""
        while (line := self.peek()) is not None and not line.strip():
            self.take()

    def skip(self, what: int | str, field: str, *, by_record: bool) -> None:
        """Pass over so many lines (or records), or over those that match a pattern. Raises BadFileError when there are too few."""
        take = self.take_record if by_record else self.take
        if isinstance(what, int):
            for _ in range(what):
                if take() is None:
                    raise BadFileError(f"has fewer lines than `{field}: {what}` skips; {AGAIN}, or correct `{field}`")
            return
        search = re.compile(what).search
        while (line := self.peek()) is not None and search(line):
            take()

    def rest(self) -> str:
        """What was not read."""
        return self._text[self._position :]


def has_rows(file: FileText, lines: LineReader) -> bool:
    """True when a line is left that is not blank."""
    rest = lines.rest()
    if file.skipped_at_end:
        rest = "\n".join(rest.removesuffix("\n").split("\n")[: -file.skipped_at_end])
    return bool(rest.strip())


def count_end(text: str, table: Table) -> int:
    """The number of lines at the end that hold no rows: as many as declared, and the blank ones after them."""
    wanted = table.layout.skip_at_end
    if not wanted:
        return 0
    lines = text.removesuffix("\n").split("\n")
    blank = next((count for count, line in enumerate(reversed(lines)) if line.strip()), len(lines))
    return min(blank + wanted, len(lines))


def read_header(text: str, table: Table, number: int = 1) -> tuple[str, ...]:
    """Names of the columns, without spaces around them. Raises BadFileError."""
    header = parse_cells(text, table)
    if not header:
        raise BadFileError(f"has a header (line {number}) that cannot be split; check `delimiter`, or {AGAIN}")
    names = tuple(name.strip() for name in header)
    return names[:-1] if table.layout.has_trailing_delimiter and len(names) > 1 and not names[-1] else names


def parse_cells(text: str, table: Table) -> list[str] | None:
    """Cells of one record; None when it cannot be split."""
    return split_record(text, table.dialect.delimiter, table.layout)


def split_record(text: str, delimiter: str, layout: Layout) -> list[str] | None:
    """Cells of one record, as strict as the csv module can be; None when a quote is not closed or is in a wrong place.

    The reader gets line by line, without which it takes no escaped line end outside of quotes. A record that ends too early is none.
    """
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if layout.quote else csv.QUOTE_NONE
    lines = iter([line + "\n" for line in text.split("\n")])
    reader = csv.reader(lines, delimiter=delimiter, quotechar=layout.quote, escapechar=layout.escape, quoting=quoting, strict=True)
    try:
        cells = next(reader, None)
    except csv.Error:
        return None
    return cells if next(lines, None) is None else None


def name_columns(header: tuple[str, ...], table: Table) -> list[str]:
    """The columns' names as `from` uses them: each at most once, by the rule for names that stand twice. Raises BadFileError."""
    rule = table.layout.duplicate_names
    if rule == "refuse":
        twice = {name for name in header if header.count(name) > 1} & table.wanted_names
        if twice:
            raise BadFileError(
                f"names {', '.join(sorted(twice))} twice in its header; have it delivered with distinct names, "
                "or set `duplicate_names` to first, last or numbered"
            )
        return list(header)
    names: list[str] = []
    for position, name in enumerate(header):
        before, after = header[:position].count(name), header[position + 1 :].count(name)
        if rule == "numbered":
            names.append(f"{name}_{before + 1}" if before and name else name)
        else:
            names.append("" if (before if rule == "first" else after) else name)
    return names


def find_header_lines(lines: pl.Series, header: tuple[str, ...], header_line: str, table: Table) -> dict[int, tuple[str, ...]]:
    """Positions of headers that stand between rows, as where files were put one behind the other, with the names they give.

    Such a line names every required column, and as many declared columns as tell it from a row; without required columns it has the
    header's own names.
    """
    if not table.layout.has_header or not len(lines):
        return {}
    given = frozenset(header)
    required = required_names(table)
    groups = required or [(name,) for name in header if name in table.wanted_names]
    found = lines == header_line
    if groups:
        edge = rf"[{re.escape(table.dialect.delimiter + (table.layout.quote or ''))}\s]"
        candidates = pl.int_range(len(lines), eager=True)
        for names in groups:
            if not len(candidates):
                break
            pattern = rf"(?:^|{edge})(?:{'|'.join(re.escape(name) for name in names)})(?:$|{edge})"
            candidates = candidates.filter(lines.gather(candidates).str.contains_any(list(names)))
            candidates = candidates.filter(lines.gather(candidates).str.contains(pattern))
        found = found | pl.int_range(len(lines), eager=True).is_in(candidates.implode())
    fewest = min(2, len(given & table.declared_names))
    headers: dict[int, tuple[str, ...]] = {}
    for position, text in zip(found.arg_true().to_list(), lines.filter(found).to_list(), strict=True):
        names = header if text == header_line else tuple(cell.strip() for cell in parse_cells(text, table) or ())
        if names != header and table.layout.has_trailing_delimiter and names[-1:] == ("",):
            names = names[:-1]
        if names == header or is_header(names, header, required, fewest, table):
            headers[position] = names
    return headers


def required_names(table: Table) -> list[tuple[str, ...]]:
    """The possible names of each required column."""
    return [
        column.delivered_as for column in table.columns if column.is_required and column.is_loaded and column.name not in table.constants
    ]


def is_header(names: tuple[str, ...], header: tuple[str, ...], required: list[tuple[str, ...]], fewest: int, table: Table) -> bool:
    """True when the cells of a line are names of columns."""
    given = frozenset(names)
    if not required:
        return len(names) > 1 and given == frozenset(header)
    return all(given & set(each) for each in required) and len(given & table.declared_names) >= max(fewest, 1)
