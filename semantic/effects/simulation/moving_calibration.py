"""Error rates where volume, spread or level move: tables for docs/calibration.md, written by calibration.py; seeds are fixed."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from semantic.effects.method.estimates import Pattern, fill_gaps, find_too_little, judge_series
from semantic.effects.method.kernels import Array
from semantic.effects.method.periods import guard_spread, measure_noise, pool_weeks
from semantic.effects.method.rivals import know_everything
from semantic.effects.method.scale import prefer_logarithms
from semantic.effects.method.words import LEVEL, TOO_LITTLE
from semantic.effects.series.single import judge_periods
from semantic.effects.series.table import Periods
from semantic.effects.simulation.moving_worlds import DRIFTS, VOLUMES, Answers, Drift, Growth, draw_beside

Flags = NDArray[np.bool_]
AFTER = 28
HISTORIES = (182, 364, 910)
SEED = 20261130
ERRORS = 3.0  # planted shift, in standard errors of the best possible test with a year of history
ANSWERS = (
    *(Answers(daily, volume) for volume in VOLUMES for daily in (2, 5, 20)),
    *(
        Answers(5, volume, figure)
        for figure in ("share", "mean")
        for volume in ("steady", "quartered", "fourfold", "every other week a quarter")
    ),
)
GROWTHS = {
    "growth of 70 % a year, noise in proportion": Growth(0.7, True), "growth of 20 % a year, noise in proportion": Growth(0.2, True),
    "growth by 70 a year from 100, same noise": Growth(0.7, False),
}  # fmt: skip
LONG = {"month": ((36, 3), (36, 12), (60, 12), (120, 12)), "year": ((30, 3), (30, 10), (30, 15), (60, 15))}
BESIDE = {"steady difference": (0.0, 1.0), "small walks": (0.2, 1.0), "middle walks": (0.5, 1.0), "walks only": (1.0, 0.0)}
PLANTED = 1.5  # of the noise of a period, in months and years


def judge_days(top: Array, bottom: Array, days: int) -> tuple[Array, Flags]:
    """p, and whether there is a verdict, of daily series with the scale that is chosen for them."""
    weeks = pool_weeks(top, bottom, days)
    n = weeks.n
    value = fill_gaps(weeks.value)
    pattern = Pattern(tuple(range(-n, 0)), tuple(range(4)))
    p = np.empty(len(value))
    on_logs: Flags = prefer_logarithms(pattern, value[:, :n]) & np.all(value > 0, axis=1)
    for chosen in (False, True):
        rows = np.flatnonzero(on_logs == chosen)
        if not len(rows):
            continue
        each = np.log(value[rows]) if chosen else value[rows]
        scatter = weeks.scatter[rows] / (value[rows] ** 2 if chosen else 1.0)
        noise = measure_noise(each, weeks.denominator[rows], scatter, n)
        p[rows] = judge_series(pattern, each[:, :n], each[:, n:], spread=guard_spread(scatter, n, 4), noise=noise).p
    return p, on_logs


def refuse_answers(bottom: Array, days: int) -> Flags:
    """Which series have too few answers for a verdict."""
    weeks = bottom[:, days % 7 :].reshape(len(bottom), -1, 7).sum(axis=2)
    n = days // 7
    return np.array([
        find_too_little(n, 4, answers_before=row[:n].sum(), answers_after=row[n:].sum(), empty_share=(row[:n] == 0).mean()) is not None
        for row in weeks
    ])  # fmt: skip


def write_cell(alarms: Flags, seen: Flags, refused: float, best: float | None) -> str:
    """False alarms, cover, power (of the best possible) and refused share in percent; alarms and power among those judged."""
    if not len(alarms):
        return f"all refused ({refused:.0%})".replace("%", " %")
    known = "" if best is None else f" of {100 * best:.0f}"
    return f"{100 * alarms.mean():.1f} · {100 - 100 * alarms.mean():.1f} · {100 * seen.mean():.0f}{known} · {100 * refused:.0f}"


def measure_answers(world: Answers, series: int) -> list[str]:
    """A cell per length of history."""
    best_error = find_error(world, HISTORIES[1])
    cells = []
    for days in HISTORIES:
        parts = []
        for i, shift in enumerate((0.0, ERRORS * best_error)):
            top, bottom = world.draw(np.random.default_rng(SEED + i), series, days, AFTER, shift)
            refused = refuse_answers(bottom, days)
            p = judge_days(top[~refused], bottom[~refused], days)[0] if not refused.all() else np.empty(0)
            parts.append((p < LEVEL, float(refused.mean())))
        best = know_everything(weigh_weeks(world, days), days // 7, ERRORS * best_error)
        cells.append(write_cell(parts[0][0], parts[1][0], parts[0][1], best))
    return cells


def list_held(world: Answers, days: int) -> Array:
    """Answers expected in each week."""
    return np.asarray(world.list_rates(days, AFTER).reshape(-1, 7).sum(axis=1))


def weigh_weeks(world: Answers, days: int) -> Array:
    """Covariance of the weeks."""
    return np.diag(world.variance / list_held(world, days))


def find_error(world: Answers, days: int) -> float:
    """Standard error of the best possible test."""
    held, n = list_held(world, days), days // 7
    return float(np.sqrt(world.variance * (1 / held[:n].sum() + (1 / held[n:]).sum() / 16)))


def measure_growth(world: Growth, series: int) -> list[str]:
    """A cell per length of history, with the share judged on logarithms."""
    cells = []
    for days in HISTORIES:
        parts = []
        for i, shift in enumerate((0.0, 0.15)):
            parts.append(judge_days(*world.draw(np.random.default_rng(SEED + i), series, days, AFTER, shift), days))
        cells.append(f"{write_cell(parts[0][0] < LEVEL, parts[1][0] < LEVEL, 0.0, None)} ({100 * parts[0][1].mean():.0f} on logarithms)")
    return cells


def measure_drift(world: Drift, grain: str, n: int, m: int, series: int) -> str:
    """A cell of months (with a season) or years."""
    place = np.arange(n + m)
    values = world.draw(np.random.default_rng(SEED), series, n + m) + (2 * np.sin(2 * np.pi * place / 12) if grain == "month" else 0.0)
    pattern = Pattern(tuple(range(-n, 0)), tuple(range(m)), grain, grain == "month")
    still, moved = (judge_series(pattern, values[:, :n], values[:, n:] + shift).p < LEVEL for shift in (0.0, PLANTED))
    return write_cell(still, moved, 0.0, know_everything(world.covary(n + m), n, PLANTED))


def measure_beside(n: int, m: int, controls: int, walk: float, noise: float, series: int) -> str:
    """A cell of months whose controls have walks of their own."""
    found: list[list[float | None]] = []
    for shift in (0.0, 2.0):
        judged = []
        for i in range(series):
            values, others = draw_beside(np.random.default_rng(SEED + i), controls, n + m, walk, noise)
            values[n:] += shift
            starts = tuple(date(2000 + month // 12, month % 12 + 1, 1) for month in range(n + m))
            positions = np.arange(-n, m).astype(float)
            effect = judge_periods(Periods("month", positions, starts, values, others, np.ones(n + m), None, 0.0, ()))
            judged.append(None if effect.verdict == TOO_LITTLE else effect.p_value)
        found.append(judged)
    still, moved = (np.array([p < LEVEL for p in each if p is not None]) for each in found)
    return write_cell(still, moved, 1 - len(still) / series, None)


def write_sections(series: int) -> str:
    """The tables as Markdown: a fifth of the series in each cell of volume, half for growth, a quarter for drift, a tenth with controls."""
    volume = [f"| {each.figure} | {each.daily:g} | {each.volume} | {' | '.join(measure_answers(each, series // 5))} |" for each in ANSWERS]
    growth = [f"| {name} | {' | '.join(measure_growth(each, series // 2))} |" for name, each in GROWTHS.items()]
    drift = [
        f"| {n} {grain}s before, {m} after | {' | '.join(measure_drift(each, grain, n, m, series // 4) for each in DRIFTS)} |"
        for grain, sizes in LONG.items()
        for n, m in sizes
    ]
    beside = [
        f"| {n} months before, {m} after; {controls} | {' | '.join(cells)} |"
        for n, m in ((17, 30), (40, 40))
        for controls in (1, 5)
        for cells in [[measure_beside(n, m, controls, *each, series // 10) for each in BESIDE.values()]]
    ]
    return PAGE.format(
        volume="\n".join(volume), growth="\n".join(growth), drift="\n".join(drift), beside="\n".join(beside), volumes=f"{series // 5:,}",
        sums=f"{series // 2:,}", long=f"{series // 4:,}", few=series // 10, errors=f"{ERRORS:g}",
        drifts=" | ".join(each.name for each in DRIFTS), walks=" | ".join(BESIDE), planted=f"{PLANTED:g}",
        dashes="---|" * len(DRIFTS), lines="---|" * len(BESIDE),
    )  # fmt: skip


PAGE = """## Where volume, spread or level move

Each cell has false alarms, cover, power and refused share in percent, alarms and power among those judged; "of" gives the best possible
power with the covariance known. Aim: 3 to 7 false alarms (fewer are a miss only where the power is missed too), power 75 % of the best
possible with 364 days and 90 % with 910, at most 10 refused.

Answers a day at the highest, {volumes} series a cell. The planted shift is {errors} standard errors of the best possible test with 364
days. Refused are series with fewer answers than a verdict needs (60 before, 30 after), which is a rule of its own.

| figure | answers a day | their number | 182 days | 364 days | 910 days |
|---|---|---|---|---|---|
{volume}

A sum per day, {sums} series a cell; planted is 15 % of the level.

| world | 182 days | 364 days | 910 days |
|---|---|---|---|
{growth}

Months (with a season) and years, {long} series a cell; planted are {planted} standard deviations of the noise of a period. The best
possible test knows the season.

| periods | {drifts} |
|---|{dashes}
{drift}

Months and controls on one random walk, each with noise and a walk of its own ({few} series a cell, planted 2). The step of the difference
is judged.

| periods; controls | {walks} |
|---|{lines}
{beside}
"""
