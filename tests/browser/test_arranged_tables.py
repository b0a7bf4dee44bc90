"""Each table of a page is sorted by its columns and searched by what its cells say; its file holds the rows that are shown."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.built_site import DEFAULT_WINDOW, PATIENCE_MS, PHONE, WIDE, BuiltSite, watch
from tests.browser.test_take_along import download, is_number, read_keys

# the tables of each page in the demo company
TABLES = {
    "touchpoints": {"touchpoints"},
    "touchpoint": {"kpi-series", "kpi-series-by-part", "move-by-part"},
    "journey": {"journey-ways", "journey-months"},
    "change": {"change-effects", "change-effects-by-segment", "move-by-part"},
    "visible": {"visible-effects"},
    "suppliers": set(),
    "contact-center": {"contact-reasons", "contact-backlog", "unserved-sessions", "hours-of-the-week"},
    "segments": {"segments", "segment-moves", "segment-costs", "value-components", "value-evidence", "value-holdout"},
    "segment": {"segment-kpis", "segment-costs", "segment-moves"},
    "data-health": {"rejected-rows", "events-without-touchpoint", "response-rates", "builds"},
}
# a row of these is made of several rows of the file, which share this column
GROUPED = {
    ("contact-center", "contact-reasons"): "topic_name",
    ("contact-center", "contact-backlog"): "channel",
    ("segments", "segment-costs"): "touchpoint_name",
    ("segments", "segment-moves"): "from_name",
}
# columns that are sorted by something else than the column of the report: urgency, what is shown, a whole name
SORTED_OTHERWISE = {"status", "trend", "year_trend", "table_name", "limits_text"}
# the last file is kept on the page: a browser stops after some dozens of downloads; test_take_along.py downloads for good
CATCH_FILES = """() => {
    URL.createObjectURL = (blob) => { window.caughtFile = blob.text(); return '#'; };
    HTMLAnchorElement.prototype.click = () => {};
}"""
NOWHERE = "no such words"

# the cells of each row, as they are read; pictures of a column without a name to click on are left out
READ_CELLS = """(table) => {
    const heads = [...table.tHead.rows[0].cells].map((head) => Boolean(head.querySelector('[data-sort]')));
    return [...table.tBodies[0].rows].map((row) => [...row.cells].filter((cell, at) => heads[at])
        .map((cell) => (cell.innerText ?? '').replace(/\\s+/g, ' ').trim()));
}"""
READ_STRAY_HEADS = "(table) => [...table.tHead.rows[0].cells].filter((head) => getComputedStyle(head).display !== 'table-cell').length"
SORT_TEXTS = "(texts) => [...texts].sort((one, other) => one.localeCompare(other))"

Cells = list[list[str]]
File = list[dict[str, str]]


@dataclass(frozen=True)
class Shown:
    """A table on an open page."""

    page: Page
    page_name: str
    name: str

    @property
    def selector(self) -> str:
        return f"main table[data-table='{self.name}']:visible"

    def cells(self) -> Cells:
        read: Cells = self.page.locator(self.selector).first.evaluate(READ_CELLS)
        return read

    def file(self) -> File:
        """The file's rows that the table shows: it has one row for all rare ways, and none for a touchpoint that is not measured."""
        self.page.locator(f"[data-download='{self.name}']:visible").first.click()
        text = str(self.page.evaluate("() => window.caughtFile"))
        return [row for row in csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline="")) if row.get("is_other") != "true"]

    def measured(self) -> Cells:
        return [row for row in self.cells() if not (len(row) == 2 and row[1].startswith("Not measured"))]

    def keys(self) -> list[str]:
        buttons = self.page.locator(f"{self.selector} [data-sort]").all()
        return list(dict.fromkeys(str(button.get_attribute("data-sort")) for button in buttons))

    def click(self, key: str) -> None:
        self.page.locator(f"{self.selector} [data-sort='{key}']").first.click()

    def direction(self, key: str) -> str | None:
        return self.page.locator(f"{self.selector} th:has([data-sort='{key}'])").first.get_attribute("aria-sort")

    def pair(self) -> dict[str, list[str]]:
        """For each row of the file, the cells that it is shown as; of the order in which nothing is sorted."""
        rows, cells = self.file(), self.measured()
        assert len(rows) == len(cells), f"{self.name}: the file has another number of rows than the table"
        return {json.dumps(row): own for row, own in zip(rows, cells, strict=True)}

    def check_file(self, pairs: dict[str, list[str]] | None) -> File:
        """The file's rows, which must be those of the table in its order."""
        rows = self.file()
        if pairs is None:
            column = GROUPED[self.page_name, self.name]
            groups = list(dict.fromkeys(row[column] for row in rows))
            assert [own[0].endswith(group) for own, group in zip(self.cells(), groups, strict=True)] == [True] * len(groups)
        else:
            assert self.measured() == [pairs[json.dumps(row)] for row in rows]
        return rows


def open_tables(page: Page, page_name: str) -> list[Shown]:
    """All tables of the page, with closed ones opened and all rows shown."""
    for name in TABLES[page_name]:
        page.wait_for_selector(f"[data-table='{name}'], [data-numbers='{name}']", state="attached", timeout=PATIENCE_MS)
    page.wait_for_function("!document.querySelector('[data-field=waiting]')", timeout=PATIENCE_MS)
    page.eval_on_selector_all("main details[data-numbers]", "all => all.forEach((details) => { details.open = true; })")
    page.wait_for_function("!document.querySelector('main details[data-numbers]:not(:has(table))')")
    while (button := page.locator("main [data-whole]:visible").first).count():
        button.click()
    page.evaluate(CATCH_FILES)
    found = page.eval_on_selector_all(
        "main table[data-table]", "all => all.filter((table) => table.offsetParent).map((table) => table.dataset.table)"
    )
    return [Shown(page, page_name, name) for name in dict.fromkeys(found)]


def assert_sorted(page: Page, values: list[str], *, is_down: bool) -> None:
    """In order, by size where they are numbers; what is missing stands last."""
    known = [value for value in values if value]
    assert values[: len(known)] == known
    ordered = sorted(known, key=float) if all(map(is_number, known)) else page.evaluate(SORT_TEXTS, known)
    assert list(map(comparable, known)) == list(map(comparable, ordered[::-1] if is_down else ordered))


def comparable(value: str) -> float | str:
    return float(value) if is_number(value) else value


def pick_words(cells: Cells) -> list[str]:
    """A word of each column, from a row in the middle."""
    row = cells[len(cells) // 2]
    words = [word for cell in row for word in cell.split()[:1] if len(word) >= 3 and word[0].isalnum()]
    return list(dict.fromkeys(words))


@pytest.mark.parametrize("page_name", TABLES)
def test_every_table_is_sorted_by_each_of_its_columns(browser: Browser, address: str, built_site: BuiltSite, page_name: str) -> None:
    with watch(browser, address, WIDE) as watched:
        tables = open_tables(watched.open(built_site.page_path(page_name)), page_name)
        assert TABLES[page_name] <= {table.name for table in tables}
        for table in tables:
            own, keys = table.cells(), table.keys()
            assert len(keys) >= 3, table.name
            assert watched.page.locator(table.selector).first.evaluate(READ_STRAY_HEADS) == 0, (
                f"{table.name}: a head is not above its column"
            )
            pairs = None if (page_name, table.name) in GROUPED else table.pair()
            compared = 0
            for key in keys:
                for direction in ("ascending", "descending"):
                    table.click(key)
                    assert table.direction(key) == direction, (table.name, key)
                    rows = table.check_file(pairs)
                    if pairs and key in rows[0] and key not in SORTED_OTHERWISE:
                        assert_sorted(watched.page, [row[key] for row in rows], is_down=direction == "descending")
                        compared += 1
                table.click(key)
                assert table.direction(key) is None and table.cells() == own, "the third click puts the rows back"
            assert pairs is None or compared >= 4, table.name
        watched.assert_clean()


@pytest.mark.parametrize("page_name", TABLES)
def test_a_search_leaves_the_rows_that_hold_the_text_and_says_when_none_does(
    browser: Browser, address: str, built_site: BuiltSite, page_name: str
) -> None:
    with watch(browser, address, WIDE) as watched:
        page = watched.open(built_site.page_path(page_name))
        for table in open_tables(page, page_name):
            own = table.cells()
            field, nothing = page.locator(f"[name='find-{table.name}']:visible").first, page.locator(f"[data-nothing='{table.name}']").first
            assert (page.locator(f"[name='find-{table.name}']:visible").count() > 0) == (len(own) > 5), f"{table.name}: {len(own)} rows"
            if len(own) <= 5:
                continue
            pairs = None if (page_name, table.name) in GROUPED else table.pair()
            for word in pick_words(own):
                field.fill(f" {word.upper()} ")
                found = [row for row in own if any(word.lower() in cell.lower() for cell in row)]
                assert table.cells() == found and found, (table.name, word)
                table.check_file(pairs)
                assert nothing.inner_text() == ""
            field.fill(NOWHERE)
            assert table.cells() == []
            assert f"No row holds “{NOWHERE}”" in nothing.inner_text()
            field.fill("")
            assert table.cells() == own
        watched.assert_clean()


def test_kpis_of_suppliers_are_searched_and_stay_in_the_order_of_the_questions(
    browser: Browser, address: str, built_site: BuiltSite, tmp_path: Path
) -> None:
    report = built_site.read("rpt_suppliers").filter(window_id=DEFAULT_WINDOW)
    with watch(browser, address, WIDE) as watched:
        page = watched.open("/suppliers/")
        lines = "main table tbody tr:not(.question) > th"
        own = page.locator(lines).all_inner_texts()
        assert len(own) > 3 and page.locator("main table [data-sort]").count() == 0
        name = str(report.filter(kpi_id="damage_rate")["kpi_name"][0])
        page.fill("[name=find-suppliers-compared]", name.upper())
        shown = page.locator(lines).all_inner_texts()
        assert len(shown) == 1 and shown[0].startswith(name)
        assert page.locator("tr.question").count() == 1, "a question without a line is not shown"
        assert {row["kpi_name"] for row in download(page, "suppliers-compared", tmp_path)} == {name}
        page.fill("[name=find-suppliers-compared]", NOWHERE)
        assert page.locator(lines).count() == 0 and "No row holds" in page.inner_text("[data-nothing=suppliers-compared]")
        page.fill("[name=find-suppliers-compared]", "")
        assert page.locator(lines).all_inner_texts() == own
        watched.assert_clean()


def test_a_phone_sorts_by_a_list_where_the_head_of_the_table_is_not_shown(browser: Browser, address: str, built_site: BuiltSite) -> None:
    report = built_site.tiles(DEFAULT_WINDOW)
    with watch(browser, address, PHONE) as watched:
        page = watched.open("/touchpoints/")
        own = read_keys(page)
        assert not page.locator("[data-sort=n]").is_visible()
        page.select_option("[name=sort-touchpoints]", label="n ▼")
        counts = [report[key]["n"] for key in read_keys(page)]
        assert counts == sorted(counts, reverse=True) and len(counts) == len(own)
        page.select_option("[name=sort-touchpoints]", label="as given")
        assert read_keys(page) == own
        watched.assert_clean()
