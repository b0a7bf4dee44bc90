"""What the last build and the last publish did, as files in the state folder and the published copy."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from cxhouse.files import write_atomically
from cxhouse.settings import Settings

UNFINISHED = "unfinished_publish"  # in the state: the build that readers see, while the ledger does not hold all of it yet


class BuildError(Exception):
    """The warehouse could not be built. The message says what failed and what to do."""


@dataclass(frozen=True)
class BuildState:
    """One build: what is done of it, and how it went. `seconds` is wall time per layer (or `all`)."""

    build_id: str
    built_at: str
    is_full: bool
    definitions: str
    layers_done: tuple[str, ...] = ()
    is_passed: bool = False
    tests: dict[str, tuple[int, int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def tests_passed(self) -> int:
        """Tests that passed, each layer's last run counted once."""
        return sum(passed for passed, _ in self.tests.values())

    @property
    def tests_failed(self) -> int:
        """Tests that failed."""
        return sum(failed for _, failed in self.tests.values())


def read_state(settings: Settings, name: str = "build") -> BuildState | None:
    """The last build (`build`) or the last that passed (`passed`); None before the first."""
    path = settings.state / f"{name}.json"
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        tests = {name: tuple(counts) for name, counts in content["tests"].items()}
        lists = {name: tuple(content.get(name, ())) for name in ("layers_done", "errors", "notices")}
        return BuildState(**{**content, **lists, "tests": tests})
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise BuildError(f"{path} cannot be read, or is of another version; remove it, then run cxhouse build") from error


def write_state(settings: Settings, state: BuildState) -> None:
    """Write the state; a passed build is kept beside the last one."""
    text = json.dumps(asdict(state), indent=2)
    for name in ("build", "passed") if state.is_passed else ("build",):
        write_atomically(settings.state / f"{name}.json", lambda path: path.write_text(text, encoding="utf-8"))


def read_manifest(settings: Settings) -> dict[str, Any] | None:
    """The manifest in force; None before the first publish."""
    path = settings.serving / "current" / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
