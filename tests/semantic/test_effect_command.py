"""`cxhouse effect`: published cases, and messages about files that are wrong or too short."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from cxhouse.main import app
from tests.companies.tiny import PROJECT

DATA = Path(os.environ.get("CXHOUSE_SAMPLE_DATA") or PROJECT.parent / "shared" / "data").resolve() / "changes"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["effect", *map(str, arguments)])


def judge(folder: Path, *arguments: str | Path) -> dict[str, Any]:
    """The JSON of a run that must succeed, with a complete plot without links."""
    plot = folder / "plot.svg"
    result = run(*arguments, "--json", "--plot", plot)
    assert result.exit_code == 0, result.output
    text = plot.read_text(encoding="utf-8")
    assert ElementTree.fromstring(text).tag.endswith("svg") and "href" not in text
    return json.loads(result.stdout)


def find_case(name: str) -> Path:
    if not (DATA / name).is_file():
        pytest.skip(f"the published cases are not there: {DATA} lacks {name}; set CXHOUSE_SAMPLE_DATA to the folder above")
    return DATA / name


def write_table(path: Path, header: str, rows: list[tuple]) -> Path:
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")
    return path


def write_months(path: Path, *, after: int = 12, factor: float = 0.8) -> Path:
    """Fifteen years of months with a season, a slow rise and a cut by a fifth; a denominator that rises; a control with the same season."""
    generator = np.random.default_rng(4)
    rows = []
    for i in range(180 + after):
        base = 1600 + 2 * i + 300 * np.sin(2 * np.pi * i / 12)
        value = base * np.exp(0.03 * generator.standard_normal()) * (factor if i >= 180 else 1)
        rows.append((f"{1970 + i // 12}-{i % 12 + 1:02d}-01", round(value), 300_000 + 300 * i, round(base * 0.4)))
    return write_table(path, "month,injured,people,elsewhere", rows)


@pytest.mark.sample_data
def test_the_nile_fell_by_247_8_from_1899(tmp_path: Path) -> None:
    found = judge(tmp_path, find_case("Nile.csv"), "--date", "1899", "--value", "Nile", "--before", "all", "--after", "all")
    assert found["effect"] == pytest.approx(-247.8, abs=0.05)
    assert found["effect_upper"] < 0
    assert found["verdict"] == "lower"


@pytest.mark.sample_data
@pytest.mark.parametrize("start", ["1930-11-01", "1930-12-01", "1931-01-01"])
def test_the_supported_district_kept_19_to_20_banks_more(tmp_path: Path, start: str) -> None:
    with find_case("banks.csv").open(encoding="utf-8") as file:
        rows = [(f"{r['year']}-{int(r['month']):02d}-{int(r['day']):02d}", r["bib6"], r["bib8"]) for r in csv.DictReader(file)]
    table = write_table(tmp_path / "banks.csv", "day,bib6,bib8", rows)
    options = ("--value", "bib6", "--controls", "bib8", "--before", "all", "--after", "all")
    for period in ("week", "month"):
        found = judge(tmp_path, table, "--date", start, "--period", period, *options)
        assert 19 <= found["effect"] <= 20.5
        assert found["effect_lower"] > 0
        assert found["method"] == "step of the difference to the controls"


@pytest.mark.sample_data
def test_proposition_99_cut_about_26_packs_by_2000_where_a_plain_comparison_says_56(tmp_path: Path) -> None:
    file = find_case("california_prop99.csv")
    with file.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    controls = ",".join(name for name in rows[0] if name not in ("Year", "California"))
    options = ("--date", "1989", "--value", "California", "--controls", controls)
    last, mean = judge(tmp_path, file, *options, "--judge", "last"), judge(tmp_path, file, *options)
    assert last["effect"] == pytest.approx(-26, abs=2)
    assert mean["effect"] == pytest.approx(-19.5, abs=1)
    assert mean["method"] == "synthetic control" and mean["placebo_count"] == 38 and mean["p_value"] < 0.05
    values = [(int(row["Year"]), float(row["California"])) for row in rows]
    plain = np.mean([v for year, v in values if year >= 1989]) - np.mean([v for year, v in values if year < 1989])
    assert plain == pytest.approx(-56, abs=1)


def test_a_seasonal_count_is_judged_by_months_with_and_without_controls(tmp_path: Path) -> None:
    table = write_months(tmp_path / "months.csv")
    options = (table, "--date", "1985-01", "--value", "injured", "--log")
    for more in ((), ("--controls", "elsewhere")):
        found = judge(tmp_path, *options, *more)
        assert found["effect"] == pytest.approx(np.log(0.8), abs=0.05)
        assert (found["verdict"], found["period"], found["placebo_count"]) == ("lower", "month", 8)


def test_a_rate_falls_where_the_raw_count_rises(tmp_path: Path) -> None:
    # counts rise with the people counted: the raw comparison has the wrong sign
    rows = [
        (f"{2000 + i // 12}-{i % 12 + 1:02d}-01", (100 if i < 60 else 85) * (1 + i / 30) + i % 3, 1000 * (1 + i / 30)) for i in range(84)
    ]
    table = write_table(tmp_path / "rates.csv", "month,events,people", rows)
    found = judge(tmp_path, table, "--date", "2005-01-01", "--numerator", "events", "--denominator", "people", "--log")
    raw = np.mean([row[1] for row in rows[60:72]]) - np.mean([row[1] for row in rows[:60]])
    assert raw > 0
    assert found["effect"] == pytest.approx(np.log(0.85), abs=0.02)


def test_better_and_worse_need_a_direction(tmp_path: Path) -> None:
    table = write_months(tmp_path / "months.csv")
    for better, verdict in (("lower", "better"), ("higher", "worse")):
        assert judge(tmp_path, table, "--date", "1985-01", "--value", "injured", "--better", better)["verdict"] == verdict


def test_what_cannot_be_estimated_is_null_with_a_reason_and_no_failure(tmp_path: Path) -> None:
    table = write_table(tmp_path / "short.csv", "year,value", [(2000, 1), (2001, 2), (2002, 3)])
    found = judge(tmp_path, table, "--date", "2002")
    assert (found["effect"], found["p_value"], found["smallest_visible_effect"]) == (None, None, None)
    assert found["verdict"] == "too little data" and found["reason"]
    assert judge(tmp_path, table, "--date", "2031")["reason"] == "no whole year after the change"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--date", "1985-01", "--value", "nobody"), "no column nobody"),
        (("--date", "1985-01"), "--value"),
        (("--date", "soon", "--value", "injured"), "not a date"),
        (("--date", "1985-01", "--numerator", "injured"), "--denominator together"),
        (("--date", "1985-01", "--value", "injured", "--before", "0"), "--before"),
        (("--date", "1985-01", "--value", "injured", "--period", "decade"), "decade"),
    ],
)
def test_bad_input_fails_and_says_what_to_do(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    result = run(write_months(tmp_path / "months.csv"), *arguments)
    assert result.exit_code != 0
    assert words in result.output


def test_a_cell_that_is_no_number_is_named_by_line(tmp_path: Path) -> None:
    table = write_table(tmp_path / "bad.csv", "day,value", [("2026-01-01", 1), ("2026-01-02", "many")])
    result = run(table, "--date", "2026-01-02", "--value", "value")
    assert result.exit_code == 1
    assert "line 3" in result.output and "many" in result.output
