"""A written cell of any type, and the style of a table."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.ingestion.fuzz import moments, numbers
from tests.ingestion.fuzz.parts import COMPANY_ZONE, Cell, Column, Style
from tests.ingestion.fuzz.people import KINDS, RUINED, write_person

TYPES = ("text", "integer", "decimal", "float", "boolean", "date", "timestamp", "personal")
ALPHABET = "abz AZ09éßñ\u00a0\u200b\u2028\u0301😀漢ي-_.:!?#%&'()*+/<=>@[]^`{|}~$\\"
SPECIAL_TEXTS = (
    " padded ", "True", "1,5", "null", "NaN", "2026-03-02", "=1+1", "@cmd", "-", "\u200e", "a\tb", "x;y|z", 'say "hi"', '""', "5'", "it's",
    "\ufeffx", "a\u2028b", "\x1f", "\x85", "\u202eabc", "#N/A", "ｆｕｌｌ", "😀" * 3, "x" * 300, "sep=;", "c1", "e\u0301", "1e5", "0012",
)  # fmt: skip
NULL_WORDS = ("NULL", "n/a", "\\N", "-")


def pick_style(random: Random) -> Style:
    """How a table writes its values."""
    decimal = random.choice((".", ".", ","))
    thousands = random.choice((None, None, "," if decimal == "." else ".", " ", "'"))
    nulls = random.choice((("",), ("",), ("", *random.sample(NULL_WORDS, 2))))
    words = random.choice(((), (), ("oui", "X")))
    return Style(
        decimal=decimal,
        thousands=thousands,
        currency=random.choice(((), (), ("€", "EUR"))),
        negatives=random.choice(((), (), ("trailing_minus",), ("brackets",), ("trailing_minus", "brackets"))),
        nulls=nulls,
        true_words=words,
        false_words=("non", "off") if words else (),
        date_format=random.choice(moments.DATE_FORMATS),
        time_format=random.choice(moments.TIME_FORMATS),
        language=random.choice((None, "nl")),
        zone=random.choice((COMPANY_ZONE, COMPANY_ZONE, "UTC", "America/New_York", "Asia/Kolkata")),
    )


def pick_own_style(random: Random, kind: str, style: Style) -> Style | None:
    """The style of a column that differs from its table's."""
    if kind in ("decimal", "float", "integer"):
        decimal = "," if style.decimal == "." else "."
        return replace(style, decimal=decimal, thousands="." if decimal == "," else ",")
    if kind == "date":
        return replace(style, date_format=random.choice(moments.DATE_FORMATS[1:]))
    if kind == "timestamp":
        return replace(style, time_format=random.choice(moments.TIME_FORMATS[1:]), zone=random.choice(("UTC", "Asia/Kolkata")))
    return None


def pick_columns(random: Random, style: Style, names: tuple[str, ...] = ("{}", "{}", "Kolom {}", "{} (nr.)")) -> list[Column]:
    """A required `id` and two to seven other columns."""
    columns = [Column("id", "text", random.choice(("id", "Order No.")), is_required=True)]
    for position in range(random.randint(2, 7)):
        kind = random.choice(TYPES)
        name = f"c{position}"
        personal = random.choice(KINDS) if kind == "personal" else None
        source = random.choice(names).format(name)
        columns.append(Column(name, "text" if personal else kind, source, random.random() < 0.2, personal))
        if random.random() < 0.15:
            columns[-1] = replace(columns[-1], style=pick_own_style(random, kind, style))
    return columns


def write_blank(column: Column, style: Style, text: str = "") -> Cell:
    """A cell with a word that stands for no value in this style."""
    return Cell(text, None, kind="no value" if text == "" else "null word")


def write_text(random: Random, style: Style) -> Cell:
    """A text, which keeps its spaces."""
    roll = random.random()
    if roll < 0.05:
        return Cell(random.choice(RUINED), is_withheld=True, kind="ruined by a spreadsheet")
    if roll < 0.1:
        return Cell('="00123"', "00123", kind="spreadsheet text form")
    if roll < 0.13:
        return Cell("'00123", "00123", kind="apostrophe before a number")
    if roll < 0.4:
        text = random.choice(SPECIAL_TEXTS)
        return Cell(text, None if text in style.nulls else text, kind="special text")
    text = "".join(random.choice(ALPHABET) for _ in range(random.randint(1, 12)))
    is_clear = text.strip() and text not in style.nulls and not text.lstrip().startswith(("=", "'"))
    return Cell(text, text, kind="text") if is_clear else Cell("plain", "plain", kind="text")


def write_cell(random: Random, column: Column, style: Style, *, is_file: bool = True, is_near: bool = False) -> Cell:
    """A written value of a column."""
    style = column.style or style
    if random.random() < 0.08:
        return write_blank(column, style, random.choice(style.nulls))
    if column.personal:
        cell = write_person(random, column.personal, is_file=is_file)
        return write_blank(column, style, cell.written) if cell.written in style.nulls else cell
    match column.type:
        case "integer":
            return numbers.write_integer(random, style)
        case "decimal":
            return numbers.write_decimal(random, style)
        case "float":
            return numbers.write_float(random, style)
        case "boolean":
            return numbers.write_boolean(random, style)
        case "date":
            return moments.write_day(random, style, is_near=is_near)
        case "timestamp":
            return moments.write_time(random, style, is_near=is_near)
    return write_text(random, style)
