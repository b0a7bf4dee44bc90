"""Servers that refuse, fail, hang and drop: what is known not to have arrived is sent again, what may have arrived is not."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from cxhouse.ledger.news import list_unknown
from cxhouse.news import chats
from cxhouse.news.channels import name_channel
from cxhouse.news.mail import write_mail
from cxhouse.news.messages import Message
from cxhouse.settings import MailServer
from tests.news.copies import NOON, subscribe
from tests.news.desk import Desk, make_settings
from tests.news.servers import HOST, find_free_port, run_hook, run_mailbox

TITLE = "Parcel: on-time delivery is off target"
SLACK = "slack://TokenA12345/TokenB12345/abcdefghijklmnopqrstuvwx"


def begin(desk: Desk) -> Desk:
    """A desk at which a KPI has just turned red."""
    desk.run()
    desk.world.set_kpi("red")
    return desk


@pytest.mark.parametrize(
    ("manner", "reason"),
    [
        ("refuse", "the mail server refused the recipient (550)"),
        ("greylist", "the mail server refused the message (451)"),
    ],
)
def test_a_refused_mail_is_sent_at_the_next_run(tmp_path: Path, manner: str, reason: str) -> None:
    with run_mailbox(manner=manner) as mailbox:
        desk = begin(Desk(make_settings(tmp_path, mailbox.port), subscribe({})))
        [sent] = desk.send(hours=1)
        assert (sent.result.outcome, sent.result.reason) == ("refused", reason)
        mailbox.manner = "accept"
        assert [each.result.outcome for each in desk.send(hours=1)] == ["delivered"]
        assert mailbox.read_titles() == [TITLE] and desk.send(hours=1) == []


def test_a_mail_server_that_is_down_is_no_loss(tmp_path: Path) -> None:
    desk = begin(Desk(make_settings(tmp_path, find_free_port()), subscribe({})))
    [sent] = desk.send(hours=1)
    assert (sent.result.outcome, sent.result.reason) == ("refused", "no connection to the mail server (ConnectionRefusedError)")
    with run_mailbox() as mailbox:
        desk.use_port(mailbox.port)
        desk.run(hours=1)
        assert mailbox.read_titles() == [TITLE]


@pytest.mark.parametrize("wanted", [{"tls": "starttls"}, {"user": "cx", "password": "s3cret"}], ids=["encryption", "login"])
def test_a_server_without_the_wanted_encryption_or_login_gets_no_mail(tmp_path: Path, wanted: dict[str, str]) -> None:
    with run_mailbox() as mailbox:
        settings = make_settings(tmp_path, mailbox.port)
        desk = begin(Desk(replace(settings, mail=replace(settings.mail, **wanted)), subscribe({})))
        [sent] = desk.send(hours=1)
        assert sent.result.outcome == "refused" and "offers no such encryption or login" in sent.result.reason
        assert mailbox.mails == [] and "s3cret" not in desk.read_ledger()


@pytest.mark.parametrize("manner", ["hang", "drop"])
def test_a_mail_without_an_answer_is_not_sent_again_and_named(tmp_path: Path, manner: str) -> None:
    with run_mailbox(manner=manner) as mailbox:
        desk = begin(Desk(make_settings(tmp_path, mailbox.port), subscribe({})))
        [sent] = desk.send(hours=1)
        assert (sent.result.outcome, sent.result.reason) == ("unknown", "the mail server did not answer after the message")
        mailbox.manner = "accept"
        assert desk.send(hours=1) == []
        assert mailbox.read_titles() == [TITLE]
        [(delivery, titles)] = list_unknown(desk.settings.ledger, NOON)
        assert (delivery.subscription, delivery.is_repeatable, titles) == ("s0", False, [TITLE])


def test_the_failure_of_one_recipient_does_not_hold_up_the_others(tmp_path: Path) -> None:
    with run_mailbox(refused=frozenset({"s0@retailer.example"})) as mailbox, run_hook("hang", 200) as hook:
        desk = begin(Desk(make_settings(tmp_path, mailbox.port), subscribe({}, {"to": hook.address}, {})))
        assert [(each.subscription, each.result.outcome) for each in desk.send(hours=1)] == [
            ("s0", "refused"), ("s1", "unknown"), ("s2", "delivered")
        ]  # fmt: skip
        assert mailbox.read_titles("s2@retailer.example") == [TITLE]


@pytest.mark.parametrize("status", [429, 500, 503, 404, 302])
def test_a_webhook_that_refuses_gets_it_at_the_next_run(tmp_path: Path, status: int) -> None:
    with run_hook(status, 200) as hook:
        desk = begin(Desk(make_settings(tmp_path), subscribe({"to": hook.address})))
        [sent] = desk.send(hours=1)
        assert sent.result.outcome == "refused" and f"answered {status}" in sent.result.reason
        assert [each.result.outcome for each in desk.send(hours=1)] == ["delivered"]
        assert desk.send(hours=1) == []
        assert [key for key, _ in hook.requests] == list(desk.read().deliveries)


@pytest.mark.parametrize("manner", ["hang", "drop"])
def test_a_webhook_without_an_answer_gets_the_same_key_again_and_new_events_apart(tmp_path: Path, manner: str) -> None:
    with run_hook(manner, 200) as hook:
        desk = begin(Desk(make_settings(tmp_path), subscribe({"to": hook.address})))
        assert [each.result.outcome for each in desk.send(hours=1)] == ["unknown"]
        desk.world.judge("CHG-1")
        assert [each.result.outcome for each in desk.send(hours=1)] == ["delivered", "delivered"]
        keys = [key for key, _ in hook.requests]
        assert len(keys) == 3 and keys[0] == keys[1] != keys[2]
        assert hook.read_taken() == [TITLE, "Change CHG-1: helped"]
        assert desk.send(hours=1) == []


def test_a_webhook_gets_words_and_links(tmp_path: Path) -> None:
    with run_hook() as hook:
        desk = begin(Desk(make_settings(tmp_path), subscribe({"to": hook.address})))
        desk.run(hours=1)
        [(key, content)] = hook.requests
        assert key in desk.read().deliveries
        assert content["subject"] == f"[Kadewind] {TITLE}" and TITLE in content["text"]
        assert content["items"] == [
            {"section": "Off target", "title": TITLE, "text": "91.2 % (± 0.8, n 1,637) in the 28 days.",
             "link": "https://cx.retailer.example/touchpoints/parcel/"}
        ]  # fmt: skip


def test_addresses_with_tokens_are_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with run_hook(500) as hook:
        desk = begin(Desk(make_settings(tmp_path), subscribe({"to": hook.address}, {"to": SLACK + "/?to=s3cret"})))
        sent = desk.send(hours=1)
    said = capfd.readouterr()
    shown = f"{desk.read_ledger()}{sent}{said.out}{said.err}"
    assert hook.requests and not any(secret in shown for secret in ("s3cret", "TokenA12345", "abcdefghijkl", "127.0.0.1"))


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [([200], "delivered"), ([429], "refused"), ([503], "refused"), (["hang"], "unknown"), (["drop"], "unknown"), (None, "refused")],
)
def test_a_chat_is_sent_again_only_where_it_is_known_not_to_have_arrived(
    tmp_path: Path, answers: list[object] | None, outcome: str
) -> None:
    with run_hook(*(answers or [200])) as hook:
        port = hook.port if answers else find_free_port()
        address = f"json://{HOST}:{port}/chat"  # apprise's own kind of webhook goes the way of every chat
        assert name_channel(address) == "chat"
        desk = begin_chat(tmp_path, address)
        [sent] = desk.send(hours=1)
        assert sent.result.outcome == outcome
        later = desk.send(hours=1)
        assert bool(later) == (outcome == "refused")
        assert len(hook.requests) == (0 if answers is None else len(later) + 1)


def begin_chat(home: Path, address: str) -> Desk:
    desk = Desk(make_settings(home), subscribe({"to": address}))
    return begin(desk)


def test_channels_are_told_apart_by_the_address() -> None:
    assert name_channel("cx@retailer.example") == "mail"
    assert name_channel(SLACK) == "chat"
    assert name_channel("https://hooks.slack.com/services/T12345678/B12345678/abcdefghijklmnopqrstuvwx") == "chat"
    assert name_channel("https://retailer.example/hook") == "webhook"
    assert name_channel("nonsense://x") is None


def test_an_error_that_nobody_foresaw_is_an_unknown_outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*arguments: object, **named: object) -> None:
        raise RuntimeError("s3cret")

    desk = begin(Desk(make_settings(tmp_path), subscribe({"to": SLACK})))
    monkeypatch.setattr(chats, "watch_exchanges", burst)
    [sent] = desk.send(hours=1)
    assert (sent.result.outcome, sent.result.reason) == ("unknown", "an unexpected RuntimeError")
    assert "s3cret" not in desk.read_ledger()


def test_a_password_is_not_in_the_words_of_the_settings() -> None:
    assert "s3cret" not in repr(MailServer("h", 25, "none", "u", "s3cret", "a@b.c"))


def test_pictures_of_a_report_travel_with_its_page() -> None:
    """As parts of the page by content id, before what is attached; mail programs show no `data:` addresses."""
    message = Message(
        "s",
        "text",
        '<img src="cid:chart-1@cxhouse" alt="rising">',
        (),
        "",
        (("june.html", "<p>whole</p>"),),
        {"chart-1@cxhouse": b"\x89PNG"},
    )
    content = write_mail(message, sender="cx@retailer.example", to="a@retailer.example", delivery_id="d1", now=NOON)
    mail = message_from_bytes(content, policy=default)
    body = mail.get_body(preferencelist=("related",))
    assert body is not None
    page, picture = body.iter_parts()
    assert page.get_content_type() == "text/html"
    assert (picture.get_content_type(), picture["Content-ID"]) == ("image/png", "<chart-1@cxhouse>")
    assert picture.get_content() == b"\x89PNG"
    assert [part.get_filename() for part in mail.iter_attachments()] == ["june.html"]
    assert mail.get_body(preferencelist=("plain",)).get_content().strip() == "text"  # type: ignore[union-attr]
