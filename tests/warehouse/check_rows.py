"""The rows for docs/kpi-check-values.md. Each example has its own touchpoint or supplier."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
WINTER = "+01:00"  # all examples are in January and February, the incomplete ones in March before the clock change


def at(day: str, clock: str = "12:00:00") -> str:
    """A local time."""
    return f"2026-{day}T{clock}{WINTER}"


def write_orders() -> list[Row]:
    """99 orders on 5 January, of which 49 of 40, 49 of 60 and one in another currency; one of 2 January was cancelled."""
    orders = [
        {"order_id": f"O{number}", "ordered_at": at("01-05"), "channel": "web", "status": "completed", "currency": "EUR"}
        for number in range(1, 101)
    ]
    for position, order in enumerate(orders):
        order["net_amount"] = 40 if position % 2 else 60
    orders[98] |= {"status": "cancelled", "net_amount": 1000, "ordered_at": at("01-02")}
    orders[99] |= {"currency": "CHF", "net_amount": 1000}
    return orders


def write_visits() -> list[Row]:
    """1,000 sessions on the days of the orders."""
    return [{"date": f"2026-01-{day}", "hour": 12, "channel": "web", "sessions": sessions} for day, sessions in (("02", 100), ("05", 900))]


def write_calls() -> list[Row]:
    """102 calls: 78 answered after 10 s, 12 after 50 s, 4 given up after 3 s, 8 after 30 s. Ten callers are strangers."""
    calls = []
    for number in range(102):
        call: Row = {"contact_id": f"CALL{number}", "channel": "phone", "direction": "inbound", "queued_at": at("01-12", "12:00:00")}
        call["is_abandoned"] = number >= 90
        if number < 90:
            call["answered_at"] = at("01-12", "12:00:10" if number < 78 else "12:00:50")
            call["ended_at"] = at("01-12", "12:20:00")
            call |= {"talk_seconds": 200, "hold_seconds": 40, "after_call_seconds": 60} if number % 3 else {"talk_seconds": 400}
            call["after_call_seconds"] = call.get("after_call_seconds", 20)
        else:
            call["ended_at"] = at("01-12", "12:00:03" if number < 94 else "12:00:30")
        call["customer_key"] = "STRANGER" if number < 10 else f"K{number}"
        calls.append(call)
    return calls


def write_messages() -> list[Row]:
    """Ten WhatsApp messages of Friday 16 January, in pairs, to a desk that opens 09:00 to 17:00 on weekdays."""
    answers = (("10:00:00", "01-16", "10:10:00"), ("16:50:00", "01-19", "09:10:00"), ("20:00:00", "01-19", "09:30:00"))
    answers += (("08:00:00", "01-16", "09:05:00"), ("12:00:00", "01-16", "12:55:00"))
    return [
        {
            "contact_id": f"MESSAGE{number}",
            "channel": "whatsapp",
            "queued_at": at("01-16", start),
            "answered_at": at(day, end),
            "customer_key": f"K{number}",
        }
        for number, (start, day, end) in enumerate(answers * 2)
    ]


def write_opening_hours() -> list[Row]:
    """Weekdays from nine to five."""
    return [
        {"channel": "whatsapp", "weekday": weekday, "opens_at": "09:00", "closes_at": "17:00", "valid_from": "2026-01-01"}
        for weekday in range(1, 6)
    ]


def write_costs() -> list[Row]:
    """January: 1,000 for calls, 60 for redeliveries, 30 for returns; 100 for letters, which have no handling time, and rent."""
    costs = [("01", "phone", "contact", 400), ("31", "phone", "contact", 600), ("31", "mail", "contact", 100)]
    costs += [("31", "roads", "redelivery", 60), ("31", "shelves", "return", 30), ("31", "shop", "rent", 5000)]
    return [{"date": f"2026-01-{day}", "channel": channel, "kind": kind, "amount": amount} for day, channel, kind, amount in costs]


def write_chats() -> list[Row]:
    """Ten solved chats on 13 January with repeated contacts; five solved chats on each of 24, 25 and 26 March."""

    def chat(number: str, customer: str, queued_at: str, topic: str = "bill", **more: Any) -> Row:
        return {"contact_id": number, "channel": "chat", "customer_key": customer, "queued_at": queued_at, "topic": topic, **more}

    chats = [chat(f"FIRST{number}", f"K{number}", at("01-13"), is_resolved=True) for number in range(10)]
    chats += [
        chat("FROM US", "K5", at("01-14"), direction="outbound"),
        chat("BEFORE", "K6", at("01-02")),
        chat("THREE DAYS LATER", "K0", at("01-16")),
        chat("AT THE LAST SECOND", "K1", at("01-20")),
        chat("A SECOND TOO LATE", "K2", at("01-20", "12:00:01")),
        chat("ANOTHER TOPIC", "K3", at("01-14"), topic="garden"),
        chat("GIVEN UP", "K4", at("01-15"), is_abandoned=True),
        chat("A STRANGER", "STRANGER", at("01-13"), is_resolved=True),
    ]
    return chats + [
        chat(f"{day} {number}", f"K{number}", at(day), is_resolved=True, topic=day)
        for day in ("03-24", "03-25", "03-26")
        for number in range(5)
    ]


def write_letters() -> list[Row]:
    """Contacts that name an order of 5 January: ten in January, of which six after the order; one on its 28th day, one on the 29th."""
    days = ["01-04"] + ["01-05"] + ["01-20"] * 5 + ["01-21"] * 3 + ["02-02", "02-03"]
    orders = [f"O{number}" for number in range(1, 8)] + ["NOBODY'S"] * 3 + ["O8", "O9"]
    return [
        {"contact_id": f"LETTER{number}", "channel": "mail", "queued_at": at(day), "order_id": order, "customer_key": f"K{number}"}
        for number, (day, order) in enumerate(zip(days, orders, strict=True))
    ]


def write_deliveries() -> list[Row]:
    """Ten deliveries of carrier cart in seven orders; 31 of ferry and 10 of tram, all without a fault."""
    carts = []
    orders = ("O1", "O1", "O2", "O2", "O3", "O4", "O5", "O6", "O4", "O7")
    for number, order in enumerate(orders, start=1):
        carts.append(
            {
                "delivery_id": f"CART{number:02d}",
                "order_id": order,
                "supplier_id": "cart",
                "requested_date": "2026-01-15",
                "promised_at": at("01-15", "22:00:00"),
                "scheduled_at": at("01-15", "22:00:00"),
                "ship_by": at("01-14", "18:00:00"),
                "shipped_at": at("01-14"),
                "delivered_at": at("01-15"),
                "quantity_ordered": 2,
                "quantity_delivered": 2,
                "is_damaged": "false",
            }
        )
    carts[0]["requested_date"] = ""
    carts[1]["shipped_at"] = at("01-15", "08:00:00")
    carts[6] |= {"delivered_at": at("01-15", "23:59:00"), "is_damaged": "true"}
    carts[7] |= {"quantity_delivered": 1, "attempts": 3}
    carts[8] |= {"delivered_at": at("01-16", "00:01:00"), "requested_date": "2026-01-16", "scheduled_at": at("01-16")}
    carts[9] |= {"delivered_at": "", "quantity_delivered": 0, "is_damaged": "", "scheduled_at": at("01-17")}
    fine = [
        {"delivery_id": f"{carrier}{number}", "supplier_id": carrier, "promised_at": at("01-20"), "delivered_at": at("01-20")}
        for carrier, count in (("ferry", 31), ("tram", 10))
        for number in range(count)
    ]
    fine[-1]["attempts"] = 2
    return carts + fine


def write_order_lines() -> list[Row]:
    """20 units shipped on 14 January: 3 came back on the 30th day, 2 on the 31st. 10 units never left."""
    lines = [("O1", 10, 3, "02-13"), ("O2", 5, 2, "02-14"), ("O3", 5, 0, None), ("O50", 10, 5, "01-20")]
    return [
        {
            "order_id": order,
            "line_no": 1,
            "ordered_at": at("01-05"),
            "quantity": quantity,
            "returned_quantity": returned,
            "returned_at": at(day) if day else "",
        }
        for order, quantity, returned, day in lines
    ]


def write_answers() -> list[Row]:
    """31 recommendations about deliveries of ferry, ten of tram; effort of ten calls; ten opinions of the checkout."""
    scales = {"nps": (0, 10), "ces": (1, 7), "csat": (1, 5)}

    def answer(metric: str, number: int, score: int, **about: Any) -> Row:
        lowest, highest = scales[metric]
        row = {"response_id": f"{metric} {number} {about}", "survey_id": "after", "metric": metric, "score": score}
        return row | {"asked_at": at("01-21"), "answered_at": at("01-22"), "scale_min": lowest, "scale_max": highest, **about}

    scores = [10] * 9 + [9] * 9 + [8] * 6 + [7] * 5 + [6, 0]
    answers = [answer("nps", number, score, delivery_id=f"ferry{number}") for number, score in enumerate(scores)]
    answers += [answer("nps", number, 9, delivery_id=f"tram{number}") for number in range(10)]
    efforts = (7, 6, 5, 4, 3, 7, 6, 5, 2, 6)
    answers += [answer("ces", number, score, contact_id=f"CALL{number}") for number, score in enumerate(efforts)]
    opinions = (5, 5, 5, 5, 4, 4, 4, 4, 3, 1)
    checkout = [answer("csat", number, score, survey_id="checkout") for number, score in enumerate(opinions)]
    for number, row in enumerate(checkout[:9]):
        row["invitation_id"] = f"CARD{number}"
    checkout[7]["answered_at"] = at("02-04", "23:00:00")
    checkout[8]["answered_at"] = at("02-05")
    checkout[9]["customer_key"] = "K9"
    return answers + checkout


def write_invitations() -> list[Row]:
    """Twenty invitations to the survey of the checkout. Nine answers name theirs; one has only the customer and the moment of asking."""
    return [
        {"invitation_id": f"CARD{number}", "survey_id": "checkout", "customer_key": f"K{number}", "asked_at": at("01-21")}
        for number in range(20)
    ]


def write_customers() -> list[Row]:
    """Everybody but STRANGER."""
    return [{"customer_key": f"K{number}", "created_at": at("01-01")} for number in range(110)]


def write_all() -> dict[str, list[Row]]:
    """Rows by contract."""
    return {
        "customers": write_customers(),
        "orders": write_orders(),
        "order_lines": write_order_lines(),
        "visits": write_visits(),
        "contacts": write_calls() + write_chats() + write_letters() + write_messages(),
        "deliveries": write_deliveries(),
        "survey_responses": write_answers(),
        "survey_invitations": write_invitations(),
        "opening_hours": write_opening_hours(),
        "costs": write_costs(),
    }
