"""The company folder as values: read, checked, every error named by file, entry and field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from semantic.calendars import read_calendar
from semantic.components import Component, check_claims, read_component
from semantic.entries import Entry
from semantic.event_map import EventRule, check_overlaps, read_event_rule
from semantic.holes import find_holes
from semantic.journeys import Journey, read_journeys
from semantic.kpi_catalog import FOLDER as KPI_FOLDER
from semantic.kpi_catalog import KpiCatalog, load_kpi_catalog
from semantic.signals import Signals, load_signals
from semantic.yaml_files import DefinitionError, read_mapping, unite_errors

TOUCHPOINT_TEXTS = ("customer_does", "input", "output", "user_story", "requirement")
TOUCHPOINT_FIELDS = ("id", "name", "owner", "channels", "is_visible", "events", "surveys", "kpis", "promise", "not_measured")


@dataclass(frozen=True)
class KpiTarget:
    """A KPI of a touchpoint with its target and, if set, the bound below which it is bad, or the reason why nothing measures it yet."""

    kpi: str
    target: float
    lower_bound: float | None
    not_measured: str | None = None


@dataclass(frozen=True)
class Touchpoint:
    """A moment of contact."""

    id: str
    name: str
    owner: str
    channels: tuple[str, ...]
    is_visible: bool
    events: tuple[EventRule, ...]
    surveys: tuple[str, ...]
    kpis: tuple[KpiTarget, ...]
    texts: Mapping[str, str | None]
    promise_text: str | None
    promise_kpi: str | None
    not_measured: str | None


@dataclass(frozen=True)
class Company:
    """A whole company folder."""

    folder: Path
    name: str
    purpose: str
    time_zone: ZoneInfo
    currency: str
    country: str | None
    first_day: date | None
    cut_off: str
    objectives: Mapping[str, str]
    touchpoints: tuple[Touchpoint, ...]
    relationship_surveys: tuple[str, ...]
    journeys: tuple[Journey, ...]
    components: tuple[Component, ...]
    holidays: tuple[Mapping[str, Any], ...]
    peaks: tuple[Mapping[str, Any], ...]
    opening_hours: tuple[Mapping[str, Any], ...]
    signals: Signals
    catalog: KpiCatalog = field(repr=False)


def load_company(folder: Path, environment: Mapping[str, str]) -> Company:
    """Read and check the whole folder; the first thing wrong raises DefinitionError."""
    if not folder.is_dir():
        raise DefinitionError(folder, "", "is no folder; set CXHOUSE_COMPANY to a company folder")
    catalog = load_kpi_catalog([KPI_FOLDER, folder / "kpis"])
    path = folder / "company.yml"
    entry = Entry(path, "", read_mapping(path, environment))
    entry.only("name", "purpose", "objectives", "time_zone", "currency", "locale", "country", "first_day", "cut_off")
    objectives = {str(item.get("id")): str(item.get("text")) for item in entry.content.get("objectives", [])}
    touchpoint_path = folder / "touchpoints.yml"
    listed = read_mapping(touchpoint_path, environment)
    check_holes(touchpoint_path, listed.get("touchpoints"))
    touchpoints = read_entries(touchpoint_path, "touchpoint", listed.get("touchpoints"), lambda item: read_touchpoint(item, catalog))
    check_overlaps(touchpoint_path, [(touchpoint.id, rule) for touchpoint in touchpoints for rule in touchpoint.events])
    check_surveys(touchpoint_path, touchpoints, tuple(listed.get("relationship_surveys") or ()))
    names = {touchpoint.id for touchpoint in touchpoints}
    claims = {touchpoint.id: frozenset(rule.event for rule in touchpoint.events) for touchpoint in touchpoints}
    components_path = folder / "components.yml"
    listed_components = read_mapping(components_path, environment, required=False).get("components") or []
    components = read_entries(
        components_path, "component", listed_components, lambda item: read_component(item, names, catalog, read_target), empty=True
    )
    check_claims(components_path, components)
    calendars = folder / "calendars"
    return Company(
        folder=folder,
        name=entry.text("name"),
        purpose=entry.text("purpose"),
        time_zone=read_time_zone(entry),
        currency=entry.matching("currency", "EUR", r"[A-Z]{3}"),
        country=entry.maybe("country"),
        first_day=read_first_day(entry),
        cut_off=entry.matching("cut_off", "06:30", r"([01]\d|2[0-3]):[0-5]\d", default="06:30"),
        objectives=objectives,
        touchpoints=touchpoints,
        relationship_surveys=tuple(listed.get("relationship_surveys") or ()),
        journeys=read_journeys(folder / "journeys", environment, claims, objectives),
        components=components,
        holidays=read_calendar(calendars / "holidays.yml", environment),
        peaks=read_calendar(calendars / "peaks.yml", environment),
        opening_hours=read_calendar(calendars / "opening_hours.yml", environment),
        signals=load_signals(folder / "signals.yml", environment),
        catalog=catalog,
    )


def read_entries(path: Path, kind: str, items: Any, read: Callable[[Entry], Any], *, empty: bool = False) -> tuple[Any, ...]:
    """Read a list of entries with unique ids."""
    if not items and not empty:
        raise DefinitionError(path, "", f"lists no {kind}; CONTRIBUTING.md shows how to write one")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise DefinitionError(path, "", f"`{kind}s` must be a list of entries (- id: ...)")
    entries = [read(Entry(path, f"{kind} {item.get('id', '?')}", item)) for item in items]
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise DefinitionError(path, f"{kind} {entry.id}", "stands twice; ids are unique")
        seen.add(entry.id)
    return tuple(entries)


def read_time_zone(entry: Entry) -> ZoneInfo:
    """The company's time zone."""
    name = entry.text("time_zone")
    if name not in available_timezones():
        raise entry.fail(f"time_zone `{name}` is not in the tz database; write for example Europe/Amsterdam")
    return ZoneInfo(name)


def read_first_day(entry: Entry) -> date | None:
    """The first day of data; None for `earliest`."""
    value = entry.text("first_day", "earliest")
    if value == "earliest":
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise entry.fail(f"first_day `{value}` is neither a date (2023-01-31) nor `earliest`") from error


def read_touchpoint(entry: Entry, catalog: KpiCatalog) -> Touchpoint:
    """Read one touchpoint."""
    entry.only(*TOUCHPOINT_FIELDS, *TOUCHPOINT_TEXTS)
    promise = entry.content.get("promise") or {}
    touchpoint = Touchpoint(
        id=entry.id(),
        name=entry.text("name"),
        owner=entry.text("owner"),
        channels=entry.many("channels"),
        is_visible=bool(entry.content.get("is_visible", True)),
        events=tuple(read_event_rule(entry.path, entry.label, item) for item in entry.content.get("events") or []),
        surveys=entry.many("surveys"),
        kpis=tuple(read_target(entry, item, catalog) for item in entry.content.get("kpis") or []),
        texts={name: entry.maybe(name) for name in TOUCHPOINT_TEXTS},
        promise_text=promise.get("text"),
        promise_kpi=promise.get("kpi"),
        not_measured=entry.maybe("not_measured"),
    )
    if touchpoint.promise_kpi and touchpoint.promise_kpi not in catalog.kpis:
        raise entry.fail(f"promise names the unknown KPI `{touchpoint.promise_kpi}`; known are {', '.join(catalog.kpis)}")
    return touchpoint


def check_holes(path: Path, items: Any) -> None:
    """Raise one error that lists every hole, a line each. An entry with a misspelled field is refused for that when it is read."""
    known = {*TOUCHPOINT_FIELDS, *TOUCHPOINT_TEXTS}
    holes = find_holes(path, [item for item in items if isinstance(item, dict) and known >= set(item)] if isinstance(items, list) else [])
    if holes:
        raise unite_errors(holes)


def read_target(entry: Entry, item: Any, catalog: KpiCatalog) -> KpiTarget:
    """Read one KPI of a touchpoint."""
    content = item if isinstance(item, dict) else {"kpi": item}
    kpi = str(content.get("kpi"))
    if kpi not in catalog.kpis:
        raise entry.fail(f"names the unknown KPI `{kpi}`; known are {', '.join(catalog.kpis)}")
    unknown = [name for name in content if name not in ("kpi", "target", "lower_bound", "not_measured")]
    if unknown:
        raise entry.fail(f"KPI {kpi}: unknown field {', '.join(map(str, unknown))}; known are kpi, target, lower_bound, not_measured")
    try:
        target = float(content["target"])
        lower_bound = None if content.get("lower_bound") is None else float(content["lower_bound"])
    except (KeyError, TypeError, ValueError) as error:
        raise entry.fail(f"KPI {kpi}: `target` (and `lower_bound` where given) must be a number; shares run from 0 to 1") from error
    if catalog.kpis[kpi].unit == "share" and not 0 <= target <= 1:
        raise entry.fail(f"KPI {kpi}: target {target:g} is not a share; shares run from 0 to 1 (95 % is 0.95)")
    is_beyond = lower_bound is not None and (lower_bound > target) == (catalog.kpis[kpi].direction != "lower") and lower_bound != target
    if is_beyond:
        raise entry.fail(f"KPI {kpi}: lower_bound {lower_bound:g} is better than target {target:g}; it is the value that is bad for sure")
    return KpiTarget(kpi, target, lower_bound, Entry(entry.path, f"{entry.label}, KPI {kpi}", content).maybe("not_measured"))


def check_surveys(path: Path, touchpoints: tuple[Touchpoint, ...], relationship: tuple[str, ...]) -> None:
    """A survey is declared once."""
    owners: dict[str, str] = dict.fromkeys(relationship, "relationship_surveys")
    for touchpoint in touchpoints:
        for survey in touchpoint.surveys:
            if survey in owners:
                raise DefinitionError(
                    path, f"touchpoint {touchpoint.id}", f"survey {survey} is already declared by {owners[survey]}; keep one"
                )
            owners[survey] = f"touchpoint {touchpoint.id}"
