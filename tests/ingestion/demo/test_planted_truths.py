"""The effects that truth.json lists can be found in the files."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from ingestion.demo.changes import plan_changes
from ingestion.demo.clock import make_clock
from tests.ingestion.demo.foreign_files import ForeignFiles, local_day

WINDOW = timedelta(days=56)


def shares_around(
    demo: ForeignFiles, change_id: str, scores: pl.DataFrame, good_from: int, *, days_after: int = 180
) -> tuple[float, float]:
    """Share of good scores in the half year before and the days after a change; long, because a small demo has few answers a day."""
    start = datetime.combine(demo.start_of(change_id), datetime.min.time())
    before = scores.filter(pl.col("Sent").is_between(start - timedelta(days=180), start, closed="left"))
    after = scores.filter(pl.col("Sent").is_between(start + timedelta(days=1), start + timedelta(days=days_after)))
    assert min(before.height, after.height) > 150
    return tuple(float((part["Score"] >= good_from).mean()) for part in (before, after))


def with_order_channel(demo: ForeignFiles, channel: str) -> pl.DataFrame:
    orders = demo.read_table("orders").select("order_no", "sales_channel")
    return demo.answers.join(orders, left_on="OrderNo", right_on="order_no").filter(pl.col("sales_channel") == channel)


def test_every_kind_of_truth_is_planted(demo: ForeignFiles) -> None:
    kinds = {change["planted_as"] for change in demo.truth["changes"]}
    assert kinds >= {
        "real effect",
        "no effect",
        "overlap",
        "peak without effect",
        "owner hurts others",
        "new carrier",
        "measurement",
        "too early",
    }
    finance = next(change for change in demo.truth["changes"] if change["planted_as"] == "owner hurts others")
    assert finance["owner"] == "Finance"
    assert {effect["touchpoint"] for effect in finance["effects"]} == {"shop_checkout", "web_checkout", "call_center"}
    assert all((effect["effect"] < 0) == (effect["kpi"] != "average_speed_of_answer") for effect in finance["effects"])


def test_after_the_finance_decision_nobody_pays_by_card_in_the_shops_and_buyers_there_are_less_content(demo: ForeignFiles) -> None:
    start = demo.start_of("CHG-103").isoformat()
    shop = demo.read_table("orders").filter(pl.col("sales_channel") == "SHP")
    by_card = shop["pay_method"] == "CRD"
    is_after = shop["placed_at"] >= start
    assert by_card.filter(~is_after).mean() > 0.35
    assert by_card.filter(is_after).mean() < 0.03
    before, after = shares_around(demo, "CHG-103", with_order_channel(demo, "SHP"), 4)
    assert after < before - 0.08


def test_the_one_page_checkout_makes_buyers_more_content(demo: ForeignFiles) -> None:
    before, after = shares_around(demo, "CHG-101", with_order_channel(demo, "WEB"), 4, days_after=69)
    assert after > before + 0.05


def test_the_return_label_makes_returns_easier(demo: ForeignFiles) -> None:
    before, after = shares_around(demo, "CHG-110", demo.answers.filter(pl.col("Survey") == "RETURN"), 5)
    assert after > before + 0.1


def test_call_backs_shorten_the_wait_on_the_phone(demo: ForeignFiles) -> None:
    start = demo.start_of("CHG-107")
    waits: dict[bool, list[float]] = {False: [], True: []}
    for _, record in demo.contacts:
        routing = record["routing"]
        day = local_day(routing["queuedAt"])
        if record["channel"]["type"] == "VOICE" and "answeredAt" in routing and abs(day - start) <= WINDOW:
            waits[day >= start].append(
                (datetime.fromisoformat(routing["answeredAt"]) - datetime.fromisoformat(routing["queuedAt"])).seconds
            )
    assert len(waits[False]) > 200
    assert np.mean(waits[True]) < 0.85 * np.mean(waits[False])


def test_the_new_carrier_starts_on_its_day_and_is_late_more_often(demo: ForeignFiles) -> None:
    start = demo.start_of("CHG-102")
    days = [date.fromisoformat(path.name.split(".")[0][-10:]) for path in demo.carrier_files("zoefpost")]
    assert start < min(days) <= start + timedelta(days=3)

    def share_in_time(rows: list[tuple[date, dict[str, str]]], number: str, promise: str, done: str) -> float:
        settled = {row[number]: (row[promise], row[done]) for _, row in sorted(rows, key=lambda entry: entry[0])}
        in_time = [bool(delivered) and delivered <= promised for promised, delivered in settled.values()]
        assert len(in_time) > 200
        return sum(in_time) / len(in_time)

    new = share_in_time(demo.read_carrier("zoefpost", ",", "utf-8"), "parcel_id", "promise", "done")
    known = [(day, row) for day, row in demo.read_carrier("stadsflits", ",", "utf-8") if "consignment_id" in row]
    assert new < share_in_time(known, "consignment_id", "promised_by", "delivered_at") - 0.05


def test_the_gift_finder_starts_with_the_peak_which_lifts_conversion_every_year(demo: ForeignFiles) -> None:
    assert demo.start_of("CHG-113") == date(2024, 11, 20)
    visits = pl.concat([pl.read_csv(path) for path in sorted((demo.folder / "visits").glob("*.csv"))])
    sessions = visits.filter(pl.col("property") == "www").group_by("day").agg(pl.col("sessions").sum())
    orders = demo.read_table("orders").filter(pl.col("sales_channel") == "WEB").select(pl.col("placed_at").str.slice(0, 10).alias("day"))
    joined = sessions.join(orders.group_by("day").len("orders"), on="day").sort("day")
    for year in (2022, 2023, 2024):
        before = joined.filter(pl.col("day").is_between(pl.lit(f"{year}-10-20"), pl.lit(f"{year}-11-15")))
        peak = joined.filter(pl.col("day").is_between(pl.lit(f"{year}-11-25"), pl.lit(f"{year}-12-20")))
        assert before.height > 25
        assert peak["orders"].sum() / peak["sessions"].sum() > 1.08 * before["orders"].sum() / before["sessions"].sum()


def test_quiet_fans_and_big_spenders_behave_as_planted(demo: ForeignFiles) -> None:
    orders = demo.read_table("orders").drop_nulls(["customer_no", "goods_total_cents"])
    lines = demo.read_table("order_lines").join(orders.select("order_no", "customer_no"), on="order_no")
    spent = orders.group_by("customer_no").agg(
        pl.col("goods_total_cents").sum().alias("cents"),
        pl.len().alias("orders"),
        (pl.col("pay_method") == "CRE").mean().alias("credit"),
        (pl.col("promo") != "").mean().alias("promo"),
    )
    categories = lines.group_by("customer_no").agg(pl.col("category").n_unique().alias("categories"))
    people = spent.join(categories, on="customer_no")
    fans = people.filter(pl.col("customer_no").is_in(demo.truth["quiet_fans"]))
    spenders = people.filter(pl.col("customer_no").is_in(demo.truth["big_spenders"]))
    assert fans.height > 80
    assert spenders.height > 120
    per_order = (people["cents"] / people["orders"]).median()
    assert (fans["cents"] / fans["orders"]).median() < 0.4 * per_order
    assert fans["orders"].median() >= 10
    assert fans["categories"].median() >= 6
    assert fans["credit"].mean() == 0
    assert (spenders["cents"] / spenders["orders"]).median() > 3 * per_order
    assert spenders["credit"].mean() > 0.6
    assert spenders["promo"].mean() > 0.6
    assert fans["cents"].median() < 0.9 * people["cents"].median()


def test_planned_changes_keep_clear_of_the_december_peak_whatever_the_last_day() -> None:
    ends = [date(2024, 1, 5) + timedelta(days=step) for step in range(0, 1000, 11)]
    assert ends
    for end in ends:
        for change in plan_changes(make_clock(end=end, days=1278)):
            start = change.started_date
            if change.columns["when"].startswith("slot"):
                assert date(start.year, 1, 28) < start < date(start.year, 10, 1)
                assert start + timedelta(days=49 - 14) <= end
            if change.columns["when"] == "peak":
                assert (start.month, start.day) == (11, 20)
