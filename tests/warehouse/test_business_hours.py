"""Business hours: the published cases hold for both methods, and the methods agree on any calendar."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semantic.business_hours import OpeningHours, count_open_seconds
from tests.companies.tiny import FOLDER, PROJECT
from tests.warehouse.conftest import Home, copy_home
from tests.warehouse.open_stretches import CompiledHours, Waiting, read_compiled

PAGE = (PROJECT / "docs" / "business-hours.md").read_text(encoding="utf-8")
ZONES = ("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago")
HOLIDAYS = [date.fromisoformat(day) for day in re.findall(r"Holidays: ([\d, -]+\d)", PAGE)[0].split(", ")]


def read_table(heading: str) -> list[list[str]]:
    """Cells of the first table below a heading of the page."""
    lines = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    assert len(rows) > 1, heading
    return rows[1:]


def read_calendars() -> dict[str, list[OpeningHours]]:
    """Opening hours per calendar of the page."""
    calendars: dict[str, list[OpeningHours]] = {}
    for name, weekdays, opens, closes, valid_from, valid_to, closed_on_holidays in read_table("Calendars"):
        first, last = (int(day) for day in weekdays.split("-"))
        end = date.fromisoformat(valid_to) if valid_to else None
        calendars.setdefault(name, []).extend(
            OpeningHours(weekday, opens, closes, date.fromisoformat(valid_from), end, closed_on_holidays == "yes")
            for weekday in range(first, last + 1)
        )
    return calendars


CALENDARS = read_calendars()
CASES = {
    case: (Waiting(calendar, datetime.fromisoformat(start), datetime.fromisoformat(finish)), float(seconds))
    for case, calendar, start, finish, seconds, _ in read_table("Cases")
}


@pytest.fixture(scope="module")
def compiled(tiny: Home) -> CompiledHours:
    return read_compiled(tiny.path)


def test_the_page_has_cases_for_what_is_hard() -> None:
    assert len(CASES) > 25
    for word in (
        "spring",
        "autumn",
        "holiday",
        "night",
        "shifts",
        "weekend",
        "wholly closed",
        "before opening",
        "after closing",
        "new hours",
    ):
        assert any(word in case for case in CASES), word


@pytest.mark.parametrize("case", CASES)
def test_the_walk_through_the_days_gives_the_published_seconds(case: str) -> None:
    wait, seconds = CASES[case]
    counted = count_open_seconds(CALENDARS.get(wait.channel, []), HOLIDAYS, ZoneInfo("Europe/Amsterdam"), wait.start, wait.finish)
    assert counted == seconds


def test_the_warehouse_gives_the_published_seconds(compiled: CompiledHours) -> None:
    counted = compiled.count_seconds(CALENDARS, HOLIDAYS, "Europe/Amsterdam", [wait for wait, _ in CASES.values()])
    assert dict(zip(CASES, counted, strict=True)) == {case: seconds for case, (_, seconds) in CASES.items()}


clocks = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from([0, 15, 30, 59])) | st.just("24:00")
days = st.dates(date(2026, 3, 1), date(2026, 4, 20)) | st.dates(date(2026, 10, 1), date(2026, 11, 15))
openings = st.builds(
    OpeningHours,
    weekday=st.integers(1, 7),
    opens_at=clocks.filter(lambda clock: clock != "24:00"),
    closes_at=clocks,
    valid_from=st.just(date(2020, 1, 1)) | days,
    valid_to=st.none() | days,
    closed_on_holidays=st.booleans(),
)
moments = st.builds(
    lambda day, seconds: datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds), days, st.integers(0, 86399)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hours=st.lists(openings, max_size=12),
    holidays=st.lists(days, max_size=4, unique=True),
    zone=st.sampled_from(ZONES),
    starts=st.lists(moments, min_size=1, max_size=8),
    lengths=st.lists(st.integers(0, 10 * 86400), min_size=8, max_size=8),
)
def test_both_methods_agree_on_any_calendar(
    compiled: CompiledHours, hours: list[OpeningHours], holidays: list[date], zone: str, starts: list[datetime], lengths: list[int]
) -> None:
    waits = [Waiting("desk", start, start + timedelta(seconds=length)) for start, length in zip(starts, lengths, strict=False)]
    walked = [count_open_seconds(hours, holidays, ZoneInfo(zone), wait.start, wait.finish) for wait in waits]
    assert compiled.count_seconds({"desk": hours}, holidays, zone, waits) == walked
    assert all(0 <= seconds <= (wait.finish - wait.start).total_seconds() for seconds, wait in zip(walked, waits, strict=True))


READ = ("int_contacts_daily",)


def read_responses(home: Home) -> list[tuple[str, float]]:
    """Day and seconds of the first responses counted in the daily facts."""
    rows = home.query(
        "select event_date::varchar as day, first_response_seconds_total as seconds from int_contacts_daily where first_responses_count > 0"
    )
    return [(row["day"], row["seconds"]) for row in rows]


def test_changed_opening_hours_and_holidays_count_again_what_they_concern(tiny: Home, tmp_path: Path) -> None:
    company = tmp_path / "company"
    shutil.copytree(FOLDER, company)
    home = copy_home(tiny, tmp_path, CXHOUSE_COMPANY=str(company))
    # K5: Monday 2 March 12:00 to Tuesday 9:30
    assert read_responses(home) == [("2026-03-02", 19800.0)]
    hours = company / "calendars" / "opening_hours.yml"
    hours.write_text(hours.read_text(encoding="utf-8").replace('"17:00"', '"15:00"'), encoding="utf-8")
    home.build(only=READ)
    assert '"is_full": false' in (home.path / "state" / "build.json").read_text(encoding="utf-8")
    assert read_responses(home) == [("2026-03-02", 3 * 3600 + 1800.0)]
    (company / "calendars" / "holidays.yml").write_text("holidays: [{date: 2026-03-03, name: Day off}]\n", encoding="utf-8")
    home.build(only=READ)
    assert read_responses(home) == [("2026-03-02", 3 * 3600.0)]
    home.build("--full-refresh", only=READ)
    assert read_responses(home) == [("2026-03-02", 3 * 3600.0)]
