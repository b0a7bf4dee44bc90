"""A form that records a change of the company: title, touchpoints, start, and expected effect."""

from airflow.sdk import DAG
from house import COMPANY, SEMANTIC, as_text, ask, default_arguments, read_ids, read_kpi_ids, read_yaml, run_command

GUIDE = """
### Record a change
Press **Trigger** and fill in the form. Runs `cxhouse change add` once, without retries, so that no change is recorded twice.
The change appears with the next build. A change recorded before its start, with a primary KPI and a direction, is a plan. It is
judged on the evaluation date if one is given. Other changes are exploratory. To edit a change: `cxhouse change edit`.
"""
CHANGE = read_yaml(SEMANTIC / "contracts" / "changes.yml")["columns"]
FORM = {
    "title": ask(CHANGE, "title", type="string", minLength=3),
    "description": ask(CHANGE, "description", format="multiline"),
    "started_at": ask(CHANGE, "started_at", type="string", format="date-time"),
    "rolled_out_at": ask(CHANGE, "rolled_out_at", format="date-time"),
    "ended_at": ask(CHANGE, "ended_at", format="date-time"),
    "kind": ask(CHANGE, "kind", type="string", enum=CHANGE["kind"]["allowed"]),
    "touchpoints": ask(CHANGE, "touchpoints", type=["null", "array"], examples=read_ids(COMPANY / "touchpoints.yml")),
    "components": ask(CHANGE, "components", type=["null", "array"], examples=read_ids(COMPANY / "components.yml")),
    "suppliers": ask(CHANGE, "suppliers"),
    "channels": ask(CHANGE, "channels"),
    "segments": ask(CHANGE, "segments"),
    "owner": ask(CHANGE, "owner"),
    "primary_kpi": ask(CHANGE, "primary_kpi", enum=[None, *read_kpi_ids()]),
    "expected_direction": ask(CHANGE, "expected_direction", enum=[None, *CHANGE["expected_direction"]["allowed"]]),
    "expected_size": ask(CHANGE, "expected_size", type=["null", "number"]),
    "evaluation_date": ask(CHANGE, "evaluation_date", format="date"),
    "investment_amount": ask(CHANGE, "investment_amount", type=["null", "number"]),
}
# Each answer is passed as a variable that the command names, so that no typed text is part of the shell command.
ANSWERS = {f"CHANGE_{name.upper()}": f"{{{{ as_text(params.{name}) }}}}" for name in FORM}
OPTIONS = [f'${{{answer}:+"--{name.replace("_", "-")}=${answer}"}}' for name, answer in zip(FORM, ANSWERS, strict=True)]

with DAG(
    dag_id="record_change",
    description="A form that records a change of the company.",
    doc_md=GUIDE,
    schedule=None,
    default_args=default_arguments("Customer experience", retries=0),
    params=FORM,
    user_defined_macros={"as_text": as_text},
    tags=["form"],
):
    run_command("record", " ".join(["cxhouse change add --recorded-in=form", *OPTIONS]), env=ANSWERS)
