"""Only its owner reads the home; what is published is open to those whom the settings name."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cxhouse.files import protect_home, share_folder
from cxhouse.settings import SettingsError, read_settings

PROJECT = Path(__file__).resolve().parents[2]


def read_modes(home: Path) -> dict[str, str]:
    """Octal modes of a home and what is in it, by path."""
    paths = [home, *(path for path in home.rglob("*") if not path.is_symlink())]
    return {str(path.relative_to(home)): f"{stat.S_IMODE(path.stat().st_mode):o}" for path in paths}


@pytest.fixture
def old_home(tmp_path: Path) -> Path:
    """A home that an earlier version made: every user can read it."""
    home = tmp_path / "home"
    for name in (
        "lake/crm/t/a.txt",
        "serving/b1/rpt.parquet",
        "dashboards/sites/s1/index.html",
        "dashboards/project/x",
        "warehouse.duckdb",
    ):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("x", encoding="utf-8")
    for path in [home, *home.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    (home / "serving" / "current").symlink_to("b1", target_is_directory=True)
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    outside.chmod(0o755)
    (home / "link").symlink_to(outside, target_is_directory=True)
    return home


def protect(home: Path, readers: str) -> list[Path]:
    return protect_home(home, shared=[home / "serving", home / "dashboards" / "sites"], readers=readers)


def test_an_open_home_is_closed_whole(old_home: Path) -> None:
    assert protect(old_home, "owner") == []
    modes = read_modes(old_home)
    assert len(modes) > 10
    assert set(modes.values()) == {"700", "600"}
    assert stat.S_IMODE((old_home.parent / "outside").stat().st_mode) == 0o755  # links are not followed


@pytest.mark.parametrize(("readers", "passing", "folder", "file"), [("group", "710", "750", "640"), ("everyone", "711", "755", "644")])
def test_readers_reach_what_is_published_and_nothing_else(old_home: Path, readers: str, passing: str, folder: str, file: str) -> None:
    protect(old_home, readers)
    modes = read_modes(old_home)
    open_ones = {
        ".": passing,
        "dashboards": passing,
        "serving": folder,
        "serving/b1": folder,
        "serving/b1/rpt.parquet": file,
        "dashboards/sites": folder,
        "dashboards/sites/s1": folder,
        "dashboards/sites/s1/index.html": file,
    }
    assert {name: modes[name] for name in open_ones} == open_ones
    assert {mode for name, mode in modes.items() if name not in open_ones} == {"700", "600"}


def test_a_setting_that_changed_is_applied_both_ways(old_home: Path) -> None:
    protect(old_home, "everyone")
    protect(old_home, "owner")
    assert set(read_modes(old_home).values()) == {"700", "600"}
    protect(old_home, "everyone")
    assert read_modes(old_home)["serving/b1/rpt.parquet"] == "644"


def test_a_new_entry_that_another_program_left_open_is_closed(old_home: Path) -> None:
    protect(old_home, "everyone")
    (old_home / "airflow").mkdir()
    (old_home / "airflow").chmod(0o755)
    (old_home / "copy.duckdb").touch()
    (old_home / "copy.duckdb").chmod(0o644)
    protect(old_home, "everyone")
    modes = read_modes(old_home)
    assert (modes["airflow"], modes["copy.duckdb"], modes["serving/b1"], modes["dashboards"]) == ("700", "600", "755", "711")


def test_a_new_copy_is_shared_with_the_way_to_it(old_home: Path) -> None:
    protect(old_home, "owner")
    share_folder(old_home / "dashboards" / "sites", home=old_home, readers="owner")
    assert set(read_modes(old_home).values()) == {"700", "600"}
    share_folder(old_home / "dashboards" / "sites", home=old_home, readers="everyone")
    modes = read_modes(old_home)
    shown = ("711", "711", "755", "644", "700")
    assert tuple(modes[name] for name in (".", "dashboards", "dashboards/sites", "dashboards/sites/s1/index.html", "serving")) == shown


def test_a_home_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    assert protect(tmp_path / "none", "owner") == [] and not (tmp_path / "none").exists()


def test_a_reader_changes_nothing_in_the_home_of_somebody_else(old_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read_modes(old_home)
    monkeypatch.setattr(os, "geteuid", lambda: old_home.stat().st_uid + 1)
    assert protect(old_home, "owner") == [] and read_modes(old_home) == before


def test_what_belongs_to_another_user_is_named_and_the_rest_is_closed(old_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change = Path.chmod

    def refuse(path: Path, mode: int) -> None:
        if path.name == "warehouse.duckdb":
            raise PermissionError
        change(path, mode)

    monkeypatch.setattr(Path, "chmod", refuse)
    assert protect(old_home, "owner") == [old_home / "warehouse.duckdb"]
    assert {name for name, mode in read_modes(old_home).items() if mode not in ("700", "600")} == {"warehouse.duckdb"}


def test_readers_are_one_of_three_words() -> None:
    assert read_settings({}).readers == "owner"
    with pytest.raises(SettingsError, match="CXHOUSE_READERS is all; write owner, group or everyone"):
        read_settings({"CXHOUSE_READERS": "all"})


def run_command(home: Path, *arguments: str, umask: int = 0o022) -> None:
    environment = {**os.environ, "CXHOUSE_HOME": str(home), "CXHOUSE_DEMO_SCALE": "0.001", "CXHOUSE_DEMO_END": "2026-01-31"}
    command = [sys.executable, "-m", "cxhouse.main", *arguments]
    done = subprocess.run(command, cwd=PROJECT, env=environment, umask=umask, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_a_command_makes_in_the_home_is_private_and_what_it_writes_elsewhere_is_not(old_home: Path, tmp_path: Path) -> None:
    run_command(old_home, "demo")
    modes = read_modes(old_home)
    assert any(name.startswith("demo/") for name in modes) and set(modes.values()) == {"700", "600"}
    run_command(old_home, "schemas", str(tmp_path / "schemas"))
    assert set(read_modes(tmp_path / "schemas").values()) == {"755", "644"}
