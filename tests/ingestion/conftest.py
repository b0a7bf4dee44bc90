"""Fixtures of the ingestion tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingestion.small_company import SmallCompany


@pytest.fixture
def company(tmp_path: Path) -> SmallCompany:
    """An empty company folder."""
    return SmallCompany(tmp_path)
