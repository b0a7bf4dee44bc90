"""What happened, as events with their words: from the published reports, the landing log and the freshness of sources.

Nothing is calculated here. Whether a figure is red, a signal fires or a change was judged is what the reports say. What an event is called
(`event_id`) is the same at each look, so that a later run or a rebuild finds it recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

import polars as pl

from cxhouse.ledger.news import Event, Records
from cxhouse.reports import READ_REPORTS, PublishedCopy, Row
from cxhouse.warehouse.freshness import TableStatus

NEWS_REPORTS = tuple(dict.fromkeys((*READ_REPORTS, "rpt_kpi_alerts", "rpt_signals", "rpt_changes", "rpt_break_proposals", "rpt_headlines")))
# a signal that was clear for fewer days is the same one when it fires again: its four weeks still hold days of the first time
QUIET_DAYS = timedelta(days=28)
# a proposed break says around when, to within some weeks
SAME_BREAK = timedelta(days=42)
DATA_HEALTH, ECOSYSTEM = "/data-health/", "/ecosystem/"

States = Mapping[str, Sequence[Event]]


@dataclass(frozen=True)
class Situation:
    """What a run looks at: the published copy, the freshness of each table now, and the loads so far."""

    published: PublishedCopy
    tables: Sequence[TableStatus]
    loads: pl.DataFrame

    @property
    def company(self) -> str:
        """Name of the company."""
        return str(self.published.reports["rpt_builds"]["company_name"][0])

    @property
    def data_until(self) -> date:
        """Last day with data; without any, the day of the build."""
        build = self.published.reports["rpt_builds"].row(0, named=True)
        return build["data_until"] or build["built_at"].date()


@dataclass(frozen=True)
class Seen:
    """An event that is not recorded yet. One that is not announced is recorded only, because a later one depends on it."""

    event: Event
    is_announced: bool = True


def list_new_events(situation: Situation, records: Records) -> list[Seen]:
    """Everything that happened and is not recorded yet."""
    states = records.list_states()
    found = [
        *find_kpis(situation.published, states),
        *find_signals(situation, states),
        *find_changes(situation.published),
        *find_sources(situation.tables, find_rejected(situation)),
        *find_loads(situation),
        *find_breaks(situation.published, records),
    ]
    return [seen for seen in found if seen.event.event_id not in records.events]


def find_kpis(published: PublishedCopy, states: States) -> Iterator[Seen]:
    """KPIs that turned red, or green again after an alert. What is between the two changes nothing, so that no figure alerts to and fro."""
    for row in published.select("rpt_kpi_alerts", pl.lit(True), "touchpoint_id", "kpi_id"):
        key, state = f"kpi:{row['touchpoint_id']}:{row['kpi_id']}", row["alert_status"]
        before = states[key][-1].state if key in states else "green"
        if state != before:
            yield Seen(
                Event(
                    event_id=f"{key}:{state}:{row['window_end']}",
                    alert="kpi",
                    key=key,
                    state=state,
                    happened_on=row["window_end"],
                    title=row["title"],
                    text=row["text"],
                    page=address_touchpoint(row["touchpoint_id"]),
                    departments=(row["owner_department"],),
                )
            )


def find_signals(situation: Situation, states: States) -> Iterator[Seen]:
    """Signals that fire. One that was clear for less than four weeks is announced as little as one that still fires."""
    today = situation.data_until
    for row in situation.published.select("rpt_signals", pl.col("status").is_in(["fires", "clear"]), "position"):
        key = f"signal:{row['signal_id']}"
        last = states[key][-1] if key in states else None
        if (last.state if last else "clear") == row["status"]:
            continue
        yield Seen(
            Event(
                event_id=f"{key}:{row['status']}:{today}",
                alert="signal",
                key=key,
                state=row["status"],
                happened_on=today,
                title=row["signal_name"],
                text=f"{row['sentence']} {row['what_to_do']}",
                page=ECOSYSTEM,
            ),
            is_announced=row["status"] == "fires" and (last is None or today - last.happened_on >= QUIET_DAYS),
        )


def find_changes(published: PublishedCopy) -> Iterator[Seen]:
    """Verdicts on changes that somebody recorded, and plans that wait too long for theirs."""
    is_recorded = ~pl.col("is_withdrawn") & (pl.col("recorded_in") != "automatic")
    for row in published.select("rpt_changes", is_recorded, "started_date", "change_id"):
        page = address_change(row["change_id"])
        departments = (row["owner_department"],) if row["owner_department"] else ()
        start = f"{row['change_id']}:{row['started_date']}"
        if row["status"] == "act":
            verdict = row["overall_verdict"]
            title, key = f"{row['title']}: {row['verdict_word'] or verdict}", f"verdict:{start}"
            yield Seen(
                Event(
                    f"{key}:{verdict}",
                    "verdict",
                    key,
                    verdict,
                    row["judged_on"] or row["started_date"],
                    title,
                    row["answer"],
                    page,
                    departments,
                )
            )
        elif row["is_overdue"]:
            key, title = f"overdue:{start}:{row['due_date']}", title_waiting(row)
            yield Seen(Event(key, "overdue", key, "overdue", row["due_date"], title, row["status_text"], page, departments))


def title_waiting(row: Row) -> str:
    """A change that waits for its judgement, in a few words."""
    return f"{row['title']}: not judged yet"


def address_change(change_id: str) -> str:
    """The page of a change."""
    return f"/changes/{quote(change_id, safe='')}/"


def find_sources(tables: Sequence[TableStatus], rejected: Mapping[tuple[str, str], object]) -> Iterator[Seen]:
    """Sources with tables that are late or down, one event per source and state. `rejected` are tables with an event of their own."""
    grouped: dict[tuple[str, str], list[TableStatus]] = {}
    for table in tables:
        if table.status in ("late", "down") and (table.source, table.table_name) not in rejected:
            grouped.setdefault((table.source, table.status), []).append(table)
    for (source, status), affected in grouped.items():
        days = [day for table in affected if (day := find_last_day(table))]
        since = min(days, default=None)
        names = ", ".join(name_words(table.table_name) for table in affected)
        reach = f"the last are of {write_day(since)}" if since else "none has landed yet"
        hours = f"{affected[0].late_after_hours:g} hours"
        text = (
            f"No rows for longer than {hours} ({names}); {reach}."
            if status == "late"
            else f"{names[0].upper()}{names[1:]} did not load. Figures use what landed before; {reach}."
        )
        key = f"source:{source}:{status}"
        title = f"{name_words(source).capitalize()}: {'no new data' if status == 'late' else 'the last load failed'}"
        departments = (affected[0].owner_department,)
        yield Seen(Event(f"{key}:{since}", "source", key, status, since or date.min, title, text, DATA_HEALTH, departments))


def find_last_day(table: TableStatus) -> date | None:
    """The last day with rows; of a snapshot, the day it landed last."""
    return table.last_row_day or (table.last_landed_at.date() if table.last_landed_at else None)


def find_rejected(situation: Situation) -> dict[tuple[str, str], dict[str, object]]:
    """Of each declared table whose last load failed with too many bad rows: the first such load since the last one that landed."""
    first: dict[tuple[str, str], dict[str, object]] = {}
    declared = {(table.source, table.table_name) for table in situation.tables}
    for load in situation.loads.select("load_id", "source", "table", "status", "rows_read", "rows_rejected", "logged_at").to_dicts():
        name = (load["source"], load["table"])
        if load["status"] == "landed":
            first.pop(name, None)
        elif load["rows_rejected"] and name in declared:
            first.setdefault(name, load)
    return first


def find_loads(situation: Situation) -> Iterator[Seen]:
    """Loads that rejected too much."""
    owners = {(table.source, table.table_name): table.owner_department for table in situation.tables}
    for (source, table), load in find_rejected(situation).items():
        key = f"load:{source}:{table}"
        title = f"{name_words(source).capitalize()}: {name_words(table)} not loaded"
        text = (
            f"{load['rows_rejected']:,} of {load['rows_read']:,} rows were rejected, more than allowed. Nothing was replaced; "
            "figures use what landed before. Data health names the reasons."
        )
        happened_on = load["logged_at"].date()  # type: ignore[attr-defined]
        yield Seen(
            Event(f"{key}:{load['load_id']}", "load", key, "rejected", happened_on, title, text, DATA_HEALTH, (owners[source, table],))
        )


def find_breaks(published: PublishedCopy, records: Records) -> Iterator[Seen]:
    """Proposed breaks that nobody registered. A date near one that is recorded is the same break."""
    known = [(event.key, event.happened_on) for event in records.events.values() if event.alert == "break"]
    for row in published.select("rpt_break_proposals", pl.lit(True), "break_date", "touchpoint_id", "kpi_id"):
        key = f"break:{row['touchpoint_id']}:{row['kpi_id']}"
        if any(other == key and abs(row["break_date"] - day) <= SAME_BREAK for other, day in known):
            continue
        known.append((key, row["break_date"]))
        title = f"{row['touchpoint_name']}: something may have changed around {write_day(row['break_date'])}"
        page, departments = address_touchpoint(row["touchpoint_id"]), (row["owner_department"],)
        yield Seen(
            Event(f"{key}:{row['break_date']}", "break", key, "proposed", row["break_date"], title, row["sentence"], page, departments)
        )


def address_touchpoint(touchpoint_id: str) -> str:
    """The page of a touchpoint."""
    return f"/touchpoints/{quote(touchpoint_id, safe='')}/"


def name_words(name: str) -> str:
    """A name of sources.yml as words."""
    return name.replace("_", " ")


def write_day(day: date) -> str:
    """A day written out."""
    return f"{day.day} {day:%B %Y}"
