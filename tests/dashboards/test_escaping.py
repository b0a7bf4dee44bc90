"""A name that is markup stays text under the pointer, and a text that is a formula stays text in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from rich.table import Table

from cxhouse.files import write_private_table
from cxhouse.screen import console
from cxhouse.settings import PROJECT
from tests.dashboards.test_project_files import COMPONENTS, DASHBOARDS, PAGES, needs_node

NAME = "<img src=x onerror=alert(1)>"
IMPORTS = """
import { buildSeriesOptions, buildSplitOptions } from './components/touchpoints/series_chart.js';
import { buildEffectOptions, buildPlaceboOptions } from './components/changes/effect_charts.js';
import { buildFlowOptions, buildHoldoutOptions, buildMonthOptions } from './components/segments/segment_charts.js';
import { writeCsv } from './components/shared/csv.js';
const name = %s;
const row = (more) => ({ period_start: '2025-01-06', period_text: name, value: 0.5,
    value_lower: 0.4, value_upper: 0.6, n: 9, status: 'green', ...more });
const under = (options, points) => options.tooltip.formatter(points);
const points = (options) => options.series.filter((series) => series.data.length).map(
    (series) => ({ seriesType: series.type, seriesName: series.name, marker: '<i>o</i>', data: series.data[0] }));
const other = row({ channel: 'web', value: null, reason: name });
const split = buildSplitOptions({ rows: [row({ channel: name }), other], dimension: 'channel', unit: 'share' });
const single = buildSeriesOptions({ rows: [row({ target: null })], changes: [], calendar: [], unit: name, isNarrow: false });
const week = { week_start: '2025-01-06', week_text: name,
    value: 0.5, n: 9, expected: null, lower: null, upper: null, is_after: false, is_masked: false };
const effect = buildEffectOptions({ effect: { kpi_name: name, unit: 'share' }, weeks: [week],
    start: '2025-01-06', others: [], calendar: [], isNarrow: false });
const placebo = buildPlaceboOptions({ dates: [{ score: 1.2, is_ours: true, tried_text: name }], isNarrow: false });
const move = { from_segment: 'a', to_segment: 'b', from_name: name, to_name: name,
    from_position: 1, to_position: 1, customers_count: 3, text: name };
const month = { month_end: '2025-01-31', month_end_text: name, n: 3, shown: name };
const months = buildMonthOptions({ months: [month], title: name, field: 'n', text: 'shown' });
const holdout = buildHoldoutOptions({ classes: [{ frequency_text: '1', expected_purchases: 1, seen_purchases: 1, text: name }] });
"""
CHARTS = {
    "a split by channel": ("under(split, points(split))", 3),
    "one KPI": ("under(single, points(single))", 4),
    "weeks around a change": ("under(effect, [{ data: [0, 1, week] }])", 1),
    "earlier dates": ("under(placebo, { data: placebo.series[1].data[0] })", 1),
    "moves between segments": ("under(buildFlowOptions({ moves: [move], isNarrow: false }), { data: { text: name } })", 1),
    "months of a segment": ("under(months, [{ data: [0, 3, month] }])", 2),
    "purchases foreseen": ("under(holdout, [{ data: ['1', 1, { text: name }] }])", 1),
}


class Tags(HTMLParser):
    """The tags and the text of a piece of markup, as a browser reads them."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def evaluate(code: str) -> object:
    """An expression with the charts of this file."""
    script = IMPORTS % json.dumps(NAME) + f"\nconsole.log(JSON.stringify({code}));"
    run = subprocess.run(
        ["node", "--input-type=module", "--eval", script], cwd=DASHBOARDS, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@needs_node
@pytest.mark.parametrize(("code", "times"), CHARTS.values(), ids=CHARTS)
def test_a_name_under_the_pointer_is_text(code: str, times: int) -> None:
    shown = evaluate(code)
    assert isinstance(shown, str)
    read = Tags(shown)
    assert "img" not in read.tags and set(read.tags) <= {"b", "br", "i"}
    assert read.text.count(NAME) == times


def test_only_one_function_makes_tooltips_and_no_component_puts_markup_in_a_page() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in (*COMPONENTS, *PAGES)}
    assert len(texts) > 50
    for path, text in texts.items():
        assert not re.search(r"\{@html|innerHTML|insertAdjacentHTML|document\.write|contentType=[\"']?html", text), path
        assert not re.search(r"tooltip:\s*\{|tooltip\.formatter", text), f"{path}: use pointAt of shared/markup.js"


@needs_node
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_a_spreadsheet_would_compute_is_downloaded_with_an_apostrophe(sign: str) -> None:
    rows = [{"name": f'{sign}cmd|"x"!A1', "n": -3.5, "none": None}, {"name": "a, b\nc", "n": 2, "none": None}]
    written = evaluate(f"writeCsv({json.dumps(rows)})")
    assert isinstance(written, str)
    read = list(csv.reader(io.StringIO(written, newline="")))
    assert read == [["name", "n", "none"], [f'\'{sign}cmd|"x"!A1', "-3.5", ""], ["a, b\nc", "2", ""]]


def test_a_table_that_a_command_writes_holds_no_formula(tmp_path: Path) -> None:
    table = pl.DataFrame({"customer_id": ["=1+1", "+3", "-3", "@x", "\tx", "C-1"], "value": [-1.5, 2.0, 3.0, 4.0, 5.0, 6.0]})
    write_private_table(tmp_path / "out.csv", table)
    read = list(csv.reader((tmp_path / "out.csv").open(encoding="utf-8", newline="")))
    assert [row[0] for row in read[1:]] == ["'=1+1", "'+3", "'-3", "'@x", "'\tx", "C-1"]
    assert read[1][1] == "-1.5" and stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o600


def test_brackets_in_a_name_are_printed_as_they_are() -> None:
    table = Table("title")
    table.add_row("[red]moved[/red] [/x]")
    with console.capture() as shown:
        console.print(table)
    assert "[red]moved[/red] [/x]" in shown.get()


def test_no_template_marks_a_value_as_safe() -> None:
    templates = list((PROJECT / "cxhouse").rglob("*.j2"))
    assert templates
    for template in templates:
        assert not re.search(r"\|\s*safe|autoescape|Markup", template.read_text(encoding="utf-8")), template
