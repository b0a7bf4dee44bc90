"""The carriers' delivery files, one per day and carrier, in two dialects.

The Dutch dialect: semicolons, decimal comma, dd-mm-yyyy in local time, Dutch headers.
The international dialect: commas, ISO 8601, English headers.
A file lists the deliveries due that day. A delivery that was still on its way is listed again in the file of the day it was settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from ingestion.demo.clock import NEVER
from ingestion.demo.deliveries import CARRIERS, PAKDUIF, STADSFLITS, WIELWERK, ZOEFPOST, Deliveries
from ingestion.demo.files import Dialect, format_days, format_moments, pick_days, write_day_files
from ingestion.demo.orders import Orders
from ingestion.demo.world import World

DUTCH, ISO_UTC, ISO_LOCAL = "%d-%m-%Y %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%:z"
NEW_HEADER_SHARE = 0.55
DIALECTS = {
    PAKDUIF: Dialect("pakduif_", ".csv.gz", separator=";", encoding="utf-8-sig", is_zipped=True),
    STADSFLITS: Dialect("stadsflits_", ".csv"),
    WIELWERK: Dialect("wielwerk_", ".csv", separator=";", encoding="cp1252"),
    ZOEFPOST: Dialect("zoefpost-", ".csv.gz", is_zipped=True),
}
BROKEN = {
    PAKDUIF: ["PD0;;;31-02-2024 22:00;", "PD49;7000001;standaard;31-02-2024 22:00;;;;;1;1,0;1,0;N;AFG;31-02-2024 23:15"],
    STADSFLITS: ['SF-0,"7000002', "SF-9,7000003,std,soon,soon,,,1,1,1,false,DELIVERED,never"],
    WIELWERK: ["WW0;onleesbaar;", ";7000004;;01-01-2024 22:00;;;;;;1;1,0;1,0;nee;GELEVERD;02-01-2024 07:00;"],
    ZOEFPOST: ["#resend#", "ZP1,7000005,yesterday,,,,x,1,1,no,done,"],
}
STADSFLITS_NEW_HEADER = {
    "consignment": "consignment_id",
    "eta_first": "promised_by",
    "eta_latest": "expected_by",
    "handed_over": "delivered_at",
    "tries": "attempts",
}


@dataclass(frozen=True)
class Reports:
    """One entry per line of a file: the delivery, the day of the file, and whether the outcome is known in it."""

    delivery: np.ndarray
    day: np.ndarray
    is_settled: np.ndarray
    is_second: np.ndarray


def write_carrier_files(folder: Path, world: World, orders: Orders, deliveries: Deliveries) -> int:
    """Write every carrier's files; returns the number of files."""
    random = world.stream("carrier files")
    reports = _plan_reports(world, deliveries)
    files = 0
    for carrier, name in enumerate(CARRIERS):
        chosen = deliveries.carrier[reports.delivery] == carrier
        own = Reports(reports.delivery[chosen], reports.day[chosen], reports.is_settled[chosen], reports.is_second[chosen])
        damage = pick_days(random, own.day, world.damaged_share, BROKEN[carrier], calm_day=world.calm_day)
        frame = {PAKDUIF: _pakduif, STADSFLITS: _stadsflits, WIELWERK: _wielwerk, ZOEFPOST: _zoefpost}[carrier](
            world, orders, deliveries, own
        )
        if carrier != STADSFLITS:
            files += write_day_files(folder / name, DIALECTS[carrier], frame, own.day, world.clock, damage)
            continue
        is_new = own.day >= int(world.clock.days * NEW_HEADER_SHARE)
        for part, header in ((~is_new, {}), (is_new, STADSFLITS_NEW_HEADER)):
            files += write_day_files(
                folder / name, DIALECTS[carrier], frame.filter(pl.Series(part)).rename(header), own.day[part], world.clock, damage
            )
    return files


def _plan_reports(world: World, deliveries: Deliveries) -> Reports:
    """Each delivery is in the file of its due day. Late and lost ones, and those recorded late, are in a second file too."""
    first = np.arange(deliveries.count)
    again = np.flatnonzero((deliveries.repeated_day != NEVER) & (deliveries.repeated_day < world.clock.days))
    return Reports(
        delivery=np.concatenate([first, again]),
        day=np.concatenate([deliveries.promised_day, deliveries.repeated_day[again]]),
        is_settled=np.concatenate([deliveries.repeated_day == NEVER, np.ones(len(again), dtype=bool)]),
        is_second=np.concatenate([np.zeros(deliveries.count, dtype=bool), np.ones(len(again), dtype=bool)]),
    )


def _fields(world: World, orders: Orders, deliveries: Deliveries, reports: Reports, pattern: str, zone: str) -> dict[str, pl.Series]:
    """The fields that all carriers give, as text with local times."""
    at, settled = reports.delivery, reports.is_settled
    scheduled = np.where(reports.is_second | ~deliveries.is_late[at], deliveries.scheduled[at], deliveries.promised[at])
    reported = world.clock.to_utc(reports.day, np.full(len(at), 23 * 3600 + 900))
    return {
        "number": pl.Series(deliveries.number[at]),
        "order": pl.Series(orders.number[deliveries.order[at]]),
        "promised": format_moments(deliveries.promised[at], pattern, zone=zone),
        "scheduled": format_moments(scheduled, pattern, zone=zone),
        "shipped": format_moments(deliveries.shipped[at], pattern, zone=zone),
        "delivered": format_moments(np.where(settled, deliveries.delivered[at], NEVER), pattern, zone=zone),
        "attempts": pl.Series(np.where(settled, deliveries.attempts[at], 1)),
        "ordered": pl.Series(deliveries.ordered[at]),
        "received": pl.Series(np.where(settled, deliveries.received[at], 0)),
        "is_damaged": pl.Series(settled & deliveries.is_damaged[at]),
        "state": pl.Series(np.select([~settled, deliveries.is_lost[at]], [0, 2], 1)),
        "reported": format_moments(reported, pattern, zone=zone),
    }


def _words(codes: pl.Series, words: tuple[str, ...]) -> pl.Series:
    return pl.Series(np.array(words)[codes.to_numpy().astype(int)])


def _pakduif(world: World, orders: Orders, deliveries: Deliveries, reports: Reports) -> pl.DataFrame:
    fields = _fields(world, orders, deliveries, reports, DUTCH, "Europe/Amsterdam")
    # the shop has to hand over by 23:00 of the day before the promised one
    hand_over = deliveries.promised_day[reports.delivery] - 1
    return pl.DataFrame(
        {
            "ZendingNr": fields["number"],
            "OrderRef": fields["order"],
            "Dienst": _words(fields["ordered"] > 3, ("brievenbus", "standaard")),
            "Toegezegd": fields["promised"],
            "Gepland": fields["scheduled"],
            "UiterlijkAanbod": format_moments(world.clock.to_utc(hand_over, np.full(len(hand_over), 23 * 3600)), DUTCH),
            "Verzonden": fields["shipped"],
            "Afgeleverd": fields["delivered"],
            "Pogingen": fields["attempts"],
            "AantalBesteld": fields["ordered"].cast(pl.String) + ",0",
            "AantalGeleverd": fields["received"].cast(pl.String) + ",0",
            "Schade": _words(fields["is_damaged"], ("N", "J")),
            "Status": _words(fields["state"], ("OND", "AFG", "KWT")),
            "Gemeld": fields["reported"],
        }
    )


def _wielwerk(world: World, orders: Orders, deliveries: Deliveries, reports: Reports) -> pl.DataFrame:
    fields = _fields(world, orders, deliveries, reports, DUTCH, "Europe/Amsterdam")
    return pl.DataFrame(
        {
            "Opdracht": fields["number"],
            "Klantorder": fields["order"],
            "Wensdatum": format_days(deliveries.requested_day[reports.delivery], world.clock, "%d-%m-%Y"),
            "Toegezegd vóór": fields["promised"],
            "Gepland vóór": fields["scheduled"],
            "Vertrek": fields["shipped"],
            "Geleverd op": fields["delivered"],
            "Ritten": fields["attempts"],
            "Colli": fields["ordered"].cast(pl.String) + ",0",
            "Colli ok": fields["received"].cast(pl.String) + ",0",
            "Beschadigd": _words(fields["is_damaged"], ("nee", "ja")),
            "Stand": _words(fields["state"], ("ONDERWEG", "GELEVERD", "VERMIST")),
            "Gemeld": fields["reported"],
            "Opmerking": _words(fields["is_damaged"], ("", "één kant geraakt")),
        }
    )


def _stadsflits(world: World, orders: Orders, deliveries: Deliveries, reports: Reports) -> pl.DataFrame:
    fields = _fields(world, orders, deliveries, reports, ISO_UTC, "UTC")
    return pl.DataFrame(
        {
            "consignment": fields["number"],
            "order_ref": fields["order"],
            "service": _words(fields["ordered"] > 3, ("bike", "van")),
            "eta_first": fields["promised"],
            "eta_latest": fields["scheduled"],
            "dispatched": fields["shipped"],
            "handed_over": fields["delivered"],
            "tries": fields["attempts"],
            "items": fields["ordered"],
            "items_ok": fields["received"],
            "damaged": _words(fields["is_damaged"], ("false", "true")),
            "state": _words(fields["state"], ("IN_TRANSIT", "DELIVERED", "LOST")),
            "reported": fields["reported"],
        }
    )


def _zoefpost(world: World, orders: Orders, deliveries: Deliveries, reports: Reports) -> pl.DataFrame:
    fields = _fields(world, orders, deliveries, reports, ISO_LOCAL, "Europe/Amsterdam")
    return pl.DataFrame(
        {
            "parcel_id": fields["number"],
            "customer_order": fields["order"],
            "promise": fields["promised"],
            "plan": fields["scheduled"],
            "out": fields["shipped"],
            "done": fields["delivered"],
            "stops": fields["attempts"],
            "pieces": fields["ordered"],
            "pieces_ok": fields["received"],
            "damage": _words(fields["is_damaged"], ("no", "yes")),
            "status": _words(fields["state"], ("moving", "done", "lost")),
            "stamp": fields["reported"],
        }
    )
