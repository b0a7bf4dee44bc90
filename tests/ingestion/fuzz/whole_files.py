"""The files of a fuzzed case in formats whose file is readable as a whole or not at all: one of them may have a fault of the whole file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Protocol

from tests.ingestion.fuzz.parts import UNREADABLE_FILE, Case, Column, want_broken
from tests.ingestion.fuzz.placing import settle_days

NEVER_SET_ASIDE = "missing required column"  # a fault of the table's declaration, so that the load fails also where bad files are set aside


class Builder(Protocol):
    """What builds one case: its files by name and day, and a method that writes one and notes the rows wanted of it."""

    random: Random
    case: Case
    columns: list[Column]
    files: list[tuple[str, date]]
    placing: str | None

    def write_file(self, name: str, placed: date | None, fault: str | None) -> bytes:
        """One file with its rows, or with a fault of the whole file."""
        ...


def write_files(builder: Builder, faults: Sequence[str]) -> Case:
    """Write all files of a case: those with a fault are to fail, or to be set aside."""
    random, case = builder.random, builder.case
    bad = random.randrange(len(builder.files)) if random.random() < 0.12 else None
    if quarantines := random.random() < 0.3:
        case.source["on_bad_file"] = "quarantine"
    for position, (name, day) in enumerate(builder.files):
        fault = random.choice(faults) if position == bad else None
        placed, wanted = day if "file_date" in case.table["window"] else None, len(case.wanted)
        case.files[name] = builder.write_file(name, placed, fault)
        if fault is not None:
            case.kinds.add(fault)
            del case.wanted[wanted:]
            if quarantines and fault != NEVER_SET_ASIDE:
                case.wanted.append(want_broken(name, None, UNREADABLE_FILE, builder.columns, placed))
            else:
                case.failing.append(name)
    if builder.placing:
        settle_days(case)
    return case
