"""The report of a department in the mailbox: made from a real published copy, taken by a real mail server."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cxhouse.ledger.news import Member
from cxhouse.news.digests import find_last_month, list_due_reports
from cxhouse.news.events import NEWS_REPORTS, Situation
from cxhouse.news.mail import send_mail, write_mail
from cxhouse.news.messages import compose
from cxhouse.reports import read_published
from tests.conftest import DemoHome
from tests.news.copies import NOON, World, subscribe
from tests.news.desk import make_settings
from tests.news.servers import run_mailbox


@pytest.mark.home
def test_a_department_finds_its_month_in_its_mailbox(demo_home: DemoHome, tmp_path: Path) -> None:
    published = read_published(demo_home.serving.parent, NEWS_REPORTS)
    empty = World().look()
    situation = Situation(published, empty.tables, empty.loads)
    subscription = subscribe({"news": ["monthly_report"], "departments": ["Logistics"]}).subscriptions[0]
    due = [each for each in list_due_reports(subscription, Member(subscription.id, NOON, ""), published) if each.department == "Logistics"]
    assert [each.month for each in due] == [find_last_month(published)]
    message = compose(subscription, [], due, situation, site="https://cx.retailer.example")
    with run_mailbox() as mailbox:
        settings = make_settings(tmp_path, mailbox.port)
        content = write_mail(message, sender=settings.mail.sender, to="a@retailer.example", delivery_id="d1", now=datetime.now(UTC))
        assert send_mail(content, to="a@retailer.example", server=settings.mail).outcome == "delivered"
    assert len(content) < 500_000
    mail = mailbox.mails[0]
    page = mail.get_body(preferencelist=("html",))
    assert page is not None
    html = page.get_content()
    shown = set(re.findall(r'src="cid:([^"]+)"', html))
    sent = {part["Content-ID"].strip("<>") for part in mail.walk() if part.get_content_type() == "image/png"}
    assert shown == sent and len(sent) >= 3
    assert "https://cx.retailer.example/reports/" in html and "<script" not in html and "data:" not in html
    assert [part.get_filename() for part in mail.iter_attachments()] == [f"{due[0].month}-logistics.html"]
