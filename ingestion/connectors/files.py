"""Connector `files`: CSV, JSONL and Parquet files that match a glob, compressed (.gz) or not."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from ingestion.connectors.csv_lines import FileText, check_csv, read_csv_files
from ingestion.connectors.json_lines import read_json_files
from ingestion.connectors.parquet_rows import read_parquet_file
from ingestion.declarations import DateColumn, FileDate, Source, Table
from ingestion.errors import BadFileError, IngestionError, SourceDownError
from ingestion.protocol import BROKEN_SCHEMA, Batch, PresentFile, ReadFile, Reading
from ingestion.rows import UNREADABLE_FILE, find_delivered, read_window_days
from ingestion.values import blank_values, find_window_days, type_values
from ingestion.windows import Window

BATCH_BYTES = 64_000_000  # bytes of decompressed text that are turned into rows at a time


@dataclass(frozen=True)
class FoundFile:
    """A file of a table; `day` is the day in its name, if any."""

    path: Path
    name: str
    day: date | None


class FilesConnector:
    """Reads a table's files, the newest last. A bad file stops the load or becomes one rejected row, as `on_bad_file` says."""

    def __init__(self, source: Source) -> None:
        self._quarantines = source.on_bad_file == "quarantine"
        self._found: dict[str, list[FoundFile]] = {}

    @staticmethod
    def resolve_url(url: str, company: Path) -> str:
        """Return the URL unchanged: files have none."""
        return url

    def earliest_day(self, table: Table) -> date | None:
        """The first day in a file's name or in the window column."""
        if isinstance(table.placement, FileDate):
            return min((found.day for found in find_files(table) if found.day), default=None)
        if not isinstance(table.placement, DateColumn):
            return None
        days = [read_batch_days(batch, table).min() for batch in self.read(table, None).batches if batch.rows.height]
        return min((day for day in days if isinstance(day, date)), default=None)

    def read(self, table: Table, window: Window | None, span: Window | None = None) -> Reading:
        """The rows of the files whose name has a day of the window; of all files when the window comes from a column or for a snapshot."""
        if table.name not in self._found:  # the folder is listed once for all windows of a load
            self._found[table.name] = find_files(table)
        found, days = self._found[table.name], None
        if isinstance(table.placement, FileDate) and window is not None:
            found = [each for each in found if each.day is not None and window.start <= each.day < window.end]
            days = {each.day for each in found if each.day is not None}
        files: list[ReadFile] = []
        return Reading(batches=self._read_files(table, found, files), files=files, days=days)

    def list_files(self, table: Table) -> list[PresentFile]:
        """The table's files with their sizes on disk; their hashes are read when they are asked for."""
        return [
            PresentFile(found.name, found.path.stat().st_size, found.day, partial(hash_file, found.path)) for found in find_files(table)
        ]

    def close(self) -> None:
        """Do nothing: no file is kept open."""

    def _read_files(self, table: Table, found: list[FoundFile], files: list[ReadFile]) -> Iterator[Batch]:
        texts: list[FileText] = []
        size = 0
        for each in found:
            try:
                raw = read_bytes(each.path)
                files.append(ReadFile(each.name, hashlib.sha256(raw).hexdigest(), len(raw)))
                if table.format == "parquet":
                    yield read_parquet_file(raw, each.name, each.day, table)
                    continue
                text = read_text(raw, each.path, table)
                if table.format == "csv":
                    check_csv(text, table)
            except BadFileError as error:
                if not self._quarantines:
                    raise BadFileError(f"{table.label}: {each.name}: {error}") from error
                yield refuse_file(each, str(error))
                continue
            if not text:
                continue
            texts.append(FileText(each.name, each.day, text))
            size += len(text)
            if size > BATCH_BYTES:
                yield from parse_texts(texts, table)
                texts, size = [], 0
        yield from parse_texts(texts, table)


def parse_texts(texts: list[FileText], table: Table) -> Iterable[Batch]:
    """Rows of text files."""
    if not texts:
        return []
    return read_csv_files(texts, table) if table.format == "csv" else read_json_files(texts, table)


def find_files(table: Table) -> list[FoundFile]:
    """The files of a table, the newest last (`newest_file`). Raises IngestionError when there is none, or a name lacks the day."""
    root, pattern = split_pattern(table.path or Path())
    paths = sorted((path for path in root.glob(pattern) if path.is_file()), key=order_by_name)
    if table.newest_file == "modified":
        paths.sort(key=lambda path: path.stat().st_mtime_ns)
    if not paths and not table.allow_empty:
        raise SourceDownError(f"{table.label}: no file matches {table.path}; check `path` in sources.yml and that the folder exists")
    return [FoundFile(path, path.relative_to(root).as_posix(), find_file_day(path, table)) for path in paths]


def order_by_name(path: Path) -> tuple[list[tuple[int, str]], str]:
    """Natural order: 10 comes after 9, and `day-corrected.csv` and `day (1).csv` after `day.csv`."""
    stem = Path(path.name.removesuffix(".gz")).stem
    parts = re.split(r"(\d+)", (path.parent / stem).as_posix())
    key = [(int(part), "") if part.isdecimal() else (-1, part) for part in parts if part]
    return key, path.as_posix()


def hash_file(path: Path) -> str:
    """The SHA-256 of a file's bytes; "" when it cannot be read, which its load will say."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def split_pattern(path: Path) -> tuple[Path, str]:
    """The fixed folder at the start of a glob, and the pattern inside it."""
    parts = path.parts
    fixed = next((position for position, part in enumerate(parts) if set(part) & set("*?[")), len(parts) - 1)
    return Path(*parts[:fixed]), "/".join(parts[fixed:])


def find_file_day(path: Path, table: Table) -> date | None:
    """The day in a file's name, as YYYY-MM-DD or YYYYMMDD with any separators."""
    if not isinstance(table.placement, FileDate):
        return None
    match = table.placement.pattern.search(path.name)
    text = (match[1] if match.re.groups else match[0]) if match else ""
    digits = "".join(character for character in text or "" if character.isdecimal())
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) if len(digits) == 8 else date.fromisoformat("")
    except ValueError:
        raise IngestionError(
            f"{table.label}: {path.name}: window.file_date finds no day (year, month, day) in the name; "
            "narrow `path` or correct the pattern"
        ) from None


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises BadFileError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFileError(f"cannot be read ({error.strerror}); check that it exists and that its permissions allow reading") from error


def read_text(raw: bytes, path: Path, table: Table) -> str:
    """Decompress and decode a file. Raises BadFileError when its content does not fit its name or its declared encoding."""
    if path.suffix == ".gz":
        raw = unpack(raw)
    elif raw.startswith(b"\x1f\x8b"):
        raise BadFileError("is packed with gzip but its name does not end in .gz; rename it")
    encoding = table.dialect.encoding
    is_wide = encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32"))
    if not is_wide and raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFileError(f"is UTF-16, not {encoding}; set `encoding: utf-16`")
    if not is_wide and b"\0" in raw:
        raise BadFileError(f"is binary, not {table.format}; check `format`, or have the file delivered again")
    try:
        text = raw.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadFileError(f"is not {encoding} (line {line}); set `encoding` (often windows-1252) or have it delivered again") from error
    if "\r" in text:
        text = text.replace("\r\n", "\n") if "\n" in text else text.replace("\r", "\n")
    if not text.strip() and not table.allow_empty:
        raise BadFileError("is empty; have it delivered again, or set `allow_empty: true` when no rows is fine")
    return text if text.strip() else ""


def unpack(raw: bytes) -> bytes:
    """Decompress gzip. Raises BadFileError."""
    try:
        return gzip.decompress(raw)
    except EOFError:
        raise BadFileError("is gzip that ends too early; have it delivered again") from None
    except (gzip.BadGzipFile, zlib.error):
        raise BadFileError("is not gzip or is damaged; have it delivered again") from None


def refuse_file(found: FoundFile, problem: str) -> Batch:
    """One rejected row in place of a file that cannot be read."""
    row = {
        "_source_file": [found.name],
        "_source_line": [None],
        "_file_date": [found.day],
        "_rejected_reason": [UNREADABLE_FILE],
        "_rejected_detail": [problem],
    }
    return Batch(empty_rows(), pl.DataFrame(row, schema=BROKEN_SCHEMA), frozenset())


def empty_rows() -> pl.DataFrame:
    """No rows."""
    return pl.DataFrame(schema={"_source_file": pl.String, "_source_line": pl.Int64, "_file_date": pl.Date})


def read_batch_days(batch: Batch, table: Table) -> pl.Series:
    """Local days of a batch's window column."""
    name = table.placement.column if isinstance(table.placement, DateColumn) else ""
    column = table.find_column(name)
    if column is None:
        return read_window_days(batch.rows[name], table) if name in batch.header else pl.Series([], dtype=pl.Date)
    delivered = find_delivered(column, batch.header)
    if delivered is None:
        return pl.Series([], dtype=pl.Date)
    written = blank_values(batch.rows[delivered], column.type, table.dialect)
    return find_window_days(type_values(written, column.type, table.dialect, table.time_zone), table.company_time_zone)
