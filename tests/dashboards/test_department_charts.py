"""The small charts of a department's month show target and bound, as the words below them say."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from cxhouse.settings import PROJECT

GOALS = {"direction": "higher", "target": 0.95, "target_text": "95.0 %", "lower_bound": 0.93, "bound_text": "93.0 %"}
MONTHS = [
    {
        "month": f"2026-0{number}", "period_start": f"2026-0{number}-01", "period_text": f"month {number}", "value": value,
        "value_lower": value - 0.02, "value_upper": value + 0.02, "n": 400, "status": "red", "unit": "share", "kpi_version": 1,
        "touchpoint_id": "parcel", **GOALS,
    }
    for number, value in ((4, 0.92), (5, 0.91), (6, 0.905))
]  # fmt: skip


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
@pytest.mark.parametrize(("direction", "levels"), [("higher", [0.93, 0.95]), ("neutral", [])])
def test_target_and_bound_are_lines_of_the_small_chart(direction: str, levels: list[float]) -> None:
    months = [{**month, "direction": direction} for month in MONTHS]
    script = (
        "import { buildMonthsOptions } from './components/departments/department_charts.js';"
        f"const options = buildMonthsOptions({json.dumps(months)}, [], 'in words');"
        "const lines = options.series.flatMap((each) => each.markLine?.data ?? []);"
        "console.log(JSON.stringify({ levels: lines.map((line) => line.yAxis).filter((at) => at !== undefined),"
        " text: options.aria.label.description }));"
    )
    run = subprocess.run(
        ["node", "--input-type=module", "--eval", script],
        cwd=PROJECT / "dashboards", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert sorted(found["levels"]) == levels
    assert found["text"] == "in words"
