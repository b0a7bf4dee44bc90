"""The web server's answers: byte ranges, gzip, one index.html for every page, headers, and nothing outside the site's folder."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import re
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import psutil
import pytest

from cxhouse.site.answers import ANSWERS
from cxhouse.site.server import DashboardsError, serve_dashboards, serve_in_background
from cxhouse.site.shell import compress_files

PARQUET = bytes(range(256)) * 4
ENGINE = b"\0asm" + bytes(range(200)) * 2000
BOOT = "\n\tstart({ a: 1 < 2 && 'é' });\n"


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
    (folder / "_app" / "immutable" / "engine.wasm").write_bytes(ENGINE)
    compress_files(folder)
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
    response, _ = get(connection, "/\\elsewhere.example/..%2ftouchpoints/parcel")
    assert not str(response.getheader("Location") or "/").startswith(("//", "/\\")), "browsers read a backslash as a slash"


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


def test_a_removed_site_is_not_found(site: Path, connection: HTTPConnection) -> None:
    site.rename(site.with_name("elsewhere"))
    for path in ("/", "/nothing", "/data.parquet", "/_app/immutable/engine.wasm"):
        assert get(connection, path)[0].status == 404, path


@pytest.mark.parametrize("named", [None, "0.0.0.0"])
def test_only_this_machine_is_answered_unless_another_host_is_named(site: Path, named: str | None) -> None:
    with serve_in_background(site, **({"host": named} if named else {})) as address:
        host, _, port = address.removeprefix("http://").partition(":")
        bound = [each.laddr.ip for each in psutil.Process().net_connections("tcp") if each.laddr.port == int(port)]
        assert [host, *bound] == [named or "127.0.0.1"] * 2


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


@pytest.mark.parametrize(
    ("asked", "status", "length"),
    [
        ("bytes=0-0", 206, 1),
        ("bytes=1023-1023", 206, 1),
        ("bytes=-2000", 206, 1024),
        ("bytes=1024-", 416, 0),
        ("bytes=-0", 416, 0),
        ("bytes=--1", 416, 0),
        ("bytes= 0-1", 416, 0),
        ("bytes=0x0-0x1", 416, 0),
        ("bytes=" + "9" * 5000 + "-", 416, 0),
        ("bytes=-" + "9" * 5000, 416, 0),
        ("bytes=" + ",".join(f"{start}-{start}" for start in range(0, 1000, 2)), 416, 0),
        ("bytes=" + "0-," * 5_000, 416, 0),
    ],
    ids=lambda value: str(value)[:20],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_odd_range_is_answered(
    connection: HTTPConnection, capfd: pytest.CaptureFixture[str], method: str, asked: str, status: int, length: int
) -> None:
    response, body = get(connection, "/data.parquet", method=method, Range=asked)
    assert response.status == status
    assert int(str(response.getheader("Content-Length"))) == length
    assert method == "HEAD" or len(body) == length
    assert "".join(capfd.readouterr()) == ""


def test_a_range_of_a_file_without_content_is_refused(site: Path, connection: HTTPConnection) -> None:
    (site / "empty.txt").write_bytes(b"")
    assert get(connection, "/empty.txt")[0].status == 200
    assert get(connection, "/empty.txt", Range="bytes=0-")[0].status == 416
    assert get(connection, "/empty.txt", Range="bytes=-5")[0].status == 416


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/" + "a" * 300, 404),
        ("/" + "a/" * 3000, 404),
        ("/" + "a" * 15_000, 404),
        ("/data.parquet/below", 404),
        ("/loop", 404),
        ("/%ff%fe", 404),
        ("/%", 404),
        ("http://elsewhere.example/data.parquet", 200),
        ("nothing", 404),
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_odd_address_is_answered(
    site: Path, connection: HTTPConnection, capfd: pytest.CaptureFixture[str], path: str, status: int
) -> None:
    (site / "loop").symlink_to("loop")
    assert get(connection, path)[0].status == status
    assert "".join(capfd.readouterr()) == ""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_a_site_is_only_read(connection: HTTPConnection, method: str) -> None:
    response, _ = get(connection, "/data.parquet", method=method)
    assert (response.status, response.getheader("Allow")) == (405, "GET, HEAD")


def test_a_large_file_is_sent_whole_or_in_part(site: Path, connection: HTTPConnection) -> None:
    table = os.urandom(3_000_001)
    (site / "large.parquet").write_bytes(table)
    assert get(connection, "/large.parquet")[1] == table
    assert get(connection, "/large.parquet", Range="bytes=1000000-2999999")[1] == table[1_000_000:3_000_000]
    response, body = get(connection, "/large.parquet", method="HEAD", Range="bytes=0-")
    assert (response.status, response.getheader("Content-Length"), body) == (206, "3000001", b"")


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8", True),
        ("GZIP", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("br", False),
        ("", False),
    ],
)
def test_the_engine_is_sent_compressed_to_who_accepts_it(connection: HTTPConnection, accepted: str, is_compressed: bool) -> None:
    plain, _ = get(connection, "/_app/immutable/engine.wasm")
    response, body = get(connection, "/_app/immutable/engine.wasm", **{"Accept-Encoding": accepted})
    assert response.status == 200
    assert response.getheader("Content-Encoding") == ("gzip" if is_compressed else None)
    assert (gzip.decompress(body) if is_compressed else body) == ENGINE
    assert int(str(response.getheader("Content-Length"))) == len(body)
    assert (len(body) < len(ENGINE) / 10) == is_compressed
    assert response.getheader("Vary") == plain.getheader("Vary") == "Accept-Encoding"
    assert response.getheader("Content-Type") == "application/wasm"
    assert "immutable" in str(response.getheader("Cache-Control"))
    assert (response.getheader("ETag") != plain.getheader("ETag")) == is_compressed, "different bytes, different tags"
    again, _ = get(
        connection, "/_app/immutable/engine.wasm", **{"Accept-Encoding": accepted, "If-None-Match": str(response.getheader("ETag"))}
    )
    assert (again.status, again.getheader("Vary")) == (304, "Accept-Encoding")


def test_a_part_is_one_of_the_file_as_it_is(connection: HTTPConnection) -> None:
    response, body = get(connection, "/_app/immutable/engine.wasm", **{"Accept-Encoding": "gzip", "Range": "bytes=0-3"})
    assert (response.status, body) == (206, b"\0asm")
    assert response.getheader("Content-Encoding") is None
    assert response.getheader("Content-Range") == f"bytes 0-3/{len(ENGINE)}"
    assert response.getheader("Vary") == "Accept-Encoding"


def test_answers_which_pages_unpack_themselves_are_sent_as_they_are(site: Path, connection: HTTPConnection) -> None:
    file = site / "data" / "r1" / "pages" / ANSWERS
    file.write_bytes(gzip.compress(b"{}" * 5000))
    compress_files(site)
    response, body = get(connection, f"/data/r1/pages/{ANSWERS}", **{"Accept-Encoding": "gzip"})
    assert response.getheader("Content-Encoding") is None
    assert body == file.read_bytes()


def test_a_file_that_changed_after_it_was_compressed_is_sent_as_it_is(site: Path, connection: HTTPConnection) -> None:
    (site / "_app" / "immutable" / "engine.wasm").write_bytes(b"\0asm new")
    response, body = get(connection, "/_app/immutable/engine.wasm", **{"Accept-Encoding": "gzip"})
    assert (response.getheader("Content-Encoding"), body) == (None, b"\0asm new")


def test_pages_may_ask_this_host_alone_and_run_no_script_but_their_own(site: Path, connection: HTTPConnection) -> None:
    page = f"<html><script src='/a.js'></script><script type='module'>{BOOT}</script></html>"
    (site / "index.html").write_text(page, encoding="utf-8")
    own = base64.b64encode(hashlib.sha256(BOOT.encode()).digest()).decode()
    for path in ("/", "/nothing", "/nothing.js", "/data.parquet", "/touchpoints/parcel", "/_app/immutable/engine.wasm"):
        response, _ = get(connection, path)
        policy = dict(part.strip().partition(" ")[::2] for part in str(response.getheader("Content-Security-Policy")).split(";"))
        assert policy["default-src"] == "'self'", path
        assert policy["script-src"].split() == ["'self'", "'wasm-unsafe-eval'", f"'sha256-{own}'"]
        assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
        assert not re.search(r"https?:|\*", " ".join(policy.values()))
        assert response.getheader("X-Content-Type-Options") == "nosniff"
        assert response.getheader("X-Frame-Options") == "DENY"
        assert response.getheader("Referrer-Policy") == "same-origin"
    (site / "index.html").write_text("<html>replaced</html>", encoding="utf-8")
    response, _ = get(connection, "/")
    assert own not in str(response.getheader("Content-Security-Policy"))
