"""Processes that are killed at a chosen step, or after some time, and the step counts of those that are not.

A step is what Python does to a file below the watched folder: opening, renaming, removing, making a folder or a link, changing a mode,
flushing. A flush is two steps: at the first one, the process dies with half of the new content written.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.companies.commands import FORKS, run_in_place

CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.chmod")
PATIENCE_SECONDS = 240


@dataclass
class Steps:
    """The steps of this process below a folder, and the one at which it dies (0: none)."""

    folder: str
    last: int
    names: list[str] = field(default_factory=list)
    opened: tuple[str, int] = ("", 0)

    def count(self, name: str, leave: Callable[[], object] = lambda: None) -> None:
        """Count a step, and die when it is the chosen one."""
        self.names.append(name)
        if len(self.names) == self.last:
            leave()
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """An event of Python's audit: count it when it is a step."""
        if (event != "open" and event not in CHANGES) or not isinstance(arguments[0], str | os.PathLike):
            return
        path = os.fspath(arguments[0])
        if not path.startswith(self.folder):
            return
        if event == "open":
            adds = bool((arguments[2] or 0) & os.O_APPEND)
            self.opened = (path, Path(path).stat().st_size if adds and Path(path).is_file() else 0)
        self.count(f"{event} {path.removeprefix(self.folder)}")

    def flush(self, descriptor: int) -> None:
        """Take the place of `os.fsync`."""
        path, start = self.opened
        about = os.fstat(descriptor)
        if stat.S_ISREG(about.st_mode) and Path(path).exists() and os.path.samestat(about, Path(path).stat()):
            size = about.st_size
            self.count(f"half of {path.removeprefix(self.folder)}", lambda: os.truncate(path, start + (size - start) // 2))
        self.count(f"flush {path.removeprefix(self.folder)}")


def watch(folder: Path, last: int) -> Steps:
    """From now on, count the steps of this process below the folder. Files are not flushed: a process that dies loses nothing by that."""
    steps = Steps(f"{folder}{os.sep}", last)
    os.fsync = steps.flush
    sys.addaudithook(steps.hear)
    return steps


@dataclass
class Outcome:
    """How a process ended: `code` as for subprocess, what its action returned, its steps, and what it wrote to stderr."""

    code: int
    answer: Any
    steps: list[str]
    errors: str

    @property
    def is_killed(self) -> bool:
        """Whether it died at its step."""
        return self.code == -signal.SIGKILL


class Running:
    """A process that performs an action and can be waited for or killed."""

    def __init__(self, action: Callable[..., Any], *arguments: Any, folder: Path, step: int = 0, **environment: str) -> None:
        self.place = tempfile.TemporaryDirectory(prefix="cxhouse-kills-")
        self.process = FORKS.Process(target=perform, args=(action, arguments, environment, folder, step, Path(self.place.name)))
        self.process.start()

    def kill_after(self, seconds: float) -> Outcome:
        """Let it run for some time, then kill it unless it has ended."""
        self.process.join(seconds)
        self.process.kill()
        return self.wait()

    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return bool(self.process.is_alive())

    def wait(self) -> Outcome:
        """Wait until it ends. Raises AssertionError when it does not, as with a lock that stayed behind."""
        self.process.join(PATIENCE_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            raise AssertionError(f"still running after {PATIENCE_SECONDS} s: something it waits for stayed behind")
        answer, errors = Path(self.place.name, "answer.json"), Path(self.place.name, "stderr")
        said = json.loads(answer.read_text(encoding="utf-8")) if answer.is_file() else {"answer": None, "steps": []}
        outcome = Outcome(int(self.process.exitcode or 0), said["answer"], said["steps"], errors.read_text() if errors.is_file() else "")
        self.place.cleanup()
        return outcome


def run(action: Callable[..., Any], *arguments: Any, folder: Path, step: int = 0, **environment: str) -> Outcome:
    """Perform an action in a process of its own and wait for it."""
    return Running(action, *arguments, folder=folder, step=step, **environment).wait()


def perform(
    action: Callable[..., Any], arguments: tuple[Any, ...], environment: dict[str, str], folder: Path, step: int, place: Path
) -> None:
    """In the forked process: perform the action, and leave its answer and steps."""
    run_in_place(environment, place / "stdout", place / "stderr")
    steps = watch(folder, step)
    answer = action(*arguments)
    names = steps.names.copy()
    (place / "answer.json").write_text(json.dumps({"answer": answer, "steps": names}), encoding="utf-8")


def spread(count: int, total: int) -> list[int]:
    """`count` of the steps 1 to `total`, evenly spread and without the ends; all when there are not more."""
    return [position * (total + 1) // (count + 1) for position in range(1, count + 1)] if count < total else list(range(1, total + 1))
