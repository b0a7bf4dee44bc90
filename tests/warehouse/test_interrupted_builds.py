"""A build or publish that is killed, fails or has no disk space: readers keep the copy they have, and the next run succeeds."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cxhouse import build_state
from cxhouse.build_state import BuildError
from cxhouse.settings import read_settings
from cxhouse.warehouse import publishing
from cxhouse.warehouse.build import begin_build
from cxhouse.warehouse.preparation import open_workplace
from tests.companies.tiny import FOLDER, PROJECT, UNTIL, write_data
from tests.warehouse.conftest import Home, copy_home, make_home
from tests.warehouse.test_incremental_builds import TABLES, snapshot


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two days loaded, built and published; the third has landed and waits for a build."""
    built = make_home(tmp_path_factory.mktemp("two_days"))
    write_data(built.data)
    built.run("ingest", "--to", "2026-03-03")
    built.build()
    built.run("publish")
    built.run("ingest", "--to", UNTIL)
    return built


@pytest.fixture
def home(two_days: Home, tmp_path: Path) -> Home:
    """A copy to be damaged, with a company folder of its own."""
    company = shutil.copytree(FOLDER, tmp_path / "company")
    return copy_home(two_days, tmp_path, CXHOUSE_COMPANY=str(company))


def check_published(home: Home) -> str:
    """Check that the published copy is complete: every file has the hash in the manifest. Returns its build id."""
    current = home.path / "serving" / "current"
    manifest = json.loads((current / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["reports"]
    for name, report in manifest["reports"].items():
        assert hashlib.sha256((current / f"{name}.parquet").read_bytes()).hexdigest() == report["sha256"], name
    return manifest["build_id"]


def kill_build_at(home: Home, step: str) -> None:
    """Start a build and kill it with its child processes as soon as its log names the step."""
    log = home.path / "state" / "dbt.log"
    log.unlink(missing_ok=True)
    environment = {**home.environment, "DBT_LOG_LEVEL_FILE": "debug"}
    process = subprocess.Popen(
        [sys.executable, "-m", "cxhouse.main", "build"], cwd=PROJECT, env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    give_up = time.monotonic() + 240
    while time.monotonic() < give_up and process.poll() is None:
        if log.is_file() and f"Began executing node model.cxhouse.{step}" in log.read_text(encoding="utf-8", errors="replace"):
            break
        time.sleep(0.005)
    assert process.poll() is None, f"the build ended before {step}"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_build_killed_anywhere_is_repaired_by_the_next(home: Home) -> None:
    before = check_published(home)
    for step in ("int_deliveries", "int_answers_daily", "fct_touchpoint_kpis"):
        kill_build_at(home, step)
        assert check_published(home) == before
        refused = home.run("publish", check=False)
        assert refused.returncode == 1 and "did not pass" in refused.stderr and "Traceback" not in refused.stderr
    home.run("build")
    assert '"is_full": false' in (home.path / "state" / "build.json").read_text(encoding="utf-8")
    repaired = snapshot(home)
    home.run("publish")
    assert check_published(home) != before
    home.build("--full-refresh")
    full = snapshot(home)
    for table in TABLES:
        assert repaired[table] == full[table], table


def test_a_build_that_fails_names_the_model_and_leaves_readers_alone(home: Home) -> None:
    before = check_published(home)
    model = Path(home.environment["CXHOUSE_COMPANY"]) / "models" / "stg_shop__orders.sql"
    right = model.read_text(encoding="utf-8")
    model.write_text(right.replace("total as net_amount", "total as nett_amount"), encoding="utf-8")
    failed = home.run("build", check=False)
    assert failed.returncode == 1 and "Traceback" not in failed.stderr
    for fragment in ("stg_shop__orders", "missing columns: net_amount", "unexpected columns: nett_amount", "semantic/contracts/orders.yml"):
        assert fragment in failed.stderr, failed.stderr
    status = home.run("status").stdout
    assert "did not pass" in status and "stg_shop__orders" in status
    assert home.run("publish", check=False).returncode == 1
    assert check_published(home) == before
    model.write_text(right, encoding="utf-8")
    home.build()
    home.run("publish")
    assert check_published(home) != before


def test_a_full_disk_stops_the_build_and_the_next_one_repairs(home: Home) -> None:
    before = check_published(home)
    limited = (
        "import resource, runpy, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)); sys.argv = ['cxhouse', 'build'];"
        "runpy.run_module('cxhouse.main', run_name='__main__')"
    )
    starved = subprocess.run([sys.executable, "-c", limited], cwd=PROJECT, env=dict(home.environment), capture_output=True, check=False)
    assert starved.returncode != 0
    assert check_published(home) == before
    home.build()
    home.run("publish")
    assert check_published(home) != before


# a process of its own: one forked from a process that has used polars hangs when it uses polars itself
DIES_AFTER = """
import os, sys
from cxhouse.settings import read_settings
from cxhouse.warehouse import publishing

original = getattr(publishing, sys.argv[1])


def die(*arguments, **named):
    original(*arguments, **named)
    os._exit(137)


setattr(publishing, sys.argv[1], die)
publishing.publish_reports(read_settings(os.environ))
"""


@pytest.mark.parametrize("step", ["export_reports", "swap_link"])
def test_a_publish_killed_before_or_after_a_step_leaves_one_whole_copy(tiny: Home, tmp_path: Path, step: str) -> None:
    folder = Path(shutil.copytree(tiny.path, tmp_path / "home", symlinks=True))
    home = Home(folder, tiny.data, {**tiny.environment, "CXHOUSE_HOME": str(folder)})
    state = json.loads((folder / "state" / "build.json").read_text(encoding="utf-8"))
    before, kept = check_published(home), folder / "ledger" / "kpi_definitions.jsonl"
    kept.unlink()
    (folder / "state" / "build.json").write_text(json.dumps({**state, "build_id": "another"}), encoding="utf-8")
    died = subprocess.run([sys.executable, "-c", DIES_AFTER, step], cwd=PROJECT, env=dict(home.environment), check=False)
    assert died.returncode == 137
    assert check_published(home) == (before if step == "export_reports" else "another")
    assert not kept.exists()
    # what readers saw is kept even when the next build is before the next publish
    settings = read_settings(home.environment)
    begin_build(open_workplace(settings), full_refresh=False, now=datetime.now(UTC))
    assert kept.exists() == (step == "swap_link") and not (folder / "state" / build_state.UNFINISHED).exists()
    publishing.publish_reports(settings)
    assert check_published(home) == "another"
    assert not list((folder / "serving").glob(".*.tmp"))


def test_two_builds_at_once_are_refused(tmp_path: Path) -> None:
    from cxhouse.warehouse.build import hold_build_lock

    lock = tmp_path / "lock"
    with hold_build_lock(lock), pytest.raises(BuildError, match="another build is running"), hold_build_lock(lock):
        pass
