"""The records of a random CSV file, with faults of single rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from tests.ingestion.fuzz.forms import write_cell
from tests.ingestion.fuzz.parts import UNREADABLE_LINE, Case, Cell, Column, Style, want_broken, want_row
from tests.ingestion.fuzz.placing import find_day

ROW_FAULTS = ("short row", "long row", "blank line", "duplicate row", "text behind a quote", "quote inside a value", "repeated header",
              "comment line", "header in another order", "open quote", "empty cells behind")  # fmt: skip


@dataclass
class Lines:
    """The records of a file as they are written; `number` is the line on which the next one begins. `is_bare`: nothing is quoted.

    `mark` is the quote character; None where there is none. With an `escape` character nothing is quoted.
    """

    random: Random
    delimiter: str
    is_bare: bool
    mark: str | None = '"'
    escape: str | None = None
    texts: list[str] = field(default_factory=list)
    number: int = 1

    def add(self, text: str) -> int:
        """Write a record that may go over several lines; returns its first line."""
        first = self.number
        self.texts.append(text)
        self.number += text.count("\n") + 1
        return first

    def needs_quotes(self, text: str) -> bool:
        """True when a cell cannot stand without quotes."""
        return self.escape is None and any(mark in text for mark in (self.delimiter, self.mark or "\n", "\n"))

    def join(self, cells: list[str]) -> str:
        """A record, with quotes where they are needed and now and then where they are not."""
        quoted = []
        for cell in cells:
            if self.escape is not None:
                special = (self.escape, self.delimiter, "\n", self.mark or "\n")
                quoted.append("".join(self.escape + character if character in special else character for character in cell))
                continue
            is_quoted = self.needs_quotes(cell) or (not self.is_bare and self.random.random() < 0.1)
            mark = self.mark or ""
            quoted.append(mark + cell.replace(mark, mark * 2) + mark if is_quoted and mark else cell)
        return self.delimiter.join(quoted)


@dataclass
class RowWriter:
    """What the rows of all files of a case have in common. `columns` are those that the header names, `is_extra` one more behind them."""

    random: Random
    case: Case
    style: Style
    encoding: str
    placing: str | None
    has_header: bool
    is_extra: bool
    fills: bool
    cuts: bool
    cuts_empty: bool
    trails: bool
    has_comments: bool

    def write(self, lines: Lines, order: list[Column], names: list[str], file: str, placed: date | None, *, may_change: bool) -> None:
        """Five to sixty rows. `may_change`: other headers may stand between them."""
        order, names, has_open_quote = list(order), list(names), False
        for number in range(self.random.choice((5, 8, 13, 20, 60))):
            cells = {column.name: self.make_cell(column, number, lines) for column in order}
            fault = self.random.choice(ROW_FAULTS) if self.random.random() < 0.15 else None
            if fault == "open quote" and (has_open_quote or not lines.is_bare or not lines.mark or lines.escape):
                fault = None
            has_open_quote |= fault == "open quote"
            if fault in ("header in another order", "repeated header") and not (may_change and self.has_header):
                fault = None
            if fault == "header in another order" and self.placing is None and not self.is_extra:
                pairs = list(zip(order, names, strict=True))
                self.random.shuffle(pairs)
                order, names = [column for column, _ in pairs], [name for _, name in pairs]
                self.add_header(lines, names, fault)
            elif fault == "repeated header":
                self.add_header(lines, names, fault)
            self.write_row(lines, cells, order, fault, file, placed)

    def add_header(self, lines: Lines, names: list[str], fault: str) -> None:
        """A header between rows."""
        lines.add(lines.join(names))
        self.case.kinds.add(fault)

    def write_row(
        self, lines: Lines, cells: dict[str, Cell], order: list[Column], fault: str | None, file: str, placed: date | None
    ) -> None:
        """One row and what must come of it."""
        texts = [str(cells[column.name].written) for column in order] + (["extra"] if self.is_extra else [])
        is_single = not any("\n" in text for text in texts)
        written = None
        match fault:
            case "blank line":
                lines.add(self.random.choice(("", "  ")))
            case "comment line" if self.has_comments:
                lines.add("# a comment, with; marks")
            case "short row" if is_single and (lines.mark or "\n") not in "".join(texts):
                written = self.cut_row(lines, cells, order, texts)
            case "empty cells behind" if is_single:
                written = lines.join(texts) + lines.delimiter + random_space(self.random) + lines.delimiter
                cells = cells if self.cuts or self.cuts_empty else {}
            case "long row" if is_single:
                written = lines.join([*texts, "more"])
                cells = cells if self.cuts else {}
            case "open quote":
                written, cells = (lines.mark or "") + lines.join(texts), {}
            case "text behind a quote" if is_single and not lines.is_bare and lines.mark:
                position = self.random.randrange(len(texts))
                written, cells = (
                    lines.delimiter.join("x" if at != position else f"{lines.mark}x{lines.mark}y" for at in range(len(texts))),
                    {},
                )
            case "quote inside a value" if not lines.is_bare and is_single:
                text = next((at for at, column in enumerate(order) if column.type == "text" and not column.personal and at), None)
                if text is not None:
                    cells[order[text].name] = Cell('5" pipe', '5" pipe')
                    written = lines.delimiter.join('5" pipe' if at == text else lines.join([each]) for at, each in enumerate(texts))
        if written is None:
            written = lines.join(texts)
            written += lines.delimiter if self.trails and self.random.random() < 0.5 else ""
            fault = fault if fault in ("blank line", "comment line", "duplicate row") else None
        for _ in range(2 if fault == "duplicate row" else 1):
            line = lines.add(written)
            self.case.wanted.append(self.want(file, line, cells, placed))
        self.note(cells, fault)

    def cut_row(self, lines: Lines, cells: dict[str, Cell], order: list[Column], texts: list[str]) -> str | None:
        """A row that ends too early; None when nothing would be left. Where short rows are filled, `cells` lose what is cut."""
        kept = self.random.randrange(1, len(texts))
        written = lines.join(texts[:kept])
        if not written.strip() or (self.trails and not texts[kept - 1]):
            return None
        if not self.fills:
            cells.clear()
        for column in order[kept:]:
            if self.fills:
                cells[column.name] = Cell("", None)
        return written

    def want(self, file: str, line: int, cells: dict[str, Cell], placed: date | None) -> object:
        """What must come of a record."""
        columns = self.case.columns
        if not cells:
            return want_broken(file, line, UNREADABLE_LINE, columns, placed)
        day = find_day(cells[self.placing]) if self.placing else placed
        return want_row(file, line, cells, columns, day, self.placing)

    def note(self, cells: dict[str, Cell], fault: str | None) -> None:
        """Remember which kinds were written, and which texts no message may show."""
        self.case.kinds |= {kind for cell in cells.values() for kind in cell.kind.split(", ") if kind} | ({fault} if fault else set())
        personal = {column.name for column in self.case.columns if column.personal}
        self.case.private |= {str(cell.written) for name, cell in cells.items() if name in personal and len(str(cell.written)) > 7}

    def make_cell(self, column: Column, number: int, lines: Lines) -> Cell:
        """A cell that the file's encoding and layout can hold."""
        if column.name == "id" and self.random.random() > 0.03:
            return Cell(f"R{number}", f"R{number}")
        while True:
            is_near = column.name == self.placing
            cell = write_cell(self.random, column, self.style, is_near=is_near)
            text = str(cell.written)
            if column.type == "text" and not column.personal and self.random.random() < 0.05:
                text = f"line 1{lines.delimiter}\n{self.random.choice(('line 2', '', '# 3'))}\nend"
                cell = Cell(text, text, kind="line breaks in a value")
            if (lines.is_bare or not lines.mark) and (lines.needs_quotes(text) or (lines.is_bare and '"' in text)):
                continue
            if (self.has_comments and "#" in text) or "\ufeff" in text:
                continue
            try:
                text.encode(self.encoding)
            except UnicodeEncodeError:
                continue
            return cell


def random_space(random: Random) -> str:
    """An empty cell."""
    return random.choice(("", " "))
