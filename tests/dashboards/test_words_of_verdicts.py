"""The words beside a verdict: that of the KPI on the chart, and none that the row contradicts."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any, cast

import duckdb

from semantic.effects.company.units import Unit
from semantic.effects.company.verdicts import explain_verdict, write_company_sentence
from semantic.effects.method.verdict_list import BY_NAME
from tests.companies.tiny import PROJECT

PAGES, COMPONENTS = PROJECT / "dashboards" / "pages", PROJECT / "dashboards" / "components"


def read_query(page: str, name: str, **inputs: str) -> str:
    """A query of a page, with the values of its parameters and inputs."""
    found = re.search(rf"```sql {name}\n(.*?)```", (PAGES / page).read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"{page} has no query {name}"
    return re.sub(r"\$\{(?:params|inputs)\.(\w+)\}", lambda part: inputs[part[1]], found[1])


def test_the_page_has_the_current_verdict_of_each_kpi_at_its_touchpoint() -> None:
    house = duckdb.connect()
    house.execute("attach ':memory:' as cxhouse; use cxhouse")
    columns = "change_id, touchpoint_id, kpi_id, is_current, verdict, verdict_word, verdict_sign, verdict_tone, is_primary, is_planned"
    house.execute(
        f"""create table rpt_change_effects as select * from (values
            ('C1', 'shop', 'csat', true, 'worse', 'hurt', 'x', 'bad', true, true),
            ('C1', 'shop', 'csat', false, 'better', 'helped', 'x', 'good', true, true),
            ('C1', 'shop', 'ces', true, 'exploratory higher', 'moved up, a hint', 'x', 'none', false, true),
            ('C1', 'web', 'nps', true, 'better', 'helped', 'x', 'good', false, true)) as t({columns})"""
    )
    query = read_query("touchpoints/[touchpoint].md", "verdicts", touchpoint="shop")
    rows = house.execute(f"select change_id, kpi_id, verdict, is_test from ({query}) as shown order by kpi_id").fetchall()
    assert rows == [("C1", "ces", "exploratory higher", False), ("C1", "csat", "worse", True)]
    shown = (COMPONENTS / "changes" / "ChangeList.svelte").read_text(encoding="utf-8")
    assert "verdict.kpi_id === kpi" in shown and "{#if change.verdict}" in shown and "overall_verdict" not in shown


def test_no_word_of_a_verdict_says_whether_it_was_planned() -> None:
    # a segment's figure of the planned KPI is exploratory too, so the word may not call it unplanned
    assert not [name for name, item in BY_NAME.items() if "plan" in item["word"]]


def test_a_margin_without_0_beside_no_visible_effect_says_that_many_were_looked_at() -> None:
    window = SimpleNamespace(m=4, n=100, gap=0)
    question = SimpleNamespace(change=SimpleNamespace(start=7))
    figures = {"effect": 7.9, "lower": 2.0, "upper": 13.8, "visible": 8.4, "p": 0.009}
    answer: Any = SimpleNamespace(question=question, window=window, is_estimated=True, controls=(), placebos=(), missed=0, **figures)
    kpi: Any = SimpleNamespace(name="NPS")
    unit = Unit(1.0, 1, " points")
    said = []
    for p, q in ((0.009, 0.12), (0.3, 0.6)):
        answer.p = p
        reason = explain_verdict(answer, cast(Any, None), "no visible effect", q, unit)
        said.append(write_company_sentence(answer, cast(Any, None), kpi, "shop", unit, "no visible effect", reason, str))
    assert "95 % margin 2.0 to 13.8 points" in said[0]
    assert "But: the margin leaves out 0, but many figures of this change were judged together, and among so many looks" in said[0]
    assert "But:" not in said[1]
