"""Versions of a KPI: what it means now and what it meant before, each from a day on; and what counts as a change of meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from declared.errors import DefinitionError, refuse
from declared.kpis import EarlierVersion, KpiMeta, name_measure

# what may be edited without a new version: words, who answers for it, how it is judged, and of a measure what it needs
NEEDS = "needs"
DESCRIPTIVE = frozenset({"kind", "owner", "direction", "minimum_n", "decides_segments", "version", "valid_from", "change", "earlier"})


@dataclass(frozen=True)
class KpiVersion:
    """One meaning of a KPI, in force from `valid_from` to the day before the next version's. The first one also holds before it."""

    version: int
    valid_from: date
    numerator: str
    denominator: str
    change: str | None
    meaning: Mapping[str, Any] = field(repr=False)


def build_versions(path: Path, entry: str, meta: KpiMeta, raw: Mapping[str, Any], measures: Mapping[str, Any]) -> tuple[KpiVersion, ...]:
    """Every version of a KPI, oldest first. `raw` is the metric as written. Raises DefinitionError when they do not follow one another."""
    written = raw["config"]["meta"]
    now = {**written, **{role: name_measure(raw["type_params"][role]) for role in ("numerator", "denominator")}}
    versions: list[EarlierVersion | KpiMeta] = [*meta.earlier, meta]
    listed = zip(versions, [*(written.get("earlier") or []), now], strict=True)
    refuse(DefinitionError(path, place, problem) for place, problem in find_version_problems(entry, meta, measures))
    inherited = {name: value for name, value in written.items() if name not in DESCRIPTIVE}
    return tuple(
        KpiVersion(
            version=checked.version,
            valid_from=checked.valid_from,
            numerator=item["numerator"],
            denominator=item["denominator"],
            change=item.get("change"),
            meaning={**inherited, **{name: value for name, value in item.items() if name not in {*DESCRIPTIVE, "description"}}},
        )
        for checked, item in listed
    )


def find_version_problems(entry: str, meta: KpiMeta, measures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Versions that are missing, out of order, without words, or of measures that are gone."""
    for earlier in meta.earlier:
        for role, measure in (("numerator", earlier.numerator), ("denominator", earlier.denominator)):
            if measure not in measures:
                problem = f"{role} names the unknown measure `{measure}`; keep the measures of earlier versions in place"
                yield f"{entry}, earlier version {earlier.version}", problem
    listed: list[EarlierVersion | KpiMeta] = [*meta.earlier, meta]
    numbers = [item.version for item in listed]
    if numbers != list(range(1, len(numbers) + 1)):
        yield entry, f"versions are {', '.join(map(str, numbers))}; list every earlier one under config.meta.earlier, from 1 on"
        return
    for before, after in pairwise(listed):
        if after.valid_from <= before.valid_from:
            days = f"is valid from {after.valid_from}, not later than version {before.version} ({before.valid_from})"
            yield entry, f"version {after.version} {days}"
        if not after.change:
            yield entry, f"version {after.version} lacks `change`: say in words what is new in it"


def describe_meaning(version: KpiVersion, measures: Mapping[str, Any]) -> dict[str, str]:
    """What a version means, as named texts: its own fields and those of both measures. Equal texts, equal meaning."""
    described = {name: write_value(value) for name, value in version.meaning.items() if name not in ("numerator", "denominator")}
    if version.version > 1:
        described["valid_from"] = version.valid_from.isoformat()
    for role, name in (("numerator", version.numerator), ("denominator", version.denominator)):
        described[role] = name
        described |= {f"{role} {part}": write_value(value) for part, value in measures[name].meaning.items() if part != NEEDS}
    return dict(sorted(described.items()))


def write_value(value: Any) -> str:
    """A value of YAML as one line."""
    return ", ".join(map(str, value)) if isinstance(value, list) else " ".join(str(value).split())


def compare_meanings(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What differs, one text per name."""
    return [
        f"{name} was {before.get(name, 'not given')}, is {now.get(name, 'not given')}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name) and not name.endswith(f" {NEEDS}")
    ]
