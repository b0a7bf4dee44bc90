"""Every landed row is accounted for, counted in the lake: staging models that lose or multiply rows stop the build by name."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from cxhouse.warehouse.staging_models import list_contract_models
from declared.errors import DefinitionError
from ingestion.catalog import load_sources
from semantic.contracts import load_contracts
from tests.companies.filled import UNTIL, Row, list_delivered, make_rows, write_company, write_model, write_rows
from tests.conftest import pick_size
from tests.warehouse.conftest import Home, copy_home, make_filled_home

ROWS = make_rows(random.Random(1))
PROSPECTS = {row["customer_key"] for row in ROWS["customers"] if row["is_prospect"]}
# contract: a column and a value it does not allow
WRONG = {"orders": ("status", "lost"), "contacts": ("channel", "telex"), "survey_responses": ("metric", "smile")}


def select(contract: str, rest: str, more: str = "") -> str:
    """A staging model that selects the columns of `rows` and its lineage."""
    columns = ", ".join(f"rows.{column}" for column in list_delivered(load_contracts()[contract]))
    return f"select {columns}{more}, {{{{ lineage('rows') }}}} from {{{{ source('all', '{contract}') }}}} as rows {rest}"


def count(contract: str, **values: object) -> int:
    """Rows of the files with these values."""
    return sum(all(row[name] == value for name, value in values.items()) for row in ROWS[contract])


# contract: its model, and what the build says of it; None where the model is right
MODELS = {
    "orders": (
        select("orders", "inner join {{ lookup('all', 'customers') }} as c on rows.customer_key = c.customer_key and c.is_prospect"),
        f"gives {sum(row['customer_key'] in PROSPECTS for row in ROWS['orders'])} of the {count('orders')} rows of all.orders",
    ),
    "contacts": (
        select("contacts", "left join (select unnest([1, 2]) as n) as twice on rows.channel = 'phone'"),
        f"gives {count('contacts') + count('contacts', channel='phone'):,} rows for the {count('contacts')} of all.contacts in the lake: "
        f"{count('contacts', channel='phone')} too many",
    ),
    "deliveries": (
        select("deliveries", "where rows.supplier_id = 'swift'"),
        f"of the {count('deliveries')} rows of all.deliveries in the lake: {count('deliveries', supplier_id='slow')} are lost",
    ),
    "visits": (select("visits", "", ", 2 as _lake_rows"), f"gives {2 * count('visits')} rows for the {count('visits')} of all.visits"),
    # the number is right and the rows are not: one of a file is left out, another one said to be two
    "customers": (
        select("customers", "where rows._source_line <> 3", ", case rows._source_line when 2 then 2 else 1 end as _lake_rows"),
        "counts several rows of all.customers as one and does not say which",
    ),
    "costs": (
        select("costs", "where rows.kind <> 'redelivery'") + " union all " + select("costs", "where rows.kind = 'return'"),
        f"gives as many rows as all.costs has in the lake ({count('costs')}), but not the same",
    ),
    "order_lines": (
        select("order_lines", "left join (select 1 as one from {{ source('all', 'changes') }}) as other on true"),
        "gives none of the 1 rows of all.changes in the lake",
    ),
    "survey_responses": (
        select("survey_responses", "left join {{ lookup('all', 'customers') }} as c on rows.customer_key = c.customer_key"),
        None,
    ),
    "survey_invitations": (
        "select min(invitation_id) as invitation_id, min(survey_id) as survey_id, customer_key, min(asked_at) as asked_at, "
        "{{ lineage_of_group() }} from {{ source('all', 'survey_invitations') }} group by customer_key",
        None,
    ),
    "delivery_events": (
        "select delivery_id, max(event_at) as event_at, max(code) as code, max(supplier_id) as supplier_id, {{ lineage_of_group() }} "
        "from {{ source('all', 'delivery_events') }} where supplier_id = 'slow' group by delivery_id",
        f"{count('deliveries', supplier_id='swift')} are lost",
    ),
}


def test_each_model_that_loses_or_multiplies_rows_stops_the_build_by_name(filled: Home, tmp_path: Path) -> None:
    company = tmp_path / "company"
    home = copy_home(filled, tmp_path, CXHOUSE_COMPANY=str(company))
    write_company(company)
    for contract, (query, _) in MODELS.items():
        write_model(company, contract, query)
    failed = home.run("build", check=False)
    assert failed.returncode == 1 and "Traceback" not in failed.stderr
    said = {line.split()[1]: line for line in failed.stderr.splitlines() if line.startswith("rows: ")}
    assert set(said) == {f"stg_all__{contract}" for contract, (_, expected) in MODELS.items() if expected is not None}
    for contract, (_, expected) in MODELS.items():
        assert expected is None or expected in said[f"stg_all__{contract}"], said
    assert home.run("publish", check=False).returncode == 1, "readers keep the copy they have"


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(2, 2 + pick_size(1, stress=20)))
def test_landed_is_staged_rejected_or_superseded_for_random_rows(tmp_path: Path, seed: int) -> None:
    dice, expected = random.Random(seed), Counter[tuple[str, str]]()

    def add_faults(tables: dict[str, list[Row]]) -> None:
        """Earlier versions of a row, which are superseded, and values that the contract does not allow, which are rejected."""
        for contract, (column, wrong) in WRONG.items():
            rows = tables[contract]
            for row in dice.sample(rows, 20):
                row[column] = wrong
            clock = "updated_at" if contract != "survey_responses" else "asked_at"
            copies = [{**row, clock: row[clock] - timedelta(minutes=5)} for row in dice.sample(rows, 30)]
            good = [row for row in copies if row[column] != wrong]
            expected[contract, "superseded"] += len(good)
            expected[contract, "rejected"] += 20 + len(copies) - len(good)
            rows.extend(copies)
            dice.shuffle(rows)

    home = make_filled_home(tmp_path)
    write_company(tmp_path / "company")
    tables = write_rows(home.data, seed, add_faults)
    home.run("ingest", "--to", UNTIL.isoformat())
    home.build(only=["rpt_data_health", "fct_row_accounts"])
    accounts = {row["contract"]: row for row in home.query("select * from fct_row_accounts")}
    assert set(accounts) == set(tables)
    for contract, row in accounts.items():
        found = tuple(row[f"rows_{name}"] for name in ("landed", "given", "rejected", "superseded", "staged"))
        rejected, superseded = expected[contract, "rejected"], expected[contract, "superseded"]
        landed = len(tables[contract])
        assert found == (landed, landed, rejected, superseded, landed - rejected - superseded), contract
        assert row["message"] is None
    health = home.table("rpt_data_health")
    assert set(health["contract"]) == set(tables) and health.height == len(tables)


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ("{{ source('al', 'orders') }}", r"stg_all__orders.sql: line 2: reads al.orders: there is no source `al`; .*all"),
        ("{{ lookup('all', 'order') }}", r"stg_all__orders.sql: line 2: reads all.order: source all has no table `order`; .*orders"),
    ],
)
def test_an_unknown_table_is_named_with_the_nearest_one_before_anything_is_built(tmp_path: Path, read: str, said: str) -> None:
    write_company(tmp_path)
    write_model(tmp_path, "orders", f"-- not {{{{ source('nobody', 'nothing') }}}}\nselect * from {read}")
    sources = load_sources(tmp_path, {"FILLED_DATA": str(tmp_path)}, "Europe/Amsterdam", "NL")
    with pytest.raises(DefinitionError, match=said):
        list_contract_models(tmp_path / "models", sources)


def test_times_in_the_wrong_order_are_counted_and_the_last_row_is_named(filled: Home) -> None:
    placed = {row["order_id"]: row["ordered_at"] for row in ROWS["orders"]}
    wrong: Counter[tuple[str, str]] = Counter()
    for row in ROWS["deliveries"]:
        came, sent, start = row["delivered_at"], row["shipped_at"], placed[row["order_id"]]
        wrong["deliveries", "delivered before it was shipped"] += came is not None and came < sent
        wrong["deliveries", "shipped before the order was placed"] += sent < start
        wrong["deliveries", "delivered before the order was placed"] += came is not None and came < start
    wrong["orders", "cancelled before it was ordered"] = sum(
        bool(row["cancelled_at"]) and row["cancelled_at"] < row["ordered_at"] for row in ROWS["orders"]
    )
    found = filled.report("rpt_clock_warnings").to_dicts()
    assert {(row["contract"], row["warning"]): row["rows_count"] for row in found} == {key: count for key, count in wrong.items() if count}
    shipped = next(row for row in found if row["warning"] == "shipped before the order was placed")
    assert (shipped["last_file"], shipped["last_line"], shipped["checked_count"]) == ("deliveries.jsonl", 2, count("deliveries"))
