"""The contact-center page against its reports."""

from __future__ import annotations

import polars as pl
from playwright.sync_api import Browser

from tests.browser.built_site import DEFAULT_WINDOW, PATIENCE_MS, WIDE, BuiltSite, watch


def test_the_answer_and_every_figure_are_the_reports(browser: Browser, address: str, built_site: BuiltSite) -> None:
    rows = built_site.read("rpt_contact_center").filter((pl.col("channel") == "all") & (pl.col("window_id") == DEFAULT_WINDOW)).to_dicts()
    texts = {row["kpi_id"]: row["value_text"] for row in rows if row["value_text"]}
    notes = [row["note"] for row in rows if row["note"]]
    assert len(texts) > 8 and notes
    headline = built_site.read("rpt_contact_headlines").filter(pl.col("window_id") == DEFAULT_WINDOW)["headline"][0]
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/contact-center/")
        assert page.locator("[data-field=answer]").inner_text() == headline
        shown = {
            str(article.get_attribute("data-kpi")): article.locator("[data-field=value]").inner_text()
            for article in page.locator("article[data-kpi]:has([data-field=value])").all()
        }
        assert shown == texts
        assert set(page.locator("[data-field=note]").all_inner_texts()) == set(notes)
        assert page.locator("a[href='/dictionary/#first_response_time']").count() > 0
        watched.assert_clean()


def test_the_map_has_every_hour_of_the_week_and_follows_the_chosen_channel(browser: Browser, address: str, built_site: BuiltSite) -> None:
    hours = built_site.read("rpt_hour_of_week").filter((pl.col("visit_channel") == "all") & (pl.col("service_channel") == "phone"))
    sentence = built_site.read("rpt_unserved_traffic").filter((pl.col("visit_channel") == "all") & (pl.col("service_channel") == "phone"))
    assert hours.height == 7 * 24 and sentence.height == 1
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/contact-center/")
        page.get_by_role("radio", name=sentence["service_name"][0], exact=True).click()
        page.wait_for_function(
            "(text) => document.querySelector('[data-field=unserved]')?.innerText.startsWith(text)",
            arg=sentence["sentence"][0],
            timeout=PATIENCE_MS,
        )
        page.wait_for_function(
            "(text) => document.querySelector('[data-hour=\"7-21\"]')?.title === text",
            arg=hours.filter((pl.col("iso_weekday") == 7) & (pl.col("hour") == 21))["cell_text"][0],
            timeout=PATIENCE_MS,
        )
        titles = page.eval_on_selector_all("[data-hour]", "all => all.map((cell) => cell.title)")
        assert titles == hours.sort("iso_weekday", "hour")["cell_text"].to_list()
        closed = page.locator("[data-hour].closed").count()
        assert closed == hours.filter(pl.col("open_state") == "closed").height > 0
        page.locator("details[data-numbers=hours-of-the-week] summary").click()
        assert page.locator("details[data-numbers=hours-of-the-week] tbody tr").count() == 7 * 24
        watched.assert_clean()


def test_reasons_of_a_channel_are_the_last_months_contacts(browser: Browser, address: str, built_site: BuiltSite) -> None:
    reasons = built_site.read("rpt_contact_reasons").filter(pl.col("months_back") == 1)
    phone = {row["topic"]: f"{row['contacts_count']:,}" for row in reasons.filter(pl.col("channel") == "phone").to_dicts()}
    assert phone
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/contact-center/")
        page.locator("[role=radiogroup][aria-label=channel]").get_by_role("radio", name="phone", exact=True).click()
        for topic, count in phone.items():
            cell = f"tr[data-topic='{topic}'] [data-field=contacts]"
            page.wait_for_function(
                "([cell, count]) => document.querySelector(cell)?.innerText === count", arg=[cell, count], timeout=PATIENCE_MS
            )
        watched.assert_clean()


def test_what_is_open_is_the_reports_last_day(browser: Browser, address: str, built_site: BuiltSite) -> None:
    last = built_site.read("rpt_contact_backlog").filter("is_latest")
    expected = {row["channel"]: f"{row['open_count']:,}" for row in last.to_dicts() if row["open_count"] is not None}
    assert expected
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/contact-center/")
        rows = page.locator("tr[data-backlog]").all()
        shown = {str(row.get_attribute("data-backlog")): row.locator("[data-field=open]").inner_text() for row in rows}
        assert shown == expected
        watched.assert_clean()
