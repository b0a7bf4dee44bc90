"""Personal values: several spellings of the same person, and what names nobody."""

from __future__ import annotations

from random import Random

from tests.ingestion.fuzz.parts import Cell, Person

KINDS = ("customer_id", "email", "phone", "postcode", "house_number", "employee_id")
NOBODY = {
    "customer_id": ("0", "000", "-1", "guest", "Anonymous", "N/A", "unknown"),
    "employee_id": ("0", "none", "Unknown"),
    "email": ("unknown", "n/a", "a@x.nl;b@y.nl", "no address"),
    "phone": ("anonymous", "+266696687", "1234", "0000000000", "Private Number", "+31612345678;+31698765432"),
    "postcode": ("0000", "onbekend"),
    "house_number": ("0", "n/a"),
}
RUINED = ("7,12346E+11", "3.16987E+10", "4E+11")


def write_person(random: Random, kind: str, *, is_file: bool) -> Cell:
    """One of twelve persons of a kind in one of the spellings of that kind, or somebody who names nobody. No spelling holds a comma."""
    roll = random.random()
    if roll < 0.08:
        return Cell(random.choice(NOBODY[kind]), is_withheld=True, kind="withheld person")
    if roll < 0.12:
        return Cell(random.choice(RUINED), is_withheld=True, kind="ruined by a spreadsheet")
    number = random.randrange(12)
    key, spellings = SPELLINGS[kind](number)
    if kind in ("customer_id", "employee_id", "phone") and is_file and random.random() < 0.15:
        plain = key.removeprefix("+") if kind == "phone" else key
        return Cell(f'="{plain if kind != "phone" else key}"', Person(kind, key), kind="spreadsheet text form")
    return Cell(random.choice(spellings), Person(kind, key), kind=f"personal {kind}")


def spell_number(number: int) -> tuple[str, list[str]]:
    """A customer's number; one with zeros in front is somebody else than one without."""
    key = f"{4100 + number}" if number % 2 else f"00{4100 + number - 1}"
    return key, [key, f" {key} ", f"{key}.0", f"'{key}"]


def spell_email(number: int) -> tuple[str, list[str]]:
    """An address in other cases, with a name, and as a link."""
    key = f"jan.{number}@example.nl"
    return key, [key, key.upper(), f" {key}", f"Jan <{key}>", f"mailto:{key}"]


def spell_phone(number: int) -> tuple[str, list[str]]:
    """A number with and without its country."""
    tail = f"{61234560 + number * 7:08d}"
    key = f"+316{tail[1:]}" + str(number % 10)
    national = "06" + key[4:]
    spaced = f"{national[:2]} {national[2:6]} {national[6:]}"
    return key, [key, national, spaced, f"{national[:2]}-{national[2:]}", "0031" + key[3:], f"+31 (0)6 {key[4:]}"]


def spell_postcode(number: int) -> tuple[str, list[str]]:
    """A postcode with and without its space."""
    key = f"{1011 + number}AB"
    return key, [key, f"{key[:4]} {key[4:]}", key.lower(), f" {key} "]


def spell_house(number: int) -> tuple[str, list[str]]:
    """A house number with an addition."""
    key = f"{number + 1}B"
    return key, [key, f"{number + 1} b", f" {key}"]


SPELLINGS = {
    "customer_id": spell_number,
    "employee_id": spell_number,
    "email": spell_email,
    "phone": spell_phone,
    "postcode": spell_postcode,
    "house_number": spell_house,
}
