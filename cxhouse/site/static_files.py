"""Answers to requests for the built site: its files with byte ranges and gzip, one index.html for every page, headers for safety."""

from __future__ import annotations

import hashlib
import os
import re
from base64 import b64encode
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from cxhouse.site.addresses import CONTENT_TYPES, find_compressed, find_file, find_page, is_file_address

NOT_FOUND = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>No such file</title><body style="font:16px/1.5 system-ui,sans-serif;margin:12vh auto;max-width:34rem;padding:0 1rem;color:#1f2933">
<h1 style="font-size:1.4rem">No such file</h1><p>The address may be old: the site is replaced when its pages change.
Start from <a href="/" style="color:inherit">the home page</a>.</p></body></html>"""
HOST = re.compile(r"^[a-z][a-z0-9+.-]*://[^/]*", re.IGNORECASE)  # a proxy may be asked for a whole address
RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
GZIP = re.compile(r"(?:^|,)\s*gzip\s*(?:;\s*q=(?:1|0?\.0*[1-9])[0-9.]*\s*)?(?:,|$)", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script\b(?![^>]*\ssrc\s*=)[^>]*>(.*?)</script>", re.IGNORECASE | re.DOTALL)
SMALL_BYTES = 256 * 1024  # read at once; larger files are sent in parts
SAFETY = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"}
# the engine in the browser compiles WebAssembly; charts and pages set styles
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


class SiteFiles(StaticFiles):
    """GET and HEAD of what `site` holds. It may be a link; it is resolved for each request, because it can be replaced meanwhile."""

    def __init__(self, site: Path) -> None:
        super().__init__()
        self.site = site

    async def get_response(self, path: str, scope: Scope) -> Response:
        return await run_in_threadpool(self.answer, scope)

    def answer(self, scope: Scope) -> Response:
        site, path = self.site.resolve(), HOST.sub("", scope["raw_path"].decode("latin-1")) or "/"
        try:
            response = self.find_response(site, path, scope)
        except FileNotFoundError:  # removed meanwhile
            response = HTMLResponse(NOT_FOUND, HTTPStatus.NOT_FOUND)
        response.headers.setdefault("Cache-Control", "no-cache")
        response.headers.update({**SAFETY, "Content-Security-Policy": describe_policy(site)})
        return response

    def find_response(self, site: Path, path: str, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("Only GET and HEAD.", HTTPStatus.METHOD_NOT_ALLOWED, {"Allow": "GET, HEAD"})
        file = find_file(site, path)
        if file is not None:
            return self.send_file(file, path, Headers(scope=scope))
        page = find_page(site, path)
        if page is not None and not path.endswith("/"):
            query = scope["query_string"].decode("latin-1")
            return RedirectResponse(f"/{path.lstrip('/')}/" + (f"?{query}" if query else ""), HTTPStatus.MOVED_PERMANENTLY)
        if page is not None:
            return self.send_file(page, path, Headers(scope=scope))
        if is_file_address(path):
            return HTMLResponse(NOT_FOUND, HTTPStatus.NOT_FOUND)
        # the pages say what there is instead
        return HTMLResponse((site / "index.html").read_bytes(), HTTPStatus.NOT_FOUND)

    def send_file(self, file: Path, path: str, asked: Headers) -> Response:
        """The file, a part of it, its compressed form, or that it did not change. A part is always one of the file as it is."""
        headers, compressed, part = {}, find_compressed(file), asked.get("Range")
        if "/_app/immutable/" in path:
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        if compressed is not None:
            headers["Vary"] = "Accept-Encoding"
        if compressed is not None and part is None and GZIP.search(asked.get("Accept-Encoding", "")):
            headers["Content-Encoding"] = "gzip"
            sent = compressed
        else:
            sent = file
        with sent.open("rb") as content:
            about = os.fstat(content.fileno())
            kind = CONTENT_TYPES.get(file.suffix, "application/octet-stream")
            response = FileResponse(sent, headers=headers, media_type=kind, stat_result=about)
            if self.is_not_modified(response.headers, asked):
                return NotModifiedResponse(Headers(raw=response.raw_headers))
            if part is None and about.st_size <= SMALL_BYTES:
                return Response(content.read(), headers=dict(response.headers))
        if part is not None and not is_range(part, about.st_size):
            unmet = {"Content-Range": f"bytes */{about.st_size}"}
            return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=unmet)
        return response


def is_range(header: str, size: int) -> bool:
    """Whether a `Range` header asks for one part that a file of that size has."""
    found = RANGE.fullmatch(header.strip())
    if not found or not any(found.groups()):
        return False
    start, end = found.groups()
    if not start:
        return int(end) > 0 and size > 0
    return int(start) < size and (not end or int(start) <= int(end))


def describe_policy(site: Path) -> str:
    """The Content-Security-Policy of a site: its own host, and the inline scripts of its index.html by their hashes."""
    index = site / "index.html"
    try:
        return POLICY.format(hashes="".join(hash_scripts(index, index.stat().st_mtime_ns)))
    except FileNotFoundError:  # the site was removed
        return POLICY.format(hashes="")


@lru_cache(maxsize=4)
def hash_scripts(index: Path, changed: int) -> list[str]:
    """Each inline script of a page as a source of a policy. `changed` is when the page was written."""
    scripts = INLINE_SCRIPT.findall(index.read_text(encoding="utf-8"))
    return [f" 'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]
