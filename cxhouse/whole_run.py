"""`cxhouse run`: the main job from sources to dashboards, under Airflow or at the desk."""

from __future__ import annotations

from rich.console import Console

from cxhouse.settings import Settings


def run_everything(settings: Settings, *, with_airflow: bool, serve: bool, console: Console) -> int:
    """Returns the exit code."""
    raise NotImplementedError
