"""The KPI catalog: measures and KPIs as declared in dbt semantic-layer YAML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from declared.errors import DefinitionError, name_known, refuse
from declared.kpis import KpiMeta, KpisFile, MeasureMeta, Metric, TwinMeta
from declared.reading import parse
from declared.yaml_files import read_yaml
from semantic.contracts import Contract, load_contracts
from semantic.kpi_versions import KpiVersion, build_versions

JOURNEYS = "journeys"  # a need that no contract fulfils: a phase with a begin and an end has ended
FOLDER = Path(__file__).resolve().parent / "kpis"


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
    """Read every metric below the folders; raise DefinitionError on the first that cannot be computed or needs what no contract has."""
    metrics = [each for folder in folders for path in sorted(folder.glob("*.yml")) for each in read_metrics(path)]
    contracts = load_contracts()
    measures: dict[str, Measure] = {}
    kpis: dict[str, Kpi] = {}
    for path, metric, raw in metrics:
        meta = metric.config.meta
        if isinstance(meta, MeasureMeta):
            if metric.name in measures:
                raise DefinitionError(path, metric.name, "is defined twice; give one of them another name")
            refuse(DefinitionError(path, f"metric {metric.name}", problem) for problem in find_need_problems(meta.needs, contracts))
            meaning = {part: value for part, value in raw["config"]["meta"].items() if part != "kind"}
            measures[metric.name] = Measure(metric.name, meta.fact, meta.needs, {**meaning, "filter": raw.get("filter")})
    for path, metric, raw in metrics:
        if metric.name in kpis or (metric.name in measures and isinstance(metric.config.meta, KpiMeta)):
            raise DefinitionError(path, metric.name, "is defined twice; a change of meaning is a new version of the one definition")
        if isinstance(metric.config.meta, KpiMeta):
            kpis[metric.name] = build_kpi(path, metric, metric.config.meta, raw, measures)
    refuse(problem for path, metric, _ in metrics for problem in find_twin_problems(path, metric, kpis))
    return KpiCatalog(measures, kpis)


def find_need_problems(needs: Iterable[str], contracts: Mapping[str, Contract]) -> Iterator[str]:
    """What is wrong with the needs of a measure: `contract`, `contract.column`, `contract.column=value` or JOURNEYS, joined by ` or ` and
    ` if `."""
    for need in needs:
        for named in need.replace(" if ", " or ").split(" or "):
            name, _, column = named.partition("=")[0].partition(".")
            if name == JOURNEYS and not column:
                continue
            if name not in contracts:
                yield f"needs `{need}`: there is no contract `{name}`; {name_known(name, contracts)}"
            elif column and column not in contracts[name].columns:
                yield f"needs `{need}`: contract {name} has no column `{column}`; {name_known(column, contracts[name].columns)}"


def find_twin_problems(path: Path, metric: Metric, kpis: Mapping[str, Kpi]) -> Iterator[DefinitionError]:
    """What is wrong with a metric that gives a KPI by touchpoint: it divides the measures of that KPI."""
    if not isinstance(metric.config.meta, TwinMeta):
        return
    entry, kpi = f"metric {metric.name}", kpis.get(metric.config.meta.of)
    if kpi is None:
        yield DefinitionError(
            path, entry, f"`of` names the unknown KPI `{metric.config.meta.of}`; {name_known(metric.config.meta.of, kpis)}"
        )
    elif (metric.type_params.numerator, metric.type_params.denominator) != (kpi.numerator, kpi.denominator):
        yield DefinitionError(path, entry, f"divides other measures than {kpi.name}; write {kpi.numerator} over {kpi.denominator}")


def read_metrics(path: Path) -> Iterator[tuple[Path, Metric, Mapping[str, Any]]]:
    """The metrics of a file, each checked and as it is written. dbt reads the file too, so nothing is filled in."""
    file = read_yaml(path, {})
    metrics = parse(KpisFile, file).metrics
    return ((path, metric, raw) for metric, raw in zip(metrics, (file.content or {}).get("metrics") or [], strict=True))


def build_kpi(path: Path, metric: Metric, meta: KpiMeta, raw: Mapping[str, Any], measures: Mapping[str, Measure]) -> Kpi:
    """One KPI, whose measures must be known."""
    entry, params = f"metric {metric.name}", metric.type_params
    problems = [
        DefinitionError(path, entry, f"{role} names the unknown measure `{measure}`; {name_known(measure, sorted(measures))}")
        for role, measure in (("numerator", params.numerator), ("denominator", params.denominator))
        if measure not in measures
    ]
    refuse(problems)
    assert params.numerator is not None and params.denominator is not None
    return Kpi(
        path=path,
        name=metric.name,
        label=metric.label or metric.name,
        numerator=params.numerator,
        denominator=params.denominator,
        unit=meta.unit,
        direction=meta.direction,
        interval=meta.interval,
        owner=meta.owner,
        version=meta.version,
        versions=build_versions(path, entry, meta, raw, measures),
    )


def find_kpi_problems(
    path: Path, entry: str, catalog: KpiCatalog, name: str, target: float | None = None, lower_bound: float | None = None
) -> Iterator[DefinitionError]:
    """What is wrong with a KPI that an entry names, and with the target it gives it."""
    kpi = catalog.kpis.get(name)
    if kpi is None:
        yield DefinitionError(path, entry, f"names the unknown KPI `{name}`; {name_known(name, catalog.kpis)}")
        return
    if target is None:
        return
    if kpi.unit == "share" and not 0 <= target <= 1:
        problem = f"KPI {name}: target {target:g} is not a share; shares run from 0 to 1 (95 % is 0.95)"
        yield DefinitionError(path, entry, problem)
    if lower_bound is not None and lower_bound != target and (lower_bound > target) == (kpi.direction != "lower"):
        problem = f"KPI {name}: lower_bound {lower_bound:g} is better than target {target:g}; it is the value that is bad for sure"
        yield DefinitionError(path, entry, problem)
