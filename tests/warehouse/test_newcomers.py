"""A supplier, channel or survey seen for the first time is listed automatically, once, and stays until it is declared."""

from __future__ import annotations

import json
import shutil
from hashlib import md5
from pathlib import Path

import polars as pl
import pytest

from tests.companies.tiny import ANSWERS, DELIVERIES, FOLDER
from tests.warehouse.conftest import Home, copy_home

# parcels and surveys begin on 2 March: a new one counts from 28 days later, and not the day before
NEWS_DAY, LAST_QUIET_DAY = "2026-03-30", "2026-03-29"
NEWS_UNTIL = "2026-03-31"
NEW = (("supplier", "drone"), ("supplier", "Ann's van"), ("channel", "whatsapp"), ("survey", "pulse"))
VAN = "auto_supplier_Ann_s_van_" + md5(b"Ann's van").hexdigest()[:6]


def write_newcomers(folder: Path) -> None:
    """A delivery by a new supplier, a contact through a new channel and an answer to a new survey; one supplier is too early to count."""
    deliveries = [
        DELIVERIES,
        f"D90,,drone,{NEWS_DAY}T12:00:00,,{NEWS_DAY}T08:00:00",
        f"D92,,Ann's van,{NEWS_DAY}T12:00:00,,{NEWS_DAY}T08:00:00",
        f"D91,,early,{LAST_QUIET_DAY}T12:00:00,,{NEWS_DAY}T08:00:00",
    ]
    (folder / f"deliveries_{NEWS_DAY}.csv").write_text("\n".join(deliveries) + "\n", encoding="utf-8")
    answers = [ANSWERS, f"A90,pulse,,,D90,,{NEWS_DAY}T09:00:00,nps,9,0,10"]
    (folder / f"answers_{NEWS_DAY}.csv").write_text("\n".join(answers) + "\n", encoding="utf-8")
    contact = {"id": "K90", "channel": "whatsapp", "topic": "order", "queued_at": f"{NEWS_DAY}T12:00:00"}
    (folder / f"contacts_{NEWS_DAY}.jsonl").write_text(json.dumps(contact) + "\n", encoding="utf-8")


# what the tests look at
READ = ("rpt_changes", "rpt_components", "rpt_change_touchpoints")


def list_automatic(home: Home) -> list[tuple]:
    """Automatic annotations: id, first day, kind, where."""
    changes = home.table("rpt_changes").filter(recorded_in="automatic").sort("change_id")
    return [(row["change_id"], str(row["started_date"]), row["kind"], row["touchpoints"]) for row in changes.to_dicts()]


def list_flagged(home: Home) -> set[tuple]:
    """Undeclared components."""
    rows = home.table("rpt_components").filter(window_id="last_28_days", is_declared=False).to_dicts()
    assert all(row["status"] == "not_measurable" and "Nobody has named its owner" in row["flag_text"] for row in rows)
    return {(row["kind"], row["component_name"]) for row in rows}


@pytest.fixture(scope="module")
def later(tiny: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The tiny company, built on its first days, and again when something new has come."""
    home = copy_home(tiny, tmp_path_factory.mktemp("newcomers"))
    write_newcomers(home.data)
    home.run("ingest", "--from", NEWS_DAY, "--to", NEWS_UNTIL)
    home.build()
    home.make_news()
    home.build()
    home.run("publish")
    return home


def test_what_is_seen_in_the_first_28_days_is_flagged_and_no_annotation(tiny: Home) -> None:
    surveys = {("survey", "parcel"), ("survey", "service"), ("survey", "other")}
    assert list_flagged(tiny) == {("supplier", "slow"), ("channel", "mail"), ("channel", "telex"), *surveys}
    assert list_automatic(tiny) == []


def test_each_new_thing_appears_flagged_with_one_annotation_however_often_it_is_built(later: Home) -> None:
    assert set(NEW) <= list_flagged(later)
    assert list_automatic(later) == [
        ("auto_channel_whatsapp", NEWS_DAY, "touchpoint", None),
        (VAN, NEWS_DAY, "supplier", "parcel"),
        ("auto_supplier_drone", NEWS_DAY, "supplier", "parcel"),
        ("auto_survey_pulse", NEWS_DAY, "measurement", "parcel"),
    ]
    told = later.table("rpt_changes").filter(change_id="auto_supplier_drone")["next_step"].to_list()
    assert told == ["Have it confirmed, so that it counts as a change."]
    charted = later.table("rpt_change_touchpoints").filter(change_id="auto_supplier_drone")
    assert charted["touchpoint_id"].to_list() == ["parcel"]


def test_an_annotation_stands_apart_from_changes_and_is_never_a_test(later: Home) -> None:
    told = later.table("rpt_changes").filter(pl.col("change_id").str.starts_with("auto_"))
    assert told.height == len(list_automatic(later)) == 4
    assert set(told["stage"]) == {"automatic"} and not told["is_test"].any()


def test_a_day_before_the_28_are_over_there_is_no_annotation(later: Home) -> None:
    assert ("supplier", "early") in list_flagged(later)
    assert "auto_supplier_early" not in [change[0] for change in list_automatic(later)]


def test_declared_it_is_no_longer_flagged_and_the_annotation_stays(later: Home, tmp_path: Path) -> None:
    company = tmp_path / "company"
    shutil.copytree(FOLDER, company)
    with (company / "components.yml").open("a", encoding="utf-8") as file:
        file.write("  - {id: drones, name: Drones, kind: supplier, owner: Logistics, supplier_id: drone, surveys: [pulse]}\n")
    declared = copy_home(later, tmp_path, CXHOUSE_COMPANY=str(company))
    declared.build(only=READ)
    flagged = list_flagged(declared)
    assert ("supplier", "drone") not in flagged and ("survey", "pulse") not in flagged and ("channel", "whatsapp") in flagged
    assert [change[0] for change in list_automatic(declared)] == [change[0] for change in list_automatic(later)]
    titles = declared.table("rpt_changes").filter(change_id="auto_supplier_drone")["title"].to_list()
    assert titles == ["New supplier: Drones"]


def test_a_change_somebody_recorded_near_that_day_takes_the_place_of_the_annotation(later: Home, tmp_path: Path) -> None:
    home = copy_home(later, tmp_path)
    home.run("change", "add", "--id=drone-supplier", "--title=Drones", "--started-at=2026-03-20", "--kind=supplier", "--suppliers=drone")
    home.build(only=READ)
    assert [change[0] for change in list_automatic(home)] == ["auto_channel_whatsapp", VAN, "auto_survey_pulse"]


def test_a_confirmed_annotation_is_a_change_like_others_and_stands_once(later: Home, tmp_path: Path) -> None:
    home = copy_home(later, tmp_path)
    for change_id in ("auto_supplier_drone", "auto_survey_pulse", VAN):
        home.run("change", "confirm", change_id)
    home.run("change", "edit", "auto_survey_pulse", "--owner=Insight")
    home.build(only=READ)
    rows = home.table("rpt_changes").filter(pl.col("change_id").str.starts_with("auto_")).sort("change_id").to_dicts()
    assert [(row["change_id"], row["recorded_in"], row["is_planned"]) for row in rows] == [
        ("auto_channel_whatsapp", "automatic", False),
        (VAN, "command", False),
        ("auto_supplier_drone", "command", False),
        ("auto_survey_pulse", "command", False),
    ]
    assert (rows[1]["title"], rows[1]["suppliers"]) == ("New supplier: Ann's van", "Ann's van")
    assert (str(rows[2]["started_date"]), rows[2]["touchpoints"], rows[2]["suppliers"]) == (NEWS_DAY, "parcel", "drone")
    assert (rows[3]["kind"], rows[3]["owner_department"]) == ("measurement", "Insight")
    refused = home.run("change", "confirm", "auto_supplier_drone", check=False)
    assert refused.returncode == 1 and "auto_supplier_drone is recorded as a change already" in refused.stderr
    unknown = home.run("change", "confirm", "auto_supplier_dron", check=False)
    assert unknown.returncode == 1 and "auto_channel_whatsapp" in unknown.stderr


def test_many_of_a_kind_are_one_annotation_a_month_and_one_component(later: Home, tmp_path: Path) -> None:
    company = tmp_path / "company"
    shutil.copytree(FOLDER, company)
    home = copy_home(later, tmp_path, CXHOUSE_COMPANY=str(company))
    declared = (company / "company.yml").read_text(encoding="utf-8")
    (company / "company.yml").write_text(f"{declared}\nnewcomers: {{grouped_above: 1}}\n", encoding="utf-8")
    home.build()
    home.run("publish")
    assert list_automatic(home) == [
        ("auto_channel_whatsapp", NEWS_DAY, "touchpoint", None),
        ("auto_suppliers_2026-03", NEWS_DAY, "supplier", "parcel"),
        ("auto_survey_pulse", NEWS_DAY, "measurement", "parcel"),
    ]
    change = home.table("rpt_changes").filter(change_id="auto_suppliers_2026-03").row(0, named=True)
    assert (change["title"], change["description"]) == ("2 new suppliers in March 2026", "Seen for the first time: Ann's van, drone.")
    # drone, Ann's van, early and slow are undeclared; seven channels and surveys are, in two more components
    flagged = list_flagged(home)
    assert ("supplier", "4 undeclared suppliers") in flagged and len(flagged) == 3
    home.run("change", "confirm", "auto_suppliers_2026-03")
    (company / "company.yml").write_text(f"{declared}\nnewcomers: {{changes: false}}\n", encoding="utf-8")
    home.build(only=READ)
    assert list_automatic(home) == [], "a company that wants none"
    confirmed = home.table("rpt_changes").filter(change_id="auto_suppliers_2026-03").row(0, named=True)
    assert (confirmed["recorded_in"], confirmed["touchpoints"]) == ("command", "parcel")
    assert {name for kind, name in list_flagged(home) if kind == "supplier"} == {"drone", "Ann's van", "early", "slow"}
