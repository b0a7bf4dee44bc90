"""What became of a message, and what an error of a connection says about it.

Refused means that nothing arrived, so that it may be sent again. Whatever may have arrived is unknown. Reasons hold no address and no text
of the other side, which may hold a token.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from cxhouse.ledger.news import DELIVERED, REFUSED, UNKNOWN

# no byte of the message can have left before these
BEFORE_SENDING = (
    NewConnectionError,
    ConnectTimeoutError,
    requests.ConnectTimeout,
    ssl.SSLCertVerificationError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """The outcome of one try, with the reason in words."""

    outcome: str
    reason: str

    @property
    def is_delivered(self) -> bool:
        """Whether the message arrived."""
        return self.outcome == DELIVERED


def deliver(reason: str) -> Result:
    """The message arrived."""
    return Result(DELIVERED, reason)


def refuse(reason: str) -> Result:
    """Nothing arrived."""
    return Result(REFUSED, reason)


def doubt(reason: str) -> Result:
    """Nobody knows whether it arrived."""
    return Result(UNKNOWN, reason)


def judge_status(status: int) -> Result:
    """What an HTTP status says."""
    if 200 <= status < 300:
        return deliver(f"answered {status}")
    return refuse({429: "answered 429, too many requests"}.get(status, f"answered {status}"))


def judge_error(error: requests.RequestException) -> Result:
    """What an error of an HTTP connection says."""
    if any(isinstance(part, BEFORE_SENDING) for part in walk_causes(error)):
        return refuse("no connection")
    if isinstance(error, requests.Timeout):
        return doubt("no answer in time")
    return doubt("the connection broke before an answer came")


def walk_causes(error: BaseException) -> Iterator[BaseException]:
    """An error and those inside it."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        current = waiting.pop()
        if not any(current is other for other in seen):
            seen.append(current)
            inside = [*current.args, getattr(current, "reason", None), current.__cause__, current.__context__]
            waiting += [part for part in inside if isinstance(part, BaseException)]
            yield current
