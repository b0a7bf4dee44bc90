"""A generated demo folder, read as its systems wrote it, without the product's own readers."""

from __future__ import annotations

import gzip
import json
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from ingestion.demo import DemoSummary


@dataclass
class ForeignFiles:
    """Readers for one demo folder."""

    folder: Path
    summary: DemoSummary

    def read_table(self, name: str) -> pl.DataFrame:
        connection = sqlite3.connect(self.folder / "shop.db")
        try:
            cursor = connection.execute(f"select * from {name}")
            names = [column[0] for column in cursor.description]
            return pl.DataFrame(cursor.fetchall(), schema=names, orient="row", infer_schema_length=None)
        finally:
            connection.close()

    @cached_property
    def truth(self) -> dict[str, Any]:
        return json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))

    def start_of(self, change_id: str) -> date:
        return next(date.fromisoformat(c["started_date"]) for c in self.truth["changes"] if c["change_id"] == change_id)

    @cached_property
    def contact_lines(self) -> list[tuple[date, str]]:
        files = sorted((self.folder / "contacts").glob("*.jsonl"))
        return [(date.fromisoformat(f.stem[-10:]), line) for f in files for line in f.read_text(encoding="utf-8").splitlines()]

    @cached_property
    def contacts(self) -> list[tuple[date, dict[str, Any]]]:
        """Readable contacts with a moment, in the order of export."""
        readable = [(day, json.loads(line)) for day, line in self.contact_lines if is_json(line)]
        return [(day, record) for day, record in readable if "endedAt" in record or "channel" in record]

    @cached_property
    def answers(self) -> pl.DataFrame:
        """Answers with a number as score and a moment, once each."""
        frames = [pl.read_csv(f, infer_schema_length=0, truncate_ragged_lines=True, quote_char=None) for f in self.survey_files]
        frame = pl.concat(frames, how="diagonal").unique("AnswerID", keep="first", maintain_order=True)
        frame = frame.with_columns(
            pl.col("Score").cast(pl.Float64, strict=False), pl.col("Sent").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
        )
        return frame.drop_nulls(["Score", "Sent"])

    @property
    def survey_files(self) -> list[Path]:
        return sorted((self.folder / "surveys").glob("*.csv"))

    def carrier_files(self, carrier: str) -> list[Path]:
        return sorted((self.folder / "deliveries" / carrier).iterdir())

    def read_carrier(self, carrier: str, separator: str, encoding: str) -> list[tuple[date, dict[str, str]]]:
        """Lines with as many fields as the header, by header name."""
        rows = []
        for path in self.carrier_files(carrier):
            text = unzip(path).decode(encoding)
            header, *lines = text.splitlines()
            names = header.split(separator)
            day = date.fromisoformat(path.name.split(".")[0][-10:])
            rows += [
                (day, dict(zip(names, fields, strict=True)))
                for fields in (line.split(separator) for line in lines)
                if len(fields) == len(names)
            ]
        return rows


def unzip(path: Path) -> bytes:
    """A file's content, unpacked when it is zipped."""
    data = path.read_bytes()
    return gzip.GzipFile(fileobj=BytesIO(data)).read() if path.suffix == ".gz" else data


def is_json(line: str) -> bool:
    """Whether a line can be read."""
    try:
        json.loads(line)
    except json.JSONDecodeError:
        return False
    return True


def local_day(moment: str) -> date:
    """The day of a moment with offset, in its own offset."""
    return datetime.fromisoformat(moment).date()
