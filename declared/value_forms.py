"""How a source writes its values: keys of a table in sources.yml that a column may have too, for itself."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from declared.errors import name_known
from declared.fields import FIELD, LIST_SCHEMA, Declared, Names, Raw, Text, TimeZone, check_text, match_form, problem_of, read_list

EPOCHS = ("epoch_seconds", "epoch_milliseconds", "epoch_microseconds", "epoch_nanoseconds")
SPREADSHEETS = ("spreadsheet", "spreadsheet_1904")
TOKEN = re.compile(r"%(?:[:#]*z|\.?[369]?f|[-_0]?[YCyGgmbBhdejaAuwUWVHkIlMSpPZsFTRDxXrvcnt%])")
HOUR, MINUTE = re.compile(r"%[-_0]?[HkIl]"), re.compile(r"%[-_0]?M")
NEGATIVES = ("trailing_minus", "brackets")
# which type of column a key counts for
KEY_TYPES: dict[str, tuple[str, ...]] = {
    "decimal": ("integer", "decimal", "float"),
    "thousands": ("integer", "decimal", "float"),
    "currency": ("integer", "decimal", "float"),
    "negative": ("integer", "decimal", "float"),
    "true_values": ("boolean",),
    "false_values": ("boolean",),
    "timestamp_formats": ("timestamp",),
    "date_formats": ("date",),
    "language": ("date", "timestamp"),
    "time_zone": ("timestamp",),
    "time_zone_column": ("timestamp",),
}


def check_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    """Strptime patterns, or names of ways to count time."""
    for text in formats:
        if text not in EPOCHS + SPREADSHEETS:
            check_strptime(text)
    return formats


def check_date_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    """Strptime patterns of days, or days of a spreadsheet."""
    for text in formats:
        if text in EPOCHS or "%s" in text:
            raise problem_of(FIELD, f"{text!r} is a moment, not a day; give the column the type timestamp and use timestamp_formats")
        if text not in SPREADSHEETS:
            check_strptime(text)
    return formats


def check_strptime(text: str) -> None:
    """Refuse what strptime would not read. Raises the problem."""
    if "%" not in text:
        near = name_known(text, EPOCHS + SPREADSHEETS, "or one of")
        raise problem_of(FIELD, f"{text!r} is not a pattern; write one like %d-%m-%Y; {near}")
    rest = TOKEN.sub("", text)
    if "%" in rest:
        unknown = rest[rest.index("%") :][:2]
        raise problem_of(FIELD, f"{text!r} has {unknown}, which is no part of a strptime pattern; write one like %d-%m-%Y %H:%M")
    if HOUR.search(text) and not MINUTE.search(text):
        raise problem_of(FIELD, f"{text!r} has an hour without minutes; write both, like %d-%m-%Y %H:%M")


def read_marks(value: Any) -> str:
    """One mark or several, as one text."""
    marks = read_list(value)
    for mark in marks:
        if len(mark) != 1:
            raise problem_of(FIELD, f"{mark!r} is one character")
        if mark.isalnum() or mark in "+-":
            raise problem_of(FIELD, f"{mark!r} cannot stand between thousands; write a mark like . or a space")
    return "".join(marks)


def check_currency(signs: tuple[str, ...]) -> tuple[str, ...]:
    """Texts that cannot be taken for a part of the number."""
    for sign in signs:
        if not sign.strip() or re.search(r"[\d+\-()]", sign) or sign in (".", ","):
            raise problem_of(FIELD, f"{sign!r} is no sign of a currency; write one like € or EUR")
    return signs


def check_negatives(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Known ways."""
    for kind in kinds:
        if kind not in NEGATIVES:
            raise problem_of(FIELD, f"{kind!r} is unknown; use one of {', '.join(NEGATIVES)}")
    return kinds


def check_pattern(text: str) -> str:
    """A regular expression."""
    try:
        re.compile(text)
    except re.error as error:
        raise problem_of(FIELD, f"is not a regular expression ({error})".replace("{", "{{")) from None
    return text


Pattern = Annotated[Raw, AfterValidator(check_pattern)]
Character = Annotated[Raw, check_text(lambda text: len(text) == 1, "{value} is one character")]
Decimal = Annotated[Raw, check_text(lambda text: text in (".", ","), "{value} is . or ,"), WithJsonSchema({"enum": [".", ","]})]
Marks = Annotated[str, BeforeValidator(read_marks), WithJsonSchema(LIST_SCHEMA)]
Formats = Annotated[Names, AfterValidator(check_formats)]
DateFormats = Annotated[Names, AfterValidator(check_date_formats)]
Currency = Annotated[Names, AfterValidator(check_currency)]
NEGATIVE_SCHEMA = {"anyOf": [{"enum": list(NEGATIVES)}, {"type": "array", "items": {"enum": list(NEGATIVES)}}]}
Negatives = Annotated[Names, AfterValidator(check_negatives), WithJsonSchema(NEGATIVE_SCHEMA)]
Language = Annotated[Text, match_form(r"[a-z]{2,3}([-_][A-Za-z]{2,4})?", "nl or pt-BR")]


class ValueForms(Declared):
    """How values are written. Keys that are left out are those of the table, and there the usual ones."""

    null_values: Names | None = Field(default=None, description='Texts that stand for no value; default [""].')
    decimal: Decimal | None = Field(default=None, description="Decimal mark; default the point.")
    thousands: Marks | None = Field(default=None, description="Mark between thousands, or several; one kind of space stands for all.")
    currency: Currency | None = Field(default=None, description="Signs of currency that may stand before or after a number.")
    negative: Negatives | None = Field(default=None, description="Other ways to write a negative number: trailing_minus, brackets.")
    true_values: Names | None = Field(default=None, description="Words for true, besides the usual ones; upper and lower case are one.")
    false_values: Names | None = Field(default=None, description="Words for false, besides the usual ones; upper and lower case are one.")
    timestamp_formats: Formats | None = Field(
        default=None,
        description="strptime patterns, tried in order after ISO 8601; epoch_seconds, epoch_milliseconds, epoch_microseconds, "
        "epoch_nanoseconds; spreadsheet, spreadsheet_1904 (a spreadsheet's number of a day).",
    )
    date_formats: DateFormats | None = Field(
        default=None, description="strptime patterns, tried in order after ISO 8601; spreadsheet, spreadsheet_1904."
    )
    language: Language | None = Field(default=None, description="Of names of months and days, besides English, like nl or pt-BR.")
    time_zone: TimeZone | None = Field(default=None, description="Of time stamps without an offset; default: the source's.")
    time_zone_column: Text | None = Field(
        default=None, description="Name in the source of the column that names the zone of each row's times."
    )

    def check_words(self) -> None:
        """A word is true or false, not both. Raises the problem."""
        both = {word.strip().lower() for word in self.true_values or ()} & {word.strip().lower() for word in self.false_values or ()}
        if both:
            raise problem_of(FIELD, f"{sorted(both)[0]!r} is one of the true_values too; a word is true or false", "false_values")


class Cleaning(Declared):
    """One step of cleaning: what matches is replaced."""

    pattern: Pattern = Field(description="Regular expression of what is replaced.")
    by: Raw = Field(default="", description=r"What stands there instead; default nothing. \1 is the first group.")


def check_steps(steps: tuple[Cleaning, ...]) -> tuple[Cleaning, ...]:
    """Replacements whose groups exist."""
    for position, step in enumerate(steps):
        try:
            re.sub(f"(?:{step.pattern})|$", step.by, "")
        except (re.error, IndexError) as error:
            problem = f"cannot replace what the pattern finds ({error})".replace("{", "{{")
            raise problem_of(FIELD, problem, position, "by") from None
    return steps


Steps = Annotated[tuple[Cleaning, ...], AfterValidator(check_steps)]
