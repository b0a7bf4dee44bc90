"""A company that does not deliver an optional column has no figure that needs it, and every other figure as before."""

from __future__ import annotations

import math
import random
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from semantic.contracts import load_contracts
from semantic.kpi_catalog import FOLDER as KPIS
from semantic.kpi_catalog import load_kpi_catalog
from tests.companies.filled import list_optional_columns, write_company
from tests.conftest import STRESS, pick_size
from tests.warehouse.conftest import Home, copy_home

# segments are left aside: who is in one follows what is known of the customers
FIGURES = """
    select kpi_id, scope_kind, journey_id, phase_id, touchpoint_id, component_id, dimension_set, channel, supplier_id, segment, grain,
        period_start, n, value, value_lower, value_upper
    from fct_touchpoint_kpis
    where dimension_set <> 'segment'
"""
VALUES = ("value", "value_lower", "value_upper")
# zero is right: no change is judged where its KPI is not measured, and then none is overdue; a component is known of no customer
TRUE_ZEROS = {
    "rpt_changes.kpis_count", "rpt_changes.tests_count", "rpt_journey_changes.overdue_count", "rpt_value_components.known_count",
}  # fmt: skip
# columns that decide where an event or answer counts, and who is known: without them a figure stands elsewhere, and none is made up
PLACES = {
    "orders.payment_method", "contacts.queue", "contacts.topic", "deliveries.carrier", "survey_responses.order_id",
    "survey_responses.contact_id", "survey_responses.delivery_id", "survey_responses.touchpoint_hint", "survey_responses.supplier_id",
}  # fmt: skip
# without them no phase of the company's journey ends, and phases that never end have no figure
ENDS_OF_PHASES = {"deliveries.delivered_at", "deliveries.order_id"}
KPIS_OF_PHASES = {"phase_completion", "phase_dwell_time"}
NO_PHASE = "not measurable: no phase of a journey with a begin and an end has ended"
IDENTITIES = {
    f"{contract}.{column}"
    for contract in ("contacts", "customers", "orders", "survey_responses")
    for column in ("customer_key", "phone", "email", "postcode", "house_number")
}


def build_without(filled: Home, folder: Path, left_out: Collection[str]) -> Home:
    """The same company without some columns."""
    home = copy_home(filled, folder, CXHOUSE_COMPANY=str(folder / "company"))
    write_company(folder / "company", left_out)
    home.build(only=() if STRESS else ("fct_touchpoint_kpis", "dim_kpis"))
    return home


def list_meant() -> set[str]:
    """Columns whose contract says what no value means, such as the company's own currency: figures then rest on that."""
    return {
        f"{contract.name}.{column}"
        for contract in load_contracts().values()
        for column, fields in contract.columns.items()
        if "null means" in fields["description"].lower()
    }


def list_needing(left_out: Collection[str]) -> set[str]:
    """The KPIs that cannot be measured without these columns, by the needs of their measures."""
    catalog = load_kpi_catalog([KPIS])
    lacking = {measure.name for measure in catalog.measures.values() if any(lacks(need, left_out) for need in measure.needs)}
    needing = {kpi.name for kpi in catalog.kpis.values() if {kpi.numerator, kpi.denominator} & lacking}
    return needing | (KPIS_OF_PHASES if {*left_out} & ENDS_OF_PHASES else set())


def lacks(need: str, left_out: Collection[str]) -> bool:
    """Whether no alternative of a need is left. The company has a row of every kind, so that each condition holds."""
    return all(alternative.split("=")[0] in left_out for alternative in need.partition(" if ")[0].split(" or "))


def read_figures(home: Home) -> dict[str, dict[tuple[Any, ...], list[float]]]:
    """Every figure of every KPI: value and bounds by what it is a figure of."""
    figures: dict[str, dict[tuple[Any, ...], list[float]]] = {}
    for row in home.query(FIGURES):
        if row["value"] is not None:
            place = tuple(part for name, part in row.items() if name not in VALUES)
            figures.setdefault(row["kpi_id"], {})[place] = [math.nan if row[name] is None else row[name] for name in VALUES]
    return figures


def are_equal(before: dict[tuple[Any, ...], list[float]], after: dict[tuple[Any, ...], list[float]]) -> bool:
    """Whether two sets of figures are the same, up to the rounding of costs that are shared out over other groups."""
    return before.keys() == after.keys() and np.allclose(
        [before[place] for place in before], [after[place] for place in before], rtol=1e-7, atol=1e-12, equal_nan=True
    )


def list_zeros(home: Home) -> dict[str, bool]:
    """For each column of numbers of each report, as `report.column`: whether it has figures and all of them are zero."""
    found = {}
    for (report,) in home.table("(select distinct table_name from duckdb_columns() where starts_with(table_name, 'rpt_'))").rows():
        rows = home.table(report)
        for name in rows.columns:
            if rows[name].dtype.is_numeric() and rows[name].drop_nulls().len():
                found[f"{report}.{name}"] = not (rows[name].drop_nulls() != 0).any()
    return found


def pick_left_out() -> list[tuple[str, ...]]:
    """Sets of columns to leave out: each column alone in the long campaign; a few columns and two larger sets in the sample."""
    columns, dice = list_optional_columns(), random.Random(20)
    alone = [(column,) for column in columns]
    together = [tuple(dice.sample(columns, 6)) for _ in range(pick_size(2, stress=20))]
    return [*dice.sample(alone, pick_size(1, stress=len(alone))), *together, ("order_lines.returned_quantity",)]


@pytest.mark.campaign
@pytest.mark.parametrize("left_out", pick_left_out(), ids=",".join)
def test_exactly_the_kpis_that_need_it_have_no_figure(filled: Home, tmp_path: Path, left_out: tuple[str, ...]) -> None:
    before, home = read_figures(filled), build_without(filled, tmp_path, left_out)
    after, needing = read_figures(home), list_needing(left_out)
    assert set(before) - set(after) == needing
    reasons = {row["kpi_id"]: row["not_measurable_reason"] for row in home.query("select * from dim_kpis where not is_measurable")}
    assert set(reasons) == needing
    for kpi_id, reason in reasons.items():
        assert reason == NO_PHASE if kpi_id in KPIS_OF_PHASES else any(column in reason for column in left_out), kpi_id
    if not {*left_out} & (PLACES | IDENTITIES | list_meant()):
        assert [kpi for kpi in after if not are_equal(before[kpi], after[kpi])] == []
    # what is not known of a change (its contract is about records) makes no figure
    if STRESS and not {*left_out} & list_meant() and not all(column.startswith("changes.") for column in left_out):
        with_all = list_zeros(filled) | dict.fromkeys(TRUE_ZEROS, True)
        made_up = sorted(name for name, is_zero in list_zeros(home).items() if is_zero and not with_all.get(name, True))
        assert made_up == [], "figures that are zero because nobody delivers what they need"


def test_every_kpi_is_measured_where_every_column_is_filled(filled: Home) -> None:
    assert set(read_figures(filled)) == set(load_kpi_catalog([KPIS]).kpis)
