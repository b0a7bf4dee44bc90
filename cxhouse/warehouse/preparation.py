"""Preparing a dbt run: writing the company folder, the landing log and the lake's tables as files that dbt reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from cxhouse.build_state import BuildState
from cxhouse.files import write_atomically
from cxhouse.ledger.changes import read_versions
from cxhouse.ledger.kpi_definitions import note_definitions
from cxhouse.ledger.month_figures import read_reported
from cxhouse.ledger.plans import read_plans
from cxhouse.ledger.value_versions import read_value_models
from cxhouse.ledger.verdicts import read_verdicts
from cxhouse.settings import Settings
from cxhouse.warehouse.exposures import describe_exposures
from cxhouse.warehouse.freshness import TableStatus, judge_tables
from cxhouse.warehouse.staging_models import list_contract_models
from ingestion.catalog import Source, load_sources
from ingestion.load import read_landing_log
from semantic.company import Company, load_company
from semantic.compilation import compile_company
from semantic.contracts import load_contracts

BUILD_SCHEMA: dict[str, Any] = {"build_id": pl.Utf8, "built_at": pl.Datetime("us", "UTC"), "is_tested_whole": pl.Boolean}
STATUS_SCHEMA: dict[str, Any] = {
    "source": pl.Utf8,
    "table_name": pl.Utf8,
    "owner_department": pl.Utf8,
    "status": pl.Utf8,
    "last_window_end": pl.Date,
    "last_landed_at": pl.Datetime("us", "UTC"),
    "last_row_day": pl.Date,
    "hours_old": pl.Float64,
    "late_after_hours": pl.Float64,
    "rows_landed": pl.Int64,
    "rows_rejected": pl.Int64,
    "rows_without_window": pl.Int64,
    "last_error": pl.Utf8,
}
LINEAGE = ("_source_file", "_source_line", "_load_id", "_landed_at", "_window_date")


@dataclass(frozen=True)
class Workplace:
    """A company folder and its sources, read and checked, with the staging models per contract."""

    settings: Settings
    company: Company
    sources: Mapping[str, Source]
    contract_models: Mapping[str, list[str]]


def open_workplace(settings: Settings) -> Workplace:
    """Read the company folder and its sources. Raises an error that names file and entry and says what to do."""
    company = load_company(settings.company, settings.environment)
    sources = load_sources(settings.company, settings.environment, company.time_zone.key, company.country)
    return Workplace(settings, company, sources, list_contract_models(settings.company / "models", sources))


@dataclass(frozen=True)
class Readings:
    """What a build reads besides the lake: tables of the compiled company folder and of the ledger, and how fresh each source table is."""

    tables: Mapping[str, pl.DataFrame]
    freshness: Sequence[TableStatus]


def read_inputs(workplace: Workplace, now: datetime) -> Readings:
    """Read them as they are at this moment, which has a time zone."""
    settings, company = workplace.settings, workplace.company
    tables = {**compile_company(company, read_versions(company, settings.ledger)), **read_kept_tables(settings.ledger)}
    return Readings(tables, judge_tables(workplace.sources, settings.lake, company.time_zone, now))


def read_kept_tables(ledger: Path) -> dict[str, pl.DataFrame]:
    """The tables to which publishes add rows."""
    return {
        "change_plans": read_plans(ledger),
        "reported_figures": read_reported(ledger),
        "value_models": read_value_models(ledger),
        "verdicts": read_verdicts(ledger),
    }


def prepare_build(workplace: Workplace, readings: Readings, state: BuildState) -> None:
    """Write everything dbt reads into CXHOUSE_HOME/state: these readings, landing log, sources, exposures."""
    settings, company, now = workplace.settings, workplace.company, datetime.fromisoformat(state.built_at)
    note_definitions(company.catalog, settings.state)
    build = pl.DataFrame([(state.build_id, now, state.is_tested_whole)], schema=BUILD_SCHEMA, orient="row")
    today = pl.DataFrame({"local_date": [now.astimezone(company.time_zone).date()]})
    folder = settings.state / "company"
    for name, frame in {**readings.tables, "build": build, "today": today}.items():
        write_atomically(folder / f"{name}.parquet", frame.write_parquet, alone=True)
    log = (
        read_landing_log(settings.lake).rename({"table": "table_name"}).drop("files", "missing_columns", "unexpected_columns", strict=False)
    )
    write_atomically(settings.state / "landing" / "landing_log.parquet", log.write_parquet, alone=True)
    tables_status = pl.DataFrame([asdict(table) for table in readings.freshness], schema=STATUS_SCHEMA)
    write_atomically(settings.state / "landing" / "table_status.parquet", tables_status.write_parquet, alone=True)
    link_dbt_project(settings)
    described = {
        "sources": describe_sources(workplace, tables=[*readings.tables, "build", "today"]),
        "exposures": describe_exposures(settings.project / "dashboards"),
    }
    for name, content in described.items():
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        target = settings.state / "dbt" / "sources" / f"{name}.yml"
        write_atomically(target, partial(Path.write_text, data=text, encoding="utf-8"), only_if_changed=True, alone=True)


def link_dbt_project(settings: Settings) -> None:
    """Assemble the dbt project in CXHOUSE_HOME/state/dbt from links to the folders of the repository and of the company."""
    folder, dbt = settings.state / "dbt", settings.project / "dbt"
    folder.mkdir(parents=True, exist_ok=True)
    links = {name: dbt / name for name in ("dbt_project.yml", "profiles.yml", "models", "macros", "tests")}
    links |= {
        "semantic_kpis": settings.project / "semantic" / "kpis",
        "company_models": settings.company / "models",
        "company_kpis": settings.company / "kpis",
    }
    for name, target in links.items():
        link = folder / name
        if link.is_symlink() and link.readlink() != target:
            link.unlink()
        if not link.is_symlink() and target.exists():
            link.symlink_to(target)


def describe_sources(workplace: Workplace, tables: Iterable[str]) -> dict[str, Any]:
    """The dbt sources: lake tables without their rejected rows, the landing log, and the compiled company folder."""
    settings, first_day = workplace.settings, workplace.company.first_day
    state = settings.state
    # what landed while first_day was an earlier day stays in the lake, and counts nowhere
    used = f" and (_window_date is null or _window_date >= date '{first_day}')" if first_day else ""
    lake_sources = [
        {
            "name": source.id,
            "description": source.description,
            "tables": [
                describe_table(
                    table,
                    f"(select *, '{source.id}' as _source, '{table}' as _table from {scan(settings, source.id, table)}"
                    f" where _rejected_reason is null{used})",
                )
                for table in source.tables
            ],
        }
        for source in workplace.sources.values()
    ]
    rejected = " union all ".join(
        f"select '{source.id}' as source, '{table}' as table_name, _rejected_reason, {', '.join(LINEAGE)} "
        f"from {scan(settings, source.id, table)} where _rejected_reason is not null"
        for source in workplace.sources.values()
        for table in source.tables
    )
    before = f"date '{first_day}'" if first_day else "null"
    early = " union all ".join(
        f"select '{source.id}' as source, '{table}' as table_name, count(*) as rows_count from {scan(settings, source.id, table)} "
        f"where _rejected_reason is null and _window_date < {before}"
        for source in workplace.sources.values()
        for table in source.tables
    )
    landing = [
        describe_table("landing_log", f"read_parquet('{state}/landing/landing_log.parquet')"),
        describe_table("table_status", f"read_parquet('{state}/landing/table_status.parquet')"),
        describe_table("rejected_rows", f"({rejected})"),
        describe_table("early_rows", f"({early})"),
    ]
    compiled = [describe_table(name, f"read_parquet('{state}/company/{name}.parquet')") for name in tables]
    return {"sources": [*lake_sources, {"name": "landing", "tables": landing}, {"name": "company_folder", "tables": compiled}]}


def scan(settings: Settings, source: str, table: str) -> str:
    """Every file of one lake table."""
    return f"read_parquet('{settings.lake}/{source}/{table}/*.parquet', union_by_name = true)"


def describe_table(name: str, location: str) -> dict[str, Any]:
    """One table of a dbt source."""
    return {"name": name, "config": {"meta": {"external_location": location}}}


def describe_variables(workplace: Workplace) -> dict[str, Any]:
    """The dbt variables of a build."""
    company = workplace.company
    return {
        "time_zone": company.time_zone.key,
        "currency": company.currency,
        "first_day": str(company.first_day) if company.first_day else None,
        "contracts": {name: contract.describe_for_dbt() for name, contract in load_contracts().items()},
        "contract_models": dict(workplace.contract_models),
        "lake_tables": [[source.id, table] for source in workplace.sources.values() for table in source.tables],
    }


def fingerprint_definitions(workplace: Workplace) -> str:
    """A hash of everything that decides how landed rows become rows of the warehouse. When it changes, the next build is full."""
    settings, folder = workplace.settings, workplace.company.folder
    digest = hashlib.sha256(json.dumps(describe_variables(workplace), sort_keys=True).encode())
    rooms = [settings.project / "dbt", settings.project / "semantic", folder / "models", folder / "kpis"]
    patterns = ("**/*.sql", "**/*.yml", "**/*.py")
    # room by room: where the company folder stands does not count
    paths = [path for room in rooms for path in sorted(found for pattern in patterns for found in room.glob(pattern))]
    for path in [*(path for path in paths if "target" not in path.parts), folder / "sources.yml"]:
        digest.update(path.name.encode() + path.read_bytes())
    surveys = [(touchpoint.id, touchpoint.surveys) for touchpoint in workplace.company.touchpoints]
    digest.update(repr((surveys, workplace.company.relationship_surveys)).encode())
    return digest.hexdigest()
