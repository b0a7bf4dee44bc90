"""A message: its subject, its text and HTML, and the reports attached to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cxhouse.ledger.news import Event
from cxhouse.news.digests import Due, Entry, summarise_week
from cxhouse.news.events import Situation, write_day
from cxhouse.reports import mail_report
from declared.subscriptions import ALERT_KINDS, Subscription

# kind of alert and state -> title of its section
SECTIONS = {
    ("kpi", "red"): "Off target",
    ("kpi", "green"): "On target again",
    ("signal", "fires"): "Signals that began to fire",
    ("verdict", ""): "Verdicts on changes",
    ("overdue", ""): "Plans that are overdue for judging",
    ("source", ""): "Sources that are late or down",
    ("load", ""): "Loads that rejected too much",
    ("break", ""): "Did something change that nobody recorded?",
}
REPORTS_PAGE = "/reports/"
Section = tuple[str, Sequence[Entry]]


@dataclass(frozen=True)
class Message:
    """What is sent. `attachments` are names and HTML pages, `images` the pictures of the HTML by content id."""

    subject: str
    text: str
    html: str
    sections: tuple[Section, ...]
    site: str
    attachments: tuple[tuple[str, str], ...] = ()
    images: Mapping[str, bytes] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        """The message for a program; `text` is what chats show of a webhook."""
        items = [
            {"section": title, "title": entry.title, "text": entry.text, "link": self.site + entry.page}
            for title, entries in self.sections
            for entry in entries
        ]
        return {"subject": self.subject, "text": self.text, "items": items}


def compose(subscription: Subscription, events: Sequence[Event], dues: Sequence[Due], situation: Situation, *, site: str) -> Message:
    """One message of everything that is pending for a subscription."""
    reports = [due for due in dues if due.department]
    has_digest = len(reports) < len(dues)
    sections = [*group_events(events), *(summarise_week(subscription, situation) if has_digest else ())]
    if reports:
        sections.append(("Monthly report", [describe_report(due) for due in reports]))
    sections = leave_out_repeated(sections)
    pages = [mail_report(situation.published, due.department, due.month, link=f"{site}{REPORTS_PAGE}") for due in reports]
    # a report alone is read in the mail itself; in every case the whole file is attached
    alone = pages[0] if len(pages) == len(dues) == 1 and not events else None
    headline = alone.subject if alone else name_subject(events, reports, has_digest, situation)
    subject = " ".join(f"[{situation.company}] {headline}".split())
    about = {
        "subject": subject,
        "headline": headline[:1].upper() + headline[1:],
        "company": situation.company,
        "sections": sections,
        "site": site,
        "data_until": write_day(situation.data_until),
        "departments": ", ".join(subscription.departments),
    }
    text, html = (load_template(name).render(about) for name in ("news.txt.j2", "news.html.j2"))
    attachments = tuple((name_file(due), page.file) for due, page in zip(reports, pages, strict=True))
    return Message(subject, text, alone.html if alone else html, tuple(sections), site, attachments, alone.images if alone else {})


def group_events(events: Iterable[Event]) -> list[Section]:
    """Events in the order of their kinds; the time of recording orders those of one kind."""
    grouped: dict[str, list[Entry]] = {title: [] for title in SECTIONS.values()}
    for event in sorted(events, key=lambda event: ALERT_KINDS.index(event.alert)):
        title = SECTIONS.get((event.alert, event.state)) or SECTIONS[event.alert, ""]
        grouped[title].append(Entry(event.title, event.text, event.page))
    return list(grouped.items())


def leave_out_repeated(sections: Iterable[Section]) -> list[Section]:
    """Sections that hold something, without what an earlier one has: a digest names what an alert above it says already."""
    seen: set[str] = set()
    kept: list[Section] = []
    for title, entries in sections:
        new = [entry for entry in entries if entry.title not in seen]
        seen |= {entry.title for entry in new}
        if new:
            kept.append((title, new))
    return kept


def name_subject(events: Sequence[Event], reports: Sequence[Due], has_digest: bool, situation: Situation) -> str:
    """The subject: the first alert, else the digest, else the report."""
    if events:
        first = min(events, key=lambda event: ALERT_KINDS.index(event.alert)).title
        others = len(events) - 1 + len(reports) + has_digest
        return f"{first}, and {others} more" if others else first
    if has_digest:
        return f"the week to {write_day(situation.data_until)}"
    departments = reports[0].department if len(reports) == 1 else "all departments"
    return f"report of {departments}, {reports[0].month_label}"


def describe_report(due: Due) -> Entry:
    """A report in the list of what is in the message."""
    text = "The month is whole. A mail has the report attached; the page shows it too."
    return Entry(f"{due.department}, {due.month_label}", text, REPORTS_PAGE)


def name_file(due: Due) -> str:
    """The name of an attached report."""
    return f"{due.month}-{re.sub(r'[^a-z0-9]+', '-', due.department.lower()).strip('-') or 'department'}.html"


@cache
def load_template(name: str) -> Any:
    """A template of this folder. HTML is escaped."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(name)
