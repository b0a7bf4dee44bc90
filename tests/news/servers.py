"""Servers on this machine: a mail server and a webhook that answer as a test wants, and remember what they took."""

from __future__ import annotations

import asyncio
import email
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


def find_free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass
class Mailbox:
    """A mail server.

    `manner`: accept; refuse (the recipient); greylist (after the content, 451); hang or drop (after the content, which it keeps).
    `delay` is seconds before it answers to the content.
    """

    manner: str = "accept"
    refused: frozenset[str] = frozenset()
    delay: float = 0.0
    mails: list[EmailMessage] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if self.manner == "refuse" or address in self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.manner == "greylist":
            return "451 try again later"
        self.mails.append(email.message_from_bytes(envelope.content or b"", policy=default))  # type: ignore[arg-type]
        if self.manner == "hang":
            await asyncio.sleep(3)
        if self.manner == "drop":
            server.transport.abort()
        await asyncio.sleep(self.delay)
        return "250 OK"

    def read_titles(self, to: str | None = None) -> list[str]:
        """The titles of everything in the mails so far."""
        mails = [mail for mail in self.mails if to is None or mail["To"] == to]
        return [line.removeprefix("- ") for mail in mails for line in read_text(mail).splitlines() if line.startswith("- ")]


def read_text(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@contextmanager
def run_mailbox(**manner: Any) -> Iterator[Mailbox]:
    """A mail server while the block runs."""
    mailbox = Mailbox(**manner)
    controller = Controller(mailbox, hostname=HOST, port=0)
    # port 0 is any free one; aiosmtpd's own check connects to it
    controller.port = mailbox.port = find_free_port()
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass
class Hook:
    """A webhook. Each answer is taken from `answers`, the last one again and again: a status, hang, drop (both after the content)."""

    answers: list[Any] = field(default_factory=lambda: [200])
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        """Its address, with a token."""
        return f"http://{HOST}:{self.port}/hook?token=s3cret"

    def take(self, key: str, content: dict[str, Any]) -> Any:
        """Remember a request and say how to answer."""
        self.requests.append((key, content))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def read_taken(self) -> list[str]:
        """The titles that a receiver which knows its keys has taken, each message once."""
        messages = dict(self.requests)
        return [item["title"] for content in messages.values() for item in content["items"]]


@contextmanager
def run_hook(*answers: Any) -> Iterator[Hook]:
    """A webhook while the block runs."""
    hook = Hook(list(answers) or [200])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = hook.take(self.headers.get("Idempotency-Key", ""), json.loads(body))
            if answer == "hang":
                time.sleep(1.5)
            if isinstance(answer, str):
                self.close_connection = True
                return
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    hook.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
