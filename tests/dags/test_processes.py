"""Processes are stopped: also grandchildren, orphans, and those that ignore SIGTERM."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from cxhouse.local_airflow.api import AirflowError
from cxhouse.local_airflow.components import hold_lock, stop_leftovers
from cxhouse.local_airflow.processes import TOKEN_VARIABLE, find_family, identify, stop_family
from cxhouse.stopping import StoppedBySignalError, leave_on_signals

SLEEP = "import time; time.sleep(60)"
PARENT = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {SLEEP!r}], start_new_session=True); time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


def start(code: str, token: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, TOKEN_VARIABLE: token}, stdout=subprocess.PIPE, start_new_session=True
    )


def wait_for_family(token: str, size: int) -> list[psutil.Process]:
    give_up_at = time.monotonic() + 10
    while len(family := find_family(token, [])) < size:
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    return family


def test_a_child_and_its_child_in_another_session_are_stopped() -> None:
    with start(PARENT, "token-1") as parent:
        family = wait_for_family("token-1", 2)
        assert stop_family("token-1", [identify(parent.pid) or (0, 0.0)]) == []
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in family)


def test_an_orphan_is_found_after_its_parent_was_killed() -> None:
    with start(PARENT, "token-2") as parent:
        wait_for_family("token-2", 2)
        parent.kill()
        parent.wait()
        assert len(find_family("token-2", [])) == 1
        assert stop_family("token-2", []) == []
    assert find_family("token-2", []) == []


def test_an_orphan_that_hides_its_environment_is_found_by_its_session() -> None:
    start_child = f"subprocess.Popen([sys.executable, '-c', {SLEEP!r}], env={{}})"
    hidden = f"import os, subprocess, sys, time; {start_child}; print('up', flush=True); time.sleep(60)"
    with start(hidden, "token-6") as parent:
        assert parent.stdout and parent.stdout.readline() == b"up\n"
        member = identify(parent.pid) or (0, 0.0)
        parent.kill()
        parent.wait()
        assert len(find_family("no token", [member])) == 1
        assert stop_family("no token", [member]) == []
    assert find_family("no token", [member]) == []


def test_one_that_does_not_listen_is_killed_after_the_patience() -> None:
    with start(DEAF, "token-3") as deaf:
        assert deaf.stdout and deaf.stdout.readline() == b"deaf\n"
        assert stop_family("token-3", [identify(deaf.pid) or (0, 0.0)], patience_seconds=0.5) == []
        assert deaf.wait(5) in (-signal.SIGKILL, 0)


def test_a_number_used_again_by_a_stranger_is_left_alone() -> None:
    with start(SLEEP, "token-4") as stranger:
        assert stop_family("another token", [(stranger.pid, 1.0)]) == []
        assert stranger.poll() is None
        stranger.kill()


def test_leftovers_of_a_killed_run_are_stopped_by_the_next(tmp_path: Path) -> None:
    record = tmp_path / "processes.json"
    with start(SLEEP, "token-5"):
        wait_for_family("token-5", 1)
        record.write_text('{"token": "token-5", "members": []}')
        stop_leftovers(record)
    assert find_family("token-5", []) == []
    assert not record.exists()


@pytest.mark.parametrize("text", ["", '{"tok'])
def test_a_half_written_record_of_leftovers_is_no_obstacle(tmp_path: Path, text: str) -> None:
    (tmp_path / "processes.json").write_text(text)
    stop_leftovers(tmp_path / "processes.json")
    assert not (tmp_path / "processes.json").exists()


def test_sigterm_becomes_an_exception_and_an_exit_code() -> None:
    with pytest.raises(StoppedBySignalError) as stopped, leave_on_signals():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)
    assert stopped.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_two_runs_do_not_share_one_home(tmp_path: Path) -> None:
    with hold_lock(tmp_path / "lock"), pytest.raises(AirflowError, match="another cxhouse run"), hold_lock(tmp_path / "lock"):
        pass
