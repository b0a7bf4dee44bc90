"""company.yml: who the company is, its days and its money."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from declared.fields import CLOCK, FIELD, UNIQUE, Declared, Raw, Text, TimeZone, describe_form, match_form, problem_of, read_day, read_whole

EARLIEST = "earliest"


def read_first_day(value: Any) -> date | None:
    """A day, or nothing for `earliest`."""
    if value == EARLIEST or value is None:
        return None
    try:
        return read_day(value)
    except ValueError:
        raise problem_of(FIELD, f"is {{value}}; write a day like 2023-01-31, or `{EARLIEST}`") from None


FirstDay = Annotated[
    date | None,
    BeforeValidator(read_first_day),
    WithJsonSchema({"anyOf": [{"const": EARLIEST}, {"type": "string", "format": "date"}]}),
]


class Objective(Declared):
    """An aim of the company, which phases of journeys may name."""

    id: Text = Field(description="Name of the objective in journeys/*.yml.")
    text: Text = Field(description="The aim in one sentence.")


class Topic(Declared):
    """What a contact was about."""

    id: Text = Field(description="The value of the column topic of the contract contacts.")
    name: Text = Field(description="Its name on the pages.")


class Newcomers(Declared):
    """What happens when a supplier, channel or survey appears in the data by itself."""

    changes: bool = Field(default=True, description="Whether it becomes an automatic change.")
    grouped_above: Annotated[int, read_whole(lowest=1, wanted="a whole number from 1 on")] = Field(
        default=5,
        description="More new ones of a kind than this in a month are one change; more undeclared ones than this are one component.",
    )


class CompanyFile(Declared):
    """The company as a whole."""

    name: Text = Field(description="Name on the pages.")
    purpose: Text = Field(description="Why the company exists, in one sentence.")
    objectives: Annotated[tuple[Objective, ...], UNIQUE] = Field(default=(), description="Aims that phases of journeys may name.")
    topics: Annotated[tuple[Topic, ...], UNIQUE] = Field(
        default=(), description="Names of the topics of contacts; a topic without one is shown as it is delivered, with spaces."
    )
    time_zone: TimeZone = Field(description="Name in the tz database. Days begin at midnight here; default for times without an offset.")
    currency: Annotated[Text, match_form("[A-Z]{3}", "EUR"), describe_form("[A-Z]{3}")] = Field(
        description="ISO 4217 code. Orders in another currency are left out and counted."
    )
    locale: Raw | None = Field(default=None, description="Language and country, like nl-NL.")
    country: Text | None = Field(default=None, description="ISO 3166 code, for telephone numbers without a country code.")
    first_day: FirstDay = Field(default=None, description="First day of data, or `earliest`: where the sources begin.")
    newcomers: Newcomers = Field(default=Newcomers(), description="Suppliers, channels and surveys that appear in the data by themselves.")
    cut_off: Annotated[Text, match_form(CLOCK, '"06:30"'), describe_form(CLOCK)] = Field(
        default="06:30", description="Local time at which the build runs even when a source is missing."
    )
