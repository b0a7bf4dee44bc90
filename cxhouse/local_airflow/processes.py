"""Finding and stopping processes started here and all their descendants, also when a process between them has died."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress

import psutil

from cxhouse.stopping import ignore_signals

TOKEN_VARIABLE = "CXHOUSE_FAMILY"


def identify(pid: int) -> tuple[int, float] | None:
    """Number and start time of a process; None when it has ended. A number can be used again, the pair cannot."""
    with suppress(psutil.NoSuchProcess):
        return pid, psutil.Process(pid).create_time()
    return None


def find_family(token: str, members: Iterable[tuple[int, float]]) -> list[psutil.Process]:
    """The members still running, all their descendants, what runs in their sessions, and every process that inherited the token.

    All four ways are needed, because each one misses some: a process whose parent died has another parent, and a process that changed its
    title has overwritten its environment. This process itself is never included.
    """
    found: dict[int, psutil.Process] = {}
    sessions: set[int] = set()
    for pid, created in members:
        known = identify(pid)
        if known is None or abs(known[1] - created) < 0.01:  # else another process has this number now
            sessions.add(pid)
        if known and pid in sessions:
            with suppress(psutil.Error):
                member = psutil.Process(pid)
                found.update({relative.pid: relative for relative in (member, *member.children(recursive=True))})
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if os.getsid(process.pid) in sessions or process.environ().get(TOKEN_VARIABLE) == token:
                found[process.pid] = process
    found.pop(os.getpid(), None)
    return [process for process in found.values() if is_running(process)]


def is_running(process: psutil.Process) -> bool:
    """False for a process that has ended, also when its parent has not collected it yet (a zombie)."""
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def stop_family(token: str, members: Iterable[tuple[int, float]], *, patience_seconds: float = 8.0) -> list[int]:
    """Send SIGTERM to all members, kill those still running after `patience_seconds`, and return the numbers of any left (usually none).

    Members are remembered once seen, so a task whose scheduler died first is still found. Signals to this process wait meanwhile.
    """
    known, asked = {(pid, created) for pid, created in members}, set[int]()
    kill_at = time.monotonic() + patience_seconds
    with ignore_signals():
        for _ in range(int(patience_seconds * 10) + 100):
            family = find_family(token, known)
            if not family:
                return []
            for process in family:
                with suppress(psutil.Error):
                    known.add((process.pid, process.create_time()))
                    if time.monotonic() > kill_at:
                        process.kill()
                    elif process.pid not in asked:
                        asked.add(process.pid)
                        process.terminate()
            psutil.wait_procs(family, timeout=0.2)
    return [process.pid for process in find_family(token, known)]
