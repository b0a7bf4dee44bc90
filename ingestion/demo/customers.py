"""The customers: most are ordinary, some are fans who spend little, some are big spenders who buy on credit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.world import CUSTOMERS, World

ORDINARY, FAN, SPENDER = 0, 1, 2
FAN_SHARE, SPENDER_SHARE = 0.02, 0.03
SYLLABLES = ("bar", "del", "fen", "gor", "hal", "jin", "kem", "lor", "mun", "nes", "pol", "rik", "sen", "tur", "vel", "wim")


@dataclass(frozen=True)
class Customers:
    """One entry per customer in every array.

    `created_day` may be negative (before the first day); `last_day` is the last on which the customer may buy;
    `attitude` moves scores (logit).
    """

    group: np.ndarray
    created_day: np.ndarray
    last_day: np.ndarray
    appetite: np.ndarray
    attitude: np.ndarray
    first_category: np.ndarray
    second_category: np.ndarray
    phone: np.ndarray
    postcode: np.ndarray
    house_number: np.ndarray
    given_name: np.ndarray
    family_name: np.ndarray
    number: np.ndarray
    email: np.ndarray

    @property
    def count(self) -> int:
        """Number of customers."""
        return len(self.group)


def draw_customers(world: World, *, category_weights: np.ndarray) -> Customers:
    """Draw all customers; a third were customers before the first day."""
    random = world.stream("customers")
    count = max(60, round(CUSTOMERS * world.scale))
    days = world.clock.days
    group = random.choice([ORDINARY, FAN, SPENDER], size=count, p=[1 - FAN_SHARE - SPENDER_SHARE, FAN_SHARE, SPENDER_SHARE])
    created = np.where(random.random(count) < 0.34, -random.integers(1, 1800, count), (days * random.random(count) ** 0.92).astype(int))
    created = np.where(group == FAN, np.where(created > days * 0.5, created - days // 2, created), created)
    lifetime = np.where(group == FAN, 10 * days, random.exponential(np.where(group == SPENDER, 900, 780), count))
    spread = random.normal(0, 0.55, count)
    attitude = np.select([group == FAN, group == SPENDER], [1.7 + 0.4 * spread, -0.45 + spread], spread)
    names = _draw_names(random, count)
    return Customers(
        group=group,
        created_day=created,
        last_day=np.maximum(created, 0) + lifetime.astype(int),
        appetite=random.gamma(0.75, 1.0, count) + 0.02,
        attitude=attitude,
        first_category=random.choice(len(category_weights), count, p=category_weights),
        second_category=random.choice(len(category_weights), count, p=category_weights),
        phone=random.choice(90_000_000, count, replace=False) + 10_000_000,
        postcode=_draw_postcodes(random, count),
        house_number=random.geometric(0.02, count),
        given_name=names[0],
        family_name=names[1],
        number=np.array([f"K{200_000 + i}" for i in range(count)]),
        email=np.array(
            [
                f"{a}.{b}{i % 977}@{d}.example"
                for i, (a, b, d) in enumerate(zip(names[0], names[1], _draw_hosts(random, count), strict=True))
            ]
        ),
    )


def _draw_names(random: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Names made of syllables, so that they are not names of real people."""
    parts = np.array(SYLLABLES)[random.integers(0, len(SYLLABLES), (5, count))]
    given = np.char.add(parts[0], parts[1])
    family = np.char.add(np.char.add(parts[2], parts[3]), parts[4])
    return given, family


def _draw_hosts(random: np.random.Generator, count: int) -> np.ndarray:
    return np.array(["post", "mail", "thuis", "brief"])[random.integers(0, 4, count)]


def _draw_postcodes(random: np.random.Generator, count: int) -> np.ndarray:
    digits = random.integers(1000, 9999, count).astype(str)
    letters = np.array(list("ABCDEGHJKLMNPRTVWXZ"))
    pair = np.char.add(letters[random.integers(0, len(letters), count)], letters[random.integers(0, len(letters), count)])
    return np.char.add(digits, pair)
