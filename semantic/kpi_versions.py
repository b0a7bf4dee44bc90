"""Versions of a KPI: what it means now and what it meant before, each from a day on; and what counts as a change of meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from semantic.yaml_files import DefinitionError

# what may be edited without a new version: words, who answers for it, how it is judged
DESCRIPTIVE = frozenset({"kind", "owner", "direction", "minimum_n", "version", "valid_from", "change", "earlier"})
EARLIER_REQUIRED = ("version", "valid_from", "numerator", "denominator")
EARLIER_KNOWN = (*EARLIER_REQUIRED, "change", "description", "unit", "interval", "date_basis")


@dataclass(frozen=True)
class KpiVersion:
    """One meaning of a KPI, in force from `valid_from` to the day before the next version's. The first one also holds before it."""

    version: int
    valid_from: date
    numerator: str
    denominator: str
    change: str | None
    meaning: Mapping[str, Any] = field(repr=False)


def read_versions(path: Path, entry: str, metric: Mapping[str, Any], measures: Mapping[str, Any]) -> tuple[KpiVersion, ...]:
    """Every version of a KPI, oldest first. Raises DefinitionError when they do not follow one another."""
    meta, params = metric["config"]["meta"], metric["type_params"]
    now = {**meta, **{role: name_measure(params[role]) for role in ("numerator", "denominator")}}
    earlier = meta.get("earlier") or []
    if not isinstance(earlier, list) or not all(isinstance(item, Mapping) for item in earlier):
        raise DefinitionError(path, entry, "config.meta.earlier must be a list: - {version: 1, valid_from: 2020-01-01, numerator: …}")
    for item in earlier:
        check_earlier(path, entry, item, measures)
    listed = [*earlier, now]
    numbers = [int(item["version"]) for item in listed]
    if numbers != list(range(1, len(numbers) + 1)):
        raise DefinitionError(
            path,
            entry,
            f"versions are {', '.join(map(str, numbers))}; list every earlier one under config.meta.earlier, from 1 on",
        )
    days = [read_valid_from(path, entry, item) for item in listed]
    for number, (before, after) in enumerate(pairwise(days), 2):
        if after <= before:
            raise DefinitionError(path, entry, f"version {number} is valid from {after}, not later than version {number - 1} ({before})")
    for item in listed[1:]:
        if not str(item.get("change") or "").strip():
            raise DefinitionError(path, entry, f"version {item['version']} lacks `change`: say in words what is new in it")
    inherited = {name: value for name, value in meta.items() if name not in DESCRIPTIVE}
    return tuple(
        KpiVersion(
            version=number,
            valid_from=day,
            numerator=item["numerator"],
            denominator=item["denominator"],
            change=item.get("change"),
            meaning={**inherited, **{name: value for name, value in item.items() if name not in {*DESCRIPTIVE, "description"}}},
        )
        for number, day, item in zip(numbers, days, listed, strict=True)
    )


def name_measure(named: Any) -> str:
    """The name of a measure, written alone or as {name: …}."""
    return named["name"] if isinstance(named, Mapping) else named


def check_earlier(path: Path, entry: str, item: Mapping[str, Any], measures: Mapping[str, Any]) -> None:
    """One entry of config.meta.earlier."""
    place = f"{entry}, earlier version {item.get('version', '?')}"
    missing = [name for name in EARLIER_REQUIRED if name not in item]
    unknown = [name for name in item if name not in EARLIER_KNOWN]
    if missing:
        raise DefinitionError(path, place, f"lacks {', '.join(missing)}")
    if unknown:
        raise DefinitionError(path, place, f"unknown field {', '.join(unknown)}; known are {', '.join(EARLIER_KNOWN)}")
    for role in ("numerator", "denominator"):
        if item[role] not in measures:
            raise DefinitionError(
                path, place, f"{role} names the unknown measure `{item[role]}`; keep the measures of earlier versions in place"
            )


def read_valid_from(path: Path, entry: str, item: Mapping[str, Any]) -> date:
    """The first day of a version."""
    value = item["valid_from"]
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise DefinitionError(path, entry, f"version {item['version']}: valid_from `{value}` is not a date; write 2026-03-01") from error


def describe_meaning(version: KpiVersion, measures: Mapping[str, Any]) -> dict[str, str]:
    """What a version means, as named texts: its own fields and those of both measures. Equal texts, equal meaning."""
    described = {name: write_value(value) for name, value in version.meaning.items() if name not in ("numerator", "denominator")}
    if version.version > 1:
        described["valid_from"] = version.valid_from.isoformat()
    for role, name in (("numerator", version.numerator), ("denominator", version.denominator)):
        described[role] = name
        described |= {f"{role} {part}": write_value(value) for part, value in measures[name].meaning.items()}
    return dict(sorted(described.items()))


def write_value(value: Any) -> str:
    """A value of YAML as one line."""
    return ", ".join(map(str, value)) if isinstance(value, list) else " ".join(str(value).split())


def compare_meanings(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What differs, one text per name."""
    return [
        f"{name} was {before.get(name, 'not given')}, is {now.get(name, 'not given')}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]
