"""Journeys as values: phases with the events that begin and end them, and whether a phase can be followed from events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from semantic.entries import Entry
from semantic.event_map import EVENT_TYPES
from semantic.yaml_files import DefinitionError, read_mapping

FOLLOWS = ("order", "customer")
GAP_DAYS = 30
LONGEST_GAP = 365
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
        journey = read_journey(Entry(path, "", read_mapping(path, environment)), claims, objectives)
        if journey.id in journeys:
            raise DefinitionError(path, "", f"journey id {journey.id} is used by another file; ids are unique")
        journeys[journey.id] = journey
    return tuple(journeys.values())


def read_journey(entry: Entry, claims: Mapping[str, frozenset[str]], objectives: Mapping[str, str]) -> Journey:
    """Read one journey file."""
    entry.only("id", "name", "persona", "wish", "follows", "gap_days", "categories", "phases")
    follows = entry.text("follows", FOLLOWS[0])
    if follows not in FOLLOWS:
        raise entry.fail(f"`follows` is {follows}; known are {', '.join(FOLLOWS)}")
    categories = entry.many("categories")
    if categories and follows != "order":
        raise entry.fail("`categories` needs `follows: order`; only an order says what was bought")
    phases = read_phases(entry, claims, objectives)
    return Journey(
        id=entry.id(),
        name=entry.text("name"),
        persona=entry.maybe("persona"),
        wish=entry.maybe("wish"),
        follows=follows,
        gap_days=read_gap(entry),
        categories=categories,
        phases=tuple(follow_phase(phases, place, claims) for place in range(len(phases))),
    )


def read_gap(entry: Entry) -> int:
    """Days without an event after which an instance has ended."""
    value = entry.content.get("gap_days", GAP_DAYS)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_GAP:
        raise entry.fail(f"`gap_days` is {value}; write a whole number of days from 1 to {LONGEST_GAP}")
    return value


def read_phases(entry: Entry, claims: Mapping[str, frozenset[str]], objectives: Mapping[str, str]) -> list[Phase]:
    """Read the phases of a journey; no event at a touchpoint may begin two of them."""
    items = entry.content.get("phases")
    if not items or not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise entry.fail("`phases` must be a list of entries (- id: ...)")
    phases = [read_phase(Entry(entry.path, f"phase {item.get('id', '?')}", item), claims, objectives) for item in items]
    beginnings: dict[tuple[str, str], str] = {}
    seen: set[str] = set()
    for place, phase in enumerate(phases):
        if phase.id in seen:
            raise DefinitionError(entry.path, f"phase {phase.id}", "stands twice; ids are unique")
        seen.add(phase.id)
        for found in follow_phase(phases, place, claims).events:
            other = beginnings.setdefault((found.event, found.touchpoint), phase.id) if found.role == "start" else phase.id
            if other != phase.id:
                raise DefinitionError(
                    entry.path,
                    f"phase {phase.id}",
                    f"`{found.event}` at touchpoint {found.touchpoint} begins phase {other} too; "
                    "let it begin one of them, so that the event has one meaning",
                )
    return phases


def read_phase(entry: Entry, claims: Mapping[str, frozenset[str]], objectives: Mapping[str, str]) -> Phase:
    """Read one phase, not knowing its neighbours yet."""
    entry.only("id", "name", "touchpoints", "start_event", "end_event", *PHASE_TEXTS)
    for name in entry.many("touchpoints"):
        if name not in claims:
            raise entry.fail(f"names the unknown touchpoint `{name}`; touchpoints.yml has {', '.join(sorted(claims))}")
    objective = entry.maybe("objective")
    if objective and objective not in objectives:
        raise entry.fail(f"names the unknown objective `{objective}`; company.yml has {', '.join(objectives) or 'none'}")
    starts, ends = entry.many("start_event"), entry.many("end_event")
    for field, events in (("start_event", starts), ("end_event", ends)):
        for event in events:
            if event not in EVENT_TYPES:
                raise entry.fail(f"`{field}` names the unknown event `{event}`; known are {', '.join(EVENT_TYPES)}")
    shared = set(starts) & set(ends)
    if shared and set(starts) != set(ends):
        raise entry.fail(
            f"`{', '.join(sorted(shared))}` both begins and ends the phase; let start_event and end_event be the same (a moment) or differ"
        )
    texts = {name: entry.maybe(name) for name in PHASE_TEXTS}
    return Phase(entry.id(), entry.text("name"), entry.many("touchpoints"), starts, ends, texts)


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
