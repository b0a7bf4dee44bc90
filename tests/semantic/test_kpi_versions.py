"""Versions of a KPI must follow one another, and errors name the KPI. Texts do not change a definition, everything else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from declared.errors import DefinitionError
from semantic.kpi_catalog import FOLDER, load_kpi_catalog
from semantic.kpi_versions import compare_meanings, describe_meaning

KPI = """
metrics:
  - name: trouble
    label: Trouble
    description: Contacts given up over contacts offered.
    type: ratio
    type_params: {numerator: contacts_abandoned_long, denominator: contacts_offered_net}
    config:
      meta:
        {kind: kpi, unit: share, direction: lower, interval: wilson, minimum_n: 30, owner: Service, version: 3, valid_from: 2026-03-02,
         date_basis: queued_at, change: Short ones left out.,
         earlier: [{version: 1, valid_from: 2020-01-01, numerator: contacts_answered, denominator: contacts_offered_net, unit: ratio},
                   {version: 2, valid_from: 2025-01-01, numerator: wait_seconds, denominator: contacts_answered, change: Waits.}]}
"""


def load(folder: Path, text: str) -> object:
    """The catalogue with this KPI."""
    folder.mkdir(exist_ok=True)
    (folder / "own.yml").write_text(text, encoding="utf-8")
    return load_kpi_catalog([FOLDER, folder])


def test_versions_are_read_oldest_first_and_inherit_what_they_do_not_give(tmp_path: Path) -> None:
    catalog = load(tmp_path, KPI)
    versions = catalog.kpis["trouble"].versions
    assert [(item.version, item.numerator, item.meaning["unit"], item.change) for item in versions] == [
        (1, "contacts_answered", "ratio", None),
        (2, "wait_seconds", "share", "Waits."),
        (3, "contacts_abandoned_long", "share", "Short ones left out."),
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 2, valid_from: 2025-01-01", "version: 4, valid_from: 2025-01-01", "versions are 1, 4, 3; list every earlier one"),
        ("version: 3, valid_from: 2026-03-02", "version: 2, valid_from: 2026-03-02", "versions are 1, 2, 2"),
        ("valid_from: 2025-01-01", "valid_from: 2027-01-01", "version 3 is valid from 2026-03-02, not later than version 2 (2027-01-01)"),
        ("valid_from: 2020-01-01", "valid_from: long ago", "earlier version 1: `valid_from` is long ago; write a day"),
        (", change: Waits.", "", "version 2 lacks `change`"),
        (
            "numerator: contacts_answered,",
            "numerator: contacts_lost,",
            "version 1: numerator names the unknown measure `contacts_lost`",
        ),
        ("numerator: wait_seconds, ", "", "earlier version 2: `numerator` is missing"),
        ("unit: ratio", "units: ratio", "earlier version 1: `units` is not a known field; did you mean unit?"),
    ],
)
def test_what_does_not_follow_is_refused_by_name(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in KPI
    with pytest.raises(DefinitionError) as raised:
        load(tmp_path, KPI.replace(old, new, 1))
    assert "own.yml: metric trouble" in str(raised.value) and said in str(raised.value)


def describe_now(folder: Path, text: str) -> dict[str, str]:
    """The meaning of the newest version."""
    catalog = load(folder, text)
    return describe_meaning(catalog.kpis["trouble"].versions[-1], catalog.measures)


@pytest.mark.parametrize(
    "edit",
    [("label: Trouble", "label: Woe"), ("owner: Service", "owner: Board"), ("direction: lower", "direction: neutral")],
)
def test_words_owner_and_direction_are_no_change_of_meaning(tmp_path: Path, edit: tuple[str, str]) -> None:
    assert compare_meanings(describe_now(tmp_path, KPI), describe_now(tmp_path, KPI.replace(*edit, 1))) == []


def test_the_meaning_of_a_measure_belongs_to_that_of_its_kpis() -> None:
    catalog = load_kpi_catalog([FOLDER])
    kpi = catalog.kpis["abandonment"]
    before = describe_meaning(kpi.versions[-1], catalog.measures)
    assert {"numerator filter", "numerator counts", "denominator fact", "interval", "unit"} <= set(before)
    measure = catalog.measures[kpi.numerator]
    changed = {
        **catalog.measures,
        kpi.numerator: type(measure)(measure.name, measure.fact, measure.needs, {**measure.meaning, "counts": "other_count"}),
    }
    assert compare_meanings(before, describe_meaning(kpi.versions[-1], changed)) == [
        "numerator counts was abandoned_long_count, is other_count"
    ]


def test_what_a_measure_needs_is_no_meaning_also_against_what_an_earlier_version_kept() -> None:
    catalog = load_kpi_catalog([FOLDER])
    now = describe_meaning(catalog.kpis["abandonment"].versions[-1], catalog.measures)
    assert not [name for name in now if "needs" in name]
    assert compare_meanings({**now, "numerator needs": "contacts.is_abandoned"}, now) == []
