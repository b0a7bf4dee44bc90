"""Judgements that are kept by the content they stand on, so that a build judges only those of which something changed.

A key is a hash of all that a judgement reads: the question, its window, the daily figures up to its end, those of the candidates for
controls, and the code of the method. A result with the same key is therefore the same result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import polars as pl

from semantic.effects.company.answers import Answer, find_window, judge_questions
from semantic.effects.company.control_choice import list_candidates
from semantic.effects.company.facts import Company
from semantic.effects.company.questions import Question, Window
from semantic.effects.method.periods import WEEK

Result = tuple[float, ...]  # of a date; empty: no judgement
Packed = tuple[Any, ...]  # an answer as the columns of ANSWER_SCHEMA after the key
Row = TypeVar("Row")


class Memory(Generic[Row]):
    """Results by key. After use, it holds those that were asked for and no others."""

    def __init__(self, kept: Mapping[bytes, Row] | None = None) -> None:
        self.kept, self.asked, self.judged_count = dict(kept or {}), dict[bytes, Row](), 0

    def judge(self, keys: Sequence[bytes | None], judge: Callable[[list[int]], Iterable[Row]]) -> list[Row]:
        """A result per key; `judge` is called once, with the positions of those that are not known, and returns theirs.

        Without a key (None) a result is not kept.
        """
        unknown = [i for i, key in enumerate(keys) if key is None or key not in self.kept]
        self.judged_count += len(unknown)
        fresh = dict(zip(unknown, judge(unknown), strict=True))
        found = [fresh[i] if key is None or i in fresh else self.kept[key] for i, key in enumerate(keys)]
        self.asked.update((key, each) for key, each in zip(keys, found, strict=True) if key is not None)
        self.kept.update(self.asked)
        return found


@dataclass(frozen=True)
class Memories:
    """What builds keep: results of dates without a registered change, and answers about changes."""

    dates: Memory[Result] = field(default_factory=Memory)
    answers: Memory[Packed] = field(default_factory=Memory)

    @classmethod
    def read(cls, folder: str | Path) -> Memories:
        """What a build left in a folder; nothing where there is no file that can be read."""
        dates = {key: tuple(result) for key, result in read_rows(Path(folder) / "dates.parquet", DATE_SCHEMA)}
        answers = {key: tuple(packed) for key, *packed in read_rows(Path(folder) / "answers.parquet", ANSWER_SCHEMA)}
        return cls(Memory(dates), Memory(answers))

    def write(self, folder: str | Path) -> None:
        """Replace the files by the results that were asked for."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        write_rows(Path(folder) / "dates.parquet", DATE_SCHEMA, [(key, list(result)) for key, result in self.dates.asked.items()])
        write_rows(Path(folder) / "answers.parquet", ANSWER_SCHEMA, [(key, *packed) for key, packed in self.answers.asked.items()])


KEY: dict[str, Any] = {"key": pl.Binary}
NUMBERS = pl.List(pl.Float64)
DATE_SCHEMA = {**KEY, "result": NUMBERS}
# of an Answer; its question and window are those of the one who asks
FIGURES = ("effect", "lower", "upper", "p", "visible", "score", "expected")
LISTS = ("values", "counts")
ARRAYS = ("judged", "noise", "beside_noise", "beside")
TEXTS = ("controls", "warnings")
ANSWER_SCHEMA = {
    **KEY, **dict.fromkeys(FIGURES, pl.Float64), **dict.fromkeys((*LISTS, *ARRAYS), NUMBERS), **dict.fromkeys(TEXTS, pl.List(pl.Utf8)),
    "missed": pl.Int64, "is_log": pl.Boolean, "too_little": pl.Utf8, "placebo_days": pl.List(pl.Int64), "placebo_scores": NUMBERS,
}  # fmt: skip


def read_rows(path: Path, schema: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a file; none where there is no file of this schema."""
    try:
        rows = pl.read_parquet(path, columns=list(schema))
    except (OSError, pl.exceptions.PolarsError):
        return []
    return rows.rows() if rows.schema == schema else []


def write_rows(path: Path, schema: Mapping[str, Any], rows: Sequence[tuple[Any, ...]]) -> None:
    """Replace a file in one step."""
    draft = path.with_name(f".{path.name}.tmp")
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(draft)
    draft.replace(path)


def pack_answer(answer: Answer) -> Packed:
    """An answer without its question and window."""
    arrays = (getattr(answer, name) for name in ARRAYS)
    return (
        *(getattr(answer, name) for name in FIGURES), *(list(getattr(answer, name)) for name in LISTS),
        *(None if each is None else each.tolist() for each in arrays), *(list(getattr(answer, name)) for name in TEXTS), answer.missed,
        answer.is_log, answer.too_little, [day for day, _ in answer.placebos], [score for _, score in answer.placebos],
    )  # fmt: skip


def unpack_answer(question: Question, window: Window, packed: Packed) -> Answer:
    """The answer to a question that was packed."""
    named = dict(zip(list(ANSWER_SCHEMA)[1:], packed, strict=True))
    days, scores = named.pop("placebo_days"), named.pop("placebo_scores")
    named |= {name: tuple(named[name]) for name in (*LISTS, *TEXTS)}
    named |= {name: None if named[name] is None else np.array(named[name], dtype=float) for name in ARRAYS}
    return Answer(question, window, placebos=tuple(zip(days, scores, strict=True)), **named)


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
        """The hash of all days of a series before `until`; of none before the first day."""
        if until < 0:
            return b""
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


def recall_answers(company: Company, questions: Sequence[Question], memory: Memory[Packed] | None = None) -> list[Answer]:
    """An answer per question, as judge_questions gives it. Those that `memory` knows are not judged again."""
    if memory is None:
        return judge_questions(company, questions)
    histories, windows = _Histories(company), dict[tuple[object, ...], Window]()
    found = [find_window(company, question, windows) for question in questions]
    keys = [
        find_key(company, histories, "answer", question, window)
        if window.is_complete and (question.kpi_id, question.touchpoint_id) in company.place
        else None
        for question, window in zip(questions, found, strict=True)
    ]

    def judge(places: list[int]) -> list[Packed]:
        return [pack_answer(answer) for answer in judge_questions(company, [questions[i] for i in places])]

    kept = memory.judge(keys, judge)
    return [unpack_answer(question, window, packed) for question, window, packed in zip(questions, found, kept, strict=True)]


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
        rows += list_candidates(company, change, question.kpi_id, question.touchpoint_id, window.anchor, window.n, window.gap + window.m)
    whole = hashlib.blake2b(fingerprint_method(), digest_size=16)
    asked = (question.kpi_id, question.touchpoint_id, question.relation, question.is_primary, question.may_have_controls)
    facts = (kind, asked, kpi.counts_answers, kpi.maturity_days, company.first_date, [company.series[row] for row in rows])
    # sets in order: each process writes them in another one
    own = [sorted(each) if isinstance(each, frozenset) else each for each in vars(change).values()]
    whole.update(repr((facts, own)).encode())
    shares, *rest = np.array(window.shares), *(getattr(window, name) for name in window.__dataclass_fields__ if name != "shares")
    whole.update(repr(rest).encode() + shares.tobytes())
    for row in rows:
        whole.update(histories.fingerprint(row, window.until))
    return whole.digest()
