"""From a company's registered changes and daily KPI figures to judgements: one row per change, KPI and touchpoint.

docs/effects.md, "In a company", has the rules and the columns of the frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from semantic.effects.company import ChangeFacts, Company, Target
from semantic.effects.judging import Answer, Question, judge_questions
from semantic.effects.periods import WEEK
from semantic.effects.verdicts import (
    Unit,
    adjust_answers,
    explain_verdict,
    find_unit,
    find_verdict_obstacle,
    give_company_verdict,
    list_warnings,
    write_company_sentence,
    write_date,
    write_size,
)  # fmt: skip
from semantic.effects.words import METHODS, TOO_LITTLE

KEY = {"change_id": pl.Utf8, "kpi_id": pl.Utf8, "touchpoint_id": pl.Utf8}
EFFECT_SCHEMA = {
    **KEY, "relation": pl.Utf8, "is_primary": pl.Boolean, "is_planned": pl.Boolean, "is_owned": pl.Boolean, "started_at": pl.Date,
    "effect": pl.Float64, "effect_lower": pl.Float64, "effect_upper": pl.Float64, "p_value": pl.Float64, "q_value": pl.Float64,
    "placebo_count": pl.Int64, "placebos_missed": pl.Int64, "smallest_visible_effect": pl.Float64, "expected_effect": pl.Float64,
    "method": pl.Utf8, "controls": pl.Utf8, "verdict": pl.Utf8, "reason": pl.Utf8, "sentence": pl.Utf8, "warnings": pl.Utf8,
    "overlaps_with": pl.Utf8, "judged_from": pl.Date, "periods_before": pl.Int64, "periods_after": pl.Int64, "score": pl.Float64,
}  # fmt: skip
SERIES_SCHEMA = {
    **KEY, "week": pl.Int64, "week_start": pl.Date, "value": pl.Float64, "expected": pl.Float64, "lower": pl.Float64,
    "upper": pl.Float64, "is_after": pl.Boolean, "is_masked": pl.Boolean,
}  # fmt: skip
PLACEBO_SCHEMA = {**KEY, "placebo_date": pl.Date, "score": pl.Float64}
VISIBLE_SCHEMA = {
    "touchpoint_id": pl.Utf8, "kpi_id": pl.Utf8, "smallest_visible_effect": pl.Float64, "usual_value": pl.Float64,
    "visible_text": pl.Utf8, "periods_before": pl.Int64, "placebo_count": pl.Int64, "status": pl.Utf8, "reason": pl.Utf8,
}  # fmt: skip
DIGITS = 9


@dataclass(frozen=True)
class Evaluation:
    """`effects`: a row per change, KPI and touchpoint; `series`: weeks of those in scope; `placebos`: scores of misses at earlier dates."""

    effects: pl.DataFrame
    series: pl.DataFrame
    placebos: pl.DataFrame


def evaluate_changes(company: Company) -> Evaluation:
    """Judge every change on every declared KPI in its scope, and look elsewhere."""
    questions = [question for change in company.changes for question in list_questions(company, change)]
    answers = judge_questions(company, questions)
    obstacles = [find_verdict_obstacle(answer, company) for answer in answers]
    q = adjust_answers(answers, obstacles)
    places = name_places(company)
    rows = [
        describe_answer(company, answer, obstacle, value, places) for answer, obstacle, value in zip(answers, obstacles, q, strict=True)
    ]
    rows += [describe_missing(company, change) for change in company.changes if lacks_primary(change, questions)]
    chart = [answer for answer in answers if answer.question.relation == "in_scope"]
    return Evaluation(
        pl.DataFrame(rows, schema=EFFECT_SCHEMA, orient="row").sort(list(KEY)),
        pl.DataFrame([row for each in chart for row in list_weeks(company, each)], schema=SERIES_SCHEMA, orient="row"),
        pl.DataFrame([row for each in answers for row in list_placebo_rows(company, each)], schema=PLACEBO_SCHEMA, orient="row"),
    )


def list_questions(company: Company, change: ChangeFacts) -> Iterator[Question]:
    """Every KPI the touchpoints in scope declare, the primary KPI also where it is only measured; once started, all others elsewhere.

    The planned test is the primary KPI at the touchpoints the change names, or, where it names none, at those it meets through a component.
    """
    named = change.direct or change.scope
    keys = {(target.touchpoint_id, target.kpi_id) for target in company.targets if target.touchpoint_id in change.scope}
    primary = change.primary_kpi
    if primary in company.kpis:
        keys |= {(touchpoint, primary) for touchpoint in named if (primary, touchpoint) in company.place and primary is not None}
    for touchpoint_id, kpi_id in sorted(keys):
        if kpi_id in company.kpis:
            yield Question(change, kpi_id, touchpoint_id, "in_scope", kpi_id == primary and touchpoint_id in named)
    if change.start >= company.days:
        return
    for target in company.targets:
        if target.touchpoint_id not in change.scope and target.kpi_id in company.kpis:
            # what it is compared with may have been hurt by the same change: no controls
            yield Question(change, target.kpi_id, target.touchpoint_id, "elsewhere", False, may_have_controls=False)


def lacks_primary(change: ChangeFacts, questions: Sequence[Question]) -> bool:
    """True where a primary KPI is named that nothing in scope measures."""
    asked = any(question.is_primary and question.change is change for question in questions)
    return change.primary_kpi is not None and not asked


def name_places(company: Company) -> dict[str, Target]:
    """One target per touchpoint, for its name and owner."""
    return {target.touchpoint_id: target for target in company.targets}


def describe_answer(company: Company, answer: Answer, obstacle: str | None, q: float, places: Mapping[str, Target]) -> tuple[Any, ...]:
    """A row of the effects; the order is that of EFFECT_SCHEMA."""
    question, window, change = answer.question, answer.window, answer.question.change
    kpi, target = company.kpis[question.kpi_id], places.get(question.touchpoint_id)
    unit = find_unit(kpi, find_size(answer))
    verdict = give_company_verdict(answer, kpi, obstacle, q)
    reason = explain_verdict(answer, company, verdict, q, unit)
    name = target.touchpoint_name if target else question.touchpoint_id
    sentence = write_company_sentence(answer, kpi, name, unit, verdict, reason, lambda day: write_date(company.date_of(day)))
    warnings = [*list_warnings(answer), *warn_channels(change, target)]
    method = METHODS["forecast_control" if answer.controls else "forecast"] if answer.is_estimated else None
    overlaps = list(dict.fromkeys(event.change_id for event in window.overlaps))
    missed = answer.missed if answer.is_estimated else None
    return (
        change.change_id, question.kpi_id, question.touchpoint_id, question.relation, question.is_primary, change.is_planned,
        None if target is None or change.owner is None else target.owner == change.owner, company.date_of(change.start),
        known(answer.effect), known(answer.lower), known(answer.upper), known(answer.p), known(q), len(answer.placebos), missed,
        known(answer.visible), change.expected_effect if question.is_primary else None, method, ", ".join(answer.controls) or None,
        verdict, reason, sentence, "; ".join(warnings) or None, ", ".join(overlaps) or None, company.date_of(window.judged_from),
        window.n, window.m, known(answer.score),
    )  # fmt: skip


def describe_missing(company: Company, change: ChangeFacts) -> tuple[Any, ...]:
    """The row of a primary KPI that nothing in the change's scope measures: no touchpoint, no effect, the reason."""
    kpi = company.kpis.get(change.primary_kpi or "")
    name = kpi.name if kpi else change.primary_kpi
    reason = f"nothing in the scope of the change measures {name}; name a touchpoint that does, or another primary KPI"
    values = {
        "change_id": change.change_id, "kpi_id": change.primary_kpi, "relation": "in_scope", "is_primary": True,
        "is_planned": change.is_planned, "started_at": company.date_of(change.start), "expected_effect": change.expected_effect,
        "placebo_count": 0, "verdict": TOO_LITTLE, "reason": reason, "sentence": f"{name}: {TOO_LITTLE}; {reason}.",
    }  # fmt: skip
    return tuple(values.get(name) for name in EFFECT_SCHEMA)


def known(value: float) -> float | None:
    """A figure, or nothing; rounded, so that a second build gives the same bytes."""
    return None if not np.isfinite(value) else float(f"{value:.{DIGITS}g}")


def find_size(answer: Answer) -> float:
    """The usual size of the values, which decides between seconds and minutes."""
    values = np.abs(np.array(answer.values[: answer.window.n]))
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else 0.0


def warn_channels(change: ChangeFacts, target: Target | None) -> tuple[str, ...]:
    """The figures are those of a touchpoint as a whole."""
    if target is None or not change.channels or not change.channels < target.channels:
        return ()
    return (f"meant for {', '.join(sorted(change.channels))}; measured over {', '.join(sorted(target.channels))} together",)


def list_weeks(company: Company, answer: Answer) -> Iterator[tuple[Any, ...]]:
    """Rows of SERIES_SCHEMA: the weeks before, and those after with what was expected and its margin."""
    question, window = answer.question, answer.window
    half = (answer.upper - answer.lower) / 2
    closed = {*window.closed, *window.left_out}
    for place, value in enumerate(answer.values):
        week = place - window.n
        forecast = (answer.expected, answer.expected - half, answer.expected + half) if week >= 0 else (np.nan,) * 3
        yield (
            question.change.change_id, question.kpi_id, question.touchpoint_id, week, company.date_of(window.anchor + week * WEEK),
            known(value), *(known(each) for each in forecast), week >= 0, week in closed,
        )  # fmt: skip


def list_placebo_rows(company: Company, answer: Answer) -> Iterator[tuple[Any, ...]]:
    """Rows of PLACEBO_SCHEMA."""
    question = answer.question
    for day, score in answer.placebos:
        yield question.change.change_id, question.kpi_id, question.touchpoint_id, company.date_of(day), known(score)


def list_visible_effects(company: Company) -> pl.DataFrame:
    """What can be seen here at all: the smallest visible effect per touchpoint and KPI of a change that starts the day after the last."""
    tomorrow = ChangeFacts("", "", company.days)
    questions = [
        Question(replace(tomorrow, scope=frozenset({target.touchpoint_id})), target.kpi_id, target.touchpoint_id, may_have_controls=False)
        for target in company.targets
        if target.kpi_id in company.kpis
    ]
    rows = [describe_visible(company, answer) for answer in judge_questions(company, questions)]
    return pl.DataFrame(rows, schema=VISIBLE_SCHEMA, orient="row").sort("touchpoint_id", "kpi_id")


def describe_visible(company: Company, answer: Answer) -> tuple[Any, ...]:
    """A row of VISIBLE_SCHEMA; the usual value is the mean of the last 26 weeks."""
    question = answer.question
    unit: Unit = find_unit(company.kpis[question.kpi_id], find_size(answer))
    late = np.array(answer.values[-26:])
    late = late[~np.isnan(late)]
    text = None if answer.too_little or not np.isfinite(answer.visible) else f"{write_size(answer.visible, unit)} or more"
    return (
        question.touchpoint_id, question.kpi_id, known(answer.visible), known(late.mean()) if len(late) else None, text,
        answer.window.n, len(answer.placebos), TOO_LITTLE if text is None else "visible", answer.too_little,
    )  # fmt: skip
