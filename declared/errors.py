"""The one error about a declaration, and the nearest known name for one that is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path


class DefinitionError(Exception):
    """A declaration cannot be used. `problems` holds one sentence each: file, entry, field, what to do.

    `file`, `entry` and `problem` are the parts of the first sentence.
    """

    def __init__(self, file: Path | str, entry: str, problem: str, *, others: Sequence[str] = ()) -> None:
        self.file, self.entry, self.problem = str(file), entry, problem
        place = f"{file}: {entry}: " if entry else f"{file}: "
        self.problems = (place + problem, *others)
        super().__init__("\n".join(self.problems))


def unite_errors(errors: Sequence[DefinitionError]) -> DefinitionError:
    """Several errors as one, a sentence each, each sentence once."""
    first = errors[0]
    sentences = dict.fromkeys(sentence for error in errors for sentence in error.problems)
    return DefinitionError(first.file, first.entry, first.problem, others=list(sentences)[1:])


def refuse(errors: Iterable[DefinitionError]) -> None:
    """Raise all of the errors as one, if there are any."""
    found = list(errors)
    if found:
        raise unite_errors(found)


def name_known(name: object, known: Iterable[str], lead: str = "known are") -> str:
    """`did you mean web_checkout? known are web_checkout, call_center`; the question only where a known name is near."""
    names = {text.lower(): text for text in known}
    near = get_close_matches(str(name).lower(), names, n=1)
    question = f"did you mean {names[near[0]]}? " if near else ""
    return f"{question}{lead} {', '.join(names.values()) or 'none'}"
