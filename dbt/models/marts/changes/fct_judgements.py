"""Every judgement of this build: of changes, of what a change of tomorrow could show, of quiet dates, and proposed breaks."""

from semantic.effects.company.facts import read_company
from semantic.effects.company.judgements import list_judgements
from semantic.effects.company.memory import Memories


def model(dbt, session):
    """One row per question, with its weeks and earlier dates as lists."""
    dbt.config(materialized="table")
    days = dbt.ref("fct_judged_days").pl()
    today = dbt.source("company_folder", "today").pl()
    company = read_company(
        changes=dbt.ref("dim_changes").pl(),
        scope=dbt.ref("dim_change_touchpoints").pl(),
        days=days,
        kpis=dbt.ref("dim_judged_kpis").pl(),
        targets=dbt.ref("dim_touchpoint_kpis").pl(),
        peaks=dbt.ref("dim_peaks").pl(),
        incidents=dbt.ref("dim_incidents").pl(),
        versions=dbt.ref("dim_kpi_versions").pl(),
        as_of=days["local_date"].max() or today["local_date"][0],
    )
    folder = dbt.config.get("judged")
    memories = Memories.read(folder)
    found = list_judgements(company, dbt.ref("fct_judged_segment_days").pl(), memories)
    memories.write(folder)
    return found
