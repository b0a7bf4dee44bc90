"""From a company's registered changes and daily KPI figures to judgements: one row per change, KPI and touchpoint.

docs/effects.md, "In a company", has the rules and the columns of the frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from semantic.effects.company.answers import judge_questions
from semantic.effects.company.facts import ChangeFacts, Company
from semantic.effects.company.memory import Memory, Packed, recall_answers
from semantic.effects.company.questions import Question
from semantic.effects.company.rows import (
    EFFECT_SCHEMA,
    KEY,
    PLACEBO_SCHEMA,
    SERIES_SCHEMA,
    VISIBLE_SCHEMA,
    describe_answer,
    describe_missing,
    describe_visible,
    list_placebo_rows,
    list_weeks,
)
from semantic.effects.company.verdicts import adjust_answers, find_verdict_obstacle


@dataclass(frozen=True)
class Evaluation:
    """`effects`: a row per change, KPI and touchpoint; `series`: weeks of those in scope; `placebos`: scores of misses at earlier dates."""

    effects: pl.DataFrame
    series: pl.DataFrame
    placebos: pl.DataFrame


def evaluate_changes(company: Company, memory: Memory[Packed] | None = None) -> Evaluation:
    """Judge every change on every declared KPI in its scope, and on the KPIs elsewhere; not again where `memory` knows the answer."""
    judged = [change for change in company.changes if not change.is_incident]
    questions = [question for change in judged for question in list_questions(company, change)]
    answers = recall_answers(company, questions, memory)
    obstacles = [find_verdict_obstacle(answer, company) for answer in answers]
    q = adjust_answers(answers, obstacles)
    rows = [describe_answer(company, answer, obstacle, value) for answer, obstacle, value in zip(answers, obstacles, q, strict=True)]
    rows += [describe_missing(company, change) for change in judged if lacks_primary(change, questions)]
    chart = [answer for answer in answers if answer.question.relation == "in_scope"]
    return Evaluation(
        pl.DataFrame(rows, schema=EFFECT_SCHEMA, orient="row").sort(list(KEY)),
        pl.DataFrame([row for each in chart for row in list_weeks(company, each)], schema=SERIES_SCHEMA, orient="row"),
        pl.DataFrame([row for each in answers for row in list_placebo_rows(company, each)], schema=PLACEBO_SCHEMA, orient="row"),
    )


def list_questions(company: Company, change: ChangeFacts) -> Iterator[Question]:
    """Questions of a change: every KPI that touchpoints in scope declare, and the primary KPI where it is only measured. After the start,
    also all KPIs elsewhere.

    The planned test is the primary KPI at the touchpoints the change names; when it names none, at those of its components.
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
            # a control may have been affected by the same change: no controls
            yield Question(change, target.kpi_id, target.touchpoint_id, "elsewhere", False, may_have_controls=False)


def lacks_primary(change: ChangeFacts, questions: Sequence[Question]) -> bool:
    """True when the change names a primary KPI that no touchpoint in scope measures."""
    asked = any(question.is_primary and question.change is change for question in questions)
    return change.primary_kpi is not None and not asked


def list_visible_effects(company: Company) -> pl.DataFrame:
    """The smallest visible effect per touchpoint and KPI, for a change that starts the day after the last day with data."""
    tomorrow = ChangeFacts("", "", company.days)
    questions = [
        Question(replace(tomorrow, scope=frozenset({target.touchpoint_id})), target.kpi_id, target.touchpoint_id, may_have_controls=False)
        for target in company.targets
        if target.kpi_id in company.kpis
    ]
    rows = [describe_visible(company, answer) for answer in judge_questions(company, questions)]
    return pl.DataFrame(rows, schema=VISIBLE_SCHEMA, orient="row").sort("touchpoint_id", "kpi_id")
