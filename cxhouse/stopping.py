"""What signals to stop do to this process, so that it can stop what it has started."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], None] | signal.Handlers

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StoppedBySignalError(SystemExit):
    """A signal asked this process to stop; the exit code is 128 plus the signal's number."""


@contextmanager
def leave_on_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into an exception, so that `finally` blocks run. Only works in the main thread; elsewhere does nothing."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise StoppedBySignalError(128 + number)

    with handle_signals(leave, SIGNALS[1:]):
        yield


@contextmanager
def ignore_signals() -> Iterator[None]:
    """Ignore Ctrl-C, SIGTERM and SIGHUP while a clean-up runs that must finish."""
    with handle_signals(signal.SIG_IGN, SIGNALS):
        yield


@contextmanager
def handle_signals(handler: Handler, numbers: Iterable[signal.Signals]) -> Iterator[None]:
    """Use another handler for signals while the block runs."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
