"""Send alerts, weekly digests and monthly reports to those whom subscriptions.yml names."""

from airflow.sdk import DAG, Asset, AssetOrTimeSchedule, CronTriggerTimetable
from house import SERVING, default_arguments, read_time_zone, run_command

TIME_ZONE = read_time_zone()
GUIDE = f"""
### Send news
Starts when the warehouse DAG has published new reports, and every hour ({TIME_ZONE}): a source may become late, and quiet hours
end, without a publish. Runs `cxhouse news`, which sends what is pending and nothing again. It needs `subscriptions.yml` in the
company folder and the settings of the mail server (.env.example).

**This DAG is paused until a person turns it on**, because it writes to people. `cxhouse news --dry-run` shows what it would send.

**Repair:** nothing to do. The next run sends what is known not to have arrived; `cxhouse status` names what may not have.
"""

with DAG(
    dag_id="news",
    description="Send what happened to those who asked for it.",
    doc_md=GUIDE,
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("5 * * * *", timezone=TIME_ZONE), assets=[Asset(SERVING)]),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=True,
    default_args=default_arguments("Data", retries=1),
    tags=["news"],
):
    run_command("send", "cxhouse news")
