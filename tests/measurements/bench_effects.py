"""CPU seconds for changes x KPIs at several lengths of history, and for a whole company.

Run: `python -m tests.measurements.bench_effects`.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from timeit import timeit

import numpy as np

from semantic.effects.company.changes import evaluate_changes
from semantic.effects.company.facts import read_company
from semantic.effects.method.estimates import Pattern, judge_series
from tests.companies.simulated import simulate

EVALUATIONS = 20_000


def run_evaluations(weeks: int, *, gate: bool = True, series: int = EVALUATIONS) -> Callable[[], None]:
    """A call that judges that many series of `weeks` weeks before and four after, the shared matrices prepared already."""
    values = np.random.default_rng(1).standard_normal((series, weeks + 4))
    pattern = Pattern(tuple(range(-weeks, 0)), tuple(range(4)))
    judge_series(pattern, values[:10, :weeks], values[:10, weeks:], gate=gate)

    def call() -> None:
        judge_series(pattern, values[:, :weeks], values[:, weeks:], gate=gate)

    return call


def run_company(changes: int = 100, touchpoints: int = 40, kpis: int = 5) -> Callable[[], None]:
    """A call that evaluates changes x KPIs x touchpoints from frames to sentences: 900 days, two touchpoints a change."""
    places = tuple(f"t{i:02}" for i in range(touchpoints))
    company = simulate(900, places, tuple(f"k{i}" for i in range(kpis)))
    generator = np.random.default_rng(3)
    for i in range(changes):
        met = generator.choice(touchpoints, 2, replace=False)
        company = company.add_change(f"C{i}", int(generator.integers(400, 860)), tuple(places[j] for j in met), primary_kpi="k0")
    frames = company.frames()

    def call() -> None:
        assert evaluate_changes(read_company(**frames)).effects.height == changes * touchpoints * kpis

    return call


if __name__ == "__main__":
    for history in (25, 52, 130):
        whole, alone = (timeit(run_evaluations(history, gate=gate), timer=process_time, number=3) / 3 for gate in (True, False))
        print(f"{EVALUATIONS:,} judgements, {history} weeks before: {whole:.2f} s with 8 placebos each, {alone:.2f} s without")
    whole = timeit(run_company(), timer=process_time, number=1)
    print(f"{EVALUATIONS:,} changes x KPIs of a company, from frames to sentences: {whole:.1f} s")
