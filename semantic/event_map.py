"""Which touchpoint an event belongs to: rules, and the check that no event has two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path

from declared import touchpoints as declared
from declared.errors import DefinitionError


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
            common = (mine & theirs) if mine is not None and theirs is not None else (mine if mine is not None else theirs)
            assert common is not None  # one of the two has the name
            if not common - self.excluded.get(name, frozenset()) - other.excluded.get(name, frozenset()):
                return False
        return True


def build_event_rule(entry: declared.EventRule) -> EventRule:
    """One rule of a touchpoint."""
    return EventRule(entry.event, entry.allowed, entry.except_.list_values(), entry.valid_from, entry.valid_to)


def find_overlaps(path: Path, rules: Sequence[tuple[str, EventRule]]) -> Iterator[DefinitionError]:
    """Events that two rules could claim."""
    for (first, mine), (second, theirs) in combinations(rules, 2):
        if mine.overlaps(theirs):
            yield DefinitionError(
                path,
                f"touchpoint {second}",
                f"claims `{theirs.event}` events that touchpoint {first} claims too; "
                "narrow one of them with source, channel, where, except, valid_from or valid_to",
            )
