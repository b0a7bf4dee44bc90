"""Versions of changes in the ledger, in files and in a separate log, for the tiny company."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.warehouse.conftest import Home

SOURCE = """
  calendar:
    description: A change log delivered as a whole.
    owner: IT
    connector: files
    schedule: "0 3 * * *"
    late_after_hours: 30
    tables:
      log:
        path: ${TINY_DATA}/log.csv
        format: csv
        window: {snapshot: true}
        columns:
          change_id: {type: text, required: true}
          started_at: {type: timestamp, required: true}
          primary_kpi: {type: text}
          expected_direction: {type: text}
          expected_size: {type: decimal}
          updated_at: {type: timestamp}
          rolled_out_at: {type: timestamp}
"""
MODEL = """select change_id, 'Logged ' || change_id as title, 'process' as kind, 'checkout' as touchpoints,
    started_at, primary_kpi, expected_direction, expected_size, updated_at, rolled_out_at, {{ lineage() }}
from {{ source('calendar', 'log') }}
"""
HEADER = "change_id,started_at,primary_kpi,expected_direction,expected_size,updated_at,rolled_out_at"
LOG = (
    "edited,2026-03-02T06:00,abandonment,lower,0.02,2026-02-10T09:00",
    "backdated,2026-03-02T06:00,abandonment,lower,0.02,2026-02-10T09:00",
    "gone,2026-03-02T06:00,abandonment,lower,0.02,2026-02-10T09:00",
    "postponed-in-the-log,2099-03-02T06:00,abandonment,lower,0.02,2026-02-10T09:00",
    "rolled-out-late,2026-03-02T06:00,abandonment,lower,0.02,2026-02-10T09:00,2026-03-09T06:00",
    "rolls-out-for-long,2026-03-02T06:00,abandonment,lower,0.02,2026-02-10T09:00,2098-06-01T06:00",
    "nobody's,2026-03-02T06:00,abandonment,lower,0.02,2026-02-10T09:00",
)
# besides the removed row, one row has another KPI since April, and one another size with its old date
LOG_LATER = (
    "edited,2026-03-02T06:00,nps,higher,0.02,2026-04-10T09:00",
    "backdated,2026-03-02T06:00,abandonment,lower,0.09,2026-02-10T09:00",
    "rolled-out-late,2026-03-02T06:00,abandonment,lower,0.02,2026-04-10T09:00,2026-03-30T06:00",
    "rolls-out-for-long,2026-03-02T06:00,abandonment,lower,0.02,2098-01-10T09:00,2099-06-01T06:00",
)
PLAN = {"primary_kpi": "abandonment", "expected_direction": "lower", "expected_size": 0.02, "evaluation_date": "2026-04-20"}
VERSIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("kept-word", "2026-02-01", {"started_at": "2026-03-02", **PLAN}),
    ("kept-word", "2026-02-20", {"started_at": "2026-03-02", **PLAN, "expected_size": 0.03}),
    ("kept-word", "2026-03-10", {"started_at": "2026-03-02", **PLAN, "primary_kpi": "csat", "expected_direction": "higher"}),
    ("explained-away", "2026-02-01", {"started_at": "2026-03-02", **PLAN}),
    ("explained-away", "2026-03-10", {"started_at": "2026-03-02", "ended_at": "2026-04-01", **PLAN, "kind": "external"}),
    ("outage", "2026-02-01", {"started_at": "2026-02-03", "ended_at": "2026-02-05", "kind": "external", "evaluation_date": "2026-02-20"}),
    ("postponed", "2026-02-01", {"started_at": "2026-03-02", **PLAN}),
    ("postponed", "2026-03-05", {"started_at": "2026-03-20", **PLAN}),
    ("moved-back", "2026-02-01", {"started_at": "2026-03-20", **PLAN}),
    ("moved-back", "2026-03-25", {"started_at": "2026-03-10", **PLAN}),
    ("late", "2026-02-01", {"started_at": "2026-03-02"}),
    ("late", "2026-03-10", {"started_at": "2026-03-02", **PLAN}),
    ("no-direction", "2026-02-01", {"started_at": "2026-03-02", **PLAN, "expected_direction": None}),
    ("ancient", "2026-02-01", {"started_at": "1999-05-01", "touchpoints": ["phone"], "primary_kpi": "abandonment"}),
    ("widened", "2026-02-01", {"started_at": "2026-03-02"}),
    ("widened", "2026-04-01", {"started_at": "2026-03-02", "touchpoints": ["checkout", "phone"]}),
    ("in-april", "2026-04-01", {"started_at": "2026-04-10"}),
    ("called-off", "2026-02-01", {"started_at": "2026-03-02", **PLAN}),
    ("called-off", "2026-02-15", {"started_at": "2026-03-02", **PLAN, "is_withdrawn": True}),
)
# when it was recorded, and the start and end of its roll-out as recorded then
ROLL_OUTS: dict[str, list[tuple[str, str, str | None]]] = {
    "foreseen": [("02-01", "03-02", "03-09"), ("03-06", "03-02", "03-20"), ("03-25", "03-02", "03-12")],
    "picked": [("02-01", "03-02", "03-09"), ("03-12", "03-02", "03-30")],
    "picked-in-steps": [("02-01", "03-02", "03-09"), ("03-12", "03-02", "03-30"), ("03-20", "03-02", "04-10")],
    "added": [("02-01", "03-02", None), ("03-10", "03-02", "03-30")],
    "shortened": [("02-01", "03-02", "03-30"), ("03-15", "03-02", "03-10"), ("03-20", "03-02", "03-24")],
    "for-months": [("01-01", "01-02", "12-31")],
    "slipped": [("02-01", "03-02", "03-09"), ("03-12", "03-20", "03-27")],
}
# changes recorded late, or not started yet; nothing in the tiny company is newer than March
LATELY: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("running", 10, {"touchpoints": ["phone"]}),
    ("due", 50, {"touchpoints": ["phone"]}),
    ("overdue", 100, {"touchpoints": ["phone"]}),
    ("due-by-date", 100, {"touchpoints": ["phone"], "evaluation_date": -5}),
    ("unmeasured", 50, {"touchpoints": []}),
)
FILE = "title: {title}\nstarted_at: {day}\nkind: process\ntouchpoints: [checkout]\nprimary_kpi: abandonment\nexpected_direction: lower\n"


def write_log(home: Home, rows: tuple[str, ...]) -> None:
    """The change log as it is delivered today."""
    (home.data / "log.csv").write_text(
        "\n".join([HEADER, *(row if row.count(",") == 6 else f"{row}," for row in rows)]) + "\n", encoding="utf-8"
    )


def write_ledger(home: Home) -> None:
    """Versions as commands recorded them."""
    lines = []
    today = datetime.now(UTC).date()
    lately = []
    for change_id, days_ago, fields in LATELY:
        judged = {"evaluation_date": str(today + timedelta(days=fields["evaluation_date"]))} if "evaluation_date" in fields else {}
        lately.append((change_id, str(today), {"started_at": str(today - timedelta(days=days_ago)), **fields, **judged}))
    rolled_out = [
        (name, f"2026-{day}", {"started_at": f"2026-{start}", "rolled_out_at": end and f"2026-{end}", **PLAN})
        for name, versions in ROLL_OUTS.items()
        for day, start, end in versions
    ]
    for change_id, day, fields in (*VERSIONS, *rolled_out, *lately):
        mark = {"is_withdrawn": True} if fields.get("is_withdrawn") else {}
        told = {name: value for name, value in fields.items() if name != "is_withdrawn"}
        change = {"change_id": change_id, "title": change_id, "kind": "process", "touchpoints": ["checkout"], **told}
        lines.append(json.dumps({"recorded_at": f"{day}T12:00:00+00:00", "recorded_in": "command", "change": change, **mark}))
    (home.path / "ledger").mkdir(parents=True)
    (home.path / "ledger" / "changes.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_file(company: Path, name: str, day: str, title: str) -> None:
    """A change in a file of the company folder."""
    (company / "changes").mkdir(exist_ok=True)
    (company / "changes" / f"{name}.yml").write_text(FILE.format(title=title, day=day), encoding="utf-8")
