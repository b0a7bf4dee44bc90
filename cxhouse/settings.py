"""Settings: the only module that reads the environment. Everyone else is handed values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Where things are and which company this is.

    `environment` is what `${NAME}` in the company folder is filled from; it always holds CXHOUSE_HOME.
    """

    project: Path
    home: Path
    company: Path
    hash_key: str | None
    dashboards_port: int
    airflow_port: int
    webhook_url: str | None
    environment: Mapping[str, str]

    @property
    def lake(self) -> Path:
        """Landed Parquet files and the landing log."""
        return self.home / "lake"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file; only dbt opens it for writing."""
        return self.home / "warehouse.duckdb"

    @property
    def serving(self) -> Path:
        """Published reports; `current` points at the copy in force."""
        return self.home / "serving"

    @property
    def ledger(self) -> Path:
        """Append-only records that cannot be rebuilt."""
        return self.home / "ledger"

    @property
    def dashboards(self) -> Path:
        """Work folder of the dashboards; `dashboards/site` is what is served."""
        return self.home / "dashboards"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.home / "airflow"

    @property
    def state(self) -> Path:
        """What the last build did, and the compiled company folder."""
        return self.home / "state"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read settings from the environment and, below it, the project's .env file."""
    merged = {**read_dotenv(PROJECT / ".env"), **(os.environ if environment is None else environment)}
    home = Path(merged.get("CXHOUSE_HOME") or PROJECT / ".cxhouse").expanduser().resolve()
    company = Path(merged.get("CXHOUSE_COMPANY") or PROJECT / "company").expanduser().resolve()
    merged["CXHOUSE_HOME"], merged["CXHOUSE_COMPANY"] = str(home), str(company)
    return Settings(
        project=PROJECT,
        home=home,
        company=company,
        hash_key=merged.get("CXHOUSE_HASH_KEY") or None,
        dashboards_port=int(merged.get("CXHOUSE_PORT") or 3000),
        airflow_port=int(merged.get("CXHOUSE_AIRFLOW_PORT") or 8080),
        webhook_url=merged.get("CXHOUSE_WEBHOOK_URL") or None,
        environment=merged,
    )


def read_dotenv(path: Path) -> dict[str, str]:
    """Read NAME=value lines; blank lines and lines that start with # are passed over."""
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}
