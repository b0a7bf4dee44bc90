"""Visits and the orders that result from them, per day and channel, and the hours of visits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.world import ORDERS, World

CHANNELS = ("web", "app", "shop", "phone")
VISITED = CHANNELS[:3]
HOURS = {
    "web": np.array([9, 5, 3, 2, 2, 3, 8, 18, 32, 44, 52, 52, 54, 52, 50, 50, 50, 48, 50, 64, 78, 76, 52, 24], dtype=float),
    "app": np.array([10, 5, 3, 2, 2, 4, 14, 30, 32, 34, 38, 40, 48, 44, 38, 38, 42, 50, 54, 66, 84, 88, 64, 28], dtype=float),
    "shop": np.array([0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 32, 46, 52, 58, 60, 58, 46, 22, 0, 0, 0, 0, 0, 0], dtype=float),
    "phone": np.array([0, 0, 0, 0, 0, 0, 0, 0, 40, 70, 74, 66, 46, 60, 66, 58, 46, 30, 26, 26, 14, 0, 0, 0], dtype=float),
}


@dataclass(frozen=True)
class Traffic:
    """Number of sessions and orders, per channel and day."""

    sessions: dict[str, np.ndarray]
    orders: dict[str, np.ndarray]


def draw_traffic(world: World) -> Traffic:
    """Draw sessions (Poisson) and orders among them (binomial); the phone has orders without sessions."""
    random = world.stream("traffic")
    signals = world.signals
    phone = signals.value("orders.phone")
    expected = sum((signals.value(f"sessions.{c}") * signals.value(f"conversion.{c}")).sum() for c in VISITED) + phone.sum()
    size = world.scale * ORDERS / expected
    closed = np.array([(day.month, day.day) in {(12, 25), (1, 1)} for day in world.clock.dates()])
    sessions, orders = {}, {}
    for channel in VISITED:
        level = signals.value(f"sessions.{channel}") * size
        sessions[channel] = random.poisson(np.where(closed & (channel == "shop"), 0, level))
        orders[channel] = random.binomial(sessions[channel], signals.value(f"conversion.{channel}"))
    orders["phone"] = random.poisson(np.where(closed, 0, phone * size))
    return Traffic(sessions=sessions, orders=orders)


def draw_seconds(random: np.random.Generator, channel: str, count: int) -> np.ndarray:
    """Second of the local day of each event in a channel."""
    weights = HOURS[channel]
    return random.choice(24, count, p=weights / weights.sum()) * 3600 + random.integers(0, 3600, count)


def split_hours(world: World, sessions: dict[str, np.ndarray]) -> list[tuple[int, int, str, int, int]]:
    """Rows of day, local hour, channel, sessions, visitors; hours without sessions have no row.

    The hour that is skipped in spring has no visits.
    """
    random = world.stream("hours")
    skipped = {int(day) for day in world.clock.day_of(world.clock.changes_utc[:])}
    rows = []
    for channel in VISITED:
        weights = HOURS[channel] / HOURS[channel].sum()
        by_hour = random.multinomial(sessions[channel], weights)
        visitors = random.binomial(by_hour, 0.9)
        for day, hour in zip(*np.nonzero(by_hour), strict=True):
            is_skipped = hour == 2 and int(day) in skipped and world.clock.date_of(day).month == 3
            if not is_skipped:
                rows.append((int(day), int(hour), channel, int(by_hour[day, hour]), int(visitors[day, hour])))
    return sorted(rows)
