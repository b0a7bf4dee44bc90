"""Reading changes from the published copy: verdicts, overdue changes and automatic annotations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from cxhouse.build_state import BuildError

AUTOMATIC = "automatic"


def read_published(serving: Path, report: str) -> pl.DataFrame:
    """A published report. Raises BuildError when there is none."""
    path = serving / "current" / f"{report}.parquet"
    if not path.is_file():
        raise BuildError(f"{report} is not published yet: run cxhouse build, then cxhouse publish")
    return pl.read_parquet(path)


def describe_newcomer(serving: Path, change_id: str, components: frozenset[str]) -> dict[str, Any]:
    """An automatic annotation as a change to record. It has the annotation's id, so that it replaces the annotation.

    Raises BuildError when there is no such annotation.
    """
    found = read_published(serving, "rpt_changes").filter(recorded_in=AUTOMATIC)
    rows = found.filter(change_id=change_id).to_dicts()
    if not rows:
        known = ", ".join(sorted(found["change_id"])) or "none"
        raise BuildError(f"{change_id} is no automatic annotation of the published copy; there are: {known}")
    names = ("change_id", "title", "description", "started_at", "kind", "touchpoints", "suppliers", "channels")
    declared = [item for item in (rows[0]["components"] or "").split(",") if item in components]
    return {**{name: rows[0][name] for name in names}, "components": declared}


def list_published(serving: Path) -> dict[str, dict[str, Any]]:
    """The changes of the published copy by id; empty before the first publish."""
    if not (serving / "current" / "rpt_changes.parquet").is_file():
        return {}
    changes = read_published(serving, "rpt_changes")
    return {row["change_id"]: row for row in changes.to_dicts()} if "status_text" in changes.columns else {}


def list_edits(serving: Path, change_id: str) -> list[str]:
    """The edits of a change in the published copy, one text each."""
    edits = read_published(serving, "rpt_change_edits").filter(change_id=change_id)
    return edits.sort("edited_at", "field_position")["text"].to_list()
