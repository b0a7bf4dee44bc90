"""`cxhouse value` on a hand-made warehouse and ledger of a simulated company."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner, Result

from cxhouse.ledger.value_versions import append_value_model, newest_version, read_value_models
from cxhouse.main import app
from semantic.value.evaluation import PREDICTORS
from semantic.value.fitting import fit_value_model
from semantic.value.scoring import score_customers
from tests.semantic.customer_months import LAST, simulate_months


@pytest.fixture(scope="module")
def months() -> pl.DataFrame:
    """A company of loyal and disloyal customers."""
    return simulate_months(7, loyalty=1.0, value_spread=0.5)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def build(home: Path, months: pl.DataFrame, *, version: int = 1) -> None:
    """The three tables of a warehouse that these commands read."""
    model = fit_value_model(months, version=version)
    tables = {
        "int_customer_months": months,
        "int_value_model": pl.DataFrame({"version": [version], "model_json": [model.to_json()], "is_new": [True]}),
        "int_customer_values": score_customers(months, model, newest=LAST),
    }
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        for name, frame in tables.items():
            frame.write_parquet(home / f"{name}.parquet")
            connection.execute(f"create or replace table {name} as from '{home / name}.parquet'")


def run(home: Path, *arguments: str) -> Result:
    """The command with its output."""
    return CliRunner().invoke(app, ["value", *arguments], env={"CXHOUSE_HOME": str(home), "COLUMNS": "200"})


def test_without_a_version_or_a_warehouse_the_commands_say_what_to_run(home: Path) -> None:
    for command, words in (
        ("report", "run cxhouse build, then cxhouse publish"),
        ("fit", "run cxhouse build"),
        ("misjudged", "run cxhouse build"),
    ):
        failed = run(home, command)
        assert failed.exit_code == 1 and words in failed.output
    append_value_model(home / "ledger", version=1, model_json='{"version": 1}', build_id=None, published_at=datetime.now(UTC))
    assert "run cxhouse value fit" in run(home, "report").output


def test_a_new_version_is_shown_beside_the_one_before_and_kept(home: Path, months: pl.DataFrame) -> None:
    build(home, months)
    first = run(home, "fit")
    assert first.exit_code == 0 and "no earlier version" in first.output
    assert read_value_models(home / "ledger")["version"].to_list() == [2], "the warehouse holds a version 1 that is not published yet"
    second = run(home, "fit")
    assert second.exit_code == 0 and "version 2" in second.output and "version 3" in second.output
    kept = newest_version(home / "ledger")
    assert kept is not None and kept.model.to_json() == fit_value_model(months, version=3).to_json()
    counts = score_customers(months.filter(pl.col("month_end") == LAST), kept.model)["segment"].value_counts()
    for segment, count in counts.iter_rows():
        line = next(line for line in second.output.splitlines() if segment.replace("_", " ") in line)
        assert line.count(f" {count:,} ") == 2, "nothing changed between the two versions"


def test_the_report_shows_the_table_gains_verdict_and_chart(home: Path, months: pl.DataFrame, tmp_path: Path) -> None:
    model = fit_value_model(months, version=4)
    append_value_model(home / "ledger", version=4, model_json=model.to_json(), build_id="b", published_at=datetime(2026, 7, 1, tzinfo=UTC))
    shown = run(home, "report", "--plot", str(tmp_path / "charts"))
    assert shown.exit_code == 0 and (tmp_path / "charts" / "holdout.svg").is_file()
    evaluation = model.evaluation
    assert evaluation is not None and model.holdout is not None
    for row in evaluation.predictions:
        line = next(line for line in shown.output.splitlines() if PREDICTORS[row.predictor] in line)
        assert f"{row.area.value:.3f} ({row.area.low:.3f} to {row.area.high:.3f})" in line and f"{row.coverage:.1%}" in line
    for words in (
        f"{evaluation.gain.value:.3f}",
        f"Verdict: appreciation value {evaluation.verdict}.",
        f"{model.holdout.error:+.1%}",
        "Version 4",
    ):
        assert words in shown.output
    content = json.loads(run(home, "report", "--json").output)
    assert content["evaluation"]["gain_low"] == evaluation.gain.low and content["weights"]["shares"] == model.weights.shares
    assert content["age_days"] >= 0 and content["version"] == 4 and "ranks" not in content


def test_a_provisional_version_says_so_and_has_no_chart(home: Path, tmp_path: Path) -> None:
    model = fit_value_model(simulate_months(3, months=15, customers=500))
    append_value_model(home / "ledger", version=1, model_json=model.to_json(), build_id="b", published_at=datetime.now(UTC))
    shown = run(home, "report")
    assert shown.exit_code == 0 and "provisional" in shown.output and "not judged" in shown.output
    failed = run(home, "report", "--plot", str(tmp_path))
    assert failed.exit_code == 1 and "24 months of history" in failed.output


def test_misjudged_customers_are_those_counted_by_hand_in_a_file_for_one_pair_of_eyes(
    home: Path, months: pl.DataFrame, tmp_path: Path
) -> None:
    build(home, months)
    target = tmp_path / "misjudged.csv"
    target.write_text("older", encoding="utf-8")
    target.chmod(0o644)
    assert run(home, "misjudged", "--csv", str(target)).exit_code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    found = pl.read_csv(target)
    model = fit_value_model(months)
    now = score_customers(months.filter(pl.col("month_end") == LAST), model)
    wanted, revenue = set(), {}
    for row in months.filter(pl.col("month_end") == LAST, pl.col("bought_last_12_months")).iter_rows(named=True):
        revenue[row["customer_id"]] = row["revenue_12_months"]
    known = {row["customer_id"]: row for row in now.iter_rows(named=True) if row["appreciation_value"] is not None}
    for customer, row in known.items():
        if customer not in revenue or row["coverage"] < 0.5:
            continue
        poorer = sum(other < revenue[customer] for other in revenue.values()) / len(revenue)
        colder = sum(other["appreciation_value"] < row["appreciation_value"] for other in known.values()) / len(known)
        if poorer < 0.2 and colder >= 0.8:
            wanted.add(customer)
    assert wanted and set(found["customer_id"]) == wanted
    assert found["appreciation_value"].is_sorted(descending=True)
    shown = run(home, "misjudged", "--top", "2").output
    assert found["customer_id"][1] in shown and f"{found.height} of" in shown
    inside = run(home, "misjudged", "--csv", str(home / "serving" / "x.csv"))
    assert inside.exit_code == 1 and "which is published" in inside.output
