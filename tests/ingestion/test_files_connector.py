"""Files: dialects, changed headers, line numbers, and files that do not fit their declaration."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cxhouse.commands.steps import report_load
from ingestion.connectors.csv_lines import number_lines, split_lines
from ingestion.connectors.files import FileText
from ingestion.load import Window, find_earliest_day
from tests.ingestion.small_company import SmallCompany, daily_csv

JAN = ("2024-01-01", "2024-02-01")


def land_one(company: SmallCompany, content: str | bytes, name: str = "in/day_2024-01-05.csv", **changes: Any) -> pl.DataFrame:
    source = company.declare({"t": daily_csv(**changes)}, max_bad_share=1.0)
    company.write(name, content)
    (result,) = company.ingest(source, *JAN)
    assert result.status == "landed", result.error
    return company.read("t")


def fail_one(company: SmallCompany, content: str | bytes, name: str = "in/day_2024-01-05.csv", **changes: Any) -> str:
    source = company.declare({"t": daily_csv(**changes)})
    company.write(name, content)
    (result,) = company.ingest(source, *JAN)
    assert result.status == "failed" and company.read("t").height == 0
    assert company.read_log_lines("t")[-1]["error"] == result.error
    return result.error or ""


def test_a_dutch_export_lands_typed(company: SmallCompany) -> None:
    text = '\ufeffid;amount;at\r\nA;1.234,50;05-01-2024 23:30\r\n"B;x";-5;2024-07-01T00:00:00+02:00\r\nC;NULL;\r\n'
    rows = land_one(
        company, text, delimiter=";", decimal=",", thousands=".", null_values=["", "NULL"], timestamp_formats=["%d-%m-%Y %H:%M"]
    )
    assert rows["id"].to_list() == ["A", "B;x", "C"]
    assert rows["amount"].to_list() == [Decimal("1234.5"), Decimal(-5), None]
    assert rows["at"].to_list() == [datetime(2024, 1, 5, 22, 30, tzinfo=UTC), datetime(2024, 6, 30, 22, tzinfo=UTC), None]
    assert rows["_source_line"].to_list() == [2, 3, 4] and set(rows["_window_date"]) == {date(2024, 1, 5)}
    assert set(rows["_source_file"]) == {"day_2024-01-05.csv"} and rows["_rejected_reason"].null_count() == 3


def test_packed_files_and_other_encodings_are_read(company: SmallCompany) -> None:
    packed = gzip.compress("id,amount\ncafé,1\n".encode("windows-1252"))
    rows = land_one(company, packed, "in/day_2024-01-05.csv.gz", path="in/*.gz", encoding="windows-1252")
    assert rows["id"].to_list() == ["café"]


def test_a_header_that_changed_over_time_is_followed_by_the_list_of_names(company: SmallCompany) -> None:
    columns = {
        "id": {"type": "text", "required": True, "from": ["OldId", "NewId"]},
        "amount": {"type": "decimal", "from": ["Total", "Sum"]},
    }
    source = company.declare({"t": daily_csv(columns=columns)})
    company.write("in/day_2024-01-05.csv", "OldId,Total\n1,10\n")
    company.write("in/day_2024-01-06.csv", "Sum,NewId\n20,2\n")
    (result,) = company.ingest(source, *JAN)
    assert company.read("t").select("id", "amount").rows() == [("1", Decimal(10)), ("2", Decimal(20))]
    assert result.missing_columns == () and [file.name for file in result.files] == ["day_2024-01-05.csv", "day_2024-01-06.csv"]
    assert result.files[0].sha256 == hashlib.sha256(b"OldId,Total\n1,10\n").hexdigest() and result.files[0].bytes == 17


def test_line_numbers_are_true_around_broken_lines_blank_lines_and_values_over_several_lines(company: SmallCompany) -> None:
    lines = ["id,amount", "A,1", "", 'B,"1', '"', "C,1,2,3", '"D"x,1', '"E,2', "F,3", 'G,"4"', "H"]
    rows = land_one(company, "\n".join(lines) + "\n", columns={"id": {"type": "text"}, "amount": {"type": "text"}})
    good = rows.filter(pl.col("_rejected_reason").is_null()).select("_source_line", "id", "amount").rows()
    assert good == [(2, "A", "1"), (4, "B", "1\n"), (9, "F", "3"), (10, "G", "4")]
    broken = rows.filter(pl.col("_rejected_reason") == "unreadable line")
    assert broken["_source_line"].to_list() == [6, 7, 8, 11]
    assert broken["_rejected_detail"].to_list() == [hashlib.sha256(lines[number - 1].encode()).hexdigest() for number in (6, 7, 8, 11)]
    assert broken["id"].null_count() == 4


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=6)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(CELLS.filter(lambda cell: cell.strip()), min_size=3, max_size=3), min_size=1, max_size=8),
    st.sampled_from([",", ";", "|", "\t"]),
)
def test_every_record_that_is_written_by_the_rules_is_split_into_its_cells(records: list[list[str]], delimiter: str) -> None:
    def quote(cell: str) -> str:
        needs = any(mark in cell for mark in (delimiter, '"', "\n"))
        return '"' + cell.replace('"', '""') + '"' if needs else cell

    text = "\n".join(["a,b,c", *(delimiter.join(map(quote, record)) for record in records)]) + "\n"
    split, broken = split_lines(number_lines(FileText("f", None, text), 0), delimiter, 3)
    assert broken.height == 0
    assert [list(row) for row in split.select("0", "1", "2").rows()] == records
    starts = [2 + sum(sum(cell.count("\n") for cell in record) + 1 for record in records[:position]) for position in range(len(records))]
    assert split["_source_line"].to_list() == starts


# white space of Unicode; Python's strip also removes four control characters
WHITE_SPACE = "".join(chr(code) for code in range(0x3001) if chr(code).isspace() and not 0x1C <= code <= 0x1F)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=12), min_size=1, max_size=20))
@example(["\x1f"])
def test_any_lines_end_up_as_a_record_or_as_broken_and_none_twice(lines: list[str]) -> None:
    split, broken = split_lines(number_lines(FileText("f", None, "\n".join(["header", *lines]) + "\n"), 0), ",", 2)
    taken = split["_source_line"].to_list() + broken["_source_line"].to_list()
    assert len(taken) == len(set(taken))
    plain = {number for number, line in enumerate(lines, start=2) if line.strip(WHITE_SPACE) and '"' not in line}
    if not any('"' in line for line in lines):
        assert set(taken) == plain


def test_jsonl_reads_fields_in_objects_and_says_which_line_is_no_object(company: SmallCompany) -> None:
    columns = {
        "id": {"type": "text", "required": True},
        "email": {"type": "text", "from": "customer.email"},
        "amount": {"type": "decimal"},
        "is_new": {"type": "boolean"},
        "tags": {"type": "text"},
    }
    lines = [
        json.dumps({"id": 1, "customer": {"email": "x", "other": 1}, "amount": 0.1, "is_new": True, "tags": ["a"]}),
        '{"id": 2, "customer": ',
        "",
        '{"id": "3", "customer": null, "amount": 12345678901234.5678}',
        "[1]",
        '{"customer.email": "dotted", "id": 4}',
    ]
    rows = land_one(company, "\n".join(lines), "in/2024-01-05.jsonl", path="in/*.jsonl", format="jsonl", columns=columns)
    good = rows.filter(pl.col("_rejected_reason").is_null())
    assert good.select("_source_line", "id", "email", "amount", "is_new", "tags").rows() == [
        (1, "1", "x", Decimal("0.1"), True, '["a"]'),
        (4, "3", None, Decimal("12345678901234.5678"), None, None),
        (6, "4", "dotted", None, None, None),
    ]
    assert rows.filter(pl.col("_rejected_reason") == "unreadable line")["_source_line"].to_list() == [2, 5]
    assert company.read_log_lines("t")[-1]["unexpected_columns"] == ["customer.other"]


def test_parquet_files_keep_their_types_and_count_rows_from_one(company: SmallCompany) -> None:
    path = company.write("in/day_2024-01-05.parquet", b"")
    frame = {"id": [1, 2], "amount": [1.25, None], "at": [datetime(2024, 1, 5, 12), None], "extra": [1, 2]}
    pl.DataFrame(frame).write_parquet(path)
    rows = land_one(company, path.read_bytes(), path.relative_to(company.root).as_posix(), format="parquet", path="in/*.parquet")
    assert rows.select("_source_line", "id", "amount", "at").rows() == [
        (1, "1", Decimal("1.25"), datetime(2024, 1, 5, 11, tzinfo=UTC)),
        (2, "2", None, None),
    ]


NESTED = [
    {"id": "1", "customer": {"email": "a@b.nl", "age": 30, "home": {"city": "Delft"}}, "items": [{"sku": "A"}, {"sku": "B"}]},
    {"id": "2", "customer": {"email": None, "age": 41, "home": None}, "items": []},
    {"id": "3", "customer": None, "items": [{"sku": "C"}]},
    {"id": "4", "customer": {"email": "c@d.nl", "age": None, "home": {"city": None}}, "items": None},
]
PLACES = {
    "email": "customer.email", "city": "customer.home.city", "first": "items.0.sku", "last": "items.-1.sku", "third": "items.2.sku",
    "all_of_it": "items", "nowhere": "customer.phone",
}  # fmt: skip


@pytest.mark.parametrize("form", ["lists", "arrays"])
def test_places_inside_objects_and_lists_of_parquet_are_those_of_json(company: SmallCompany, form: str) -> None:
    columns = {"id": {"type": "text", "required": True}, **{name: {"type": "text", "from": place} for name, place in PLACES.items()}}
    given = NESTED if form == "lists" else [{**row, "items": [{"sku": row["id"]}, {"sku": "Z"}]} for row in NESTED]
    frame = pl.DataFrame(given)
    if form == "arrays":
        frame = frame.with_columns(pl.col("items").cast(pl.Array(pl.Struct({"sku": pl.String}), 2)))
    path = company.write("in/day_2024-01-05.parquet", b"")
    frame.write_parquet(path)
    lines = "".join(json.dumps(row) + "\n" for row in given).encode()
    landed = [
        land_one(company, content, f"in/day_2024-01-05.{kind}", format=kind, path=f"in/*.{kind}", columns=columns)
        for kind, content in (("jsonl", lines), ("parquet", path.read_bytes()))
    ]
    rows = []
    for found, kind in zip(landed, ("jsonl", "parquet"), strict=True):
        rows.append(found.filter(pl.col("_source_file").str.ends_with(kind)).select("id", *PLACES).sort("id"))
    assert rows[0].drop("all_of_it").equals(rows[1].drop("all_of_it"))
    assert rows[1]["city"].to_list() == ["Delft", None, None, None] and rows[1]["third"].to_list() == [None] * 4
    json_line, parquet_line = company.read_log_lines("t")[-2:]
    assert json_line["unexpected_columns"] == parquet_line["unexpected_columns"] == ["customer.age"]
    # no row has a third item; the types of the file allow one
    assert json_line["missing_columns"] == ["nowhere", "third"] and parquet_line["missing_columns"] == ["nowhere"]


def test_a_column_of_parquet_whose_own_name_has_dots_stands_before_a_place(company: SmallCompany) -> None:
    path = company.write("in/day_2024-01-05.parquet", b"")
    pl.DataFrame({"id": ["1"], "customer.email": ["own"], "customer": [{"email": "inner"}]}).write_parquet(path)
    columns = {"id": {"type": "text"}, "email": {"type": "text", "from": "customer.email"}}
    rows = land_one(
        company, path.read_bytes(), path.relative_to(company.root).as_posix(), format="parquet", path="in/*.parquet", columns=columns
    )
    assert rows["email"].to_list() == ["own"]


def test_a_column_no_header_delivers_is_null_and_named_and_so_is_one_nobody_declared(company: SmallCompany) -> None:
    rows = land_one(company, "id,colour\n1,red\n")
    assert rows["amount"].to_list() == [None]
    (line,) = company.read_log_lines("t")
    assert line["missing_columns"] == ["amount", "at"] and line["unexpected_columns"] == ["colour"]


def test_constants_fill_what_the_folder_says_and_the_rows_do_not(company: SmallCompany) -> None:
    columns = {"id": {"type": "text"}, "carrier": {"type": "text", "required": True}, "rate": {"type": "decimal"}}
    rows = land_one(company, "id\n1\n2\n", columns=columns, decimal=",", constants={"carrier": "north", "rate": 1.5})
    assert rows.select("carrier", "rate").rows() == [("north", Decimal("1.5"))] * 2


PARQUET_HEAD = b"PAR1\x15\x04\x00\x00"


@pytest.mark.parametrize(
    ("name", "content", "changes", "expected"),
    [
        ("day_2024-01-05.csv", PARQUET_HEAD, {}, "is binary, not csv; check `format`"),
        ("day_2024-01-05.csv", "id,amount\n1,2\n".encode("utf-16"), {}, "is UTF-16, not utf-8; set `encoding: utf-16`"),
        ("day_2024-01-05.csv", b"id,amount\n1,2\ncaf\xe9,2\n", {}, r"is not utf-8 (line 3); set `encoding`"),
        ("day_2024-01-05.csv", gzip.compress(b"id\n1\n", mtime=0), {}, "is packed with gzip but its name does not end in .gz"),
        ("day_2024-01-05.csv.gz", gzip.compress(b"id\n" + b"123456789\n" * 99, mtime=0)[:-12], {}, "is gzip that ends too early"),
        ("day_2024-01-05.csv.gz", b"id\n1\n", {}, "is not gzip or is damaged"),
        ("day_2024-01-05.csv", b"", {}, "is empty; have it delivered again, or set `allow_empty: true`"),
        ("day_2024-01-05.csv", b"\n\n", {}, "is empty"),
        ("day_2024-01-05.csv", b"id,amount\n", {}, "has a header and no rows"),
        ("day_2024-01-05.csv", b'id,"amount\n1,2\n', {}, "has a header (line 1) that cannot be split"),
        ("day_2024-01-05.csv", b"id,amount,id\n1,2,3\n", {}, "names id twice in its header"),
        ("day_2024-01-05.jsonl", b"", {"format": "jsonl"}, "is empty"),
        ("day_2024-01-05.parquet", b"id\n1\n", {"format": "parquet"}, "is not a Parquet file or is damaged"),
        ("day_2024-01-05.parquet", PARQUET_HEAD, {"format": "parquet"}, "is not a Parquet file or is damaged"),
    ],
)
def test_a_file_that_is_not_what_it_claims_fails_its_load_by_name(
    company: SmallCompany, name: str, content: bytes, changes: dict[str, Any], expected: str
) -> None:
    error = fail_one(company, content, f"in/{name}", path="in/day_*", **changes)
    assert error.startswith(f"crm.t: {name}: ") and expected in error


def test_a_bad_file_is_quarantined_as_one_rejected_row_when_the_source_says_so(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv()}, on_bad_file="quarantine")
    company.write("in/day_2024-01-05.csv", b"\x00\x01binary")
    company.write("in/day_2024-01-06.csv", "id\n1\n")
    (result,) = company.ingest(source, *JAN)
    assert (result.status, result.rows_read, result.rows_landed, result.rows_rejected) == ("landed", 2, 1, 1)
    bad = company.read("t").row(0, named=True)
    assert (bad["_rejected_reason"], bad["_source_file"], bad["_window_date"]) == (
        "unreadable file",
        "day_2024-01-05.csv",
        date(2024, 1, 5),
    )


@pytest.mark.parametrize("content", ["", "id,amount,at\n"])
def test_an_empty_file_is_fine_where_the_table_says_so(company: SmallCompany, content: str) -> None:
    assert land_one(company, content, allow_empty=True).height == 0


def test_missing_columns_are_named_and_unexpected_ones_only_counted_in_the_message_which_is_published(company: SmallCompany) -> None:
    error = fail_one(company, "Identifier,amount,colour\n1,2,red\n")
    told = "day_2024-01-05.csv: missing columns: id (as id); unexpected columns: 2 (cxhouse ingest names them); add the new name to `from`"
    assert told in error
    assert company.read_log_lines("t")[-1]["unexpected_columns"] == ["Identifier", "colour"]


def test_the_command_line_names_the_columns_that_nobody_declared(company: SmallCompany, capsys: pytest.CaptureFixture[str]) -> None:
    company.write("in/day_2024-01-05.csv", "Identifier,amount,colour\n1,2,red\n")
    source = company.declare({"t": daily_csv()})
    assert not report_load(source, [Window(date(2024, 1, 1), date(2024, 2, 1))], company.ingest(source, *JAN), 0.1)
    assert "crm.t delivers columns that sources.yml does not declare: Identifier, colour" in capsys.readouterr().err


def test_a_file_without_a_header_does_not_put_its_first_row_in_messages_or_in_the_log(company: SmallCompany) -> None:
    error = fail_one(company, "jan@example.nl,Jan Jansen\npiet@example.nl,Piet\n")
    assert "unexpected columns: 2 and no declared one; check `delimiter` and that line 1 is a header" in error
    assert company.read_log_lines("t")[-1]["unexpected_columns"] == ["2 names, not shown: none is declared, so they may be data"]
    assert "Jan" not in error and "jan@" not in error
    land_one(company, "id,jan@example.nl,0612345678\n1,2,3\n")
    assert company.read_log_lines("t")[-1]["unexpected_columns"] == ["(a name that looks like data)"]


def test_no_file_at_all_is_a_source_that_is_down_but_none_for_a_day_is_not(company: SmallCompany) -> None:
    source = company.declare({"t": daily_csv()})
    (result,) = company.ingest(source, *JAN)
    assert result.status == "failed" and "crm.t: no file matches" in result.error and "check `path`" in result.error
    company.write("in/day_2024-03-05.csv", "id\n1\n")
    (result,) = company.ingest(source, *JAN)
    assert (result.status, result.rows_read, result.files) == ("landed", 0, ())


def test_a_file_whose_name_says_no_day_is_not_passed_over_in_silence(company: SmallCompany) -> None:
    company.write("in/day_2024-13-05.csv", "id\n1\n")
    assert "day_2024-13-05.csv: window.file_date finds no day" in fail_one(company, "id\n1\n")


def test_the_earliest_day_is_that_of_the_first_file_or_of_the_first_row(company: SmallCompany) -> None:
    company.write("in/day_2024-03-05.csv", "id,at\n1,2024-02-01 23:30:00\n2,2023-12-31T23:30:00Z\n3,\n")
    company.write("in/day_2024-03-04.csv", "id,at\n1,2024-05-01 10:00:00\n")
    assert find_earliest_day([company.declare({"t": daily_csv()})]) == date(2024, 3, 4)
    assert find_earliest_day([company.declare({"t": daily_csv(window={"column": "at"})})]) == date(2024, 1, 1)
    assert find_earliest_day([company.declare({"t": daily_csv(window={"snapshot": True})})]) is None
    assert find_earliest_day([company.declare({"t": daily_csv(path="nowhere/*")})]) is None
