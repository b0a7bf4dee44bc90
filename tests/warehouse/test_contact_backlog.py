"""Contacts that are open at the end of a day, counted again from the rows."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.companies.filled import UNTIL, Row, make_rows, write_company
from tests.warehouse.conftest import Home, copy_home

ZONE = ZoneInfo("Europe/Amsterdam")


def find_end(contact: Row) -> date | None:
    """The day on which a contact was over: it ended, or without an end was answered or given up."""
    end = contact["ended_at"] or contact["answered_at"] or (contact["queued_at"] if contact["is_abandoned"] else None)
    return end.astimezone(ZONE).date() if end else None


def count_open(contacts: list[Row], channel: str, day: date, days: int = 0) -> int:
    """Inbound contacts of a channel that came at least `days` before the end of a day and were not over by then."""
    mine = [row for row in contacts if row["channel"] == channel and row["direction"] == "inbound"]
    begun = [row for row in mine if row["queued_at"].astimezone(ZONE).date() <= day - timedelta(days=days)]
    return sum((end := find_end(row)) is None or end > day for row in begun)


def test_open_contacts_are_those_that_came_and_were_not_over(filled: Home) -> None:
    contacts = make_rows(random.Random(1))["contacts"]
    assert {find_end(row) is None for row in contacts} == {False}, "every contact of this company ends"
    rows = filled.table("rpt_contact_backlog").to_dicts()
    assert {row["local_date"] for row in rows} == {UNTIL - timedelta(days=back) for back in range(1, 92)}
    for row in rows:
        expected = count_open(contacts, row["channel"], row["local_date"]), count_open(contacts, row["channel"], row["local_date"], 7)
        assert (row["open_count"], row["older_count"]) == expected, row


def test_without_the_end_an_answer_ends_it_where_it_is_known_what_was_given_up(filled: Home, tmp_path: Path) -> None:
    home = copy_home(filled, tmp_path, CXHOUSE_COMPANY=str(tmp_path / "company"))
    contacts = [row | {"ended_at": None} for row in make_rows(random.Random(1))["contacts"]]
    for left_out in (["contacts.ended_at"], ["contacts.ended_at", "contacts.is_abandoned"]):
        write_company(tmp_path / "company", left_out)
        home.build(only=["rpt_contact_backlog"])
        if len(left_out) == 2:
            contacts = [row | {"is_abandoned": False} for row in contacts]
        for row in home.table("rpt_contact_backlog").to_dicts():
            if len(left_out) == 2 and row["channel"] in ("phone", "chat"):
                assert (row["open_count"], row["older_count"]) == (None, None) and row["reason"].startswith("not measurable")
            else:
                days = (count_open(contacts, row["channel"], row["local_date"], age) for age in (0, 7))
                assert (row["open_count"], row["older_count"]) == tuple(days), row
