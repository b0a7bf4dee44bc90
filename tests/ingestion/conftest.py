"""Fixtures of the ingestion tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.ingestion.small_company import SmallCompany

settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


@pytest.fixture
def company(tmp_path: Path) -> SmallCompany:
    """An empty company folder."""
    return SmallCompany(tmp_path)
