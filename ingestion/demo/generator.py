"""Write the demo company's four source systems and smaller files to one folder, completely or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from ingestion.demo.carrier_files import write_carrier_files
from ingestion.demo.company_files import write_change_log, write_cost_files, write_visit_files
from ingestion.demo.contact_files import write_contact_files
from ingestion.demo.contacts import draw_contacts
from ingestion.demo.customers import draw_customers
from ingestion.demo.deliveries import draw_deliveries
from ingestion.demo.earlier_reports import FILE, write_earlier_reports
from ingestion.demo.order_lines import draw_lines, total_orders
from ingestion.demo.orders import draw_orders
from ingestion.demo.products import draw_products
from ingestion.demo.shop_database import write_shop_database
from ingestion.demo.survey_files import write_invitation_files, write_survey_files
from ingestion.demo.surveys import draw_answers
from ingestion.demo.traffic import draw_traffic
from ingestion.demo.truth import write_truth
from ingestion.demo.world import make_world

SEED = 20_251
MARKER = "demo.json"
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class DemoSummary:
    """What was written; `files` counts files in all folders, `end` is the last day, included."""

    folder: Path
    first_day: date
    end: date
    customers: int
    orders: int
    order_lines: int
    deliveries: int
    contacts: int
    answers: int
    files: int


def generate_demo(folder: Path, *, end: date, scale: float = 1.0, seed: int = SEED, progress: Progress | None = None) -> DemoSummary:
    """Generate into a temporary folder next to `folder` and swap at the end; equal arguments give equal content.

    `scale` 1 is 60,000 customers and about 300,000 orders. `progress` is called with the step and the share done (0 to 1).
    """
    if not 0 < scale <= 20:
        raise ValueError(f"scale {scale}: choose a number above 0 and up to 20")
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    summary = _write(partial, folder, end=end, scale=scale, seed=seed, tell=progress or _say_nothing)
    marker = {**_parameters(end, scale, seed), "summary": {**asdict(summary), "folder": folder.name}}
    (partial / MARKER).write_text(json.dumps(marker, indent=1, default=str) + "\n", encoding="utf-8")
    _swap(partial, folder)
    return summary


def is_current(folder: Path, end: date, scale: float = 1.0, seed: int = SEED) -> bool:
    """Whether `folder` holds exactly this demo, written by this version of the generator."""
    marker = folder / MARKER
    if not marker.is_file():
        return False
    try:
        found = json.loads(marker.read_text(encoding="utf-8"))
    except json.JSONDecodeError:
        return False
    return {name: found.get(name) for name in ("end", "scale", "seed", "generator")} == _parameters(end, scale, seed)


def _write(to: Path, folder: Path, *, end: date, scale: float, seed: int, tell: Progress) -> DemoSummary:
    tell("drawing customers and orders", 0.0)
    world = make_world(end=end, scale=scale, seed=seed)
    products = draw_products(world)
    customers = draw_customers(world, category_weights=products.weights)
    traffic = draw_traffic(world)
    orders = draw_orders(world, customers, traffic)
    lines = draw_lines(world, customers, orders, products)
    totals = total_orders(world, orders, lines, products)
    tell("drawing deliveries, contacts and answers", 0.1)
    deliveries = draw_deliveries(world, orders, totals)
    contacts = draw_contacts(world, customers, orders, deliveries)
    answers = draw_answers(world, customers, orders, lines, contacts, deliveries)
    tell("writing the shop's database", 0.2)
    write_shop_database(to / "shop.db", world, customers, products, orders, lines, totals)
    tell("writing contact logs", 0.5)
    files = 3 + write_contact_files(to / "contacts", world, customers, orders, contacts)
    tell("writing delivery files", 0.75)
    files += write_carrier_files(to / "deliveries", world, orders, deliveries)
    tell("writing survey exports", 0.9)
    files += write_survey_files(to / "surveys", world, customers, orders, contacts, deliveries, answers)
    files += write_invitation_files(to / "invitations", world, customers, answers)
    files += write_visit_files(to / "visits", world, traffic) + write_cost_files(to / "costs", world)
    write_change_log(to / "changes.csv", world)
    write_earlier_reports(to / FILE, world, deliveries)
    write_truth(to / "truth.json", world, customers, contacts, answers)
    tell("done", 1.0)
    return DemoSummary(
        folder=folder,
        first_day=world.clock.first_day,
        end=world.clock.end,
        customers=customers.count,
        orders=orders.count,
        order_lines=len(lines.order),
        deliveries=deliveries.count,
        contacts=contacts.count,
        answers=answers.count,
        files=files,
    )


def _swap(partial: Path, folder: Path) -> None:
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    partial.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _parameters(end: date, scale: float, seed: int) -> dict[str, object]:
    return {"end": end.isoformat(), "scale": scale, "seed": seed, "generator": _fingerprint()}


def _fingerprint() -> str:
    """Hash of the generator's code and plan: when it changes, existing demos are generated again."""
    here = Path(__file__).parent
    parts = sorted([*here.glob("*.py"), *here.glob("plan/*.csv")])
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:16]


def _say_nothing(step: str, share: float) -> None:
    return None
