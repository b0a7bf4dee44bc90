"""The web server's connections: many at once, those that wait, those that stall, and their end."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, TypeVar

import pytest

from cxhouse.settings import PROJECT
from cxhouse.site import connections
from cxhouse.site.answers import ANSWERS
from cxhouse.site.server import serve_in_background

T = TypeVar("T")
LARGE = 8_000_000
WHOLE = b"GET / HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n"
HALF = b"GET / HTTP/1.1\r\nHost: si"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "dashboards" / "site"
    (folder / "data" / "r1" / "pages").mkdir(parents=True)
    (folder / "data" / "r1" / "pages" / ANSWERS).write_bytes(b"")
    manifest = {"shell": "s1", "release": "r1", "kept": ["r1"], "reports": []}
    (folder / "data" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "index.html").write_text("the pages" * 1000, encoding="utf-8")
    (folder / "large.parquet").write_bytes(os.urandom(LARGE))
    return folder


@pytest.fixture
def port(site: Path) -> Iterator[int]:
    with serve_in_background(site) as address:
        yield read_port(address)


def read_port(address: str) -> int:
    return int(address.rpartition(":")[2])


def run(task: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own: playwright's loop may run in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, task).result()


async def ask(port: int, request: bytes = WHOLE, *, patience: float = 60) -> bytes:
    """The whole answer to a request on a connection of its own; what came of it when the server ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    got = b""
    try:
        writer.write(request)
        async with asyncio.timeout(patience):
            while part := await reader.read(65536):
                got += part
    except ConnectionError:
        pass
    finally:
        writer.close()
    return got


def ask_all(port: int, count: int, request: bytes = WHOLE, *, patience: float = 60) -> list[bytes]:
    async def gather() -> list[bytes]:
        return await asyncio.gather(*(ask(port, request, patience=patience) for _ in range(count)))

    return run(gather())


def read_status(answer: bytes) -> str:
    return answer[9:12].decode()


@pytest.mark.parametrize(("path", "size"), [("/", 9000), ("/large.parquet", 100_000)])
def test_five_hundred_readers_at_once_get_whole_answers(port: int, path: str, size: int) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: site\r\nConnection: close\r\nRange: bytes=0-{size - 1}\r\n\r\n".encode()
    answers = ask_all(port, 500, request)
    assert Counter(map(read_status, answers)) == {"206": 500}
    assert {len(answer.partition(b"\r\n\r\n")[2]) for answer in answers} == {size}


def test_parts_asked_for_one_after_the_other_come_without_a_pause(port: int) -> None:
    client = HTTPConnection("127.0.0.1", port, timeout=20)
    seconds = []
    for place in range(40):
        began = time.perf_counter()
        client.request("GET", "/large.parquet", headers={"Range": f"bytes={place}-{place + 9000}"})
        client.getresponse().read()
        seconds.append(time.perf_counter() - began)
    client.close()
    assert statistics.median(seconds) < 0.035, "an acknowledgement that is put off takes 40 ms"


def test_half_requests_hold_no_thread_and_are_ended_while_others_read(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 3)
    with serve_in_background(site) as address:
        port, before = read_port(address), threading.active_count()

        async def wait() -> tuple[list[bytes], bytes, int]:
            halves = [asyncio.create_task(ask(port, HALF)) for _ in range(300)]
            await asyncio.sleep(1)
            whole = await ask(port)
            return await asyncio.gather(*halves), whole, threading.active_count()

        halves, whole, threads = run(wait())
    assert read_status(whole) == "200"
    assert halves == [b""] * 300
    assert threads - before < 10


@pytest.mark.parametrize("first", [b"", b"HEAD / HTTP/1.1\r\nHost: site\r\n\r\n"])
def test_a_request_that_comes_in_drops_is_ended(site: Path, monkeypatch: pytest.MonkeyPatch, first: bytes) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 1)
    with serve_in_background(site) as address, socket.create_connection(("127.0.0.1", read_port(address)), timeout=20) as slow:
        if first:  # the connection served another request before
            slow.sendall(first)
            assert slow.recv(65536).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            for letter in HALF * 40:
                slow.sendall(bytes([letter]))
                time.sleep(0.1)
        assert time.monotonic() - began < 10


def test_a_long_answer_takes_longer_than_a_request_may(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5)
    with serve_in_background(site) as address, socket.create_connection(("127.0.0.1", read_port(address)), timeout=20) as slow:
        slow.sendall(b"GET /large.parquet HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n")
        time.sleep(1.5)
        got = 0
        while part := slow.recv(1_000_000):
            got += len(part)
        assert got > LARGE


def test_a_reader_who_takes_nothing_is_left(site: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(connections, "STALLED_SECONDS", 1)
    with serve_in_background(site) as address, socket.create_connection(("127.0.0.1", read_port(address)), timeout=20) as stalled:
        stalled.sendall(b"GET /large.parquet HTTP/1.1\r\nHost: site\r\n\r\n")
        time.sleep(3)
        got = 0
        with pytest.raises(ConnectionError):
            while got <= LARGE:
                part = stalled.recv(1_000_000)
                if not part:
                    raise ConnectionResetError
                got += len(part)
    assert 0 < got < LARGE
    assert "".join(capfd.readouterr()) == ""


def test_beyond_the_cap_readers_are_told_to_come_back(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "CONNECTIONS", 20)
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 2)
    with serve_in_background(site) as address:
        port = read_port(address)

        async def crowd() -> tuple[str, int, str]:
            halves = [asyncio.create_task(ask(port, HALF)) for _ in range(25)]
            await asyncio.sleep(0.5)
            refused = read_status(await ask(port))
            halves += [asyncio.create_task(ask(port, HALF)) for _ in range(60)]
            await asyncio.sleep(0.5)
            ended = sum(half.done() for half in halves)
            await asyncio.gather(*halves)
            return refused, ended, read_status(await ask(port))

        refused, ended, after = run(crowd())
    assert (refused, after) == ("503", "200")
    assert ended >= 40, "connections beyond twice the cap are ended at once"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /" + b"a" * 200_000, "400"),
        (b"GET / HTTP/1.1\r\nHost: site\r\nRange: bytes=" + b"0-," * 100_000, "400"),
        (b"GET http://[::1/ HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n", "200"),
        (b"GET / HTTP/1.1\r\nHost: site\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n", ""),
        (b"GET /large.parquet HTTP/1.1\r\nHost: site\r\n\r\n\0\0\0\0 garbage\r\n\r\n", ""),
        (b"GET / HTTP/1.1\r\nHost: site\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n", "200"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 50 + b"\r\n\r\n", "400"),
        ("GET /é HTTP/1.1\r\nHost: site\r\n\r\n".encode(), "400"),
        (b"GET /\r\n\r\n", "400"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_proper_request_is_answered_or_ended_without_a_word(
    port: int, capfd: pytest.CaptureFixture[str], request_: bytes, status: str
) -> None:
    (answer,) = ask_all(port, 1, request_, patience=15)
    assert read_status(answer) == status or (not status and answer[:9] in (b"", b"HTTP/1.1 "))
    assert "".join(capfd.readouterr()) == ""
    assert read_status(ask_all(port, 1)[0]) == "200"


def test_nothing_of_the_process_is_changed_and_no_request_is_logged(
    site: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    def describe() -> object:
        loggers = {
            name: (logger.level, logger.propagate, list(logger.handlers))
            for name, logger in logging.root.manager.loggerDict.items()
            if isinstance(logger, logging.Logger)
        }
        return [signal.getsignal(number) for number in signal.Signals], list(logging.root.handlers), loggers

    with serve_in_background(site):
        pass  # uvicorn's loggers exist from here on
    before = describe()
    with caplog.at_level(logging.INFO), serve_in_background(site) as address:
        assert read_status(ask_all(read_port(address), 1, WHOLE.replace(b"/ ", b"/secret-page/ "))[0]) == "404"
    assert describe() == before
    assert "secret-page" not in caplog.text
    assert "".join(capfd.readouterr()) == ""


def test_commands_that_serve_nothing_do_not_load_the_server() -> None:
    asked = "import sys, cxhouse.main, cxhouse.commands.status; print({'starlette', 'uvicorn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_end_waits_for_nobody(site: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with serve_in_background(site) as address:
        opened = [socket.create_connection(("127.0.0.1", read_port(address)), timeout=20) for _ in range(30)]
        for place, each in enumerate(opened):
            each.sendall((b"", HALF, b"GET /large.parquet HTTP/1.1\r\nHost: site\r\n\r\n")[place % 3])
        time.sleep(0.5)
        began = time.monotonic()
    assert time.monotonic() - began < 2.5
    assert "".join(capfd.readouterr()) == ""
    for each in opened:
        each.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_cxhouse_serve_ends_on_a_signal_while_connections_are_open(site: Path, tmp_path: Path, number: signal.Signals) -> None:
    environment = {**os.environ, "CXHOUSE_HOME": str(tmp_path), "CXHOUSE_HASH_KEY": "a key for tests", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "cxhouse.main", "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as serving:
        try:
            assert serving.stdout is not None and serving.stderr is not None
            port = read_port(serving.stdout.readline().split()[1])
            assert read_status(ask_all(port, 1)[0]) == "200", "it can be opened as soon as it is said"
            opened = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(20)]
            for place, each in enumerate(opened):
                each.sendall((HALF, b"GET /large.parquet HTTP/1.1\r\nHost: site\r\n\r\n")[place % 2])
            time.sleep(0.5)
            began = time.monotonic()
            serving.send_signal(number)
            assert serving.wait(timeout=20) == (-signal.SIGTERM if number == signal.SIGTERM else 0)
            assert time.monotonic() - began < 3
            assert (serving.stdout.read(), serving.stderr.read()) == ("", "")
        finally:
            serving.kill()
    for each in opened:
        each.close()
