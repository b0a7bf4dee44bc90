"""The definition of each KPI when its figures were published. The ledger keeps it, so that a changed definition needs a new version."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from cxhouse.files import write_atomically
from cxhouse.ledger.lines import append_line, read_lines
from declared.errors import DefinitionError, unite_errors
from semantic.kpi_catalog import KpiCatalog
from semantic.kpi_versions import compare_meanings, describe_meaning

DEFINITIONS = "kpi_definitions.jsonl"  # in the ledger
NOTED = "kpi_definitions.json"  # in the state folder


def list_definitions(catalog: KpiCatalog) -> list[dict[str, Any]]:
    """Every version of every KPI with its definition as named texts."""
    return [
        {"kpi_id": kpi.name, "version": version.version, "meaning": describe_meaning(version, catalog.measures)}
        for kpi in catalog.kpis.values()
        for version in kpi.versions
    ]


def check_definitions(catalog: KpiCatalog, ledger: Path) -> None:
    """Raise DefinitionError, a line per KPI, when a published version has another definition now or is no longer listed."""
    now = {(item["kpi_id"], item["version"]): item["meaning"] for item in list_definitions(catalog)}
    errors = []
    for line in read_lines(ledger / DEFINITIONS):
        name, version = line["kpi_id"], line["version"]
        if name not in catalog.kpis:
            continue  # a KPI that the company has removed
        kpi, day = catalog.kpis[name], f"{datetime.fromisoformat(line['published_at']):%-d %B %Y}"
        if (name, version) not in now:
            problem = f"version {version} was published on {day} and is not listed any more; list every version, the newest on top"
            errors.append(DefinitionError(kpi.path, f"metric {name}", problem))
        elif differences := compare_meanings(line["meaning"], now[name, version]):
            problem = (
                f"version {version} was published on {day} with another meaning: {'; '.join(differences)}. Raise `version` to "
                f"{kpi.version + 1} with its own `valid_from` and `change`, and list the published definition under config.meta.earlier; "
                "or put it back as it was"
            )
            errors.append(DefinitionError(kpi.path, f"metric {name}", problem))
    if errors:
        raise unite_errors(errors)


def note_definitions(catalog: KpiCatalog, state: Path) -> None:
    """Write the KPI definitions of this build to the state folder; publishing keeps them in the ledger."""
    text = json.dumps(list_definitions(catalog), indent=1)
    write_atomically(state / NOTED, lambda path: path.write_text(text, encoding="utf-8"), alone=True)


def keep_definitions(state: Path, ledger: Path, *, build_id: str, published_at: datetime) -> None:
    """Append the definitions of the published build that the ledger does not hold yet."""
    path = ledger / DEFINITIONS
    kept = {(line["kpi_id"], line["version"]) for line in read_lines(path)}
    for item in json.loads((state / NOTED).read_text(encoding="utf-8")):
        if (item["kpi_id"], item["version"]) not in kept:
            append_line(path, {"published_at": published_at.isoformat(), "build_id": build_id, **item})
