"""The command line. Every Airflow task is one of these commands."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cxhouse.change_commands import app as change_app
from cxhouse.preparation import Workplace, open_workplace
from cxhouse.settings import Settings, read_settings

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="The open customer-experience warehouse.", pretty_exceptions_enable=False
)
app.add_typer(change_app, name="change", help="Record and list changes.")
console = Console(soft_wrap=True)
errors = Console(stderr=True, soft_wrap=True)

Day = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD")]


@contextmanager
def report_failures() -> Iterator[None]:
    """Turn the errors a user can mend into a message and exit code 1; anything else is a defect and keeps its traceback."""
    from cxhouse.errors import MENDABLE

    try:
        yield
    except MENDABLE as error:
        errors.print(f"[bold red]error[/]: {error}", highlight=False, markup=True) if "[" not in str(error) else errors.print(
            f"error: {error}", markup=False
        )
        raise typer.Exit(1) from error


@contextmanager
def show_progress(title: str) -> Iterator[Progress]:
    """A progress bar while something long runs."""
    columns = (
        SpinnerColumn(),
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console, transient=not console.is_terminal) as progress:
        progress.add_task(title, total=None, note="")
        yield progress


def read_day(text: str | None, option: str) -> date | None:
    """A day given as an option."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise typer.BadParameter(f"{text} is not a date; write 2026-01-31", param_hint=option) from error


def today_of(workplace: Workplace) -> date:
    """The company's local day."""
    return datetime.now(workplace.company.time_zone).date()


@app.command()
def demo(
    end: Day = None,
    scale: Annotated[float | None, typer.Option(help="1 is about 60,000 customers and 300,000 orders.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed, another company.")] = 1,
) -> None:
    """Generate the demo company's source systems below CXHOUSE_HOME/demo."""
    with report_failures():
        make_demo(read_settings(), end=read_day(end, "--end"), scale=scale, seed=seed)


def make_demo(settings: Settings, *, end: date | None, scale: float | None, seed: int = 1) -> None:
    """Generate the demo unless it stands already; without `end` it ends yesterday."""
    from ingestion.demo import generate_demo, is_current

    wanted_end = (
        end or read_day(settings.environment.get("CXHOUSE_DEMO_END") or None, "CXHOUSE_DEMO_END") or date.today() - timedelta(days=1)
    )
    wanted_scale = scale or float(settings.environment.get("CXHOUSE_DEMO_SCALE") or 1.0)
    folder = settings.home / "demo"
    if is_current(folder, end=wanted_end, scale=wanted_scale, seed=seed):
        console.print(f"demo company to {wanted_end} is there already")
        return
    started = time.perf_counter()
    with show_progress("demo company") as progress:
        summary = generate_demo(
            folder,
            end=wanted_end,
            scale=wanted_scale,
            seed=seed,
            progress=lambda note, share: progress.update(0, total=100, completed=int(100 * share), note=note),
        )
    console.print(f"demo company to {wanted_end}: {summary} ({time.perf_counter() - started:.1f} s)", highlight=False)


@app.command()
def ingest(
    source: Annotated[str | None, typer.Argument(help="A source of sources.yml; without it, all of them.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="First local day; without it, where the source landed last.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="First local day no longer loaded; without it, today.")
    ] = None,
    catch_up: Annotated[bool, typer.Option("--catch-up", help="Also load every day before --from that is missing.")] = False,
) -> None:
    """Load sources into the lake. Loading a window twice leaves the same rows."""
    with report_failures():
        workplace = open_workplace(read_settings())
        failed = ingest_sources(workplace, source, start=read_day(from_, "--from"), end=read_day(to, "--to"), catch_up=catch_up)
    if failed:
        raise typer.Exit(1)


def ingest_sources(
    workplace: Workplace, name: str | None, *, start: date | None = None, end: date | None = None, catch_up: bool = False
) -> list[str]:
    """Load one source or all; returns the names of those with a failed load."""
    from cxhouse.loading import LoadError, load_source, plan_load

    if name is not None and name not in workplace.sources:
        raise LoadError(f"unknown source {name}; {workplace.company.folder / 'sources.yml'} has {', '.join(workplace.sources)}")
    failed = []
    for source in [workplace.sources[name]] if name else list(workplace.sources.values()):
        windows = plan_load(workplace, source, start=start, end=end, catch_up=catch_up, today=today_of(workplace))
        if not windows:
            console.print(f"{source.id}: nothing to load, landed up to date")
            continue
        started = time.perf_counter()
        with show_progress(source.id) as progress:
            results = load_source(
                workplace, source, windows, only_missing=start is None or catch_up, now=datetime.now(UTC),
                progress=lambda result, done, total, bar=progress: bar.update(0, total=total, completed=done, note=f"{result.table} {result.window_start or ''}"),
            )  # fmt: skip
        landed, rejected = sum(result.rows_landed for result in results), sum(result.rows_rejected for result in results)
        console.print(
            f"{source.id}: {landed:,} rows landed, {rejected:,} rejected, {windows[0].start} to {windows[-1].end} ({time.perf_counter() - started:.1f} s)",
            highlight=False,
        )
        problems = {(result.table, result.error) for result in results if not result.is_landed}
        for table, problem in sorted(problems, key=str):
            errors.print(f"error: {source.id}.{table}: {problem}", markup=False)
        failed += [source.id] if problems else []
    return failed


@app.command()
def build(
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Rebuild every table from the lake.")] = False,
    layer: Annotated[str | None, typer.Option(help="staging, intermediate, marts or reports; without it, all.")] = None,
) -> None:
    """Build and test the warehouse."""
    with report_failures():
        build_layers(open_workplace(read_settings()), layer=layer, full_refresh=full_refresh)


def build_layers(workplace: Workplace, *, layer: str | None = None, full_refresh: bool = False) -> None:
    """Build, with a progress bar and a closing line."""
    from cxhouse.build import LAYERS, BuildError, build_warehouse
    from cxhouse.status import list_stale_sources

    if layer is not None and layer not in LAYERS:
        raise BuildError(f"unknown layer {layer}; known are {', '.join(LAYERS)}")
    for line in list_stale_sources(workplace):
        errors.print(f"stale: {line}", markup=False)
    with show_progress(f"build {layer or ''}") as progress:
        state = build_warehouse(
            workplace,
            layer=layer,
            full_refresh=full_refresh,
            tell=lambda name, done, total: progress.update(0, total=total, completed=done, note=name),
        )
    seconds = state.seconds[layer or "all"]
    kind = "full" if state.is_full else "touched days only"
    console.print(f"build {state.build_id} {layer or ''} ({kind}): {state.tests_passed} tests passed ({seconds} s)", highlight=False)


@app.command()
def publish() -> None:
    """Publish the reports of the last build that passed; readers keep the copy they have until the new one is whole."""
    with report_failures():
        publish_copy(read_settings())


def publish_copy(settings: Settings) -> None:
    """Publish, with a closing line."""
    from cxhouse.publishing import publish_reports

    started = time.perf_counter()
    manifest = publish_reports(settings)
    rows = sum(report["rows"] for report in manifest["reports"].values())
    console.print(
        f"published {manifest['build_id']}: {len(manifest['reports'])} reports, {rows:,} rows ({time.perf_counter() - started:.1f} s)",
        highlight=False,
    )


@app.command()
def dashboards() -> None:
    """Build the dashboards from the published reports."""
    with report_failures():
        build_site(read_settings())


def build_site(settings: Settings) -> Path:
    """Build the static site, with a closing line."""
    from cxhouse.dashboards import build_dashboards

    started = time.perf_counter()
    with show_progress("dashboards") as progress:
        site = build_dashboards(
            project=settings.project / "dashboards",
            serving=settings.serving,
            work=settings.dashboards,
            progress=lambda note: progress.update(0, note=note),
        )
    console.print(f"dashboards built ({time.perf_counter() - started:.1f} s)", highlight=False)
    return site


@app.command()
def serve(port: Annotated[int | None, typer.Option(help="Default CXHOUSE_PORT or 3000.")] = None) -> None:
    """Serve the dashboards until Ctrl-C."""
    from cxhouse.dashboards import serve_dashboards

    settings = read_settings()
    with report_failures():
        serve_dashboards(settings.dashboards / "site", port or settings.dashboards_port)


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Show sources, freshness, rows, the last build and the last publish."""
    from cxhouse.status import print_status

    with report_failures():
        print_status(open_workplace(read_settings()), console, as_json=as_json)


@app.command()
def run(
    airflow: Annotated[bool, typer.Option(help="Run the DAGs under a real Airflow; without it, the same commands in this process.")] = True,
    serve: Annotated[bool, typer.Option(help="Serve dashboards and Airflow until Ctrl-C.")] = True,
) -> None:
    """Do the main job: load, build, publish, dashboards; then serve them."""
    from cxhouse.whole_run import run_everything

    with report_failures():
        raise typer.Exit(run_everything(read_settings(), with_airflow=airflow, serve=serve, console=console))


if __name__ == "__main__":
    app()
