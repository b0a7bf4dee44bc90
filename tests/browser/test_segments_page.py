"""The segments pages against their reports: every cell, months that differ, moves, evidence, one segment next to all customers."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.built_site import PATIENCE_MS, PHONE, WIDE, BuiltSite, watch

SEGMENTS = {"champions", "quiet_fans", "opportunists", "passers_by", "unknown"}


def list_months(site: BuiltSite) -> list[Any]:
    """Month-ends at which every cell may be shown, the newest first."""
    shown = site.read("rpt_segment_overview").group_by("month_end").agg(pl.col("is_hidden").any()).filter(~pl.col("is_hidden"))
    return sorted(shown["month_end"].to_list(), reverse=True)


def read_cells(site: BuiltSite, month: Any) -> dict[str, tuple[str, str]]:
    """Count and value per segment, as the report writes them."""
    rows = site.read("rpt_segment_overview").filter(pl.col("month_end") == month).to_dicts()
    return {row["segment_id"]: (f"{row['customers_count']:,}", row["financial_value_mean_text"]) for row in rows}


def choose_month(page: Page, month: Any, cells: dict[str, tuple[str, str]]) -> None:
    """Choose a month-end and wait until the champions' cell is that month's."""
    page.locator("select[name=segment_month]").select_option(str(month))
    page.wait_for_function(
        "(count) => document.querySelector('.map [data-segment=champions] [data-field=customers]')?.innerText === count",
        arg=cells["champions"][0],
        timeout=PATIENCE_MS,
    )


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_every_cell_is_the_reports_and_another_month_changes_them(
    browser: Browser, address: str, built_site: BuiltSite, width: int
) -> None:
    newest, earlier = list_months(built_site)[0], list_months(built_site)[7]
    assert read_cells(built_site, newest) != read_cells(built_site, earlier)
    with watch(browser, address, width) as watched:
        page = watched.open("/segments/")
        for month in (newest, earlier):
            cells = read_cells(built_site, month)
            assert set(cells) == SEGMENTS
            choose_month(page, month, cells)
            for segment, (count, value) in cells.items():
                cell, row = page.locator(f".map .cell[data-segment={segment}]"), page.locator(f"tr[data-segment={segment}]")
                assert cell.locator("[data-field=customers]").inner_text() == row.locator("[data-field=customers]").inner_text() == count
                assert cell.locator("[data-field=value]").inner_text() == f"{value} each"
                assert row.locator("[data-field=value]").inner_text() == value
            headline = built_site.read("rpt_segment_overview").filter(pl.col("month_end") == month)["headline"][0]
            assert page.locator("[data-field=answer]").inner_text() == headline
            assert f"month={month}" in page.url or month == newest
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        watched.assert_clean()


def test_the_squares_are_the_reports_and_unknown_stands_beside_them(browser: Browser, address: str, built_site: BuiltSite) -> None:
    squares = built_site.read("rpt_segment_map").to_dicts()
    expected = {
        f"{row['financial_band']} {row['appreciation_band']}": f"{row['customers_count'] or 0:,}" for row in squares if not row["is_hidden"]
    }
    assert len(expected) > 30
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/segments/")
        choose_month(page, squares[0]["month_end"], read_cells(built_site, squares[0]["month_end"]))
        shown = dict(page.eval_on_selector_all("[data-square]", "all => all.map((s) => [s.dataset.square, s.innerText])"))
        assert {place: text for place, text in shown.items() if text not in ("", "hidden")} == expected
        assert len(shown) == len(squares)
        assert page.locator(".four [data-segment=unknown]").count() == 0
        assert page.locator("aside.beside .cell[data-segment=unknown]").count() == 1
        boundary, table = page.locator(".boundary.up").bounding_box(), page.locator(".squares").bounding_box()
        champions = page.locator(".square[data-segment=champions]").first.bounding_box()
        fans = page.locator(".square[data-segment=quiet_fans]").first.bounding_box()
        assert boundary and table and champions and fans
        assert fans["x"] + fans["width"] <= boundary["x"] + 3 and champions["x"] >= boundary["x"]
        watched.assert_clean()


def test_ways_within_a_year_are_the_reports(browser: Browser, address: str, built_site: BuiltSite) -> None:
    ways = built_site.read("rpt_segment_migration").filter((pl.col("grain") == "year") & pl.col("is_latest"))
    expected = {
        (row["from_segment"], row["to_segment"]): f"{row['customers_count']:,}" for row in ways.to_dicts() if row["customers_count"]
    }
    assert len(expected) > 10 and ways["is_hidden"].any()
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/segments/")
        page.wait_for_selector("table[data-table=segment-moves] [data-field=customers]", timeout=PATIENCE_MS)
        cells = page.locator("table[data-table=segment-moves] td:has([data-field=customers])").all()
        shown = {(str(cell.get_attribute("data-from")), str(cell.get_attribute("data-to"))): cell.inner_text() for cell in cells}
        assert shown == expected
        assert page.locator("table[data-table=segment-moves] .shut").count() == ways["is_hidden"].sum()
        assert page.locator("[data-field=headline]").inner_text() == ways["headline"][0]
        watched.assert_clean()


def test_the_page_says_what_appreciation_adds_and_how_it_was_computed(browser: Browser, address: str, built_site: BuiltSite) -> None:
    model, evidence = built_site.read("rpt_value_model").to_dicts()[0], built_site.read("rpt_value_evidence").to_dicts()
    assert {row["predictor_id"] for row in evidence} == {"financial", "appreciation", "both", "rfm", "nps"}
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/segments/")
        assert page.locator("[data-field=verdict]").inner_text() == model["evidence_text"]
        for row in evidence:
            assert page.locator(f"tr[data-predictor={row['predictor_id']}] [data-field=auc]").inner_text() == row["auc_text"]
        assert page.locator("[data-field=holdout]").inner_text() == model["holdout_text"]
        method = page.locator("[data-field=method]").inner_text()
        for text in (
            "version_text",
            "purchase_text",
            "value_text",
            "weights_text",
            "financial_boundary_text",
            "appreciation_boundary_text",
        ):
            assert model[text] in method
        components = built_site.read("rpt_value_components")["component_id"].to_list()
        assert page.locator("tr[data-component]").count() == len(components) == 6
        count = built_site.read("rpt_segment_overview").filter("is_latest")["misjudged_count"][0]
        assert f"{count:,} customers" in page.locator("[data-field=misjudged]").inner_text()
        watched.assert_clean()


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_segments_figures_stand_beside_everybodys_and_the_choice_changes_them(
    browser: Browser, address: str, built_site: BuiltSite, width: int
) -> None:
    rows = built_site.read("rpt_touchpoint_kpis").filter(pl.col("touchpoint_id").is_not_null())
    declared = built_site.read("rpt_touchpoint_tiles").select("touchpoint_id", "kpi_id").unique()
    month = list_months(built_site)[0].replace(day=1)
    counts: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
    with watch(browser, address, width) as watched:
        for segment in ("champions", "passers_by"):
            page = watched.open(f"/segments/{segment}/")
            for span in ("month", "total"):
                own = rows.filter((pl.col("dimension_set") == "segment") & (pl.col("segment") == segment) & (pl.col("grain") == span))
                own = own.filter(pl.col("period_start") == month) if span == "month" else own
                own = own.join(declared, on=["touchpoint_id", "kpi_id"])
                assert own.height > 10
                page.locator("[role=radio]", has_text="all months" if span == "total" else "this month").click()
                shown = own.filter(pl.col("value").is_not_null()).height
                page.wait_for_function(
                    "([rows, values]) => document.querySelectorAll('tr[data-kpi]').length === rows"
                    " && document.querySelectorAll('tr[data-kpi] [data-field=value]').length === values",
                    arg=[own.height, shown],
                    timeout=PATIENCE_MS,
                )
                found = page.eval_on_selector_all(
                    "tr[data-kpi]", "all => all.map((r) => [r.dataset.touchpoint, r.dataset.kpi, r.dataset.status])"
                )
                assert {tuple(entry) for entry in found} == set(own.select("touchpoint_id", "kpi_id", "status").rows())
                judged = [status for *_, status in found if status in ("red", "yellow", "green")]
                assert judged == sorted(judged, key=("red", "yellow", "green").index), "the worst stand first"
                counts[segment, span] = {(place, kpi): n for place, kpi, n in own.select("touchpoint_id", "kpi_id", "n").rows()}
                assert all(n is None or n >= 5 or n == 0 for n in own.filter(pl.col("value").is_not_null())["n"])
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            watched.assert_clean()
    assert counts["champions", "month"] != counts["champions", "total"] != counts["passers_by", "total"]


def test_a_share_of_a_segment_is_written_as_the_report_counts_it(browser: Browser, address: str, built_site: BuiltSite) -> None:
    rows = built_site.read("rpt_touchpoint_kpis").filter(pl.col("touchpoint_id").is_not_null() & (pl.col("grain") == "total"))
    declared = built_site.read("rpt_touchpoint_tiles").select("touchpoint_id", "kpi_id").unique()
    shares = rows.join(declared, on=["touchpoint_id", "kpi_id"]).filter((pl.col("unit") == "share") & pl.col("value").is_not_null())
    everybody = {(row["touchpoint_id"], row["kpi_id"]): row["value"] for row in shares.filter(dimension_set="total").to_dicts()}
    own = shares.filter(dimension_set="segment", segment="quiet_fans").to_dicts()
    assert len(own) > 5
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/segments/quiet_fans/")
        page.locator("[role=radio]", has_text="all months").click()
        for row in own:
            place = page.locator(f"tr[data-touchpoint='{row['touchpoint_id']}'][data-kpi='{row['kpi_id']}']")
            page.wait_for_function(
                "([touchpoint, kpi, text]) => document.querySelector(`tr[data-touchpoint='${touchpoint}'][data-kpi='${kpi}']"
                " [data-field=value]`)?.innerText === text",
                arg=[row["touchpoint_id"], row["kpi_id"], f"{100 * row['value']:.1f} %"],
                timeout=PATIENCE_MS,
            )
            assert place.locator("[data-field=everybody]").inner_text() == f"{100 * everybody[row['touchpoint_id'], row['kpi_id']]:.1f} %"
        watched.assert_clean()


def test_what_serving_a_segment_costs_and_where_it_went_are_the_reports(browser: Browser, address: str, built_site: BuiltSite) -> None:
    costs = built_site.read("rpt_segment_costs").filter(pl.col("is_latest") & (pl.col("segment_id") == "champions")).to_dicts()
    ways = built_site.read("rpt_segment_migration").filter((pl.col("grain") == "year") & pl.col("is_latest") & ~pl.col("is_hidden"))
    ways = ways.filter((pl.col("from_segment") == "champions") | (pl.col("to_segment") == "champions"))
    assert costs and ways.height > 2
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/segments/champions/")
        page.wait_for_selector("table[data-table=segment-moves]", timeout=PATIENCE_MS)
        for row in costs:
            text = page.locator(f"table[data-table=segment-costs] tr[data-touchpoint='{row['touchpoint_id']}']").inner_text()
            assert (row["cost_text"] or row["reason"]) in text
        rows = page.locator("table[data-table=segment-moves] tbody tr").all()
        shown = {
            (row.get_attribute("data-from"), row.get_attribute("data-to"), row.locator("[data-field=customers]").inner_text())
            for row in rows
        }
        assert shown == {(row["from_segment"], row["to_segment"], f"{row['customers_count']:,}") for row in ways.to_dicts()}
        watched.assert_clean()


def test_a_touchpoint_is_split_by_segment_from_month_to_month(browser: Browser, address: str, built_site: BuiltSite) -> None:
    rows = built_site.read("rpt_touchpoint_kpis").drop_nulls("touchpoint_id").filter(dimension_set="segment", grain="month")
    declared = sorted(set(rows.select("touchpoint_id", "kpi_id").rows()) & set(built_site.tiles()))
    assert declared
    touchpoint, kpi = declared[0]
    count = rows.filter(touchpoint_id=touchpoint, kpi_id=kpi).height
    with watch(browser, address, WIDE) as watched:
        page = watched.open(f"/touchpoints/{touchpoint}/")
        page.locator(f".picker button:has([data-kpi='{kpi}'])").click()
        page.locator("[aria-label=by]").first.locator("[role=radio]", has_text="segment").click()
        page.wait_for_selector("text=By segment only per month", timeout=PATIENCE_MS)
        page.locator("[aria-label=per] [role=radio]", has_text="month").click()
        page.wait_for_function(f"() => document.querySelectorAll('[data-points]')[1]?.dataset.points === '{count}'", timeout=PATIENCE_MS)
        assert "By segment only per month" not in page.locator("article").inner_text()
        watched.assert_clean()
