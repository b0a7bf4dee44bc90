"""What the last build and the last publish did, as files in the state folder and the published copy."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from cxhouse.files import write_atomically
from cxhouse.settings import Settings

PUBLISH_LOCK = "publish.lock"  # in the state folder; held by a publish, and by a build until it has said that it began
UNFINISHED = "unfinished_publish"  # a file in the state folder; it names the published build as long as the ledger does not hold all of it


class BuildError(Exception):
    """The warehouse cannot be built. The message says what failed and what to do."""


@dataclass(frozen=True)
class BuildState:
    """One build: what it read, which layers are done, and with which result. `seconds` is wall time per layer (or `all`).

    `only` names the models to which it was limited; such a build never passes. `owes_full`: the next build of all models must be full.
    `changed` names the tables dbt reads that differed from the last build, where only what reads them is built; empty: everything is.
    `is_tested_whole`: data tests read all rows, not only the parts of a model that this build made; `tested_whole_at` is when the last
    build that did so, of all models, began.
    """

    build_id: str
    built_at: str
    is_full: bool
    definitions: str
    inputs: dict[str, str] = field(default_factory=dict)
    layers_done: tuple[str, ...] = ()
    is_passed: bool = False
    only: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    owes_full: bool = False
    is_tested_whole: bool = True
    tested_whole_at: str = ""
    tests: dict[str, tuple[int, int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def tests_passed(self) -> int:
        """Number of tests that passed; of a layer that ran several times, only the last run counts."""
        return sum(passed for passed, _ in self.tests.values())

    @property
    def tests_failed(self) -> int:
        """Number of tests that failed, counted in the same way."""
        return sum(failed for _, failed in self.tests.values())


def read_state(settings: Settings, name: str = "build") -> BuildState | None:
    """The last build (`build`) or the last build that passed (`passed`); None before the first one."""
    path = settings.state / f"{name}.json"
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        tests = {name: tuple(counts) for name, counts in content["tests"].items()}
        lists = {name: tuple(content.get(name, ())) for name in ("layers_done", "only", "changed", "errors", "notices")}
        return BuildState(**{**content, **lists, "tests": tests})
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise BuildError(f"{path} cannot be read, or another version of cxhouse wrote it; remove it, then run cxhouse build") from error


def write_state(settings: Settings, state: BuildState) -> None:
    """Write the state. A build that passed is also written to a second file, which a failed build does not overwrite.

    The caller holds the lock of builds. The second file is written first: after a kill in between, the build is not done and is repeated.
    """
    text = json.dumps(asdict(state), indent=2)
    for name in ("passed", "build") if state.is_passed else ("build",):
        write_atomically(settings.state / f"{name}.json", lambda path: path.write_text(text, encoding="utf-8"), alone=True)


def read_manifest(settings: Settings) -> dict[str, Any] | None:
    """The manifest of the published copy; None before the first publish."""
    path = settings.serving / "current" / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
