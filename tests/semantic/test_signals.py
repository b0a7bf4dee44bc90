"""Signals are data: thresholds have reasons, a company changes them by name, and models use only existing ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from declared.errors import DefinitionError
from semantic.signals import EVERY, load_signals
from tests.companies.tiny import PROJECT

NOWHERE = Path("no such file")
ASKED = re.compile(r"signal_(threshold|list)\('(\w+)', '(\w+)'\)")


def test_every_threshold_has_its_reason() -> None:
    signals = load_signals(NOWHERE, {})
    assert len(signals.signals) == 9
    for thresholds in (signals.every, *(signal.thresholds for signal in signals.signals)):
        assert all(threshold.because and threshold.set_in == "default" for threshold in thresholds.values())


def test_models_ask_only_for_thresholds_and_lists_that_exist() -> None:
    signals = load_signals(NOWHERE, {})
    known = {("threshold", EVERY, name) for name in signals.every}
    for signal in signals.signals:
        known |= {("threshold", signal.id, name) for name in signal.thresholds} | {("list", signal.id, name) for name in signal.lists}
    models = sorted((PROJECT / "dbt" / "models" / "marts" / "signals").glob("*.sql"))
    asked = {found for model in models for found in ASKED.findall(model.read_text(encoding="utf-8"))}
    measured = {
        ("threshold", signal.id, each.threshold.replace("{kpi}", kpi))
        for signal in signals.signals
        for each in signal.measures
        if each.threshold
        for kpi in signal.lists.get("kpis", ("",))
    }
    assert len(asked) > 5 and len(measured) > 8
    assert asked | measured <= known


def test_every_measure_of_a_model_is_declared_with_what_judging_it_needs() -> None:
    measures = {each.id for signal in load_signals(NOWHERE, {}).signals for each in signal.measures}
    models = (PROJECT / "dbt" / "models" / "marts" / "signals").glob("fct_signal_*.sql")
    named = {name for model in models for name in re.findall(r"'(\w+)' as measure_id", model.read_text(encoding="utf-8"))}
    assert len(named) > 3 and named <= measures


def test_a_company_changes_a_threshold_and_a_list_and_keeps_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "signals.yml"
    file.write_text(
        "every: {smallest_n: {value: 50, because: small}}\n"
        "signals:\n"
        "  - id: repeated_complaints\n"
        "    lists: {complaint_topics: [moan]}\n"
        "    thresholds: {highest_share: {value: 0.05, because: few}}\n",
        encoding="utf-8",
    )
    changed, house = load_signals(file, {}), load_signals(NOWHERE, {})
    signal = next(signal for signal in changed.signals if signal.id == "repeated_complaints")
    assert (signal.thresholds["highest_share"].value, signal.thresholds["highest_share"].set_in) == (0.05, "company folder")
    assert signal.lists["complaint_topics"] == ("moan",)
    assert (changed.every["smallest_n"].value, changed.every["recent_days"]) == (50, house.every["recent_days"])
    assert [each for each in changed.signals if each.id != signal.id] == [each for each in house.signals if each.id != signal.id]


@pytest.mark.parametrize(
    ("text", "fragments"),
    [
        ("signals: [{id: bad_weather}]", ["signal bad_weather", "is no signal", "long_waits"]),
        ("signals: [{id: long_waits, thresholds: {patience: {value: 1, because: x}}}]", ["signal long_waits", "patience", "known are"]),
        ("signals: [{id: unserved_hours, thresholds: {highest_share: 0.5}}]", ["highest_share", "reason", "because"]),
        ("signals: [{id: unserved_hours, thresholds: {highest_share: {value: 0, because: x}}}]", ["highest_share", "above 0"]),
        ("signals: [{id: unserved_hours, lists: {topics: [x]}}]", ["no list topics"]),
        ("signal: []", ["`signal` is not a known field; did you mean signals?"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, fragments: list[str]) -> None:
    file = tmp_path / "signals.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        load_signals(file, {})
    for fragment in ["signals.yml", *fragments]:
        assert fragment in str(raised.value)
