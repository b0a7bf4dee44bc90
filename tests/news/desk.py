"""Runs of news in a home of a test's own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from cxhouse.ledger.news import Records, read_news
from cxhouse.news.channels import Post, check_channels
from cxhouse.news.rounds import Pending, Sent, send_news
from cxhouse.settings import Settings, read_settings
from declared.subscriptions import SubscriptionsFile
from tests.news.copies import NOON, World

ZONE = ZoneInfo("Europe/Amsterdam")
QUICK = {"mail": 1.0, "webhook": 0.5, "chat": 0.5}


def make_settings(home: Path, smtp_port: int = 9) -> Settings:
    """Settings of a home whose mail server listens at a port of this machine."""
    return read_settings(
        {
            "CXHOUSE_HOME": str(home),
            "CXHOUSE_SMTP_HOST": "127.0.0.1",
            "CXHOUSE_SMTP_PORT": str(smtp_port),
            "CXHOUSE_SMTP_TLS": "none",
            "CXHOUSE_MAIL_FROM": "Kadewind CX <cx@retailer.example>",
            "CXHOUSE_SITE_URL": "https://cx.retailer.example/",
        }
    )


@dataclass
class Desk:
    """A home with its subscriptions, its world and its clock. `channels` spares a process the search for them."""

    settings: Settings
    file: SubscriptionsFile
    world: World = field(default_factory=World)
    now: datetime = NOON
    channels: dict[str, str] = field(default_factory=dict)

    def run(self, **after: float) -> tuple[list[Pending], list[Sent]]:
        """One run, some time after the last one (hours=1)."""
        self.now += timedelta(**after)
        channels = self.channels or check_channels(self.settings, self.file.subscriptions)
        return send_news(
            self.settings,
            self.file,
            self.world.look(),
            zone=ZONE,
            channels=channels,
            post=Post(self.settings, QUICK),
            clock=lambda: self.now,
        )

    def send(self, **after: float) -> list[Sent]:
        """What a run sent."""
        return self.run(**after)[1]

    def use_port(self, port: int) -> None:
        """Another mail server from now on."""
        self.settings = replace(self.settings, mail=replace(self.settings.mail, port=port))

    def read(self) -> Records:
        """What the ledger holds."""
        return read_news(self.settings.ledger)

    def read_ledger(self) -> str:
        """The ledger as text."""
        return (self.settings.ledger / "news.jsonl").read_text(encoding="utf-8")
