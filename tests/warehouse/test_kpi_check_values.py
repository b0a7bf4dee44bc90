"""docs/kpi-check-values.md is correct: the models give its values for its rows, and they are those of the cited source."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from semantic.kpi_catalog import FOLDER, load_kpi_catalog
from tests.companies.tiny import PROJECT
from tests.warehouse.check_company import UNTIL, write_company
from tests.warehouse.check_rows import write_all
from tests.warehouse.conftest import Home, make_home

PAGE = PROJECT / "docs" / "kpi-check-values.md"
LINE = re.compile(
    r"^\| `(?P<kpi>\w+)` \| (?P<kind>touchpoint|supplier) (?P<name>\w+) \| [^|]+ \| (?P<check>[^|]+) \| (?P<ours>[^|]+) \| [^|]+ \|$", re.M
)
NUMBER = re.compile(r"-?\d+(?:\.(\d+))?")
JANUARY = date(2026, 1, 1)
DAY = 86_400  # seconds


@dataclass(frozen=True)
class Case:
    """A line of the page."""

    kpi: str
    kind: str
    name: str
    check: str
    ours: str


TABLE = PAGE.read_text(encoding="utf-8").partition("\n## ")[0]
CASES = [Case(**found.groupdict()) for found in LINE.finditer(TABLE)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The company of the check values, loaded and built once."""
    return build_company(tmp_path_factory.mktemp("check"))


def build_company(folder: Path) -> Home:
    """Write the company and its rows, and run the chain."""
    home = make_home(folder, CXHOUSE_COMPANY=str(folder / "company"))
    write_company(folder / "company", home.data, write_all())
    home.run("ingest", "--to", UNTIL)
    home.build(only=["rpt_touchpoint_kpis"])
    return home


def find_figure(home: Home, case: Case) -> dict[str, Any]:
    """The published row of a case: January, at the touchpoint or of the supplier."""
    column = {"touchpoint": "touchpoint_id", "supplier": "supplier_id"}[case.kind]
    rows = home.table("rpt_touchpoint_kpis").filter(
        (pl.col("kpi_id") == case.kpi) & (pl.col(column) == case.name) & (pl.col("grain") == "month") & (pl.col("period_start") == JANUARY)
        & pl.col("journey_id").is_null() & pl.col("touchpoint_id").is_not_null()
        & (pl.col("dimension_set") == ("supplier" if case.kind == "supplier" else "total"))
    )  # fmt: skip
    assert rows.height == 1, rows
    return rows.row(0, named=True)


def write_figure(row: dict[str, Any]) -> str:
    """Value, interval and median as the page writes them."""
    unit = "days" if row["unit"] == "seconds" and row["value"] > DAY else row["unit"]
    places, factor, mark = {"share": (1, 100, " %"), "ratio": (3, 1, ""), "days": (3, 1 / DAY, " d")}.get(unit, (2, 1, ""))
    text = f"{row['value'] * factor:.{places}f}{mark}"
    if row["value_lower"] is not None:
        text += f" ({row['value_lower'] * factor:.{places}f} to {row['value_upper'] * factor:.{places}f})"
    return text if row["median"] is None else f"{text}, median {row['median']:.{places}f}"


def test_the_page_has_a_case_for_every_kpi() -> None:
    lines = [line for line in TABLE.splitlines() if line.startswith("| `")]
    assert len(CASES) == len(lines)
    kpis = load_kpi_catalog([FOLDER]).kpis
    assert {case.kpi for case in CASES} == set(kpis)
    assert f"The result is {len(kpis)} KPIs per touchpoint" in (PROJECT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kpi} {case.name}")
def test_ours_is_what_the_models_give(case: Case, home: Home) -> None:
    assert write_figure(find_figure(home, case)) == case.ours


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kpi} {case.name}")
def test_ours_is_the_check_value(case: Case) -> None:
    checks, ours = list(NUMBER.finditer(case.check)), list(NUMBER.finditer(case.ours))
    assert len(checks) == len(ours) > 0
    for check, own in zip(checks, ours, strict=True):
        step = 10.0 ** -len(check[1] or "")
        assert abs(float(check[0]) - float(own[0])) <= 1.001 * step, case


def test_the_plain_margin_of_31_answers_is_21_66_points(home: Home) -> None:
    rows = home.query(
        "select numerator, numerator_sq, denominator from fct_kpi_sums where kpi_id = 'nps' and supplier_id = 'ferry' "
        "and touchpoint_id = 'door' and scope_kind = 'touchpoint' and grain = 'month'"
    )
    assert len(rows) == 1
    points, squares, answers = (float(rows[0][name]) for name in ("numerator", "numerator_sq", "denominator"))
    mean = points / answers
    assert 1.959964 * math.sqrt((squares / answers - mean**2) / answers) == pytest.approx(21.66, abs=0.005)


def test_contacts_of_the_last_seven_days_are_not_known_yet(home: Home) -> None:
    rows = home.table("rpt_touchpoint_kpis").filter(
        (pl.col("kpi_id") == "first_contact_resolution") & (pl.col("touchpoint_id") == "chats") & (pl.col("dimension_set") == "total")
        & pl.col("journey_id").is_null()
    )  # fmt: skip
    days = rows.filter((pl.col("grain") == "day") & (pl.col("period_start") >= date(2026, 3, 24))).sort("period_start")
    assert days.filter(pl.col("value").is_not_null()).select("period_start", "denominator", "value").rows() == [(date(2026, 3, 24), 5, 1)]
    later = days.filter(pl.col("period_start") > date(2026, 3, 24))
    assert later["value"].is_null().all()
    assert later["reason"].str.contains("7 days have to pass").all()
    march = rows.filter((pl.col("grain") == "month") & (pl.col("period_start") == date(2026, 3, 1)))
    assert march.select("status", "value", "reason").rows() == [("no_data", None, "not known before 8 April 2026: 7 days have to pass")]


def test_costs_nobody_worked_for_stay_out_of_every_touchpoint(home: Home) -> None:
    rows = home.query(
        "select touchpoint_id, sum(total) as total from fct_daily_measures where measure_id = 'service_cost' group by touchpoint_id"
    )
    assert {row["touchpoint_id"]: round(float(row["total"]), 6) for row in rows} == {"calls": 1000, "door": 60, "returns": 30}
