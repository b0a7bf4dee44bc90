"""Build the warehouse, layer by layer, and publish the reports."""

from airflow.sdk import DAG, Asset, AssetAll, AssetOrTimeSchedule, CronTriggerTimetable, chain
from house import SERVING, WAREHOUSE_POOL, default_arguments, lake_asset_uri, read_cut_off, read_sources, read_time_zone, run_command

LAYERS = ["staging", "intermediate", "marts", "reports"]
CUT_OFF, TIME_ZONE = read_cut_off(), read_time_zone()
GUIDE = f"""
### Build the warehouse and publish
Starts when **all** sources have landed since the last such build, and at the cut-off hour ({CUT_OFF:%H:%M}, {TIME_ZONE}) with
the sources that have landed by then. The data-health page shows missing sources as late or down.

Each task is one command: `cxhouse build --layer LAYER` for {", ".join(LAYERS)}, then `cxhouse publish`. They share the pool
`{WAREHOUSE_POOL}` of one slot, because the warehouse file has one writer. Reports are published only after every test of every
layer has passed. After a failure, readers keep the last copy, and `show_failure` shows the failure on the data-health page.

**Repair:** clear the failed task; it and all later tasks run again. For a full rebuild, run `cxhouse build --full-refresh`.
"""

with DAG(
    dag_id="warehouse",
    description="Build staging, intermediate, marts and reports; then publish.",
    doc_md=GUIDE,
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable(f"{CUT_OFF.minute} {CUT_OFF.hour} * * *", timezone=TIME_ZONE),
        assets=AssetAll(*(Asset(lake_asset_uri(source)) for source in read_sources())),
    ),
    catchup=False,
    max_active_runs=1,
    default_args={**default_arguments("Data", retries=1), "pool": WAREHOUSE_POOL},
    tags=["warehouse"],
):
    steps = [run_command(f"build_{layer}", f"cxhouse build --layer {layer}") for layer in LAYERS]
    steps.append(run_command("publish", "cxhouse publish", outlets=[Asset(SERVING)]))
    chain(*steps)
    steps >> run_command("show_failure", "cxhouse dashboards", trigger_rule="one_failed", retries=0)
