"""Journeys as values: phases with the events that begin and end them, and whether a phase can be followed from events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from declared import journeys as declared
from declared.errors import DefinitionError, name_known, refuse
from declared.reading import read_declared
from declared.touchpoints import EVENT_TYPES

# what happens on one and the same second is taken in this order
EVENT_ORDER = {name: place for place, name in enumerate(EVENT_TYPES, 1)}
PHASE_TEXTS = ("desired_feeling", "objective", "need")


@dataclass(frozen=True)
class PhaseEvent:
    """An event that begins or ends a phase, at one touchpoint."""

    role: str
    event: str
    touchpoint: str


@dataclass(frozen=True)
class Phase:
    """A journey's step and its touchpoints, in order. `not_followed` says why events cannot tell who is in it."""

    id: str
    name: str
    touchpoints: tuple[str, ...]
    start_events: tuple[str, ...]
    end_events: tuple[str, ...]
    texts: Mapping[str, str | None]
    events: tuple[PhaseEvent, ...] = ()
    not_followed: str | None = None

    @property
    def is_order_bound(self) -> bool:
        """Whether both ends are events of an order, so that they are paired order by order."""
        return not any(event.startswith("contact_") for event in (*self.start_events, *self.end_events))

    @property
    def is_moment(self) -> bool:
        """Whether one event both begins and ends it."""
        return bool(self.start_events) and set(self.start_events) == set(self.end_events)


@dataclass(frozen=True)
class Journey:
    """What a persona goes through for one need. `follows` is whose events make one instance: an order's or a customer's."""

    id: str
    name: str
    persona: str | None
    wish: str | None
    follows: str
    gap_days: int
    categories: tuple[str, ...]
    phases: tuple[Phase, ...]


def read_journeys(
    folder: Path, environment: Mapping[str, str], claims: Mapping[str, frozenset[str]], objectives: Mapping[str, str]
) -> tuple[Journey, ...]:
    """Read every journey file of the folder. `claims` are the events each touchpoint claims."""
    journeys: dict[str, Journey] = {}
    for path in sorted(folder.glob("*.yml")):
        journey = build_journey(read_declared(path, declared.JourneyFile, environment), claims, path, objectives)
        if journey.id in journeys:
            raise DefinitionError(path, "", f"journey id {journey.id} is used by another file; ids are unique")
        journeys[journey.id] = journey
    return tuple(journeys.values())


def build_journey(file: declared.JourneyFile, claims: Mapping[str, frozenset[str]], path: Path, objectives: Mapping[str, str]) -> Journey:
    """One journey file."""
    refuse(problem for entry in file.phases for problem in find_unknown_names(path, entry, claims, objectives))
    listed = [
        Phase(
            id=entry.id,
            name=entry.name,
            touchpoints=entry.touchpoints,
            start_events=entry.start_event,
            end_events=entry.end_event,
            texts={name: getattr(entry, name) for name in PHASE_TEXTS},
        )
        for entry in file.phases
    ]
    phases = tuple(follow_phase(listed, place, claims) for place in range(len(listed)))
    refuse(find_shared_beginnings(path, phases))
    return Journey(file.id, file.name, file.persona, file.wish, file.follows, file.gap_days, file.categories, phases)


def find_unknown_names(
    path: Path, phase: declared.Phase, claims: Mapping[str, frozenset[str]], objectives: Mapping[str, str]
) -> Iterator[DefinitionError]:
    """Touchpoints and objectives that nobody knows."""
    for name in phase.touchpoints:
        if name not in claims:
            known = name_known(name, sorted(claims), "touchpoints.yml has")
            yield DefinitionError(path, f"phase {phase.id}", f"names the unknown touchpoint `{name}`; {known}")
    if phase.objective and phase.objective not in objectives:
        known = name_known(phase.objective, objectives, "company.yml has")
        yield DefinitionError(path, f"phase {phase.id}", f"names the unknown objective `{phase.objective}`; {known}")


def find_shared_beginnings(path: Path, phases: Sequence[Phase]) -> Iterator[DefinitionError]:
    """Events at a touchpoint that begin two phases."""
    beginnings: dict[tuple[str, str], str] = {}
    for phase in phases:
        for found in phase.events:
            other = beginnings.setdefault((found.event, found.touchpoint), phase.id) if found.role == "start" else phase.id
            if other != phase.id:
                yield DefinitionError(
                    path,
                    f"phase {phase.id}",
                    f"`{found.event}` at touchpoint {found.touchpoint} begins phase {other} too; "
                    "let it begin one of them, so that the event has one meaning",
                )


def follow_phase(phases: Sequence[Phase], place: int, claims: Mapping[str, frozenset[str]]) -> Phase:
    """The phase with the touchpoints at which its events happen, or with the reason why it cannot be followed."""
    phase = phases[place]
    sides = (
        ("start", "start_event", phase.start_events, phases[place - 1] if place else None),
        ("end", "end_event", phase.end_events, phases[place + 1] if place + 1 < len(phases) else None),
    )
    found: list[PhaseEvent] = []
    for role, field, events, neighbour in sides:
        reason = explain_missing(field, events)
        if reason is None:
            fitting = list(find_events(role, events, phase, neighbour, claims))
            found += fitting
            reason = None if fitting else f"no touchpoint of it claims {' or '.join(events)}; look at its events in touchpoints.yml"
        if reason is not None:
            return replace(phase, not_followed=reason)
    return replace(phase, events=tuple(found))


def explain_missing(field: str, events: tuple[str, ...]) -> str | None:
    """Why events of this side cannot be followed, whatever the touchpoints."""
    if not events:
        return f"the journey file names no {field}"
    return "visits carry no customer" if "visit" in events else None


def find_events(
    role: str, events: tuple[str, ...], phase: Phase, neighbour: Phase | None, claims: Mapping[str, frozenset[str]]
) -> Iterator[PhaseEvent]:
    """Each event at the phase's own touchpoints; where none of them claims it, at the neighbour's it is handed over to or from."""
    for event in events:
        own = [touchpoint for touchpoint in phase.touchpoints if event in claims[touchpoint]]
        handed = [touchpoint for touchpoint in (neighbour.touchpoints if neighbour else ()) if event in claims[touchpoint]]
        for touchpoint in dict.fromkeys(own or handed):
            yield PhaseEvent(role, event, touchpoint)
