"""Intervals of the warehouse's SQL against published values and an independent method."""

from __future__ import annotations

import duckdb
import jinja2
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from semantic.intervals import nps_adjusted, poisson_rate, student_t, wilson
from tests.companies.tiny import PROJECT

MACROS = jinja2.Environment().from_string((PROJECT / "dbt" / "macros" / "intervals.sql").read_text(encoding="utf-8")).module


def evaluate(expression: str, **values: float) -> float | None:
    """The value of a macro's SQL for given column values."""
    columns = ", ".join(f"{value}::double as {name}" for name, value in values.items())
    return duckdb.sql(f"select {expression} from (select {columns})").fetchall()[0][0]


def bounds(method: str, **values: float) -> tuple[float, float]:
    """Lower and upper bound by the warehouse's SQL."""
    expressions = {
        "wilson": [MACROS.wilson_bound("numerator", "denominator", sign) for sign in "-+"],
        "nps_adjusted": [MACROS.nps_bound("points", "points_sq", "answers", sign) for sign in "-+"],
        "student_t": [MACROS.mean_bound("total", "total_sq", "n", sign) for sign in "-+"],
        "poisson": [MACROS.poisson_lower("events", "exposure"), MACROS.poisson_upper("events", "exposure")],
    }
    lower, upper = (evaluate(expression, **values) for expression in expressions[method])
    assert lower is not None and upper is not None
    return lower, upper


def points(promoters: int, detractors: int, answers: int) -> dict[str, float]:
    """The sums the warehouse keeps for NPS."""
    return {"points": 100.0 * (promoters - detractors), "points_sq": 10_000.0 * (promoters + detractors), "answers": answers}


@pytest.mark.parametrize(("promoters", "detractors", "answers", "centre", "half"), [(18, 2, 31, 47.06, 21.55), (10, 0, 10, 76.92, 29.42)])
def test_nps_interval_has_the_published_centre_and_half_width(
    promoters: int, detractors: int, answers: int, centre: float, half: float
) -> None:
    lower = evaluate(MACROS.nps_bound("points", "points_sq", "answers", "-"), **points(promoters, detractors, answers))
    assert lower == pytest.approx(centre - half, abs=0.02)
    upper = evaluate(MACROS.nps_bound("points", "points_sq", "answers", "+"), **points(promoters, detractors, answers))
    assert upper == pytest.approx(min(100.0, centre + half), abs=0.02)


def test_eight_of_ten_satisfied_is_49_to_94_percent() -> None:
    lower, upper = bounds("wilson", numerator=8, denominator=10)
    assert (round(lower, 3), round(upper, 3)) == (0.490, 0.943)


@given(st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_wilson_in_sql_is_wilson(case: tuple[int, int]) -> None:
    numerator, denominator = case
    assert bounds("wilson", numerator=numerator, denominator=denominator) == pytest.approx(wilson(numerator, denominator), abs=1e-9)


@given(st.integers(1, 500).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
@example((10, 10))
def test_a_share_lies_between_its_bounds_also_when_all_or_none_count(case: tuple[int, int]) -> None:
    numerator, denominator = case
    lower, upper = bounds("wilson", numerator=numerator, denominator=denominator)
    assert 0 <= lower <= numerator / denominator <= upper <= 1


@given(st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300)).filter(lambda counts: sum(counts) > 0))
def test_nps_in_sql_is_the_adjusted_interval(counts: tuple[int, int, int]) -> None:
    promoters, passives, detractors = counts
    answers = sum(counts)
    assert bounds("nps_adjusted", **points(promoters, detractors, answers)) == pytest.approx(
        nps_adjusted(promoters, detractors, answers), abs=1e-6
    )
    assert passives >= 0


@given(st.lists(st.floats(0, 1000), min_size=5, max_size=60))
def test_mean_in_sql_is_the_t_interval_from_five_values_on(values: list[float]) -> None:
    array = np.array(values)
    sums = {"total": float(array.sum()), "total_sq": float((array**2).sum()), "n": float(len(array))}
    exact = student_t(sums["total"], sums["total_sq"], sums["n"])
    width = max(float(exact[1] - exact[0]), 1e-6)
    assert bounds("student_t", **sums) == pytest.approx(exact, abs=0.002 * width + 1e-6 + 1e-7 * float(array.max()))


@given(st.integers(0, 5000), st.integers(1, 100_000))
def test_poisson_in_sql_is_within_a_percent_of_exact_from_five_events_on(events: int, exposure: int) -> None:
    lower, upper = bounds("poisson", events=events, exposure=exposure)
    exact_lower, exact_upper = poisson_rate(events, exposure)
    assert upper == pytest.approx(float(exact_upper), rel=0.01)
    assert lower == pytest.approx(float(exact_lower), rel=0.01 if events >= 5 else 0.5, abs=1e-12)


def test_an_interval_contains_its_value_for_all_small_shares() -> None:
    cases = [(numerator, denominator) for denominator in range(1, 40) for numerator in range(denominator + 1)]
    assert cases
    lower, upper = wilson(*np.array(cases).T)
    shares = np.array([numerator / denominator for numerator, denominator in cases])
    assert bool(np.all((lower <= shares + 1e-12) & (shares <= upper + 1e-12)))
