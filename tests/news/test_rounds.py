"""Runs of news: who gets what, bundled, not in quiet hours, nothing again, digests and reports when they are due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cxhouse.settings import SettingsError, read_settings
from declared.errors import DefinitionError
from tests.news.copies import DAY, NOON, make_everything, make_table, subscribe
from tests.news.desk import Desk, make_settings
from tests.news.servers import Mailbox, read_text, run_hook, run_mailbox

MONDAY = datetime(2026, 7, 6, 6, 0, tzinfo=UTC)  # 8 in the morning in Amsterdam


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with run_mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def desk(tmp_path: Path, mailbox: Mailbox) -> Desk:
    return Desk(make_settings(tmp_path, mailbox.port), subscribe({}))


def test_the_first_run_sends_nothing_and_the_next_ones_what_is_new(desk: Desk, mailbox: Mailbox) -> None:
    desk.world.set_kpi("red")
    desk.world.judge("CHG-1")
    waiting, sent = desk.run()
    assert [pending.is_new for pending in waiting] == [True] and sent == []
    desk.world.judge("CHG-2")
    assert [each.result.outcome for each in desk.send(hours=1)] == ["delivered"]
    assert mailbox.read_titles() == ["Change CHG-2: helped"]


def test_a_new_subscriber_gets_what_happens_after_its_first_run(desk: Desk, mailbox: Mailbox) -> None:
    desk.run()
    desk.world.judge("CHG-1")
    desk.file = subscribe({}, {})
    desk.run(hours=1)
    desk.world.judge("CHG-2")
    desk.run(hours=1)
    assert mailbox.read_titles("s0@retailer.example") == ["Change CHG-1: helped", "Change CHG-2: helped"]
    assert mailbox.read_titles("s1@retailer.example") == ["Change CHG-2: helped"]


def test_a_subscription_that_asks_for_more_gets_no_old_events(desk: Desk, mailbox: Mailbox) -> None:
    desk.file = subscribe({"alerts": ["kpi"]})
    desk.run()
    desk.world.judge("CHG-1")
    desk.run(hours=1)
    desk.file = subscribe({})
    desk.run(hours=1)
    assert mailbox.mails == []


def test_one_message_holds_everything_and_a_second_run_nothing(desk: Desk, mailbox: Mailbox) -> None:
    desk.run()
    titles = make_everything(desk.world, 51, desk.now)
    assert desk.world.rows["rpt_kpi_alerts"][0]["alert_status"] == "green"
    desk.world.set_kpi("red")
    [sent] = desk.send(hours=1)
    [mail] = mailbox.mails
    assert sorted(mailbox.read_titles()) == sorted(titles[:-1])
    assert mail["Subject"] == sent.subject == f"[Kadewind] {titles[0]}, and 7 more"
    assert desk.send(hours=1) == [] and len(mailbox.mails) == 1
    desk.world.day += timedelta(days=1)
    desk.world.set_kpi("red")
    assert desk.send(hours=20) == []


def test_a_mail_has_text_html_and_links(desk: Desk, mailbox: Mailbox) -> None:
    desk.run()
    desk.world.set_kpi("red")
    desk.world.add_change(
        'CHG <"1">', title='<b>"Tea" & cake</b>', status="act", overall_verdict="better", judged_on=DAY, answer="It <helped>."
    )
    desk.run(hours=1)
    [mail] = mailbox.mails
    html = mail.get_body(("html",))
    assert html is not None
    page = html.get_content()
    assert (
        "https://cx.retailer.example/touchpoints/parcel/" in read_text(mail)
        and 'href="https://cx.retailer.example/touchpoints/parcel/"' in page
    )
    assert "&lt;b&gt;" in page and "<b>&#34;" not in page and "It &lt;helped&gt;." in page
    assert "https://cx.retailer.example/changes/CHG%20%3C%221%22%3E/" in read_text(mail)
    assert (mail["From"], mail["To"]) == ("Kadewind CX <cx@retailer.example>", "s0@retailer.example")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == f"<{next(iter(desk.read().deliveries))}@retailer.example>"


def test_departments_get_what_is_theirs_and_kinds_what_they_ask_for(desk: Desk, mailbox: Mailbox) -> None:
    desk.file = subscribe(
        {"departments": ["Logistics"]}, {"departments": ["Customer Service", "E-commerce"]}, {"alerts": ["source", "load"]}, {}
    )
    desk.run()
    desk.world.set_kpi("red")
    desk.world.set_signal("fires")
    desk.world.judge("CHG-1")
    desk.world.tables.append(make_table("late"))
    desk.run(hours=1)
    kpi, signal, verdict, source = (
        "Parcel: on-time delivery is off target",
        "Long or rising waits",
        "Change CHG-1: helped",
        "Shop: no new data",
    )
    got = {number: mailbox.read_titles(f"s{number}@retailer.example") for number in range(4)}
    assert got == {0: [kpi], 1: [verdict, source], 2: [source], 3: [kpi, signal, verdict, source]}


def test_quiet_hours_hold_back_until_they_end(desk: Desk, mailbox: Mailbox) -> None:
    desk.file = subscribe({}, {"quiet_hours": {"from": "13:00", "to": "14:00"}}, quiet_hours={"from": "19:00", "to": "07:30"})
    desk.run()
    desk.now = NOON.replace(hour=18)  # 20:00 in Amsterdam
    desk.world.set_kpi("red")
    waiting, sent = desk.run()
    assert [(pending.is_quiet, len(pending.items)) for pending in waiting] == [(True, 1), (False, 1)]
    assert [each.subscription for each in sent] == ["s1"]
    desk.world.day += timedelta(days=1)
    desk.world.set_kpi("green")
    desk.now = datetime(2026, 7, 2, 5, 29, tzinfo=UTC)
    assert [each.subscription for each in desk.send()] == ["s1"]
    desk.now = datetime(2026, 7, 2, 5, 30, tzinfo=UTC)
    assert [each.subscription for each in desk.send()] == ["s0"]
    assert mailbox.read_titles("s0@retailer.example") == [
        "Parcel: on-time delivery is off target",
        "Parcel: on-time delivery is on target again",
    ]


def fill_week(desk: Desk) -> None:
    for owner in ("all", "Logistics"):
        desk.world.add(
            "rpt_headlines",
            window_id="last_7_days",
            journey_id="all",
            owner_department=owner,
            headline=f"Headline of {owner}.",
            known_text=None,
        )
    desk.world.set_kpi("red")
    desk.world.set_signal("fires")
    desk.world.add_change(
        "CHG-9", status="check", status_text="Due since 1 June 2026.", due_date=date(2026, 6, 1), owner_department="Logistics"
    )


def test_a_digest_comes_once_a_week_on_its_day_and_not_for_the_week_before_it_began(desk: Desk, mailbox: Mailbox) -> None:
    desk.file = subscribe(
        {"news": ["weekly_digest"], "departments": ["Logistics"]}, {"news": ["weekly_digest"], "weekday": 3, "at": "12:30"}
    )
    fill_week(desk)
    desk.run()  # Wednesday, 12:00: the first one's Monday has passed, the second one's time has not
    assert [each.subscription for each in desk.send(minutes=30)] == ["s1"]
    assert mailbox.read_titles() == [
        "Kadewind", "Parcel: on-time delivery is off target", "Change CHG-9: not judged yet", "Long or rising waits"
    ]  # fmt: skip
    assert mailbox.mails[0]["Subject"] == "[Kadewind] the week to 30 June 2026"
    desk.now = MONDAY - timedelta(minutes=1)
    assert desk.send() == []
    desk.now = MONDAY
    assert [each.subscription for each in desk.send()] == ["s0"]
    assert mailbox.read_titles("s0@retailer.example")[:1] == ["Logistics"] and "Headline of Logistics." in read_text(mailbox.mails[1])
    assert desk.send(hours=10) == []
    desk.now = MONDAY + timedelta(days=7, hours=5)
    assert sorted(each.subscription for each in desk.send()) == ["s0"]


def test_a_digest_that_was_refused_comes_later_that_week(desk: Desk, mailbox: Mailbox) -> None:
    desk.file = subscribe({"news": ["weekly_digest"], "weekday": 3, "at": "12:30"})
    fill_week(desk)
    desk.run()
    mailbox.manner = "greylist"
    assert [each.result.outcome for each in desk.send(minutes=30)] == ["refused"]
    mailbox.manner = "accept"
    assert [each.result.outcome for each in desk.send(minutes=30)] == ["delivered"]
    assert desk.send(minutes=30) == []


def test_the_report_of_a_department_comes_once_its_month_is_whole(desk: Desk, mailbox: Mailbox) -> None:
    desk.file = subscribe({"news": ["monthly_report"], "departments": ["Logistics"]}, {"news": ["monthly_report"]})
    for department in ("Logistics", "Customer Service"):
        desk.world.add_month(department, date(2026, 5, 1))
    desk.run()
    assert desk.send(hours=1) == []
    for department in ("Logistics", "Customer Service"):
        desk.world.add_month(department, date(2026, 6, 1))
    desk.now = NOON.replace(hour=5, minute=59) + timedelta(days=1)
    assert desk.send() == []
    assert len(desk.send(minutes=1)) == 2
    reports = {mail["To"]: [part.get_filename() for part in mail.iter_attachments()] for mail in mailbox.mails}
    assert reports == {
        "s0@retailer.example": ["2026-06-logistics.html"],
        "s1@retailer.example": ["2026-06-customer-service.html", "2026-06-logistics.html"],
    }
    first = next(mail for mail in mailbox.mails if mail["To"] == "s0@retailer.example")
    assert first["Subject"] == "[Kadewind] Logistics, June 2026: no figure to judge"
    page = first.get_body(preferencelist=("html",))
    assert "Logistics did well in June 2026." in page.get_content(), "a report alone is read in the mail"
    assert 'href="https://cx.retailer.example/reports/"' in page.get_content()
    both = next(mail for mail in mailbox.mails if mail["To"] == "s1@retailer.example")
    assert both["Subject"] == "[Kadewind] report of all departments, June 2026"
    assert "Logistics did well in June 2026." in next(first.iter_attachments()).get_content()
    assert desk.send(hours=1) == []


def test_a_webhook_gets_digest_and_report_again_without_a_department_that_is_gone(tmp_path: Path) -> None:
    with run_hook("drop", 200) as hook:
        desk = Desk(make_settings(tmp_path), subscribe({"to": hook.address, "news": ["weekly_digest", "monthly_report"], "weekday": 3}))
        desk.now -= timedelta(hours=5)
        desk.run()
        fill_week(desk)
        for department in ("Logistics", "Shops"):
            desk.world.add_month(department, date(2026, 6, 1))
        assert [each.result.outcome for each in desk.send(hours=5)] == ["unknown"]
        del desk.world.rows["rpt_department_months"][1]
        assert [each.result.outcome for each in desk.send(hours=1)] == ["delivered"]
        first, second = (
            [item["title"] for item in content["items"] if item["section"] == "Monthly report"] for _, content in hook.requests
        )
        assert (first, second) == (["Logistics, June 2026", "Shops, June 2026"], ["Logistics, June 2026"])
        assert hook.requests[0][0] == hook.requests[1][0] and desk.send(hours=1) == []


def test_a_digest_leaves_out_what_an_alert_of_the_same_message_says(desk: Desk, mailbox: Mailbox) -> None:
    desk.file = subscribe({"news": ["alerts", "weekly_digest"], "weekday": 3, "at": "12:30"})
    desk.run()
    fill_week(desk)
    desk.run(minutes=30)
    titles = mailbox.read_titles()
    assert len(titles) == len(set(titles)) == 4


def test_missing_settings_are_named_and_nothing_is_recorded(tmp_path: Path) -> None:
    desk = Desk(read_settings({"CXHOUSE_HOME": str(tmp_path)}), subscribe({}))
    with pytest.raises(SettingsError, match="needs CXHOUSE_SITE_URL, CXHOUSE_SMTP_HOST, CXHOUSE_MAIL_FROM: set what is missing"):
        desk.run()
    desk.file = subscribe({"to": "https://hooks.retailer.example/x"})
    with pytest.raises(SettingsError, match="needs CXHOUSE_SITE_URL: set"):
        desk.run()
    assert not desk.settings.ledger.exists()


def test_an_address_that_apprise_does_not_know_is_named_by_its_subscription(tmp_path: Path) -> None:
    desk = Desk(make_settings(tmp_path), subscribe({"to": "slak://s3cret"}))
    with pytest.raises(DefinitionError, match="subscription s0: `to` is an address that apprise does not know") as error:
        desk.run()
    assert "s3cret" not in str(error.value)
