"""Connectors by their name in sources.yml. To add one, add a module here and a line below."""

from __future__ import annotations

from ingestion.connectors.files import FilesConnector
from ingestion.connectors.sql import SqlConnector
from ingestion.protocol import Connector

CONNECTORS: dict[str, type[Connector]] = {"files": FilesConnector, "sql": SqlConnector}
