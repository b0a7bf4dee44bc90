"""Weekly digests and monthly reports: when they are due, and what a digest says."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import polars as pl

from cxhouse.ledger.news import Member
from cxhouse.news.events import (
    DATA_HEALTH,
    ECOSYSTEM,
    Situation,
    address_change,
    address_touchpoint,
    find_sources,
    title_waiting,
    write_day,
)
from cxhouse.reports import PublishedCopy, Row
from declared.subscriptions import Subscription

MOST_FIGURES = 5
ALL = "all"


@dataclass(frozen=True)
class Due:
    """A digest or a report that is due. `item` names it in the ledger; a report has a department and a month."""

    item: str
    department: str = ""
    month: str = ""
    month_label: str = ""


@dataclass(frozen=True)
class Entry:
    """One thing in a message: what, in words, and the page about it."""

    title: str
    text: str
    page: str


def list_due(subscription: Subscription, member: Member, settled: Collection[str], situation: Situation, now: datetime) -> list[Due]:
    """What is due now, which has the company's time zone. What was due before the subscription began is not."""
    found: list[Due] = []
    if "weekly_digest" in subscription.news:
        found += list_due_digests(subscription, member, now)
    if "monthly_report" in subscription.news and now.time() >= time.fromisoformat(subscription.at):
        found += list_due_reports(subscription, member, situation.published)
    return [due for due in found if due.item not in settled]


def list_due_digests(subscription: Subscription, member: Member, now: datetime) -> Iterator[Due]:
    """The digest of this week, from its weekday and time on."""
    year, week, weekday = now.isocalendar()
    day = now.date() + timedelta(days=subscription.weekday - weekday)
    due_at = datetime.combine(day, time.fromisoformat(subscription.at), now.tzinfo)
    if member.joined_at < due_at <= now:
        yield Due(f"digest:{year}-W{week:02d}")


def list_due_reports(subscription: Subscription, member: Member, published: PublishedCopy) -> Iterator[Due]:
    """The report of the last whole month, one for each department of the subscription; without any, for each one with a figure."""
    departments = subscription.departments
    is_wanted = pl.col("owner_department").is_in(departments) if departments else pl.col("figures_count") > 0
    for row in published.select("rpt_department_months", pl.col("is_latest") & is_wanted, "owner_department"):
        if row["month"] > member.month:
            yield name_report(row)


def name_report(row: Row) -> Due:
    """The report of a department and month."""
    return Due(f"report:{row['month']}:{row['owner_department']}", row["owner_department"], row["month"], row["month_label"])


def find_last_month(published: PublishedCopy) -> str:
    """The last whole month; empty before the first."""
    months = published.reports["rpt_department_months"].filter(pl.col("is_latest"))["month"]
    return str(months[0]) if len(months) else ""


def summarise_week(subscription: Subscription, situation: Situation) -> list[tuple[str, list[Entry]]]:
    """The sections of a weekly digest: how it stands, what is off target, what waits, which signals fire, which sources are not fresh."""
    published, departments = situation.published, subscription.departments
    mine = pl.col("owner_department").is_in(departments) if departments else pl.lit(True)
    audience = pl.col("owner_department").is_in(departments or (ALL,))
    week = (pl.col("window_id") == "last_7_days") & (pl.col("journey_id") == ALL) & audience
    headlines = [
        Entry(
            row["owner_department"] if departments else situation.company,
            " ".join(text for text in (row["headline"], row["known_text"]) if text),
            "/",
        )
        for row in published.select("rpt_headlines", week, "owner_department")
    ]
    red = published.select("rpt_kpi_alerts", mine & (pl.col("alert_status") == "red"), "touchpoint_id")
    red.sort(key=lambda row: -(row["pain"] or 0.0))
    waiting = published.select("rpt_changes", mine & ~pl.col("is_withdrawn") & (pl.col("status") == "check"), "due_date")
    firing = [] if departments else published.select("rpt_signals", pl.col("status") == "fires", "position")
    tables = [table for table in situation.tables if not departments or table.owner_department in departments]
    return [
        (f"How did the week to {write_day(situation.data_until)} go?", headlines),
        ("Clearly off target in the last 28 days", [Entry(row["title"], row["text"], address_touchpoint(row["touchpoint_id"]))
                                                    for row in red[:MOST_FIGURES]]),
        ("Changes that wait for their judgement", [Entry(title_waiting(row), row["status_text"], address_change(row["change_id"]))
                                                    for row in waiting]),
        ("Signals that fire", [Entry(row["signal_name"], row["sentence"], ECOSYSTEM) for row in firing]),
        ("Sources that are late or down", [Entry(seen.event.title, seen.event.text, DATA_HEALTH) for seen in find_sources(tables, {})]),
    ]  # fmt: skip
