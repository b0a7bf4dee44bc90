"""Signals: the daily level of every figure that moves.

A signal is base + growth + yearly wave + December peak + weekday + wandering noise + planted effects, on a log or a logit
scale (plan/signals.csv).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zlib import crc32

import numpy as np
import polars as pl

from ingestion.demo.changes import PLAN, PlantedChange, read_effects
from ingestion.demo.clock import Clock


@dataclass(frozen=True)
class Signals:
    """`levels` and `effects` hold one array of days per signal, on the signal's own scale; `scales` says which."""

    levels: dict[str, np.ndarray]
    effects: dict[str, np.ndarray]
    scales: dict[str, str]

    def value(self, name: str) -> np.ndarray:
        """The signal per day in its natural unit: a positive number or a share."""
        level = self.levels[name]
        return np.exp(level) if self.scales[name] == "log" else sigmoid(level)

    def value_without_effects(self, name: str) -> np.ndarray:
        """The signal without planted effects."""
        level = self.levels[name] - self.effects[name]
        return np.exp(level) if self.scales[name] == "log" else sigmoid(level)


def sigmoid(level: np.ndarray) -> np.ndarray:
    """Logit to share."""
    return 1.0 / (1.0 + np.exp(-level))


def build_signals(clock: Clock, changes: list[PlantedChange], *, seed: int) -> Signals:
    """Draw every signal. Each has its own random stream, so that a new signal does not change the others."""
    rows = pl.read_csv(PLAN / "signals.csv").to_dicts()
    weekdays = {row["pattern"]: np.log([float(row[day]) for day in list(row)[1:]]) for row in pl.read_csv(PLAN / "weekdays.csv").to_dicts()}
    days = np.arange(clock.days)
    dates = clock.dates()
    wave = np.cos(2 * np.pi * (np.array([day.timetuple().tm_yday for day in dates]) - 15) / 365.25)
    peak = np.array([peak_height(day) for day in dates])
    effects = _planted_effects(clock, changes, [row["signal"] for row in rows])
    levels = {}
    for row in rows:
        base = np.log(row["base"]) if row["scale"] == "log" else np.log(row["base"] / (1 - row["base"]))
        levels[row["signal"]] = (
            base
            + row["growth_per_year"] * days / 365.25
            + row["season"] * wave
            + row["peak"] * peak
            + weekdays[row["weekdays"]][clock.weekday(days)]
            + _wander(clock.days, memory=row["memory"], noise=row["noise"], seed=[seed, crc32(row["signal"].encode())])
            + effects[row["signal"]]
        )
    return Signals(levels=levels, effects=effects, scales={row["signal"]: row["scale"] for row in rows})


def peak_height(day: date) -> float:
    """Height of the December peak (Black Friday, St Nicholas, Christmas); below zero in the quiet days after."""
    friday = black_friday(day.year)
    since = (day - friday).days
    height = 1.5 if 0 <= since <= 3 else 0.7 if -5 <= since < 0 else 0.0
    if (day.month, day.day) in {(11, 29), (11, 30), (12, 1), (12, 2), (12, 3), (12, 4)}:
        height = max(height, 1.2)
    if day.month == 12 and 6 <= day.day <= 22:
        height = max(height, 0.7 + 0.035 * (day.day - 6))
    if day.month == 11 and day.day >= 20:
        height = max(height, 0.45)
    if (day.month == 12 and day.day in (24, 25, 26, 31)) or (day.month, day.day) == (1, 1):
        height = -0.9
    return height


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def _wander(days: int, *, memory: float, noise: float, seed: list[int]) -> np.ndarray:
    """An AR(1) path whose standard deviation over time is `noise`."""
    shocks = np.random.default_rng(seed).normal(0, noise * np.sqrt(1 - memory**2), days)
    path = np.empty(days)
    level = shocks[0] / np.sqrt(1 - memory**2)
    for day in range(days):
        level = memory * level + shocks[day]
        path[day] = level
    return path


def _planted_effects(clock: Clock, changes: list[PlantedChange], names: list[str]) -> dict[str, np.ndarray]:
    started = {change.change_id: clock.number_of(change.started_date) for change in changes}
    effects = {name: np.zeros(clock.days) for name in names}
    for row in read_effects().to_dicts():
        effects[row["signal"]][max(0, started[row["change_id"]]) :] += row["size"]
    return effects
