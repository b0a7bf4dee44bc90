"""Chats: Slack, Teams and what else apprise knows. apprise says only whether it succeeded, so its HTTP exchanges are watched."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from cxhouse.ledger.news import REFUSED
from cxhouse.news.messages import Message
from cxhouse.news.outcomes import Result, deliver, doubt, judge_error, judge_status, refuse
from cxhouse.warehouse.replacing import replace_functions

TIMEOUT_SECONDS = 20.0


def open_chat(address: str) -> Any | None:
    """The service of apprise that an address means; None where it knows none."""
    from apprise import Apprise, AppriseAsset  # it loads every service, which takes a second that mail need not wait for

    with silence_apprise():
        return Apprise.instantiate(address, asset=AppriseAsset(async_mode=False, storage_mode="memory"))


def send_chat(message: Message, *, to: str, timeout: float = TIMEOUT_SECONDS) -> Result:
    """Send a message as text. What apprise could not send counts as refused only if every exchange was."""
    service = open_chat(to)
    if service is None:
        return refuse("apprise knows no such address")
    service.socket_connect_timeout = service.socket_read_timeout = timeout
    service.retry = 0  # the next run tries again, and only what is known not to have arrived
    with silence_apprise(), watch_exchanges() as exchanges:
        is_sent = bool(service.notify(title=message.subject, body=message.text, body_format="text"))
    if is_sent:
        return deliver(f"{service.service_name} took it")
    if all(exchange.outcome == REFUSED for exchange in exchanges):
        reason = exchanges[-1].reason if exchanges else "the address is not complete"
        return refuse(f"{service.service_name}: {reason}")
    return doubt(f"{service.service_name}: {next(exchange.reason for exchange in exchanges if exchange.outcome != REFUSED)}")


@contextmanager
def watch_exchanges() -> Iterator[list[Result]]:
    """What became of each HTTP request that this process makes meanwhile."""
    exchanges: list[Result] = []
    send = HTTPAdapter.send

    def watch(adapter: HTTPAdapter, *given: Any, **named: Any) -> requests.Response:
        try:
            answer = send(adapter, *given, **named)
        except requests.RequestException as error:
            exchanges.append(judge_error(error))
            raise
        exchanges.append(judge_status(answer.status_code))
        return answer

    with replace_functions([(HTTPAdapter, "send", watch)]):
        yield exchanges


@contextmanager
def silence_apprise() -> Iterator[None]:
    """Keep apprise from logging: its lines may hold parts of addresses."""
    logger = logging.getLogger("apprise")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
