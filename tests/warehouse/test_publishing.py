"""Publishing: two at once, kills at every step, damaged copies. Readers always see one whole copy."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from cxhouse.local_airflow.api import AirflowError
from cxhouse.local_airflow.home import USER, keep_password
from cxhouse.settings import PROJECT, SettingsError, read_settings
from tests.conftest import pick_size
from tests.warehouse import publish_in_child
from tests.warehouse.polling import Poll
from tests.warehouse.publish_in_child import BUILD, REPORTS, ROWS, make_small_home, mark_passed, publish

NEWER = "20260302T000000"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small home whose first build is published; the second waits."""
    monkeypatch.setattr(publish_in_child.publishing, "keep_published", lambda settings, manifest: None)
    monkeypatch.setattr(publish_in_child.publishing, "write_customer_segments", lambda warehouse, folder: folder)
    folder = tmp_path / "home"
    make_small_home(folder)
    publish(folder)
    mark_passed(folder, NEWER)
    return folder


def start(home: Path, step: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.warehouse.publish_in_child", str(home), str(step)]
    environment = {**os.environ, "CXHOUSE_HOME": str(home), "POLARS_MAX_THREADS": "1"}
    return subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def check_copy(home: Path) -> str:
    """Read the published copy as a reader does: link first, then every file of its manifest. Returns its build id."""
    folder = (home / "serving" / "current").resolve()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert len(manifest["reports"]) == REPORTS
    for name, report in manifest["reports"].items():
        content = (folder / f"{name}.parquet").read_bytes()
        assert report == {"rows": ROWS, "sha256": hashlib.sha256(content).hexdigest()}, name
    return str(manifest["build_id"])


def test_two_publishes_at_once_give_one_whole_copy_while_a_reader_looks(home: Path) -> None:
    for _ in range(pick_size(2, stress=25)):
        mark_passed(home, BUILD)
        publish(home)
        mark_passed(home, NEWER)
        with Poll(lambda: check_copy(home), pause=0) as poll:
            both = [start(home), start(home)]
            outputs = [process.communicate(timeout=180) for process in both]
        assert [process.returncode for process in both] == [0, 0], outputs
        assert not poll.problems and poll.seen <= {BUILD, NEWER}
        assert check_copy(home) == NEWER and not list((home / "serving").glob(".*"))


def test_a_publish_killed_at_any_step_beside_another_leaves_one_whole_copy(home: Path, tmp_path: Path) -> None:
    saved = shutil.copytree(home, tmp_path / "saved", symlinks=True)
    output, errors = start(home).communicate(timeout=180)
    reports, total = map(int, output.split())
    assert reports == REPORTS and total > REPORTS, errors
    count = pick_size(5, stress=total)
    for step in sorted({1 + position * (total - 1) // (count - 1) for position in range(count)}):
        shutil.rmtree(home)
        shutil.copytree(saved, home, symlinks=True)
        with Poll(lambda: check_copy(home), pause=0) as poll:
            killed, other = start(home, step), start(home)
            for process in (killed, other):
                process.communicate(timeout=180)
        assert killed.returncode in (0, -signal.SIGKILL) and other.returncode == 0, step  # the second one to publish has fewer steps
        assert not poll.problems and check_copy(home) == NEWER, step
        shutil.rmtree(home)
        shutil.copytree(saved, home, symlinks=True)
        killed = start(home, step)
        killed.communicate(timeout=180)
        assert killed.returncode == -signal.SIGKILL and check_copy(home) in (BUILD, NEWER), step
        publish(home)
        assert check_copy(home) == NEWER, step


@pytest.mark.parametrize("damage", ["missing", "torn", "rows", "manifest"])
def test_a_damaged_copy_is_published_again(home: Path, damage: str) -> None:
    first = publish(home)
    report = home / "serving" / "current" / "rpt_03.parquet"
    if damage == "missing":
        report.unlink()
    elif damage == "torn":
        report.write_bytes(report.read_bytes()[:-1])
    elif damage == "rows":
        pl.read_parquet(report).head(3).write_parquet(report)
    else:
        (home / "serving" / "current" / "manifest.json").write_text("")
    again = publish(home)
    assert check_copy(home) == NEWER and again["reports"] == first["reports"]
    assert (again["published_at"] == first["published_at"]) == (damage != "manifest")


def test_a_whole_copy_is_not_written_again(home: Path) -> None:
    publish(home)
    folder = (home / "serving" / "current").resolve()
    times = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    publish(home)
    assert {path: path.stat().st_mtime_ns for path in (home / "serving" / "current").resolve().iterdir()} == times


def test_a_publish_that_finds_its_copy_whole_removes_what_a_killed_one_left(home: Path) -> None:
    publish(home)
    serving = home / "serving"
    for name in ("20250101T000000", "20250102T000000", f".{NEWER}.0.tmp"):
        (serving / name).mkdir()
    publish(home)
    assert sorted(path.name for path in serving.iterdir()) == ["20250102T000000", BUILD, NEWER, "current"] and check_copy(home) == NEWER


@pytest.mark.parametrize("name", ["it's", "{{ home }}", "a*", "[1]"])
def test_a_home_whose_path_means_something_to_sql_or_dbt_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r"CXHOUSE_HOME is .*; choose a folder whose path does not contain"):
        read_settings({"CXHOUSE_HOME": str(tmp_path / name)})


def test_an_empty_passwords_file_is_written_anew_and_another_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "passwords.json"
    path.touch()
    password = keep_password(path)
    assert password and keep_password(path) == password and json.loads(path.read_text()) == {USER: password}
    assert path.stat().st_mode & 0o777 == 0o600 and list(tmp_path.iterdir()) == [path]
    for content in ("{", "[]", "{}"):
        path.write_text(content)
        with pytest.raises(AirflowError, match=r"passwords\.json holds no password of admin; remove it"):
            keep_password(path)
