"""Docstrings, comments and YAML avoid phrasings that a stranger has to read twice."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.architecture.tree import list_tracked, name_of

PATTERNS = ("*.py", "*.sql", "*.yml", "*.md")

# phrasing and what to write instead; the list stays short: reviews find the rest
BANNED = {
    r"\btold\b(?! apart)": "recorded, written, reported or shown",
    r"\bforet(ell|ells|elling|old)\b": "predict",
    r"\bnobody's\b": "what is unknown, hidden or not allowed",
    r"\btwice\b[^.;:]*\btwice\b": "the effect of a second run",
    r"\bgiv(e|es|en|ing) (\w+ ){0,3}away\b": "reveal",
    r"\bsold as\b": "called, or counted as",
    r"\b(no|later) news\b": "what was added or changed",
}


def read_python(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of every docstring and comment."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def read_sql(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of every comment of SQL and Jinja."""
    for found in re.finditer(r"\{#.*?#\}|--[^\n]*", text, re.DOTALL):
        yield text.count("\n", 0, found.start()) + 1, found.group()


def read_lines(text: str) -> Iterator[tuple[int, str]]:
    """Every line with its number, for files that are words throughout."""
    yield from enumerate(text.splitlines(), start=1)


def find_banned(words: str) -> list[str]:
    """Each banned phrasing of a text with what to write instead."""
    return [
        f"`{found.group()}`: write {instead}"
        for pattern, instead in BANNED.items()
        if (found := re.search(pattern, " ".join(words.split()), re.IGNORECASE))
    ]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_text_uses_a_banned_phrasing(pattern: str) -> None:
    files = [file for file in list_tracked(pattern) if file.name != "CHANGELOG.md"]  # history is not rewritten
    assert files, f"no file matches {pattern}"
    read = {"*.py": read_python, "*.sql": read_sql}.get(pattern, read_lines)
    problems = [
        f"{name_of(file)}:{line}: {problem}"
        for file in files
        for line, words in read(file.read_text(encoding="utf-8"))
        for problem in find_banned(words)
    ]
    assert not problems, "\n".join(problems)


def test_banned_phrasings_are_found_in_docstrings_and_comments_only() -> None:
    code = 'NAME = "as told"\n\n\ndef read() -> None:\n    """As\n    told."""\n    print(NAME)  # a second run: told again\n'
    assert [line for line, words in read_python(code) if find_banned(words)] == [5, 7]
    assert [line for line, words in read_sql("select 'told'\n-- as told\n{# it\nforetells #}\n") if find_banned(words)] == [2, 3]
    assert find_banned("Twice keeps nothing twice.") and not find_banned("A load that runs twice leaves the same rows.")
