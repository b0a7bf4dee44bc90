"""What the command line prints of an unexpected error and of a message that was left out."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
MAIL = "ann@example.org"
# a command that meets a value it cannot use, and does not expect it
DEFECT = f"""
import cxhouse.main as main
import polars as pl

@main.app.command()
def stumble() -> None:
    try:
        pl.Series("email", ["{MAIL[:3]}" + "{MAIL[3:]}"]).cast(pl.Int64)
    except pl.exceptions.PolarsError as error:
        raise ValueError(error.args[0]) from error

main.app(["stumble"])
"""


def stumble(home: Path, stderr: int, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CXHOUSE_HOME": str(home), **variables}
    return subprocess.run(
        [sys.executable, "-c", DEFECT], cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=stderr, text=True, check=False
    )


def test_a_defect_prints_its_place_and_cause_and_no_value(tmp_path: Path) -> None:
    done = stumble(tmp_path, subprocess.PIPE)
    assert done.returncode == 1 and done.stderr.count("Traceback (most recent call last)") == 2
    assert "in stumble" in done.stderr and "The error above led to this one" in done.stderr
    told = "conversion from `str` to `i64` failed in column 'email' for 1 out of 1 values\n"
    assert f"InvalidOperationError: {told}" in done.stderr and f"ValueError: {told}" in done.stderr
    assert MAIL not in done.stderr


def test_the_whole_text_is_for_a_terminal_only(tmp_path: Path) -> None:
    assert MAIL not in stumble(tmp_path, subprocess.PIPE, CXHOUSE_SHOW_VALUES="1").stderr
    terminal, inside = pty.openpty()
    stumble(tmp_path, inside, CXHOUSE_SHOW_VALUES="1")
    os.close(inside)
    with os.fdopen(terminal, "rb", buffering=0) as screen:
        shown = screen.read(60000).decode()
    assert (
        f"whole message: InvalidOperationError: conversion from `str` to `i64` failed in column 'email' for 1 out of 1 values: [\"{MAIL}\"]"
        in shown
    )
