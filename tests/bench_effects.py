"""`python -m tests.bench_effects`: processor seconds for changes x KPIs at several lengths of history, with and without the placebos."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from timeit import timeit

import numpy as np

from semantic.effects.judgement import Pattern, judge_series

EVALUATIONS = 20_000


def run_evaluations(weeks: int, *, gate: bool = True, series: int = EVALUATIONS) -> Callable[[], None]:
    """A call that judges that many series of `weeks` weeks before and four after, the shared matrices prepared already."""
    values = np.random.default_rng(1).standard_normal((series, weeks + 4))
    pattern = Pattern(tuple(range(-weeks, 0)), tuple(range(4)))
    judge_series(pattern, values[:10, :weeks], values[:10, weeks:], gate=gate)

    def call() -> None:
        judge_series(pattern, values[:, :weeks], values[:, weeks:], gate=gate)

    return call


if __name__ == "__main__":
    for history in (25, 52, 130):
        whole, alone = (timeit(run_evaluations(history, gate=gate), timer=process_time, number=3) / 3 for gate in (True, False))
        print(f"{EVALUATIONS:,} judgements, {history} weeks before: {whole:.2f} s with 8 placebos each, {alone:.2f} s without")
