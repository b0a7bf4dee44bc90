"""The suppliers page against its report."""

from __future__ import annotations

import polars as pl
from playwright.sync_api import Browser

from tests.browser.built_site import PATIENCE_MS, PHONE, WIDE, BuiltSite, watch


def read_texts(site: BuiltSite, window: str) -> dict[tuple[str, str], str]:
    """Value texts by supplier and KPI."""
    rows = site.read("rpt_suppliers").filter((pl.col("window_id") == window) & pl.col("value_text").is_not_null())
    return {(row["supplier_id"], row["kpi_id"]): row["value_text"] for row in rows.to_dicts()}


def test_every_figure_is_the_reports_and_a_longer_period_changes_them(browser: Browser, address: str, built_site: BuiltSite) -> None:
    month, year = read_texts(built_site, "last_28_days"), read_texts(built_site, "last_364_days")
    assert month and month != year
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/suppliers/")
        for texts, window in ((month, None), (year, "last_364_days")):
            if window:
                page.locator("select[name=period]").select_option(window)
            page.wait_for_function(
                "(count) => document.querySelectorAll('td [data-field=value]').length === count", arg=len(texts), timeout=PATIENCE_MS
            )
            cells = page.locator("td:has([data-field=value])").all()
            shown = {
                (str(cell.get_attribute("data-supplier")), str(cell.get_attribute("data-kpi"))): cell.locator(
                    "[data-field=value]"
                ).inner_text()
                for cell in cells
            }
            assert shown == texts
        watched.assert_clean()


def test_the_answer_names_the_best_and_the_worst(browser: Browser, address: str, built_site: BuiltSite) -> None:
    rows = built_site.read("rpt_suppliers").filter((pl.col("window_id") == "last_28_days") & (pl.col("kpi_id") == "promise_kept"))
    judged = rows.filter(pl.col("n") >= 30).sort("value")
    assert judged.height >= 2
    with watch(browser, address, PHONE) as watched:
        answer = watched.open("/suppliers/").locator("[data-field=answer]").inner_text()
        watched.assert_clean()
    assert answer.index(judged["supplier_name"][-1]) < answer.index(judged["supplier_name"][0])
