"""signals.yml: thresholds and lists of the signals of a failing ecosystem, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from declared.fields import FIELD, UNIQUE, Declared, Label, Names, Text, problem_of, read_number

SMALLEST = 5e-324  # the smallest number above 0


class Threshold(Declared):
    """From where on a signal fires, and why there."""

    value: Annotated[float, read_number(lowest=SMALLEST, wanted="a number above 0")] = Field(
        description="The threshold.", json_schema_extra={"exclusiveMinimum": 0}
    )
    because: Text = Field(description="The reason for it.")


def need_a_reason(value: Any) -> Any:
    """A threshold is a mapping, because its reason belongs to it."""
    if not isinstance(value, Mapping):
        raise problem_of(FIELD, "needs a number above 0 and its reason: {name}: {value: 0.1, because: why there}")
    return value


Thresholds = dict[str, Annotated[Threshold, BeforeValidator(need_a_reason)]]


class ChangedSignal(Declared):
    """A signal with the company's own thresholds or lists."""

    id: Text = Field(description="Id of a signal of semantic/signals.yml.")
    thresholds: Thresholds = Field(default={}, description="Thresholds of the company, by name.")
    lists: dict[str, Names] = Field(default={}, description="Lists of the company, by name.")


class SignalsFile(Declared):
    """What a company changes in the signals."""

    every: Thresholds = Field(default={}, description="Thresholds that hold for all signals.")
    signals: Annotated[tuple[ChangedSignal, ...], UNIQUE, Label("signal")] = Field(default=(), description="Signals that are changed.")


class Measure(Declared):
    """What a signal counts. A KPI (`each_kpi`) has its own name, unit and method."""

    name: Text | None = None
    unit: Text | None = None
    method: Text | None = None
    threshold: Text | None = None


class DefinedSignal(ChangedSignal):
    """A signal as it is defined for everyone."""

    name: Text
    question: Text
    what_to_do: Text
    needs: Text
    measures: dict[str, Measure]
    judges_moves: bool = True
    needs_every_week: bool = False


class DefinedSignalsFile(Declared):
    """semantic/signals.yml: every signal."""

    every: Thresholds
    signals: Annotated[tuple[DefinedSignal, ...], UNIQUE, Label("signal")]
