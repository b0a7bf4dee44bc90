"""A company simulated purchase by purchase, as the month-end table for fitting customer values. Its parameters are the arguments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import polars as pl

from semantic.value.measures import shift_months

LAST = date(2026, 6, 30)
CATEGORIES = 12


def simulate_months(seed: int, *, customers: int = 1500, months: int = 42, loyalty: float = 0.0, value_spread: float = 0.0) -> pl.DataFrame:
    """Columns of int_customer_months. `loyalty`: the effect of the trait behind answers, breadth, promotions and reorders (log-odds of
    leaving after a purchase per standard deviation); at 0 these are noise. `value_spread`: how much customers differ in margin."""
    dice = np.random.default_rng(seed)
    start = shift_months(LAST, -months) + timedelta(days=1)
    days = (LAST - start).days + 1
    trait = dice.normal(size=customers)
    events = draw_purchases(dice, trait, days=days, loyalty=loyalty)
    value = np.exp(value_spread * dice.normal(size=customers))[events["customer"].to_numpy()] * 20 * dice.gamma(4.0, 0.25, events.height)
    events = draw_behaviour(dice, events, trait).with_columns(margin=pl.Series(value))
    events = events.with_columns(day=pl.lit(start) + pl.duration(days=pl.col("offset")))
    ends = [shift_months(LAST, back) for back in range(1 - months, 1)]
    rows = pl.concat([stand_at(events, month_end) for month_end in ends], how="vertical_relaxed")
    return rows.sort("month_end", "customer_id")


def draw_purchases(dice: np.random.Generator, trait: np.ndarray, *, days: int, loyalty: float) -> pl.DataFrame:
    """`customer` and `offset` (days since the first one): at most one purchase a day."""
    count = len(trait)
    rate = dice.gamma(0.9, 1 / 70, count) + 1 / 400
    leaving = 1 / (1 + np.exp(2.2 + loyalty * trait + dice.normal(size=count)))
    now, there = dice.uniform(0, days, count), np.ones(count, dtype=bool)
    found = []
    while there.any():
        found.append(np.stack([np.flatnonzero(there), now[there].astype(int)]))
        there &= dice.random(count) >= leaving
        now = now + dice.exponential(1.0, count) / rate
        there &= now < days
    customer, offset = np.concatenate(found, axis=1)
    return pl.DataFrame({"customer": customer, "offset": offset}).unique().sort("customer", "offset")


def draw_behaviour(dice: np.random.Generator, events: pl.DataFrame, trait: np.ndarray) -> pl.DataFrame:
    """Figures that depend on the trait (categories bought, promotions, answers) and random ones (failed deliveries, cost of service)."""
    own = trait[events["customer"].to_numpy()]
    count = len(own)
    breadth = np.clip(np.round(4 + 2 * own + 0.5 * dice.normal(size=count)), 1, CATEGORIES).astype(int)
    score = np.clip(np.round(7 + 1.6 * own + 1.2 * dice.normal(size=count)), 0, 10)
    asked, asked_effort = dice.random(count) < 0.3, dice.random(count) < 0.2
    return events.with_columns(
        lines=pl.Series(dice.integers(1, 4, count)),
        category=pl.Series(dice.integers(0, 1_000_000, count) % breadth),
        is_promo=pl.Series(dice.random(count) < 1 / (1 + np.exp(1.2 + own))),
        nps=pl.Series(np.where(asked, score, np.nan)).fill_nan(None),
        ease=pl.Series(np.where(asked_effort, np.clip(0.6 + 0.15 * own + 0.15 * dice.normal(size=count), 0, 1), np.nan)).fill_nan(None),
        is_failed=pl.Series(dice.random(count) < 0.12),
        service=pl.Series(np.where(dice.random(count) < 0.25, dice.gamma(2.0, 2.5, count), 0.0)),
    )


def stand_at(events: pl.DataFrame, month_end: date) -> pl.DataFrame:
    """One row per customer with a purchase in the 24 months before a month-end."""
    gap = pl.col("day").diff().over("customer").dt.total_days().cast(pl.Float64)
    following = pl.col("day").shift(-1).over("customer")
    seen = events.with_columns(gap=gap, following=following).filter(pl.col("day") <= month_end)
    year, two = shift_months(month_end, -12), shift_months(month_end, -24)
    later = events.filter((pl.col("day") > month_end) & (pl.col("day") <= shift_months(month_end, 12)))["customer"].unique()
    is_late, is_recent = pl.col("day") > year, pl.col("day") > two
    failed = pl.col("is_failed") & (pl.col("day") <= month_end - timedelta(days=90))
    again = failed & ((pl.col("following") - pl.col("day")).dt.total_days() <= 90)
    nps, ease = pl.col("nps").is_not_null(), pl.col("ease").is_not_null()
    first, last = pl.col("day").min(), pl.col("day").max()
    grouped = seen.group_by("customer").agg(
        first_purchase_date=first, last_purchase_date=last, purchases_count=pl.len().cast(pl.Int64),
        recency=(last - first).dt.total_days() / 7, age=(pl.lit(month_end) - first).dt.total_days() / 7,
        mean_value=pl.col("margin").slice(1).mean(), revenue_total=2.5 * pl.col("margin").sum(),
        revenue_24_months=2.5 * pl.col("margin").filter(is_recent).sum(), purchases_24_months=is_recent.sum().cast(pl.Int64),
        revenue_12_months=2.5 * pl.col("margin").filter(is_late).sum(), margin_12_months=pl.col("margin").filter(is_late).sum(),
        promo_or_credit_orders_count=pl.col("is_promo").sum().cast(pl.Int64), lines_count=pl.col("lines").sum(),
        categories_count=pl.col("category").n_unique().cast(pl.Int64), gap_mean=pl.col("gap").mean(), gap_deviation=pl.col("gap").std(),
        nps_latest_score=pl.col("nps").filter(nps).last(), nps_latest_date=pl.col("day").filter(nps).last(),
        ces_latest_ease=pl.col("ease").filter(ease).last(), ces_latest_date=pl.col("day").filter(ease).last(),
        nps_answers_count=nps.sum().cast(pl.Int64), nps_promoters_count=(pl.col("nps") >= 9).sum().cast(pl.Int64),
        failed_deliveries_count=failed.sum().cast(pl.Int64), forgiven_deliveries_count=again.sum().cast(pl.Int64),
        service_cost_total=pl.col("service").sum(), service_cost_12_months=pl.col("service").filter(is_late).sum(),
    )  # fmt: skip
    known = grouped.filter(pl.col("last_purchase_date") > two)
    stays: Mapping[bool, pl.Expr] = {True: pl.col("customer").is_in(later.to_list()), False: pl.lit(None, dtype=pl.Boolean)}
    return known.with_columns(
        month_end=pl.lit(month_end), customer_id=pl.format("c{}", pl.col("customer")), value_basis=pl.lit("margin"),
        frequency=pl.col("purchases_count") - 1, gaps_count=pl.col("purchases_count") - 1, orders_count=pl.col("purchases_count"),
        credit_orders_count=pl.lit(0, dtype=pl.Int64), bought_last_12_months=pl.col("last_purchase_date") > year,
        is_retained=stays[shift_months(month_end, 12) <= LAST],
    ).drop("customer")  # fmt: skip
