"""`cxhouse value`: how good the current version of the customer values is, fitting a new version, and misjudged customers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cxhouse.commands.failures import check_private, fail, report_failures
from cxhouse.files import write_private_table
from cxhouse.screen import complain, console, tell
from cxhouse.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb
    import polars as pl

    from semantic.value.auc import Estimate
    from semantic.value.value_model import Evaluation, ValueModel

app = typer.Typer(no_args_is_help=True)


@app.callback()
def explain() -> None:
    """Financial and appreciation value of the company's customers; docs/customer-value.md says how they are calculated."""


@app.command()
def report(
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    plot: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write the chart of the holdout check to this folder (SVG).")] = None,
) -> None:
    """How well each value predicts who stays, how much both predict better than one, and the current version."""
    from cxhouse.commands.clv_charts import write_holdout
    from cxhouse.ledger.value_versions import newest_version
    from semantic.value.versions import UnreadableVersionError

    with report_failures():
        try:
            kept = newest_version(read_settings().ledger)
        except UnreadableVersionError as error:
            raise fail(error) from error
        if kept is None:
            raise fail("no version of the customer values has been published yet; run cxhouse build, then cxhouse publish")
        content = describe_version(kept.model, kept.published_at, datetime.now(UTC))
        if plot is not None and kept.model.holdout is None:
            raise fail(f"version {kept.model.version} has no holdout check to draw: {'; '.join(kept.model.notes)}")
        try:
            charts = [write_holdout(kept.model.holdout, plot, "weeks")] if plot is not None and kept.model.holdout is not None else []
        except OSError as error:
            raise fail(f"{error.filename}: {error.strerror}; choose another place") from error
    if as_json:
        print(json.dumps({**content, "charts": [str(path) for path in charts]}, indent=2, allow_nan=False))
        return
    show_version(kept.model, content)
    for path in charts:
        tell(f"written: {path}")


@app.command()
def fit() -> None:
    """Fit a new version on the present warehouse, show what it changes, and keep it in the ledger. The next build scores with it."""
    from cxhouse.ledger.value_versions import append_value_model, newest_version, read_value_models
    from cxhouse.warehouse.reading import read_warehouse
    from semantic.value.fitting import NoCustomersError, fit_value_model
    from semantic.value.versions import UnreadableVersionError

    with report_failures():
        settings = read_settings()
        with read_warehouse(settings.warehouse) as connection:
            months = read_rows(connection, "select * from int_customer_months order by month_end, customer_id")
            built = connection.execute("select version from int_value_model where version is not null").fetchall()
        try:
            known = [*(row[0] for row in built), *read_value_models(settings.ledger)["version"]]
            model = fit_value_model(months, version=1 + max(known, default=0))
            before = newest_version(settings.ledger)
        except NoCustomersError as error:
            raise fail(f"{settings.warehouse}: {error}; run cxhouse build again when a month with orders is complete") from error
        except UnreadableVersionError:
            before = None
            complain("The newest version in the ledger was fitted by another release and cannot be read; nothing is compared with it.")
        show_change(months, None if before is None else before.model, model)
        append_value_model(
            settings.ledger, version=model.version, model_json=model.to_json(), build_id=None, published_at=datetime.now(UTC)
        )
    tell(f"Version {model.version} is kept; run cxhouse build, then cxhouse publish, to score every month-end with it.")


@app.command()
def misjudged(
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all these customers to this file, which only you can read.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, metavar="N", help="Number of customers to show.")] = 20,
) -> None:
    """Customers with low revenue and a high appreciation value, by hashed number. They are never published."""
    from cxhouse.warehouse.reading import read_warehouse
    from semantic.value.scoring import list_misjudged

    with report_failures():
        settings = read_settings()
        if csv is not None:
            check_private(settings, csv, "rows about customers")
        with read_warehouse(settings.warehouse) as connection:
            latest = "(select max(month_end) from int_customer_values)"
            scored = read_rows(connection, f"select * from int_customer_values where month_end = {latest}")
        if scored.is_empty():
            raise fail(f"{settings.warehouse} has no customer values yet; run cxhouse build when a month with orders is complete")
        found = list_misjudged(scored)
        if csv is not None:
            try:
                write_private_table(csv, found)
            except OSError as error:
                raise fail(f"{error.filename}: {error.strerror}; choose another place") from error
    tell(
        f"{found.height:,} of {scored.height:,} customers at {scored['month_end'][0]} are in the lowest fifth of the year's buyers by "
        "revenue and in the highest fifth by appreciation value, and at least half of the parts of that value are known."
    )
    if csv is not None:
        tell(f"written: {csv} (only you can read it)")
        return
    show_misjudged(found.head(top))


def read_rows(connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    """The rows of a query."""
    import polars as pl

    return pl.DataFrame(connection.sql(query).to_arrow_table())


def describe_version(model: ValueModel, published_at: datetime, now: datetime) -> dict[str, Any]:
    """Everything except the norms, as values for JSON."""
    content = json.loads(model.to_json())
    left = {name: value for name, value in content.items() if name not in ("breadth", "ranks")}
    return {**left, "kept_at": published_at.isoformat(), "age_days": (now - published_at).days}


def write_estimate(estimate: Estimate, digits: int = 3) -> str:
    """A figure with its interval."""
    return f"{estimate.value:.{digits}f} ({estimate.low:.{digits}f} to {estimate.high:.{digits}f})"


def show_version(model: ValueModel, content: Mapping[str, Any]) -> None:
    """The version as text."""
    from cxhouse.commands.clv import show_holdout
    from semantic.value.words import tell_weights

    age = f"kept {content['age_days']} days ago" if content["age_days"] else "kept today"
    tell(f"Version {model.version} of the customer values, fitted on {model.month_end}, {age}; values in {model.value_basis}.")
    if model.provisional_reason:
        complain(f"This version is provisional: {model.provisional_reason}.")
    show_evaluation(model.evaluation)
    if model.holdout is not None:
        show_holdout(model.holdout, "weeks")
    table = Table("component", "weight", title=f"Weights. {tell_weights(model)}")
    for name, share in model.weights.shares.items():
        table.add_row(name, f"{share:.1%}")
    console.print(table)
    boundaries = {"financial": model.boundaries.financial, "appreciation": model.boundaries.appreciation}
    limits = [f"{name} value from {limit:,.2f}" for name, limit in boundaries.items() if limit is not None]
    tell(f"High: {'; '.join(limits) or 'unknown'}. Purchases by {model.purchase_method}, value by {model.value_method}.")
    for name, reason in model.measures.buying.reasons.items():
        complain(f"{name} is not used: {reason}.")
    for note in model.notes:
        complain(f"note: {note}")


def show_evaluation(evaluation: Evaluation | None) -> None:
    """The table of predictors with gain and verdict."""
    from semantic.value.evaluation import PREDICTORS

    if evaluation is None:
        return
    counts = f"{evaluation.retained:,} of {evaluation.customers:,} did"
    title = f"Who of the customers of {evaluation.judged_at} bought in the twelve months after ({counts})"
    table = Table("predictor", "area under the curve (95 %)", "known of", title=title)
    for row in evaluation.predictions:
        table.add_row(PREDICTORS[row.predictor], write_estimate(row.area), f"{row.coverage:.1%}")
    console.print(table)
    tell(f"Gain of both values over financial value alone: {write_estimate(evaluation.gain)}")
    tell(f"Gain of appreciation value over everything the purchases say: {write_estimate(evaluation.gain_beyond_purchases)}")
    tell(f"Verdict: appreciation value {evaluation.verdict}.")


def show_change(months: pl.DataFrame, before: ValueModel | None, after: ValueModel) -> None:
    """Boundaries, and customers per segment at the last month-end, before and after."""
    import polars as pl

    from semantic.value.scoring import SEGMENTS, UNKNOWN, score_customers

    now = months.filter(pl.col("month_end") == after.month_end)
    models = [model for model in (before, after) if model is not None]
    counts = [dict(score_customers(now, model)["segment"].value_counts().iter_rows()) for model in models]
    table = Table("", *(f"version {model.version}" for model in models), title=f"Customers at {after.month_end}")
    for name in (*SEGMENTS.values(), UNKNOWN):
        table.add_row(name.replace("_", " "), *(f"{count.get(name, 0):,}" for count in counts))
    for name in ("financial", "appreciation"):
        limits = [getattr(model.boundaries, name) for model in models]
        table.add_row(f"{name} value is high from", *("unknown" if limit is None else f"{limit:,.2f}" for limit in limits))
    console.print(table)
    if before is None:
        tell("There is no earlier version to compare with.")
    if after.provisional_reason:
        complain(f"The new version is provisional: {after.provisional_reason}.")


def show_misjudged(rows: pl.DataFrame) -> None:
    """A table for people."""
    table = Table("customer (hashed)", "segment", "financial value", "appreciation value", "coverage", "RFM")
    for row in rows.iter_rows(named=True):
        values = (f"{row['financial_value']:,.2f}", f"{row['appreciation_value']:.1f}", f"{row['coverage']:.0%}", row["rfm"])
        table.add_row(row["customer_id"], row["segment"].replace("_", " "), *values)
    console.print(table)
