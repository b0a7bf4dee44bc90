"""Numbers are written in SQL (reports), Python (judgements) and JavaScript (charts): the same values, the same text."""

from __future__ import annotations

import json
import shutil
import subprocess
from types import SimpleNamespace

import duckdb
import pytest
from jinja2 import Environment

from semantic.effects.company.units import find_unit, write_move
from tests.companies.tiny import PROJECT

# no ties: engines round a half differently
VALUES = {
    "share": [0.0, 0.0341, 0.5, 0.9123, 1.0],
    "points": [-34.2, -0.6, 0.0, 12.3, 100.0],
    "score": [1.0, 4.253, 7.0],
    "seconds": [0.0, 45.3, 599.2, 600.0, 751.0, 3599.0, 3600.0, 22680.0, 4000007.0],
    "ratio": [0.0, 0.03104, 0.4, 25.1],
    "currency": [0.0, 0.51, 61.2, 999.99, 1061.2, 1234567.8],
}
# differences, with the size of the values between which they lie
MOVES = {
    "share": [(0.0, 0.5), (0.0213, 0.5), (-0.4, 0.5)],
    "points": [(0.0, 10.0), (2.13, 10.0), (-120.0, 60.0)],
    "score": [(0.0, 4.0), (0.21, 4.0), (-1.25, 4.0)],
    "seconds": [(0.0, 60.0), (26.2, 60.0), (-96.0, 750.0), (1260.0, 4000.0), (-5400000.0, 6000000.0)],
    "ratio": [(0.0, 0.03), (0.0113, 0.03), (-0.2, 0.4)],
    "currency": [(0.0, 60.0), (2.31, 60.0), (-1500.5, 3000.0)],
}


def render_sql(call: str) -> str:
    """A call of a text macro as SQL."""
    macros = (PROJECT / "dbt" / "macros" / "texts.sql").read_text(encoding="utf-8")
    return Environment().from_string(macros + call).render().strip()


def ask_sql(calls: list[str]) -> list[str]:
    """What the macros write."""
    with duckdb.connect() as connection:
        return [connection.execute(f"select {render_sql(call)}").fetchall()[0][0] for call in calls]


def test_charts_write_values_as_reports_do() -> None:
    if shutil.which("node") is None:
        pytest.skip("needs Node")
    asked = [(value, unit if unit != "currency" else "EUR", unit) for unit, values in VALUES.items() for value in values]
    source = (PROJECT / "dashboards" / "components" / "shared" / "figures.js").read_text(encoding="utf-8")
    script = f"{source}\nconsole.log(JSON.stringify({json.dumps(asked)}.map(([value, unit]) => formatFigure(value, unit))))"
    shown = subprocess.run(["node", "--input-type=module", "-"], input=script, capture_output=True, text=True, check=True)
    told = ask_sql([f"{{{{ value_text('{value!r}::double', \"'{kind}'\", \"'EUR'\") }}}}" for value, _, kind in asked])
    assert len(asked) > 25
    assert json.loads(shown.stdout) == told


def test_judgements_write_differences_as_splits_do() -> None:
    asked = [(value, size, kind) for kind, moves in MOVES.items() for value, size in moves]
    told = ask_sql(
        [
            f"{{{{ effect_text('({value!r}::double)', \"'{kind}'\", '{size!r}::double') }}}}"
            f" || {{{{ effect_unit(\"'{kind}'\", \"'EUR'\", '{size!r}::double') }}}}"
            for value, size, kind in asked
        ]
    )
    units = [find_unit(SimpleNamespace(unit_kind=kind, unit="EUR"), size) for _, size, kind in asked]  # type: ignore[arg-type]
    assert len(asked) > 15
    assert [write_move(value, unit) for (value, _, _), unit in zip(asked, units, strict=True)] == told


def test_an_effect_smaller_than_the_digits_of_its_unit_keeps_two_leading_digits_and_a_part_of_a_split_does_not() -> None:
    unit = find_unit(SimpleNamespace(unit_kind="share", unit="share"))  # type: ignore[arg-type]
    assert write_move(0.000123, unit) == "+0.012 points"
    assert ask_sql(["{{ effect_text('0.000123::double', \"'share'\", '0.5::double') }}"]) == ["+0.0"]
