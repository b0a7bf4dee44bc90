"""Differences of a KPI as people write them. dbt/macros/texts.sql writes the same in SQL, and a test compares the two.

One thing differs on purpose: an effect stands alone in a sentence and keeps two leading digits however small it is; the parts of a split
stand in a column, with the digits of their unit.
"""

from __future__ import annotations

from dataclasses import dataclass

from semantic.effects.company.facts import KpiFacts


@dataclass(frozen=True)
class Unit:
    """How differences of a KPI are written: times `factor`, with `digits`, then `word`."""

    factor: float
    digits: int
    word: str


def find_unit(kpi: KpiFacts, size: float = 0.0) -> Unit:
    """Shares in points, ratios per 100, seconds as minutes or hours where values (`size`) are that long."""
    if kpi.unit_kind == "seconds" and size >= 600:
        return Unit(1 / 3600, 2, " h") if size >= 3600 else Unit(1 / 60, 1, " min")
    word = {"share": " points", "points": " points", "ratio": " per 100", "seconds": " s", "score": " on the scale"}
    if kpi.unit_kind == "currency":
        return Unit(1.0, 2, f" {kpi.unit}" if kpi.unit else "")
    digits = {"share": 1, "points": 1, "seconds": 1}.get(kpi.unit_kind, 2)
    return Unit(100.0 if kpi.unit_kind in ("share", "ratio") else 1.0, digits, word.get(kpi.unit_kind, ""))


def write_size(value: float, unit: Unit, *, with_word: bool = True) -> str:
    """A difference in words of the KPI; small ones keep two leading digits."""
    scaled = value * unit.factor
    digits = unit.digits
    while scaled and digits < 6 and abs(round(scaled, digits)) < 10**-digits * 9.5:
        digits += 1
    return f"{round(scaled, digits) + 0.0:,.{digits}f}{unit.word if with_word else ''}"


def write_move(value: float, unit: Unit) -> str:
    """+2.5 points, -26 s, +0.0 points."""
    return f"{'+' if value >= 0 else ''}{write_size(value, unit)}"


def write_margin(lower: float, upper: float, unit: Unit) -> str:
    """0.9 to 4.1 points."""
    return f"{write_size(lower, unit, with_word=False)} to {write_size(upper, unit)}"
