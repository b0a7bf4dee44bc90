"""The company folder as values: read, checked, every error named by file, entry and field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from declared import calendars
from declared import touchpoints as declared
from declared.company import CompanyFile, Newcomers
from declared.components import Component
from declared.errors import DefinitionError, refuse
from declared.reading import read_declared
from semantic.components import read_components
from semantic.event_map import EventRule, build_event_rule, find_overlaps
from semantic.journeys import Journey, read_journeys
from semantic.kpi_catalog import FOLDER as KPI_FOLDER
from semantic.kpi_catalog import KpiCatalog, find_kpi_problems, load_kpi_catalog
from semantic.signals import Signals, load_signals

TOUCHPOINT_TEXTS = ("customer_does", "input", "output", "user_story", "requirement")


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
    kpis: tuple[declared.KpiTarget, ...]
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
    newcomers: Newcomers
    objectives: Mapping[str, str]
    topics: Mapping[str, str]
    touchpoints: tuple[Touchpoint, ...]
    relationship_surveys: tuple[str, ...]
    journeys: tuple[Journey, ...]
    components: tuple[Component, ...]
    holidays: tuple[calendars.Holiday, ...]
    peaks: tuple[calendars.Peak, ...]
    opening_hours: tuple[calendars.OpeningHours, ...]
    signals: Signals
    catalog: KpiCatalog = field(repr=False)


def load_company(folder: Path, environment: Mapping[str, str]) -> Company:
    """Read and check the whole folder; the first file that is wrong raises DefinitionError with all that is wrong in it."""
    if not folder.is_dir():
        raise DefinitionError(folder, "", "is no folder; set CXHOUSE_COMPANY to a company folder")
    catalog = load_kpi_catalog([KPI_FOLDER, folder / "kpis"])
    about = read_declared(folder / "company.yml", CompanyFile, environment)
    objectives = {objective.id: objective.text for objective in about.objectives}
    touchpoints, relationship_surveys = read_touchpoints(folder / "touchpoints.yml", environment, catalog)
    claims = {touchpoint.id: frozenset(rule.event for rule in touchpoint.events) for touchpoint in touchpoints}
    days = folder / "calendars"
    return Company(
        folder=folder,
        name=about.name,
        purpose=about.purpose,
        time_zone=ZoneInfo(about.time_zone),
        currency=about.currency,
        country=about.country,
        first_day=about.first_day,
        cut_off=about.cut_off,
        newcomers=about.newcomers,
        objectives=objectives,
        topics={topic.id: topic.name for topic in about.topics},
        touchpoints=touchpoints,
        relationship_surveys=relationship_surveys,
        components=read_components(folder / "components.yml", environment, frozenset(claims), catalog),
        journeys=read_journeys(folder / "journeys", environment, claims, objectives),
        holidays=read_declared(days / "holidays.yml", calendars.HolidaysFile, environment, required=False).holidays,
        peaks=read_declared(days / "peaks.yml", calendars.PeaksFile, environment, required=False).peaks,
        opening_hours=read_declared(days / "opening_hours.yml", calendars.OpeningHoursFile, environment, required=False).opening_hours,
        signals=load_signals(folder / "signals.yml", environment),
        catalog=catalog,
    )


def read_touchpoints(path: Path, environment: Mapping[str, str], catalog: KpiCatalog) -> tuple[tuple[Touchpoint, ...], tuple[str, ...]]:
    """Touchpoints, and the surveys that belong to none of them."""
    file = read_declared(path, declared.TouchpointsFile, environment)
    touchpoints = tuple(build_touchpoint(entry) for entry in file.touchpoints)
    problems = [problem for touchpoint in touchpoints for problem in find_target_problems(path, touchpoint, catalog)]
    problems += find_overlaps(path, [(touchpoint.id, rule) for touchpoint in touchpoints for rule in touchpoint.events])
    problems += find_shared_surveys(path, touchpoints, file.relationship_surveys)
    refuse(problems)
    return touchpoints, file.relationship_surveys


def build_touchpoint(entry: declared.Touchpoint) -> Touchpoint:
    """One entry of touchpoints.yml."""
    return Touchpoint(
        id=entry.id,
        name=entry.name,
        owner=entry.owner,
        channels=entry.channels,
        is_visible=entry.is_visible,
        events=tuple(build_event_rule(rule) for rule in entry.events),
        surveys=entry.surveys,
        kpis=entry.kpis,
        texts={name: getattr(entry, name) for name in TOUCHPOINT_TEXTS},
        promise_text=entry.promise.text,
        promise_kpi=entry.promise.kpi,
        not_measured=entry.not_measured,
    )


def find_target_problems(path: Path, touchpoint: Touchpoint, catalog: KpiCatalog) -> Iterator[DefinitionError]:
    """KPIs that nobody knows, and targets that do not fit them."""
    entry = f"touchpoint {touchpoint.id}"
    for target in touchpoint.kpis:
        yield from find_kpi_problems(path, entry, catalog, target.kpi, target.target, target.lower_bound)
    if touchpoint.promise_kpi:
        yield from find_kpi_problems(path, f"{entry}, promise", catalog, touchpoint.promise_kpi)


def find_shared_surveys(path: Path, touchpoints: tuple[Touchpoint, ...], relationship: tuple[str, ...]) -> Iterator[DefinitionError]:
    """Surveys that are declared twice."""
    owners: dict[str, str] = dict.fromkeys(relationship, "relationship_surveys")
    for touchpoint in touchpoints:
        for survey in touchpoint.surveys:
            entry = f"touchpoint {touchpoint.id}"
            owner = owners.setdefault(survey, entry)
            if owner != entry:
                yield DefinitionError(path, entry, f"survey {survey} is already declared by {owner}; keep one")
