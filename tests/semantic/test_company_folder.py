"""Errors in a company folder name file, entry and field, and say what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declared.errors import DefinitionError
from declared.touchpoints import ATTRIBUTES
from semantic.company import load_company
from semantic.event_map import EventRule
from tests.companies.tiny import FOLDER, PROJECT

ENVIRONMENT = {"CXHOUSE_HOME": "/nowhere", "TINY_DATA": "/nowhere"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tiny company to break."""
    return Path(shutil.copytree(FOLDER, tmp_path / "company"))


def replace(path: str, old: str, new: str) -> Callable[[Path], None]:
    """An edit of one file."""

    def edit(folder: Path) -> None:
        text = (folder / path).read_text(encoding="utf-8")
        assert old in text, old
        (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def remove(path: str) -> Callable[[Path], None]:
    """A deleted file."""
    return lambda folder: (folder / path).unlink()


def write(path: str, content: str | bytes) -> Callable[[Path], None]:
    """Another content of a file."""

    def edit(folder: Path) -> None:
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())

    return edit


EXTRA_KPI = """
metrics:
  - name: cost_per_order
    type: ratio
    type_params: {numerator: euros_spent, denominator: orders_placed}
    config: {meta: {kind: kpi, unit: currency, direction: lower, interval: student_t, minimum_n: 30, owner: Finance, version: 1,
      valid_from: 2020-01-01, date_basis: ordered_at}}
"""
BROKEN = {
    "company.yml is missing": (remove("company.yml"), ["company.yml", "the file does not exist; create it"]),
    "binary instead of YAML": (write("company.yml", b"\x00\xff\xfe"), ["company.yml", "UTF-8"]),
    "not YAML": (write("touchpoints.yml", "touchpoints: [\n"), ["touchpoints.yml", "not valid YAML"]),
    "empty": (write("touchpoints.yml", ""), ["touchpoints.yml", "lists no touchpoint"]),
    "unknown time zone": (replace("company.yml", "Europe/Amsterdam", "Europe/Atlantis"), ["company.yml", "Europe/Atlantis", "tz database"]),
    "first day": (replace("company.yml", "2026-03-01", "soon"), ["company.yml", "`first_day` is soon"]),
    "misspelled field": (
        replace("touchpoints.yml", "owner: Logistics", "ower: Logistics"),
        ["touchpoint parcel", "`ower`", "did you mean owner?", "known are"],
    ),
    "a key twice": (
        replace("touchpoints.yml", "name: Parcel", "name: Parcel\n    name: Box"),
        ["touchpoints.yml", "name: stands there twice"],
    ),
    "an id twice": (replace("touchpoints.yml", "id: showroom", "id: parcel"), ["touchpoint parcel", "ids are unique"]),
    "an id that its page could not ask for": (
        replace("touchpoints.yml", "id: showroom", "id: show'room"),
        ["touchpoints.yml", "touchpoint show'room", "`show'room` is not made of letters"],
    ),
    "an id that is two in a list": (replace("components.yml", "id: courier", 'id: "a,b"'), ["components.yml", "component a,b", "letters"]),
    "an id that is no address": (replace("journeys/buy.yml", "id: buy", "id: buy/it"), ["buy.yml", "`buy/it`", "letters"]),
    "an id of a phase": (replace("journeys/buy.yml", "id: purchase", "id: pur chase"), ["buy.yml", "phase pur chase", "letters"]),
    "no owner": (replace("touchpoints.yml", "    owner: Logistics\n", ""), ["touchpoint parcel", "`owner` is missing"]),
    "no KPI": (
        replace("touchpoints.yml", "    kpis: [{kpi: conversion, target: 0.05}]\n", ""),
        ["touchpoint site", "has no KPI", "not_measured"],
    ),
    "unknown KPI": (
        replace("touchpoints.yml", "kpi: conversion", "kpi: convention"),
        ["touchpoint site", "`convention`", "did you mean conversion?"],
    ),
    "no target": (
        replace("touchpoints.yml", "kpi: conversion, target: 0.05", "kpi: conversion"),
        ["touchpoint site", "conversion", "number"],
    ),
    "three holes, a line each": (
        lambda folder: [
            replace("touchpoints.yml", old, new)(folder)
            for old, new in (
                ("    owner: Logistics\n", ""),
                ("    kpis: [{kpi: conversion, target: 0.05}]\n", ""),
                ("{kpi: csat, target: 0.8, lower_bound: 0.7}", "{kpi: csat}"),
            )
        ],
        [
            "touchpoints.yml: touchpoint site: has no KPI; give it",
            "\n",
            "touchpoints.yml: touchpoint checkout, KPI csat: has no target; give it",
            "touchpoints.yml: touchpoint parcel: has no owner: `owner` is missing; name",
        ],
    ),
    "a misspelled field of a KPI": (
        replace("touchpoints.yml", "kpi: conversion, target: 0.05", "kpi: conversion, target: 0.05, not_mesured: no"),
        ["touchpoint site", "KPI conversion", "not_mesured", "did you mean not_measured?", "known are"],
    ),
    "a percentage": (replace("touchpoints.yml", "kpi: csat, target: 0.8", "kpi: csat, target: 80"), ["touchpoint checkout", "0 to 1"]),
    "unknown event": (
        replace("touchpoints.yml", "event: visit", "event: visits"),
        ["touchpoint site", "`event` is visits; did you mean visit?", "order_placed"],
    ),
    "attribute the event lacks": (
        replace(
            "touchpoints.yml", "event: contact_phone, except: {topic: [returns]}", "event: contact_phone, except: {supplier_id: [swift]}"
        ),
        ["touchpoint phone", "`contact_phone` events carry no supplier_id", "queue, topic"],
    ),
    "unknown attribute": (
        replace("touchpoints.yml", "where: {topic: [returns]}", "where: {subject: [returns]}"),
        ["touchpoint returns_desk", "`where.subject`", "topic"],
    ),
    "two touchpoints claim one event": (
        replace("touchpoints.yml", "except: {topic: [returns]}", "channel: phone"),
        ["touchpoint returns_desk", "contact_phone", "touchpoint phone claims too", "narrow"],
    ),
    "a survey declared twice": (
        replace("touchpoints.yml", "relationship_surveys: [yearly]", "relationship_surveys: [checkout]"),
        ["survey checkout", "keep one"],
    ),
    "journey with an unknown touchpoint": (replace("journeys/buy.yml", "[site, showroom]", "[site, window]"), ["buy.yml", "`window`"]),
    "journey with an unknown objective": (replace("journeys/buy.yml", "objective: return", "objective: fame"), ["buy.yml", "`fame`"]),
    "component of unknown kind": (
        replace("components.yml", "kind: system", "kind: robot"),
        ["component dialler", "`kind` is robot", "process, system"],
    ),
    "a target of nothing": (
        replace("components.yml", "touchpoints: [parcel], ", "touchpoints: [parcel], target: 0.9, "),
        ["component courier", "`target`", "no `kpi`"],
    ),
    "a supplier that is two components": (
        replace("components.yml", "kind: system, owner: IT", "kind: supplier, owner: IT, supplier_id: swift"),
        ["component dialler", "supplier swift", "component courier", "keep one"],
    ),
    "currency": (replace("company.yml", "EUR", "EURO"), ["company.yml", "`currency` is EURO", "EUR"]),
    "cut-off hour": (write("company.yml", (FOLDER / "company.yml").read_text() + 'cut_off: "6.30"\n'), ["`cut_off` is 6.30", "06:30"]),
    "a bound better than its target": (
        replace("touchpoints.yml", "target: 0.8, lower_bound: 0.7", "target: 0.8, lower_bound: 0.9"),
        ["touchpoint checkout", "csat", "better than target"],
    ),
    "a day that does not exist": (write("calendars/holidays.yml", "holidays: [{date: 2026-13-40, name: X}]"), ["holidays.yml"]),
    "a day that is a text": (
        write("calendars/holidays.yml", "holidays: [{date: soon, name: X}]"),
        ["holidays.yml", "row 1", "`date` is soon"],
    ),
    "a weekday of nine": (
        write(
            "calendars/opening_hours.yml",
            'opening_hours: [{channel: phone, weekday: 9, opens_at: "08:00", closes_at: "21:00", valid_from: 2020-01-01}]',
        ),
        ["opening_hours.yml", "row 1", "`weekday` is 9", "Monday"],
    ),
    "opening hours that are perhaps closed on holidays": (
        write(
            "calendars/opening_hours.yml",
            'opening_hours: [{channel: phone, weekday: 1, opens_at: "08:00", closes_at: "21:00",'
            " valid_from: 2020-01-01, closed_on_holidays: sometimes}]",
        ),
        ["opening_hours.yml", "row 1", "`closed_on_holidays` is sometimes", "true or false"],
    ),
    "a peak in month 13": (
        write("calendars/peaks.yml", "peaks: [{id: x, name: X, from: 13-40, to: 12-31}]"),
        ["peaks.yml", "`from` is 13-40"],
    ),
    "a KPI over an unknown measure": (write("kpis/own.yml", EXTRA_KPI), ["own.yml", "cost_per_order", "`euros_spent`", "known are"]),
    "an id of a KPI": (
        write("kpis/own.yml", EXTRA_KPI.replace("cost_per_order", '"cost\'s"').replace("euros_spent", "net_revenue")),
        ["own.yml", "metric cost's", "letters"],
    ),
    "a KPI defined again": (
        write("kpis/own.yml", EXTRA_KPI.replace("cost_per_order", "nps").replace("euros_spent", "net_revenue")),
        ["own.yml", "nps", "defined twice"],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_named(folder: Path, name: str) -> None:
    edit, expected = BROKEN[name]
    edit(folder)
    with pytest.raises(DefinitionError) as raised:
        load_company(folder, ENVIRONMENT)
    for fragment in expected:
        assert fragment in str(raised.value), str(raised.value)


def test_an_unset_variable_is_named(folder: Path) -> None:
    replace("company.yml", "name: Tiny", "name: ${TINY_NAME}")(folder)
    with pytest.raises(DefinitionError, match=r"company.yml: name: the environment has no TINY_NAME; set it"):
        load_company(folder, ENVIRONMENT)
    assert load_company(folder, {**ENVIRONMENT, "TINY_NAME": "Small"}).name == "Small"


@pytest.mark.parametrize("company", [FOLDER, PROJECT / "company"])
def test_the_companies_of_the_repository_are_right(company: Path) -> None:
    loaded = load_company(company, ENVIRONMENT)
    assert loaded.touchpoints and loaded.journeys and loaded.components
    assert all((touchpoint.owner and touchpoint.kpis) or touchpoint.not_measured for touchpoint in loaded.touchpoints)


VALUES = st.frozensets(st.sampled_from("abc"), min_size=1)
RULES = st.builds(
    EventRule,
    event=st.sampled_from(["visit", "delivered"]),
    allowed=st.dictionaries(st.sampled_from(ATTRIBUTES[:2]), VALUES),
    excluded=st.dictionaries(st.sampled_from(ATTRIBUTES[:2]), VALUES),
    valid_from=st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 3)),
    valid_to=st.none() | st.dates(date(2026, 1, 4), date(2026, 1, 6)),
)


def claims(rule: EventRule, event: str, values: dict[str, str], day: date) -> bool:
    """Whether a rule claims an event, by the definition."""
    in_time = (rule.valid_from is None or rule.valid_from <= day) and (rule.valid_to is None or day < rule.valid_to)
    allowed = all(values[name] in wanted for name, wanted in rule.allowed.items())
    excluded = any(values[name] in unwanted for name, unwanted in rule.excluded.items())
    return rule.event == event and in_time and allowed and not excluded


@given(RULES, RULES)
def test_rules_overlap_when_and_only_when_some_event_has_two_touchpoints(first: EventRule, second: EventRule) -> None:
    # "z" means any value that no rule names
    events = [
        (event, {ATTRIBUTES[0]: one, ATTRIBUTES[1]: two}, date(2026, 1, day))
        for event in ("visit", "delivered")
        for one in "abcz"
        for two in "abcz"
        for day in range(1, 8)
    ]
    both = any(claims(first, *event) and claims(second, *event) for event in events)
    assert first.overlaps(second) == both
