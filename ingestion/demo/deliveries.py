"""Parcels and deliveries by two people: promised, late, lost, damaged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from ingestion.demo.clock import NEVER, Clock
from ingestion.demo.order_lines import Totals
from ingestion.demo.orders import Orders
from ingestion.demo.traffic import CHANNELS
from ingestion.demo.world import World

CARRIERS = ("pakduif", "stadsflits", "wielwerk", "zoefpost")
PAKDUIF, STADSFLITS, WIELWERK, ZOEFPOST = range(4)
NEW_CARRIER_CHANGE = "CHG-102"
NEW_CARRIER_SHARE = 0.3


@dataclass(frozen=True)
class Deliveries:
    """One entry per delivery; `repeated_day` is the day of the file that settles it when its first file does not (NEVER if none)."""

    order: np.ndarray
    carrier: np.ndarray
    sequence: np.ndarray
    shipped: np.ndarray
    promised_day: np.ndarray
    promised: np.ndarray
    scheduled: np.ndarray
    requested_day: np.ndarray
    delivered: np.ndarray
    is_late: np.ndarray
    is_lost: np.ndarray
    is_damaged: np.ndarray
    attempts: np.ndarray
    ordered: np.ndarray
    received: np.ndarray
    repeated_day: np.ndarray

    @property
    def count(self) -> int:
        """Number of deliveries."""
        return len(self.order)

    @property
    def number(self) -> np.ndarray:
        """The carrier's own number."""
        prefixes = np.array(["PD", "SF-", "WW", "ZP"])
        return np.char.add(prefixes[self.carrier], np.array([f"{40_000_000 + 7 * i}" for i in self.sequence]))


def draw_deliveries(world: World, orders: Orders, totals: Totals) -> Deliveries:
    """Draw deliveries. Orders in the shop have none; large things go with two people, the rest as parcels.

    Only deliveries promised by the last day are included.
    """
    random = world.stream("deliveries")
    clock = world.clock
    order, is_large = _split_orders(orders, totals)
    count = len(order)
    carrier = _choose_carriers(random, world, orders.day[order], is_large)
    wait = np.where(is_large, 2 + random.integers(1, 6, count), 1)
    promised_day = orders.day[order] + wait
    promised_day = promised_day + (clock.weekday(promised_day) == 6)
    kept = promised_day < clock.days
    order, carrier, is_large, promised_day = order[kept], carrier[kept], is_large[kept], promised_day[kept]
    count = len(order)
    on_time_share = np.stack([world.signals.value(f"on_time.{name}") for name in CARRIERS])[carrier, promised_day]
    is_late = random.random(count) >= on_time_share
    is_lost = is_late & (random.random(count) < 0.03)
    delivered_day = promised_day + np.where(is_late, random.geometric(0.55, count), 0)
    delivered_day = delivered_day + (clock.weekday(delivered_day) == 6)
    delivered = clock.to_utc(delivered_day, (9.2 * 3600 + 43_000 * random.beta(2, 2.4, count)).astype(int))
    delivered = np.where(is_lost, NEVER, delivered)
    is_requested = is_large & (random.random(count) < 0.6)
    repeated_day = _plan_repeats(random, world, delivered_day, is_late, is_lost)
    is_unscanned = (carrier == PAKDUIF) & ~is_late & np.isin(promised_day, find_outage(clock)) & (np.arange(count) % 2 == 0)
    repeated_day = np.where(is_unscanned, find_confirmation(clock), repeated_day)
    pieces = np.where(totals.has_large[order] & totals.has_small[order], 1, totals.pieces[order])
    short = (random.random(count) < 0.006) & (pieces > 1)
    is_moved = is_late & (random.random(count) < 0.55)
    shipped = clock.to_utc(promised_day - 1 - (clock.weekday(promised_day) == 0), random.integers(16 * 3600, 23 * 3600, count))
    return Deliveries(
        order=order,
        carrier=carrier,
        sequence=np.arange(count),
        shipped=np.maximum(shipped, orders.placed[order] + 3600),
        promised_day=promised_day,
        promised=clock.to_utc(promised_day, np.full(count, 22 * 3600)),
        scheduled=clock.to_utc(np.where(is_moved, delivered_day, promised_day), np.full(count, 22 * 3600)),
        requested_day=np.where(is_requested, promised_day, NEVER),
        delivered=delivered,
        is_late=is_late,
        is_lost=is_lost,
        is_damaged=random.random(count) < np.where(is_large, 0.02, 0.007),
        attempts=1 + is_late * (random.random(count) < 0.45) + (random.random(count) < 0.06),
        ordered=pieces,
        received=np.where(is_lost, 0, pieces - short),
        repeated_day=repeated_day,
    )


def find_outage(clock: Clock) -> range:
    """The last five days of a month, in which pakduif's scanners failed: every second parcel that came is confirmed later.

    It is the last month that is over for at least ten days, so that what came late is there.
    """
    following = clock.number_of((clock.end - timedelta(days=10)).replace(day=1))
    return range(following - 5, following)


def find_confirmation(clock: Clock) -> int:
    """The day of the file that confirms them: the fifth of the month after, or the Monday after it."""
    day = find_outage(clock).stop + 4
    return day + int(clock.weekday(np.array([day]))[0] == 6)


def _plan_repeats(
    random: np.random.Generator, world: World, delivered_day: np.ndarray, is_late: np.ndarray, is_lost: np.ndarray
) -> np.ndarray:
    """The day of a second file that settles a delivery: for late and lost ones, and for some that were only recorded late."""
    count = len(delivered_day)
    reported_late = np.where(random.random(count) < 0.12, random.integers(1, 6, count), 0)
    late_paper = (random.random(count) < 0.012) & ~is_late
    settled_late = delivered_day + reported_late + 8 * is_lost
    settled_paper = np.where(late_paper, delivered_day + random.integers(1, 5, count), NEVER)
    day = np.where(is_late, settled_late, settled_paper)
    return np.where((day != NEVER) & (world.clock.weekday(day) == 6), day + 1, day)


def _split_orders(orders: Orders, totals: Totals) -> tuple[np.ndarray, np.ndarray]:
    """Positions of delivered orders, and whether it is the part with large things. An order with both sizes has two deliveries."""
    travels = (orders.channel != CHANNELS.index("shop")) & ~orders.is_cancelled
    small, large = np.flatnonzero(travels & totals.has_small), np.flatnonzero(travels & totals.has_large)
    order = np.concatenate([small, large])
    is_large = np.concatenate([np.zeros(len(small), dtype=bool), np.ones(len(large), dtype=bool)])
    by_order = np.argsort(order, kind="stable")
    return order[by_order], is_large[by_order]


def _choose_carriers(random: np.random.Generator, world: World, day: np.ndarray, is_large: np.ndarray) -> np.ndarray:
    parcel = np.where(random.random(len(day)) < 0.6, PAKDUIF, STADSFLITS)
    is_new = (day >= world.change_day(NEW_CARRIER_CHANGE)) & (random.random(len(day)) < NEW_CARRIER_SHARE)
    return np.where(is_large, WIELWERK, np.where(is_new, ZOEFPOST, parcel))
