"""Connector `files`: CSV, JSON, Parquet and Excel files that match a glob, compressed (.gz) or not, or packed in a .zip."""

from __future__ import annotations

import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from functools import partial
from pathlib import Path, PurePosixPath

import polars as pl

from ingestion.connectors.csv_layout import FileText, lay_out
from ingestion.connectors.csv_lines import read_csv_files
from ingestion.connectors.json_lines import check_json, read_json_files
from ingestion.connectors.parquet_rows import read_parquet_file
from ingestion.declarations import DateColumn, FileDate, Source, Table
from ingestion.delivered import list_delivered, read_column
from ingestion.errors import BadFileError, IngestionError, SourceDownError
from ingestion.protocol import BROKEN_SCHEMA, Batch, PresentFile, ReadFile, Reading
from ingestion.rows import UNREADABLE_FILE, read_window_days
from ingestion.timestamps import parse_dates
from ingestion.values import find_window_days
from ingestion.windows import Window

LINE_END = re.compile(r"\r+(?=\n|\Z)")  # also \r\r\n, which programs make of \r\n by mistake
BATCH_BYTES = 16_000_000  # bytes of decompressed text that are turned into rows at a time


@dataclass(frozen=True)
class FoundFile:
    """A file of a table, or a member of a zip file; `day` is the day in its name, if any."""

    path: Path
    name: str
    day: date | None
    member: str | None = None

    @property
    def suffix(self) -> str:
        """The end of the name, which says how it is packed."""
        return PurePosixPath(self.member or self.path.name).suffix.lower()

    def measure(self) -> int:
        """The size in bytes as `read` gives them."""
        if self.member is None:
            return self.path.stat().st_size
        with zipfile.ZipFile(self.path) as packed:
            return packed.getinfo(self.member).file_size

    def read(self) -> bytes:
        """The bytes of the file, or of the unpacked member. Raises BadFileError."""
        if self.member is None:
            return read_bytes(self.path)
        try:
            with zipfile.ZipFile(self.path) as packed:
                if sum(each.filename == self.member for each in packed.infolist()) > 1:
                    raise BadFileError("stands more than once in its zip file; have it delivered again with distinct names")
                return packed.read(self.member)
        except OSError as error:
            raise BadFileError(f"cannot be read ({error.strerror}); check that it exists and that its permissions allow reading") from error
        except RuntimeError:
            raise BadFileError("is encrypted; have it delivered without a password") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, KeyError):
            raise BadFileError("cannot be unpacked; have it delivered again") from None


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

    def reads_whole(self, table: Table) -> bool:
        """Files whose window comes from a column hold all days."""
        return isinstance(table.placement, DateColumn)

    def list_files(self, table: Table) -> list[PresentFile]:
        """The table's files with their sizes; their hashes are read when they are asked for."""
        return [PresentFile(found.name, found.measure(), found.day, partial(hash_file, found)) for found in find_files(table)]

    def close(self) -> None:
        """Do nothing: no file is kept open."""

    def _read_files(self, table: Table, found: list[FoundFile], files: list[ReadFile]) -> Iterator[Batch]:
        texts: list[FileText] = []
        size = 0
        for each in found:
            try:
                raw = each.read()
                files.append(ReadFile(each.name, hashlib.sha256(raw).hexdigest(), len(raw)))
                content = prepare_file(raw, each, table)
            except BadFileError as error:
                if not self._quarantines:
                    raise BadFileError(f"{table.label}: {each.name}: {error}") from error
                yield refuse_file(each, str(error))
                continue
            if isinstance(content, Batch):
                yield content
            elif content.text:
                texts.append(content)
                size += len(content.text)
            if size > BATCH_BYTES:
                yield from self._parse_texts(texts, table)
                texts, size = [], 0
        yield from self._parse_texts(texts, table)

    def _parse_texts(self, texts: list[FileText], table: Table) -> Iterator[Batch]:
        """Rows of text files. When a library fails, the files are read one by one, and the one it fails on is a bad file."""
        if not texts:
            return
        try:
            yield from list(read_csv_files(texts, table) if table.format == "csv" else read_json_files(texts, table))
            return
        except (IngestionError, MemoryError):
            raise
        except (Exception, pl.exceptions.PanicException) as error:
            if len(texts) == 1:
                problem = f"cannot be read as {table.format} ({type(error).__name__}); have it delivered again"
                if not self._quarantines:
                    raise BadFileError(f"{table.label}: {texts[0].name}: {problem}") from error
                yield refuse_file(texts[0], problem)
                return
        for text in texts:
            yield from self._parse_texts([text], table)


def prepare_file(raw: bytes, found: FoundFile, table: Table) -> Batch | FileText:
    """The rows of a Parquet or Excel file, or a text whose header was found. Raises BadFileError, for any failure."""
    try:
        if table.format in ("parquet", "excel"):
            return read_whole_file(unpack(raw) if found.suffix == ".gz" else raw, found, table)
        file = FileText(found.name, found.day, read_text(raw, found, table))
        if table.format == "csv":
            return lay_out(file, table)
        check_json(file.text, table)
        return file
    except (IngestionError, MemoryError):
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        problem = f"cannot be read as {table.format} ({type(error).__name__}); check `format`, or have it delivered again"
        raise BadFileError(problem) from error


def read_whole_file(raw: bytes, found: FoundFile, table: Table) -> Batch:
    """The rows of a Parquet or Excel file. Raises BadFileError."""
    if table.format == "parquet":
        return read_parquet_file(raw, found.name, found.day, table)
    from ingestion.connectors.excel_rows import read_excel_file  # its reader is slow to import

    return read_excel_file(raw, found.name, found.day, table)


def find_files(table: Table) -> list[FoundFile]:
    """The files of a table, the newest last (`newest_file`). Raises IngestionError when there is none, or a name lacks the day."""
    root, pattern = split_pattern(table.path or Path())
    paths = sorted((path for path in root.glob(pattern) if path.is_file()), key=order_by_name)
    if table.newest_file == "modified":
        paths.sort(key=lambda path: path.stat().st_mtime_ns)
    if not paths and not table.allow_empty:
        raise SourceDownError(f"{table.label}: no file matches {table.path}; check `path` in sources.yml and that the folder exists")
    found = []
    for path in paths:
        name = path.relative_to(root).as_posix()
        members = list_members(path, table)
        if members is None:
            found.append(FoundFile(path, name, find_file_day([path.name], table)))
        else:
            found += [FoundFile(path, f"{name}/{each}", find_file_day([path.name, each], table), each) for each in members]
    return found


def list_members(path: Path, table: Table) -> list[str] | None:
    """Names of the files in a zip file; None for other files, and for one that cannot be read, which fails when it is."""
    if path.suffix.lower() != ".zip":
        return None
    try:
        with zipfile.ZipFile(path) as packed:
            names = [each.filename for each in packed.infolist() if not each.is_dir()]
    except (OSError, zipfile.BadZipFile):
        return None
    hidden = ("__MACOSX/", ".")
    names = [name for name in names if not name.startswith(hidden[0]) and not PurePosixPath(name).name.startswith(hidden[1])]
    wanted = sorted(name for name in set(names) if fnmatch(PurePosixPath(name).name, table.layout.zip_members))
    return wanted or None


def order_by_name(path: Path) -> tuple[list[tuple[int, str]], str]:
    """Natural order: 10 comes after 9, and `day-corrected.csv` and `day (1).csv` after `day.csv`."""
    stem = Path(path.name.removesuffix(".gz")).stem
    parts = re.split(r"(\d+)", (path.parent / stem).as_posix())
    key = [(int(part), "") if part.isdecimal() else (-1, part) for part in parts if part]
    return key, path.as_posix()


def hash_file(found: FoundFile) -> str:
    """The SHA-256 of a file's bytes, or of a member's; "" when it cannot be read, which its load will say."""
    try:
        return hashlib.sha256(found.read()).hexdigest()
    except BadFileError:
        return ""


def split_pattern(path: Path) -> tuple[Path, str]:
    """The fixed folder at the start of a glob, and the pattern inside it."""
    parts = path.parts
    fixed = next((position for position, part in enumerate(parts) if set(part) & set("*?[")), len(parts) - 1)
    return Path(*parts[:fixed]), "/".join(parts[fixed:])


def find_file_day(names: list[str], table: Table) -> date | None:
    """The day in a file's name, or else in that of its member: by the declared format, or YYYY-MM-DD or YYYYMMDD with any separators."""
    placement = table.placement
    if not isinstance(placement, FileDate):
        return None
    matches = [match for match in map(placement.pattern.search, names) if match]
    text = (matches[0][1] if matches[0].re.groups else matches[0][0]) or "" if matches else ""
    if placement.day_format is not None:
        day = parse_dates(pl.Series([text], dtype=pl.String), (placement.day_format,), table.dialect.language)[0]
        if text and isinstance(day, date):
            return day
        raise IngestionError(
            f"{table.label}: {names[-1]}: window.file_date finds no day of the form {placement.day_format} in the name; "
            "narrow `path`, or correct the pattern or `file_date_format`"
        )
    digits = "".join(character for character in text if character.isdecimal())
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) if len(digits) == 8 else date.fromisoformat("")
    except ValueError:
        raise IngestionError(
            f"{table.label}: {names[-1]}: window.file_date finds no day (year, month, day) in the name; "
            "narrow `path`, correct the pattern, or say the order in `file_date_format`"
        ) from None


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises BadFileError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFileError(f"cannot be read ({error.strerror}); check that it exists and that its permissions allow reading") from error


def read_text(raw: bytes, found: FoundFile, table: Table) -> str:
    """Decompress and decode a file. Raises BadFileError when its content does not fit its name or its declared encoding."""
    if found.suffix == ".gz":
        raw = unpack(raw)
    elif raw.startswith(b"\x1f\x8b"):
        raise BadFileError("is packed with gzip but its name does not end in .gz; rename it")
    elif found.suffix == ".zip" or raw.startswith(b"PK\x03\x04"):
        if found.suffix != ".zip":
            raise BadFileError("is packed with zip but its name does not end in .zip; rename it (or it is a spreadsheet: save it as csv)")
        raise BadFileError("is no zip file, is damaged, or holds no file that `zip_members` names; have it delivered again")
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
        text = LINE_END.sub("", text).replace("\n\r", "\n") if "\n" in text else text.replace("\r", "\n")
    text = text.replace("\n\ufeff", "\n")  # where files were put one behind the other
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


def refuse_file(found: FoundFile | FileText, problem: str) -> Batch:
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
    if not list_delivered(column, batch.header):
        return pl.Series([], dtype=pl.Date)
    return find_window_days(read_column(column, batch.rows, batch.header, table).values, table.company_time_zone)
