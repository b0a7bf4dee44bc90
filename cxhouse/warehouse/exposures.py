"""The pages of the dashboards as dbt exposures: which reports each page reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

QUERY = re.compile(r"```sql \w+\n(.*?)```", re.DOTALL)
REPORT = re.compile(r"\bcxhouse\.(rpt_\w+)")
PARTIAL = re.compile(r'\{@partial "([^"]+)"\}')
# a page whose filter bar offers any days also reads what the query of these days reads
RANGES = re.compile(r"<FilterBar [^>]*\{covered\}")
TITLE = re.compile(r"^title: (.+)$", re.MULTILINE)


def describe_exposures(dashboards: Path) -> dict[str, Any]:
    """An exposure per page below `dashboards`/pages, in the form of a dbt YAML file; none where there are no pages."""
    pages = dashboards / "pages"
    return {"exposures": [describe_page(path, dashboards) for path in sorted(pages.rglob("*.md"))]}


def describe_page(path: Path, dashboards: Path) -> dict[str, Any]:
    """One page: its question, its file, and the reports that it reads."""
    name = path.relative_to(dashboards / "pages").with_suffix("").as_posix()
    identity = "home" if name == "index" else re.sub(r"\W+", "_", name.removesuffix("/index")).strip("_")
    title = TITLE.search(path.read_text(encoding="utf-8"))
    return {
        "name": f"page_{identity}",
        "label": title[1] if title else name,
        "type": "dashboard",
        "description": f"dashboards/pages/{name}.md",
        "owner": {"name": "cxhouse"},
        "depends_on": [f"ref('{report}')" for report in list_read_reports(path, dashboards)],
    }


def list_read_reports(path: Path, dashboards: Path) -> list[str]:
    """Names of the reports that a page reads, in its own queries, its partials and for a free range of days, in alphabetical order."""
    text = path.read_text(encoding="utf-8")
    texts = [text, *((dashboards / "partials" / name).read_text(encoding="utf-8") for name in PARTIAL.findall(text))]
    queries = [query for one in texts for query in QUERY.findall(one)]
    if RANGES.search(text):
        queries.append((dashboards / "components" / "shared" / "range_query.js").read_text(encoding="utf-8"))
    return sorted({report for query in queries for report in REPORT.findall(query)})
