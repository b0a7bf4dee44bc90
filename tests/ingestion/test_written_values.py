"""How sources write values: each form once, with the value that must land."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.declarations import Dialect
from ingestion.timestamps import parse_timestamps
from ingestion.values import blank_values, type_values
from tests.ingestion.landed_files import NEEDED, TEXT, land, land_csv
from tests.ingestion.small_company import KEY, SmallCompany


def test_names_that_changed_between_json_files_are_followed_in_each_row(company: SmallCompany) -> None:
    columns = {"no": {**NEEDED, "from": "id"}, "customer": {**TEXT, "from": ["customer_id", "customerId"]}}
    columns["total"] = {"type": "decimal", "from": ["total_amount", "total"]}
    old = '{"id":"A1","customerId":"C1","total":10.5}\n{"id":"A2","customerId":"C2","total":20}\n'
    new = '{"id":"A3","customer_id":"C1","total_amount":30}\n'
    result, rows = land(company, {"o_2026-03-02.jsonl": old, "o_2026-03-03.jsonl": new}, columns)
    assert rows.select("no", "customer", "total").rows() == [
        ("A1", "C1", Decimal("10.5")),
        ("A2", "C2", Decimal(20)),
        ("A3", "C1", Decimal(30)),
    ]
    assert result.missing_columns == ()


def test_where_a_file_has_the_old_and_the_new_header_the_one_with_a_value_counts(company: SmallCompany) -> None:
    columns = {"no": NEEDED, "parcel": {**TEXT, "from": ["ParcelNo", "ZendungNr"]}, "count": {"type": "integer", "from": ["n", "m"]}}
    rows = land_csv(company, "no,ZendungNr,ParcelNo,n,m\nA1,P1,,,5\nA2,,P2,6,7\nA3,P3,P4,x,8\nA4,,,,\n", columns)
    assert rows["parcel"].to_list() == ["P1", "P2", "P4", None] and rows["count"].to_list() == [5, 6, None, None]
    assert rows["_rejected_reason"].to_list() == [None, None, "not an integer: count", None]


@pytest.mark.parametrize(
    "line",
    [
        r'{"id":"2","topic":"thanks \ud83d"}',
        r'{"id":"2","topic":"thanks \uDE00"}',
        r'{"id":"2","other":{"deep":["\ud83d"]}}',
        r'{"id":"2","\ud83d":1}',
        '{"id":"2","topic":' + "[" * 5000 + "]" * 5000 + "}",
        '{"id":"2","topic":' + "[" * 900 + "]" * 900 + "}",
    ],
)
def test_half_a_character_or_too_deep_a_row_is_rejected_alone(company: SmallCompany, line: str) -> None:
    lines = '{"id":"1","topic":"bread"}\n' + line + '\n{"id":"3","topic":"\\ud83d\\ude00 ok"}\n'
    result, rows = land(company, {"c_2026-03-02.jsonl": lines}, {"id": NEEDED, "topic": TEXT})
    assert (result.status, result.rows_landed, result.rows_rejected) == ("landed", 2, 1), result.error
    assert rows["topic"].to_list() == ["bread", None, "\N{GRINNING FACE} ok"]
    assert rows["_rejected_reason"].to_list() == [None, "unreadable line", None]


def test_a_row_on_which_a_library_fails_is_rejected_and_the_others_land(company: SmallCompany, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingestion import rows as module

    whole = module.type_column

    def fail(column: Any, rows: pl.DataFrame, *rest: Any) -> Any:
        if "bad" in rows["id"].to_list():
            raise OverflowError("jan@example.nl")
        return whole(column, rows, *rest)

    monkeypatch.setattr(module, "type_column", fail)
    rows = land_csv(company, "id\na\nb\nbad\nc\n", {"id": NEEDED})
    assert rows["id"].to_list() == ["a", "b", None, "c"]
    assert rows.select("_source_line", "_rejected_reason", "_rejected_detail").row(2) == (4, "unreadable row", "OverflowError")


@pytest.mark.parametrize("end", ["\r\r\n", "\r\n", "\n\r", "\r", "\n"])
def test_line_ends_of_every_kind_are_no_part_of_a_value(company: SmallCompany, end: str) -> None:
    rows = land_csv(company, end.join(["id,state", "A1,paid", "A2,open", ""]), {"id": TEXT, "state": TEXT})
    assert rows["state"].to_list() == ["paid", "open"] and rows["_source_line"].to_list() == [2, 3]


def test_numbers_of_json_are_not_read_by_the_dialect_of_texts(company: SmallCompany) -> None:
    lines = ['{"id":1,"total":1.250}', '{"id":2,"total":"1.250"}', '{"id":3,"total":"1.250,5"}', '{"id":4.5,"total":12}']
    columns = {"id": TEXT, "total": {"type": "decimal"}}
    _, rows = land(company, {"o_2026-03-02.jsonl": "\n".join(lines)}, columns, decimal=",", thousands=".")
    assert rows["total"].to_list() == [Decimal("1.25"), Decimal(1250), Decimal("1250.5"), Decimal(12)]
    assert rows["id"].to_list() == ["1", "2", "3", "4.5"]


def test_nested_json_keeps_its_numbers_and_nan_is_nothing(company: SmallCompany) -> None:
    line = '{"items":[{"n":12,"p":1.50}],"total":NaN,"big":7.12345678901E11,"ruined":7.12E11}'
    columns = {"items": TEXT, "total": {"type": "decimal"}, "big": TEXT, "ruined": TEXT}
    _, rows = land(company, {"o_2026-03-02.jsonl": line}, columns)
    assert rows.select("items", "total", "big", "ruined").row(0) == ('[{"n": 12, "p": 1.50}]', None, "712345678901", None)
    assert rows["_withheld"].to_list() == ["ruined"]


def test_parquet_categories_decimals_lists_structs_and_maps_are_read(company: SmallCompany) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "id": pa.array(["A1", "", "N/A"]).dictionary_encode(),
            "total": pa.array([Decimal("1.250"), Decimal("-2.5"), None], pa.decimal128(12, 3)),
            "vip": pa.array(["ja", "nee", None]).dictionary_encode(),
            "tags": pa.array([["a", "b"], [], None]),
            "place": pa.array([{"lat": 1.5, "at": date(2026, 3, 2)}, None, None]),
            "names": pa.array([[("en", "x")], [], None], pa.map_(pa.string(), pa.string())),
            "moment": pa.array([1_772_442_000_123, None, None], pa.int64()),
        }
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    columns = {
        "id": NEEDED, "total": {"type": "decimal"}, "vip": {"type": "boolean"}, "tags": TEXT, "place": TEXT, "names": TEXT,
        "moment": {"type": "timestamp"},
    }  # fmt: skip
    written = {"null_values": ["", "N/A"], "decimal": ",", "thousands": ".", "timestamp_formats": ["epoch_milliseconds"]}
    _, rows = land(company, {"o_2026-03-02.parquet": buffer.getvalue()}, columns, **written)
    assert rows["_rejected_reason"].to_list() == [None, "missing value: id", "missing value: id"]
    first = rows.row(0, named=True)
    assert first["id"] == "A1" and first["total"] == Decimal("1.25") and first["vip"] is True
    assert (first["tags"], json.loads(first["place"])) == ('["a", "b"]', {"lat": 1.5, "at": "2026-03-02"})
    assert first["names"] == '{"en": "x"}' and rows["names"].to_list()[1:] == ["{}", None]
    assert first["moment"] == datetime(2026, 3, 2, 9, 0, 0, 123000, tzinfo=UTC) and rows["total"][1] == Decimal("-2.5")


def test_identifiers_that_a_spreadsheet_ruined_name_nobody_and_never_make_two_people_one(company: SmallCompany) -> None:
    text = (
        "no;customer;phone\n"
        '="000017";="00123";\'+31612345678\n'
        "A2;7,12346E+11;3,16987E+10\nA3;7,12346E+11;3,16987E+10\nA4;00123;31612345678\n7,12346E+11;1;\nA6;12E5;\n"
    )
    columns = {"no": NEEDED, "customer": {**TEXT, "personal": "customer_id"}, "phone": {**TEXT, "personal": "phone"}}
    result, rows = land(company, {"o_2026-03-02.csv": text}, columns, delimiter=";", decimal=",")
    assert rows["no"].to_list() == ["000017", "A2", "A3", "A4", None, "A6"]
    hashes = rows["customer"].to_list()
    assert hashes[0] == hashes[3] != hashes[4] and hashes[1:3] == [None, None] and hashes[5] is not None
    assert rows["phone"][0] == rows["phone"][3] is not None and rows["phone"][1] is None
    assert rows["_withheld"].to_list() == [None, "customer,phone", "customer,phone", None, "no", None]
    assert rows["_rejected_reason"].to_list() == [None, None, None, None, "ruined by a spreadsheet: no", None]
    assert {each.column: each.rows for each in result.withheld_values} == {"customer": 2, "no": 1, "phone": 2}
    assert company.read_log_lines("t")[-1]["withheld_values"] == [
        {"column": name, "rows": count} for name, count in (("customer", 2), ("no", 1), ("phone", 2))
    ]


WITHHELD = ["0", "0", "Anonymous", "+266696687", "266696687", "+86282452253", "unknown", "<unknown>", "-", "+31612345678;+31698765432"]
WITHHELD += ["1234", "0000000000", "1111111111", "0600000000", "+7378742833", "n/a", "Privé", "1234567890", "Private Number"]


def test_withheld_callers_are_nobody(company: SmallCompany) -> None:
    text = "id,phone\n" + "".join(f'{number},"{phone}"\n' for number, phone in enumerate(WITHHELD))
    result, rows = land(company, {"c_2026-03-02.csv": text}, {"id": NEEDED, "phone": {**TEXT, "personal": "phone"}})
    assert rows["phone"].null_count() == len(WITHHELD) == result.rows_landed
    assert [(each.column, each.rows) for each in result.withheld_values] == [("phone", len(WITHHELD))]


@pytest.mark.parametrize(
    ("kind", "nobody"),
    [
        ("customer_id", ["0", "000", "0.0", "-1", "Guest", "Guest customer", "anonymous", "NULL", "-"]),
        ("email", ["0", "unknown", "n/a", "a@x.nl;b@y.nl", "@"]),
        ("house_number", ["0", "-", "n/a"]),
        ("postcode", ["0000", "onbekend"]),
        ("employee_id", ["0", "none"]),
    ],
)
def test_placeholders_are_nobody_and_a_required_one_is_rejected(company: SmallCompany, kind: str, nobody: list[str]) -> None:
    columns = {"id": NEEDED, "who": {**NEEDED, "personal": kind}}
    rows = land_csv(company, "id,who\n" + "".join(f"{number},{value}\n" for number, value in enumerate(nobody)), columns)
    assert rows["who"].null_count() == len(nobody) and set(rows["_rejected_reason"]) == {"names nobody: who"}


def test_a_number_that_a_float_cannot_hold_names_nobody(company: SmallCompany) -> None:
    buffer = io.BytesIO()
    pl.DataFrame({"id": ["a", "b", "c"], "who": [12345678901234567.0, 12345678901234568.0, 17850.0]}).write_parquet(buffer)
    columns = {"id": NEEDED, "who": {**TEXT, "personal": "customer_id"}}
    _, rows = land(company, {"o_2026-03-02.parquet": buffer.getvalue()}, columns)
    assert rows["who"].is_null().to_list() == [True, True, False] and rows["_withheld"].to_list() == ["who", "who", None]


def test_money_is_read_with_its_signs(company: SmallCompany) -> None:
    amounts = [
        "1\u00a0234,50",
        "1\u202f234,50",
        "€ 12,50",
        "12,50-",
        "(12,50)",
        "\u221212,50",
        "12,50 EUR",
        "-€ 12,50",
        "(€ 12,50)",
        "EUR",
        "-12,50-",
    ]
    text = "no;total\n" + "".join(f"{number};{amount}\n" for number, amount in enumerate(amounts))
    money = {"decimal": ",", "thousands": "\u00a0", "currency": ["€", "EUR"], "negative": ["trailing_minus", "brackets"]}
    rows = land_csv(company, text, {"no": NEEDED, "total": {"type": "decimal"}}, delimiter=";", **money)
    numbers = ["1234.5", "1234.5", "12.5", "-12.5", "-12.5", "-12.5", "12.5", "-12.5", "-12.5"]
    assert rows["total"].to_list() == [*map(Decimal, numbers), None, None]


def test_two_marks_between_thousands_and_a_dialect_of_one_column(company: SmallCompany) -> None:
    columns = {"a": {"type": "decimal"}, "b": {"type": "decimal", "decimal": ".", "thousands": [","]}}
    rows = land_csv(company, "a;b\n1.234'567,5;1,234.5\n", columns, delimiter=";", decimal=",", thousands=[".", "'"])
    assert rows.select("a", "b").row(0) == (Decimal("1234567.5"), Decimal("1234.5"))


def test_booleans_are_read_by_the_declared_words(company: SmallCompany) -> None:
    words = ["Y", "N", "Nein", "oui", "on", "off", "X", "VRAI", "-1", "1.0", "TRUE ", "", "maybe"]
    text = "id,b\n" + "".join(f"{number},{word}\n" for number, word in enumerate(words))
    own = {"true_values": ["oui", "on", "X", "VRAI", "-1"], "false_values": ["Nein", "off", ""]}
    rows = land_csv(company, text, {"id": NEEDED, "b": {"type": "boolean"}}, **own)
    expected = [True, False, False, True, True, False, True, True, True, True, True, False, None]
    assert rows["b"].to_list() == expected and rows["_rejected_reason"].null_count() == len(words) - 1


def test_empty_values_and_cleaning_of_a_column_come_before_its_hash(company: SmallCompany) -> None:
    clean = [{"pattern": "^(KL|NL)-?"}, {"pattern": r"^(\d+)/\d+$", "by": r"\1"}]
    columns = {
        "who": {**TEXT, "personal": "customer_id", "null_values": ["", "99999"], "clean": clean},
        "state": {**TEXT, "null_values": ["-"]},
    }
    rows = land_csv(company, "who,state\nKL-123,-\n123/4,99999\nKL99999,\n", columns)
    assert rows["who"][0] == rows["who"][1] is not None and rows["who"][2] is None and KEY
    assert rows["state"].to_list() == [None, "99999", ""]


def test_an_amount_without_cents_may_end_in_a_dash(company: SmallCompany) -> None:
    columns = {"total": {"type": "decimal"}}
    rows = land_csv(company, "total\n12,-\n1.234,--\n-5,\u2014\n12-\n", columns, decimal=",", thousands=".", delimiter=";")
    assert rows["total"].to_list() == [Decimal(12), Decimal(1234), Decimal(-5), None]


AMOUNTS = st.decimals(-(10**9), 10**9, places=2)


@given(AMOUNTS, st.sampled_from(["€", "EUR", ""]), st.booleans(), st.sampled_from(["-{}", "{}-", "({})", "\u2212{}"]))
def test_an_amount_survives_writing_and_reading_with_its_signs(amount: Decimal, sign: str, is_before: bool, minus: str) -> None:
    dialect = Dialect(decimal=",", thousands=".'", currency=("€", "EUR"), negatives=("trailing_minus", "brackets"))
    text = f"{abs(amount):,.2f}".translate(str.maketrans(",.", "',"))
    text = minus.format(text) if amount < 0 else text
    text = f"{sign} {text}" if is_before else f"{text} {sign}"
    written = blank_values(pl.Series([text], dtype=pl.String), "decimal", dialect)
    assert type_values(written, "decimal", dialect, "UTC").to_list() == [amount]


@given(st.lists(st.integers(-9 * 10**9, 9 * 10**9), min_size=1), st.sampled_from([0, 3, 6, 9]))
def test_an_epoch_is_the_moment_the_standard_library_says(seconds: list[int], digits: int) -> None:
    name = {0: "epoch_seconds", 3: "epoch_milliseconds", 6: "epoch_microseconds", 9: "epoch_nanoseconds"}[digits]
    texts = pl.Series([str(second * 10**digits) for second in seconds])
    expected = [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second) for second in seconds]
    assert parse_timestamps(texts, (name,), "Asia/Tokyo").to_list() == expected


def test_types_of_parquet_without_a_type_of_the_lake_are_text_or_rejected_alone(company: SmallCompany) -> None:
    frame = {"id": ["a", "b"], "raw": [b"caf\xc3\xa9", b"caf\xe9"], "took": [timedelta(hours=1, seconds=5), None]}
    buffer = io.BytesIO()
    pl.DataFrame(frame).with_columns(huge=pl.Series([2**63, 1], dtype=pl.UInt64)).write_parquet(buffer)
    columns = {"id": NEEDED, "raw": TEXT, "took": TEXT, "huge": {"type": "integer"}}
    _, rows = land(company, {"o_2026-03-02.parquet": buffer.getvalue()}, columns)
    assert rows["raw"].to_list() == ["café", None] and rows["took"].to_list() == ["PT1H5S", None] and rows["huge"].to_list() == [None, 1]
    assert rows["_rejected_reason"].to_list() == ["not an integer: huge", "not a text: raw"]


def test_bytes_of_parquet_are_texts_and_are_read_as_such(company: SmallCompany) -> None:
    buffer = io.BytesIO()
    frame = {
        "id": ["a", "b", "c"],
        "total": [b"1.250", b"N/A", b"12,50"],
        "who": [b"7,12346E+11", b"", b'="00123"'],
        "vip": [b"ja", None, b"nee"],
    }
    pl.DataFrame(frame).write_parquet(buffer)
    columns = {"id": NEEDED, "total": {"type": "decimal"}, "who": {**TEXT, "personal": "customer_id"}, "vip": {"type": "boolean"}}
    columns["same"] = {**TEXT, "from": "who"}
    marks = {"decimal": ",", "thousands": ".", "null_values": ["", "N/A"]}
    _, rows = land(company, {"o_2026-03-02.parquet": buffer.getvalue()}, columns, **marks)
    assert rows["total"].to_list() == [Decimal(1250), None, Decimal("12.5")] and rows["vip"].to_list() == [True, None, False]
    assert rows["same"].to_list() == [None, None, "00123"] and rows["_withheld"].to_list() == ["who,same", None, None]
    assert rows["who"].null_count() == 2 and rows["_rejected_reason"].null_count() == 3
