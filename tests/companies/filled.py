"""A company whose sources fill every column of every contract, one file per contract with the contract's own columns.

Its folder is written from the contracts, so a test may leave out any column. Equal seeds give equal rows.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from semantic.contracts import Contract, load_contracts

FIRST, UNTIL = date(2026, 1, 5), date(2026, 4, 6)
CHANNELS = ("phone", "chat", "mail", "whatsapp")
Row = dict[str, Any]

COMPANY = {
    "name": "Filled",
    "purpose": "Every column has values.",
    "objectives": [{"id": "return", "text": "Customers come back."}],
    "time_zone": "Europe/Amsterdam",
    "currency": "EUR",
    "country": "NL",
    "first_day": FIRST.isoformat(),
}
TOUCHPOINTS = (
    ("site", [{"event": "visit"}], ["web"], {"conversion": 0.05}),
    ("checkout", [{"event": "order_placed"}], ["web"], {"average_order_value": 50, "csat": 0.8}),
    ("phone", [{"event": f"contact_{name}"} for name in CHANNELS], list(CHANNELS), {"abandonment": 0.1, "average_handle_time": 300}),
    ("parcel", ["delivered"], None, {"on_time_delivery": 0.9, "nps": 20, "promise_kept": 0.9}),
    ("returns", ["returned"], None, {"return_rate": 0.1}),
)
JOURNEY = {
    "id": "buy",
    "name": "Buy something",
    "persona": "Anybody",
    "wish": "To have it",
    "phases": [
        {
            "id": "purchase", "name": "Purchase", "touchpoints": ["site", "checkout"], "objective": "return",
            "start_event": "order_placed", "end_event": "delivered",
        },
        {"id": "use", "name": "Use", "touchpoints": ["phone", "parcel", "returns"]},
    ],
}  # fmt: skip


def list_optional_columns() -> list[str]:
    """Every column that a company may leave out, as contract.column."""
    return [
        f"{contract.name}.{column}"
        for contract in load_contracts().values()
        for column, fields in contract.columns.items()
        if not fields.get("required") and column not in contract.key and fields.get("personal") != "free_text"
    ]


def write_company(folder: Path, left_out: Collection[str] = ()) -> None:
    """Write the company folder. Its staging models select every column of the contracts but those `left_out` (contract.column)."""
    contracts = load_contracts()
    write_yaml(folder / "company.yml", COMPANY)
    write_yaml(folder / "touchpoints.yml", {"touchpoints": [describe_touchpoint(*each) for each in TOUCHPOINTS]})
    write_yaml(folder / "journeys" / "buy.yml", JOURNEY)
    tables = {name: describe_table(contract) for name, contract in contracts.items()}
    source = {"description": "All there is.", "owner": "IT", "connector": "files", "tables": tables}
    write_yaml(folder / "sources.yml", {"sources": {"all": source}})
    (folder / "models").mkdir(parents=True, exist_ok=True)
    for name, contract in contracts.items():
        columns = [column for column in list_delivered(contract) if f"{name}.{column}" not in left_out]
        write_model(folder, name, f"select {', '.join(columns)}, {{{{ lineage() }}}} from {{{{ source('all', '{name}') }}}}")


def write_model(folder: Path, contract: str, query: str) -> None:
    """Write the staging model of a contract."""
    (folder / "models" / f"stg_all__{contract}.sql").write_text(f"{query}\n", encoding="utf-8")


def describe_touchpoint(name: str, events: list[Any], channels: list[str] | None, kpis: Mapping[str, float]) -> dict[str, Any]:
    """An entry of touchpoints.yml."""
    entry = {"id": name, "name": name.title(), "owner": "Service", "events": events}
    return entry | ({"channels": channels} if channels else {}) | {"kpis": [{"kpi": kpi, "target": target} for kpi, target in kpis.items()]}


def list_delivered(contract: Contract) -> list[str]:
    """The columns of a contract that the files hold: all but free text."""
    return [column for column, fields in contract.columns.items() if fields.get("personal") != "free_text"]


def describe_table(contract: Contract) -> dict[str, Any]:
    """A table of sources.yml: a snapshot with the columns of the contract."""
    columns = {
        column: {
            "type": contract.columns[column]["type"],
            **({"personal": contract.columns[column]["personal"]} if "personal" in contract.columns[column] else {}),
        }
        for column in list_delivered(contract)
    }
    path = f"${{FILLED_DATA}}/{contract.name}.jsonl"
    return {"path": path, "format": "jsonl", "window": {"snapshot": True}, "columns": columns}


def write_yaml(path: Path, content: Any) -> None:
    """Write one file of the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def write_rows(folder: Path, seed: int = 1, add: Callable[[dict[str, list[Row]]], None] = lambda tables: None) -> dict[str, list[Row]]:
    """Write the rows of every contract, after `add` has changed them, and return them."""
    tables = make_rows(random.Random(seed))
    add(tables)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row, default=write_value) + "\n" for row in rows), encoding="utf-8")
    return tables


def write_value(value: date | datetime) -> str:
    """A date or moment as JSON holds it."""
    return value.isoformat()


def make_rows(dice: random.Random) -> dict[str, list[Row]]:
    """Rows of all contracts that belong together."""
    customers = [make_customer(number) for number in range(60)]
    orders = [order for day in list_days() for order in make_orders(dice, day, customers)]
    lines = [line for order in orders for line in make_lines(dice, order)]
    deliveries = [make_delivery(dice, order, place) for place, order in enumerate(orders)]
    deliveries[0]["shipped_at"] = deliveries[0]["promised_at"] + timedelta(days=9)
    deliveries[1]["shipped_at"] = orders[1]["ordered_at"] - timedelta(hours=1)
    orders[2] |= {"status": "cancelled", "cancelled_at": orders[2]["ordered_at"] - timedelta(minutes=1)}
    contacts = [contact for day in list_days() for contact in make_contacts(dice, day, customers, orders)]
    return {
        "customers": customers,
        "orders": orders,
        "order_lines": lines,
        "deliveries": deliveries,
        "delivery_events": [make_scan(delivery) for delivery in deliveries],
        "contacts": contacts,
        "survey_invitations": [make_invitation(delivery) for delivery in deliveries[::2]],
        "survey_responses": [*make_answers(dice, deliveries, contacts)],
        "visits": [*make_visits(dice)],
        "costs": [*make_costs(dice)],
        "opening_hours": [make_hours(channel, weekday) for channel in ("mail", "whatsapp") for weekday in range(1, 7)],
        "holidays": [{"date": date(2026, 1, 6), "name": "Epiphany"}],
        "changes": [make_change()],
    }


def list_days() -> list[date]:
    """Every day of the company."""
    return [FIRST + timedelta(days=offset) for offset in range((UNTIL - FIRST).days)]


def pick_moment(dice: random.Random, day: date) -> datetime:
    """A second of a day's working hours."""
    return datetime.combine(day, time(8), UTC) + timedelta(seconds=dice.randrange(9 * 3600))


def make_customer(number: int) -> Row:
    return {
        "customer_key": f"C{number}", "email": f"c{number}@example.org", "phone": f"06123{number:05d}", "postcode": "1234 AB",
        "house_number": f"{number}", "created_at": datetime(2025, 1, 1, tzinfo=UTC), "is_prospect": number > 55,
        "updated_at": datetime(2025, 1, 1, tzinfo=UTC),
    }  # fmt: skip


def make_orders(dice: random.Random, day: date, customers: list[Row], count: int = 8) -> Iterator[Row]:
    for number in range(count):
        moment, gross = pick_moment(dice, day), dice.randrange(20, 200)
        is_cancelled = dice.random() < 0.15
        yield {
            "order_id": f"O{day:%m%d}{number}", "customer_key": dice.choice(customers)["customer_key"], "ordered_at": moment,
            "channel": dice.choice(["web", "shop"]), "status": "cancelled" if is_cancelled else "completed",
            "currency": dice.choice(["EUR"] * 9 + ["USD"]), "gross_amount": gross, "net_amount": gross * 0.9,
            "discount_amount": gross * 0.1, "shipping_amount": 5, "cost_amount": gross * 0.5,
            "payment_method": dice.choice(["card", "invoice"]), "is_credit": dice.random() < 0.1, "promo_code": "SPRING",
            "cancelled_at": moment + timedelta(hours=1) if is_cancelled else None, "updated_at": moment + timedelta(hours=1),
        }  # fmt: skip


def make_lines(dice: random.Random, order: Row) -> Iterator[Row]:
    for line_no in range(1, dice.choice([2, 3])):
        is_returned = dice.random() < 0.2
        yield {
            "order_id": order["order_id"], "line_no": line_no, "ordered_at": order["ordered_at"], "product_id": f"P{line_no}",
            "category": "lamps", "quantity": 2, "unit_price": 20, "returned_quantity": 1 if is_returned else None,
            "returned_at": order["ordered_at"] + timedelta(days=dice.randrange(4, 20)) if is_returned else None,
            "updated_at": order["ordered_at"],
        }  # fmt: skip


def make_delivery(dice: random.Random, order: Row, place: int) -> Row:
    promised = order["ordered_at"] + timedelta(days=2)
    is_called_off = dice.random() < 0.08
    came = promised + timedelta(days=dice.choice([-1, 0, 1, 2])) if dice.random() < (0.3 if is_called_off else 0.95) else None
    return {
        "delivery_id": f"D{place}", "order_id": order["order_id"], "line_no": dice.choice([1, 1, None]),
        "supplier_id": dice.choice(["swift", "slow"]), "carrier": dice.choice(["van", "bike"]),
        "requested_date": (promised - timedelta(days=dice.choice([0, 1]))).date(), "promised_at": promised,
        "scheduled_at": promised + timedelta(days=dice.choice([0, 1])), "shipped_at": order["ordered_at"] + timedelta(hours=8),
        "ship_by": order["ordered_at"] + timedelta(hours=[30, 8, 7][place % 3]),
        "delivered_at": came, "cancelled_at": promised - timedelta(hours=6) if is_called_off else None,
        "attempts": dice.choice([1, 1, 2]), "quantity_ordered": 2, "quantity_delivered": dice.choice([2, 2, 2, 1]),
        "is_damaged": dice.random() < 0.1, "status": "delivered", "updated_at": promised + timedelta(days=2),
    }  # fmt: skip


def make_scan(delivery: Row) -> Row:
    return {
        "delivery_id": delivery["delivery_id"], "event_at": delivery["shipped_at"], "code": "OUT",
        "supplier_id": delivery["supplier_id"], "carrier": delivery["carrier"],
    }  # fmt: skip


def make_contacts(dice: random.Random, day: date, customers: list[Row], orders: list[Row]) -> Iterator[Row]:
    earlier = [order for order in orders if order["ordered_at"].date() <= day]
    for number in range(10):
        moment, who, channel = pick_moment(dice, day), dice.choice(customers), dice.choice(CHANNELS)
        is_abandoned = dice.random() < 0.3
        waited = timedelta(seconds=dice.choice([2, 10, 60, 300]))
        key = dice.choice(["customer_key", "phone", "email", "address", None])
        yield {
            "contact_id": f"K{day:%m%d}{number}", "customer_key": who["customer_key"] if key == "customer_key" else None,
            "phone": who["phone"] if key == "phone" else None, "email": who["email"] if key == "email" else None,
            "postcode": who["postcode"] if key == "address" else None, "house_number": who["house_number"] if key == "address" else None,
            "channel": channel, "direction": dice.choice(["inbound"] * 9 + ["outbound"]), "queue": dice.choice(["first", "second"]),
            "topic": dice.choice(["order", "delivery"]), "order_id": dice.choice(earlier)["order_id"] if dice.random() < 0.6 else None,
            "queued_at": moment, "answered_at": None if is_abandoned else moment + waited,
            "ended_at": moment + waited + (timedelta() if is_abandoned else timedelta(minutes=5)),
            "talk_seconds": None if is_abandoned else 200, "hold_seconds": None if is_abandoned else dice.choice([0, 30]),
            "after_call_seconds": None if is_abandoned else 60, "agent_id": f"A{dice.randrange(5)}", "is_abandoned": is_abandoned,
            "is_transferred": dice.random() < 0.2, "is_resolved": not is_abandoned and dice.random() < 0.8, "cost_amount": 4,
            "updated_at": moment + timedelta(hours=1),
        }  # fmt: skip


def name_respondent(delivery: Row) -> str:
    """The customer who is asked about a delivery."""
    return f"C{int(delivery['delivery_id'][1:]) % 60}"


def make_invitation(delivery: Row) -> Row:
    """An invitation to the survey about a delivery. That of every sixth delivery is not answered: the answer belongs to another one."""
    is_answered = int(delivery["delivery_id"][1:]) % 6 != 0
    return {
        "invitation_id": f"{'I' if is_answered else 'U'}{delivery['delivery_id']}", "survey_id": "parcel",
        "customer_key": name_respondent(delivery), "asked_at": delivery["promised_at"] + timedelta(days=1, hours=0 if is_answered else 1),
    }  # fmt: skip


def make_answers(dice: random.Random, deliveries: list[Row], contacts: list[Row]) -> Iterator[Row]:
    scales = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
    asked = [("delivery_id", each, "promised_at") for each in deliveries] + [("contact_id", each, "queued_at") for each in contacts]
    for place, (key, about, clock) in enumerate(asked):
        metric = dice.choice(list(scales))
        lowest, highest = scales[metric]
        asked_at = about[clock] + timedelta(days=1)
        yield {
            "response_id": f"R{place}", "invitation_id": f"I{about[key]}" if key == "delivery_id" else None, "survey_id": "parcel",
            "question_version": "1", "customer_key": name_respondent(about) if key == "delivery_id" else f"C{dice.randrange(60)}",
            "order_id": about["order_id"], "contact_id": about[key] if key == "contact_id" else None,
            "delivery_id": about[key] if key == "delivery_id" else None, "touchpoint_hint": dice.choice(["site", None, None]),
            "asked_at": asked_at, "answered_at": asked_at + timedelta(hours=2), "metric": metric,
            "score": dice.randint(lowest, highest), "scale_min": lowest, "scale_max": highest, "agent_id": about.get("agent_id"),
            "supplier_id": about.get("supplier_id"),
        }  # fmt: skip


def make_visits(dice: random.Random) -> Iterator[Row]:
    for day in list_days():
        for hour in (9, 15):
            sessions = dice.randrange(40, 80)
            yield {"date": day, "hour": hour, "channel": "web", "sessions": sessions, "visitors": sessions - 10}


def make_costs(dice: random.Random) -> Iterator[Row]:
    for day in list_days():
        for kind, channel in (*(("contact", name) for name in CHANNELS), ("redelivery", "carriers"), ("return", "warehouse")):
            yield {"date": day, "channel": channel, "kind": kind, "amount": dice.randrange(20, 60)}


def make_hours(channel: str, weekday: int) -> Row:
    return {
        "channel": channel, "weekday": weekday, "opens_at": "09:00", "closes_at": "17:00", "valid_from": date(2025, 1, 1),
        "valid_to": date(2027, 1, 1), "closed_on_holidays": True,
    }  # fmt: skip


def make_change() -> Row:
    moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
    return {
        "change_id": "faster-vans", "title": "Faster vans", "description": "Vans that are faster.", "started_at": moment,
        "rolled_out_at": moment + timedelta(days=7), "ended_at": datetime(2026, 12, 1, tzinfo=UTC), "kind": "process",
        "touchpoints": "parcel", "components": None, "suppliers": "swift", "channels": None, "segments": None, "owner": "Service",
        "primary_kpi": "on_time_delivery", "expected_direction": "higher", "expected_size": 0.05, "evaluation_date": date(2026, 5, 1),
        "investment_amount": 1000, "updated_at": moment,
    }  # fmt: skip
