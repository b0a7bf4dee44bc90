"""What people see at the terminal: messages, errors, progress."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

# in a file or a pipe a table is not cut to the width of a screen that is not there
console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 180)
errors = Console(stderr=True, soft_wrap=True)


class Bar:
    """One progress bar."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self.progress, self.task = progress, task

    def show(self, note: str, done: int | None = None, total: int | None = None) -> None:
        """Say what is being done, and how far it is where that is known."""
        self.progress.update(self.task, note=note, completed=done, total=total)


@contextmanager
def show_progress(title: str) -> Iterator[Bar]:
    """A progress bar while something long runs; nothing of it stays when the output is not a terminal."""
    columns = (SpinnerColumn(), TextColumn("[bold]{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[note]}"), console=console, disable=not console.is_terminal) as progress:
        yield Bar(progress, progress.add_task(title, total=None, note=""))


def tell(text: str) -> None:
    """A message."""
    console.print(text, highlight=False, markup=False)


def complain(text: str) -> None:
    """An error or warning, on standard error."""
    errors.print(text, highlight=False, markup=False)
