"""Which file of the built site an address means. Nothing outside the site is ever found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

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
    ".gz": "application/gzip",
}
# addresses of files, never of pages
FILE_FOLDERS = ("/_app/", "/data/", "/api/")
MANIFEST = Path("data") / "manifest.json"


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


def find_compressed(file: Path) -> Path | None:
    """The file of that name with `.gz` that is not older; None without one."""
    compressed = file.with_name(f"{file.name}.gz")
    try:
        return compressed if compressed.stat().st_mtime_ns >= file.stat().st_mtime_ns else None
    except OSError:
        return None


def is_file_address(path: str) -> bool:
    """Whether a path names a file and not a page: below the folders of files, or with the ending of a file that a site has."""
    wanted = unquote(path)
    return wanted.startswith(FILE_FOLDERS) or "\0" in wanted or Path(wanted).suffix in CONTENT_TYPES


def find_inside(site: Path, path: str) -> Path | None:
    """The path below the site, resolved; None when nothing is there or it leads out of the site."""
    root, wanted = site.resolve(), unquote(path)
    if "\0" in wanted:
        return None
    try:
        file = (root / wanted.lstrip("/")).resolve()
        file.stat()
    except (OSError, RuntimeError):  # not there, too long, below a file, closed to this user; a link to itself
        return None
    return file if file.is_relative_to(root) else None


def read_manifest(site: Path) -> dict[str, Any] | None:
    """What data/manifest.json of a site says: the shell, the release in force, the kept releases and the reports; None without one."""
    try:
        manifest = json.loads((site / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return manifest if isinstance(manifest, dict) and {"shell", "release", "kept", "reports"} <= set(manifest) else None
