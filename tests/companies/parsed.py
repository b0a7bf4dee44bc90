"""dbt reads the models of a company once in a run of pytest: another home of the same company begins with what the first one parsed.

Templates that any home compiled are compiled no more. dbt keeps what it parsed beside the warehouse and reads only changed files again,
but takes it for another project when the home stands elsewhere. Here the path of the first home is replaced. dbt still compares every
file with what was parsed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import msgpack
from dbt.contracts.files import FileHash
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import ManifestLoader

import cxhouse.warehouse.build
from cxhouse.files import write_atomically
from cxhouse.warehouse.lean_dbt import TEMPLATES
from cxhouse.warehouse.preparation import Workplace, describe_variables

SOURCES = "cxhouse://sources/sources.yml"


def share_parsed(folder: Path) -> None:
    """From now on, a build in this process begins with what a home of the same company parsed, and leaves what it parsed for others."""
    invoke, judge = cxhouse.warehouse.build.invoke_dbt, ManifestLoader.is_partial_parsable

    def judge_all_but_the_connection(loader: ManifestLoader, manifest: Manifest) -> tuple[bool, str | None]:
        manifest.state_check.profile_hash = loader.manifest.state_check.profile_hash  # the path of the warehouse, which no model reads
        return judge(loader, manifest)

    def invoke_with_parsed(workplace: Workplace, *given: Any) -> Any:
        own = workplace.settings.state / "dbt" / "target" / "partial_parse.msgpack"
        key = hashlib.sha256(json.dumps(describe_variables(workplace), sort_keys=True).encode()).hexdigest()
        shared = folder / f"{key}.msgpack"
        if shared.is_file() and not own.is_file():
            content = move_parsed(msgpack.unpackb(shared.read_bytes(), strict_map_key=False), workplace.settings.home)
            write_atomically(own, lambda path: path.write_bytes(content))
        compiled, templates = own.with_name(TEMPLATES), folder / TEMPLATES
        if templates.is_file() and not compiled.is_file():
            own.parent.mkdir(parents=True, exist_ok=True)
            compiled.hardlink_to(templates)
        result = invoke(workplace, *given)
        if compiled.is_file() and not (templates.is_file() and templates.samefile(compiled)):
            write_atomically(templates, lambda path: path.hardlink_to(compiled))
        if own.is_file() and not shared.is_file():
            kept = msgpack.packb({"home": str(workplace.settings.home), "parsed": own.read_bytes()})
            write_atomically(shared, lambda path: path.write_bytes(kept))
        return result

    ManifestLoader.is_partial_parsable = judge_all_but_the_connection  # type: ignore[method-assign]
    cxhouse.warehouse.build.invoke_dbt = invoke_with_parsed


def move_parsed(kept: dict[str, Any], home: Path) -> bytes:
    """What dbt would have kept of the same project in another home."""

    def move(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(kept["home"], str(home))
        if isinstance(value, dict):
            return {move(name): move(member) for name, member in value.items()}
        return [move(member) for member in value] if isinstance(value, list) else value

    parsed = move(msgpack.unpackb(kept["parsed"], strict_map_key=False))
    text = (home / "state" / "dbt" / "sources" / "sources.yml").read_text(encoding="utf-8")
    parsed["files"][SOURCES]["checksum"]["checksum"] = FileHash.from_contents(text.strip()).checksum
    return bytes(msgpack.packb(parsed))
