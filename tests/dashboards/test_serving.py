"""The web server: byte ranges, one index.html for every page, content types, and nothing outside the site's folder."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from cxhouse.site.answers import ANSWERS
from cxhouse.site.server import DashboardsError, create_server, parse_range, serve_dashboards, serve_in_background

PARQUET = bytes(range(256)) * 4


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    pages = folder / "data" / "r1" / "pages"
    for address in (".", "touchpoints/parcel", "changes/v1.js"):
        (pages / address).mkdir(parents=True)
        (pages / address / ANSWERS).write_bytes(b"")
    (folder / "_app" / "immutable").mkdir(parents=True)
    (folder / "index.html").write_text("the pages", encoding="utf-8")
    manifest = {"shell": "s1", "release": "r1", "kept": ["r1"], "reports": []}
    (folder / "data" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "data.parquet").write_bytes(PARQUET)
    (folder / "_app" / "immutable" / "engine.wasm").write_bytes(b"\0asm")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (folder / "way-out").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
def connection(site: Path) -> Iterator[HTTPConnection]:
    with serve_in_background(site) as address:
        client = HTTPConnection(address.removeprefix("http://"), timeout=10)
        yield client
        client.close()


def get(connection: HTTPConnection, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    return response, response.read()


@pytest.mark.parametrize(
    ("asked", "expected", "content_range"),
    [
        ("bytes=0-3", PARQUET[:4], "bytes 0-3/1024"),
        ("bytes=1000-", PARQUET[1000:], "bytes 1000-1023/1024"),
        ("bytes=-8", PARQUET[-8:], "bytes 1016-1023/1024"),
        ("bytes=1020-9999", PARQUET[1020:], "bytes 1020-1023/1024"),
    ],
)
def test_a_part_of_a_file_is_answered_with_206(connection: HTTPConnection, asked: str, expected: bytes, content_range: str) -> None:
    response, body = get(connection, "/data.parquet", Range=asked)
    assert response.status == 206
    assert body == expected
    assert response.getheader("Content-Range") == content_range


@pytest.mark.parametrize("asked", ["bytes=2000-", "bytes=5-4", "bytes=-", "lines=1-2", "bytes=0-1,4-5"])
def test_a_part_that_is_not_there_is_refused(connection: HTTPConnection, asked: str) -> None:
    response, _ = get(connection, "/data.parquet", Range=asked)
    assert response.status == 416
    assert response.getheader("Content-Range") == "bytes */1024"


def test_a_head_request_gives_the_size_and_accepts_ranges(connection: HTTPConnection) -> None:
    response, body = get(connection, "/data.parquet", method="HEAD")
    assert (response.status, body) == (200, b"")
    assert response.getheader("Content-Length") == "1024"
    assert response.getheader("Accept-Ranges") == "bytes"


def test_every_page_of_the_release_is_the_same_file(connection: HTTPConnection) -> None:
    for path in ("/", "/touchpoints/parcel/?period=last_7_days", "/changes/v1.js/"):
        response, body = get(connection, path)
        assert (response.status, body) == (200, b"the pages"), path
    response, _ = get(connection, "/touchpoints/parcel?period=last_7_days")
    assert response.status == 301
    assert response.getheader("Location") == "/touchpoints/parcel/?period=last_7_days"


@pytest.mark.parametrize("path", ["/nothing", "/touchpoints/", "/touchpoints/nobody/", "/empty/", "//etc/passwd", "/way-out"])
def test_an_address_without_a_page_is_not_found_and_the_pages_say_so(connection: HTTPConnection, path: str) -> None:
    response, body = get(connection, path)
    assert (response.status, body) == (404, b"the pages")


@pytest.mark.parametrize(
    "path", ["/_app/immutable/old.js", "/_app/none/", "/data/r0/pages/index.answers", "/data/r1/", "/api/x", "/robots.txt"]
)
def test_a_missing_file_is_not_answered_with_a_page(connection: HTTPConnection, path: str) -> None:
    response, body = get(connection, path)
    assert response.status == 404
    assert b"No such file" in body and b"the home page" in body


def test_a_redirect_never_leaves_the_host(connection: HTTPConnection) -> None:
    response, _ = get(connection, "//touchpoints/parcel")
    assert (response.getheader("Location") or "/").startswith("/")
    assert not (response.getheader("Location") or "/").startswith("//")


def test_types_and_caching_fit_the_file(connection: HTTPConnection) -> None:
    wasm, _ = get(connection, "/_app/immutable/engine.wasm")
    page, _ = get(connection, "/")
    table, _ = get(connection, "/data.parquet")
    assert wasm.getheader("Content-Type") == "application/wasm"
    assert "immutable" in str(wasm.getheader("Cache-Control"))
    assert str(page.getheader("Content-Type")).startswith("text/html")
    assert page.getheader("Cache-Control") == "no-cache"
    assert table.getheader("Content-Type") == "application/vnd.apache.parquet"


def test_an_unchanged_file_is_not_sent_again(connection: HTTPConnection) -> None:
    first, _ = get(connection, "/")
    response, body = get(connection, "/", **{"If-None-Match": str(first.getheader("ETag"))})
    assert (response.status, body) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/touchpoints/..%2f..%2f..%2fsecret.txt",
        "/way-out",
        "/touchpoints/..%2f..%2f..%2f..%2f..%2fsecret.txt",
        "/%00",
    ],
)
def test_what_is_not_in_the_site_is_not_found(connection: HTTPConnection, path: str) -> None:
    response, body = get(connection, path)
    assert response.status == 404
    assert b"secret" not in body


def test_a_replaced_site_is_served_at_once(tmp_path: Path) -> None:
    link = tmp_path / "current"
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(name, encoding="utf-8")
    link.symlink_to("old")
    with serve_in_background(link) as address:
        client = HTTPConnection(address.removeprefix("http://"), timeout=10)
        assert get(client, "/")[1] == b"old"
        fresh = tmp_path / "fresh"
        fresh.symlink_to("new")
        fresh.replace(link)
        assert get(client, "/")[1] == b"new"
        client.close()


def test_only_this_machine_is_answered_unless_another_host_is_named(site: Path) -> None:
    with create_server(site, 0) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_a_missing_site_and_a_taken_port_are_named(site: Path, tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(DashboardsError, match="Build it with `cxhouse dashboards`"):
        serve_dashboards(tmp_path / "nowhere", 0, tell=said.append)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(DashboardsError, match="Choose another with CXHOUSE_PORT"):
            serve_dashboards(site, taken.getsockname()[1], tell=said.append)
    assert said == [], "no address that cannot be opened"


def test_the_last_byte_of_a_range_is_included() -> None:
    assert parse_range("bytes=0-0", 10) == (0, 0)
    assert parse_range("bytes=9-9", 10) == (9, 9)
    assert parse_range("bytes=10-", 10) is None
    assert parse_range("bytes=-0", 10) is None


@pytest.mark.parametrize(("error", "is_said"), [(ConnectionResetError(), False), (BrokenPipeError(), False), (ValueError("a bug"), True)])
def test_a_reader_who_leaves_is_no_error(site: Path, capsys: pytest.CaptureFixture[str], error: Exception, is_said: bool) -> None:
    with create_server(site, 0) as server:
        try:
            raise error
        except Exception:
            server.handle_error(None, ("127.0.0.1", 1))
    said = capsys.readouterr().err
    assert ("a bug" in said) == is_said and bool(said) == is_said
