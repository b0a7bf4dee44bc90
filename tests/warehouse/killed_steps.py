"""What processes that are killed do on a home, and what its published copy, ledger and restricted rows say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from cxhouse.build_state import BuildError
from cxhouse.ledger.lines import read_lines
from cxhouse.settings import read_settings
from cxhouse.warehouse import build, publishing
from cxhouse.warehouse.preparation import open_workplace

REFUSED = "refused"


def publish(environment: Mapping[str, str]) -> str:
    """Publish, and return the id of the published build."""
    try:
        return str(publishing.publish_reports(read_settings(environment))["build_id"])
    except BuildError:
        return REFUSED


def begin(environment: Mapping[str, str]) -> str:
    """A build up to the moment when dbt would start."""
    begun = []

    def stop(workplace: Any, state: build.BuildState, *rest: Any) -> build.DbtOutcome:
        begun.append(state.build_id)
        return build.DbtOutcome(0, 0, ("stopped before dbt",))

    build.run_dbt = stop
    try:
        build.build_warehouse(open_workplace(read_settings(environment)), now=datetime.now(UTC))
    except BuildError:
        return begun[0] if begun else REFUSED
    return "nothing new"


def ingest(environment: Mapping[str, str], until: str) -> list[str]:
    """`cxhouse ingest --to`; returns the sources with a failed load."""
    from cxhouse.commands.steps import ingest_sources  # it imports `cxhouse.screen`, which looks at the output of its own process

    return ingest_sources(open_workplace(read_settings(environment)), end=datetime.fromisoformat(until).date())


def check_copy(home: Path) -> str:
    """Read the published copy as a reader does: the link first, then every file that the manifest names. Returns its build id."""
    folder = (home / "serving" / "current").resolve()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["reports"]
    for name, report in manifest["reports"].items():
        assert hashlib.sha256((folder / f"{name}.parquet").read_bytes()).hexdigest() == report["sha256"], name
    return str(manifest["build_id"])


def describe_published(home: Path) -> dict[str, Any]:
    """Everything a publish leaves, without times: reports, rows about customers, the ledger. Checked: no temporary file is left there."""
    rooms = [home / name for name in ("serving", "ledger", "restricted")]
    left = [path.name for room in rooms for path in room.rglob("*") if path.suffix == ".tmp"]
    assert not left, left
    return describe_rooms(home)


def describe_rooms(home: Path) -> dict[str, Any]:
    """The same, also where a publish was killed."""
    ledger, current = home / "ledger", (home / "serving" / "current").resolve()
    found: dict[str, Any] = {"reports": json.loads((current / "manifest.json").read_text(encoding="utf-8"))["reports"]}
    assert sorted(path.stem for path in current.glob("*.parquet")) == sorted(found["reports"])
    for path in sorted([*ledger.rglob("*.parquet"), *(home / "restricted").glob("*.parquet")]):
        found[str(path.relative_to(home))] = pl.read_parquet(path).drop("published_at", strict=False).rows()
    for path in sorted(ledger.glob("*.jsonl")):
        found[path.name] = [{name: value for name, value in line.items() if name != "published_at"} for line in read_lines(path)]
    return found
