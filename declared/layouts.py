"""Where the records of a file are: keys of a table of files in sources.yml."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from declared.fields import FIELD, Declared, Flag, Names, Raw, Text, check_text, problem_of, read_whole, write_text
from declared.value_forms import Character, Pattern, check_pattern


def read_skip(value: Any) -> int | str:
    """A number of lines, or a pattern of lines."""
    if isinstance(value, bool) or (isinstance(value, int | float) and (value < 0 or value != int(value))):
        raise problem_of(FIELD, "is {value}; write a number of lines, or a pattern of lines like ^#")
    if isinstance(value, int | float) or (isinstance(value, str) and value.isdecimal()):
        return int(value)
    return check_pattern(write_text(value))


def read_header(value: Any) -> bool | str:
    """Whether there is a header, or the pattern of its line."""
    if isinstance(value, bool) or value in ("true", "false"):
        return value in (True, "true")
    return check_pattern(write_text(value))


def read_quote(value: Any) -> str:
    """The character, or none."""
    text = write_text(value)
    if text != "none" and len(text) != 1:
        raise problem_of(FIELD, "is {value}; write one character, or none where quotes are part of the values")
    return text


Skip = Annotated[int | str, BeforeValidator(read_skip), WithJsonSchema({"type": ["integer", "string"]})]
Header = Annotated[bool | str, BeforeValidator(read_header), WithJsonSchema({"type": ["boolean", "string"]})]
Quote = Annotated[str, BeforeValidator(read_quote), WithJsonSchema({"type": "string"})]
Count = Annotated[int, read_whole(lowest=0, wanted="a number of lines, 0 or more")]
Path = Annotated[Text, check_text(lambda text: all(text.split(".")), "is {value}; write names with dots between them, like data.orders")]


class Layout(Declared):
    """Lines around the rows, and how rows are cut into cells."""

    csv_keys: ClassVar[tuple[str, ...]] = (
        "skip_before_header", "header", "column_names", "skip_after_header", "skip_lines", "skip_at_end", "trailing_delimiter",
        "duplicate_names", "short_rows", "long_rows", "quote", "escape",
    )  # fmt: skip

    excel_keys: ClassVar[tuple[str, ...]] = (
        "skip_before_header", "header", "column_names", "skip_after_header", "skip_at_end", "duplicate_names",
    )  # fmt: skip

    skip_before_header: Skip = Field(default=0, description="csv, excel: number of lines before the header, or a pattern of such lines.")
    header: Header = Field(default=True, description="csv, excel: false when there is none (give column_names), or a pattern of its line.")
    column_names: Names = Field(default=(), description="csv, excel: names of the columns of a file without a header, in order.")
    skip_after_header: Skip = Field(
        default=0, description="csv, excel: number of records after the header that are no rows, or their pattern."
    )
    skip_lines: Pattern | None = Field(default=None, description="csv: pattern of lines that are no rows, such as totals and comments.")
    skip_at_end: Count = Field(
        default=0, description="csv, excel: number of lines at the end that are no rows.", json_schema_extra={"minimum": 0}
    )
    trailing_delimiter: Flag = Field(default=False, description="csv: true when a delimiter may stand after the last value.")
    duplicate_names: Literal["refuse", "first", "last", "numbered"] = Field(
        default="refuse", description="csv, excel: which of several columns of one name counts; numbered: name, name_2, name_3."
    )
    short_rows: Literal["reject", "fill"] = Field(default="reject", description="csv: fill: cells that lack at the end are empty.")
    long_rows: Literal["reject", "cut_empty", "cut", "join"] = Field(
        default="reject", description="csv: cells beyond the header are cut when empty, cut always, or joined to the last column."
    )
    quote: Quote = Field(default='"', description="csv: the quote character, or none where quotes are part of the values.")
    escape: Character | None = Field(default=None, description="csv: the character before a quote or delimiter that is part of a value.")
    sheet: Text | None = Field(default=None, description="excel: name of the sheet; it may be left out where there is only one.")
    records: Path | None = Field(default=None, description="json: path of the list of rows in each document, with dots.")
    zip_members: Raw = Field(default="*", description="Names of the files in a .zip that are read, as a glob.")

    def check_layout(self, file_format: str, delimiter: str) -> None:
        """Keys that belong together, and to the format. Raises the problem."""
        for key in self.csv_keys:
            if key in self.model_fields_set and file_format != "csv" and not (file_format == "excel" and key in self.excel_keys):
                raise problem_of(FIELD, f"only counts for csv files, not for {file_format}; remove it", key)
            if key in self.model_fields_set and file_format == "excel" and isinstance(getattr(self, key), str) and key != "duplicate_names":
                raise problem_of(FIELD, "is a pattern, which excel files cannot have; write a number of rows (header: true or false)", key)
        if self.sheet is not None and file_format != "excel":
            raise problem_of(FIELD, f"only counts for excel files, not for {file_format}; remove it, or set `format: excel`", "sheet")
        if self.records is not None and file_format != "json":
            raise problem_of(FIELD, f"only counts for json files, not for {file_format}; remove it, or set `format: json`", "records")
        if (self.header is False) != bool(self.column_names):
            missing = "names the columns where `header: false`; write both, or neither"
            raise problem_of(FIELD, missing, "column_names")
        twice = {name for name in self.column_names if self.column_names.count(name) > 1 and name}
        if twice:
            raise problem_of(FIELD, f"has {sorted(twice)[0]!r} twice; names are unique", "column_names")
        if self.header is False and self.skip_after_header:
            raise problem_of(FIELD, "needs a header; use skip_before_header", "skip_after_header")
        if self.quote == delimiter:
            raise problem_of(FIELD, "is the same character as delimiter; they must differ", "quote")
        if self.escape is not None and self.escape in (delimiter, self.quote):
            raise problem_of(FIELD, "is the same character as delimiter or quote; they must differ", "escape")
