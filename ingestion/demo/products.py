"""The range: categories and articles with a price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from ingestion.demo.changes import PLAN
from ingestion.demo.world import World


@dataclass(frozen=True)
class Products:
    """Categories in order of plan/products.csv; `prices` holds each category's article prices in euro, cheapest first."""

    categories: list[str]
    weights: np.ndarray
    prices: list[np.ndarray]
    is_large: np.ndarray
    return_share: np.ndarray


def draw_products(world: World) -> Products:
    """Draw the price list."""
    random = world.stream("products")
    rows = pl.read_csv(PLAN / "products.csv").to_dicts()
    weights = np.array([row["weight"] for row in rows])
    prices = [
        np.sort(row["price_eur"] * np.exp(random.normal(-(row["spread"] ** 2) / 2, row["spread"], row["skus"]))).round(2) for row in rows
    ]
    return Products(
        categories=[row["category"] for row in rows],
        weights=weights / weights.sum(),
        prices=prices,
        is_large=np.array([bool(row["is_large"]) for row in rows]),
        return_share=np.array([row["return_share"] for row in rows]),
    )
