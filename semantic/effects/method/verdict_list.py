"""The verdicts on a change as data: semantic/effects/verdicts.yml, read once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from declared.yaml_files import read_yaml

FILE = Path(__file__).resolve().parents[1] / "verdicts.yml"
CONTENT: Mapping[str, Any] = read_yaml(FILE, {}).content
BY_NAME: Mapping[str, Mapping[str, Any]] = {item["verdict"]: item for item in CONTENT["verdicts"]}
VERDICTS = tuple(BY_NAME)
EFFECTS = tuple(name for name, item in BY_NAME.items() if item["is_effect"])  # an effect is seen
COLUMNS = ("verdict", "word", "sign", "tone", "group", "deciding_order", "is_effect", "is_final", "is_kept", "next_step")


def is_final(verdict: str) -> bool:
    """False while a verdict is still waited for."""
    return bool(BY_NAME[verdict]["is_final"])


def is_kept(verdict: str) -> bool:
    """True for verdicts that stay as they were given. With too little data nothing was said: a history loaded later may still tell."""
    return bool(BY_NAME[verdict]["is_kept"])


def list_verdict_rows() -> list[tuple[Any, ...]]:
    """Every verdict, and what only a change as a whole can be, in the order of COLUMNS."""
    return [tuple(item.get(name) for name in COLUMNS) for item in (*CONTENT["verdicts"], *CONTENT["of_a_whole_change"])]


def list_group_rows() -> list[tuple[str, str, str, int]]:
    """Group, the label of its button, how a sentence counts it, and its place."""
    return [(item["group"], item["label"], item["counted"], place) for place, item in enumerate(CONTENT["groups"], 1)]
