"""Written numbers and booleans with the value that must land."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from random import Random

from tests.ingestion.fuzz.parts import Cell, Style

SMALLEST = Decimal("0.0001")
TRUE_WORDS = ("true", "TRUE", "True", "1", "yes", "ja", "T", "y", "J", " true ", "1.0")
FALSE_WORDS = ("false", "FALSE", "0", "no", "nee", "F", "N", " false", "0.0")
NO_NUMBERS = (
    "abc",
    "--1",
    "1-2",
    "Infinity",
    "-inf",
    "NaN",
    "0x1F",
    "1 1",
    "12$",
    "\u0663",
    "1\u0663",
    "1_000",
    "½",
    "²",
    "1..2",
    "1e",
    "%5",
    ".",
)
NO_INTEGERS = ("5{mark}5", "9223372036854775808", "-9223372036854775809", "1" * 40)
NO_DECIMALS = ("100000000000000", "9" * 30, "1e400")
SPACES = (" ", "  ", "\t", "\u00a0")


def write_integer(random: Random, style: Style) -> Cell:
    """A whole number, or what is none."""
    roll = random.random()
    if roll < 0.06:
        return Cell(random.choice(NO_NUMBERS), problem="not an integer", kind="text as number")
    if roll < 0.1:
        return Cell(random.choice(NO_INTEGERS).format(mark=style.decimal), problem="not an integer", kind="integer too large or broken")
    value = random.choice((random.randint(-50, 50), random.randint(-(10**6), 10**6), random.choice((2**63 - 1, -(2**63), 2**53 + 1, 0))))
    if roll < 0.15:
        return Cell(f"{value}{style.decimal}0", value, kind="integer with a fraction of zeros")
    if roll < 0.18 and "trailing_minus" not in style.negatives:
        return Cell(f"{value}{style.decimal}-", value, kind="no cents")
    text, kind = sign_number(random, f"{abs(value)}", "", value < 0, style)
    return Cell(pad(random, text), value, kind=kind)


def write_decimal(random: Random, style: Style) -> Cell:
    """An amount, or what is none; more than four decimals are rounded to the nearest even one."""
    roll = random.random()
    if roll < 0.06:
        return Cell(random.choice(NO_NUMBERS), problem="not a decimal", kind="text as number")
    if roll < 0.09:
        return Cell(random.choice(NO_DECIMALS), problem="not a decimal", kind="number too large")
    if roll < 0.12:
        wrong = "," if style.decimal == "." else "."
        if wrong != style.thousands:
            return Cell(f"12{wrong}5", problem="not a decimal", kind="decimal mark of another country")
        return Cell(
            random.choice((f"1{wrong}25", f"12{wrong}5", f"1{wrong}234{wrong}5", f"0{wrong}125", f"01{wrong}500")),
            problem="not a decimal",
            kind="misplaced thousands",
        )
    if roll < 0.16:
        exponent = random.randint(-3, 3)
        value = Decimal(f"1.5e{exponent}")
        return Cell(f"1{style.decimal}5{random.choice('eE')}{exponent}", round_money(value), kind="exponent")
    places = random.choice((0, 1, 2, 2, 2, 4, 5, 6))
    value = Decimal(random.randint(-(10 ** random.randint(1, 9)), 10 ** random.randint(1, 9))).scaleb(-places)
    if roll < 0.18:
        value, places = Decimal("99999999999999.9999"), 4
    whole, _, fraction = f"{abs(value):.{places}f}".partition(".")
    text, kind = sign_number(random, whole, fraction, value < 0, style)
    return Cell(pad(random, text), round_money(value), kind=kind)


def write_float(random: Random, style: Style) -> Cell:
    """A floating number, or what is none."""
    if random.random() < 0.08:
        return Cell(random.choice((*NO_NUMBERS, "1e400")), problem="not a float", kind="text as number")
    value = random.choice((random.uniform(-1000, 1000), random.uniform(-1, 1) * 10.0 ** random.randint(-30, 30), 0.1, 5e-324, 1e22, 0.0))
    return Cell(pad(random, repr(value).replace(".", style.decimal)), value, kind="float")


def write_boolean(random: Random, style: Style) -> Cell:
    """A boolean in one of many spellings, or what is none."""
    roll = random.random()
    if roll < 0.06:
        return Cell(random.choice(("maybe", "2", "-1", "truefalse", "00x")), problem="not a boolean", kind="no boolean")
    own = [(word, True) for word in style.true_words] + [(word, False) for word in style.false_words]
    if own and roll < 0.4:
        word, value = random.choice(own)
        return Cell(random.choice((word, word.upper())), value, kind="boolean of own words")
    is_true = random.random() < 0.5
    word = random.choice(TRUE_WORDS if is_true else FALSE_WORDS)
    return Cell(word.replace(".", style.decimal), is_true, kind="boolean words")


def round_money(value: Decimal) -> Decimal:
    """The decimal of the lake."""
    return value.quantize(SMALLEST, rounding=ROUND_HALF_EVEN)


def group(random: Random, whole: str, style: Style) -> tuple[str, bool]:
    """Digits with the marks between thousands, where the style has some."""
    if style.thousands is None or len(whole) < 4 or random.random() < 0.4:
        return whole, False
    marks = (" ", "\u00a0", "\u202f") if style.thousands == " " else (style.thousands,)
    return f"{int(whole):,}".replace(",", random.choice(marks)), True


def sign_number(random: Random, whole: str, fraction: str, is_negative: bool, style: Style) -> tuple[str, str]:
    """A number with its marks, its minus and its currency, and the kind of this form."""
    grouped, has_marks = group(random, whole, style)
    text, kinds = grouped + (style.decimal + fraction if fraction else ""), ["thousands"] if has_marks else []
    kinds += ["decimal comma"] if fraction and style.decimal == "," else []
    kinds += ["more than four decimals"] if len(fraction) > 4 else []
    sign = random.choice((*style.currency, "")) if style.currency else ""
    if sign:
        kinds.append("currency")
        text = random.choice((f"{sign} {text}", f"{sign}{text}", f"{text} {sign}"))
    if is_negative:
        form = random.choice(("-", "-", "\u2212", *style.negatives))
        kinds.append({"-": "minus", "\u2212": "minus of typesetters"}.get(form, form))
        if form == "trailing_minus":
            return f"{text}-", ", ".join(kinds)
        if form == "brackets":
            return f"({text})", ", ".join(kinds)
        return form + text, ", ".join(kinds)
    if not sign and random.random() < 0.05:
        return "+" + text, "plus"
    return text, ", ".join(kinds) or "plain number"


def pad(random: Random, text: str) -> str:
    """White space around a value, which is no part of it."""
    if random.random() < 0.1:
        space = random.choice(SPACES)
        return random.choice((space + text, text + space, space + text + space))
    return text
