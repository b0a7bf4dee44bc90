"""Output to the terminal: messages, errors, progress bars."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

# output to a file or a pipe has no screen width, so tables are not cut; names come from data, so [brackets] in them are no markup
console = Console(soft_wrap=True, markup=False, width=None if sys.stdout.isatty() else 180)
errors = Console(stderr=True, soft_wrap=True, markup=False)


class Bar:
    """One progress bar."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self.progress, self.task = progress, task

    def show(self, note: str, done: int | None = None, total: int | None = None) -> None:
        """Show what is being done, and how much of it is done where that is known."""
        self.progress.update(self.task, note=note, completed=done, total=total)


@contextmanager
def show_progress(title: str) -> Iterator[Bar]:
    """A progress bar while a long step runs. It is not shown when the output is not a terminal."""
    columns = (SpinnerColumn(), TextColumn("[bold]{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[note]}", markup=False), console=console, disable=not console.is_terminal) as progress:
        yield Bar(progress, progress.add_task(title, total=None, note=""))


def tell(text: str) -> None:
    """Print a message on standard output."""
    console.print(text, highlight=False, markup=False)


def complain(text: str) -> None:
    """Print an error or warning on standard error."""
    errors.print(text, highlight=False, markup=False)
