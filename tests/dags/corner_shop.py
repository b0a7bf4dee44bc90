"""A company of two sources: only what DAGs read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
COMPANY_YML = {"name": "Corner shop", "time_zone": "Europe/Amsterdam", "cut_off": "06:45"}
SOURCES = {
    "shop": {"owner": "E-commerce", "description": "The till.", "schedule": "15 3 * * *", "tables": {"orders": {}}},
    "calls": {"owner": "Customer service", "description": "The telephone.", "schedule": "${CALLS_AT:-30 4 * * *}", "tables": {"calls": {}}},
}


def write_company(folder: Path, sources: dict[str, Any], cut_off: str = COMPANY_YML["cut_off"]) -> Path:
    """Write what DAGs read of a company; JSON is YAML too."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "company.yml").write_text(json.dumps({**COMPANY_YML, "cut_off": cut_off}))
    (folder / "sources.yml").write_text(json.dumps({"sources": sources}))
    (folder / "touchpoints.yml").write_text(json.dumps({"touchpoints": [{"id": "till"}, {"id": "telephone"}]}))
    (folder / "components.yml").write_text(json.dumps({"components": [{"id": "payments"}]}))
    (folder / "kpis").mkdir(exist_ok=True)
    own_kpi = {"name": "smiles", "config": {"meta": {"kind": "kpi"}}}
    (folder / "kpis" / "own.yml").write_text(json.dumps({"metrics": [own_kpi, {"name": "smiles_count"}]}))
    return folder
