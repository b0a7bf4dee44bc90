"""What commands import, for the process they are forked from. `cxhouse.screen` is missing: it looks at the output of its own process."""

import dbt.adapters.duckdb
import dbt.cli.main
import rich.progress
import rich.table
import sqlalchemy.dialects.sqlite
import typer

import cxhouse.warehouse.build
import semantic.effects.company.changes
import semantic.value.versions
import tests.companies.parsed
import tests.ingestion.many_tables
import tests.news.killed_minutes
import tests.warehouse.killed_steps

__all__ = ["cxhouse", "dbt", "rich", "semantic", "sqlalchemy", "tests", "typer"]
