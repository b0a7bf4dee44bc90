"""Proposals of dates on which something may have changed although nothing is registered. They are no conclusions.

Every declared KPI is judged at weekly dates as if a change had started there. A date counts when its p-value is small even for the
number of dates tested in its series; of neighbouring dates the strongest is proposed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from semantic.effects.company.answers import judge_questions
from semantic.effects.company.clean_history import AFTER_WEEKS
from semantic.effects.company.facts import Company
from semantic.effects.company.false_alarms import list_quiet_questions
from semantic.effects.company.memory import Memory, Result, list_keys
from semantic.effects.company.questions import Question
from semantic.effects.company.rows import find_size, known
from semantic.effects.company.units import find_unit, write_margin, write_move
from semantic.effects.company.verdicts import find_verdict_obstacle, write_chance, write_date
from semantic.effects.method.estimates import EVENT_DAYS, SHARED_DAYS
from semantic.effects.method.periods import WEEK
from semantic.effects.method.words import LEVEL

PROPOSAL_SCHEMA = {
    "touchpoint_id": pl.Utf8, "kpi_id": pl.Utf8, "break_date": pl.Date, "effect": pl.Float64, "effect_lower": pl.Float64,
    "effect_upper": pl.Float64, "p_value": pl.Float64, "q_value": pl.Float64, "dates_count": pl.Int64, "score": pl.Float64,
    "effect_text": pl.Utf8, "margin_text": pl.Utf8, "sentence": pl.Utf8,
}  # fmt: skip


@dataclass(frozen=True)
class Date:
    """A judged date of a series: day number, effect with its margin, p, normal score, and the usual size of the values."""

    question: Question
    effect: float
    lower: float
    upper: float
    p: float
    score: float
    size: float

    @property
    def day(self) -> int:
        """The day on which the change would have started."""
        return self.question.change.start


def propose_breaks(company: Company, memory: Memory[Result] | None = None) -> pl.DataFrame:
    """Rows of PROPOSAL_SCHEMA. `q_value` is the chance that the strongest of `dates_count` dates is so extreme without a change.

    Dates that `memory` knows are not judged again.
    """
    listed = (replace(question, may_have_controls=False) for question in list_quiet_questions(company, WEEK))
    questions = [each for each in listed if not is_explained(company, each.touchpoint_id, each.change.start)]

    def judge(places: list[int]) -> list[Result]:
        return judge_dates(company, [questions[i] for i in places])

    found = (memory or Memory[Result]()).judge(list_keys(company, "break", questions), judge)
    series: dict[tuple[str, str], list[Date]] = {}
    for question, result in zip(questions, found, strict=True):
        if result:
            series.setdefault((question.touchpoint_id, question.kpi_id), []).append(Date(question, *result))
    rows = [describe_proposal(company, date, len(dates)) for dates in series.values() for date in pick_breaks(dates)]
    return pl.DataFrame(rows, schema=PROPOSAL_SCHEMA, orient="row").sort("touchpoint_id", "kpi_id", "break_date")


def judge_dates(company: Company, questions: Sequence[Question]) -> list[Result]:
    """Per question the figures of Date; empty: no verdict, or a peak in the weeks after, which the forecast gives a level of its own."""
    return [
        (answer.effect, answer.lower, answer.upper, answer.p, answer.score, find_size(answer))
        if answer.window.pattern.peaks is None and find_verdict_obstacle(answer, company) is None
        else ()
        for answer in judge_questions(company, questions)
    ]


def is_explained(company: Company, touchpoint_id: str, day: int) -> bool:
    """True within eight weeks of a registered change or incident, or four weeks of a registered peak: a possible cause is known."""
    near = any(abs(event.day - day) < SHARED_DAYS for event in company.events.get(touchpoint_id, ()))
    incidents = any(first - SHARED_DAYS < day < last + SHARED_DAYS for first, last in company.incidents_at(touchpoint_id))
    # the forecast would give a peak in the judged weeks a level of its own
    return near or incidents or any(first - EVENT_DAYS < day < last + EVENT_DAYS for first, last in company.peaks)


def adjust_dates(p: float, count: int) -> float:
    """The chance that the strongest of so many dates is so extreme. It is somewhat too high, because windows overlap."""
    return float(-np.expm1(count * np.log1p(-min(p, 1 - 1e-12))))


def pick_breaks(dates: list[Date]) -> list[Date]:
    """The dates of one series that are extreme for the number of dates; of dates within eight weeks of each other only the strongest."""
    far = [each for each in dates if adjust_dates(each.p, len(dates)) < LEVEL]
    picked: list[Date] = []
    for each in sorted(far, key=lambda each: (-abs(each.score), each.day)):
        if all(abs(each.day - other.day) >= SHARED_DAYS for other in picked):
            picked.append(each)
    return picked


def describe_proposal(company: Company, date: Date, count: int) -> tuple[Any, ...]:
    """A row of PROPOSAL_SCHEMA, with its sentence."""
    question, kpi = date.question, company.kpis[date.question.kpi_id]
    day, chance, unit = company.date_of(date.day), adjust_dates(date.p, count), find_unit(kpi, date.size)
    move, margin = write_move(date.effect, unit), write_margin(date.lower, date.upper, unit)
    sentence = (
        f"Something may have changed around {write_date(day)}: in the {AFTER_WEEKS} weeks from then {kpi.name} at "
        f"{company.places[question.touchpoint_id].touchpoint_name} differed by {move} from its forecast (95 % margin {margin}). {count} "
        f"dates were tested; chance alone gives a difference this large at one of them in {write_chance(chance)} of cases. No change is "
        "recorded there. If there was one, record it; it will then be judged as exploratory."
    )
    return (
        question.touchpoint_id, question.kpi_id, day, known(date.effect), known(date.lower), known(date.upper), known(date.p),
        known(chance), count, known(date.score), move, margin, sentence,
    )  # fmt: skip
