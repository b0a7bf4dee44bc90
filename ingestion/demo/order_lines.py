"""The lines of orders, returned quantities, and the orders' totals. Amounts are whole cents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.clock import DAY, NEVER
from ingestion.demo.customers import FAN, ORDINARY, SPENDER, Customers
from ingestion.demo.orders import Orders
from ingestion.demo.products import Products
from ingestion.demo.traffic import CHANNELS
from ingestion.demo.world import World

LARGE_FEE, SMALL_FEE, FREE_FROM = 1900, 395, 5000


@dataclass(frozen=True)
class OrderLines:
    """One entry per line, sorted by order; `order` is the position of the order, `number` counts from 1."""

    order: np.ndarray
    number: np.ndarray
    category: np.ndarray
    article: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    returned_quantity: np.ndarray
    returned: np.ndarray


@dataclass(frozen=True)
class Totals:
    """Per order, in cents; `list_total - discount = goods_total`, shipping on top."""

    list_total: np.ndarray
    discount: np.ndarray
    goods_total: np.ndarray
    shipping: np.ndarray
    cost: np.ndarray
    pieces: np.ndarray
    has_large: np.ndarray
    has_small: np.ndarray


def draw_lines(world: World, customers: Customers, orders: Orders, products: Products) -> OrderLines:
    """Draw the lines: fans buy one or two cheap things of any category, spenders buy expensive things of few categories."""
    random = world.stream("order_lines")
    size = np.select(
        [orders.group == FAN, orders.group == SPENDER], [1 + (random.random(orders.count) < 0.25), random.integers(1, 4, orders.count)], 0
    )
    size = np.where(size == 0, 1 + random.poisson(0.95, orders.count), size)
    order = np.repeat(np.arange(orders.count), size)
    number = np.arange(len(order)) - np.repeat(np.cumsum(size) - size, size) + 1
    group = orders.group[order]
    category = _draw_categories(random, customers, orders.customer[order], group, products)
    rank = random.random(len(order))
    rank = np.select([group == FAN, group == SPENDER], [0.07 * rank, 0.55 + 0.45 * rank], rank)
    article = (rank * np.array([len(prices) for prices in products.prices])[category]).astype(int)
    price = np.concatenate(products.prices)[np.cumsum([0, *map(len, products.prices)])[category] + article]
    basket = np.stack([world.signals.value(f"basket.{channel}") for channel in CHANNELS])
    price = np.maximum(np.round(price * basket[orders.channel[order], orders.day[order]] * 20) * 5, 95).astype(np.int64)
    quantity = np.where(group != ORDINARY, 1, 1 + (random.random(len(order)) < 0.13) + (random.random(len(order)) < 0.03))
    returned_quantity, returned = _draw_returns(random, world, orders, order, category, quantity, group, products)
    return OrderLines(order, number, category, article, quantity, price, returned_quantity, returned)


def total_orders(world: World, orders: Orders, lines: OrderLines, products: Products) -> Totals:
    """Sum the lines per order."""
    random = world.stream("totals")

    def add(values: np.ndarray) -> np.ndarray:
        return np.bincount(lines.order, weights=values, minlength=orders.count).round().astype(np.int64)

    list_total = add(lines.quantity * lines.price)
    rate = np.where(orders.promo > 0, 0.05 + 0.05 * (orders.promo % 4), 0.0)
    discount = (list_total * rate).round().astype(np.int64)
    has_large = add(products.is_large[lines.category]) > 0
    has_small = add(~products.is_large[lines.category]) > 0
    goods_total = list_total - discount
    fee = np.where(has_large, LARGE_FEE, np.where(goods_total < FREE_FROM, SMALL_FEE, 0))
    return Totals(
        list_total=list_total,
        discount=discount,
        goods_total=goods_total,
        shipping=np.where(orders.channel == CHANNELS.index("shop"), 0, fee),
        cost=(list_total * random.uniform(0.52, 0.72, orders.count)).round().astype(np.int64),
        pieces=add(lines.quantity),
        has_large=has_large,
        has_small=has_small,
    )


def _draw_categories(
    random: np.random.Generator, customers: Customers, customer: np.ndarray, group: np.ndarray, products: Products
) -> np.ndarray:
    anywhere = random.choice(len(products.weights), len(customer), p=products.weights)
    draw = random.random(len(customer))
    own = np.select([draw < 0.6, draw < 0.82], [customers.first_category[customer], customers.second_category[customer]], anywhere)
    costly = np.array([products.categories.index(name) for name in ("electronics", "furniture", "appliances")])
    small = np.flatnonzero(~products.is_large)
    return np.select(
        [group == FAN, (group == SPENDER) & (draw < 0.85)],
        [small[random.integers(0, len(small), len(customer))], costly[random.choice(3, len(customer), p=[0.62, 0.2, 0.18])]],
        own,
    )


def _draw_returns(
    random: np.random.Generator,
    world: World,
    orders: Orders,
    order: np.ndarray,
    category: np.ndarray,
    quantity: np.ndarray,
    group: np.ndarray,
    products: Products,
) -> tuple[np.ndarray, np.ndarray]:
    """Quantity returned by the time of the snapshot, and when; cancelled orders are not returned."""
    share = products.return_share[category] * np.select([group == FAN, group == SPENDER], [0.35, 1.6], 1.0)
    is_returned = (random.random(len(order)) < share) & ~orders.is_cancelled[order]
    returned = orders.placed[order] + (DAY * (5 + random.gamma(2.2, 4.5, len(order)))).astype(np.int64)
    is_returned &= returned < world.clock.snapshot
    partly = np.where(random.random(len(order)) < 0.8, quantity, 1)
    return np.where(is_returned, partly, 0), np.where(is_returned, returned, NEVER)
