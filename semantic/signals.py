"""Signals of a failing ecosystem: definitions of semantic/signals.yml with what a company changed in its own signals.yml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from declared import signals as declared
from declared.errors import DefinitionError, name_known, refuse
from declared.reading import read_declared

FILE = Path(__file__).resolve().parent / "signals.yml"
EVERY = "every"
NOTHING = declared.ChangedSignal(id="nothing changed")
EACH_KPI = "each_kpi"


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
    house = read_declared(FILE, declared.DefinedSignalsFile, {})
    company = read_declared(company_file, declared.SignalsFile, environment, required=False)
    changes = {change.id: change for change in company.signals}
    known = {signal.id: signal for signal in house.signals}
    problems = [*find_unknown("threshold", company.every, house.every, EVERY)]
    for change in company.signals:
        entry, signal = f"signal {change.id}", known.get(change.id)
        if signal is None:
            problems.append((entry, f"is no signal; {name_known(change.id, known)}"))
        else:
            problems += find_unknown("list", change.lists, signal.lists, entry)
            problems += find_unknown("threshold", change.thresholds, signal.thresholds, entry)
    refuse(DefinitionError(FILE, f"signal {signal.id}", problem) for signal in house.signals for problem in find_measure_problems(signal))
    refuse(DefinitionError(company_file, entry, problem) for entry, problem in problems)
    return Signals(
        every=build_thresholds(house.every, company.every),
        signals=tuple(build_signal(signal, changes.get(signal.id, NOTHING)) for signal in house.signals),
    )


def find_unknown(what: str, given: Mapping[str, Any], known: Mapping[str, Any], entry: str) -> Iterator[tuple[str, str]]:
    """Thresholds or lists that a signal does not have."""
    return ((entry, f"has no {what} {name}; {name_known(name, known)}") for name in given if name not in known)


def find_measure_problems(signal: declared.DefinedSignal) -> Iterator[str]:
    """What is wrong with the measures of a signal: a threshold it does not have, or a measure that is no KPI without its texts."""
    for name, measure in signal.measures.items():
        if measure.threshold and "{kpi}" not in measure.threshold and measure.threshold not in signal.thresholds:
            yield f"measure {name} names the unknown threshold {measure.threshold}; {name_known(measure.threshold, signal.thresholds)}"
        if name != EACH_KPI and not (measure.name and measure.unit and measure.method):
            yield f"measure {name} needs name, unit and method"


def build_signal(signal: declared.DefinedSignal, change: declared.ChangedSignal) -> Signal:
    """One signal with what the company changes in it."""
    return Signal(
        id=signal.id,
        name=signal.name,
        question=signal.question,
        what_to_do=signal.what_to_do,
        needs=signal.needs,
        thresholds=build_thresholds(signal.thresholds, change.thresholds),
        lists={**signal.lists, **change.lists},
        measures=tuple(build_measure(name, measure) for name, measure in signal.measures.items()),
        judges_moves=signal.judges_moves,
        needs_every_week=signal.needs_every_week,
    )


def build_measure(name: str, measure: declared.Measure) -> SignalMeasure:
    """What a signal counts; `each_kpi` has no id of its own."""
    return SignalMeasure(None if name == EACH_KPI else name, measure.name, measure.unit, measure.method, measure.threshold)


def build_thresholds(defined: Mapping[str, declared.Threshold], changed: Mapping[str, declared.Threshold]) -> dict[str, Threshold]:
    """Thresholds with the company's own values and reasons."""
    return {
        name: Threshold(each.value, each.because, set_in)
        for thresholds, set_in in ((defined, "default"), (changed, "company folder"))
        for name, each in thresholds.items()
    }
