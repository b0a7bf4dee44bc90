"""What all parts of the demo share: calendar, signals, planted changes, scale and random streams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zlib import crc32

import numpy as np

from ingestion.demo.changes import PlantedChange, plan_changes
from ingestion.demo.clock import Clock, make_clock
from ingestion.demo.signals import Signals, build_signals

DAYS = 1278
CUSTOMERS = 60_000
ORDERS = 300_000


@dataclass(frozen=True)
class World:
    """The shared state of the demo. Each part draws from its own `stream(name)`, so that no part changes the numbers of another."""

    clock: Clock
    signals: Signals
    changes: list[PlantedChange]
    scale: float
    seed: int

    @property
    def calm_day(self) -> int:
        """The day from which files have no broken lines.

        A small demo has none in its last weeks, because one bad row would be a large share of a day's load.
        """
        return self.clock.days if self.scale >= 1 else self.clock.days - 60

    @property
    def damaged_share(self) -> float:
        """Share of a system's files that hold a broken line."""
        return 0.04 * min(1.0, self.scale * 4)

    def stream(self, part: str) -> np.random.Generator:
        """The random number generator of one part."""
        return np.random.default_rng([self.seed, crc32(part.encode())])

    def change_day(self, change_id: str) -> int:
        """Day number on which a planted change starts."""
        return next(self.clock.number_of(change.started_date) for change in self.changes if change.change_id == change_id)


def make_world(*, end: date, scale: float, seed: int) -> World:
    """The world of three and a half years up to and including `end`."""
    clock = make_clock(end=end, days=DAYS)
    changes = plan_changes(clock)
    return World(clock=clock, signals=build_signals(clock, changes, seed=seed), changes=changes, scale=scale, seed=seed)
