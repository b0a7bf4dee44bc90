"""Random CSV files with faults."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import date
from random import Random

from tests.ingestion.fuzz.csv_lines import Lines, RowWriter
from tests.ingestion.fuzz.forms import pick_columns, pick_style
from tests.ingestion.fuzz.parts import UNREADABLE_FILE, Case, want_broken
from tests.ingestion.fuzz.placing import name_files, pick_placing, settle_days

LINE_ENDS = {"\n": "LF", "\r\n": "CRLF", "\r\r\n": "CR CR LF", "\r": "CR", "\n\r": "LF CR"}
HEADER_FAULTS = ["header only", "open quote in the header", "header name twice", "missing required column", "another delimiter"]
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-16", "windows-1252", "iso-8859-15")


class CsvCase:
    """Builds one case."""

    def __init__(self, seed: int) -> None:
        self.random = random = Random(f"csv {seed}")
        self.style = pick_style(random)
        self.columns = pick_columns(random, self.style)
        window, self.placing = pick_placing(random, self.columns)
        self.delimiter = random.choice([mark for mark in (",", ";", "\t", "|") if mark not in (self.style.decimal, self.style.thousands)])
        self.encoding = random.choice(ENCODINGS)
        self.end = random.choice(list(LINE_ENDS))
        self.packing = random.choice(("", "", "", "gzip", "zip"))
        suffix = {"": ".csv", "gzip": ".csv.gz", "zip": ".zip"}[self.packing]
        self.files = name_files(random, suffix)
        table = {"path": f"in/f_*{suffix}", "format": "csv", "delimiter": self.delimiter, "encoding": self.encoding, "window": window}
        self.case = Case("csv", seed, self.columns, self.style, {**table, **self.style.declare()})
        self.bare = random.random() < 0.1  # nothing but plain cells, so that an open quote has one meaning
        self.layout()
        kinds = self.case.kinds
        kinds |= {LINE_ENDS[self.end], self.encoding, *window} | ({self.packing} if self.packing else set())
        kinds |= {"several days"} if len(self.files) > 1 else set()

    def layout(self) -> None:
        """Pick what is declared about the lines of the files."""
        random, table = self.random, self.case.table
        self.preamble = random.choice((0, 0, 0, 2))
        self.has_header = random.random() > 0.05
        self.fills, self.cuts = random.random() < 0.15, random.random() < 0.15
        self.cuts_empty = not self.cuts and random.random() < 0.15
        self.mark = random.choice(('"', '"', '"', "'", None))
        self.escape = "\\" if random.random() < 0.15 else None
        self.trails = not self.cuts and not self.cuts_empty and random.random() < 0.1
        self.footer = random.choice((0, 0, 0, 1, 2))
        self.has_comments = random.random() < 0.2
        declared = {
            "skip_before_header": self.preamble,
            "short_rows": "fill" if self.fills else None,
            "long_rows": "cut" if self.cuts else ("cut_empty" if self.cuts_empty else None),
            "escape": self.escape,
            "quote": {'"': None, None: "none"}.get(self.mark, self.mark),
            "trailing_delimiter": self.trails or None,
            "skip_at_end": self.footer,
            "skip_lines": "^#" if self.has_comments else None,
        }
        table |= {key: value for key, value in declared.items() if value}
        self.case.kinds |= {f"{key} declared" for key, value in declared.items() if value}
        self.order = list(self.columns)
        random.shuffle(self.order)
        optional = [column for column in self.columns if not column.is_required and column.name != self.placing]
        self.absent = random.choice(optional) if optional and random.random() < 0.1 and self.has_header else None
        self.extra = random.random() < 0.15 and self.has_header
        self.names = [column.source for column in self.order if column is not self.absent]
        self.is_double = self.extra and random.random() < 0.3
        if self.is_double:
            table["duplicate_names"] = random.choice(("first", "numbered"))
            self.case.kinds.add(f"name twice, {table['duplicate_names']}")
        self.names += [random.choice(self.names) if self.is_double else "Extra"] if self.extra else []
        self.case.kinds |= {"missing column"} if self.absent else set()
        self.case.kinds |= {"undeclared column"} if self.extra else set()
        if not self.has_header:
            table |= {"header": False, "column_names": self.names}
            self.case.kinds.add("no header")

    def build(self) -> Case:
        """The case with all its files."""
        random, case = self.random, self.case
        bad = random.randrange(len(self.files)) if random.random() < 0.14 else None
        if quarantines := random.random() < 0.3:
            case.source["on_bad_file"] = "quarantine"
        self.writer = RowWriter(
            random, case, self.style, self.encoding, self.placing, self.has_header, self.extra, self.fills, self.cuts, self.cuts_empty,
            self.trails, self.has_comments,
        )  # fmt: skip
        for position, (name, day) in enumerate(self.files):
            fault = random.choice(self.list_faults()) if position == bad else None
            self.write_file(name, day if "file_date" in case.table["window"] else None, fault, quarantines=quarantines)
        if self.placing:
            settle_days(case)
        return case

    def list_faults(self) -> list[str]:
        """The faults of a whole file that this case can have."""
        faults = ["NUL byte", "UTF-16 not declared", "empty file", "another sep line"]
        faults = faults[2:] if self.encoding == "utf-16" else faults
        faults += HEADER_FAULTS if self.has_header else []
        if self.mark is None:
            faults = [fault for fault in faults if fault != "open quote in the header"]
        if self.is_double:
            faults = [fault for fault in faults if fault not in ("header name twice", "missing required column")]
        faults += ["no UTF-8"] if self.encoding == "utf-8" else []
        return faults + {"": ["gzip under another name"], "gzip": ["damaged gzip", "cut gzip"], "zip": ["damaged zip"]}[self.packing]

    def write_file(self, name: str, placed: date | None, fault: str | None, *, quarantines: bool) -> None:
        """One file with its rows, or with a fault of the whole file."""
        case, random = self.case, self.random
        member = name if self.packing != "zip" else f"{name}/{name.removesuffix('.zip')}.csv"
        wanted = len(case.wanted)
        lines = Lines(random, self.delimiter, self.bare, self.mark, self.escape)
        self.write_top(lines, fault)
        if fault != "header only":
            order = [column for column in self.order if column is not self.absent]
            self.writer.write(lines, order, self.names, member, placed, may_change=fault is None)
        for _ in range(self.footer):
            lines.add("Total 5")
        text = self.end.join(text.replace("\n", self.end) if self.end == "\r" else text for text in lines.texts)
        text += self.end if self.end != "\n\r" and random.random() < 0.85 else ""
        raw = self.encode(text)
        if fault is None:
            case.files[name] = self.pack(raw, name)
            return
        case.kinds.add(fault)
        del case.wanted[wanted:]
        case.files[name] = self.spoil(raw, fault, name)
        if quarantines and fault not in ("missing required column", "another delimiter"):
            case.wanted.append(want_broken(name if fault == "damaged zip" else member, None, UNREADABLE_FILE, self.columns, placed))
        else:
            case.failing.append(name)

    def write_top(self, lines: Lines, fault: str | None) -> None:
        """What stands before the rows."""
        random = self.random
        if random.random() < 0.1:
            lines.add("")
            self.case.kinds.add("blank line before the header")
        if fault == "another sep line" or (self.delimiter != "\t" and random.random() < 0.1):
            lines.add(f"sep={'x' if fault == 'another sep line' else self.delimiter}")
            self.case.kinds.add("sep line")
        for _ in range(self.preamble):
            lines.add("Export of the shop")
        names = list(self.names)
        if fault == "missing required column":
            names[names.index(self.columns[0].source)] = "another"
        if fault == "header name twice":
            names.append(names[0] if names[0] != "Extra" else names[1])
        if fault == "open quote in the header":
            lines.add(self.delimiter.join([*names[:-1], (self.mark or "") + names[-1]]))
        elif fault == "another delimiter":
            lines.add(("," if self.delimiter != "," else ";").join(names))
        elif self.has_header:
            lines.add(lines.join([name + random.choice(("", " ")) for name in names]))

    def encode(self, text: str) -> bytes:
        """The bytes of a text."""
        if self.encoding == "utf-8" and self.random.random() < 0.2:
            self.case.kinds.add("byte-order mark")
            return text.encode("utf-8-sig")
        return text.encode(self.encoding)

    def spoil(self, raw: bytes, fault: str, name: str) -> bytes:
        """The bytes of the file with a fault of the whole file."""
        match fault:
            case "NUL byte":
                raw = raw[: len(raw) // 2] + b"\0" + raw[len(raw) // 2 :]
            case "no UTF-8":
                raw += b"\nx\xff\xc3\x28"
            case "UTF-16 not declared":
                raw = raw.decode(self.encoding).encode("utf-16")
            case "empty file":
                raw = b"" if self.encoding == "utf-16" else self.random.choice((b"", b"\n\n", b"  \r\n"))
            case "gzip under another name":
                return gzip.compress(raw)
            case "damaged gzip":
                return b"\x1f\x8b\x08" + raw
            case "cut gzip":
                return gzip.compress(raw)[:-9]
            case "damaged zip":
                return b"PK\x03\x04" + raw[:30]
        return self.pack(raw, name)

    def pack(self, raw: bytes, name: str) -> bytes:
        """The file's bytes, packed where its name says so."""
        if self.packing == "gzip":
            return gzip.compress(raw)
        if self.packing == "zip":
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
                packed.writestr(f"{name.removesuffix('.zip')}.csv", raw)
            return buffer.getvalue()
        return raw
