"""The fast readers of lines give what the strict readers give, line by line, on any text."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.connectors import csv_lines, json_lines
from ingestion.connectors.csv_lines import Form, split_lines
from ingestion.connectors.json_lines import DECODER, is_writable, parse_object
from ingestion.declarations import Layout

CELL = st.one_of(
    st.text(alphabet="a1\"',; \t\r#\u00e9\u20ac\ufeff=", max_size=6),
    st.text(alphabet='ab,;"', max_size=4).map(lambda text: '"' + text.replace('"', '""') + '"'),
)
LINE = st.builds(lambda mark, cells: mark.join(cells), st.sampled_from((",", ",", ",", ";")), st.lists(CELL, max_size=4))


def split_slowly(lines: pl.DataFrame, form: Form) -> tuple[pl.DataFrame, pl.DataFrame]:
    """As split_lines, with every record of quotes read by the csv module and every other cut at its delimiters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_lines, "find_whole_records", lambda lines, *_: pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(lines)))
        patch.setattr(csv_lines, "split_whole", cut_lines)
        return split_lines(lines, form.delimiter, form.width, form)


def cut_lines(records: pl.DataFrame, form: Form) -> pl.DataFrame:
    schema = dict.fromkeys(map(str, range(form.width)), pl.String())
    rows = [line.split(form.delimiter) for line in records["line"].to_list()]
    return records.select("_file", "_source_line").hstack(pl.DataFrame(rows, schema=schema, orient="row"))


@given(st.lists(LINE, max_size=12), st.integers(1, 4), st.sampled_from((",", ";", "\t", "\u20ac")), st.sampled_from(('"', "'", None)))
def test_lines_split_at_once_are_those_split_one_by_one(texts: list[str], width: int, delimiter: str, quote: str | None) -> None:
    lines = pl.DataFrame({"_file": [0] * len(texts), "_source_line": range(2, len(texts) + 2), "line": texts}).cast(
        {"_file": pl.Int32, "_source_line": pl.Int64, "line": pl.String}
    )
    form = Form(delimiter, width, Layout(quote=quote))
    fast, slow = split_lines(lines, delimiter, width, form), split_slowly(lines, form)
    for one, other in zip(fast, slow, strict=True):
        assert one.rows() == other.rows()


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.sampled_from((1e5, 10**30, 0.1 + 0.2))),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=6,
)
WRITTEN = st.one_of(
    JSON.map(json.dumps),
    st.dictionaries(st.sampled_from("abc"), JSON, max_size=3).map(json.dumps),
    st.text(alphabet='{}[]:,"a1.eE+-0\\u\ud7ff\t nN', max_size=12).map(lambda text: '{"a": ' + text + "}"),
)


@given(WRITTEN)
def test_the_fast_reader_of_json_reads_as_the_strict_one(line: str) -> None:
    assert parse_object(line) == parse_slowly(line)


def parse_slowly(line: str) -> dict[str, Any] | None:
    try:
        value = DECODER.decode(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and is_writable(value) else None


def test_numbers_keep_their_writing_whichever_reader_takes_the_line() -> None:
    for line in ('{"a": 1.250, "b": 12345678901234567.89, "c": 1E+2}', '{"a": 1.250, "b": 12345678901234567.89, "c": 1E+2, "d": NaN}'):
        row = parse_object(line)
        assert row is not None
        assert [row[name] for name in "abc"] == ["1.250", "12345678901234567.89", "1E+2"]
        assert {type(row[name]) for name in "abc"} == {json_lines.Number}
