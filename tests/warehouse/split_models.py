"""The models of the split, run unchanged on rows of a test: rendered with Jinja, in an in-memory DuckDB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

import duckdb
from jinja2 import Environment

from tests.companies.tiny import PROJECT

MODELS = ("fct_split_moves", "fct_kpi_split_parts", "fct_kpi_splits")
CHANGE_MODELS = ("dim_change_windows", "fct_change_sums", "fct_change_moves")
MACROS = ("splits", "texts", "dialect", "dialect_dates")
# numerator and denominator before, numerator and denominator after
Sums = tuple[float, float, float, float]

NO_CHANGES = """
create table fct_change_moves (
    move_id varchar, change_id varchar, kpi_id varchar, touchpoint_id varchar, period_start date, before_start date,
    numerator_before double, denominator_before double, numerator_after double, denominator_after double,
    value_before double, value_after double, change double, is_additive boolean
);
create table fct_change_sums (
    change_id varchar, kpi_id varchar, touchpoint_id varchar, dimension_set varchar, member varchar, numerator_before double,
    denominator_before double, numerator_after double, denominator_after double
);
"""
NO_MOVES = """
create table fct_kpi_moves (
    move_id varchar, kpi_id varchar, scope_kind varchar, journey_id varchar, touchpoint_id varchar, comparison varchar, is_latest boolean,
    grain varchar, period_start date, before_grain varchar, before_start date, numerator_before double, denominator_before double,
    numerator_after double, denominator_after double, value_before double, value_after double, change double, is_additive boolean
);
create table fct_kpi_sums (
    kpi_id varchar, scope_kind varchar, journey_id varchar, touchpoint_id varchar, dimension_set varchar,
    channel varchar, supplier_id varchar, segment varchar, grain varchar, period_start date, numerator double, denominator double
);
"""


@dataclass(frozen=True)
class Split:
    """The rows of fct_kpi_splits for one move and one dimension, and the whole that is split."""

    rows: list[dict[str, Any]]
    change: float

    def effects(self, name: str) -> dict[str, float]:
        """One effect per member."""
        return {row["member"] or row["member_kind"]: row[name] for row in self.rows}

    def explained(self) -> float:
        """The sum of all effects."""
        return sum(row["mix_effect"] + row["rate_effect"] for row in self.rows)


class Engine:
    """Dispatch of macros whose SQL differs between engines: here always DuckDB's."""

    def __init__(self, environment: Environment, macros: str) -> None:
        self._environment, self._macros = environment, macros

    def dispatch(self, name: str) -> Any:
        """The macro that is called."""
        return getattr(self._environment.from_string(self._macros).module, f"default__{name}")


@cache
def render_model(name: str) -> str:
    """A model's SQL with its macros filled in; references are plain table names."""
    macros = "".join((PROJECT / "dbt" / "macros" / f"{part}.sql").read_text(encoding="utf-8") for part in MACROS)
    model = (PROJECT / "dbt" / "models" / "marts" / "moves" / f"{name}.sql").read_text(encoding="utf-8")
    environment = Environment()
    environment.globals |= {"adapter": Engine(environment, macros), "return": lambda value: value}
    environment.globals |= {"ref": lambda table: table, "config": lambda **_: "", "var": lambda _: "UTC"}
    return environment.from_string(macros + model).render()


def split_change(members: Mapping[str | None, Sums], *, is_additive: bool = False) -> Split:
    """Split the change between two months. Member None: rows without a value of the dimension. Additive: all share one denominator."""
    whole = [sum(sums[column] for sums in members.values()) for column in range(4)]
    if is_additive:
        whole[1], whole[3] = (max(sums[column] for sums in members.values()) for column in (1, 3))
    values = whole[0] / whole[1], whole[2] / whole[3]
    with duckdb.connect() as connection:
        connection.execute(
            "create table fct_kpi_moves as select 'm' as move_id, 'k' as kpi_id, 'company' as scope_kind, null::varchar as journey_id,"
            " null::varchar as touchpoint_id, 'month_before' as comparison, true as is_latest, 'month' as grain,"
            " date '2026-02-01' as period_start,"
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
        connection.execute(NO_CHANGES)
        for row in list_sums(members):
            connection.execute(
                "insert into fct_kpi_sums values ('k', 'company', null, null, 'supplier', null, ?, null, 'month', ?, ?, ?)", row
            )
        build_models(connection, MODELS)
        return Split(read_rows(connection, "select * from fct_kpi_splits order by member_kind, member"), values[1] - values[0])


def build_models(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    """Each model as a table, in this order."""
    for name in names:
        connection.execute(f"create table {name} as {render_model(name)}")


def read_rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """Rows by the names of their columns."""
    found = connection.execute(sql)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def list_sums(members: Mapping[str | None, Sums]) -> Iterable[list[Any]]:
    """The rows a mart would hold: none for a period in which the member does not occur, none for rows without a value."""
    for member, (above_before, below_before, above_after, below_after) in members.items():
        if member is None:
            continue
        if above_before or below_before:
            yield [member, "2026-01-01", above_before, below_before]
        if above_after or below_after:
            yield [member, "2026-02-01", above_after, below_after]


# a figure of one day at the touchpoint: day, dimension, member, above and below the line
DayFigure = tuple[date, str, str | None, float, float]


@dataclass(frozen=True)
class ChangeDay:
    """A change as the evaluation reads it: its start, the first days of the weeks after, and the company's figures."""

    start: date
    weeks_after: tuple[date, ...]
    days: Sequence[DayFigure]
    company_days: Sequence[tuple[date, str | None, float]] = ()
    verdict: str = "no visible effect"
    versions: Mapping[date, int] = field(default_factory=dict)


def split_change_day(change: ChangeDay) -> tuple[dict[str, Any], dict[str, Split]]:
    """The row of fct_change_moves, and the split by each dimension."""
    weeks = [{"week_start": day, "is_after": True} for day in change.weeks_after]
    weeks.append({"week_start": change.start - timedelta(days=7), "is_after": False})
    with duckdb.connect() as connection:
        connection.execute(
            "create table fct_change_judgements as select 'in_scope' as relation, 'c' as change_id, 'k' as kpi_id,"
            " 't' as touchpoint_id, ?::date as started_at, ?::varchar as verdict, 'not yet' as reason,"
            " ?::struct(week_start date, is_after boolean)[] as weeks",
            [change.start, change.verdict, weeks],
        )
        connection.execute(
            "create table dim_kpis as select 'k' as kpi_id, ? as denominator_scope", ["company" if change.company_days else "same"]
        )
        connection.execute(
            "create table fct_kpi_days (kpi_id varchar, touchpoint_id varchar, scope_kind varchar, dimension_set varchar, channel varchar,"
            " supplier_id varchar, segment varchar, kpi_version integer, local_date date, numerator double, denominator double)"
        )
        for day, dimension, member, numerator, denominator in change.days:
            split = [member if dimension == name else None for name in ("channel", "supplier", "segment")]
            row = ["k", "t", "touchpoint", dimension, *split, change.versions.get(day, 1), day, numerator, denominator]
            connection.execute("insert into fct_kpi_days values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute("create view fct_judged_days as from fct_kpi_days where dimension_set = 'total'")
        connection.execute(
            "create table fct_company_denominators (kpi_id varchar, kpi_version integer, grain varchar, period_start date,"
            " is_of_segment boolean, segment varchar, denominator double)"
        )
        for day, segment, denominator in change.company_days:
            row = ["k", 1, "day", day, segment is not None, segment, denominator]
            connection.execute("insert into fct_company_denominators values (?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute(NO_MOVES)
        build_models(connection, (*CHANGE_MODELS, *MODELS))
        moves = read_rows(connection, "select * from fct_change_moves")
        rows = read_rows(connection, "select * from fct_kpi_splits order by dimension_set, member_kind, member")
    move = moves[0] if moves else {}
    dimensions = {row["dimension_set"] for row in rows}
    return move, {name: Split([row for row in rows if row["dimension_set"] == name], move["change"]) for name in dimensions}
