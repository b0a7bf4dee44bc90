"""docs/new-company.md is correct: its files are written, its commands are run, and their output is that of the page."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.companies.tiny import PROJECT, tiny_environment

PAGE = PROJECT / "docs" / "new-company.md"
FILE = re.compile(r"^`(~/[^`]+)`\n\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$(?:\n```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """Commands of the page and the lines it says they print."""

    commands: str
    printed: tuple[str, ...]


def read_steps() -> list[Path | Step]:
    """Files and commands of the page in its order; a file is written as a command."""
    text = PAGE.read_text(encoding="utf-8")
    found = [(match.start(), Step(f"cat > {match[1]} <<'FILE'\n{match[2]}FILE\n", ())) for match in FILE.finditer(text)]
    found += [(match.start(), Step(match[1], tuple((match[2] or "").splitlines()))) for match in COMMANDS.finditer(text)]
    return [step for _, step in sorted(found, key=lambda pair: pair[0])]


def match_line(line: str) -> re.Pattern[str]:
    """A line of the page as a pattern; … matches anything."""
    return re.compile(".*".join(re.escape(part) for part in line.split("…")))


def test_whoever_follows_the_page_sees_what_it_says(tmp_path: Path) -> None:
    steps = read_steps()
    assert sum(bool(step.printed) for step in steps) > 5
    script = "\n".join(f"echo '@@@'\n{{\n{step.commands}}} 2>&1" for step in steps)
    environment = tiny_environment(tmp_path, tmp_path) | {"HOME": str(tmp_path)}
    del environment["CXHOUSE_HOME"], environment["CXHOUSE_COMPANY"]
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    done = subprocess.run(["bash", "-c", script], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    outputs = done.stdout.split("@@@\n")[1:]
    assert len(outputs) == len(steps), done.stdout + done.stderr
    for step, output in zip(steps, outputs, strict=True):
        for line in step.printed:
            assert match_line(line).search(output), f"{step.commands}\nshould print: {line}\nprinted:\n{output}"
    assert "contact_phone" not in outputs[-1], "after the last step every event has a touchpoint"


def list_messages() -> list[str]:
    """The messages the page explains, without what the page adds in brackets."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    return [re.split(r"(?<!\\)`", row)[1].replace("\\`", "`") for row in rows]


@pytest.mark.parametrize("message", list_messages())
def test_every_message_it_explains_is_one_the_code_gives(message: str) -> None:
    rooms = ("cxhouse", "declared", "ingestion", "semantic", "dbt/macros", "dbt/models")
    texts = [path.read_text(encoding="utf-8") for room in rooms for path in (PROJECT / room).rglob("*.*") if path.suffix in (".py", ".sql")]
    # a placeholder in the code matches … on the page
    pattern = re.compile(r"\{[^}]*\}".join(re.escape(part) for part in message.split("…")))
    assert any(pattern.search(text) for text in texts), message
