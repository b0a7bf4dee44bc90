"""A touchpoint without data stops the build with one line, unless a reason is given or its sources have just begun."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.companies.tiny import FOLDER, UNTIL, write_data
from tests.warehouse.conftest import Home, make_home

LATER = "2026-04-20"  # seven weeks after the first day: long enough for every window
HOLES = """
  - id: fax
    name: Fax
    owner: Service
    events: [contact_social]
    kpis: [{kpi: abandonment, target: 0.1}]
  - id: poster
    name: Poster
    owner: Sales
    kpis:
      - {kpi: nps, target: 8}
      - {kpi: ces, target: 0.8, not_measured: Nobody is asked there.}
"""


def make_holed_home(folder: Path) -> Home:
    """The tiny company with a touchpoint whose events never occur and one without survey answers."""
    company = Path(shutil.copytree(FOLDER, folder / "company"))
    touchpoints = company / "touchpoints.yml"
    text = touchpoints.read_text(encoding="utf-8")
    touchpoints.write_text(text.replace("\nrelationship_surveys:", f"{HOLES}relationship_surveys:"), encoding="utf-8")
    home = make_home(folder, CXHOUSE_COMPANY=str(company))
    write_data(home.data)
    return home


@pytest.fixture(scope="module")
def holed(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Loaded up to a day on which all data are old enough."""
    home = make_holed_home(tmp_path_factory.mktemp("holed"))
    home.run("ingest", "--to", LATER)
    return home


def list_holes(text: str) -> list[str]:
    """Lines about holes."""
    return [line for line in text.splitlines() if line.startswith(("hole: ", "not yet a hole: "))]


def test_each_hole_is_one_line_and_nothing_is_published(holed: Home) -> None:
    refused = holed.run("build", check=False)
    assert refused.returncode == 1 and "Traceback" not in refused.stderr
    fax, poster = list_holes(refused.stderr)
    assert fax.startswith("hole: touchpoint fax: none of its events (contact_social) ever occurs in 50 days of data; correct `events`")
    assert (
        poster.startswith(
            "hole: touchpoint poster: KPI nps never had a value (no event or answer of the touchpoint carries it) in 50 days of data; "
        )
        and "`not_measured`" in poster
    )
    published = holed.run("publish", check=False)
    assert published.returncode == 1 and not (holed.path / "serving" / "current").exists()


def test_a_reason_closes_a_hole_and_is_shown(holed: Home) -> None:
    touchpoints = Path(holed.environment["CXHOUSE_COMPANY"]) / "touchpoints.yml"
    text = touchpoints.read_text(encoding="utf-8")
    text = text.replace("{kpi: nps, target: 8}", "{kpi: nps, target: 8, not_measured: Comes in May.}")
    touchpoints.write_text(text.replace("kpis: [{kpi: abandonment, target: 0.1}]", "not_measured: Was taken away.", 1), encoding="utf-8")
    built = holed.run("build")
    assert list_holes(built.stderr) == []
    rows = holed.query("select kpi_id, status, reason from rpt_touchpoint_kpis where touchpoint_id = 'poster' order by kpi_id")
    assert [tuple(row.values()) for row in rows] == [
        ("ces", "not_measurable", "not measured: Nobody is asked there."),
        ("nps", "not_measurable", "not measured: Comes in May."),
    ]


def test_a_company_that_has_just_begun_gets_a_message_and_its_build_goes_on(tmp_path: Path) -> None:
    home = make_holed_home(tmp_path)
    home.run("ingest", "shop", "--to", UNTIL)
    begun = list_holes(home.run("build").stderr)
    # three sources have not landed: what they feed waits for them; the fax waits for the calls
    assert all(line.startswith("not yet a hole: ") for line in begun)
    waiting = {line.split()[5].rstrip(":"): line for line in begun}
    assert "not landed yet: calls.contacts (cxhouse ingest)" in waiting["fax"]
    assert "not landed yet: parcels.deliveries (cxhouse ingest)" in waiting["parcel"]
    home.run("ingest", "--to", UNTIL)
    young = list_holes(home.run("build").stderr)
    assert len(young) == 2 and all("after 28 days of data this stops the build (3 so far)" in line for line in young)
