"""Versions of a change: the plan at the start counts, also when it is edited, overwritten or withdrawn afterwards."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from cxhouse.ledger.plans import read_plans
from declared.errors import DefinitionError
from tests.companies.tiny import FOLDER, UNTIL, write_data
from tests.warehouse.conftest import Home, make_home
from tests.warehouse.recorded_versions import LOG, LOG_LATER, MODEL, SOURCE, write_file, write_ledger, write_log


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The tiny company with a change log, changes in files, and a ledger of versions; built and published once."""
    folder = tmp_path_factory.mktemp("versions")
    company = Path(shutil.copytree(FOLDER, folder / "company"))
    with (company / "sources.yml").open("a", encoding="utf-8") as sources:
        sources.write(SOURCE)
    (company / "models" / "stg_calendar__changes.sql").write_text(MODEL, encoding="utf-8")
    home = make_home(folder, CXHOUSE_COMPANY=str(company))
    write_data(home.data)
    write_log(home, LOG)
    write_ledger(home)
    write_file(company, "far-away", "2099-01-01", "Far away")
    write_file(company, "long-ago", "2026-03-02", "Long ago")
    home.run("ingest", "--to", UNTIL)
    home.run("build")
    home.run("publish")
    return home


@pytest.fixture(scope="module")
def second(first: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same home after the log was rewritten, one file edited and one removed; built and published twice."""
    folder = tmp_path_factory.mktemp("rewritten")
    company = Path(shutil.copytree(first.environment["CXHOUSE_COMPANY"], folder / "company"))
    data = Path(shutil.copytree(first.data, folder / "data"))
    path = Path(shutil.copytree(first.path, folder / "home", symlinks=True))
    changed = {"CXHOUSE_HOME": str(path), "CXHOUSE_COMPANY": str(company), "TINY_DATA": str(data)}
    home = Home(path, data, {**first.environment, **changed})
    write_log(home, LOG_LATER)
    write_file(company, "far-away", "2099-01-01", "Farther away")
    (company / "changes" / "long-ago.yml").unlink()
    home.run("ingest", "calendar", "--to", UNTIL)
    home.build()
    home.run("publish")
    shutil.copytree(home.path / "ledger", folder / "ledger_before")
    for name in ("rpt_changes", "rpt_change_edits"):
        home.report(name).write_parquet(folder / f"{name}.parquet")
    home.make_news()
    home.build()
    home.run("publish")
    return home


def read_plan(home: Home, change_id: str) -> tuple:
    """The fields of a change that count for its verdict."""
    (row,) = home.report("rpt_changes").filter(change_id=change_id).to_dicts()
    return tuple(row[name] for name in ("is_planned", "started_date", "primary_kpi", "expected_size"))


def list_edits(home: Home, change_id: str) -> list[tuple]:
    """The edits of a change as a page shows them."""
    rows = home.report("rpt_change_edits").filter(change_id=change_id).sort("edited_at", "field_position")
    return rows.select("field", "before", "after", "is_after_start").rows()


def read_texts(home: Home, change_id: str) -> list[str]:
    """The edits of a change in words."""
    return home.report("rpt_change_edits").filter(change_id=change_id)["text"].to_list()


def test_the_plan_is_the_last_version_recorded_before_the_start(first: Home) -> None:
    assert read_plan(first, "kept-word") == (True, date(2026, 3, 2), "abandonment", 0.03)
    assert list_edits(first, "kept-word") == [
        ("expected_size", "0.02", "0.03", False),
        ("primary_kpi", "abandonment", "csat", True),
        ("expected_direction", "lower", "higher", True),
        ("expected_size", "0.03", "0.02", True),
    ]
    texts = read_texts(first, "kept-word")
    assert "Expected size changed from 0.02 to 0.03 on 20 February 2026, before the start." in texts, "of which KPI, is not sure"
    assert "Primary KPI changed from Abandonment to Customer satisfaction on 10 March 2026, after the start." in texts


def test_a_start_moved_before_the_new_start_came_keeps_the_plan_and_one_moved_afterwards_loses_it(first: Home) -> None:
    assert read_plan(first, "postponed") == (True, date(2026, 3, 20), "abandonment", 0.02)
    assert list_edits(first, "postponed") == [("started_at", "2 March 2026", "20 March 2026", True)]
    assert read_plan(first, "moved-back") == (False, date(2026, 3, 10), "abandonment", 0.02)
    assert list_edits(first, "moved-back") == [("started_at", "20 March 2026", "10 March 2026", True)]


def test_a_plan_names_a_kpi_and_a_direction_before_the_start(first: Home) -> None:
    assert read_plan(first, "late")[0] is False and read_plan(first, "no-direction")[0] is False
    # a change without a plan is shown as it is recorded now
    assert read_plan(first, "late")[2] == "abandonment"
    assert read_plan(first, "edited")[0] is True


def test_a_plan_does_not_become_an_incident_afterwards(first: Home) -> None:
    assert read_plan(first, "explained-away") == (True, date(2026, 3, 2), "abandonment", 0.02)
    assert ("kind", "process", "external", True) in list_edits(first, "explained-away")
    effects = first.report("rpt_change_effects").filter(change_id="explained-away")
    assert effects.height > 0 and first.report("rpt_changes").filter(change_id="explained-away")["kind"].to_list() == ["process"]
    assert first.query("select change_id from dim_incidents") == [{"change_id": "outage"}]


def test_a_file_is_a_plan_when_a_build_saw_it_before_the_start(first: Home) -> None:
    planned = dict(first.report("rpt_changes").filter(recorded_in="file").select("change_id", "is_planned").rows())
    assert planned == {"far-away": True, "long-ago": False}


@pytest.mark.parametrize(
    ("change_id", "counts"),
    [("foreseen", 20), ("picked", 9), ("picked-in-steps", 9), ("added", None), ("shortened", 24), ("slipped", 27), ("rolled-out-late", 9)],
)
def test_nobody_chooses_the_weeks_that_are_judged_once_they_are_seen(first: Home, second: Home, change_id: str, counts: int | None) -> None:
    expected = None if counts is None else date(2026, 3, counts)
    for home in (first, second):
        (row,) = home.report("rpt_changes").filter(change_id=change_id).select("rolled_out_date", "is_planned").rows()
        assert row == (expected, True)


def test_an_end_of_the_roll_out_that_does_not_count_is_shown_with_the_one_that_does(second: Home) -> None:
    texts = dict(second.report("rpt_change_edits").filter(field="rolled_out_at", after="30 March 2026").select("change_id", "text").rows())
    told = "End of the roll-out changed from 9 March 2026 to 30 March 2026 on {day}, after the start; what counts is 9 March 2026"
    assert texts["picked"] == told.format(day="12 March 2026") + "."
    assert texts["rolled-out-late"] == told.format(day="10 April 2026") + "; what was kept at the start tells it, the log does not."
    assert texts["added"].endswith("added: 30 March 2026 on 10 March 2026, after the start; what counts is the start.")
    # recorded in time, also in a log that is overwritten
    long = second.report("rpt_changes").filter(change_id="rolls-out-for-long")["rolled_out_date"].to_list()
    assert long == [date(2099, 6, 1)]


def test_neighbours_are_sought_up_to_the_last_day_judged_also_after_a_roll_out(first: Home) -> None:
    scoped = first.query(
        "select scoped.touchpoint_id, changes.* from dim_change_touchpoints as scoped inner join dim_changes as changes using (change_id)"
    )
    expected = set()
    for own in scoped:
        start = own["started_date"]
        weeks = -((start - own["rolled_out_date"]).days // 7) if own["rolled_out_date"] else 0
        days = [start + timedelta(days=count) for count in range(-56, 7 * weeks + 28)]
        for other in (each for each in scoped if each["touchpoint_id"] == own["touchpoint_id"] and each["change_id"] != own["change_id"]):
            for event, day in (("began", "started_date"), ("ended", "ended_date"), ("reached everybody", "rolled_out_date")):
                if other[day] in days:
                    expected.add((own["change_id"], other["change_id"], event, (other[day] - start).days))
            if other["rolled_out_date"] and other["started_date"] < days[0] and other["rolled_out_date"] > days[-1]:
                expected.add((own["change_id"], other["change_id"], "was being rolled out", None))
    # 2 March to 20 March are three weeks; the four after them end on 19 April
    assert ("foreseen", "in-april", "began", 39) in expected and ("picked", "in-april", "began", 39) not in expected
    assert ("foreseen", "for-months", "was being rolled out", None) in expected and (
        "kept-word",
        "shortened",
        "reached everybody",
        22,
    ) in expected
    found = first.report("rpt_change_neighbours").select("change_id", "other_change_id", "event", "days_after").rows()
    assert len(found) == len(set(found)) and set(found) == expected


def test_a_change_was_recorded_when_its_start_and_scope_were_first_recorded(first: Home) -> None:
    told = {row["change_id"]: row["registered_date"] for row in first.query("select change_id, registered_date from dim_changes")}
    assert told["kept-word"] == told["explained-away"] == date(2026, 2, 1) and told["edited"] == date(2026, 2, 10)
    assert (told["postponed"], told["moved-back"]) == (date(2026, 3, 5), date(2026, 3, 25))
    # the phone is in its scope since April only
    assert told["widened"] == date(2026, 4, 1)
    ends = {row["change_id"]: row["day"] for row in first.query("select change_id, end_registered_date as day from dim_changes")}
    assert (ends["explained-away"], ends["outage"]) == (date(2026, 3, 10), date(2026, 2, 1))


def test_a_log_row_whose_id_no_page_could_ask_for_is_set_aside_with_the_reason(first: Home) -> None:
    assert "nobody's" not in first.report("rpt_changes")["change_id"].to_list()
    rejected = first.report("rpt_rejected_rows").filter(source="calendar").select("reason", "rows_count").rows()
    assert rejected == [("change_id holds more than letters, digits, hyphens, underscores and dots", 1)]


def test_what_was_called_off_before_its_start_did_not_take_place(first: Home) -> None:
    assert first.report("rpt_changes").filter(change_id="called-off").is_empty()


def test_plans_are_kept_once_they_have_started_with_a_hash_that_shows_a_touched_line(first: Home, tmp_path: Path) -> None:
    kept = read_plans(first.path / "ledger")
    started = first.report("rpt_changes").filter(pl.col("started_date") < date(2026, 12, 31))
    assert set(kept["change_id"]) == set(started["change_id"]) and kept["plan_hash"].n_unique() == kept.height == 28
    path = tmp_path / "change_plans.jsonl"
    text = (first.path / "ledger" / path.name).read_text(encoding="utf-8")
    path.write_text(text.replace('"expected_size": 0.03', '"expected_size": 0.01'), encoding="utf-8")
    with pytest.raises(DefinitionError, match="change kept-word: does not fit its hash"):
        read_plans(tmp_path)


def test_status_follows_from_dates_and_verdicts(first: Home) -> None:
    rows = {row["change_id"]: row for row in first.report("rpt_changes").to_dicts()}
    standing = {name: (row["status"], row["is_overdue"]) for name, row in rows.items()}
    assert standing["far-away"] == ("plan", False) and standing["running"] == ("do", False) == standing["unmeasured"]
    # four weeks and seven days after the start, unless an evaluation date says otherwise; four weeks of patience
    assert standing["due"] == ("check", False) == standing["due-by-date"] and standing["overdue"] == ("check", True)
    today = datetime.now(UTC).date()
    assert abs((rows["due"]["due_date"] - today).days + 50 - 35) <= 1
    assert "end on 3 March 2026" in rows["overdue"]["status_text"] and rows["overdue"]["next_step"] == "Wait until newer data are loaded."
    assert (
        "nothing in its scope is measured" in rows["unmeasured"]["status_text"] and "Name a touchpoint" in rows["unmeasured"]["next_step"]
    )
    decided = {row["change_id"] for row in first.report("rpt_change_effects").filter(pl.col("is_final") & pl.col("is_primary")).to_dicts()}
    assert decided == {"ancient"} == {name for name, (status, _) in standing.items() if status == "act"}
    assert rows["ancient"]["status_text"].endswith(": too little data.") and "no figures from before" in rows["ancient"]["next_step"]
    # an incident has no waiting time, and is closed when it is over
    assert "over since 5 February 2026" in rows["outage"]["status_text"]
    assert standing["outage"] == ("closed", False) and rows["outage"]["due_date"] is None
    assert "not judged itself" in rows["outage"]["status_text"] and rows["outage"]["next_step"].startswith("Nothing")
    # abandonment is not measured at the checkout
    assert standing["kept-word"] == ("check", True) and "Name a touchpoint" in rows["kept-word"]["next_step"]


def test_a_rewritten_log_changes_neither_the_plan_nor_hides_that_it_was_rewritten(second: Home) -> None:
    assert read_plan(second, "edited") == (True, date(2026, 3, 2), "abandonment", 0.02)
    assert ("primary_kpi", "abandonment", "nps", True) in list_edits(second, "edited")
    # the same date as before, another size
    assert read_plan(second, "backdated") == (True, date(2026, 3, 2), "abandonment", 0.02)
    assert list_edits(second, "backdated") == [("expected_size", "0.02", "0.09", True)]
    assert read_texts(second, "backdated")[0].startswith("Expected size changed from 2.0 points to 9.0 points")


def test_a_plan_that_is_withdrawn_after_its_start_stays_and_says_so(second: Home) -> None:
    changes = second.report("rpt_changes")
    assert read_plan(second, "gone") == (True, date(2026, 3, 2), "abandonment", 0.02)
    assert set(changes.filter("is_withdrawn")["change_id"]) == {"gone", "long-ago"}
    assert "postponed-in-the-log" not in changes["change_id"].to_list()
    for change_id in ("gone", "long-ago"):
        assert list_edits(second, change_id) == [("is_withdrawn", "no", "yes", True)]


def test_an_edited_file_is_a_later_version(second: Home) -> None:
    assert list_edits(second, "far-away") == [("title", "Far away", "Farther away", False)]
    assert read_texts(second, "far-away")[0].startswith("Title changed from “Far away” to “Farther away”")
    assert read_plan(second, "far-away")[0] is True


def test_a_second_build_and_publish_without_new_rows_change_nothing(second: Home) -> None:
    folder = second.path.parent
    assert second.report("rpt_changes").equals(pl.read_parquet(folder / "rpt_changes.parquet"))
    # the second publish knows only the times of versions that the first publish saw
    before, after = (
        frame.drop("edited_at", "edited_date", "text").sort(pl.all())
        for frame in (pl.read_parquet(folder / "rpt_change_edits.parquet"), second.report("rpt_change_edits"))
    )
    assert before.height > 10 and before.equals(after)
    for name in ("changes.jsonl", "change_plans.jsonl"):
        assert (second.path / "ledger" / name).read_bytes() == (folder / "ledger_before" / name).read_bytes()
