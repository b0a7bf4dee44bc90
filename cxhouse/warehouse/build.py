"""The warehouse build: runs dbt in this process, layer by layer, and records the result."""

from __future__ import annotations

import fcntl
import gc
import json
import logging
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cxhouse.build_state import PUBLISH_LOCK, BuildError, BuildState, read_state, write_state
from cxhouse.files import wait_for_lock
from cxhouse.ledger.changes import keep_files
from cxhouse.ledger.keeping import finish_publish
from cxhouse.ledger.kpi_definitions import check_definitions
from cxhouse.settings import Settings
from cxhouse.warehouse.dbt_errors import describe_dbt_error, keep_values_out
from cxhouse.warehouse.inputs import compare_inputs, describe_inputs, list_changed, select_readers
from cxhouse.warehouse.lean_dbt import do_repeated_work_once
from cxhouse.warehouse.preparation import Readings, Workplace, describe_variables, fingerprint_definitions, prepare_build, read_inputs
from cxhouse.warehouse.quiet_dbt import leave_out_debug_events
from ingestion.load import prepare_lake

LAYERS = {
    "staging": "stg_*",
    "intermediate": "path:models/intermediate",
    "marts": "path:models/marts",
    "reports": "path:models/reports",
}
JUDGED = "judged"  # the folder of what fct_judgements has judged, by content; a full build begins without it
TEST_WHOLE_AFTER = timedelta(days=7)

Begun = tuple[BuildState, Readings]


def build_warehouse(
    workplace: Workplace,
    *,
    layer: str | None = None,
    only: Sequence[str] = (),
    full_refresh: bool = False,
    now: datetime | None = None,
    tell: Callable[[str, int, int], None] = lambda name, done, total: None,
) -> BuildState | None:
    """Build all layers, or one layer of a build that `staging` began. Raises BuildError; the published copy then stays as it was.

    None: nothing is new since the last build, which passed. A build is full when the caller asks for it, when it is the first one, when
    definitions changed, or when the last full build did not finish. Data tests read what the build made; all rows in a full build, after a
    build that did not pass, and a week after they last did. `only` limits it to these models and those they read, for trying them
    out; such a build cannot be published.
    """
    settings = workplace.settings
    settings.state.mkdir(parents=True, exist_ok=True)
    with hold_build_lock(settings.state / "build.lock"):
        # a publish of the last build ends first; a later one is refused, because the state says that this build has not passed
        with wait_for_lock(settings.state / PUBLISH_LOCK):
            if layer is None or layer == "staging":
                begun = begin_build(workplace, full_refresh=full_refresh, only=only, now=now or datetime.now(UTC))
            else:
                begun = continue_build(workplace, layer)
            if begun is None:
                return None
            state, readings = begun
            if state.is_full:
                shutil.rmtree(settings.state / JUDGED, ignore_errors=True)
            write_state(settings, state)
        prepare_build(workplace, readings, state)
        started = time.perf_counter()
        outcome = run_dbt(workplace, state, layer, tell)
        state = replace(
            state,
            layers_done=() if only else (*state.layers_done, *([layer] if layer else LAYERS)),
            tests={**state.tests, layer or "all": (outcome.tests_passed, outcome.tests_failed)},
            seconds={**state.seconds, layer or "all": round(time.perf_counter() - started, 1)},
            errors=outcome.errors,
            notices=(*state.notices, *outcome.notices),
        )
        if outcome.errors:
            write_state(settings, replace(state, layers_done=state.layers_done[: -1 if layer else 0]))
            raise BuildError("the warehouse build failed; the published copy stays as it was.\n" + "\n".join(outcome.errors))
        state = replace(state, is_passed=set(state.layers_done) == set(LAYERS))
        write_state(settings, state)
        return state


def begin_build(workplace: Workplace, *, full_refresh: bool, now: datetime, only: Sequence[str] = ()) -> Begun | None:
    """Decide whether there is something to build, and whether in full. What a publish of the last build reads stays as it is.

    None: nothing is new, and nobody asked for a full build or for some models. The caller holds the lock of publishes.
    """
    settings = workplace.settings
    finish_publish(settings)
    check_definitions(workplace.company.catalog, settings.ledger)
    definitions, last = fingerprint_definitions(workplace), read_state(settings)
    keep_files(settings, workplace.company, now=now)
    prepare_lake(workplace.sources, settings.lake)
    readings = read_inputs(workplace, now)
    inputs = describe_inputs(workplace, readings, now)
    changed = None if full_refresh or only else list_changed(settings, inputs, definitions)
    if changed is not None and not changed:
        return None
    same = last if last is not None and last.definitions == definitions and settings.warehouse.is_file() else None
    owes_full = same is None or same.owes_full or (same.is_full and not same.is_passed)
    # what a build with the same models has built in full need not be built in full again
    is_built = same is not None and bool(only) and same.only == tuple(only) and bool(same.seconds) and not same.errors
    is_full = full_refresh or (owes_full and not is_built)
    build_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
    tested_at = last.tested_whole_at if last is not None and last.is_passed else ""
    is_whole = is_full or not tested_at or now - datetime.fromisoformat(tested_at) >= TEST_WHOLE_AFTER
    state = BuildState(
        build_id=build_id,
        built_at=now.isoformat(),
        is_full=is_full,
        definitions=definitions,
        inputs=inputs,
        only=tuple(only),
        changed=tuple(sorted(changed or ())),
        owes_full=bool(only) and (owes_full or is_full),
        is_tested_whole=is_whole,
        tested_whole_at=now.isoformat() if is_whole and not changed else tested_at,
    )
    return state, readings


def continue_build(workplace: Workplace, layer: str) -> Begun | None:
    """The build that `staging` began, with the company folder as it is now. None: that build has passed, so its layers are done.

    Raises BuildError when the layer before this one is not built, or when models or KPIs changed after `staging`.
    """
    state, order = read_state(workplace.settings), list(LAYERS)
    needed = order[: order.index(layer)]
    missing = [name for name in needed if state is None or name not in state.layers_done]
    if state is None or missing:
        raise BuildError(f"layer {layer} needs {', '.join(missing or needed)} first: run cxhouse build --layer {(missing or needed)[0]}")
    if fingerprint_definitions(workplace) != state.definitions:
        raise BuildError(f"models, KPIs or sources changed since this build began: run cxhouse build --layer {order[0]} first")
    if state.is_passed:
        return None
    kept = {name: counts for name, counts in state.tests.items() if name in needed}
    seconds = {name: taken for name, taken in state.seconds.items() if name in needed}
    now = datetime.fromisoformat(state.built_at)
    readings = read_inputs(workplace, now)
    # what changed since `staging` is built as well, as far as the layers go that are left; the next build begins with it
    since = compare_inputs(state.inputs, describe_inputs(workplace, readings, now))
    changed = tuple(sorted({*state.changed, *since})) if state.changed and since is not None else ()
    return replace(state, layers_done=tuple(needed), tests=kept, seconds=seconds, errors=(), notices=(), changed=changed), readings


@contextmanager
def hold_build_lock(path: Path) -> Iterator[None]:
    """Allow one build at a time. Raises BuildError when another one runs. The lock ends with the process."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BuildError("another build is running; wait for it to end, then run this again") from error
        yield


@dataclass(frozen=True)
class DbtOutcome:
    """The result of a dbt run."""

    tests_passed: int
    tests_failed: int
    errors: tuple[str, ...]
    notices: tuple[str, ...] = ()


def write_docs(workplace: Workplace) -> Path:
    """Write the dbt docs site of the last build as one HTML file and return its path. Raises BuildError when there is no such build."""
    settings = workplace.settings
    if not settings.warehouse.is_file() or not (settings.state / "dbt" / "target" / "manifest.json").is_file():
        raise BuildError(f"{settings.home} holds no build to describe; run cxhouse build first")
    with hold_build_lock(settings.state / "build.lock"):
        result = invoke_dbt(workplace, ["docs", "generate", "--static", "--no-compile"])
    if not result.success:
        said = read_message(describe_dbt_error(result.exception)) if result.exception else f"its log is {settings.state / 'dbt.log'}"
        raise BuildError(f"dbt could not write its docs: {said}")
    return settings.state / "dbt" / "target" / "static_index.html"


def run_dbt(workplace: Workplace, state: BuildState, layer: str | None, tell: Callable[[str, int, int], None]) -> DbtOutcome:
    """Run `dbt build` for one layer or all."""
    chosen = select_readers(state.changed) if state.changed else [f"+{name}" for name in state.only]
    if layer:
        chosen = [f"{readers},{LAYERS[layer]}" for readers in chosen] or [LAYERS[layer]]
    select = ["--select", *chosen, "--indirect-selection", "cautious" if state.only else "eager"] if chosen else []
    arguments = ["build", *(["--full-refresh"] if state.is_full else []), *select]
    said: list[str] = []
    result = invoke_dbt(workplace, arguments, tell, said.append)
    if result.exception is not None:
        return DbtOutcome(0, 0, (describe_dbt_error(result.exception),))
    nodes = list(getattr(result.result, "results", []))
    tests = [node for node in nodes if node.node.resource_type in ("test", "unit_test")]
    failed = [node for node in nodes if str(node.status) in ("error", "fail", "runtime error")]
    skipped = sum(str(node.status) == "skipped" for node in nodes)
    named = [line for line in said if line.startswith(("hole: ", "rows: "))]
    errors = [
        f"{node.node.resource_type} {node.node.name}: {read_message(node.message or '')}"
        for node in failed
        if not (named and node.node.name.startswith(("no_holes", "rows_balance")))
    ]
    if any("OutOfMemoryException" in error for error in errors):
        memory = workplace.settings.memory
        errors.append(f"a build may use {memory} of memory for its database: set CXHOUSE_MEMORY to more, or to a share such as 80%")
    errors = [*named, *errors]
    if not result.success and not errors:
        errors = ["dbt did not succeed; its log is in the state folder (dbt.log; with DBT_LOG_LEVEL_FILE=debug it holds every statement)"]
    if skipped and errors:
        errors.append(f"{skipped} steps that depend on these were skipped")
    notices = tuple(line for line in said if line.startswith("not yet a hole: "))
    return DbtOutcome(sum(str(node.status) == "pass" for node in tests), sum(node in failed for node in tests), tuple(errors), notices)


def read_message(message: str) -> str:
    """The error in one line, without dbt's heading, which repeats the name of the model, and without the list of macros."""
    lines = [line.strip() for line in message.splitlines() if line.strip() and not line.strip().startswith("> ")]
    heading = re.compile(r"(Compilation|Runtime|Database) Error in \w+ \S+ \(.*\)$")
    return " ".join(line for line in lines if not heading.match(line))


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The environment variables that the dbt project reads."""
    return {
        "CXHOUSE_STATE": str(settings.state),
        "CXHOUSE_WAREHOUSE": str(settings.warehouse),
        "CXHOUSE_MEMORY": settings.memory,
        "CXHOUSE_JUDGED": str(settings.state / JUDGED),
        "DBT_PROJECT_DIR": str(settings.state / "dbt"),
        "DBT_PROFILES_DIR": str(settings.state / "dbt"),
        "DBT_TARGET_PATH": str(settings.state / "dbt" / "target"),
        "DBT_LOG_PATH": str(settings.state),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def invoke_dbt(
    workplace: Workplace,
    arguments: list[str],
    tell: Callable[[str, int, int], None] = lambda name, done, total: None,
    hear: Callable[[str], Any] = lambda line: None,
) -> Any:
    """Run dbt in this process, without output to the screen; its log goes to the state folder. `hear` is called with messages of nodes."""
    from dbt.cli.main import dbtRunner

    settings = workplace.settings
    os.environ.update(dbt_environment(settings))

    def listen(event: Any) -> None:
        if event.info.name == "LogStartLine":
            if not gc.isenabled():
                # what dbt parsed lives as long as the build: looking for garbage among it took a tenth of a small build
                gc.freeze()
                gc.enable()
            tell(event.data.node_info.node_name, event.data.index - 1, event.data.total)
        elif event.info.name == "JinjaLogInfo":
            hear(event.data.msg)

    logging.getLogger("dbt").setLevel(logging.WARNING)
    variables = json.dumps(describe_variables(workplace), sort_keys=True)
    gc.disable()
    try:
        quiet = leave_out_debug_events(log_level=settings.environment.get("DBT_LOG_LEVEL_FILE"))
        with keep_values_out(), quiet, do_repeated_work_once(settings.state / "dbt" / "target"):
            return dbtRunner(callbacks=[listen]).invoke([*arguments, "--vars", variables, "--log-level", "none"])
    finally:
        gc.enable()
        gc.unfreeze()
