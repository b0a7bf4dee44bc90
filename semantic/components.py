"""Ecosystem components: the people, processes, systems, policies and suppliers behind touchpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from semantic.entries import Entry
from semantic.kpi_catalog import KpiCatalog
from semantic.yaml_files import DefinitionError

COMPONENT_KINDS = ("person", "process", "system", "policy", "supplier")
# what the data may bring by itself; until a component names it, it stands as a component of that kind
AUTOMATIC_KINDS = ("supplier", "channel", "survey")


class Target(Protocol):
    """A checked target of a KPI."""

    @property
    def target(self) -> float: ...

    @property
    def lower_bound(self) -> float | None: ...


@dataclass(frozen=True)
class Component:
    """What stands behind touchpoints. `channels` and `surveys` are those it brought with it."""

    id: str
    name: str
    kind: str
    owner: str
    is_visible: bool
    touchpoints: tuple[str, ...]
    supplier_id: str | None
    kpi: str | None
    target: float | None
    lower_bound: float | None
    channels: tuple[str, ...]
    surveys: tuple[str, ...]


def read_component(
    entry: Entry, touchpoints: Set[str], catalog: KpiCatalog, read_target: Callable[[Entry, Any, KpiCatalog], Target]
) -> Component:
    """Read one component; its target is checked as a touchpoint's is."""
    fields = ("supplier_id", "kpi", "target", "lower_bound", "channels", "surveys")
    entry.only("id", "name", "kind", "owner", "is_visible", "touchpoints", *fields)
    kind = entry.text("kind")
    if kind not in COMPONENT_KINDS:
        raise entry.fail(f"unknown kind `{kind}`; known are {', '.join(COMPONENT_KINDS)}")
    for name in entry.many("touchpoints"):
        if name not in touchpoints:
            raise entry.fail(f"names the unknown touchpoint `{name}`; touchpoints.yml has {', '.join(sorted(touchpoints))}")
    kpi, target = entry.maybe("kpi"), None
    if kpi and kpi not in catalog.kpis:
        raise entry.fail(f"names the unknown KPI `{kpi}`; known are {', '.join(catalog.kpis)}")
    if entry.content.get("target") is not None:
        if kpi is None:
            raise entry.fail("has a `target` and no `kpi`; say which KPI the target is of")
        target = read_target(entry, {name: entry.content.get(name) for name in ("kpi", "target", "lower_bound")}, catalog)
    elif entry.content.get("lower_bound") is not None:
        raise entry.fail("has a `lower_bound` and no `target`; give both, or none to take those of its touchpoints")
    if entry.maybe("supplier_id") and kind != "supplier":
        raise entry.fail(f"has a `supplier_id` and kind {kind}; only kind supplier has one")
    return Component(
        id=entry.id(),
        name=entry.text("name"),
        kind=kind,
        owner=entry.text("owner"),
        is_visible=bool(entry.content.get("is_visible", False)),
        touchpoints=entry.many("touchpoints"),
        supplier_id=entry.maybe("supplier_id"),
        kpi=kpi,
        target=target.target if target else None,
        lower_bound=target.lower_bound if target else None,
        channels=entry.many("channels"),
        surveys=entry.many("surveys"),
    )


def check_claims(path: Path, components: Iterable[Component]) -> None:
    """A supplier of the data is one component."""
    owners: dict[str, str] = {}
    for component in components:
        if component.supplier_id is None:
            continue
        if component.supplier_id in owners:
            raise DefinitionError(
                path,
                f"component {component.id}",
                f"supplier {component.supplier_id} is already component {owners[component.supplier_id]}; keep one",
            )
        owners[component.supplier_id] = component.id
