"""A company whose rows are the examples of docs/kpi-check-values.md. Its only source delivers tables with the contracts' columns."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from semantic.contracts import Contract, load_contracts

FIRST_DAY, UNTIL = "2026-01-01", "2026-04-01"

Rows = Mapping[str, Sequence[Mapping[str, Any]]]

COMPANY = {
    "name": "Check values",
    "purpose": "Known answers.",
    "objectives": [{"id": "right", "text": "Every figure is the one on paper."}],
    "time_zone": "Europe/Amsterdam",
    "currency": "EUR",
    "country": "NL",
    "first_day": FIRST_DAY,
}
# touchpoint: the event it claims, one KPI, surveys
TOUCHPOINTS = {
    "site": ({"event": "visit"}, "conversion", []),
    "checkout": ({"event": "order_placed"}, "average_order_value", ["checkout"]),
    "calls": ({"event": "contact_phone"}, "abandonment", []),
    "chats": ({"event": "contact_chat"}, "csat", []),
    "mails": ({"event": "contact_mail"}, "contact_rate", []),
    "messages": ({"event": "contact_whatsapp"}, "csat", []),
    "door": ({"event": "delivered"}, "on_time_delivery", []),
    "returns": ({"event": "returned"}, "ces", []),
}
NOT_ASKED = ("chats", "messages", "returns")


def write_company(folder: Path, data: Path, rows: Rows) -> None:
    """The company folder and the files of its one source, a table per contract."""
    contracts = {name: contract for name, contract in load_contracts().items() if name in rows}
    write_yaml(folder / "company.yml", COMPANY)
    write_yaml(folder / "sources.yml", {"sources": {"books": describe_source(contracts, data)}})
    write_yaml(folder / "components.yml", {"components": []})
    touchpoints = [
        {"id": name, "name": name.title(), "owner": "Nobody", "events": [event], "surveys": surveys, "kpis": [declare_kpi(name, kpi)]}
        for name, (event, kpi, surveys) in TOUCHPOINTS.items()
    ]
    write_yaml(folder / "touchpoints.yml", {"touchpoints": touchpoints})
    phases = [{"id": "all", "name": "All", "touchpoints": list(TOUCHPOINTS)}]
    journey = {"id": "whole", "name": "Whole", "persona": "Anybody", "wish": "To be counted", "phases": phases}
    write_yaml(folder / "journeys" / "whole.yml", journey)
    wait = {"id": "wait", "name": "Wait", "start_event": "order_placed", "end_event": "delivered", "touchpoints": ["checkout", "door"]}
    write_yaml(folder / "journeys" / "parcel.yml", {**journey, "id": "parcel", "name": "Parcel", "phases": [wait]})
    for name, contract in contracts.items():
        write_staging(folder / "models" / f"stg_books__{name}.sql", name, contract)
        write_rows(data / f"{name}.csv", contract, rows[name])


def declare_kpi(touchpoint: str, kpi: str) -> dict[str, Any]:
    """A KPI of a touchpoint, with the reason where no example is about it."""
    return {"kpi": kpi, "target": 1} | ({"not_measured": "Nobody is asked there."} if touchpoint in NOT_ASKED else {})


def write_yaml(path: Path, content: Mapping[str, Any]) -> None:
    """A file of the company folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def list_columns(contract: Contract) -> list[str]:
    """All columns except free text, which is not loaded."""
    return [name for name, column in contract.columns.items() if column.get("personal") != "free_text"]


def describe_source(contracts: Mapping[str, Contract], data: Path) -> dict[str, Any]:
    """One table per contract, placed by its event time."""
    tables = {}
    for name, contract in contracts.items():
        columns = {}
        for column in list_columns(contract):
            declared = contract.columns[column]
            columns[column] = {key: declared[key] for key in ("type", "required", "personal") if key in declared}
        tables[name] = {"path": str(data / f"{name}.csv"), "format": "csv", "window": {"column": contract.event_time}, "columns": columns}
    return {"description": "The contracts as files.", "owner": "Nobody", "connector": "files", "tables": tables}


def write_staging(path: Path, name: str, contract: Contract) -> None:
    """Select every column as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = "".join(f"    {column},\n" for column in list_columns(contract))
    path.write_text(f"select\n{columns}    {{{{ lineage() }}}}\nfrom {{{{ source('books', '{name}') }}}}\n", encoding="utf-8")


def write_rows(path: Path, contract: Contract, rows: Sequence[Mapping[str, Any]]) -> None:
    """A CSV file; what a row does not say is empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list_columns(contract), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
