"""What every command does first: it closes the home to other users, and keeps values of rows out of what a defect prints."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from types import TracebackType

from cxhouse.files import protect_home
from cxhouse.screen import complain
from cxhouse.settings import Settings, SettingsError, read_settings

# they write no file in the home, only where the user says
USES_NO_HOME = frozenset({"calibrate", "clv", "effect", "schemas"})
PRIVATE_UMASK = 0o077


def keep_private(command: str) -> int:
    """Close the home of this command, and everything that it and its child processes make there, to other users.

    Returns the user's own umask, for files that a command writes where the user says. A setting that is not valid is reported by the
    command itself, if it needs settings.
    """
    sys.excepthook = print_defect
    try:
        settings: Settings | None = read_settings()
    except SettingsError:
        settings = None
    if settings is not None and settings.show_values:
        show_originals()
    before = os.umask(PRIVATE_UMASK)
    if command in USES_NO_HOME:
        os.umask(before)
    elif settings is not None:
        close_home(settings)
    return before


def close_home(settings: Settings) -> None:
    """Tighten the home; warn about what belongs to another user."""
    refused = protect_home(settings.home, shared=settings.shared, readers=settings.readers)
    if refused:
        more = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
        complain(f"warning: {refused[0]}{more} belongs to another user, so its permissions stay; let its owner run chmod go= on it")


def show_originals() -> None:
    """Print whole messages of libraries on standard error, when it is a terminal: a pipe or a log file may be kept or shared."""
    if not sys.stderr.isatty():
        return
    logger, handler = logging.getLogger("cxhouse.originals"), logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("whole message: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)


def print_defect(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print where an unexpected error was raised, with the lines of code, and its message only as far as it holds no values."""
    from ingestion.messages import describe_error

    if not isinstance(error, Exception):
        sys.__excepthook__(kind, error, trace)
        return
    lines: list[str] = []
    current: BaseException | None = error
    while current is not None:
        frames = "".join(traceback.format_tb(current.__traceback__))
        lines.insert(0, f"Traceback (most recent call last):\n{frames}{describe_error(current)}\n")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    print("\nThe error above led to this one:\n".join(lines), file=sys.stderr)
