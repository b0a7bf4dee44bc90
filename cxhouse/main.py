"""The command line. Every Airflow task is one of these commands."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cxhouse.commands.calibrate import calibrate
from cxhouse.commands.change import app as change_app
from cxhouse.commands.clv import clv
from cxhouse.commands.effect import effect
from cxhouse.commands.employees import app as employee_app
from cxhouse.commands.failures import read_day, report_failures
from cxhouse.commands.news import news
from cxhouse.commands.privacy import keep_private
from cxhouse.commands.value import app as customer_app
from cxhouse.screen import console
from cxhouse.settings import Settings, read_settings

if TYPE_CHECKING:
    from cxhouse.warehouse.preparation import Workplace

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(change_app, name="change", help="Record and list changes.")
app.add_typer(employee_app, name="employees", help="Figures about single employees; never published.")
app.add_typer(customer_app, name="value", help="What customers are worth, and what the company is worth to them.")
app.command()(effect)
app.command()(clv)
app.command()(calibrate)
app.command()(news)


def print_version(is_wanted: bool) -> None:
    """Print the version and stop, when asked to."""
    if is_wanted:
        print(f"cxhouse {version('cxhouse')}")
        raise typer.Exit


@app.callback()
def main(
    context: typer.Context,
    is_version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """The open customer-experience warehouse."""
    context.obj = keep_private(context.invoked_subcommand or "")


def open_workplace(settings: Settings) -> Workplace:
    """The company folder and its sources, read and checked. What that needs is loaded only now, so that other commands start at once."""
    from cxhouse.warehouse import preparation

    return preparation.open_workplace(settings)


@app.command()
def demo(
    end: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Last day; without it, yesterday.")] = None,
    scale: Annotated[float | None, typer.Option(help="1 is about 60,000 customers and 300,000 orders.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed, another company.")] = None,
) -> None:
    """Generate the source systems of the demo company in CXHOUSE_HOME/demo."""
    from cxhouse.commands.steps import make_demo

    with report_failures():
        make_demo(read_settings(), end=read_day(end, "--end"), scale=scale, seed=seed, is_wanted=True)


@app.command()
def ingest(
    source: Annotated[str | None, typer.Argument(help="A source of sources.yml; without it, all of them.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="First local day; without it, where the source landed last.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="First local day not loaded any more; without it, today.")
    ] = None,
    catch_up: Annotated[bool, typer.Option("--catch-up", help="Also load every day before --from that is missing.")] = False,
) -> None:
    """Load sources into the lake. Loading a window twice leaves the same rows."""
    from cxhouse.commands.steps import ingest_sources

    with report_failures():
        workplace = open_workplace(read_settings())
        failed = ingest_sources(workplace, source, start=read_day(from_, "--from"), end=read_day(to, "--to"), catch_up=catch_up)
    if failed:
        raise typer.Exit(1)


@app.command()
def build(
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Rebuild every table from the lake.")] = False,
    layer: Annotated[str | None, typer.Option(help="staging, intermediate, marts or reports; without it, all.")] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="MODEL", help="Only this model and what it reads; may be repeated. Not for publishing.")
    ] = None,
) -> None:
    """Build and test the warehouse."""
    from cxhouse.commands.steps import build_layers

    with report_failures():
        settings = read_settings()
        settings.need_checkout("build")
        build_layers(open_workplace(settings), layer=layer, only=only or (), full_refresh=full_refresh)


@app.command()
def docs() -> None:
    """Write the dbt docs site of the last build: every model, column, test and page, as one HTML file."""
    from cxhouse.warehouse.build import write_docs

    with report_failures():
        console.print(write_docs(open_workplace(read_settings())), highlight=False, markup=False, soft_wrap=True)


@app.command()
def publish() -> None:
    """Publish the reports of the last build that passed; readers keep the copy they have until the new one is whole."""
    from cxhouse.commands.steps import publish_copy

    with report_failures():
        publish_copy(read_settings())


@app.command()
def dashboards() -> None:
    """Build the dashboards from the published reports."""
    from cxhouse.commands.steps import build_site

    with report_failures():
        settings = read_settings()
        settings.need_checkout("dashboards")
        build_site(settings)


@app.command()
def report(
    context: typer.Context,
    department: Annotated[str | None, typer.Option(help="Without it, one file for each.")] = None,
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Without it, the last whole month.")] = None,
    to: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Default: CXHOUSE_HOME/reports.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also as PDF, printed by the Chromium or Chrome of this machine.")] = False,
) -> None:
    """Write a period report per department from the published copy: one HTML file each, to print or send."""
    from cxhouse.reports import find_browser, print_pdf, write_department_reports

    with report_failures():
        settings = read_settings()
        if to is not None:
            os.umask(context.obj)  # these files are made to be passed on
        written = write_department_reports(serving=settings.serving, folder=to or settings.reports, department=department, month=month)
        for path in written:
            console.print(path, highlight=False, markup=False)
        if pdf:
            browser = find_browser(settings.browser)
            for path in written:
                console.print(print_pdf(browser, path), highlight=False, markup=False)


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="Default: CXHOUSE_PORT, or 3000.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; there is no login.")] = "127.0.0.1",
) -> None:
    """Serve the dashboards until Ctrl-C."""
    from cxhouse.site.building import serve_dashboards

    with report_failures():
        settings = read_settings()
        number = settings.dashboards_port if port is None else port

        def tell(address: str) -> None:
            console.print(f"dashboards: {address}  (Ctrl-C stops)", highlight=False)

        serve_dashboards(settings.dashboards / "site", number, host=host, tell=tell)


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Show sources, freshness, rows, the last build and the last publish."""
    from cxhouse.commands.status import print_status

    with report_failures():
        print_status(open_workplace(read_settings()), as_json=as_json)


@app.command()
def schemas(folder: Annotated[Path, typer.Argument(help="Where the JSON Schemas go, a file per kind of file.")]) -> None:
    """Write JSON Schemas of the company folder's files, so that an editor completes and checks them."""
    from declared.schemas import write_schemas

    for path in write_schemas(folder):
        console.print(path, highlight=False, markup=False, soft_wrap=True)


@app.command()
def run(
    airflow: Annotated[bool, typer.Option(help="Run the DAGs under a real Airflow; without it, the same commands in this process.")] = True,
    serve: Annotated[bool, typer.Option(help="Serve dashboards and Airflow until Ctrl-C.")] = True,
    until: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="First local day not loaded any more; without it, today.")] = None,
) -> None:
    """Do the main job: load, build, publish, dashboards; then serve them."""
    from cxhouse.commands.run import run_everything

    with report_failures():
        settings = read_settings()
        settings.need_checkout("run")
        code = run_everything(settings, with_airflow=airflow, serve=serve, until=read_day(until, "--until"))
    raise typer.Exit(code)


if __name__ == "__main__":
    app()
