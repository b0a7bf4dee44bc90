"""Half-open ranges of local days: the first day counts, the end does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, order=True)
class Window:
    """Local days `start` <= day < `end`; never empty."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a window ends after it starts: {self.start} to {self.end}")

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"

    def days(self) -> list[date]:
        """Every day of the window."""
        return [self.start + timedelta(days=offset) for offset in range((self.end - self.start).days)]


def start_next_month(day: date) -> date:
    """First day of the month after the one `day` lies in."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def plan_windows(first: date, to: date) -> list[Window]:
    """Windows for the days from `first` up to, not including, `to`, split at month borders. Empty when there are no days."""
    windows = []
    while first < to:
        end = min(start_next_month(first), to)
        windows.append(Window(first, end))
        first = end
    return windows


def join_windows(windows: Iterable[Window]) -> list[Window]:
    """Merge windows: the same days in as few windows as possible."""
    joined: list[Window] = []
    for window in sorted(windows):
        if joined and window.start <= joined[-1].end:
            joined[-1] = Window(joined[-1].start, max(joined[-1].end, window.end))
        else:
            joined.append(window)
    return joined


def subtract_days(window: Window, covered: set[date]) -> list[Window]:
    """The days of a window that are not covered, as windows of consecutive days."""
    return join_windows(Window(day, day + timedelta(days=1)) for day in window.days() if day not in covered)
