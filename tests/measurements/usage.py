"""What a process used: CPU and wall seconds and peak memory, as the system notes them for it and its children."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Usage:
    """CPU and wall seconds, and peak memory in GB."""

    cpu: float
    wall: float
    memory: float


def run_module(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Usage:
    """Run a module of Python in a process of its own. Raises SystemExit with the end of its output when it fails."""
    with tempfile.TemporaryFile("w+") as output:
        started = time.perf_counter()
        own = {**os.environ, **(environment or {})}
        process = subprocess.Popen([sys.executable, "-m", *arguments], env=own, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            raise SystemExit(f"{' '.join(arguments)} failed:\n{output.read()[-3000:]}")
    return Usage(usage.ru_utime + usage.ru_stime, time.perf_counter() - started, usage.ru_maxrss / 1024**2)
