"""Values as sources write them: numbers, booleans, days, times, and times around a clock change."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.declarations import Dialect
from ingestion.timestamps import find_local_days, parse_timestamps
from ingestion.values import blank_values, type_values

DUTCH = Dialect(decimal=",", thousands=".")
PLAIN = Dialect()
CENTURY = st.datetimes(datetime(1950, 1, 1), datetime(2050, 1, 1))
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes))


def read(values: list, column_type: str, dialect: Dialect = PLAIN, time_zone: str = "Europe/Amsterdam") -> list:
    blanked = blank_values(pl.Series("value", values, strict=False), column_type, dialect)
    return type_values(blanked, column_type, dialect, time_zone).to_list()


def write_dutch(value: Decimal) -> str:
    return f"{value:,f}".replace(",", "_").replace(".", ",").replace("_", ".")


@given(st.lists(st.decimals(-(10**13), 10**13, places=4), min_size=1))
def test_decimals_survive_writing_and_reading_in_any_dialect(values: list[Decimal]) -> None:
    assert read([f"{value:f}" for value in values], "decimal") == values
    assert read([write_dutch(value) for value in values], "decimal", DUTCH) == values
    assert read([f" {value:,f} " for value in values], "decimal", Dialect(thousands=",")) == values


@given(st.decimals(-(10**13), 10**13, places=9))
def test_more_than_four_decimals_are_rounded_to_the_nearest_even(value: Decimal) -> None:
    assert read([f"{value:f}"], "decimal") == [value.quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN)]


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_survive_writing_and_reading(value: int) -> None:
    assert read([str(value)], "integer") == [value]
    assert read([f"{value}.0"], "integer") == [value]
    assert read([f"{value:,d}".replace(",", ".")], "integer", DUTCH) == [value]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_survive_writing_and_reading(value: float) -> None:
    assert read([repr(value)], "float") == [value]


@given(st.text(string.digits + "+-.,eE x", max_size=8))
def test_a_number_is_read_only_as_what_python_reads_too(text: str) -> None:
    (number,) = read([text], "decimal")
    if number is not None:
        assert abs(Decimal(text.strip()) - number) <= Decimal("0.00005")


@pytest.mark.parametrize("text", ["1.2345", "12.34.567", "1,234.50", "1.23,5", "--1", "€ 5", "1 000", "", "NaN", "inf", "1e", ",", "٣"])
def test_what_is_no_dutch_number_is_not_read_as_one(text: str) -> None:
    assert read([text], "decimal", DUTCH) == [None]


@pytest.mark.parametrize("text", ["0.125", "01.234", "000.500", "-0.125", "0.125,5"])
def test_a_number_whose_first_group_begins_with_a_zero_has_no_groups(text: str) -> None:
    assert read([text], "decimal", DUTCH) == read([text], "float", DUTCH) == read([text], "integer", DUTCH) == [None]
    assert read(["0,125", "1.000"], "decimal", DUTCH) == [Decimal("0.125"), Decimal(1000)]


def test_numbers_that_do_not_fit_the_lake_are_not_read() -> None:
    assert read(["99999999999999.9999", "100000000000000", "1e15"], "decimal") == [Decimal("99999999999999.9999"), None, None]
    assert read(["9223372036854775808", "5.5", "1e400"], "integer") == [None, None, None]
    assert read(["1e400", "NaN", "-inf"], "float") == [None, None, None]


def test_a_fraction_is_not_cut_off_to_make_an_integer() -> None:
    assert read(["17850.0", "6.00", "6.5"], "integer") == [17850, 6, None]
    assert read([17850.0, 6.5], "integer") == [17850, None]


def test_booleans_are_read_in_two_languages() -> None:
    yes = ["true", "1", "yes", "ja", "TRUE", "T", "j", "Y"]
    no = ["false", "0", "no", "nee", "False", "f", "N"]
    assert read(yes, "boolean") == [True] * len(yes) and read(no, "boolean") == [False] * len(no)
    assert read(["2", "yep", ""], "boolean") == [None] * 3
    assert read([1, 0, 2], "boolean") == [True, False, None] and read([True, False], "boolean") == [True, False]


@given(st.lists(CENTURY, min_size=1), st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f"]))
def test_naive_utc_instants_survive_in_every_iso_spelling(moments: list[datetime], spelling: str) -> None:
    if "%f" not in spelling:
        moments = [moment.replace(microsecond=0) for moment in moments]
    expected = [moment.replace(tzinfo=UTC) for moment in moments]
    assert read([moment.strftime(spelling) for moment in moments], "timestamp", time_zone="UTC") == expected


@given(st.lists(st.tuples(CENTURY, OFFSETS), min_size=1))
def test_an_offset_is_honoured_whatever_the_source_s_time_zone(pairs: list[tuple[datetime, timedelta]]) -> None:
    moments = [moment.replace(tzinfo=UTC).astimezone(timezone(offset)) for moment, offset in pairs]
    texts = [moment.isoformat() for moment in moments]
    assert read(texts, "timestamp", time_zone="Asia/Tokyo") == moments
    assert read([text.replace("T", " ") for text in texts], "timestamp", time_zone="America/New_York") == moments


@given(st.lists(CENTURY, min_size=1), st.sampled_from(["Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]))
def test_local_times_agree_with_the_standard_library(moments: list[datetime], zone: str) -> None:
    local = [moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)) for moment in moments]
    expected = [moment.replace(fold=0).astimezone(UTC) for moment in local]
    assert read([moment.replace(tzinfo=None).isoformat(" ") for moment in local], "timestamp", time_zone=zone) == expected


@given(st.text(string.digits + "-: TZ+", max_size=20))
def test_a_text_is_an_instant_only_when_the_standard_library_reads_one_too(text: str) -> None:
    (moment,) = read([text], "timestamp", time_zone="UTC")
    if moment is not None:
        parsed = datetime.fromisoformat(text.strip().replace(" Z", "Z").replace(" +", "+").replace(" -", "-"))
        assert moment == (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))


def test_an_hour_that_comes_twice_is_its_first_run() -> None:
    assert read(["2024-10-27 02:30:00"], "timestamp") == [datetime(2024, 10, 27, 0, 30, tzinfo=UTC)]


def test_an_hour_that_does_not_exist_is_taken_an_hour_later() -> None:
    assert read(["2024-03-31 02:30:00", "2024-03-31 03:30:00"], "timestamp") == [datetime(2024, 3, 31, 1, 30, tzinfo=UTC)] * 2
    native = [datetime(2024, 3, 31, 2, 30)]
    assert read(native, "timestamp") == [datetime(2024, 3, 31, 1, 30, tzinfo=UTC)]


def test_the_local_day_turns_at_local_midnight() -> None:
    moments = pl.Series(
        [datetime(2024, 3, 30, 22, 59), datetime(2024, 3, 30, 23, 0), datetime(2024, 3, 31, 21, 59), datetime(2024, 3, 31, 22, 0)]
    )
    days = find_local_days(moments.dt.replace_time_zone("UTC"), "Europe/Amsterdam")
    assert days.to_list() == [date(2024, 3, 30), date(2024, 3, 31), date(2024, 3, 31), date(2024, 4, 1)]


def test_iso_comes_before_the_formats_and_the_formats_are_tried_in_order() -> None:
    formats = ("%d-%m-%Y %H:%M", "%m-%d-%Y %H:%M", "%d/%m/%y", "%d-%m-%Y %H:%M %z")
    texts = ["2024-02-01 10:00:00", "01-02-2024 10:00", "02-13-2024 10:00", "01/02/24", "01-02-2024 10:00 +0300", "13-13-2024 10:00", None]
    expected = [
        datetime(2024, 2, 1, 10),
        datetime(2024, 2, 1, 10),
        datetime(2024, 2, 13, 10),
        datetime(2024, 2, 1),
        datetime(2024, 2, 1, 7),
    ]
    assert parse_timestamps(pl.Series(texts), formats, "UTC").to_list() == [*(each.replace(tzinfo=UTC) for each in expected), None, None]


@pytest.mark.parametrize(
    "text", ["0000-00-00 00:00:00", "0024-01-05 10:00:00", "2024-02-30", "2024-01-01T25:00:00", "9999-12-31T23:59:59-14:00", "x"]
)
def test_what_is_no_instant_is_not_read_as_one(text: str) -> None:
    assert read([text], "timestamp") == [None]
    assert read([text, "2024-01-01 10:00:00+00"], "timestamp")[0] is None


@pytest.mark.parametrize("offset", ["+24:00", "+25:00", "+99:00", "-9900", "+99", "+02:75", "-0060"])
def test_an_offset_that_no_clock_has_is_no_offset(offset: str) -> None:
    assert read([f"2026-03-02T10:00:00{offset}", f"2026-03-02 10:00 {offset}"], "timestamp") == [None, None]
    assert read([f"2026-03-02T10:00:00{offset}", f"2026-03-02T11:00:00{offset}"], "timestamp") == [None, None]


@given(st.lists(st.dates(date(1000, 1, 1), date(9998, 12, 31)), min_size=1))
def test_days_survive_writing_and_reading(days: list[date]) -> None:
    assert read([day.isoformat() for day in days], "date") == days
    assert read([f"{day.day:02d}-{day.month:02d}-{day.year:04d}" for day in days], "date", Dialect(date_formats=("%d-%m-%Y",))) == days


@pytest.mark.parametrize(
    ("pattern", "whole", "cut"),
    [
        ("%Y%m%d", "20260302", ["2026032", "2026112", "202603021", "260302"]),
        ("%d%m%Y", "02032026", ["2032026", "1112026"]),
        ("%y%m%d", "260302", ["26032", "2632"]),
        ("%Y%m%d %H:%M", "20260302 00:00", ["2026032 00:00"]),
    ],
)
def test_of_numbers_with_nothing_between_them_all_digits_must_be_there(pattern: str, whole: str, cut: list[str]) -> None:
    moments = parse_timestamps(pl.Series([whole, *cut]), (pattern,), "UTC").to_list()
    assert moments == [datetime(2026, 3, 2, tzinfo=UTC), *[None] * len(cut)]
    if "%H" not in pattern:
        assert read([whole, *cut], "date", Dialect(date_formats=(pattern,))) == [date(2026, 3, 2), *[None] * len(cut)]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_times_too_far_away_to_have_a_year_are_none(unit: str) -> None:
    counts = pl.Series([2**63 - 1, -(2**63) + 1, 0]).cast(pl.Int64)
    for zone in (None, "UTC"):
        far = counts.cast(pl.Datetime(unit, zone))
        typed = type_values(far, "timestamp", PLAIN, "UTC")
        assert typed.is_null().to_list() == [unit != "ns"] * 2 + [False]
        assert type_values(far, "date", PLAIN, "UTC").is_null().to_list() == [True, True, False]
    days = pl.Series([2**31 - 1, -(2**31), 0], dtype=pl.Int32).cast(pl.Date)
    assert type_values(days, "date", PLAIN, "UTC").to_list() == [None, None, date(1970, 1, 1)]
    assert type_values(days, "timestamp", PLAIN, "UTC").is_null().to_list() == [True, True, False]


def test_an_instant_is_a_day_only_at_midnight() -> None:
    assert read(["2024-01-05 00:00:00", "2024-01-05T00:00:00.000", "2024-01-05 10:00:00"], "date") == [date(2024, 1, 5)] * 2 + [None]
    assert read([datetime(2024, 1, 5), datetime(2024, 1, 5, 10)], "date") == [date(2024, 1, 5), None]


def test_null_values_are_null_and_text_keeps_its_spaces() -> None:
    dialect = Dialect(null_values=("", "NULL", "-"))
    assert read(["", "NULL", "-", " x ", "null"], "text", dialect) == [None, None, None, " x ", "null"]
    assert blank_values(pl.Series([" - ", "5"]), "integer", dialect).to_list() == [None, "5"]


def test_values_a_database_has_typed_are_taken_as_they_are() -> None:
    assert read([1, None, 10**15], "decimal") == [Decimal(1), None, None]
    assert read([0.1, 2.675, float("nan"), float("inf")], "decimal") == [Decimal("0.1"), Decimal("2.675"), None, None]
    assert read([Decimal("1.5"), None], "decimal") == [Decimal("1.5"), None]
    assert read([True, None], "text") == ["true", None] and read([17850.0], "text") == ["17850.0"]
    assert read([date(2024, 1, 5)], "timestamp") == [datetime(2024, 1, 4, 23, tzinfo=UTC)]
    assert read([b"abc"], "text") == ["abc"]
    assert read([None, None], "date") == [None, None]
    assert read(["5"], "text") == ["5"] and read([date(2024, 1, 5)], "text") == ["2024-01-05"]
