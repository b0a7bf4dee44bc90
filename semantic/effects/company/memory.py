"""Judgements that are kept by the content they stand on, so that a build judges only the dates of which something changed.

A key is a hash of all that a judgement reads: the question, its window, the daily figures up to its end, those of the candidates for
controls, and the code of the method. A result with the same key is therefore the same result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl

from semantic.effects.company.answers import find_window
from semantic.effects.company.control_choice import list_candidates
from semantic.effects.company.facts import Company
from semantic.effects.company.questions import Question, Window
from semantic.effects.method.periods import WEEK

Result = tuple[float, ...]  # empty: no judgement


class Memory:
    """Results by key. After use, it holds those that were asked for and no others."""

    def __init__(self, kept: Mapping[bytes, Result] | None = None) -> None:
        self.kept, self.asked, self.judged_count = dict(kept or {}), dict[bytes, Result](), 0

    @classmethod
    def read(cls, path: str | Path) -> Memory:
        """The results that a build left in a file; none where there is no file that can be read."""
        try:
            rows = pl.read_parquet(path, columns=["key", "result"]).rows()
        except (OSError, pl.exceptions.PolarsError):
            return cls()
        return cls({key: tuple(result) for key, result in rows})

    def write(self, path: str | Path) -> None:
        """Replace the file by the results that were asked for."""
        path = Path(path)
        rows = [(key, list(result)) for key, result in self.asked.items()]
        draft = path.with_name(f".{path.name}.tmp")
        pl.DataFrame(rows, schema={"key": pl.Binary, "result": pl.List(pl.Float64)}, orient="row").write_parquet(draft)
        draft.replace(path)

    def judge(self, keys: Sequence[bytes], judge: Callable[[list[int]], Iterable[Result]]) -> list[Result]:
        """A result per key; `judge` is called once, with the positions of those that are not known, and returns theirs."""
        unknown = [i for i, key in enumerate(keys) if key not in self.kept]
        self.judged_count += len(unknown)
        self.kept.update(zip((keys[i] for i in unknown), judge(unknown), strict=True))
        found = [self.kept[key] for key in keys]
        self.asked.update(zip(keys, found, strict=True))
        return found


@cache
def fingerprint_method() -> bytes:
    """A hash of the code of the method and of the versions of what it computes with."""
    whole = hashlib.blake2b(digest_size=16)
    folder = Path(__file__).parents[1]
    for path in sorted(folder.rglob("*.py")):
        whole.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    whole.update(repr([version(name) for name in ("numpy", "scipy", "statsmodels")]).encode())
    return whole.digest()


class _Histories:
    """Hashes of the daily figures of a company's series up to a day."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.known: dict[tuple[int, int], list[bytes]] = {}

    def fingerprint(self, row: int, until: int) -> bytes:
        """The hash of all days of a series before `until`."""
        phase = until % WEEK
        if (row, phase) not in self.known:
            self.known[row, phase] = list(self.list_weeks(row, phase))
        return self.known[row, phase][until // WEEK]

    def list_weeks(self, row: int, phase: int) -> Iterable[bytes]:
        """The hash up to each day that lies whole weeks after day `phase`."""
        running = hashlib.blake2b(digest_size=16)
        sides = np.stack([self.company.numerator[row], self.company.denominator[row]])
        for end in range(phase, sides.shape[1] + 1, WEEK):
            running.update(np.ascontiguousarray(sides[:, max(end - WEEK, 0) : end]).tobytes())
            yield running.digest()


def list_keys(company: Company, kind: str, questions: Sequence[Question]) -> list[bytes]:
    """The key of each question; `kind` says what is kept of its answer. Raises ValueError where the weeks after its start are not over."""
    histories, windows = _Histories(company), dict[tuple[object, ...], Window]()
    return [find_key(company, histories, kind, question, find_window(company, question, windows)) for question in questions]


def find_key(company: Company, histories: _Histories, kind: str, question: Question, window: Window) -> bytes:
    """The hash of everything that an answer to the question reads."""
    if not window.is_complete:
        raise ValueError(f"the weeks after day {window.anchor} are not over, so the judgement will change")
    change, kpi = question.change, company.kpis[question.kpi_id]
    rows = [company.place[question.kpi_id, question.touchpoint_id]]
    if question.may_have_controls:
        asked = (change, question.kpi_id, question.touchpoint_id, window.anchor, window.n, window.gap + window.m)
        rows += list_candidates(company, *asked)
    whole = hashlib.blake2b(fingerprint_method(), digest_size=16)
    facts = (kind, question, kpi.counts_answers, kpi.maturity_days, company.first_date, [company.series[row] for row in rows])
    whole.update(repr(facts).encode())
    shares, *rest = np.array(window.shares), *(getattr(window, name) for name in window.__dataclass_fields__ if name != "shares")
    whole.update(repr(rest).encode() + shares.tobytes())
    for row in rows:
        whole.update(histories.fingerprint(row, window.until))
    return whole.digest()
