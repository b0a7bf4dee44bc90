"""Reading annotations exported from other tools. A row becomes an annotation, or a bad row with a reason. Authors are never read."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from ingestion.errors import BadFileError
from ingestion.messages import describe_error

LISTS = ("results", "reportingDataAnnotations", "marketing_events", "nodes", "edges", "data", "analyticsAnnotations", "marketingEvents")
TITLE_LENGTH = 80
FIRST_MILLISECONDS = 10**11  # milliseconds of a day in 1973; smaller numbers are seconds


@dataclass(frozen=True)
class Annotation:
    """One annotation, from row number `row`. A time is ISO 8601 with an offset, a day is a date alone; `ended_at` is not included.

    `labels` are tags and #words.
    """

    id: str
    title: str
    description: str | None
    started_at: str
    ended_at: str | None
    kind: str
    labels: tuple[str, ...] = ()
    is_deleted: bool = False
    row: int = 0


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be used. `number` counts from 1."""

    number: int
    id: str | None
    reason: str


@dataclass(frozen=True)
class Export:
    """The content of a file. `passed_over` counts rows that are no annotations (states of alerts); `has_more`: pages are missing."""

    format: str
    annotations: tuple[Annotation, ...]
    bad_rows: tuple[BadRow, ...]
    passed_over: int
    has_more: bool


class RowError(Exception):
    """A row cannot be used. The message says why."""


def read_export(path: Path, format_name: str | None = None) -> Export:
    """Read an export. Raises BadFileError when the file is not an export, or when its format is not given and cannot be recognised."""
    content = read_content(path)
    rows = find_rows(content)
    if rows is None:
        raise BadFileError(f"{path}: holds no list of annotations; export them as {', '.join(FORMATS)} do, as JSON (Shopify also as CSV)")
    found = format_name or guess_format(rows)
    if found is None:
        raise BadFileError(f"{path}: its format cannot be recognised; name it with --format: {', '.join(FORMATS)}")
    annotations: list[Annotation] = []
    bad_rows: list[BadRow] = []
    passed_over, seen = 0, set()
    for number, row in enumerate(rows, 1):
        try:
            annotation = read_row(row, found)
            if annotation is not None and annotation.id in seen:
                raise RowError("the id occurs twice in this file")
        except RowError as error:
            bad_rows.append(BadRow(number, str(row["id"]) if isinstance(row, dict) and row.get("id") else None, str(error)))
            continue
        if annotation is None:
            passed_over += 1
        else:
            annotations.append(replace(annotation, row=number))
            seen.add(annotation.id)
    return Export(found, tuple(annotations), tuple(bad_rows), passed_over, has_more_pages(content))


def read_content(path: Path) -> Any:
    """The file as JSON, or as a list of rows when it is CSV. A byte-order mark is skipped."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadFileError(f"{path}: there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadFileError(f"{path}: cannot be read as text ({type(error).__name__}); export it again as UTF-8") from error
    if text.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadFileError(f"{path}: is not JSON ({describe_error(error)}); export it again") from error
    try:
        return list(csv.DictReader(io.StringIO(text, newline=""))) or {}
    except csv.Error as error:
        raise BadFileError(f"{path}: is not CSV ({describe_error(error)}); export it again") from error


def find_rows(content: Any) -> list[Any] | None:
    """The list of annotations, in any of the places where the tools put it; None when there is none."""
    if isinstance(content, list):
        return [row["node"] if isinstance(row, dict) and set(row) <= {"node", "cursor"} and "node" in row else row for row in content]
    if isinstance(content, dict):
        return next((rows for name in LISTS if name in content and (rows := find_rows(content[name])) is not None), None)
    return None


def has_more_pages(content: Any) -> bool:
    """Whether the export says that it has further pages."""
    if not isinstance(content, dict):
        return False
    if content.get("next") or content.get("nextPageToken") or content.get("hasNextPage"):
        return True
    return any(has_more_pages(value) for value in content.values())


def guess_format(rows: list[Any]) -> str | None:
    """The format that the rows' fields belong to; None when no format or more than one fits."""
    names = {name for row in rows if isinstance(row, dict) for name in row}
    found = [name for name, (marks, _) in FORMATS.items() if names & marks]
    return found[0] if len(found) == 1 else None


def read_row(row: Any, format_name: str) -> Annotation | None:
    """One row as an annotation; None when it is not one. Raises RowError."""
    if not isinstance(row, dict):
        raise RowError("is not an object with named fields")
    return FORMATS[format_name][1](row)


def read_grafana(row: Mapping[str, Any]) -> Annotation | None:
    """Grafana: times in milliseconds. The state of an alert is skipped, because nobody changed anything."""
    if row.get("newState") or row.get("alertId"):
        return None
    tags = tuple(str(tag) for tag in read_kind(row, "tags", list) or ())
    text = strip_marks(str(row.get("text") or "")) or ", ".join(tags)
    title, description = split_text(text, "text")
    started = read_milliseconds(row, "time")
    ended = read_milliseconds(row, "timeEnd") if row.get("timeEnd") else None
    return Annotation(
        id=f"grafana-{need(row, 'id')}",
        title=title,
        description=description,
        started_at=started.isoformat(),
        ended_at=ended.isoformat() if ended and ended > started else None,
        kind="system",
        labels=(*tags, *find_marks(text)),
    )


def read_posthog(row: Mapping[str, Any]) -> Annotation:
    """PostHog: a time and a text. A deleted annotation is a row marked as deleted."""
    text = str(row.get("content") or "").strip()
    title, description = split_text(text, "content")
    return Annotation(
        id=f"posthog-{need(row, 'id')}",
        title=title,
        description=description,
        started_at=read_moment(row, "date_marker"),
        ended_at=None,
        kind="system",
        labels=find_marks(text),
        is_deleted=row.get("deleted") in (True, 1, "true"),
    )


def read_ga4(row: Mapping[str, Any]) -> Annotation:
    """GA4: a day, or a range including its last day. Annotations made by Google are changes of measuring."""
    span = read_kind(row, "annotationDateRange", dict) or {}
    started = read_parts(span.get("startDate") if span else row.get("annotationDate"), "annotationDate")
    last = read_parts(span.get("endDate"), "endDate") if span else None
    ended = last + timedelta(days=1) if last and last < date.max else None
    text = str(row.get("description") or "").strip() or None
    title = str(need(row, "title"))
    path = str(need(row, "name")).split("/")
    return Annotation(
        id="-".join(("ga4", *path[1::2])) if len(path) > 1 else f"ga4-{path[0]}",
        title=title,
        description=text,
        started_at=started.isoformat(),
        ended_at=ended.isoformat() if ended else None,
        kind="measurement" if row.get("systemGenerated") else "touchpoint",
        labels=find_marks(f"{title} {text or ''}"),
    )


def read_shopify(given: Mapping[str, Any]) -> Annotation:
    """Shopify: an annotation of its analytics, or a marketing event, with the field names of GraphQL or REST."""
    row = {re.sub(r"(?<=[a-z])([A-Z])", r"_\1", str(name)).lower().replace(" ", "_"): value for name, value in given.items()}
    number = str(need(row, "id")).rsplit("/", 1)[-1]
    channel = row.get("marketing_channel") or row.get("marketing_channel_type")
    kind = row.get("event_type") or row.get("type")
    is_event = bool(channel or row.get("event_type") or "MarketingEvent" in str(row["id"]))
    named = row.get("title") or (
        row.get("utm_campaign") or row.get("description") or " ".join(filter(None, (kind, channel))) if is_event else None
    )
    title, rest = split_text(str(named or "").strip(), "title")
    ended = "ended_at" if row.get("ended_at") else "scheduled_to_end_at"
    text = str(row.get("description") or "").strip() or rest
    return Annotation(
        id=f"shopify-{'marketing' if is_event else 'annotation'}-{number}",
        title=title,
        description=text if text != title else None,
        started_at=read_moment(row, "started_at"),
        ended_at=read_moment(row, ended) if row.get(ended) else None,
        kind="external" if is_event else "touchpoint",
        labels=tuple(str(label).lower() for label in (kind, channel) if label) + find_marks(f"{title} {text or ''}"),
    )


# format -> fields that only its rows have, and the function that reads a row
FORMATS: Mapping[str, tuple[frozenset[str], Callable[[Mapping[str, Any]], Annotation | None]]] = {
    "grafana": (frozenset({"time", "timeEnd"}), read_grafana),
    "posthog": (frozenset({"date_marker"}), read_posthog),
    "ga4": (frozenset({"annotationDate", "annotationDateRange"}), read_ga4),
    "shopify": (frozenset({"startedAt", "started_at", "Started at"}), read_shopify),
}


def need(row: Mapping[str, Any], name: str) -> Any:
    """A required field. Raises RowError when it is missing."""
    if row.get(name) in (None, ""):
        raise RowError(f"`{name}` is missing")
    return row[name]


def read_kind(row: Mapping[str, Any], name: str, kind: type) -> Any:
    """A field that is a list or an object; empty when it is missing. Raises RowError."""
    value = row.get(name)
    if value is not None and not isinstance(value, kind):
        raise RowError(f"`{name}` is no {'list' if kind is list else 'object with named fields'}")
    return value


def read_milliseconds(row: Mapping[str, Any], name: str) -> datetime:
    """A time given in milliseconds since 1970. Raises RowError."""
    try:
        count = int(need(row, name))
        if count < FIRST_MILLISECONDS:
            raise ValueError(count)
        return datetime.fromtimestamp(count / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise RowError(f"`{name}` is {row[name]}, not milliseconds since 1970") from error


def read_moment(row: Mapping[str, Any], name: str) -> str:
    """An ISO time or day as text. Raises RowError."""
    text = str(need(row, name)).strip()
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise RowError(f"`{name}` is {text}, not a time like 2026-03-01T09:00:00Z") from error
    return text


def read_parts(parts: Any, name: str) -> date:
    """A day given as year, month and day. Raises RowError."""
    try:
        return date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
    except (TypeError, KeyError, ValueError) as error:
        raise RowError(f"`{name}` is not a whole day with year, month and day") from error


def strip_marks(text: str) -> str:
    """Text without HTML tags."""
    return re.sub(r"[ \t]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text))).strip()


def split_text(text: str, name: str) -> tuple[str, str | None]:
    """The first line as title, and the whole text when it is longer than the title. Raises RowError."""
    line = text.strip().splitlines()[0].strip() if text.strip() else ""
    if not line:
        raise RowError(f"`{name}` is missing")
    title = line if len(line) <= TITLE_LENGTH else line[:TITLE_LENGTH].rsplit(" ", 1)[0] + " …"
    return title, text.strip() if text.strip() != title else None


def find_marks(text: str) -> tuple[str, ...]:
    """Words marked with #."""
    return tuple(re.findall(r"#([\w-]+)", text))
