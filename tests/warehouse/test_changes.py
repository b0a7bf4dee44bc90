"""Changes: recorded once, dated by the local day, applied to the touchpoints in their scope, drawn with a number."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from subprocess import PIPE
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cxhouse.ledger.lines import append_lines, read_lines
from declared.errors import DefinitionError
from semantic.changes import Scope, read_change
from tests.companies.tiny import PROJECT
from tests.warehouse.conftest import Home, make_home


def test_the_local_day_of_the_start_is_the_first_day_after(tiny: Home) -> None:
    starts = dict(tiny.report("rpt_changes").select("change_id", "started_date").rows())
    # half past midnight in Amsterdam is still the day before in UTC
    assert starts == {"new-menu": date(2026, 3, 2), "first-shop": date(1999, 5, 1), "drones": date(2099, 1, 1)}
    rolled_out = dict(tiny.report("rpt_changes").select("change_id", "rolled_out_date").rows())
    assert rolled_out == {"new-menu": None, "first-shop": date(1999, 6, 1), "drones": None}
    drawn = tiny.report("rpt_change_touchpoints").filter(change_id="new-menu")
    assert drawn["started_date"].unique().to_list() == [date(2026, 3, 2)]


def test_scope_reaches_touchpoints_directly_and_through_components_and_suppliers(tiny: Home) -> None:
    rows = tiny.report("rpt_change_touchpoints").select("change_id", "touchpoint_id", "via").rows()
    assert set(rows) == {
        ("new-menu", "checkout", "touchpoint"),
        ("new-menu", "phone", "component"),
        ("new-menu", "returns_desk", "component"),
        ("first-shop", "showroom", "touchpoint"),
        ("first-shop", "site", "touchpoint"),
        ("drones", "parcel", "component"),
    }


def test_status_follows_from_dates_and_a_plan_counts_only_when_made_before_the_start(tiny: Home) -> None:
    rows = tiny.report("rpt_changes").select("change_id", "status", "is_planned", "before_data_start", "recorded_in").rows()
    assert set(rows) == {
        ("new-menu", "check", False, False, "command"),
        ("first-shop", "act", False, True, "command"),
        ("drones", "plan", True, False, "command"),
    }


def test_changes_are_listed_and_shown(tiny: Home) -> None:
    listed = tiny.run("change", "list").stdout
    assert all(name in listed for name in ("new-menu", "first-shop", "drones"))
    shown = tiny.run("change", "show", "new-menu").stdout
    assert "expected_size: 0.02" in shown and "primary_kpi: abandonment" in shown
    assert tiny.run("change", "show", "nothing", check=False).returncode == 1


def test_verdicts_are_shown_with_overdue_changes_first_for_people_and_machines(tiny: Home, tmp_path: Path) -> None:
    shown = tiny.run("change", "evaluate").stdout
    assert shown.startswith("new-menu New menu: Overdue: due since 20 April 2026") and "too little data" in shown
    told = json.loads(tiny.run("change", "evaluate", "--json").stdout)
    assert told["overdue"] == ["new-menu"] == [change["change_id"] for change in told["changes"]][:1] and len(told["changes"]) == 3
    found = {change["change_id"]: change["effects"] for change in told["changes"]}
    published = tiny.report("rpt_change_effects")
    assert {name: len(effects) for name, effects in found.items()} == {name: published.filter(change_id=name).height for name in found}
    assert found["new-menu"][0]["is_primary"] and published.height > 3
    one = tiny.run("change", "evaluate", "new-menu").stdout
    assert "primary: " in one and "Abandonment" in one and found["new-menu"][0]["sentence"] in one
    assert "check, overdue" in tiny.run("change", "list").stdout
    unknown = tiny.run("change", "evaluate", "nothing", check=False)
    assert unknown.returncode == 1 and "drones" in unknown.stderr
    empty = Home(tmp_path, tiny.data, {**tiny.environment, "CXHOUSE_HOME": str(tmp_path)})
    refused = empty.run("change", "evaluate", check=False)
    assert refused.returncode == 1 and "cxhouse publish" in refused.stderr


def test_an_edit_is_a_later_version_and_what_is_not_right_is_refused(tiny: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home", tiny.data, {**tiny.environment, "CXHOUSE_HOME": str(tmp_path / "home")})
    shutil.copytree(tiny.path / "ledger", home.path / "ledger")
    ledger = home.path / "ledger" / "changes.jsonl"
    before = ledger.read_text(encoding="utf-8")
    home.run("change", "edit", "new-menu", "--expected-size=0.05", "--owner=")
    assert ledger.read_text(encoding="utf-8").startswith(before)
    newest = json.loads(ledger.read_text(encoding="utf-8").splitlines()[-1])["change"]
    assert (newest["expected_size"], newest["owner"], newest["primary_kpi"]) == (0.05, None, "abandonment")
    shown = home.run("change", "show", "new-menu").stdout
    assert "UTC: expected_size: 0.02 -> 0.05" in shown and "UTC: owner: IT -> -" in shown
    after = ledger.read_bytes()
    for arguments, expected in (
        (["new-menu", "--touchpoints=moon"], "moon"),
        (["nothing", "--title=x"], "is not recorded here"),
        (["new-menu", "--ended-at=2026-03-01"], "not after"),
    ):
        refused = home.run("change", "edit", *arguments, check=False)
        assert refused.returncode == 1 and expected in refused.stderr
    assert "is unchanged" in home.run("change", "edit", "new-menu", "--expected-size=0.05").stdout
    assert ledger.read_bytes() == after
    home.run("change", "edit", "drones", "--withdraw")
    assert "command, withdrawn" in home.run("change", "list").stdout
    home.run("change", "edit", "drones")
    assert "withdrawn" not in home.run("change", "list").stdout and "UTC: taken up again" in home.run("change", "show", "drones").stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--id=new-menu", "--title=Again", "--started-at=2026-03-02", "--kind=system"], ["new-menu", "already used"]),
        (["--title=X", "--started-at=2026-03-02", "--kind=magic"], ["`kind` is magic; use one of touchpoint, process"]),
        (["--title=X", "--started-at=soon", "--kind=system"], ["`started_at` is soon"]),
        (["--title=X", "--started-at=2026-03-02", "--kind=system", "--touchpoints=moon"], ["moon", "known are", "checkout"]),
        (["--title=X", "--started-at=2026-03-02", "--kind=system", "--primary-kpi=joy"], ["unknown KPI joy"]),
        (["--title=X", "--started-at=2026-03-02", "--ended-at=2026-03-01", "--kind=system"], ["not after"]),
        (["--title=X", "--started-at=2026-03-02", "--rolled-out-at=2026-03-02", "--kind=system"], ["`rolled_out_at` is not after"]),
        (["--title=X", "--started-at=2026-03-02", "--kind=system", "--expected-size=much"], ["`expected_size` is much"]),
        (["--title=X", "--started-at=2026-03-02", "--kind=system", "--expected-size=nan"], ["`expected_size` is nan; write a number"]),
        (["--title=X", "--started-at=0001-01-01", "--kind=system"], ["`started_at` is 0001-01-01; write a year from"]),
        (["--id=x'", "--title=X", "--started-at=2026-03-02", "--kind=system"], ["change x'", "the id `x'` is not made of letters"]),
        (["--id=x", "--title=\udcff", "--started-at=2026-03-02", "--kind=system"], ["change x", "`title`", "not UTF-8"]),
    ],
)
def test_a_change_that_is_not_right_is_refused_and_nothing_is_written(tiny: Home, arguments: list[str], expected: list[str]) -> None:
    ledger = tiny.path / "ledger" / "changes.jsonl"
    before = ledger.read_bytes()
    refused = tiny.run("change", "add", *arguments, check=False)
    assert refused.returncode == 1 and "Traceback" not in refused.stderr
    assert all(fragment in refused.stderr for fragment in expected), refused.stderr
    assert ledger.read_bytes() == before


def test_a_ledger_line_cut_short_by_a_kill_costs_only_itself(tiny: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home", tiny.data, {**tiny.environment, "CXHOUSE_HOME": str(tmp_path / "home")})
    shutil.copytree(tiny.path / "ledger", home.path / "ledger")
    ledger = home.path / "ledger" / "changes.jsonl"
    ledger.write_bytes(ledger.read_bytes() + b'{"recorded_at": "2026-')
    home.run("change", "add", "--id=after", "--title=After", "--started-at=2026-03-02", "--kind=system")
    assert "after" in home.run("change", "list").stdout
    lines = ledger.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 5 and json.loads(lines[-1])["change"]["change_id"] == "after"


def test_of_two_processes_that_record_the_same_id_at_once_one_is_refused(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    command = [sys.executable, "-m", "tests.warehouse.record_in_child", "twice"]
    children = [
        subprocess.Popen([*command, title], cwd=PROJECT, env=dict(home.environment), text=True, stdin=PIPE, stdout=PIPE, stderr=PIPE)
        for title in ("One", "Other")
    ]
    try:
        pipes = [(child.stdin, child.stdout) for child in children if child.stdin and child.stdout]
        assert [answers.readline() for _, answers in pipes] == ["ready\n"] * 2
        for words, _ in pipes:
            words.write("now\n")
            words.flush()
        errors = [child.communicate(timeout=60)[1] for child in children]
    finally:
        for child in children:
            child.kill()
    assert sorted(child.returncode for child in children) == [0, 1], errors
    assert "the id is already used in command" in "".join(errors)
    assert len(read_lines(home.path / "ledger" / "changes.jsonl")) == 1


def test_a_text_with_any_separator_in_it_stays_one_line_of_the_ledger(tmp_path: Path) -> None:
    records = [{"title": f"before{mark}after"} for mark in ("\u2028", "\u2029", "\x85", "\x0b", "\x1c", "\n", "\r\n")]
    append_lines(tmp_path / "lines.jsonl", records)
    assert read_lines(tmp_path / "lines.jsonl") == records


def test_a_line_cut_within_a_letter_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    append_lines(path, [{"title": "whole"}])
    path.write_bytes(path.read_bytes() + '{"title": "caf\u00e9'.encode()[:-1])
    append_lines(path, [{"title": "after"}])
    assert read_lines(path) == [{"title": "whole"}, {"title": "after"}]


@pytest.mark.parametrize("field", ["title", "description", "owner", "primary_kpi", "expected_direction", "kind"])
@pytest.mark.parametrize("value", [["a"], {"a": 1}, "a\udcff"])
def test_a_field_that_is_not_one_readable_text_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(DefinitionError, match=f"change x.*`{field}` (is a list|holds bytes)"):
        read_plain(**{field: value})


@pytest.mark.parametrize(("kpi", "size", "is_refused"), [("csat", 3, True), ("csat", -1.5, True), ("csat", 0.03, False), ("nps", 3, False)])
def test_points_given_for_a_share_are_refused_with_the_share_they_are(kpi: str, size: float, is_refused: bool) -> None:
    given = {"primary_kpi": kpi, "expected_size": size, "expected_direction": "higher"}
    if is_refused:
        said = f"`expected_size` {size:g} is larger than any move of {kpi}, a share from 0 to 1; a move of {abs(size):g} percentage points"
        with pytest.raises(DefinitionError, match=said):
            read_plain(**given)
    else:
        assert read_plain(**given).expected_size == size


def test_what_is_named_twice_is_in_scope_once() -> None:
    assert read_plain(touchpoints="shop, shop,").touchpoints == read_plain(touchpoints=["shop", "shop"]).touchpoints == ("shop",)


def read_plain(**fields: Any) -> Any:
    """A change of a company with one touchpoint."""
    content = {"change_id": "x", "title": "X", "started_at": "2026-03-02", "kind": "system", **fields}
    scope = Scope(frozenset({"shop"}), frozenset(), {"nps": "points", "csat": "share"}, ZoneInfo("Europe/Amsterdam"))
    return read_change(content, scope, place="here", entry="change x")
