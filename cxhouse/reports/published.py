"""The published copy for period reports and news. All reads use the same copy, also when another one is published meanwhile."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

READ_REPORTS = (
    "rpt_builds",
    "rpt_change_touchpoints",
    "rpt_department_actions",
    "rpt_department_months",
    "rpt_department_moves",
    "rpt_department_notes",
    "rpt_month_kpis",
    "rpt_reported_figures",
)

Row = dict[str, Any]


class ReportError(Exception):
    """A period report, or news, cannot be made. The message says what is missing and what to do."""


@dataclass(frozen=True)
class PublishedCopy:
    """The manifest and the reports of one published copy."""

    manifest: Mapping[str, Any]
    reports: Mapping[str, pl.DataFrame]

    def select(self, report: str, condition: pl.Expr, *order: str) -> list[Row]:
        """Rows of a report that meet a condition, in the given order."""
        return self.reports[report].filter(condition).sort(*order, nulls_last=True).to_dicts()


def read_published(serving: Path, names: Sequence[str] = READ_REPORTS) -> PublishedCopy:
    """Read these reports of the copy that `serving`/current points to.

    Raises ReportError when there is none, or when another version wrote it.
    """
    current = (serving / "current").resolve()
    if not (current / "manifest.json").is_file():
        raise ReportError(
            f"{serving / 'current'} holds no manifest.json: nothing is published yet. Run cxhouse build, then cxhouse publish"
        )
    missing = [name for name in names if not (current / f"{name}.parquet").is_file()]
    if missing:
        raise ReportError(f"{current} misses {', '.join(missing)}: run cxhouse build and cxhouse publish with this version")
    manifest = json.loads((current / "manifest.json").read_text(encoding="utf-8"))
    return PublishedCopy(manifest, {name: pl.read_parquet(current / f"{name}.parquet") for name in names})
