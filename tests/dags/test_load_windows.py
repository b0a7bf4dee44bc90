"""Which days a run loads, and how a failure is reported."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType, SimpleNamespace
from zoneinfo import ZoneInfo

import pytest


def make_run(
    start: str | None, end: str | None, run_type: str = "scheduled", run_after: str | None = None, zone: str = "Europe/Amsterdam"
) -> SimpleNamespace:
    """A run with its interval in local times."""
    moments = [
        datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if text else None
        for text in (start, end, run_after or end)
    ]
    return SimpleNamespace(data_interval_start=moments[0], data_interval_end=moments[1], run_after=moments[2], run_type=run_type)


@pytest.mark.parametrize(
    ("start", "end", "zone", "expected"),
    [
        ("2025-03-01 03:15", "2025-03-02 03:15", "Europe/Amsterdam", ("2025-03-01", "2025-03-02")),
        ("2025-03-29 03:15", "2025-03-30 03:15", "Europe/Amsterdam", ("2025-03-29", "2025-03-30")),  # the clock goes forward
        ("2025-10-25 23:30", "2025-10-26 23:30", "Europe/Amsterdam", ("2025-10-25", "2025-10-26")),  # and back
        ("2025-03-01 00:00", "2025-03-02 00:00", "America/Denver", ("2025-03-01", "2025-03-02")),
        ("2025-03-01 00:00", "2025-03-02 00:00", "Asia/Tokyo", ("2025-03-01", "2025-03-02")),
        ("2025-03-03 05:00", "2025-03-10 05:00", "Europe/Amsterdam", ("2025-03-03", "2025-03-10")),  # weekly
        ("2025-03-01 10:00", "2025-03-01 11:00", "Europe/Amsterdam", ("2025-03-01", "2025-03-02")),  # hourly: the whole day
    ],
)
def test_a_run_loads_the_local_days_of_its_interval(house: ModuleType, start: str, end: str, zone: str, expected: tuple[str, str]) -> None:
    days = house.first_and_last_day(make_run(start, end, zone=zone), zone)
    assert tuple(map(str, days)) == expected


def test_a_run_without_an_interval_loads_yesterday(house: ModuleType) -> None:
    assert house.first_and_last_day(make_run(None, None, run_after="2025-03-02 09:00"), "Europe/Amsterdam") == (
        date(2025, 3, 1),
        date(2025, 3, 2),
    )


@pytest.mark.parametrize(
    ("run_type", "run_after", "choice", "expected"),
    [
        ("scheduled", "2025-03-02 03:15", "when newest", True),
        ("backfill", "2025-03-02 03:15", "when newest", False),
        ("backfill", "2025-03-02 03:15", "yes", False),
        ("manual", "2025-03-02 14:00", "when newest", True),
        ("manual", "2025-03-09 14:00", "when newest", False),  # an old window
        ("manual", "2025-03-09 14:00", "yes", True),
        ("manual", "2025-03-02 14:00", "no", False),
    ],
)
def test_only_the_newest_window_catches_up_and_a_backfill_never_does(
    house: ModuleType, run_type: str, run_after: str, choice: str, expected: bool
) -> None:
    run = make_run("2025-03-01 03:15", "2025-03-02 03:15", run_type, run_after)
    assert house.catches_up(run, choice) is expected


def test_answers_of_a_form_become_one_value_each(house: ModuleType) -> None:
    assert [house.as_text(answer) for answer in (None, ["till", "telephone"], [], 0, 2.5, "a, b")] == [
        "",
        "till,telephone",
        "",
        "0",
        "2.5",
        "a, b",
    ]


def fail(house: ModuleType) -> None:
    task = SimpleNamespace(dag_id="ingest_shop", task_id="load", run_id="r1", try_number=4, task=SimpleNamespace(owner="E-commerce"))
    house.tell_failure({"ti": task, "exception": RuntimeError("the source is down")})


def test_a_failure_is_logged_and_posted(house: ModuleType, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    received: list[dict[str, str]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.handle_request, daemon=True)
        thread.start()
        monkeypatch.setenv("CXHOUSE_WEBHOOK_URL", f"http://127.0.0.1:{server.server_port}/hook")
        fail(house)
        thread.join(5)
    assert "ingest_shop.load failed at try 4 (owner E-commerce" in caplog.text
    assert len(received) == 1
    assert (received[0]["dag"], received[0]["error"]) == ("ingest_shop", "the source is down")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/nobody", "not an address", ""])
def test_a_webhook_that_cannot_be_reached_raises_nothing(house: ModuleType, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("CXHOUSE_WEBHOOK_URL", address)
    fail(house)
