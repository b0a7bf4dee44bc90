"""Answers to surveys: who is asked what after which event, and how they score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.demo.clock import NEVER
from ingestion.demo.contacts import CHAT, MAIL, PHONE, PRODUCT, SHOP, UNKNOWN, WHATSAPP, Contacts
from ingestion.demo.customers import Customers
from ingestion.demo.deliveries import WIELWERK, Deliveries
from ingestion.demo.order_lines import OrderLines
from ingestion.demo.orders import GUEST, Orders
from ingestion.demo.signals import sigmoid
from ingestion.demo.world import World

CUTS = {
    "csat": np.array([-2.3, -1.6, 0.0, 1.25]),
    "ces": np.array([-2.9, -2.1, -1.2, 0.0, 0.9, 1.9]),
    "nps": np.array([-4.6, -4.2, -3.8, -3.3, -2.9, -2.4, -1.7, -1.0, 0.0, 1.1]),
}
LOWEST = {"csat": 1, "ces": 1, "nps": 0}


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
        """How many there are."""
        return len(self.score)


@dataclass(frozen=True)
class Event:
    """Events that a survey asks about: positions in their own table, moment, customer and what moves the score (logit)."""

    moment: np.ndarray
    customer: np.ndarray
    order: np.ndarray
    contact: np.ndarray
    delivery: np.ndarray
    mood: np.ndarray


def draw_answers(
    world: World, customers: Customers, orders: Orders, lines: OrderLines, contacts: Contacts, deliveries: Deliveries
) -> Answers:
    """Ask after orders, deliveries, contacts, returns and visits, and the whole relationship; keep what was answered by the last day."""
    random = world.stream("surveys")
    of_orders = _events(orders.placed, orders.customer, order=np.arange(orders.count))
    lateness = np.where(deliveries.is_late, -1.5, 0.08) + np.where(deliveries.is_damaged, -2.0, 0.0)
    of_deliveries = _events(
        np.where(deliveries.delivered == NEVER, NEVER, deliveries.delivered),
        orders.customer[deliveries.order],
        order=deliveries.order,
        delivery=np.arange(deliveries.count),
        mood=lateness,
    )
    patience = np.where(contacts.is_resolved, 0.2, -0.7) - 0.0009 * np.minimum(contacts.wait * (contacts.channel == PHONE), 600)
    of_contacts = _events(
        contacts.queued + contacts.wait + contacts.talk, contacts.customer, contact=np.arange(contacts.count), mood=patience
    )
    of_returns = _events(lines.returned, orders.customer[lines.order])
    is_parcel = deliveries.carrier != WIELWERK
    answered = ~contacts.is_abandoned
    by_channel = {
        name: answered & (contacts.channel == number)
        for name, number in (("phone", PHONE), ("mail", MAIL), ("chat", CHAT), ("whatsapp", WHATSAPP), ("shop", SHOP))
    }
    is_advice = contacts.topic == PRODUCT
    plan = [
        ("CHECKOUT", of_orders, orders.channel == 0, 0.34, (("csat.web_checkout", ""),)),
        ("CHECKOUT", of_orders, orders.channel == 1, 0.34, (("csat.app_checkout", ""),)),
        ("SHOPEXIT", of_orders, orders.channel == 2, 0.40, (("csat.shop_checkout", ""),)),
        ("PHONEORDER", of_orders, orders.channel == 3, 0.45, (("csat.phone_order", ""),)),
        ("DELIVERY", of_deliveries, is_parcel, 0.24, (("csat.parcel_delivery", ""), ("nps.parcel_delivery", ""))),
        ("DELIVERY", of_deliveries, ~is_parcel, 0.42, (("csat.two_man_delivery", ""), ("nps.two_man_delivery", ""))),
        ("CONTACT", of_contacts, by_channel["phone"], 0.66, (("csat.call_center", ""), ("ces.call_center", ""))),
        ("CONTACT", of_contacts, by_channel["mail"], 0.40, (("csat.email_service", ""),)),
        ("CONTACT", of_contacts, by_channel["chat"] & ~is_advice, 0.42, (("csat.chat_service", ""),)),
        ("CONTACT", of_contacts, by_channel["chat"] & is_advice, 0.50, (("csat.product_advice", ""),)),
        ("CONTACT", of_contacts, by_channel["whatsapp"], 0.12, (("csat.whatsapp_service", ""),)),
        ("CONTACT", of_contacts, by_channel["shop"], 0.45, (("csat.shop_desk", ""),)),
        ("RETURN", of_returns, lines.returned != NEVER, 0.40, (("ces.return_parcel", ""),)),
        ("SITE", _visit_events(random, world, customers, 33), None, 1.0, (("csat.website", "TP-SITE"),)),
        ("RELATION", _visit_events(random, world, customers, 33), None, 1.0, (("nps.company", ""),)),
    ]
    parts = [
        part
        for survey, events, chosen, share, questions in plan
        for part in _ask(random, world, customers, survey, events, chosen, share, questions)
    ]
    merged = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    kept = (merged["answered"] < world.clock.snapshot) & (merged["event_day"] >= 0)
    by_time = np.flatnonzero(kept)[np.argsort(merged["answered"][kept], kind="stable")]
    return Answers(**{name: values[by_time] for name, values in merged.items()})


def _events(moment: np.ndarray, customer: np.ndarray, **links: np.ndarray) -> Event:
    nothing = np.full(len(moment), NEVER)
    mood = links.pop("mood", np.zeros(len(moment)))
    return Event(moment, customer, links.get("order", nothing), links.get("contact", nothing), links.get("delivery", nothing), mood)


def _visit_events(random: np.random.Generator, world: World, customers: Customers, per_day: float) -> Event:
    """People asked without an event of their own, so many a day."""
    day = np.repeat(np.arange(world.clock.days), random.poisson(per_day * world.scale, world.clock.days))
    customer = random.integers(0, customers.count, len(day))
    is_known = customers.created_day[customer] < day
    return _events(world.clock.to_utc(day, random.integers(8 * 3600, 22 * 3600, len(day))), np.where(is_known, customer, GUEST))


def _ask(
    random: np.random.Generator,
    world: World,
    customers: Customers,
    survey: str,
    events: Event,
    chosen: np.ndarray | None,
    share: float,
    questions: tuple[tuple[str, str], ...],
) -> list[dict[str, np.ndarray]]:
    """Each question of one survey to the same people; scores of one person lean the same way."""
    possible = events.moment != NEVER if chosen is None else chosen & (events.moment != NEVER)
    asked_of = np.flatnonzero(possible & (random.random(len(events.moment)) < share))
    count = len(asked_of)
    customer, moment = events.customer[asked_of], events.moment[asked_of]
    asked = moment + random.integers(600, 20 * 3600, count)
    answered = asked + random.exponential(7 * 3600, count).astype(np.int64) + 30
    day = world.clock.day_of(moment)
    attitude = np.where(customer >= 0, customers.attitude[np.maximum(customer, 0)], random.normal(0, 0.5, count))
    parts = []
    for signal, hint in questions:
        metric = signal.split(".")[0]
        within = np.clip(day, 0, world.clock.days - 1)
        level = world.signals.levels[signal][within] + attitude + events.mood[asked_of]
        latent = level + random.logistic(0, 1, count)
        score = LOWEST[metric] + np.searchsorted(CUTS[metric], latent)
        parts.append(
            {
                "survey": np.full(count, survey, dtype="U12"),
                "signal": np.full(count, signal, dtype="U24"),
                "metric": np.full(count, metric, dtype="U4"),
                "customer": np.where(customer == UNKNOWN, GUEST, customer),
                "order": events.order[asked_of],
                "contact": events.contact[asked_of],
                "delivery": events.delivery[asked_of],
                "hint": np.full(count, hint, dtype="U12"),
                "event_day": day,
                "asked": asked,
                "answered": answered,
                "score": score,
                "good_share": sigmoid(level),
            }
        )
    return parts
