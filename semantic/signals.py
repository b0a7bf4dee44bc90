"""Signals of a failing ecosystem: definitions of semantic/signals.yml with what a company changed in its own signals.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from semantic.entries import Entry
from semantic.yaml_files import read_mapping

FILE = Path(__file__).resolve().parent / "signals.yml"
EVERY = "every"
EACH_KPI = "each_kpi"
FIELDS = ("id", "name", "question", "what_to_do", "needs", "thresholds", "lists", "measures", "judges_moves", "needs_every_week")


@dataclass(frozen=True)
class Threshold:
    """From where on a signal fires, and why there. `set_in` is `default` or `company folder`."""

    value: float
    because: str
    set_in: str


@dataclass(frozen=True)
class SignalMeasure:
    """What a signal counts. `id` None: each KPI of its list, whose own name, unit and method hold where these are None.

    `method` says how one unit varies: share, rate or amount. `threshold` names the one it is held against; {kpi} in it is the KPI's id.
    """

    id: str | None
    name: str | None
    unit: str | None
    method: str | None
    threshold: str | None


@dataclass(frozen=True)
class Signal:
    """One signal: texts, thresholds, lists, and what it counts.

    `judges_moves`: it compares with the weeks before as well. `needs_every_week`: it fires only if it occurred in each recent week.
    """

    id: str
    name: str
    question: str
    what_to_do: str
    needs: str
    thresholds: Mapping[str, Threshold]
    lists: Mapping[str, tuple[str, ...]]
    measures: tuple[SignalMeasure, ...]
    judges_moves: bool
    needs_every_week: bool


@dataclass(frozen=True)
class Signals:
    """All signals, and the thresholds that hold for each of them."""

    every: Mapping[str, Threshold]
    signals: tuple[Signal, ...]


def load_signals(company_file: Path, environment: Mapping[str, str]) -> Signals:
    """The signals of the house, changed by the company's file where there is one; raises DefinitionError naming what is wrong."""
    house = read_mapping(FILE, {})
    signals = Signals(
        every=read_thresholds(Entry(FILE, EVERY, house[EVERY]), house[EVERY], "default"),
        signals=tuple(read_signal(Entry(FILE, f"signal {item.get('id')}", item)) for item in house["signals"]),
    )
    content = read_mapping(company_file, environment, required=False)
    top = Entry(company_file, "", content)
    top.only(EVERY, "signals")
    if EVERY in content:
        signals = replace(signals, every=change_thresholds(Entry(company_file, EVERY, content), signals.every, content[EVERY]))
    for item in content.get("signals") or []:
        signals = change_signal(Entry(company_file, f"signal {item.get('id', '?')}", item), signals)
    return signals


def read_signal(entry: Entry) -> Signal:
    """One signal of the house."""
    entry.only(*FIELDS)
    thresholds = entry.content.get("thresholds") or {}
    return Signal(
        id=entry.text("id"),
        name=entry.text("name"),
        question=entry.text("question"),
        what_to_do=entry.text("what_to_do"),
        needs=entry.text("needs"),
        thresholds=read_thresholds(entry, thresholds, "default"),
        lists={name: tuple(values) for name, values in (entry.content.get("lists") or {}).items()},
        measures=tuple(read_measure(entry, name, item, thresholds) for name, item in entry.content["measures"].items()),
        judges_moves=entry.content.get("judges_moves", True),
        needs_every_week=entry.content.get("needs_every_week", False),
    )


def read_measure(entry: Entry, name: str, item: Mapping[str, str], thresholds: Mapping[str, Any]) -> SignalMeasure:
    """What a signal counts; one that is no KPI has a name, a unit and a method, and its threshold is one of the signal's."""
    threshold = item.get("threshold")
    if threshold is not None and "{kpi}" not in threshold and threshold not in thresholds:
        raise entry.fail(f"measure {name} names the unknown threshold {threshold}; known are {', '.join(thresholds) or 'none'}")
    if name != EACH_KPI and not {"name", "unit", "method"} <= set(item):
        raise entry.fail(f"measure {name} needs name, unit and method")
    return SignalMeasure(None if name == EACH_KPI else name, item.get("name"), item.get("unit"), item.get("method"), threshold)


def change_signal(entry: Entry, signals: Signals) -> Signals:
    """The signals with one changed as the company says."""
    entry.only("id", "thresholds", "lists")
    known = {signal.id: signal for signal in signals.signals}
    signal = known.get(entry.text("id"))
    if signal is None:
        raise entry.fail(f"is no signal; known are {', '.join(known)}")
    lists = entry.content.get("lists") or {}
    unknown = [name for name in lists if name not in signal.lists]
    if unknown:
        raise entry.fail(f"has no list {', '.join(unknown)}; known are {', '.join(signal.lists) or 'none'}")
    changed = replace(
        signal,
        thresholds=change_thresholds(entry, signal.thresholds, entry.content.get("thresholds") or {}),
        lists={**signal.lists, **{name: tuple(str(value) for value in values or ()) for name, values in lists.items()}},
    )
    return replace(signals, signals=tuple(changed if each.id == signal.id else each for each in signals.signals))


def change_thresholds(entry: Entry, thresholds: Mapping[str, Threshold], content: Mapping[str, Any]) -> Mapping[str, Threshold]:
    """Thresholds with the company's own values and reasons."""
    unknown = [name for name in content if name not in thresholds]
    if unknown:
        raise entry.fail(f"has no threshold {', '.join(unknown)}; known are {', '.join(thresholds) or 'none'}")
    return {**thresholds, **read_thresholds(entry, content, "company folder")}


def read_thresholds(entry: Entry, content: Mapping[str, Any], set_in: str) -> Mapping[str, Threshold]:
    """Thresholds, each a number above 0 with a reason."""
    found = {}
    for name, item in content.items():
        value = item.get("value") if isinstance(item, dict) else None
        because = item.get("because") if isinstance(item, dict) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0 or not because:
            raise entry.fail(f"threshold {name} needs a number above 0 and its reason: {name}: {{value: 0.1, because: why there}}")
        found[name] = Threshold(float(value), str(because), set_in)
    return found
