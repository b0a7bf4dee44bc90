"""The demo has the planned share of bad data."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date, timedelta

import polars as pl
import pytest

from tests.ingestion.demo.foreign_files import ForeignFiles, is_json, local_day, unzip

CARRIERS = ("pakduif", "stadsflits", "wielwerk", "zoefpost")


def test_some_orders_are_cancelled_refunded_foreign_or_by_guests(demo: ForeignFiles) -> None:
    orders = demo.read_table("orders")
    shares = {
        "cancelled": (orders["state"] == "99").mean(),
        "refunded": (orders["state"] == "95").mean(),
        "foreign": (orders["currency"] != "EUR").mean(),
        "guests": orders["customer_no"].is_null().mean(),
    }
    assert shares["cancelled"] == pytest.approx(0.027, abs=0.01)
    assert shares["refunded"] == pytest.approx(0.01, abs=0.004)
    assert 0 < shares["foreign"] < 0.01
    assert 0.01 < shares["guests"] < 0.06
    assert orders.filter(pl.col("order_no").str.starts_with("TEST")).height == 12


def test_rows_move_on_when_something_happens_to_them_and_never_beyond_the_last_day(demo: ForeignFiles) -> None:
    orders, lines = demo.read_table("orders"), demo.read_table("order_lines")
    cancelled = orders.filter(pl.col("state") == "99")
    assert cancelled.height > 100
    assert (cancelled["modified_at"] == cancelled["cancelled_on"]).all()
    returned = lines.filter(pl.col("qty_returned") > 0)
    assert returned.height > 1000
    assert (returned["modified_at"] == returned["returned_on"]).all()
    assert max(orders["modified_at"].max(), lines["modified_at"].max()) < "2025-03-31 22:00:00"


def test_a_late_parcel_is_reported_again_in_a_later_file_with_its_outcome(demo: ForeignFiles) -> None:
    reports = defaultdict(list)
    for day, row in demo.read_carrier("pakduif", ";", "utf-8-sig"):
        if not row["Toegezegd"].startswith("31-02"):
            reports[row["ZendingNr"]].append((day, row["Afgeleverd"], row["Status"]))
    again = {number: seen for number, seen in reports.items() if len(seen) > 1}
    assert 0.03 < len(again) / len(reports) < 0.12
    for seen in again.values():
        (first_day, first_delivered, _), (second_day, second_delivered, status) = sorted(seen)
        assert second_day > first_day
        assert first_delivered == ""
        assert second_delivered or status == "KWT"


def test_carriers_write_in_their_own_dialects_and_one_changes_its_header(demo: ForeignFiles) -> None:
    assert unzip(demo.carrier_files("pakduif")[0]).startswith(b"\xef\xbb\xbfZendingNr;")
    first = unzip(demo.carrier_files("wielwerk")[0])
    assert "Toegezegd vóór" in first.decode("cp1252")
    with pytest.raises(UnicodeDecodeError):
        first.decode("utf-8")
    headers = [unzip(path).decode().splitlines()[0] for path in demo.carrier_files("stadsflits")]
    assert headers[0].startswith("consignment,")
    assert headers[-1].startswith("consignment_id,")
    assert len(set(headers)) == 2


def test_contacts_come_twice_and_some_again_with_a_later_status(demo: ForeignFiles) -> None:
    exports = defaultdict(list)
    for day, record in demo.contacts:
        exports[record["conversationId"]].append((day, record))
    doubles = sum(len({day for day, _ in seen}) < len(seen) for seen in exports.values())
    later = [seen for seen in exports.values() if len({day for day, _ in seen}) > 1]
    assert 0.005 < doubles / len(exports) < 0.03
    assert 0.03 < len(later) / len(exports) < 0.15
    for seen in later:
        (_, first), (_, last) = seen[0], seen[-1]
        assert (first["result"]["status"], last["result"]["status"]) == ("open", "closed")
        assert last["exportedAt"] > first["exportedAt"]


def test_many_contacts_carry_no_customer_number_and_some_people_are_strangers(demo: ForeignFiles) -> None:
    known = {value.lower() for value in demo.read_table("customers")["email_address"].drop_nulls()}
    mails = [record["customer"] for _, record in demo.contacts if record["channel"]["type"] == "EMAIL"]
    assert len(mails) > 500
    strangers = sum(customer["email"].lower() not in known for customer in mails) / len(mails)
    numbered = sum("crmId" in record["customer"] for _, record in demo.contacts) / len(demo.contacts)
    assert 0.05 < strangers < 0.3
    assert 0.2 < numbered < 0.6


def test_local_time_carries_the_offset_of_its_season_and_the_skipped_hour_has_no_visits(demo: ForeignFiles) -> None:
    offsets = Counter((local_day(record["routing"]["queuedAt"]).month, record["routing"]["queuedAt"][-6:]) for _, record in demo.contacts)
    assert offsets[(1, "+01:00")] > 0
    assert offsets[(7, "+02:00")] > 0
    assert offsets[(1, "+02:00")] == offsets[(7, "+01:00")] == 0
    hours = pl.read_csv(demo.folder / "visits" / "visits_2024-03-31.csv")["hour"].to_list()
    assert 2 not in hours
    assert {1, 3} <= set(hours)


def test_broken_lines_are_there_and_well_under_one_in_a_hundred(demo: ForeignFiles) -> None:
    contacts = [is_json(line) for _, line in demo.contact_lines]
    lines = broken = 0
    for carrier in CARRIERS:
        for path in demo.carrier_files(carrier):
            encoding = "cp1252" if carrier == "wielwerk" else "utf-8"
            separator = ";" if carrier in ("pakduif", "wielwerk") else ","
            header, *rows = unzip(path).decode(encoding).splitlines()
            lines += len(rows)
            broken += sum(row.count(separator) != header.count(separator) for row in rows)
    assert 0 < contacts.count(False) / len(contacts) < 0.005
    assert 0 < broken / lines < 0.005


def test_a_small_demo_ends_with_two_months_without_anything_broken(demo: ForeignFiles) -> None:
    calm = date(2025, 3, 31) - timedelta(days=58)
    recent = [line for day, line in demo.contact_lines if day > calm]
    assert len(recent) > 500
    assert all(is_json(line) and "routing" in json.loads(line) for line in recent)


def test_surveys_use_each_of_their_scales_within_bounds(demo: ForeignFiles) -> None:
    bounds = demo.answers.group_by("QType").agg(pl.col("Score").min().alias("low"), pl.col("Score").max().alias("high"))
    assert {row["QType"]: (row["low"], row["high"]) for row in bounds.to_dicts()} == {"CSAT5": (1, 5), "CES7": (1, 7), "NPS10": (0, 10)}


def test_contacts_wait_before_they_are_answered_and_end_after(demo: ForeignFiles) -> None:
    answered = [record for _, record in demo.contacts if "answeredAt" in record["routing"] and "endedAt" in record]
    assert len(answered) > 1000
    assert all(record["routing"]["queuedAt"][:10] <= record["endedAt"][:10] for record in answered)
    given_up = [record for _, record in demo.contacts if record["routing"]["abandoned"]]
    assert given_up
    assert not any("answeredAt" in record["routing"] or "handling" in record for record in given_up)
