"""`make bench`: seconds to fit and to score simulated customers, in days and with times that are all different; scoring must be linear."""

from __future__ import annotations

import time

from semantic.value.bg_nbd import fit_purchases
from semantic.value.gamma_gamma import fit_values
from semantic.value.valuation import score_purchases, score_values
from tests.semantic.customers import simulate, simulate_values

SIZES = (125_000, 250_000, 500_000, 1_000_000)
TRUTH = {"r": 0.6, "alpha": 40.0, "a": 0.8, "b": 3.0}
DAYS, HORIZON = 730.0, 365.0


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


def main() -> None:
    """Print a line per size."""
    for title, unit in (("whole days", 1.0), ("every time different", 0.0)):
        print(f"{title}\n{'customers':>12} {'distinct rows':>14} {'fit, s':>8} {'score, s':>9} {'score, s per million':>21}")
        for count in SIZES:
            rows, fit, score = measure(count, unit)
            print(f"{count:>12,} {rows:>14,} {fit:>8.2f} {score:>9.2f} {score / count * 1e6:>21.2f}", flush=True)


if __name__ == "__main__":
    main()
