"""A second company on real data: every fact is counted again from the raw files with the csv module alone."""

from __future__ import annotations

import hmac
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import polars as pl
import polars.selectors as cs
import pytest
import yaml
from polars.testing import assert_frame_equal

from tests.companies.tiny import PROJECT
from tests.warehouse.conftest import Home, make_home
from tests.warehouse.real_data import DATA, is_stock, read_day, read_delivery_day, read_invoices, read_raw, read_sales
from tests.warehouse.real_kpis import NOT_MEASURABLE, ON_PAPER, count_real_kpis

pytestmark = pytest.mark.sample_data

FOLDER = PROJECT / "tests" / "companies" / "real_sample"
PARTS = ("online_retail", "zendesk", "scms_delivery", "qualtrics")
# what a second run may change: when it ran
CLOCKS = ("build_id", "built_at", "published_at", "last_landed_at", "hours_old", "seconds")
NEITHER_ORDER_NOR_CANCELLATION = ("bad debt written off", "stock written off", "stock counted in")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The company loaded, built and published once."""
    absent = [part for part in PARTS if not (DATA / part).is_dir()]
    if absent:
        pytest.skip(f"the real data are not there: {DATA} lacks {', '.join(absent)}; set CXHOUSE_SAMPLE_DATA to their folder")
    home = make_home(tmp_path_factory.mktemp("real"), CXHOUSE_COMPANY=str(FOLDER), CXHOUSE_SAMPLE_DATA=str(DATA))
    home.run("ingest")
    home.run("build")
    home.run("publish")
    return home


def read_accounts(home: Home) -> dict[str, tuple[int, int, int, int]]:
    """Staging model and table: rows landed, staged, rejected, superseded."""
    rows = home.query("select * from fct_row_accounts")
    names = ("rows_landed", "rows_staged", "rows_rejected", "rows_superseded")
    return {f"{row['staging_model']} of {row['table_name']}": tuple(int(row[name]) for name in names) for row in rows}


def test_every_line_of_the_files_is_landed_or_rejected(home: Home) -> None:
    files = {
        "wholesale__invoice_lines": "online_retail/*.csv",
        "zendesk__tickets": "zendesk/ticket_data.csv",
        "zendesk__users": "zendesk/user_data.csv",
        "supply__deliveries": "scms_delivery/*.csv",
        "qualtrics__responses": "qualtrics/survey_response.csv",
        "qualtrics__answers": "qualtrics/question_response.csv",
    }
    for name, pattern in files.items():
        log = pl.read_ndjson(home.path / "lake" / "_log" / f"{name}.jsonl", infer_schema_length=None)
        read, landed, rejected = (log[column].sum() for column in ("rows_read", "rows_landed", "rows_rejected"))
        assert read == len(read_raw(pattern)), name
        assert read == landed + rejected, name
        lake = pl.read_parquet(home.path / "lake" / name.replace("__", "/") / "*.parquet")
        assert lake.height == read, name


def test_every_landed_row_is_staged_rejected_or_superseded(home: Home) -> None:
    invoices = read_invoices()
    lines = [line for rows in invoices.values() for line in rows]
    stock = sum(len(rows) for rows in invoices.values() if is_stock(rows))
    bad_debt = sum(len(rows) for number, rows in invoices.items() if number.startswith("A"))
    copies = len(lines) - len({tuple(line.values()) for line in lines})
    assert copies > 0
    tickets, users = read_raw("zendesk/ticket_data.csv"), read_raw("zendesk/user_data.csv")
    deleted = sum(ticket["status"] == "deleted" for ticket in tickets)
    agents = sum(user["role"] != "end-user" for user in users)
    deliveries = len(read_raw("scms_delivery/*.csv"))
    responses, answers = len(read_raw("qualtrics/survey_response.csv")), len(read_raw("qualtrics/question_response.csv"))
    refused = stock + bad_debt
    assert read_accounts(home) == {
        "stg_wholesale__orders of invoice_lines": (len(lines), len(lines) - refused, refused, 0),
        "stg_wholesale__order_lines of invoice_lines": (len(lines), len(lines) - refused - copies, refused, copies),
        "stg_zendesk__contacts of tickets": (len(tickets), len(tickets) - deleted, deleted, 0),
        "stg_zendesk__customers of users": (len(users), len(users) - agents, agents, 0),
        "stg_supply__deliveries of deliveries": (deliveries, deliveries, 0, 0),
        "stg_qualtrics__survey_responses of responses": (responses, 0, responses, 0),
        "stg_qualtrics__survey_responses of answers": (answers, 0, answers, 0),
    }


def test_data_health_adds_up_for_a_table_that_feeds_two_contracts(home: Home) -> None:
    health = home.report("rpt_data_health")
    assert health.filter(pl.col("table_name") == "invoice_lines")["contract"].sort().to_list() == ["order_lines", "orders"]
    assert (health["rows_landed"] == health["rows_staged"] + health["rows_superseded"] + health["rows_rejected_staging"]).all()
    rejected = home.report("rpt_rejected_rows").group_by("source", "table_name").agg(pl.col("rows_count").sum())
    joined = health.join(rejected, on=["source", "table_name"], how="left").with_columns(pl.col("rows_count").fill_null(0))
    assert (joined["rows_count"] == joined["rows_rejected"] + joined["rows_rejected_staging"]).all()


def test_invoices_are_orders_cancellations_or_rejected_by_name(home: Home) -> None:
    invoices, sales = read_invoices(), read_sales()
    cancellations = [number for number in invoices if number.startswith("C")]
    assert cancellations
    staged = home.query("select order_id, status, _rejected_reason as reason from int_orders__staged")
    assert {row["order_id"] for row in staged} == set(invoices)
    assert {row["order_id"] for row in staged if row["status"] == "cancelled"} == set(cancellations)
    assert {row["order_id"] for row in staged if row["status"] == "completed" and row["reason"] is None} == set(sales)
    refused = [row["reason"] for row in staged if row["reason"] is not None]
    assert all(reason.startswith(NEITHER_ORDER_NOR_CANCELLATION) for reason in refused)
    assert len(refused) == len(invoices) - len(cancellations) - len(sales)
    events = home.query(
        "select event_type, touchpoint_id, sum(events_count) as n from fct_event_days where source = 'wholesale' group by all"
    )
    assert {(row["event_type"], row["touchpoint_id"]): int(row["n"]) for row in events} == {
        ("order_placed", "order_form"): len(sales),
        ("order_placed", "unmapped"): len(cancellations),  # a credit note names no order: it is no order placed anywhere
        ("order_cancelled", "cancellation_desk"): len(cancellations),
    }


def test_net_revenue_of_every_day_is_quantity_times_price_of_the_distinct_lines_of_sales(home: Home) -> None:
    expected: dict[date, Decimal] = defaultdict(Decimal)
    orders: Counter[date] = Counter()
    for lines in read_sales().values():
        day = min(read_day(line) for line in lines)
        orders[day] += 1
        distinct = {tuple(line.values()): line for line in lines}.values()
        expected[day] += sum((int(line["Quantity"]) * Decimal(line["UnitPrice"]) for line in distinct), start=Decimal())
    measured = home.query("select local_date, n, total from fct_daily_measures where measure_id = 'net_revenue'")
    assert {row["local_date"]: row["n"] for row in measured} == orders
    amounts = {day: float(amount) for day, amount in expected.items()}
    assert {row["local_date"]: row["total"] for row in measured} == pytest.approx(amounts, abs=0.005)
    value = home.report("rpt_touchpoint_kpis").filter(
        (pl.col("kpi_id") == "average_order_value") & (pl.col("touchpoint_id") == "order_form") & (pl.col("grain") == "total")
        & (pl.col("dimension_set") == "total")
    )  # fmt: skip
    assert value.select("numerator", "n", "unit").rows() == [(pytest.approx(sum(amounts.values()), abs=0.05), orders.total(), "GBP")]


def test_customer_numbers_lose_their_point_zero_and_guests_stay(home: Home) -> None:
    def hash_customer(number: str) -> str:
        return hmac.digest(home.environment["CXHOUSE_HASH_KEY"].encode(), f"customer_id:{number}".encode(), "sha256").hex()

    numbers = {number: lines[0]["CustomerID"] for number, lines in read_sales().items()}
    assert any(number.endswith(".0") for number in numbers.values())
    expected = {order: hash_customer(str(int(float(number)))) if number else None for order, number in numbers.items()}
    assert None in expected.values()
    staged = home.query("select order_id, customer_key from int_orders where status = 'completed'")
    assert {row["order_id"]: row["customer_key"] for row in staged} == expected


def test_deliveries_are_late_when_they_came_after_the_scheduled_day_or_never(home: Home) -> None:
    due: Counter[str] = Counter()
    late: Counter[str] = Counter()
    for row in read_raw("scms_delivery/*.csv"):
        scheduled, delivered = (read_delivery_day(row[name]) for name in ("Scheduled Delivery Date", "Delivered to Client Date"))
        due[row["Vendor"]] += 1
        late[row["Vendor"]] += delivered is None or delivered > scheduled
    assert late.total() > 0
    kpis = home.report("rpt_touchpoint_kpis").filter(
        (pl.col("kpi_id") == "on_time_delivery") & (pl.col("touchpoint_id") == "goods_receipt") & (pl.col("grain") == "total")
    )
    total = kpis.filter(pl.col("dimension_set") == "total").select("denominator", "numerator", "value").rows()
    assert total == [(due.total(), due.total() - late.total(), pytest.approx(1 - late.total() / due.total()))]
    counted = home.query(
        "select supplier_id, measure_id, sum(total) as total from fct_daily_measures where touchpoint_id = 'goods_receipt' "
        "and measure_id in ('deliveries_due', 'deliveries_on_time') group by all"
    )
    sums = {(row["supplier_id"], row["measure_id"]): row["total"] for row in counted}
    assert {vendor: sums[vendor, "deliveries_due"] for vendor, measure in sums if measure == "deliveries_due"} == due
    assert all(sums.get((vendor, "deliveries_on_time"), 0) == due[vendor] - late[vendor] for vendor in due)
    # KPIs are split by the declared and the largest vendors; the others count as one
    followed = {row["supplier_id"] for row in home.query("select supplier_id from dim_suppliers where is_followed")}
    assert 20 <= len(followed) < len(due)
    for counts in (due, late):
        counts["other suppliers"] = sum(counts.pop(vendor) for vendor in set(counts) - followed)
    vendors = {row["supplier_id"]: row for row in kpis.filter(pl.col("dimension_set") == "supplier").iter_rows(named=True)}
    assert {vendor: row["n"] for vendor, row in vendors.items()} == due
    for vendor, row in vendors.items():
        if due[vendor] < 5:
            assert (row["status"], row["reason"], row["value"]) == ("hidden", "fewer than 5: not shown", None), vendor
        else:
            assert row["numerator"] == due[vendor] - late[vendor], vendor
        if 5 <= due[vendor] < 30:
            assert (row["status"], row["reason"]) == ("grey", "fewer than 30: too few to judge"), vendor
    assert {"hidden", "grey"} <= {row["status"] for row in vendors.values()}


def test_tickets_are_contacts_and_what_no_customer_matches_is_counted(home: Home) -> None:
    tickets = [ticket for ticket in read_raw("zendesk/ticket_data.csv") if ticket["status"] != "deleted"]
    known = {user["id"] for user in read_raw("zendesk/user_data.csv") if user["role"] == "end-user"}
    build = home.report("rpt_builds").row(0, named=True)
    assert build["contacts_count"] == len(tickets)
    assert build["unmatched_contacts_count"] == sum(ticket["requester_id"] not in known for ticket in tickets)
    events = home.query("select touchpoint_id, sum(events_count) as n from fct_event_days where event_type = 'contact_mail' group by all")
    assert [(row["touchpoint_id"], int(row["n"])) for row in events] == [("mail_desk", len(tickets))]


def test_every_kpi_has_the_value_counted_from_the_files_or_says_why_not(home: Home) -> None:
    dictionary = home.report("rpt_kpi_dictionary")
    counted = count_real_kpis()
    assert set(dictionary.filter(pl.col("status") == "measured")["kpi_id"]) == {kpi for kpi, _ in counted} == set(ON_PAPER)
    reasons = dict(dictionary.filter(pl.col("status") == "not measurable").select("kpi_id", "reason").rows())
    assert reasons == {kpi: f"not measurable: {reason}" for kpi, reason in NOT_MEASURABLE.items()}
    shown = home.report("rpt_touchpoint_kpis").filter(
        pl.col("journey_id").is_null() & (pl.col("dimension_set") == "total") & pl.col("grain").is_in(["month", "total"])
    )
    for touchpoint in (pl.col("touchpoint_id").is_null(), pl.col("touchpoint_id").is_not_null()):
        measured = shown.filter(touchpoint & ~pl.col("status").is_in(["not_measurable", "no_data"]))
        rows = {(row["kpi_id"], row["period_start"] if row["grain"] == "month" else None): row for row in measured.iter_rows(named=True)}
        assert rows.keys() == counted.keys()
        for key, (numerator, denominator) in counted.items():
            row = rows[key]
            assert row["n"] == denominator, key
            expected = (None, None) if denominator < 5 else (pytest.approx(numerator, abs=0.005), denominator)
            assert (row["numerator"], row["denominator"]) == expected, key
    empty = shown.filter(pl.col("status") == "not_measurable")
    assert empty["value"].is_null().all()
    declared = yaml.safe_load((FOLDER / "touchpoints.yml").read_text(encoding="utf-8"))["touchpoints"]
    given = {(kpi["kpi"], item["id"]): kpi["not_measured"] for item in declared for kpi in item["kpis"] if "not_measured" in kpi}
    given |= {("csat", "trade_fair"): "nobody keeps a list of visitors"}
    for kpi, touchpoint, reason in empty.select("kpi_id", "touchpoint_id", "reason").rows():
        said = f"not measured: {given[kpi, touchpoint]}" if (kpi, touchpoint) in given else reasons[kpi]
        assert reason == said, (kpi, touchpoint)
    assert set(empty.filter(pl.col("touchpoint_id").is_null())["kpi_id"]) == set(NOT_MEASURABLE)


@pytest.mark.usefixtures("home")
def test_the_page_of_check_values_has_the_figures_of_the_real_company() -> None:
    page = (PROJECT / "docs" / "kpi-check-values.md").read_text(encoding="utf-8")
    counted = {kpi: pair for (kpi, month), pair in count_real_kpis().items() if month is None}
    assert counted == {kpi: pytest.approx(pair, abs=0.005) for kpi, pair in ON_PAPER.items()}
    for kpi, (numerator, denominator) in ON_PAPER.items():
        assert f"| `{kpi}` | {numerator:,} / {denominator:,} |" in page, kpi
    for kpi, reason in NOT_MEASURABLE.items():
        assert f"| `{kpi}` | {reason} |" in page, kpi


def read_reports(home: Home) -> dict[str, pl.DataFrame]:
    """Every published report without clocks, in the order of everything that is not a floating-point number."""
    frames = {}
    for path in sorted((home.path / "serving" / "current").glob("rpt_*.parquet")):
        frame = pl.read_parquet(path).drop(CLOCKS, strict=False)
        frames[path.stem] = frame.sort(~cs.float(), nulls_last=True) if frame.width else frame
    return frames


def test_loading_and_building_again_changes_nothing(home: Home) -> None:
    before = read_reports(home)
    assert before["rpt_touchpoint_kpis"].height > 0
    home.run("ingest", "wholesale", "--from", "2010-12-01", "--to", "2011-02-01")
    home.run("ingest")
    home.run("build")
    home.run("publish")
    after = read_reports(home)
    assert after.keys() == before.keys()
    for name, frame in before.items():
        # sums of floating-point numbers may differ in their last digit with the order of adding
        assert_frame_equal(after[name], frame, rel_tol=1e-9, abs_tol=1e-9)
