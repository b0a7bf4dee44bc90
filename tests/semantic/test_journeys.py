"""Errors in a journey file are named; a phase is followed when its events occur, otherwise the reason is given."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from declared.errors import DefinitionError
from declared.journeys import GAP_DAYS
from semantic.company import load_company
from semantic.journeys import Journey, Phase, read_journeys
from tests.companies.tiny import PROJECT

CLAIMS = {
    "site": frozenset({"visit"}),
    "checkout": frozenset({"order_placed"}),
    "note": frozenset({"shipment_sent"}),
    "parcel": frozenset({"delivered"}),
    "phone": frozenset({"contact_phone"}),
    "desk": frozenset({"contact_phone", "contact_shop"}),
}
PURCHASE = {"id": "purchase", "name": "P", "start_event": "order_placed", "end_event": "shipment_sent", "touchpoints": ["checkout"]}
HANDLING = {"id": "handling", "name": "H", "start_event": "shipment_sent", "end_event": "delivered", "touchpoints": ["note", "parcel"]}
HELP = {"id": "help", "name": "C", "start_event": ["contact_phone", "contact_shop"], "end_event": ["contact_shop", "contact_phone"],
        "touchpoints": ["phone", "desk"]}  # fmt: skip


def read(folder: Path, *phases: dict, **fields: object) -> Journey:
    (folder / "buy.yml").write_text(yaml.safe_dump({"id": "buy", "name": "Buy", **fields, "phases": list(phases)}), encoding="utf-8")
    return read_journeys(folder, {}, CLAIMS, {"return": "Customers come back."})[0]


def list_events(phase: Phase) -> set[tuple[str, str, str]]:
    return {(item.role, item.event, item.touchpoint) for item in phase.events}


def test_an_event_that_no_touchpoint_of_the_phase_claims_is_handed_over_by_its_neighbour(tmp_path: Path) -> None:
    journey = read(tmp_path, PURCHASE, HANDLING)
    assert list_events(journey.phases[0]) == {("start", "order_placed", "checkout"), ("end", "shipment_sent", "note")}
    assert list_events(journey.phases[1]) == {("start", "shipment_sent", "note"), ("end", "delivered", "parcel")}
    assert (journey.follows, journey.gap_days, journey.categories) == ("order", GAP_DAYS, ())


def test_the_same_events_at_both_sides_are_a_moment_whatever_their_order(tmp_path: Path) -> None:
    phase = read(tmp_path, HELP).phases[0]
    assert phase.is_moment and not phase.is_order_bound
    assert {item for item in list_events(phase) if item[0] == "start"} == {
        ("start", "contact_phone", "phone"), ("start", "contact_phone", "desk"), ("start", "contact_shop", "desk"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"start_event": "visit"}, "visits carry no customer"),
        ({"end_event": ["delivered", "visit"]}, "visits carry no customer"),
        ({"start_event": None}, "names no start_event"),
        ({"end_event": None}, "names no end_event"),
        ({"end_event": "returned"}, "no touchpoint of it claims returned"),
        ({"touchpoints": ["site"]}, "no touchpoint of it claims shipment_sent"),
    ],
)
def test_a_phase_that_events_cannot_follow_says_why_and_has_none(tmp_path: Path, change: dict, reason: str) -> None:
    phase = read(tmp_path, {**HANDLING, **change}).phases[0]
    assert phase.events == ()
    assert reason in (phase.not_followed or "")


@pytest.mark.parametrize(
    ("phases", "fields", "words"),
    [
        ([{**PURCHASE, "start_event": "order_places"}], {}, ["phase purchase", "unknown event `order_places`; did you mean order_placed?"]),
        ([{**PURCHASE, "touchpoints": ["chekout"]}], {}, ["phase purchase", "unknown touchpoint `chekout`", "did you mean checkout?"]),
        ([{**PURCHASE, "objective": "fame"}], {}, ["phase purchase", "unknown objective `fame`"]),
        (
            [PURCHASE, HANDLING, {**PURCHASE, "id": "again", "end_event": "order_placed"}],
            {},
            ["phase again", "order_placed", "checkout", "begins phase purchase too"],
        ),
        ([PURCHASE, PURCHASE], {}, ["phase purchase", "stands twice"]),
        ([{**HELP, "end_event": ["contact_phone", "delivered"]}], {}, ["phase help", "both begins and ends"]),
        ([PURCHASE], {"gap_days": 0}, ["buy.yml", "`gap_days` is 0", "1 to 365"]),
        ([PURCHASE], {"gap_days": "a month"}, ["buy.yml", "`gap_days` is a month"]),
        ([PURCHASE], {"follows": "parcel"}, ["buy.yml", "`follows` is parcel", "order, customer"]),
        ([PURCHASE], {"follows": "customer", "categories": ["sofa"]}, ["buy.yml", "`categories` needs `follows: order`"]),
        ([PURCHASE], {"gap": 3}, ["buy.yml", "`gap` is not a known field", "gap_days"]),
        ([], {}, ["buy.yml", "`phases` must be a list"]),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_journey_file_is_named(tmp_path: Path, phases: list[dict], fields: dict, words: list[str]) -> None:
    with pytest.raises(DefinitionError) as caught:
        read(tmp_path, *phases, **fields)
    assert [word for word in words if word not in str(caught.value)] == []


def test_most_phases_of_the_demo_can_be_followed_and_its_personas_differ() -> None:
    company = load_company(PROJECT / "company", {"CXHOUSE_HOME": "/nowhere"})
    assert len(company.journeys) >= 3
    assert len({journey.persona for journey in company.journeys}) == len(company.journeys)
    phases = [phase for journey in company.journeys for phase in journey.phases]
    assert sum(phase.not_followed is None for phase in phases) > len(phases) / 2
    assert {phase.not_followed for phase in phases} <= {None, "visits carry no customer"}
