"""Versions of the customer values. The ledger keeps each one when it is published or fitted by command, so that boundaries stay fixed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from cxhouse.ledger.lines import append_line, read_lines

if TYPE_CHECKING:
    from semantic.value.value_model import ValueModel

VALUE_MODELS = "value_models.jsonl"  # in the ledger
SCHEMA = {"version": pl.Int64, "model_json": pl.Utf8}


def read_value_models(ledger: Path) -> pl.DataFrame:
    """Every version kept so far."""
    lines = read_lines(ledger / VALUE_MODELS)
    return pl.DataFrame([(line["version"], line["model_json"]) for line in lines], schema=SCHEMA, orient="row")


@dataclass(frozen=True)
class KeptVersion:
    """A version and when it was kept."""

    model: ValueModel
    published_at: datetime


def newest_version(ledger: Path) -> KeptVersion | None:
    """The current version; None before the first. Raises UnreadableVersionError when another release wrote it."""
    from semantic.value.versions import read_version

    lines = read_lines(ledger / VALUE_MODELS)
    if not lines:
        return None
    newest = max(lines, key=lambda line: int(line["version"]))
    return KeptVersion(read_version(newest["model_json"]), datetime.fromisoformat(newest["published_at"]))


def append_value_model(ledger: Path, *, version: int, model_json: str, build_id: str | None, published_at: datetime) -> None:
    """Keep a version. `build_id` is None for one fitted by command."""
    line = {"published_at": published_at.isoformat(), "build_id": build_id, "version": version, "model_json": model_json}
    append_line(ledger / VALUE_MODELS, line)


def keep_value_model(warehouse: Path, ledger: Path, *, build_id: str, published_at: datetime) -> bool:
    """Keep the version of the published build when it is new; returns whether it was. A second call adds nothing."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("select version, model_json from int_value_model where is_new").fetchall()
    if not rows or rows[0][0] in read_value_models(ledger)["version"]:
        return False
    append_value_model(ledger, version=rows[0][0], model_json=rows[0][1], build_id=build_id, published_at=published_at)
    return True
