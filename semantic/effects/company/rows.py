"""Answers as rows: judgements, their weeks and their placebo dates, with the texts that pages show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from semantic.effects.company.answers import FEWEST_SHOWN, Answer
from semantic.effects.company.facts import ChangeFacts, Company, Target
from semantic.effects.company.second_opinion import ask_second, write_second
from semantic.effects.company.units import Unit, find_unit, write_margin, write_move, write_size
from semantic.effects.company.verdicts import (
    compare_promise,
    explain_verdict,
    give_company_verdict,
    list_warnings,
    write_company_sentence,
    write_date,
)
from semantic.effects.method.periods import WEEK
from semantic.effects.method.verdict_list import EFFECTS, is_final, is_kept
from semantic.effects.method.words import METHODS, TOO_LITTLE

KEY = {"change_id": pl.Utf8, "kpi_id": pl.Utf8, "touchpoint_id": pl.Utf8}
EFFECT_SCHEMA = {
    **KEY, "relation": pl.Utf8, "is_primary": pl.Boolean, "is_planned": pl.Boolean, "is_owned": pl.Boolean, "started_at": pl.Date,
    "effect": pl.Float64, "effect_lower": pl.Float64, "effect_upper": pl.Float64, "p_value": pl.Float64, "q_value": pl.Float64,
    "placebo_count": pl.Int64, "placebos_missed": pl.Int64, "smallest_visible_effect": pl.Float64, "expected_effect": pl.Float64,
    "method": pl.Utf8, "controls": pl.Utf8, "verdict": pl.Utf8, "reason": pl.Utf8, "sentence": pl.Utf8, "warnings": pl.Utf8,
    "overlaps_with": pl.Utf8, "judged_from": pl.Date, "periods_before": pl.Int64, "periods_after": pl.Int64, "score": pl.Float64,
    "is_final": pl.Boolean, "is_kept": pl.Boolean, "is_effect": pl.Boolean, "effect_text": pl.Utf8, "margin_text": pl.Utf8,
    "visible_text": pl.Utf8, "expected_text": pl.Utf8, "promise_text": pl.Utf8, "second_effect": pl.Float64, "second_lower": pl.Float64,
    "second_upper": pl.Float64, "second_p": pl.Float64, "second_opinion": pl.Utf8,
}  # fmt: skip
SERIES_SCHEMA = {
    **KEY, "week": pl.Int64, "week_start": pl.Date, "n": pl.Float64, "value": pl.Float64, "expected": pl.Float64, "lower": pl.Float64,
    "upper": pl.Float64, "is_after": pl.Boolean, "is_masked": pl.Boolean,
}  # fmt: skip
PLACEBO_SCHEMA = {**KEY, "placebo_date": pl.Date, "score": pl.Float64}
VISIBLE_SCHEMA = {
    "touchpoint_id": pl.Utf8, "kpi_id": pl.Utf8, "smallest_visible_effect": pl.Float64, "usual_value": pl.Float64,
    "visible_text": pl.Utf8, "periods_before": pl.Int64, "placebo_count": pl.Int64, "status": pl.Utf8, "reason": pl.Utf8,
}  # fmt: skip
DIGITS = 9


def describe_answer(company: Company, answer: Answer, obstacle: str | None, q: float) -> tuple[Any, ...]:
    """A row of the effects, in the order of EFFECT_SCHEMA."""
    question, window, change = answer.question, answer.window, answer.question.change
    kpi, target = company.kpis[question.kpi_id], company.places.get(question.touchpoint_id)
    unit = find_unit(kpi, find_size(answer))
    verdict = give_company_verdict(answer, kpi, obstacle, q)
    reason = explain_verdict(answer, company, verdict, q, unit)
    name = target.touchpoint_name if target else question.touchpoint_id
    sentence = write_company_sentence(answer, company, kpi, name, unit, verdict, reason, lambda day: write_date(company.date_of(day)))
    warnings = [*list_warnings(answer, company), *warn_channels(change, target)]
    method = METHODS["forecast_control" if answer.controls else "forecast"] if answer.is_estimated else None
    overlaps = list(dict.fromkeys(event.change_id for event in window.overlaps))
    missed = answer.missed if answer.is_estimated else None
    promised = change.expected_effect if question.is_primary else None
    return (
        change.change_id, question.kpi_id, question.touchpoint_id, question.relation, question.is_primary, change.is_planned,
        None if target is None or change.owner is None else target.owner == change.owner, company.date_of(change.start),
        known(answer.effect), known(answer.lower), known(answer.upper), known(answer.p), known(q), len(answer.placebos), missed,
        known(answer.visible), promised, method, ", ".join(answer.controls) or None,
        verdict, reason, sentence, "; ".join(warnings) or None, ", ".join(overlaps) or None, company.date_of(window.judged_from),
        window.n, window.m, known(answer.score), is_final(verdict), is_kept(verdict), verdict in EFFECTS,
        *write_texts(answer, unit, promised),
        *describe_second(answer, verdict, unit),
    )  # fmt: skip


def write_texts(answer: Answer, unit: Unit, promised: float | None) -> tuple[str | None, ...]:
    """Effect, margin, smallest visible effect, promised size, and their comparison, as texts for pages; None where unknown."""
    expected = None if promised is None else write_move(promised, unit)
    visible = write_size(answer.visible, unit) if np.isfinite(answer.visible) else None
    if not answer.is_estimated:
        return None, None, visible, expected, None
    promise = None if promised is None else compare_promise(promised, answer, unit)
    return write_move(answer.effect, unit), write_margin(answer.lower, answer.upper, unit), visible, expected, promise


def describe_second(answer: Answer, verdict: str, unit: Unit) -> tuple[Any, ...]:
    """The second opinion on an answer called an effect: its figures and a sentence; all None for other answers."""
    second = ask_second(answer) if verdict in EFFECTS else None
    if second is None:
        return (None,) * 5
    figures = (known(second.effect), known(second.lower), known(second.upper), known(second.p))
    return *figures, write_second(answer.effect, second, unit)


def describe_missing(company: Company, change: ChangeFacts) -> tuple[Any, ...]:
    """The row of a primary KPI that no touchpoint in scope measures: without touchpoint and effect, with the reason."""
    kpi = company.kpis.get(change.primary_kpi or "")
    name = kpi.name if kpi else change.primary_kpi
    reason = f"nothing in the scope of the change measures {name}; name a touchpoint that does, or another primary KPI"
    values = {
        "change_id": change.change_id, "kpi_id": change.primary_kpi, "relation": "in_scope", "is_primary": True,
        "is_planned": change.is_planned, "started_at": company.date_of(change.start), "expected_effect": change.expected_effect,
        "placebo_count": 0, "is_final": False, "is_kept": False, "is_effect": False, "verdict": TOO_LITTLE, "reason": reason,
        "sentence": f"{name}: {TOO_LITTLE}; {reason}.",
    }  # fmt: skip
    return tuple(values.get(name) for name in EFFECT_SCHEMA)


def known(value: float) -> float | None:
    """A figure, or None for NaN; rounded, so that a second build gives the same bytes."""
    return None if not np.isfinite(value) else float(f"{value:.{DIGITS}g}")


def find_size(answer: Answer) -> float:
    """The usual size of the values, which decides whether texts use seconds or minutes."""
    values = np.abs(np.array(answer.values[: answer.window.n]))
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else 0.0


def warn_channels(change: ChangeFacts, target: Target | None) -> tuple[str, ...]:
    """A note when the change is meant for some channels only: figures are those of the whole touchpoint."""
    if target is None or not change.channels or not change.channels < target.channels:
        return ()
    return (f"meant for {', '.join(sorted(change.channels))}; measured over {', '.join(sorted(target.channels))} together",)


def list_weeks(company: Company, answer: Answer) -> Iterator[tuple[Any, ...]]:
    """Rows of SERIES_SCHEMA: the weeks before, and the weeks after with forecast and margin. Weeks with too few events are not shown."""
    question, window = answer.question, answer.window
    half = (answer.upper - answer.lower) / 2
    closed = {*window.closed, *window.left_out}
    for place, value in enumerate(answer.values):
        week = place - window.n + (window.gap if place >= window.n else 0)
        n = answer.counts[place]
        forecast = (answer.expected, answer.expected - half, answer.expected + half) if week >= 0 else (np.nan,) * 3
        yield (
            question.change.change_id, question.kpi_id, question.touchpoint_id, week, company.date_of(window.anchor + week * WEEK),
            n, known(value) if n >= FEWEST_SHOWN else None, *(known(each) for each in forecast), week >= 0, week in closed,
        )  # fmt: skip


def list_placebo_rows(company: Company, answer: Answer) -> Iterator[tuple[Any, ...]]:
    """Rows of PLACEBO_SCHEMA."""
    question = answer.question
    for day, score in answer.placebos:
        yield question.change.change_id, question.kpi_id, question.touchpoint_id, company.date_of(day), known(score)


def describe_visible(company: Company, answer: Answer) -> tuple[Any, ...]:
    """A row of VISIBLE_SCHEMA; the usual value is the mean of the last 26 weeks."""
    question = answer.question
    unit: Unit = find_unit(company.kpis[question.kpi_id], find_size(answer))
    late = np.array(answer.values[-26:])
    late = late[~np.isnan(late)] if sum(answer.counts[-26:]) >= FEWEST_SHOWN else late[:0]
    text = None if answer.too_little or not np.isfinite(answer.visible) else f"{write_size(answer.visible, unit)} or more"
    return (
        question.touchpoint_id, question.kpi_id, known(answer.visible), known(late.mean()) if len(late) else None, text,
        answer.window.n, len(answer.placebos), TOO_LITTLE if text is None else "visible", answer.too_little,
    )  # fmt: skip
