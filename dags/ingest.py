"""One DAG per source of sources.yml: load a window of local days into the lake."""

from airflow.sdk import DAG, Asset, CronDataIntervalTimetable, Param
from house import catches_up, default_arguments, fill, first_and_last_day, lake_asset_uri, read_sources, read_time_zone, run_command

GUIDE = """
### Load {source}: {description}
Owner: {owner}. Tables: {tables}. Schedule: `{schedule}` in {time_zone}.

Runs `cxhouse ingest {source} --from DAY --to DAY` for the local days of the run's data interval; the last day is not included. A
window that was loaded before is replaced, so a run may be repeated. A scheduled run also loads the missing days since the last
landed day (the very first run: since the company's first day).

**Repair days:** `airflow backfill create --dag-id ingest_{source} --from-date 2025-03-01 --to-date 2025-03-08` loads 1 to
7 March, a run a day, and nothing else (`--dry-run` shows the runs first). **After three retries** the failure is logged and
posted to the webhook; the other sources and the build go on without this one.
"""
COMMAND = 'cxhouse ingest "$SOURCE" --from "$FIRST_DAY" --to "$END_DAY" ${CATCH_UP:+"--catch-up"}'
CATCH_UP = Param(
    "when newest",
    enum=["when newest", "yes", "no"],
    title="Also load what is missing",
    description="Everything since the last landed day. By default, only a run of the newest complete window does; a backfill never does.",
)
TIME_ZONE = read_time_zone()

for source, entry in read_sources().items():
    schedule, owner = fill(entry.get("schedule")) or "0 3 * * *", fill(entry.get("owner"))
    guide = {"owner": owner, "description": fill(entry.get("description")), "tables": ", ".join(entry.get("tables") or {})}
    with DAG(
        dag_id=f"ingest_{source}",
        description=guide["description"],
        doc_md=GUIDE.format(source=source, schedule=schedule, time_zone=TIME_ZONE, **guide),
        schedule=CronDataIntervalTimetable(schedule, timezone=TIME_ZONE),
        catchup=False,
        max_active_runs=1,
        default_args=default_arguments(owner, retries=3),
        params={"catch_up": CATCH_UP},
        user_defined_macros={"days": lambda run: first_and_last_day(run, TIME_ZONE), "catches_up": catches_up},
        tags=["ingest"],
    ):
        run_command(
            "load",
            COMMAND,
            env={
                "SOURCE": source,
                "FIRST_DAY": "{{ days(dag_run)[0] }}",
                "END_DAY": "{{ days(dag_run)[1] }}",
                "CATCH_UP": "{{ 'yes' if catches_up(dag_run, params.catch_up) else '' }}",
            },
            outlets=[Asset(lake_asset_uri(source))],
        )
