"""The site holds no personal data: every file that readers can fetch is searched for names and numbers of customers of the demo company."""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from cxhouse.site.answers import ANSWERS
from tests.browser.built_site import BuiltSite
from tests.conftest import DemoHome

WORD = re.compile(r"[0-9A-Za-z]+")
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
POSTCODE = re.compile(r"\b[0-9]{4} ?[A-Za-z]{2}\b")
HASH = re.compile(r"\b[0-9a-f]{64}\b")
# in a table the texts of neighbouring rows stand side by side: read as one text, they would hide a number or make one up
PERSONAL = {
    "customer_id", "customer_key", "customer_no", "email", "phone", "postcode", "house_number", "agent_id", "order_id",
    "order_no", "contact_id", "delivery_id", "response_id", "_key", "outcome_key",
}  # fmt: skip


@pytest.fixture(scope="module")
def secrets(demo_home: DemoHome) -> dict[str, set[str]]:
    """Values that must not occur, by kind: as the demo's shop writes them, and as hashed with this home's key."""
    with sqlite3.connect(f"file:{demo_home.path / 'demo' / 'shop.db'}?mode=ro", uri=True) as shop:
        customers = shop.execute("select customer_no, email_address, phone_number, zip_code from customers").fetchall()
        orders = shop.execute("select order_no from orders").fetchall()
    numbers, mails, phones, postcodes = zip(*customers, strict=True)
    landed = [pl.read_parquet(file) for file in sorted((demo_home.path / "lake" / "shop" / "customers").rglob("*.parquet"))]
    valued = pl.read_parquet(demo_home.path / "restricted" / "customer_segments.parquet")
    hashed = [column for frame in (*landed, valued) for column in frame.select(pl.col(pl.String)).iter_columns()]
    found = {
        "customer number": set(numbers),
        "order number": {number for (number,) in orders},
        "e-mail": {mail.casefold() for mail in mails if mail},
        "telephone": {re.sub(r"\D", "", phone)[-9:] for phone in phones if phone},
        "postcode": {re.sub(r"\s", "", code).upper() for code in postcodes if code},
        "hashed key": {key for column in hashed for value in column.drop_nulls().unique() for key in HASH.findall(value)},
    }
    assert all(len(values) > 1000 for values in found.values()), {kind: len(values) for kind, values in found.items()}
    assert found["hashed key"] >= {key for value in valued["customer_id"] for key in HASH.findall(value)}
    return found


def find_secrets(text: str, secrets: dict[str, set[str]]) -> set[tuple[str, str]]:
    """Each secret that occurs in a text, with its kind."""
    words = set(WORD.findall(text))
    spoken = {
        "customer number": words,
        "order number": words,
        "hashed key": words,
        "e-mail": {mail.casefold() for mail in MAIL.findall(text)},
        "telephone": {word[-9:] for word in words if len(word) >= 9 and word.isdigit()},
        "postcode": {re.sub(r"\s", "", code).upper() for code in POSTCODE.findall(text)},
    }
    return {(kind, word) for kind, found in spoken.items() for word in found & secrets[kind]}


# sums of seconds and amounts, of their squares and cubes: among 100,000 of them, one has the digits of an order number by chance
SUMS = {"rpt_kpi_sums": ("numerator", "numerator_sq", "numerator_cube")}


def read_texts(site: Path) -> Iterator[tuple[Path, str]]:
    """Every file of the site as text; of tables and answers, the distinct texts and whole numbers, column by column."""
    for file in sorted(path for path in site.rglob("*") if path.is_file()):
        if file.suffix == ".gz":
            assert gzip.decompress(file.read_bytes()) == file.with_suffix("").read_bytes(), file
            continue
        if file.suffix != ".parquet" and file.name != ANSWERS:
            yield file, file.read_bytes().decode("utf-8", errors="replace")
            continue
        for column in pl.read_parquet(file).iter_columns() if file.suffix == ".parquet" else read_answers(file):
            if column.name in SUMS.get(file.stem, ()) and column.dtype.is_float():
                continue
            values = column.drop_nulls().unique()
            if values.dtype.is_float():
                values = values.filter(values.is_finite() & (values == values.round()) & (values.abs() < 2**53)).cast(pl.Int64)
            yield file, "\n".join(values.cast(pl.String, strict=False).to_list())


def read_answers(file: Path) -> Iterator[pl.Series]:
    """The columns of the answers of a page."""
    for answer in json.loads(gzip.decompress(file.read_bytes()))["queries"].values():
        for place, (name, _, kind) in enumerate(answer["columns"]):
            values = [row[place] for row in answer["rows"]]
            yield pl.Series(name, values, dtype={"number": pl.Float64, "date": pl.Int64}.get(kind), strict=False)


def test_no_file_of_the_site_holds_what_names_a_customer(built_site: BuiltSite, secrets: dict[str, set[str]]) -> None:
    sample = {kind: min(values) for kind, values in secrets.items()}
    assert {kind for kind, _ in find_secrets(" ".join(f"<td>{word}</td>" for word in sample.values()), secrets)} == set(secrets), "blind"
    seen = set()
    for file, text in read_texts(built_site.site):
        seen.add(file.suffix)
        found = find_secrets(text, secrets)
        if file.suffix == ".js":  # parts of an SVG path can look like a postcode
            found = {(kind, word) for kind, word in found if kind != "postcode"}
        assert found == set(), file.relative_to(built_site.site)
    assert {".html", ".parquet", ".js", ".json", ".answers"} <= seen


def test_no_published_table_has_a_column_of_single_customers(built_site: BuiltSite) -> None:
    files = [*built_site.reports.glob("*.parquet"), *(built_site.site / "data").rglob("*.parquet")]
    assert {file.stem for file in files} >= {"rpt_segment_overview", "rpt_segment_map", "rpt_segment_migration"}
    for file in files:
        assert PERSONAL & set(pl.read_parquet_schema(file)) == set(), file


def test_no_segment_report_counts_one_to_four_customers(built_site: BuiltSite) -> None:
    files = [file for file in (built_site.site / "data").rglob("*.parquet") if file.stem.startswith(("rpt_segment", "rpt_value"))]
    counts = [
        (file.stem, name, pl.read_parquet(file)[name])
        for file in files
        for name in pl.read_parquet_schema(file)
        if "customers" in name and name.endswith("count")
    ]
    assert {report for report, _, _ in counts} >= {"rpt_segment_overview", "rpt_segment_map", "rpt_segment_migration"}
    for report, name, column in counts:
        assert column.is_between(1, 4).sum() == 0, f"{report}.{name}"
