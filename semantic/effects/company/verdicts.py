"""Verdict, reason and sentence of an answer about a company's change, and the adjustment for many KPIs judged together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from semantic.effects.company.answers import Answer
from semantic.effects.company.clean_history import has_new_meaning
from semantic.effects.company.facts import ChangeFacts, Company, KpiFacts
from semantic.effects.company.units import Unit, write_margin, write_move, write_size
from semantic.effects.method.estimates import FULL_SEASON_WEEKS
from semantic.effects.method.kernels import Array
from semantic.effects.method.periods import WEEK
from semantic.effects.method.scale import LOGARITHM_NOTE
from semantic.effects.method.words import LEVEL, NOTHING, SHORT_HISTORY, TOO_LITTLE, count_times

NOT_STARTED, TOO_EARLY, NEW_MEANING, NOT_SEPARABLE = "not started", "too early", "measurement changed", "not separable"


def write_date(day: date) -> str:
    """A date as 3 May 2025."""
    return f"{day.day} {day:%B %Y}"


def compare_promise(promised: float, answer: Answer, unit: Unit) -> str:
    """The promised effect compared with the measured one; the margin decides whether the two differ."""
    if answer.lower <= min(promised, 0) and max(promised, 0) <= answer.upper:
        said = "the margin contains both the promise and no effect"
    elif answer.lower <= promised <= answer.upper:
        said = "the promise lies within the margin"
    elif (answer.effect - promised) * promised > 0:
        said = "more than promised"
    elif answer.effect * promised < 0 and (answer.lower > 0 or answer.upper < 0):
        said = "the opposite of what was promised"
    else:
        said = "less than promised"
    measured = f"measured {write_move(answer.effect, unit)} ({write_margin(answer.lower, answer.upper, unit)})"
    return f"promised {write_move(promised, unit)}, {measured}: {said}"


def adjust_together(p: Sequence[float]) -> Array:
    """q-values of Benjamini and Hochberg (1995): the share of false calls when all values up to this one are called an effect."""
    values = np.asarray(p, dtype=float)
    order = np.argsort(values)
    ranked = values[order] * len(values) / np.arange(1, len(values) + 1)
    q = np.empty(len(values))
    q[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return q


def write_chance(p: float) -> str:
    """A p-value as 3.40 %, or as less than 0.01 %."""
    return "less than 0.01 %" if p < 1e-4 else f"{100 * p:.2f} %"


def find_family(answer: Answer) -> tuple[str, str]:
    """Groups of KPIs that are adjusted together: the planned test, the others in scope, those elsewhere. Without a plan: all in scope."""
    question = answer.question
    if question.relation != "in_scope":
        return question.change.change_id, "elsewhere"
    return question.change.change_id, "primary" if question.is_primary and question.change.is_planned else "in scope"


def adjust_answers(answers: Sequence[Answer], obstacles: Sequence[str | None]) -> list[float]:
    """q per answer (NaN: not adjusted, or without a verdict). An answer that is not due yet counts as p = 1, so that its later value never
    takes back an earlier verdict."""
    families: dict[tuple[str, str], list[int]] = {}
    for i, (answer, obstacle) in enumerate(zip(answers, obstacles, strict=True)):
        if obstacle == TOO_EARLY or (obstacle is None and answer.is_estimated):
            families.setdefault(find_family(answer), []).append(i)
    found = [np.nan] * len(answers)
    for (_, name), members in families.items():
        if name == "primary" and len(members) == 1:
            continue
        q = adjust_together([1.0 if obstacles[i] else answers[i].p for i in members])
        for i, value in zip(members, q, strict=True):
            if obstacles[i] is None:
                found[i] = float(value)
    return found


def find_verdict_obstacle(answer: Answer, company: Company) -> str | None:
    """The verdict when the size cannot be judged; None when it can."""
    change, window = answer.question.change, answer.window
    if change.start >= company.days:
        return NOT_STARTED
    if company.known_days(answer.question.kpi_id) - 1 < window.judged_from:
        return TOO_EARLY
    if window.has_new_meaning:
        return NEW_MEANING
    if window.overlaps or window.meets_incident:
        return NOT_SEPARABLE
    return TOO_LITTLE if answer.too_little or not answer.is_estimated else None


def give_company_verdict(answer: Answer, kpi: KpiFacts, obstacle: str | None, q: float) -> str:
    """The verdict. A change without a plan, and a KPI outside the scope, is exploratory: never better or worse."""
    if obstacle is not None:
        return obstacle
    if (answer.p if np.isnan(q) else q) >= LEVEL:
        return NOTHING
    moved = "higher" if answer.effect > 0 else "lower"
    if not answer.question.change.is_planned or answer.question.relation != "in_scope":
        return f"exploratory {moved}"
    if kpi.direction not in ("higher", "lower"):
        return moved
    return "better" if moved == kpi.direction else "worse"


def explain_verdict(answer: Answer, company: Company, verdict: str, q: float, unit: Unit) -> str:
    """The reason for the verdict, and what can be done about it, where something can."""
    if verdict == NOT_STARTED:
        return f"it starts on {write_date(company.date_of(answer.question.change.start))}"
    if verdict == TOO_EARLY:
        return explain_early(answer, company)
    if verdict == NEW_MEANING:
        return name_new_meaning(answer, company)
    if verdict == NOT_SEPARABLE:
        return name_overlaps(answer, company)
    if verdict == TOO_LITTLE:
        return answer.too_little or "the effect cannot be estimated from these weeks"
    chance = f"without a change, a difference this large occurs in {write_chance(answer.p)} of cases"
    if verdict != NOTHING:
        shared = "" if np.isnan(q) else f"; over all KPIs judged together, the share of false calls is at most {write_chance(q)}"
        return f"outside the 95 % margin: {chance}{shared}"
    seen = f"an effect of {write_size(answer.visible, unit)} would have been seen in 80 of 100 cases"
    if answer.p < LEVEL:
        looks = "many figures of this change were judged together, and among so many looks one like this is too likely to be chance"
        return f"the margin leaves out 0, but {looks} (q = {q:.2f}); {seen}"
    return f"within the 95 % margin; {seen}"


def explain_early(answer: Answer, company: Company) -> str:
    """What the verdict waits for."""
    window, kpi = answer.window, company.kpis[answer.question.kpi_id]
    parts = [f"the {window.m} weeks after{' the roll-out' if window.gap else ''}"]
    if kpi.maturity_days:
        parts.append(f"{kpi.maturity_days} days until the figures are mature")
    parts.append("7 days for late rows")
    day = write_date(company.date_of(window.judged_from))
    if window.is_complete:
        return f"the evaluation is planned for {day}"
    if kpi.known_until < company.days:
        parts.append(f"its source has delivered up to {write_date(company.date_of(kpi.known_until - 1))} only")
    return f"judged from {day} on: {', '.join(parts)}"


def name_overlaps(answer: Answer, company: Company) -> str:
    """The events from which the change cannot be separated, with their dates and whether they were recorded late."""
    window, start = answer.window, answer.question.change.start
    named: dict[str, str] = {}
    for event in sorted(window.overlaps, key=lambda each: each.is_step):
        days = event.day - start
        when = "on the same day" if not days else f"{count_days(abs(days))} {'later' if days > 0 else 'earlier'}"
        what = f"{event.title}, which {'ended' if event.is_end else 'began'} {when} at the same touchpoint"
        named.setdefault(event.change_id, what + note_late(answer, company, company.by_id[event.change_id]))
    parts = list(named.values())
    if window.meets_incident:
        opened = start + WEEK * window.gap
        met = [each for each in company.changes if each.is_incident and each.start < window.until and (each.end or 0) >= opened]
        parts.append("an incident in the weeks after" + note_all_late(answer, company, met))
    return f"not separable from {'; and from '.join(parts)}"


def name_new_meaning(answer: Answer, company: Company) -> str:
    """The note that the meaning of the figure changed, and whether that was recorded late."""
    window, start = answer.window, answer.question.change.start
    asked = [each for each in company.changes if each.kind == "measurement" and has_new_meaning(start, window.until, (each.start,))]
    late = note_all_late(answer, company, asked) if company.kpis[answer.question.kpi_id].counts_answers else ""
    return f"the figure is asked for or counted in another way from a day in these weeks, or shortly before them{late}"


def note_all_late(answer: Answer, company: Company, others: Sequence[ChangeFacts]) -> str:
    """Changes of measuring at the touchpoint that were recorded late."""
    place = answer.question.touchpoint_id
    met = [other for other in others if place in other.scope or (other.is_incident and not other.scope)]
    return "".join(dict.fromkeys(note_late(answer, company, other) for other in met))


def note_late(answer: Answer, company: Company, other: ChangeFacts) -> str:
    """A note when another change was recorded after its own start and after the start of the judged change, so the outcome may be known."""
    ours = answer.question.change
    if other.recorded is None or other.recorded <= max(other.start, ours.start):
        return ""
    over = ", when these weeks were over" if other.recorded >= answer.window.until else ""
    return f" (recorded only on {write_date(company.date_of(other.recorded))}{over})"


def count_days(count: int) -> str:
    """A number of days: 1 day, 14 days."""
    return f"{count} day{'' if count == 1 else 's'}"


def list_warnings(answer: Answer, company: Company) -> tuple[str, ...]:
    """Notes that weaken the judgement without preventing it."""
    window, change = answer.window, answer.question.change
    found = list(answer.warnings)
    if answer.is_log:
        found.append(LOGARITHM_NOTE)
    if window.steps:
        times = "once" if len(window.steps) == 1 else f"on {len(window.steps)} days"
        found.append(f"other changes affected the touchpoint {times} in the weeks before; the forecast allows a step at each")
    if 0 < window.n < FULL_SEASON_WEEKS:
        found.append(SHORT_HISTORY)
    elif window.n and not company.peaks:
        found.append("season not excluded: calendars/peaks.yml names no yearly peak; one at this date would be called an effect too often")
    if change.segments:
        found.append(f"meant for {', '.join(sorted(change.segments))}; measured over all customers")
    return tuple(dict.fromkeys(found))


def write_company_sentence(
    answer: Answer, company: Company, kpi: KpiFacts, place: str, unit: Unit, verdict: str, reason: str, write_day: Callable[[int], str]
) -> str:
    """The judgement in one sentence, for readers without knowledge of statistics."""
    name = f"{kpi.name} at {place}"
    if not answer.is_estimated:
        return f"{name}: {verdict}; {reason}."
    window = answer.window
    size = abs(answer.effect)
    margin = f"95 % margin {write_margin(answer.lower, answer.upper, unit)}"
    weeks = "week" if window.m == 1 else f"{window.m} weeks"
    controls = [company.places[each].touchpoint_name if each in company.places else each for each in answer.controls]
    beside = f" and from {', '.join(controls)} as controls" if controls else ""
    move = f"stood {write_size(size, unit)} {'higher' if answer.effect > 0 else 'lower'}"
    start = answer.question.change.start
    span = f"In the {weeks} from {write_day(start + WEEK * window.gap)}"
    if window.gap:
        span += f", after the roll-out that began on {write_day(start)},"
    text = f"{span} {name} {move} than forecast from the {window.n} weeks before{beside}"
    tail = "there is no earlier date to try the same on"
    if answer.placebos:
        missed = f"missed as badly {count_times(answer.missed)}" if answer.missed else "never missed as badly"
        dates = f"{len(answer.placebos)} earlier date{'' if len(answer.placebos) == 1 else 's'}"
        tail = f"the same forecast, tried on {dates} when nothing was registered, {missed}"
    # a margin that leaves out 0 beside "no visible effect" needs its reason too
    is_against = verdict in (NOT_SEPARABLE, NEW_MEANING, TOO_LITTLE, TOO_EARLY) or (verdict == NOTHING and answer.p < LEVEL)
    closing = f" But: {reason}." if is_against else ""
    return f"{text} ({margin}); {tail}.{closing}"
