"""Orders: customer, time, channel and payment. Amounts are whole cents, times are UTC seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.clock import NEVER
from ingestion.demo.customers import FAN, ORDINARY, SPENDER, Customers
from ingestion.demo.traffic import CHANNELS, Traffic, draw_seconds
from ingestion.demo.world import World

GUEST = -1
PAYMENTS = ("ideal", "card", "invoice", "credit", "gift_card", "cash")
ONLINE_MIX = (0.56, 0.19, 0.14, 0.07, 0.04, 0.0)
PHONE_MIX = (0.18, 0.10, 0.62, 0.09, 0.01, 0.0)
SPENDER_MIX = (0.04, 0.03, 0.04, 0.88, 0.01, 0.0)
FAN_MIX = (0.62, 0.02, 0.35, 0.0, 0.01, 0.0)


@dataclass(frozen=True)
class Orders:
    """One entry per order, oldest first; `customer` is GUEST for orders without an account."""

    customer: np.ndarray
    group: np.ndarray
    day: np.ndarray
    placed: np.ndarray
    channel: np.ndarray
    payment: np.ndarray
    promo: np.ndarray
    is_cancelled: np.ndarray
    cancelled: np.ndarray
    currency: np.ndarray

    @property
    def count(self) -> int:
        """Number of orders."""
        return len(self.customer)

    @property
    def number(self) -> np.ndarray:
        """The shop's own order numbers."""
        return np.array([f"{7_000_000 + i}" for i in range(self.count)])


def draw_orders(world: World, customers: Customers, traffic: Traffic) -> Orders:
    """Assign each day's orders to customers: first those of fans and spenders, then the rest in proportion to appetite."""
    random = world.stream("orders")
    clock = world.clock
    special = np.concatenate([_plan_fans(random, customers, clock.days), _plan_spenders(random, customers, clock.days)], axis=1)
    rest = _hand_out(random, customers, traffic, special, clock.days)
    customer, day, channel = np.concatenate([special, rest], axis=1)
    second = np.empty(len(day), dtype=np.int64)
    for index, name in enumerate(CHANNELS):
        chosen = channel == index
        second[chosen] = draw_seconds(random, name, int(chosen.sum()))
    placed = clock.to_utc(day, second)
    by_time = np.argsort(placed, kind="stable")
    customer, day, channel, placed = customer[by_time], day[by_time], channel[by_time], placed[by_time]
    group = customers.group[customer]
    is_guest = (group == ORDINARY) & (channel == 0) & (random.random(len(day)) < 0.05)
    payment = _draw_payments(random, world, day, channel, group)
    is_cancelled = random.random(len(day)) < np.where(payment == PAYMENTS.index("credit"), 0.055, 0.028)
    is_cancelled &= channel != CHANNELS.index("shop")
    cancelled = placed + (random.exponential(9 * 3600, len(day)) + 300).astype(np.int64)
    return Orders(
        customer=np.where(is_guest, GUEST, customer),
        group=group,
        day=day,
        placed=placed,
        channel=channel,
        payment=payment,
        promo=_draw_promos(random, clock.weekday(day), group),
        is_cancelled=is_cancelled,
        cancelled=np.where(is_cancelled, cancelled, NEVER),
        currency=np.where((channel == 0) & (random.random(len(day)) < 0.006), random.integers(1, 4, len(day)), 0),
    )


def _plan_fans(random: np.random.Generator, customers: Customers, days: int) -> np.ndarray:
    """Fans order about every ten weeks at all times, half of them by phone or in the shop. Rows: customer, day, channel."""
    planned = []
    for customer in np.flatnonzero(customers.group == FAN):
        gap = random.uniform(60, 85)
        start = max(0, customers.created_day[customer]) + (0 if customers.created_day[customer] >= 0 else random.uniform(0, gap))
        day = (start + gap * np.arange(40) + random.normal(0, 4, 40) * (np.arange(40) > 0)).astype(int)
        day = day[(day >= max(0, customers.created_day[customer])) & (day < days)]
        channel = random.choice(4, len(day), p=[0.42, 0.05, 0.18, 0.35])
        planned.append(np.stack([np.full(len(day), customer), day, channel]))
    return np.concatenate(planned, axis=1) if planned else np.empty((3, 0), dtype=int)


def _plan_spenders(random: np.random.Generator, customers: Customers, days: int) -> np.ndarray:
    """Spenders buy in bursts, months apart. Rows: customer, day, channel."""
    planned = []
    for customer in np.flatnonzero(customers.group == SPENDER):
        first, last = max(0, customers.created_day[customer]), min(days - 1, customers.last_day[customer])
        if last <= first:
            continue
        bursts = random.integers(first, last + 1, 1 + random.poisson((last - first) / 260))
        day = np.concatenate([burst + random.integers(0, 12, random.integers(1, 5)) for burst in bursts])
        day = day[day <= last]
        channel = random.choice(4, len(day), p=[0.66, 0.3, 0.04, 0.0])
        planned.append(np.stack([np.full(len(day), customer), day, channel]))
    return np.concatenate(planned, axis=1) if planned else np.empty((3, 0), dtype=int)


def _hand_out(random: np.random.Generator, customers: Customers, traffic: Traffic, special: np.ndarray, days: int) -> np.ndarray:
    """Assign the remaining orders of a day to ordinary customers in proportion to appetite; new customers mostly order on day one."""
    taken = np.zeros((len(CHANNELS), days), dtype=int)
    np.add.at(taken, (special[2], special[1]), 1)
    left = np.maximum(np.stack([traffic.orders[channel] for channel in CHANNELS]) - taken, 0)
    appetite = np.where(customers.group == ORDINARY, customers.appetite, 0.0)
    parts = []
    for day in range(days):
        count = int(left[:, day].sum())
        is_active = (customers.created_day <= day) & (customers.last_day >= day)
        weight = appetite * is_active
        is_new = (customers.created_day == day) & (appetite > 0)
        weight[is_new] = 0.9 * weight.sum() / max(count, 1)
        edges = np.cumsum(weight)
        if count == 0 or edges[-1] == 0:
            continue
        chosen = np.searchsorted(edges, random.random(count) * edges[-1], side="right")
        channel = random.permutation(np.repeat(np.arange(len(CHANNELS)), left[:, day]))
        parts.append(np.stack([np.minimum(chosen, customers.count - 1), np.full(count, day), channel]))
    return np.concatenate(parts, axis=1) if parts else np.empty((3, 0), dtype=int)


def _draw_payments(random: np.random.Generator, world: World, day: np.ndarray, channel: np.ndarray, group: np.ndarray) -> np.ndarray:
    draw = random.random(len(day))
    payment = np.searchsorted(np.cumsum(ONLINE_MIX)[:-1], draw, side="right")
    payment = np.where(channel == CHANNELS.index("phone"), np.searchsorted(np.cumsum(PHONE_MIX)[:-1], draw, side="right"), payment)
    payment = np.where(group == SPENDER, np.searchsorted(np.cumsum(SPENDER_MIX)[:-1], draw, side="right"), payment)
    payment = np.where(group == FAN, np.searchsorted(np.cumsum(FAN_MIX)[:-1], draw, side="right"), payment)
    card_share = world.signals.value("card_share.shop")[day]
    in_shop = np.where(
        draw < card_share, PAYMENTS.index("card"), np.where(draw < card_share + 0.08, PAYMENTS.index("gift_card"), PAYMENTS.index("cash"))
    )
    in_shop = np.where((group == SPENDER) & (random.random(len(day)) < 0.8), PAYMENTS.index("credit"), in_shop)
    return np.where(channel == CHANNELS.index("shop"), in_shop, payment)


def _draw_promos(random: np.random.Generator, weekday: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Number of the promotion; 0 is none."""
    share = np.select([group == SPENDER, group == FAN], [0.78, 0.01], np.where(weekday >= 4, 0.22, 0.15))
    return np.where(random.random(len(group)) < share, random.integers(1, 7, len(group)), 0)
