"""Appreciation value: what the company is worth to its customers. Six components, each a percentile shrunk towards 50 when data are few.

docs/customer-value.md describes the components and the weights of their evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from semantic.value.norms import Curve, draw_to_middle, make_means, make_norm

COMPONENTS = ("exclusivity", "dependence", "attitude", "advocacy", "forgiveness", "opportunism")
REVERSED = "opportunism"  # lowers the value; it is known of every customer, so alone it does not count as known
# number of observations with which a customer's own figure has weight 1/2
HALVES = {"exclusivity": 5.0, "dependence": 3.0, "attitude": 1.0, "advocacy": 2.0, "forgiveness": 2.0, "opportunism": 3.0}
HALF_LIFE_DAYS = 180.0
FEWEST_ORDERS = 2  # fewest orders for breadth to count
FEWEST_GAPS = 2  # fewest gaps between purchases: a single gap cannot differ from another
FIGURES = ("exclusivity", "regularity", "probability_alive", "nps", "ces", "advocacy", "forgiveness", "opportunism")


@dataclass(frozen=True)
class Norms:
    """The norms: usual number of categories by number of order lines, and the percentile of each figure among all customers."""

    breadth: Curve
    ranks: Mapping[str, Curve]


def read_column(months: pl.DataFrame, name: str) -> np.ndarray:
    """A column of numbers, nan where unknown."""
    return months[name].cast(pl.Float64).to_numpy()


def divide(above: np.ndarray, below: np.ndarray, is_known: np.ndarray) -> np.ndarray:
    """A quotient; nan where it is unknown."""
    known = is_known & (below > 0)
    return np.where(known, above / np.where(known, below, 1.0), np.nan)


def measure_figures(months: pl.DataFrame, alive: np.ndarray, breadth: Curve) -> dict[str, np.ndarray]:
    """The figures behind the components, in their own units; nan where unknown. `alive`: probability of being alive, nan if unknown."""
    lines, gaps, orders = (read_column(months, name) for name in ("lines_count", "gaps_count", "orders_count"))
    answers, failed = read_column(months, "nps_answers_count"), read_column(months, "failed_deliveries_count")
    everyone = np.ones(len(lines), dtype=bool)
    extra = read_column(months, "categories_count") - breadth.read(lines)
    return {
        "exclusivity": np.where((orders >= FEWEST_ORDERS) & (lines > 0), extra, np.nan),
        "regularity": -divide(read_column(months, "gap_deviation"), read_column(months, "gap_mean"), gaps >= FEWEST_GAPS),
        "probability_alive": np.where(read_column(months, "frequency") > 0, alive, np.nan),
        "nps": read_column(months, "nps_latest_score"),
        "ces": read_column(months, "ces_latest_ease"),
        "advocacy": divide(read_column(months, "nps_promoters_count"), answers, everyone),
        "forgiveness": divide(read_column(months, "forgiven_deliveries_count"), failed, everyone),
        "opportunism": divide(read_column(months, "promo_or_credit_orders_count"), orders, everyone),
    }


def measure_breadth(months: pl.DataFrame) -> Curve:
    """Mean number of categories of customers with equally many order lines, as a curve."""
    known = months.filter((pl.col("orders_count") >= FEWEST_ORDERS) & (pl.col("lines_count") > 0), pl.col("categories_count").is_not_null())
    return make_means(read_column(known, "lines_count"), read_column(known, "categories_count"))


def set_norms(months: pl.DataFrame, alive: np.ndarray) -> Norms:
    """The norms of these customers."""
    breadth = measure_breadth(months)
    return Norms(breadth, {name: make_norm(values) for name, values in measure_figures(months, alive, breadth).items()})


def measure_components(months: pl.DataFrame, alive: np.ndarray, norms: Norms) -> pl.DataFrame:
    """The columns of COMPONENTS, 0-100, null where unknown; one row per row of `months`."""
    figures = measure_figures(months, alive, norms.breadth)
    ranks = {name: norms.ranks[name].read(figures[name]) for name in FIGURES}
    fresh = {name: weigh_age(months, f"{name}_latest_date", ranks[name]) for name in ("nps", "ces")}
    percentiles = {
        **{name: ranks[name] for name in ("exclusivity", "advocacy", "forgiveness", "opportunism")},
        "dependence": take_mean(ranks["regularity"], ranks["probability_alive"]),
        "attitude": take_mean(ranks["nps"], ranks["ces"], fresh["nps"], fresh["ces"]),
    }
    evidence = {
        "exclusivity": read_column(months, "lines_count"),
        "dependence": read_column(months, "gaps_count"),
        "attitude": fresh["nps"] + fresh["ces"],
        "advocacy": read_column(months, "nps_answers_count"),
        "forgiveness": read_column(months, "failed_deliveries_count"),
        "opportunism": read_column(months, "orders_count"),
    }
    drawn = {name: draw_to_middle(percentiles[name], evidence[name], HALVES[name]) for name in COMPONENTS}
    return pl.DataFrame({name: pl.Series(values, dtype=pl.Float64).fill_nan(None) for name, values in drawn.items()})


def weigh_age(months: pl.DataFrame, day: str, known: np.ndarray) -> np.ndarray:
    """The weight of an answer by its age: half after HALF_LIFE_DAYS; 0 without an answer."""
    days = months.select((pl.col("month_end") - pl.col(day)).dt.total_days().cast(pl.Float64)).to_series().to_numpy()
    return np.where(np.isnan(known) | np.isnan(days), 0.0, 0.5 ** (np.nan_to_num(days) / HALF_LIFE_DAYS))


def take_mean(first: np.ndarray, second: np.ndarray, weight: np.ndarray | None = None, other: np.ndarray | None = None) -> np.ndarray:
    """The weighted mean of the one or two that are known; nan where neither is."""
    weight = np.where(np.isnan(first), 0.0, 1.0 if weight is None else weight)
    other = np.where(np.isnan(second), 0.0, 1.0 if other is None else other)
    both = weight + other
    return divide(weight * np.nan_to_num(first) + other * np.nan_to_num(second), both, both > 0)


def face_forward(components: pl.DataFrame) -> pl.DataFrame:
    """All six components turned so that more is better: opportunism becomes 100 minus itself."""
    return components.select(*COMPONENTS).with_columns((100 - pl.col(REVERSED)).alias(REVERSED))


def weigh_components(components: pl.DataFrame, weights: Mapping[str, float]) -> pl.DataFrame:
    """`appreciation_value` (0-100): the weighted mean of the known components; `coverage` (0-1): their share of the weights.

    The value is unknown (not 50) when no component with a weight is known, apart from those in REVERSED.
    """
    faced = face_forward(components).to_numpy().astype(float)
    shares = np.array([weights[name] for name in COMPONENTS])
    known = np.where(np.isnan(faced), 0.0, shares)
    coverage = known.sum(axis=1)
    speaks = np.delete(known, COMPONENTS.index(REVERSED), axis=1).sum(axis=1) > 0
    value = divide((known * np.nan_to_num(faced)).sum(axis=1), coverage, speaks)
    return pl.DataFrame(
        {"appreciation_value": pl.Series(value).fill_nan(None), "coverage": np.where(speaks, np.minimum(coverage, 1.0), 0.0)}
    )
