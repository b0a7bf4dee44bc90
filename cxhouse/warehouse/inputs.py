"""What a build reads, as one hash for each part: a build whose parts are those of the last build that passed has nothing to do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import polars as pl

from cxhouse.build_state import BuildState, read_state
from cxhouse.files import write_atomically
from cxhouse.settings import Settings
from cxhouse.warehouse.preparation import Readings, Workplace, read_kept_tables
from ingestion.landing_log import list_new_lines

KEPT = "kept_inputs.json"  # in the state folder: the ledger after the last publish
WHOLE = frozenset({"landing_log", "lake", "packages"})  # parts of which a change concerns everything
LANDING = frozenset({"table_status"})  # the other parts are tables of the dbt source `company_folder`
ALWAYS_NEW = ("build", "table_status")  # tables that tell the time of the build
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "polars")


def describe_inputs(workplace: Workplace, readings: Readings, now: datetime) -> dict[str, str]:
    """One hash or value for each part: the tables of the company folder and the ledger, the lake, its log, late tables, the local day."""
    company, lake = workplace.company, workplace.settings.lake
    statuses = [(table.source, table.table_name, table.status) for table in readings.freshness]
    return {
        **{name: hash_table(table) for name, table in readings.tables.items()},
        "landing_log": hash_bytes(
            b"\0".join(path.name.encode() + read_new_lines(path) for path in sorted((lake / "_log").glob("*.jsonl")))
        ),
        "lake": hash_bytes(json.dumps([str(lake), list_lake(lake)]).encode()),
        "table_status": hash_bytes(json.dumps(statuses).encode()),
        "today": str(now.astimezone(company.time_zone).date()),
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    }


def list_changed(settings: Settings, inputs: Mapping[str, str], definitions: str) -> set[str] | None:
    """The parts that differ from what the last build read, when it passed and its warehouse stands; None: everything is to be built.

    What the publish of that build added to the ledger is nothing new: a build with it gives the same figures.
    """
    last = read_state(settings)
    if last is None or not last.is_passed or last.definitions != definitions or not settings.warehouse.is_file():
        return None
    return compare_inputs({**last.inputs, **read_kept_inputs(settings, last.build_id)}, inputs)


def compare_inputs(before: Mapping[str, str], now: Mapping[str, str]) -> set[str] | None:
    """The parts that differ; None when one of them is the lake, its log or a package, which decide on everything."""
    changed = {name for name in {*before, *now} if before.get(name) != now.get(name)}
    return None if changed & WHOLE or changed - set(now) else changed


def select_readers(changed: Iterable[str]) -> list[str]:
    """The dbt selectors of all that reads these parts, and of what tells the time of the build."""
    return [f"source:{'landing' if name in LANDING else 'company_folder'}.{name}+" for name in sorted({*changed, *ALWAYS_NEW})]


def hash_kept_tables(ledger: Path) -> dict[str, str]:
    """One hash for each table to which publishes add rows."""
    return {name: hash_table(table) for name, table in read_kept_tables(ledger).items()}


def remember_kept_inputs(settings: Settings, state: BuildState, found: Mapping[str, str]) -> None:
    """Note the ledger as the publish of this build leaves it; `found` is how the publish found it.

    A table that had changed between the build and the publish is left out: the next build has to read what somebody else added.
    """
    read = {**state.inputs, **read_kept_inputs(settings, state.build_id)}
    left = {name: value for name, value in hash_kept_tables(settings.ledger).items() if found[name] == read.get(name)}
    content = {"build_id": state.build_id, "inputs": left}
    write_atomically(settings.state / KEPT, lambda path: path.write_text(json.dumps(content, indent=2), encoding="utf-8"), alone=True)


def read_kept_inputs(settings: Settings, build_id: str) -> dict[str, str]:
    """The parts noted after the publish of this build; empty when it was not published."""
    path = settings.state / KEPT
    content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return dict(content["inputs"]) if content.get("build_id") == build_id else {}


def read_new_lines(log: Path) -> bytes:
    """The lines of a landing log without those of loads that found the lake as it was: they are nothing new."""
    return b"\n".join(list_new_lines(log.read_bytes()))


def list_lake(lake: Path) -> list[tuple[str, int, int]]:
    """Every landed file with its bytes and the time it was written, in nanoseconds."""
    found = [(path, path.stat()) for path in sorted(lake.glob("*/*/*.parquet"))]
    return [(str(path.relative_to(lake)), about.st_size, about.st_mtime_ns) for path, about in found]


def hash_table(table: pl.DataFrame) -> str:
    """SHA-256 of the names, types and values of a table."""
    return hash_bytes(table.write_ipc(None).getvalue())


def hash_bytes(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
