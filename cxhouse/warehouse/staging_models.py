"""The staging models of a company folder: which contract each feeds, and whether the tables it reads are declared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from declared.errors import DefinitionError, name_known, refuse
from ingestion.catalog import Source
from semantic.contracts import load_contracts

COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/|\{#.*?#\}", re.DOTALL)
TABLE = re.compile(r"""\b(?:source|lookup)\(\s*['"]([^'"]*)['"]\s*,\s*['"]([^'"]*)['"]\s*\)""")
OTHER_SOURCES = frozenset({"landing", "company_folder"})  # written by a build, for every dbt model


def list_contract_models(folder: Path, sources: Mapping[str, Source]) -> dict[str, list[str]]:
    """The staging models per contract. Raises DefinitionError when a file name fits no source or no contract, or a model reads no table."""
    contracts = load_contracts()
    found: dict[str, list[str]] = {name: [] for name in contracts}
    for path in sorted(folder.glob("stg_*.sql")):
        source, _, contract = path.stem.removeprefix("stg_").partition("__")
        if source not in sources:
            raise DefinitionError(path, "", f"names the unknown source `{source}`; {name_known(source, sources, 'sources.yml has')}")
        if contract not in contracts:
            raise DefinitionError(path, "", f"names the unknown contract `{contract}`; {name_known(contract, contracts)}")
        found[contract].append(path.stem)
    refuse(problem for path in sorted(folder.glob("*.sql")) for problem in find_unknown_tables(path, sources))
    return found


def find_unknown_tables(path: Path, sources: Mapping[str, Source]) -> Iterator[DefinitionError]:
    """The tables that a model reads and sources.yml does not declare, with line and nearest names."""
    text = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), path.read_text(encoding="utf-8"))
    for match in TABLE.finditer(text):
        source, table, line = match[1], match[2], text.count("\n", 0, match.start()) + 1
        if source in OTHER_SOURCES:
            continue
        if source not in sources:
            known = name_known(source, sources, "sources.yml has")
            yield DefinitionError(path, f"line {line}", f"reads {source}.{table}: there is no source `{source}`; {known}")
        elif table not in sources[source].tables:
            known = name_known(table, sources[source].tables, f"source {source} has")
            yield DefinitionError(path, f"line {line}", f"reads {source}.{table}: source {source} has no table `{table}`; {known}")
