"""What a day costs: CPU seconds, wall seconds and peak memory of landing, building, publishing and the site, on the demo company.

Run: `python -m tests.measurements.bench_warehouse [SCALE]`, 0.2 unless given. The figures are printed and written to
CXHOUSE_HOME/bench/latest.json. Each step is a process of its own; its usage is what the system notes for it and its children.

Three warehouses are made: the demo at this scale, its last quarter of days, and three times the volume. Each has all days but the last two
weeks. Then one day lands, with the rows of earlier days that its systems deliver again, and is built. `floor` is one pass over every column
of the lake. Compare ratios: seconds of two machines, or of one at two times, differ.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
from rich.table import Table

from cxhouse.screen import console, tell
from cxhouse.settings import read_settings
from cxhouse.warehouse.build import build_warehouse
from cxhouse.warehouse.preparation import open_workplace
from tests.companies.commands import PROJECT
from tests.measurements.usage import Usage, run_module

END, DAY, START = date(2026, 6, 30), date(2026, 6, 17), date(2023, 1, 1)
LATE_START = date(2025, 7, 31)  # a quarter of the days
DEAREST = 10


class Bench:
    """One home with its figures."""

    def __init__(self, name: str, folder: Path, scale: float, *, start: date = START) -> None:
        self.name, self.scale, self.start, self.home = name, scale, start, folder / name
        self.environment = {
            "CXHOUSE_COMPANY": str(PROJECT / "company"), "CXHOUSE_HASH_KEY": "a key for measurements", "CXHOUSE_HOME": str(self.home),
            "CXHOUSE_DEMO_END": END.isoformat(), "CXHOUSE_DEMO_SCALE": str(scale),
        }  # fmt: skip
        self.figures: dict[str, Usage] = {}
        self.nodes: dict[str, list[tuple[str, float]]] = {}

    def measure(self, step: str, *arguments: str) -> None:
        """Run a command of cxhouse and keep what it used."""
        tell(f"{self.name}: {step}")
        self.figures[step] = run_module(["cxhouse.main", *arguments], self.environment)

    def build(self, step: str) -> None:
        """Build, with the CPU seconds of each node."""
        tell(f"{self.name}: {step}")
        target = self.home / f"nodes_{step.replace(' ', '_')}.json"
        self.figures[step] = run_module(["tests.measurements.bench_warehouse", "build", str(target)], self.environment)
        self.nodes[step] = [(name, seconds) for name, seconds in json.loads(target.read_text(encoding="utf-8"))]

    def land_day(self, step: str, day: date) -> None:
        """Load one day of all sources."""
        self.measure(step, "ingest", "--from", day.isoformat(), "--to", (day + timedelta(days=1)).isoformat())

    def load_and_build(self) -> None:
        """All days up to DAY, then DAY."""
        run_module(["cxhouse.main", "demo"], self.environment)
        self.measure("landing of all days", "ingest", "--from", self.start.isoformat(), "--to", DAY.isoformat())
        self.build("full build")
        self.measure("publish", "publish")
        self.land_day("landing of a day", DAY)
        self.build("build of a day")
        self.measure("publish of a day", "publish")
        self.measure("build with nothing new", "build")

    def refresh_site(self) -> None:
        """The data of the site after a publish; its pages, which are built once per version, stand already."""
        run_module(["cxhouse.main", "dashboards"], self.environment)
        self.land_day("landing of the next day", DAY + timedelta(days=1))
        self.build("build of the next day")
        self.measure("publish of the next day", "publish")
        self.measure("site refresh", "dashboards")

    def pass_over_the_lake(self) -> None:
        """One pass over every column."""
        self.figures["floor"] = run_module(["tests.measurements.bench_warehouse", "floor"], self.environment)


def build_here(target: Path) -> None:
    """Build in this process; write the CPU seconds from the start of each node to that of the next one."""
    marks: list[tuple[str, float]] = []

    def mark(name: str, done: int, total: int) -> None:
        marks.append((name, time.process_time()))

    build_warehouse(open_workplace(read_settings()), tell=mark)
    mark("end", 0, 0)
    nodes = [(name, after - before) for (name, before), (_, after) in pairwise(marks)]
    target.write_text(json.dumps([("start", marks[0][1]), *nodes]), encoding="utf-8")


def read_every_column() -> None:
    """Hash every value of the lake."""
    lake = read_settings().lake
    with duckdb.connect() as connection:
        for table in sorted({path.parent for path in lake.glob("*/*/*.parquet")}):
            rows = f"read_parquet('{table}/*.parquet', union_by_name = true)"
            connection.execute(f"select bit_xor(hash(rows)) from {rows} as rows").fetchall()


def find_ratios(whole: Bench, late: Bench, large: Bench) -> dict[str, float]:
    """The ratios that say whether a day costs a day."""
    day = whole.figures["build of a day"].cpu
    return {
        "rebuild_over_floor": whole.figures["full build"].cpu / whole.figures["floor"].cpu,
        "day_over_rebuild": day / whole.figures["full build"].cpu,
        "day_at_4x_history": day / late.figures["build of a day"].cpu,
        "day_at_3x_volume": large.figures["build of a day"].cpu / day,
        "nothing_new_s": whole.figures["build with nothing new"].cpu,
        "publish_and_site_s": whole.figures["publish of the next day"].cpu + whole.figures["site refresh"].cpu,
        "peak_gb": max(usage.memory for usage in whole.figures.values()),
    }


def show(benches: Sequence[Bench], ratios: Mapping[str, float]) -> None:
    """Figures, ratios and the dearest nodes as tables."""
    figures = Table("step", *(f"{bench.name}: CPU s" for bench in benches), "wall s", "GB")
    for step, usage in benches[0].figures.items():
        cells = (f"{bench.figures[step].cpu:.1f}" if step in bench.figures else "" for bench in benches)
        figures.add_row(step, *cells, f"{usage.wall:.1f}", f"{usage.memory:.2f}")
    console.print(figures)
    listed = Table("ratio", "value")
    for name, value in ratios.items():
        listed.add_row(name, f"{value:.2f}")
    console.print(listed)
    nodes = benches[0].nodes["build of a day"]
    dearest = Table("dearest nodes of a day", "CPU s")
    for name, seconds in sorted(nodes, key=lambda each: -each[1])[:DEAREST]:
        dearest.add_row(name[:60], f"{seconds:.2f}")
    dearest.add_row(f"all {len(nodes)}", f"{sum(seconds for _, seconds in nodes):.1f}")
    console.print(dearest)


def main(arguments: list[str]) -> None:
    """All steps, or one of them in this process."""
    steps: dict[str, Callable[[], None]] = {"build": lambda: build_here(Path(arguments[1])), "floor": read_every_column}
    if arguments and arguments[0] in steps:
        steps[arguments[0]]()
        return
    scale = float(arguments[0]) if arguments else 0.2
    target = read_settings().home / "bench"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target) as name:
        folder = Path(name)
        whole, late = Bench("all days", folder, scale), Bench("last quarter", folder, scale, start=LATE_START)
        large = Bench("3 x volume", folder, 3 * scale)
        for bench in (whole, late, large):
            bench.load_and_build()
            if bench is whole:
                whole.pass_over_the_lake()
                whole.refresh_site()
            shutil.rmtree(bench.home)
    ratios = find_ratios(whole, late, large)
    benches = [whole, late, large]
    show(benches, ratios)
    steps_used = {bench.name: {step: asdict(usage) for step, usage in bench.figures.items()} for bench in benches}
    content = {"scale": scale, "ratios": ratios, "figures": steps_used, "nodes": {bench.name: bench.nodes for bench in benches}}
    (target / "latest.json").write_text(json.dumps(content, indent=2), encoding="utf-8")
    tell(f"written: {target / 'latest.json'}")


if __name__ == "__main__":
    main(sys.argv[1:])
