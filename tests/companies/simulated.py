"""A simulated company: daily figures of KPIs at touchpoints, registered changes, and the frames that the evaluation reads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from semantic.effects.company.changes import Evaluation, evaluate_changes
from semantic.effects.company.facts import Company, read_company
from semantic.effects.method.kernels import Array

FIRST = date(2023, 1, 2)
CHANGE_COLUMNS = {
    "change_id": pl.Utf8, "title": pl.Utf8, "started_date": pl.Date, "ended_date": pl.Date, "kind": pl.Utf8, "owner_department": pl.Utf8,
    "primary_kpi": pl.Utf8, "expected_direction": pl.Utf8, "expected_size": pl.Float64, "evaluation_date": pl.Date,
    "rolled_out_date": pl.Date, "registered_date": pl.Date, "end_registered_date": pl.Date, "is_planned": pl.Boolean,
    "recorded_in": pl.Utf8,
    "channels": pl.Utf8, "segments": pl.Utf8,
}  # fmt: skip
KPI_COLUMNS = {
    "kpi_id": pl.Utf8, "direction": pl.Utf8, "unit_kind": pl.Utf8, "maturity_days": pl.Int64, "counts_answers": pl.Boolean,
}  # fmt: skip


def day_of(day: int) -> date:
    """The calendar date of a day counted from the first."""
    return FIRST + timedelta(days=day)


def draw_days(generator: np.random.Generator, count: int, memory: float = 0.3) -> Array:
    """One series of daily autocorrelated noise with standard deviation 1."""
    from scipy.signal import lfilter

    noise = generator.standard_normal(count + 100)
    return np.asarray(lfilter([np.sqrt(1 - memory**2)], [1.0, -memory], noise)[100:])


@dataclass(frozen=True)
class Simulated:
    """Values and counts per (KPI, touchpoint) and day; changes, peaks and incidents as rows. Every method returns a new company."""

    values: dict[tuple[str, str], Array]
    counts: dict[tuple[str, str], Array]
    kpis: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: tuple[dict[str, Any], ...] = ()
    scope: tuple[tuple[str, str, str], ...] = ()
    peaks: tuple[tuple[int, int], ...] = ()
    incidents: tuple[tuple[int, int, str | None], ...] = ()
    versions: tuple[tuple[str, int], ...] = ()
    owners: dict[str, str] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """Days of the longest series."""
        return max(len(values) for values in self.values.values())

    def add_change(self, change_id: str, start: int, touchpoints: tuple[str, ...], **more: Any) -> Simulated:
        """Add a change at the named touchpoints, and at others `through` a component; by default it is planned with `primary_kpi`."""
        through = more.pop("through", ())
        names = ("end", "evaluated", "rolled_out", "recorded", "end_recorded")
        end, evaluated, rolled_out, recorded, end_recorded = (more.pop(name, None) for name in names)
        row = {
            "change_id": change_id, "title": change_id, "started_date": day_of(start), "ended_date": None if end is None else day_of(end),
            "kind": "touchpoint", "owner_department": "Owner", "primary_kpi": "csat", "expected_direction": "higher",
            "expected_size": 1.0, "evaluation_date": None if evaluated is None else day_of(evaluated), "is_planned": True,
            "rolled_out_date": None if rolled_out is None else day_of(rolled_out),
            "registered_date": None if recorded is None else day_of(recorded),
            "end_registered_date": None if end_recorded is None else day_of(end_recorded),
            "recorded_in": "file", "channels": None, "segments": None, **more,
        }  # fmt: skip
        met = tuple((change_id, name, "touchpoint") for name in touchpoints) + tuple((change_id, name, "component") for name in through)
        return replace(self, changes=(*self.changes, row), scope=(*self.scope, *met))

    def shift(self, kpi_id: str, touchpoint_id: str, start: int, size: float, until: int | None = None) -> Simulated:
        """Raise the values by `size` from a day on."""
        values = dict(self.values)
        moved = values[kpi_id, touchpoint_id].copy()
        moved[start:until] += size
        values[kpi_id, touchpoint_id] = moved
        return replace(self, values=values)

    def frames(self, as_of: int | None = None) -> dict[str, Any]:
        """The arguments of read_company; without `as_of` all days are known."""
        parts = []
        for (kpi_id, touchpoint_id), values in self.values.items():
            counts = self.counts[kpi_id, touchpoint_id]
            days = pl.Series([day_of(day) for day in range(len(values))], dtype=pl.Date)
            each = pl.DataFrame({"local_date": days, "numerator": values * counts, "denominator": counts.astype(float)})
            each = each.filter(pl.col("denominator") > 0)
            parts.append(each.select(pl.lit(kpi_id).alias("kpi_id"), pl.lit(touchpoint_id).alias("touchpoint_id"), pl.all()))
        names = sorted({kpi_id for kpi_id, _ in self.values})
        usual = {"direction": "higher", "unit_kind": "score", "maturity_days": None, "counts_answers": False}
        kpis = [{"kpi_id": name, **usual, **self.kpis.get(name, {})} for name in names]
        targets = [(place, kpi, self.owners.get(place, "Owner")) for kpi, place in self.values]
        return {
            "changes": pl.DataFrame(list(self.changes), schema=CHANGE_COLUMNS),
            "scope": pl.DataFrame(list(self.scope), schema={"change_id": pl.Utf8, "touchpoint_id": pl.Utf8, "via": pl.Utf8}, orient="row"),
            "days": pl.concat(parts),
            "kpis": pl.DataFrame(kpis, schema=KPI_COLUMNS),
            "targets": pl.DataFrame(targets, schema=["touchpoint_id", "kpi_id", "owner_department"], orient="row"),
            "peaks": pl.DataFrame(
                [(day_of(first), day_of(last)) for first, last in self.peaks],
                schema={"from_date": pl.Date, "to_date": pl.Date}, orient="row",
            ),
            "incidents": pl.DataFrame(
                [(day_of(first), day_of(last), place) for first, last, place in self.incidents],
                schema={"started_date": pl.Date, "ended_date": pl.Date, "touchpoint_id": pl.Utf8}, orient="row",
            ),
            "as_of": day_of(self.length - 1 if as_of is None else as_of),
            "versions": pl.DataFrame(
                [(kpi, day_of(day)) for kpi, day in self.versions], schema={"kpi_id": pl.Utf8, "first_date": pl.Date}, orient="row"
            ),
        }  # fmt: skip

    def read(self, as_of: int | None = None) -> Company:
        """The company as the evaluation reads it; without `as_of` all days are known."""
        return read_company(**self.frames(as_of))

    def evaluate(self, as_of: int | None = None) -> Evaluation:
        """All changes judged."""
        return evaluate_changes(self.read(as_of))

    def judge(self, change_id: str = "A", kpi_id: str = "csat", touchpoint_id: str = "shop", as_of: int | None = None) -> dict[str, Any]:
        """The row of one change, KPI and touchpoint."""
        rows = self.evaluate(as_of).effects.filter(
            pl.col("change_id") == change_id, pl.col("kpi_id") == kpi_id, pl.col("touchpoint_id") == touchpoint_id
        )
        assert rows.height == 1
        return rows.row(0, named=True)


def simulate(
    days: int, touchpoints: tuple[str, ...] = ("shop",), kpis: tuple[str, ...] = ("csat",), *, seed: int = 1, memory: float = 0.3,
    shared: float = 0.0, sd: float = 1.0,
) -> Simulated:  # fmt: skip
    """Noise around 10 at every touchpoint; `shared` is the part of its variance that all touchpoints have in common."""
    generator = np.random.default_rng(seed)
    values = {}
    for kpi in kpis:
        common = draw_days(generator, days, memory)
        for place in touchpoints:
            own = draw_days(generator, days, memory)
            values[kpi, place] = 10 + sd * (np.sqrt(shared) * common + np.sqrt(1 - shared) * own)
    return Simulated(values, {key: np.full(days, 10.0) for key in values})


def register_nothing(touchpoints: int, per_touchpoint: int, days: int, seed: int, **more: Any) -> Simulated:
    """Changes without an effect, planned, 12 to 40 weeks apart, over touchpoints with noise of several kinds."""
    generator = np.random.default_rng(seed)
    company = simulate(days, tuple(f"t{i:02}" for i in range(touchpoints)), ("csat", "wait"), seed=seed, **more)
    # a third of them also have a slowly changing level
    values = {
        key: series + (0.7 * draw_days(generator, days, 0.97) if i % 3 == 0 else 0)
        for i, (key, series) in enumerate(company.values.items())
    }
    company = replace(company, values=values)
    for place in range(touchpoints):
        start = 300
        for number in range(per_touchpoint):
            company = company.add_change(f"{place:02}-{number}", start, (f"t{place:02}",))
            start += int(generator.integers(84, 280))
            if start > days - 40:
                break
    return company
