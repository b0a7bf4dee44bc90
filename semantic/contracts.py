"""Source contracts: what a staging model must deliver, read from semantic/contracts/*.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from declared.errors import DefinitionError
from declared.yaml_files import read_yaml

FOLDER = Path(__file__).resolve().parent / "contracts"
COLUMN_FIELDS = ("type", "required", "allowed", "unit", "personal", "description")
TYPES = {
    "text": "varchar",
    "integer": "bigint",
    "decimal": "decimal(18, 4)",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamptz",
}


@dataclass(frozen=True)
class Contract:
    """One canonical staging relation: its columns, key, version column, and checks over several columns."""

    name: str
    description: str
    key: tuple[str, ...]
    version: str | None
    event_time: str
    columns: Mapping[str, Mapping[str, Any]]
    checks: tuple[Mapping[str, str], ...]

    def describe_for_dbt(self) -> dict[str, Any]:
        """The contract as a dbt variable: SQL types instead of our own."""
        columns = [
            {
                "name": name,
                "type": TYPES[column["type"]],
                "required": bool(column.get("required", False)),
                "allowed": column.get("allowed", []),
            }
            for name, column in self.columns.items()
        ]
        return {
            "columns": columns,
            "key": list(self.key),
            "version": self.version,
            "event_time": self.event_time,
            "event_type": self.columns[self.event_time]["type"],
            "checks": list(self.checks),
        }


def load_contracts(folder: Path = FOLDER) -> dict[str, Contract]:
    """Read every contract; raise DefinitionError on one that contradicts itself."""
    return {contract.name: contract for contract in (read_contract(path) for path in sorted(folder.glob("*.yml")))}


def read_contract(path: Path) -> Contract:
    """Read one contract file."""
    content = read_yaml(path, {}).content
    contract = Contract(
        name=content["contract"],
        description=content["description"],
        key=tuple(content["key"]),
        version=content.get("version"),
        event_time=content["event_time"],
        columns=content["columns"],
        checks=tuple(content.get("checks", ())),
    )
    named = [*contract.key, contract.event_time, *([contract.version] if contract.version else [])]
    for role in named:
        if role not in contract.columns:
            raise DefinitionError(path, role, "is used as key, version or event time but is not a column")
    for name, column in contract.columns.items():
        unknown = [field for field in column if field not in COLUMN_FIELDS]
        if unknown:
            raise DefinitionError(path, name, f"unknown field {', '.join(unknown)}; quote a text that holds a comma")
        if column["type"] not in TYPES:
            raise DefinitionError(path, name, f"unknown type {column['type']}; known are {', '.join(TYPES)}")
    return contract
