"""Building the site: when Evidence runs, what a release holds, and that a failure or a killed build keeps the earlier site."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from cxhouse.site import shell
from cxhouse.site.answers import ANSWERS
from cxhouse.site.building import KEPT_RELEASES, DashboardsError, build_dashboards, list_declared_reports
from tests.dashboards.fake_project import count_builds, list_builds, mark_installed, publish, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "dashboards")


@pytest.fixture
def serving(tmp_path: Path) -> Path:
    return publish(tmp_path / "serving", "one")


def find_release(site: Path) -> Path:
    """The folder of the release in force."""
    return site / "data" / json.loads((site / "data" / "manifest.json").read_text(encoding="utf-8"))["release"]


def read_table(site: Path) -> pl.DataFrame:
    return pl.read_parquet(find_release(site) / "tables" / "rpt_tiny.parquet")


def read_answers(site: Path, address: str) -> dict[str, Any]:
    """What the page at this address shows from the start: columns and rows by query."""
    return json.loads(gzip.decompress((find_release(site) / "pages" / address / ANSWERS).read_bytes()))["queries"]


def test_a_build_puts_the_site_in_place_and_removes_its_copy(project: Path, serving: Path, tmp_path: Path) -> None:
    notes: list[str] = []
    site = build_dashboards(project=project, serving=serving, work=tmp_path / "work", company_name="Jan's", progress=notes.append)
    assert site == tmp_path / "work" / "site"
    assert "first page" in (site / "index.html").read_text(encoding="utf-8")
    assert read_table(site).to_dicts() == [{"name": "one", "n": 1.0, "company": "Jan's"}]
    assert list((tmp_path / "work").rglob("*.project")) == []
    assert not (project / "build").exists(), "the project's own folder is not written to"
    assert len(notes) == 2


def test_large_files_of_the_shell_are_compressed_once_beside_themselves(project: Path, serving: Path, tmp_path: Path) -> None:
    with (project / "pages" / "index.md").open("a", encoding="utf-8") as page:
        page.write("a long page " * 1000)
    site = build_dashboards(project=project, serving=serving, work=tmp_path / "work")
    (compressed,) = site.resolve().rglob("*.gz")
    index = site.resolve() / "index.html"
    assert compressed == index.with_name("index.html.gz")
    assert gzip.decompress(compressed.read_bytes()) == index.read_bytes()
    assert compressed.stat().st_mtime_ns == index.stat().st_mtime_ns, "a file that is replaced is newer"
    publish(serving, "two")
    build_dashboards(project=project, serving=serving, work=tmp_path / "work")
    assert list(site.resolve().rglob("*.gz")) == [compressed]


def test_each_address_has_the_answers_of_its_fixed_queries(project: Path, tmp_path: Path) -> None:
    rows = pl.DataFrame({"name": ["b", "a", "b"], "n": [1, 2, 3]})
    site = build_dashboards(project=project, serving=publish(tmp_path / "serving", "one", rows), work=tmp_path / "work")
    assert read_answers(site, "")["all_rows"]["rows"] == [["b", 1.0, "cxhouse"], ["a", 2.0, "cxhouse"], ["b", 3.0, "cxhouse"]]
    assert read_answers(site, "names/a") == {"own": {"columns": [["n", "DOUBLE", "number"]], "rows": [[2.0]]}}
    assert read_answers(site, "names/b")["own"]["rows"] == [[3.0], [1.0]]
    assert {path.name for path in (find_release(site) / "pages" / "names").iterdir()} == {"a", "b"}


def test_a_new_site_is_opened_to_its_readers_before_the_link_shows_it(project: Path, serving: Path, tmp_path: Path) -> None:
    work, seen = tmp_path / "work", []

    def share(sites: Path) -> None:
        drafts = sorted(path.name for path in sites.glob("*/data/manifest.json*"))
        seen.append((sites, [path.is_file() for path in sites.glob("*/index.html")], (work / "site").exists(), drafts))

    build_dashboards(project=project, serving=serving, work=work, share=share)
    publish(serving, "two")
    build_dashboards(project=project, serving=serving, work=work, share=share)
    assert seen == [
        (work / "sites", [True], False, ["manifest.json.new"]),
        (work / "sites", [True], True, ["manifest.json", "manifest.json.new"]),
    ]


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
    table = read_table(site)
    assert dict(table.schema) == {name: kind for name, (kind, _, _) in READ.items()}
    assert table.to_dicts() == [{name: value for name, (_, _, value) in READ.items()}] * row_count
    answer = read_answers(site, "")["all_rows"]
    assert [(name, kind) for name, _, kind in answer["columns"]] == [(name, kind) for name, (_, kind, _) in READ.items()]
    shown = [value if kind != "date" else round(value.replace(tzinfo=UTC).timestamp() * 1000) for _, kind, value in READ.values()]
    assert answer["rows"] == [shown] * row_count


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select 1 as n, nobody from read_parquet('${serving}/rpt_tiny.parquet')", "rpt_tiny.sql failed: .*nobody"),
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


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("```sql all_rows\nselect nobody from cxhouse.rpt_tiny\n```\n", "pages/index.md, query all_rows failed: .*nobody"),
        ("```sql a\nselect * from cxhouse.rpt_tiny where nobody = '${inputs.x}'\n```\n", "pages/index.md, query a failed: .*nobody"),
        ("```sql a\nselect '${params.x}' as x\n```\n", r"pages/index.md, query a: \$\{params.x\} is not known here"),
        ("```sql a\nselect [1] as x\n```\n", "pages/index.md, query a: column x is of type .*pages show numbers"),
        ("```sql a\nselect 'nan'::double as x\n```\n", "pages/index.md, query a has a number that is not finite"),
        ("```sql a\nselect 1 as x\n```\n\n```sql a\nselect 2 as x\n```\n", "pages/index.md has two queries a"),
        ('{@partial "nowhere.md"}', "pages/index.md names the partial nowhere.md"),
    ],
)
def test_a_wrong_query_of_a_page_is_named_and_the_old_site_stays(
    project: Path, serving: Path, tmp_path: Path, page: str, said: str
) -> None:
    site = build_dashboards(project=project, serving=serving, work=tmp_path / "work")
    release = find_release(site)
    (project / "pages" / "index.md").write_text(page, encoding="utf-8")
    with pytest.raises(DashboardsError, match=said):
        build_dashboards(project=project, serving=serving, work=tmp_path / "work")
    assert find_release(site) == release and (release / "tables" / "rpt_tiny.parquet").is_file()


def test_an_id_that_cannot_be_an_address_is_refused(project: Path, tmp_path: Path) -> None:
    serving = publish(tmp_path / "serving", "one", pl.DataFrame({"name": ["../x"], "n": [1]}))
    with pytest.raises(DashboardsError, match=r"pages/names/\[name\].md: the id '../x' cannot stand in an address"):
        build_dashboards(project=project, serving=serving, work=tmp_path / "work")


def test_a_second_publish_writes_data_and_starts_no_build_of_the_pages(project: Path, serving: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    site = build_dashboards(project=project, serving=serving, work=work)
    first = site.resolve()
    assert count_builds(project) == 1
    notes: list[str] = []
    build_dashboards(project=project, serving=serving, work=work, progress=notes.append)
    assert notes == ["Dashboards are up to date"]
    publish(serving, "two")
    build_dashboards(project=project, serving=serving, work=work)
    assert site.resolve() == first and count_builds(project) == 1
    assert read_answers(site, "")["all_rows"]["rows"] == [["two", 1.0, "cxhouse"]]
    (project / "pages" / "index.md").write_text("second page", encoding="utf-8")
    build_dashboards(project=project, serving=serving, work=work)
    assert (site / "index.html").read_text(encoding="utf-8").startswith("second page")
    assert count_builds(project) == 2 and len(list((work / "sites").iterdir())) == 1, "earlier sites are removed"


def test_a_new_query_of_a_source_needs_no_build_of_the_pages(project: Path, serving: Path, tmp_path: Path) -> None:
    site = build_dashboards(project=project, serving=serving, work=tmp_path / "work")
    source = project / "sources" / "cxhouse" / "rpt_tiny.sql"
    source.write_text("select *, 'other' as company from read_parquet('${serving}/rpt_tiny.parquet')", encoding="utf-8")
    build_dashboards(project=project, serving=serving, work=tmp_path / "work")
    assert read_table(site)["company"].to_list() == ["other"] and count_builds(project) == 1


def test_homes_that_share_a_cache_build_the_pages_once(project: Path, tmp_path: Path) -> None:
    homes = [publish(tmp_path / name / "serving", name).parent for name in ("left", "right")]
    sites = [
        build_dashboards(project=project, serving=home / "serving", work=home / "dashboards", cache=tmp_path / "cache") for home in homes
    ]
    assert [read_table(site)["name"].to_list() for site in sites] == [["left"], ["right"]]
    assert count_builds(project) == 1


def test_a_tab_finds_its_release_and_its_scripts_until_several_publishes_later(project: Path, serving: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    site = build_dashboards(project=project, serving=serving, work=work)
    began, script = find_release(site).name, next((site / "_app" / "immutable").iterdir()).name
    (project / "pages" / "index.md").write_text("second page", encoding="utf-8")
    for count in range(2, KEPT_RELEASES + 2):
        publish(serving, f"number {count}", pl.DataFrame({"name": [f"n{count}"], "n": [1]}))
        build_dashboards(project=project, serving=serving, work=work)
        kept = json.loads((site / "data" / "manifest.json").read_text(encoding="utf-8"))["kept"]
        assert (began in kept) == (site / "data" / began / "tables" / "rpt_tiny.parquet").is_file() == (count <= KEPT_RELEASES)
        assert (site / "_app" / "immutable" / script).is_file()
    assert {path.name for path in (site / "data").iterdir()} == {*kept, "manifest.json"} and len(kept) == KEPT_RELEASES


def test_what_was_shown_before_is_shown_again_without_being_removed_meanwhile(project: Path, serving: Path, tmp_path: Path) -> None:
    site = build_dashboards(project=project, serving=serving, work=tmp_path / "work")
    began = find_release(site)
    before = (began / "pages" / ANSWERS).stat().st_ino
    build_dashboards(project=project, serving=serving, work=tmp_path / "work", failure="the build failed")
    assert find_release(site) != began
    build_dashboards(project=project, serving=serving, work=tmp_path / "work")
    assert find_release(site) == began and (began / "pages" / ANSWERS).stat().st_ino == before


def test_a_failed_build_keeps_the_old_site_and_shows_the_last_lines(project: Path, serving: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    site = build_dashboards(project=project, serving=serving, work=work)
    (project / "pages" / "index.md").write_text("BROKEN", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(DashboardsError, match="is not a page") as failure:
            build_dashboards(project=project, serving=serving, work=work)
        assert "evidence build failed (exit code 3)" in str(failure.value)
        assert "run `cxhouse dashboards`" in str(failure.value)
    assert count_builds(project) == 3, "a build that failed counts as none"
    assert "first page" in (site / "index.html").read_text(encoding="utf-8")
    (project / "pages" / "index.md").write_text("mended", encoding="utf-8")
    build_dashboards(project=project, serving=serving, work=work)
    assert (site / "index.html").read_text(encoding="utf-8").startswith("mended")


def test_a_killed_build_leaves_no_half_shell(project: Path, serving: Path, tmp_path: Path) -> None:
    page = (project / "pages" / "index.md").read_text(encoding="utf-8")
    (project / "pages" / "index.md").write_text(page + "STUCK", encoding="utf-8")
    script = (
        "import sys; from pathlib import Path; from cxhouse.site.shell import ensure_shell;"
        "ensure_shell(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(project), str(tmp_path / "cache")], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list((tmp_path / "cache").glob("*.project/build/_app/immutable/*.js")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.wait(timeout=30)
    os.kill(list_builds(project)[-1], signal.SIGKILL)
    assert [path for path in (tmp_path / "cache").iterdir() if path.is_dir() and path.suffix != ".project"] == []
    (project / "pages" / "index.md").write_text(page, encoding="utf-8")
    site = build_dashboards(project=project, serving=serving, work=tmp_path / "work", cache=tmp_path / "cache")
    assert "first page" in (site / "index.html").read_text(encoding="utf-8")


def test_a_home_with_quotes_in_its_path_has_a_site(project: Path, tmp_path: Path) -> None:
    home = publish(tmp_path / "Jan's ${home}" / "serving", "one").parent
    site = build_dashboards(project=project, serving=home / "serving", work=home / "dashboards")
    assert read_table(site)["name"].to_list() == ["one"]


def test_nothing_published_and_a_missing_report_are_named(project: Path, serving: Path, tmp_path: Path) -> None:
    with pytest.raises(DashboardsError, match="nothing is published yet"):
        build_dashboards(project=project, serving=tmp_path / "nowhere", work=tmp_path / "work")
    (serving / "current" / "rpt_tiny.parquet").unlink()
    with pytest.raises(DashboardsError, match="misses rpt_tiny"):
        build_dashboards(project=project, serving=serving, work=tmp_path / "work")


def test_a_step_that_takes_too_long_is_stopped_with_everything_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "STEP_TIMEOUT_SECONDS", 4)
    marker = tmp_path / "pid"
    with pytest.raises(DashboardsError, match="took longer than 4 seconds"):
        shell.run_step("slow", ["sh", "-c", f"sleep 60 & echo $! > {marker}; wait"], cwd=tmp_path, variables={}, advice="")
    child = int(marker.read_text(encoding="utf-8"))
    deadline = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_stopped_build_takes_everything_it_started_along(tmp_path: Path, number: signal.Signals) -> None:
    marker = tmp_path / "pid"
    script = (
        "import sys; from pathlib import Path; from cxhouse.site.shell import run_step;"
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
    monkeypatch.setattr(shell, "run_step", lambda name, *_, **__: installs.append(name))
    shell.ensure_node_modules(project)
    assert installs == []
    (project / "package-lock.json").write_text('{"changed": true}', encoding="utf-8")
    shell.ensure_node_modules(project)
    shell.ensure_node_modules(project)
    assert installs == ["npm ci"]
    mark_installed(project)


def test_a_report_is_declared_by_its_own_file(project: Path) -> None:
    assert list_declared_reports(project) == ["rpt_tiny"]
