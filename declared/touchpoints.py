"""touchpoints.yml: moments of contact, the events that belong to them, and the targets of their KPIs."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator

from declared.fields import ENTRY, UNIQUE, Day, Declared, Flag, Hint, Id, Label, Names, Number, Text, TextOr, problem_of

EventType = Literal[
    "order_placed", "order_cancelled", "shipment_sent", "delivery_attempted", "delivered", "returned", "visit",
    "contact_phone", "contact_mail", "contact_chat", "contact_whatsapp", "contact_social", "contact_shop",
]  # fmt: skip
EVENT_TYPES: tuple[str, ...] = get_args(EventType)
ATTRIBUTES = ("payment_method", "queue", "topic", "carrier", "supplier_id")
# what an event can be told apart by; a rule that names something else would never match
CARRIED = {
    "order_placed": ("source", "channel", "payment_method"),
    "order_cancelled": ("source", "channel", "payment_method"),
    "shipment_sent": ("source", "carrier", "supplier_id"),
    "delivery_attempted": ("source", "carrier", "supplier_id"),
    "delivered": ("source", "carrier", "supplier_id"),
    "returned": ("source",),
    "visit": ("source", "channel"),
}
CARRIED_BY_CONTACTS = ("source", "channel", "queue", "topic")


class Conditions(Declared):
    """Values by which events of one type are told apart. Every field that is given must fit."""

    payment_method: Names | None = Field(default=None, description="How an order was paid.")
    queue: Names | None = Field(default=None, description="Queue of a contact.")
    topic: Names | None = Field(default=None, description="Topic of a contact.")
    carrier: Names | None = Field(default=None, description="Carrier of a shipment or delivery.")
    supplier_id: Names | None = Field(default=None, description="Supplier of a shipment or delivery.")
    channel: Names | None = Field(default=None, description="Channel of an order, visit or contact.")
    source: Names | None = Field(default=None, description="Source of sources.yml.")

    def list_values(self) -> dict[str, frozenset[str]]:
        """The given fields with their values."""
        return {name: frozenset(getattr(self, name)) for name in self.model_fields_set}


class EventRule(Declared):
    """Events that belong to the touchpoint. An event may belong to one touchpoint only."""

    event: EventType = Field(description="Type of the event.")
    source: Names | None = Field(default=None, description="Only events of these sources.")
    channel: Names | None = Field(default=None, description="Only events in these channels.")
    where: Conditions = Field(default=Conditions(), description="Only events with these values.")
    except_: Conditions = Field(default=Conditions(), alias="except", description="No events with these values.")
    valid_from: Day | None = Field(default=None, description="First day of the rule.")
    valid_to: Day | None = Field(default=None, description="First day on which the rule no longer holds.")

    @property
    def allowed(self) -> dict[str, frozenset[str]]:
        """The values an event must have, by field."""
        given = {name: getattr(self, name) for name in ("source", "channel")}
        return {name: frozenset(values) for name, values in given.items() if values is not None} | self.where.list_values()

    @model_validator(mode="after")
    def carry_what_they_name(self) -> EventRule:
        """A rule tells events apart by what they carry."""
        carried = CARRIED.get(self.event, CARRIED_BY_CONTACTS)
        for name in (*self.allowed, *self.except_.list_values()):
            if name not in carried:
                raise problem_of(ENTRY, f"`{self.event}` events carry no {name}; tell them apart by {', '.join(carried)}")
        return self


class KpiTarget(Declared):
    """A KPI of the touchpoint with its target."""

    kpi: Text = Field(description="Id of a KPI: one of semantic/kpis/kpis.yml or of kpis/*.yml in this folder.")
    target: Annotated[Number, Hint("has no target; give it `target`, a number (shares run from 0 to 1)", ENTRY)] = Field(
        description="The value wanted, in the KPI's unit; shares run from 0 to 1."
    )
    lower_bound: Number | None = Field(default=None, description="The value that is bad for sure; above the target where lower is better.")
    not_measured: Text | None = Field(default=None, description="Why this KPI has no data.")


class Promise(Declared):
    """What customers were promised."""

    text: Text | None = Field(default=None, description="The promise in the words of the company.")
    kpi: Text | None = Field(default=None, description="Id of the KPI that says whether it was kept.")


class Touchpoint(Declared):
    """A moment of contact between a customer and the company."""

    id: Id = Field(description="Letters a to z, digits, hyphens, underscores and dots; it stands in the addresses of pages.")
    name: Text = Field(description="Name on the pages.")
    owner: Annotated[Text, Hint("has no owner: `owner` is missing; name the department that answers for it", ENTRY)] = Field(
        description="Department that answers for it."
    )
    channels: Names = Field(default=(), description="Channels in which it happens.")
    is_visible: Flag = Field(default=True, description="false: below the customer's line of visibility.")
    customer_does: Text | None = Field(default=None, description="What the customer does there.")
    input: Text | None = Field(default=None, description="What the customer comes with.")
    output: Text | None = Field(default=None, description="What the customer leaves with.")
    user_story: Text | None = Field(default=None, description="As a … I want … so that …")
    requirement: Text | None = Field(default=None, description="What it must do.")
    events: Annotated[tuple[Annotated[EventRule, TextOr("event")], ...], Label("event", "event")] = Field(
        default=(), description="Events that happen there."
    )
    surveys: Names = Field(default=(), description="Surveys whose answers belong here unless they name a contact, delivery or order.")
    not_measured: Text | None = Field(default=None, description="Why the touchpoint has no data.")
    kpis: Annotated[tuple[Annotated[KpiTarget, TextOr("kpi")], ...], Label("KPI", "kpi")] = Field(
        default=(), validate_default=True, description="What it is judged by; at least one, or `not_measured`."
    )
    promise: Promise = Field(default=Promise(), description="What customers were promised there.")

    @field_validator("kpis")
    @classmethod
    def have_a_kpi(cls, kpis: tuple[KpiTarget, ...], info: ValidationInfo) -> tuple[KpiTarget, ...]:
        """A touchpoint is judged by something, or says why not."""
        if not kpis and not info.data.get("not_measured"):
            raise problem_of(ENTRY, "has no KPI; give it at least one under `kpis`, or say why not under `not_measured`")
        return kpis


LACKING = Hint("lists no touchpoint; docs/company-folder.md shows how to write one", ENTRY)


class TouchpointsFile(Declared):
    """Every touchpoint once."""

    touchpoints: Annotated[tuple[Touchpoint, ...], Field(min_length=1), UNIQUE, Label("touchpoint"), LACKING] = Field(
        description="Moments of contact."
    )
    relationship_surveys: Names = Field(default=(), description="Surveys about the company as a whole, not about a touchpoint.")
