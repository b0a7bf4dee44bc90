"""Random small files and tables with mixed faults: every row lands with the right values, or is rejected or counted; nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import pick_size
from tests.ingestion.fuzz.check import check_case
from tests.ingestion.fuzz.formats import BUILDERS, build_case
from tests.ingestion.fuzz.parts import Case

PARTS = 4
CASES = pick_size(48, stress=2000)  # of each format; a case has one to three files, or one table
FEWEST_KINDS = 150  # forms and faults in the sample of all formats
SHOWN_PROBLEMS, SHOWN_LINES = 5, 3


@pytest.mark.campaign
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", BUILDERS)
def test_every_row_of_a_faulty_file_lands_right_or_is_counted(name: str, part: int, tmp_path: Path) -> None:
    failures = []
    for seed in range(part, CASES, PARTS):
        case = build_case(name, seed)
        problems = check_case(case, tmp_path / str(seed))
        if problems:
            failures.append(describe(case, problems))
    assert not failures, f"{len(failures)} cases:\n" + "\n\n".join(failures[:SHOWN_PROBLEMS])


def test_the_sample_has_many_forms_and_faults() -> None:
    kinds = {f"{name}: {kind}" for name in BUILDERS for seed in range(48) for kind in build_case(name, seed).kinds}
    assert len(kinds) >= FEWEST_KINDS, sorted(kinds)


def describe(case: Case, problems: list[str]) -> str:
    """A failed case: its seed, its kinds, what is wrong, and the lines it is about."""
    numbers = {int(number) for problem in problems[:SHOWN_PROBLEMS] for number in re.findall(r"line (\d+)", problem)}
    lines = []
    for name, raw in case.files.items():
        text = raw.decode(case.table.get("encoding", "utf-8"), "replace") if case.format in ("csv", "jsonl") else repr(raw[:80])
        for number, line in enumerate(re.split(r"\r*\n\r?|\r", text), start=1):
            if number in numbers or number <= 1:
                lines.append(f"    {name} {number}: {line[:200]!r}")
    heading = [f"{case.format}, seed {case.seed}; kinds: {', '.join(sorted(case.kinds))}", f"  {case.table}"]
    return "\n".join([*heading, *(f"  {problem}" for problem in problems[:SHOWN_PROBLEMS]), *lines[: SHOWN_LINES * SHOWN_PROBLEMS]])
