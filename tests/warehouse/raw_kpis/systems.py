"""Rows of each system under one set of names: orders, order lines, customers, contacts, deliveries, answers, visits, costs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date
from pathlib import Path
from typing import Any

from tests.warehouse.raw_kpis.files import (
    Row,
    keep_good,
    keep_latest,
    list_files,
    read_csv,
    read_day,
    read_flag,
    read_json_lines,
    read_moment,
    read_number,
    read_table,
    require,
)

ORDER_CHANNELS = {"WEB": "web", "APP": "app", "SHP": "shop", "TEL": "phone"}
CONTACT_CHANNELS = {"VOICE": "phone", "EMAIL": "mail", "WEBCHAT": "chat", "WHATSAPP": "whatsapp", "DESK": "shop", "SOCIAL": "social"}
VISIT_CHANNELS = {"www": "web", "ios-android": "app", "door-counter": "shop"}
QUESTIONS = {"NPS10": ("nps", 0, 10), "CSAT5": ("csat", 1, 5), "CES7": ("ces", 1, 7)}

# our name -> the carriers' names for it
CARRIERS = {
    "pakduif": ("*.csv.gz", ";", "utf-8-sig"),
    "wielwerk": ("*.csv", ";", "cp1252"),
    "stadsflits": ("*.csv", ",", "utf-8-sig"),
    "zoefpost": ("*.csv.gz", ",", "utf-8-sig"),
}
DELIVERY_FIELDS = {
    "delivery_id": ("ZendingNr", "Opdracht", "consignment", "consignment_id", "parcel_id"),
    "order_id": ("OrderRef", "Klantorder", "order_ref", "customer_order"),
    "requested": ("Wensdatum",),
    "promised_at": ("Toegezegd", "Toegezegd vóór", "eta_first", "promised_by", "promise"),
    "scheduled_at": ("Gepland", "Gepland vóór", "eta_latest", "expected_by", "plan"),
    "ship_by": ("UiterlijkAanbod",),
    "shipped_at": ("Verzonden", "Vertrek", "dispatched", "out"),
    "delivered_at": ("Afgeleverd", "Geleverd op", "handed_over", "delivered_at", "done"),
    "attempts": ("Pogingen", "Ritten", "tries", "attempts", "stops"),
    "ordered": ("AantalBesteld", "Colli", "items", "pieces"),
    "delivered": ("AantalGeleverd", "Colli ok", "items_ok", "pieces_ok"),
    "is_damaged": ("Schade", "Beschadigd", "damaged", "damage"),
    "reported_at": ("Gemeld", "reported", "stamp"),
}


def read_utc(text: str | None) -> Any:
    """A time of the shop's database."""
    return read_moment(text, UTC)


def read_orders(demo: Path) -> dict[str, Row]:
    """Orders by number, without test orders and those without an amount."""

    def type_row(row: Row) -> Row:
        return {
            "order_id": require(row["order_no"]),
            "customer": row["customer_no"],
            "placed_at": require(read_utc(row["placed_at"])),
            "channel": ORDER_CHANNELS[row["sales_channel"]],
            "is_cancelled": require(row["state"]) == "99",
            "is_foreign": row["currency"] not in ("EUR", None),
            "net": require(row["goods_total_cents"]) / 100,
            "modified_at": require(read_utc(row["modified_at"])),
        }

    orders = keep_latest(keep_good(read_table(demo / "shop.db", "orders"), type_row), "order_id", "modified_at")
    return {number: order for number, order in orders.items() if not number.startswith("TEST")}


def read_order_lines(demo: Path) -> list[Row]:
    """Units ordered and returned."""

    def type_row(row: Row) -> Row:
        return {
            "line_id": f"{row['order_no']}|{row['line']}",
            "order_id": row["order_no"],
            "category": row["category"],
            "units": require(row["qty"]),
            "returned": row["qty_returned"] or 0,
            "returned_at": read_utc(row["returned_on"]),
        }

    return list(keep_good(read_table(demo / "shop.db", "order_lines"), type_row))


def read_customers(demo: Path) -> list[Row]:
    """Customers with what can identify them."""
    return list(read_table(demo / "shop.db", "customers"))


def read_contacts(demo: Path, until: date) -> dict[str, Row]:
    """Contacts by number, the last export of each."""

    def type_row(row: Row) -> Row:
        channel, customer, routing = row.get("channel", {}), row.get("customer", {}), row.get("routing", {})
        reason, handling, result = row.get("reason", {}), row.get("handling", {}), row.get("result", {})
        return {
            "contact_id": require(row.get("conversationId")),
            "channel": CONTACT_CHANNELS[require(channel.get("type"))],
            "is_inbound": channel.get("direction") != "out",
            "customer": customer,
            "queue": routing.get("queue"),
            "queued_at": require(read_moment(routing.get("queuedAt"))),
            "answered_at": read_moment(routing.get("answeredAt")),
            "ended_at": read_moment(row.get("endedAt")),
            "is_abandoned": routing.get("abandoned"),
            "topic": reason.get("code"),
            "order_id": reason.get("orderRef"),
            "talk": handling.get("talkSec"),
            "hold": handling.get("holdSec"),
            "wrap": handling.get("wrapSec"),
            "is_resolved": result.get("solved"),
            "exported_at": read_moment(row.get("exportedAt")),
        }

    records = (record for path in list_files(demo / "contacts", "*.jsonl", until) for record in read_json_lines(path))
    return keep_latest(keep_good(records, type_row), "contact_id", "exported_at")


def read_deliveries(demo: Path, until: date) -> dict[str, Row]:
    """Deliveries by carrier's number, the last report of each."""

    def type_row(row: dict[str, str]) -> Row:
        found = {ours: next((row[name] for name in theirs if name in row), "") for ours, theirs in DELIVERY_FIELDS.items()}
        moments = ("promised_at", "scheduled_at", "ship_by", "shipped_at", "delivered_at", "reported_at")
        typed = {name: read_moment(found[name]) for name in moments}
        require(typed["promised_at"])
        return {
            **typed,
            "delivery_id": require(found["delivery_id"]),
            "order_id": found["order_id"] or None,
            "supplier": row["supplier"],
            "requested": read_day(found["requested"]),
            "attempts": read_number(found["attempts"]),
            "ordered": read_number(found["ordered"]),
            "delivered": read_number(found["delivered"]),
            "is_damaged": read_flag(found["is_damaged"]),
        }

    def read_rows() -> Iterator[dict[str, str]]:
        for carrier, (pattern, delimiter, encoding) in CARRIERS.items():
            for path in list_files(demo / "deliveries" / carrier, pattern, until):
                yield from ({**row, "supplier": carrier} for row in read_csv(path, delimiter, encoding))

    return keep_latest(keep_good(read_rows(), type_row), "delivery_id", "reported_at")


def read_answers(demo: Path, until: date) -> dict[str, Row]:
    """Answers by number, on their own scale only."""

    def type_row(row: dict[str, str]) -> Row:
        metric, lowest, highest = QUESTIONS.get(require(row["QType"]), ("other", 1, 5))
        score = require(read_number(row["Score"]))
        if not lowest <= score <= highest:
            raise ValueError(f"the demo has no score outside its scale, but {row}")
        return {
            "answer_id": require(row["AnswerID"]),
            "survey": require(row["Survey"]).lower(),
            "metric": metric,
            "score": score,
            "order_id": row["OrderNo"],
            "contact_id": row["CaseNo"],
            "delivery_id": row["ParcelNo"],
            "hint": "website" if row["Tag"] == "TP-SITE" else None,
            "asked_at": require(read_moment(row["Sent"])),
            "answered_at": read_moment(row["Completed"]),
            "invitation": row["InvitationID"],
        }

    rows = (row for path in list_files(demo / "surveys", "*.csv", until) for row in read_csv(path))
    return keep_latest(keep_good(rows, type_row), "answer_id", "answered_at")


def read_invitations(demo: Path, until: date) -> list[Row]:
    """Invitations to surveys."""
    rows = (row for path in list_files(demo / "invitations", "*.csv", until) for row in read_csv(path))
    return [
        {"invitation": row["InvitationID"], "survey": row["Survey"].lower(), "asked_at": require(read_moment(row["Sent"]))} for row in rows
    ]


def read_visits(demo: Path, until: date) -> list[Row]:
    """Sessions per hour and channel."""
    rows = (row for path in list_files(demo / "visits", "*.csv", until) for row in read_csv(path))
    return [
        {"day": date.fromisoformat(row["day"]), "channel": VISIT_CHANNELS[row["property"]], "sessions": int(row["sessions"])}
        for row in rows
    ]


def read_costs(demo: Path, until: date) -> list[Row]:
    """Costs per day, cost centre and kind."""
    rows = (row for path in sorted((demo / "costs").glob("*.csv")) for row in read_csv(path))
    costs = [
        {
            "day": date.fromisoformat(row["posting_date"]),
            "centre": row["cost_centre"].lower(),
            "kind": row["cost_type"],
            "amount": float(row["amount_eur"]),
        }
        for row in rows
    ]
    return [cost for cost in costs if cost["day"] < until]
