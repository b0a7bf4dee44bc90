"""A web server for the built site: static_files.py answers, connections.py keeps the connections. There is no login."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread


class DashboardsError(Exception):
    """The site cannot be built or served. The message says why and what to do. An existing site is kept."""


def serve_dashboards(site: Path, port: int, *, host: str = "127.0.0.1", tell: Callable[[str], None] = lambda address: None) -> None:
    """Serve the site until Ctrl-C or SIGTERM. Only this machine can reach it unless another host is named; there is no login.

    `tell` gets the address once it can be opened. Raises DashboardsError when there is no site or the port cannot be used.
    """
    with listen(site, port, host) as listening:
        from cxhouse.site.connections import SiteServer  # takes a while, and other commands serve nothing

        try:
            SiteServer(site, listening, lambda: tell(name_address(listening, host))).serve_site()
        except KeyboardInterrupt:
            return


@contextmanager
def serve_in_background(site: Path, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve the site from a thread while the block runs; yields the address. Port 0 takes any free one.

    Raises DashboardsError when there is no site or the port cannot be used.
    """
    with listen(site, port, host) as listening:
        from cxhouse.site.connections import SiteServer

        address = name_address(listening, host)
        server = SiteServer(site, listening, lambda: None)
        thread = Thread(target=server.serve_site, daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield address
        finally:
            server.should_exit = True
            thread.join()


def listen(site: Path, port: int, host: str) -> socket.socket:
    """A socket bound to `host`:`port`. Raises DashboardsError when there is no site or the port cannot be used."""
    if not (site / "index.html").is_file():
        raise DashboardsError(f"{site} holds no site yet. Build it with `cxhouse dashboards`.")
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise DashboardsError(f"Port {port} on {host} cannot be used ({error.strerror}). Choose another with CXHOUSE_PORT.") from error


def name_address(listening: socket.socket, host: str) -> str:
    return f"http://{host}:{listening.getsockname()[1]}"
