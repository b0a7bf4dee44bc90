"""A published copy of the demo that a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import DemoHome


@pytest.fixture
def serving(demo_home: DemoHome, tmp_path: Path) -> Path:
    """A separate published copy that a test may change."""
    shutil.copytree(demo_home.serving.resolve(), tmp_path / "serving" / "copy")
    (tmp_path / "serving" / "current").symlink_to("copy", target_is_directory=True)
    return tmp_path / "serving"


def change_report(serving: Path, name: str, *columns: pl.Expr) -> None:
    """Give a report of such a copy other values."""
    path = serving / "current" / f"{name}.parquet"
    pl.read_parquet(path).with_columns(*columns).write_parquet(path)
