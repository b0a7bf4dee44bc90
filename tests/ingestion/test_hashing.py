"""Personal values: normalised, hashed, stable, and the same wherever they come from."""

from __future__ import annotations

import hashlib
import hmac

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.errors import HashKeyError
from ingestion.privacy import NORMALISERS, Hasher, fingerprint_key

KEY = b"a key for tests"


def hash_value(value: str, kind: str, country: str | None = "NL") -> str | None:
    return Hasher(KEY, country).hash_value(value, kind)


def test_a_hash_is_the_keyed_hmac_of_kind_and_normalised_value() -> None:
    expected = hmac.new(KEY, b"email:jan@example.nl", hashlib.sha256).hexdigest()
    assert hash_value(" Jan@Example.NL ", "email") == expected


@pytest.mark.parametrize(
    ("kind", "spellings", "other"),
    [
        ("customer_id", ["17850", "17850.0", " 17850 "], "17851"),
        ("email", ["jan@example.nl", "JAN@example.NL", "  jan@example.nl"], "piet@example.nl"),
        ("phone", ["020 123 4567", "+31 20 123 4567", "0031201234567", "(020) 123-4567"], "020 123 4568"),
        ("postcode", ["1012 AB", "1012ab", " 1012 ab "], "1012AC"),
        ("house_number", ["12 a", "12A", "12a"], "12"),
        ("employee_id", ["A130", " A130"], "A131"),
    ],
)
def test_spellings_of_one_value_share_a_hash_and_other_values_do_not(kind: str, spellings: list[str], other: str) -> None:
    hashes = {hash_value(spelling, kind) for spelling in spellings}
    assert len(hashes) == 1 and hash_value(other, kind) not in hashes


def test_a_phone_number_belongs_to_the_company_s_country() -> None:
    assert hash_value("020 7946 0958", "phone", "GB") == hash_value("+44 20 7946 0958", "phone", "NL")
    assert NORMALISERS["phone"]("+999 12-34", "NL") == "" and NORMALISERS["phone"]("020 123-4567", None) == "0201234567"


def test_one_value_of_two_kinds_has_two_hashes() -> None:
    assert hash_value("12", "house_number") != hash_value("12", "customer_id")


@pytest.mark.parametrize("kind", sorted(NORMALISERS))
def test_nothing_stays_nothing(kind: str) -> None:
    assert hash_value("  ", kind) is None
    assert Hasher(KEY, "NL").hash_values(pl.Series([None, " "], dtype=pl.String), kind).to_list() == [None, None]


@given(st.lists(st.none() | st.text(max_size=12)), st.sampled_from(sorted(NORMALISERS)))
def test_a_column_is_hashed_value_by_value_in_its_order(values: list[str | None], kind: str) -> None:
    hasher = Hasher(KEY, "NL")
    expected = [None if value is None else hasher.hash_value(value, kind) for value in values]
    for _ in range(2):  # the second time from its cache
        assert hasher.hash_values(pl.Series("x", values, dtype=pl.String), kind).to_list() == expected


def test_another_key_gives_another_hash_and_another_fingerprint() -> None:
    assert Hasher(b"other", "NL").hash_value("1", "customer_id") != hash_value("1", "customer_id")
    assert fingerprint_key(b"other") != fingerprint_key(KEY) and KEY.hex() not in fingerprint_key(KEY)


def test_without_a_key_nothing_is_hashed() -> None:
    with pytest.raises(HashKeyError, match="set CXHOUSE_HASH_KEY"):
        Hasher(b"", "NL")
