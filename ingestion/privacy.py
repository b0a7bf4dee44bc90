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
FLOAT_TAIL = re.compile(r"(?<=\d)\.0$")


def normalise_customer_id(value: str, country: str | None = None) -> str:
    """A customer number without spaces around it and without the `.0` of a number column."""
    return FLOAT_TAIL.sub("", value.strip())


def normalise_email(value: str, country: str | None = None) -> str:
    """An e-mail address in lower case."""
    return value.strip().casefold()


def normalise_phone(value: str, country: str | None = None) -> str:
    """A phone number as E.164; one without a country code belongs to `country`. For any other text, its digits."""
    text = FLOAT_TAIL.sub("", value.strip())
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return NOT_DIGITS.sub("", text)
    if not phonenumbers.is_possible_number(number):
        return NOT_DIGITS.sub("", text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_address_part(value: str, country: str | None = None) -> str:
    """Postcode or house number: upper case, no spaces, no `.0` of a number column."""
    return FLOAT_TAIL.sub("", SPACES.sub("", value).upper())


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
