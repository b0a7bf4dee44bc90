"""Holes of touchpoints.yml: no owner, no KPI, no target. What only data can tell is in fct_holes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from semantic.yaml_files import DefinitionError


def find_holes(path: Path, touchpoints: Sequence[Mapping[str, Any]]) -> list[DefinitionError]:
    """One error per hole, each with what is missing and what to do."""
    return [
        DefinitionError(path, f"touchpoint {touchpoint.get('id', '?')}", problem)
        for touchpoint in touchpoints
        for problem in list_problems(touchpoint)
    ]


def list_problems(touchpoint: Mapping[str, Any]) -> list[str]:
    """What one touchpoint lacks."""
    problems = []
    if is_blank(touchpoint.get("owner")):
        problems.append("has no owner: `owner` is missing; name the department that answers for it")
    kpis = touchpoint.get("kpis") or []
    if not kpis and is_blank(touchpoint.get("not_measured")):
        problems.append("has no KPI; give it at least one under `kpis`, or say why not under `not_measured`")
    for item in kpis:
        content = item if isinstance(item, Mapping) else {"kpi": item}
        if is_blank(content.get("target")):
            problems.append(f"KPI {content.get('kpi')} has no target; give it `target`, a number (shares run from 0 to 1)")
    return problems


def is_blank(value: Any) -> bool:
    """Nothing, or spaces only."""
    return value is None or str(value).strip() == ""
