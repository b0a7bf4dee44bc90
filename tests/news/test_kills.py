"""An hour of news with every kind of alert, and runs that are killed at every step: nothing is sent again, nothing is lost in silence."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cxhouse.ledger.news import list_unknown
from tests.companies import kills
from tests.conftest import pick_size
from tests.news.copies import NOON, World, make_everything
from tests.news.killed_minutes import ALL, LOGISTICS, run_minute
from tests.news.servers import Hook, Mailbox, run_hook, run_mailbox

Servers = tuple[Mailbox, Hook]


@pytest.fixture
def servers() -> Iterator[Servers]:
    with ExitStack() as stack:
        yield stack.enter_context(run_mailbox()), stack.enter_context(run_hook())


def check_recipients(home: Path, servers: Servers, titles: list[str]) -> int:
    """Nobody got anything again; what a mailbox lacks is named, and the webhook lacks nothing. Returns how many titles mailboxes lack."""
    mailbox, hook = servers
    named = Counter((delivery.subscription, title) for delivery, held in list_unknown(home / "ledger", NOON) for title in held)
    mine = [title for title in titles if title.startswith("Parcel")]
    lacking = 0
    for (name, address), wanted in ((ALL, titles), (LOGISTICS, mine)):
        got = Counter(mailbox.read_titles(address))
        assert set(got) <= set(wanted) and max(got.values(), default=0) <= 1, f"{name} got something again: {got}"
        missing = [title for title in wanted if title not in got]
        assert all(named[name, title] for title in missing), f"{name} lacks something that is not named: {missing}"
        lacking += len(missing)
    assert Counter(hook.read_taken()) == Counter(titles)
    return lacking


def test_an_hour_with_every_kind_of_alert_sends_each_once(tmp_path: Path, servers: Servers) -> None:
    mailbox, hook = servers
    for minute in range(60):
        run_minute(str(tmp_path), mailbox.port, hook.address, minute)
    titles = make_everything(World(), 59, NOON)
    assert len(titles) == 9
    assert check_recipients(tmp_path, servers, titles) == 0
    assert len(mailbox.mails) == 9 + 3 and len(hook.requests) == 9, "a message a minute in which something happened"


def test_an_hour_with_twenty_kills_sends_nothing_again(tmp_path: Path, servers: Servers) -> None:
    mailbox, hook = servers
    wanted, chance = pick_size(20, stress=200), random.Random(4)
    run_minute(str(tmp_path), mailbox.port, hook.address, 0)
    killed = round_number = 0
    minutes = [minute for minute in range(1, 60) if minute % 6 in (3, 4, 5)]  # something happens in every sixth; it is tried three times
    while killed < wanted:
        home = tmp_path / str(round_number)
        shutil.copytree(tmp_path / "ledger", home / "ledger")
        mailbox.mails.clear(), hook.requests.clear()
        round_number += 1
        for minute in minutes:
            arguments = (str(home), mailbox.port, hook.address, minute)
            if minute % 6 != 5 and killed < wanted:
                killed += kills.run(run_minute, *arguments, folder=home, step=chance.randint(2, 16)).is_killed
            else:
                run_minute(*arguments)
        check_recipients(home, servers, make_everything(World(), 59, NOON))


def test_a_kill_at_every_step_of_a_run_loses_nothing_in_silence(tmp_path: Path, servers: Servers) -> None:
    mailbox, hook = servers
    begun = tmp_path / "begun"
    run_minute(str(begun), mailbox.port, hook.address, 0)
    shutil.copytree(begun, tmp_path / "whole")
    whole = kills.run(run_minute, str(tmp_path / "whole"), mailbox.port, hook.address, 3, folder=tmp_path / "whole")
    assert whole.answer == 3 and len(whole.steps) > 15
    lost = 0
    for step in range(1, len(whole.steps) + 1):
        home = tmp_path / str(step)
        shutil.copytree(begun, home)
        mailbox.mails.clear(), hook.requests.clear()
        assert kills.run(run_minute, str(home), mailbox.port, hook.address, 3, folder=home, step=step).is_killed
        for minute in (4, 5):
            run_minute(str(home), mailbox.port, hook.address, minute)
        lost += check_recipients(home, servers, make_everything(World(), 3, NOON))
    assert lost > 0, "no kill fell between the record of a message and its sending"


def test_a_kill_while_the_server_takes_the_mail_is_named_and_not_repeated(tmp_path: Path, servers: Servers) -> None:
    mailbox, hook = servers
    mailbox.delay = 30
    begun = tmp_path / "begun"
    run_minute(str(begun), mailbox.port, hook.address, 0)
    running = kills.Running(run_minute, str(begun), mailbox.port, hook.address, 3, folder=begun)
    while not mailbox.mails and running.is_running():
        running.process.join(0.01)
    assert running.kill_after(0).is_killed
    mailbox.delay = 0
    run_minute(str(begun), mailbox.port, hook.address, 4)
    assert [mail["To"] for mail in mailbox.mails] == [ALL[1], LOGISTICS[1]]
    assert [delivery.subscription for delivery, _ in list_unknown(begun / "ledger", NOON)] == [ALL[0]]
