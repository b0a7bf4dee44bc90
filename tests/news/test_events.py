"""What counts as an event, and that the same thing is one event however often it is looked at."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxhouse.ledger.news import Event, Records, add_line, describe_seen
from cxhouse.news.events import QUIET_DAYS, list_new_events
from tests.news.copies import DAY, NOON, World, make_table

ALERTS = ["red", "green"]


def look(world: World, records: Records) -> list[Event]:
    """What is announced by one look; everything that is new is recorded."""
    seen = list_new_events(world.look(), records)
    for line in describe_seen([(each.event, []) for each in seen], [], now=NOON):
        add_line(records, line)
    return [each.event for each in seen if each.is_announced]


def follow(world: World, states: list[str], change: str) -> list[str]:
    """The states that are announced when something takes these, one a day."""
    records, announced = Records({}, {}, {}, {}), []
    for number, state in enumerate(states):
        world.day = DAY + timedelta(days=number)
        getattr(world, change)(state)
        announced += [event.state for event in look(world, records)]
    return announced


@pytest.mark.parametrize(
    ("states", "announced"),
    [
        (["green", None, "red"], ["red"]),
        (["red", "red", "red"], ["red"]),
        (["red", None, "red", None, "red"], ["red"]),
        (["red", None, "green", "green"], ["red", "green"]),
        (["red", "green", "red"], ["red", "green", "red"]),
        (["green", "green"], []),
        ([None, "green"], []),
    ],
)
def test_a_kpi_alerts_when_it_turns_red_and_when_it_is_green_again(states: list[str], announced: list[str]) -> None:
    assert follow(World(), states, "set_kpi") == announced


@given(st.lists(st.sampled_from(["red", "green", None]), max_size=60))
def test_alerts_of_a_kpi_alternate_and_begin_with_red(states: list[str]) -> None:
    announced = follow(World(), states, "set_kpi")
    assert announced == (ALERTS * len(states))[: len(announced)]


@given(st.lists(st.sampled_from(["fires", "clear", "not_measurable"]), max_size=90))
def test_a_signal_is_announced_again_only_after_four_clear_weeks(states: list[str]) -> None:
    world, records, announced = World(), Records({}, {}, {}, {}), []
    for number, state in enumerate(states):
        world.day = DAY + timedelta(days=number)
        world.set_signal(state)
        announced += [number for _ in look(world, records)]
    assert bool(announced) == ("fires" in states)
    for earlier, later in pairwise(announced):
        since = max(number for number in range(earlier, later) if states[number] == "fires")
        assert later - since > QUIET_DAYS.days


def test_a_signal_that_stays_clear_long_enough_is_announced_again() -> None:
    states = ["fires", *["clear"] * 28, "fires", "clear", "fires", *["clear"] * 28, "fires"]
    assert follow(World(), states, "set_signal") == ["fires"] * 3


def test_everything_that_stays_as_it_is_is_one_event_on_every_day() -> None:
    tables = [make_table("late"), make_table("down", table="items"), make_table("late", source="web", table="visits")]
    world, records = World(tables=tables), Records({}, {}, {}, {})
    world.set_kpi("red")
    world.set_signal("fires")
    world.judge("CHG-1")
    world.add_change("CHG-2", status="check", is_overdue=True, due_date=DAY)
    world.add_break(DAY - timedelta(days=70))
    world.fail_load(at=NOON)
    first = look(world, records)
    assert sorted(event.alert for event in first) == ["break", "kpi", "load", "overdue", "signal", "source", "source", "verdict"]
    for number in range(1, 40):
        world.day = DAY + timedelta(days=number)
        world.set_kpi("red")
        world.fail_load(at=NOON + timedelta(days=number))
        assert look(world, records) == []


def test_a_break_whose_date_moves_by_some_weeks_is_the_same_one() -> None:
    world, records = World(), Records({}, {}, {}, {})
    dates = [date(2026, 3, 2), date(2026, 3, 9), date(2026, 4, 13), date(2026, 4, 20)]
    found = []
    for day in dates:
        world.rows["rpt_break_proposals"] = []
        world.add_break(day)
        found += [event.happened_on for event in look(world, records)]
    assert found == [date(2026, 3, 2), date(2026, 4, 20)]
    world.add_break(date(2026, 3, 9), touchpoint="shop")
    assert [event.key for event in look(world, records)] == ["break:shop:on_time"]


def test_changes_that_nobody_recorded_or_that_were_withdrawn_are_left_out() -> None:
    world = World()
    judged = {"status": "act", "overall_verdict": "worse", "judged_on": DAY, "answer": "It hurt."}
    world.add_change("A", recorded_in="automatic", **judged)
    world.add_change("B", is_withdrawn=True, **judged)
    world.add_change("C", status="check", is_overdue=False)
    assert look(world, Records({}, {}, {}, {})) == []


def test_a_verdict_that_changes_is_another_event() -> None:
    world, records = World(), Records({}, {}, {}, {})
    world.judge("CHG-1", "too little data")
    assert [event.state for event in look(world, records)] == ["too little data"]
    world.rows["rpt_changes"] = []
    world.judge("CHG-1", "better")
    assert [event.state for event in look(world, records)] == ["better"]


def test_a_source_is_announced_again_when_it_fails_after_it_landed() -> None:
    world, records = World(tables=[make_table("down")]), Records({}, {}, {}, {})
    assert [event.title for event in look(world, records)] == ["Shop: the last load failed"]
    world.tables = [make_table("fresh", last=DAY + timedelta(days=1))]
    assert look(world, records) == []
    world.tables = [make_table("down", last=DAY + timedelta(days=1))]
    assert [event.title for event in look(world, records)] == ["Shop: the last load failed"]


def test_a_load_that_rejected_too_much_is_one_event_until_one_has_landed() -> None:
    world, records = World(tables=[make_table("down")]), Records({}, {}, {}, {})
    world.fail_load(at=NOON)
    world.fail_load(at=NOON + timedelta(hours=1), rejected=0)
    [event] = look(world, records)
    assert (event.alert, event.title, event.departments) == ("load", "Shop: orders not loaded", ("E-commerce",))
    assert event.text.startswith("37 of 200 rows were rejected")
    world.fail_load(at=NOON + timedelta(hours=2))
    assert look(world, records) == []
    world.land(at=NOON + timedelta(hours=3))
    world.fail_load(at=NOON + timedelta(hours=4))
    assert [event.alert for event in look(world, records)] == ["load"]


def test_a_source_without_any_rows_yet_is_not_late() -> None:
    assert look(World(tables=[make_table("never", last=None)]), Records({}, {}, {}, {})) == []


def test_texts_hold_no_ids_and_no_message_of_a_library() -> None:
    world = World(tables=[make_table("late", source="web_analytics", table="page_visits"), make_table("down")])
    world.fail_load(at=datetime.fromisoformat("2026-06-30T10:00:00+00:00"))
    texts = [f"{event.title} {event.text}" for event in look(world, Records({}, {}, {}, {}))]
    assert len(texts) == 2
    assert not any("_" in text or "too many" in text for text in texts)
    assert texts[0].startswith("Web analytics: no new data No rows for longer than 30 hours (page visits); the last are of 30 June 2026.")
