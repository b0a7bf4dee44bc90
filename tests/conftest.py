"""What all tests share: hypothesis without deadlines (machines differ), and one small demo company run through the real chain."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from tests.companies.tiny import PROJECT, run_command

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


class OneAirflow(LoadScopeScheduling):
    """On several cores, a file stays on one of them; so do all files that need a real Airflow or the small demo it runs once."""

    def _split_scope(self, nodeid: str) -> str:
        name = nodeid.partition("::")[0]
        path = PROJECT / name
        text = path.read_text(encoding="utf-8")
        needs_airflow = path.parent.name == "browser" or "demo_home" in text or "pytest.mark.airflow" in text
        return "airflow" if needs_airflow else name


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneAirflow:
    """How tests are handed to cores."""
    return OneAirflow(config, log)
