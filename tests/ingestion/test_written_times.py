"""How sources write times: zones, epochs, names of months, and the hour that comes twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from tests.ingestion.landed_files import NEEDED, land, land_csv, refuse_csv
from tests.ingestion.small_company import SmallCompany


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


CALLS = {"id": NEEDED, "queued": {"type": "timestamp"}, "answered": {"type": "timestamp"}}


def land_calls(company: SmallCompany, lines: list[str], **columns: Any) -> pl.DataFrame:
    source = company.declare({"t": {"path": "in/*.csv", "format": "csv", "window": {"snapshot": True}, "columns": {**CALLS, **columns}}})
    company.write("in/calls.csv", "\n".join(["id,queued,answered", *lines]) + "\n")
    (result,) = company.ingest(source, "2025-10-01", "2025-11-01")
    assert result.status == "landed", result.error
    return company.read("t")


def wait_seconds(rows: pl.DataFrame) -> list[float]:
    return (rows["answered"] - rows["queued"]).dt.total_seconds().to_list()


def test_a_call_over_the_end_of_the_repeated_hour_lasts_what_it_lasted(company: SmallCompany) -> None:
    lines = ["1,2025-10-26 02:58:00,2025-10-26 03:00:10", "2,2025-10-26 01:58:00,2025-10-26 02:00:10", "3,2025-10-26 02:30:00,"]
    lines += ["4,2025-10-26T02:58:00+02:00,2025-10-26 03:00:10", "5,2025-10-26 02:30:00,2025-10-27 09:00:00"]
    rows = land_calls(company, lines)
    assert wait_seconds(rows)[:2] == [130, 130] and wait_seconds(rows)[3] == 3730
    assert rows["queued"][2] == rows["queued"][4] == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_step_back_in_a_file_in_order_is_the_second_run(company: SmallCompany, is_reversed: bool) -> None:
    clocks = ["01:50", "02:10", "02:50", "02:05", "02:40", "03:10"]
    lines = [f"{number},2025-10-26 {clock}:00," for number, clock in enumerate(clocks)]
    rows = land_calls(company, lines[::-1] if is_reversed else lines).sort("id")
    hours = [(moment.hour, moment.minute) for moment in rows["queued"].to_list()]
    assert hours == [(23, 50), (0, 10), (0, 50), (1, 5), (1, 40), (2, 10)]


def test_a_file_without_order_tells_nothing_and_the_first_run_counts(company: SmallCompany) -> None:
    clocks = ["02:50", "01:50", "02:10", "03:10", "02:05"]
    rows = land_calls(company, [f"{number},2025-10-26 {clock}:00," for number, clock in enumerate(clocks)])
    assert [moment.hour for moment in rows["queued"].to_list()] == [0, 23, 0, 2, 0]


def test_zones_that_a_text_names_are_honoured(company: SmallCompany) -> None:
    moments = ["2026-03-02 09:00:00 UTC", "2026-03-02 09:00:00 EST", "2026-03-02 09:00:00 America/New_York", "Mar 2, 2026 9:00:00 AM PST"]
    moments += ["2026-03-02 09:00:00 CET", "2026-03-02 09:00:00 GMT+2", "2026-03-02 09:00:00 Mars", "2026-03-02 09:00:00 Winkeltijd"]
    formats = ["%Y-%m-%d %H:%M:%S %Z", "%b %d, %Y %I:%M:%S %p %Z"]
    text = "at\n" + "".join(f'"{moment}"\n' for moment in moments)
    names = {"winkeltijd": "Europe/Lisbon"}
    rows = land_csv(company, text, {"at": {"type": "timestamp"}}, timestamp_formats=formats, time_zone_names=names)
    assert rows["at"].to_list() == [at(9), at(14), at(14), at(17), at(8), at(7), None, at(9)]
    assert rows["_rejected_reason"].to_list()[6] == "not a timestamp: at"


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("02-03-2026 09:00 UTC", "%d-%m-%Y %H:%M UTC", at(9)),
        ("02-03-2026 09:00 GMT", "%d-%m-%Y %R GMT", at(9)),
        ("02-03-2026T09:00:00Z", "%d-%m-%YT%H:%M:%SZ", at(9)),
        ("02-03-2026 09:00 (EST)", "%d-%m-%Y %H:%M (EST)", at(14)),
        ("02-03-2026 at 09:00 America/New_York", "%d-%m-%Y at %H:%M America/New_York", at(14)),
        ("02-03-2026 09:00:00.000+0000", "%d-%m-%Y %H:%M:%S.000+0000", at(9)),
        ("Mon Mar 02 2026 09:00:00 GMT+0100 (CET)", "%a %b %d %Y %H:%M:%S GMT%z (%Z)", at(8)),
        ("Mon Mar  2 09:00:00 UTC 2026", "%a %b %e %H:%M:%S %Z %Y", at(9)),
        ("02-03-2026 09:00 +03:00", "%d-%m-%Y %H:%M %:z", at(6)),
        ("02-03-2026 09:00 -03", "%d-%m-%Y %H:%M %z", at(12)),
        ("02-03-2026 om 09:00", "%d-%m-%Y om %H:%M", at(8)),
        ("1772442000", "%s", at(9)),
        ("1772442000", "epoch_seconds", at(9)),
        ("1772442000000", "%s%3f", at(9)),
        ("1772442000.0", "%s%.f", at(9)),
        ("/Date(1772442000000)/", "/Date(%s%3f)/", at(9)),
        ("1772442000000", "epoch_milliseconds", at(9)),
        ("1772442000000000", "epoch_microseconds", at(9)),
        ("1772442000000000000", "epoch_nanoseconds", at(9)),
        ("46083.375", "spreadsheet", at(8)),
        ("46083,4166666667", "spreadsheet", at(9)),
        ("44621.375", "spreadsheet_1904", at(8)),
        ("59", "spreadsheet", None),
        ("Mon Mar 02 2026 09:00:00 Nowhere", "%a %b %d %Y %H:%M:%S %Z", None),
    ],
)
def test_a_moment_is_a_moment_however_it_is_written(company: SmallCompany, text: str, pattern: str, expected: datetime | None) -> None:
    rows = land_csv(company, f'at\n"{text}"\n', {"at": {"type": "timestamp"}}, timestamp_formats=[pattern])
    assert rows["at"].to_list() == [expected] and rows["_rejected_reason"].null_count() == (expected is not None)


def test_seconds_and_milliseconds_in_one_column_are_told_apart_by_plausible_years(company: SmallCompany) -> None:
    lines = '{"at":1772442000}\n{"at":1772442000123}\n{"at":"1772442000.5"}\n'
    columns = {"at": {"type": "timestamp", "timestamp_formats": ["epoch_seconds", "epoch_milliseconds"]}}
    _, rows = land(company, {"o_2026-03-02.jsonl": lines}, columns)
    assert rows["at"].to_list() == [at(9), at(9).replace(microsecond=123000), at(9).replace(microsecond=500000)]


def test_a_column_may_name_the_zone_of_its_row(company: SmallCompany) -> None:
    text = "at,tz\n2026-03-02 09:00:00,America/New_York\n2026-03-02 09:00:00,UTC\n2026-03-02 09:00:00,\n2026-03-02T09:00:00Z,\n,\n"
    columns = {"at": {"type": "timestamp", "time_zone_column": "tz"}}
    result, rows = land(company, {"o_2026-03-02.csv": text}, columns)
    assert rows["at"].to_list() == [at(14), at(9), None, at(9), None] and result.unexpected_columns == ()
    assert rows["_rejected_reason"].to_list() == [None, None, "unknown time zone: at", None, None]
    assert "tz (names the time zone)" in refuse_csv(company, "at\n2026-03-02 09:00:00\n", columns)


def test_names_of_months_of_a_language_are_read(company: SmallCompany) -> None:
    columns = {"at": {"type": "timestamp"}, "day": {"type": "date"}}
    formats = {"timestamp_formats": ["%a %d %b %Y %H:%M", "%d %B %Y %H:%M"], "date_formats": ["%d %B %Y"]}
    text = "at,day\nma 2 mrt. 2026 09:00,2 maart 2026\n2 Maart 2026 09:00,2 Mar 2026\n2 foo 2026 09:00,2 mei 2026\n"
    rows = land_csv(company, text, columns, language="nl", **formats)
    assert rows["at"].to_list() == [at(8), at(8), None]
    assert rows["day"].to_list() == [date(2026, 3, 2), date(2026, 3, 2), date(2026, 5, 2)]


def test_days_of_a_spreadsheet_are_days(company: SmallCompany) -> None:
    columns = {"day": {"type": "date", "date_formats": ["spreadsheet"]}}
    assert land_csv(company, "day\n46083\n46083.5\n", columns)["day"].to_list() == [date(2026, 3, 2), None]
