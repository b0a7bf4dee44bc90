"""`cxhouse news` and what `cxhouse status` says of it, on the demo's company folder and a published copy written by hand."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cxhouse.ledger.news import Delivery, keep_intent
from tests.companies.commands import PROJECT, run_command
from tests.news.copies import World
from tests.news.servers import Mailbox, run_mailbox

NOBODY_SLEEPS = "subscriptions:\n  - {id: lead, to: lead@retailer.example, news: [alerts]}\n"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with run_mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def environment(tmp_path: Path, mailbox: Mailbox) -> dict[str, str]:
    """A company with one subscription and nothing loaded."""
    shutil.copytree(PROJECT / "company", tmp_path / "company")
    (tmp_path / "company" / "subscriptions.yml").write_text(NOBODY_SLEEPS)
    World().publish(tmp_path / "home" / "serving")
    return {
        "CXHOUSE_HOME": str(tmp_path / "home"),
        "CXHOUSE_COMPANY": str(tmp_path / "company"),
        "CXHOUSE_SITE_URL": "https://cx.retailer.example",
        "CXHOUSE_SMTP_HOST": "127.0.0.1",
        "CXHOUSE_SMTP_PORT": str(mailbox.port),
        "CXHOUSE_SMTP_TLS": "none",
        "CXHOUSE_MAIL_FROM": "cx@retailer.example",
    }


def turn_red(environment: dict[str, str]) -> None:
    """Publish a copy in which a KPI is red."""
    world = World()
    world.set_kpi("red")
    world.publish(Path(environment["CXHOUSE_HOME"]) / "serving")


def test_the_command_begins_sends_and_has_nothing_left(environment: dict[str, str], mailbox: Mailbox) -> None:
    assert run_command(environment, "news").stdout.startswith("lead: begins today.")
    assert run_command(environment, "news").stdout == "nothing is new\n"
    turn_red(environment)
    done = run_command(environment, "news")
    assert done.stdout == (
        "lead (lead@retailer.example): sent: [Kadewind] Parcel: on-time delivery is off target (the mail server took it)\n"
    )
    assert mailbox.read_titles() == ["Parcel: on-time delivery is off target"]
    assert run_command(environment, "news").stdout == "nothing is new\n"


def test_a_dry_run_prints_the_message_and_leaves_no_trace(environment: dict[str, str], mailbox: Mailbox) -> None:
    run_command(environment, "news")
    turn_red(environment)
    ledger = Path(environment["CXHOUSE_HOME"]) / "ledger" / "news.jsonl"
    before = ledger.read_bytes()
    done = run_command({**environment, "CXHOUSE_SITE_URL": "", "CXHOUSE_SMTP_HOST": ""}, "news", "--dry-run")
    assert "=== lead, lead@retailer.example\nSubject: [Kadewind] Parcel: on-time delivery is off target\n" in done.stdout
    assert "CXHOUSE_SITE_URL/touchpoints/parcel/" in done.stdout
    assert ledger.read_bytes() == before and mailbox.mails == []


def test_a_failure_is_said_and_is_the_exit_code(environment: dict[str, str], mailbox: Mailbox) -> None:
    run_command(environment, "news")
    turn_red(environment)
    mailbox.manner = "refuse"
    done = run_command(environment, "news", check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert "lead (lead@retailer.example): error: not sent, and tried again at the next run" in done.stderr
    mailbox.manner = "accept"
    assert run_command(environment, "news").returncode == 0 and len(mailbox.mails) == 1


def test_missing_settings_are_an_error_with_their_names(environment: dict[str, str]) -> None:
    done = run_command({**environment, "CXHOUSE_SMTP_HOST": "", "CXHOUSE_MAIL_FROM": ""}, "news", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: cxhouse news needs CXHOUSE_SMTP_HOST, CXHOUSE_MAIL_FROM: set what is missing in .env")
    assert not (Path(environment["CXHOUSE_HOME"]) / "ledger").exists()


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("CXHOUSE_SMTP_TLS", "ssl", "write starttls, tls or none"),
        ("CXHOUSE_SMTP_PORT", "smtp", "write a port number like 587"),
        ("CXHOUSE_SITE_URL", "cx.retailer.example", "write an address like https://cx.example.com"),
        ("CXHOUSE_MAIL_FROM", "Kadewind", "write an address like Kadewind CX <cx@retailer.example>"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(environment: dict[str, str], name: str, value: str, wanted: str) -> None:
    done = run_command({**environment, name: value}, "news", check=False)
    assert (done.returncode, done.stderr) == (1, f"error: {name} is {value}; {wanted}\n")


def test_an_unknown_department_is_named(environment: dict[str, str]) -> None:
    file = Path(environment["CXHOUSE_COMPANY"]) / "subscriptions.yml"
    file.write_text(NOBODY_SLEEPS.replace("news:", "departments: [Logistcs], news:"))
    done = run_command(environment, "news", check=False)
    assert (
        done.returncode == 1
        and "subscription lead: names the department `Logistcs`" in done.stderr
        and "did you mean Logistics?" in done.stderr
    )


def test_a_company_without_the_file_sends_nothing_and_says_so(environment: dict[str, str]) -> None:
    (Path(environment["CXHOUSE_COMPANY"]) / "subscriptions.yml").unlink()
    done = run_command({**environment, "CXHOUSE_SMTP_HOST": ""}, "news")
    assert "nobody gets news" in done.stdout and "has no subscriptions.yml" in done.stdout


def test_without_a_published_copy_it_says_what_to_run(environment: dict[str, str]) -> None:
    shutil.rmtree(Path(environment["CXHOUSE_HOME"]) / "serving")
    done = run_command(environment, "news", check=False)
    assert done.returncode == 1 and "nothing is published yet. Run cxhouse build, then cxhouse publish" in done.stderr


def test_the_status_names_a_message_of_which_nobody_knows_whether_it_arrived(environment: dict[str, str]) -> None:
    run_command(environment, "news")
    ledger = Path(environment["CXHOUSE_HOME"]) / "ledger"
    keep_intent(ledger, Delivery("d1", "lead", "mail", ("digest:2026-W27",), datetime.now(UTC), is_repeatable=False))
    keep_intent(ledger, Delivery("d2", "hook", "webhook", ("digest:2026-W27",), datetime.now(UTC), is_repeatable=True))
    lines = [line for line in run_command(environment, "status").stdout.splitlines() if line.startswith("news to")]
    assert len(lines) == 2
    assert (
        lines[0].endswith("It held: weekly digest of 2026-W27")
        and "nobody knows whether it arrived" in lines[0]
        and "it is not sent again; ask the recipient" in lines[0]
    )
    assert "it is sent again with the same key" in lines[1]
    content = json.loads(run_command(environment, "status", "--json").stdout)
    assert [each["delivery_id"] for each in content["news_of_unknown_outcome"]] == ["d1", "d2"]
