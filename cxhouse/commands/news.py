"""`cxhouse news`: send what happened to those who asked for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cxhouse.commands.failures import report_failures
from cxhouse.screen import complain, tell
from cxhouse.settings import Settings, read_settings

if TYPE_CHECKING:
    from cxhouse.news.events import Situation
    from cxhouse.news.rounds import Pending, Sent
    from cxhouse.warehouse.preparation import Workplace
    from declared.subscriptions import SubscriptionsFile


def news(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be sent; send and record nothing.")] = False,
) -> None:
    """Send alerts, weekly digests and monthly reports to those whom subscriptions.yml names."""
    with report_failures():
        settings = read_settings()
        workplace, file = open_subscriptions(settings)
        if not file.subscriptions:
            tell(f"nobody gets news: {settings.company} has no subscriptions.yml, or it names nobody (docs/company-folder.md)")
            return
        from cxhouse.news.channels import check_channels

        # nothing is looked at before it is known that everybody can be reached
        channels = {} if dry_run else check_channels(settings, file.subscriptions)
        situation = look_around(workplace)
        is_well = show_preview(workplace, file, situation) if dry_run else send(workplace, file, situation, channels)
    if not is_well:
        raise typer.Exit(1)


def open_subscriptions(settings: Settings) -> tuple[Workplace, SubscriptionsFile]:
    """The company folder, and who gets news of it."""
    from cxhouse.warehouse.preparation import open_workplace
    from semantic.subscriptions import read_subscriptions

    workplace = open_workplace(settings)
    company = workplace.company
    owners = {touchpoint.owner for touchpoint in company.touchpoints} | {component.owner for component in company.components}
    owners |= {source.owner for source in workplace.sources.values()}
    return workplace, read_subscriptions(settings.company, settings.environment, owners)


def look_around(workplace: Workplace) -> Situation:
    """What is published, how fresh the sources are now, and how the loads went."""
    from cxhouse.news.events import NEWS_REPORTS, Situation
    from cxhouse.reports import read_published
    from cxhouse.warehouse.freshness import judge_tables
    from ingestion.load import read_landing_log

    lake = workplace.settings.lake
    tables = judge_tables(workplace.sources, lake, workplace.company.time_zone, datetime.now(UTC))
    return Situation(read_published(workplace.settings.serving, NEWS_REPORTS), tables, read_landing_log(lake))


def send(workplace: Workplace, file: SubscriptionsFile, situation: Situation, channels: dict[str, str]) -> bool:
    """Send, and say what became of each message; returns whether all arrived."""
    from cxhouse.news.channels import Post
    from cxhouse.news.rounds import send_news

    settings = workplace.settings
    waiting, sent = send_news(
        settings,
        file,
        situation,
        zone=workplace.company.time_zone,
        channels=channels,
        post=Post(settings),
        clock=lambda: datetime.now(UTC),
    )
    for pending in waiting:
        show_waiting(pending)
    for each in sent:
        show_sent(each)
    if not sent and not any(pending.is_new or pending.items for pending in waiting):
        tell("nothing is new")
    return all(each.result.is_delivered for each in sent)


def show_waiting(pending: Pending) -> None:
    """Say why a subscription gets nothing now."""
    if pending.is_new:
        tell(f"{pending.subscription.id}: begins today. What is known already is not sent; it gets what happens from now on")
    elif pending.is_quiet and pending.items:
        tell(f"{pending.subscription.id}: {count(len(pending.items))} held back until the quiet hours end")


def show_sent(sent: Sent) -> None:
    """Say what became of a message."""
    words = {
        "delivered": "sent",
        "refused": "error: not sent, and tried again at the next run",
        "unknown": "error: nobody knows whether it arrived",
    }
    show = tell if sent.result.is_delivered else complain
    show(f"{sent.subscription} ({sent.to}): {words[sent.result.outcome]}: {sent.subject} ({sent.result.reason})")


def show_preview(workplace: Workplace, file: SubscriptionsFile, situation: Situation) -> bool:
    """Print what a run would send now; returns True."""
    from cxhouse.news.channels import hide_address
    from cxhouse.news.rounds import preview_news

    now = datetime.now(UTC)
    for pending, message in preview_news(workplace.settings, file, situation, zone=workplace.company.time_zone, now=now):
        entry = pending.subscription
        tell(f"=== {entry.id}, {hide_address(entry.to)}")
        show_waiting(pending)
        if message is None:
            tell("" if pending.is_new else "nothing is pending\n")
            continue
        tell(f"Subject: {message.subject}\n\n{message.text}\n")
        for name, page in message.attachments:
            tell(f"attached: {name} ({len(page.encode()):,} bytes)\n")
    return True


def count(number: int) -> str:
    """1 item, 2 items."""
    return "1 item" if number == 1 else f"{number} items"
