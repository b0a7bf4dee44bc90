"""The KPIs of the generated company, counted again in plain Python from its raw rows, without data frames, SQL or code of the project."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.companies.generated import FIRST, UNTIL, ZONE, RawRows

TOUCHPOINTS_OF_AISLES = {"counter": "shop_till", "dial": "dial_and_order"}
TOUCHPOINTS_OF_HAULERS = {"oxcart": "porch_drop", "lakefreight": "porch_drop", "lockbox": "harbor_locker"}
LIVE_CHANNELS = ("phone", "chat", "shop")
WRITTEN_CHANNELS = ("mail", "whatsapp")
COHORT = timedelta(days=28)
MATURES = {"contact_rate_by_cohort": COHORT, "contacts_caused": COHORT}
MEDIANS = ("average_order_value", "average_speed_of_answer", "first_response_time")
CHANNELS = {"ring": "phone", "text": "whatsapp", "letter": "mail", "shop": "shop"}

# KPI, touchpoint (None is the company), dimension set, its value, grain, first day of the period
Key = tuple[str, str | None, str, str | None, str, date]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Count:
    """The contribution of one row to a KPI. Touchpoint None: an answer about the company as a whole."""

    kpi: str
    day: date
    touchpoint: str | None
    channel: str | None
    supplier: str | None
    numerator: float
    denominator: float


def find_current(rows: Iterable[Row], key: str, version: str) -> dict[str, Row]:
    """The last version of each row."""
    current: dict[str, Row] = {}
    for row in rows:
        if row[key] not in current or row[version] >= current[row[key]][version]:
            current[row[key]] = row
    return current


def find_local_day(moment: datetime) -> date:
    """The calendar day in New York."""
    return moment.astimezone(ZONE).date()


def read_moment(text: str | None) -> datetime | None:
    """An ISO text with an offset."""
    return None if text is None else datetime.fromisoformat(text)


class Company:
    """The current rows with their day and touchpoint."""

    def __init__(self, raw: RawRows) -> None:
        slips = find_current(raw.slips, "slip_no", "touched_at")
        self.slips = {number: slip for number, slip in slips.items() if not number.startswith("TRAINING")}
        self.rings = {ring["ring_no"]: ring for ring in raw.rings}
        self.stops = find_current(raw.stops, "stop_no", "told_at")
        valid = [card for card in raw.cards if card["lowest"] <= card["mark"] <= card["highest"]]
        self.cards = find_current(valid, "card_no", "back_at")
        self._numbers = {patron["patron_no"] for patron in raw.patrons}
        self._phones = {"".join(filter(str.isdigit, patron["cell"]))[-10:] for patron in raw.patrons}

    def is_known(self, ring: Row) -> bool:
        """Whether a customer has the customer number or the telephone number; numbers are compared by their last ten digits."""
        caller = ring["caller"]
        return caller.get("patron") in self._numbers or caller.get("cell", "")[-10:] in self._phones

    def is_on_time(self, stop: Row) -> bool:
        """Dropped on or before the promised local day."""
        return stop["dropped_at"] is not None and find_local_day(stop["dropped_at"]) <= self.place_stop(stop)[0]

    def place_slip(self, slip: Row) -> tuple[date, str, str, None]:
        """Day, touchpoint, channel, no supplier. The till writes local time, so its date is the day."""
        return date.fromisoformat(slip["rung_at"][:10]), TOUCHPOINTS_OF_AISLES.get(slip["aisle"], "unmapped"), slip["aisle"], None

    def place_ring(self, ring: Row) -> tuple[date, str, str, None]:
        """Day, touchpoint, channel, no supplier."""
        channel, touchpoint = CHANNELS[ring["medium"]], "unmapped"
        if channel == "phone":
            touchpoint = "bill_questions" if ring["desk"] == "bills" else "wick_advice"
        elif channel == "mail":
            touchpoint = "bill_questions"
        return find_local_day(read_moment(ring["rang_at"])), touchpoint, channel, None

    def place_stop(self, stop: Row) -> tuple[date, str, None, str]:
        """Promised day, touchpoint, no channel, supplier."""
        return find_local_day(stop["pledged_at"]), TOUCHPOINTS_OF_HAULERS.get(stop["hauler"], "unmapped"), None, stop["hauler"]

    def place_card(self, card: Row) -> tuple[date, str | None, str | None, str | None]:
        """Day and touchpoint of the event asked about, otherwise the day of sending and the touchpoint of the place or the series."""
        asked = find_local_day(read_moment(card["sent_at"]))
        if card["series"] == "yearly_card":
            return asked, None, None, None
        if card["ring_no"] in self.rings:
            return self.place_ring(self.rings[card["ring_no"]])
        if card["stop_no"] in self.stops:
            return self.place_stop(self.stops[card["stop_no"]])
        if card["slip_no"] in self.slips:
            return self.place_slip(self.slips[card["slip_no"]])
        touchpoint = "porch_drop" if card["place"] == "porch_drop" else "shop_till" if card["series"] == "till_card" else "unmapped"
        return asked, touchpoint, None, None


def count_orders(company: Company) -> Iterator[Count]:
    """Average order value: dollars of slips neither void nor in another currency."""
    for slip in company.slips.values():
        if slip["state"] != "VOID" and slip["money"] in ("USD", None):
            yield Count("average_order_value", *company.place_slip(slip), slip["cents"] / 100, 1)


def count_contacts(company: Company) -> Iterator[Count]:
    """Speed of answer, service level and abandonment of those who called us live; first response to those who wrote; who named an order."""
    for ring in company.rings.values():
        if ring["way"] == "out":
            continue
        place = company.place_ring(ring)
        start, lifted, end = (read_moment(ring[name]) for name in ("rang_at", "lifted_at", "hung_up_at"))
        yield Count("contacts_without_customer", *place, float(not company.is_known(ring)), 1)
        if lifted is not None and not ring["gave_up"] and place[2] in WRITTEN_CHANNELS:
            yield Count("first_response_time", *place, (lifted - start).total_seconds(), 1)
        if (ring["about"] or {}).get("slip"):
            yield Count("contact_rate", *place, 1, 0)
        if place[2] not in LIVE_CHANNELS:
            continue
        if lifted is not None and not ring["gave_up"]:
            yield Count("average_speed_of_answer", *place, (lifted - start).total_seconds(), 1)
        if ring["gave_up"] is not None:
            is_short = ring["gave_up"] and end is not None and end - start < timedelta(seconds=5)
            is_answered = lifted is not None and not ring["gave_up"]
            in_time = float(is_answered and lifted - start <= timedelta(seconds=20))
            yield Count("service_level_80_20", *place, in_time, 1)
            if not is_short:
                yield Count("abandonment", *place, float(ring["gave_up"]), 1)
                yield Count("service_level_80_20_net", *place, in_time, 1)
            if is_answered:
                yield Count("service_level_80_20_answered", *place, in_time, 1)


def count_orders_with_outcome(company: Company) -> Iterator[Count]:
    """Contacts that name an order from its day on until the 28th day after, by order day and by the day promised last; promises kept."""
    asked: Counter[str] = Counter()
    for ring in company.rings.values():
        slip = company.slips.get((ring["about"] or {}).get("slip"))
        if slip is not None and ring["way"] != "out":
            placed = company.place_slip(slip)[0]
            asked[slip["slip_no"]] += placed <= company.place_ring(ring)[0] <= placed + COHORT
    for number, slip in company.slips.items():
        yield Count("contact_rate_by_cohort", *company.place_slip(slip), asked[number], 1)
    stops: dict[str, list[Row]] = defaultdict(list)
    for stop in company.stops.values():
        if stop["slip_no"] is not None:
            stops[stop["slip_no"]].append(stop)
    for number, all_stops in stops.items():
        last = max(all_stops, key=lambda stop: (company.place_stop(stop)[0], stop["stop_no"]))
        yield Count("promise_kept", *company.place_stop(last), float(all(company.is_on_time(stop) for stop in all_stops)), 1)
        if number in company.slips:
            yield Count("contacts_caused", *company.place_stop(last), asked[number], 1)


def count_deliveries(company: Company) -> Iterator[Count]:
    """On time: dropped on or before the promised local day, over everything due. Late: not so, over what was dropped."""
    for stop in company.stops.values():
        yield Count("on_time_delivery", *company.place_stop(stop), float(company.is_on_time(stop)), 1)
        if stop["dropped_at"]:
            yield Count("late_of_delivered", *company.place_stop(stop), float(not company.is_on_time(stop)), 1)


def count_answers(company: Company) -> Iterator[Count]:
    """The three questions, each on its own scale only."""
    for card in company.cards.values():
        place, mark, scale = company.place_card(card), card["mark"], (card["asks"], card["lowest"], card["highest"])
        if scale == ("recommend", 0, 10):
            points = 100 if mark >= 9 else -100 if mark <= 6 else 0
            yield Count("nps", *place, points, 1)
            yield Count("experience_high", *place, float(mark >= 9), 1)
            yield Count("experience_middle", *place, float(7 <= mark < 9), 1)
            yield Count("experience_low", *place, float(mark < 7), 1)
            if place[3] is not None:
                yield Count("supplier_nps", *place, points, 1)
        elif scale == ("happy", 1, 5):
            yield Count("csat", *place, float(mark >= 4), 1)
        elif scale == ("effort", 1, 7):
            yield Count("ces", *place, float(mark >= 5), 1)
            yield Count("ces_mean", *place, mark, 1)


def find_period(day: date, grain: str) -> date:
    """The first day of the period a day lies in; weeks begin on Monday."""
    return {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1), "total": FIRST}[grain]


def find_period_end(start: date, grain: str) -> date:
    """The first day after the period."""
    if grain == "month":
        return date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return {"day": start + timedelta(days=1), "week": start + timedelta(days=7), "total": UNTIL}[grain]


def count_kpis(raw: RawRows) -> dict[Key, tuple[float, float]]:
    """Numerator and denominator of every KPI for the company and each touchpoint, by day, week, month and in total."""
    company = Company(raw)
    counts = [*count_orders(company), *count_contacts(company), *count_deliveries(company), *count_orders_with_outcome(company)]
    counts += count_answers(company)
    due = [count for count in counts if count.day + MATURES.get(count.kpi, timedelta(0)) < UNTIL]
    whole_company = {count.kpi for count in due if count.touchpoint is None}  # asked about as a whole: single touchpoints do not count
    sums: dict[Key, list[float]] = defaultdict(lambda: [0, 0])
    for count in due:
        scopes = {count.touchpoint} if count.kpi in whole_company else {count.touchpoint, None}
        splits = [("total", None), ("channel", count.channel), ("supplier", count.supplier)]
        for touchpoint in scopes:
            for dimension, value in (split for split in splits if split[0] == "total" or split[1] is not None):
                for grain in ("day", "week", "month", "total"):
                    pair = sums[count.kpi, touchpoint, dimension, value, grain, find_period(count.day, grain)]
                    pair[0] += count.numerator
                    pair[1] += count.denominator
    fill_contact_rate(sums, due, company)
    return {key: (numerator, denominator) for key, (numerator, denominator) in sums.items() if not is_open(key)}


def is_open(key: Key) -> bool:
    """Whether the period holds a day whose contacts are not all known yet. All days together stop before the first such day."""
    kpi, grain, start = key[0], key[4], key[5]
    return kpi in MATURES and grain != "total" and find_period_end(start, grain) - timedelta(days=1) + MATURES[kpi] >= UNTIL


def list_values(raw: RawRows) -> dict[tuple[str, str | None, str, date], list[float]]:
    """The single values behind MEDIANS: KPI, touchpoint (None is the company), grain, period."""
    company = Company(raw)
    values: dict[tuple[str, str | None, str, date], list[float]] = defaultdict(list)
    for count in (*count_orders(company), *count_contacts(company)):
        if count.kpi in MEDIANS:
            for touchpoint in (count.touchpoint, None):
                for grain in ("day", "week", "month", "total"):
                    values[count.kpi, touchpoint, grain, find_period(count.day, grain)].append(count.numerator)
    return values


def count_unmatched_contacts(raw: RawRows) -> int:
    """Contacts whose customer number and telephone number belong to no customer."""
    company = Company(raw)
    return sum(not company.is_known(ring) for ring in raw.rings)


def fill_contact_rate(sums: dict[Key, list[float]], due: list[Count], company: Company) -> None:
    """The denominator of every contact rate: all orders of the company, also in periods without a contact, from a series' first one."""
    placed: dict[tuple[str, date], int] = defaultdict(int)
    for slip in company.slips.values():
        day = company.place_slip(slip)[0]
        for grain in ("day", "week", "month", "total"):
            placed[grain, find_period(day, grain)] += 1
    series: dict[tuple[str | None, str, str | None], date] = {}
    for count in (count for count in due if count.kpi == "contact_rate"):
        for touchpoint in (count.touchpoint, None):
            for name, value in (("total", None), ("channel", count.channel)):
                series[touchpoint, name, value] = min(count.day, series.get((touchpoint, name, value), count.day))
    for (touchpoint, name, value), first in series.items():
        for (grain, start), orders in placed.items():
            if first < find_period_end(start, grain):
                sums["contact_rate", touchpoint, name, value, grain, start][1] = orders
