"""subscriptions.yml: who gets which news, by mail, in a chat or at a webhook, and when not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from declared.calendars import Weekday
from declared.errors import name_known
from declared.fields import (
    CLOCK,
    ENTRY,
    FIELD,
    UNIQUE,
    Declared,
    Id,
    Label,
    Names,
    Text,
    check_text,
    describe_form,
    match_form,
    problem_of,
    read_list,
)

NewsKind = Literal["alerts", "weekly_digest", "monthly_report"]
AlertKind = Literal["kpi", "signal", "verdict", "overdue", "source", "load", "break"]
NEWS_KINDS: tuple[NewsKind, ...] = get_args(NewsKind)
ALERT_KINDS: tuple[AlertKind, ...] = get_args(AlertKind)
MAIL = r"[^@\s/:]+@[^@\s/:]+"
CHANNEL = r"[a-z][a-z0-9]*://\S+"
Time = Annotated[Text, match_form(CLOCK, '"07:30"'), describe_form(CLOCK)]
# it does not show the value, which may hold a token
ADDRESS_HINT = "is no address; write a mail address, the https:// address of a webhook, or one of apprise such as slack://TOKENS"


def is_mail(address: str) -> bool:
    """Whether an address is one of a mailbox."""
    return re.fullmatch(MAIL, address) is not None


def refuse_mail_urls(address: str) -> str:
    """Mail has one way: the settings of the mail server."""
    if address.startswith(("mailto://", "mailtos://")):
        raise problem_of(FIELD, "is a mail server's address; write the mail address alone, the settings name the server")
    return address


Address = Annotated[
    Text,
    check_text(re.compile(f"{MAIL}|{CHANNEL}").fullmatch, ADDRESS_HINT),
    AfterValidator(refuse_mail_urls),
    describe_form(f"{MAIL}|{CHANNEL}"),
]


def choose_from(choices: Sequence[str]) -> Any:
    """A list of known names, each once, and at least one; one text stands for a list of one."""

    def read(value: Any) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(read_list(value)))
        for name in names:
            if name not in choices:
                raise problem_of(FIELD, f"names {name or 'nothing'}; {name_known(name, choices, 'use')}")
        if not names:
            raise problem_of(FIELD, f"is an empty list; use {', '.join(choices)}")
        return names

    item = {"anyOf": [{"type": "string", "enum": list(choices)}]}
    return BeforeValidator(read), WithJsonSchema({"anyOf": [*item["anyOf"], {"type": "array", "minItems": 1, "items": item}]})


class QuietHours(Declared):
    """Hours of the day, in company time, in which nothing is sent; what happens then is sent afterwards."""

    from_: Time = Field(alias="from", description="Local time in quotes at which they begin.")
    to: Time = Field(description="Local time in quotes at which they end; before `from`: on the next day.")

    @model_validator(mode="after")
    def end_some_time(self) -> QuietHours:
        """They do not fill the day."""
        if self.from_ == self.to:
            raise problem_of(FIELD, f"begins and ends at {self.to}; leave it out, or give it another end")
        return self

    def holds(self, time: str) -> bool:
        """Whether a local time, as 07:30, lies in them."""
        if self.from_ < self.to:
            return self.from_ <= time < self.to
        return time >= self.from_ or time < self.to


class Subscription(Declared):
    """A recipient and what it gets."""

    id: Id = Field(description="Unique. It stands for the recipient in the ledger, so keep it when the address changes.")
    to: Address = Field(description="A mail address, the address of a webhook, or an address of apprise such as slack://TOKENS.")
    departments: Names = Field(default=(), description="Only news of these departments; without it, of the whole company.")
    news: Annotated[tuple[NewsKind, ...], *choose_from(NEWS_KINDS)] = Field(description="alerts, weekly_digest, monthly_report.")
    alerts: Annotated[tuple[AlertKind, ...], *choose_from(ALERT_KINDS)] = Field(
        default=ALERT_KINDS, description="Kinds of alerts: kpi, signal, verdict, overdue, source, load, break; without it, all."
    )
    weekday: Weekday = Field(
        default=1, description="Day of the weekly digest: 1 for Monday to 7 for Sunday.", json_schema_extra={"minimum": 1, "maximum": 7}
    )
    at: Time = Field(default="08:00", description="Local time in quotes; digest and report are not sent earlier.")
    quiet_hours: QuietHours | None = Field(default=None, description="Instead of those of the file.")

    @model_validator(mode="after")
    def fit_together(self) -> Subscription:
        """What only makes sense with other fields."""
        if "alerts" in self.model_fields_set and "alerts" not in self.news:
            raise problem_of(ENTRY, "has `alerts` and its `news` does not name alerts; add alerts to `news`, or leave the field out")
        if "weekday" in self.model_fields_set and "weekly_digest" not in self.news:
            raise problem_of(ENTRY, "has a `weekday` and its `news` does not name weekly_digest; add it, or leave the field out")
        return self


def refuse_shared_addresses(entries: tuple[Subscription, ...]) -> tuple[Subscription, ...]:
    """One entry per address, so that a recipient gets one message a time and nothing again."""
    owners: dict[str, str] = {}
    for position, entry in enumerate(entries):
        owner = owners.setdefault(entry.to.lower() if is_mail(entry.to) else entry.to, entry.id)
        if owner != entry.id:
            raise problem_of(ENTRY, f"has the address of subscription {owner}; put departments and news in one entry", position)
    return entries


class SubscriptionsFile(Declared):
    """Who gets news."""

    quiet_hours: QuietHours | None = Field(default=None, description="Hours in which nothing is sent, for entries without their own.")
    subscriptions: Annotated[tuple[Subscription, ...], UNIQUE, AfterValidator(refuse_shared_addresses), Label("subscription")] = Field(
        default=(), description="A recipient each."
    )
