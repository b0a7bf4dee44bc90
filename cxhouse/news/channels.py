"""Which way a subscription's address is reached, and the settings that it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from cxhouse.ledger.news import Delivery
from cxhouse.news.chats import open_chat, send_chat
from cxhouse.news.mail import send_mail, write_mail
from cxhouse.news.messages import Message
from cxhouse.news.outcomes import Result
from cxhouse.news.webhooks import post_message
from cxhouse.settings import Settings, SettingsError
from declared.errors import DefinitionError, refuse
from declared.subscriptions import Subscription, is_mail
from semantic.subscriptions import FILE

MAIL, WEBHOOK, CHAT = "mail", "webhook", "chat"


def name_channel(address: str) -> str | None:
    """The channel of an address; None where nothing knows it. An https:// address of a chat that apprise knows is one of that chat."""
    if is_mail(address):
        return MAIL
    if open_chat(address) is not None:
        return CHAT
    return WEBHOOK if urlsplit(address).scheme in ("http", "https") else None


def hide_address(address: str) -> str:
    """An address for people: of all but mail only the beginning, because the rest may be a token."""
    return address if is_mail(address) else f"{urlsplit(address).scheme}://…"


@dataclass(frozen=True)
class Post:
    """Sends messages. `timeouts` are seconds per channel, where they are not the usual ones."""

    settings: Settings
    timeouts: Mapping[str, float] = field(default_factory=dict)

    def prepare(self, message: Message, to: str, delivery: Delivery) -> Callable[[], Result]:
        """Write a message, so that what is wrong with it is known before it is recorded. The answer sends it once."""
        channel = delivery.channel
        limit = {"timeout": self.timeouts[channel]} if channel in self.timeouts else {}
        if channel == MAIL:
            server = self.settings.mail
            content = write_mail(message, sender=server.sender, to=to, delivery_id=delivery.delivery_id, now=delivery.begun_at)
            return partial(send_mail, content, to=to, server=server, **limit)
        if channel == WEBHOOK:
            return partial(post_message, message, to=to, delivery_id=delivery.delivery_id, **limit)
        return partial(send_chat, message, to=to, **limit)


def check_channels(settings: Settings, subscriptions: Iterable[Subscription]) -> dict[str, str]:
    """The channel of each subscription. Raises SettingsError or DefinitionError, before anything is sent, when one cannot be reached."""
    entries = tuple(subscriptions)
    channels = {entry.id: name_channel(entry.to) for entry in entries}
    refuse(
        DefinitionError(
            settings.company / FILE,
            f"subscription {name}",
            "`to` is an address that apprise does not know or that is not complete; compare it with the apprise page of that service",
        )
        for name, channel in channels.items()
        if channel is None
    )
    needed = {"CXHOUSE_SITE_URL": settings.site_url}
    if MAIL in channels.values():
        needed |= {"CXHOUSE_SMTP_HOST": settings.mail.host, "CXHOUSE_MAIL_FROM": settings.mail.sender}
    if missing := [name for name, value in needed.items() if entries and not value]:
        raise SettingsError(
            f"cxhouse news needs {', '.join(missing)}: set what is missing in .env (.env.example explains it). Nothing was sent or recorded"
        )
    return {name: channel for name, channel in channels.items() if channel is not None}
