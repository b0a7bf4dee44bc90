"""Errors that a user can correct. They are shown as one message instead of a traceback."""

from __future__ import annotations

from cxhouse.build_state import BuildError
from cxhouse.commands.effect_file import InputError
from cxhouse.local_airflow.api import AirflowError
from cxhouse.reports.published import ReportError
from cxhouse.settings import SettingsError
from cxhouse.site.server import DashboardsError
from cxhouse.warehouse.loading import LoadError
from declared.errors import DefinitionError
from ingestion.errors import IngestionError
from semantic.value.customer_table import CustomerTableError

MENDABLE: tuple[type[Exception], ...] = (
    AirflowError, BuildError, CustomerTableError, DashboardsError, DefinitionError, IngestionError, InputError,
    LoadError, ReportError, SettingsError,
)  # fmt: skip
