"""Where the rows of a file are: lines around them, headers between them, quotes, documents, archives."""

from __future__ import annotations

import io
import warnings
import zipfile
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ingestion.connectors import CONNECTORS
from tests.ingestion.landed_files import MARCH, NEEDED, TEXT, land, land_csv, refuse_csv
from tests.ingestion.small_company import SmallCompany


def test_a_header_that_stands_again_between_rows_is_no_row_and_another_one_renames_what_follows(company: SmallCompany) -> None:
    columns = {"customer": NEEDED, "segment": {**TEXT, "from": ["segment", "groep"]}, "score": {"type": "integer"}}
    text = '\ufeffcustomer,segment,score\nC1,a,1\n\ufeffcustomer,segment,score\nC2,b,2\n"groep",customer,score\nc,C3,3\ncustomer,x,4\n'
    rows = land_csv(company, text, columns)
    assert rows.select("customer", "segment", "score", "_source_line").rows() == [
        ("C1", "a", 1, 2),
        ("C2", "b", 2, 4),
        ("C3", "c", 3, 6),
        ("x", "customer", 4, 7),
    ]


@pytest.mark.parametrize(("quote", "mark"), [('"', '"'), ("'", "'"), ("|", "|"), ("none", "")])
def test_a_header_between_rows_is_found_in_any_quotes(company: SmallCompany, quote: str, mark: str) -> None:
    text = f"customer,segment\nC1,a\n{mark}customer{mark},segment\nC2,b\n{mark}segment{mark},{mark}customer{mark}\nc,C3\n"
    rows = land_csv(company, text, {"customer": NEEDED, "segment": TEXT}, quote=quote)
    assert rows.select("customer", "segment").rows() == [("C1", "a"), ("C2", "b"), ("C3", "c")]


def test_the_next_file_begins_with_its_own_header_again(company: SmallCompany) -> None:
    columns = {"customer": NEEDED, "segment": TEXT}
    files = {"a_2026-03-02.csv": "customer,segment\nC1,a\nsegment,customer\nb,C2\n", "b_2026-03-03.csv": "customer,segment\nC3,c\n"}
    _, rows = land(company, files, columns)
    assert rows.select("customer", "segment").rows() == [("C1", "a"), ("C2", "b"), ("C3", "c")]


TSV = 'no\titem\ttotal\nA1\tplain\t1\nA2\t"Best seller stand\t2\nA3\tplain\t3\nA4\tplain\t4\nA5\tTV 55"\t5\nA6\tplain\t6\n'
ITEMS = {"no": NEEDED, "item": TEXT, "total": {"type": "decimal", "required": True}}


def test_without_quoting_a_quote_is_a_part_of_its_value(company: SmallCompany) -> None:
    rows = land_csv(company, TSV, ITEMS, delimiter="\t", quote="none")
    assert rows["total"].to_list() == [Decimal(number) for number in range(1, 7)] and rows["item"][1] == '"Best seller stand'


def test_a_quote_that_swallows_rows_is_named_and_its_rows_are_counted(company: SmallCompany) -> None:
    rows = land_csv(company, TSV, ITEMS, delimiter="\t")
    assert rows["no"].to_list() == ["A1", None, None, None, None, "A6"]
    assert rows["_rejected_reason"].to_list() == [None, *["quote over several rows"] * 4, None]
    assert rows["_source_line"].to_list() == [2, 3, 4, 5, 6, 7]
    rows = land_csv(company, TSV.replace("A3\tplain\t3", "A3\t\t3"), {**ITEMS, "n": {"type": "integer"}}, delimiter="\t")
    assert rows["_rejected_reason"].to_list() == [None, *["quote over several rows"] * 4, None]


def test_a_comment_over_several_lines_is_no_swallowed_row(company: SmallCompany) -> None:
    text = 'no,item,total\nA1,"We came, saw\nand, well, left",1\nA2,"x, y, z\n3, 4, 5\nend",2\n'
    rows = land_csv(company, text, ITEMS)
    assert rows.select("no", "item", "total").rows() == [
        ("A1", "We came, saw\nand, well, left", Decimal(1)),
        ("A2", "x, y, z\n3, 4, 5\nend", Decimal(2)),
    ]


ORDERS = {"no": NEEDED, "at": {"type": "timestamp", "required": True}, "total": {"type": "decimal"}, "state": TEXT}
HEAD = "no;at;total;state"


@pytest.mark.parametrize(
    ("text", "layout", "lines"),
    [
        (f"sep=;\n{HEAD}\nA1;2026-03-02;1;x\n", {}, [3]),
        (f"\n\n{HEAD}\nA1;2026-03-02;1;x\n", {}, [4]),
        (f"Export\nmade; by; us\n{HEAD}\nA1;2026-03-02;1;x\n", {"skip_before_header": 2}, [4]),
        (f"# a\n# b\n{HEAD}\nA1;2026-03-02;1;x\n", {"skip_before_header": "^#"}, [4]),
        (f'An "export\n\n{HEAD}\nA1;2026-03-02;1;x\n', {"header": "^no;"}, [4]),
        (f'{HEAD}\nName;"When,\nexactly";Sum;\n----;;;\nA1;2026-03-02;1;x\n', {"skip_after_header": 2}, [5]),
        (f"{HEAD}\n----\n----\nA1;2026-03-02;1;x\n", {"skip_after_header": "^-+$"}, [4]),
        (f"{HEAD}\nA1;2026-03-02;1;x\nTotal;;1;\n", {"skip_lines": "^Total;"}, [2]),
        (f"{HEAD}\nA1;2026-03-02;1;x\nTotal\nrows: 1\n\n", {"skip_at_end": 2}, [2]),
        ("A1;2026-03-02;1;x\n", {"header": False, "column_names": ["no", "at", "total", "state"]}, [1]),
        (f"{HEAD}\nA1;2026-03-02;1;x;\nA2;2026-03-02;1;x\n", {"trailing_delimiter": True}, [2, 3]),
        (f"{HEAD};\nA1;2026-03-02;1;x;\n", {"trailing_delimiter": True}, [2]),
        (f"{HEAD}\nA1;2026-03-02;1;x;\n\nA2;2026-03-02;1;;\n", {}, [2, 4]),
        (f"{HEAD}\nA1;2026-03-02;1;x;;;\n", {"long_rows": "cut_empty"}, [2]),
        (f"{HEAD}\nA1;2026-03-02;1;x;y\n", {"long_rows": "cut"}, [2]),
    ],
)
def test_lines_around_the_rows_are_passed_over(company: SmallCompany, text: str, layout: dict[str, Any], lines: list[int]) -> None:
    rows = land_csv(company, text, ORDERS, delimiter=";", **layout)
    assert rows["_rejected_reason"].null_count() == rows.height and rows["_source_line"].to_list() == lines
    assert rows.select("no", "total", "state").row(0) == ("A1", Decimal(1), "x")


UNREADABLE = "unreadable line"


@pytest.mark.parametrize(
    ("text", "layout", "reasons"),
    [
        (f"{HEAD}\nA1;2026-03-02;1;x;\n", {}, [UNREADABLE]),
        (f"{HEAD}\nA1;2026-03-02;1;x;\nA2;2026-03-02;1;x\n", {}, [UNREADABLE, None]),
        (f"{HEAD}\nA1;2026-03-02;1;x;;\nA2;2026-03-02;1;x\n", {}, [UNREADABLE, None]),
        (f"{HEAD}\nA1;2026-03-02;1;x;;\nA2;2026-03-02;1;x;;\n", {}, [UNREADABLE, UNREADABLE]),
        (f"{HEAD}\nA1;2026-03-02;1;x;\nA2;2026-03-02;1;x;y\n", {"trailing_delimiter": True}, [None, UNREADABLE]),
        (f"{HEAD}\nA1;2026-03-02;1;x;y\n", {"trailing_delimiter": True}, [UNREADABLE]),
        (f"{HEAD}\nA1;2026-03-02;1;x;;y\n", {"long_rows": "cut_empty"}, [UNREADABLE]),
        (f"{HEAD}\nA1;2026-03-02\n", {}, [UNREADABLE]),
    ],
)
def test_rows_that_do_not_fit_the_rule_are_rejected(
    company: SmallCompany, text: str, layout: dict[str, Any], reasons: list[str | None]
) -> None:
    rows = land_csv(company, text, ORDERS, delimiter=";", **layout)
    assert rows.sort("_source_line")["_rejected_reason"].to_list() == reasons


@pytest.mark.parametrize(
    ("text", "layout", "expected"),
    [
        (f"sep=,\n{HEAD}\nA1;2026-03-02;1;x\n", {}, "says in its first line that its delimiter is ','; set `delimiter`"),
        (f"{HEAD}\n", {"skip_before_header": 5}, "has fewer lines than `skip_before_header: 5` skips"),
        (f"{HEAD}\nA1;2026-03-02;1;x\n", {"header": "^nummer"}, "has no line that matches `header: ^nummer`"),
        (f"{HEAD}\nTotal\n", {"skip_at_end": 1}, "has a header and no rows"),
        (f"{HEAD}\nName\n", {"skip_after_header": 1}, "has a header and no rows"),
    ],
)
def test_a_file_without_what_is_declared_about_it_is_named(company: SmallCompany, text: str, layout: dict[str, Any], expected: str) -> None:
    assert f"o_2026-03-02.csv: {expected}" in refuse_csv(company, text, ORDERS, delimiter=";", **layout)


def test_short_rows_are_filled_and_long_ones_joined_where_declared(company: SmallCompany) -> None:
    columns = {"no": NEEDED, "note": TEXT}
    rows = land_csv(company, 'no,note\nA1\nA2,a, b,c\nA3,"x",y\n', columns, short_rows="fill", long_rows="join")
    assert rows.select("no", "note").rows() == [("A1", None), ("A2", "a, b,c"), ("A3", "x,y")]


def test_an_escape_character_takes_the_meaning_from_quotes_delimiters_and_line_ends(company: SmallCompany) -> None:
    text = 'no,note\nA1,"5\\" pipe, x"\nA2,a\\,b\nA3,"a\\"\nb"\nA4,c\n'
    rows = land_csv(company, text, {"no": NEEDED, "note": TEXT}, escape="\\")
    assert rows.select("no", "note", "_source_line").rows() == [
        ("A1", '5" pipe, x', 2),
        ("A2", "a,b", 3),
        ("A3", 'a"\nb', 4),
        ("A4", "c", 6),
    ]


@pytest.mark.parametrize("quote", ['"', "none"])
def test_a_line_end_may_be_escaped_outside_of_quotes(company: SmallCompany, quote: str) -> None:
    text = "no,note\nA1,a\\\nb\\\n\\\nc\nA2,d\\\\\nA3,e\\,f\nA4,g\\"
    rows = land_csv(company, text, {"no": NEEDED, "note": TEXT}, escape="\\", quote=quote)
    assert rows.select("no", "note", "_source_line").rows() == [("A1", "a\nb\n\nc", 2), ("A2", "d\\", 6), ("A3", "e,f", 7), (None, None, 8)]


@pytest.mark.parametrize(("rule", "expected"), [("first", "a"), ("last", "c"), ("numbered", "a")])
def test_of_columns_with_one_name_the_declared_one_counts(company: SmallCompany, rule: str, expected: str) -> None:
    columns = {"no": NEEDED, "comment": {**TEXT, "from": "Labels"}, "second": {**TEXT, "from": "Labels_2"}}
    rows = land_csv(company, "no,Labels,Labels,Labels\nA1,a,b,c\n", columns, duplicate_names=rule)
    assert rows.select("comment", "second").row(0) == (expected, "b" if rule == "numbered" else None)


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ('[\n {"no":"A1","t":["x",{"s":5}]},\n {"no":"A2","t":["y"]}\n]', {}),
        ('{"no":"A1","t":["x",{"s":5}]}{"no":"A2","t":["y"]}', {}),
        ('{\n"no":"A1",\n"t":["x",{"s":5}]}\n\x1e{"no":"A2","t":["y"]}\n', {}),
        ('{"no":"A1","t":["x",{"s":5}]}\n[{"no":"A2","t":["y"]}]', {}),
        ('{"meta":1,"data":{"orders":[{"no":"A1","t":["x",{"s":5}]},{"no":"A2","t":["y"]}]}}', {"records": "data.orders"}),
        ('[{"orders":[{"no":"A1","t":["x",{"s":5}]},{"no":"A2","t":["y"]}]}]', {"records": "0.orders"}),
    ],
)
def test_json_documents_of_every_form_give_their_rows(company: SmallCompany, text: str, layout: dict[str, Any]) -> None:
    columns = {"no": NEEDED, "first": {**TEXT, "from": "t.0"}, "last": {**TEXT, "from": "t.-1"}, "s": {"type": "integer", "from": "t.1.s"}}
    result, rows = land(company, {"o_2026-03-02.json": text}, columns, **layout)
    assert result.status == "landed", result.error
    assert rows.select("no", "first", "last", "s", "_source_line").rows() == [("A1", "x", '{"s": 5}', 5, 1), ("A2", "y", "y", None, 2)]


@pytest.mark.parametrize(
    ("name", "text", "layout", "expected"),
    [
        ("o_2026-03-02.json", '[{"no":"A1"},\n{"no":', {}, "is not JSON, or ends too early (line 2)"),
        ("o_2026-03-02.json", '{"data":[]}', {"records": "data"}, "has no rows"),
        ("o_2026-03-02.json", '{"data":[{"no":1}]}', {"records": "rows"}, "has nothing at `records: rows`"),
        ("o_2026-03-02.jsonl", '[\n{"no":"A1"}\n]', {}, "is one JSON document and not one object per line; set `format: json`"),
        ("o_2026-03-02.jsonl", '{"no":"A1"}{"no":"A2"}', {}, "is one JSON document"),
    ],
)
def test_json_that_is_not_what_is_declared_is_named(
    company: SmallCompany, name: str, text: str, layout: dict[str, Any], expected: str
) -> None:
    result, _ = land(company, {name: text}, {"no": NEEDED}, **layout)
    assert result.status == "failed" and f"{name}: {expected}" in (result.error or "")


def test_what_is_no_object_in_a_json_list_is_rejected_alone(company: SmallCompany) -> None:
    result, rows = land(company, {"o_2026-03-02.json": '[{"no":"A1"}, 5, {"no":"\\ud83d"}]'}, {"no": NEEDED})
    assert result.rows_rejected == 2 and rows["no"].to_list() == ["A1", None, None]


def pack(members: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, text in members.items():
            packed.writestr(name, text)
    return buffer.getvalue()


def test_files_in_a_zip_are_read(company: SmallCompany) -> None:
    packed = pack({"b.csv": "no\nB\n", "a.csv": "no\nA\n", "readme.txt": "hello", "__MACOSX/a.csv": "?"})
    result, rows = land(company, {"o_2026-03-02.zip": packed}, {"no": NEEDED}, zip_members="*.csv")
    assert result.status == "landed", result.error
    assert rows.select("no", "_source_file").rows() == [("A", "o_2026-03-02.zip/a.csv"), ("B", "o_2026-03-02.zip/b.csv")]
    assert [(file.name, file.bytes) for file in result.files] == [("o_2026-03-02.zip/a.csv", 5), ("o_2026-03-02.zip/b.csv", 5)]
    source = company.load()["crm"]
    present = CONNECTORS["files"](source).list_files(source.tables["t"])
    assert [(file.name, file.bytes, file.day) for file in present] == [(file.name, file.bytes, date(2026, 3, 2)) for file in result.files]


@pytest.mark.parametrize("on_bad_file", ["stop", "quarantine"])
def test_a_file_that_stands_twice_in_a_zip_is_named(company: SmallCompany, on_bad_file: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed, warnings.catch_warnings(action="ignore"):
        for name, text in (("a.csv", "no\nA\n"), ("a.csv", "no\nB\n"), ("c.csv", "no\nC\n")):
            packed.writestr(name, text)
    company.write("in/o_2026-03-02.zip", buffer.getvalue())
    table = {"path": "in/*.zip", "format": "csv", "window": {"file_date": r"(\d{4}-\d{2}-\d{2})"}, "columns": {"no": NEEDED}}
    (result,) = company.ingest(company.declare({"t": table}, on_bad_file=on_bad_file), *MARCH)
    if on_bad_file == "stop":
        assert result.status == "failed" and "o_2026-03-02.zip/a.csv: stands more than once in its zip file" in (result.error or "")
    else:
        assert company.read("t").select("no", "_rejected_reason").rows() == [(None, "unreadable file"), ("C", None)]


@pytest.mark.parametrize("delimiter", ["\t", ","])
def test_a_row_of_empty_cells_is_a_row_also_between_tabs(company: SmallCompany, delimiter: str) -> None:
    text = "no,item,n\nA,x,1\n,,\n\n  \nB,y,2\n,,\n".replace(",", delimiter)
    rows = land_csv(company, text, {"no": NEEDED, "item": TEXT}, delimiter=delimiter)
    assert rows["_source_line"].to_list() == [2, 3, 6, 7]
    assert rows["_rejected_reason"].to_list() == [None, "missing value: no", None, "missing value: no"]


def test_a_damaged_zip_is_named(company: SmallCompany) -> None:
    for content in (b"PK\x03\x04 no", pack({"a.csv": "no\nA\n" * 99})[:40]):
        result, _ = land(company, {"o_2026-03-02.zip": content}, {"no": NEEDED})
        assert "o_2026-03-02.zip: is no zip file, is damaged" in (result.error or "")


@pytest.mark.parametrize(
    ("name", "pattern", "day_format"),
    [
        ("o_02-03-2026.csv", r"(\d{2}-\d{2}-\d{4})", "%d-%m-%Y"),
        ("o_2mrt26.csv", r"o_(\w+)\.", "%d%b%y"),
        ("o_20260302.csv", r"\d{8}", "%Y%m%d"),
    ],
)
def test_the_day_in_a_file_name_may_have_a_form_of_its_own(company: SmallCompany, name: str, pattern: str, day_format: str) -> None:
    window = {"file_date": pattern, "file_date_format": day_format}
    result, rows = land(company, {name: "no\nA1\n"}, {"no": NEEDED}, window=window, language="nl")
    assert result.status == "landed" and rows["_window_date"].to_list() == [date(2026, 3, 2)]
