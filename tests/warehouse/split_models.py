"""The models of the split, run as they stand on rows of a test's own: rendered with Jinja, in a DuckDB in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
from jinja2 import Environment

from tests.tiny import PROJECT

MODELS = ("fct_kpi_split_parts", "fct_kpi_split_members", "fct_kpi_splits")
# numerator and denominator before, numerator and denominator after
Sums = tuple[float, float, float, float]


@dataclass(frozen=True)
class Split:
    """The rows of fct_kpi_splits for one move and one dimension, and the whole they split."""

    rows: list[dict[str, Any]]
    change: float

    def effects(self, name: str) -> dict[str, float]:
        """One effect per member."""
        return {row["member"] or row["member_kind"]: row[name] for row in self.rows}

    def explained(self) -> float:
        """What all effects come to."""
        return sum(row["mix_effect"] + row["rate_effect"] for row in self.rows)


@cache
def render_model(name: str) -> str:
    """A model's SQL with its macros filled in; references are plain table names."""
    macros = (PROJECT / "dbt" / "macros" / "splits.sql").read_text(encoding="utf-8")
    model = (PROJECT / "dbt" / "models" / "marts" / "moves" / f"{name}.sql").read_text(encoding="utf-8")
    return Environment().from_string(macros + model).render(ref=lambda table: table)


def split_change(members: Mapping[str | None, Sums], *, is_additive: bool = False) -> Split:
    """Split the change between two months. Member None: rows without a value of the dimension. Additive: all share one denominator."""
    whole = [sum(sums[column] for sums in members.values()) for column in range(4)]
    if is_additive:
        whole[1], whole[3] = (max(sums[column] for sums in members.values()) for column in (1, 3))
    values = whole[0] / whole[1], whole[2] / whole[3]
    with duckdb.connect() as connection:
        connection.execute(
            "create table fct_kpi_moves as select 'm' as move_id, 'k' as kpi_id, 'company' as scope_kind, null::varchar as journey_id,"
            " null::varchar as touchpoint_id, 'month_before' as comparison, 'month' as grain, date '2026-02-01' as period_start,"
            " 'month' as before_grain, date '2026-01-01' as before_start, ?::double as numerator_before, ?::double as denominator_before,"
            " ?::double as numerator_after, ?::double as denominator_after, ?::double as value_before, ?::double as value_after,"
            " ?::double as change, ?::boolean as is_additive",
            [*whole, *values, values[1] - values[0], is_additive],
        )
        connection.execute(
            "create table fct_kpi_sums (kpi_id varchar, scope_kind varchar, journey_id varchar, touchpoint_id varchar,"
            " dimension_set varchar, channel varchar, supplier_id varchar, segment varchar, grain varchar, period_start date,"
            " numerator double, denominator double)"
        )
        for row in list_sums(members):
            connection.execute(
                "insert into fct_kpi_sums values ('k', 'company', null, null, 'supplier', null, ?, null, 'month', ?, ?, ?)", row
            )
        for name in MODELS:
            connection.execute(f"create table {name} as {render_model(name)}")
        found = connection.execute("select * from fct_kpi_splits order by member_kind, member")
        names = [column[0] for column in found.description]
        return Split([dict(zip(names, row, strict=True)) for row in found.fetchall()], values[1] - values[0])


def list_sums(members: Mapping[str | None, Sums]) -> Iterable[list[Any]]:
    """The rows a mart would hold: none for a period in which the member does not occur, none for rows without a value."""
    for member, (above_before, below_before, above_after, below_after) in members.items():
        if member is None:
            continue
        if above_before or below_before:
            yield [member, "2026-01-01", above_before, below_before]
        if above_after or below_after:
            yield [member, "2026-02-01", above_after, below_after]
