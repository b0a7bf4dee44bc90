"""Settings: the only module that reads the environment. Other modules get values as arguments."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from email.utils import parseaddr
from pathlib import Path
from typing import Any

CODE = Path(__file__).resolve().parent.parent
READERS = ("owner", "group", "everyone")
ENCRYPTION = ("starttls", "tls", "none")


def find_project(code: Path, folder: Path) -> Path:
    """The repository that `code` belongs to; for an installed package, which holds no dbt project, the working folder."""
    return code if has_dbt_project(code) else folder


def has_dbt_project(folder: Path) -> bool:
    """Whether a folder holds the dbt project of a checkout. Beside installed packages, dbt/ is dbt's own code."""
    return (folder / "dbt" / "dbt_project.yml").is_file()


PROJECT = find_project(CODE, Path.cwd())


SPECIAL = frozenset("'\"{}[]*?\\\n")  # they end a text in SQL, or begin a template or a pattern of names


class SettingsError(Exception):
    """A setting of the environment or of .env is not valid. The message names it and says what to write."""


@dataclass(frozen=True)
class MailServer:
    """The server that takes mail, and the sender. `tls`: starttls, tls (from the first byte on) or none."""

    host: str
    port: int
    tls: str
    user: str
    password: str = field(repr=False)
    sender: str


@dataclass(frozen=True)
class Settings:
    """The folders of this home and the company folder.

    `environment` holds the values for `${NAME}` in the company folder; it always contains CXHOUSE_HOME. `readers` says who else may read
    what is published: owner (nobody), group or everyone. With `show_values`, a terminal shows the whole text of errors of libraries.
    `memory` bounds what the database of a build uses; it goes on in files when it needs more. `shells` is a folder of built pages
    that homes share; without it, each home builds its own. `browser` prints period reports as PDF; without it, the one on PATH.
    `site_url` is the address at which people read the dashboards, without a slash at its end; it and `mail` are empty unless news are sent.
    """

    project: Path
    home: Path
    company: Path
    hash_key: str | None
    dashboards_port: int
    airflow_port: int
    demo_end: date | None
    demo_scale: float
    readers: str
    show_values: bool
    memory: str
    shells: Path | None
    browser: str | None
    site_url: str
    mail: MailServer
    environment: Mapping[str, str]

    def need_checkout(self, command: str) -> None:
        """Raise SettingsError where `command` cannot run because the dbt project, the DAGs and the dashboards are not here."""
        if not has_dbt_project(self.project):
            raise SettingsError(
                f"cxhouse {command} needs a checkout of the repository, with dbt/, dags/ and dashboards/, and {self.project} is none: "
                f"clone the repository, run `make setup` in it, then .venv/bin/cxhouse {command}"
            )

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
        """Published reports; the link `current` points to the newest copy."""
        return self.home / "serving"

    @property
    def shared(self) -> tuple[Path, ...]:
        """What `readers` may read: published reports and built sites."""
        return self.serving, self.dashboards / "sites"

    @property
    def restricted(self) -> Path:
        """Rows about customers; only the owner of the home can read them."""
        return self.home / "restricted"

    @property
    def reports(self) -> Path:
        """Default folder for period reports of departments."""
        return self.home / "reports"

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
        """The state of the last build, and the compiled company folder."""
        return self.home / "state"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read settings from the environment, and from the project's .env file where the environment has no value. Raises SettingsError."""
    merged = {**read_dotenv(PROJECT / ".env"), **(os.environ if environment is None else environment)}
    home = Path(merged.get("CXHOUSE_HOME") or PROJECT / ".cxhouse").expanduser().resolve()
    if special := sorted(set(str(home)) & SPECIAL):
        raise SettingsError(
            f"CXHOUSE_HOME is {home}; choose a folder whose path does not contain {' '.join(special)}, because SQL and dbt read the path"
        )
    company = Path(merged.get("CXHOUSE_COMPANY") or PROJECT / "company").expanduser().resolve()
    merged["CXHOUSE_HOME"], merged["CXHOUSE_COMPANY"] = str(home), str(company)
    return Settings(
        project=PROJECT,
        home=home,
        company=company,
        hash_key=merged.get("CXHOUSE_HASH_KEY") or None,
        dashboards_port=read_value(merged, "CXHOUSE_PORT", 3000, read_port, "a port number like 3000"),
        airflow_port=read_value(merged, "CXHOUSE_AIRFLOW_PORT", 8080, read_port, "a port number like 8080"),
        demo_end=read_value(merged, "CXHOUSE_DEMO_END", None, date.fromisoformat, "a day like 2026-01-31"),
        demo_scale=read_value(merged, "CXHOUSE_DEMO_SCALE", 1.0, read_scale, "a number above 0 and up to 20"),
        readers=read_value(merged, "CXHOUSE_READERS", "owner", read_readers, "owner, group or everyone"),
        show_values=read_value(merged, "CXHOUSE_SHOW_VALUES", False, read_switch, "1 or 0"),
        memory=read_value(merged, "CXHOUSE_MEMORY", "80%", read_memory, "a size like 2GB, or a share of the machine's memory like 50%"),
        shells=read_value(merged, "CXHOUSE_SHELLS", None, lambda text: Path(text).expanduser().resolve(), "a folder"),
        browser=merged.get("CXHOUSE_BROWSER") or None,
        site_url=read_value(merged, "CXHOUSE_SITE_URL", "", read_url, "an address like https://cx.example.com"),
        mail=read_mail_server(merged),
        environment=merged,
    )


def read_mail_server(environment: Mapping[str, str]) -> MailServer:
    """The mail server; raises SettingsError. Host and sender are empty unless they are set."""
    tls = read_value(environment, "CXHOUSE_SMTP_TLS", "starttls", read_encryption, "starttls, tls or none")
    usual_port = {"starttls": 587, "tls": 465, "none": 25}[tls]
    return MailServer(
        host=environment.get("CXHOUSE_SMTP_HOST") or "",
        port=read_value(environment, "CXHOUSE_SMTP_PORT", usual_port, read_port, "a port number like 587"),
        tls=tls,
        user=environment.get("CXHOUSE_SMTP_USER") or "",
        password=environment.get("CXHOUSE_SMTP_PASSWORD") or "",
        sender=read_value(environment, "CXHOUSE_MAIL_FROM", "", read_sender, "an address like Kadewind CX <cx@retailer.example>"),
    )


def read_value(environment: Mapping[str, str], name: str, default: Any, read: Callable[[str], Any], wanted: str) -> Any:
    """One setting; raises SettingsError naming it when it cannot be read."""
    text = environment.get(name)
    if not text:
        return default
    try:
        return read(text)
    except ValueError as error:
        raise SettingsError(f"{name} is {text}; write {wanted}") from error


def read_port(text: str) -> int:
    """A port number from 1 to 65535."""
    port = int(text)
    if not 0 < port < 65536:
        raise ValueError(port)
    return port


def read_scale(text: str) -> float:
    """The demo's size."""
    scale = float(text)
    if not 0 < scale <= 20:
        raise ValueError(scale)
    return scale


def read_readers(text: str) -> str:
    """Who may read what is published."""
    if text not in READERS:
        raise ValueError(text)
    return text


def read_encryption(text: str) -> str:
    """How the connection to the mail server is encrypted."""
    if text not in ENCRYPTION:
        raise ValueError(text)
    return text


def read_url(text: str) -> str:
    """An address of a website, without a slash at its end."""
    if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", text):
        raise ValueError(text)
    return text.rstrip("/")


def read_sender(text: str) -> str:
    """A mail address, with or without a name."""
    name, address = parseaddr(text)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address) or "\n" in name:
        raise ValueError(text)
    return text


def read_memory(text: str) -> str:
    """A size or a share, as DuckDB reads it."""
    if not re.fullmatch(r"[1-9]\d*(\.\d+)? ?([KMGT]i?B|%)", text) or (text.endswith("%") and float(text[:-1]) > 100):
        raise ValueError(text)
    return text


def read_switch(text: str) -> bool:
    """1 for yes, 0 for no."""
    if text not in ("0", "1"):
        raise ValueError(text)
    return text == "1"


def read_dotenv(path: Path) -> dict[str, str]:
    """Read NAME=value lines; blank lines and lines that start with # are skipped."""
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}
