"""The period report of a department: only published figures, in one self-contained file."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from cxhouse.reports import ReportError, write_department_reports
from cxhouse.reports.department import name_files
from tests.companies.commands import run_command
from tests.conftest import DemoHome


class Cells(HTMLParser):
    """Text of every element with data-field, by the touchpoint and KPI of its row; the whole text; tags and addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[tuple[str, str, str], str] = {}
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.row, self.open = ("", ""), ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "action", "background", "data") and value]
        if tag == "tr":
            self.row = (found.get("data-touchpoint") or "", found.get("data-kpi") or "")
        if found.get("data-field"):
            self.open = str(found["data-field"])

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "tr", "p"):
            self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open:
            key = (*self.row, self.open)
            self.fields[key] = f"{self.fields.get(key, '')} {data.strip()}".strip()


def read_report(demo_home: DemoHome, name: str) -> pl.DataFrame:
    return pl.read_parquet(demo_home.serving / f"{name}.parquet")


def test_every_figure_is_the_published_one(demo_home: DemoHome, tmp_path: Path) -> None:
    paths = write_department_reports(serving=demo_home.path / "serving", folder=tmp_path)
    months = read_report(demo_home, "rpt_department_months").filter(pl.col("is_latest"))
    assert len(paths) == months.height > 3
    figures = read_report(demo_home, "rpt_month_kpis").filter(pl.col("month") == months["month"][0])
    moves = read_report(demo_home, "rpt_kpi_moves").filter(
        pl.col("is_main") & pl.col("is_declared") & (pl.col("certainty") == "clear") & (pl.col("period_start") == months["month_start"][0])
    )
    shown = 0
    for about in months.to_dicts():
        department = about["owner_department"]
        (named,) = name_files(tmp_path, about["month"], [department])
        text = named[1].read_text(encoding="utf-8")
        cells = Cells(text)
        assert about["headline"] in cells.fields["", "", "headline"]
        rows = figures.filter(pl.col("owner_department") == department).to_dicts()
        assert {key[:2] for key in cells.fields if key[0]} == {(row["touchpoint_id"], row["kpi_id"]) for row in rows}
        for row in rows:
            place = (row["touchpoint_id"], row["kpi_id"])
            value = f"{row['value_text']} {row['interval_text'] or ''}".strip() if row["value_text"] else "no value"
            assert cells.fields[(*place, "value")] == value
            assert cells.fields[(*place, "n")] == f"{row['n']:,}"
            assert cells.fields[(*place, "target")] == (row["target_text"] or "none")
            assert cells.fields[(*place, "bound")] == (row["bound_text"] or "none")
            assert row["status_word"] in cells.fields[(*place, "status")]
            assert cells.fields[(*place, "month-before")] == row["month_before_text"]
            assert cells.fields[(*place, "year-before")] == row["year_before_text"]
            shown += 1
        mine = moves.filter((pl.col("owner_department") == department) & pl.col("comparison").is_in(["month_before", "year_before"]))
        for move in mine.to_dicts():
            assert move["answer"] in text
    assert shown == figures.height > 20
    assert moves.height > 0


def test_months_figures_are_those_of_the_kpi_series(demo_home: DemoHome) -> None:
    series = read_report(demo_home, "rpt_touchpoint_kpis").filter((pl.col("grain") == "month") & (pl.col("dimension_set") == "total"))
    values = {(row["touchpoint_id"], row["kpi_id"], row["period_start"]): row["value"] for row in series.to_dicts() if row["touchpoint_id"]}
    compared = 0
    for row in read_report(demo_home, "rpt_month_kpis").to_dicts():
        place, start = (row["touchpoint_id"], row["kpi_id"]), row["month_start"]
        assert row["value"] == values.get((*place, start))
        for name, earlier in (("month_before", 1), ("year_before", 12)):
            if row[f"{name}_change"] is not None:
                before = values[(*place, find_month(start, earlier))]
                assert row[f"{name}_change"] == pytest.approx(row["value"] - before, abs=1e-9)
                compared += 1
    assert compared > 500


def test_the_figures_of_every_kpi_are_kept_as_they_were_first_reported(demo_home: DemoHome) -> None:
    months = read_report(demo_home, "rpt_month_kpis").filter(pl.col("is_full") & pl.col("value").is_not_null())
    # KPIs that wait for later events close a month some weeks later
    settled = months.filter(pl.col("month_start") <= pl.col("month_start").max() - pl.duration(days=90))
    place = ["kpi_id", "touchpoint_id", "month_start"]
    kept = read_report(demo_home, "rpt_reported_figures").select(place)
    assert settled["kpi_id"].n_unique() > 15
    assert settled.select(place).join(kept, on=place, how="anti").is_empty()


def test_the_headline_names_what_is_on_the_wrong_side_of_its_target_and_counts_right(demo_home: DemoHome) -> None:
    figures = read_report(demo_home, "rpt_month_kpis").filter(pl.col("status").is_in(["red", "yellow", "green"]))
    is_short = (pl.col("status") == "red") | (
        (pl.col("status") == "yellow") & ((pl.col("value") < pl.col("target")) == (pl.col("direction") == "higher"))
    )
    kinds = set()
    for about in read_report(demo_home, "rpt_department_months").filter(pl.col("judged_count") > 0).to_dicts():
        mine = figures.filter((pl.col("month") == about["month"]) & (pl.col("owner_department") == about["owner_department"]))
        short = {row["touchpoint_name"] for row in mine.filter(is_short).to_dicts()}
        red = {row["touchpoint_name"] for row in mine.filter(pl.col("status") == "red").to_dicts()}
        named = red or short
        assert about["headline"].startswith(tuple(named) or "Nothing falls short of its target."), about
        assert f"{mine.filter(pl.col('status') == 'green').height} of {mine.height} figure" in about["headline"]
        kinds.add("red" if red else "yellow" if short else "none")
    assert {"red", "yellow"} <= kinds


def test_the_file_needs_no_other_and_names_its_build(demo_home: DemoHome, tmp_path: Path) -> None:
    manifest = json.loads((demo_home.serving / "manifest.json").read_text(encoding="utf-8"))
    paths = write_department_reports(serving=demo_home.path / "serving", folder=tmp_path)
    for path in paths:
        text = path.read_text(encoding="utf-8")
        cells = Cells(text)
        assert all(address.startswith("data:image/png;base64,") for address in cells.addresses)
        assert {"script", "link", "iframe", "form"} & set(cells.tags) == set()
        assert re.findall(r"https?:|url\(|@import", text) == []
        assert manifest["build_id"] in text
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".html"] == []


def test_a_department_without_data_gets_a_page_that_says_so(demo_home: DemoHome, tmp_path: Path) -> None:
    months = read_report(demo_home, "rpt_department_months").filter(pl.col("is_latest") & (pl.col("figures_count") == 0))
    assert months.height > 0, "the demo needs a department that owns no touchpoint with a figure"
    department = months["owner_department"][0]
    (path,) = write_department_reports(serving=demo_home.path / "serving", folder=tmp_path, department=department)
    text = path.read_text(encoding="utf-8")
    assert "owns no touchpoint with a KPI" in text
    assert "data-top" not in text and "<img" not in text
    assert "Nothing moved by more than its margin" in text and "No verdict on a change of this department" in text


def test_an_earlier_month_can_be_asked_for(demo_home: DemoHome, tmp_path: Path) -> None:
    months = read_report(demo_home, "rpt_department_months").filter(pl.col("is_full")).sort("month")
    about = months.row(0, named=True)
    (path,) = write_department_reports(
        serving=demo_home.path / "serving", folder=tmp_path, department=about["owner_department"], month=about["month"]
    )
    assert path.name.startswith(f"{about['month']}-")
    assert about["month_label"] in path.read_text(encoding="utf-8")


def test_what_cannot_be_written_is_named(demo_home: DemoHome, serving: Path, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"unknown department Astrology; known are .*Customer Service"):
        write_department_reports(serving=serving, folder=tmp_path, department="Astrology")
    with pytest.raises(ReportError, match="June is not a month; write it like 2026-03"):
        write_department_reports(serving=serving, folder=tmp_path, month="June")
    with pytest.raises(ReportError, match="no figures of 1999-01; it has 20"):
        write_department_reports(serving=serving, folder=tmp_path, month="1999-01")
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="another folder with --to"):
        write_department_reports(serving=serving, folder=tmp_path / "file")
    (serving / "copy" / "rpt_department_moves.parquet").unlink()
    with pytest.raises(ReportError, match="misses rpt_department_moves: run cxhouse build and cxhouse publish"):
        write_department_reports(serving=serving, folder=tmp_path)
    done = run_command({**demo_home.environment, "CXHOUSE_HOME": str(tmp_path / "empty")}, "report", check=False)
    assert done.returncode == 1
    assert "nothing is published yet. Run cxhouse build, then cxhouse publish" in " ".join(done.stderr.split())


def test_two_departments_never_share_a_file() -> None:
    names = [path.name for _, path in name_files(Path("x"), "2026-03", ["R&D", "R D", "Café", "!!", "??"])]
    assert names == ["2026-03-r-d.html", "2026-03-r-d-2.html", "2026-03-café.html", "2026-03-department.html", "2026-03-department-2.html"]


def find_month(start: date, earlier: int) -> date:
    """The first day of the month a number of months earlier."""
    number = start.year * 12 + start.month - 1 - earlier
    return date(number // 12, number % 12 + 1, 1)
