"""Publishing: the reports of a build that passed, as one folder that is swapped as a whole."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from cxhouse.build_state import UNFINISHED, BuildError, BuildState, read_state
from cxhouse.files import share_folder, write_atomically
from cxhouse.ledger.keeping import keep_published
from cxhouse.ledger.kpi_definitions import NOTED
from cxhouse.settings import Settings
from cxhouse.warehouse.restricted import write_customer_segments

KEPT_COPIES = 3


def publish_reports(
    settings: Settings, *, now: datetime | None = None, tell: Callable[[str, int, int], None] = lambda *step: None
) -> dict[str, Any]:
    """Copy every rpt_ table to serving/<build id>/ and let serving/current point to it; customers' segments go to restricted/.

    Returns the manifest. Raises BuildError when the last build did not pass; readers then keep the copy they have.
    """
    state = read_state(settings)
    if state is None or not state.is_passed:
        raise BuildError(
            "nothing to publish: the last build did not pass, or has not finished. Run cxhouse build; the published copy stays as it was"
        )
    if not settings.warehouse.is_file():
        raise BuildError(f"{settings.warehouse} is gone; run cxhouse build, which makes it again from the lake")
    if not (settings.state / NOTED).is_file():
        raise BuildError("the last build was made by an earlier version of cxhouse; run cxhouse build, then publish")
    settings.serving.mkdir(parents=True, exist_ok=True)
    target = settings.serving / state.build_id
    current = settings.serving / "current"
    if current.is_symlink() and current.resolve() == target.resolve() and (target / "manifest.json").is_file():
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
        write_customer_segments(settings.warehouse, settings.restricted)
        keep_published(settings, manifest)
        return manifest
    draft = settings.serving / f".{state.build_id}.tmp"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    manifest = {
        "build_id": state.build_id,
        "built_at": state.built_at,
        "published_at": (now or datetime.now(UTC)).isoformat(),
        "reports": export_reports(settings.warehouse, draft, state, tell),
    }
    write_atomically(draft / "manifest.json", lambda path: path.write_text(json.dumps(manifest, indent=2), encoding="utf-8"))
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)
    write_customer_segments(settings.warehouse, settings.restricted)
    share_folder(settings.serving, home=settings.home, readers=settings.readers)
    write_atomically(settings.state / UNFINISHED, lambda path: path.write_text(state.build_id, encoding="utf-8"))
    swap_link(current, target)
    keep_published(settings, manifest)
    remove_old_copies(settings.serving, keep=target)
    return manifest


def export_reports(warehouse: Path, folder: Path, state: BuildState, tell: Callable[[str, int, int], None]) -> dict[str, dict[str, Any]]:
    """Write each report as Parquet, its rows in a fixed order; return the number of rows and the SHA-256 per report.

    rpt_builds gets three more columns that are known only after the build: tests passed, tests failed and seconds.
    """
    seconds = sum(state.seconds.values())
    outcome = f", {state.tests_passed} as tests_passed, {state.tests_failed} as tests_failed, {seconds}::double as seconds"
    described = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        names = connection.execute("select table_name from information_schema.tables where starts_with(table_name, 'rpt_') order by 1")
        found = [name for (name,) in names.fetchall()]
        for number, name in enumerate(found, 1):
            path = folder / f"{name}.parquet"
            query = f"select *{outcome if name == 'rpt_builds' else ''} from {name} order by all"
            connection.execute(f"copy ({query}) to '{path}' (format parquet, compression zstd)")
            rows = connection.execute(f"select count(*) from '{path}'").fetchall()[0][0]
            described[name] = {"rows": rows, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            tell(name, number, len(found))
    return described


def swap_link(link: Path, target: Path) -> None:
    """Let a symbolic link point to another folder, in one step."""
    draft = link.with_name(f".{link.name}.tmp")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target.name, target_is_directory=True)
    draft.replace(link)


def remove_old_copies(serving: Path, *, keep: Path) -> None:
    """Remove unfinished copies, and all complete ones except the newest."""
    for draft in serving.glob(".*.tmp"):
        shutil.rmtree(draft, ignore_errors=True)
    copies = sorted((path for path in serving.iterdir() if path.is_dir() and not path.is_symlink() and path != keep), reverse=True)
    for path in copies[KEPT_COPIES - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
