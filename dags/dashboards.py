"""Rebuild the dashboards whenever new reports were published."""

from airflow.sdk import DAG, Asset
from house import SERVING, default_arguments, run_command

GUIDE = """
### Build the dashboards
Starts when the warehouse DAG published new reports. Runs `cxhouse dashboards`: copies the published reports into the site and
builds it. The site in use is swapped only when the build succeeded. **Repair:** clear the failed task.
"""

with DAG(
    dag_id="dashboards",
    description="Build the dashboard site from the published reports.",
    doc_md=GUIDE,
    schedule=[Asset(SERVING)],
    catchup=False,
    max_active_runs=1,
    default_args=default_arguments("Data", retries=1),
    tags=["dashboards"],
):
    run_command("build_site", "cxhouse dashboards")
