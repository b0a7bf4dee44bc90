"""What subscriptions.yml refuses beyond single values, and when quiet hours hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from declared.errors import DefinitionError
from declared.reading import read_declared
from declared.subscriptions import QuietHours, SubscriptionsFile
from semantic.subscriptions import read_subscriptions


def refuse(folder: Path, text: str) -> str:
    """What is said about a file."""
    path = folder / "subscriptions.yml"
    path.write_text(text)
    with pytest.raises(DefinitionError) as error:
        read_declared(path, SubscriptionsFile, {"HOOK": "s3cret"})
    return str(error.value)


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        (
            "{id: a, to: a@b.example, news: alerts}, {id: b, to: A@b.example, news: alerts}",
            "subscription b: has the address of subscription a",
        ),
        ("{id: a, to: a@b.example, news: alerts}, {id: a, to: b@b.example, news: alerts}", "subscription a: stands twice; ids are unique"),
        ("{id: a, to: a@b.example, news: weekly_digest, alerts: kpi}", "has `alerts` and its `news` does not name alerts"),
        ("{id: a, to: a@b.example, news: alerts, weekday: 2}", "has a `weekday` and its `news` does not name weekly_digest"),
        ("{id: a, to: 'mailto://user:pass@b.example', news: alerts}", "write the mail address alone, the settings name the server"),
        ("{id: a, to: a@b.example, news: []}", "`news` is an empty list; use alerts, weekly_digest, monthly_report"),
        ("{id: a, to: a@b.example, news: alerts, quiet_hours: {from: '08:00', to: '08:00'}}", "`quiet_hours` begins and ends at 08:00"),
    ],
)
def test_what_does_not_fit_together_is_refused(tmp_path: Path, entries: str, sentence: str) -> None:
    assert sentence in refuse(tmp_path, f"subscriptions: [{entries}]")


def test_a_wrong_address_is_not_shown(tmp_path: Path) -> None:
    said = refuse(tmp_path, "subscriptions: [{id: a, to: '${HOOK}', news: alerts}, {id: b, to: token-s3cret, news: alerts}]")
    assert said.count("is no address") == 2 and "s3cret" not in said


def test_a_company_without_the_file_has_no_subscriptions(tmp_path: Path) -> None:
    assert read_subscriptions(tmp_path, {}, ["Logistics"]).subscriptions == ()


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [
        (("19:00", "07:30"), ["19:00", "23:59", "00:00", "07:29"], ["07:30", "18:59"]),
        (("12:00", "13:00"), ["12:00", "12:59"], ["11:59", "13:00"]),
    ],
)
def test_quiet_hours_begin_with_their_first_minute_and_may_pass_midnight(
    hours: tuple[str, str], inside: list[str], outside: list[str]
) -> None:
    quiet = QuietHours.model_validate({"from": hours[0], "to": hours[1]})
    assert [time for time in (*inside, *outside) if quiet.holds(time)] == inside
