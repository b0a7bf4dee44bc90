"""The demo's systems as they are on disk. A row with a line that cannot be split, or an unreadable or missing value, is left out."""

from __future__ import annotations

import csv
import gzip
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")
DAY_IN_NAME = re.compile(r"\d{4}-\d{2}-\d{2}")
DUTCH_FORMAT = "%d-%m-%Y %H:%M"

Row = dict[str, Any]


class BadRowError(Exception):
    """A row that the warehouse must reject too."""


def read_local_day(moment: datetime) -> date:
    """The calendar day in Amsterdam."""
    return moment.astimezone(ZONE).date()


def read_moment(text: str | None, zone: Any = ZONE) -> datetime | None:
    """ISO 8601 or the Dutch way of writing; without an offset it is local to `zone`."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = datetime.strptime(text, DUTCH_FORMAT)
        except ValueError as error:
            raise BadRowError(text) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def read_day(text: str) -> date | None:
    """10-01-2023, or an ISO date."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%d-%m-%Y").date() if text[2:3] == "-" else date.fromisoformat(text)
    except ValueError as error:
        raise BadRowError(text) from error


def read_number(text: str) -> float | None:
    """With a point or a comma."""
    try:
        return float(text.replace(",", ".")) if text else None
    except ValueError as error:
        raise BadRowError(text) from error


def read_flag(text: str) -> bool | None:
    """Yes and no in two languages."""
    words = {"j": True, "ja": True, "yes": True, "true": True, "n": False, "nee": False, "no": False, "false": False}
    if not text:
        return None
    if text.lower() not in words:
        raise BadRowError(text)
    return words[text.lower()]


def require(value: Any) -> Any:
    """The value; a row without it is refused."""
    if value is None or value == "":
        raise BadRowError("missing")
    return value


def list_files(folder: Path, pattern: str, until: date) -> list[Path]:
    """The files of days before `until`, in the order of their days."""
    dated = [(DAY_IN_NAME.search(path.name).group(), path) for path in folder.glob(pattern)]
    return [path for day, path in sorted(dated) if date.fromisoformat(day) < until]


def read_csv(path: Path, delimiter: str = ",", encoding: str = "utf-8-sig") -> Iterator[dict[str, str]]:
    """Lines that have as many cells as the header."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    header, *lines = raw.decode(encoding).replace("\r\n", "\n").split("\n")
    names = header.split(delimiter)
    for line in lines:
        try:
            cells = next(csv.reader([line], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        if len(cells) == len(names):
            yield {name: cell.strip() for name, cell in zip(names, cells, strict=True)}


def read_json_lines(path: Path) -> Iterator[Row]:
    """Lines that are JSON objects."""
    for line in path.read_text(encoding="utf-8").split("\n"):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record


def read_table(database: Path, table: str) -> Iterator[Row]:
    """Rows of the shop's database; its clock is UTC."""
    with sqlite3.connect(database) as connection:
        connection.row_factory = sqlite3.Row
        for row in connection.execute(f"select * from {table}"):
            yield dict(row)


def keep_good(rows: Iterator[Any], type_row: Callable[[Any], Row]) -> Iterator[Row]:
    """The rows that can be typed."""
    for row in rows:
        try:
            yield type_row(row)
        except BadRowError:
            continue


def keep_latest(rows: Iterator[Row], key: str, version: str) -> dict[str, Row]:
    """The last version of each row; of equal versions the one delivered last."""
    latest: dict[str, Row] = {}
    for row in rows:
        held = latest.get(row[key])
        if held is None or held[version] is None or (row[version] is not None and row[version] >= held[version]):
            latest[row[key]] = row
    return latest
