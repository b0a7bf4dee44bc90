"""Patterns of times with what strptime does not read: names of zones, epochs, dates of a spreadsheet, names of months of a language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise

import polars as pl
from babel import Locale
from babel.dates import get_day_names, get_month_names, get_period_names

from ingestion.zones import Zone, find_zone

NAIVE = pl.Datetime("us")
EPOCHS = {"epoch_seconds": 0, "epoch_milliseconds": 3, "epoch_microseconds": 6, "epoch_nanoseconds": 9}
SPREADSHEETS = {"spreadsheet": (1899, 12, 30), "spreadsheet_1904": (1904, 1, 1)}
COMPOSITES = {
    "%F": "%Y-%m-%d", "%T": "%H:%M:%S", "%R": "%H:%M", "%D": "%m/%d/%y", "%x": "%m/%d/%y", "%X": "%H:%M:%S", "%r": "%I:%M:%S %p",
    "%v": "%e-%b-%Y", "%c": "%a %b %e %H:%M:%S %Y",
}  # fmt: skip
TOKEN = re.compile(r"%[:#]*z|%\.?[369]?f|%[-_0]?[A-Za-z%]")
DIGITS = {"%Y": 4, "%y": 2, "%m": 2, "%d": 2, "%H": 2, "%I": 2, "%M": 2, "%S": 2, "%j": 3}
WORD = r"[\p{L}\p{M}]+\.?"
ZONE = r"[A-Za-z][A-Za-z0-9_+\-/:]*|[+-]\d{2}:?\d{2}"
ANY_OFFSET = r"[Zz]|[+-]\d{2}(?::?\d{2})?"
LITERAL_ZONE = re.compile(r"[A-Za-z][A-Za-z_]*(?:/[A-Za-z_+\-0-9]+)*(?:[+-]\d{1,2}(?::?\d{2})?)?")
LITERAL_OFFSET = re.compile(r"[+-]\d{2}:?\d{2}\s*$")
LAST_SECOND = 253_402_300_799  # of the year 9999
FIRST_TRUE_SPREADSHEET_DAY = 61  # spreadsheets count a 29 February 1900 that was none; days before it are off by one
# kinds of names, and what strptime reads in their place; the bars keep the number of a month from the numbers beside it
NAMED = {"month": "|%m|", "day": "", "period": "%p"}
EXTRA_MONTHS = {"de": {"mrz": 3}}


@dataclass(frozen=True)
class Clock:
    """How times without an offset are read: their zone, the language of names of months, own names of zones, which run of a double hour."""

    zone: Zone
    language: str | None = None
    zone_names: tuple[tuple[str, str], ...] = ()
    takes_second_run: bool = False


@dataclass(frozen=True)
class TimePattern:
    """A pattern taken apart. `pieces` are (kind, pattern) in the order of the text; `fixed` is the zone that the pattern itself names."""

    expression: str
    pieces: tuple[tuple[str, str], ...]
    fixed: Zone | None

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of pieces: keep, month, day, period, zone, offset, epoch, fraction."""
        return frozenset(kind for kind, _ in self.pieces)

    @property
    def is_plain(self) -> bool:
        """True when strptime reads it whole."""
        return self.fixed is None and self.kinds == {"keep"}


def expand_composites(pattern: str) -> str:
    """The pattern with tokens that stand for several written out."""
    return TOKEN.sub(lambda match: COMPOSITES.get(match[0], match[0]), pattern)


@lru_cache(maxsize=256)
def take_apart(pattern: str, language: str | None, home: Zone) -> TimePattern:
    """Find zones, offsets, epochs and names in a pattern."""
    pattern = expand_composites(pattern)
    pieces: list[tuple[str, str]] = []
    expression: list[str] = []
    fixed: Zone | None = None
    position, is_after_time = 0, False
    for match in [*TOKEN.finditer(pattern), None]:
        literal = pattern[position : match.start() if match else len(pattern)]
        if literal:
            is_last = match is None
            fixed = find_literal_zone(literal, is_after_time, is_last, home) if fixed is None else fixed
            pieces.append(("keep", literal))
            expression.append(f"({describe_literal(literal)})")
        if match is None:
            break
        kind, part = describe_token(match[0], language)
        pieces.append((kind, match[0]))
        expression.append(f"({part})")
        is_after_time = match[0][-1] in "SfMHsp"
        position = match.end()
    if {"zone", "offset"} & {kind for kind, _ in pieces}:
        fixed = None
    return TimePattern(rf"^\s*{''.join(expression)}\s*$", tuple(pieces), fixed)


def describe_token(token: str, language: str | None) -> tuple[str, str]:
    """Kind and regular expression of one token."""
    letter = token[-1]
    if letter == "z":
        return "offset", ANY_OFFSET
    if letter == "Z":
        return "zone", ZONE
    if letter == "s":
        return "epoch", r"[+-]?\d+?"
    if letter == "f":
        digits = next((digit for digit in token if digit.isdecimal()), "")
        return "fraction", (r"\." if "." in token else "") + (rf"\d{{{digits}}}" if digits else r"\d+")
    if letter in "bBh":
        return "month" if language else "keep", WORD
    if letter in "aA":
        return "day" if language else "keep", WORD
    if letter in "pP":
        return "period" if language else "keep", r"[\p{L}]\.?\s?[\p{L}]?\.?" if language else WORD
    if letter in "nt":
        return "keep", r"\s+"
    return ("keep", "%") if letter == "%" else ("keep", r"\s*[+-]?\d+")


def find_literal_zone(literal: str, is_after_time: bool, is_last: bool, home: Zone) -> Zone | None:
    """The zone that a pattern names outright, as in `%H:%M UTC` or `%SZ`."""
    for word in LITERAL_ZONE.findall(literal):
        if len(word) > 1 or (word == "Z" and is_after_time and literal.lstrip().startswith("Z")):
            if word in ("T", "at", "om") or word.casefold() == word:
                continue
            zone = find_zone(word, home)
            if zone is not None:
                return zone
    offset = LITERAL_OFFSET.search(literal) if is_after_time and is_last else None
    return find_zone(offset[0], home) if offset else None


def split_texts(text: pl.Series, pattern: TimePattern) -> list[pl.Series]:
    """The piece of each text for every piece of the pattern; null where a text does not have the pattern's form."""
    return list(text.str.extract_groups(pattern.expression).struct.unnest()) if len(text) else [text] * len(pattern.pieces)


def read_local(pattern: TimePattern, parts: list[pl.Series], language: str | None) -> pl.Series:
    """Times as written, without their zone."""
    strptime, texts = [], []
    for (kind, token), part in zip(pattern.pieces, parts, strict=True):
        if kind in NAMED:
            strptime.append(NAMED[kind])
            texts.append(translate_names(part, kind, language or "en"))
        elif kind not in ("zone", "offset"):
            strptime.append(token)
            texts.append(part)
    whole = pl.select(pl.concat_str([pl.lit(part) for part in texts])).to_series()
    return parse_strptime(whole, "".join(strptime)).rename("local")


def translate_names(names: pl.Series, kind: str, language: str) -> pl.Series:
    """Names of months as numbers, of halves of the day as AM and PM; known names of days as nothing, because the date says the day."""
    plain = names.str.to_lowercase().str.replace_all(r"[.\s]", "")
    known = plain.replace_strict(list_names(language, kind), default=None, return_dtype=pl.String)
    if kind == "month":
        return "|" + known + "|"
    return known.set(known.is_not_null(), "") if kind == "day" else known


@lru_cache(maxsize=256)
def describe_joined_numbers(pattern: str) -> str | None:
    """The form of a text whose pattern has numbers that need all their digits; else None.

    They are numbers with nothing between them, as in `%Y%m%d`, and `%y`: nobody writes a year with one digit.
    """
    pattern = expand_composites(pattern)
    tokens = list(TOKEN.finditer(pattern))
    joined = {
        each
        for first, second in pairwise(range(len(tokens)))
        if tokens[first].end() == tokens[second].start() and {tokens[first][0], tokens[second][0]} <= DIGITS.keys()
        for each in (first, second)
    }
    joined |= {number for number, token in enumerate(tokens) if token[0] == "%y"}
    if not joined:
        return None
    expression, position = "", 0
    for number, token in enumerate(tokens):
        expression += describe_literal(pattern[position : token.start()])
        expression += rf"\d{{{DIGITS[token[0]]}}}" if number in joined else f"(?:{describe_token(token[0], None)[1]})"
        position = token.end()
    return rf"^\s*{expression}{describe_literal(pattern[position:])}\s*$"


def describe_literal(literal: str) -> str:
    """The expression for what stands between tokens; white space is any or none."""
    return re.sub(r"(\\?\s)+", r"\\s*", re.escape(literal))


def keep_whole_numbers(text: pl.Series, pattern: str) -> pl.Series:
    """Null for texts that lack digits of numbers with nothing between them: nobody knows which number lacks them."""
    form = describe_joined_numbers(pattern)
    return text if form is None else text.set(~text.str.contains(form), None)


def parse_strptime(text: pl.Series, pattern: str) -> pl.Series:
    """Times without a zone by one strptime pattern; null where it does not fit, or where the pattern is no whole time.

    A second of 60 fits none: where clocks write it, it is a mistake, and the moment it would move to belongs to another minute.
    """
    parsed = call_strptime(text, pattern)
    doubtful = (text.str.contains("60", literal=True) & (parsed.dt.second() == 0)).fill_null(False)
    if not doubtful.any():
        return parsed
    places = doubtful.arg_true()
    moments, texts = parsed.gather(places), text.gather(places).to_list()
    is_sixtieth = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(places))
    for turn in range(max(each.count("60") for each in texts)):  # with 59 in its place, a second of 60 is one second earlier
        earlier = call_strptime(pl.Series([replace_turn(each, turn) for each in texts], dtype=pl.String), pattern)
        is_sixtieth |= (moments - earlier == timedelta(seconds=1)).fill_null(False)
    return parsed.scatter(places.filter(is_sixtieth), None) if is_sixtieth.any() else parsed


def replace_turn(text: str, turn: int) -> str:
    """The text with 59 in place of its 60 of that turn, counted from 0; the text itself where it has fewer."""
    parts = text.split("60")
    return text if turn >= len(parts) - 1 else "60".join(parts[: turn + 1]) + "59" + "60".join(parts[turn + 1 :])


def call_strptime(text: pl.Series, pattern: str) -> pl.Series:
    """Times as Polars reads them: a second of 60 is the next minute."""
    try:
        return keep_whole_numbers(text, pattern).str.to_datetime(pattern, time_unit="us", strict=False).cast(NAIVE)
    except pl.exceptions.PolarsError:
        return pl.Series(text.name, [None], dtype=NAIVE).new_from_index(0, len(text))


def read_pattern_epochs(pattern: TimePattern, parts: list[pl.Series]) -> pl.Series:
    """UTC times of a pattern with %s: seconds since 1970, with the digits of a fraction behind them."""
    by_kind = {kind: part for (kind, _), part in zip(pattern.pieces, parts, strict=True)}
    fraction = by_kind.get("fraction")
    whole = by_kind["epoch"]
    return read_epochs(whole if fraction is None else whole + "." + fraction.str.strip_prefix("."), 0)


def read_epochs(text: pl.Series, digits: int) -> pl.Series:
    """UTC times from a count since 1970-01-01T00:00Z; `digits` is 0 for seconds, 3 for milliseconds, and so on."""
    groups = text.str.strip_chars().str.extract_groups(r"^([+-]?)(\d{1,19})(?:[.,](\d+))?$").struct.unnest()
    sign, whole, fraction = groups.get_columns()
    number = whole.cast(pl.Int64, strict=False)
    number = number.set(number > min(LAST_SECOND * 10**digits, 2**63 - 1), None)
    wanted = max(6 - digits, 0)
    rest = fraction.fill_null("").str.slice(0, wanted).str.pad_end(wanted, "0").cast(pl.Int64, strict=False).fill_null(0)
    micros = number * 10**wanted + rest if digits <= 6 else number // 10 ** (digits - 6)
    negative = pl.select(pl.when(sign == "-").then(-1).otherwise(1)).to_series()
    return (micros * negative).cast(pl.Datetime("us")).dt.replace_time_zone("UTC").rename(text.name)


def read_spreadsheet_days(text: pl.Series, name: str) -> pl.Series:
    """Local times from the number a spreadsheet keeps for a date: days, with the time of day as a fraction, to the nearest millisecond."""
    form = r"^\d{1,7}(?:[.,]\d+)?$"
    days = text.set(~text.str.contains(form), None).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    if name == "spreadsheet":
        days = days.set(days < FIRST_TRUE_SPREADSHEET_DAY, None)
    milliseconds = (days * 86_400_000).round().cast(pl.Int64)
    start = pl.datetime(*SPREADSHEETS[name], time_unit="us")
    return pl.select(start + pl.duration(milliseconds=pl.lit(milliseconds), time_unit="us")).to_series().rename(text.name)


@lru_cache(maxsize=64)
def list_names(language: str, kind: str) -> Mapping[str, str]:
    """Lower-case names of months (to their number), of days (to nothing) or of halves of the day (to AM and PM), also English ones."""
    names: dict[str, str] = {}
    for locale in (Locale.parse(language.replace("-", "_")), Locale("en")):
        if kind == "period":
            for key in ("am", "pm"):
                for width in ("abbreviated", "wide", "narrow"):
                    name = get_period_names(width, "format", locale).get(key)
                    names.setdefault(tidy_name(name or key), key.upper())
                names.setdefault(key, key.upper())
            continue
        found = [
            (tidy_name(name), number)
            for width in ("wide", "abbreviated")
            for context in ("format", "stand-alone")
            for number, name in (get_month_names if kind == "month" else get_day_names)(width, context, locale).items()  # type: ignore[arg-type]
        ]
        found += EXTRA_MONTHS.get(locale.language, {}).items() if kind == "month" else []
        for name, number in found:
            names.setdefault(name, f"{number + (kind == 'day'):02d}")
        for name, number in found:  # a beginning of a name counts where it is the beginning of one only
            for length in range(3, len(name)):
                start = name[:length]
                if len({other for longer, other in found if longer.startswith(start)}) == 1:
                    names.setdefault(start, f"{number + (kind == 'day'):02d}")
    return names


def tidy_name(name: str) -> str:
    """A name in lower case, without dots and spaces."""
    return re.sub(r"[.\s]", "", name.lower())
