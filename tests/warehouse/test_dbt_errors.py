"""A model that fails is named with the kind of its error; the value that it could not use is nowhere: message, log, results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner

from cxhouse.warehouse.build import read_message
from cxhouse.warehouse.dbt_errors import describe_dbt_error, keep_values_out

MAIL = "ann@example.org"
PROJECT = "name: one\nversion: '1.0'\nconfig-version: 2\nprofile: one\nflags: {send_anonymous_usage_stats: false}\n"
MODELS = {
    "wrong_cast.sql": (
        "{{ config(materialized='table') }} select email::integer as n from "
        f"(select '{MAIL}' || repeat('', range) as email from range(2))"
    ),
    "wrong_name.sql": "select emial from (select 1 as email)",
    "right.sql": "{{ config(materialized='table') }} select 1 as n",
    "right_in_polars.py": (
        "import polars as pl\n\n\ndef model(dbt, session):\n    dbt.config(materialized='table')\n    dbt.ref('right')\n"
        "    return pl.DataFrame({'n': [1]})\n"
    ),
    "in_polars.py": (
        "import polars as pl\n\n\ndef model(dbt, session):\n    dbt.config(materialized='table')\n"
        f"    return pl.DataFrame({{'email': ['{MAIL}']}}).select(pl.col('email').cast(pl.Int64))\n"
    ),
    "in_python.py": f"def model(dbt, session):\n    dbt.config(materialized='table')\n    found = int('{MAIL}')\n    return found\n",
}


def run_models(folder: Path) -> dict[str, str]:
    """Messages of the models by name."""
    (folder / "models").mkdir()
    (folder / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    profile = f"one: {{target: dev, outputs: {{dev: {{type: duckdb, path: {folder / 'one.duckdb'}}}}}}}\n"
    (folder / "profiles.yml").write_text(profile, encoding="utf-8")
    for name, text in MODELS.items():
        (folder / "models" / name).write_text(text, encoding="utf-8")
    places = ["--project-dir", str(folder), "--profiles-dir", str(folder), "--target-path", str(folder / "target")]
    result: Any = dbtRunner().invoke(["run", *places, "--log-path", str(folder), "--log-level", "none", "--log-level-file", "debug"])
    assert result.exception is None, result.exception
    return {node.node.name: read_message(node.message or "") for node in result.result.results}


def test_messages_log_and_results_of_dbt_hold_no_value(tmp_path: Path) -> None:
    with keep_values_out():
        told = run_models(tmp_path)
    assert set(told) == {"wrong_cast", "wrong_name", "in_polars", "in_python", "right", "right_in_polars"}
    assert told["right"] == told["right_in_polars"] == "OK"
    assert "ConversionException: a value does not fit the type it is converted to" in told["wrong_cast"]
    assert "type INT32" in told["wrong_cast"] and "column email" in told["wrong_cast"]
    assert 'Referenced column "emial" not found' in told["wrong_name"]
    assert "conversion from `str` to `i64` failed in column 'email' for 1 out of 1 values; at " in told["in_polars"]
    assert "Python model failed: ValueError; " in told["in_python"] and ", in model" in told["in_python"]
    assert not any(MAIL in text for text in told.values())
    # the statements themselves are in the log at this level, as the company wrote them
    log = "".join(line for line in (tmp_path / "dbt.log").read_text(encoding="utf-8").splitlines(True) if "rror" in line)
    assert "ConversionException" in log and MAIL not in log
    results = (tmp_path / "target" / "run_results.json").read_text(encoding="utf-8")
    assert "ConversionException" in results and f"string '{MAIL}'" not in results


def test_without_it_dbt_quotes_the_value(tmp_path: Path) -> None:
    told = run_models(tmp_path)
    assert MAIL in told["wrong_cast"] and MAIL in told["in_polars"] and MAIL in told["in_python"]


def test_errors_of_dbt_itself_keep_their_words_and_others_do_not() -> None:
    from dbt_common.exceptions import DbtRuntimeError

    assert describe_dbt_error(DbtRuntimeError("no such model")).endswith("no such model")
    assert MAIL not in describe_dbt_error(ValueError(MAIL))


@pytest.fixture(autouse=True)
def forget_connections() -> Any:
    """dbt keeps its connection for the next run in this process."""
    yield
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()
