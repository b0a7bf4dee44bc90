"""What all commands share: reading days given as options, and showing errors that a user can correct."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import typer

from cxhouse.screen import complain
from cxhouse.settings import Settings


@contextmanager
def report_failures() -> Iterator[None]:
    """Turn errors that a user can correct into a message and exit code 1. Any other error is a defect and keeps its traceback."""
    from cxhouse.commands.errors import MENDABLE

    try:
        yield
    except MENDABLE as error:
        raise fail(error) from error


def fail(error: Exception | str) -> typer.Exit:
    """Show what is wrong and return the exit to raise, with code 1."""
    complain(f"error: {error}")
    return typer.Exit(1)


def check_private(settings: Settings, path: Path, what: str) -> None:
    """Refuse a path inside a published folder, because `what` must not be published. Raises BuildError."""
    from cxhouse.build_state import BuildError

    for folder in (settings.serving, settings.dashboards):
        if path.resolve().is_relative_to(folder.resolve()):
            raise BuildError(f"{path} lies in {folder}, which is published; {what} must not be published. Choose another place")


def read_day(text: str | None, option: str) -> date | None:
    """A day given as an option, as 2026-01-31."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is not a date; write 2026-01-31", param_hint=option) from error


def check_choice(text: str | None, allowed: tuple[str, ...], option: str) -> None:
    """Refuse a text that is none of the choices."""
    if text is not None and text not in allowed:
        raise typer.BadParameter(f"{text} is not one of {', '.join(allowed)}", param_hint=option)
