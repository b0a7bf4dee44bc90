"""Errors a user can mend: shown as one message instead of a traceback."""

from __future__ import annotations

from cxhouse.build import BuildError
from cxhouse.loading import LoadError
from ingestion.configuration import ConfigurationError
from ingestion.errors import IngestionError
from semantic.yaml_files import DefinitionError

MENDABLE: tuple[type[Exception], ...] = (BuildError, LoadError, ConfigurationError, IngestionError, DefinitionError)
