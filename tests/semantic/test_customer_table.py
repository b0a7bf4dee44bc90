"""`cxhouse clv` on any table: figures, bad rows by line, files."""

from __future__ import annotations

import json
import stat
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from cxhouse.main import app
from tests.semantic.customers import PUBLISHED, read_cdnow

HEADER = "customer_id,frequency,recency,T,monetary_value\n"


def run(*arguments: object) -> Result:
    """The command as it is typed."""
    return CliRunner().invoke(app, ["clv", *map(str, arguments)], env={"COLUMNS": "200"})


@pytest.fixture
def cdnow(tmp_path: Path) -> Path:
    """The sample as a table, one row per customer."""
    customers = read_cdnow().rename({"age": "T", "mean_value": "monetary_value", "holdout": "bought later"})
    customers.with_row_index("customer_id", offset=1).write_csv(tmp_path / "cdnow.csv")
    return tmp_path / "cdnow.csv"


def read(result: Result) -> dict[str, Any]:
    """The JSON output."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_published_figures_come_out_of_the_command(cdnow: Path, tmp_path: Path) -> None:
    answer = read(
        run(cdnow, "--json", "--horizon", 39, "--holdout", "bought later", "--plot", tmp_path / "charts", "--out", tmp_path / "all.csv")
    )
    parameters = answer["parameters"]
    assert {name: round(parameters[name], 4) for name in PUBLISHED} == PUBLISHED
    assert [round(parameters[name], 2) for name in "pqv"] == [6.25, 3.74, 15.44]
    assert all(answer["standard_errors"][name] > 0 for name in parameters)
    assert round(answer["log_likelihood"]["bg_nbd"], 1) == -9582.4
    customer = next(row for row in answer["customers"] if (row["frequency"], row["recency"], row["T"]) == (2, 30.43, 38.86))
    assert round(customer["expected_purchases"], 4) == 1.2259 and 0 < customer["probability_alive"] < 1
    assert answer["holdout"]["observed"] == 1882 and answer["methods"] == {"purchases": "bg_nbd", "value": "gamma_gamma"}
    assert answer["expected_purchases"] == pytest.approx(sum(row["expected_purchases"] for row in answer["customers"]))
    assert len(answer["charts"]) == 2
    for chart in answer["charts"]:
        drawing = ET.fromstring(Path(chart).read_text(encoding="utf-8"))
        assert len([node for node in drawing.iter() if node.tag.endswith("rect")]) == 2 + 8  # ground, legend, and a bar per class
        assert "href" not in Path(chart).read_text(encoding="utf-8")
    out = pl.read_csv(tmp_path / "all.csv")
    assert out["expected_value"].to_list() == pytest.approx([row["expected_value"] for row in answer["customers"]])
    assert stat.S_IMODE((tmp_path / "all.csv").stat().st_mode) == 0o600


def test_the_text_holds_what_the_json_holds(cdnow: Path) -> None:
    result = run(cdnow, "--horizon", 39, "--holdout", "bought later", "--interval")
    assert result.exit_code == 0, result.output
    for words in ("0.2426", "4.4135", "0.7929", "2.4258", "-9,582.43", "15.4435", "seen 1,882 (-12.1%)", "7+", "80 %", "probability alive"):
        assert words in result.output, words


def test_bad_rows_are_named_by_line_and_left_out(cdnow: Path, tmp_path: Path) -> None:
    bad = {
        "later": ("2,40,38,10", "recency 40 is after T 38"), "minus": ("-1,0,38,10", "frequency is negative"),
        "none": ("0,5,38,0", "frequency is 0 and recency 5"), "words": ("two,5,38,10", "frequency is not a number"),
        "comma": ('1,"5,5",38,10', "recency is not a number"), "nan": ("1,nan,38,10", "recency is not a number"),
        "half": ("1.5,5,38,10", "not a whole number"), "short": ("1,5,38", "has 4 columns"), "empty": ("1,,38,10", "recency is empty"),
        "refund": ("1,5,38,-10", "monetary_value is negative"), "unpriced": ("1,5,38,", "monetary_value is empty"),
    }  # fmt: skip
    rows = cdnow.read_text(encoding="utf-8").splitlines()
    columns = [[cell for place, cell in enumerate(row.split(",")) if place != 5] for row in rows[1:]]
    lines = [f"{name},{cells}" for name, (cells, _) in bad.items()]
    text = HEADER + "\n".join(
        [*lines, '"over\ntwo lines",1,5,38,10', "twice,1,5,38,10", "twice,2,6,38,10", *(",".join(c) for c in columns)]
    )
    (tmp_path / "mixed.csv").write_text(text + "\n", encoding="utf-8-sig")
    answer = read(run(tmp_path / "mixed.csv", "--json"))
    found = {row["customer_id"]: row for row in answer["rows_left_out"]}
    assert set(found) == {*bad, "twice"}
    for line, (name, (_, reason)) in enumerate(bad.items(), start=2):
        assert (found[name]["line"], reason in found[name]["reason"]) == (line, True), found[name]
    assert found["twice"] == {"line": 16, "customer_id": "twice", "reason": "customer_id is already in line 15"}
    assert answer["rows"] == 2357 + 14 and len(answer["customers"]) == 2357 + 2
    shown = run(tmp_path / "mixed.csv")
    assert "(later)" not in shown.output and "unpriced" not in shown.output, "whose rows they are stays in the file"
    assert "mixed.csv, line 2 left out: recency 40 is after T 38" in shown.output and "12 of 2,371 rows left out" in shown.output


def test_a_table_with_too_many_bad_rows_or_without_columns_stops(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    for text, words in (
        (HEADER + "a,1,5,38,1\nb,1,50,38,1\n", "1 of 2 rows cannot be used, more than 5%"),
        ("customer_id,frequency,T\na,1,5\n", "column recency is missing"), (HEADER, "holds no row"), ("", "It names nothing"),
        ("ann@example.org,1,5,38,1\n", "It names 5 columns by none of these names; line 1 must be the header"),
    ):  # fmt: skip
        path.write_text(text, encoding="utf-8")
        result = run(path)
        assert result.exit_code == 1 and "error: " in result.output and words in " ".join(result.output.split()), result.output
        assert "customers.csv" in result.output and "Traceback" not in result.output and "example.org" not in result.output
    path.write_bytes("customer_id;é".encode("latin-1"))
    assert "UTF-8" in run(path).output
    assert "no such file" in run(tmp_path / "nothing.csv").output
    assert run(path, "--horizon", 0).exit_code == 2


def test_few_customers_get_the_simple_rule_and_the_output_says_so(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("customer_id;frequency;recency;T\na;0;0;10\nb;3;8;10\n", encoding="utf-8")
    answer = read(run(path, "--json", "--horizon", 20))
    assert answer["parameters"] == {} and answer["methods"] == {"purchases": "pooled_rate", "value": None}
    # 3 purchases in 20: a rate of 0.15, which weighs as much as 10 units of the customer's own time
    assert [row["expected_purchases"] for row in answer["customers"]] == pytest.approx([20 * 1.5 / 20, 20 * 4.5 / 20])
    assert [row["probability_alive"] for row in answer["customers"]] == [None, None]
    assert "bought again: 1;" in answer["reasons"]["bg_nbd"]
    result = run(path)
    assert result.exit_code == 0 and "is not used" in result.output and "unknown" in result.output


def test_a_table_no_model_fits_is_still_answered(tmp_path: Path) -> None:
    path = tmp_path / "alike.csv"
    for row, words, expected in (("1,5,10", "limit of the search", 80 * 5.2), ("0,0,0", "bought again: 0", None)):
        path.write_text("customer_id,frequency,recency,T\n" + "".join(f"{number},{row}\n" for number in range(80)), encoding="utf-8")
        answer = read(run(path, "--json"))
        assert answer["expected_purchases"] == (expected if expected is None else pytest.approx(expected))
        assert words in answer["reasons"]["bg_nbd"]
        assert run(path).exit_code == 0
