"""From questions (change, KPI, touchpoint) to estimates: windows, weeks, controls. Questions of one pattern are forecast together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from semantic.effects.company import clean_history as history
from semantic.effects.company.control_choice import NO_CONTROL, find_control, settle
from semantic.effects.company.facts import Company
from semantic.effects.company.questions import Question, Window
from semantic.effects.method.estimates import (
    FEWEST_EVENTS_AFTER,
    FEWEST_WEEKS_WITH_PEAK,
    SHARED_DAYS,
    Estimates,
    Pattern,
    Plan,
    find_too_little,
    judge_plans,
    list_placebos,
)
from semantic.effects.method.kernels import Array
from semantic.effects.method.periods import WEEK, Weeks, find_usual_scatter, guard_spread, measure_noise, pool_weeks
from semantic.effects.method.scale import prefer_logarithms, return_to_unit

FEWEST_TO_ESTIMATE = 8
FEWEST_SHOWN = 5  # events; figures of fewer events are not published, because they may show single persons
LAST_WEEKS = 4  # the weeks after a start that is to come are expected to hold as much as these last ones
MOVED_LEVEL = 0.01  # p-value below which the controls count as moved


@dataclass(frozen=True)
class Answer:
    """The estimate; NaN where there is none. `values` are the weeks' figures (n + m), NaN for empty weeks; `counts` their denominators.

    `too_little` is the reason why there is no verdict. `placebos` are (first day, normal score); `score` is that of the change. `judged`
    are the weeks as the forecast used them, `noise` their sampling variances; `beside` is the control index,
    `beside_noise` its sampling variances. With `is_log`, `judged` are logarithms.
    """

    question: Question
    window: Window
    effect: float = np.nan
    lower: float = np.nan
    upper: float = np.nan
    p: float = np.nan
    visible: float = np.nan
    score: float = np.nan
    missed: int = 0
    placebos: tuple[tuple[int, float], ...] = ()
    values: tuple[float, ...] = ()
    counts: tuple[float, ...] = ()
    expected: float = np.nan
    controls: tuple[str, ...] = ()
    too_little: str | None = None
    warnings: tuple[str, ...] = field(default=())
    judged: Array | None = field(default=None, compare=False, repr=False)
    noise: Array | None = field(default=None, compare=False, repr=False)
    beside_noise: Array | None = field(default=None, compare=False, repr=False)
    is_log: bool = False
    beside: Array | None = field(default=None, compare=False, repr=False)

    @property
    def is_estimated(self) -> bool:
        """True where there is an effect with its margin."""
        return bool(np.isfinite(self.effect))


@dataclass(frozen=True)
class _Lot:
    """Questions of one pattern: their positions in the list, weeks for the forecast (members x (n + m)), controls and their names.

    `noise` and `control_noise` are the sampling variances of each week. With `is_log`, values and noise are those of the logarithms.
    """

    members: list[int]
    window: Window
    pattern: Pattern
    values: Array
    control: tuple[Array, Array] | None
    spread: Array
    noise: Array
    control_noise: Array | None
    names: list[tuple[str, ...]]
    is_log: bool

    @property
    def plan(self) -> Plan:
        """The plan for the forecast. Where the weeks after are not known, the mean before replaces them, and only the margin is used.

        They are then expected to hold as much as the last weeks before.
        """
        n = self.window.n
        before, after, noise = self.values[:, :n], self.values[:, n:], self.noise
        if not self.window.is_complete:
            after = before.mean(axis=1)
            usual = noise[:, max(n - LAST_WEEKS, 0) : n].mean(axis=1, keepdims=True)
            noise = np.hstack([noise[:, :n], np.repeat(usual, len(self.pattern.after), axis=1)])
        return Plan(self.pattern, before, after, self.control, self.spread, noise, self.control_noise)


def find_window(company: Company, question: Question, cache: dict[tuple[object, ...], Window] | None = None) -> Window:
    """Apply the rules of the history to one question. `cache` holds windows of questions that are equal for these rules."""
    change, kpi = question.change, company.kpis[question.kpi_id]
    events = tuple(event for event in company.events.get(question.touchpoint_id, ()) if event.change_id != change.change_id)
    own = (change.start,) if change.kind == "measurement" and not change.is_automatic and question.touchpoint_id in change.scope else ()
    asked = (*history.list_measurement_days(events), *own) if kpi.counts_answers else ()
    breaks = tuple(sorted({*kpi.breaks, *asked}))
    row = company.place.get((question.kpi_id, question.touchpoint_id))
    days = company.known_days(question.kpi_id)
    first = days if row is None else min(int(company.first[row]), days)
    key = (change.change_id, change.start, question.touchpoint_id, first, days, breaks, kpi.maturity_days)
    if cache is not None and key in cache:
        return cache[key]
    gap = history.count_gap_weeks(change.start, change.rolled_out)
    opened = change.start + gap * WEEK
    m = history.count_after_weeks(opened, change.judged_end)
    until = opened + m * WEEK
    judged_from = history.find_judging_day(until, kpi.maturity_days, change.evaluation_day)
    ready = history.find_judging_day(until, kpi.maturity_days, None)
    is_complete = days - 1 >= ready
    anchor = change.start if is_complete else min(change.start, days - kpi.maturity_days)
    incidents = company.incidents_at(question.touchpoint_id)
    n = max((anchor - history.find_first_day(first, anchor, breaks)) // WEEK, 0)
    closed, left_out = history.close_weeks(anchor, n, events, incidents), history.touch_weeks(anchor, n, incidents)
    window = Window(
        anchor=anchor, n=n, m=m, until=until, judged_from=judged_from, is_complete=is_complete,
        closed=tuple(int(p) - n for p in np.flatnonzero(closed)), left_out=tuple(int(p) - n for p in np.flatnonzero(left_out)),
        shares=tuple(float(share) for share in history.find_shares(anchor, n, m, company.peaks, gap)),
        steps=history.find_steps(anchor - n * WEEK, min(anchor, change.start - SHARED_DAYS), events),
        overlaps=history.find_overlaps(change.start, until, events),
        meets_incident=any(first < until and last > opened for first, last in incidents),
        has_new_meaning=history.has_new_meaning(change.start, until, breaks), gap=gap,
    )  # fmt: skip
    if cache is not None:
        cache[key] = window
    return window


def judge_questions(company: Company, questions: Sequence[Question]) -> list[Answer]:
    """An answer per question, in the same order."""
    cache: dict[tuple[object, ...], Window] = {}
    windows = [find_window(company, question, cache) for question in questions]
    answers = [Answer(question, window, too_little=explain_nothing(window)) for question, window in zip(questions, windows, strict=True)]
    groups: dict[tuple[int, int, int], dict[Window, list[int]]] = {}
    for i, (question, window) in enumerate(zip(questions, windows, strict=True)):
        known = (question.kpi_id, question.touchpoint_id) in company.place
        if known and window.m and window.n:
            groups.setdefault((window.anchor, window.m if window.is_complete else 0, window.gap), {}).setdefault(window, []).append(i)
    lots: list[_Lot] = []
    for (anchor, m, gap), per_window in groups.items():
        weeks = pool_company(company, anchor, m, gap)
        for window, members in per_window.items():
            lots += prepare_lots(company, weeks, window, members, questions, answers)
    for lot, found in zip(lots, judge_plans([lot.plan for lot in lots]), strict=True):
        for j, i in enumerate(lot.members):
            answers[i] = fill_answer(answers[i], lot, found, j)
    return warn_of_moved_controls(lots, answers)


def explain_nothing(window: Window) -> str:
    """The reason why there is no estimate, for a question without weeks."""
    if not window.m:
        return "it lasted less than a whole week"
    return "there are no figures before the change" if not window.n else "there are no figures"


def pool_company(company: Company, anchor: int, m: int, gap: int = 0) -> Weeks:
    """Every series in whole weeks around a day, without the `gap` weeks after it; with m = 0 only the weeks before."""
    until = anchor + (gap + m if m else 0) * WEEK
    weeks = pool_weeks(company.numerator[:, :until], company.denominator[:, :until], anchor, gap + m if m else 0)
    if not (gap and m):
        return weeks
    kept = np.delete(np.arange(weeks.n + gap + m), slice(weeks.n, weeks.n + gap))
    numerator, denominator, value, scatter = (each[:, kept] for each in (weeks.numerator, weeks.denominator, weeks.value, weeks.scatter))
    return Weeks(numerator, denominator, value, scatter, n=weeks.n)


def prepare_lots(
    company: Company, weeks: Weeks, window: Window, members: list[int], questions: Sequence[Question], answers: list[Answer]
) -> list[_Lot]:
    """Questions of one window as one lot with controls and one without. Also sets the weeks and `too_little` of `answers`."""
    n, m = window.n, window.m if window.is_complete else 0
    rows = [company.place[questions[i].kpi_id, questions[i].touchpoint_id] for i in members]
    columns = slice(weeks.n - n, weeks.n + m)
    values = weeks.value[rows, columns].copy()
    values[:, [n + p for p in window.left_out]] = np.nan
    counts, scatter = weeks.denominator[rows, columns], weeks.scatter[rows, columns].copy()
    # days of an incident do not show the usual scatter of days
    scatter[:, [n + p for p in window.left_out]] = find_usual_scatter(scatter[:, :n])
    ready = settle(values, window)
    on_logs = choose_scale(window, ready)
    # values, and with them the scatter of days, are those of the logarithms
    scatter = scatter / np.where(on_logs[:, None], ready, 1.0) ** 2
    ready[on_logs] = np.log(ready[on_logs])
    spread = guard_spread(scatter, n, m) if m else np.ones(len(rows))
    noise = measure_noise(values, counts, scatter, n)
    chosen: dict[tuple[bool, bool], list[tuple[int, Array, Array, tuple[str, ...]]]] = {}
    for j, i in enumerate(members):
        obstacle = find_obstacle(company, questions[i], window, values[j], counts[j])
        answers[i] = replace(answers[i], values=tuple(values[j].tolist()), counts=tuple(counts[j].tolist()), too_little=obstacle)
        if n < FEWEST_TO_ESTIMATE or np.isnan(ready[j]).any() or np.ptp(ready[j, :n]) == 0:
            continue
        index, beside, names = find_control(company, weeks, window, questions[i], ready[j], on_logs[j]) if m else NO_CONTROL
        chosen.setdefault((bool(names), bool(on_logs[j])), []).append((j, index, beside, names))
    lots = []
    for (has_controls, is_log), picked in sorted(chosen.items()):
        places = [j for j, _, _, _ in picked]
        index, beside = (np.stack([each[part] for each in picked]) for part in (1, 2))
        lots.append(
            _Lot(
                members=[members[j] for j in places],
                window=window,
                pattern=window.pattern,
                values=ready[places],
                control=(index[:, :n], index[:, n:]) if has_controls else None,
                spread=spread[places],
                noise=noise[places],
                control_noise=beside if has_controls else None,
                names=[names for _, _, _, names in picked],
                is_log=is_log,
            )
        )
    return lots


def choose_scale(window: Window, ready: Array) -> NDArray[np.bool_]:
    """Which series (N x (n + m)) are judged on logarithms."""
    found: NDArray[np.bool_] = np.all(ready > 0, axis=1)
    if window.n >= FEWEST_TO_ESTIMATE and found.any():
        found[found] = prefer_logarithms(window.pattern, ready[found, : window.n])
        return found
    return np.zeros(len(ready), dtype=bool)


def find_obstacle(company: Company, question: Question, window: Window, values: Array, counts: Array) -> str | None:
    """Why there is too little data for a verdict, in words."""
    n, shares = window.n, np.array(window.shares)
    has_peak = bool((shares[n:] > 0).any())
    kpi = company.kpis[question.kpi_id]
    known = values[:n][~np.isnan(values[:n])]
    events_after = float(counts[n:].sum()) if window.is_complete else None
    if window.is_complete and np.isnan(values[n:]).all():
        return "there are no figures after the change"
    if events_after is not None and not kpi.counts_answers and events_after < FEWEST_EVENTS_AFTER:
        return f"fewer than {FEWEST_EVENTS_AFTER} events after the change"
    if has_peak and n >= FEWEST_WEEKS_WITH_PEAK and not (shares[:n] > 0.5).any():
        return "a registered peak lies in the weeks after, and the history holds none"
    return find_too_little(
        n, window.m, answers_before=float(counts[:n].sum()) if kpi.counts_answers else None,
        answers_after=events_after if kpi.counts_answers else None, empty_share=float(np.isnan(values[:n]).mean()), has_peak=has_peak,
        is_constant=not len(known) or np.ptp(known) == 0,
    )  # fmt: skip


def fill_answer(answer: Answer, lot: _Lot, found: Estimates, j: int) -> Answer:
    """The j-th series of a lot as an answer. Without weeks after, only the smallest visible effect is known."""
    from scipy.special import ndtri

    origins = [origin for origin, _ in list_placebos(lot.pattern)]
    placebos = tuple((lot.window.anchor + origin * WEEK, float(score)) for origin, score in zip(origins, found.scores[j], strict=True))
    n, visible = lot.window.n, float(found.visible[j])
    effect, lower, upper, p = (float(each[j]) for each in (found.effect, found.lower, found.upper, found.p))
    if lot.is_log:
        usual = float(np.exp(lot.values[j, max(n - LAST_WEEKS, 0) : n]).mean())
        reached = float(np.exp(lot.values[j, n:]).mean()) if lot.window.is_complete else usual
        effect, lower, upper = (return_to_unit(reached, each) for each in (effect, lower, upper))
        visible = (reached - effect if lot.window.is_complete else usual) * float(np.expm1(visible))
    answer = replace(answer, visible=visible, placebos=placebos, is_log=lot.is_log)
    if not lot.window.is_complete:
        return answer
    # too few events for a verdict, and also for showing the effect
    if sum(answer.counts[lot.window.n :]) < FEWEST_SHOWN:
        return answer
    after = np.exp(lot.values[j, n:]) if lot.is_log else lot.values[j, n:]
    return replace(
        answer, effect=effect, lower=lower, upper=upper, p=p, missed=int(found.missed[j]),
        score=float(np.sign(effect) * -ndtri(max(p, 2e-12) / 2)), expected=float(after.mean() - effect),
        controls=lot.names[j], judged=lot.values[j], noise=lot.noise[j],
        beside_noise=None if lot.control_noise is None else lot.control_noise[j],
        beside=None if lot.control is None else np.concatenate([lot.control[0][j], lot.control[1][j]]),
    )  # fmt: skip


def warn_of_moved_controls(lots: list[_Lot], answers: list[Answer]) -> list[Answer]:
    """Add a note when the control index, judged like any other series, moved at the date itself."""
    beside = [(lot, lot.control) for lot in lots if lot.control is not None]
    judged = judge_plans([Plan(lot.pattern, *control, noise=lot.control_noise) for lot, control in beside])
    for (lot, _), found in zip(beside, judged, strict=True):
        for j, i in enumerate(lot.members):
            if found.p[j] < MOVED_LEVEL:
                names = ", ".join(lot.names[j])
                warning = f"the controls ({names}) moved at the same date: the change may have affected them, or something else happened"
                answers[i] = replace(answers[i], warnings=(*answers[i].warnings, warning))
    return answers
