"""A reader that looks at the published copy all the time."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Poll(threading.Thread):
    """Reads the copy again and again while a block runs; `seen` has the builds that it saw, `problems` what was wrong."""

    def __init__(self, read: Callable[[], str], pause: float = 0.05) -> None:
        super().__init__(daemon=True)
        self.read, self.pause, self.seen, self.problems, self.ends = read, pause, set[str](), list[str](), threading.Event()

    def run(self) -> None:
        """Read until the block ends."""
        while not self.ends.wait(self.pause):
            try:
                self.seen.add(self.read())
            except (AssertionError, OSError, ValueError) as error:
                self.problems.append(repr(error))

    def __enter__(self) -> Poll:
        self.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.ends.set()
        self.join()
