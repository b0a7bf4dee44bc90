"""One small demo company for all tests of this folder."""

from __future__ import annotations

from datetime import date

import pytest

from ingestion.demo import generate_demo
from tests.ingestion.demo.foreign_files import ForeignFiles

END = date(2025, 3, 31)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> ForeignFiles:
    """A tenth of the whole demo, up to the day after the clocks went forward."""
    folder = tmp_path_factory.mktemp("home") / "demo"
    return ForeignFiles(folder, generate_demo(folder, end=END, scale=0.1, seed=7))
