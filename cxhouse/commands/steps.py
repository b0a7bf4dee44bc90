"""The steps of the main job with their progress bars and result lines: demo, load, build, publish, dashboards."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from cxhouse.files import share_folder
from cxhouse.screen import Bar, complain, show_progress, tell
from cxhouse.settings import Settings
from cxhouse.warehouse.preparation import Workplace
from declared.errors import name_known
from ingestion.catalog import Source
from ingestion.errors import IngestionError
from ingestion.load import LoadResult, Window


def make_demo(
    settings: Settings, *, end: date | None = None, scale: float | None = None, seed: int | None = None, is_wanted: bool = False
) -> None:
    """Generate the demo unless it exists; without `end` it ends yesterday. `is_wanted`: the user asked for it by name."""
    from cxhouse.warehouse.loading import LoadError
    from ingestion.demo import SEED, generate_demo, is_current

    end = end or settings.demo_end or date.today() - timedelta(days=1)
    scale = scale or settings.demo_scale
    folder, seed = settings.home / "demo", SEED if seed is None else seed
    if is_current(folder, end=end, scale=scale, seed=seed):
        tell(f"the demo company up to {end} exists already")
        keep_earlier_reports(settings)
        return
    if any(path.name != "_schema.parquet" for path in settings.lake.glob("*/*/*.parquet")):
        # a demo with another end or seed has other figures on every day, so new days would not fit the landed ones
        if is_wanted:
            raise LoadError(f"{settings.lake} was loaded from another demo; set CXHOUSE_HOME to an empty folder, or remove {settings.home}")
        tell(f"demo company: kept as it is, because {settings.lake} was loaded from it (another scale or day needs another CXHOUSE_HOME)")
        return
    started = time.perf_counter()
    with show_progress("demo company") as bar:
        made = generate_demo(folder, end=end, scale=scale, seed=seed, progress=lambda note, share: bar.show(note, int(100 * share), 100))
    size = (
        f"{made.customers:,} customers, {made.orders:,} orders, {made.contacts:,} contacts, {made.answers:,} answers, {made.files:,} files"
    )
    tell(f"demo company from {made.first_day} to {made.end}: {size} ({time.perf_counter() - started:.1f} s)")
    keep_earlier_reports(settings)


def keep_earlier_reports(settings: Settings) -> None:
    """Put what the demo company reported before into an empty ledger, where this company has all its figures."""
    from cxhouse.ledger.month_figures import holds_figures, keep_earlier
    from ingestion.demo import read_earlier_reports
    from semantic.company import load_company

    if holds_figures(settings.ledger):
        return
    reports = read_earlier_reports(settings.home / "demo")
    company = load_company(settings.company, settings.environment)
    declared = {(kpi.kpi, touchpoint.id) for touchpoint in company.touchpoints for kpi in touchpoint.kpis}
    if set(reports.select("kpi_id", "touchpoint_id").rows()) <= declared and (kept := keep_earlier(settings.ledger, reports)):
        tell(f"ledger: {kept:,} month figures as the demo company reported them from {reports.row(0)[0]} on")


def ingest_sources(
    workplace: Workplace, name: str | None = None, *, start: date | None = None, end: date | None = None, catch_up: bool = False
) -> list[str]:
    """Load one source or all; returns the names of those with a failed load."""
    from cxhouse.warehouse.loading import LoadError, load_source, plan_load

    if name is not None and name not in workplace.sources:
        known = name_known(name, workplace.sources, f"{workplace.company.folder / 'sources.yml'} has")
        raise LoadError(f"unknown source {name}; {known}")
    today = datetime.now(workplace.company.time_zone).date()
    failed = []
    for source in [workplace.sources[name]] if name else list(workplace.sources.values()):
        try:
            windows = plan_load(workplace, source, start=start, end=end, catch_up=catch_up, today=today)
        except IngestionError as error:  # of this source's tables in the lake; the other sources go on
            complain(f"error: {error}")
            failed.append(source.id)
            continue
        if not windows:
            tell(f"{source.id}: nothing to load, landed up to date")
            continue
        started = time.perf_counter()
        with show_progress(source.id) as bar:
            results = load_source(
                workplace,
                source,
                windows,
                only_missing=start is None or catch_up,
                now=datetime.now(UTC),
                progress=partial(show_load, bar),
            )
        if not report_load(source, windows, results, time.perf_counter() - started):
            failed.append(source.id)
    return failed


def show_load(bar: Bar, result: LoadResult, done: int, total: int) -> None:
    """Show which window landed."""
    bar.show(f"{result.table} {result.window_start or ''}", done, total)


def report_load(source: Source, windows: list[Window], results: list[LoadResult], seconds: float) -> bool:
    """Print the result of a load; returns whether all of it landed."""
    landed = sum(result.rows_landed for result in results)
    rejected = sum(result.rows_rejected for result in results if result.is_landed)
    tell(f"{source.id}: {landed:,} rows landed, {rejected:,} rejected, {windows[0].start} to {windows[-1].end} ({seconds:.1f} s)")
    problems = {result.error or f"{source.id}.{result.table} did not land" for result in results if not result.is_landed}
    for problem in sorted(problems):
        complain(f"error: {problem}")
    for table, names in {result.table: result.unexpected_columns for result in results if not result.is_landed}.items():
        if names:
            complain(f"{source.id}.{table} delivers columns that sources.yml does not declare: {', '.join(names)}")
    return not problems


def build_layers(workplace: Workplace, *, layer: str | None = None, only: Sequence[str] = (), full_refresh: bool = False) -> None:
    """Build and test the warehouse; first lists the source tables that are not fresh."""
    from cxhouse.build_state import BuildError
    from cxhouse.commands.status import list_stale_tables
    from cxhouse.warehouse.build import LAYERS, build_warehouse
    from cxhouse.warehouse.staging_models import check_models

    if layer is not None and layer not in LAYERS:
        raise BuildError(f"unknown layer {layer}; known are {', '.join(LAYERS)}")
    if layer is not None and only:
        raise BuildError("--layer and --only exclude each other: a layer is all models of that layer")
    check_models(only, [workplace.settings.project / "dbt" / "models", workplace.settings.company / "models"])
    for line in list_stale_tables(workplace):
        complain(f"stale: {line}")
    with show_progress(f"build {layer or ''}") as bar:
        state = build_warehouse(workplace, layer=layer, only=only, full_refresh=full_refresh, tell=bar.show)
    if state is None:
        tell("build: nothing is new since the last build, which passed; to build all the same: cxhouse build --full-refresh")
        return
    for line in state.notices:
        complain(line)
    kind = "full" if state.is_full else "touched days only"
    if state.changed:
        kind = f"only what reads {', '.join(state.changed)}"
    what = layer or (f"{', '.join(only)} and what they read" if only else "all layers")
    tell(f"build {state.build_id} {what}, {kind}: {state.tests_passed} tests passed ({state.seconds[layer or 'all']} s)")


def publish_copy(settings: Settings) -> None:
    """Publish the reports of the last build that passed."""
    from cxhouse.warehouse.publishing import publish_reports

    started = time.perf_counter()
    with show_progress("publish") as bar:
        manifest = publish_reports(settings, tell=bar.show)
    rows = sum(report["rows"] for report in manifest["reports"].values())
    tell(f"published {manifest['build_id']}: {len(manifest['reports'])} reports, {rows:,} rows ({time.perf_counter() - started:.1f} s)")


def build_site(settings: Settings) -> Path:
    """Bring the static site to the published reports; its pages are built only when they changed."""
    from cxhouse.build_state import read_state
    from cxhouse.site.building import build_dashboards
    from semantic.company import load_company

    company, state = load_company(settings.company, settings.environment), read_state(settings)
    failure = state.errors[0].split("\n")[0] if state is not None and not state.is_passed and state.errors else ""
    started = time.perf_counter()
    with show_progress("dashboards") as bar:
        site = build_dashboards(
            project=settings.project / "dashboards",
            serving=settings.serving,
            work=settings.dashboards,
            cache=settings.shells,
            time_zone=company.time_zone.key,
            company_name=company.name,
            failure=failure,
            share=partial(share_folder, home=settings.home, readers=settings.readers),
            progress=bar.show,
        )
    tell(f"dashboards show the published copy ({time.perf_counter() - started:.1f} s)")
    return site
