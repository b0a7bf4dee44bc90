"""Building the site: what it reads, when it builds, and that a failed build keeps the earlier site."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from cxhouse.site import building as dashboards
from cxhouse.site.building import DashboardsError, build_dashboards, list_declared_reports
from tests.dashboards.fake_project import mark_installed, publish, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "dashboards")


@pytest.fixture
def serving(tmp_path: Path) -> Path:
    return publish(tmp_path / "serving", "one")


def test_a_build_puts_the_site_in_place_and_removes_its_copy(project: Path, serving: Path, tmp_path: Path) -> None:
    notes: list[str] = []
    site = build_dashboards(project=project, serving=serving, work=tmp_path / "work", company_name="Jan's", progress=notes.append)
    assert site == tmp_path / "work" / "site"
    assert (site / "index.html").read_text(encoding="utf-8").startswith("first page")
    assert pl.read_parquet(site / "data" / "rpt_tiny.parquet").to_dicts() == [{"name": "one", "n": 1.0, "company": "Jan's"}]
    assert not (tmp_path / "work" / "project").exists()
    assert not (project / "build").exists(), "the project's own folder is not written to"
    assert len(notes) == 2


def test_a_new_site_is_opened_to_its_readers_before_the_link_shows_it(project: Path, serving: Path, tmp_path: Path) -> None:
    work, seen = tmp_path / "work", []

    def share(sites: Path) -> None:
        seen.append((sites, [path.is_file() for path in sites.glob("*/index.html")], (work / "site").exists()))

    build_dashboards(project=project, serving=serving, work=work, share=share)
    assert seen == [(work / "sites", [True], False)]


ROW = {
    "name": "a",
    "n": 3,
    "share": Decimal("0.25"),
    "is_late": True,
    "day": date(2026, 3, 1),
    "seen_at": datetime(2026, 3, 1, 0, 30, tzinfo=ZoneInfo("Europe/Amsterdam")),
}
READ = {
    "name": (pl.String, "string", "a"),
    "n": (pl.Float64, "number", 3.0),
    "share": (pl.Float64, "number", 0.25),
    "is_late": (pl.Boolean, "boolean", True),
    "day": (pl.Datetime("ms"), "date", datetime(2026, 3, 1)),
    "seen_at": (pl.Datetime("ms"), "date", datetime(2026, 2, 28, 23, 30)),
    "company": (pl.String, "string", "cxhouse"),
}


@pytest.mark.parametrize("row_count", [1, 0])
def test_pages_read_texts_doubles_booleans_and_milliseconds_of_utc(project: Path, tmp_path: Path, row_count: int) -> None:
    serving = publish(tmp_path / "serving", "one", pl.DataFrame([ROW]).head(row_count))
    site = build_dashboards(project=project, serving=serving, work=tmp_path / "work")
    table = pl.read_parquet(site / "data" / "rpt_tiny.parquet")
    assert dict(table.schema) == {name: kind for name, (kind, _, _) in READ.items()}
    assert table.to_dicts() == [{name: value for name, (_, _, value) in READ.items()}] * row_count
    columns = json.loads((site / "data" / "columns.json").read_text(encoding="utf-8"))
    assert {column["name"]: column["evidenceType"] for column in columns} == {name: kind for name, (_, kind, _) in READ.items()}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select nobody from read_parquet('${serving}/rpt_tiny.parquet')", "rpt_tiny.sql failed: .*nobody"),
        ("select [1, 2] as both", r"rpt_tiny.sql failed: column both is of type INTEGER\[\]; pages show numbers, dates"),
        ("select '${nobody}' as name", r"rpt_tiny.sql uses \$\{nobody\}; known variables: company_name, failure, serving, time_zone"),
    ],
)
def test_a_query_that_cannot_be_read_is_named_and_the_old_site_stays(
    project: Path, serving: Path, tmp_path: Path, query: str, said: str
) -> None:
    site = build_dashboards(project=project, serving=serving, work=tmp_path / "work")
    (project / "sources" / "cxhouse" / "rpt_tiny.sql").write_text(query, encoding="utf-8")
    with pytest.raises(DashboardsError, match=said):
        build_dashboards(project=project, serving=serving, work=tmp_path / "work")
    assert (site / "index.html").is_file()


def test_an_unchanged_copy_is_not_built_again_and_a_new_one_is(project: Path, serving: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    first = build_dashboards(project=project, serving=serving, work=work).resolve()
    notes: list[str] = []
    again = build_dashboards(project=project, serving=serving, work=work, progress=notes.append)
    assert again.resolve() == first
    assert notes == ["Dashboards are up to date"]
    publish(serving, "two")
    second = build_dashboards(project=project, serving=serving, work=work).resolve()
    assert second != first
    (project / "pages" / "index.md").write_text("second page", encoding="utf-8")
    build_dashboards(project=project, serving=serving, work=work)
    assert (work / "site" / "index.html").read_text(encoding="utf-8").startswith("second page")
    assert len(list((work / "sites").iterdir())) == 1, "earlier sites are removed"


def test_a_failed_build_keeps_the_old_site_and_shows_the_last_lines(project: Path, serving: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    site = build_dashboards(project=project, serving=serving, work=work)
    (project / "pages" / "index.md").write_text("BROKEN", encoding="utf-8")
    with pytest.raises(DashboardsError, match="names a column that does not exist") as failure:
        build_dashboards(project=project, serving=serving, work=work)
    assert "evidence build failed (exit code 3)" in str(failure.value)
    assert "run `cxhouse dashboards`" in str(failure.value)
    assert (site / "index.html").read_text(encoding="utf-8").startswith("first page")
    (project / "pages" / "index.md").write_text("mended", encoding="utf-8")
    build_dashboards(project=project, serving=serving, work=work)
    assert (site / "index.html").read_text(encoding="utf-8").startswith("mended")


def test_two_homes_do_not_write_into_each_other(project: Path, tmp_path: Path) -> None:
    homes = [publish(tmp_path / name / "serving", name).parent for name in ("left", "right")]
    sites = [build_dashboards(project=project, serving=home / "serving", work=home / "dashboards") for home in homes]
    assert [pl.read_parquet(site / "data" / "rpt_tiny.parquet")["name"].to_list() for site in sites] == [["left"], ["right"]]


def test_a_home_with_quotes_in_its_path_has_a_site(project: Path, tmp_path: Path) -> None:
    home = publish(tmp_path / "Jan's ${home}" / "serving", "one").parent
    site = build_dashboards(project=project, serving=home / "serving", work=home / "dashboards")
    assert pl.read_parquet(site / "data" / "rpt_tiny.parquet")["name"].to_list() == ["one"]


def test_nothing_published_and_a_missing_report_are_named(project: Path, serving: Path, tmp_path: Path) -> None:
    with pytest.raises(DashboardsError, match="nothing is published yet"):
        build_dashboards(project=project, serving=tmp_path / "nowhere", work=tmp_path / "work")
    (serving / "current" / "rpt_tiny.parquet").unlink()
    with pytest.raises(DashboardsError, match="misses rpt_tiny"):
        build_dashboards(project=project, serving=serving, work=tmp_path / "work")


def test_a_step_that_takes_too_long_is_stopped_with_everything_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboards, "STEP_TIMEOUT_SECONDS", 4)
    marker = tmp_path / "pid"
    with pytest.raises(DashboardsError, match="took longer than 4 seconds"):
        dashboards.run_step("slow", ["sh", "-c", f"sleep 60 & echo $! > {marker}; wait"], cwd=tmp_path, variables={}, advice="")
    child = int(marker.read_text(encoding="utf-8"))
    deadline = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_stopped_build_takes_everything_it_started_along(tmp_path: Path, number: signal.Signals) -> None:
    marker = tmp_path / "pid"
    script = (
        "import sys; from pathlib import Path; from cxhouse.site.building import run_step;"
        f"run_step('slow', ['sh', '-c', 'sleep 60 & echo $! > {marker}; wait'], cwd=Path('.'), variables={{}}, advice='')"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not (marker.is_file() and marker.read_text(encoding="utf-8").strip()) and time.monotonic() < deadline:
        time.sleep(0.05)
    child = int(marker.read_text(encoding="utf-8"))
    process.send_signal(number)
    assert process.wait(timeout=30) != 0
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)


def is_alive(pid: int) -> bool:
    """False for a process that has ended, also when it is a zombie."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_packages_are_installed_once_per_lock_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installs: list[str] = []
    monkeypatch.setattr(dashboards, "run_step", lambda name, *_, **__: installs.append(name))
    dashboards.ensure_node_modules(project)
    assert installs == []
    (project / "package-lock.json").write_text('{"changed": true}', encoding="utf-8")
    dashboards.ensure_node_modules(project)
    dashboards.ensure_node_modules(project)
    assert installs == ["npm ci"]
    mark_installed(project)


def test_a_report_is_declared_by_its_own_file(project: Path) -> None:
    assert list_declared_reports(project) == ["rpt_tiny"]
