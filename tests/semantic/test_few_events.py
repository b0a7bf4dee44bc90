"""Figures from fewer than five events are not shown, neither directly nor through an effect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from semantic.effects.company.changes import list_visible_effects
from tests.companies.simulated import simulate

DAYS, START = 700, 560


@pytest.mark.parametrize("counts_answers", [True, False])
def test_a_figure_of_fewer_than_five_is_not_shown_by_its_effect_either(counts_answers: bool) -> None:
    company = simulate(DAYS)
    counts = np.full(DAYS, 3)
    counts[START:] = 0
    counts[[START + 3, START + 10, START + 11, START + 24]] = 1
    few = replace(company, counts={("csat", "shop"): counts}, kpis={"csat": {"counts_answers": counts_answers}})
    row, weeks = few.add_change("A", START, ("shop",)).judge(), few.add_change("A", START, ("shop",)).evaluate().series
    assert row["verdict"] == "too little data" and row["smallest_visible_effect"] is not None
    assert {row[name] for name in ("effect", "effect_lower", "p_value", "score", "effect_text", "margin_text", "second_effect")} == {None}
    assert weeks.filter("is_after")["expected"].null_count() == 4
    counts[START + 25] = 1
    shown = few.add_change("A", START, ("shop",)).judge()
    assert shown["effect"] is not None


@pytest.mark.parametrize(("counts_answers", "fewest"), [(True, 30), (False, 10)])
def test_a_verdict_takes_ten_events_after_and_thirty_answers(counts_answers: bool, fewest: int) -> None:
    for events in (fewest - 1, fewest):
        counts = np.full(DAYS, 3)
        counts[START:] = 0
        counts[START : START + 28 : 7] = [events - 3, 1, 1, 1]
        few = replace(simulate(DAYS), counts={("csat", "shop"): counts}, kpis={"csat": {"counts_answers": counts_answers}})
        row = few.add_change("A", START, ("shop",)).judge()
        assert (row["verdict"] == "too little data") is (events < fewest), row["reason"]
        assert row["effect"] is not None


def test_what_is_usual_stands_on_five_or_more() -> None:
    company, counts = simulate(DAYS), np.zeros(DAYS)
    counts[: START - 200] = 3
    counts[[DAYS - 20, DAYS - 9, DAYS - 8, DAYS - 1]] = 1
    few = replace(company, counts={("csat", "shop"): counts})
    assert list_visible_effects(few.read())["usual_value"].to_list() == [None]
    counts[DAYS - 2] = 1
    assert list_visible_effects(few.read())["usual_value"].null_count() == 0
