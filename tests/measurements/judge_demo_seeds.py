"""Verdicts of the evaluation on planted changes, over twenty companies that differ by their seed.

Run: `python -m tests.measurements.judge_demo_seeds FOLDER`.

Four pilot companies without any effect give the smallest visible effects. 1.5 times those are planted in twenty others, which go through
the whole pipeline (sources, lake, warehouse). Seeds and sizes are fixed beforehand. Prints and writes FOLDER/confusion.md. An interrupted
run continues with the missing seeds; existing companies are only judged again.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import polars as pl
from threadpoolctl import threadpool_limits

from cxhouse.build_state import BuildState
from cxhouse.settings import read_settings
from cxhouse.warehouse.build import invoke_dbt
from cxhouse.warehouse.preparation import open_workplace, prepare_build, read_inputs
from ingestion.demo import generate_demo
from ingestion.demo.changes import PLAN, read_effects
from ingestion.demo.deliveries import NEW_CARRIER_CHANGE, NEW_CARRIER_SHARE
from semantic.effects.company.changes import evaluate_changes
from semantic.effects.company.facts import read_company

END, SCALE, TIMES = date(2026, 6, 30), 0.25, 1.5
USUAL_WAIT = 50.0  # seconds, of answered calls
PILOTS, SEEDS, CORRECTIONS = (901, 902, 903, 904), tuple(range(41, 61)), 3
CARRIER_SIGNAL, NO_EFFECT = "on_time.zoefpost", ("CHG-106", "CHG-109", "CHG-111", "CHG-113")
SMALL, OVERLAPPING, MEASUREMENT = "CHG-108", ("CHG-104", "CHG-105"), "CHG-112"
Place = tuple[str, str, str]  # change, KPI, touchpoint
CARRIER: Place = (NEW_CARRIER_CHANGE, "on_time_delivery", "parcel_delivery")
READ = {
    "changes": "dim_changes", "scope": "dim_change_touchpoints", "days": "fct_judged_days", "kpis": "dim_judged_kpis",
    "targets": "dim_touchpoint_kpis", "peaks": "dim_peaks", "incidents": "dim_incidents", "versions": "dim_kpi_versions",
}  # fmt: skip


def build_company(folder: Path, seed: int, effects: pl.DataFrame) -> Path:
    """The evaluation's input for one company, from sources through lake and warehouse; the company itself is deleted."""
    kept = folder / str(seed)
    if (kept / "truth.json").is_file():
        return kept
    home = folder / f"home-{seed}"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    kept.mkdir(exist_ok=True)
    with (
        mock.patch("ingestion.demo.signals.read_effects", lambda: effects),
        mock.patch("ingestion.demo.truth.read_effects", lambda: effects),
    ):
        generate_demo(home / "demo", end=END, scale=SCALE, seed=seed)
    environment = {**os.environ, "CXHOUSE_HOME": str(home), "CXHOUSE_HASH_KEY": "judged"}
    run([sys.executable, "-m", "cxhouse.main", "ingest", "--to", str(END + timedelta(days=1))], environment)
    run([sys.executable, "-m", "tests.measurements.judge_demo_seeds", "--build"], environment)
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        warehouse.execute("set timezone = 'UTC'")
        for name, model in READ.items():
            warehouse.sql(f"select * from {model}").pl().write_parquet(kept / f"{name}.parquet")
    shutil.copy(home / "demo" / "truth.json", kept)
    shutil.rmtree(home)
    return kept


def run(command: list[str], environment: dict[str, str]) -> None:
    """Run a command; its output is shown when it fails."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed\n{done.stdout}\n{done.stderr}")


def build_warehouse() -> None:
    """In the home of the environment: the models that the evaluation reads and those above them, without the reports."""
    workplace = open_workplace(read_settings())
    now = datetime.now(UTC)
    prepare_build(workplace, read_inputs(workplace, now), BuildState("judged", now.isoformat(), is_full=True, definitions=""))
    if not invoke_dbt(workplace, ["run", "--full-refresh", "--select", *(f"+{model}" for model in READ.values())]).success:
        raise SystemExit("the warehouse build failed; its log is in the state folder (dbt.log)")


def judge_company(kept: Path) -> pl.DataFrame:
    """Every judgement of one company, with the effect that was planted."""
    frames = {name: pl.read_parquet(kept / f"{name}.parquet") for name in READ}
    company = read_company(**frames, as_of=frames["days"]["local_date"].max())
    with threadpool_limits(1):
        found = evaluate_changes(company).effects
    planted = read_truth(kept / "truth.json")
    keys = found.select("change_id", "kpi_id", "touchpoint_id").rows()
    return found.with_columns(pl.Series("planted", [planted.get(key) for key in keys], dtype=pl.Float64))


def list_planted() -> dict[Place, int]:
    """The effects to find, with their sign."""
    rows = [row for row in read_effects().to_dicts() if row["kpi"] and row["change_id"] not in (SMALL, *OVERLAPPING, MEASUREMENT)]
    found = {(row["change_id"], row["kpi"], row["touchpoint"]): int(math.copysign(1, row["size"])) for row in rows}
    return {**found, CARRIER: -1}


def size_effects(folder: Path, pilots: list[pl.DataFrame]) -> pl.DataFrame:
    """plan/effects.csv with the planted effects at TIMES the smallest visible ones of the pilots.

    A first guess comes from each signal's base. Pilots are drawn with it, and their effect in the KPI's own unit corrects it, as levels
    that another change moved, and callers who hang up, reduce the effect.
    """
    visible = pl.concat(pilots).group_by("change_id", "kpi_id", "touchpoint_id").agg(pl.col("smallest_visible_effect").mean()).drop_nulls()
    wanted = {place: TIMES * sign * dict_of(visible)[place] for place, sign in list_planted().items()}
    effects = guess_sizes(wanted)
    for _ in range(CORRECTIONS):
        told = [read_truth(draw_truth(folder, seed, effects)) for seed in PILOTS]
        factors = {place: wanted[place] / (sum(each[place] for each in told) / len(told)) for place in wanted}
        sizes = [
            row["size"] * min(max(factors[place_of(row)], 0.5), 2.0) if place_of(row) in factors else row["size"]
            for row in effects.to_dicts()
        ]
        effects = effects.with_columns(pl.Series("size", sizes))
    return effects


def guess_sizes(wanted: dict[Place, float]) -> pl.DataFrame:
    """Sizes on each signal's own scale, as if its level were its base."""
    bases = {row["signal"]: row["base"] for row in pl.read_csv(PLAN / "signals.csv").to_dicts()}
    rows = []
    for row in read_effects().to_dicts():
        move = wanted.get(place_of(row))
        if move is not None:
            is_wait = row["signal"].startswith("wait.")
            row["size"] = math.log1p(move / USUAL_WAIT) if is_wait else shift_share(bases[row["signal"]], move)
        rows.append(row)
    before = 0.6 * bases["on_time.pakduif"] + 0.4 * bases["on_time.stadsflits"]
    carrier = before + wanted[CARRIER] / NEW_CARRIER_SHARE
    size = shift_share(bases[CARRIER_SIGNAL], carrier - bases[CARRIER_SIGNAL])
    rows.append({"change_id": NEW_CARRIER_CHANGE, "signal": CARRIER_SIGNAL, "size": size, "touchpoint": None, "kpi": None})
    return pl.DataFrame(rows, schema=read_effects().schema)


def place_of(row: dict[str, Any]) -> Place:
    """Places with a planted effect. For the new carrier, the guess is not corrected: its level is set, not moved."""
    return row["change_id"], row["kpi"], row["touchpoint"]


def dict_of(visible: pl.DataFrame) -> dict[Place, float]:
    """Smallest visible effects by place."""
    return {(change, kpi, touchpoint): size for change, kpi, touchpoint, size in visible.rows()}


def draw_truth(folder: Path, seed: int, effects: pl.DataFrame) -> Path:
    """truth.json of a company that is drawn and then deleted."""
    draft, kept = folder / "draft", folder / "truth.json"
    with (
        mock.patch("ingestion.demo.signals.read_effects", lambda: effects),
        mock.patch("ingestion.demo.truth.read_effects", lambda: effects),
    ):
        generate_demo(draft, end=END, scale=SCALE, seed=seed)
    shutil.move(draft / "truth.json", kept)
    shutil.rmtree(draft)
    return kept


def read_truth(path: Path) -> dict[Place, float]:
    """Planted effects in the KPI's own unit."""
    truth = json.loads(path.read_text(encoding="utf-8"))
    return {(c["change_id"], e["kpi"], e["touchpoint"]): e["effect"] for c in truth["changes"] for e in c["effects"]}


def shift_share(share: float, move: float) -> float:
    """A move of a share on the logit scale; a share stays between 2 and 99 percent."""
    moved = min(max(share + move, 0.02), 0.99)
    return math.log(moved / (1 - moved)) - math.log(share / (1 - share))


def write_table(found: dict[int, pl.DataFrame]) -> str:
    """Planted changes x verdicts, counted over the seeds."""
    lines = ["| planted | change | KPI | touchpoint | effect planted | verdicts | called an effect |", "|---|---|---|---|---|---|---|"]
    places = [(*place, "effect") for place in list_planted()]
    # a change without a plan has no primary KPI: all KPIs in its scope count
    asked = pl.col("is_primary") | (~pl.col("is_planned") & (pl.col("relation") == "in_scope"))
    primary = pl.concat(list(found.values())).filter(asked).select("change_id", "kpi_id", "touchpoint_id").unique()
    for kind, changes in (("nothing", NO_EFFECT), ("too small", (SMALL,)), ("overlapping", OVERLAPPING)):
        places += [(*place, kind) for place in sorted(primary.rows()) if place[0] in changes]
    for change, kpi, touchpoint, kind in places:
        here = (pl.col("change_id") == change) & (pl.col("kpi_id") == kpi) & (pl.col("touchpoint_id") == touchpoint)
        rows = pl.concat([frame.filter(here) for frame in found.values()])
        counts = Counter(rows["verdict"].to_list())
        right = rows["is_effect"].sum()
        planted = rows["planted"].mean()
        said = ", ".join(f"{verdict} {count}" for verdict, count in counts.most_common())
        cells = (kind, change, kpi, touchpoint, "–" if planted is None else f"{planted:+.3g}", said, f"{right} of {rows.height}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(folder: Path) -> None:
    """Pilots, then every seed, one after the other."""
    still = read_effects().with_columns(pl.lit(0.0).alias("size"))
    pilots = [judge_company(build_company(folder, seed, still)) for seed in PILOTS]
    sizes = folder / "effects.csv"
    if not sizes.is_file():
        size_effects(folder, pilots).write_csv(sizes)
    effects = pl.read_csv(sizes, schema=read_effects().schema)
    found = {}
    for seed in SEEDS:
        found[seed] = judge_company(build_company(folder, seed, effects))
        print(f"seed {seed} judged", flush=True)
    table = write_table(found)
    (folder / "confusion.md").write_text(table, encoding="utf-8")
    print(table)


if __name__ == "__main__":
    if sys.argv[1] == "--build":
        build_warehouse()
    else:
        main(Path(sys.argv[1]))
