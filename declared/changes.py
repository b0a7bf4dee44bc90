"""changes/*.yml, and changes given by command, form, import or ledger: the same fields everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from declared.fields import AS_TEXT, FIELD, ID, CommaNames, Declared, Number, Raw, describe_form, problem_of

FIRST_YEAR, LAST_YEAR = 1800, 2999


def read_moment(value: Any) -> datetime:
    """A moment, with or without an offset; a day means its first moment."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime.combine(value, time())
    else:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            raise problem_of(FIELD, "is {value}; write 2026-03-01 or 2026-03-01T09:00+01:00") from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise problem_of(FIELD, f"is {{value}}; write a year from {FIRST_YEAR} to {LAST_YEAR}")
    return moment


MOMENT_FORM = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|[+-]\d{2}:?\d{2}))?)?"
Moment = Annotated[datetime, BeforeValidator(read_moment), describe_form(MOMENT_FORM)]
ChangeId = Annotated[Raw, WithJsonSchema({"type": ["string", "number"], "pattern": f"^{ID.pattern}$"})]


class ChangeFile(Declared):
    """A change of a journey. Times without an offset are company time."""

    change_id: ChangeId | None = Field(
        default=None, alias="id", description="Unique over all changes; the name of the file unless it gives one."
    )
    title: Raw = Field(description="What changed, in a few words.")
    description: Raw | None = Field(default=None, description="What changed, in full.")
    started_at: Moment = Field(description="When it took effect.")
    rolled_out_at: Moment | None = Field(default=None, description="When it had reached everybody; left out where it did so at once.")
    ended_at: Moment | None = Field(default=None, description="When it was withdrawn.")
    kind: Annotated[Literal["touchpoint", "process", "system", "supplier", "policy", "price", "measurement", "external"], AS_TEXT] = Field(
        description="Kind of change."
    )
    touchpoints: CommaNames = Field(default=(), description="Ids of touchpoints in scope.")
    components: CommaNames = Field(default=(), description="Ids of components in scope.")
    suppliers: CommaNames = Field(default=(), description="Suppliers in scope.")
    channels: CommaNames = Field(default=(), description="Channels in scope.")
    segments: CommaNames = Field(default=(), description="Segments in scope.")
    owner: Raw | None = Field(default=None, description="Department that owns the change.")
    primary_kpi: Raw | None = Field(default=None, description="Id of the KPI it is judged on.")
    expected_direction: Annotated[Literal["higher", "lower"], AS_TEXT] | None = Field(default=None, description="Where the KPI should go.")
    expected_size: Number | None = Field(
        default=None, description="Expected move in the KPI's own unit; of a share, 0.03 for 3 percentage points."
    )
    evaluation_date: Moment | None = Field(default=None, description="Day of judgement.")
    investment_amount: Number | None = Field(default=None, description="What it cost, in the company's currency.")

    @model_validator(mode="before")
    @classmethod
    def call_the_id_id(cls, content: Any) -> Any:
        """Files say `id`; the ledger, commands and contracts say `change_id`."""
        return (
            {"id" if name == "change_id" else name: value for name, value in content.items()} if isinstance(content, Mapping) else content
        )
