"""What all tests share: which tests need a home, in what order they start, how long campaigns are, and one demo company."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.companies.commands import PARSED, PROJECT
from tests.companies.sharing import build_once, find_shared_folder, hold_lock

# `make test` runs a sample of each long campaign, the same one every time; `make stress` runs all of it
STRESS = os.environ.get("CXHOUSE_TEST_STRESS") == "1"
settings.register_profile("sample", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, max_examples=25)
settings.register_profile("stress", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=1000)
settings.load_profile("stress" if STRESS else "sample")

TESTS = Path(__file__).parent
MADE: list[str] = []
DEMO_END = "2026-06-30"
DEMO_UNTIL = "2026-07-01"
DEMO_SCALE = "0.1"
SHELLS = "CXHOUSE_TEST_SHELLS"  # names the folder where built pages are kept for all homes of a run of pytest


# what a file needs, and its place. The demo's chain starts at once; files that build homes follow; files that read the demo come later
RANKS = (({"demo", "airflow"}, 0), ({"demo"}, 3), ({"airflow"}, 2), ({"home"}, 1), (set(), 4))


def pick_size(sample: int, *, stress: int) -> int:
    """How many cases a campaign has: `sample` in `make test`, `stress` in `make stress`."""
    return stress if STRESS else sample


def pytest_configure() -> None:
    """Make the folders where homes leave for each other what dbt parsed and the built pages; xdist's processes inherit their names."""
    for name, prefix in ((PARSED, "cxhouse-parsed-"), (SHELLS, "cxhouse-shells-")):
        if name not in os.environ:
            os.environ[name] = tempfile.mkdtemp(prefix=prefix)
            MADE.append(os.environ[name])


def pytest_unconfigure() -> None:
    """Remove those that this process made."""
    for folder in MADE:
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a home, and sort files so that long ones start first and short ones fill the cores at the end."""
    needs: dict[Path, set[str]] = defaultdict(set)
    for item in items:
        own = {
            "demo": "demo_home" in getattr(item, "fixturenames", ()),
            "airflow": item.get_closest_marker("airflow") is not None,
            "home": item.path.relative_to(TESTS).parts[0] in ("browser", "dags", "warehouse"),
        }
        if any(own.values()):
            item.add_marker(pytest.mark.home)
        needs[item.path] |= {need for need, is_needed in own.items() if is_needed}
    items.sort(key=lambda item: next(rank for kind, rank in RANKS if kind <= needs[item.path]))


@pytest.fixture(scope="module")
def only_airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No other test starts Airflow meanwhile: a scheduler needs a core."""
    with hold_lock(find_shared_folder(tmp_path_factory) / "airflow.lock"):
        yield


@dataclass(frozen=True)
class DemoHome:
    """The demo company after one whole run under a real Airflow: loaded, built, published, site built."""

    path: Path
    environment: dict[str, str]

    @property
    def site(self) -> Path:
        """The built dashboards."""
        return self.path / "dashboards" / "site"

    @property
    def serving(self) -> Path:
        """The published reports in force."""
        return self.path / "serving" / "current"


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> DemoHome:
    """`make run SERVE=0` on a small demo, once for all processes. Tests read it and change nothing.

    CXHOUSE_TEST_HOME names a home that stands already, for a fast loop at the desk.
    """
    ready = os.environ.get("CXHOUSE_TEST_HOME")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CXHOUSE_")},
        "CXHOUSE_COMPANY": str(PROJECT / "company"),
        "CXHOUSE_HASH_KEY": "a key for tests",
        "CXHOUSE_DEMO_END": DEMO_END,
        "CXHOUSE_DEMO_SCALE": DEMO_SCALE,
        "CXHOUSE_SHELLS": os.environ[SHELLS],
    }

    def run_chain(folder: Path) -> None:
        command = [sys.executable, "-m", "cxhouse.main", "run", "--no-serve", "--until", DEMO_UNTIL]
        own = {**environment, "CXHOUSE_HOME": str(folder / "home")}
        with hold_lock(folder.with_name("airflow.lock")):
            done = subprocess.run(command, cwd=PROJECT, env=own, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"

    path = Path(ready) if ready else build_once(tmp_path_factory, "demo", run_chain) / "home"
    return DemoHome(path, {**environment, "CXHOUSE_HOME": str(path)})
