"""Published copies written by hand: rows of reports, with every other declared column null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from cxhouse.news.events import NEWS_REPORTS, Situation
from cxhouse.reports import PublishedCopy
from cxhouse.warehouse.freshness import TableStatus
from declared.subscriptions import SubscriptionsFile
from ingestion.landing_log import LOG_SCHEMA
from tests.companies.commands import PROJECT

DAY = date(2026, 6, 30)
NOON = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)  # a Wednesday, noon in Amsterdam
TYPES = {
    "varchar": pl.String, "date": pl.Date, "bigint": pl.Int64, "integer": pl.Int64, "double": pl.Float64, "boolean": pl.Boolean,
    "timestamp with time zone": pl.Datetime("us", "UTC"), "hugeint": pl.Int64,
}  # fmt: skip
MANIFEST = {"build_id": "b1", "built_at": NOON.isoformat(), "published_at": NOON.isoformat()}

Row = Mapping[str, Any]


@cache
def read_schemas() -> dict[str, dict[str, Any]]:
    """The declared columns of every report."""
    files = sorted((PROJECT / "dbt" / "models" / "reports").rglob("*.yml"))
    models = [model for file in files for model in yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["models"]]
    return {model["name"]: {column["name"]: TYPES[column["data_type"]] for column in model["columns"]} for model in models}


def frame(report: str, rows: Sequence[Row]) -> pl.DataFrame:
    """A report with these rows. A column that is not declared is an error."""
    schema = read_schemas()[report]
    for row in rows:
        assert set(row) <= set(schema), set(row) - set(schema)
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


@dataclass
class World:
    """What a run looks at, as rows that a test changes."""

    day: date = DAY
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tables: list[TableStatus] = field(default_factory=list)
    loads: list[dict[str, Any]] = field(default_factory=list)

    def add(self, report: str, **row: Any) -> None:
        """Add a row."""
        self.rows.setdefault(report, []).append(row)

    def look(self) -> Situation:
        """The copy that holds these rows."""
        build = {"company_name": "Kadewind", "data_until": self.day, "built_at": NOON, "build_id": "b1"}
        rows = {"rpt_builds": [build], **self.rows}
        reports = {name: frame(name, rows.get(name, [])) for name in NEWS_REPORTS}
        loads = pl.DataFrame([{name: load.get(name) for name in LOG_SCHEMA} for load in self.loads], schema=LOG_SCHEMA)
        return Situation(PublishedCopy(MANIFEST, reports), self.tables, loads)

    def publish(self, serving: Path) -> None:
        """Write the copy as a publish leaves it."""
        current = serving / "current"
        current.mkdir(parents=True, exist_ok=True)
        for name, report in self.look().published.reports.items():
            report.write_parquet(current / f"{name}.parquet")
        (current / "manifest.json").write_text(str(MANIFEST).replace("'", '"'))

    def set_kpi(self, state: str | None, *, touchpoint: str = "parcel", kpi: str = "on_time", owner: str = "Logistics") -> None:
        """A KPI is red or green for sure, or neither."""
        rows = [row for row in self.rows.get("rpt_kpi_alerts", []) if (row["touchpoint_id"], row["kpi_id"]) != (touchpoint, kpi)]
        self.rows["rpt_kpi_alerts"] = rows
        if state:
            title = f"{touchpoint.capitalize()}: on-time delivery is {'off target' if state == 'red' else 'on target again'}"
            self.add(
                "rpt_kpi_alerts",
                touchpoint_id=touchpoint, touchpoint_name=touchpoint.capitalize(), owner_department=owner, kpi_id=kpi,
                kpi_name="On-time delivery", window_end=self.day, status=state, alert_status=state, pain=1.0, title=title,
                text="91.2 % (± 0.8, n 1,637) in the 28 days.",
            )  # fmt: skip

    def set_signal(self, status: str, *, signal: str = "long_waits") -> None:
        """A signal fires, is clear, or is not measurable."""
        self.rows["rpt_signals"] = [row for row in self.rows.get("rpt_signals", []) if row["signal_id"] != signal]
        self.add(
            "rpt_signals", signal_id=signal, signal_name="Long or rising waits", position=1, status=status,
            sentence="Phone, speed of answer: 81 s, clearly above 60 s.", what_to_do="Plan more people.",
        )  # fmt: skip

    def add_change(self, change_id: str, **fields: Any) -> None:
        """A recorded change of Customer Service."""
        usual = {
            "title": f"Change {change_id}", "started_date": date(2026, 3, 2), "is_withdrawn": False, "recorded_in": "file",
            "owner_department": "Customer Service", "status": "do", "is_overdue": False, "status_text": "Runs.",
        }  # fmt: skip
        self.add("rpt_changes", **{**usual, "change_id": change_id, **fields})

    def judge(self, change_id: str, verdict: str = "better") -> None:
        """The change was judged."""
        self.add_change(
            change_id, status="act", overall_verdict=verdict, verdict_word="helped", judged_on=self.day, answer="It helped: -25 s."
        )

    def add_break(self, on: date, *, touchpoint: str = "parcel") -> None:
        """Something may have changed."""
        self.add(
            "rpt_break_proposals", touchpoint_id=touchpoint, touchpoint_name="Parcel", owner_department="Logistics", kpi_id="on_time",
            break_date=on, sentence="Something may have changed.",
        )  # fmt: skip

    def add_month(self, department: str, month: date) -> None:
        """A department's last whole month, with one figure."""
        label = f"{month:%B %Y}"
        self.rows["rpt_department_months"] = [
            {**row, "is_latest": row["month_start"] == month} for row in self.rows.get("rpt_department_months", [])
        ]
        self.add(
            "rpt_department_months", month=f"{month:%Y-%m}", month_start=month, month_label=label, is_full=True, is_latest=True,
            owner_department=department, figures_count=1, headline=f"{department} did well in {label}.", moves_text="Nothing moved.",
        )  # fmt: skip

    def fail_load(self, *, at: datetime, rejected: int = 37) -> None:
        """A load of shop.orders failed; with `rejected` rows it had too many bad ones."""
        self.loads.append(
            {"load_id": f"L{len(self.loads)}", "source": "shop", "table": "orders", "status": "failed", "rows_read": 200,
             "rows_rejected": rejected, "logged_at": at, "error": "too many"}
        )  # fmt: skip

    def land(self, *, at: datetime) -> None:
        """A load of shop.orders landed."""
        self.loads.append({"load_id": f"L{len(self.loads)}", "source": "shop", "table": "orders", "status": "landed", "logged_at": at})


def make_table(
    status: str, *, source: str = "shop", table: str = "orders", last: date | None = DAY, owner: str = "E-commerce"
) -> TableStatus:
    """A source table with a status."""
    return TableStatus(
        source=source, table_name=table, owner_department=owner, status=status, last_window_end=None, last_landed_at=None,
        last_row_day=last, hours_old=1.0, late_after_hours=30, rows_landed=5, rows_rejected=0, rows_without_window=0, last_error=None,
    )  # fmt: skip


def subscribe(*entries: Row, quiet_hours: Row | None = None) -> SubscriptionsFile:
    """A file with these entries; without fields, a mail address that gets every alert."""
    filled = [
        {"id": f"s{number}", "to": f"s{number}@retailer.example", "news": ["alerts"], **entry} for number, entry in enumerate(entries)
    ]
    return SubscriptionsFile.model_validate({"subscriptions": filled, **({"quiet_hours": quiet_hours} if quiet_hours else {})})


def make_everything(world: World, minute: int, now: datetime) -> list[str]:
    """What happens in a given minute of an hour with every kind of alert; the titles of what is announced."""
    happenings: dict[int, tuple[Any, str]] = {
        3: (lambda: world.set_kpi("red"), "Parcel: on-time delivery is off target"),
        9: (lambda: world.set_signal("fires"), "Long or rising waits"),
        15: (lambda: world.judge("CHG-1"), "Change CHG-1: helped"),
        21: (
            lambda: world.add_change("CHG-2", status="check", is_overdue=True, due_date=DAY - timedelta(days=30)),
            "Change CHG-2: not judged yet",
        ),
        27: (lambda: world.tables.append(make_table("late", source="web", table="visits")), "Web: no new data"),
        33: (lambda: world.tables.append(make_table("down", source="desk", table="calls")), "Desk: the last load failed"),
        39: (lambda: (world.tables.append(make_table("down")), world.fail_load(at=now)), "Shop: orders not loaded"),
        45: (
            lambda: world.add_break(date(2026, 4, 6)),
            "Parcel: something may have changed around 6 April 2026",
        ),
        51: (lambda: world.set_kpi("green"), "Parcel: on-time delivery is on target again"),
    }
    found = []
    for when in sorted(happenings):
        if when <= minute:
            happenings[when][0]()
            found.append(happenings[when][1])
    return found
