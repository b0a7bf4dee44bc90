"""After a daily run the warehouse equals a full rebuild; a second run changes nothing; loading twice changes nothing."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import msgpack
import polars as pl
import pytest

from tests.companies.tiny import PROJECT, UNTIL, write_data
from tests.warehouse.conftest import Home, copy_home, make_home

TABLES = (
    "fct_daily_measures",
    "fct_kpi_days",
    "fct_touchpoint_kpis",
    "dim_newcomers",
    "fct_signal_sums",
    "fct_event_days",
    "fct_row_accounts",
    "int_answers",
    "int_orders",
    "int_deliveries",
)
MOVING = ("_load_id", "_landed_at")


def snapshot(home: Home) -> dict[str, list[tuple]]:
    """Every row of the tables that figures come from, in order, without the columns of the load."""
    found = {}
    for table in TABLES:
        rows = home.query(f"select * from {table}")
        assert rows, table
        found[table] = sorted((tuple(repr(value) for name, value in row.items() if name not in MOVING) for row in rows), key=repr)
    return found


@pytest.fixture(scope="module")
def daily(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The tiny company loaded and built day by day, as Airflow would."""
    home = make_home(tmp_path_factory.mktemp("daily"))
    for day, end in (("2026-03-01", "2026-03-02"), ("2026-03-02", "2026-03-03"), ("2026-03-03", UNTIL)):
        write_data(home.data, [day])
        home.run("ingest", "--from", day, "--to", end)
        home.build()
    return home


def test_three_daily_builds_equal_one_full_build(daily: Home, tiny: Home) -> None:
    state = (daily.path / "state" / "build.json").read_text(encoding="utf-8")
    assert '"is_full": false' in state
    day_by_day, at_once = snapshot(daily), snapshot(tiny)
    for table in TABLES:
        assert day_by_day[table] == at_once[table], table


def test_a_second_load_and_build_change_nothing(daily: Home) -> None:
    before, names = snapshot(daily), "select table_name from information_schema.tables order by 1"
    tables = daily.query(names)
    # what models that are no longer in the project left behind goes with the build, or a report of old figures would be published
    with duckdb.connect(str(daily.path / "warehouse.duckdb")) as warehouse:
        warehouse.execute("create table rpt_removed as select 1 as one; create view dim_removed as select one from rpt_removed")
    daily.run("ingest", "--from", "2026-03-02", "--to", "2026-03-03")
    daily.make_news()  # the same rows are nothing new
    daily.run("build")
    assert '"is_full": false' in (daily.path / "state" / "build.json").read_text(encoding="utf-8")
    assert snapshot(daily) == before
    assert daily.query(names) == tables
    assert not [row for row in tables if "__dbt" in row["table_name"]]


def test_corrections_moves_and_vanished_rows_leave_what_a_full_build_leaves(tiny: Home, tmp_path: Path) -> None:
    home = copy_home(tiny, tmp_path)
    day_two = home.data / "deliveries_2026-03-02.csv"
    # D3 is promised a day earlier now, D4 is removed, and the contact that answer A3 asks about moves to another day
    text = day_two.read_text(encoding="utf-8").replace("D3,O4,slow,2026-03-03T12:00:00", "D3,O4,slow,2026-03-02T12:00:00")
    day_two.write_text("".join(line for line in text.splitlines(keepends=True) if not line.startswith("D4,")), encoding="utf-8")
    contacts = home.data / "contacts_2026-03-01.jsonl"
    contacts.write_text(contacts.read_text(encoding="utf-8").replace("2026-03-01T12:0", "2026-03-02T12:0", 3), encoding="utf-8")
    home.run("ingest", "--from", "2026-03-01", "--to", "2026-03-03")
    home.build(only=TABLES)
    assert '"is_full": false' in (home.path / "state" / "build.json").read_text(encoding="utf-8")
    incremental = snapshot(home)
    moved = home.query("select event_date::varchar as day from int_answers where _key = 'surveys|A3'")
    assert moved == [{"day": "2026-03-02"}]
    assert home.query("select count(*) as n from int_deliveries where delivery_id = 'D4'") == [{"n": 0}]
    home.build("--full-refresh", only=TABLES)
    full = snapshot(home)
    for table in TABLES:
        assert incremental[table] == full[table], table


# models in parts, with a figure of each that decides on no other one here, and the day or first day of its parts
PARTED = {
    "fct_daily_measures": ("n", "local_date"),
    "fct_kpi_days": ("numerator_sq", "local_date"),
    "fct_kpi_sums": ("numerator", "period_start"),
    "fct_touchpoint_kpis": ("value", "period_start"),
    "rpt_touchpoint_kpis": ("value", "period_start"),
    "fct_kpi_quantiles": ("median", "period_start"),
}
MARK = 1e15


def test_parts_are_made_again_where_what_they_are_made_from_differs(tiny: Home, tmp_path: Path) -> None:
    home = copy_home(tiny, tmp_path)
    home.build(only=list(PARTED))
    before = {name: home.table(name) for name in PARTED}
    with duckdb.connect(str(home.path / "warehouse.duckdb")) as warehouse:
        for name, (figure, _) in PARTED.items():
            warehouse.execute(f"update {name} set {figure} = {figure} + {MARK}")
    # another amount: no series begins or ends, and no other day counts the order
    orders = home.data / "orders_2026-03-02.csv"
    orders.write_text(orders.read_text(encoding="utf-8").replace("EUR,80.00", "EUR,90.00"), encoding="utf-8")
    home.run("ingest", "shop", "--from", "2026-03-02", "--to", "2026-03-03")
    home.build(only=list(PARTED))
    in_part = {name: home.table(name) for name in PARTED}
    for name, (figure, day) in PARTED.items():
        is_marked = pl.col(figure) >= MARK / 2
        rows = in_part[name].filter(pl.col(figure).is_not_null())
        days = rows if day == "local_date" else rows.filter(pl.col("grain") == "day")
        assert set(days.filter(is_marked)[day]) >= {date(2026, 3, 1)}, name
        assert set(days.filter(~is_marked)[day]) == {date(2026, 3, 2)}, name
        if day == "period_start":
            assert {"week", "month", "total"} <= set(rows.filter(~is_marked)["grain"]), name
            assert not set(rows.filter(is_marked)["grain"]) & {"month", "total"}, name
            # the day before is a Sunday
            assert set(rows.filter(is_marked, pl.col("grain") == "week")[day]) <= {date(2026, 2, 23)}, name
    home.build("--full-refresh", only=list(PARTED))
    for name, (figure, _) in PARTED.items():
        full = home.table(name)
        assert full.filter(pl.col(figure) >= MARK / 2).is_empty(), name
        made = in_part[name].filter((pl.col(figure) < MARK / 2).fill_null(value=True))
        full, made = (each.drop("numerator_sq", strict=False) for each in (full, made))
        assert made.join(full, on=full.columns, how="anti", nulls_equal=True).is_empty(), name
        # values of so few orders are hidden where KPIs are divided
        assert not home.table(name).equals(before[name]) or name in ("fct_touchpoint_kpis", "rpt_touchpoint_kpis"), name


def test_data_tests_read_what_was_made_and_all_rows_once_a_week_or_after_a_failure(tiny: Home, tmp_path: Path) -> None:
    home = copy_home(tiny, tmp_path)
    home.make_news()
    with duckdb.connect(str(home.path / "warehouse.duckdb")) as warehouse:
        warehouse.execute("update fct_kpi_quantiles set median = p90 + 1 where grain = 'day' and period_start = '2026-03-01'")
    # a part that is not made again is not tested again
    assert "touched days only" in home.run("build").stdout
    path = home.path / "state" / "build.json"
    state = json.loads(path.read_text(encoding="utf-8"))
    assert not state["is_tested_whole"] and state["tested_whole_at"] < state["built_at"]
    tested = datetime.fromisoformat(state["tested_whole_at"]) - timedelta(days=7)
    path.write_text(json.dumps({**state, "tested_whole_at": tested.isoformat()}), encoding="utf-8")
    for _ in ("a week later", "after a failure"):
        home.make_news()
        failed = home.run("build", check=False)
        assert failed.returncode and "median" in failed.stderr
        assert json.loads(path.read_text(encoding="utf-8"))["is_tested_whole"]


def test_the_fingerprint_of_a_day_reads_all_that_its_figures_are_made_from() -> None:
    folder = PROJECT / "dbt" / "models" / "marts" / "kpis"
    figures, fingerprint = ((folder / f"{name}.sql").read_text(encoding="utf-8") for name in ("fct_kpi_days", "fct_day_fingerprints"))
    models = [set(re.findall(r"ref\('(\w+)'\)", text)) for text in (figures, fingerprint)]
    assert models[0] - {"fct_day_fingerprints"} == models[1]
    columns = {name for listed in re.findall(r"'columns': '([^']*)'", fingerprint) for name in listed.split(", ")}
    used = set(re.findall(r"\b(?:kpis|scopes|members|suppliers|numerators|denominators)\.(\w+)", figures))
    # these the model makes itself, from the others
    assert used - {"kpi_number", "scope_number", "has_company_answers"} <= columns


def test_the_fingerprints_of_parts_read_all_that_their_rows_are_made_from(tiny: Home) -> None:
    parsed = (tiny.path / "state" / "dbt" / "target" / "partial_parse.msgpack").read_bytes()
    nodes = {key: node for key, node in msgpack.unpackb(parsed, strict_map_key=False)["nodes"].items() if node["resource_type"] == "model"}
    parents = {key: node["depends_on"]["nodes"] for key, node in nodes.items()}
    parts_of = {key: node["config"]["parts"] for key, node in nodes.items() if node["config"].get("materialized") == "parted"}
    assert len(parts_of) >= 6

    def list_fingerprints(name: str) -> set[str]:
        key = f"model.cxhouse.{name}"
        return {name}.union(*(list_fingerprints(each.rpartition(".")[2]) for each in parents[key] if each.endswith("_fingerprints")))

    for key, parts in parts_of.items():
        fingerprints = list_fingerprints(parts)
        read = {each for name in fingerprints for each in parents[f"model.cxhouse.{name}"]} | {f"model.cxhouse.{parts}"}

        def find_unread(node: str, fingerprints: set[str] = fingerprints, read: set[str] = read) -> list[str]:
            if node in read or parts_of.get(node) in fingerprints:
                return []
            return [each for parent in parents[node] for each in find_unread(parent)] if parents.get(node) else [node]

        assert [each for parent in parents[key] for each in find_unread(parent)] == [], key


def test_nothing_is_lost_between_layers(tiny: Home) -> None:
    accounts = tiny.query("select * from fct_row_accounts")
    assert {row["table_name"] for row in accounts} == {"orders", "customers", "visits", "contacts", "deliveries", "answers"}
    for row in accounts:
        assert row["rows_landed"] == row["rows_staged"] + row["rows_rejected"] + row["rows_superseded"], row
    orders = next(row for row in accounts if row["table_name"] == "orders")
    # nine lines landed: O2 and O5 came twice, O6 has an unknown status
    assert (orders["rows_landed"], orders["rows_staged"], orders["rows_rejected"], orders["rows_superseded"]) == (9, 6, 1, 2)
    health = tiny.report("rpt_data_health").filter(table_name="orders").row(0, named=True)
    assert (health["rows_read"], health["rows_landed"], health["rows_rejected"]) == (10, 9, 1)


def test_a_build_leaves_the_company_folder_as_it_was(tiny: Home) -> None:
    models = sorted((Path(tiny.environment["CXHOUSE_COMPANY"]) / "models").glob("*.sql"))
    assert models
    for path in models:
        assert "{{ lineage() }}" in path.read_text(encoding="utf-8"), path
