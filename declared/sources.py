"""sources.yml: outside systems, their tables and columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from declared.fields import (
    FIELD,
    Declared,
    Flag,
    Hint,
    Names,
    Raw,
    Text,
    TimeZone,
    check_text,
    describe_form,
    problem_of,
    read_number,
    read_whole,
    write_text,
)  # fmt: skip
from declared.layouts import Layout
from declared.value_forms import KEY_TYPES, Character, Pattern, Steps, ValueForms, check_date_formats

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
ColumnType = Literal["text", "integer", "decimal", "float", "boolean", "date", "timestamp"]
PersonalKind = Literal["customer_id", "email", "phone", "postcode", "house_number", "employee_id", "free_text"]
FORM = "(docs/company-folder.md shows the form)"


def check_name(what: str) -> AfterValidator:
    """Ids are lower case, so that they mean the same to every engine; a leading underscore is ours."""
    return check_text(IDENTIFIER.fullmatch, f"{what} is lower case letters, digits and underscores and begins with a letter")


def need_entries(what: str) -> Hint:
    """The sentence for a mapping of entries that is missing, empty or none."""
    return Hint(f"is missing or is not a mapping; {what} {FORM}")


def is_encoding(text: str) -> bool:
    """True for a name Python decodes."""
    try:
        "".encode(text)
    except (LookupError, ValueError):
        return False
    return True


def read_constant(value: Any) -> str:
    """A value of a column, written as the landing reads values."""
    if value is None or isinstance(value, Mapping | list):
        raise problem_of(FIELD, "is no single value; `constants` is a mapping of columns to values")
    return write_text(value)


Name = Annotated[str, BeforeValidator(str), describe_form(IDENTIFIER.pattern)]
SourceName = Annotated[Name, check_name("a source's id")]
TableName = Annotated[Name, check_name("a table's name")]
ColumnName = Annotated[Name, check_name("a column's name")]
Encoding = Annotated[Raw, check_text(is_encoding, "{value} is not an encoding; write one like utf-8 or windows-1252")]
Cron = Annotated[
    Raw,
    check_text(lambda text: len(text.split()) == 5, "{value} is not cron; write five fields like '15 3 * * *'"),
    WithJsonSchema({"type": "string", "pattern": r"^\s*\S+(\s+\S+){4}\s*$"}),
]
Constant = Annotated[str, BeforeValidator(read_constant), WithJsonSchema({"type": ["string", "number", "boolean"]})]


class LakeColumn(Declared):
    """A column of the lake, but for how its values are written."""

    type: ColumnType = Field(description="Type in the lake; decimal is (18, 4), timestamp is stored as UTC.")
    required: Flag = Field(default=False, description="true: a row without a value is rejected.")
    personal: PersonalKind | None = Field(
        default=None, description="Kind of personal data: normalised and replaced by a keyed hash; free_text is not loaded unless enabled."
    )
    enabled: Flag = Field(default=False, description="Only with `personal: free_text`: load it.")
    from_: Names = Field(default=(), alias="from", description="Name in the source, or several: in each row the first one with a value.")
    description: Raw | None = Field(default=None, description="What it holds.")
    clean: Steps = Field(default=(), description="Replacements in each text, in order, before it is read or hashed.")


class Column(ValueForms, LakeColumn):
    """A column of the lake. How its values are written may differ from the table."""

    @model_validator(mode="after")
    def hash_texts(self) -> Column:
        """A personal column is text; only free text can be enabled."""
        if self.personal and self.type != "text":
            raise problem_of(FIELD, f"a personal column is text, not {self.type}: its hash replaces it", "type")
        if "enabled" in self.model_fields_set and self.personal != "free_text":
            raise problem_of(FIELD, "only counts for `personal: free_text`; remove it", "enabled")
        for key, types in KEY_TYPES.items():
            if key in self.model_fields_set and self.type not in types:
                raise problem_of(FIELD, f"only counts for columns of type {' or '.join(types)}, not {self.type}; remove it", key)
        self.check_words()
        return self


class LakeTable(Declared):
    """A table of a source: what all connectors share, but for how values are written."""

    description: Raw | None = Field(default=None, description="What it holds.")
    columns: Annotated[dict[ColumnName, Column], Field(min_length=1), need_entries("declare at least one column")] = Field(
        description="Columns by their name in the lake."
    )
    allow_empty: Flag = Field(default=False, description="true: a delivery without rows is fine.")
    allow_shrink: Flag | None = Field(
        default=None,
        description="true: a load may leave fewer rows than have landed; false: it may not. Default: false for files placed by a column.",
    )
    constants: dict[str, Constant] = Field(default={}, description="Values of columns that the rows do not hold, by column.")
    time_zone_names: dict[str, TimeZone] = Field(default={}, description="Zones by the names that the source has for them.")


class Table(ValueForms, LakeTable):
    """A table of a source: what all connectors share."""

    @model_validator(mode="after")
    def fit_together(self) -> Table:
        """Fields that must agree."""
        for column in self.constants:
            if column not in self.columns:
                raise problem_of(FIELD, "is not a declared column; declare it under columns", "constants", column)
        for at, entry in (((), self), *((("columns", name), column) for name, column in self.columns.items())):
            decimal = entry.decimal or self.decimal or "."
            if decimal in (entry.thousands or (self.thousands if entry.decimal else None) or ""):
                raise problem_of(FIELD, f"is the same character as decimal ({decimal}); they must differ", *at, "thousands")
        self.check_words()
        return self

    def check_window_column(self, name: str, *at: str) -> None:
        """A declared window column must hold days or instants that stay readable; an undeclared one is a name in the source."""
        column = self.columns.get(name)
        if column is not None and (column.type not in ("date", "timestamp") or column.personal):
            problem = f"column {name} is {column.personal or column.type}; a window needs a date or timestamp"
            raise problem_of(FIELD, problem, *at)


def check_snapshot(value: Any) -> Any:
    """A snapshot is one or is not mentioned."""
    if value is not True:
        raise problem_of(FIELD, "can only be true")
    return value


class Snapshot(Declared):
    """Each load replaces the whole table."""

    snapshot: Annotated[Literal[True] | None, BeforeValidator(check_snapshot)] = Field(
        default=None, description="true: each load replaces it."
    )

    @model_validator(mode="after")
    def be_one(self) -> Snapshot:
        """Exactly one way to place rows."""
        if len(self.model_fields_set - {"file_date_format"}) != 1:
            raise problem_of(FIELD, say_window([name for name in self.list_fields() if name != "file_date_format"]))
        return self


def say_window(kinds: list[str]) -> str:
    """The sentence for a window that is missing or holds too much."""
    return f"write exactly one of {', '.join(kinds)}, for example `window: {{snapshot: true}}`"


class Window(Snapshot):
    """Which local day a row belongs to."""

    file_date: Pattern | None = Field(
        default=None, description="Pattern of the date in the file's name; the first group counts, or the whole match."
    )
    column: Text | None = Field(default=None, description="Date or timestamp column, declared or of the source.")
    file_date_format: Raw | None = Field(
        default=None, description="strptime pattern of that date, like %d-%m-%Y; default: year, month, day."
    )

    @model_validator(mode="after")
    def fit_date(self) -> Window:
        """A format of the date in a file's name needs one."""
        if self.file_date_format is not None:
            if self.file_date is None:
                raise problem_of(FIELD, "needs `file_date`, the pattern of the date in the file's name", "file_date_format")
            try:
                check_date_formats((self.file_date_format,))
            except PydanticCustomError as error:
                raise problem_of(FIELD, error.message_template, "file_date_format") from None
        return self


class FilesTable(Layout, Table):
    """A table read from files."""

    path: Raw = Field(description="Path or glob, relative to the company folder.")
    format: Literal["csv", "jsonl", "parquet", "json", "excel"] = Field(
        description="Format of the files; jsonl has an object per line, json lists or objects, excel is .xlsx; .gz and .zip are unpacked."
    )
    window: Annotated[Window, Hint(say_window(["file_date", "column", "snapshot"]))] = Field(
        description="The range of local days a load replaces."
    )
    encoding: Encoding = Field(default="utf-8", description="Of csv files.")
    delimiter: Character = Field(default=",", description="Of csv files.")
    newest_file: Text = Field(
        default="name",
        description="Which of several files of a day is the newest: by name (natural order: 10 after 9), modified, or a declared column.",
    )

    @model_validator(mode="after")
    def order_files(self) -> FilesTable:
        """Files are ordered by their name, their time, or a column that can be compared."""
        if self.newest_file not in ("name", "modified"):
            column = self.columns.get(self.newest_file)
            if column is None or column.personal:
                raise problem_of(FIELD, "is {value}; write name, modified, or a declared column that is not personal", "newest_file")
        return self

    @model_validator(mode="after")
    def place_rows(self) -> FilesTable:
        """A window column places rows by day."""
        if self.window.column is not None:
            self.check_window_column(self.window.column, "window", "column")
        self.check_layout(self.format, self.delimiter)
        return self


class SqlTable(Table):
    """A table read from a database."""

    relation: Raw | None = Field(default=None, description="Table or view; or give a query.")
    query: Raw | None = Field(default=None, description="A select; or give a relation.")
    cursor: Raw | None = Field(default=None, description="Column that places a row in a window.")
    window: Annotated[Snapshot, Hint(say_window(["snapshot"]))] | None = Field(default=None, description="Instead of a cursor.")
    look_back_days: Annotated[int, read_whole(lowest=0, highest=366, wanted="a whole number from 0 to 366")] = Field(
        default=3,
        description="Days that are read again by later loads, because rows of them may be committed late.",
        json_schema_extra={"minimum": 0, "maximum": 366},
    )

    @model_validator(mode="after")
    def place_rows(self) -> SqlTable:
        """Either a relation or a query, and either a cursor or a snapshot."""
        if (self.relation is None) == (self.query is None):
            raise problem_of(FIELD, "name either a relation (table or view) or a query, not both", "relation")
        if (self.cursor is None) == (self.window is None):
            raise problem_of(FIELD, "name the column that places a row in a window, or write `window: {snapshot: true}`", "cursor")
        if self.cursor is not None:
            self.check_window_column(self.cursor, "cursor")
        return self


class Source(Declared):
    """An outside system: what all connectors share."""

    description: Text = Field(description="What the system is.")
    owner: Text = Field(description="Department that answers for it.")
    schedule: Cron | None = Field(default=None, description="Cron, in the company's time zone.")
    late_after_hours: Annotated[float, read_number(lowest=0, wanted="a number of 0 or more")] = Field(
        default=36.0, description="Data older than this are late.", json_schema_extra={"minimum": 0}
    )
    time_zone: TimeZone | None = Field(default=None, description="Of time stamps without an offset; default: the company's.")
    max_bad_share: Annotated[float, read_number(lowest=0, highest=1, wanted="a number from 0 to 1")] = Field(
        default=0.02, description="A load with more rejected rows than this share fails.", json_schema_extra={"minimum": 0, "maximum": 1}
    )
    on_bad_file: Literal["stop", "quarantine"] = Field(default="stop", description="What an unreadable file does to its load.")


Tables = need_entries("declare at least one table")


class FilesSource(Source):
    """Files in a folder."""

    connector: Literal["files"] = Field(description="files | sql")
    tables: Annotated[dict[TableName, FilesTable], Field(min_length=1), Tables] = Field(description="Tables by name.")


class SqlSource(Source):
    """A database."""

    connector: Literal["sql"] = Field(description="files | sql")
    url: Raw = Field(description="Database URL of SQLAlchemy; a path of SQLite is relative to the company folder.", repr=False)
    tables: Annotated[dict[TableName, SqlTable], Field(min_length=1), Tables] = Field(description="Tables by name.")


AnySource = Annotated[FilesSource | SqlSource, Field(discriminator="connector")]


class SourcesFile(Declared):
    """Every outside system once."""

    has_dotted_places: ClassVar[bool] = True
    sources: Annotated[dict[SourceName, AnySource], Field(min_length=1), need_entries("name at least one source")] = Field(
        description="Sources by id."
    )
