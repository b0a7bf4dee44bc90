"""calendars/holidays.yml, peaks.yml and opening_hours.yml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from declared.fields import CLOCK, Day, Declared, Flag, Label, Text, describe_form, match_form, read_whole

CLOCK_OR_MIDNIGHT = rf"{CLOCK}|24:00"
MONTH_DAY = r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
MonthDay = Annotated[Text, match_form(MONTH_DAY, "11-20"), describe_form(MONTH_DAY)]
OpensAt = Annotated[Text, match_form(CLOCK_OR_MIDNIGHT, '"08:00"'), describe_form(CLOCK_OR_MIDNIGHT)]
Weekday = Annotated[int, read_whole(lowest=1, highest=7, wanted="1 for Monday to 7 for Sunday")]
ROW = Label("row", None)


class Holiday(Declared):
    """A day on which the company is closed unless its hours say otherwise."""

    date: Day = Field(description="The day.")
    name: Text = Field(description="Its name.")


class HolidaysFile(Declared):
    """Holidays, each year written out."""

    holidays: Annotated[tuple[Holiday, ...], ROW] = Field(default=(), description="A row a day.")


class Peak(Declared):
    """A time of the year that is busy every year."""

    id: Text = Field(description="Unique.")
    name: Text = Field(description="Name on the pages.")
    from_: MonthDay = Field(alias="from", description="First day, month-day.")
    to: MonthDay = Field(description="Last day, month-day.")


class PeaksFile(Declared):
    """Busy times of the year."""

    peaks: Annotated[tuple[Peak, ...], ROW] = Field(default=(), description="A row a peak.")


class OpeningHours(Declared):
    """One shift of a weekday in a channel, local times."""

    channel: Text = Field(description="Channel of contacts; one without rows is always open.")
    weekday: Weekday = Field(description="1 for Monday to 7 for Sunday.", json_schema_extra={"minimum": 1, "maximum": 7})
    opens_at: OpensAt = Field(description="Local time in quotes.")
    closes_at: OpensAt = Field(description="Local time in quotes; at or before opens_at: on the next day.")
    valid_from: Day = Field(description="First day of the row.")
    valid_to: Day | None = Field(default=None, description="First day on which the row no longer holds.")
    closed_on_holidays: Flag | None = Field(default=None, description="false keeps the row open on holidays.")


class OpeningHoursFile(Declared):
    """When channels are staffed."""

    opening_hours: Annotated[tuple[OpeningHours, ...], ROW] = Field(default=(), description="A row a shift.")
