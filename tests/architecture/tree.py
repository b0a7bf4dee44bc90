"""Reading the tracked files and the pages about them, for the tests of this room."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

from cxhouse.settings import PROJECT

ARCHITECTURE = PROJECT / "ARCHITECTURE.md"
BINARY = {".png", ".ico", ".jpg", ".gz", ".parquet", ".duckdb"}


@cache
def list_tracked(pattern: str = "*") -> tuple[Path, ...]:
    """Files of the repository that match a pattern of git, as they are on disk; deleted ones are skipped."""
    done = subprocess.run(["git", "ls-files", "-z", "--", pattern], cwd=PROJECT, capture_output=True, text=True, check=True)
    return tuple(path for name in done.stdout.split("\0") if name and (path := PROJECT / name).is_file())


def name_of(path: Path) -> str:
    """The path below the project, for messages."""
    return path.relative_to(PROJECT).as_posix()


def list_documents() -> tuple[Path, ...]:
    """Every tracked page of text."""
    return list_tracked("*.md")


def read_section(page: Path, heading: str) -> str:
    """The text below a heading of level two, up to the next one."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found, f"{page.name} has no section {heading}"
    return found[1]


def find_code(text: str) -> set[str]:
    """The texts between backticks."""
    return set(re.findall(r"`([^`]+)`", text))


def drop_fences(text: str) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^ *(`{3,}).*?^ *\1$", "", text, flags=re.MULTILINE | re.DOTALL)
