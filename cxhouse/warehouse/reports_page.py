"""docs/published-reports.md: every published report with its columns, from the YAML beside the report models.

`python -m cxhouse.warehouse.reports_page` writes the page again; the text above its marker is written by hand and stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cxhouse.files import write_atomically
from cxhouse.settings import PROJECT

MODELS = PROJECT / "dbt" / "models" / "reports"
PAGE = PROJECT / "docs" / "published-reports.md"
MARKER = "<!-- written by python -m cxhouse.warehouse.reports_page from dbt/models/reports: edit the YAML files there -->\n"


@dataclass(frozen=True)
class Column:
    """A declared column: its name, its DuckDB type in lower case, what it means."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class Report:
    """A published report: its grain in words, and its columns in the order in which they are published."""

    name: str
    description: str
    columns: tuple[Column, ...]


def read_reports(folder: Path = MODELS) -> list[Report]:
    """The reports declared in the YAML files below `folder`, by name; what publishing adds comes last among the columns of a report.

    Raises KeyError when a report or a column lacks its description or type.
    """
    models = [model for path in sorted(folder.rglob("_*.yml")) for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]]
    return sorted((read_report(model) for model in models), key=lambda report: report.name)


def read_report(model: Mapping[str, Any]) -> Report:
    """A report from its entry in the YAML."""
    added = model.get("config", {}).get("meta", {}).get("added_at_publish", [])
    columns = tuple(Column(column["name"], column["data_type"], column["description"]) for column in [*model["columns"], *added])
    return Report(model["name"], model["description"], columns)


def render_page(introduction: str, reports: list[Report]) -> str:
    """The page: what is written by hand, the marker, and a section with a table of columns per report."""
    return "\n".join([introduction.rstrip("\n"), "", MARKER, *map(render_report, reports)])


def render_report(report: Report) -> str:
    """A section of the page; paths of pages in docs/ become links."""
    rows = [f"| {column.name} | {column.data_type} | {column.description} |" for column in report.columns]
    lines = [f"## {report.name}", report.description, "", "| column | type | meaning |", "|---|---|---|", *rows, ""]
    return re.sub(r"\bdocs/([\w/-]+\.md)", r"[docs/\1](\1)", "\n".join(lines))


def write_page() -> None:
    """Write the page again; raises ValueError when its marker is gone."""
    introduction, marker, _ = PAGE.read_text(encoding="utf-8").partition(MARKER)
    if not marker:
        raise ValueError(f"{PAGE} has lost its marker line; put it back below the introduction: {MARKER}")
    text = render_page(introduction, read_reports())
    write_atomically(PAGE, lambda path: path.write_text(text, encoding="utf-8"), only_if_changed=True)


if __name__ == "__main__":
    write_page()
