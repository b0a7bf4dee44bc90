"""Refresh the dashboards whenever new reports were published."""

from airflow.sdk import DAG, Asset
from house import SERVING, default_arguments, run_command

GUIDE = """
### Build the dashboards
Starts when the warehouse DAG has published new reports. Runs `cxhouse dashboards`, which writes the data of the site from the
published reports, and builds the pages when they changed. Readers see the old figures until all new ones are there.
**Repair:** clear the failed task.
"""

with DAG(
    dag_id="dashboards",
    description="Show the published reports on the dashboard site.",
    doc_md=GUIDE,
    schedule=[Asset(SERVING)],
    catchup=False,
    max_active_runs=1,
    default_args=default_arguments("Data", retries=1),
    tags=["dashboards"],
):
    run_command("build_site", "cxhouse dashboards")
