"""The method's share of false alarms in this company: the same evaluation on its KPIs at dates without a registered change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from semantic.effects.company.answers import judge_questions
from semantic.effects.company.clean_history import find_judging_day
from semantic.effects.company.facts import ChangeFacts, Company
from semantic.effects.company.memory import Memory, Result, list_keys
from semantic.effects.company.questions import Question
from semantic.effects.company.rival_meter import RIVALS, judge_by_rivals, see_planted
from semantic.effects.company.rows import known
from semantic.effects.company.verdicts import find_verdict_obstacle
from semantic.effects.method.estimates import EVENT_DAYS
from semantic.effects.method.words import LEVEL
from semantic.intervals import wilson

CASE_SCHEMA = {
    "touchpoint_id": pl.Utf8,
    "kpi_id": pl.Utf8,
    "date": pl.Date,
    "effect": pl.Float64,
    "p_value": pl.Float64,
    "level": pl.Float64,
    **{f"{name}_p": pl.Float64 for name in RIVALS},
    "is_seen_higher": pl.Boolean,
    "is_seen_lower": pl.Boolean,
}


@dataclass(frozen=True)
class FalseAlarms:
    """Cases judged, cases called an effect at 5 %, their share with its Wilson interval (None without a case), and every case.

    Cases of one series share weeks, and KPIs of one touchpoint share rows. The interval is therefore somewhat too narrow.
    """

    cases_count: int
    alarms_count: int
    rate: float | None
    rate_lower: float | None
    rate_upper: float | None
    cases: pl.DataFrame


def measure_false_alarms(company: Company, *, every_days: int = EVENT_DAYS, memory: Memory[Result] | None = None) -> FalseAlarms:
    """Judge every declared KPI at dates `every_days` apart whose weeks after are complete.

    Each case also holds the results of three other methods, and whether a planted shift by the smallest visible effect is seen.
    Dates without a verdict are left out: another change is too near, there is an incident, or there is too little data. Cases that
    `memory` knows are not judged again.
    """
    questions = list(list_quiet_questions(company, every_days))

    def judge(places: list[int]) -> list[Result]:
        return judge_cases(company, [questions[i] for i in places])

    found = (memory or Memory[Result]()).judge(list_keys(company, "quiet", questions), judge)
    judged = [(question, case) for question, case in zip(questions, found, strict=True) if case]
    rows = [
        (
            question.touchpoint_id, question.kpi_id, company.date_of(question.change.start), known(effect), known(p), LEVEL,
            *(known(rival) for rival in rivals), bool(higher), bool(lower),
        )
        for question, (effect, p, *rivals, higher, lower) in judged
    ]  # fmt: skip
    cases = pl.DataFrame(rows, schema=CASE_SCHEMA, orient="row").sort("touchpoint_id", "kpi_id", "date")
    count, alarms = cases.height, sum(p < LEVEL for _, (_, p, *_) in judged)
    if not count:
        return FalseAlarms(0, 0, None, None, None, cases)
    lower, upper = wilson(alarms, count)
    return FalseAlarms(count, alarms, alarms / count, float(lower), float(upper), cases)


def judge_cases(company: Company, questions: Sequence[Question]) -> list[Result]:
    """Per question: effect, p, p of the other methods, and whether a planted shift is seen upwards and downwards; empty: no verdict."""
    answers = judge_questions(company, questions)
    judged = [i for i, answer in enumerate(answers) if find_verdict_obstacle(answer, company) is None]
    rivals = judge_by_rivals(company, [answers[i] for i in judged])
    found: list[Result] = [()] * len(answers)
    for place, i in enumerate(judged):
        answer = answers[i]
        others = (float(rivals[name][place]) for name in RIVALS)
        found[i] = (answer.effect, answer.p, *others, *(float(is_seen) for is_seen in see_planted(answer)))
    return found


def list_quiet_questions(company: Company, every_days: int) -> Iterator[Question]:
    """A question per declared KPI and date, about an invented change. Dates are Mondays where `every_days` are whole weeks.

    They lie on a calendar that does not move: a date is judged in every build, and with it stays its answer, until something changes.
    """
    since = company.first_date.toordinal() - 1
    for target in company.targets:
        row = company.place.get((target.kpi_id, target.touchpoint_id))
        if row is None or target.kpi_id not in company.kpis:
            continue
        here = frozenset({target.touchpoint_id})
        last = company.known_days(target.kpi_id) - 1 - find_judging_day(EVENT_DAYS, company.kpis[target.kpi_id].maturity_days, None)
        for start in range(last - (since + last) % every_days, int(company.first[row]), -every_days):
            yield Question(ChangeFacts("", "", start, direct=here, scope=here), target.kpi_id, target.touchpoint_id)
