"""`cxhouse clv`: expected purchases and value of the customers of any table. It needs no warehouse and no company folder."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.table import Table

from cxhouse.commands.failures import fail, report_failures
from cxhouse.files import write_private_table
from cxhouse.screen import complain, console, tell

if TYPE_CHECKING:
    from semantic.value.calibration import Holdout
    from semantic.value.customer_table import CustomerTable
    from semantic.value.valuation import Valuation

SHOWN_CUSTOMERS, SHOWN_BAD_ROWS = 10, 20
SEED = 20050501
MODELS = {"bg_nbd": "purchases (BG/NBD)", "gamma_gamma": "value per purchase (Gamma-Gamma)"}
FALLBACKS = {
    "pooled_rate": "each customer's own rate, shrunk towards the rate of all; it assumes that nobody leaves, so figures are rather high",
    "pooled_mean": "each customer's own mean, shrunk towards the mean of all",
}


def clv(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.csv", help="Columns customer_id, frequency, recency, T (one time unit); optionally monetary_value."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON with all customers.")] = False,
    horizon: Annotated[float, typer.Option(help="How far to look ahead, in the table's time unit; 52 is a year of weeks.")] = 52.0,
    holdout: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column with the purchases of a later period, to check the model against.")
    ] = None,
    holdout_length: Annotated[float | None, typer.Option(help="Length of that period; without it, the horizon.")] = None,
    discount_rate: Annotated[
        float,
        typer.Option(metavar="RATE", help="Discount per unit of time; 0.0018 a week is about 10 % a year. Values are then those of today."),
    ] = 0.0,
    interval: Annotated[
        bool, typer.Option("--interval", help="Add an 80 % interval per customer; takes some seconds per 100,000 customers.")
    ] = False,
    plot: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write charts of the fit to this folder (SVG).")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Write all customers to this file, which only you can read.")] = None,
    max_bad: Annotated[float, typer.Option(min=0.0, max=1.0, help="Stop when a larger share of rows cannot be used.")] = 0.05,
) -> None:
    """Expected purchases and value of the customers of a table, with the parameters of the models, their standard errors and their fit."""
    from semantic.value.customer_table import read_customers
    from semantic.value.valuation import value_customers

    check_numbers(horizon, holdout_length, discount_rate)
    length = None if holdout is None else holdout_length or horizon
    with report_failures():
        table = read_customers(file, holdout=holdout, most_bad=max_bad)
        valuation = value_customers(
            table.customers, horizon=horizon, holdout_length=length, interval_seed=SEED if interval else None, discount_rate=discount_rate
        )
        try:
            charts = [] if plot is None else draw(valuation, plot)
            if out is not None:
                write_scores(valuation, out)
        except OSError as error:
            raise fail(f"{error.filename}: {error.strerror}; choose another place") from error
    if as_json:
        print(json.dumps(describe(table, valuation, charts), indent=2, allow_nan=False))
        return
    show_bad_rows(file, table)
    show_fits(valuation)
    show_customers(valuation)
    show_checks(valuation)
    for path in [*charts, *([out] if out else [])]:
        tell(f"written: {path}")


def check_numbers(horizon: float, holdout_length: float | None, discount_rate: float) -> None:
    """Raise BadParameter for a length of time or a discount that is none."""
    for name, number in (("--horizon", horizon), ("--holdout-length", holdout_length)):
        if number is not None and not 0 < number < float("inf"):
            raise typer.BadParameter(f"{number:g} is not a length of time; give a number above 0", param_hint=name)
    if not 0 <= discount_rate < 1:
        raise typer.BadParameter(
            f"{discount_rate:g} is not a discount per unit of time; give one from 0 to 1, 0.0018 for 10 % a year in weeks",
            param_hint="--discount-rate",
        )


def draw(valuation: Valuation, folder: Path) -> list[Path]:
    """Write the charts for which there are data."""
    from cxhouse.commands.clv_charts import write_charts

    return write_charts(valuation, folder)


def write_scores(valuation: Valuation, path: Path) -> None:
    """All customers as CSV; only the owner of the file can read it."""
    write_private_table(path, name_columns(valuation))


def name_columns(valuation: Valuation) -> Any:
    """The scored table with the column names of the input file."""
    names = {"age": "T", "mean_value": "monetary_value"}
    return valuation.customers.rename({old: new for old, new in names.items() if old in valuation.customers.columns})


def describe(table: CustomerTable, valuation: Valuation, charts: list[Path]) -> dict[str, Any]:
    """Everything as values for JSON. A parameter that is not estimated has no standard error, a model that is not used no parameters."""
    fits = list_used_models(valuation)
    found = {name: (model, parameter) for model, fit in fits.items() if fit for name, parameter in fit.parameters.items()}
    holdout = valuation.holdout
    return {
        "rows": table.rows,
        "rows_left_out": [vars(row) for row in table.bad_rows],
        "horizon": valuation.horizon,
        "parameters": {name: parameter.value for name, (_, parameter) in found.items()},
        "standard_errors": {name: parameter.standard_error for name, (_, parameter) in found.items()},
        "intervals_95": {name: [parameter.lower, parameter.upper] for name, (_, parameter) in found.items()},
        "log_likelihood": {model: fit.log_likelihood if isfinite(fit.log_likelihood) else None for model, fit in fits.items() if fit},
        "converged": {model: fit.converged for model, fit in fits.items() if fit},
        "methods": {"purchases": valuation.purchase_method, "value": valuation.value_method},
        "reasons": dict(valuation.reasons),
        "notes": list(valuation.notes),
        "correlation": valuation.correlation,
        "expected_purchases": add_up(valuation, "expected_purchases"),
        "expected_value": add_up(valuation, "expected_value"),
        "fit": None if valuation.frequencies is None else valuation.frequencies.to_dicts(),
        "holdout": None if holdout is None else {**vars(holdout), "by_frequency": holdout.by_frequency.to_dicts()},
        "charts": [str(path) for path in charts],
        "customers": name_columns(valuation).fill_nan(None).to_dicts(),
    }


def add_up(valuation: Valuation, column: str) -> float | None:
    """The sum over all customers; None where it is unknown."""
    if column not in valuation.customers.columns or valuation.customers[column].null_count() == valuation.customers.height:
        return None
    return float(valuation.customers[column].sum())


def show_bad_rows(file: Path, table: CustomerTable) -> None:
    """Which rows were left out, and why; whose they are is in the file."""
    for row in table.bad_rows[:SHOWN_BAD_ROWS]:
        complain(f"{file.name}, line {row.line} left out: {row.reason}")
    if len(table.bad_rows) > SHOWN_BAD_ROWS:
        complain(f"and {len(table.bad_rows) - SHOWN_BAD_ROWS:,} more; --json names them all")
    tell(f"{table.customers.height:,} customers, {len(table.bad_rows):,} of {table.rows:,} rows left out")


def list_used_models(valuation: Valuation) -> dict[str, Any]:
    """The fit of each model; None for one that is not used: its parameters mean nothing."""
    fits = {"bg_nbd": valuation.purchases, "gamma_gamma": valuation.values}
    return {model: None if model in valuation.reasons else fit for model, fit in fits.items()}


def show_fits(valuation: Valuation) -> None:
    """Parameters with their standard errors, or the reason why there are none."""
    methods = {"bg_nbd": valuation.purchase_method, "gamma_gamma": valuation.value_method}
    for model, fit in list_used_models(valuation).items():
        if fit is not None:
            table = Table("parameter", "estimate", "standard error", "95 % interval", title=f"Model of {MODELS[model]}")
            for name, found in fit.parameters.items():
                error = "not estimated" if found.standard_error is None else f"{found.standard_error:.4f}"
                span = "" if found.lower is None else f"{found.lower:.4f} to {found.upper:.4f}"
                table.add_row(name, f"{found.value:.4f}", error, span)
            console.print(table)
            tell(f"log-likelihood {fit.log_likelihood:,.2f} over {fit.customers:,} customers ({fit.rows:,} different rows)")
        if model in valuation.reasons:
            complain(f"The model of {MODELS[model]} is not used: {valuation.reasons[model]}. Instead: {FALLBACKS[str(methods[model])]}.")
    for note in valuation.notes:
        complain(f"note: {note}")


def show_customers(valuation: Valuation) -> None:
    """Totals, and the customers with the highest expected purchases or value."""
    has_value = valuation.value_method is not None
    by = "expected_value" if has_value else "expected_purchases"
    title = f"Expected in the next {valuation.horizon:g}, the {SHOWN_CUSTOMERS} highest"
    columns = ["expected_purchases", "probability_alive", *(["expected_average_value", "expected_value"] if has_value else [])]
    drawn = [name for name in ("purchases", "value") if f"{name}_low" in valuation.customers.columns]
    table = Table("customer", *(name.replace("_", " ") for name in columns), *(f"{name}, 80 %" for name in drawn), title=title)
    for row in valuation.customers.sort(by, descending=True, nulls_last=True).head(SHOWN_CUSTOMERS).iter_rows(named=True):
        cells = ["unknown" if row[name] is None else f"{row[name]:,.4f}" for name in columns]
        table.add_row(row["customer_id"], *cells, *(f"{row[f'{name}_low']:,.5g} to {row[f'{name}_high']:,.5g}" for name in drawn))
    console.print(table)
    purchases, value = add_up(valuation, "expected_purchases"), add_up(valuation, "expected_value")
    alive = cast("float | None", valuation.customers["probability_alive"].mean())
    tell(
        ("expected purchases: unknown" if purchases is None else f"expected purchases of all: {purchases:,.1f}")
        + ("" if value is None else f"; expected value of all: {value:,.2f}")
        + ("" if alive is None else f"; mean probability of being alive: {alive:.3f}")
    )


def show_checks(valuation: Valuation) -> None:
    """The holdout check, if it was asked for."""
    if valuation.holdout is not None:
        show_holdout(valuation.holdout)


def show_holdout(holdout: Holdout, unit: str = "") -> None:
    """Expected and observed purchases of a later period; `unit` is the time unit of its length, where it is known."""
    from cxhouse.commands.clv_charts import label_classes

    table = Table(
        "repeat purchases before", "customers", "expected each", "seen each", title=f"Holdout of {holdout.length:g} {unit}".rstrip()
    )
    labels = label_classes(holdout.by_frequency["frequency"].to_list())
    for label, row in zip(labels, holdout.by_frequency.iter_rows(named=True), strict=True):
        table.add_row(label, f"{row['customers']:,}", f"{row['expected']:.3f}", f"{row['observed']:.3f}")
    console.print(table)
    error = "" if holdout.error is None else f" ({holdout.error:+.1%})"
    tell(f"expected {holdout.expected:,.1f} purchases, seen {holdout.observed:,.0f}{error}")
