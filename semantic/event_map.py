"""Which touchpoint an event belongs to: rules, and the check that no event has two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from semantic.yaml_files import DefinitionError

EVENT_TYPES = (
    "order_placed",
    "order_cancelled",
    "shipment_sent",
    "delivery_attempted",
    "delivered",
    "returned",
    "visit",
    *(f"contact_{channel}" for channel in ("phone", "mail", "chat", "whatsapp", "social", "shop")),
)
ATTRIBUTES = ("payment_method", "queue", "topic", "carrier", "supplier_id")
# what an event can be told apart by; a rule that names something else would never match
CARRIED = {
    "order_placed": ("source", "channel", "payment_method"),
    "order_cancelled": ("source", "channel", "payment_method"),
    "shipment_sent": ("source", "carrier", "supplier_id"),
    "delivery_attempted": ("source", "carrier", "supplier_id"),
    "delivered": ("source", "carrier", "supplier_id"),
    "returned": ("source",),
    "visit": ("source", "channel"),
}
CARRIED_BY_CONTACTS = ("source", "channel", "queue", "topic")
FIELDS = ("event", "source", "channel", "where", "except", "valid_from", "valid_to")


@dataclass(frozen=True)
class EventRule:
    """Events that count for a touchpoint: a type, allowed and excluded values per field, and half-open validity days."""

    event: str
    allowed: Mapping[str, frozenset[str]]
    excluded: Mapping[str, frozenset[str]]
    valid_from: date | None
    valid_to: date | None

    def overlaps(self, other: EventRule) -> bool:
        """Whether some event could satisfy both rules."""
        if self.event != other.event:
            return False
        starts = [rule.valid_from for rule in (self, other) if rule.valid_from]
        ends = [rule.valid_to for rule in (self, other) if rule.valid_to]
        if starts and ends and max(starts) >= min(ends):
            return False
        for name in {*self.allowed, *other.allowed}:
            mine, theirs = self.allowed.get(name), other.allowed.get(name)
            common = (mine & theirs) if mine is not None and theirs is not None else (mine or theirs or frozenset())
            if not common - self.excluded.get(name, frozenset()) - other.excluded.get(name, frozenset()):
                return False
        return True


def read_event_rule(path: Path, entry: str, item: Any) -> EventRule:
    """Read one rule of a touchpoint."""
    content = item if isinstance(item, dict) else {"event": item}
    unknown = [name for name in content if name not in FIELDS]
    if unknown:
        raise DefinitionError(path, entry, f"event rule has the unknown field {', '.join(unknown)}; known are {', '.join(FIELDS)}")
    event = str(content.get("event"))
    if event not in EVENT_TYPES:
        raise DefinitionError(path, entry, f"unknown event `{event}`; known are {', '.join(EVENT_TYPES)}")
    allowed = {name: read_values(content[name]) for name in ("source", "channel") if content.get(name) is not None}
    allowed |= read_conditions(path, entry, content.get("where"))
    excluded = read_conditions(path, entry, content.get("except"))
    carried = CARRIED.get(event, CARRIED_BY_CONTACTS)
    for name in (*allowed, *excluded):
        if name not in carried:
            raise DefinitionError(path, entry, f"`{event}` events carry no {name}; tell them apart by {', '.join(carried)}")
    return EventRule(
        event=event,
        allowed=allowed,
        excluded=excluded,
        valid_from=read_day(path, entry, content.get("valid_from")),
        valid_to=read_day(path, entry, content.get("valid_to")),
    )


def read_values(value: Any) -> frozenset[str]:
    """One value or a list of values."""
    return frozenset(str(item) for item in (value if isinstance(value, list) else [value]))


def read_conditions(path: Path, entry: str, conditions: Any) -> dict[str, frozenset[str]]:
    """The attribute conditions of `where` or `except`."""
    content = conditions or {}
    for name in content:
        if name not in (*ATTRIBUTES, "channel", "source"):
            raise DefinitionError(path, entry, f"unknown attribute `{name}` in an event rule; known are {', '.join(ATTRIBUTES)}")
    return {name: read_values(value) for name, value in content.items()}


def read_day(path: Path, entry: str, value: Any) -> date | None:
    """A day or nothing."""
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise DefinitionError(path, entry, f"`{value}` is not a date; write 2024-01-31") from error


def check_overlaps(path: Path, rules: Sequence[tuple[str, EventRule]]) -> None:
    """Raise when two touchpoints could claim the same event."""
    for (first, mine), (second, theirs) in combinations(rules, 2):
        if mine.overlaps(theirs):
            raise DefinitionError(
                path,
                f"touchpoint {second}",
                f"claims `{theirs.event}` events that touchpoint {first} claims too; "
                "narrow one of them with source, channel, where, except, valid_from or valid_to",
            )
