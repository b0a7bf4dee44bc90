"""The models of a build; of the staging models, which contract each feeds and whether the tables it reads are declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from cxhouse.build_state import BuildError
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


def check_models(names: Iterable[str], folders: Iterable[Path]) -> None:
    """Raise BuildError when these folders hold no model of such a name."""
    known = sorted(path.stem for folder in folders for kind in ("*.sql", "*.py") for path in folder.rglob(kind))
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=5, cutoff=0.3)
            known_near = f"near are {', '.join(near)}" if near else "cxhouse docs lists all"
            raise BuildError(f"unknown model {name}; {known_near}")


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
