"""Shares of noise called an effect in simulated companies, as docs/effects.md quotes them.

Run: `python -m tests.measurements.measure_false_alarms`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import polars as pl

from semantic.effects.company.answers import judge_questions
from semantic.effects.company.breaks import propose_breaks
from semantic.effects.company.control_choice import MOST_EMPTY
from semantic.effects.company.facts import ChangeFacts
from semantic.effects.company.false_alarms import measure_false_alarms
from semantic.effects.company.questions import Question
from semantic.effects.method.words import LEVEL
from tests.companies.simulated import Simulated, day_of, register_nothing, simulate

TWENTY = tuple(f"t{i:02}" for i in range(20))
JUDGED = ("better", "worse", "no visible effect")


def judge_nothing(seeds: Iterable[int], **noise: float) -> tuple[int, float, float]:
    """Registered changes without an effect: cases, share with p below 5 %, share with controls."""
    found = pl.concat([register_nothing(5, 4, 1100, seed=seed, **noise).evaluate().effects for seed in seeds])
    judged = found.filter(pl.col("relation") == "in_scope", pl.col("verdict").is_in(JUDGED))
    alarms, steered = judged.select((pl.col("p_value") < LEVEL).mean(), pl.col("controls").is_not_null().mean()).row(0)
    return judged.height, alarms, steered


def meter_nothing(make: Callable[[int], Simulated], seeds: Iterable[int]) -> tuple[int, float]:
    """Dates on which nothing was registered: cases, share of alarms."""
    found = [measure_false_alarms(make(seed).read()) for seed in seeds]
    cases = sum(each.cases_count for each in found)
    return cases, sum(each.alarms_count for each in found) / cases


def add_peaks(seed: int) -> Simulated:
    """Six weeks a year are higher or lower by up to three, varying by a tenth from year to year."""
    generator = np.random.default_rng(seed)
    company = simulate(1000, tuple(f"t{i}" for i in range(6)), seed=seed)
    peaks = ((0, 0), (323, 364), (687, 728))
    for kpi, place in list(company.values):
        height = generator.uniform(-3, 3)
        for first, last in peaks:
            company = company.shift(kpi, place, first, height * (1 + 0.1 * generator.standard_normal()), last + 1)
    return replace(company, peaks=peaks)


def scan_nothing(seeds: Iterable[int], memory: float, wander: float = 0.0) -> tuple[int, float]:
    """Breaks proposed in companies without any change: their number, and the number of series-years judged."""
    found, years = 0, 0.0
    for seed in seeds:
        company, generator = simulate(1000, TWENTY, seed=seed, memory=memory), np.random.default_rng(seed)
        values = {key: each + wander * generator.standard_normal(1000).cumsum() for key, each in company.values.items()}
        found += propose_breaks(replace(company, values=values).read()).height
        years += len(TWENTY) * (1000 - 17 * 7 - 35) / 365
    return found, years


def scan_planted(seeds: Iterable[int], memory: float) -> tuple[int, int, list[int]]:
    """Unregistered breaks of twice the smallest visible effect: planted, proposed within three weeks, and how many days off."""
    planted, off = 0, []
    for seed in seeds:
        company = known = simulate(1000, TWENTY, seed=seed, memory=memory)
        for place in TWENTY:
            known = known.add_change(place, 601, (place,))
        visible = known.evaluate().effects.filter(pl.col("relation") == "in_scope")
        for place, size in visible.select("touchpoint_id", "smallest_visible_effect").iter_rows():
            company = company.shift("csat", place, 601, (2 if int(place[1:]) % 2 else -2) * size)
        found = propose_breaks(company.read()).with_columns((pl.col("break_date") - day_of(601)).dt.total_days().abs().alias("off"))
        near = found.filter(pl.col("off") <= 21).group_by("touchpoint_id").agg(pl.col("off").min())
        planted, off = planted + len(TWENTY), [*off, *near["off"].to_list()]
    return planted, len(off), off


def judge_shares(seeds: Iterable[int], weeks: int) -> list[tuple[float, bool]]:
    """Events after and whether an effect was called, for shares that nothing moved, of 2 to 4 events a week on average."""
    found, start = [], 7 * weeks
    for seed in seeds:
        generator, quiet = np.random.default_rng(seed), simulate(start + 40, tuple(f"t{i:03}" for i in range(400)))
        values, counts = {}, {}
        for i, key in enumerate(quiet.values):
            counts[key] = generator.poisson((8, 10, 12, 14)[i % 4] / 28, start + 40)
            values[key] = generator.binomial(counts[key], (0.1, 0.3, 0.5, 0.9)[i // 4 % 4]) / np.maximum(counts[key], 1)
        company = replace(quiet, values=values, counts=counts).read()
        changes = [ChangeFacts("", "", start, direct=frozenset({place}), scope=frozenset({place})) for _, place in company.series]
        answers = judge_questions(company, [Question(each, "csat", *each.scope, may_have_controls=False) for each in changes])
        judged = (answer for answer in answers if answer.is_estimated and np.isnan(answer.values[: answer.window.n]).mean() <= MOST_EMPTY)
        found += [(sum(answer.counts[answer.window.n :]), answer.p < LEVEL) for answer in judged]
    return found


def main() -> None:
    """Print the table."""
    for name, seeds, noise in (
        ("changes registered", range(100, 180), {}),
        ("half the noise shared, memory .6", range(200, 240), {"shared": 0.5, "memory": 0.6}),
        ("nothing shared, memory .8", range(300, 340), {"memory": 0.8}),
    ):
        cases, alarms, steered = judge_nothing(seeds, **noise)
        print(f"{name}: {cases:,} cases, {alarms:.1%} false alarms, {steered:.0%} with controls", flush=True)
    short = tuple(f"t{i}" for i in range(8))
    for name, make, seeds in (
        ("peaks registered", add_peaks, range(20)),
        ("peaks not registered", lambda seed: replace(add_peaks(seed), peaks=()), range(20)),
        ("37 weeks", lambda seed: simulate(260, short, ("a", "b"), seed=seed, memory=0.6), range(40, 90)),
    ):
        cases, alarms = meter_nothing(make, seeds)
        print(f"{name}: {cases:,} cases, {alarms:.1%} false alarms", flush=True)
    for weeks in (52, 130):
        few = judge_shares(range(40), weeks)
        for least, most in ((5, 9), (10, 14), (15, 19)):
            alarms = [is_alarm for events, is_alarm in few if least <= events <= most]
            print(f"{weeks} weeks, {least} to {most} events after: {len(alarms):,} cases, {np.mean(alarms):.1%} false alarms", flush=True)
    for memory, wander in ((0.0, 0.0), (0.3, 0.0), (0.6, 0.0), (0.8, 0.0), (0.3, 0.03)):
        proposed, years = scan_nothing(range(500, 504), memory, wander)
        print(f"memory {memory:g}, wandering {wander:g}: {proposed} breaks proposed in {years:.0f} series-years", flush=True)
    for memory in (0.0, 0.5):
        planted, found, off = scan_planted(range(590, 593), memory)
        middle, late = np.percentile(off, [50, 90])
        print(
            f"memory {memory:g}: {found} of {planted} planted breaks found, half within {middle:.0f} days, nine in ten within {late:.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
