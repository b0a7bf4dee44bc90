"""Contacts with the company about orders, buying and paying, with waits, giving up and outcomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.clock import NEVER
from ingestion.demo.customers import FAN, Customers
from ingestion.demo.deliveries import Deliveries
from ingestion.demo.orders import GUEST, Orders
from ingestion.demo.world import World

CHANNELS = ("phone", "mail", "chat", "whatsapp", "shop", "social")
PHONE, MAIL, CHAT, WHATSAPP, SHOP, SOCIAL = range(6)
TOPICS = ("WISMO", "RETURN", "PAY", "PRODUCT", "COMPLAINT", "WARRANTY", "OTHER")
WISMO, RETURN, PAY, PRODUCT, COMPLAINT, WARRANTY, OTHER = range(7)
QUEUES = ("orders", "returns", "payments", "advice", "care", "service", "service")
OPEN = {PHONE: (8, 21), MAIL: (0, 24), CHAT: (8, 22), WHATSAPP: (7, 23), SHOP: (10, 18), SOCIAL: (0, 24)}
HANDLING = {PHONE: (260, 0.6), MAIL: (330, 0.5), CHAT: (420, 0.6), WHATSAPP: (300, 0.7), SHOP: (240, 0.6), SOCIAL: (200, 0.5)}
PATIENCE = {PHONE: 260, CHAT: 210}
WAITS_FOR_MONDAY = np.array([0, 0, 0, 0, 0, 0.15, 0.35])
UNKNOWN = -1


@dataclass(frozen=True)
class Waits:
    """Seconds until an answer would come (`need`) and until the customer gives up (`patience`); the shorter one happens."""

    need: np.ndarray
    patience: np.ndarray

    @property
    def is_abandoned(self) -> np.ndarray:
        """Whether the customer gave up before the answer."""
        return self.patience < self.need

    @property
    def seconds(self) -> np.ndarray:
        """The wait in whole seconds."""
        return np.ceil(np.minimum(self.need, self.patience)).astype(np.int64)


@dataclass(frozen=True)
class Contacts:
    """One entry per contact, oldest first. `customer` is UNKNOWN and `order` NEVER where there is none."""

    customer: np.ndarray
    order: np.ndarray
    channel: np.ndarray
    topic: np.ndarray
    day: np.ndarray
    queued: np.ndarray
    wait: np.ndarray
    waits: Waits
    is_abandoned: np.ndarray
    talk: np.ndarray
    hold: np.ndarray
    wrap: np.ndarray
    is_transferred: np.ndarray
    is_resolved: np.ndarray
    agent: np.ndarray

    @property
    def count(self) -> int:
        """Number of contacts."""
        return len(self.day)

    @property
    def number(self) -> np.ndarray:
        """The contact system's own numbers."""
        return np.array([f"CC-{3_000_000 + 3 * i}" for i in range(self.count)])


def draw_contacts(world: World, customers: Customers, orders: Orders, deliveries: Deliveries) -> Contacts:
    """Draw contacts: late deliveries, payment problems and general questions make people call."""
    random = world.stream("contacts")
    parts = [
        _about_orders(random, world, orders, deliveries),
        _in_general(random, world, customers, orders),
        _about_payment(random, world, orders),
    ]
    order, customer, channel, topic, day = np.concatenate(parts, axis=1)
    weekday = world.clock.weekday(day)
    until_monday = np.where(random.random(len(day)) < WAITS_FOR_MONDAY[weekday], 7 - weekday, 0)
    day = day + until_monday
    kept = (day >= 0) & (day < world.clock.days)
    order, customer, channel, topic, day = order[kept], customer[kept], channel[kept], topic[kept], day[kept]
    queued = world.clock.to_utc(day, _draw_seconds(random, channel))
    by_time = np.argsort(queued, kind="stable")
    order, customer, channel, topic, day, queued = (a[by_time] for a in (order, customer, channel, topic, day, queued))
    count = len(day)
    waits = _draw_waits(random, world, channel, day, queued)
    is_abandoned = waits.is_abandoned
    level, spread = (np.array([HANDLING[c][i] for c in range(len(CHANNELS))]) for i in (0, 1))
    talk = np.where(is_abandoned, 0, level[channel] * np.exp(random.normal(-0.15, spread[channel]))).astype(int)
    return Contacts(
        customer=np.where(customer == GUEST, UNKNOWN, customer),
        order=order,
        channel=channel,
        topic=topic,
        day=day,
        queued=queued,
        wait=waits.seconds,
        waits=waits,
        is_abandoned=is_abandoned,
        talk=talk,
        hold=np.where(is_abandoned | (channel != PHONE), 0, random.exponential(35, count) * (random.random(count) < 0.35)).astype(int),
        wrap=np.where(is_abandoned, 0, random.gamma(2, 28, count)).astype(int),
        is_transferred=~is_abandoned & (random.random(count) < 0.07),
        is_resolved=~is_abandoned & (random.random(count) < np.where(topic == COMPLAINT, 0.6, 0.8)),
        agent=np.where(is_abandoned, NEVER, 100 + 20 * channel + random.integers(0, 18, count)),
    )


def _about_orders(random: np.random.Generator, world: World, orders: Orders, deliveries: Deliveries) -> np.ndarray:
    """Rows: order, customer, channel, topic, day. A late delivery brings four times as many."""
    rates = np.stack([world.signals.value(f"contacts.{channel}") for channel in CHANNELS])
    late_day = np.full(orders.count, NEVER)
    late_day[deliveries.order[deliveries.is_late]] = deliveries.promised_day[deliveries.is_late]
    is_late = late_day != NEVER
    eager = np.where(orders.group == FAN, 0.7, 1.0)
    contacts = random.poisson(0.58 * rates.sum(axis=0)[orders.day] * eager * np.where(is_late, 4.0, 1.0))
    order = np.repeat(np.arange(orders.count), contacts)
    late = is_late[order] & (random.random(len(order)) < 0.8)
    day = np.where(
        late, late_day[order] + random.geometric(0.6, len(order)), orders.day[order] + 1 + random.exponential(5, len(order)).astype(int)
    )
    channel = _draw_channels(random, rates, np.minimum(day, world.clock.days - 1))
    other = np.array([WISMO, RETURN, PAY, COMPLAINT, WARRANTY, OTHER])[random.choice(6, len(order), p=[0.30, 0.32, 0.10, 0.10, 0.08, 0.10])]
    return np.stack([order, orders.customer[order], channel, np.where(late, WISMO, other), day])


def _in_general(random: np.random.Generator, world: World, customers: Customers, orders: Orders) -> np.ndarray:
    """Questions without an order; some are from people who are no customers."""
    volume = np.convolve(np.pad(np.bincount(orders.day, minlength=world.clock.days), 14, mode="edge"), np.ones(29) / 29, mode="valid")
    parts = []
    for index, channel in enumerate(CHANNELS):
        share = 0.9 if index == CHAT else 0.32
        count = random.poisson(share * volume * world.signals.value(f"contacts.{channel}"))
        day = np.repeat(np.arange(world.clock.days), count)
        customer = random.integers(0, customers.count, len(day))
        is_known = (random.random(len(day)) < 0.8) & (customers.created_day[customer] < day)
        topic = np.where(random.random(len(day)) < (0.75 if index == CHAT else 0.45), PRODUCT, OTHER)
        parts.append(np.stack([np.full(len(day), NEVER), np.where(is_known, customer, UNKNOWN), np.full(len(day), index), topic, day]))
    return np.concatenate(parts, axis=1)


def _about_payment(random: np.random.Generator, world: World, orders: Orders) -> np.ndarray:
    """Calls about paying, mostly about a recent order."""
    count = random.poisson(world.signals.value("payment_contacts.phone") * world.scale)
    day = np.repeat(np.arange(world.clock.days), count)
    recent = np.searchsorted(orders.day, day, side="left") - 1 - random.integers(0, max(1, round(300 * world.scale)), len(day))
    order = np.maximum(recent, 0)
    return np.stack([order, orders.customer[order], np.full(len(day), PHONE), np.full(len(day), PAY), day])


def _draw_channels(random: np.random.Generator, rates: np.ndarray, day: np.ndarray) -> np.ndarray:
    edges = np.cumsum(rates / rates.sum(axis=0), axis=0)
    return (random.random(len(day))[None, :] > edges[:-1, day]).sum(axis=0)


def _draw_seconds(random: np.random.Generator, channel: np.ndarray) -> np.ndarray:
    """Second of the day within opening hours, busiest late in the morning."""
    opens, closes = (np.array([OPEN[c][i] for c in range(len(CHANNELS))])[channel] for i in (0, 1))
    place = np.where(random.random(len(channel)) < 0.6, random.beta(2.2, 4.5, len(channel)), random.beta(2.5, 2.0, len(channel)))
    return ((opens + (closes - opens) * place) * 3600).astype(int)


def _draw_waits(random: np.random.Generator, world: World, channel: np.ndarray, day: np.ndarray, queued: np.ndarray) -> Waits:
    """People give up waiting on the phone and in the chat only."""
    names = [f"wait.{name}" for name in CHANNELS]
    hour = world.clock.second_of(queued) / 3600
    busy = 0.75 + 0.6 * np.exp(-(((hour - 10.5) / 1.6) ** 2)) + 0.35 * np.exp(-(((hour - 19) / 1.5) ** 2))
    luck = busy * random.gamma(0.9, 1 / 0.9, len(day))
    patience = np.select([channel == PHONE, channel == CHAT], [PATIENCE[PHONE], PATIENCE[CHAT]], np.inf)
    patience = patience * (0.15 + random.exponential(0.85, len(day)))
    hangs_up = np.isin(channel, (PHONE, CHAT)) & (random.random(len(day)) < 0.012)
    patience = np.where(hangs_up, random.uniform(1, 4.9, len(day)), patience)
    need = np.stack([world.signals.value(name) for name in names])[channel, day] * luck
    return Waits(need=need, patience=patience)
