"""Written days and times with the value that must land."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.ingestion.fuzz.parts import COMPANY_ZONE, FIRST_DAY, Cell, OneOf, Style

NO_DAYS = ("2026-02-30", "2026-13-01", "0000-00-00", "infinity", "31-31-2026x", "yesterday", "9999-12-31", "0024-01-05", "2026-3", "2026x")
NO_TIMES = ("2026-02-30 10:00:00", "2026-03-02 25:00:00", "2026-03-02 10:61:00", "0000-00-00 00:00:00", "infinity", "-infinity", "soon",
            "9999-12-31 23:59:59", "0024-01-05 10:00:00", "2026-03-02T10:00:00+25:00", "2026-03-02T10:00:00+99:00",
            "2026-03-02 10:00:00+02:75",            "2026-03-02T10:00:00 Mars", "2026-03-02 1", "2026-03-02T", "T10:00:00")  # fmt: skip
DATE_FORMATS = (None, "%d-%m-%Y", "%m/%d/%Y", "%Y%m%d", "%d.%m.%y", "%d %b %Y", "%d %B %Y", "spreadsheet")
TIME_FORMATS = (None, "%d-%m-%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%Y%m%d%H%M%S", "%m/%d/%Y %I:%M %p", "%d-%m-%Y %H:%M:%S %z", "%d.%m.%y %H:%M",
                "%d %b %Y %H:%M", "epoch_seconds", "epoch_milliseconds", "epoch_microseconds", "spreadsheet",
                "%d-%m-%Y %H:%M:%S UTC")  # fmt: skip
SPREADSHEET_ZERO = datetime(1899, 12, 30)
DUTCH_MONTHS = ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"]
DUTCH_SHORT = ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]
ENGLISH_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
EPOCH_SIZES = {"epoch_seconds": 1, "epoch_milliseconds": 1000, "epoch_microseconds": 1_000_000}
MISSING_HOUR, REPEATED_HOUR = datetime(2026, 3, 29, 2, 0), datetime(2025, 10, 26, 2, 0)


def pick_day(random: Random, *, is_near: bool = False) -> date:
    """A day: mostly of March 2026. `is_near`: not more than a month away."""
    if random.random() < 0.7 or is_near:
        return FIRST_DAY + timedelta(days=random.randint(-20, 50) if is_near and random.random() < 0.3 else random.randint(0, 30))
    return date(random.choice((1999, 2000, 2024, 2025, 2026, 2030)), random.randint(1, 12), random.randint(1, 28))


def write_day(random: Random, style: Style, *, is_near: bool = False) -> Cell:
    """A day in ISO 8601 or the declared form, or what is none."""
    roll = random.random()
    if roll < 0.05:
        return Cell(random.choice(NO_DAYS), problem="not a date", kind="no day")
    day = pick_day(random, is_near=is_near)
    if roll < 0.1:
        return Cell(f"{day} 10:30:00", problem="not a date", kind="time as day")
    if roll < 0.2:
        return Cell(f"{day}{random.choice('T ')}00:00{random.choice(('', ':00', ':00.000'))}", day, kind="midnight as day")
    if style.date_format is None or roll < 0.4:
        return Cell(random.choice(("", "", " ")) + f"{day}", day, kind="day of ISO 8601")
    if style.date_format == "spreadsheet":
        return Cell(str((day - SPREADSHEET_ZERO.date()).days), day, kind="day of a spreadsheet")
    text = write_pattern(random, datetime(day.year, day.month, day.day), style.date_format, style)
    if style.date_format == "%Y%m%d" and random.random() < 0.2:
        return Cell(random.choice((text[:-1], text[:6] + text[7:], text + "0")), problem="not a date", kind="digits missing")
    return Cell(text, day, kind="day of a declared form")


def to_utc(local: datetime, zone: str) -> datetime:
    """A local time in UTC: the first run of an hour that comes twice, and an hour later where the clock leaves it out."""
    own = ZoneInfo(zone)
    moment = local.replace(tzinfo=own).astimezone(UTC)
    if moment.astimezone(own).replace(tzinfo=None) != local:
        return (local + timedelta(hours=1)).replace(tzinfo=own).astimezone(UTC)
    return moment


def write_pattern(random: Random, moment: datetime, pattern: str, style: Style) -> str:
    """A time by a strptime pattern, now and then without zeros in front of day and month."""
    months = (
        (DUTCH_SHORT, DUTCH_MONTHS)
        if style.language == "nl" and random.random() < 0.7
        else ([m[:3] for m in ENGLISH_MONTHS], ENGLISH_MONTHS)
    )
    pattern = pattern.replace("%b", months[0][moment.month - 1]).replace("%B", months[1][moment.month - 1])
    if random.random() < 0.2 and "%Y%m" not in pattern:
        pattern = pattern.replace("%d", str(moment.day)).replace("%m", str(moment.month))
    if "%p" in pattern:
        pattern = pattern.replace("%p", "AM" if moment.hour < 12 else "PM")
    return moment.strftime(pattern)


def write_time(random: Random, style: Style, *, is_near: bool = False) -> Cell:
    """A time in ISO 8601 or the declared form, or what is none."""
    roll = random.random()
    if roll < 0.06:
        return Cell(random.choice(NO_TIMES), problem="not a timestamp", kind="no time")
    day = pick_day(random, is_near=is_near)
    local = datetime(day.year, day.month, day.day) + timedelta(seconds=random.randrange(86_400))
    if roll < 0.09 and not is_near:
        return write_clock_change(random, style)
    if style.time_format is None or roll < 0.4:
        return write_iso(random, local, style)
    pattern = style.time_format
    if pattern in EPOCH_SIZES:
        moment = local.replace(tzinfo=UTC)
        return Cell(str(int(moment.timestamp()) * EPOCH_SIZES[pattern]), moment, kind=pattern)
    if pattern == "spreadsheet":
        local = local.replace(second=0) - timedelta(minutes=local.minute % 15)
        return Cell(str((local - SPREADSHEET_ZERO) / timedelta(days=1)), guess_run(local, style.zone), kind="time of a spreadsheet")
    local = local if "%S" in pattern else local.replace(second=0)
    if pattern.endswith("%z"):
        hours = random.choice((-5, 0, 1, 2))
        text = write_pattern(random, local, pattern.removesuffix("%z"), style) + f"{hours:+03d}{random.choice((':', ''))}00"
        return Cell(text, local.replace(tzinfo=UTC) - timedelta(hours=hours), kind="declared form with offset")
    if pattern.endswith("UTC"):
        return Cell(write_pattern(random, local, pattern, style), local.replace(tzinfo=UTC), kind="declared form with zone")
    text = write_pattern(random, local, pattern, style)
    if pattern == "%Y%m%d%H%M%S" and random.random() < 0.2:
        return Cell(text[:-1], problem="not a timestamp", kind="digits missing")
    return Cell(text, guess_run(local, style.zone), kind="time of a declared form")


def write_iso(random: Random, local: datetime, style: Style) -> Cell:
    """A time in one of the forms of ISO 8601."""
    form = random.randrange(9)
    text = local.isoformat(random.choice("T "))
    if form == 0:
        return Cell(text[:16], guess_run(local.replace(second=0), style.zone), kind="time without seconds")
    if form == 1:
        day = local.replace(hour=0, minute=0, second=0)
        return Cell(text[:10], guess_run(day, style.zone), kind="day as time")
    if form == 2:
        return Cell(text + random.choice("Zz"), local.replace(tzinfo=UTC), kind="Z")
    if form in (3, 4):
        minutes = random.choice((-300, -90, 0, 60, 120, 330, 840))
        hours, rest = divmod(abs(minutes), 60)
        offset = f"{'-' if minutes < 0 else '+'}{hours:02d}{random.choice((':', ''))}{rest:02d}"
        return Cell(text + random.choice(("", " ")) + offset, local.replace(tzinfo=UTC) - timedelta(minutes=minutes), kind="offset")
    if form == 5:
        digits = random.choice((1, 3, 6, 9))
        fraction = "".join(random.choice("0123456789") for _ in range(digits))
        local = local.replace(microsecond=int(fraction.ljust(9, "0")[:6]))
        return Cell(f"{text}{random.choice('.,')}{fraction}", guess_run(local, style.zone), kind="fraction of a second")
    return Cell(text, guess_run(local, style.zone), kind="local time")


def guess_run(local: datetime, zone: str) -> datetime | OneOf:
    """A local time in UTC; either run where the hour comes twice, because other rows may show which."""
    first = to_utc(local, zone)
    second = local.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    is_repeated = second > first and second.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
    return OneOf((first, second)) if is_repeated else first


def write_clock_change(random: Random, style: Style) -> Cell:
    """A local time that does not exist or comes twice, where the zone is the company's."""
    start = random.choice((MISSING_HOUR, REPEATED_HOUR))
    local = start + timedelta(minutes=random.randrange(60))
    kind = "clock change" if style.zone == COMPANY_ZONE else "local time"
    return Cell(local.isoformat(" "), guess_run(local, style.zone), kind=kind)
