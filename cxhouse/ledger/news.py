"""News in the ledger: who takes part since when, what happened, and what was sent. A delivery is written before it is tried.

One file of lines, in the order of recording. The lock is held while lines are read, messages sent and outcomes written, so that two runs
never send the same. Nothing in it is an address, which may hold a token: recipients are ids of subscriptions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cxhouse.files import wait_for_lock
from cxhouse.ledger.lines import append_lines, read_lines
from cxhouse.settings import Settings

NEWS = "news.jsonl"
LOCK = "news.lock"  # the lock file is in the state folder, because the ledger holds records only
DELIVERED, REFUSED, UNKNOWN = "delivered", "refused", "unknown"
NO_OUTCOME = "the run ended before its outcome was known"


@dataclass(frozen=True)
class Event:
    """Something that happened, with the words that announce it.

    `event_id` is the same whenever the same thing is looked at again. `key` names what has a state (a KPI at a touchpoint, a signal), and
    `state` the one it took on `happened_on`. `page` is the address on the site. No `departments`: the whole company.
    """

    event_id: str
    alert: str
    key: str
    state: str
    happened_on: date
    title: str
    text: str
    page: str
    departments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Member:
    """A subscription since its first run. Reports of months up to `month` are not sent to it."""

    subscription: str
    joined_at: datetime
    month: str


@dataclass(frozen=True)
class Delivery:
    """One message to one subscription.

    `items` are ids of events, digests and reports. `is_repeatable`: the receiver recognises a message by the id of its delivery.
    """

    delivery_id: str
    subscription: str
    channel: str
    items: tuple[str, ...]
    begun_at: datetime
    is_repeatable: bool
    outcome: str = UNKNOWN
    reason: str = NO_OUTCOME

    @property
    def is_settled(self) -> bool:
        """Whether its items must not be sent in another message: they arrived, or nobody knows whether they did."""
        return self.outcome != REFUSED

    @property
    def is_to_repeat(self) -> bool:
        """Whether the same message is sent again, which its receiver recognises."""
        return self.outcome == UNKNOWN and self.is_repeatable


@dataclass(frozen=True)
class Records:
    """Everything recorded so far. `addressees` are the subscriptions that an event is for, chosen when it was first seen."""

    members: dict[str, Member]
    events: dict[str, Event]
    addressees: dict[str, tuple[str, ...]]
    deliveries: dict[str, Delivery]

    def list_pending(self, subscription: str) -> list[Event]:
        """Events for a subscription that no message holds, in the order of recording."""
        settled = self.list_settled(subscription)
        return [event for name, event in self.events.items() if subscription in self.addressees[name] and name not in settled]

    def list_settled(self, subscription: str) -> set[str]:
        """Ids of everything that was sent to a subscription, or may have been."""
        mine = (delivery for delivery in self.deliveries.values() if delivery.subscription == subscription)
        return {item for delivery in mine if delivery.is_settled for item in delivery.items}

    def list_repeats(self, subscription: str) -> list[Delivery]:
        """Messages to send again as they were."""
        return [each for each in self.deliveries.values() if each.subscription == subscription and each.is_to_repeat]

    def list_states(self) -> dict[str, list[Event]]:
        """The states that each key took, the last one last."""
        states: dict[str, list[Event]] = {}
        for event in self.events.values():
            states.setdefault(event.key, []).append(event)
        return states


@contextmanager
def hold_news(settings: Settings) -> Iterator[None]:
    """Hold the lock of a run. The system frees it when the process ends, also when it is killed."""
    with wait_for_lock(settings.state / LOCK):
        yield


def read_news(ledger: Path) -> Records:
    """Read all records. A delivery without a line about its outcome has an unknown one."""
    records = Records({}, {}, {}, {})
    for line in read_lines(ledger / NEWS):
        add_line(records, line)
    return records


def add_line(records: Records, line: Mapping[str, Any]) -> None:
    """Add what one line says. The first line about a member or an event counts, the last one about an outcome."""
    kind, deliveries = line["kind"], records.deliveries
    if kind == "joined":
        joined_at = datetime.fromisoformat(line["at"])
        records.members.setdefault(line["subscription"], Member(line["subscription"], joined_at, line["month"]))
    elif kind == "event" and line["event"]["event_id"] not in records.events:
        content = line["event"]
        happened_on, departments = date.fromisoformat(content["happened_on"]), tuple(content["departments"])
        records.events[content["event_id"]] = Event(**{**content, "happened_on": happened_on, "departments": departments})
        records.addressees[content["event_id"]] = tuple(line["for"])
    elif kind == "intent":
        content = {**line["delivery"], "items": tuple(line["delivery"]["items"]), "begun_at": datetime.fromisoformat(line["at"])}
        deliveries[content["delivery_id"]] = Delivery(**content)
    elif kind == "outcome":
        known = deliveries[line["delivery_id"]]
        deliveries[line["delivery_id"]] = Delivery(**{**vars(known), "outcome": line["outcome"], "reason": line["reason"]})


def describe_seen(events: Iterable[tuple[Event, Collection[str]]], members: Iterable[Member], *, now: datetime) -> list[dict[str, Any]]:
    """The lines of new events, each with the subscriptions it is for, and of new members after them."""
    lines: list[dict[str, Any]] = [
        {
            "kind": "event",
            "at": now.isoformat(),
            "event": {**asdict(event), "happened_on": event.happened_on.isoformat()},
            "for": sorted(addressees),
        }
        for event, addressees in events
    ]
    return lines + [
        {"kind": "joined", "at": member.joined_at.isoformat(), "subscription": member.subscription, "month": member.month}
        for member in members
    ]


def keep_seen(ledger: Path, lines: Sequence[Mapping[str, Any]]) -> None:
    """Keep them in one write."""
    if lines:
        append_lines(ledger / NEWS, lines)


def keep_intent(ledger: Path, delivery: Delivery) -> None:
    """Keep that a message is about to be sent. From now on it counts as sent, until an outcome says that it was refused."""
    names = ("delivery_id", "subscription", "channel", "items", "is_repeatable")
    content = {name: getattr(delivery, name) for name in names}
    append_lines(ledger / NEWS, [{"kind": "intent", "at": delivery.begun_at.isoformat(), "delivery": content}])


def keep_outcome(ledger: Path, delivery_id: str, outcome: str, reason: str, *, now: datetime) -> None:
    """Keep what became of a message: delivered, refused (nothing arrived) or unknown, with the reason in words."""
    line = {"kind": "outcome", "at": now.isoformat(), "delivery_id": delivery_id, "outcome": outcome, "reason": reason}
    append_lines(ledger / NEWS, [line])


def list_unknown(ledger: Path, since: datetime) -> list[tuple[Delivery, list[str]]]:
    """Messages begun since a moment whose outcome is not known, with the titles of what they held."""
    records = read_news(ledger)
    unknown = [each for each in records.deliveries.values() if each.outcome == UNKNOWN and each.begun_at >= since]
    return [(each, [name_item(item, records) for item in each.items]) for each in unknown]


def name_item(item: str, records: Records) -> str:
    """An item of a message in words."""
    if item in records.events:
        return records.events[item].title
    kind, _, period = item.partition(":")
    return f"weekly digest of {period}" if kind == "digest" else f"monthly report of {period.replace(':', ', ')}"
