"""The connections of the web server: how long they may wait, how many there are, and their end."""

from __future__ import annotations

import asyncio
import logging
import resource
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from cxhouse.site.static_files import SiteFiles

CONNECTIONS = 2000  # further requests are answered with 503; beyond twice as many, connections are ended at once
BACKLOG = 2048
IDLE_SECONDS = 10
REQUEST_SECONDS = 20  # from the end of the answer before to the end of a request
STALLED_SECONDS = 60  # a reader who takes nothing
STOP_SECONDS = 1
SPARE_FILES = 100

log = logging.getLogger(__name__)
log.setLevel(logging.ERROR)  # what readers send wrongly is answered and not logged


class PatientConnection(H11Protocol):
    """A connection that is ended when a request does not become whole in time, or when the reader does not take the answer.

    It keeps no log of requests: that would record which person read which page.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger, self.access_log = log, False
        self.request_timer: asyncio.TimerHandle | None = None
        self.stalled_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # an answer is several writes: without this, the second waits 40 ms for the reader to acknowledge the first
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if len(self.connections) > 2 * (self.limit_concurrency or CONNECTIONS):
            transport.abort()
        self.wait_for_request()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.wait_for_request()

    def wait_for_request(self) -> None:
        if self.request_timer is not None:
            self.request_timer.cancel()
        self.request_timer = self.loop.call_later(REQUEST_SECONDS, self.end_waiting)

    def end_waiting(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.stalled_timer = self.loop.call_later(STALLED_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.stalled_timer is not None:
            self.stalled_timer.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for timer in (self.request_timer, self.stalled_timer):
            if timer is not None:
                timer.cancel()


class SiteServer(Server):
    """Serves a site on a listening socket until `should_exit`, or in the main thread until Ctrl-C or SIGTERM.

    `tell` is called once requests are answered. The handlers of signals are put back at the end.
    """

    def __init__(self, site: Path, listening: socket.socket, tell: Callable[[], None]) -> None:
        limit = min(CONNECTIONS, (allow_open_files() - SPARE_FILES) // 2)  # a connection and the file that it sends
        super().__init__(
            Config(
                SiteFiles(site),
                loop="asyncio",
                http=PatientConnection,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                proxy_headers=False,
                server_header=False,
                workers=1,
                limit_concurrency=limit,
                backlog=BACKLOG,
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=3 * STOP_SECONDS,
            )
        )
        self.listening, self.tell = listening, tell

    def serve_site(self) -> None:
        self.run([self.listening])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.tell()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().call_later(STOP_SECONDS, self.abort_connections)
        await super().shutdown(sockets)

    def abort_connections(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def allow_open_files() -> int:
    """Let this process open as many files as it may, up to what all connections need; returns how many."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS + SPARE_FILES
    if allowed == resource.RLIM_INFINITY or allowed >= wanted:
        return wanted
    allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    return allowed
