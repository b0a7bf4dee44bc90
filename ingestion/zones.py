"""Time zones by the names that sources write: of the tz database, abbreviations, and offsets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

Zone = str | int  # a name of the tz database, or minutes east of UTC
ZERO = frozenset({"UTC", "GMT", "UT", "Z", "ZULU"})
# what an abbreviation means where the table's own zone does not use it; those that several parts of the world share are left out
ABBREVIATIONS: dict[str, int] = {
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "AKST": -540, "AKDT": -480,
    "HST": -600, "WET": 0, "WEST": 60, "CET": 60, "CEST": 120, "MET": 60, "MEST": 120, "EET": 120, "EEST": 180, "MSK": 180,
    "AEST": 600, "AEDT": 660, "ACST": 570, "ACDT": 630, "AWST": 480, "NZST": 720, "NZDT": 780, "JST": 540, "KST": 540,
}  # fmt: skip
OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?(?::?00)?", re.IGNORECASE)
LARGEST_OFFSET = 18 * 60


def find_zone(name: str, home: Zone, zone_names: Iterable[tuple[str, str]] = ()) -> Zone | None:
    """The zone of a name; None when it is not known. `zone_names` are the table's own names; then what `home` calls itself counts."""
    name = name.strip()
    own = {key.casefold(): zone for key, zone in zone_names}.get(name.casefold())
    if own is not None:
        return own
    if name.upper() in ZERO:
        return 0
    if match := OFFSET.fullmatch(name):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return None if minutes > LARGEST_OFFSET or int(match[3] or 0) > 59 else minutes * (-1 if match[1] == "-" else 1)
    if isinstance(home, str) and (minutes_here := list_own_abbreviations(home).get(name)) is not None:
        return minutes_here
    if name in ABBREVIATIONS:
        return ABBREVIATIONS[name]
    return list_zones().get(name.casefold())


@lru_cache(maxsize=64)
def list_own_abbreviations(zone: str) -> dict[str, int]:
    """Minutes east of UTC by the abbreviations that a zone uses for its winter and its summer."""
    moments = [datetime(2024, month, 15, 12, tzinfo=ZoneInfo(zone)) for month in (1, 7)]
    return {moment.tzname() or "": int((moment.utcoffset() or timedelta()) / timedelta(minutes=1)) for moment in moments}


@lru_cache(maxsize=1)
def list_zones() -> dict[str, str]:
    """Names of the tz database by their lower case."""
    return {name.casefold(): name for name in available_timezones()}
