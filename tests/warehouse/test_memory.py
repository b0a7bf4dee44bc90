"""A build that needs more memory than it may use goes on in files; where it cannot, the message says which setting to raise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner

from cxhouse.settings import SettingsError, read_settings
from cxhouse.warehouse.build import dbt_environment
from tests.companies.commands import PROJECT
from tests.warehouse.conftest import Home, copy_home

# each needs some 200 MB in order; the first one begins the file that the next one goes on with
ORDERED = "{{ config(materialized='table') }} select md5(range::varchar) as k from range(4000000) order by k"
MODELS = {
    "one.sql": ORDERED,
    "two.sql": f"-- depends_on: {{{{ ref('one') }}}}\n{ORDERED}",
    "three.sql": "select count(*) as n from {{ ref('two') }}",
}


def test_models_that_need_more_memory_than_they_may_use_go_on_in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    project = "name: cxhouse\nversion: '1.0'\nprofile: cxhouse\nflags: {send_anonymous_usage_stats: false}\n"
    (tmp_path / "dbt_project.yml").write_text(project, encoding="utf-8")
    for name, text in MODELS.items():
        (tmp_path / "models" / name).write_text(text, encoding="utf-8")
    settings = read_settings({"CXHOUSE_HOME": str(tmp_path / "home"), "CXHOUSE_MEMORY": "100MB"})
    settings.state.mkdir(parents=True)
    for name, value in dbt_environment(settings).items():
        monkeypatch.setenv(name, value)
    places = ["--project-dir", str(tmp_path), "--profiles-dir", str(PROJECT / "dbt"), "--target-path", str(tmp_path / "target")]
    result: Any = dbtRunner().invoke(["run", *places, "--log-path", str(tmp_path), "--log-level", "none"])
    assert result.exception is None, result.exception
    assert [(node.node.name, str(node.status), node.message) for node in result.result.results] == [
        ("one", "success", "OK"), ("two", "success", "OK"), ("three", "success", "OK"),
    ]  # fmt: skip
    assert (settings.state / "spill").is_dir()


def test_too_little_memory_is_said_with_the_setting(tiny: Home, tmp_path: Path) -> None:
    home = copy_home(tiny, tmp_path, CXHOUSE_MEMORY="5MB")
    failed = home.run("build", "--full-refresh", check=False)
    assert failed.returncode and "OutOfMemoryException" in failed.stderr
    assert "may use 5MB of memory for its database: set CXHOUSE_MEMORY to more" in failed.stderr


@pytest.mark.parametrize("text", ["2", "0GB", "GB", "-1GB", "101%", "80 percent", "2GB; select 1", "1e3MB"])
def test_memory_is_a_size_or_a_share(text: str) -> None:
    assert read_settings({}).memory == "80%" and read_settings({"CXHOUSE_MEMORY": "1.5GiB"}).memory == "1.5GiB"
    with pytest.raises(SettingsError, match="a size like 2GB"):
        read_settings({"CXHOUSE_MEMORY": text})
