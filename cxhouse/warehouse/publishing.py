"""Publishing: the reports of a build that passed, as one folder that is swapped as a whole."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb

from cxhouse.build_state import PUBLISH_LOCK, UNFINISHED, BuildError, BuildState, read_state
from cxhouse.files import share_folder, wait_for_lock, write_atomically
from cxhouse.ledger.keeping import keep_published
from cxhouse.ledger.kpi_definitions import NOTED
from cxhouse.settings import Settings
from cxhouse.warehouse.inputs import hash_kept_tables, remember_kept_inputs
from cxhouse.warehouse.restricted import write_customer_segments

KEPT_COPIES = 3


def publish_reports(
    settings: Settings, *, now: datetime | None = None, tell: Callable[[str, int, int], None] = lambda *step: None
) -> dict[str, Any]:
    """Copy every rpt_ table to serving/<build id>/ and let serving/current point to it; customers' segments go to restricted/.

    One publish at a time; a second one waits. A build that is published already is published again only when a file of its copy is
    missing or damaged. Returns the manifest. Raises BuildError when the last build did not pass; readers then keep the copy they have.
    """
    find_passed_build(settings)
    with wait_for_lock(settings.state / PUBLISH_LOCK):
        return publish_in_turn(settings, find_passed_build(settings), now or datetime.now(UTC), tell)


def find_passed_build(settings: Settings) -> BuildState:
    """The last build. Raises BuildError when it cannot be published."""
    state = read_state(settings)
    if state is None or not state.is_passed:
        raise BuildError(
            "nothing to publish: the last build did not pass, or has not finished. Run cxhouse build; the published copy stays as it was"
        )
    if not settings.warehouse.is_file():
        raise BuildError(f"{settings.warehouse} is gone; run cxhouse build, which makes it again from the lake")
    if not (settings.state / NOTED).is_file():
        raise BuildError("the last build was made by an earlier version of cxhouse; run cxhouse build, then publish")
    return state


def publish_in_turn(settings: Settings, state: BuildState, now: datetime, tell: Callable[[str, int, int], None]) -> dict[str, Any]:
    """Publish while nobody else does."""
    settings.serving.mkdir(parents=True, exist_ok=True)
    current = settings.serving / "current"
    published = read_copy(current)
    is_same = published is not None and published["build_id"] == state.build_id
    found = hash_kept_tables(settings.ledger)
    if published is not None and is_same and is_complete(current, published):
        write_customer_segments(settings.warehouse, settings.restricted)
        keep_published(settings, published)
        remember_kept_inputs(settings, state, found)
        remove_old_copies(settings.serving, keep=settings.serving / current.readlink())
        return published
    draft = settings.serving / f".{state.build_id}.{uuid4().hex[:8]}.tmp"
    draft.mkdir()
    manifest = {
        "build_id": state.build_id,
        "built_at": state.built_at,
        # a damaged copy that is made again was published when its readers first saw it
        "published_at": published["published_at"] if published is not None and is_same else now.isoformat(),
        "reports": export_reports(settings.warehouse, draft, state, tell),
    }
    write_atomically(draft / "manifest.json", lambda path: path.write_text(json.dumps(manifest, indent=2), encoding="utf-8"))
    target = choose_target(settings.serving, state.build_id)
    draft.rename(target)
    write_customer_segments(settings.warehouse, settings.restricted)
    share_folder(settings.serving, home=settings.home, readers=settings.readers)
    write_atomically(settings.state / UNFINISHED, lambda path: path.write_text(state.build_id, encoding="utf-8"), alone=True)
    swap_link(current, target)
    keep_published(settings, manifest)
    remember_kept_inputs(settings, state, found)
    remove_old_copies(settings.serving, keep=target)
    return manifest


def read_copy(folder: Path) -> dict[str, Any] | None:
    """The manifest of a published copy; None when there is none or it cannot be read."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return manifest if {"build_id", "published_at", "reports"} <= set(manifest) else None
    except (OSError, ValueError, TypeError):
        return None


def is_complete(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """True when every report that the manifest names is there with the rows and bytes that were published."""
    try:
        return bool(manifest["reports"]) and all(
            describe_file(folder / f"{name}.parquet") == report for name, report in manifest["reports"].items()
        )
    except (OSError, duckdb.Error, TypeError, AttributeError):
        return False


def describe_file(path: Path) -> dict[str, Any]:
    """The number of rows and the SHA-256 of a report's file. Raises OSError or duckdb.Error when it cannot be read."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    rows = duckdb.execute("select count(*) from read_parquet(?)", [str(path)]).fetchall()[0][0]
    return {"rows": rows, "sha256": sha256}


def choose_target(serving: Path, build_id: str) -> Path:
    """A new folder's name. Readers may use a folder of this build, so it is not removed first."""
    names = (build_id, *(f"{build_id}.{number}" for number in range(2, 1000)))
    return next(serving / name for name in names if not (serving / name).exists())


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
            described[name] = describe_file(path)
            tell(name, number, len(found))
    return described


def swap_link(link: Path, target: Path) -> None:
    """Let a symbolic link point to another folder, in one step."""
    draft = link.with_name(f".{link.name}.{uuid4().hex[:8]}.tmp")
    draft.symlink_to(target.name, target_is_directory=True)
    draft.replace(link)


def remove_old_copies(serving: Path, *, keep: Path) -> None:
    """Remove unfinished copies, and all complete ones except the newest."""
    for draft in serving.glob(".*.tmp"):
        if draft.is_symlink():
            draft.unlink(missing_ok=True)
        else:
            shutil.rmtree(draft, ignore_errors=True)
    copies = sorted((path for path in serving.iterdir() if path.is_dir() and not path.is_symlink() and path != keep), reverse=True)
    for path in copies[KEPT_COPIES - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
