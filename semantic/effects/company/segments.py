"""Effects per value segment: customers grouped by their segment at the month-end before the change.

Every judgement here is exploratory: it shows in which segment an effect may be, and its verdict is never better or worse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from semantic.effects.company.answers import Answer
from semantic.effects.company.changes import list_questions
from semantic.effects.company.facts import ChangeFacts, Company, spread_days
from semantic.effects.company.memory import Memory, Packed, recall_answers
from semantic.effects.company.questions import Question
from semantic.effects.company.rows import find_size, known, write_texts
from semantic.effects.company.units import find_unit
from semantic.effects.company.verdicts import adjust_answers, explain_verdict, find_verdict_obstacle, give_company_verdict
from semantic.effects.method.estimates import FEWEST_ANSWERS_AFTER
from semantic.effects.method.kernels import Array
from semantic.effects.method.verdict_list import is_final

SEGMENT_SCHEMA = {
    "change_id": pl.Utf8, "kpi_id": pl.Utf8, "touchpoint_id": pl.Utf8, "segment": pl.Utf8, "is_primary": pl.Boolean, "effect": pl.Float64,
    "effect_lower": pl.Float64, "effect_upper": pl.Float64, "p_value": pl.Float64, "q_value": pl.Float64, "placebo_count": pl.Int64,
    "smallest_visible_effect": pl.Float64, "verdict": pl.Utf8, "reason": pl.Utf8, "effect_text": pl.Utf8, "margin_text": pl.Utf8,
    "visible_text": pl.Utf8,
}  # fmt: skip
Places = list[tuple[str, str]]  # KPI, and touchpoint with segment


def judge_segments(company: Company, days: pl.DataFrame, memory: Memory[Packed] | None = None) -> pl.DataFrame:
    """Rows of SEGMENT_SCHEMA: every started change on the KPIs in its scope, per segment; p-values are adjusted within a change.

    `days`: kpi_id, touchpoint_id, segment, is_earlier, local_date, numerator, denominator. Rows with is_earlier use the segment of a
    month earlier; they are used for days after the month of the start. Answers that `memory` knows are not judged again.
    """
    sums = spread_segments(company, days)
    rows = []
    for change in company.changes:
        if change.start < company.days and not change.is_incident and not change.is_automatic:
            rows += list(list_segment_rows(gather_segments(company, change, sums), change, memory))
    return pl.DataFrame(rows, schema=SEGMENT_SCHEMA, orient="row").sort("change_id", "kpi_id", "touchpoint_id", "segment")


def spread_segments(company: Company, days: pl.DataFrame) -> tuple[Places, Array, Array, Array, Array]:
    """Places, then numerators and denominators (places x days), by the segment of the last month-end and of the month-end before it."""
    named = days.filter(pl.col("local_date") <= company.date_of(company.days - 1), pl.col("local_date") >= company.first_date)
    named = named.with_columns(pl.concat_str("touchpoint_id", pl.lit("|"), "segment").alias("touchpoint_id"))
    # both tables get every place, so that their rows correspond
    both = named.select("kpi_id", "touchpoint_id").unique()
    empty = both.with_columns(
        pl.lit(company.first_date).alias("local_date"), pl.lit(0.0).alias("numerator"), pl.lit(0.0).alias("denominator")
    )
    columns = empty.columns
    sides: list[Array] = []
    places: Places = []
    for is_earlier in (False, True):
        chosen = named.filter(pl.col("is_earlier") == is_earlier).select(columns).cast({"numerator": pl.Float64, "denominator": pl.Float64})
        found, top, bottom = spread_days(pl.concat([chosen, empty]), company.first_date, company.days)
        places = list(found)
        sides += [top, bottom]
    return places, sides[0], sides[1], sides[2], sides[3]


def gather_segments(company: Company, change: ChangeFacts, sums: tuple[Places, Array, Array, Array, Array]) -> Company:
    """A company for one change, with a touchpoint for every combination of touchpoint in scope and segment."""
    places, top, bottom, earlier_top, earlier_bottom = sums
    asked = {(each.kpi_id, each.touchpoint_id) for each in list_questions(company, change) if each.relation == "in_scope"}
    rows = [i for i, (kpi_id, place) in enumerate(places) if (kpi_id, touchpoint_of(place)) in asked]
    cut = max(find_next_month(company, change.start), 0)
    numerator = np.concatenate([top[rows, :cut], earlier_top[rows, cut:]], axis=1)
    denominator = np.concatenate([bottom[rows, :cut], earlier_bottom[rows, cut:]], axis=1)
    names = {places[i][1] for i in rows}
    return replace(
        company,
        series=tuple(places[i] for i in rows),
        numerator=numerator,
        denominator=denominator,
        events={name: company.events.get(touchpoint_of(name), ()) for name in names},
        incidents={None: company.incidents.get(None, ()), **{name: company.incidents.get(touchpoint_of(name), ()) for name in names}},
        targets=(),
    )


def find_next_month(company: Company, day: int) -> int:
    """The first day of the next month."""
    start = company.date_of(day)
    following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return (following - company.first_date).days


def touchpoint_of(place: str) -> str:
    """The touchpoint part of a combined touchpoint and segment."""
    return place.rpartition("|")[0]


def list_segment_rows(company: Company, change: ChangeFacts, memory: Memory[Packed] | None) -> Iterator[tuple[object, ...]]:
    """Rows of SEGMENT_SCHEMA of one change."""
    named = change.direct or change.scope
    answers = recall_answers(
        company,
        [
            Question(
                replace(change, scope=change.scope | {place}), kpi_id, place, "segment",
                kpi_id == change.primary_kpi and touchpoint_of(place) in named, may_have_controls=False,
            )
            for kpi_id, place in company.series
        ],
        memory,
    )  # fmt: skip
    answers = [check_membership(company, count_events(answer)) for answer in answers]
    obstacles = [find_verdict_obstacle(answer, company) for answer in answers]
    q = adjust_answers(answers, obstacles)
    for answer, obstacle, value in zip(answers, obstacles, q, strict=True):
        question, kpi = answer.question, company.kpis[answer.question.kpi_id]
        unit = find_unit(kpi, find_size(answer))
        verdict = give_company_verdict(answer, kpi, obstacle, value)
        is_shown = is_final(verdict) and not answer.too_little
        texts = write_texts(answer, unit, None)[:3]
        figures = (answer.effect, answer.lower, answer.upper, answer.p, value, answer.visible)
        *told, visible = (known(figure) if is_shown else None for figure in figures)
        touchpoint_id, _, segment = question.touchpoint_id.rpartition("|")
        yield (
            change.change_id, question.kpi_id, touchpoint_id, segment, question.is_primary, *told, len(answer.placebos), visible, verdict,
            explain_verdict(answer, company, verdict, value, unit), *(texts if is_shown else (None, None, None)),
        )  # fmt: skip


def check_membership(company: Company, answer: Answer) -> Answer:
    """Too little data when a roll-out is so long that segments before the change are not known for the weeks after."""
    until = find_next_month(company, find_next_month(company, answer.question.change.start))
    if answer.window.until <= until:
        return answer
    return replace(answer, too_little="the roll-out took so long that the customers' segments before it are not known for the weeks after")


def count_events(answer: Answer) -> Answer:
    """Too little data with fewer than 30 events after, for every KPI. The text has no count, because it could show single customers."""
    if not answer.window.is_complete or sum(answer.counts[answer.window.n :]) >= FEWEST_ANSWERS_AFTER:
        return answer
    return replace(answer, too_little=f"fewer than {FEWEST_ANSWERS_AFTER} events after the change")
