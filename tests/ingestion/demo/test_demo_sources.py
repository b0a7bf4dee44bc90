"""The demo company's sources.yml reads all that the generator writes: nothing missing, nothing lost, nothing personal."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from ingestion.catalog import load_sources
from ingestion.demo import generate_demo
from ingestion.load import LoadResult, ingest, plan_windows
from tests.ingestion.demo.foreign_files import ForeignFiles, unzip

COMPANY = Path(__file__).parents[3] / "company"
END = date(2025, 3, 31)
LEFT_OUT = {"shop.customers": {"first_name", "last_name"}, "contact_center.conversations": {"result.status"}}
FILES = {
    "contact_center.conversations": ("contacts/*.jsonl", 0),
    "carriers.pakduif": ("deliveries/pakduif/*", 1),
    "carriers.stadsflits": ("deliveries/stadsflits/*", 1),
    "carriers.wielwerk": ("deliveries/wielwerk/*", 1),
    "carriers.zoefpost": ("deliveries/zoefpost/*", 1),
    "surveys.answers": ("surveys/*.csv", 1),
    "surveys.invitations": ("invitations/*.csv", 1),
    "web_analytics.visits": ("visits/*.csv", 1),
    "finance.costs": ("costs/*.csv", 1),
}


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> tuple[ForeignFiles, Path, dict[str, list[LoadResult]]]:
    """A small demo, landed month by month with the company's own sources.yml."""
    home = tmp_path_factory.mktemp("home")
    demo = ForeignFiles(home / "demo", generate_demo(home / "demo", end=END, scale=0.02, seed=3))
    sources = load_sources(COMPANY, {"CXHOUSE_HOME": str(home)}, "Europe/Amsterdam", "NL")
    windows = plan_windows(demo.summary.first_day, date(2025, 4, 1))
    results: dict[str, list[LoadResult]] = defaultdict(list)
    for source in sources.values():
        for result in ingest(source, lake=home / "lake", hash_key=b"k" * 32, windows=windows, now=datetime(2025, 4, 1, 3, tzinfo=UTC)):
            results[f"{result.source}.{result.table}"].append(result)
    return demo, home / "lake", results


def test_every_load_lands_with_the_declared_columns(landed: tuple[ForeignFiles, Path, dict[str, list[LoadResult]]]) -> None:
    _, _, results = landed
    assert len(results) == 13
    for table, loads in results.items():
        assert {load.status for load in loads} == {"landed"}, table
        assert not set.intersection(*(set(load.missing_columns) for load in loads)), table
        assert {name for load in loads for name in load.unexpected_columns} == LEFT_OUT.get(table, set()), table


def test_no_line_of_a_file_is_lost_and_few_are_rejected(landed: tuple[ForeignFiles, Path, dict[str, list[LoadResult]]]) -> None:
    demo, _, results = landed
    for table, (pattern, headers) in FILES.items():
        paths = list(demo.folder.glob(pattern))
        lines = sum(unzip(path).count(b"\n") - headers for path in paths)
        read = sum(load.rows_read for load in results[table])
        rejected = sum(load.rows_rejected for load in results[table])
        assert paths
        assert read == lines, table
        assert rejected <= 0.02 * lines, table


def test_every_row_of_the_shop_lands_once(landed: tuple[ForeignFiles, Path, dict[str, list[LoadResult]]]) -> None:
    demo, _, results = landed
    for name in ("customers", "orders", "order_lines"):
        assert sum(load.rows_read for load in results[f"shop.{name}"]) == demo.read_table(name).height
    assert sum(load.rows_landed for load in results["shop.order_lines"]) == demo.summary.order_lines


def test_the_lake_holds_no_address_number_or_name_of_a_customer(landed: tuple[ForeignFiles, Path, dict[str, list[LoadResult]]]) -> None:
    demo, lake, _ = landed
    people = demo.read_table("customers")
    secrets = {value for name in ("customer_no", "email_address", "phone_number") for value in people[name].drop_nulls()}
    texts = set()
    for path in lake.glob("*/*/*.parquet"):
        frame = pl.read_parquet(path)
        for name in frame.columns:
            if frame[name].dtype == pl.String:
                texts.update(frame[name].drop_nulls().unique().to_list())
    assert len(texts) > 10_000
    assert not texts & secrets
    assert not any("@" in text for text in texts)
