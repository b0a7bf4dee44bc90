"""Journeys followed event by event in plain Python, without windows or grouping, to check the models by a second method."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

CHECKOUTS = {"web": "web_checkout", "app": "app_checkout", "shop": "shop_checkout", "phone": "phone_order"}
DESKS = {"phone": "call_center", "mail": "email_service", "whatsapp": "whatsapp_service", "shop": "shop_desk", "chat": "chat_service"}
# events of one second in the order of the closed list
RANKS = ("order_placed", "order_cancelled", "shipment_sent", "delivery_attempted", "delivered", "returned", "visit",
         "contact_phone", "contact_mail", "contact_chat", "contact_whatsapp", "contact_social", "contact_shop")  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One event at a touchpoint, with the order and the customer where they are known."""

    kind: str
    touchpoint: str
    moment: datetime
    day: date
    key: str
    order: str | None
    customer: str | None


@dataclass
class Visit:
    phase: str
    position: int
    pair: str
    start: datetime
    day: date
    touchpoint: str
    end: datetime | None = None
    is_cut_off: bool = False
    is_loop: bool = False


@dataclass
class Walk:
    """The state of one instance."""

    started: date
    last: date
    visits: list[Visit] = field(default_factory=list)

    def is_running(self, until: date, gap: int) -> bool:
        return (until - self.last).days <= gap


def name_touchpoint(kind: str, channel: str | None, queue: str | None, supplier: str | None) -> str | None:
    """Where an event of the demo company happens."""
    if kind.startswith("order_"):
        return CHECKOUTS[channel or ""]
    if kind == "delivered":
        return "two_man_delivery" if supplier == "wielwerk" else "parcel_delivery"
    if kind.startswith("contact_"):
        return "product_advice" if (channel, queue) == ("chat", "advice") else DESKS.get(channel or "")
    return {"shipment_sent": "dispatch_message", "returned": "return_parcel"}.get(kind)


def fold_steps(steps: Iterable[Step]) -> list[Step]:
    """Events in order of time; equal events of an order on one day at one touchpoint count once."""
    kept: dict[tuple, Step] = {}
    for step in sorted(steps, key=lambda step: (step.moment, step.key)):
        subject = step.key if step.kind.startswith("contact_") or step.order is None else step.order
        kept.setdefault((step.kind, step.touchpoint, step.day, subject), step)
    return sorted(kept.values(), key=lambda step: (step.moment, RANKS.index(step.kind), step.key))


def read_claims(path: Path) -> dict[str, set[str]]:
    """The events that each touchpoint claims."""
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))["touchpoints"]
    return {item["id"]: {rule["event"] for rule in item.get("events", [])} for item in listed}


def read_phases(path: Path, claims: Mapping[str, set[str]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A journey file with, per phase that can be followed, the pairs of event and touchpoint that begin and end it."""
    journey = yaml.safe_load(path.read_text(encoding="utf-8"))
    phases = journey["phases"]
    followed = []
    for place, phase in enumerate(phases):
        sides = []
        for name, neighbour in (("start_event", place - 1), ("end_event", place + 1)):
            kinds = phase.get(name) or []
            kinds = kinds if isinstance(kinds, list) else [kinds]
            pairs = set()
            for kind in kinds if "visit" not in kinds else []:
                own = {(kind, touchpoint) for touchpoint in phase["touchpoints"] if kind in claims[touchpoint]}
                near = phases[neighbour]["touchpoints"] if 0 <= neighbour < len(phases) else []
                pairs |= own or {(kind, touchpoint) for touchpoint in near if kind in claims[touchpoint]}
            sides.append(pairs)
        if all(sides):
            is_of_order = not any(kind.startswith("contact_") for side in sides for kind, _ in side)
            followed.append({"id": phase["id"], "position": place, "starts": sides[0], "ends": sides[1], "is_of_order": is_of_order})
    return journey, followed


def walk_journey(
    journey: Mapping[str, Any], phases: list[dict[str, Any]], steps: Iterable[Step], bought: Mapping[str, set[str]]
) -> list[Walk]:
    """Every instance of a journey."""
    wanted, categories = (
        {pair for phase in phases for side in ("starts", "ends") for pair in phase[side]},
        set(journey.get("categories", [])),
    )
    walks: list[Walk] = []
    current: dict[str, Walk | None] = {}
    last: dict[str, date] = {}
    # thread, phase and pair of the visits that the gap left without an end
    open_visits: dict[tuple[str, str, str], Visit] = {}
    for step in steps:
        if (step.kind, step.touchpoint) not in wanted or (categories and not categories & bought.get(step.order or "", set())):
            continue
        thread = step.order if journey.get("follows", "order") == "order" else step.customer
        if thread is None:
            continue
        if thread in last and (step.day - last[thread]).days > journey.get("gap_days", 30):
            walk = current.get(thread)
            open_visits |= {(thread, visit.phase, visit.pair): visit for visit in (walk.visits if walk else ()) if visit.end is None}
            current[thread] = None
        for phase in phases:
            begins, ends = ((step.kind, step.touchpoint) in phase[side] for side in ("starts", "ends"))
            visit = open_visits.pop((thread, phase["id"], find_pair(step, phase)), None) if begins or ends else None
            if visit is not None and ends and not begins:
                visit.is_cut_off = True
        last[thread] = step.day
        if current.get(thread) is None:
            if (step.kind, step.touchpoint) not in phases[0]["starts"]:
                continue
            current[thread] = Walk(step.day, step.day)
            walks.append(current[thread])
        take_step(current[thread], step, phases)
    return walks


def find_pair(step: Step, phase: Mapping[str, Any]) -> str:
    """The order whose start and end belong together; a dash where a phase is not about one order."""
    return (step.order or "-") if phase["is_of_order"] else "-"


def take_step(walk: Walk, step: Step, phases: list[dict[str, Any]]) -> None:
    """End the visits this event ends, and begin the one it begins."""
    walk.last = step.day
    pair_of_event = (step.kind, step.touchpoint)
    for phase in phases:
        pair = find_pair(step, phase)
        waiting = [visit for visit in walk.visits if (visit.phase, visit.pair) == (phase["id"], pair) and visit.end is None]
        if pair_of_event in phase["starts"] and not waiting:
            before = walk.visits[-1] if walk.visits else None
            is_loop = (
                before is not None and before.position > phase["position"] and any(visit.phase == phase["id"] for visit in walk.visits)
            )
            waiting = [Visit(phase["id"], phase["position"], pair, step.moment, step.day, step.touchpoint, is_loop=is_loop)]
            walk.visits += waiting
        if pair_of_event in phase["ends"]:
            for visit in waiting:
                visit.end = step.moment


def count_walks(walks: Iterable[Walk], until: date, gap: int) -> tuple[dict[tuple[str, date | None], Counter], dict[str, list[float]]]:
    """Instances per phase and month (None: all), and the hours of every visit that ended."""
    counts: dict[tuple[str, date | None], Counter] = defaultdict(Counter)
    hours: dict[str, list[float]] = defaultdict(list)
    for walk in walks:
        visits: dict[str, list[Visit]] = defaultdict(list)
        for visit in walk.visits:
            visits[visit.phase].append(visit)
            if visit.end is not None:
                hours[visit.phase].append((visit.end - visit.start).total_seconds() / 3600)
        for phase, found in visits.items():
            state = "completed" if all(visit.end for visit in found) else "running" if walk.is_running(until, gap) else "dropped_out"
            is_cut_off = state == "dropped_out" and any(visit.is_cut_off for visit in found)
            flags = {"cut_off": is_cut_off, "repeated": len(found) > 1, "looped_back": any(visit.is_loop for visit in found)}
            for period in (None, walk.started.replace(day=1)):
                counts[(phase, period)].update(["entered", state, *(name for name, holds in flags.items() if holds)])
    return counts, hours
