"""What the DAG files share: reading the company's YAML, one command as one task, load windows, and reports of failures.

A DAG holds names, order and time; nothing here imports the project. The environment is read here because a DAG may not import the
settings module.
"""

from __future__ import annotations

import json
import logging
import os
import re
import urllib.request
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Param

PROJECT = Path(__file__).resolve().parent.parent
COMPANY = Path(os.environ.get("CXHOUSE_COMPANY") or PROJECT / "company")
SEMANTIC = PROJECT / "semantic"
WAREHOUSE_POOL = "warehouse"
SERVING = "cxhouse://serving"
PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")

log = logging.getLogger("cxhouse.dags")


def read_yaml(path: Path, *, optional: bool = False) -> dict[str, Any]:
    """Read a YAML mapping; an optional file that does not exist is empty."""
    if optional and not path.is_file():
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}). Point CXHOUSE_COMPANY to a company folder.") from error
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: is not YAML ({error}). Correct the file; Airflow reads it again automatically.") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path}: must hold names with values, found {type(content).__name__}.")
    return content


def fill(value: Any) -> str:
    """Text with `${NAME}` and `${NAME:-default}` filled by the rule of the company folder (docs/company-folder.md)."""

    def fill_one(found: re.Match[str]) -> str:
        name, default = found[1], found[2]
        filled = os.environ.get(name) or default
        if filled is None:
            raise ValueError(
                f"{found[0]}: the environment has no {name}, or it is empty; set it (.env will do) or write ${{{name}:-default}}."
            )
        return filled

    return PLACEHOLDER.sub(fill_one, str(value or ""))


def read_sources() -> dict[str, dict[str, Any]]:
    """The sources of the company, by id."""
    path = COMPANY / "sources.yml"
    sources = read_yaml(path).get("sources")
    if not isinstance(sources, dict) or not sources:
        raise ValueError(f"{path}: `sources` must name at least one source.")
    return sources


def read_time_zone() -> str:
    """The company's time zone; schedules and load windows are in it."""
    return fill(read_yaml(COMPANY / "company.yml").get("time_zone")) or "UTC"


def read_cut_off() -> time:
    """Local time at which the build runs even when a source is missing."""
    path = COMPANY / "company.yml"
    text = fill(read_yaml(path).get("cut_off")) or "06:30"
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f'{path}: cut_off: "{text}" is not a time; write it as "06:30".') from error


def read_ids(path: Path) -> list[str]:
    """Ids of the entries of a file such as touchpoints.yml, which holds one list under its own name."""
    return [entry["id"] for entry in read_yaml(path, optional=True).get(path.stem) or []]


def read_kpi_ids() -> list[str]:
    """Ids of all KPIs, the company's own ones last."""
    paths = [path for folder in (SEMANTIC, COMPANY) for path in sorted((folder / "kpis").glob("*.yml"))]
    metrics = [metric for path in paths for metric in read_yaml(path).get("metrics") or []]
    return [metric["name"] for metric in metrics if metric.get("config", {}).get("meta", {}).get("kind") == "kpi"]


def ask(columns: dict[str, Any], name: str, **schema: Any) -> Param:
    """A form field with the description of its contract column. It may stay empty unless `schema` has a type without null."""
    schema = {
        "type": ["null", "string"],
        "title": name.replace("_", " ").capitalize(),
        "description": columns[name]["description"],
        **schema,
    }
    return Param(None, **schema) if "null" in schema["type"] else Param(**schema)


def as_text(answer: Any) -> str:
    """An answer of a form as one command-line value: a list joined with commas, no answer as empty text."""
    return ",".join(map(str, answer)) if isinstance(answer, list | tuple) else "" if answer is None else str(answer)


def lake_asset_uri(source: str) -> str:
    """Name of the asset of a landed source."""
    return f"cxhouse://lake/{source}"


def first_and_last_day(dag_run: Any, time_zone: str) -> tuple[date, date]:
    """Half-open range of local days of a run: those of its data interval, at least one; without an interval, yesterday."""
    start = dag_run.data_interval_start or dag_run.run_after - timedelta(days=1)
    end = dag_run.data_interval_end or dag_run.run_after
    first, last = (moment.astimezone(ZoneInfo(time_zone)).date() for moment in (start, end))
    return first, max(last, first + timedelta(days=1))


def catches_up(dag_run: Any, choice: str) -> bool:
    """Whether a run also loads what is missing before its window.

    By default, a run does so when its window is the newest complete one. A backfill never does: it replaces exactly its days.
    """
    if dag_run.run_type == "backfill" or choice == "no":
        return False
    start, end = dag_run.data_interval_start, dag_run.data_interval_end
    is_newest = end is None or end + (end - start) > dag_run.run_after
    return choice == "yes" or dag_run.run_type == "scheduled" or is_newest


def run_command(task_id: str, command: str, **options: Any) -> BashOperator:
    """One command as one task. Values from a person or a run are passed in `env`, never in the text of the command."""
    return BashOperator(task_id=task_id, bash_command=command, append_env=True, skip_on_exit_code=None, **options)


def default_arguments(owner: str, retries: int) -> dict[str, Any]:
    """Owner, retries with doubling pauses (the first CXHOUSE_RETRY_SECONDS, 60 unless set) and the failure callback."""
    return {
        "owner": owner or "unassigned",
        "retries": retries,
        "retry_delay": timedelta(seconds=float(os.environ.get("CXHOUSE_RETRY_SECONDS") or 60)),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=30),
        "on_failure_callback": tell_failure,
    }


def tell_failure(context: Any) -> None:
    """Write one log line about a task that failed for good and, when CXHOUSE_WEBHOOK_URL is set, post it there as JSON. Never raises."""
    task = context["ti"]
    error = str(context.get("exception") or "")[:500]
    message = {"dag": task.dag_id, "task": task.task_id, "run": task.run_id, "try": task.try_number, "owner": task.task.owner}
    message["error"] = error
    message["text"] = "cxhouse: {dag}.{task} failed at try {try} (owner {owner}, run {run}): {error}".format(**message)
    message["at"] = datetime.now(tz=ZoneInfo("UTC")).isoformat(timespec="seconds")
    log.error(message["text"])
    address = os.environ.get("CXHOUSE_WEBHOOK_URL")
    if not address:
        return
    try:
        request = urllib.request.Request(address, json.dumps(message).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            log.info("failure posted to the webhook, answer %s", answer.status)
    except Exception as problem:  # a webhook that does not answer must not hide the failure of the task
        log.warning("failure not posted to the webhook: %s", type(problem).__name__)
