"""A web server for the built site. It answers byte ranges, serves one index.html for every page, and nothing outside the site."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".parquet": "application/vnd.apache.parquet",
    ".arrow": "application/vnd.apache.arrow.file",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".map": "application/json",
}
NOT_FOUND = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>No such file</title><body style="font:16px/1.5 system-ui,sans-serif;margin:12vh auto;max-width:34rem;padding:0 1rem;color:#1f2933">
<h1 style="font-size:1.4rem">No such file</h1><p>The address may be old: the site is replaced when its pages change.
Start from <a href="/" style="color:inherit">the home page</a>.</p></body></html>"""
# addresses of files, never of pages
FILE_FOLDERS = ("/_app/", "/data/", "/api/")
MANIFEST = Path("data") / "manifest.json"
RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


class DashboardsError(Exception):
    """The site cannot be built or served. The message says why and what to do. An existing site is kept."""


def serve_dashboards(site: Path, port: int, *, host: str = "127.0.0.1", tell: Callable[[str], None] = lambda address: None) -> None:
    """Serve the site until interrupted. Only this machine can reach it unless another host is named; there is no login.

    `tell` gets the address once it can be opened.
    """
    with create_server(site, port, host=host) as server:
        tell(f"http://{host}:{server.server_address[1]}")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


@contextmanager
def serve_in_background(site: Path, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve the site from a thread while the block runs; yields the address. Port 0 takes any free one."""
    with create_server(site, port, host=host) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{host}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def create_server(site: Path, port: int, *, host: str = "127.0.0.1") -> SiteServer:
    """A server bound to `host`:`port`. `site` may be a link; it is resolved for each request, because it can be replaced meanwhile."""
    handler = type("SiteHandler", (StaticHandler,), {"site": site})
    if not (site / "index.html").is_file():
        raise DashboardsError(f"{site} holds no site yet. Build it with `cxhouse dashboards`.")
    try:
        server = SiteServer((host, port), handler)
    except OSError as error:
        raise DashboardsError(f"Port {port} on {host} cannot be used ({error.strerror}). Choose another with CXHOUSE_PORT.") from error
    return server


class SiteServer(ThreadingHTTPServer):
    """A server with a thread per connection. A closed connection in the middle of a request or an answer is not an error."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class StaticHandler(BaseHTTPRequestHandler):
    """GET and HEAD requests for files in `site`."""

    site: Path
    protocol_version = "HTTP/1.1"
    server_version = "cxhouse"
    sys_version = ""

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def answer(self, *, with_body: bool) -> None:
        address = urlsplit(self.path)
        file = find_file(self.site, address.path)
        if file is not None:
            self.send_file(file, with_body=with_body)
            return
        page = find_page(self.site, address.path)
        if page is not None and not address.path.endswith("/"):
            self.redirect(address.path + "/" + (f"?{address.query}" if address.query else ""))
        elif page is not None:
            self.send_file(page, with_body=with_body)
        elif is_file_address(address.path):
            self.send_text(HTTPStatus.NOT_FOUND, NOT_FOUND, with_body=with_body)
        else:  # the pages say what there is instead
            self.send_text(HTTPStatus.NOT_FOUND, (self.site / "index.html").read_text(encoding="utf-8"), with_body=with_body)

    def redirect(self, location: str) -> None:
        self.send_response(HTTPStatus.MOVED_PERMANENTLY)
        self.send_header("Location", "/" + location.lstrip("/"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send_text(self, status: HTTPStatus, text: str, *, with_body: bool) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", CONTENT_TYPES[".html"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def send_file(self, file: Path, *, with_body: bool) -> None:
        with file.open("rb") as content:
            size = file.stat().st_size
            tag = f'"{file.stat().st_mtime_ns:x}-{size:x}"'
            if self.headers.get("If-None-Match") == tag:
                self.send_response(HTTPStatus.NOT_MODIFIED)
                self.send_header("ETag", tag)
                self.end_headers()
                return
            asked = self.headers.get("Range")
            part = parse_range(asked, size) if asked else (0, size - 1)
            if part is None:
                self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
                self.send_header("Content-Range", f"bytes */{size}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            first, last = part
            self.send_response(HTTPStatus.PARTIAL_CONTENT if asked else HTTPStatus.OK)
            if asked:
                self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
            self.send_header("Content-Type", CONTENT_TYPES.get(file.suffix, "application/octet-stream"))
            self.send_header("Content-Length", str(last - first + 1))
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("ETag", tag)
            self.send_header("Last-Modified", formatdate(file.stat().st_mtime, usegmt=True))
            self.send_header("Cache-Control", "public, max-age=31536000, immutable" if "/_app/immutable/" in self.path else "no-cache")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            if with_body:
                copy_part(content, self.wfile, first, last - first + 1)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: a log of requests would record which person read which page."""


def find_file(site: Path, path: str) -> Path | None:
    """The file for a request path; None when there is none, or when the path leads out of the site, also through `..`, an encoded slash
    or a link.
    """
    file = find_inside(site, path)
    return file if file is not None and file.is_file() else None


def find_page(site: Path, path: str) -> Path | None:
    """index.html for the address of a page that the release in force has, with or without its final slash; None for other addresses."""
    manifest = read_manifest(site)
    if manifest is None or path.startswith(FILE_FOLDERS):
        return None
    answers = find_inside(site, f"/data/{manifest['release']}/pages/{path.strip('/')}/index.answers")
    pages = find_inside(site, f"/data/{manifest['release']}/pages")
    is_page = answers is not None and pages is not None and answers.is_relative_to(pages) and answers.is_file()
    return find_file(site, "/index.html") if is_page else None


def is_file_address(path: str) -> bool:
    """Whether a path names a file and not a page: below the folders of files, or with the ending of a file that a site has."""
    wanted = unquote(path)
    return wanted.startswith(FILE_FOLDERS) or "\0" in wanted or Path(wanted).suffix in CONTENT_TYPES


def find_inside(site: Path, path: str) -> Path | None:
    """The path below the site, resolved; None when it leads out of it."""
    root, wanted = site.resolve(), unquote(path)
    if "\0" in wanted:
        return None
    file = (root / wanted.lstrip("/")).resolve()
    return file if file.is_relative_to(root) else None


def read_manifest(site: Path) -> dict[str, Any] | None:
    """What data/manifest.json of a site says: the shell, the release in force, the kept releases and the reports; None without one."""
    try:
        manifest = json.loads((site / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return manifest if isinstance(manifest, dict) and {"shell", "release", "kept", "reports"} <= set(manifest) else None


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte (both included) of a `Range` header with one part; None when the range cannot be satisfied."""
    found = RANGE.match(header.strip())
    if not found or not any(found.groups()):
        return None
    start, end = found.groups()
    if not start:
        first, last = max(size - int(end), 0), size - 1
    else:
        first, last = int(start), min(int(end), size - 1) if end else size - 1
    return (first, last) if first <= last else None


def copy_part(source: BinaryIO, target: BufferedIOBase, first: int, length: int) -> None:
    source.seek(first)
    remaining = length
    while remaining > 0 and (chunk := source.read(min(remaining, 256 * 1024))):
        target.write(chunk)
        remaining -= len(chunk)
