"""What all tests share: hypothesis without deadlines (machines differ), and one small demo company run through the real chain."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from tests.tiny import PROJECT, run_command

settings.register_profile("cxhouse", deadline=None)
settings.load_profile("cxhouse")

DEMO_END = "2026-06-30"
DEMO_UNTIL = "2026-07-01"
DEMO_SCALE = "0.1"


@dataclass(frozen=True)
class DemoHome:
    """The demo company after one whole run under a real Airflow: loaded, built, published, site built."""

    path: Path
    environment: dict[str, str]
    output: str

    @property
    def site(self) -> Path:
        """The built dashboards."""
        return self.path / "dashboards" / "site"

    @property
    def serving(self) -> Path:
        """The published reports in force."""
        return self.path / "serving" / "current"


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHome]:
    """`make run SERVE=0` on a small demo. CXHOUSE_TEST_HOME names a home that stands already, for a fast loop at the desk."""
    ready = os.environ.get("CXHOUSE_TEST_HOME")
    path = Path(ready) if ready else tmp_path_factory.mktemp("demo") / "home"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CXHOUSE_")},
        "CXHOUSE_HOME": str(path),
        "CXHOUSE_COMPANY": str(PROJECT / "company"),
        "CXHOUSE_HASH_KEY": "a key for tests",
        "CXHOUSE_DEMO_END": DEMO_END,
        "CXHOUSE_DEMO_SCALE": DEMO_SCALE,
    }
    output = "" if ready else run_command(environment, "run", "--no-serve", "--until", DEMO_UNTIL).stdout
    yield DemoHome(path, environment, output)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which tests stay together on one core: those of a real Airflow and of the small demo it runs once, and else those of one file."""
    for item in items:
        needs_airflow = "demo_home" in getattr(item, "fixturenames", ()) or item.get_closest_marker("airflow") is not None
        item.add_marker(pytest.mark.xdist_group("airflow" if needs_airflow else item.path.relative_to(PROJECT).as_posix()))
