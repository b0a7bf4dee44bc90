"""journeys/*.yml: what a persona goes through for one need, phase by phase."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from declared.errors import name_known
from declared.fields import (
    ENTRY,
    FIELD,
    UNIQUE,
    Declared,
    Hint,
    Id,
    Label,
    Names,
    Text,
    problem_of,
    read_whole,
)  # fmt: skip
from declared.touchpoints import EVENT_TYPES

GAP_DAYS = 30
LONGEST_GAP = 365
ONE_EVENT = {"enum": list(EVENT_TYPES)}


def check_events(names: tuple[str, ...]) -> tuple[str, ...]:
    """Known events."""
    for name in names:
        if name not in EVENT_TYPES:
            raise problem_of(FIELD, f"names the unknown event `{name}`; {name_known(name, EVENT_TYPES)}")
    return names


Events = Annotated[
    Names,
    AfterValidator(check_events),
    WithJsonSchema({"if": {"type": "array"}, "then": {"type": "array", "items": ONE_EVENT}, "else": ONE_EVENT}),
]


class Phase(Declared):
    """A step of a journey."""

    id: Id = Field(description="Unique in the journey.")
    name: Text = Field(description="Name on the pages.")
    touchpoints: Names = Field(default=(), description="Ids of touchpoints, in order.")
    start_event: Events = Field(default=(), description="One event or a list: what begins the phase.")
    end_event: Events = Field(default=(), description="One event or a list: what ends it. The same as start_event: a moment.")
    desired_feeling: Text | None = Field(default=None, description="How the customer should feel.")
    objective: Text | None = Field(default=None, description="Id of an objective of company.yml.")
    need: Text | None = Field(default=None, description="What the customer needs.")

    @model_validator(mode="after")
    def begin_or_end(self) -> Phase:
        """An event begins a phase or ends it, unless the phase is a moment."""
        shared = set(self.start_event) & set(self.end_event)
        if shared and set(self.start_event) != set(self.end_event):
            raise problem_of(
                ENTRY,
                f"`{', '.join(sorted(shared))}` both begins and ends the phase; "
                "let start_event and end_event be the same (a moment) or differ",
            )
        return self


class JourneyFile(Declared):
    """A journey: a persona, a wish, and phases in order."""

    id: Id = Field(description="Letters a to z, digits, hyphens, underscores and dots; unique over all journey files.")
    name: Text = Field(description="Name on the pages.")
    persona: Text | None = Field(default=None, description="Who goes through it.")
    wish: Text | None = Field(default=None, description="What they want in the end.")
    follows: Literal["order", "customer"] = Field(default="order", description="Whose events make one instance.")
    gap_days: Annotated[int, read_whole(lowest=1, highest=LONGEST_GAP, wanted=f"a whole number of days from 1 to {LONGEST_GAP}")] = Field(
        default=GAP_DAYS,
        description="Days without an event after which an instance is over.",
        json_schema_extra={"minimum": 1, "maximum": LONGEST_GAP},
    )
    categories: Names = Field(default=(), description="With `follows: order`: only orders with a line of one of these categories.")
    phases: Annotated[tuple[Phase, ...], Field(min_length=1), UNIQUE, Label("phase"), Hint("must be a list of entries (- id: ...)")] = (
        Field(description="Steps, in order.")
    )

    @model_validator(mode="after")
    def know_what_was_bought(self) -> JourneyFile:
        """Only an order has categories."""
        if self.categories and self.follows != "order":
            raise problem_of(ENTRY, "`categories` needs `follows: order`; only an order says what was bought")
        return self
