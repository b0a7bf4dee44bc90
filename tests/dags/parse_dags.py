"""Parse the DAG folder as Airflow does and print the result as one line of JSON."""

import ast
import json
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.append(str(PROJECT / "dags"))

from airflow.dag_processing.dagbag import DagBag  # noqa: E402
from airflow.serialization.serialized_objects import DagSerialization  # noqa: E402


def describe_task(task):
    return {
        "command": task.bash_command,
        "env": task.env,
        "pool": task.pool,
        "owner": task.owner,
        "retries": task.retries,
        "retry_exponential_backoff": float(task.retry_exponential_backoff),
        "on_failure": [callback.__name__ for callback in task.on_failure_callback],
        "outlets": [asset.name for asset in task.outlets],
        "downstream": sorted(task.downstream_task_ids),
    }


def describe_dag(dag):
    serialized = DagSerialization.to_dict(dag)["dag"]
    return {
        "owner": dag.owner,
        "doc": dag.doc_md,
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "paused": dag.is_paused_upon_creation,
        "timetable": json.loads(json.dumps(serialized["timetable"], default=str)),
        "params": {name: param.schema for name, param in dag.params.items()} if dag.params else {},
        "tasks": {task.task_id: describe_task(task) for task in dag.tasks},
    }


before = set(sys.modules)
began = time.monotonic()
bag = DagBag(str(PROJECT / "dags"))
seconds = time.monotonic() - began
rooms = {"cxhouse", "declared", "ingestion", "semantic", "dbt", "duckdb", "polars", "pandas", "numpy", "pyarrow"}
imported = {
    name.split(".")[0]
    for path in (PROJECT / "dags").glob("*.py")
    for node in ast.walk(ast.parse(path.read_text()))
    for name in (
        [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) else []
    )
}
print(
    json.dumps(
        {
            "errors": {Path(path).name: text for path, text in bag.import_errors.items()},
            "dags": {dag_id: describe_dag(dag) for dag_id, dag in bag.dags.items()},
            "imported": sorted(imported),
            "loaded_rooms": sorted(rooms & {name.split(".")[0] for name in set(sys.modules) - before}),
            "seconds": seconds,
        }
    )
)
