"""One run of news: see what is new, record it, and send to each subscription what is pending for it.

A message is recorded before it is tried, and its outcome after. A run that is killed in between leaves a message of unknown outcome. It is
not sent again, except to a webhook, which recognises it by its key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from cxhouse.ledger.news import (
    Delivery,
    Event,
    Member,
    Records,
    add_line,
    describe_seen,
    hold_news,
    keep_intent,
    keep_outcome,
    keep_seen,
    read_news,
)
from cxhouse.news.channels import WEBHOOK, Post, hide_address
from cxhouse.news.digests import Due, find_last_month, list_due, name_report
from cxhouse.news.events import Seen, Situation, list_new_events
from cxhouse.news.messages import Message, compose
from cxhouse.news.outcomes import Result, doubt
from cxhouse.settings import Settings
from declared.subscriptions import Subscription, SubscriptionsFile


@dataclass(frozen=True)
class Pending:
    """What waits for one subscription. `is_quiet`: its quiet hours hold it back."""

    subscription: Subscription
    events: tuple[Event, ...]
    dues: tuple[Due, ...]
    is_new: bool
    is_quiet: bool

    @property
    def items(self) -> tuple[str, ...]:
        """Ids for the ledger."""
        return (*(event.event_id for event in self.events), *(due.item for due in self.dues))


@dataclass(frozen=True)
class Sent:
    """One message that was tried."""

    subscription: str
    to: str
    subject: str
    result: Result


def send_news(
    settings: Settings,
    file: SubscriptionsFile,
    situation: Situation,
    *,
    zone: ZoneInfo,
    channels: dict[str, str],
    post: Post,
    clock: Callable[[], datetime],
) -> tuple[list[Pending], list[Sent]]:
    """Record what is new and send what is pending. The failure of one recipient does not hold up the others."""
    with hold_news(settings):
        now = clock()
        records = read_news(settings.ledger)
        lines = observe(file, situation, records, now)
        keep_seen(settings.ledger, lines)
        waiting = list_pending(file, situation, records, now.astimezone(zone), new=lines)
        sent: list[Sent] = []
        for pending in waiting:
            for message, delivery in list_messages(pending, situation, records, channels, settings.site_url, now):
                sent.append(send_one(settings, post, pending.subscription, message, delivery, clock))
                if not sent[-1].result.is_delivered:
                    break
        return waiting, sent


def preview_news(
    settings: Settings, file: SubscriptionsFile, situation: Situation, *, zone: ZoneInfo, now: datetime
) -> list[tuple[Pending, Message | None]]:
    """What a run would send now, quiet hours or not. Nothing is recorded."""
    records = read_news(settings.ledger)
    lines = observe(file, situation, records, now)
    waiting = list_pending(file, situation, records, now.astimezone(zone), new=lines)
    site = settings.site_url or "CXHOUSE_SITE_URL"
    return [(each, compose(each.subscription, each.events, each.dues, situation, site=site) if each.items else None) for each in waiting]


def observe(file: SubscriptionsFile, situation: Situation, records: Records, now: datetime) -> list[dict[str, object]]:
    """The lines of what is new, added to `records`. A subscription gets what is seen from the run after its first one on."""
    month = find_last_month(situation.published)
    events = [(seen.event, choose_addressees(seen, file, records)) for seen in list_new_events(situation, records)]
    members = [Member(entry.id, now, month) for entry in file.subscriptions if entry.id not in records.members]
    lines = describe_seen(events, members, now=now)
    for line in lines:
        add_line(records, line)
    return lines


def choose_addressees(seen: Seen, file: SubscriptionsFile, records: Records) -> list[str]:
    """The subscriptions that an event is for. One of departments gets what is theirs, and nothing that is of the whole company."""
    return [
        entry.id
        for entry in file.subscriptions
        if seen.is_announced
        and entry.id in records.members
        and "alerts" in entry.news
        and seen.event.alert in entry.alerts
        and (not entry.departments or set(entry.departments) & set(seen.event.departments))
    ]


def list_pending(
    file: SubscriptionsFile, situation: Situation, records: Records, now: datetime, *, new: Sequence[dict[str, object]]
) -> list[Pending]:
    """What waits for each subscription. `now` is in the company's time zone; `new` are the lines of this run."""
    joined = {str(line["subscription"]) for line in new if line["kind"] == "joined"}
    found = []
    for entry in file.subscriptions:
        quiet = entry.quiet_hours or file.quiet_hours
        dues = list_due(entry, records.members[entry.id], records.list_settled(entry.id), situation, now)
        is_quiet = quiet is not None and quiet.holds(f"{now:%H:%M}")
        found.append(Pending(entry, tuple(records.list_pending(entry.id)), tuple(dues), entry.id in joined, is_quiet))
    return found


def list_messages(
    pending: Pending, situation: Situation, records: Records, channels: dict[str, str], site: str, now: datetime
) -> Iterator[tuple[Message, Delivery]]:
    """The messages of one subscription: those to repeat, then one of everything that is pending."""
    entry = pending.subscription
    if pending.is_quiet:
        return
    channel = channels[entry.id]
    for delivery in records.list_repeats(entry.id) if channel == WEBHOOK else ():
        yield repeat_message(entry, delivery, situation, records, site), replace(delivery, begun_at=now)
    if pending.items:
        message = compose(entry, pending.events, pending.dues, situation, site=site)
        yield message, Delivery(uuid4().hex, entry.id, channel, pending.items, now, is_repeatable=channel == WEBHOOK)


def repeat_message(entry: Subscription, delivery: Delivery, situation: Situation, records: Records, site: str) -> Message:
    """A message with the items of one whose outcome is not known. Digests and reports are written anew, as far as they are published."""
    events = [records.events[item] for item in delivery.items if item in records.events]
    known = [name_report(row) for row in situation.published.reports["rpt_department_months"].to_dicts()]
    dues = [Due(item) for item in delivery.items if item.startswith("digest:")] + [due for due in known if due.item in delivery.items]
    return compose(entry, events, dues, situation, site=site)


def send_one(
    settings: Settings, post: Post, entry: Subscription, message: Message, delivery: Delivery, clock: Callable[[], datetime]
) -> Sent:
    """Record that a message is about to be sent, send it, and record what became of it."""
    attempt = post.prepare(message, entry.to, delivery)
    keep_intent(settings.ledger, delivery)
    try:
        result = attempt()
    except Exception as error:  # of a library that nobody foresaw: the others still get theirs, and the status names this one
        result = doubt(f"an unexpected {type(error).__name__}")
    keep_outcome(settings.ledger, delivery.delivery_id, result.outcome, result.reason, now=clock())
    return Sent(entry.id, hide_address(entry.to), message.subject, result)
