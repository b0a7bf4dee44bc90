"""Every table can be searched, sorted and downloaded; rows are sorted by raw values and found by what is read."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from tests.dashboards.test_project_files import COMPONENTS, DASHBOARDS, PAGES, needs_node

TABLE_MODULE = "import { AS_THEY_ARE, arrangeRows, sortBy, writeText } from './components/shared/table.js';"
# what a table of ours does not use, and why
NOT_SORTED = {
    "suppliers/SupplierTable.svelte": "each row is another KPI, so the values of a column do not compare",
    "ecosystem/SignalEvidence.svelte": "the strongest comparison stands first; the rows of a signal measure different things",
}
NOT_SEARCHED = {"ecosystem/SignalEvidence.svelte": "a signal shows the few comparisons that it rests on, in a card"}

COLUMNS = """[
    { key: 'name', label: 'Name' },
    { key: 'share', text: 'share_text', label: 'Share' },
    { key: 'n', label: 'n' },
    { key: 'status', label: 'Status', write: (row) => ({ red: 'off target', green: 'on target' })[row.status], order: (row) => row.rank },
    { key: 'seconds', label: 'Wait', unit: 'seconds' }
]"""
ROWS = [
    {"name": "Beta", "share": 0.1, "share_text": "10 %", "n": 1200, "status": "red", "rank": 0, "seconds": 7200, "id": "b-secret"},
    {"name": "Alpha", "share": None, "share_text": None, "n": 30, "status": "green", "rank": 2, "seconds": None, "id": "a-secret"},
    {"name": "Gamma", "share": 0.09, "share_text": "9 %", "n": None, "status": "red", "rank": 0, "seconds": 45, "id": "c-secret"},
]


def evaluate(code: str) -> object:
    """An expression with the rows and columns of this file."""
    script = f"{TABLE_MODULE} const rows = {json.dumps(ROWS)}; const columns = {COLUMNS}; console.log(JSON.stringify({code}));"
    run = subprocess.run(
        ["node", "--input-type=module", "--eval", script], cwd=DASHBOARDS, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def arrange(find: str = "", key: str | None = None, is_down: bool = False) -> object:
    arrangement = json.dumps({"find": find, "key": key, "isDown": is_down})
    return evaluate(f"arrangeRows(rows, {arrangement}, columns).map((row) => row.name)")


@needs_node
@pytest.mark.parametrize(
    ("key", "up", "down"),
    [
        ("name", ["Alpha", "Beta", "Gamma"], ["Gamma", "Beta", "Alpha"]),
        ("share", ["Gamma", "Beta", "Alpha"], ["Beta", "Gamma", "Alpha"]),  # as texts, 10 % would stand before 9 %
        ("n", ["Alpha", "Beta", "Gamma"], ["Beta", "Alpha", "Gamma"]),
        ("status", ["Beta", "Gamma", "Alpha"], ["Alpha", "Beta", "Gamma"]),
        ("seconds", ["Gamma", "Beta", "Alpha"], ["Beta", "Gamma", "Alpha"]),
    ],
)
def test_rows_are_sorted_by_the_raw_value_and_those_without_one_come_last(key: str, up: list[str], down: list[str]) -> None:
    assert arrange(key=key) == up
    assert arrange(key=key, is_down=True) == down


@needs_node
@pytest.mark.parametrize(
    ("find", "names"),
    [
        ("beta", ["Beta"]),
        ("9 %", ["Gamma"]),
        ("  9   % ", ["Gamma"]),
        ("off target", ["Beta", "Gamma"]),
        ("1,200", ["Beta"]),
        ("2.0 h", ["Beta"]),
        ("secret", []),  # an id that nobody sees
        ("red", []),  # the page writes "off target"
        ("", ["Beta", "Alpha", "Gamma"]),
    ],
)
def test_a_search_finds_what_is_read_and_nothing_else(find: str, names: list[str]) -> None:
    assert arrange(find=find) == names


@needs_node
def test_clicks_on_a_column_sort_up_then_down_then_not_at_all() -> None:
    clicks = "[1, 2, 3].reduce((seen) => [...seen, sortBy(seen[seen.length - 1], 'n')], [AS_THEY_ARE])"
    assert evaluate(f"{clicks}.map(({{ key, isDown }}) => [key, isDown])") == [[None, False], ["n", False], ["n", True], [None, False]]
    assert evaluate("sortBy({ find: 'x', key: 'n', isDown: true }, 'share')") == {"find": "x", "key": "share", "isDown": False}


@needs_node
def test_a_missing_value_is_written_as_nothing() -> None:
    assert evaluate("columns.map((column) => writeText({ status: 'none' }, column))") == ["", "", "", "", ""]


def test_every_table_can_be_searched_sorted_and_downloaded() -> None:
    texts = {str(path.relative_to(DASHBOARDS / "components")): path.read_text(encoding="utf-8") for path in COMPONENTS}
    tables = {name: text for name, text in texts.items() if "<table" in text}
    assert "shared/ArrangedTable.svelte" in tables and NOT_SORTED.keys() | NOT_SEARCHED.keys() <= tables.keys()
    for name, text in tables.items():
        assert re.search("<(DownloadRows|TableTools) ", text), name
        assert ("<TableTools " in text) == (name not in NOT_SEARCHED), f"{name}: use ArrangedTable.svelte, or name the reason here"
        assert bool(re.search("<(SortedHead|SortButton) ", text)) == (name not in NOT_SORTED), f"{name}: use ArrangedTable.svelte"
    assert sum("<ArrangedTable" in text for text in texts.values()) > 10


def test_no_page_has_a_table_that_is_not_ours() -> None:
    """The table of Evidence sorts texts as texts, searches hidden columns and downloads formulas."""
    for path in (*COMPONENTS, *PAGES):
        text = path.read_text(encoding="utf-8")
        assert "<DataTable" not in text and "downloadable" not in text, path
        assert path.suffix != ".md" or "<table" not in text, path
