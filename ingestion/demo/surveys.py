"""Answers to surveys: who is asked after which event, and the scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from ingestion.demo.changes import PLAN
from ingestion.demo.clock import NEVER
from ingestion.demo.contacts import CHANNELS as CONTACT_CHANNELS
from ingestion.demo.contacts import CHAT, PHONE, PRODUCT, UNKNOWN, Contacts
from ingestion.demo.customers import Customers
from ingestion.demo.deliveries import WIELWERK, Deliveries
from ingestion.demo.order_lines import OrderLines
from ingestion.demo.orders import GUEST, Orders
from ingestion.demo.signals import sigmoid
from ingestion.demo.traffic import CHANNELS as ORDER_CHANNELS
from ingestion.demo.world import World

CUTS = {
    "csat": np.array([-2.3, -1.6, 0.0, 1.25]),
    "ces": np.array([-2.9, -2.1, -1.2, 0.0, 0.9, 1.9]),
    "nps": np.array([-4.6, -4.2, -3.8, -3.3, -2.9, -2.4, -1.7, -1.0, 0.0, 1.1]),
}
LOWEST = {"csat": 1, "ces": 1, "nps": 0}
ASKED_PER_DAY = 33


@dataclass(frozen=True)
class Answers:
    """One entry per answer. `order`, `contact`, `delivery` are positions or NEVER; `good_share` is the chance of a good score."""

    survey: np.ndarray
    signal: np.ndarray
    metric: np.ndarray
    customer: np.ndarray
    order: np.ndarray
    contact: np.ndarray
    delivery: np.ndarray
    hint: np.ndarray
    event_day: np.ndarray
    asked: np.ndarray
    answered: np.ndarray
    score: np.ndarray
    good_share: np.ndarray

    @property
    def count(self) -> int:
        """Number of answers."""
        return len(self.score)


@dataclass(frozen=True)
class Event:
    """Events that a survey asks about: time, customer, positions in their tables, the group asked, and the shift of the score (logit)."""

    moment: np.ndarray
    customer: np.ndarray
    group: np.ndarray
    order: np.ndarray
    contact: np.ndarray
    delivery: np.ndarray
    mood: np.ndarray


def draw_answers(
    world: World, customers: Customers, orders: Orders, lines: OrderLines, contacts: Contacts, deliveries: Deliveries
) -> Answers:
    """Draw answers as plan/surveys.csv says: after orders, deliveries, contacts, returns and visits, and about the whole relationship.

    Only answers given by the last day are included.
    """
    random = world.stream("surveys")
    events = {
        "order": _order_events(orders),
        "delivery": _delivery_events(orders, deliveries),
        "contact": _contact_events(contacts),
        "return": _return_events(orders, lines),
        "visit": _visit_events(random, world, customers),
        "relation": _visit_events(random, world, customers),
    }
    rows = pl.read_csv(PLAN / "surveys.csv").to_dicts()
    parts = [part for row in rows for part in _ask(random, world, customers, row, events[row["event"]])]
    merged = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    kept = (merged["answered"] < world.clock.snapshot) & (merged["event_day"] >= 0)
    by_time = np.flatnonzero(kept)[np.argsort(merged["answered"][kept], kind="stable")]
    return Answers(**{name: values[by_time] for name, values in merged.items()})


def _order_events(orders: Orders) -> Event:
    return _events(orders.placed, orders.customer, np.array(ORDER_CHANNELS)[orders.channel], order=np.arange(orders.count))


def _delivery_events(orders: Orders, deliveries: Deliveries) -> Event:
    """Events of deliveries; a late or damaged delivery lowers the score."""
    mood = np.where(deliveries.is_late, -1.5, 0.08) + np.where(deliveries.is_damaged, -2.0, 0.0)
    group = np.where(deliveries.carrier == WIELWERK, "two_man", "parcel")
    at = deliveries.order
    return _events(deliveries.delivered, orders.customer[at], group, order=at, delivery=np.arange(deliveries.count), mood=mood)


def _contact_events(contacts: Contacts) -> Event:
    """Events of contacts; long waits on the phone and unsolved questions lower the score. People who gave up are not asked."""
    mood = np.where(contacts.is_resolved, 0.2, -0.7) - 0.0009 * np.minimum(contacts.wait * (contacts.channel == PHONE), 600)
    group = np.where((contacts.channel == CHAT) & (contacts.topic == PRODUCT), "advice", np.array(CONTACT_CHANNELS)[contacts.channel])
    moment = np.where(contacts.is_abandoned, NEVER, contacts.queued + contacts.wait + contacts.talk)
    return _events(moment, contacts.customer, group, contact=np.arange(contacts.count), mood=mood)


def _return_events(orders: Orders, lines: OrderLines) -> Event:
    return _events(lines.returned, orders.customer[lines.order], np.full(len(lines.order), "returned"))


def _visit_events(random: np.random.Generator, world: World, customers: Customers) -> Event:
    """People asked without an event, a given number per day."""
    day = np.repeat(np.arange(world.clock.days), random.poisson(ASKED_PER_DAY * world.scale, world.clock.days))
    customer = random.integers(0, customers.count, len(day))
    is_known = customers.created_day[customer] < day
    moment = world.clock.to_utc(day, random.integers(8 * 3600, 22 * 3600, len(day)))
    return _events(moment, np.where(is_known, customer, GUEST), np.full(len(day), "all"))


def _events(moment: np.ndarray, customer: np.ndarray, group: np.ndarray, **links: np.ndarray) -> Event:
    nothing = np.full(len(moment), NEVER)
    mood = links.pop("mood", np.zeros(len(moment)))
    return Event(moment, customer, group, links.get("order", nothing), links.get("contact", nothing), links.get("delivery", nothing), mood)


def _ask(
    random: np.random.Generator, world: World, customers: Customers, row: dict[str, Any], events: Event
) -> list[dict[str, np.ndarray]]:
    """Answers of the same people to each question of a survey; the scores of one person are correlated."""
    possible = (events.group == row["group"]) & (events.moment != NEVER)
    asked_of = np.flatnonzero(possible & (random.random(len(events.moment)) < row["share"]))
    count = len(asked_of)
    customer, moment = events.customer[asked_of], events.moment[asked_of]
    asked = moment + random.integers(600, 20 * 3600, count)
    answered = asked + random.exponential(7 * 3600, count).astype(np.int64) + 30
    day = world.clock.day_of(moment)
    attitude = np.where(customer >= 0, customers.attitude[np.maximum(customer, 0)], random.normal(0, 0.5, count))
    parts = []
    for signal in row["signals"].split():
        metric = signal.split(".")[0]
        within = np.clip(day, 0, world.clock.days - 1)
        level = world.signals.levels[signal][within] + attitude + events.mood[asked_of]
        latent = level + random.logistic(0, 1, count)
        score = LOWEST[metric] + np.searchsorted(CUTS[metric], latent)
        parts.append(
            {
                "survey": np.full(count, row["survey"], dtype="U12"),
                "signal": np.full(count, signal, dtype="U24"),
                "metric": np.full(count, metric, dtype="U4"),
                "customer": np.where(customer == UNKNOWN, GUEST, customer),
                "order": events.order[asked_of],
                "contact": events.contact[asked_of],
                "delivery": events.delivery[asked_of],
                "hint": np.full(count, row["tag"] or "", dtype="U12"),
                "event_day": day,
                "asked": asked,
                "answered": answered,
                "score": score,
                "good_share": sigmoid(level),
            }
        )
    return parts
