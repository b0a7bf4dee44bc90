"""The KPI catalog: measures and KPIs as declared in dbt semantic-layer YAML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from semantic.entries import find_id_problem
from semantic.kpi_versions import KpiVersion, read_versions
from semantic.yaml_files import DefinitionError, read_mapping

FOLDER = Path(__file__).resolve().parent / "kpis"
UNITS = ("share", "ratio", "points", "score", "seconds", "currency")
DIRECTIONS = ("higher", "lower", "neutral")
INTERVALS = ("wilson", "nps_adjusted", "student_t", "poisson", "none")
REQUIRED_META = ("unit", "direction", "interval", "minimum_n", "owner", "version", "valid_from", "date_basis")


@dataclass(frozen=True)
class Measure:
    """An additive daily quantity. `needs` lists what a company must deliver for it, `meaning` what decides what is counted."""

    name: str
    fact: str
    needs: tuple[str, ...]
    meaning: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Kpi:
    """A measure over a measure. `versions` holds every meaning it ever had, oldest first; the last one is `version`."""

    path: Path
    name: str
    label: str
    numerator: str
    denominator: str
    unit: str
    direction: str
    interval: str
    owner: str
    version: int
    versions: tuple[KpiVersion, ...] = field(repr=False)


@dataclass(frozen=True)
class KpiCatalog:
    """All measures and KPIs by name."""

    measures: Mapping[str, Measure]
    kpis: Mapping[str, Kpi]


def load_kpi_catalog(folders: Iterable[Path]) -> KpiCatalog:
    """Read every metric below the folders; raise DefinitionError on the first that cannot be computed."""
    metrics = [
        (path, metric)
        for folder in folders
        for path in sorted(folder.glob("*.yml"))
        for metric in read_mapping(path, {}).get("metrics", [])
    ]
    measures: dict[str, Measure] = {}
    kpis: dict[str, Kpi] = {}
    for path, metric in metrics:
        name, meta = metric.get("name", "?"), metric.get("config", {}).get("meta", {})
        if name in measures:
            raise DefinitionError(path, name, "is defined twice; give one of them another name")
        if meta.get("kind") == "measure":
            meaning = {part: value for part, value in meta.items() if part != "kind"}
            measures[name] = Measure(name, meta["fact"], tuple(meta["needs"]), {**meaning, "filter": metric.get("filter")})
    for path, metric in metrics:
        name, meta = metric.get("name", "?"), metric.get("config", {}).get("meta", {})
        if meta.get("kind") == "measure":
            continue
        if name in kpis:
            raise DefinitionError(path, name, "is defined twice; a change of meaning is a new version of the one definition")
        kpis[name] = read_kpi(path, metric, measures)
    return KpiCatalog(measures, kpis)


def read_kpi(path: Path, metric: Mapping, measures: Mapping[str, Measure]) -> Kpi:
    """Check one KPI and return it."""
    name, meta = metric.get("name", "?"), metric.get("config", {}).get("meta", {})
    entry = f"metric {name}"
    if meta.get("kind") != "kpi" or metric.get("type") != "ratio":
        raise DefinitionError(
            path, entry, "a KPI is `type: ratio` with `config: {meta: {kind: kpi, ...}}`; semantic/kpis/kpis.yml has examples"
        )
    if problem := find_id_problem(str(name)):
        raise DefinitionError(path, entry, problem)
    missing = [aspect for aspect in REQUIRED_META if aspect not in meta]
    if missing:
        raise DefinitionError(path, entry, f"config.meta lacks {', '.join(missing)}")
    for aspect, known in (("unit", UNITS), ("direction", DIRECTIONS), ("interval", INTERVALS)):
        if meta[aspect] not in known:
            raise DefinitionError(path, entry, f"unknown {aspect} `{meta[aspect]}`; known are {', '.join(known)}")
    params = metric.get("type_params", {})
    for role in ("numerator", "denominator"):
        named = params.get(role)
        measure = named.get("name") if isinstance(named, dict) else named
        if measure not in measures:
            raise DefinitionError(path, entry, f"{role} names the unknown measure `{measure}`; known are {', '.join(sorted(measures))}")
    return Kpi(
        path=path,
        name=name,
        label=metric.get("label", name),
        numerator=params["numerator"],
        denominator=params["denominator"],
        unit=meta["unit"],
        direction=meta["direction"],
        interval=meta["interval"],
        owner=meta["owner"],
        version=int(meta["version"]),
        versions=read_versions(path, entry, metric, measures),
    )
