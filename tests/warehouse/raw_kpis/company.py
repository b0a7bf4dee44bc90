"""The raw company: current rows, who a contact is from, and the day, touchpoint, channel and supplier of each event."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.warehouse.raw_kpis.files import Row, read_local_day
from tests.warehouse.raw_kpis.systems import (
    read_answers,
    read_contacts,
    read_costs,
    read_customers,
    read_deliveries,
    read_invitations,
    read_order_lines,
    read_orders,
    read_visits,
)

CHECKOUTS = {"web": "web_checkout", "app": "app_checkout", "shop": "shop_checkout", "phone": "phone_order"}
ENTRANCES = {"web": "website", "app": "app", "shop": "shop_visit"}
DESKS = {"phone": "call_center", "mail": "email_service", "whatsapp": "whatsapp_service", "shop": "shop_desk", "social": "unmapped"}
DECLARED_SURVEYS = {"return": "return_parcel", "site": "website"}
RELATIONSHIP_SURVEYS = {"relation"}
UNMAPPED = "unmapped"


@dataclass(frozen=True)
class Place:
    """The place where an event counts. Touchpoint None: the question is about the company as a whole."""

    day: date
    touchpoint: str | None
    channel: str | None = None
    supplier: str | None = None


@dataclass(frozen=True)
class Count:
    """The contribution of one row to a KPI."""

    kpi: str
    place: Place
    numerator: float
    denominator: float


class RawCompany:
    """The content of the demo's systems on the day `until`, which is the first unknown day."""

    def __init__(self, demo: Path, until: date) -> None:
        self.until = until
        self.orders = read_orders(demo)
        self.order_lines = read_order_lines(demo)
        self.contacts = read_contacts(demo, until)
        self.deliveries = read_deliveries(demo, until)
        self.answers = read_answers(demo, until)
        self.invitations = read_invitations(demo, until)
        self.visits = read_visits(demo, until)
        self.costs = read_costs(demo, until)
        self._owners = find_owners(read_customers(demo))

    @property
    def inbound(self) -> list[Row]:
        """Contacts the customer began."""
        return [contact for contact in self.contacts.values() if contact["is_inbound"]]

    def find_customer(self, contact: Row) -> str | None:
        """The only customer with the contact's number, address or telephone; None when no customer or several have it."""
        for key in list_keys(contact["customer"], "crmId", "email", "phone", "zip", "houseNr"):
            owners = self._owners.get(key, ())
            if len(owners) == 1:
                return next(iter(owners))
        return None

    def place_order(self, order: Row) -> Place:
        """The day it was placed, at the checkout of its channel."""
        return Place(read_local_day(order["placed_at"]), CHECKOUTS[order["channel"]], order["channel"])

    def place_contact(self, contact: Row) -> Place:
        """The day the customer began to wait. Advice by chat is a separate touchpoint."""
        channel = contact["channel"]
        desk = DESKS[channel] if channel != "chat" else "product_advice" if contact["queue"] == "advice" else "chat_service"
        return Place(read_local_day(contact["queued_at"]), desk, channel)

    def place_delivery(self, delivery: Row, day: date | None = None) -> Place:
        """The day first promised, or another clock's day."""
        touchpoint = "two_man_delivery" if delivery["supplier"] == "wielwerk" else "parcel_delivery"
        return Place(day or read_local_day(delivery["promised_at"]), touchpoint, None, delivery["supplier"])

    def place_answer(self, answer: Row) -> Place:
        """The place of the contact, delivery or order asked about; otherwise the named touchpoint, on the day of asking."""
        asked = read_local_day(answer["asked_at"])
        if answer["survey"] in RELATIONSHIP_SURVEYS:
            return Place(asked, None)
        if answer["contact_id"] in self.contacts:
            return self.place_contact(self.contacts[answer["contact_id"]])
        if answer["delivery_id"] in self.deliveries:
            return self.place_delivery(self.deliveries[answer["delivery_id"]])
        if answer["order_id"] in self.orders:
            return self.place_order(self.orders[answer["order_id"]])
        return Place(asked, answer["hint"] or DECLARED_SURVEYS.get(answer["survey"], UNMAPPED))


def list_keys(row: Row, number: str, email: str, phone: str, postcode: str, house: str) -> list[tuple[str, str]]:
    """Keys that may identify a customer, strongest first, each normalised. A Dutch telephone number is its last nine digits."""
    keys = [("number", (row.get(number) or "").strip()), ("email", (row.get(email) or "").strip().lower())]
    keys.append(("phone", re.sub(r"\D", "", row.get(phone) or "")[-9:]))
    if row.get(postcode) and row.get(house):
        keys.append(("address", re.sub(r"\s", "", f"{row[postcode]}/{row[house]}").upper()))
    return [key for key in keys if key[1]]


def find_owners(customers: Iterable[Row]) -> dict[tuple[str, str], set[str]]:
    """Which customers each key belongs to."""
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for customer in customers:
        for key in list_keys(customer, "customer_no", "email_address", "phone_number", "zip_code", "house_nr"):
            owners[key].add(customer["customer_no"])
    return owners
