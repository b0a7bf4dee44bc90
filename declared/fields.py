"""Types of fields, shared by the models: what a value may be, and the sentence for one that may not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import inf, isfinite
from typing import Annotated, Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)  # fmt: skip
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from declared.errors import name_known

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")  # it stands in the address of a page and in the query of that page, and in lists with commas
FIELD, ENTRY = "field", "entry"
TEXT_SCHEMA: dict[str, Any] = {"type": ["string", "number"]}  # a number counts as the text it is written as


@dataclass(frozen=True)
class Hint:
    """The sentence for a field that is missing or of a wrong kind, instead of the usual one. `about` the field or the entry around it."""

    sentence: str
    about: str = FIELD


@dataclass(frozen=True)
class Label:
    """How an item of a list is named: `touchpoint web_checkout`, where `key` is the field with its name; without a key, `row 3`."""

    kind: str
    key: str | None = "id"


class Declared(BaseModel):
    """A mapping of a file. A field that is null or an empty text counts as left out; one that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    has_dotted_places: ClassVar[bool] = False

    @model_validator(mode="before")
    @classmethod
    def leave_out_nothing(cls, content: Any) -> Any:
        """The mapping without the known fields that hold nothing."""
        if not isinstance(content, Mapping):
            return content
        known = set(cls.list_fields())
        return {str(name): value for name, value in content.items() if name not in known or (value is not None and value != "")}

    @classmethod
    def list_fields(cls) -> list[str]:
        """The names a file may use."""
        return [field.alias or name for name, field in cls.model_fields.items()]


def problem_of(about: str, sentence: str, *at: str | int) -> PydanticCustomError:
    """The error to raise in a validator: `{value}` in the sentence stands for the value, `at` is where below the validated thing."""
    return PydanticCustomError(about, sentence, {"at": at})


def write_text(value: Any) -> str:
    """A YAML value as text: true and false in lower case, days and instants in ISO 8601."""
    if isinstance(value, Mapping | list | tuple):
        raise problem_of(FIELD, "is a list or a mapping; write one text")
    text = str(value).lower() if isinstance(value, bool) else value.isoformat() if isinstance(value, date) else str(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise problem_of(FIELD, "holds bytes that are not UTF-8; write it anew") from None
    return text


def read_text(value: Any) -> str:
    """A text without the space around it, of which something must be left."""
    text = write_text(value).strip()
    if not text:
        raise PydanticCustomError("missing", "is missing")
    return text


def read_list(value: Any) -> tuple[str, ...]:
    """A list of texts; one text stands for a list of one."""
    items = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(item, Mapping | list | tuple) for item in items):
        raise problem_of(FIELD, "must be a list of texts")
    return tuple("" if item is None else write_text(item) for item in items)


def read_list_with_commas(value: Any) -> tuple[str, ...]:
    """A list, or one text with commas; what stands twice counts once."""
    items = value if isinstance(value, list | tuple) else write_text(value).split(",")
    texts = (write_text("" if item is None else item).strip() for item in items)
    return tuple(dict.fromkeys(text for text in texts if text))


def read_flag(value: Any) -> bool:
    """True or false, also in quotes."""
    flag = {"true": True, "false": False}.get(value) if isinstance(value, str) else value
    if not isinstance(flag, bool):
        raise problem_of(FIELD, "is {value}; write true or false")
    return flag


def read_number(*, lowest: float = -inf, highest: float = inf, wanted: str = "a number") -> BeforeValidator:
    """A finite number within bounds, both included, also in quotes (YAML takes 1e3 for a text anyway)."""

    def read(value: Any) -> float:
        try:
            number = float("" if isinstance(value, bool) else value)
        except (TypeError, ValueError, OverflowError):
            number = inf
        if not isfinite(number) or not lowest <= number <= highest:
            raise problem_of(FIELD, f"is {{value}}; write {wanted}")
        return number

    return BeforeValidator(read)


def read_whole(*, lowest: int, highest: float = inf, wanted: str) -> BeforeValidator:
    """A whole number within bounds, both included, also in quotes."""

    def read(value: Any) -> int:
        number = int(value) if isinstance(value, str) and value.isdecimal() else value
        if isinstance(number, bool) or not isinstance(number, int) or not lowest <= number <= highest:
            raise problem_of(FIELD, f"is {{value}}; write {wanted}")
        return number

    return BeforeValidator(read)


def read_day(value: Any) -> date:
    """A day, as YAML's own or as text."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(write_text(value))
    except ValueError:
        raise problem_of(FIELD, "is {value}; write a day like 2026-01-31") from None


def check_text(test: Callable[[str], object], sentence: str) -> AfterValidator:
    """A text that passes a test."""

    def read(text: str) -> str:
        if not test(text):
            raise problem_of(FIELD, sentence)
        return text

    return AfterValidator(read)


def match_form(pattern: str, example: str) -> AfterValidator:
    """A text of a form."""
    return check_text(re.compile(pattern).fullmatch, f"is {{value}}; write it like {example}")


def describe_form(pattern: str, *, numbers: bool = False) -> WithJsonSchema:
    """The JSON Schema of a text of a form."""
    return WithJsonSchema({"type": ["string", "number"] if numbers else "string", "pattern": f"^(?:{pattern})$"})


def check_time_zone(text: str) -> str:
    """A name of the time zone database."""
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError):  # an unknown name is a KeyError of its own kind
        near = name_known(text, available_timezones()).split("known are")[0]
        raise problem_of(FIELD, f"{{value}} is not a time zone of the tz database; {near}write one like Europe/Amsterdam or UTC") from None
    return text


def find_id_problem(text: str) -> str | None:
    """What is wrong with an id, or nothing."""
    if ID.fullmatch(text):
        return None
    return f"the id `{text}` is not made of letters a to z, digits, hyphens, underscores and dots; write it like web_checkout"


def check_id(text: str) -> str:
    """An id."""
    if problem := find_id_problem(text):
        raise problem_of(ENTRY, problem)
    return text


def refuse_twins(items: Sequence[Any]) -> Sequence[Any]:
    """Entries whose ids are unique."""
    seen: set[str] = set()
    for position, item in enumerate(items):
        if item.id in seen:
            raise problem_of(ENTRY, "stands twice; ids are unique", position)
        seen.add(item.id)
    return items


UNIQUE = AfterValidator(refuse_twins)
AS_TEXT = BeforeValidator(write_text)
# as written, with the space around it: what a value means in data
Raw = Annotated[str, AS_TEXT, WithJsonSchema(TEXT_SCHEMA)]
Text = Annotated[str, BeforeValidator(read_text), WithJsonSchema(TEXT_SCHEMA)]
Id = Annotated[Text, AfterValidator(check_id), describe_form(ID.pattern, numbers=True)]
LIST_SCHEMA = {"anyOf": [TEXT_SCHEMA, {"type": "array", "items": {"type": ["string", "number", "null"]}}]}
Names = Annotated[tuple[str, ...], BeforeValidator(read_list), WithJsonSchema(LIST_SCHEMA)]
CommaNames = Annotated[tuple[str, ...], BeforeValidator(read_list_with_commas), WithJsonSchema(LIST_SCHEMA)]
Flag = Annotated[bool, BeforeValidator(read_flag)]
Number = Annotated[float, read_number()]
Day = Annotated[date, BeforeValidator(read_day)]
TimeZone = Annotated[Text, AfterValidator(check_time_zone)]
CLOCK = r"([01]\d|2[0-3]):[0-5]\d"


@dataclass(frozen=True)
class TextOr:
    """An entry that may be written as one text, which stands for its field `name`."""

    name: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The entry's own validation, after a text was made a mapping."""
        return core_schema.no_info_before_validator_function(self.widen, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A text of the field's form, or the entry."""
        entry = handler(schema)
        field = handler.resolve_ref_schema(entry)["properties"][self.name]
        return {"if": {"type": "string"}, "then": {name: field[name] for name in ("enum", "type") if name in field}, "else": entry}

    def widen(self, value: Any) -> Any:
        """The mapping a text stands for."""
        return {self.name: value} if isinstance(value, str) else value
