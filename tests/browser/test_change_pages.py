"""The pages of changes against their reports: verdict cards, a page per change with its charts, and what can be seen at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.built_site import PATIENCE_MS, PHONE, WIDE, BuiltSite, watch

KEY = ["change_id", "kpi_id", "touchpoint_id"]
READ_CHARTS = """() => {
    const charts = Object.values(window[Symbol.for('__evidence-chart-window-debug__')] ?? {}).filter((chart) => !chart.isDisposed());
    const series = charts.flatMap((chart) => chart.getOption()?.series ?? []);
    const find = (name) => series.find((each) => each.name === name)?.data ?? [];
    return {
        value: find('value').map((point) => [new Date(point[0]).toISOString().slice(0, 10), point[1]]),
        forecast: find('forecast').map((point) => [new Date(point[0]).toISOString().slice(0, 10), point[1]]),
        margin: find('margin').map((point) => [new Date(point[0]).toISOString().slice(0, 10), point[1], point[2]]),
        earlier: find('earlier dates').map((point) => point[0]),
        ours: find('the change').map((point) => point[0])
    };
}"""
SAME = """(expected) => {
    const drawn = (READ)();
    const near = (left, right) => left === right || Math.abs(left - right) < 1e-9;
    return Object.entries(expected).every(([name, points]) => drawn[name].length === points.length
        && drawn[name].every((point, i) => [point].flat().every((part, j) => near(part, [points[i]].flat()[j]))));
}""".replace("READ", READ_CHARTS)


def read_answers(site: BuiltSite) -> dict[str, dict[str, Any]]:
    """The report's row of every change, by its id."""
    return {row["change_id"]: row | {"verdict": row["overall_verdict"]} for row in site.read("rpt_changes").to_dicts()}


def find_figures(site: BuiltSite, change: str) -> list[dict[str, Any]]:
    """The figures that can be chosen on a change's page."""
    effects = site.read("rpt_change_effects").filter(pl.col("is_current") & (pl.col("relation") == "in_scope"))
    return effects.filter((pl.col("change_id") == change) & pl.col("touchpoint_id").is_not_null()).to_dicts()


def is_decisive(figure: dict[str, Any], answer: dict[str, Any]) -> bool:
    """Whether the verdict on the change is that of this figure."""
    return all(figure[name] == answer[name] for name in KEY)


def expect_charts(site: BuiltSite, figure: dict[str, Any]) -> dict[str, list[Any]]:
    """What the two charts must draw of a figure."""
    own = pl.all_horizontal([pl.col(name) == figure[name] for name in KEY])
    weeks = site.read("rpt_change_series").filter(own).sort("week").to_dicts()
    after = [week for week in weeks if week["is_after"] and week["expected"] is not None]
    tries = site.read("rpt_change_placebos").filter(own).sort("score").to_dicts()
    shown = tries if len(tries) > 1 else []
    return {
        "value": [[str(week["week_start"]), week["value"]] for week in weeks],
        "forecast": [[str(week["week_start"]), week["expected"]] for week in after],
        "margin": [[str(week["week_start"]), week["lower"], week["upper"]] for week in after],
        "earlier": [row["score"] for row in shown if not row["is_ours"]],
        "ours": [row["score"] for row in shown if row["is_ours"]],
    }


def wait_for_charts(page: Page, expected: dict[str, list[Any]]) -> None:
    """Wait until both charts draw exactly that."""
    page.wait_for_function(SAME, arg=expected, timeout=PATIENCE_MS)


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_every_card_gives_its_verdict_and_only_planned_tests_are_coloured(
    browser: Browser, address: str, built_site: BuiltSite, width: int
) -> None:
    answers = read_answers(built_site)
    assert {"better", "worse"} <= {row["verdict"] for row in answers.values()}, "the built company needs changes that helped and hurt"
    coloured = {change for change, row in answers.items() if row["is_test"] and row["verdict"] in ("better", "worse")}
    with watch(browser, address, width) as watched:
        page = watched.open("/changes/")
        page.wait_for_selector("article[data-change]", timeout=PATIENCE_MS)
        for change, row in answers.items():
            card = page.locator(f"article[data-change='{change}']")
            assert card.locator("[data-verdict]").get_attribute("data-verdict") == row["verdict"]
            assert card.locator("[data-field=answer]").text_content() == row["answer"]
        found = page.eval_on_selector_all(
            "article[data-change]:has(.verdict.good, .verdict.bad)", "all => all.map((a) => a.dataset.change)"
        )
        assert set(found) == coloured
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert (
            page.locator("[data-field=meter]").first.inner_text()
            in built_site.read("rpt_false_alarms")["meter_text"].drop_nulls().to_list()
        )
        watched.assert_clean()


def test_the_first_line_counts_the_planned_tests_of_the_report(browser: Browser, address: str, built_site: BuiltSite) -> None:
    effects = built_site.read("rpt_change_effects").filter(pl.col("is_current") & pl.col("is_primary") & pl.col("is_planned"))
    verdicts = effects.group_by("change_id").agg(pl.col("verdict"))
    helped = sum("better" in row["verdict"] and "worse" not in row["verdict"] for row in verdicts.to_dicts())
    hurt = sum("worse" in row["verdict"] and "better" not in row["verdict"] for row in verdicts.to_dicts())
    overdue = built_site.read("rpt_changes")["is_overdue"].sum()
    assert helped and hurt
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/changes/")
        page.wait_for_selector("article[data-change]", timeout=PATIENCE_MS)
        answer = page.locator("[data-field=answer]").first.inner_text()
        assert f"{helped} helped, {hurt} hurt" in answer
        assert ("overdue" in answer and "none overdue" not in answer) == bool(overdue)
        shown = page.locator("[data-part=overdue] article").evaluate_all("all => all.map((a) => a.dataset.change)")
        assert set(shown) == set(built_site.read("rpt_changes").filter(pl.col("is_overdue"))["change_id"])


def test_choosing_a_verdict_leaves_its_changes(browser: Browser, address: str, built_site: BuiltSite) -> None:
    answers = read_answers(built_site)
    helped = {change for change, row in answers.items() if row["verdict"] == "better"}
    assert helped and helped != set(answers)
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/changes/")
        page.locator("[aria-label=verdict] [role=radio]", has_text="helped").first.click()
        page.wait_for_function("(count) => document.querySelectorAll('article[data-change]').length === count", arg=len(helped))
        assert set(page.eval_on_selector_all("article[data-change]", "all => all.map((a) => a.dataset.change)")) == helped
        page.locator("[aria-label=verdict] [role=radio]", has_text="all").click()
        page.wait_for_function("(count) => document.querySelectorAll('article[data-change]').length === count", arg=len(answers))
        watched.assert_clean()


def test_every_change_has_a_page_that_says_the_same(browser: Browser, address: str, built_site: BuiltSite) -> None:
    answers = read_answers(built_site)
    titles = dict(built_site.read("rpt_changes").select("change_id", "title").iter_rows())
    assert answers
    with watch(browser, address, WIDE) as watched:
        for change, row in answers.items():
            page = watched.open(f"/changes/{change}/")
            assert page.locator("h1").inner_text() == f"Did “{titles[change]}” help?"
            answer = page.locator("[data-field=answer]").first
            assert row["answer"] in answer.inner_text()
            assert answer.locator("[data-verdict]").get_attribute("data-verdict") == row["verdict"]
            assert page.locator("[data-field=promise]").all_inner_texts() == ([row["promise_text"]] if row["promise_text"] else [])
            again = [figure["re_estimate_text"] for figure in find_figures(built_site, change) if is_decisive(figure, row)]
            assert page.locator("[data-field=again]").all_inner_texts() == [text for text in again if text]
            watched.assert_clean()


def list_others(site: BuiltSite, change: str, kpi: str, touchpoint: str) -> list[str]:
    """Titles of the other changes at a touchpoint that began in the weeks drawn of a figure."""
    series = site.read("rpt_change_series").filter(change_id=change, kpi_id=kpi, touchpoint_id=touchpoint)
    if series["value"].null_count() == series.height:
        return []
    first, last = min(series["week_start"]), max(series["week_start"]) + timedelta(days=7)
    others = site.read("rpt_change_touchpoints").filter(pl.col("touchpoint_id") == touchpoint, pl.col("change_id") != change)
    return others.filter(pl.col("started_date").is_between(first, last, closed="left"))["title"].to_list()


def test_changes_are_listed_below_a_chart_only_when_they_are_on_it(browser: Browser, address: str, built_site: BuiltSite) -> None:
    counts = []
    with watch(browser, address, WIDE) as watched:
        for change in read_answers(built_site):
            page = watched.open(f"/changes/{change}/")
            chosen = page.locator("select[name=figure]")
            if chosen.count():
                expected = list_others(built_site, change, *chosen.input_value().split(" "))
                assert sorted(page.locator("[data-weeks] ol a").all_inner_texts()) == sorted(expected), change
                counts.append(len(expected))
        watched.assert_clean()
    assert 0 in counts and max(counts) > 0


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_the_charts_draw_the_weeks_the_forecast_and_the_earlier_dates_of_the_report(
    browser: Browser, address: str, built_site: BuiltSite, width: int
) -> None:
    answers = read_answers(built_site)
    change = min(change for change, row in answers.items() if row["verdict"] == "worse")
    figures = find_figures(built_site, change)
    first = next(row for row in figures if is_decisive(row, answers[change]))
    other = next(row for row in figures if row is not first and row["effect"] is not None)
    with watch(browser, address, width) as watched:
        page = watched.open(f"/changes/{change}/")
        for figure in (first, other):
            if figure is other:
                page.locator("select[name=figure]").select_option(f"{figure['kpi_id']} {figure['touchpoint_id']}")
            expected = expect_charts(built_site, figure)
            assert len(expected["value"]) > 20 and len(expected["forecast"]) == 4 and expected["earlier"] and expected["ours"]
            wait_for_charts(page, expected)
            assert page.locator("[data-field=placebos]").inner_text() == figure["placebo_text"]
        assert page.locator("[data-field=figure]").inner_text() == other["sentence"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        watched.assert_clean()


def test_the_table_and_the_silo_panel_are_the_reports(browser: Browser, address: str, built_site: BuiltSite) -> None:
    silos = built_site.read("rpt_change_effects").filter(pl.col("is_silo")).with_columns(pl.col("is_effect").alias("is_flagged"))
    # a change that moved something others own; where none did, the panel says so
    change = silos.sort(~pl.col("is_flagged"), "change_id")["change_id"][0]
    flagged = silos.filter((pl.col("change_id") == change) & pl.col("is_flagged")).to_dicts()
    quiet = silos.filter((pl.col("change_id") == change) & ~pl.col("is_flagged") & (pl.col("verdict") == "no visible effect"))
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/changes/{change}/")
        page.wait_for_selector("table[data-table=change-effects] tbody tr", timeout=PATIENCE_MS)
        figures = find_figures(built_site, change)
        assert page.locator("table[data-table=change-effects] tbody tr").count() == len(figures)
        for row in figures:
            place = page.locator(
                f"table[data-table=change-effects] tr[data-kpi='{row['kpi_id']}'][data-touchpoint='{row['touchpoint_id']}']"
            )
            assert place.locator("[data-field=effect]").inner_text() == (row["effect_text"] or "")
            assert place.locator("[data-field=margin]").inner_text() == (row["margin_text"] or "")
            assert place.locator("[data-verdict]").get_attribute("data-verdict") == row["verdict"]
        assert page.locator("[data-part=flagged] li").count() == len(flagged)
        for row in flagged:
            text = page.locator(f"[data-part=flagged] [data-kpi='{row['kpi_id']}'][data-touchpoint='{row['touchpoint_id']}']").inner_text()
            assert row["effect_text"] in text and row["margin_text"] in text and row["touchpoint_owner"] in text and row["sentence"] in text
        assert page.locator("summary", has_text=f"{quiet.height} {'more ' if flagged else ''}looked at, nothing visible").count() == 1
        assert page.get_by_text("No visible effect where others are responsible.").count() == (0 if flagged else 1)
        watched.assert_clean()


def test_a_figure_per_segment_and_what_nobody_registered_are_the_reports(browser: Browser, address: str, built_site: BuiltSite) -> None:
    segments = built_site.read("rpt_change_segments")
    answers = read_answers(built_site)
    own = [row for row in segments.to_dicts() if is_decisive(row, answers[row["change_id"]])]
    assert own, "the built company needs a decisive figure that is split by segment"
    change = own[0]["change_id"]
    proposals = built_site.read("rpt_break_proposals")["sentence"].to_list()
    methods = built_site.read("rpt_false_alarms").sort("method_number")["rate_text"].to_list()
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/changes/{change}/")
        page.wait_for_selector("table[data-table=change-effects-by-segment] tbody tr", timeout=PATIENCE_MS)
        for row in (row for row in own if row["change_id"] == change):
            place = page.locator(f"table[data-table=change-effects-by-segment] tr[data-segment={row['segment']}]")
            assert place.locator("[data-field=effect]").inner_text() == (row["effect_text"] or "")
            assert place.locator("[data-verdict]").get_attribute("data-verdict") == row["verdict"]
        assert page.locator("table[data-table=change-effects-by-segment] :is(.good, .bad)").count() == 0
        page = watched.open("/changes/")
        page.wait_for_selector("article[data-change]", timeout=PATIENCE_MS)
        told = page.locator("[data-part=proposals] li").all_text_contents()
        assert sorted(sentence for sentence in proposals if any(sentence in text for text in told)) == sorted(proposals)
        assert len(told) == len(proposals)
        assert page.locator("[data-method]").all_text_contents() == methods
        watched.assert_clean()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_mix_and_rate_of_the_chosen_figure_are_the_reports(browser: Browser, address: str, built_site: BuiltSite, width: int) -> None:
    moves, splits = built_site.read("rpt_change_moves"), built_site.read("rpt_kpi_splits")
    split = moves.filter(pl.col("dimension_set") != "total")
    counts = split.group_by("move_id", "change_id").len().sort("len", "move_id", descending=True)
    change, move_id = counts["change_id"][0], counts["move_id"][0]
    own = moves.filter(pl.col("move_id") == move_id).sort("dimension_set").to_dicts()
    assert len(own) > 1, "the built company needs a figure that can be split in two ways"
    with watch(browser, address, width) as watched:
        page = watched.open(f"/changes/{change}/")
        page.locator("select[name=figure]").select_option(f"{own[0]['kpi_id']} {own[0]['touchpoint_id']}")
        for move in own:
            page.get_by_role("radio", name=move["dimension_set"], exact=True).click()
            page.wait_for_function(
                "(text) => document.querySelector('[data-field=plain]')?.innerText === text", arg=move["sentence"], timeout=PATIENCE_MS
            )
            rows = splits.filter((pl.col("move_id") == move_id) & (pl.col("dimension_set") == move["dimension_set"])).to_dicts()
            assert rows and page.locator("[data-field=split] tbody tr").count() == len(rows)
            for row in rows:
                place = page.locator(f"[data-field=split] tr[data-member='{row['member_name']}']")
                shown = [place.locator(f"[data-effect={kind}]").inner_text().strip() for kind in ("mix", "rate", "total")]
                assert shown == [row["mix_text"], row["rate_text"], row["total_text"]]
            assert page.locator("[data-effect=change]").inner_text() == move["change_text"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        watched.assert_clean()


def test_a_change_that_has_not_started_says_when_it_will_be_split(browser: Browser, address: str, built_site: BuiltSite) -> None:
    answers = read_answers(built_site)
    waiting = sorted(change for change, row in answers.items() if row["verdict"] == "not started")
    assert waiting, "the built company needs a change that lies ahead"
    assert not set(waiting) & set(built_site.read("rpt_change_moves")["change_id"])
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/changes/{waiting[0]}/")
        assert "when the change has started" in page.locator(".empty", has_text="Nothing to split yet").inner_text()
        assert page.locator("[data-field=plain]").count() == 0
        watched.assert_clean()


def test_overlapping_changes_name_each_other_with_a_link(browser: Browser, address: str, built_site: BuiltSite) -> None:
    overlaps = built_site.read("rpt_change_neighbours").filter(pl.col("is_overlap")).sort("change_id", "other_change_id").to_dicts()
    assert overlaps, "the built company needs changes that overlap"
    row = overlaps[0]
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/changes/{row['change_id']}/")
        note = page.locator("[data-notes=neighbours] li", has_text=row["other_title"])
        assert row["text"] in note.inner_text() and "overlaps" in note.inner_text()
        note.locator("a").click()
        page.wait_for_selector(f"h1:has-text('{row['other_title']}')", timeout=PATIENCE_MS)
        watched.assert_clean()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_what_can_be_seen_is_the_report_and_a_touchpoint_leaves_its_own(
    browser: Browser, address: str, built_site: BuiltSite, width: int
) -> None:
    visible = built_site.read("rpt_visible_effects").to_dicts()
    assert len(visible) > 10
    expected = {(row["touchpoint_id"], row["kpi_id"]): row["visible_text"] or "nothing yet" for row in visible}
    place = visible[0]["touchpoint_id"]
    read = "all => all.map((r) => [r.dataset.touchpoint, r.dataset.kpi, r.querySelector('[data-field=visible]').innerText])"
    with watch(browser, address, width) as watched:
        page = watched.open("/visible/")
        page.wait_for_selector("table[data-table=visible-effects] tbody tr", timeout=PATIENCE_MS)
        shown = {(touchpoint, kpi): text for touchpoint, kpi, text in page.eval_on_selector_all("tr[data-kpi]", read)}
        assert shown == expected
        page.locator("select[name=place]").select_option(place)
        page.wait_for_function("(p) => [...document.querySelectorAll('tr[data-kpi]')].every((r) => r.dataset.touchpoint === p)", arg=place)
        assert page.locator("tr[data-kpi]").count() == sum(key[0] == place for key in expected)
        page = watched.open(f"/touchpoints/{place}/")
        kpi = page.locator(".picker [aria-checked=true] [data-kpi]").get_attribute("data-kpi")
        sentence = next(row["sentence"] for row in visible if (row["touchpoint_id"], row["kpi_id"]) == (place, kpi))
        assert sentence in page.locator("[data-field=visible]").inner_text()
        watched.assert_clean()
