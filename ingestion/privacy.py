"""Personal values: normalised by kind, then replaced by a keyed HMAC. Equal values have equal hashes, and a hash identifies nobody."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable

import phonenumbers
import polars as pl

from ingestion.errors import HashKeyError

FINGERPRINT_MESSAGE = b"cxhouse hash key"
NOT_DIGITS = re.compile(r"\D+")
SPACES = re.compile(r"\s+")
FLOAT_TAIL = re.compile(r"(?<=\d)[.,]0$")
APOSTROPHE = re.compile(r"^'(?=[+\d])")
EMAIL = re.compile(r"[^@\s;,<>]+@[^@\s;,<>]+")
HASHED = re.compile(r"[0-9a-f]{32,128}", re.IGNORECASE)  # the source has replaced the value by a hash of its own
NAMED_EMAIL = re.compile(r"[^<>]*<([^<>]*)>")
# what systems write where there is nobody; a phone spells the words by its keys
NOBODY = frozenset({
    "anonymous", "anonym", "anonymus", "anoniem", "anonyme", "anonimo", "guest", "gast", "invite", "invitado", "unknown", "onbekend",
    "unbekannt", "inconnu", "desconocido", "unavailable", "withheld", "restricted", "blocked", "private", "none", "null", "nil", "nan",
    "n/a", "na", "undefined", "geen", "keine", "ninguno", "no caller id", "walk in", "walk-in",
})  # fmt: skip
# words that may stand beside one of those
SOMEBODY = frozenset(
    {"customer", "user", "caller", "account", "number", "id", "klant", "kunde", "client", "cliente", "nummer", "numero", "beller"}
)
COUNTED = ("123456789", "1234567890", "0123456789", "987654321", "9876543210", "0987654321")  # keys pressed in their order
SPELLED = ("anonymous", "unavailable", "unknown", "restricted", "blocked", "private", "withheld")
KEYS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
SPELLED_NUMBERS = frozenset(word.translate(KEYS) for word in SPELLED)
SHORTEST_NUMBER = 7  # digits of a phone number whose country is not known
NORTH_AMERICAN_DIGITS = 10  # a spelled word of that length may be somebody's number there
NULL_DIGITS = 7  # zeros at the end of a number that was made up


def find_nobody(value: str) -> bool:
    """True for a value that stands for no one: nothing but zeros and signs, or a word for nobody."""
    if value.isalnum() and value[0] != "0":  # nearly all values
        return value.casefold() in NOBODY
    text = value.strip().strip("<>()[]'\"").strip().casefold()
    words = set(re.split(r"[\s_\-]+", text))
    is_word = text in NOBODY or (words <= NOBODY | SOMEBODY and bool(words & NOBODY))
    return is_word or not re.search(r"[^\W_]", text) or re.fullmatch(r"[-+]?0[0\W_]*|-1(?:[.,]0)?", text) is not None


def normalise_customer_id(value: str, country: str | None = None) -> str:
    """A customer number without spaces around it and without the `.0` of a number column; nothing for a guest."""
    return "" if find_nobody(value) else FLOAT_TAIL.sub("", APOSTROPHE.sub("", value.strip()))


def normalise_email(value: str, country: str | None = None) -> str:
    """One e-mail address in lower case, without the name before it; nothing for a text that is no address, or several."""
    text = value.strip()
    named = NAMED_EMAIL.fullmatch(text)
    text = (named[1].strip() if named else text).casefold().removeprefix("mailto:")
    return text if EMAIL.fullmatch(text) or HASHED.fullmatch(text) else ""


def normalise_phone(value: str, country: str | None = None) -> str:
    """A phone number as E.164; one without a country code belongs to `country`. Nothing where there is no one number.

    That is a withheld number (`0`, `anonymous`, or the word spelled by the keys: `+266696687`), an extension, two numbers, a made-up one.
    Where the company names no country, the digits of a number without country code.
    """
    text = FLOAT_TAIL.sub("", APOSTROPHE.sub("", value.strip()))
    digits = NOT_DIGITS.sub("", text)
    if HASHED.fullmatch(text) and not text.isdecimal():
        return text.lower()
    if find_nobody(text) or len(set(digits)) < 2 or digits.endswith("0" * NULL_DIGITS) or digits in COUNTED:
        return ""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        is_local = country is None and error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and text[:1] != "+"
        is_one = re.fullmatch(r"[\d\s().\-/]+", text) is not None and SHORTEST_NUMBER <= len(digits) <= 15
        return digits if is_local and is_one and digits not in SPELLED_NUMBERS else ""
    if not phonenumbers.is_possible_number(number):
        return ""
    is_word = text.startswith("+") or len(digits) != NORTH_AMERICAN_DIGITS or not phonenumbers.is_valid_number(number)
    if digits in SPELLED_NUMBERS and is_word:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_address_part(value: str, country: str | None = None) -> str:
    """Postcode or house number: upper case, no spaces, no `.0` of a number column."""
    return "" if find_nobody(value) else FLOAT_TAIL.sub("", SPACES.sub("", APOSTROPHE.sub("", value.strip())).upper())


NORMALISERS: dict[str, Callable[[str, str | None], str]] = {
    "customer_id": normalise_customer_id,
    "email": normalise_email,
    "phone": normalise_phone,
    "postcode": normalise_address_part,
    "house_number": normalise_address_part,
    "employee_id": normalise_customer_id,
}


class Hasher:
    """Replaces personal values by hashes. It keeps values in memory, so use one per load and then drop it."""

    def __init__(self, key: bytes, country: str | None) -> None:
        if not key:
            raise HashKeyError("there is no hash key; set CXHOUSE_HASH_KEY (make setup writes one into .env)")
        self._key = key
        self._country = country
        self._known: dict[str, dict[str, str | None]] = {kind: {} for kind in NORMALISERS}

    def hash_value(self, value: str, kind: str) -> str | None:
        """HMAC-SHA256 of `kind:normalised value` in hex; null when the normalised value is empty."""
        normalised = NORMALISERS[kind](value, self._country)
        return hmac.digest(self._key, f"{kind}:{normalised}".encode(), "sha256").hex() if normalised else None

    def hash_values(self, values: pl.Series, kind: str) -> pl.Series:
        """The same for a column of text; each distinct value is hashed once."""
        known = self._known[kind]
        distinct = values.drop_nulls().unique().to_list()
        for value in distinct:
            if value not in known:
                known[value] = self.hash_value(value, kind)
        hashes = pl.DataFrame(
            {"value": distinct, "hash": [known[value] for value in distinct]}, schema={"value": pl.String, "hash": pl.String}
        )
        return pl.DataFrame({"value": values}).join(hashes, on="value", how="left", maintain_order="left")["hash"].rename(values.name)


def fingerprint_key(key: bytes) -> str:
    """A fingerprint that identifies the key and does not reveal it."""
    return hmac.digest(key, FINGERPRINT_MESSAGE, "sha256").hex()[:32]
