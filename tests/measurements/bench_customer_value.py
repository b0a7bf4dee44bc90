"""`make bench`: seconds to fit and to score simulated customers, in days and with times that are all different, and customer-months of a
company under a version of the customer values; scoring must be linear."""

from __future__ import annotations

import time
from itertools import pairwise

import polars as pl

from semantic.value.bg_nbd import fit_purchases
from semantic.value.fitting import fit_value_model
from semantic.value.gamma_gamma import fit_values
from semantic.value.scoring import score_customers
from semantic.value.valuation import score_purchases, score_values
from tests.semantic.customer_months import simulate_months
from tests.semantic.customers import simulate, simulate_values

SIZES = (125_000, 250_000, 500_000, 1_000_000)
TRUTH = {"r": 0.6, "alpha": 40.0, "a": 0.8, "b": 3.0}
DAYS, HORIZON = 730.0, 365.0
COMPANIES = (12_500, 25_000, 50_000)


def measure(count: int, unit: float) -> tuple[int, float, float]:
    """Distinct rows, seconds to fit both models, seconds to score every customer."""
    customers = simulate_values(simulate(count, 1, **TRUTH, age=DAYS, unit=unit), 2, p=4.0, q=3.5, v=20.0)
    start = time.perf_counter()
    purchases, values = fit_purchases(customers), fit_values(customers)
    fitted = time.perf_counter()
    scored = score_values(score_purchases(customers, purchases, HORIZON), values)
    done = time.perf_counter()
    assert purchases.reason is None and values.reason is None and scored["expected_value"].null_count() == 0
    return purchases.rows, fitted - start, done - fitted


def measure_months(customers: int) -> tuple[int, float, float, float]:
    """Customer-months, seconds to fit a version, to score them all, and to score them with intervals at the last month-end."""
    months = simulate_months(1, customers=customers, loyalty=1.0, value_spread=0.5)
    times = [time.perf_counter()]
    model = fit_value_model(months)
    times.append(time.perf_counter())
    plain = score_customers(months, model)
    times.append(time.perf_counter())
    score_customers(months, model, newest=months["month_end"].max())
    times.append(time.perf_counter())
    assert plain.height == months.height and plain.filter(pl.col("segment") != "unknown").height > months.height / 2
    fit, score, drawn = (after - before for before, after in pairwise(times))
    return months.height, fit, score, drawn


def main() -> None:
    """Print a line per size."""
    for title, unit in (("whole days", 1.0), ("every time different", 0.0)):
        print(f"{title}\n{'customers':>12} {'distinct rows':>14} {'fit, s':>8} {'score, s':>9} {'score, s per million':>21}")
        for count in SIZES:
            rows, fit, score = measure(count, unit)
            print(f"{count:>12,} {rows:>14,} {fit:>8.2f} {score:>9.2f} {score / count * 1e6:>21.2f}", flush=True)
    print(f"both values\n{'customer-months':>16} {'fit, s':>8} {'score, s':>9} {'with intervals, s':>18} {'score, s per million':>21}")
    for customers in COMPANIES:
        count, fit, score, drawn = measure_months(customers)
        print(f"{count:>16,} {fit:>8.2f} {score:>9.2f} {drawn:>18.2f} {score / count * 1e6:>21.2f}", flush=True)


if __name__ == "__main__":
    main()
