"""Ecosystem components: the people, processes, systems, policies and suppliers behind touchpoints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path

from declared.components import Component, ComponentsFile
from declared.errors import DefinitionError, name_known, refuse
from declared.reading import read_declared
from semantic.kpi_catalog import KpiCatalog, find_kpi_problems


def read_components(path: Path, environment: Mapping[str, str], touchpoints: Set[str], catalog: KpiCatalog) -> tuple[Component, ...]:
    """Read components.yml, which may be missing; a target is checked as a touchpoint's is."""
    components = read_declared(path, ComponentsFile, environment, required=False).components
    problems = [problem for component in components for problem in find_unknown_names(path, component, touchpoints, catalog)]
    refuse([*problems, *find_shared_suppliers(path, components)])
    return components


def find_unknown_names(path: Path, component: Component, touchpoints: Set[str], catalog: KpiCatalog) -> Iterator[DefinitionError]:
    """Touchpoints and KPIs that nobody knows, and a target that does not fit its KPI."""
    entry = f"component {component.id}"
    for name in component.touchpoints:
        if name not in touchpoints:
            known = name_known(name, sorted(touchpoints), "touchpoints.yml has")
            yield DefinitionError(path, entry, f"names the unknown touchpoint `{name}`; {known}")
    if component.kpi:
        yield from find_kpi_problems(path, entry, catalog, component.kpi, component.target, component.lower_bound)


def find_shared_suppliers(path: Path, components: Iterable[Component]) -> Iterator[DefinitionError]:
    """Suppliers of the data that are more than one component."""
    owners: dict[str, str] = {}
    for component in components:
        owner = owners.setdefault(component.supplier_id, component.id) if component.supplier_id else component.id
        if owner != component.id:
            yield DefinitionError(
                path, f"component {component.id}", f"supplier {component.supplier_id} is already component {owner}; keep one"
            )
