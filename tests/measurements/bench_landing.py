"""CPU seconds and peak memory of landing files and tables, against the bare Polars read of the same rows.

Run: `python -m tests.measurements.bench_landing [ROWS] [CASE ...]`, 20,000 rows and all cases unless given.

Every figure is of a process of its own, by the resource usage the system notes for it; the CPU of a process that only imports is taken off,
memory is the whole process. `hashing` is the CPU of normalising and hashing the two personal columns alone.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from time import process_time
from typing import Any

import polars as pl
import sqlalchemy as sa

from ingestion.load import ingest
from ingestion.privacy import Hasher
from ingestion.windows import Window
from tests.ingestion.small_company import KEY, SmallCompany
from tests.measurements.usage import Usage, run_module

FILES = 4
FORMATS = ("csv", "jsonl", "parquet", "sql")
WINDOW = Window(date(2024, 3, 1), date(2024, 4, 1))
NOW = datetime(2024, 6, 1, 3, tzinfo=UTC)
WIDE_COLUMNS = 400
PERSONAL = {"customer_id": "customer_id", "phone": "phone"}
COLUMNS: dict[str, dict[str, Any]] = {
    "order_id": {"type": "text", "required": True},
    "customer_id": {"type": "text"},
    "phone": {"type": "text"},
    "ordered_at": {"type": "timestamp", "required": True},
    "shipped_at": {"type": "timestamp"},
    "due_date": {"type": "date"},
    "amount": {"type": "decimal"},
    "vat": {"type": "decimal"},
    "pieces": {"type": "integer"},
    "is_gift": {"type": "boolean"},
    "channel": {"type": "text"},
    "comment": {"type": "text"},
}
FORMS = {"decimal": ",", "thousands": ".", "timestamp_formats": ["%d-%m-%Y %H:%M:%S"]}


def make_rows(rows: int) -> pl.DataFrame:
    """Orders as texts, amounts with a decimal comma, and one moment that is not ISO 8601."""
    number = pl.int_range(rows, dtype=pl.Int64)
    person = (number * 7919) % max(rows // 5, 1)
    moment = pl.datetime(2024, 3, 1) + pl.duration(seconds=(number * 2_419_200) // rows)
    amount = (number * 104_729) % 500_000
    thousands, rest = amount // 100_000, (amount // 100) % 1000
    cents = (amount % 100).cast(pl.String).str.zfill(2)
    grouped = pl.when(thousands > 0).then(pl.format("{}.{}", thousands, rest.cast(pl.String).str.zfill(3))).otherwise(rest.cast(pl.String))
    return pl.select(
        order_id=pl.format("SO-{}", number + 10_000_000),
        customer_id=pl.format("C{}", person + 100_000),
        phone=pl.format("06{}", person + 10_000_000),
        ordered_at=moment.dt.strftime("%Y-%m-%d %H:%M:%S"),
        shipped_at=moment.dt.offset_by("1d").dt.strftime("%d-%m-%Y %H:%M:%S"),
        due_date=moment.dt.offset_by("3d").dt.strftime("%Y-%m-%d"),
        amount=pl.format("{},{}", grouped, cents),
        vat=pl.format("{},{}", amount % 97, cents),
        pieces=(number % 9 + 1).cast(pl.String),
        is_gift=pl.when(number % 7 == 0).then(pl.lit("ja")).otherwise(pl.lit("nee")),
        channel=pl.when(number % 3 == 0).then(pl.lit("web")).otherwise(pl.lit("store")),
        comment=pl.format("delivered behind the shed near door {}", number % 5000),
    )


def type_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows with the types that a Parquet file or JSON has."""
    plain = [pl.col(name).str.replace(".", "", literal=True).str.replace(",", ".", literal=True) for name in ("amount", "vat")]
    return rows.with_columns(
        *(each.cast(pl.Float64) for each in plain),
        pl.col("pieces").cast(pl.Int64),
        pl.col("is_gift") == "ja",
    )


def write_case(case: str, folder: Path, rows: int) -> None:
    """The files, or the database, of a case."""
    (folder / "in").mkdir(parents=True)
    if case == "wide":
        number = pl.int_range(max(rows * len(COLUMNS) // WIDE_COLUMNS, 10), dtype=pl.Int64)
        columns = {f"c{place}": (number * (place + 3)).cast(pl.String) for place in range(WIDE_COLUMNS)}
        pl.select(**columns).write_csv(folder / "in" / "day_2024-03-01_0.csv")
        return
    made = make_rows(rows)
    if case == "sql":
        with sqlite3.connect(folder / "shop.db") as database:
            database.execute(f"create table orders ({', '.join(f'{name} text' for name in COLUMNS)})")
            database.executemany(f"insert into orders values ({', '.join('?' * len(COLUMNS))})", made.iter_rows())
        return
    count = FILES if case != "many files" else max(rows // 100, 10)
    typed = made if case in ("csv", "many files") else type_rows(made)
    if case == "parquet":
        typed = typed.with_columns(pl.col("ordered_at").str.to_datetime(), pl.col("due_date").str.to_date())
    size = -(-rows // count)
    for place in range(count):
        part, path = typed[place * size : (place + 1) * size], folder / "in" / f"day_2024-03-{place % 28 + 1:02}_{place}"
        match case:
            case "jsonl":
                part.write_ndjson(path.with_suffix(".jsonl"))
            case "parquet":
                part.write_parquet(path.with_suffix(".parquet"))
            case _:
                part.write_csv(path.with_suffix(".csv"))


def read_bare(case: str, folder: Path) -> pl.DataFrame:
    """The rows of a case as Polars reads them."""
    match case:
        case "sql":
            with sa.create_engine(f"sqlite:///{folder / 'shop.db'}").connect() as connection:
                return pl.read_database("select * from orders", connection)
        case "jsonl":
            return pl.read_ndjson(folder / "in" / "*.jsonl")
        case "parquet":
            return pl.read_parquet(folder / "in" / "*.parquet")
    return pl.read_csv(folder / "in" / "*.csv")


def land_case(case: str, folder: Path, *, is_hashed: bool) -> None:
    """Land the rows of a case in an empty lake."""
    columns = {
        name: {**column, **({"personal": PERSONAL[name]} if is_hashed and name in PERSONAL else {})} for name, column in COLUMNS.items()
    }
    if case == "wide":
        columns = {f"c{place}": {"type": "text" if place % 2 else "integer"} for place in range(WIDE_COLUMNS)}
    kind = case if case in ("jsonl", "parquet") else "csv"
    table: dict[str, Any] = {
        "path": f"in/day_*.{kind}",
        "format": kind,
        "window": {"file_date": r"(\d{4}-\d{2}-\d{2})"},
        "columns": columns,
    }
    options: dict[str, Any] = {}
    if case == "sql":
        table, options = {"relation": "orders", "cursor": "ordered_at", "columns": columns}, {"url": "sqlite:///shop.db"}
    with tempfile.TemporaryDirectory(dir=folder) as lake:
        source = SmallCompany(folder).declare({"orders": {**table, **FORMS}}, connector="sql" if case == "sql" else "files", **options)
        (result,) = ingest(source, lake=Path(lake), hash_key=KEY, windows=[WINDOW], now=NOW)
    assert result.is_landed and not result.rows_rejected, result.error


def hash_rows(rows: int) -> float:
    """CPU seconds of hashing the two personal columns."""
    made, started = make_rows(rows), process_time()
    hasher = Hasher(KEY, "NL")
    for name, kind in PERSONAL.items():
        hasher.hash_values(made[name], kind)
    return process_time() - started


def run_step(*arguments: object) -> Usage:
    """What a process of its own used for one step."""
    return run_module(["tests.measurements.bench_landing", "step", *map(str, arguments)])


def compare(case: str, rows: int, idle: Usage) -> None:
    """Print the figures of a case."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_step("write", case, folder, rows)
        bare = run_step("bare", case, folder, rows)
        ways = {"landed": run_step("land", case, folder, rows)}
        if case in FORMATS:
            ways["landed, two hashed"] = run_step("hash", case, folder, rows)
    bare_cpu = max(bare.cpu - idle.cpu, 0.01)
    print(f"{case:12}{'bare read':20}{bare_cpu:8.2f} s {1024 * bare.memory:8.0f} MB")
    for way, used in ways.items():
        cpu = used.cpu - idle.cpu
        print(
            f"{case:12}{way:20}{cpu:8.2f} s {1024 * used.memory:8.0f} MB   "
            f"x{cpu / bare_cpu:.1f} CPU, x{used.memory / bare.memory:.1f} memory",
            flush=True,
        )


def main(arguments: list[str]) -> None:
    """All cases, or one step of them in this process."""
    if arguments[:2] == ["step", "idle"]:
        return
    if arguments[:1] == ["step"]:
        step, case, folder, rows = arguments[1], arguments[2], Path(arguments[3]), int(arguments[4])
        if step == "write":
            write_case(case, folder, rows)
        elif step == "bare":
            read_bare(case, folder)
        else:
            land_case(case, folder, is_hashed=step == "hash")
        return
    rows = int(arguments[0]) if arguments else 20_000
    cases = arguments[1:] or [*FORMATS, "wide", "many files"]
    idle = run_step("idle")
    print(
        f"{rows:,} rows; a process that only imports takes {idle.cpu:.2f} s, {1024 * idle.memory:.0f} MB; hashing {hash_rows(rows):.2f} s"
    )
    for case in cases:
        compare(case, rows, idle)


if __name__ == "__main__":
    main(sys.argv[1:])
