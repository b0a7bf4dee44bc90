"""A company folder, its sources' files and its lake in a temporary folder, for tests of this room."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from ingestion.catalog import load_sources
from ingestion.declarations import Source
from ingestion.load import LoadResult, Window, ingest

NOW = datetime(2024, 6, 1, 3, 0, tzinfo=UTC)
KEY = b"a key for tests"
STAMPS = ("_load_id", "_landed_at")


@dataclass(frozen=True)
class SmallCompany:
    """One source `crm` unless a test writes another sources.yml."""

    root: Path

    @property
    def lake(self) -> Path:
        """The lake."""
        return self.root / "lake"

    def declare(self, tables: dict[str, Any], **source: Any) -> Source:
        """Write sources.yml with one source of these tables and return it as loaded."""
        entry = {"description": "A system.", "owner": "Sales", "connector": "files", "tables": tables, **source}
        (self.root / "sources.yml").write_text(yaml.safe_dump({"sources": {"crm": entry}}, sort_keys=False), encoding="utf-8")
        return self.load()["crm"]

    def load(self, environment: dict[str, str] | None = None) -> dict[str, Source]:
        """Load sources.yml."""
        return load_sources(self.root, environment or {}, "Europe/Amsterdam", "NL")

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the source."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def ingest(self, source: Source, first: str, to: str, key: bytes = KEY, **options: Any) -> list[LoadResult]:
        """Load one window without splitting it."""
        window = Window(date.fromisoformat(first), date.fromisoformat(to))
        return ingest(source, lake=self.lake, hash_key=key, windows=[window], now=NOW, **options)

    def read(self, table: str, source: str = "crm") -> pl.DataFrame:
        """All rows of a table in the lake, by file and line, without load id and landing time."""
        paths = sorted(path for path in (self.lake / source / table).glob("*.parquet") if path.name != "_schema.parquet")
        frames = [pl.read_parquet(path) for path in paths] or [pl.read_parquet(self.lake / source / table / "_schema.parquet")]
        return pl.concat(frames, how="diagonal").drop(STAMPS).sort("_source_file", "_source_line", "_window_date")

    def read_log_lines(self, table: str) -> list[dict[str, Any]]:
        """The landing log as written."""
        return [json.loads(line) for line in self.read_log_text(table).splitlines()]

    def read_log_text(self, table: str) -> str:
        """The bytes of the landing log as text."""
        return (self.lake / "_log" / f"crm__{table}.jsonl").read_text(encoding="utf-8")


def daily_csv(**changes: Any) -> dict[str, Any]:
    """A table of daily csv files: id, amount, at."""
    columns = {
        "id": {"type": "text", "required": True},
        "amount": {"type": "decimal"},
        "at": {"type": "timestamp"},
    }
    table = {"path": "in/day_*.csv", "format": "csv", "window": {"file_date": r"(\d{4}-\d{2}-\d{2})"}, "columns": columns}
    return {**table, **changes}
